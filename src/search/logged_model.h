/*
 * The search language of logged models.  It has a grammar of its own: values
 * need no quotes, names of entities are fixed words, and order_by is no text.
 */
#ifndef SEARCH_LOGGED_MODEL_H
#define SEARCH_LOGGED_MODEL_H

#include "search/parse.h"

enum logged_model_column {
	LOGGED_MODEL_ID, LOGGED_MODEL_EXPERIMENT_ID, LOGGED_MODEL_NAME,
	LOGGED_MODEL_LOCATION, LOGGED_MODEL_CREATED, LOGGED_MODEL_UPDATED,
	LOGGED_MODEL_STATUS, LOGGED_MODEL_STAGE, LOGGED_MODEL_TYPE,
	LOGGED_MODEL_SOURCE_RUN, LOGGED_MODEL_STATUS_MESSAGE,
	LOGGED_MODEL_METRIC, LOGGED_MODEL_PARAM, LOGGED_MODEL_TAG,
	LOGGED_MODEL_COLUMN__MAX
};

/*
 * Like search_parse: an absent or empty filter matches everything.  0, or 1
 * with *err.
 */
int	search_logged_models_parse(struct arena *, struct str filter,
	    struct search_node **tree, struct search_error *err);

/*
 * The field that an order_by names: an attribute, or a metric with its name in
 * *key.  0, or 1 with *err.
 */
int	search_logged_models_order(struct arena *, struct str name,
	    const struct search_field **field, struct str *key,
	    struct search_error *err);

#endif
