/* Evaluation datasets by filter and order, a page at a time. */
#ifndef STORE_EVAL_DATASET_SEARCH_H
#define STORE_EVAL_DATASET_SEARCH_H

#include "search/search.h"
#include "store/eval_dataset.h"

struct eval_dataset_search {
	const struct str	*experiment_ids;	/* none: all datasets */
	size_t			 nexperiments;
	struct str		 filter;
	const struct str	*order_by;
	size_t			 norder;
	int64_t			 max_results;	/* > 0 */
	struct str		 page_token;
};

struct eval_dataset_page {
	struct eval_dataset	*items;	/* without tags */
	size_t			 n;
	struct str		 next_page_token;	/* absent: the last page */
};

/* By default the newest come first.  0, 1 with *err, or -1. */
int	store_eval_dataset_search(struct work *,
	    const struct eval_dataset_search *, struct eval_dataset_page *,
	    struct search_error *err);

#endif
