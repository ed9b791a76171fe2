/*
 * THE table: one row for each endpoint, its columns in the order of the flow:
 * match, permit, transaction, decode, act.
 */
#include "api/experiments.h"
#include "api/inputs.h"
#include "api/metrics.h"
#include "api/run_data.h"
#include "api/runs.h"
#include "api/server.h"
#include "routes.h"

/* A row's fields and the size of the struct that they fill. */
#define IN(table, type)	table, sizeof(struct type)
#define NO_IN		NULL, 0

/* clang-format off */
const struct route routes[] = {
	/* probes and facts */
	{ "GET",  AT_ROOT, 0, "/health",  OPEN, NO_DB, NO_IN, api_health },
	{ "GET",  AT_ROOT, 0, "/version", OPEN, NO_DB, NO_IN, api_version },
	{ "GET",  AT_ROOT, 0, "/ready",   OPEN, RD,    NO_IN, api_ready },
	{ "GET",  AT_ROOT, 0, "/metrics", OPEN, NO_DB, NO_IN, api_metrics },
	{ "GET",  AT_API,  3, "/mlflow/server-info",  OPEN, NO_DB, NO_IN, api_server_info },
	{ "GET",  AT_AJAX, 3, "/mlflow/ui-telemetry", OPEN, NO_DB, NO_IN, api_ui_telemetry_get },
	{ "POST", AT_AJAX, 3, "/mlflow/ui-telemetry", OPEN, NO_DB, NO_IN, api_ui_telemetry_post },

	/* experiments */
	{ "POST", AT_API,  2, "/mlflow/experiments/create", EXP_CREATE, WR,
	    IN(experiment_create_fields, experiment_create), api_experiment_create },
	{ "GET",  AT_API,  2, "/mlflow/experiments/get", EXP_READ, RD,
	    IN(experiment_get_fields, experiment_get), api_experiment_get },
	{ "GET",  AT_API,  2, "/mlflow/experiments/get-by-name", EXP_READ, RD,
	    IN(experiment_get_by_name_fields, experiment_get_by_name), api_experiment_get_by_name },
	{ "GET",  AT_API,  2, "/mlflow/experiments/search", EXP_READ, RD,
	    IN(experiment_search_fields, experiment_search_in), api_experiment_search },
	{ "POST", AT_API,  2, "/mlflow/experiments/search", EXP_READ, RD,
	    IN(experiment_search_fields, experiment_search_in), api_experiment_search },
	{ "POST", AT_API,  2, "/mlflow/experiments/update", EXP_EDIT, WR,
	    IN(experiment_update_fields, experiment_update), api_experiment_update },
	{ "POST", AT_API,  2, "/mlflow/experiments/delete", EXP_EDIT, WR,
	    IN(experiment_get_fields, experiment_get), api_experiment_delete },
	{ "POST", AT_API,  2, "/mlflow/experiments/restore", EXP_EDIT, WR,
	    IN(experiment_get_fields, experiment_get), api_experiment_restore },
	{ "POST", AT_API,  2, "/mlflow/experiments/set-experiment-tag", EXP_EDIT, WR,
	    IN(experiment_set_tag_fields, experiment_set_tag), api_experiment_set_tag },
	{ "POST", AT_API,  2, "/mlflow/experiments/delete-experiment-tag", EXP_EDIT, WR,
	    IN(experiment_delete_tag_fields, experiment_delete_tag), api_experiment_delete_tag },
	{ "POST", AT_AJAX, 2, "/mlflow/experiments/search-datasets", EXP_READ, RD,
	    IN(search_datasets_fields, search_datasets_in), api_experiment_search_datasets },

	/* runs */
	{ "POST", AT_API,  2, "/mlflow/runs/create", EXP_EDIT, WR,
	    IN(run_create_fields, run_create), api_run_create },
	{ "GET",  AT_API,  2, "/mlflow/runs/get", RUN_READ, RD,
	    IN(run_get_fields, run_get), api_run_get },
	{ "POST", AT_API,  2, "/mlflow/runs/search", EXP_READ, RD,
	    IN(run_search_fields, run_search_in), api_run_search },
	{ "POST", AT_API,  2, "/mlflow/runs/update", RUN_EDIT, WR,
	    IN(run_update_fields, run_update), api_run_update },
	{ "POST", AT_API,  2, "/mlflow/runs/delete", RUN_EDIT, WR,
	    IN(run_delete_fields, run_delete), api_run_delete },
	{ "POST", AT_API,  2, "/mlflow/runs/restore", RUN_EDIT, WR,
	    IN(run_delete_fields, run_delete), api_run_restore },
	{ "POST", AT_API,  2, "/mlflow/runs/log-metric", RUN_EDIT, WR,
	    IN(log_metric_fields, metric_in), api_run_log_metric },
	{ "POST", AT_API,  2, "/mlflow/runs/log-parameter", RUN_EDIT, WR,
	    IN(log_param_fields, param_in), api_run_log_param },
	{ "POST", AT_API,  2, "/mlflow/runs/log-batch", RUN_EDIT, WR,
	    IN(log_batch_fields, batch_in), api_run_log_batch },
	{ "POST", AT_API,  2, "/mlflow/runs/set-tag", RUN_EDIT, WR,
	    IN(set_tag_fields, param_in), api_run_set_tag },
	{ "POST", AT_API,  2, "/mlflow/runs/delete-tag", RUN_EDIT, WR,
	    IN(delete_tag_fields, tag_delete_in), api_run_delete_tag },
	{ "POST", AT_API,  2, "/mlflow/runs/log-model", RUN_EDIT, WR,
	    IN(run_log_model_fields, run_log_model), api_run_log_model },
	{ "POST", AT_API,  2, "/mlflow/runs/log-inputs", RUN_EDIT, WR,
	    IN(log_inputs_fields, log_inputs_in), api_run_log_inputs },
	{ "POST", AT_API,  2, "/mlflow/runs/outputs", RUN_EDIT, WR,
	    IN(outputs_fields, outputs_in), api_run_outputs },

	/* metrics */
	{ "GET",  AT_API,  2, "/mlflow/metrics/get-history", RUN_READ, RD,
	    IN(history_fields, history_in), api_metric_get_history },
	{ "GET",  AT_AJAX, 2, "/mlflow/metrics/get-history-bulk", RUN_READ, RD,
	    IN(history_bulk_fields, history_bulk_in), api_metric_get_history_bulk },
	{ "GET",  AT_API,  2, "/mlflow/metrics/get-history-bulk-interval", RUN_READ, RD,
	    IN(history_interval_fields, history_interval_in), api_metric_get_history_bulk_interval },

	{ .method = NULL }
};
/* clang-format on */
