/*
 * A request of OpenTelemetry, read and ready to be stored: rows of spans, and for each
 * trace what its spans say of it.  No database and no HTTP is known here.
 *
 *	enum otlp_outcome outcome = otlp_batch_json(mem, body, most, prices, &batch);
 *	if (outcome != OTLP_FINE)
 *		... 400 or 422 with otlp_sentence(outcome) ...
 */
#ifndef OTLP_BATCH_H
#define OTLP_BATCH_H

#include "otlp/row.h"

/* Characters of what a span may say of its trace; a tag's value is cut. */
#define OTLP_SESSION_MAX	250
#define OTLP_USER_MAX		8000
#define OTLP_TRACE_NAME_MAX	4096
#define OTLP_TAG_KEY_MAX	250
#define OTLP_TAG_MAX		8000

struct otlp_tag {
	struct str	key, value;
};

/* In order; of equal keys the last counts. */
struct otlp_tags {
	struct otlp_tag	*items;
	size_t		 n;
};

/* What the spans of a request say of one trace; texts are absent where they say nothing. */
struct otlp_trace {
	struct str		 trace_id;
	int64_t			 start_ns;	/* the first */
	struct opt_i64		 end_ns;	/* the last, if any ended */
	bool			 has_root;
	struct str		 status;	/* of the first root: OK or ERROR */
	struct str		 request_preview, response_preview;	/* of the last root */
	struct str		 session_id, user;
	struct str		 name;		/* set by an attribute, no span's name */
	/* of the first resource that has any: traces of a resource share them */
	const struct otlp_tags	*resource_tags;		/* NULL: none */
	struct otlp_tags	 tags;			/* of roots; they count over those */
	/* every span, in order; for otlp_sum() */
	struct otlp_node	*nodes;
	size_t			 nnodes;
	bool			 has_usage, has_cost;	/* any span has */
};

struct otlp_batch {
	struct otlp_row		**rows;		/* in order, of equal ids the last counts */
	size_t			 nrows;
	struct otlp_trace	**traces;	/* in order of their first spans, each once */
	size_t			 ntraces;
};

/*
 * Read a body into `mem`, whose limit is also that of what reading takes.  The batch
 * counts only when it is OTLP_FINE.  `prices` NULL: no costs are computed; `most` is
 * json_read()'s limit of values, for each span.
 */
enum otlp_outcome otlp_batch_protobuf(struct arena *mem, struct str body,
	    const struct otlp_prices *, struct otlp_batch *);
enum otlp_outcome otlp_batch_json(struct arena *mem, struct str body, size_t most,
	    const struct otlp_prices *, struct otlp_batch *);

/* What an answer says of an outcome but OTLP_FINE: the reference's words where it has any. */
const char	*otlp_sentence(enum otlp_outcome);

#endif
