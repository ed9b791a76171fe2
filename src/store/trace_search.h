/* Traces by filter: the plan of the search (see search.h), and how two filters overlap. */
#ifndef STORE_TRACE_SEARCH_H
#define STORE_TRACE_SEARCH_H

#include "store/search.h"

enum { TRACE_FIRST, TRACE_SECOND, TRACE_BASE, TRACE_FILTERS };

struct trace_overlap {
	const int64_t	*experiment_ids;
	size_t		 nexperiments;	/* none: no traces */
	struct str	 filters[TRACE_FILTERS];	/* empty: all traces */
};

/* Of the traces that the base finds. */
struct trace_counts {
	int64_t	total, first, second, joint;
};

/* 0, 1 with the client's mistake in *err, -1 when the database fails. */
int	store_trace_overlap(struct work *, const struct trace_overlap *, struct trace_counts *,
	    struct search_error *err);

#endif
