/* A span as it is stored. */
#ifndef OTLP_ROW_H
#define OTLP_ROW_H

#include "otlp/translate.h"
#include "otlp/usage.h"

/* Characters of the columns. */
#define OTLP_TYPE_MAX	500
#define OTLP_MODEL_MAX	500	/* model and provider are cut */

/* One of table spans; a text that is absent is NULL. */
struct otlp_row {
	struct str	trace_id;	/* "tr-" and 32 hexadecimal digits */
	struct str	span_id;	/* 16 */
	struct str	parent_id;	/* absent: a root */
	struct str	name, type;
	struct str	status;		/* OK, ERROR, UNSET */
	int64_t		start_ns;
	struct opt_i64	end_ns;
	struct str	model, provider;
	struct opt_dbl	costs[COST__MAX];
	struct str	content;	/* the JSON that a reader gets, byte for byte */
};

/* A span on its way: what it becomes, and what its trace is told of it. */
struct otlp_stored {
	const struct otlp_span	*span;
	struct otlp_row		 row;
	struct otlp_texts	 texts;		/* attributes, translated */
	struct otlp_node	 node;
};

/*
 * Convert; all that is found lives in `mem`, with texts of the span's.  `service` is the
 * name that a root gets as its service.name; absent: none.
 */
enum otlp_outcome otlp_store(struct arena *mem, const struct otlp_span *,
	    struct str service, const struct otlp_prices *, struct otlp_stored *);

#endif
