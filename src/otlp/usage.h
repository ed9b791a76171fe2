/*
 * Tokens and costs of spans, and their sums over a trace.
 *
 * Libraries write usage on more than one level of a tree, and outer spans sum up what is
 * below: so a span that has usage counts, and nothing below it does.
 */
#ifndef OTLP_USAGE_H
#define OTLP_USAGE_H

#include "json/field.h"
#include "otlp/convention.h"

/* A number of JSON; zero if it was not there. */
struct otlp_number {
	bool	is_set, is_real;
	int64_t	whole;		/* unless is_real */
	double	real;		/* if it is */
};
double	otlp_number_value(const struct otlp_number *);

struct otlp_usage {
	struct otlp_number	tokens[TOKENS__MAX];
};

enum { COST_IN, COST_OUT, COST_TOTAL, COST__MAX };
struct otlp_cost {
	struct otlp_number	costs[COST__MAX];
};

/*
 * From the text of mlflow.chat.tokenUsage or mlflow.llm.cost; *out is NULL where it counts
 * as none.  -1 if a member is no number, or a cost no object.
 */
int	otlp_usage_read(struct arena *, struct str text, const struct otlp_usage **out);
int	otlp_cost_read(struct arena *, struct str text, const struct otlp_cost **out);

/* A span in its tree. */
struct otlp_node {
	uint64_t		 span, parent;
	bool			 has_parent;
	const struct otlp_usage	*usage;		/* NULL: none */
	const struct otlp_cost	*cost;
};
/*
 * The node of a span that is stored: its ids (16 hex digits, the parent's absent on a
 * root) and its content.  What it cannot read of it is as if it was not there.
 */
struct otlp_node otlp_node_of(struct arena *, struct str span_id, struct str parent_id,
	    struct str content);

/* Values that are not set are NULL in the database, and not to be written. */
struct otlp_sums {
	struct opt_i64	tokens[TOKENS__MAX];
	struct opt_dbl	costs[COST__MAX];
};
/*
 * Sum up a whole trace: the nodes that are stored, then those that came in.  Of nodes of
 * one id the last counts.
 */
void	otlp_sum(struct arena *, const struct otlp_node *, size_t n, struct otlp_sums *);

#endif
