libcairn_a_SOURCES += \
	%D%/fault.c %D%/fault.h \
	%D%/file.c %D%/file.h \
	%D%/openat2.h \
	%D%/path.c %D%/path.h \
	%D%/root.c %D%/root.h \
	%D%/tree.c %D%/tree.h \
	%D%/type.c %D%/type.h \
	%D%/zip.c %D%/zip.h
