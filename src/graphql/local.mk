libcairn_a_SOURCES += \
	%D%/bind.c %D%/bind.h \
	%D%/check.c %D%/check.h \
	%D%/check_value.c \
	%D%/document.h \
	%D%/errors.c %D%/errors.h \
	%D%/guard.c %D%/guard.h \
	%D%/introspect.c %D%/introspect.h \
	%D%/lex.c %D%/lex.h \
	%D%/merge.c %D%/merge.h \
	%D%/parse.c %D%/parse.h \
	%D%/run.c %D%/run.h \
	%D%/schema.c %D%/schema.h \
	%D%/show.c %D%/show.h
