/*
 * THE table: what the resources serve, one row for each endpoint, where the endpoint is
 * written.  The first row that fits a request is its row.
 */
#include "api/artifact_proxy.h"
#include "api/artifacts.h"
#include "api/assessments.h"
#include "api/eval_datasets.h"
#include "api/eval_records.h"
#include "api/eval_upsert.h"
#include "api/experiments.h"
#include "api/graphql.h"
#include "api/inputs.h"
#include "api/log_model.h"
#include "api/logged_models.h"
#include "api/metrics.h"
#include "api/model_versions.h"
#include "api/otlp.h"
#include "api/registered_models.h"
#include "api/run_data.h"
#include "api/runs.h"
#include "api/scorers.h"
#include "api/server.h"
#include "api/trace_metrics.h"
#include "api/trace_search.h"
#include "api/trace_spans.h"
#include "api/traces.h"
#include "api/traces_v2.h"
#include "api/ui.h"
#include "routes.h"

const struct route *const routes[] = {
	server_routes,
	ui_routes,
	graphql_routes,
	experiment_routes,
	run_routes,
	log_model_routes,
	run_data_routes,
	input_routes,
	metric_routes,
	artifact_routes,
	artifact_proxy_routes,
	logged_model_routes,
	registered_model_routes,
	model_version_routes,
	eval_dataset_routes,
	eval_record_routes,
	eval_upsert_routes,
	scorer_routes,
	trace_metric_routes,
	trace_search_routes,
	trace_span_routes,
	trace_routes,
	trace_v2_routes,
	assessment_routes,
	otlp_routes,
	NULL
};
