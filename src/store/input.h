/*
 * What goes into a run and comes out of it: datasets and models.
 */
#ifndef STORE_INPUT_H
#define STORE_INPUT_H

#include "store/run.h"

/*
 * Link a dataset to a run.  A dataset is one row for (experiment, name, digest);
 * the first one's source, schema and profile stay.  A link that is there already
 * stays with its tags.  0 or -1 (DB_DUPLICATE: two equal tag names).
 */
int	store_dataset_link(struct work *, const struct run_state *,
	    const struct dataset_input *);

/* Link models that went into a run; a repeat replaces the link.  0 or -1. */
int	store_models_in(struct work *, struct str run_id, const struct model_links *);
/* Link models that came out of a run.  0 or -1 (DB_DUPLICATE: one is linked). */
int	store_models_out(struct work *, struct str run_id, const struct model_links *);
/* The ids of those that are linked, as keys; 0 or -1. */
int	store_models_out_list(struct work *, struct str run_id, struct kvs *out);

/* One dataset as it is used in an experiment. */
struct dataset_summary {
	int64_t		experiment_id;
	struct str	name, digest;
	struct str	context;	/* .p NULL: none */
};

/* The distinct ones of some experiments, at most `limit`; their number or -1. */
int64_t	store_dataset_list(struct work *, const int64_t *experiment_ids,
	    size_t n, int64_t limit, struct dataset_summary **out);

#endif
