/*
 * Tokens grouped the way SQL reads them: dotted names, parentheses,
 * operations, comparisons.
 *
 * MLflow's errors name whole groups (`metrics.m + 1`), which is why operators
 * that no filter may use are grouped at all.  Grouping never fails: what fits
 * nowhere stays an item of its own, and the reader of the list judges.
 */
#ifndef SEARCH_ITEM_H
#define SEARCH_ITEM_H

#include "search/lex.h"

enum item_kind {
	ITEM_TOKEN,		/* one token; .token says which */
	ITEM_IDENT,		/* a name, dotted or not */
	ITEM_ALIASED,		/* something and a name behind it */
	ITEM_PAREN,
	ITEM_BRACKET,
	ITEM_FUNCTION,
	ITEM_OPERATION,
	ITEM_COMPARISON,	/* .left .op .right */
	ITEM_LIST		/* with commas */
};

struct item {
	enum item_kind		 kind;
	struct token		 token;	/* .text: all of the item's text */
	bool			 open;	/* an identifier that ends in a dot */
	bool			 commented;	/* a comment hangs on it */
	const struct item	*left;
	const struct item	*op;
	const struct item	*right;
};

struct items {
	struct item	*v;
	size_t		 n;
};

struct items	items_group(struct arena *, struct tokens);
/* The same, but IN and IS make no comparisons: MLflow's readers of one clause. */
struct items	items_group_symbols(struct arena *, struct tokens);

/* An item that is still this kind of token. */
bool	item_is_token(const struct item *, enum token_kind);
/* What may stand between comparisons: white space and AND. */
bool	item_is_ignored(const struct item *);

#endif
