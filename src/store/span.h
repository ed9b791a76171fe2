/* Spans of traces, as they are stored: one JSON text each. */
#ifndef STORE_SPAN_H
#define STORE_SPAN_H

#include "store/db.h"

/* Hands a span's text on; it lives until the call returns.  Not 0 ends the reading. */
typedef int span_take(void *arg, struct str trace_id, struct str content);
/*
 * The spans of the traces of `ids`, trace by trace in the order of `ids`: roots first,
 * then by start, then by span id.  Spans whose text was put elsewhere are left out.  0,
 * what `take` said, or -1.
 */
int	store_span_read(struct work *, const struct str *ids, size_t n, span_take *take,
	    void *arg);
/* How many spans with a text each trace has, into counts[n].  0 or -1. */
int	store_span_count(struct work *, const struct str *ids, size_t n, int64_t *counts);

#endif
