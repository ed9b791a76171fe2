libcairn_a_SOURCES += \
	%D%/artifact_common.c %D%/artifact_common.h \
	%D%/artifact_place.c %D%/artifact_place.h \
	%D%/artifact_proxy.c %D%/artifact_proxy.h \
	%D%/artifacts.c %D%/artifacts.h \
	%D%/common.c %D%/common.h \
	%D%/eval_datasets.c %D%/eval_datasets.h \
	%D%/eval_records.c \
	%D%/experiments.c %D%/experiments.h \
	%D%/graphql.c %D%/graphql.h \
	%D%/inputs.c %D%/inputs.h \
	%D%/eval_records.h %D%/log_model.c %D%/log_model.h \
	%D%/logged_models.c %D%/logged_models.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/model_source.c %D%/model_source.h \
	%D%/model_versions.c %D%/model_versions.h \
	%D%/otlp.c %D%/otlp.h \
	%D%/registered_models.c %D%/registered_models.h \
	%D%/registry_common.c %D%/registry_common.h \
	%D%/run_data.c %D%/run_data.h \
	%D%/runs.c %D%/runs.h \
	%D%/assessments.c %D%/assessments.h \
	%D%/traces_v2.c %D%/traces_v2.h \
	%D%/traces.c %D%/traces.h \
	%D%/trace_spans.c %D%/trace_spans.h \
	%D%/trace_common.c %D%/trace_common.h \
	%D%/scorers.c %D%/scorers.h \
	%D%/server.c %D%/server.h \
	%D%/ui.c %D%/ui.h
