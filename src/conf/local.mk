libcairn_a_SOURCES += \
	%D%/backend.c \
	%D%/conf.c %D%/conf.h \
	%D%/host.c %D%/host.h \
	%D%/host_pattern.c \
	%D%/option.c %D%/option.h %D%/options.def \
	%D%/show.c
