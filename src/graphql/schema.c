/*
 * The schema of the reference, type by type in its order.  It has no descriptions.
 */
#include <ctype.h>
#include <string.h>

#include "graphql/schema.h"

/* clang-format off */
#define LIST		GQL_LIST_OF
#define ITEMS		(GQL_LIST_OF | GQL_ITEM_REQUIRED)
#define MUST		GQL_REQUIRED
#define STRING(n)	{ n, { &gql_string, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define LONG(n)		{ n, { &gql_long, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define INT(n)		{ n, { &gql_int, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define FLOAT(n)	{ n, { &gql_float, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define BOOLEAN(n)	{ n, { &gql_boolean, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define STRINGS(n)	{ n, { &gql_string, LIST }, NULL, GQL_MEMBER, NULL, NULL }
#define ONE(n, t)	{ n, { &t, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define MANY(n, t)	{ n, { &t, ITEMS }, NULL, GQL_MEMBER, NULL, NULL }
#define END		{ NULL, { NULL, 0 }, NULL, GQL_MEMBER, NULL, NULL }
#define OBJECT(n, f)	{ n, GQL_OBJECT, f, NULL }
#define INPUT(n, f)	{ n, GQL_INPUT, f, NULL }
#define ENUM(n, v)	{ n, GQL_ENUM, NULL, v }
#define SCALAR(n)	{ n, GQL_SCALAR, NULL, NULL }

const struct gql_type gql_string = SCALAR("String");
const struct gql_type gql_long = SCALAR("LongString");
const struct gql_type gql_int = SCALAR("Int");
const struct gql_type gql_float = SCALAR("Float");
const struct gql_type gql_boolean = SCALAR("Boolean");

static const struct gql_field experiment_tag_fields[] = {
	STRING("key"),
	STRING("value"),
	END
};
static const struct gql_type experiment_tag =
    OBJECT("MlflowExperimentTag", experiment_tag_fields);

static const struct gql_field experiment_fields[] = {
	STRING("experimentId"),
	STRING("name"),
	STRING("artifactLocation"),
	STRING("lifecycleStage"),
	LONG("lastUpdateTime"),
	LONG("creationTime"),
	MANY("tags", experiment_tag),
	STRING("effectiveTraceArchivalRetention"),
	{ "workspace", { &gql_string, 0 }, NULL, GQL_MEMBER, "default", NULL },
	END
};
static const struct gql_type experiment = OBJECT("MlflowExperiment", experiment_fields);

static const struct gql_field error_detail_fields[] = {
	STRING("field"),
	STRING("message"),
	END
};
static const struct gql_type error_detail = OBJECT("ErrorDetail", error_detail_fields);

static const struct gql_field api_error_fields[] = {
	STRING("code"),
	STRING("message"),
	STRING("helpUrl"),
	STRING("traceId"),
	{ "errorDetails", { &error_detail, LIST }, NULL, GQL_MEMBER, NULL, NULL },
	END
};
static const struct gql_type api_error = OBJECT("ApiError", api_error_fields);

static const struct gql_field get_experiment_response_fields[] = {
	ONE("experiment", experiment),
	ONE("apiError", api_error),
	END
};
static const struct gql_type get_experiment_response =
    OBJECT("MlflowGetExperimentResponse", get_experiment_response_fields);

static const struct gql_field get_experiment_input_fields[] = {
	STRING("experimentId"),
	END
};
static const struct gql_type get_experiment_input =
    INPUT("MlflowGetExperimentInput", get_experiment_input_fields);

static const struct gql_field metric_with_run_id_fields[] = {
	STRING("key"),
	FLOAT("value"),
	LONG("timestamp"),
	LONG("step"),
	STRING("runId"),
	END
};
static const struct gql_type metric_with_run_id =
    OBJECT("MlflowMetricWithRunId", metric_with_run_id_fields);

static const struct gql_field history_response_fields[] = {
	MANY("metrics", metric_with_run_id),
	ONE("apiError", api_error),
	END
};
static const struct gql_type history_response =
    OBJECT("MlflowGetMetricHistoryBulkIntervalResponse", history_response_fields);

static const struct gql_field history_input_fields[] = {
	STRINGS("runIds"),
	STRING("metricKey"),
	INT("startStep"),
	INT("endStep"),
	INT("maxResults"),
	END
};
static const struct gql_type history_input =
    INPUT("MlflowGetMetricHistoryBulkIntervalInput", history_input_fields);

static const char *const run_status_values[] = {
	"RUNNING",
	"SCHEDULED",
	"FINISHED",
	"FAILED",
	"KILLED",
	NULL
};
static const struct gql_type run_status = ENUM("MlflowRunStatus", run_status_values);

static const struct gql_field run_info_fields[] = {
	STRING("runId"),
	STRING("runUuid"),
	STRING("runName"),
	STRING("experimentId"),
	STRING("userId"),
	ONE("status", run_status),
	LONG("startTime"),
	LONG("endTime"),
	STRING("artifactUri"),
	STRING("lifecycleStage"),
	END
};
static const struct gql_type run_info = OBJECT("MlflowRunInfo", run_info_fields);

static const struct gql_field metric_extension_fields[] = {
	STRING("key"),
	FLOAT("value"),
	LONG("timestamp"),
	LONG("step"),
	STRING("datasetName"),
	STRING("datasetDigest"),
	STRING("modelId"),
	STRING("runId"),
	END
};
static const struct gql_type metric_extension =
    OBJECT("MlflowMetricExtension", metric_extension_fields);

static const struct gql_field param_fields[] = {
	STRING("key"),
	STRING("value"),
	END
};
static const struct gql_type param = OBJECT("MlflowParam", param_fields);

static const struct gql_field run_tag_fields[] = {
	STRING("key"),
	STRING("value"),
	END
};
static const struct gql_type run_tag = OBJECT("MlflowRunTag", run_tag_fields);

static const struct gql_field run_data_fields[] = {
	MANY("metrics", metric_extension),
	MANY("params", param),
	MANY("tags", run_tag),
	END
};
static const struct gql_type run_data = OBJECT("MlflowRunData", run_data_fields);

static const struct gql_field input_tag_fields[] = {
	STRING("key"),
	STRING("value"),
	END
};
static const struct gql_type input_tag = OBJECT("MlflowInputTag", input_tag_fields);

static const struct gql_field dataset_fields[] = {
	STRING("name"),
	STRING("digest"),
	STRING("sourceType"),
	STRING("source"),
	STRING("schema"),
	STRING("profile"),
	END
};
static const struct gql_type dataset = OBJECT("MlflowDataset", dataset_fields);

static const struct gql_field dataset_input_fields[] = {
	MANY("tags", input_tag),
	ONE("dataset", dataset),
	END
};
static const struct gql_type dataset_input = OBJECT("MlflowDatasetInput", dataset_input_fields);

static const struct gql_field model_input_fields[] = {
	STRING("modelId"),
	END
};
static const struct gql_type model_input = OBJECT("MlflowModelInput", model_input_fields);

static const struct gql_field run_inputs_fields[] = {
	MANY("datasetInputs", dataset_input),
	MANY("modelInputs", model_input),
	END
};
static const struct gql_type run_inputs = OBJECT("MlflowRunInputs", run_inputs_fields);

static const struct gql_field model_output_fields[] = {
	STRING("modelId"),
	LONG("step"),
	END
};
static const struct gql_type model_output = OBJECT("MlflowModelOutput", model_output_fields);

static const struct gql_field run_outputs_fields[] = {
	MANY("modelOutputs", model_output),
	END
};
static const struct gql_type run_outputs = OBJECT("MlflowRunOutputs", run_outputs_fields);

static const char *const model_version_status_values[] = {
	"PENDING_REGISTRATION",
	"FAILED_REGISTRATION",
	"READY",
	NULL
};
static const struct gql_type model_version_status =
    ENUM("MlflowModelVersionStatus", model_version_status_values);

static const struct gql_field model_version_tag_fields[] = {
	STRING("key"),
	STRING("value"),
	END
};
static const struct gql_type model_version_tag =
    OBJECT("MlflowModelVersionTag", model_version_tag_fields);

static const struct gql_field model_param_fields[] = {
	STRING("name"),
	STRING("value"),
	END
};
static const struct gql_type model_param = OBJECT("MlflowModelParam", model_param_fields);

static const struct gql_field model_metric_fields[] = {
	STRING("key"),
	FLOAT("value"),
	LONG("timestamp"),
	LONG("step"),
	STRING("datasetName"),
	STRING("datasetDigest"),
	STRING("modelId"),
	STRING("runId"),
	END
};
static const struct gql_type model_metric = OBJECT("MlflowModelMetric", model_metric_fields);

static const char *const job_connection_state_values[] = {
	"DEPLOYMENT_JOB_CONNECTION_STATE_UNSPECIFIED",
	"NOT_SET_UP",
	"CONNECTED",
	"NOT_FOUND",
	"REQUIRED_PARAMETERS_CHANGED",
	NULL
};
static const struct gql_type job_connection_state =
    ENUM("MlflowDeploymentJobConnectionState", job_connection_state_values);

static const char *const job_run_state_values[] = {
	"DEPLOYMENT_JOB_RUN_STATE_UNSPECIFIED",
	"NO_VALID_DEPLOYMENT_JOB_FOUND",
	"RUNNING",
	"SUCCEEDED",
	"FAILED",
	"PENDING",
	"APPROVAL",
	NULL
};
static const struct gql_type job_run_state =
    ENUM("MlflowModelVersionDeploymentJobStateDeploymentJobRunState", job_run_state_values);

static const struct gql_field job_state_fields[] = {
	STRING("jobId"),
	STRING("runId"),
	ONE("jobState", job_connection_state),
	ONE("runState", job_run_state),
	STRING("currentTaskName"),
	END
};
static const struct gql_type job_state =
    OBJECT("MlflowModelVersionDeploymentJobState", job_state_fields);

static const struct gql_field model_version_fields[] = {
	STRING("name"),
	STRING("version"),
	LONG("creationTimestamp"),
	LONG("lastUpdatedTimestamp"),
	STRING("userId"),
	STRING("currentStage"),
	STRING("description"),
	STRING("source"),
	STRING("runId"),
	ONE("status", model_version_status),
	STRING("statusMessage"),
	MANY("tags", model_version_tag),
	STRING("runLink"),
	STRINGS("aliases"),
	STRING("modelId"),
	MANY("modelParams", model_param),
	MANY("modelMetrics", model_metric),
	ONE("deploymentJobState", job_state),
	END
};
static const struct gql_type model_version = OBJECT("MlflowModelVersion", model_version_fields);

static const struct gql_field run_extension_fields[] = {
	ONE("info", run_info),
	ONE("data", run_data),
	ONE("inputs", run_inputs),
	ONE("outputs", run_outputs),
	{ "experiment", { &experiment, 0 }, NULL, GQL_RUN_EXPERIMENT, NULL,
	    "/mlflow/experiments/get" },
	{ "modelVersions", { &model_version, ITEMS }, NULL, GQL_RUN_VERSIONS, NULL,
	    "/mlflow/model-versions/search" },
	END
};
static const struct gql_type run_extension = OBJECT("MlflowRunExtension", run_extension_fields);

static const struct gql_field get_run_response_fields[] = {
	ONE("run", run_extension),
	ONE("apiError", api_error),
	END
};
static const struct gql_type get_run_response =
    OBJECT("MlflowGetRunResponse", get_run_response_fields);

static const struct gql_field get_run_input_fields[] = {
	STRING("runId"),
	STRING("runUuid"),
	END
};
static const struct gql_type get_run_input = INPUT("MlflowGetRunInput", get_run_input_fields);

static const struct gql_field file_info_fields[] = {
	STRING("path"),
	BOOLEAN("isDir"),
	LONG("fileSize"),
	END
};
static const struct gql_type file_info = OBJECT("MlflowFileInfo", file_info_fields);

static const struct gql_field list_artifacts_response_fields[] = {
	STRING("rootUri"),
	MANY("files", file_info),
	STRING("nextPageToken"),
	ONE("apiError", api_error),
	END
};
static const struct gql_type list_artifacts_response =
    OBJECT("MlflowListArtifactsResponse", list_artifacts_response_fields);

static const struct gql_field list_artifacts_input_fields[] = {
	STRING("runId"),
	STRING("runUuid"),
	STRING("path"),
	STRING("pageToken"),
	END
};
static const struct gql_type list_artifacts_input =
    INPUT("MlflowListArtifactsInput", list_artifacts_input_fields);

static const struct gql_field search_versions_response_fields[] = {
	MANY("modelVersions", model_version),
	STRING("nextPageToken"),
	ONE("apiError", api_error),
	END
};
static const struct gql_type search_versions_response =
    OBJECT("MlflowSearchModelVersionsResponse", search_versions_response_fields);

static const struct gql_field search_versions_input_fields[] = {
	STRING("filter"),
	LONG("maxResults"),
	STRINGS("orderBy"),
	STRING("pageToken"),
	END
};
static const struct gql_type search_versions_input =
    INPUT("MlflowSearchModelVersionsInput", search_versions_input_fields);

static const struct gql_field test_fields[] = {
	STRING("output"),
	END
};
static const struct gql_type test = OBJECT("Test", test_fields);

static const struct gql_field search_runs_response_fields[] = {
	MANY("runs", run_extension),
	STRING("nextPageToken"),
	ONE("apiError", api_error),
	END
};
static const struct gql_type search_runs_response =
    OBJECT("MlflowSearchRunsResponse", search_runs_response_fields);

static const char *const view_type_values[] = {
	"ACTIVE_ONLY",
	"DELETED_ONLY",
	"ALL",
	NULL
};
static const struct gql_type view_type = ENUM("MlflowViewType", view_type_values);

static const struct gql_field search_runs_input_fields[] = {
	STRINGS("experimentIds"),
	STRING("filter"),
	{ "runViewType", { &view_type, 0 }, NULL, GQL_MEMBER, "null", NULL },
	INT("maxResults"),
	STRINGS("orderBy"),
	STRING("pageToken"),
	END
};
static const struct gql_type search_runs_input =
    INPUT("MlflowSearchRunsInput", search_runs_input_fields);

static const struct gql_field dataset_summary_fields[] = {
	STRING("experimentId"),
	STRING("name"),
	STRING("digest"),
	STRING("context"),
	END
};
static const struct gql_type dataset_summary =
    OBJECT("MlflowDatasetSummary", dataset_summary_fields);

static const struct gql_field search_datasets_response_fields[] = {
	MANY("datasetSummaries", dataset_summary),
	ONE("apiError", api_error),
	END
};
static const struct gql_type search_datasets_response =
    OBJECT("MlflowSearchDatasetsResponse", search_datasets_response_fields);

static const struct gql_field search_datasets_input_fields[] = {
	STRINGS("experimentIds"),
	END
};
static const struct gql_type search_datasets_input =
    INPUT("MlflowSearchDatasetsInput", search_datasets_input_fields);

static const struct gql_field test_mutation_fields[] = {
	STRING("output"),
	END
};
static const struct gql_type test_mutation = OBJECT("TestMutation", test_mutation_fields);

static const struct gql_field get_experiment_input_args[] =
    { ONE("input", get_experiment_input), END };
static const struct gql_field history_input_args[] = { ONE("input", history_input), END };
static const struct gql_field get_run_input_args[] = { ONE("input", get_run_input), END };
static const struct gql_field list_artifacts_input_args[] =
    { ONE("input", list_artifacts_input), END };
static const struct gql_field search_versions_input_args[] =
    { ONE("input", search_versions_input), END };
static const struct gql_field echo_args[] = { STRING("inputString"), END };
static const struct gql_field search_runs_input_args[] =
    { ONE("input", search_runs_input), END };
static const struct gql_field search_datasets_input_args[] =
    { ONE("input", search_datasets_input), END };

static const struct gql_field query_fields[] = {
	{ "mlflowGetExperiment", { &get_experiment_response, 0 },
	    get_experiment_input_args, GQL_ASK_EXPERIMENT, NULL,
	    "/mlflow/experiments/get" },
	{ "mlflowGetMetricHistoryBulkInterval", { &history_response, 0 },
	    history_input_args, GQL_ASK, NULL,
	    "/mlflow/metrics/get-history-bulk-interval" },
	{ "mlflowGetRun", { &get_run_response, 0 },
	    get_run_input_args, GQL_ASK, NULL,
	    "/mlflow/runs/get" },
	{ "mlflowListArtifacts", { &list_artifacts_response, 0 },
	    list_artifacts_input_args, GQL_ASK, NULL,
	    "/mlflow/artifacts/list" },
	{ "mlflowSearchModelVersions", { &search_versions_response, 0 },
	    search_versions_input_args, GQL_ASK, NULL,
	    "/mlflow/model-versions/search" },
	{ "test", { &test, 0 },
	    echo_args, GQL_ECHO, NULL, NULL },
	{ "mlflowSearchRuns", { &search_runs_response, 0 },
	    search_runs_input_args, GQL_ASK, NULL,
	    "/mlflow/runs/search" },
	END
};
const struct gql_type gql_query = OBJECT("Query", query_fields);

static const struct gql_field mutation_fields[] = {
	{ "mlflowSearchDatasets", { &search_datasets_response, 0 },
	    search_datasets_input_args, GQL_ASK, NULL,
	    "/mlflow/experiments/search-datasets" },
	{ "mlflowSearchRuns", { &search_runs_response, 0 },
	    search_runs_input_args, GQL_ASK, NULL,
	    "/mlflow/runs/search" },
	{ "testMutation", { &test_mutation, 0 },
	    echo_args, GQL_NOTHING, NULL, NULL },
	END
};
const struct gql_type gql_mutation = OBJECT("Mutation", mutation_fields);

/* introspection: what a field gives is the meta value of its name */
#define META(n, ty, w)		{ n, { &ty, w }, NULL, GQL_META, NULL, NULL }
#define META_ALL(n, ty, w)	{ n, { &ty, w }, deprecated_args, GQL_META, NULL, NULL }
static const struct gql_field deprecated_args[] = {
	{ "includeDeprecated", { &gql_boolean, 0 }, NULL, GQL_MEMBER, "false", NULL },
	END
};
static const struct gql_field deprecated_must_args[] = {
	{ "includeDeprecated", { &gql_boolean, MUST }, NULL, GQL_MEMBER, "false", NULL },
	END
};

static const char *const meta_type_kind_values[] = {
	"SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST",
	"NON_NULL", NULL
};
static const struct gql_type meta_type_kind = ENUM("__TypeKind", meta_type_kind_values);

static const char *const meta_location_values[] = {
	"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION",
	"FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA", "SCALAR",
	"OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM",
	"ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION", "DIRECTIVE_DEFINITION", NULL
};
static const struct gql_type meta_location = ENUM("__DirectiveLocation", meta_location_values);

static const struct gql_field meta_schema_fields[] = {
	META("description", gql_string, 0),
	META("types", gql_meta_type, ITEMS | MUST),
	META("queryType", gql_meta_type, MUST),
	META("mutationType", gql_meta_type, 0),
	META("subscriptionType", gql_meta_type, 0),
	{ "directives", { &gql_meta_directive, ITEMS | MUST }, deprecated_must_args, GQL_META, NULL, NULL },
	END
};
const struct gql_type gql_meta_schema = OBJECT("__Schema", meta_schema_fields);

static const struct gql_field meta_type_fields[] = {
	META("kind", meta_type_kind, MUST),
	META("name", gql_string, 0),
	META("description", gql_string, 0),
	META("specifiedByURL", gql_string, 0),
	META_ALL("fields", gql_meta_field, ITEMS),
	META("interfaces", gql_meta_type, ITEMS),
	META("possibleTypes", gql_meta_type, ITEMS),
	META_ALL("enumValues", gql_meta_enum_value, ITEMS),
	META_ALL("inputFields", gql_meta_input, ITEMS),
	META("ofType", gql_meta_type, 0),
	META("isOneOf", gql_boolean, 0),
	END
};
const struct gql_type gql_meta_type = OBJECT("__Type", meta_type_fields);

static const struct gql_field meta_field_fields[] = {
	META("name", gql_string, MUST),
	META("description", gql_string, 0),
	META_ALL("args", gql_meta_input, ITEMS | MUST),
	META("type", gql_meta_type, MUST),
	META("isDeprecated", gql_boolean, MUST),
	META("deprecationReason", gql_string, 0),
	END
};
const struct gql_type gql_meta_field = OBJECT("__Field", meta_field_fields);

static const struct gql_field meta_input_fields[] = {
	META("name", gql_string, MUST),
	META("description", gql_string, 0),
	META("type", gql_meta_type, MUST),
	META("defaultValue", gql_string, 0),
	META("isDeprecated", gql_boolean, MUST),
	META("deprecationReason", gql_string, 0),
	END
};
const struct gql_type gql_meta_input = OBJECT("__InputValue", meta_input_fields);

static const struct gql_field meta_enum_value_fields[] = {
	META("name", gql_string, MUST),
	META("description", gql_string, 0),
	META("isDeprecated", gql_boolean, MUST),
	META("deprecationReason", gql_string, 0),
	END
};
const struct gql_type gql_meta_enum_value = OBJECT("__EnumValue", meta_enum_value_fields);

static const struct gql_field meta_directive_fields[] = {
	META("name", gql_string, MUST),
	META("description", gql_string, 0),
	META("isRepeatable", gql_boolean, MUST),
	META("locations", meta_location, ITEMS | MUST),
	META_ALL("args", gql_meta_input, ITEMS | MUST),
	META("isDeprecated", gql_boolean, MUST),
	META("deprecationReason", gql_string, 0),
	END
};
const struct gql_type gql_meta_directive = OBJECT("__Directive", meta_directive_fields);

const struct gql_field gql_typename_field = {
	"__typename", { &gql_string, MUST }, NULL, GQL_TYPENAME, NULL, NULL
};
static const struct gql_field name_args[] = {
	{ "name", { &gql_string, MUST }, NULL, GQL_MEMBER, NULL, NULL },
	END
};
/* of Query only */
static const struct gql_field meta_root_fields[] = {
	{ "__schema", { &gql_meta_schema, MUST }, NULL, GQL_SCHEMA, NULL, NULL },
	{ "__type", { &gql_meta_type, 0 }, name_args, GQL_TYPE, NULL, NULL },
	END
};

const char *const gql_places[GQL_AT__MAX] = {
	[GQL_AT_QUERY] = "QUERY", [GQL_AT_MUTATION] = "MUTATION",
	[GQL_AT_SUBSCRIPTION] = "SUBSCRIPTION", [GQL_AT_FIELD] = "FIELD",
	[GQL_AT_FRAGMENT_DEFINITION] = "FRAGMENT_DEFINITION",
	[GQL_AT_SPREAD] = "FRAGMENT_SPREAD", [GQL_AT_INLINE] = "INLINE_FRAGMENT",
	[GQL_AT_VARIABLE] = "VARIABLE_DEFINITION",
};

static const struct gql_field if_args[] = {
	{ "if", { &gql_boolean, MUST }, NULL, GQL_MEMBER, NULL, NULL },
	END
};
#define ON_SELECTIONS	(1 << GQL_AT_FIELD | 1 << GQL_AT_SPREAD | 1 << GQL_AT_INLINE)
const struct gql_directive_type gql_directives[] = {
	{ "component", 1 << GQL_AT_QUERY | 1 << GQL_AT_MUTATION, name_args },
	/* every GraphQL server has these; the reference does not */
	{ "skip", ON_SELECTIONS, if_args },
	{ "include", ON_SELECTIONS, if_args },
	{ NULL, 0, NULL }
};

const struct gql_type *const gql_types[] = {
	&gql_query, &get_experiment_response, &experiment, &gql_string, &gql_long,
	&experiment_tag, &api_error, &error_detail, &get_experiment_input,
	&history_response, &metric_with_run_id, &gql_float,
	&history_input, &gql_int, &get_run_response,
	&run_extension, &run_info, &run_status, &run_data, &metric_extension, &param,
	&run_tag, &run_inputs, &dataset_input, &input_tag, &dataset, &model_input,
	&run_outputs, &model_output, &model_version, &model_version_status,
	&model_version_tag, &model_param, &model_metric,
	&job_state, &job_connection_state,
	&job_run_state, &get_run_input,
	&list_artifacts_response, &file_info, &gql_boolean, &list_artifacts_input,
	&search_versions_response, &search_versions_input, &test,
	&search_runs_response, &search_runs_input, &view_type, &gql_mutation,
	&search_datasets_response, &dataset_summary, &search_datasets_input,
	&test_mutation, &gql_meta_schema, &gql_meta_type, &meta_type_kind,
	&gql_meta_field, &gql_meta_input, &gql_meta_enum_value, &gql_meta_directive,
	&meta_location, NULL
};
/* clang-format on */

const struct gql_type *
gql_type_find(struct str name)
{
	const struct gql_type *const *t;

	for (t = gql_types; *t != NULL; t++)
		if (str_is(name, (*t)->name))
			return *t;
	return NULL;
}

const struct gql_directive_type *
gql_directive_find(struct str name)
{
	const struct gql_directive_type *d;

	for (d = gql_directives; d->name != NULL; d++)
		if (str_is(name, d->name))
			return d;
	return NULL;
}

const struct gql_field *
gql_field_find(const struct gql_field *f, struct str name)
{
	for (; f != NULL && f->name != NULL; f++)
		if (str_is(name, f->name))
			return f;
	return NULL;
}

const struct gql_field *
gql_object_field(const struct gql_type *type, struct str name)
{
	const struct gql_field *f = NULL;

	if (str_is(name, gql_typename_field.name))
		return &gql_typename_field;
	if (type == &gql_query)
		f = gql_field_find(meta_root_fields, name);
	return f != NULL ? f : gql_field_find(type->fields, name);
}

const struct gql_type *
gql_root_type(enum gql_definition_kind kind)
{
	return kind == GQL_QUERY ? &gql_query : kind == GQL_MUTATION ? &gql_mutation : NULL;
}

bool
gql_has_fields(const struct gql_type *type)
{
	return type->kind == GQL_OBJECT;
}

struct gql_typed
gql_item_type(struct gql_typed t)
{
	if ((t.wrap & GQL_LIST_OF) == 0)
		return (struct gql_typed){ t.type, 0 };
	return (struct gql_typed){ t.type, t.wrap & GQL_ITEM_REQUIRED ? GQL_REQUIRED : 0 };
}

struct str
gql_type_text(struct arena *mem, struct gql_typed t)
{
	bool list = t.wrap & GQL_LIST_OF;

	return arena_printf(mem, "%s%s%s%s%s", list ? "[" : "", t.type->name,
	    t.wrap & GQL_ITEM_REQUIRED ? "!" : "", list ? "]" : "",
	    t.wrap & GQL_REQUIRED ? "!" : "");
}

struct str
gql_type_ref_name(const struct gql_type_ref *ref)
{
	while (ref->item != NULL)
		ref = ref->item;
	return ref->name;
}

struct str
gql_member_name(struct arena *mem, const char *field)
{
	/* at worst every letter gets an underscore */
	char *to = arena_alloc(mem, 2 * strlen(field) + 1), *p = to;

	for (; *field != '\0'; field++) {
		if (isupper((unsigned char)*field))
			*p++ = '_';
		*p++ = (char)tolower((unsigned char)*field);
	}
	return str_of(to);
}
