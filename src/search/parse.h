/*
 * A filter as a tree of checked comparisons.
 *
 *	filter := [ comparison ] { [ AND ] [ comparison ] }
 *
 * MLflow takes AND only, and does not insist on it.  The tree has a kind on
 * each node, so that OR, NOT and parentheses are one production more here and
 * one case more in the store.
 */
#ifndef SEARCH_PARSE_H
#define SEARCH_PARSE_H

#include "search/test.h"

enum search_node_kind { NODE_AND, NODE_TEST };

struct search_node {
	enum search_node_kind	 kind;
	struct search_test	 test;		/* NODE_TEST */
	struct search_node	*kids;		/* NODE_AND; in the order written */
	size_t			 nkids;		/* 0: everything matches */
};

/*
 * An absent or empty filter gives a tree that matches everything.  `filter`
 * must be valid UTF-8; the tree points into it.  0, or 1 with *err.
 */
int	search_parse(struct arena *, const struct search_dialect *,
	    struct str filter, struct search_node **tree,
	    struct search_error *err);

/*
 * The first half of it: the items of a filter that is not empty, as the dialect's
 * grammar groups them.  Unless that is the plain one, they are comparisons and what may
 * stand between those.  0, or 1 with *err.
 */
int	search_clauses(struct arena *, const struct search_dialect *, struct str filter,
	    struct items *items, struct search_error *err);

#endif
