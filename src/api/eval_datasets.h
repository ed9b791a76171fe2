/* Evaluation datasets and their records over the wire. */
#ifndef API_EVAL_DATASETS_H
#define API_EVAL_DATASETS_H

#include "http/ctx.h"
#include "json/field.h"
#include "json/read.h"

struct eval_dataset_create {
	struct str	name;
	struct strs	experiment_ids;
	struct str	tags;		/* JSON */
};

struct eval_dataset_get {
	struct str	dataset_id;
};

struct eval_dataset_tags_in {
	struct str	tags;		/* JSON */
};

struct eval_dataset_tag_delete {
	struct str	dataset_id, key;
};

struct eval_dataset_experiments_in {
	struct strs	experiment_ids;
};

struct eval_dataset_search_in {
	struct strs	experiment_ids;
	struct str	filter_string;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct eval_record_upsert {
	struct str	records;	/* JSON */
};

struct eval_record_list_in {
	struct str	dataset_id;
	struct opt_i64	max_results;
	struct str	page_token;
};

struct eval_record_delete {
	struct str	dataset_id;
	struct strs	dataset_record_ids;
};

extern const struct field	eval_dataset_create_fields[];
extern const struct field	eval_dataset_get_fields[];
extern const struct field	eval_dataset_tags_fields[];
extern const struct field	eval_dataset_tag_delete_fields[];
extern const struct field	eval_dataset_experiments_fields[];
extern const struct field	eval_dataset_search_fields[];
extern const struct field	eval_record_upsert_fields[];
extern const struct field	eval_record_list_fields[];
extern const struct field	eval_record_delete_fields[];

int	api_eval_dataset_create(struct ctx *);
int	api_eval_dataset_get(struct ctx *);
int	api_eval_dataset_search(struct ctx *);
int	api_eval_dataset_delete(struct ctx *);
int	api_eval_dataset_set_tags(struct ctx *);
int	api_eval_dataset_delete_tag(struct ctx *);
int	api_eval_dataset_add_experiments(struct ctx *);
int	api_eval_dataset_remove_experiments(struct ctx *);
int	api_eval_dataset_experiment_ids(struct ctx *);
int	api_eval_record_upsert(struct ctx *);
int	api_eval_record_list(struct ctx *);
int	api_eval_record_delete(struct ctx *);

/* Characters of dataset names and of users: their columns. */
#define EVAL_NAME_COLUMN	255
/* The tag that says who did it. */
#define EVAL_USER_TAG		"mlflow.user"

/*
 * A tag's value as text, in `mem`: numbers and truth values as Python prints
 * them; absent for null, lists and objects.
 */
struct str	eval_tag_text(struct arena *mem, const struct json_object *);

#endif
