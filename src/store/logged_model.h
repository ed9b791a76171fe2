/*
 * Logged models with their tags, params and metrics.  Every function returns 1
 * or 0 (found or not, or the rows changed) or -1 with db_error set, unless it
 * says otherwise.
 */
#ifndef STORE_LOGGED_MODEL_H
#define STORE_LOGGED_MODEL_H

#include "store/db.h"
#include "store/kv.h"

/* MLflow's numbers, in requests and in the column alike. */
enum logged_model_status {
	MODEL_STATUS_UNSPECIFIED, MODEL_STATUS_PENDING, MODEL_STATUS_READY,
	MODEL_STATUS_UPLOAD_FAILED
};

struct model_metric {
	struct str	key;
	double		value;		/* as stored: NaN is 0 */
	int64_t		timestamp;	/* ms */
	int64_t		step;
	struct str	run_id;
	struct str	dataset_name;	/* .p NULL: none */
	struct str	dataset_digest;
};

struct logged_model {
	struct str		 model_id;
	int64_t			 experiment_id;
	struct str		 name;
	struct str		 artifact_location;
	int64_t			 creation_timestamp;		/* ms */
	int64_t			 last_updated_timestamp;	/* ms */
	int64_t			 status;	/* enum logged_model_status */
	bool			 is_active;
	struct str		 model_type;	/* "" as a rule, not absent */
	struct str		 source_run_id;
	struct str		 status_message;
	/* by store_logged_model_fill */
	struct kvs		 tags;
	struct kvs		 params;
	struct model_metric	*metrics;
	size_t			 nmetrics;
};

/* Deleted ones too: see is_active. */
int	store_logged_model_find(struct work *, struct str model_id,
	    struct logged_model *);
/* The models of `ids`, in that order; their number or -1. */
int64_t	store_logged_model_list(struct work *, const struct str *ids,
	    size_t n, struct logged_model *out);
/*
 * Read tags, params and every logged metric of n models: three statements.
 * 0 or -1.
 */
int	store_logged_model_fill(struct work *, struct logged_model *,
	    size_t n);

/*
 * Write a new model with its tags and params; model_id and the times are set
 * here.  0 or -1 (DB_DUPLICATE: a key is given twice).
 */
int	store_logged_model_create(struct work *, struct logged_model *,
	    struct str location);
int	store_logged_model_set_status(struct work *, struct str model_id, int64_t status);
/* Mark it deleted; once more is fine. */
int	store_logged_model_delete(struct work *, struct str model_id);
/* Set tags, one after the other.  0 or -1. */
int	store_logged_model_tags_set(struct work *, const struct logged_model *,
	    const struct kvs *tags);
int	store_logged_model_tag_delete(struct work *, struct str model_id, struct str key);
/* Add params.  0 or -1 (DB_DUPLICATE: one is there already). */
int	store_logged_model_params_add(struct work *, const struct logged_model *,
	    const struct kvs *params);

#endif
