/*
 * One comparison.  MLflow's errors follow its order of checks: which mistake of
 * several is told is part of the wire.
 */
#include <math.h>
#include <string.h>

#include "base/repr.h"
#include "search/field.h"
#include "search/list.h"
#include "search/test.h"

static const struct {
	const char	*text;
	enum search_op	 op;
} op_names[] = {
	{ "=", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE },
	{ ">", OP_GT }, { ">=", OP_GE }, { "LIKE", OP_LIKE },
	{ "ILIKE", OP_ILIKE }, { "RLIKE", OP_RLIKE }, { "IN", OP_IN },
	{ "NOT IN", OP_NOT_IN },
};

static bool
is_listed(const struct search_test *t)
{
	return t->op == OP_IN || t->op == OP_NOT_IN;
}

static bool
is_pattern(const struct search_test *t)
{
	return t->op == OP_LIKE || t->op == OP_ILIKE || t->op == OP_RLIKE;
}

static bool
is_number(const struct search_field *f)
{
	return f->type <= TYPE_LONG;
}

/* In upper case; perhaps with the words one blank apart. */
static struct str
upper(struct arena *mem, struct str s, bool one_blank)
{
	char *to = arena_alloc(mem, s.len + 1);
	size_t i, n = 0;

	for (i = 0; i < s.len; i++) {
		bool space = one_blank && strchr(" \t\r\n", s.p[i]) != NULL;
		char c = space ? ' ' : s.p[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!space || (n > 0 && to[n - 1] != ' '))
			to[n++] = c;
	}
	return (struct str){ to, n };
}

/* The comparator, of any case; "IS NULL" and the like are read as one. */
static void
read_op(struct arena *mem, const struct search_dialect *d,
    const struct item *comparison, struct search_test *t)
{
	struct str written = comparison->op->token.text;
	size_t i;

	t->op = OP__MAX;
	t->op_text = upper(mem, written, d->show == SHOW_ONE_BLANK);
	/* any white space may stand inside NOT IN */
	if (str_starts(t->op_text, "NOT") && str_ends(t->op_text, "IN"))
		t->op_text = STR("NOT IN");
	for (i = 0; i < sizeof(op_names) / sizeof(op_names[0]); i++)
		if (str_is(t->op_text, op_names[i].text))
			t->op = op_names[i].op;
	if (str_is(t->op_text, "IS")) {
		bool null = comparison->right->token.text.len == strlen("NULL");

		t->op = null ? OP_IS_NULL : OP_NOT_NULL;
		t->op_text = null ? STR("IS NULL") : STR("IS NOT NULL");
	} else if (d->show == SHOW_AS_WRITTEN)
		t->op_text = written;
}

static bool
takes_op(const struct search_test *t)
{
	return t->field->ops->mask >> t->op & 1;
}

static int
fail_op(struct arena *mem, const struct search_test *t, struct search_error *err)
{
	const struct search_ops *ops = t->field->ops;
	struct str op = t->op_text;

	if (ops->no_key.before != NULL)
		return search_refuse(mem, err, &ops->no_key, t->key);
	if (ops->wider != NULL && !(ops->wider->mask >> t->op & 1))
		ops = ops->wider;
	if (ops->before_key == NULL)
		return search_refuse(mem, err, &ops->refusal, op);
	if (ops->refusal.repr)
		op = repr(mem, op);
	return search_fail(mem, err, SEARCH_INVALID, "%s%.*s%s%.*s%s", ops->before_key,
	    STR_ARGS(t->key), ops->refusal.before, STR_ARGS(op), ops->refusal.after);
}

/* One text, with the NUL behind it that readers of numbers want. */
static void
take_text(struct arena *mem, struct str text, struct search_test *t)
{
	t->texts = arena_alloc(mem, sizeof(*t->texts));
	t->texts[0] = arena_str(mem, text);
	t->nvalues = 1;
}

static int
fail_list(struct arena *mem, const struct search_dialect *d, struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID, "%s", d->list_text);
}

/* A list where MLflow takes one. */
static int
read_list(struct arena *mem, const struct search_dialect *d,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	if (t->field->type != TYPE_LIST && t->field->type != TYPE_ID)
		return fail_list(mem, d, err);
	if (search_list_read(mem, value->token.text, &t->texts, &t->nvalues,
	    err) != 0)
		return 1;
	if (d->lists_need_in && t->op != OP_IN)
		return search_fail(mem, err, SEARCH_INVALID, "List values "
		    "for '%s' are only supported with the IN comparator.",
		    t->field->name);
	if (t->op == OP_EQ)
		t->op = OP_IN;
	else if (t->op == OP_NE)
		t->op = OP_NOT_IN;
	return 0;
}

/* The words for a field of a dialect. */
static const char *
wanted_text(const struct search_dialect *d, const struct search_field *f)
{
	static const char *const wanted[] = {
		[SCOPE_ATTRIBUTE] = "for attributes",
		[SCOPE_PARAM] = "for parameter (e.g. 'my-value')",
		[SCOPE_TAG] = "for tag (e.g. 'my-value')",
		[SCOPE_DATASET] = "for dataset attributes",
		[SCOPE_METADATA] = "for request_metadata (e.g. 'my-value')",
		[SCOPE_SPAN] = "for span (e.g. 'my-value')",
		[SCOPE_FEEDBACK] = "for feedback (e.g. 'my-value')",
		[SCOPE_EXPECTATION] = "for expectation (e.g. 'my-value')",
		[SCOPE_ISSUE] = "for issue (e.g. 'my-value')",
	};

	return f->scope == SCOPE_ATTRIBUTE && d->attribute_text != NULL ?
	    d->attribute_text : wanted[f->scope];
}

static int
fail_unquoted(struct arena *mem, const struct item *value, const char *wanted,
    struct search_error *err)
{
	struct str text = value->token.text;

	if (value->kind == ITEM_IDENT)
		return search_fail(mem, err, SEARCH_INVALID, "Parameter value is "
		    "either not quoted or unidentified quote types used for "
		    "string value %.*s. Use either single or double quotes.",
		    STR_ARGS(text));
	return search_fail(mem, err, SEARCH_INVALID,
	    "Expected a quoted string value %s. Got value %.*s", wanted, STR_ARGS(text));
}

static bool
is_quoted(const struct item *value)
{
	struct str text = value->token.text;

	return (value->kind == ITEM_IDENT || item_is_token(value, TOK_STRING)) &&
	    (search_is_quoted(text, '\'') || search_is_quoted(text, '"'));
}

int
search_take_quoted(struct arena *mem, const struct item *value, const char *wanted,
    struct str *text, struct search_error *err)
{
	if (!is_quoted(value))
		return fail_unquoted(mem, value, wanted, err);
	*text = search_strip(value->token.text, "'\"");
	return 0;
}

static int
read_text(struct arena *mem, const struct search_dialect *d,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	bool attribute = t->field->scope == SCOPE_ATTRIBUTE;
	struct str text;

	if (value->kind == ITEM_PAREN && (attribute ||
	    t->field->scope == SCOPE_DATASET || t->field->type == TYPE_LIST))
		return read_list(mem, d, value, t, err);
	if (attribute && d->number_text != NULL && item_is_token(value, TOK_NUMBER))
		return search_fail(mem, err, SEARCH_INVALID, "%s", d->number_text);
	if (search_take_quoted(mem, value, wanted_text(d, t->field), &text, err) != 0)
		return 1;
	take_text(mem, text, t);
	return 0;
}

static int
read_number(struct arena *mem, const struct search_dialect *d,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	t->written = arena_str(mem, value->token.text);
	/* in quotes: whether it is a number is a matter of the check */
	if (!item_is_token(value, TOK_NUMBER) &&
	    (t->field->type == TYPE_VERSION || t->field->type == TYPE_QUANTITY))
		return read_text(mem, d, value, t, err);
	if (!item_is_token(value, TOK_NUMBER) && t->field->type == TYPE_METRIC)
		return search_fail(mem, err, SEARCH_INVALID, "Expected numeric "
		    "value type for metric. Found %s", t->written.p);
	if (!item_is_token(value, TOK_NUMBER))
		return search_fail(mem, err, SEARCH_INVALID, "Expected numeric "
		    "value type for numeric attribute: %s. Found %s",
		    t->field->name, t->written.p);
	t->is_integer = str_to_i64(t->written, &t->integer);
	str_to_dbl(t->written, false, &t->number);
	return 0;
}

static bool
is_order(enum search_op op)
{
	return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

static int
read_verdict(struct arena *mem, const struct search_dialect *d,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	if (!is_order(t->op))
		return read_text(mem, d, value, t, err);
	if (item_is_token(value, TOK_NUMBER))
		return read_number(mem, d, value, t, err);
	return search_fail(mem, err, SEARCH_INVALID, "Expected a numeric value for %s when "
	    "using comparator '%.*s'. Got value %.*s", search_scope_name(t->field->scope),
	    STR_ARGS(t->op_text), STR_ARGS(value->token.text));
}

/* Of what follows a comparator, unless that is IS NULL and the like. */
static int
read_value(struct arena *mem, const struct search_dialect *d,
    const struct item *value, struct search_test *t, struct search_error *err)
{
	if (t->field->type == TYPE_VERDICT)
		return read_verdict(mem, d, value, t, err);
	return (is_number(t->field) ? read_number : read_text)(mem, d, value, t, err);
}

static int
read_null(struct arena *mem, const struct search_dialect *d, const struct search_test *t,
    struct search_error *err)
{
	if (d->null_scopes >> t->field->scope & 1)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "%s%s%s '%.*s'", d->no_null.before,
	    search_scope_name(t->field->scope), d->no_null.after, STR_ARGS(t->key));
}

static bool
is_null_op(enum search_op op)
{
	return op == OP_IS_NULL || op == OP_NOT_NULL;
}

int
search_check_sides(struct arena *mem, const struct item *c, struct search_error *err)
{
	if (c->commented)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "clause. Expected 3 tokens found 4");
	if (c->left->kind != ITEM_IDENT && c->left->kind != ITEM_ALIASED)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison "
		    "clause. Expected 'Identifier' found '%.*s'",
		    STR_ARGS(c->left->token.text));
	return 0;
}

static int
read_sql(struct arena *mem, const struct search_dialect *d, const struct item *c,
    struct search_test *t, struct search_error *err)
{
	const struct search_field *ruling;

	if (search_check_sides(mem, c, err) != 0)
		return 1;
	if (search_resolve(mem, d, c->left->token.text, USE_FILTER, &t->field,
	    &t->key, err) != 0)
		return 1;
	read_op(mem, d, c, t);
	if (is_null_op(t->op) ? read_null(mem, d, t, err) != 0 :
	    read_value(mem, d, c->right, t, err) != 0)
		return 1;
	if (!is_null_op(t->op) && d->early_scopes >> t->field->scope & 1 && !takes_op(t))
		return fail_op(mem, t, err);
	ruling = search_field_ruling(d, t->field->scope, USE_FILTER, t->key);
	if (ruling != NULL)
		t->field = ruling;
	return 0;
}

static int
fail_plain(struct arena *mem, const struct item *c, struct search_error *err)
{
	struct str op = c->op->token.text, right = c->right->token.text;

	if (str_is_nocase(op, "is")) {
		op = upper(mem, op, true);
		right = upper(mem, right, true);
	}
	return search_fail(mem, err, SEARCH_INVALID, "Invalid comparison: "
	    "%.*s%.*s %.*s. Expected a comparison with 3 tokens.",
	    STR_ARGS(c->left->token.text), STR_ARGS(op), STR_ARGS(right));
}

static int
read_plain_number(struct arena *mem, struct str text, struct search_test *t,
    struct search_error *err)
{
	t->written = arena_str(mem, text);
	if (!str_to_dbl(t->written, true, &t->number))
		return search_fail(mem, err, SEARCH_INTERNAL, "could not convert "
		    "string to float: %s", repr(mem, text).p);
	if (!isfinite(t->number))
		return search_fail(mem, err, SEARCH_BAD_REQUEST, "The number %s "
		    "cannot be compared with: it is not finite.", t->written.p);
	t->is_integer = str_to_i64(t->written, &t->integer);
	return 0;
}

/* Quoted once, in single quotes, or bare; or a list in parentheses. */
static int
read_plain_text(struct arena *mem, struct str text, struct search_test *t,
    struct search_error *err)
{
	if (!str_starts(text, "(")) {
		take_text(mem, search_strip(text, "'"), t);
		return 0;
	}
	if (search_list_read(mem, text, &t->texts, &t->nvalues, err) != 0)
		return 1;
	if (!is_listed(t) && t->nvalues > 1)
		return search_fail(mem, err, SEARCH_INVALID, "Expected a single "
		    "value for the comparison with %.*s.", STR_ARGS(text));
	return 0;
}

static int
read_plain(struct arena *mem, const struct search_dialect *d, const struct item *c,
    struct search_test *t, struct search_error *err)
{
	if (c->commented || str_is_nocase(c->op->token.text, "is"))
		return fail_plain(mem, c, err);
	if (search_resolve_plain(mem, d, c->left->token.text, &t->field, &t->key,
	    err) != 0)
		return 1;
	read_op(mem, d, c, t);
	if (!takes_op(t))
		return fail_op(mem, t, err);
	if (t->field->column == COLUMN_NONE)
		return search_fail(mem, err, SEARCH_INTERNAL, "Logged models have "
		    "no attribute %s.", repr(mem, t->key).p);
	return (is_number(t->field) ? read_plain_number : read_plain_text)(mem,
	    c->right->token.text, t, err);
}

int
search_test_read(struct arena *mem, const struct search_dialect *d,
    const struct item *comparison, struct search_test *t, struct search_error *err)
{
	*t = (struct search_test){ 0 };
	return (d->grammar->is_plain ? read_plain : read_sql)(mem, d, comparison, t,
	    err);
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

static int
check_version(struct arena *mem, struct search_test *t, struct search_error *err)
{
	struct str digits = arena_str(mem, str_trim(t->texts[0]));

	t->is_integer = str_to_i64(digits, &t->integer);
	if (t->is_integer)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid value for numeric "
	    "attribute '%s': %s", t->field->name, repr(mem, t->texts[0]).p);
}

/* The number between the quotes. */
static int
check_quantity(struct arena *mem, struct search_test *t, struct search_error *err)
{
	t->written = arena_str(mem, str_trim(t->texts[0]));
	t->is_integer = str_to_i64(t->written, &t->integer);
	if (str_to_dbl(t->written, false, &t->number))
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: '%.*s' is compared with "
	    "%s, which is no number.", STR_ARGS(t->key), repr(mem, t->texts[0]).p);
}

/* 1.0 and 1e3 are no whole numbers; nor, to some fields, is one beyond 64 bits. */
static int
check_number(struct arena *mem, const struct search_test *t, struct search_error *err)
{
	bool fraction = strpbrk(t->written.p, ".eE") != NULL;
	const char *name = t->field->name;

	if (t->field->type == TYPE_VERSION && fraction)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid value for "
		    "numeric attribute '%s': %s", name,
		    search_show_double(mem, t->number).p);
	if ((t->field->type == TYPE_INTEGER && (fraction || isinf(t->number))) ||
	    (t->field->type == TYPE_LONG && fraction))
		return search_fail(mem, err, SEARCH_INVALID, "Invalid value for "
		    "numeric attribute '%s': '%s'", name,
		    search_show_double(mem, t->number).p);
	if (t->field->type == TYPE_LONG && !t->is_integer)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid value for "
		    "numeric attribute '%s': '%s'", name, t->written.p);
	if (isinf(t->number))
		return search_fail(mem, err, SEARCH_BAD_REQUEST,
		    "The number compared with '%.*s' is beyond the range of a "
		    "double.", STR_ARGS(t->key));
	return 0;
}

static int
check_regexp(struct arena *mem, const struct search_test *t, struct search_error *err)
{
	if (t->texts[0].len <= SEARCH_REGEXP_MAX)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: the regular expression "
	    "that '%.*s' is compared with has %zu bytes. At most %d are taken.",
	    STR_ARGS(t->key), t->texts[0].len, SEARCH_REGEXP_MAX);
}

static int
check_pattern(struct arena *mem, const struct search_test *t, struct search_error *err)
{
	size_t i, n = 0;

	if (t->op == OP_RLIKE)
		return check_regexp(mem, t, err);
	for (i = 0; i < t->texts[0].len; i++)
		n += t->texts[0].p[i] == '%';
	if (n <= SEARCH_WILDCARDS_MAX)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: the pattern that '%.*s' "
	    "is compared with has %zu wildcards '%%'. At most %d are taken.",
	    STR_ARGS(t->key), n, SEARCH_WILDCARDS_MAX);
}

/* Exactly one slash. */
static int
check_pair(struct arena *mem, const struct search_test *t, struct search_error *err)
{
	const char *slash = strchr(t->texts[0].p, '/');

	if (slash != NULL && strchr(slash + 1, '/') == NULL)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid prompts filter value '%.*s'. "
	    "Expected format: prompt = \"name/version\"", STR_ARGS(t->texts[0]));
}

int
search_test_check(struct arena *mem, struct search_test *t, struct search_error *err)
{
	if (!takes_op(t) || (!is_listed(t) && t->nvalues > 1))
		return fail_op(mem, t, err);
	if (is_pattern(t))
		return check_pattern(mem, t, err);
	if (t->field->type == TYPE_ID)
		return check_ids(mem, t, err);
	if (t->field->type == TYPE_PAIR)
		return check_pair(mem, t, err);
	if (t->field->type == TYPE_QUANTITY && t->texts != NULL &&
	    check_quantity(mem, t, err) != 0)
		return 1;
	if (t->field->type == TYPE_VERSION && t->texts != NULL)
		return check_version(mem, t, err);
	/* text is there where a number was read */
	return t->written.p != NULL && (is_number(t->field) || t->field->type == TYPE_VERDICT) ?
	    check_number(mem, t, err) : 0;
}
