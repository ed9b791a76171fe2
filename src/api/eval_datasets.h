/* Evaluation datasets and their records over the wire. */
#ifndef API_EVAL_DATASETS_H
#define API_EVAL_DATASETS_H

#include "auth/permit.h"
#include "http/route.h"
#include "store/eval_dataset.h"

/* The tag that says who did it. */
#define EVAL_USER_TAG		"mlflow.user"

/*
 * A tag's value as text, in `mem`: numbers and truth values as Python prints
 * them; absent for null, lists and objects.
 */
struct str	eval_tag_text(struct arena *mem, const struct json_object *);

/* Outputs of any type are stored in an object with this one member. */
#define EVAL_WRAPPED		"mlflow_wrapped"

/* What the dataset says of its records, as JSON: their number, or null for none. */
int	eval_dataset_profile(struct ctx *, struct str dataset_id, struct str *profile);
/*
 * The dataset, on which the right must be had: 1, 0 if there is none, -1 with an error
 * recorded.  For what changes it (EDIT and above) it is held until the end.
 */
int	find_eval_dataset(struct ctx *, struct str id, enum right, struct eval_dataset *);

extern const struct route eval_dataset_routes[];

#endif
