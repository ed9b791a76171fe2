/*
 * From the grouped items of a filter to its tree.  What is no comparison is
 * named in the error, item by item, as MLflow does.
 */
#include "base/buf.h"
#include "search/parse.h"

static bool
is_line_comment(const struct token *t)
{
	return t->kind == TOK_COMMENT && t->text.p[0] != '/';
}

/* Is there a statement behind a semicolon?  Inside parentheses it ends none. */
static bool
has_second_statement(struct tokens t)
{
	bool ended = false;
	int depth = 0;
	size_t i;

	for (i = 0; i < t.n; i++) {
		if (ended && t.v[i].kind != TOK_SPACE &&
		    !is_line_comment(&t.v[i]))
			return true;
		if (token_is_punct(&t.v[i], '('))
			depth++;
		else if (token_is_punct(&t.v[i], ')'))
			depth--;
		else if (token_is_punct(&t.v[i], ';') && depth <= 0)
			ended = true;
	}
	return false;
}

/* 1 with *err naming every item that is no comparison; 0 if there is none. */
static int
check_items(struct arena *mem, const struct search_dialect *d,
    struct items items, struct search_error *err)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < items.n; i++) {
		if (items.v[i].kind == ITEM_COMPARISON || (d->grammar->is_single ?
		    item_is_token(&items.v[i], TOK_SPACE) : item_is_ignored(&items.v[i])))
			continue;
		buf_puts(&text, text.len != 0 ? ", " :
		    "Invalid clause(s) in filter string: ");
		buf_puts(&text, d->clause_quote);
		buf_add_str(&text, items.v[i].token.text);
		buf_puts(&text, d->clause_quote);
	}
	if (text.len == 0)
		return 0;
	err->kind = SEARCH_INVALID;
	err->text = arena_str(mem, buf_str(&text));
	buf_fini(&text);
	return 1;
}

/* What the dialect takes for names. */
static void
name_words(const struct search_dialect *d, struct tokens t)
{
	const char *const *word;
	size_t i;

	for (i = 0; i < t.n; i++)
		for (word = d->bare_words; *word != NULL; word++)
			if (token_is_keyword(&t.v[i], *word) && str_is(t.v[i].text, *word))
				t.v[i].kind = TOK_NAME;
}

static size_t
count_comparisons(struct items items)
{
	size_t i, n = 0;

	for (i = 0; i < items.n; i++)
		n += items.v[i].kind == ITEM_COMPARISON;
	return n;
}

/* The comparisons become the kids; in the plain grammar nothing else may be there. */
static int
read_tests(struct arena *mem, const struct search_dialect *d, struct str filter,
    struct items items, struct search_node *tree, struct search_error *err)
{
	size_t i;

	tree->kids = arena_array(mem, count_comparisons(items), sizeof(*tree->kids));
	for (i = 0; i < items.n; i++) {
		struct search_node *kid = &tree->kids[tree->nkids];

		if (item_is_ignored(&items.v[i]))
			continue;
		if (items.v[i].kind != ITEM_COMPARISON)
			return search_refuse(mem, err, &d->grammar->no_clauses, filter);
		kid->kind = NODE_TEST;
		if (search_test_read(mem, d, &items.v[i], &kid->test, err) != 0)
			return 1;
		tree->nkids++;
	}
	for (i = 0; i < tree->nkids; i++)
		if (search_test_check(mem, &tree->kids[i].test, err) != 0)
			return 1;
	return 0;
}

int
search_clauses(struct arena *mem, const struct search_dialect *d, struct str filter,
    struct items *items, struct search_error *err)
{
	struct tokens tokens;

	if (filter.len > SEARCH_FILTER_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: it is "
		    "longer than %d bytes.", SEARCH_FILTER_MAX);
	tokens = lex(mem, filter);
	if (tokens.n == 1 && tokens.v[0].kind == TOK_SPACE)
		return search_refuse(mem, err, &d->grammar->unparsed, filter);
	if (has_second_statement(tokens))
		return search_refuse(mem, err, &d->grammar->several, filter);
	name_words(d, tokens);
	*items = d->grammar->is_single ? items_group_symbols(mem, tokens) :
	    items_group(mem, tokens);
	if (!d->grammar->is_plain && check_items(mem, d, *items, err) != 0)
		return 1;
	if (count_comparisons(*items) > SEARCH_CLAUSES_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: it has "
		    "more than %d clauses.", SEARCH_CLAUSES_MAX);
	return 0;
}

int
search_parse(struct arena *mem, const struct search_dialect *d,
    struct str filter, struct search_node **tree, struct search_error *err)
{
	struct items items;

	*tree = arena_alloc(mem, sizeof(**tree));
	(*tree)->kind = NODE_AND;
	if (str_empty(filter))
		return 0;
	if (search_clauses(mem, d, filter, &items, err) != 0)
		return 1;
	return read_tests(mem, d, filter, items, *tree, err);
}
