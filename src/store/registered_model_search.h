/* Which registered models a search finds, in order, a page at a time. */
#ifndef STORE_REGISTERED_MODEL_SEARCH_H
#define STORE_REGISTERED_MODEL_SEARCH_H

#include "search/search.h"
#include "store/registered_model.h"

struct registered_model_search {
	struct str		 filter;	/* may be absent */
	const struct str	*order_by;
	size_t			 norder;
	/* of 0 or less: no models, and a token when there are any */
	int64_t			 max_results;
	struct str		 page_token;	/* may be absent */
};

struct registered_model_page {
	struct registered_models	models;	/* without what hangs on them */
	struct str			next_page_token;	/* absent: the last page */
};

/*
 * One statement.  Order: the user's keys, then the name.  0 with *page in
 * `mem`, 1 with the client's mistake in *err, -1 when the database fails.
 */
int	store_registered_model_search(struct work *,
	    const struct registered_model_search *, struct registered_model_page *page,
	    struct search_error *err);

#endif
