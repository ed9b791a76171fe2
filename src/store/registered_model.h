/*
 * Registered models with their tags and aliases.  Every function returns 1 or 0
 * (found or not) or -1 with db_error set, unless it says otherwise.
 */
#ifndef STORE_REGISTERED_MODEL_H
#define STORE_REGISTERED_MODEL_H

#include "store/db.h"
#include "store/kv.h"
#include "store/model_version.h"

struct registered_model {
	struct str		name;			/* as stored */
	int64_t			creation_time;		/* ms */
	int64_t			last_updated_time;	/* ms */
	struct str		description;		/* may be absent */
	/* by store_registered_model_fill */
	struct kvs		tags;
	struct kvs		aliases;		/* to version numbers, as texts */
	struct model_versions	latest;			/* with their tags */
};

/* Columns of a model in a result, and their types. */
#define MODEL_TYPES	"siis"

/* The model that the first columns of a row hold. */
void	store_registered_model_from_row(const struct db_val *row, struct registered_model *);

int	store_registered_model_find(struct work *, struct str name,
	    struct registered_model *);
/*
 * The same, locked until the transaction ends: whoever changes a model or a
 * version takes this lock first.
 */
int	store_registered_model_lock(struct work *, struct str name,
	    struct registered_model *);
/* How latest versions are ordered: MLflow's searches do it their own way. */
enum latest_order {
	LATEST_BY_USE,		/* the stage that was used first, first */
	LATEST_BY_STAGE		/* by the stage's name */
};

/*
 * Read tags, aliases and the latest version of each stage of n models: three
 * statements, whatever their number up to some hundreds.  0 or -1.
 */
int	store_registered_model_fill(struct work *,
	    struct registered_model *, size_t n, enum latest_order);
/* The latest versions of a model, one for each stage, without tags.  0 or -1. */
int	store_registered_model_latest(struct work *,
	    struct registered_model *);

/*
 * A new model with m->name and ->description; the times are filled in.  0 or -1
 * (DB_DUPLICATE: the name is taken).
 */
int	store_registered_model_create(struct work *, struct registered_model *m);
/* Its m->tags.  0 or -1 (DB_DUPLICATE: one is there twice). */
int	store_registered_model_add_tags(struct work *, const struct registered_model *m);
/* These change a model that the caller has locked.  0 or -1. */
int	store_registered_model_set_description(struct work *, struct registered_model *,
	    struct str description);
/* -1 with DB_DUPLICATE: the name is taken. */
int	store_registered_model_rename(struct work *, struct registered_model *,
	    struct str name);
/* For good, with versions, tags and aliases. */
int	store_registered_model_delete(struct work *, struct str name);
/* The value of a tag. */
int	store_registered_model_tag_find(struct work *, struct str name,
	    struct str key, struct str *value);
int	store_registered_model_tag_set(struct work *, struct str name, struct str key,
	    struct str value);
int	store_registered_model_tag_delete(struct work *, struct str name, struct str key);
int	store_registered_model_alias_find(struct work *, struct str name,
	    struct str alias, int64_t *version);
/* Set it, or move it. */
int	store_registered_model_alias_set(struct work *, struct str name, struct str alias,
	    int64_t version);
int	store_registered_model_alias_delete(struct work *, struct str name,
	    struct str alias);

#endif
