libcairn_a_SOURCES += %D%/permit.c %D%/permit.h
