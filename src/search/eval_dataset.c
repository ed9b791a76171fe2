/*
 * Filters and order of evaluation datasets: the usual tokens, but keys, values
 * and texts of their own.
 */
#include <string.h>

#include "base/buf.h"
#include "base/repr.h"
#include "search/eval_dataset.h"
#include "search/list.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define BOTH	(USE_FILTER | USE_ORDER)

/* clang-format off */
static const struct search_field fields[] = {
	{ SCOPE_ATTRIBUTE, "name",             TYPE_LIST,    BOTH,       EVAL_NAME,       NULL },
	{ SCOPE_ATTRIBUTE, "created_time",     TYPE_INTEGER, BOTH,       EVAL_CREATED,    NULL },
	{ SCOPE_ATTRIBUTE, "last_update_time", TYPE_INTEGER, BOTH,       EVAL_UPDATED,    NULL },
	{ SCOPE_ATTRIBUTE, "created_by",       TYPE_TEXT,    USE_FILTER, EVAL_CREATED_BY, NULL },
	{ SCOPE_ATTRIBUTE, "last_updated_by",  TYPE_TEXT,    USE_FILTER, EVAL_UPDATED_BY, NULL },
	{ SCOPE_TAG,       NULL,               TYPE_TEXT,    USE_FILTER, EVAL_TAG,        NULL },
};
/* clang-format on */

static const struct {
	const char	*text;
	enum search_op	 op;
} ops[] = {
	{ "=", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE },
	{ ">", OP_GT }, { ">=", OP_GE }, { "like", OP_LIKE },
	{ "ilike", OP_ILIKE }, { "in", OP_IN },
};

static int
fail_key(struct arena *mem, unsigned use, struct str key,
    struct search_error *err)
{
	struct buf names = { 0 };
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		if (fields[i].name != NULL && (fields[i].use & use))
			buf_printf(&names, "%s'%s'", names.len == 0 ? "" : ", ",
			    fields[i].name);
	search_fail(mem, err, SEARCH_INVALID, "Invalid attribute key '%.*s' "
	    "specified. Valid keys are: {%.*s}", STR_ARGS(key),
	    STR_ARGS(buf_str(&names)));
	buf_fini(&names);
	return 1;
}

/* The field of an identifier, and the key of a tag. */
static int
resolve(struct arena *mem, struct str text, unsigned use,
    const struct search_field **field, struct str *key,
    struct search_error *err)
{
	const char *dot = memchr(text.p, '.', text.len);
	struct str prefix = { text.p, dot == NULL ? 0 : (size_t)(dot - text.p) };
	size_t i;

	if (dot != NULL && !str_is(prefix, "tags"))
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid identifier token '%.*s' specified",
		    STR_ARGS(prefix));
	if (dot != NULL && use == USE_ORDER)
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid order_by entity: tag");
	*key = dot == NULL ? text :
	    (struct str){ dot + 1, text.len - prefix.len - 1 };
	*key = arena_str(mem, *key);
	for (i = 0; i < COUNT(fields); i++) {
		*field = &fields[i];
		if (dot != NULL ? fields[i].scope == SCOPE_TAG :
		    fields[i].name != NULL && (fields[i].use & use) &&
		    str_is(*key, fields[i].name))
			return 0;
	}
	return fail_key(mem, use, *key, err);
}

static bool
takes(const struct search_field *f, enum search_op op)
{
	switch (op) {
	case OP_EQ:
	case OP_NE:
		return true;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return f->scope == SCOPE_ATTRIBUTE;
	case OP_LIKE:
	case OP_ILIKE:
		return f->type != TYPE_INTEGER;
	case OP_IN:
		return f->type == TYPE_LIST;
	default:
		return false;
	}
}

static int
fail_op(struct arena *mem, const struct search_test *t,
    struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID,
	    "Invalid comparator for %s: %.*s",
	    t->field->scope == SCOPE_TAG ? "tag" :
	    t->field->type == TYPE_INTEGER ? "numeric attribute" : "attribute",
	    STR_ARGS(t->op_text));
}

static int
read_number(struct arena *mem, const struct item *value,
    struct search_test *t, struct search_error *err)
{
	struct str text = arena_str(mem, value->token.text);

	if (!item_is_token(value, TOK_NUMBER))
		return search_fail(mem, err, SEARCH_INVALID, "Expected numeric "
		    "value type for numeric attribute: %s. Found %s",
		    t->field->name, text.p);
	if (!takes(t->field, t->op))
		return fail_op(mem, t, err);
	t->is_integer = str_to_i64(text, &t->integer);
	if (t->is_integer)
		return 0;
	if (strpbrk(text.p, ".eE") != NULL && str_to_dbl(text, false, &t->number))
		text = search_show_double(mem, t->number);
	return search_fail(mem, err, SEARCH_INVALID, "Invalid value for "
	    "numeric attribute '%s': '%s'", t->field->name, text.p);
}

static bool
is_quoted(struct str s)
{
	return s.len >= 2 && (s.p[0] == '\'' || s.p[0] == '"') &&
	    s.p[s.len - 1] == s.p[0];
}

static int
read_list(struct arena *mem, struct str text, struct search_test *t,
    struct search_error *err)
{
	if (t->field->type != TYPE_LIST)
		return search_fail(mem, err, SEARCH_INVALID, "Only ['name'] "
		    "attributes support comparison with a list of quoted string "
		    "values.");
	if (search_list_read(mem, text, &t->texts, &t->nvalues, err) != 0)
		return 1;
	if (t->op != OP_IN)
		return search_fail(mem, err, SEARCH_INVALID, "List values "
		    "for '%s' are only supported with the IN comparator.",
		    t->field->name);
	return 0;
}

static int
read_text(struct arena *mem, const struct item *value, struct search_test *t,
    struct search_error *err)
{
	bool tag = t->field->scope == SCOPE_TAG;
	struct str text = value->token.text;

	if (value->kind == ITEM_PAREN && !tag)
		return read_list(mem, text, t, err);
	if (value->kind == ITEM_IDENT && !is_quoted(text))
		return search_fail(mem, err, SEARCH_INVALID, "Parameter value is "
		    "either not quoted or unidentified quote types used for "
		    "string value %.*s. Use either single or double quotes.",
		    STR_ARGS(text));
	if (!is_quoted(text))
		return search_fail(mem, err, SEARCH_INVALID, "Expected a quoted "
		    "string value for %s. Got value %.*s",
		    tag ? "tag (e.g. 'my-value')" : "attributes", STR_ARGS(text));
	t->texts = arena_alloc(mem, sizeof(*t->texts));
	t->texts[0] = arena_str(mem, (struct str){ text.p + 1, text.len - 2 });
	t->nvalues = 1;
	return 0;
}

/* Neither tags nor attributes are compared with NULL. */
static int
fail_null(struct arena *mem, const struct item *c, const struct search_test *t,
    struct search_error *err)
{
	if (t->field->scope == SCOPE_TAG)
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid comparator for tag: IS %s",
		    c->right->token.text.len == strlen("NULL") ? "NULL" :
		    "NOT NULL");
	return search_fail(mem, err, SEARCH_INVALID, "IS NULL / IS NOT NULL is "
	    "only supported for tags and params, not for 'attribute' '%s'",
	    t->key.p);
}

static int
read_test(struct arena *mem, const struct item *c, struct search_test *t,
    struct search_error *err)
{
	struct str op = c->op->token.text;
	size_t i;

	*t = (struct search_test){ .op = OP__MAX, .op_text = op };
	if (c->commented)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "clause. Expected 3 tokens found 4");
	if (c->left->kind != ITEM_IDENT && c->left->kind != ITEM_ALIASED)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "clause. Expected 'Identifier' found '%.*s'",
		    STR_ARGS(c->left->token.text));
	if (resolve(mem, c->left->token.text, USE_FILTER, &t->field, &t->key,
	    err) != 0)
		return 1;
	if (str_is_nocase(op, "is"))
		return fail_null(mem, c, t, err);
	for (i = 0; i < COUNT(ops); i++)
		if (str_is_nocase(op, ops[i].text))
			t->op = ops[i].op;
	if ((t->field->type == TYPE_INTEGER ? read_number : read_text)(mem,
	    c->right, t, err) != 0)
		return 1;
	return takes(t->field, t->op) ? 0 : fail_op(mem, t, err);
}

/* 1 with *err naming every item that is no comparison; 0 if there is none. */
static int
check_items(struct arena *mem, struct items items, struct search_error *err)
{
	struct buf list = { 0 };
	size_t i;

	for (i = 0; i < items.n; i++) {
		if (item_is_ignored(&items.v[i]) || items.v[i].kind == ITEM_COMPARISON)
			continue;
		buf_puts(&list, list.len == 0 ? "" : ", ");
		buf_add_str(&list, items.v[i].token.text);
	}
	if (list.len == 0)
		return 0;
	search_fail(mem, err, SEARCH_INVALID, "Invalid clause(s) in filter "
	    "string: %.*s", STR_ARGS(buf_str(&list)));
	buf_fini(&list);
	return 1;
}

static int
read_tests(struct arena *mem, struct items items, struct search_node *tree,
    struct search_error *err)
{
	if (items.n > 2 * SEARCH_CLAUSES_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: it "
		    "has more than %d clauses.", SEARCH_CLAUSES_MAX);
	return search_tests_read(mem, items, read_test, tree, err);
}

int
search_eval_datasets_parse(struct arena *mem, struct str filter,
    struct search_node **tree, struct search_error *err)
{
	struct tokens tokens;
	struct items items;

	*tree = arena_alloc(mem, sizeof(**tree));
	(*tree)->kind = NODE_AND;
	if (str_empty(filter))
		return 0;
	if (filter.len > SEARCH_FILTER_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: it "
		    "is longer than %d bytes.", SEARCH_FILTER_MAX);
	tokens = lex(mem, filter);
	if (tokens.n == 1 && tokens.v[0].kind == TOK_SPACE)
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid filter '%.*s'. Could not be parsed.",
		    STR_ARGS(filter));
	if (tokens_are_split(tokens))
		return search_fail(mem, err, SEARCH_INVALID, "Search filter "
		    "contained multiple expression %s. Provide AND-ed "
		    "expression list.", repr(mem, filter).p);
	items = items_group(mem, tokens);
	if (check_items(mem, items, err) != 0)
		return 1;
	return read_tests(mem, items, *tree, err);
}

int
search_eval_datasets_order(struct arena *mem, struct str clause,
    struct search_order *out, struct search_error *err)
{
	const struct token *word;
	struct items items;

	if (clause.len > SEARCH_ORDER_BYTES_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order_by "
		    "clause: it is longer than %d bytes.",
		    SEARCH_ORDER_BYTES_MAX);
	items = items_group(mem, lex(mem, clause));
	if (items.n == 1 && items.v[0].kind == ITEM_ALIASED)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid ordering "
		    "key in order_by clause '%.*s'.", STR_ARGS(clause));
	word = items.n == 3 ? &items.v[2].token : NULL;
	if ((items.n != 1 && items.n != 3) || items.v[0].kind != ITEM_IDENT ||
	    (word != NULL && !token_is_keyword(word, "asc") &&
	    !token_is_keyword(word, "desc")))
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order_by "
		    "clause '%.*s'. Could not be parsed.", STR_ARGS(clause));
	out->descending = word != NULL && token_is_keyword(word, "desc");
	return resolve(mem, items.v[0].token.text, USE_ORDER, &out->field,
	    &out->key, err);
}
