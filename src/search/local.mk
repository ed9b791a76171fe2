libcairn_a_SOURCES += \
	%D%/dialect.c %D%/dialect.h \
	%D%/field.c %D%/field.h \
	%D%/item.c %D%/item.h \
	%D%/keyword.c %D%/keyword.h \
	%D%/lex.c %D%/lex.h \
	%D%/list.c %D%/list.h \
	%D%/metric_filter.c %D%/metric_filter.h \
	%D%/order.c %D%/order.h \
	%D%/page.c %D%/page.h \
	%D%/parse.c %D%/parse.h \
	%D%/search.c %D%/search.h \
	%D%/test.c %D%/test.h
