libcairn_a_SOURCES += \
	%D%/batch.c %D%/batch.h \
	%D%/convention.c %D%/convention.h \
	%D%/inflate.c %D%/inflate.h \
	%D%/json.c \
	%D%/make.c %D%/make.h \
	%D%/preview.c %D%/preview.h \
	%D%/price.c %D%/price.h \
	%D%/price_files.c %D%/price_files.h \
	%D%/protobuf.c \
	%D%/row.c %D%/row.h \
	%D%/span.h \
	%D%/text.c %D%/text.h \
	%D%/translate.c %D%/translate.h \
	%D%/usage.c %D%/usage.h \
	%D%/value.c %D%/value.h \
	%D%/wire.c %D%/wire.h
nodist_libcairn_a_SOURCES += %D%/trace.pb-c.c %D%/trace.pb-c.h
BUILT_SOURCES += %D%/trace.pb-c.h
EXTRA_DIST += %D%/trace.proto
CLEANFILES += %D%/trace.pb-c.c %D%/trace.pb-c.h

# What is generated leaves out braces, which -Wall minds.
%D%/trace.pb-c.c: %D%/trace.proto
	$(AM_V_GEN)$(MKDIR_P) %D%
	$(AM_V_at)$(PROTOC_C) --proto_path=$(srcdir)/%D% --c_out=%D% $(srcdir)/%D%/trace.proto
	$(AM_V_at){ echo '#pragma GCC diagnostic ignored "-Wmissing-braces"'; cat $@; } >$@.tmp
	$(AM_V_at)mv $@.tmp $@

%D%/trace.pb-c.h: %D%/trace.pb-c.c
