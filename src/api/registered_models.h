/* Registered models over the wire: requests, their fields, handlers. */
#ifndef API_REGISTERED_MODELS_H
#define API_REGISTERED_MODELS_H

#include "http/ctx.h"
#include "json/field.h"

struct model_create {
	struct str	name;
	struct list	tags;		/* of struct kv_in */
	struct str	description;
};

struct model_name_in {
	struct str	name;
};

struct model_rename {
	struct str	name;
	struct str	new_name;
};

struct model_update {
	struct str	name;
	struct str	description;	/* absent: emptied */
};

struct model_search_in {
	struct str	filter;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct model_latest_in {
	struct str	name;
	struct strs	stages;
};

struct model_set_tag {
	struct str	name;
	struct str	key;
	struct str	value;
};

struct model_delete_tag {
	struct str	name;
	struct str	key;
};

struct model_set_alias {
	struct str	name;
	struct str	alias;
	struct str	version;
};

struct model_alias_in {
	struct str	name;
	struct str	alias;
};

extern const struct field model_create_fields[];
extern const struct field model_name_fields[];
extern const struct field model_rename_fields[];
extern const struct field model_update_fields[];
extern const struct field model_search_fields[];
extern const struct field model_latest_fields[];
extern const struct field model_set_tag_fields[];
extern const struct field model_delete_tag_fields[];
extern const struct field model_set_alias_fields[];
extern const struct field model_alias_fields[];

int	api_registered_model_create(struct ctx *);
int	api_registered_model_get(struct ctx *);
int	api_registered_model_rename(struct ctx *);
int	api_registered_model_update(struct ctx *);
int	api_registered_model_delete(struct ctx *);
int	api_registered_model_search(struct ctx *);
int	api_registered_model_get_latest_versions(struct ctx *);
int	api_registered_model_set_tag(struct ctx *);
int	api_registered_model_delete_tag(struct ctx *);
int	api_registered_model_set_alias(struct ctx *);
int	api_registered_model_delete_alias(struct ctx *);
int	api_registered_model_get_alias(struct ctx *);

#endif
