/* The dialects of the searchable entities: tables and nothing else. */
#include "search/dialect.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define EQUAL		(1u << OP_EQ | 1u << OP_NE)
#define MORE_LESS	(1u << OP_LT | 1u << OP_LE | 1u << OP_GT | 1u << OP_GE)
#define LIKES		(1u << OP_LIKE | 1u << OP_ILIKE)
#define RLIKE		(1u << OP_RLIKE)
#define LISTS		(1u << OP_IN | 1u << OP_NOT_IN)
#define NULLS		(1u << OP_IS_NULL | 1u << OP_NOT_NULL)

#define ATTRIBUTE	SCOPE_ATTRIBUTE
#define METRIC		SCOPE_METRIC
#define PARAM		SCOPE_PARAM
#define TAG		SCOPE_TAG
#define DATASET		SCOPE_DATASET
#define METADATA	SCOPE_METADATA
#define SPAN		SCOPE_SPAN
#define FEEDBACK	SCOPE_FEEDBACK
#define EXPECTATION	SCOPE_EXPECTATION
#define ISSUE		SCOPE_ISSUE
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
	.mask = EQUAL | LIKES, .refusal = SET_CLOSED(TEXT_SET)
};
static const struct search_ops list_ops = {
	.mask = EQUAL | LIKES | LISTS, .refusal = SET_CLOSED(TEXT_SET)
};
static const struct search_ops number_ops = {
	.mask = EQUAL | MORE_LESS, .refusal = SET(TEXT_SET)
};
static const struct search_ops dataset_ops = {
	.mask = EQUAL | LIKES | LISTS, .refusal = SET(TEXT_SET)
};
static const struct search_ops metric_ops = {
	.mask = EQUAL | MORE_LESS, .refusal = SET(NUMBER_SET)
};
static const struct search_ops param_ops = {
	.mask = EQUAL | LIKES | NULLS, .refusal = SET_CLOSED(PAIR_SET)
};
static const struct search_ops tag_ops = {
	.mask = EQUAL | LIKES | NULLS, .refusal = SET(PAIR_SET)
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

#define LISTS_FOR(keys) \
	"Only " keys " attributes support comparison with a list of quoted string values."
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
	.list_text = LISTS_FOR("['run_id']"),
	.order_scope = { "Invalid identifier type '", "'", false },
};

/* clang-format off */
static const struct search_ops experiment_id_ops = {
	.mask = EQUAL | LISTS, .refusal = BARE("experiment_id")
};
static const struct search_ops experiment_tag_ops = {
	.mask = EQUAL | LIKES | NULLS, .refusal = BARE("tag")
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
	.list_text = LISTS_FOR("['experiment_id']"),
	.order_scope = { "Invalid order_by entity: ", "", false },
	.order_repeats = true,
};

/* clang-format off */
static const struct search_ops registry_text_ops = {
	.mask = EQUAL | LIKES, .refusal = BARE("attribute")
};
static const struct search_ops registry_list_ops = {
	.mask = EQUAL | LIKES | LISTS, .refusal = BARE("attribute")
};
static const struct search_ops registry_tag_ops = {
	.mask = EQUAL | LIKES, .refusal = BARE("tag")
};
static const struct search_ops version_ops = {
	.mask = EQUAL | MORE_LESS, .refusal = BARE("attribute version_number")
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
	.list_text = LISTS_FOR("['name']"),
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
	.list_text = LISTS_FOR("['name', 'run_id']"),
	.attribute_text = REGISTRY_WANTED,
	.number_text = "Only the '{" VERSION_NUMBERS "}' attributes support comparison with "
	    "numeric values.",
	.order_key = { "Invalid order by key '",
	    "' specified. Valid keys are {'name', " VERSION_NUMBERS "}", false },
};

/* A comparator that logged models refuse, with the prefix of its key. */
#define PLAIN(prefix, set) \
	.before_key = "Invalid comparison operator for " prefix ".", \
	.refusal = { ": ", ". Expected one of (" set ").", true }
#define PLAIN_NUMBER	"'<', '<=', '>', '>=', '=', '!='"
#define PLAIN_TEXT	"'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'"

/* clang-format off */
static const struct search_ops plain_text_ops = {
	.mask = EQUAL | LIKES | LISTS, PLAIN("attributes", PLAIN_TEXT)
};
static const struct search_ops plain_number_ops = {
	.mask = EQUAL | MORE_LESS, PLAIN("attributes", PLAIN_NUMBER)
};
static const struct search_ops plain_metric_ops = {
	.mask = EQUAL | MORE_LESS, PLAIN("metrics", PLAIN_NUMBER)
};
static const struct search_ops plain_param_ops = {
	.mask = EQUAL | LIKES | LISTS, PLAIN("params", PLAIN_TEXT)
};
static const struct search_ops plain_tag_ops = {
	.mask = EQUAL | LIKES | LISTS, PLAIN("tags", PLAIN_TEXT)
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
	.mask = EQUAL | MORE_LESS | LIKES | 1u << OP_IN, .refusal = BARE("attribute")
};
static const struct search_ops eval_text_ops = {
	.mask = EQUAL | MORE_LESS | LIKES, .refusal = BARE("attribute")
};
static const struct search_ops eval_number_ops = {
	.mask = EQUAL | MORE_LESS, .refusal = BARE("numeric attribute")
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
	.list_text = LISTS_FOR("['name']"),
	.lists_need_in = true,
	.order_scope = { "Invalid order_by entity: ", "", false },
	.order_repeats = true,
};

/* Sets of MLflow's, in an order of ours. */
#define TRACE_TEXT_SET	"'=', '!=', 'IN', 'NOT IN', 'LIKE', 'ILIKE', 'RLIKE'"
#define TRACE_PAIR_SET	"'=', '!=', 'LIKE', 'ILIKE', 'RLIKE', 'IS NULL', 'IS NOT NULL'"
#define TRACE_VERDICT_SET \
	"'=', '!=', '>', '>=', '<', '<=', 'LIKE', 'ILIKE', 'RLIKE', 'IS NULL', 'IS NOT NULL'"
#define ONE_OF(set)	{ " comparator '", "' not one of '{" set "}'", false }
/* Metadata that is several columns. */
#define RESERVED(key)							\
	{ "Comparator '", "' is not supported for reserved metadata '" key	\
	    "'. Only '=', '!=', 'IS NULL', and 'IS NOT NULL' are supported.", false }

/* clang-format off */
static const struct search_ops trace_text_ops = {
	.mask = EQUAL | LIKES | RLIKE | LISTS, .refusal = SET_CLOSED(TRACE_TEXT_SET)
};
static const struct search_ops trace_number_ops = {
	.mask = EQUAL | MORE_LESS, .refusal = SET(TRACE_TEXT_SET)
};
static const struct search_ops trace_tag_ops = {
	.mask = EQUAL | LIKES | RLIKE | NULLS, .refusal = SET(TRACE_PAIR_SET)
};
static const struct search_ops trace_metadata_ops = {
	.mask = EQUAL | LIKES | RLIKE | NULLS, .refusal = SET_CLOSED(TRACE_PAIR_SET)
};
static const struct search_ops trace_prompt_ops = {
	.mask = 1u << OP_EQ, .wider = &trace_tag_ops,
	.refusal = { "Invalid comparator '", "' for prompts filter. Only '=' is supported with "
	    "format: prompt = \"name/version\"", false }
};
static const struct search_ops trace_tokens_ops = {
	.mask = EQUAL | NULLS, .wider = &trace_metadata_ops,
	.refusal = RESERVED("mlflow.trace.tokenUsage")
};
static const struct search_ops trace_cost_ops = {
	.mask = EQUAL | NULLS, .wider = &trace_metadata_ops,
	.refusal = RESERVED("mlflow.trace.cost")
};
static const struct search_ops trace_content_ops = {
	.mask = LIKES,
	.refusal = { "span.content comparator '", "' not one of '{'LIKE', 'ILIKE'}'", false }
};
static const struct search_ops trace_span_ops = {
	.mask = EQUAL | LIKES | RLIKE | LISTS, .before_key = "span.", .refusal = ONE_OF(TRACE_TEXT_SET)
};
static const struct search_ops trace_verdict_ops = {
	.mask = EQUAL | MORE_LESS | LIKES | RLIKE | NULLS, .before_key = "assessment.",
	.refusal = ONE_OF(TRACE_VERDICT_SET)
};
static const struct search_ops trace_issue_ops = {
	.mask = 1u << OP_EQ, .before_key = "issue.", .refusal = ONE_OF("'='")
};
static const struct search_ops no_metadata_order = {
	.no_key = { "Ordering by reserved metadata '", "' is not supported because it is "
	    "represented by multiple columns.", false }
};
static const struct search_ops no_span_field = {
	.no_key = { "Invalid span attribute '", "'. Supported attributes: name, status, type, "
	    "attributes.<attribute_name>.", false }
};
static const struct search_ops no_span_attribute = {
	.no_key = { "Span attribute name cannot be empty after '", "'", false }
};
static const struct search_ops no_verdict = {
	.no_key = { "Assessment field name cannot be empty", "", false }
};
static const struct search_ops no_issue_field = {
	.no_key = { "Invalid issue attribute '", "'. Supported attributes: id", false }
};

static const struct search_prefix trace_prefixes[] = {
	{ "tag",              TAG },
	{ "tags",             TAG },
	{ "attribute",        ATTRIBUTE },
	{ "attributes",       ATTRIBUTE },
	{ "trace",            ATTRIBUTE },
	{ "metadata",         METADATA },
	{ "request_metadata", METADATA },
	{ "span",             SPAN },
	{ "feedback",         FEEDBACK },
	{ "expectation",      EXPECTATION },
	{ "issue",            ISSUE },
	{ NULL, 0 }
};

#define TRACE_WORD(name, use, column) \
	{ ATTRIBUTE, name, TYPE_LIST, use, column, &trace_text_ops }
#define TRACE_TIME(name, column) \
	{ ATTRIBUTE, name, TYPE_QUANTITY, BOTH, column, &trace_number_ops }
#define TRACE_SPAN(name, column) \
	{ SPAN, name, TYPE_LIST, USE_FILTER, column, &trace_span_ops }
#define TRACE_RESERVED(key, column, ops) \
	{ METADATA, key, TYPE_TEXT, USE_FILTER, column, ops }, \
	{ METADATA, key, TYPE_TEXT, USE_ORDER, COLUMN_NONE, &no_metadata_order }
#define TRACE_VERDICT(scope, column) \
	{ scope, "", TYPE_VERDICT, USE_FILTER, COLUMN_NONE, &no_verdict }, \
	{ scope, NULL, TYPE_VERDICT, USE_FILTER, column, &trace_verdict_ops }

static const struct search_field trace_fields[] = {
	TRACE_WORD("request_id",        BOTH,       TRACE_ID),
	TRACE_TIME("timestamp",                     TRACE_TIMESTAMP),
	TRACE_TIME("timestamp_ms",                  TRACE_TIMESTAMP),
	TRACE_TIME("execution_time",                TRACE_EXECUTION_TIME),
	TRACE_TIME("execution_time_ms",             TRACE_EXECUTION_TIME),
	TRACE_TIME("end_time",                      TRACE_END_TIME),
	TRACE_TIME("end_time_ms",                   TRACE_END_TIME),
	TRACE_WORD("status",            BOTH,       TRACE_STATUS),
	TRACE_WORD("client_request_id", USE_FILTER, TRACE_CLIENT_REQUEST_ID),
	{ ATTRIBUTE, "experiment_id", TYPE_NUMBER, USE_ORDER, TRACE_EXPERIMENT_ID, NULL },
	{ ATTRIBUTE, "name",   TYPE_LIST, BOTH,       TRACE_NAME,   &trace_tag_ops },
	{ ATTRIBUTE, "run_id", TYPE_LIST, BOTH,       TRACE_RUN,    &trace_metadata_ops },
	{ ATTRIBUTE, "prompt", TYPE_PAIR, USE_FILTER, TRACE_PROMPT, &trace_prompt_ops },
	{ ATTRIBUTE, "text",   TYPE_TEXT, USE_FILTER, TRACE_TEXT,   &trace_content_ops },
	/* tags and metadata that are columns, or no rows of theirs */
	{ TAG, "mlflow.traceName",     TYPE_LIST, BOTH,       TRACE_NAME,   &trace_tag_ops },
	{ TAG, "mlflow.linkedPrompts", TYPE_PAIR, USE_FILTER, TRACE_PROMPT, &trace_prompt_ops },
	{ TAG, NULL,                   TYPE_LIST, BOTH,       TRACE_TAG,    &trace_tag_ops },
	{ METADATA, "mlflow.sourceRun", TYPE_TEXT, BOTH, TRACE_RUN, &trace_metadata_ops },
	{ METADATA, "mlflow.trace.session", TYPE_TEXT, BOTH, TRACE_SESSION, &trace_metadata_ops },
	TRACE_RESERVED("mlflow.trace.tokenUsage", TRACE_TOKEN_USAGE, &trace_tokens_ops),
	TRACE_RESERVED("mlflow.trace.cost", TRACE_COST, &trace_cost_ops),
	{ METADATA, NULL, TYPE_TEXT, BOTH, TRACE_METADATA, &trace_metadata_ops },
	TRACE_SPAN("name",   TRACE_SPAN_NAME),
	TRACE_SPAN("type",   TRACE_SPAN_TYPE),
	TRACE_SPAN("status", TRACE_SPAN_STATUS),
	{ SPAN, "content",     TYPE_LIST, USE_FILTER, TRACE_TEXT,  &trace_content_ops },
	{ SPAN, "attributes.", TYPE_LIST, USE_FILTER, COLUMN_NONE, &no_span_attribute },
	TRACE_SPAN("attributes.*", TRACE_SPAN_ATTRIBUTE),
	{ SPAN, NULL,          TYPE_LIST, USE_FILTER, COLUMN_NONE, &no_span_field },
	TRACE_VERDICT(FEEDBACK, TRACE_FEEDBACK),
	TRACE_VERDICT(EXPECTATION, TRACE_EXPECTATION),
	{ ISSUE, "id", TYPE_TEXT, USE_FILTER, TRACE_ISSUE, &trace_issue_ops },
	{ ISSUE, NULL, TYPE_TEXT, USE_FILTER, COLUMN_NONE, &no_issue_field },
};
/* clang-format on */

const struct search_dialect search_traces = {
	.grammar = &sql_grammar,
	.prefixes = trace_prefixes,
	.ruling = { "name", "run_id", "prompt", "text", NULL },
	.own_scopes = 1u << SCOPE_SPAN,
	.bare_words = { "timestamp", "text", NULL },
	.fields = trace_fields,
	.nfields = COUNT(trace_fields),
	.quotes = SQL_QUOTES,
	.clause_quote = "'",
	.unknown_prefix = { "Invalid entity type '", "'. Valid values are {'tag', 'tags', "
	    "'attribute', 'attributes', 'trace', 'metadata', 'request_metadata', 'span', "
	    "'feedback', 'expectation', 'issue'}", false },
	.valid_keys = KEYS,
	.null_scopes = ~0u,
	.early_scopes = 1u << SCOPE_SPAN,
	.list_text = "Only attributes in {'name', 'status', 'request_id', 'run_id', "
	    "'client_request_id'} supports comparison with a list of quoted string values.",
	.attribute_text = REGISTRY_WANTED,
	.number_text = "Only the '{'timestamp_ms', 'timestamp', 'execution_time_ms', "
	    "'execution_time', 'end_time_ms', 'end_time'}' attributes support comparison with "
	    "numeric values.",
	.order_scope = { "Invalid identifier type '", "'", false },
};
