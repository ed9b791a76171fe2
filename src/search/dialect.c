/* The dialects of the searchable entities: tables and nothing else. */
#include "search/dialect.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define EQUAL		(1u << OP_EQ | 1u << OP_NE)
#define MORE_LESS	(1u << OP_LT | 1u << OP_LE | 1u << OP_GT | 1u << OP_GE)
#define LIKES		(1u << OP_LIKE | 1u << OP_ILIKE)
#define LISTS		(1u << OP_IN | 1u << OP_NOT_IN)
#define NULLS		(1u << OP_IS_NULL | 1u << OP_NOT_NULL)

#define ATTRIBUTE	SCOPE_ATTRIBUTE
#define METRIC		SCOPE_METRIC
#define PARAM		SCOPE_PARAM
#define TAG		SCOPE_TAG
#define DATASET		SCOPE_DATASET
#define BOTH		(USE_FILTER | USE_ORDER)

/* Not every text of MLflow's closes the quote that it opens. */
#define SET(words)	{ "Invalid comparator '", "' not one of '{" words "}", false }
#define SET_CLOSED(words) \
	{ "Invalid comparator '", "' not one of '{" words "}'", false }
#define BARE(what)	{ "Invalid comparator for " what ": ", "", false }

#define TEXT_SET	"'ILIKE', '!=', 'IN', 'LIKE', '=', 'NOT IN'"
#define NUMBER_SET	"'>', '>=', '=', '!=', '<', '<='"
#define PAIR_SET	"'IS NULL', 'ILIKE', '!=', 'IS NOT NULL', 'LIKE', '='"

/* clang-format off */
static const struct search_ops text_ops = {
	EQUAL | LIKES, SET_CLOSED(TEXT_SET), false
};
static const struct search_ops list_ops = {
	EQUAL | LIKES | LISTS, SET_CLOSED(TEXT_SET), false
};
static const struct search_ops number_ops = {
	EQUAL | MORE_LESS, SET(TEXT_SET), false
};
static const struct search_ops dataset_ops = {
	EQUAL | LIKES | LISTS, SET(TEXT_SET), false
};
static const struct search_ops metric_ops = {
	EQUAL | MORE_LESS, SET(NUMBER_SET), false
};
static const struct search_ops param_ops = {
	EQUAL | LIKES | NULLS, SET_CLOSED(PAIR_SET), false
};
static const struct search_ops tag_ops = {
	EQUAL | LIKES | NULLS, SET(PAIR_SET), false
};

static const struct search_grammar sql_grammar = {
	.unparsed = { "Invalid filter '", "'. Could not be parsed.", false },
	.several = { "Search filter contained multiple expression ",
	    ". Provide AND-ed expression list.", true },
};

static const struct search_prefix run_prefixes[] = {
	{ "metric",     METRIC },
	{ "metrics",    METRIC },
	{ "param",      PARAM },
	{ "params",     PARAM },
	{ "parameter",  PARAM },
	{ "parameters", PARAM },
	{ "tag",        TAG },
	{ "tags",       TAG },
	{ "attribute",  ATTRIBUTE },
	{ "attributes", ATTRIBUTE },
	{ "attr",       ATTRIBUTE },
	{ "run",        ATTRIBUTE },
	{ "dataset",    DATASET },
	{ "datasets",   DATASET },
	{ NULL, 0 }
};

static const struct search_field run_fields[] = {
	{ ATTRIBUTE, "start_time",   TYPE_NUMBER, BOTH,       RUN_START_TIME,      &number_ops },
	{ ATTRIBUTE, "end_time",     TYPE_NUMBER, BOTH,       RUN_END_TIME,        &number_ops },
	{ ATTRIBUTE, "created",      TYPE_NUMBER, BOTH,       RUN_START_TIME,      &number_ops },
	{ ATTRIBUTE, "Created",      TYPE_NUMBER, BOTH,       RUN_START_TIME,      &number_ops },
	{ ATTRIBUTE, "status",       TYPE_TEXT,   BOTH,       RUN_STATUS,          &text_ops },
	{ ATTRIBUTE, "user_id",      TYPE_TEXT,   BOTH,       RUN_USER_ID,         &text_ops },
	{ ATTRIBUTE, "artifact_uri", TYPE_TEXT,   BOTH,       RUN_ARTIFACT_URI,    &text_ops },
	{ ATTRIBUTE, "run_id",       TYPE_LIST,   BOTH,       RUN_ID,              &list_ops },
	{ ATTRIBUTE, "run_name",     TYPE_TEXT,   BOTH,       RUN_NAME,            &text_ops },
	{ ATTRIBUTE, "run name",     TYPE_TEXT,   USE_FILTER, RUN_NAME,            &text_ops },
	{ ATTRIBUTE, "Run name",     TYPE_TEXT,   USE_FILTER, RUN_NAME,            &text_ops },
	{ ATTRIBUTE, "Run Name",     TYPE_TEXT,   USE_FILTER, RUN_NAME,            &text_ops },
	{ METRIC, NULL,              TYPE_METRIC, BOTH,       RUN_METRIC,          &metric_ops },
	{ PARAM, NULL,               TYPE_TEXT,   BOTH,       RUN_PARAM,           &param_ops },
	{ TAG, NULL,                 TYPE_TEXT,   BOTH,       RUN_TAG,             &tag_ops },
	{ DATASET, "name",           TYPE_LIST,   USE_FILTER, RUN_DATASET_NAME,    &dataset_ops },
	{ DATASET, "digest",         TYPE_LIST,   USE_FILTER, RUN_DATASET_DIGEST,  &dataset_ops },
	{ DATASET, "context",        TYPE_LIST,   USE_FILTER, RUN_DATASET_CONTEXT, &dataset_ops },
};
/* clang-format on */

/* How keys are listed, and where quotes are taken off. */
#define KEYS		{ " specified. Valid keys are '{", "}'", false }
#define SQL_QUOTES	{ "`\"", "`", "`\"'", "`\"'" }
/* They belong to names, but for the key of a tag. */
#define KEPT_QUOTES	{ "", "", "", "`\"'" }
#define NO_QUOTES	{ "", "", "", "" }

#define NO_NULL		"IS NULL / IS NOT NULL is only supported for "

const struct search_dialect search_runs = {
	.grammar = &sql_grammar,
	.prefixes = run_prefixes,
	.fields = run_fields,
	.nfields = COUNT(run_fields),
	.quotes = SQL_QUOTES,
	.clause_quote = "'",
	.unknown_prefix = { "Invalid entity type '", "'. Valid values are "
	    "['metric', 'parameter', 'tag', 'attribute', 'dataset']", false },
	.valid_keys = KEYS,
	.null_scopes = 1u << SCOPE_PARAM | 1u << SCOPE_TAG,
	.no_null = { NO_NULL "tags and params, not for '", "'", false },
	.list_text = "['run_id']",
	.order_scope = { "Invalid identifier type '", "'", false },
};

/* clang-format off */
static const struct search_ops experiment_id_ops = {
	EQUAL | LISTS, BARE("experiment_id"), false
};
static const struct search_ops experiment_tag_ops = {
	EQUAL | LIKES | NULLS, BARE("tag"), false
};

static const struct search_prefix experiment_prefixes[] = {
	{ "attribute", ATTRIBUTE },
	{ "tag",       TAG },
	{ "tags",      TAG },
	{ NULL, 0 }
};

static const struct search_field experiment_fields[] = {
	{ ATTRIBUTE, "name", TYPE_TEXT, BOTH, EXPERIMENT_NAME, &text_ops },
	{ ATTRIBUTE, "creation_time", TYPE_INTEGER, BOTH, EXPERIMENT_CREATION_TIME, &number_ops },
	{ ATTRIBUTE, "last_update_time", TYPE_INTEGER, BOTH, EXPERIMENT_LAST_UPDATE_TIME,
	    &number_ops },
	{ ATTRIBUTE, "experiment_id", TYPE_ID, BOTH, EXPERIMENT_ID, &experiment_id_ops },
	{ TAG, NULL, TYPE_TEXT, USE_FILTER, EXPERIMENT_TAG, &experiment_tag_ops },
};
/* clang-format on */

#define ATTRIBUTE_OR_TAG						\
	{ "Invalid entity type '",					\
	    "'. Valid entity types are ('attribute', 'tag', 'tags')", false }

const struct search_dialect search_experiments = {
	.grammar = &sql_grammar,
	.prefixes = experiment_prefixes,
	.fields = experiment_fields,
	.nfields = COUNT(experiment_fields),
	.show = SHOW_AS_WRITTEN,
	.quotes = SQL_QUOTES,
	.clause_quote = "",
	.unknown_prefix = ATTRIBUTE_OR_TAG,
	.valid_keys = KEYS,
	.null_scopes = 1u << SCOPE_TAG,
	.no_null = { NO_NULL "tags, not for ", "", false },
	.list_text = "['experiment_id']",
	.order_scope = { "Invalid order_by entity: ", "", false },
	.order_repeats = true,
};

/* clang-format off */
static const struct search_ops registry_text_ops = {
	EQUAL | LIKES, BARE("attribute"), false
};
static const struct search_ops registry_list_ops = {
	EQUAL | LIKES | LISTS, BARE("attribute"), false
};
static const struct search_ops registry_tag_ops = {
	EQUAL | LIKES, BARE("tag"), false
};
static const struct search_ops version_ops = {
	EQUAL | MORE_LESS, BARE("attribute version_number"), false
};

static const struct search_field model_fields[] = {
	{ ATTRIBUTE, "name", TYPE_LIST, BOTH, MODEL_NAME, &registry_list_ops },
	{ ATTRIBUTE, "timestamp",              TYPE_NUMBER, USE_ORDER,  MODEL_LAST_UPDATED, NULL },
	{ ATTRIBUTE, "last_updated_timestamp", TYPE_NUMBER, USE_ORDER,  MODEL_LAST_UPDATED, NULL },
	{ TAG, NULL, TYPE_TEXT, USE_FILTER, MODEL_TAG, &registry_tag_ops },
};

static const struct search_field version_fields[] = {
	{ ATTRIBUTE, "name", TYPE_LIST, BOTH, VERSION_NAME, &registry_list_ops },
	{ ATTRIBUTE, "version_number", TYPE_VERSION, BOTH, VERSION_NUMBER, &version_ops },
	{ ATTRIBUTE, "run_id", TYPE_LIST, USE_FILTER, VERSION_RUN_ID, &registry_list_ops },
	{ ATTRIBUTE, "source_path", TYPE_TEXT, USE_FILTER, VERSION_SOURCE, &registry_text_ops },
	{ ATTRIBUTE, "creation_timestamp", TYPE_NUMBER, USE_ORDER, VERSION_CREATED, NULL },
	{ ATTRIBUTE, "last_updated_timestamp", TYPE_NUMBER, USE_ORDER, VERSION_LAST_UPDATED, NULL },
	{ TAG, NULL, TYPE_TEXT, USE_FILTER, VERSION_TAG, &registry_tag_ops },
};
/* clang-format on */

#define REGISTRY_NO_NULL						\
	{ "Invalid filter: IS NULL / IS NOT NULL is not supported in this "	\
	    "search, found with ", "", false }
#define REGISTRY_WANTED	"or a list of quoted string values for attributes"

const struct search_dialect search_models = {
	.grammar = &sql_grammar,
	.prefixes = experiment_prefixes,
	.fields = model_fields,
	.nfields = COUNT(model_fields),
	.quotes = KEPT_QUOTES,
	.clause_quote = "",
	.unknown_prefix = ATTRIBUTE_OR_TAG,
	.valid_keys = KEYS,
	.no_null = REGISTRY_NO_NULL,
	.list_text = "['name']",
	.attribute_text = REGISTRY_WANTED,
	.order_whole = { "Invalid order by key '",
	    "' specified. Valid keys are '{'timestamp', 'name'}'", false },
};

#define VERSION_NUMBERS	"'version_number', 'creation_timestamp', 'last_updated_timestamp'"

const struct search_dialect search_versions = {
	.grammar = &sql_grammar,
	.prefixes = experiment_prefixes,
	.fields = version_fields,
	.nfields = COUNT(version_fields),
	.quotes = KEPT_QUOTES,
	.clause_quote = "",
	.unknown_prefix = ATTRIBUTE_OR_TAG,
	.valid_keys = KEYS,
	.no_null = REGISTRY_NO_NULL,
	.list_text = "['name', 'run_id']",
	.attribute_text = REGISTRY_WANTED,
	.number_text = "Only the '{" VERSION_NUMBERS "}' attributes support comparison with "
	    "numeric values.",
	.order_key = { "Invalid order by key '",
	    "' specified. Valid keys are {'name', " VERSION_NUMBERS "}", false },
};

/* A comparator that logged models refuse, with the prefix of its key. */
#define PLAIN(prefix, set) \
	{ "Invalid comparison operator for " prefix ".", ". Expected one of (" set ").", true }
#define PLAIN_NUMBER	"'<', '<=', '>', '>=', '=', '!='"
#define PLAIN_TEXT	"'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'"

/* clang-format off */
static const struct search_ops plain_text_ops = {
	EQUAL | LIKES | LISTS, PLAIN("attributes", PLAIN_TEXT), true
};
static const struct search_ops plain_number_ops = {
	EQUAL | MORE_LESS, PLAIN("attributes", PLAIN_NUMBER), true
};
static const struct search_ops plain_metric_ops = {
	EQUAL | MORE_LESS, PLAIN("metrics", PLAIN_NUMBER), true
};
static const struct search_ops plain_param_ops = {
	EQUAL | LIKES | LISTS, PLAIN("params", PLAIN_TEXT), true
};
static const struct search_ops plain_tag_ops = {
	EQUAL | LIKES | LISTS, PLAIN("tags", PLAIN_TEXT), true
};

static const struct search_grammar plain_grammar = {
	.is_plain = true,
	.unparsed = { "Invalid filter string: ", ". Expected a single SQL expression.", true },
	.several = { "Invalid filter string: ", ". Expected a single SQL expression.", true },
	.no_clauses = { "Invalid filter string: ", ". Expected a list of comparisons separated "
	    "by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').", true },
};

static const struct search_prefix logged_model_prefixes[] = {
	{ "attributes", ATTRIBUTE },
	{ "metrics",    METRIC },
	{ "params",     PARAM },
	{ "tags",       TAG },
	{ NULL, 0 }
};

static const struct search_alias logged_model_aliases[] = {
	{ "creation_timestamp",     "creation_timestamp_ms" },
	{ "creation_time",          "creation_timestamp_ms" },
	{ "last_updated_timestamp", "last_updated_timestamp_ms" },
	{ NULL, NULL }
};

#define TEXT(name, column) \
	{ ATTRIBUTE, name, TYPE_LIST, BOTH, column, &plain_text_ops }
#define NUMBER(name, column) \
	{ ATTRIBUTE, name, TYPE_NUMBER, BOTH, column, &plain_number_ops }

static const struct search_field logged_model_fields[] = {
	TEXT("model_id",          LOGGED_MODEL_ID),
	TEXT("experiment_id",     LOGGED_MODEL_EXPERIMENT_ID),
	TEXT("name",              LOGGED_MODEL_NAME),
	TEXT("artifact_location", LOGGED_MODEL_LOCATION),
	TEXT("status",            LOGGED_MODEL_STATUS),
	TEXT("lifecycle_stage",   LOGGED_MODEL_STAGE),
	TEXT("model_type",        LOGGED_MODEL_TYPE),
	TEXT("source_run_id",     LOGGED_MODEL_SOURCE_RUN),
	TEXT("status_message",    LOGGED_MODEL_STATUS_MESSAGE),
	NUMBER("creation_timestamp_ms", LOGGED_MODEL_CREATED),
	NUMBER("last_updated_timestamp_ms", LOGGED_MODEL_UPDATED),
	{ ATTRIBUTE, "*_timestamp_ms", TYPE_NUMBER, USE_FILTER, COLUMN_NONE, &plain_number_ops },
	{ ATTRIBUTE, NULL, TYPE_LIST, USE_FILTER, COLUMN_NONE, &plain_text_ops },
	{ METRIC, NULL, TYPE_METRIC, BOTH, LOGGED_MODEL_METRIC, &plain_metric_ops },
	{ PARAM, NULL, TYPE_LIST, USE_FILTER, LOGGED_MODEL_PARAM, &plain_param_ops },
	{ TAG, NULL, TYPE_LIST, USE_FILTER, LOGGED_MODEL_TAG, &plain_tag_ops },
};
/* clang-format on */

const struct search_dialect search_logged_models = {
	.grammar = &plain_grammar,
	.prefixes = logged_model_prefixes,
	.aliases = logged_model_aliases,
	.fields = logged_model_fields,
	.nfields = COUNT(logged_model_fields),
	.show = SHOW_ONE_BLANK,
	.quotes = NO_QUOTES,
	.unknown_prefix = { "Invalid entity type: ", ". Expected one of "
	    "['attributes', 'metrics', 'params', 'tags'].", true },
};

/* clang-format off */
static const struct search_ops eval_list_ops = {
	EQUAL | MORE_LESS | LIKES | 1u << OP_IN, BARE("attribute"), false
};
static const struct search_ops eval_text_ops = {
	EQUAL | MORE_LESS | LIKES, BARE("attribute"), false
};
static const struct search_ops eval_number_ops = {
	EQUAL | MORE_LESS, BARE("numeric attribute"), false
};

static const struct search_prefix eval_dataset_prefixes[] = {
	{ "tags", TAG },
	{ NULL, 0 }
};

static const struct search_field eval_dataset_fields[] = {
	{ ATTRIBUTE, "name",             TYPE_LIST, BOTH,       EVAL_NAME,       &eval_list_ops },
	{ ATTRIBUTE, "created_time",     TYPE_LONG, BOTH,       EVAL_CREATED,    &eval_number_ops },
	{ ATTRIBUTE, "last_update_time", TYPE_LONG, BOTH,       EVAL_UPDATED,    &eval_number_ops },
	{ ATTRIBUTE, "created_by",       TYPE_TEXT, USE_FILTER, EVAL_CREATED_BY, &eval_text_ops },
	{ ATTRIBUTE, "last_updated_by",  TYPE_TEXT, USE_FILTER, EVAL_UPDATED_BY, &eval_text_ops },
	{ TAG, NULL, TYPE_TEXT, USE_FILTER, EVAL_TAG, &registry_tag_ops },
};
/* clang-format on */

const struct search_dialect search_eval_datasets = {
	.grammar = &sql_grammar,
	.prefixes = eval_dataset_prefixes,
	.fields = eval_dataset_fields,
	.nfields = COUNT(eval_dataset_fields),
	.show = SHOW_AS_WRITTEN,
	.quotes = NO_QUOTES,
	.clause_quote = "",
	.unknown_prefix = { "Invalid identifier token '", "' specified", false },
	.valid_keys = { " specified. Valid keys are: {", "}", false },
	/* MLflow reads it, and then refuses it as a comparator */
	.null_scopes = 1u << SCOPE_TAG,
	.no_null = { NO_NULL "tags and params, not for '", "'", false },
	.list_text = "['name']",
	.lists_need_in = true,
	.order_scope = { "Invalid order_by entity: ", "", false },
	.order_repeats = true,
};
