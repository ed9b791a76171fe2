/* Which experiments a search finds, in order, a page at a time. */
#ifndef STORE_EXPERIMENT_SEARCH_H
#define STORE_EXPERIMENT_SEARCH_H

#include "search/search.h"
#include "store/db.h"

struct experiment_search {
	struct str		 filter;	/* may be absent */
	const struct str	*order_by;
	size_t			 norder;
	enum view_type		 view;
	int64_t			 max_results;	/* 1 .. 50,000 */
	struct str		 page_token;	/* may be absent */
};

struct experiment_page {
	int64_t		*ids;		/* in order */
	size_t		 n;
	struct str	 next_page_token;	/* absent: the last page */
};

/*
 * One statement.  Order: creation_time descending, then the id; or the user's
 * keys, then the id descending.  NULL sorts below everything.
 *
 * 0 with *page in `mem`, 1 with the client's mistake in *err, -1 when the
 * database fails.
 */
int	store_experiment_search(struct work *,
	    const struct experiment_search *, struct experiment_page *page,
	    struct search_error *err);

#endif
