/*
 * What registered models and model versions share: checks with MLflow's texts,
 * and the members of their answers.
 *
 * Checks return 0, or -1 with the error recorded.
 */
#ifndef API_REGISTRY_COMMON_H
#define API_REGISTRY_COMMON_H

#include "api/common.h"
#include "store/registered_model.h"

/* Characters of a tag's value, as MLflow checks them. */
#define REGISTRY_TAG_MAX	100000
#define ALIAS_MAX		255
/* The tag of a prompt's version that holds its text. */
#define PROMPT_TEXT_TAG		"mlflow.prompt.text"

/* A version number as a client writes it. */
struct version_number {
	int64_t		n;	/* -1 when no version can have it */
	struct str	text;	/* for messages */
};

/* A model's name; `parameter` is what a blank one is called. */
int	check_model_name(struct ctx *, const char *parameter, struct str name);
int	check_registry_tag(struct ctx *, struct str key, struct str value);
/* ... of a version, one of which may be the text of a prompt. */
int	check_version_tag(struct ctx *, struct str key, struct str value);
/* Each of the tags by one of these two. */
int	check_registry_tags(struct ctx *, const struct kvs *tags,
	    int (*check)(struct ctx *, struct str, struct str));
int	take_version(struct ctx *, struct str text, struct version_number *);
/* A stage in any case, in its proper one. */
int	take_stage(struct ctx *, struct str text, struct str *stage);
/* The characters and the length of an alias; reserved ones are not refused. */
int	check_alias(struct ctx *, struct str alias);

/* Why tags of a new model or version were not written. */
int	fail_tags(struct ctx *);
int	fail_no_model(struct ctx *, struct str name);
int	fail_no_version(struct ctx *, struct str name, struct str version);
/*
 * The model, on which the right must be had, or 404.  For what changes it (EDIT and
 * above) it is locked for the rest of the transaction.
 */
int	load_model(struct ctx *, struct str name, enum right, struct registered_model *);
/* The version, or 404; the same, and its model is locked first. */
int	load_version(struct ctx *, struct str name, const struct version_number *,
	    enum right, struct model_version *);
/* The newest version, or the one with an alias. */
int	load_newest_version(struct ctx *, struct str name, struct model_version *);
int	load_alias(struct ctx *, struct str name, struct str alias, struct model_version *);

/* A decoded list of tags, the last of equal keys at the place of the first. */
void	take_tags(struct ctx *, const struct list *from, struct kvs *tags);

void	put_version(struct ctx *, const char *key, const struct model_version *);
/* The answer {"model_version": ...} with tags and aliases, which are read here. */
int	answer_version(struct ctx *, struct model_version *);

#endif
