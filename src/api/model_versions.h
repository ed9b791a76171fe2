/* Model versions over the wire: requests, their fields, handlers. */
#ifndef API_MODEL_VERSIONS_H
#define API_MODEL_VERSIONS_H

#include "http/ctx.h"
#include "json/field.h"

struct version_create {
	struct str	name;
	struct str	source;
	struct str	run_id;
	struct list	tags;		/* of struct kv_in */
	struct str	run_link;
	struct str	description;
	struct str	model_id;
};

struct version_in {
	struct str	name;
	struct str	version;
};

struct version_update {
	struct str	name;
	struct str	version;
	struct str	description;	/* absent: NULL */
};

struct version_stage {
	struct str	name;
	struct str	version;
	struct str	stage;
	struct opt_bool	archive_existing_versions;
};

struct version_search_in {
	struct str	filter;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct version_set_tag {
	struct str	name;
	struct str	version;
	struct str	key;
	struct str	value;
};

struct version_delete_tag {
	struct str	name;
	struct str	version;
	struct str	key;
};

extern const struct field version_create_fields[];
extern const struct field version_fields[];
extern const struct field version_uri_fields[];
extern const struct field version_update_fields[];
extern const struct field version_stage_fields[];
extern const struct field version_search_fields[];
extern const struct field version_set_tag_fields[];
extern const struct field version_delete_tag_fields[];

int	api_model_version_create(struct ctx *);
int	api_model_version_get(struct ctx *);
int	api_model_version_update(struct ctx *);
int	api_model_version_delete(struct ctx *);
int	api_model_version_search(struct ctx *);
int	api_model_version_get_download_uri(struct ctx *);
int	api_model_version_transition(struct ctx *);
int	api_model_version_set_tag(struct ctx *);
int	api_model_version_delete_tag(struct ctx *);

#endif
