/*
 * The tables of the searchable entities, and the check of one comparison
 * against them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/repr.h"
#include "search/entity.h"
#include "search/list.h"

#define TEXT_OPS	"{'ILIKE', '!=', 'IN', 'LIKE', '=', 'NOT IN'}"

/* Not every text of MLflow's closes the quote that it opens. */
static const struct search_refusal text_refusal = {
	"Invalid comparator '", "' not one of '" TEXT_OPS "'"
};
static const struct search_refusal number_refusal = {
	"Invalid comparator '", "' not one of '" TEXT_OPS
};
static const struct search_refusal metric_refusal = {
	"Invalid comparator '", "' not one of '{'>', '>=', '=', '!=', '<', '<='}"
};
static const struct search_refusal param_refusal = {
	"Invalid comparator '", "' not one of "
	"'{'IS NULL', 'ILIKE', '!=', 'IS NOT NULL', 'LIKE', '='}'"
};
static const struct search_refusal tag_refusal = {
	"Invalid comparator '", "' not one of "
	"'{'IS NULL', 'ILIKE', '!=', 'IS NOT NULL', 'LIKE', '='}"
};
static const struct search_refusal experiment_id_refusal = {
	"Invalid comparator for experiment_id: ", ""
};
static const struct search_refusal experiment_tag_refusal = {
	"Invalid comparator for tag: ", ""
};

static const struct search_refusal attribute_refusal = {
	"Invalid comparator for attribute: ", ""
};
static const struct search_refusal version_refusal = {
	"Invalid comparator for attribute version_number: ", ""
};

#define BOTH	(USE_FILTER | USE_ORDER)

/* clang-format off */
static const struct search_prefix run_prefixes[] = {
	{ "metric",     SCOPE_METRIC },
	{ "metrics",    SCOPE_METRIC },
	{ "param",      SCOPE_PARAM },
	{ "params",     SCOPE_PARAM },
	{ "parameter",  SCOPE_PARAM },
	{ "parameters", SCOPE_PARAM },
	{ "tag",        SCOPE_TAG },
	{ "tags",       SCOPE_TAG },
	{ "attribute",  SCOPE_ATTRIBUTE },
	{ "attributes", SCOPE_ATTRIBUTE },
	{ "attr",       SCOPE_ATTRIBUTE },
	{ "run",        SCOPE_ATTRIBUTE },
	{ "dataset",    SCOPE_DATASET },
	{ "datasets",   SCOPE_DATASET },
	{ NULL, 0 }
};

static const struct search_field run_fields[] = {
	{ SCOPE_ATTRIBUTE, "start_time",   TYPE_NUMBER, BOTH,       RUN_START_TIME,      &number_refusal },
	{ SCOPE_ATTRIBUTE, "end_time",     TYPE_NUMBER, BOTH,       RUN_END_TIME,        &number_refusal },
	{ SCOPE_ATTRIBUTE, "created",      TYPE_NUMBER, BOTH,       RUN_START_TIME,      &number_refusal },
	{ SCOPE_ATTRIBUTE, "Created",      TYPE_NUMBER, BOTH,       RUN_START_TIME,      &number_refusal },
	{ SCOPE_ATTRIBUTE, "status",       TYPE_TEXT,   BOTH,       RUN_STATUS,          &text_refusal },
	{ SCOPE_ATTRIBUTE, "user_id",      TYPE_TEXT,   BOTH,       RUN_USER_ID,         &text_refusal },
	{ SCOPE_ATTRIBUTE, "artifact_uri", TYPE_TEXT,   BOTH,       RUN_ARTIFACT_URI,    &text_refusal },
	{ SCOPE_ATTRIBUTE, "run_id",       TYPE_LIST,   BOTH,       RUN_ID,              &text_refusal },
	{ SCOPE_ATTRIBUTE, "run_name",     TYPE_TEXT,   BOTH,       RUN_NAME,            &text_refusal },
	{ SCOPE_ATTRIBUTE, "run name",     TYPE_TEXT,   USE_FILTER, RUN_NAME,            &text_refusal },
	{ SCOPE_ATTRIBUTE, "Run name",     TYPE_TEXT,   USE_FILTER, RUN_NAME,            &text_refusal },
	{ SCOPE_ATTRIBUTE, "Run Name",     TYPE_TEXT,   USE_FILTER, RUN_NAME,            &text_refusal },
	{ SCOPE_METRIC,    NULL,           TYPE_METRIC, BOTH,       RUN_METRIC,          &metric_refusal },
	{ SCOPE_PARAM,     NULL,           TYPE_TEXT,   BOTH,       RUN_PARAM,           &param_refusal },
	{ SCOPE_TAG,       NULL,           TYPE_TEXT,   BOTH,       RUN_TAG,             &tag_refusal },
	{ SCOPE_DATASET,   "name",         TYPE_LIST,   USE_FILTER, RUN_DATASET_NAME,    &number_refusal },
	{ SCOPE_DATASET,   "digest",       TYPE_LIST,   USE_FILTER, RUN_DATASET_DIGEST,  &number_refusal },
	{ SCOPE_DATASET,   "context",      TYPE_LIST,   USE_FILTER, RUN_DATASET_CONTEXT, &number_refusal },
};

static const struct search_prefix experiment_prefixes[] = {
	{ "attribute", SCOPE_ATTRIBUTE },
	{ "tag",       SCOPE_TAG },
	{ "tags",      SCOPE_TAG },
	{ NULL, 0 }
};

static const struct search_field experiment_fields[] = {
	{ SCOPE_ATTRIBUTE, "name",             TYPE_TEXT,    BOTH, EXPERIMENT_NAME,             &text_refusal },
	{ SCOPE_ATTRIBUTE, "creation_time",    TYPE_INTEGER, BOTH, EXPERIMENT_CREATION_TIME,    &number_refusal },
	{ SCOPE_ATTRIBUTE, "last_update_time", TYPE_INTEGER, BOTH, EXPERIMENT_LAST_UPDATE_TIME, &number_refusal },
	{ SCOPE_ATTRIBUTE, "experiment_id",    TYPE_ID,      BOTH, EXPERIMENT_ID,               &experiment_id_refusal },
	{ SCOPE_TAG,       NULL,               TYPE_TEXT,    USE_FILTER, EXPERIMENT_TAG,              &experiment_tag_refusal },
};

static const struct search_field model_fields[] = {
	{ SCOPE_ATTRIBUTE, "name",                   TYPE_LIST,   BOTH,       MODEL_NAME,         &attribute_refusal },
	{ SCOPE_ATTRIBUTE, "timestamp",              TYPE_NUMBER, USE_ORDER,  MODEL_LAST_UPDATED, NULL },
	{ SCOPE_ATTRIBUTE, "last_updated_timestamp", TYPE_NUMBER, USE_ORDER,  MODEL_LAST_UPDATED, NULL },
	{ SCOPE_TAG,       NULL,                     TYPE_TEXT,   USE_FILTER, MODEL_TAG,          &experiment_tag_refusal },
};

static const struct search_field version_fields[] = {
	{ SCOPE_ATTRIBUTE, "name",                   TYPE_LIST,    BOTH,       VERSION_NAME,         &attribute_refusal },
	{ SCOPE_ATTRIBUTE, "version_number",         TYPE_VERSION, BOTH,       VERSION_NUMBER,       &version_refusal },
	{ SCOPE_ATTRIBUTE, "run_id",                 TYPE_LIST,    USE_FILTER, VERSION_RUN_ID,       &attribute_refusal },
	{ SCOPE_ATTRIBUTE, "source_path",            TYPE_TEXT,    USE_FILTER, VERSION_SOURCE,       &attribute_refusal },
	{ SCOPE_ATTRIBUTE, "creation_timestamp",     TYPE_NUMBER,  USE_ORDER,  VERSION_CREATED,      NULL },
	{ SCOPE_ATTRIBUTE, "last_updated_timestamp", TYPE_NUMBER,  USE_ORDER,  VERSION_LAST_UPDATED, NULL },
	{ SCOPE_TAG,       NULL,                     TYPE_TEXT,    USE_FILTER, VERSION_TAG,          &experiment_tag_refusal },
};
/* clang-format on */

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

const struct search_entity search_runs = {
	.prefixes = run_prefixes,
	.fields = run_fields,
	.nfields = COUNT(run_fields),
	.clause_quote = "'",
	.prefixes_text = "Valid values are "
	    "['metric', 'parameter', 'tag', 'attribute', 'dataset']",
	.null_text = "tags and params",
	.list_text = "['run_id']",
	.order_scope = { "Invalid identifier type '", "'" },
};

const struct search_entity search_experiments = {
	.prefixes = experiment_prefixes,
	.fields = experiment_fields,
	.nfields = COUNT(experiment_fields),
	.clause_quote = "",
	.prefixes_text = "Valid entity types are ('attribute', 'tag', 'tags')",
	.null_text = "tags",
	.list_text = "['experiment_id']",
	.keeps_case = true,
	.order_scope = { "Invalid order_by entity: ", "" },
};

const struct search_entity search_models = {
	.prefixes = experiment_prefixes,
	.fields = model_fields,
	.nfields = COUNT(model_fields),
	.clause_quote = "",
	.prefixes_text = "Valid entity types are ('attribute', 'tag', 'tags')",
	.list_text = "['name']",
	.order_keys_text = "{'timestamp', 'name'}",
	.attribute_text = "or a list of quoted string values for attributes",
	.keeps_quotes = true,
};

const struct search_entity search_versions = {
	.prefixes = experiment_prefixes,
	.fields = version_fields,
	.nfields = COUNT(version_fields),
	.clause_quote = "",
	.prefixes_text = "Valid entity types are ('attribute', 'tag', 'tags')",
	.list_text = "['name', 'run_id']",
	.order_key = { "Invalid order by key '", "' specified. Valid keys are "
	    "{'name', 'version_number', 'creation_timestamp', "
	    "'last_updated_timestamp'}" },
	.number_text = "Only the '{'version_number', 'creation_timestamp', "
	    "'last_updated_timestamp'}' attributes support comparison with "
	    "numeric values.",
	.attribute_text = "or a list of quoted string values for attributes",
	.keeps_quotes = true,
};

/* The scopes' names in errors. */
static const char *const scope_names[] = {
	[SCOPE_ATTRIBUTE] = "attribute",
	[SCOPE_METRIC] = "metric",
	[SCOPE_PARAM] = "parameter",
	[SCOPE_TAG] = "tag",
	[SCOPE_DATASET] = "dataset",
};

static const struct {
	const char	*text;
	enum search_op	 op;
} op_names[] = {
	{ "=", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE },
	{ ">", OP_GT }, { ">=", OP_GE }, { "LIKE", OP_LIKE },
	{ "ILIKE", OP_ILIKE }, { "IN", OP_IN }, { "NOT IN", OP_NOT_IN },
};

int
search_fail(struct arena *mem, struct search_error *err,
    enum search_error_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err->kind = kind;
	err->text = arena_vprintf(mem, fmt, ap);
	va_end(ap);
	return 1;
}

static bool
is_quoted(struct str s, char quote)
{
	return s.len >= 2 && s.p[0] == quote && s.p[s.len - 1] == quote;
}

/* s without one pair of quotes, if it has one of those in `quotes`. */
static struct str
strip_quotes(struct str s, const char *quotes)
{
	for (; *quotes != '\0'; quotes++)
		if (is_quoted(s, *quotes))
			return (struct str){ s.p + 1, s.len - 2 };
	return s;
}

static int
fail_key(struct arena *mem, const struct search_entity *e,
    enum search_scope scope, unsigned use, struct str key,
    struct search_error *err)
{
	struct buf names = { 0 };
	size_t i;

	for (i = 0; i < e->nfields; i++)
		if (e->fields[i].scope == scope && (e->fields[i].use & use))
			buf_printf(&names, "%s'%s'", names.len == 0 ? "" : ", ",
			    e->fields[i].name);
	search_fail(mem, err, SEARCH_INVALID,
	    "Invalid %s key '%.*s' specified. Valid keys are '{%.*s}'",
	    scope_names[scope], STR_ARGS(key), STR_ARGS(buf_str(&names)));
	buf_fini(&names);
	return 1;
}

static const struct search_prefix *
find_prefix(const struct search_entity *e, struct str name)
{
	const struct search_prefix *p;

	for (p = e->prefixes; p->name != NULL; p++)
		if (str_is(name, p->name))
			return p;
	return NULL;
}

static bool
can_order_by(const struct search_entity *e, enum search_scope scope)
{
	size_t i;

	for (i = 0; i < e->nfields; i++)
		if (e->fields[i].scope == scope &&
		    (e->fields[i].use & USE_ORDER))
			return true;
	return false;
}

static int
find_field(struct arena *mem, const struct search_entity *e,
    enum search_scope scope, unsigned use, struct str key,
    const struct search_field **field, struct search_error *err)
{
	size_t i;

	for (i = 0; i < e->nfields; i++) {
		*field = &e->fields[i];
		if ((*field)->scope == scope && ((*field)->use & use) &&
		    ((*field)->name == NULL || str_is(key, (*field)->name)))
			return 0;
	}
	if (use == USE_ORDER && e->order_keys_text != NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order by "
		    "key '%.*s' specified. Valid keys are '%s'", STR_ARGS(key),
		    e->order_keys_text);
	return fail_key(mem, e, scope, use, key, err);
}

static int
fail_order(struct arena *mem, const struct search_entity *e,
    enum search_scope scope, struct str key, struct search_error *err)
{
	if (e->order_key.before != NULL)
		return search_fail(mem, err, SEARCH_INVALID, "%s%.*s%s",
		    e->order_key.before, STR_ARGS(key), e->order_key.after);
	return search_fail(mem, err, SEARCH_INVALID, "%s%s%s",
	    e->order_scope.before, scope_names[scope], e->order_scope.after);
}

int
search_resolve(struct arena *mem, const struct search_entity *e,
    struct str identifier, unsigned use, const struct search_field **field,
    struct str *key, struct search_error *err)
{
	const char *dot = memchr(identifier.p, '.', identifier.len);
	const struct search_prefix *prefix;
	struct str name;

	if (dot == NULL || (use == USE_ORDER && e->order_keys_text != NULL)) {
		*key = strip_quotes(identifier, e->keeps_quotes ? "" : "`\"");
		return find_field(mem, e, SCOPE_ATTRIBUTE, use, *key, field,
		    err);
	}
	name = strip_quotes((struct str){ identifier.p,
	    (size_t)(dot - identifier.p) }, e->keeps_quotes ? "" : "`");
	*key = (struct str){ dot + 1,
	    (size_t)(identifier.p + identifier.len - dot) - 1 };
	prefix = find_prefix(e, name);
	if (prefix == NULL)
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid entity type '%.*s'. %s", STR_ARGS(name),
		    e->prefixes_text);
	if (prefix->scope != SCOPE_ATTRIBUTE || !e->keeps_quotes)
		*key = strip_quotes(*key, "`\"'");
	if (use == USE_ORDER && !can_order_by(e, prefix->scope))
		return fail_order(mem, e, prefix->scope, *key, err);
	return find_field(mem, e, prefix->scope, use, *key, field, err);
}

static int
fail_number(struct arena *mem, const struct search_field *f, struct str text,
    struct search_error *err)
{
	if (f->scope == SCOPE_METRIC)
		return search_fail(mem, err, SEARCH_INVALID, "Expected numeric "
		    "value type for metric. Found %.*s", STR_ARGS(text));
	return search_fail(mem, err, SEARCH_INVALID, "Expected numeric value "
	    "type for numeric attribute: %s. Found %.*s", f->name,
	    STR_ARGS(text));
}

static int
fail_list(struct arena *mem, const struct search_entity *e,
    struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID, "Only %s attributes "
	    "support comparison with a list of quoted string values.",
	    e->list_text);
}

static int
fail_name(struct arena *mem, struct str text, struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID, "Parameter value is either "
	    "not quoted or unidentified quote types used for string value %.*s. "
	    "Use either single or double quotes.", STR_ARGS(text));
}

static int
fail_unquoted(struct arena *mem, const struct search_entity *e,
    const struct search_field *f, const struct item *value,
    struct search_error *err)
{
	static const char *const wanted[] = {
		[SCOPE_ATTRIBUTE] = "for attributes",
		[SCOPE_PARAM] = "for parameter (e.g. 'my-value')",
		[SCOPE_TAG] = "for tag (e.g. 'my-value')",
		[SCOPE_DATASET] = "for dataset attributes",
	};
	bool attribute = f->scope == SCOPE_ATTRIBUTE;
	struct str text = value->token.text;

	if (value->kind == ITEM_IDENT)
		return fail_name(mem, text, err);
	if (attribute && e->number_text != NULL && item_is_token(value, TOK_NUMBER))
		return search_fail(mem, err, SEARCH_INVALID, "%s", e->number_text);
	return search_fail(mem, err, SEARCH_INVALID,
	    "Expected a quoted string value %s. Got value %.*s",
	    attribute && e->attribute_text != NULL ? e->attribute_text :
	    wanted[f->scope], STR_ARGS(text));
}

/* In quotes; whether it is a whole number is a matter of the check. */
static int
read_version(struct arena *mem, const struct search_entity *e,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	struct str text = value->token.text;

	if (value->kind == ITEM_PAREN)
		return fail_list(mem, e, err);
	if (!is_quoted(text, '\'') && !is_quoted(text, '"'))
		return fail_unquoted(mem, e, t->field, value, err);
	t->texts = arena_alloc(mem, sizeof(*t->texts));
	t->texts[0] = arena_str(mem, strip_quotes(text, "'\""));
	t->nvalues = 1;
	return 0;
}

static int
read_number(struct arena *mem, const struct search_entity *e,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	/* the readers of numbers want a NUL behind the text */
	struct str text = arena_str(mem, value->token.text);

	if (!item_is_token(value, TOK_NUMBER) && t->field->type == TYPE_VERSION)
		return read_version(mem, e, value, t, err);
	if (!item_is_token(value, TOK_NUMBER))
		return fail_number(mem, t->field, text, err);
	t->is_integer = str_to_i64(text, &t->integer);
	t->has_fraction = strpbrk(text.p, ".eE") != NULL;
	str_to_dbl(text, false, &t->number);
	return 0;
}

/* A list where MLflow takes one; `= ('x')` reads like IN. */
static int
read_list(struct arena *mem, const struct search_entity *e,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	if (t->field->type != TYPE_LIST && t->field->type != TYPE_ID)
		return fail_list(mem, e, err);
	if (t->op == OP_EQ)
		t->op = OP_IN;
	else if (t->op == OP_NE)
		t->op = OP_NOT_IN;
	return search_list_read(mem, value->token.text, &t->texts, &t->nvalues,
	    err);
}

static int
read_text(struct arena *mem, const struct search_entity *e,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	struct str text = value->token.text;

	if (value->kind == ITEM_PAREN && (t->field->scope == SCOPE_ATTRIBUTE ||
	    t->field->scope == SCOPE_DATASET))
		return read_list(mem, e, value, t, err);
	if ((value->kind != ITEM_IDENT && !item_is_token(value, TOK_STRING)) ||
	    (!is_quoted(text, '\'') && !is_quoted(text, '"')))
		return fail_unquoted(mem, e, t->field, value, err);
	t->texts = arena_alloc(mem, sizeof(*t->texts));
	/* a copy, for the NUL behind it */
	t->texts[0] = arena_str(mem, strip_quotes(text, "'\""));
	t->nvalues = 1;
	return 0;
}

/* The comparator, of any case; "IS NULL" and the like are read as one. */
static void
read_op(struct arena *mem, const struct search_entity *e,
    const struct item *comparison, struct search_test *t)
{
	struct str s = arena_str(mem, comparison->op->token.text);
	char *upper = arena_strdup(mem, s.p);
	size_t i;

	for (i = 0; i < s.len; i++)
		if (upper[i] >= 'a' && upper[i] <= 'z')
			upper[i] = (char)(upper[i] - 'a' + 'A');
	t->op_text = (struct str){ upper, s.len };
	/* any white space may stand inside NOT IN */
	if (str_starts(t->op_text, "NOT") && str_ends(t->op_text, "IN"))
		t->op_text = STR("NOT IN");
	t->op = OP__MAX;
	for (i = 0; i < COUNT(op_names); i++)
		if (str_is(t->op_text, op_names[i].text))
			t->op = op_names[i].op;
	if (str_is(t->op_text, "IS"))
		t->op = comparison->right->token.text.len == strlen("NULL") ?
		    OP_IS_NULL : OP_NOT_NULL;
	if (e->keeps_case)
		t->op_text = s;
}

static bool
takes_null(const struct search_field *f)
{
	return f->scope == SCOPE_PARAM || f->scope == SCOPE_TAG;
}

static int
fail_null(struct arena *mem, const struct search_entity *e,
    const struct search_test *t, struct search_error *err)
{
	if (e->null_text == NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: "
		    "IS NULL / IS NOT NULL is not supported in this search, "
		    "found with %s '%.*s'", scope_names[t->field->scope],
		    STR_ARGS(t->key));
	return search_fail(mem, err, SEARCH_INVALID,
	    "IS NULL / IS NOT NULL is only supported for %s, "
	    "not for %s%s%s '%.*s'", e->null_text, e->clause_quote,
	    scope_names[t->field->scope], e->clause_quote, STR_ARGS(t->key));
}

int
search_test_read(struct arena *mem, const struct search_entity *e,
    const struct item *comparison, struct search_test *t,
    struct search_error *err)
{
	const struct item *left = comparison->left;

	*t = (struct search_test){ 0 };
	if (comparison->commented)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "clause. Expected 3 tokens found 4");
	if (left->kind != ITEM_IDENT && left->kind != ITEM_ALIASED)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "clause. Expected 'Identifier' found '%.*s'",
		    STR_ARGS(left->token.text));
	if (search_resolve(mem, e, left->token.text, USE_FILTER, &t->field,
	    &t->key, err) != 0)
		return 1;
	read_op(mem, e, comparison, t);
	if (t->op == OP_IS_NULL || t->op == OP_NOT_NULL)
		return e->null_text != NULL && takes_null(t->field) ? 0 :
		    fail_null(mem, e, t, err);
	if (t->field->type <= TYPE_INTEGER)
		return read_number(mem, e, comparison->right, t, err);
	return read_text(mem, e, comparison->right, t, err);
}

static bool
takes_op(const struct search_field *f, enum search_op op)
{
	switch (op) {
	case OP_EQ:
	case OP_NE:
		return true;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return f->type <= TYPE_INTEGER;
	case OP_LIKE:
	case OP_ILIKE:
		return f->type == TYPE_TEXT || f->type == TYPE_LIST;
	case OP_IN:
	case OP_NOT_IN:
		return f->type == TYPE_LIST || f->type == TYPE_ID;
	case OP_IS_NULL:
	case OP_NOT_NULL:
		return takes_null(f);
	case OP__MAX:
		break;
	}
	return false;
}

/* Ids beyond int64 are numbers too, of no row. */
static int64_t
saturate(struct str digits)
{
	return str_starts(digits, "-") ? INT64_MIN : INT64_MAX;
}

static int
check_ids(struct arena *mem, struct search_test *t, struct search_error *err)
{
	size_t i;

	t->integers = arena_array(mem, t->nvalues, sizeof(*t->integers));
	for (i = 0; i < t->nvalues; i++) {
		struct str digits = arena_str(mem, str_trim(t->texts[i]));
		bool sign = str_starts(digits, "-") || str_starts(digits, "+");

		if (str_to_i64(digits, &t->integers[i]))
			continue;
		if (digits.len == 0 || strspn(digits.p + sign, "0123456789") +
		    sign != digits.len || digits.len == (size_t)sign)
			return search_fail(mem, err, SEARCH_INVALID,
			    "Invalid experiment ID '%.*s'. Experiment ID must "
			    "be a valid integer.", STR_ARGS(t->texts[i]));
		t->integers[i] = saturate(digits);
	}
	return 0;
}

struct str
search_show_double(struct arena *mem, double v)
{
	struct str text;
	int digits;

	if (v == floor(v) && fabs(v) < 1e16)
		return arena_printf(mem, "%.1f", v);
	for (digits = 1;; digits++) {
		text = arena_printf(mem, "%.*g", digits, v);
		if (digits == 17 || strtod(text.p, NULL) == v)
			return text;
	}
}

static int
check_version(struct arena *mem, struct search_test *t,
    struct search_error *err)
{
	struct str digits = arena_str(mem, str_trim(t->texts[0]));

	t->is_integer = str_to_i64(digits, &t->integer);
	if (t->is_integer)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid value for numeric "
	    "attribute '%s': %.*s", t->field->name,
	    STR_ARGS(repr(mem, t->texts[0])));
}

static int
check_number(struct arena *mem, struct search_test *t,
    struct search_error *err)
{
	if (t->texts != NULL)
		return check_version(mem, t, err);
	if (t->field->type == TYPE_VERSION && t->has_fraction)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid value for "
		    "numeric attribute '%s': %.*s", t->field->name,
		    STR_ARGS(search_show_double(mem, t->number)));
	if (t->field->type == TYPE_INTEGER && !t->is_integer &&
	    (isinf(t->number) || t->has_fraction))
		return search_fail(mem, err, SEARCH_INVALID, "Invalid value for "
		    "numeric attribute '%s': '%.*s'", t->field->name,
		    STR_ARGS(search_show_double(mem, t->number)));
	if (isinf(t->number))
		return search_fail(mem, err, SEARCH_BAD_REQUEST,
		    "The number compared with '%.*s' is beyond the range of a "
		    "double.", STR_ARGS(t->key));
	return 0;
}

int
search_test_check(struct arena *mem, struct search_test *t,
    struct search_error *err)
{
	const struct search_refusal *refusal = t->field->refusal;
	bool listed = t->op == OP_IN || t->op == OP_NOT_IN;

	if (!takes_op(t->field, t->op) || (!listed && t->nvalues > 1))
		return search_fail(mem, err, SEARCH_INVALID, "%s%.*s%s",
		    refusal->before, STR_ARGS(t->op_text), refusal->after);
	if (t->field->type == TYPE_ID)
		return check_ids(mem, t, err);
	return t->field->type <= TYPE_INTEGER ? check_number(mem, t, err) : 0;
}
