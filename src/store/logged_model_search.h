/*
 * Logged models by filter, order and dataset, a page at a time.
 */
#ifndef STORE_LOGGED_MODEL_SEARCH_H
#define STORE_LOGGED_MODEL_SEARCH_H

#include "search/search.h"
#include "store/db.h"

/* One clause of order_by. */
struct model_order {
	struct str	field_name;
	bool		descending;
	struct str	dataset_name;	/* of a metric; empty: any */
	struct str	dataset_digest;
};

/* Metrics logged on this dataset; both texts must be equal. */
struct model_dataset {
	struct str	name;
	struct str	digest;
};

struct logged_model_search {
	const int64_t			*experiment_ids;
	size_t				 nexperiments;
	struct str			 filter;
	const struct model_order	*order_by;
	size_t				 norder;
	/*
	 * Only models with a metric on one of these; filters on metrics see
	 * those metrics only.  None: all.
	 */
	const struct model_dataset	*datasets;
	size_t				 ndatasets;
	int64_t				 max_results;	/* > 0 */
	struct str			 page_token;
};

struct logged_model_page {
	struct str	*model_ids;
	size_t		 n;
	struct str	 next_page_token;	/* absent: the last page */
};

/*
 * The active models of some experiments.  By default the newest come first.  0,
 * 1 with *err, or -1.
 */
int	store_logged_model_search(struct work *,
	    const struct logged_model_search *, struct logged_model_page *,
	    struct search_error *err);

#endif
