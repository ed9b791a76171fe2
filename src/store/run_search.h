/* Which runs a search finds, in order, a page at a time. */
#ifndef STORE_RUN_SEARCH_H
#define STORE_RUN_SEARCH_H

#include "search/search.h"
#include "store/db.h"

struct run_search {
	const int64_t		*experiment_ids;
	size_t			 nexperiments;
	struct str		 filter;	/* may be absent */
	const struct str	*order_by;
	size_t			 norder;
	enum view_type		 view;
	int64_t			 max_results;	/* 1 .. 50,000 */
	struct str		 page_token;	/* may be absent */
};

struct run_page {
	struct str	*run_ids;	/* in order */
	size_t		 n;
	struct str	 next_page_token;	/* absent: the last page */
};

/*
 * Two statements (see walk.h), and none when no experiment is given, but mistakes
 * in the filter, order or token are still found.
 *
 * Order: the user's keys, then start_time descending, then run id.  In each key
 * missing values come last and NaN before them, whatever the direction.
 *
 * 0 with *page in `mem`, 1 with the client's mistake in *err, -1 when the
 * database fails.
 */
int	store_run_search(struct work *,
	    const struct run_search *, struct run_page *page,
	    struct search_error *err);

#endif
