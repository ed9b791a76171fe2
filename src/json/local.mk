libcairn_a_SOURCES += \
	%D%/decode.c %D%/decode.h \
	%D%/field.h \
	%D%/number.c %D%/number.h \
	%D%/read.c %D%/read.h \
	%D%/skim.c %D%/skim.h \
	%D%/write.c %D%/write.h
