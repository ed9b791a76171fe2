/*
 * Experiments and their tags.  Every function returns 1 or 0 (found or not, or
 * the rows changed) or -1 with db_error set, unless it says otherwise.
 */
#ifndef STORE_EXPERIMENT_H
#define STORE_EXPERIMENT_H

#include "store/db.h"
#include "store/kv.h"

struct experiment {
	int64_t		id;
	struct str	name;
	struct str	artifact_location;
	struct str	lifecycle_stage;	/* "active" or "deleted" */
	int64_t		creation_time;		/* ms */
	int64_t		last_update_time;	/* ms */
	bool		has_times;
	struct kvs	tags;			/* by store_experiment_fill */
};

int	store_experiment_find(struct work *, int64_t id, struct experiment *);
int	store_experiment_find_by_name(struct work *, struct str name,
	    struct experiment *);
/* The experiments of `ids`, in that order; their number or -1. */
int64_t	store_experiment_list(struct work *, const int64_t *ids, size_t n,
	    struct experiment *out);
/* Read the tags of n experiments; 0 or -1. */
int	store_experiment_fill(struct work *, struct experiment *, size_t n);

/*
 * A new active experiment; its id in *id.  Without a location it gets
 * `root`/<id>.  Tags are written too.  0 or -1 (DB_DUPLICATE: the name is taken).
 */
int	store_experiment_create(struct work *, struct str name,
	    struct str location, const char *root, const struct kvs *tags, int64_t *id);
int	store_experiment_rename(struct work *, int64_t id, struct str name);
/* Mark it and all its runs deleted, or active again; 0 when it is so already. */
int	store_experiment_delete(struct work *, int64_t id);
int	store_experiment_restore(struct work *, int64_t id);
int	store_experiment_tag_set(struct work *, int64_t id, struct str key, struct str value);
int	store_experiment_tag_delete(struct work *, int64_t id, struct str key);

#endif
