/*
 * order_by: one item and perhaps a direction.
 */
#include <string.h>

#include "base/buf.h"
#include "base/repr.h"
#include "search/field.h"
#include "search/item.h"
#include "search/order.h"

static int
fail_parse(struct arena *mem, struct str clause, struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID,
	    "Invalid order_by clause '%.*s'. Could not be parsed.",
	    STR_ARGS(clause));
}

/* The direction behind the key: false when the rest is something else. */
static bool
read_direction(struct items items, bool *descending)
{
	const struct token *word = &items.v[items.n - 1].token;

	*descending = false;
	if (items.n == 1)
		return true;
	*descending = token_is_keyword(word, "desc");
	return items.n == 3 && item_is_token(&items.v[1], TOK_SPACE) &&
	    (*descending || token_is_keyword(word, "asc"));
}

static bool
has_space(struct tokens t)
{
	size_t i;

	for (i = 0; i < t.n; i++)
		if (t.v[i].kind == TOK_SPACE)
			return true;
	return false;
}

/*
 * Words that touch are one key; a number is one before a direction; one word
 * of SQL is taken for a name, since models are ordered by it.
 */
static bool
is_key(const struct item *i, size_t nitems)
{
	return (i->kind == ITEM_IDENT && !i->commented) ||
	    (i->kind == ITEM_ALIASED && nitems == 1) ||
	    (item_is_token(i, TOK_NUMBER) && nitems > 1) ||
	    (i->kind == ITEM_TOKEN && token_is_keyword(&i->token, "timestamp"));
}

static int
read_clause(struct arena *mem, const struct search_dialect *d,
    struct str clause, struct search_order *out, struct search_error *err)
{
	struct tokens tokens;
	struct items items;
	const struct item *key;

	if (clause.len > SEARCH_ORDER_BYTES_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order_by "
		    "clause: it is longer than %d bytes.",
		    SEARCH_ORDER_BYTES_MAX);
	tokens = lex(mem, clause);
	items = items_group(mem, tokens);
	if (items.n == 0 || !read_direction(items, &out->descending))
		return fail_parse(mem, clause, err);
	key = &items.v[0];
	if (items.n == 1 && has_space(tokens) &&
	    (key->kind == ITEM_IDENT || key->kind == ITEM_ALIASED))
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid ordering key in order_by clause '%.*s'.",
		    STR_ARGS(clause));
	if (!is_key(key, items.n))
		return fail_parse(mem, clause, err);
	if (search_resolve(mem, d, key->token.text, USE_ORDER, &out->field, &out->key, err) != 0)
		return 1;
	if (out->field->column == COLUMN_NONE)
		return search_refuse(mem, err, &out->field->ops->no_key, out->key);
	return 0;
}

/* The clauses as written, as a Python list. */
static int
fail_duplicate(struct arena *mem, const struct str *clauses, size_t n,
    struct search_error *err)
{
	struct buf list = { 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_puts(&list, ", ");
		repr_add(&list, clauses[i]);
	}
	search_fail(mem, err, SEARCH_INTERNAL,
	    "`order_by` contains duplicate fields: [%.*s]",
	    STR_ARGS(buf_str(&list)));
	buf_fini(&list);
	return 1;
}

static bool
has_field(const struct search_order *keys, size_t n,
    const struct search_order *k)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (keys[i].field->column == k->field->column &&
		    (k->field->name != NULL || str_eq(keys[i].key, k->key)))
			return true;
	return false;
}

int
search_order_fail_many(struct arena *mem, struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID, "Invalid order_by: "
	    "at most %d clauses are taken.", SEARCH_ORDER_MAX);
}

int
search_order_read(struct arena *mem, const struct search_dialect *d,
    const struct str *clauses, size_t n, struct search_order *keys, size_t *nkeys,
    struct search_error *err)
{
	size_t i;

	*nkeys = 0;
	if (n > SEARCH_ORDER_MAX)
		return search_order_fail_many(mem, err);
	for (i = 0; i < n; i++) {
		if (read_clause(mem, d, clauses[i], &keys[*nkeys], err) != 0)
			return 1;
		if (!has_field(keys, *nkeys, &keys[*nkeys]))
			(*nkeys)++;
		else if (!d->order_repeats)
			return fail_duplicate(mem, clauses, n, err);
	}
	return 0;
}

int
search_order_by_name(struct arena *mem, const struct search_dialect *d,
    struct str name, struct search_order *out, struct search_error *err)
{
	const char *dot;

	name = str_or_empty(name);
	if (name.len > SEARCH_ORDER_BYTES_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order by "
		    "field name: it is longer than %d bytes.",
		    SEARCH_ORDER_BYTES_MAX);
	dot = memchr(name.p, '.', name.len);
	if (dot == NULL) {
		out->key = search_real_name(d, name);
		out->field = search_field_find(d, SCOPE_ATTRIBUTE, USE_ORDER, out->key);
		if (out->field != NULL)
			return 0;
		return search_fail(mem, err, SEARCH_NO_ATTRIBUTE,
		    "Invalid order by field name: %.*s", STR_ARGS(name));
	}
	out->key = (struct str){ dot + 1, (size_t)(name.p + name.len - dot) - 1 };
	out->field = search_field_find(d, SCOPE_METRIC, USE_ORDER, out->key);
	if (str_starts(name, "metrics."))
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Invalid order by field "
	    "name: %.*s. Only metrics are supported.", STR_ARGS(name));
}
