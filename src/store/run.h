/*
 * Runs with what hangs on them.  Functions return 1 or 0 (found, changed) or -1
 * with db_error set, unless they say otherwise.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "store/db.h"
#include "store/kv.h"

struct metric {
	struct str	key;
	double		value;		/* finite, or NaN */
	int64_t		timestamp;	/* ms */
	int64_t		step;
};

struct metrics {
	struct metric	*items;
	size_t		 n;
};

struct dataset_input {
	struct str	input_id;
	struct str	name, digest, source_type, source;
	struct str	schema, profile;	/* absent: .p NULL */
	struct kvs	tags;
};

struct dataset_inputs {
	struct dataset_input	*items;
	size_t			 n;
};

struct model_link {
	struct str	model_id;
	int64_t		step;
};

struct model_links {
	struct model_link	*items;
	size_t			 n;
};

struct run {
	struct str		run_id;
	struct str		name;
	struct str		user_id;
	struct str		status;
	struct str		lifecycle_stage;
	struct str		artifact_uri;
	int64_t			experiment_id;
	int64_t			start_time;	/* ms */
	int64_t			end_time;	/* ms; 0: none */
	/* by store_run_fill */
	struct metrics		metrics;
	struct kvs		params;
	struct kvs		tags;
	struct dataset_inputs	datasets;
	struct model_links	models_out;
	/* by store_run_fill_one */
	struct model_links	models_in;
};

/* What a write to a run needs to know of it. */
struct run_state {
	struct str	run_id;		/* as stored */
	bool		active;
	int64_t		experiment_id;
};

/* The row; an empty name shows the tag mlflow.runName. */
int	store_run_find(struct work *, struct str run_id, struct run *);
int	store_run_state(struct work *, struct str run_id, struct run_state *);
/* Nobody else locks it until the end: for what is read, changed and written back. */
int	store_run_lock(struct work *, struct str run_id);
/* The rows of `ids` in that order, names as they stand; their number or -1. */
int64_t	store_run_list(struct work *, const struct str *ids, size_t n,
	    struct run *out);
/* Read latest metrics, params, tags, datasets and model outputs of n runs; 0 or -1. */
int	store_run_fill(struct work *, struct run *, size_t n);
/* The same of one run, with the models that it took in, which searches do not show. */
int	store_run_fill_one(struct work *, struct run *);

/* Write a new run and its tags; 0 or -1. */
int	store_run_create(struct work *, const struct run *);
int	store_run_set_status(struct work *, struct str run_id, struct str status);
int	store_run_set_end_time(struct work *, struct str run_id, int64_t end_time);
/* The name and the tag mlflow.runName together; 0 or -1. */
int	store_run_set_name(struct work *, struct str run_id, struct str name);
int	store_run_delete(struct work *, struct str run_id);
int	store_run_restore(struct work *, struct str run_id);

/*
 * Set tags (keys folded and sorted by kvs_fold); mlflow.runName renames the run,
 * an empty one is passed over.  0 or -1.
 */
int	store_tags_set(struct work *, struct str run_id, const struct kvs *tags);
/*
 * One tag that is not mlflow.runName, or one new param, as all that a request
 * writes: 1; 0 when there is no such active run; or -1 (DB_DUPLICATE: the param is
 * there).
 */
int	store_tag_set_active(struct work *, struct str run_id, const struct kv *tag);
int	store_param_add_active(struct work *, struct str run_id, const struct kv *param);
/* 1 if every one of the keys is stored in its very spelling, else 0; -1. */
int	store_tags_are_stored(struct work *, struct str run_id,
	    const struct kvs *tags);
int	store_tag_find(struct work *, struct str run_id, struct str key,
	    struct str *value);
int	store_tag_delete(struct work *, struct str run_id, struct str key);

/* The params of a run among the given keys, as stored; 0 or -1. */
int	store_params_find(struct work *, struct str run_id,
	    const struct kvs *keys, struct kvs *out);
/* Add params that are not there yet; 0 or -1. */
int	store_params_add(struct work *, struct str run_id, const struct kvs *params);

/* The tag that carries a run's name. */
#define RUN_NAME_TAG	"mlflow.runName"

#endif
