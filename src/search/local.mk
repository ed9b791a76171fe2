libcairn_a_SOURCES += \
	%D%/entity.c %D%/entity.h \
	%D%/eval_dataset.c %D%/eval_dataset.h \
	%D%/item.c %D%/item.h \
	%D%/keyword.c %D%/keyword.h \
	%D%/lex.c %D%/lex.h \
	%D%/list.c %D%/list.h \
	%D%/logged_model.c %D%/logged_model.h \
	%D%/order.c %D%/order.h \
	%D%/page.c %D%/page.h \
	%D%/parse.c %D%/parse.h \
	%D%/search.h
