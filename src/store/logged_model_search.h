/* What a search of logged models has besides a struct search_query: its .own. */
#ifndef STORE_LOGGED_MODEL_SEARCH_H
#define STORE_LOGGED_MODEL_SEARCH_H

#include "store/search.h"

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
	const struct model_order	*order_by;	/* in place of the query's */
	size_t				 norder;
	/*
	 * Only models with a metric on one of these; filters on metrics see
	 * those metrics only.  None: all.
	 */
	const struct model_dataset	*datasets;
	size_t				 ndatasets;
};

#endif
