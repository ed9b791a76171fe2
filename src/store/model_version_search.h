/* Which model versions a search finds, in order, a page at a time. */
#ifndef STORE_MODEL_VERSION_SEARCH_H
#define STORE_MODEL_VERSION_SEARCH_H

#include "search/search.h"
#include "store/model_version.h"

struct model_version_search {
	struct str		 filter;	/* may be absent */
	const struct str	*order_by;
	size_t			 norder;
	int64_t			 max_results;	/* 1 .. 200,000 */
	struct str		 page_token;	/* may be absent */
};

struct model_version_page {
	struct model_versions	versions;	/* without tags */
	struct str		next_page_token;	/* absent: the last page */
};

/*
 * One statement.  Order: the latest change first; or the user's keys; then the
 * name, then the higher version.  Versions of a model that has prompts among
 * its versions are found by a search for prompts only, as in MLflow.
 *
 * 0 with *page in `mem`, 1 with the client's mistake in *err, -1 when the
 * database fails.
 */
int	store_model_version_search(struct work *,
	    const struct model_version_search *, struct model_version_page *page,
	    struct search_error *err);

#endif
