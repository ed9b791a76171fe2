libcairn_a_SOURCES += \
	%D%/db.c %D%/db.h \
	%D%/experiment.c %D%/experiment.h \
	%D%/experiment_search.c %D%/experiment_search.h \
	%D%/input.c %D%/input.h \
	%D%/keyset.c %D%/keyset.h \
	%D%/kv.c %D%/kv.h \
	%D%/location.c %D%/location.h \
	%D%/metric.c %D%/metric.h \
	%D%/run.c %D%/run.h \
	%D%/run_search.c %D%/run_search.h \
	%D%/sql.c %D%/sql.h \
	%D%/stmt.def \
	%D%/where.c %D%/where.h

include %D%/schema.mk
