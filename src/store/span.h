/* Spans of traces, as they are stored: one JSON text each. */
#ifndef STORE_SPAN_H
#define STORE_SPAN_H

#include "store/trace.h"

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

/* A row of spans. */
struct span {
	struct str	trace_id, span_id, parent_id;	/* parent_id absent: a root */
	int64_t		experiment_id;			/* of the trace */
	struct str	name, type, status;
	int64_t		start_ns;
	struct db_val	end_ns;			/* DB_NULL: not ended */
	struct str	model, provider;
	struct db_val	costs[TRACE_COSTS];
	struct str	content;
};

/*
 * Write spans of traces that are there; what is there of the same id is replaced, and of
 * equal ids the last counts.  0 or -1.
 */
int	store_span_write(struct work *, const struct span *, size_t n);

/* Hands on what the sums over a trace need of each stored span. */
typedef void span_node_take(void *arg, struct str span_id, struct str parent_id,
    struct str content);
int	store_span_nodes(struct work *, struct str trace_id, span_node_take *take, void *arg);

/*
 * Make a trace for its spans where store_trace_lock() found none, and hold it until the
 * end of the transaction.  1 if it is new, 0 if somebody made it at this moment, or -1.
 */
int	store_trace_open(struct work *, struct str trace_id, int64_t experiment_id,
	    struct trace *);
/* Write what spans have changed: all columns but the experiment and the client's id. */
int	store_trace_update(struct work *, const struct trace *);

#endif
