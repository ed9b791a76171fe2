libcairn_a_SOURCES += \
	%D%/arena.c %D%/arena.h \
	%D%/base64.c %D%/base64.h \
	%D%/buf.c %D%/buf.h \
	%D%/budget.h \
	%D%/id.c %D%/id.h \
	%D%/log.c %D%/log.h \
	%D%/name.c %D%/name.h \
	%D%/near.c %D%/near.h \
	%D%/percent.c %D%/percent.h \
	%D%/percentile.c %D%/percentile.h \
	%D%/repr.c %D%/repr.h \
	%D%/stats.c %D%/stats.h %D%/stats.def \
	%D%/str.c %D%/str.h \
	%D%/time.c %D%/time.h \
	%D%/word.def \
	%D%/work.c %D%/work.h
