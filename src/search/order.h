/* The order_by clauses of a search. */
#ifndef SEARCH_ORDER_H
#define SEARCH_ORDER_H

#include "search/search.h"

struct search_order {
	const struct search_field	*field;
	struct str			 key;	/* where the field has no name */
	bool				 descending;
};

/*
 * Each clause is KEY, KEY ASC or KEY DESC.  Where equal fields may come twice, the
 * second is left out, since it cannot order anything.  keys[] must hold n.  0 with
 * *nkeys, or 1 with *err.
 */
int	search_order_read(struct arena *, const struct search_dialect *,
	    const struct str *clauses, size_t n, struct search_order *keys,
	    size_t *nkeys, struct search_error *err);

/*
 * The field that the name of an attribute or "metrics.NAME" means, where order_by is
 * no text (logged models): field and key of *out.  0, or 1 with *err.
 */
int	search_order_by_name(struct arena *, const struct search_dialect *,
	    struct str name, struct search_order *out, struct search_error *err);

/* More clauses than are taken; always 1. */
int	search_order_fail_many(struct arena *, struct search_error *);

#endif
