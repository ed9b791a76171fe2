/*
 * Versions of registered models.  Every function returns 1 or 0 (found or not)
 * or -1 with db_error set, unless it says otherwise.
 *
 * A deleted version stays as a row whose secrets are struck out, so that its
 * number is never used again; nothing here finds it.
 */
#ifndef STORE_MODEL_VERSION_H
#define STORE_MODEL_VERSION_H

#include "store/db.h"
#include "store/kv.h"

struct model_version {
	struct str	name;		/* as stored */
	int64_t		version;
	int64_t		creation_time;		/* ms */
	int64_t		last_updated_time;	/* ms */
	/* absent where the column is NULL */
	struct str	description, user_id, current_stage, source, run_id;
	struct str	status, status_message, run_link;
	struct str	storage_location;	/* what the source means */
	struct kvs	tags;		/* by store_model_version_fill_tags */
	struct kvs	aliases;	/* keys only; by ..._fill_aliases */
};

/* A list that grows. */
struct model_versions {
	struct model_version	*items;
	size_t			 n;
};

/* Columns of a version in a result, and their types. */
#define VERSION_NCOLUMNS	13
#define VERSION_TYPES		"siiisssssssss"

/* The version that the first columns of a row hold. */
void	store_model_version_from_row(const struct db_val *row, struct model_version *);
/* The same, appended. */
void	model_versions_add(struct arena *, struct model_versions *,
	    const struct db_val *row);

int	store_model_version_find(struct work *, struct str name,
	    int64_t version, struct model_version *);
/* The same, locked until the transaction ends. */
int	store_model_version_lock(struct work *, struct str name,
	    int64_t version, struct model_version *);
/* The one with the highest number. */
int	store_model_version_newest(struct work *, struct str name,
	    struct model_version *);
/* Read the tags of n versions, of any models; 0 or -1. */
int	store_model_version_fill_tags(struct work *,
	    struct model_version *, size_t n);
/* Read the aliases of n versions of one model; 0 or -1. */
int	store_model_version_fill_aliases(struct work *,
	    struct model_version *, size_t n);

/*
 * A new version of the model `v->name`, which the caller has locked: the number,
 * the times, stage and status are filled in.  0 or -1; DB_RETRY when another
 * server took the number.
 */
int	store_model_version_add(struct work *, struct model_version *v);
/* These change a version that the caller has locked with its model.  0 or -1. */
int	store_model_version_set_description(struct work *, const struct model_version *,
	    struct str description);
/* `stage` in its proper case; with `archive` all others of that stage are archived. */
int	store_model_version_set_stage(struct work *, const struct model_version *,
	    struct str stage, bool archive);
/* Soft delete; the aliases go, the tags stay. */
int	store_model_version_delete(struct work *, const struct model_version *);
int	store_model_version_tag_set(struct work *, const struct model_version *,
	    struct str key, struct str value);
int	store_model_version_tag_delete(struct work *, const struct model_version *,
	    struct str key);

/* The logged model that a version is made of. */
struct model_origin {
	struct str	model_id;	/* as stored */
	int64_t		experiment_id;
	struct str	artifact_location;
	struct str	run_id;		/* "" if no run made it */
};

/* A logged model that is not deleted. */
int	store_model_origin_find(struct work *, struct str model_id,
	    struct model_origin *);
/*
 * Its tag mlflow.modelVersions ("" if it has none), and the model locked so that
 * the tag can be written anew.
 */
int	store_model_origin_lock_tag(struct work *,
	    const struct model_origin *, struct str *value);
int	store_model_origin_set_tag(struct work *, const struct model_origin *,
	    struct str value);

#endif
