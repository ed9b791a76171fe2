/*
 * THE table: one row for each endpoint, its columns in the order of the flow:
 * match, permit, transaction, decode, act.
 */
#include "api/artifact_proxy.h"
#include "api/artifacts.h"
#include "api/eval_datasets.h"
#include "api/experiments.h"
#include "api/graphql.h"
#include "api/inputs.h"
#include "api/logged_models.h"
#include "api/metrics.h"
#include "api/model_versions.h"
#include "api/registered_models.h"
#include "api/run_data.h"
#include "api/runs.h"
#include "api/scorers.h"
#include "api/server.h"
#include "api/ui.h"
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

	{ "GET",  AT_AJAX, 2, "/mlflow/gateway-proxy", OPEN, NO_DB, NO_IN, api_gateway_proxy_get },

	/* the web UI */
	{ "GET",  AT_ROOT, 0, "/",                     PAGES, NO_DB, NO_IN, api_ui_index },
	{ "GET",  AT_ROOT, 0, "/static-files/{*path}", PAGES, NO_DB, NO_IN, api_ui_static },
	{ "GET",  AT_ROOT, 0, "/build/{*path}",        PAGES, NO_DB, NO_IN, api_ui_build },

	/* what pages of the UI ask in one request; a GET has a body too */
	{ "POST", AT_ROOT, 0, "/graphql", EXP_READ, RD, NO_IN, api_graphql },
	{ "GET",  AT_ROOT, 0, "/graphql", EXP_READ, RD, NO_IN, api_graphql },

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
	    IN(run_key_value_fields, param_in), api_run_log_param },
	{ "POST", AT_API,  2, "/mlflow/runs/log-batch", RUN_EDIT, WR,
	    IN(log_batch_fields, batch_in), api_run_log_batch },
	{ "POST", AT_API,  2, "/mlflow/runs/set-tag", RUN_EDIT, WR,
	    IN(run_key_value_fields, param_in), api_run_set_tag },
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

	/* artifacts */
	{ "GET",    AT_API,  2, "/mlflow/artifacts/list", RUN_READ, RD,
	    IN(artifact_list_fields, artifact_list_in), api_artifact_list },
	{ "GET",    AT_ROOT, 0, "/get-artifact", RUN_READ, RD,
	    IN(artifact_get_fields, artifact_get), api_artifact_get },
	{ "GET",    AT_ROOT, 0, "/model-versions/get-artifact", MODEL_READ, RD,
	    IN(version_artifact_get_fields, version_artifact_get), api_version_artifact_get },
	{ "POST",   AT_AJAX, 2, "/mlflow/upload-artifact", RUN_EDIT, RAW,
	    IN(artifact_upload_fields, artifact_upload_in), api_artifact_upload },
	{ "POST",   AT_API,  2, "/mlflow/artifacts/presigned-download-url", RUN_READ, RD,
	    IN(presigned_download_fields, presigned_in), api_artifact_presigned_download },
	{ "POST",   AT_API,  2, "/mlflow/artifacts/presigned-upload-url", RUN_EDIT, RD,
	    IN(presigned_upload_fields, presigned_in), api_artifact_presigned_upload },

	/* the artifact proxy */
	{ "GET",    AT_API,   2, "/mlflow-artifacts/artifacts", FILES_READ, NO_DB,
	    IN(proxy_list_fields, proxy_list_in), api_artifact_proxy_list },
	{ "GET",    AT_FILES, 2, "/mlflow-artifacts/artifacts/{*path}", FILES_READ, NO_DB,
	    NO_IN, api_artifact_proxy_get },
	{ "PUT",    AT_FILES, 2, "/mlflow-artifacts/artifacts/{*path}", FILES_EDIT, NO_DB,
	    NO_IN, api_artifact_proxy_put },
	{ "DELETE", AT_API,   2, "/mlflow-artifacts/artifacts/{*path}", FILES_EDIT, NO_DB,
	    NO_IN, api_artifact_proxy_delete },
	{ "POST",   AT_API,   2, "/mlflow-artifacts/mpu/create/{*path}", FILES_EDIT, NO_DB,
	    NO_IN, api_artifact_multipart },
	{ "POST",   AT_API,   2, "/mlflow-artifacts/mpu/complete/{*path}", FILES_EDIT, NO_DB,
	    NO_IN, api_artifact_multipart_complete },
	{ "POST",   AT_API,   2, "/mlflow-artifacts/mpu/abort/{*path}", FILES_EDIT, NO_DB,
	    NO_IN, api_artifact_multipart },
	{ "GET",    AT_API,   2, "/mlflow-artifacts/presigned/{*path}", FILES_READ, NO_DB,
	    NO_IN, api_artifact_proxy_presigned },

	/* logged models */
	{ "POST",   AT_API, 2, "/mlflow/logged-models", EXP_EDIT, WR,
	    IN(logged_model_create_fields, logged_model_create), api_logged_model_create },
	{ "POST",   AT_API, 2, "/mlflow/logged-models/search", EXP_READ, RD,
	    IN(logged_model_search_fields, logged_model_search_in), api_logged_model_search },
	{ "GET",    AT_API, 2, "/mlflow/logged-models/{model_id}", LOGGED_MODEL_READ, RD,
	    IN(logged_model_get_fields, logged_model_get), api_logged_model_get },
	{ "PATCH",  AT_API, 2, "/mlflow/logged-models/{model_id}", LOGGED_MODEL_EDIT, WR,
	    IN(logged_model_finalize_fields, logged_model_finalize), api_logged_model_finalize },
	{ "DELETE", AT_API, 2, "/mlflow/logged-models/{model_id}", LOGGED_MODEL_EDIT, WR,
	    IN(logged_model_delete_fields, logged_model_delete), api_logged_model_delete },
	{ "POST",   AT_API, 2, "/mlflow/logged-models/{model_id}/params", LOGGED_MODEL_EDIT, WR,
	    IN(logged_model_params_fields, logged_model_params_in), api_logged_model_log_params },
	{ "PATCH",  AT_API, 2, "/mlflow/logged-models/{model_id}/tags", LOGGED_MODEL_EDIT, WR,
	    IN(logged_model_tags_fields, logged_model_tags_in), api_logged_model_set_tags },
	{ "GET",    AT_API, 2, "/mlflow/logged-models/{model_id}/artifacts/directories",
	    LOGGED_MODEL_READ, RD,
	    IN(model_directory_fields, model_directory_in), api_logged_model_list_directory },
	{ "GET",    AT_AJAX, 2, "/mlflow/logged-models/{model_id}/artifacts/files",
	    LOGGED_MODEL_READ, RD,
	    IN(model_file_fields, model_file_in), api_logged_model_get_file },
	{ "DELETE", AT_API, 2, "/mlflow/logged-models/{model_id}/tags/{tag_key}",
	    LOGGED_MODEL_EDIT, WR,
	    IN(logged_model_tag_delete_fields, logged_model_tag_delete), api_logged_model_delete_tag },

	/* registered models */
	{ "POST",   AT_API, 2, "/mlflow/registered-models/create", MODEL_CREATE, WR,
	    IN(model_create_fields, model_create), api_registered_model_create },
	{ "GET",    AT_API, 2, "/mlflow/registered-models/get", MODEL_READ, RD,
	    IN(model_name_fields, model_name_in), api_registered_model_get },
	{ "POST",   AT_API, 2, "/mlflow/registered-models/rename", MODEL_EDIT, WR,
	    IN(model_rename_fields, model_rename), api_registered_model_rename },
	{ "PATCH",  AT_API, 2, "/mlflow/registered-models/update", MODEL_EDIT, WR,
	    IN(model_update_fields, model_update), api_registered_model_update },
	{ "DELETE", AT_API, 2, "/mlflow/registered-models/delete", MODEL_EDIT, WR,
	    IN(model_name_fields, model_name_in), api_registered_model_delete },
	{ "GET",    AT_API, 2, "/mlflow/registered-models/search", MODEL_READ, RD,
	    IN(model_search_fields, model_search_in), api_registered_model_search },
	{ "GET",    AT_API, 2, "/mlflow/registered-models/get-latest-versions", MODEL_READ, RD,
	    IN(model_latest_fields, model_latest_in), api_registered_model_get_latest_versions },
	{ "POST",   AT_API, 2, "/mlflow/registered-models/get-latest-versions", MODEL_READ, RD,
	    IN(model_latest_fields, model_latest_in), api_registered_model_get_latest_versions },
	{ "POST",   AT_API, 2, "/mlflow/registered-models/set-tag", MODEL_EDIT, WR,
	    IN(model_set_tag_fields, model_set_tag), api_registered_model_set_tag },
	{ "DELETE", AT_API, 2, "/mlflow/registered-models/delete-tag", MODEL_EDIT, WR,
	    IN(model_delete_tag_fields, model_delete_tag), api_registered_model_delete_tag },
	{ "POST",   AT_API, 2, "/mlflow/registered-models/alias", MODEL_EDIT, WR,
	    IN(model_set_alias_fields, model_set_alias), api_registered_model_set_alias },
	{ "DELETE", AT_API, 2, "/mlflow/registered-models/alias", MODEL_EDIT, WR,
	    IN(model_alias_fields, model_alias_in), api_registered_model_delete_alias },
	{ "GET",    AT_API, 2, "/mlflow/registered-models/alias", MODEL_READ, RD,
	    IN(model_alias_fields, model_alias_in), api_registered_model_get_alias },

	/* model versions */
	{ "POST",   AT_API, 2, "/mlflow/model-versions/create", MODEL_EDIT, WR,
	    IN(version_create_fields, version_create), api_model_version_create },
	{ "GET",    AT_API, 2, "/mlflow/model-versions/get", MODEL_READ, RD,
	    IN(version_fields, version_in), api_model_version_get },
	{ "PATCH",  AT_API, 2, "/mlflow/model-versions/update", MODEL_EDIT, WR,
	    IN(version_update_fields, version_update), api_model_version_update },
	{ "DELETE", AT_API, 2, "/mlflow/model-versions/delete", MODEL_EDIT, WR,
	    IN(version_fields, version_in), api_model_version_delete },
	{ "GET",    AT_API, 2, "/mlflow/model-versions/search", MODEL_READ, RD,
	    IN(version_search_fields, version_search_in), api_model_version_search },
	{ "GET",    AT_API, 2, "/mlflow/model-versions/get-download-uri", MODEL_READ, RD,
	    IN(version_uri_fields, version_in), api_model_version_get_download_uri },
	{ "POST",   AT_API, 2, "/mlflow/model-versions/transition-stage", MODEL_EDIT, WR,
	    IN(version_stage_fields, version_stage), api_model_version_transition },
	{ "POST",   AT_API, 2, "/mlflow/model-versions/set-tag", MODEL_EDIT, WR,
	    IN(version_set_tag_fields, version_set_tag), api_model_version_set_tag },
	{ "DELETE", AT_API, 2, "/mlflow/model-versions/delete-tag", MODEL_EDIT, WR,
	    IN(version_delete_tag_fields, version_delete_tag), api_model_version_delete_tag },

	/* evaluation datasets */
	{ "POST",   AT_API, 3, "/mlflow/datasets/create", EXP_EDIT, WR,
	    IN(eval_dataset_create_fields, eval_dataset_create), api_eval_dataset_create },
	{ "GET",    AT_API, 3, "/mlflow/datasets/search", EXP_READ, RD,
	    IN(eval_dataset_search_fields, eval_dataset_search_in), api_eval_dataset_search },
	{ "POST",   AT_API, 3, "/mlflow/datasets/search", EXP_READ, RD,
	    IN(eval_dataset_search_fields, eval_dataset_search_in), api_eval_dataset_search },
	{ "GET",    AT_API, 3, "/mlflow/datasets/{dataset_id}", EVAL_DATASET_READ, RD,
	    IN(eval_dataset_get_fields, eval_dataset_get), api_eval_dataset_get },
	{ "DELETE", AT_API, 3, "/mlflow/datasets/{dataset_id}", EVAL_DATASET_EDIT, WR,
	    IN(eval_dataset_get_fields, eval_dataset_get), api_eval_dataset_delete },
	{ "PATCH",  AT_API, 3, "/mlflow/datasets/{dataset_id}/tags", EVAL_DATASET_EDIT, WR,
	    IN(eval_dataset_tags_fields, eval_dataset_tags_in), api_eval_dataset_set_tags },
	{ "DELETE", AT_API, 3, "/mlflow/datasets/{dataset_id}/tags/{key}", EVAL_DATASET_EDIT, WR,
	    IN(eval_dataset_tag_delete_fields, eval_dataset_tag_delete),
	    api_eval_dataset_delete_tag },
	{ "POST",   AT_API, 3, "/mlflow/datasets/{dataset_id}/add-experiments",
	    EVAL_DATASET_EDIT, WR, IN(eval_dataset_experiments_fields, eval_dataset_experiments_in),
	    api_eval_dataset_add_experiments },
	{ "POST",   AT_API, 3, "/mlflow/datasets/{dataset_id}/remove-experiments",
	    EVAL_DATASET_EDIT, WR, IN(eval_dataset_experiments_fields, eval_dataset_experiments_in),
	    api_eval_dataset_remove_experiments },
	{ "GET",    AT_API, 3, "/mlflow/datasets/{dataset_id}/experiment-ids",
	    EVAL_DATASET_READ, RD, IN(eval_dataset_get_fields, eval_dataset_get),
	    api_eval_dataset_experiment_ids },
	{ "GET",    AT_API, 3, "/mlflow/datasets/{dataset_id}/records", EVAL_DATASET_READ, RD,
	    IN(eval_record_list_fields, eval_record_list_in), api_eval_record_list },
	{ "POST",   AT_API, 3, "/mlflow/datasets/{dataset_id}/records", EVAL_DATASET_EDIT, WR,
	    IN(eval_record_upsert_fields, eval_record_upsert), api_eval_record_upsert },
	{ "DELETE", AT_API, 3, "/mlflow/datasets/{dataset_id}/records", EVAL_DATASET_EDIT, WR,
	    IN(eval_record_delete_fields, eval_record_delete), api_eval_record_delete },

	/* scorers */
	{ "POST",   AT_API, 3, "/mlflow/scorers/register", EXP_EDIT, WR,
	    IN(scorer_register_fields, scorer_register), api_scorer_register },
	{ "GET",    AT_API, 3, "/mlflow/scorers/list", EXP_READ, RD,
	    IN(scorer_list_fields, scorer_list_in), api_scorer_list },
	{ "GET",    AT_API, 3, "/mlflow/scorers/versions", EXP_READ, RD,
	    IN(scorer_versions_fields, scorer_get), api_scorer_list_versions },
	{ "GET",    AT_API, 3, "/mlflow/scorers/get", EXP_READ, RD,
	    IN(scorer_get_fields, scorer_get), api_scorer_get },
	{ "DELETE", AT_API, 3, "/mlflow/scorers/delete", EXP_EDIT, WR,
	    IN(scorer_get_fields, scorer_get), api_scorer_delete },
	{ "PUT",    AT_API, 3, "/mlflow/scorers/online-config", EXP_EDIT, WR,
	    IN(scorer_online_config_fields, scorer_online_config_in),
	    api_scorer_set_online_config },
	{ "GET",    AT_API, 3, "/mlflow/scorers/online-configs", EXP_READ, RD,
	    IN(scorer_online_configs_fields, scorer_online_configs_in),
	    api_scorer_get_online_configs },

	{ .method = NULL }
};
/* clang-format on */
