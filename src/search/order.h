/* The order_by clauses of a search. */
#ifndef SEARCH_ORDER_H
#define SEARCH_ORDER_H

#include "search/entity.h"

struct search_order {
	const struct search_field	*field;
	struct str			 key;	/* where the field has no name */
	bool				 descending;
};

/*
 * Each clause is KEY, KEY ASC or KEY DESC.  Equal fields may come twice only if
 * `repeats`; the second is then left out, since it cannot order anything.
 * keys[] must hold n.  0 with *nkeys, or 1 with *err.
 */
int	search_order_read(struct arena *, const struct search_entity *,
	    const struct str *clauses, size_t n, bool repeats,
	    struct search_order *keys, size_t *nkeys, struct search_error *err);

#endif
