/* The search language of evaluation datasets. */
#ifndef SEARCH_EVAL_DATASET_H
#define SEARCH_EVAL_DATASET_H

#include "search/order.h"
#include "search/parse.h"

enum eval_dataset_column {
	EVAL_NAME, EVAL_CREATED, EVAL_UPDATED, EVAL_CREATED_BY, EVAL_UPDATED_BY,
	EVAL_TAG,
	EVAL_COLUMN__MAX
};

/*
 * Like search_parse: an absent or empty filter matches everything.  0, or 1
 * with *err.
 */
int	search_eval_datasets_parse(struct arena *, struct str filter,
	    struct search_node **tree, struct search_error *err);

/* One clause of order_by.  0, or 1 with *err. */
int	search_eval_datasets_order(struct arena *, struct str clause,
	    struct search_order *, struct search_error *err);

#endif
