libcairn_a_SOURCES += \
	%D%/backend.c \
	%D%/conf.c %D%/conf.h \
	%D%/option.c %D%/option.h %D%/options.def \
	%D%/show.c
