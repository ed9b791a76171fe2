/* The list of texts behind IN. */
#ifndef SEARCH_LIST_H
#define SEARCH_LIST_H

#include "base/arena.h"
#include "search/search.h"

/*
 * `text` with its parentheses, read as MLflow reads it: a Python tuple of
 * strings, neighbours joined, backslash escapes undone.  0, or 1 with *err.
 */
int	search_list_read(struct arena *, struct str text, struct str **values,
	    size_t *n, struct search_error *err);

#endif
