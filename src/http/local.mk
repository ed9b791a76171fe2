libcairn_a_SOURCES += \
	%D%/accept.c %D%/accept.h \
	%D%/ctx.h \
	%D%/error.c %D%/error.h %D%/error.def \
	%D%/loop.c %D%/loop.h \
	%D%/origin.c %D%/origin.h \
	%D%/query.c %D%/query.h \
	%D%/request.c %D%/request.h \
	%D%/response.c %D%/response.h \
	%D%/route.c %D%/route.h
