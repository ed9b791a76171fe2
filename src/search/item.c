/*
 * Grouping runs in passes, from the tightest binding to the loosest.  Each pass
 * moves the items one by one onto a stack and joins its top when it can, so a
 * pass costs one walk and nothing recurses.
 */
#include <string.h>

#include "search/item.h"

/* The stack of one pass grows over the list it reads, in place. */
struct stack {
	struct arena	*mem;
	struct item	*v;
	size_t		 n;
	size_t		 open;	/* opening characters not yet closed */
};

bool
item_is_token(const struct item *i, enum token_kind kind)
{
	return i->kind == ITEM_TOKEN && i->token.kind == kind;
}

bool
item_is_ignored(const struct item *i)
{
	return item_is_token(i, TOK_SPACE) ||
	    (i->kind == ITEM_TOKEN && token_is_keyword(&i->token, "and"));
}

static bool
is_punct(const struct item *i, char c)
{
	return i->kind == ITEM_TOKEN && token_is_punct(&i->token, c);
}

static bool
is_keyword(const struct item *i, const char *word)
{
	return i->kind == ITEM_TOKEN && token_is_keyword(&i->token, word);
}

/* The item `back` places below the top, not counting white space; or NULL. */
static struct item *
under(const struct stack *s, unsigned back)
{
	size_t i = s->n;

	while (i-- > 0)
		if (!item_is_token(&s->v[i], TOK_SPACE) && back-- == 0)
			return &s->v[i];
	return NULL;
}

/* The item right below the top; white space counts. */
static struct item *
beneath(const struct stack *s)
{
	return s->n < 2 ? NULL : &s->v[s->n - 2];
}

/* Make one item of all from `first` to the top. */
static void
join(struct stack *s, struct item *first, enum item_kind kind)
{
	const struct str *last = &s->v[s->n - 1].token.text;

	first->token.text.len = (size_t)(last->p + last->len -
	    first->token.text.p);
	first->kind = kind;
	first->open = false;
	s->n = (size_t)(first - s->v) + 1;
}

static const struct item *
keep(struct stack *s, const struct item *i)
{
	struct item *copy = arena_alloc(s->mem, sizeof(*copy));

	*copy = *i;
	return copy;
}

/* The three items on top, white space apart, are a comparison. */
static void
join_comparison(struct stack *s)
{
	struct item *first = under(s, 2);
	const struct item *left = keep(s, first);
	const struct item *op = keep(s, under(s, 1));
	const struct item *right = keep(s, under(s, 0));

	join(s, first, ITEM_COMPARISON);
	first->left = left;
	first->op = op;
	first->right = right;
	first->commented = false;
}

/* Everything from the last opening character to this closing one. */
static void
reduce_enclosed(struct stack *s, char opening, char closing,
    enum item_kind kind)
{
	const struct item *top = &s->v[s->n - 1];
	size_t i = s->n - 1;

	if (is_punct(top, opening))
		s->open++;
	if (!is_punct(top, closing) || s->open == 0)
		return;
	s->open--;
	while (!is_punct(&s->v[--i], opening))
		;
	join(s, &s->v[i], kind);
}

static void
reduce_bracket(struct stack *s)
{
	reduce_enclosed(s, '[', ']', ITEM_BRACKET);
}

static void
reduce_paren(struct stack *s)
{
	reduce_enclosed(s, '(', ')', ITEM_PAREN);
}

static void
reduce_function(struct stack *s)
{
	struct item *name = under(s, 1);

	if (s->v[s->n - 1].kind == ITEM_PAREN && name != NULL &&
	    (item_is_token(name, TOK_NAME) ||
	    item_is_token(name, TOK_PLACEHOLDER)))
		join(s, name, ITEM_FUNCTION);
}

static bool
is_name(const struct item *i)
{
	return i->kind == ITEM_IDENT || item_is_token(i, TOK_NAME) ||
	    item_is_token(i, TOK_SYMBOL);
}

static void
reduce_period(struct stack *s)
{
	struct item *top = under(s, 0), *below = under(s, 1);

	if (below == NULL || item_is_token(&s->v[s->n - 1], TOK_SPACE))
		return;
	if (is_punct(top, '.') && is_name(below)) {
		join(s, below, ITEM_IDENT);
		below->open = true;
	} else if (below->open && (is_name(top) || top->kind == ITEM_FUNCTION ||
	    item_is_token(top, TOK_STRING) || item_is_token(top, TOK_STAR)))
		join(s, below, ITEM_IDENT);
}

static void
reduce_index(struct stack *s)
{
	struct item *below = beneath(s);

	if (s->v[s->n - 1].kind == ITEM_BRACKET && below != NULL &&
	    is_name(below))
		join(s, below, ITEM_IDENT);
}

static void
reduce_identifier(struct stack *s)
{
	struct item *top = &s->v[s->n - 1];

	if (is_name(top))
		top->kind = ITEM_IDENT;
}

/* What an operator may stand between. */
static bool
is_operand(const struct item *i)
{
	return i->kind == ITEM_IDENT || i->kind == ITEM_PAREN ||
	    i->kind == ITEM_FUNCTION || i->kind == ITEM_OPERATION ||
	    item_is_token(i, TOK_NUMBER) || item_is_token(i, TOK_STRING) ||
	    item_is_token(i, TOK_PLACEHOLDER);
}

/* Anything at all on both sides of two colons. */
static void
reduce_cast(struct stack *s)
{
	struct item *left = under(s, 2), *colons = under(s, 1);

	if (left != NULL && item_is_token(colons, TOK_PUNCT) &&
	    colons->token.text.len == 2 &&
	    !item_is_token(&s->v[s->n - 1], TOK_SPACE))
		join(s, left, ITEM_IDENT);
}

static void
reduce_operation(struct stack *s)
{
	struct item *left = under(s, 2), *op = under(s, 1);

	if (left != NULL && is_operand(left) && is_operand(&s->v[s->n - 1]) &&
	    (item_is_token(op, TOK_OPERATOR) || item_is_token(op, TOK_STAR)))
		join(s, left, ITEM_OPERATION);
}

static bool
is_comparable(const struct item *i)
{
	return is_operand(i) || i->kind == ITEM_COMPARISON ||
	    is_keyword(i, "null");
}

static void
reduce_comparison(struct stack *s)
{
	struct item *left = under(s, 2);

	if (left != NULL && is_comparable(left) &&
	    is_comparable(&s->v[s->n - 1]) &&
	    item_is_token(under(s, 1), TOK_COMPARE))
		join_comparison(s);
}

static void
reduce_alias(struct stack *s)
{
	struct item *left = under(s, 1);

	if (left != NULL && s->v[s->n - 1].kind == ITEM_IDENT &&
	    (left->kind == ITEM_COMPARISON || is_operand(left)) &&
	    !item_is_token(left, TOK_STRING) &&
	    !item_is_token(left, TOK_PLACEHOLDER))
		join(s, left, ITEM_ALIASED);
}

/* A comment with something behind it belongs to the group before it. */
static void
reduce_comment(struct stack *s)
{
	struct item *comment = under(s, 1), *group = under(s, 2);
	struct item top = s->v[s->n - 1];

	if (group == NULL || group->kind == ITEM_TOKEN ||
	    item_is_token(&top, TOK_SPACE) ||
	    !item_is_token(comment, TOK_COMMENT))
		return;
	while (&s->v[s->n - 1] != comment)
		s->n--;
	join(s, group, group->kind);
	group->commented = true;
	s->v[s->n++] = top;
}

static bool
is_member(const struct item *i)
{
	return i->kind != ITEM_PAREN && i->kind != ITEM_BRACKET &&
	    !item_is_token(i, TOK_SPACE) && !item_is_token(i, TOK_COMMENT) &&
	    !item_is_token(i, TOK_COMPARE) &&
	    !item_is_token(i, TOK_OPERATOR) && !item_is_token(i, TOK_PUNCT);
}

static void
reduce_list(struct stack *s)
{
	struct item *left = under(s, 2), *comma = under(s, 1);

	if (left != NULL && is_punct(comma, ',') && is_member(left) &&
	    is_member(&s->v[s->n - 1]))
		join(s, left, ITEM_LIST);
}

/* "NOT NULL" is one token only with a single blank inside to MLflow. */
static bool
is_null_test(const struct item *i)
{
	return is_keyword(i, "null") || is_keyword(i, "not null");
}

/* NAME IN (...), NAME NOT IN (...), NAME IS NULL, NAME IS NOT NULL. */
static void
reduce_words(struct stack *s)
{
	const struct item *top = &s->v[s->n - 1];
	struct item *op = under(s, 1), *left = under(s, 2), *name;
	bool list = top->kind == ITEM_PAREN;

	if (left == NULL || item_is_token(top, TOK_SPACE))
		return;
	if (list && is_keyword(op, "in") && is_keyword(left, "not") &&
	    (name = under(s, 3)) != NULL &&
	    (name->kind == ITEM_IDENT || name->kind == ITEM_ALIASED)) {
		struct item paren = *top;

		while (&s->v[s->n - 1] != op)
			s->n--;
		join(s, left, ITEM_TOKEN);
		left->token.kind = TOK_COMPARE;
		s->v[s->n++] = paren;
		join_comparison(s);
	} else if ((left->kind == ITEM_IDENT || left->kind == ITEM_ALIASED) &&
	    ((list && is_keyword(op, "in")) ||
	    (is_null_test(top) && is_keyword(op, "is"))))
		join_comparison(s);
}

static void (*const passes[])(struct stack *) = {
	reduce_bracket, reduce_paren, reduce_function, reduce_period,
	reduce_index, reduce_identifier, reduce_cast, reduce_operation,
	reduce_comparison, reduce_alias, reduce_comment, reduce_list,
	reduce_words
};

#define PASSES	(sizeof(passes) / sizeof(passes[0]))

static struct items
group(struct arena *mem, struct tokens tokens, size_t npasses)
{
	struct items list = { arena_array(mem, tokens.n, sizeof(*list.v)),
	    tokens.n };
	size_t pass, i;

	for (i = 0; i < tokens.n; i++)
		list.v[i] = (struct item){ .kind = ITEM_TOKEN,
		    .token = tokens.v[i] };
	for (pass = 0; pass < npasses; pass++) {
		struct stack s = { mem, list.v, 0, 0 };

		for (i = 0; i < list.n; i++) {
			s.v[s.n++] = list.v[i];
			passes[pass](&s);
		}
		list.n = s.n;
	}
	return list;
}

struct items
items_group(struct arena *mem, struct tokens tokens)
{
	return group(mem, tokens, PASSES);
}

struct items
items_group_symbols(struct arena *mem, struct tokens tokens)
{
	return group(mem, tokens, PASSES - 1);	/* reduce_words is the last */
}
