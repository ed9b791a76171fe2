/*
 * Evaluation datasets: their tags, experiments and records.  Records are JSON
 * texts here; what is in them is the caller's business.
 *
 * Every function returns 1 or 0 (found or not, or the rows changed) or -1 with
 * db_error set, unless it says otherwise.
 */
#ifndef STORE_EVAL_DATASET_H
#define STORE_EVAL_DATASET_H

#include "store/db.h"
#include "store/kv.h"

struct eval_dataset {
	struct str	dataset_id;
	struct str	name;
	struct str	schema;		/* JSON; .p NULL: no records yet */
	struct str	profile;	/* JSON; .p NULL: no records yet */
	struct str	digest;
	int64_t		created_time;		/* ms */
	int64_t		last_update_time;	/* ms */
	struct str	created_by;		/* .p NULL: not known */
	struct str	last_updated_by;
	struct kvs	tags;	/* by store_eval_dataset_fill; values may be NULL */
};

struct eval_record {
	struct str	record_id;
	struct str	inputs;		/* JSON, as all up to `outputs` */
	struct str	sorted_inputs;	/* ... members by name: what is hashed */
	struct str	expectations;
	struct str	tags;
	struct str	source;
	struct str	outputs;	/* .p NULL in an update: keep them */
	struct str	source_id;
	struct str	source_type;
	int64_t		created_time;		/* ms */
	int64_t		last_update_time;	/* ms */
	struct str	created_by;
	struct str	last_updated_by;
};

int	store_eval_dataset_find(struct work *, struct str id,
	    struct eval_dataset *);
/* The same, and nobody else changes it or its records until the end. */
int	store_eval_dataset_lock(struct work *, struct str id,
	    struct eval_dataset *);
/* From a row of EVAL_DATASET_COLUMNS. */
void	store_eval_dataset_from_row(const struct db_val *row, struct eval_dataset *);
/* Read the tags of n datasets; 0 or -1. */
int	store_eval_dataset_fill(struct work *, struct eval_dataset *, size_t n);

/*
 * Write a new dataset with its tags and experiments (any texts); dataset_id and
 * the times are set here.  0 or -1 (DB_DUPLICATE: an experiment comes twice).
 */
int	store_eval_dataset_create(struct work *, struct eval_dataset *,
	    const struct str *experiments, size_t n);
/* With all that hangs on it; fine if it is not there. */
int	store_eval_dataset_delete(struct work *, struct str id);
/* 0 or -1. */
int	store_eval_dataset_tags_set(struct work *, struct str id, const struct kvs *);
int	store_eval_dataset_tag_delete(struct work *, struct str id, struct str key);

/* The experiments it is linked to, the oldest link first; their number or -1. */
int64_t	store_eval_dataset_experiments(struct work *, struct str id,
	    struct str **experiments);
/* Link experiments; links that are there stay.  0 or -1, as create. */
int	store_eval_dataset_link(struct work *, struct str id,
	    const struct str *experiments, size_t n);
/* Unlink experiments; the number of links that went. */
int64_t	store_eval_dataset_unlink(struct work *, struct str id,
	    const struct str *experiments, size_t n);

/* Its experiments have changed: last_update_time. */
int	store_eval_dataset_touch(struct work *, struct str id);
/* Its records have changed, by whom (.p NULL: not known): time and digest. */
int	store_eval_dataset_set_changed(struct work *, const struct eval_dataset *, struct str by);
int	store_eval_dataset_set_content(struct work *, struct str id, struct str schema,
	    struct str profile);
int	store_eval_dataset_set_profile(struct work *, struct str id, struct str profile);

/* The number of its records or -1. */
int64_t	store_eval_record_count(struct work *, struct str dataset_id);
/*
 * What records are found by: a hash of the sorted inputs of each.  0 or -1; n > 0, and
 * the texts go into one packet.
 */
int	store_eval_record_hash(struct work *, const struct str *sorted_inputs, size_t n,
	    struct str *hashes);
/*
 * By their hashes; only record_id (.p NULL: there is none), expectations and tags are
 * read, for the first of equal ones.  0 or -1.
 */
int	store_eval_record_find(struct work *, struct str dataset_id, const struct str *hashes,
	    size_t n, struct eval_record *out);
/* record_id and the times are set here.  0 or -1. */
int	store_eval_records_insert(struct work *, struct str dataset_id,
	    struct eval_record *const *, size_t n);
/* expectations, tags, outputs and last_updated_by (.p NULL: keep it).  0 or -1. */
int	store_eval_records_update(struct work *, struct eval_record *const *, size_t n);
/* Delete records of a dataset; their number or -1. */
int64_t	store_eval_record_delete(struct work *, struct str dataset_id,
	    const struct str *record_ids, size_t n);
/* Called for each record as it is read; its texts die with the call. */
typedef void eval_record_take(void *arg, const struct eval_record *);
/*
 * Records by time and id, from behind (`created_time`, `record_id`), at most `limit`;
 * nothing else may run meanwhile.  0 or -1.
 */
int	store_eval_record_read(struct work *, struct str dataset_id, int64_t created_time,
	    struct str record_id, int64_t limit, eval_record_take *, void *arg);

#endif
