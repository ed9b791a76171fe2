libcairn_a_SOURCES += \
	%D%/assessment.c %D%/assessment.h \
	%D%/connection.h \
	%D%/db.c %D%/db.h \
	%D%/eval_dataset.c %D%/eval_dataset.h \
	%D%/eval_dataset_search.c \
	%D%/experiment.c %D%/experiment.h \
	%D%/experiment_search.c \
	%D%/input.c %D%/input.h \
	%D%/keyset.c %D%/keyset.h \
	%D%/kv.c %D%/kv.h \
	%D%/location.c %D%/location.h \
	%D%/logged_model.c %D%/logged_model.h \
	%D%/logged_model_search.c %D%/logged_model_search.h \
	%D%/metric.c %D%/metric.h \
	%D%/model_version.c %D%/model_version.h \
	%D%/model_version_search.c \
	%D%/owners.c %D%/owners.h \
	%D%/registered_model.c %D%/registered_model.h \
	%D%/registered_model_search.c \
	%D%/registry_filter.c %D%/registry_filter.h \
	%D%/result.c \
	%D%/run.c %D%/run.h \
	%D%/run_search.c \
	%D%/scorer.c %D%/scorer.h \
	%D%/span.c %D%/span.h \
	%D%/search.c %D%/search.h \
	%D%/sql.c %D%/sql.h \
	%D%/stmt.c %D%/stmt.def \
	%D%/trace.c %D%/trace.h \
	%D%/trace_metric.c %D%/trace_metric.h \
	%D%/trace_search.c %D%/trace_search.h \
	%D%/walk.c %D%/walk.h \
	%D%/where.c %D%/where.h

include %D%/schema.mk
