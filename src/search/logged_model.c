/*
 * Filters and order of logged models, on the tokens of the other searches.
 */
#include <math.h>
#include <string.h>

#include "base/repr.h"
#include "search/list.h"
#include "search/logged_model.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define NUMBER_OPS	"('<', '<=', '>', '>=', '=', '!=')"
#define TEXT_OPS	"('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')"

#define ATTRIBUTE(name, type, column) \
	{ SCOPE_ATTRIBUTE, name, type, USE_FILTER | USE_ORDER, column, NULL }

/* clang-format off */
static const struct search_field fields[] = {
	ATTRIBUTE("model_id",                  TYPE_LIST,   LOGGED_MODEL_ID),
	ATTRIBUTE("experiment_id",             TYPE_LIST,   LOGGED_MODEL_EXPERIMENT_ID),
	ATTRIBUTE("name",                      TYPE_LIST,   LOGGED_MODEL_NAME),
	ATTRIBUTE("artifact_location",         TYPE_LIST,   LOGGED_MODEL_LOCATION),
	ATTRIBUTE("creation_timestamp_ms",     TYPE_NUMBER, LOGGED_MODEL_CREATED),
	ATTRIBUTE("last_updated_timestamp_ms", TYPE_NUMBER, LOGGED_MODEL_UPDATED),
	ATTRIBUTE("status",                    TYPE_LIST,   LOGGED_MODEL_STATUS),
	ATTRIBUTE("lifecycle_stage",           TYPE_LIST,   LOGGED_MODEL_STAGE),
	ATTRIBUTE("model_type",                TYPE_LIST,   LOGGED_MODEL_TYPE),
	ATTRIBUTE("source_run_id",             TYPE_LIST,   LOGGED_MODEL_SOURCE_RUN),
	ATTRIBUTE("status_message",            TYPE_LIST,   LOGGED_MODEL_STATUS_MESSAGE),
	{ SCOPE_METRIC, NULL, TYPE_METRIC, USE_FILTER | USE_ORDER, LOGGED_MODEL_METRIC, NULL },
	{ SCOPE_PARAM,  NULL, TYPE_LIST,   USE_FILTER,             LOGGED_MODEL_PARAM,  NULL },
	{ SCOPE_TAG,    NULL, TYPE_LIST,   USE_FILTER,             LOGGED_MODEL_TAG,    NULL },
};
/* clang-format on */

static const struct {
	const char	*alias, *name;
} aliases[] = {
	{ "creation_timestamp", "creation_timestamp_ms" },
	{ "creation_time", "creation_timestamp_ms" },
	{ "last_updated_timestamp", "last_updated_timestamp_ms" },
};

static const struct search_prefix entities[] = {
	{ "attributes", SCOPE_ATTRIBUTE },
	{ "metrics", SCOPE_METRIC },
	{ "params", SCOPE_PARAM },
	{ "tags", SCOPE_TAG },
	{ NULL, 0 }
};

static const struct {
	const char	*text;
	enum search_op	 op;
} ops[] = {
	{ "=", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE },
	{ ">", OP_GT }, { ">=", OP_GE }, { "LIKE", OP_LIKE },
	{ "ILIKE", OP_ILIKE }, { "IN", OP_IN }, { "NOT IN", OP_NOT_IN },
};

static struct str
real_name(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(aliases); i++)
		if (str_is(name, aliases[i].alias))
			return str_of(aliases[i].name);
	return name;
}

/* The field of a scope and name; NULL if there is none. */
static const struct search_field *
find_field(enum search_scope scope, struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		if (fields[i].scope == scope &&
		    (fields[i].name == NULL || str_is(name, fields[i].name)))
			return &fields[i];
	return NULL;
}

/*
 * "metrics.loss" as entity and key.  What has no entity before its first dot,
 * or a line feed behind it, is an attribute as a whole.
 */
static void
split_name(struct str text, struct str *entity, struct str *key)
{
	size_t dot = 0;

	while (dot < text.len && text.p[dot] >= 'a' && text.p[dot] <= 'z')
		dot++;
	*entity = STR("attributes");
	*key = text;
	if (dot == 0 || dot + 1 >= text.len || text.p[dot] != '.' ||
	    memchr(text.p + dot, '\n', text.len - dot) != NULL)
		return;
	*entity = (struct str){ text.p, dot };
	*key = (struct str){ text.p + dot + 1, text.len - dot - 1 };
}

static struct str
strip(struct str s, char quote)
{
	if (s.len >= 2 && s.p[0] == quote && s.p[s.len - 1] == quote)
		return (struct str){ s.p + 1, s.len - 2 };
	return s;
}

/* Without all the backticks at both ends. */
static struct str
strip_backticks(struct str s)
{
	while (s.len > 0 && s.p[0] == '`')
		s = (struct str){ s.p + 1, s.len - 1 };
	while (s.len > 0 && s.p[s.len - 1] == '`')
		s.len--;
	return s;
}

/* What stands left of a comparator, before it is looked up. */
struct target {
	const struct search_prefix	*entity;
	struct str			 key;
	bool				 is_number;
};

static int
read_target(struct arena *mem, struct str text, struct target *t,
    struct search_error *err)
{
	struct str entity;

	split_name(text, &entity, &t->key);
	t->key = arena_str(mem, strip_backticks(t->key));
	for (t->entity = entities; t->entity->name != NULL; t->entity++)
		if (str_is(entity, t->entity->name))
			break;
	if (t->entity->name == NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid entity "
		    "type: %s. Expected one of "
		    "['attributes', 'metrics', 'params', 'tags'].",
		    repr(mem, entity).p);
	if (t->entity->scope == SCOPE_ATTRIBUTE)
		t->key = real_name(t->key);
	t->is_number = t->entity->scope == SCOPE_METRIC ||
	    (t->entity->scope == SCOPE_ATTRIBUTE &&
	    str_ends(t->key, "_timestamp_ms"));
	return 0;
}

/* The comparator in upper case, its words one blank apart. */
static struct str
upper(struct arena *mem, struct str s)
{
	char *to = arena_alloc(mem, s.len + 1);
	size_t i, n = 0;

	for (i = 0; i < s.len; i++) {
		bool space = strchr(" \t\r\n", s.p[i]) != NULL;
		char c = space ? ' ' : s.p[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!space || (n > 0 && to[n - 1] != ' '))
			to[n++] = c;
	}
	return (struct str){ to, n };
}

static enum search_op
find_op(struct str text)
{
	size_t i;

	for (i = 0; i < COUNT(ops); i++)
		if (str_is(text, ops[i].text))
			return ops[i].op;
	return OP__MAX;
}

static bool
takes(const struct target *t, enum search_op op)
{
	if (op == OP_EQ || op == OP_NE)
		return true;
	if (op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE)
		return t->is_number;
	return op != OP__MAX && !t->is_number;
}

static int
read_number(struct arena *mem, struct str text, struct search_test *test,
    struct search_error *err)
{
	text = arena_str(mem, text);
	if (!str_to_dbl(text, true, &test->number))
		return search_fail(mem, err, SEARCH_INTERNAL, "could not convert "
		    "string to float: %s", repr(mem, text).p);
	if (!isfinite(test->number))
		return search_fail(mem, err, SEARCH_BAD_REQUEST, "The number %s "
		    "cannot be compared with: it is not finite.", text.p);
	test->is_integer = str_to_i64(text, &test->integer);
	return 0;
}

/* Quoted once, in single quotes, or bare; or a list in parentheses. */
static int
read_text(struct arena *mem, struct str text, struct search_test *test,
    struct search_error *err)
{
	bool listed = test->op == OP_IN || test->op == OP_NOT_IN;

	if (!str_starts(text, "(")) {
		test->texts = arena_alloc(mem, sizeof(*test->texts));
		test->texts[0] = arena_str(mem, strip(text, '\''));
		test->nvalues = 1;
		return 0;
	}
	if (search_list_read(mem, text, &test->texts, &test->nvalues, err) != 0)
		return 1;
	if (!listed && test->nvalues > 1)
		return search_fail(mem, err, SEARCH_INVALID, "Expected a single "
		    "value for the comparison with %.*s.", STR_ARGS(text));
	return 0;
}

static int
fail_comparison(struct arena *mem, const struct item *c,
    struct search_error *err)
{
	struct str op = c->op->token.text, right = c->right->token.text;

	if (str_is_nocase(op, "is")) {
		op = upper(mem, op);
		right = upper(mem, right);
	}
	return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison: "
	    "%.*s%.*s %.*s. Expected a comparison with 3 tokens.",
	    STR_ARGS(c->left->token.text), STR_ARGS(op), STR_ARGS(right));
}

static int
read_test(struct arena *mem, const struct item *c, struct search_test *test,
    struct search_error *err)
{
	struct target target = { 0 };

	*test = (struct search_test){ 0 };
	if (c->commented || str_is_nocase(c->op->token.text, "is"))
		return fail_comparison(mem, c, err);
	if (read_target(mem, c->left->token.text, &target, err) != 0)
		return 1;
	test->op_text = upper(mem, c->op->token.text);
	test->op = find_op(test->op_text);
	if (!takes(&target, test->op))
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "operator for %s.%.*s: %s. Expected one of %s.",
		    target.entity->name, STR_ARGS(target.key),
		    repr(mem, test->op_text).p,
		    target.is_number ? NUMBER_OPS : TEXT_OPS);
	test->key = target.key;
	test->field = find_field(target.entity->scope, target.key);
	if (test->field == NULL)
		return search_fail(mem, err, SEARCH_INTERNAL, "Logged models have "
		    "no attribute %s.", repr(mem, target.key).p);
	return (target.is_number ? read_number : read_text)(mem,
	    c->right->token.text, test, err);
}

static int
fail_filter(struct arena *mem, struct str filter, const char *wanted,
    struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID,
	    "Invalid filter string: %s. Expected %s.", repr(mem, filter).p,
	    wanted);
}

/* One after the other: the first that is wrong is told. */
static int
read_items(struct arena *mem, struct str filter, struct items items,
    struct search_node *tree, struct search_error *err)
{
	size_t i;

	tree->kids = arena_array(mem, items.n, sizeof(*tree->kids));
	for (i = 0; i < items.n; i++) {
		struct search_node *kid = &tree->kids[tree->nkids];

		if (item_is_ignored(&items.v[i]))
			continue;
		if (items.v[i].kind != ITEM_COMPARISON)
			return fail_filter(mem, filter, "a list of comparisons "
			    "separated by 'AND' (e.g. 'metrics.loss > 0.1 AND "
			    "params.lr = 0.01')", err);
		if (tree->nkids == SEARCH_CLAUSES_MAX)
			return search_fail(mem, err, SEARCH_INVALID, "Invalid "
			    "filter string: it has more than %d comparisons.",
			    SEARCH_CLAUSES_MAX);
		kid->kind = NODE_TEST;
		if (read_test(mem, &items.v[i], &kid->test, err) != 0)
			return 1;
		tree->nkids++;
	}
	return 0;
}

int
search_logged_models_parse(struct arena *mem, struct str filter,
    struct search_node **tree, struct search_error *err)
{
	struct tokens tokens;

	*tree = arena_alloc(mem, sizeof(**tree));
	(*tree)->kind = NODE_AND;
	if (str_empty(filter))
		return 0;
	if (filter.len > SEARCH_FILTER_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter "
		    "string: it is longer than %d bytes.", SEARCH_FILTER_MAX);
	tokens = lex(mem, filter);
	if ((tokens.n == 1 && tokens.v[0].kind == TOK_SPACE) ||
	    tokens_are_split(tokens))
		return fail_filter(mem, filter, "a single SQL expression", err);
	return read_items(mem, filter, items_group(mem, tokens), *tree, err);
}

int
search_logged_models_order(struct arena *mem, struct str name,
    const struct search_field **field, struct str *key,
    struct search_error *err)
{
	const char *dot;

	name = str_or_empty(name);
	if (name.len > SEARCH_ORDER_BYTES_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order by "
		    "field name: it is longer than %d bytes.",
		    SEARCH_ORDER_BYTES_MAX);
	dot = memchr(name.p, '.', name.len);
	if (dot == NULL) {
		*key = real_name(name);
		*field = find_field(SCOPE_ATTRIBUTE, *key);
		if (*field != NULL)
			return 0;
		return search_fail(mem, err, SEARCH_NO_ATTRIBUTE,
		    "Invalid order by field name: %s", name.p);
	}
	*key = (struct str){ dot + 1, (size_t)(name.p + name.len - dot) - 1 };
	*field = find_field(SCOPE_METRIC, *key);
	if (str_starts(name, "metrics."))
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid order by field "
	    "name: %s. Only metrics are supported.", name.p);
}
