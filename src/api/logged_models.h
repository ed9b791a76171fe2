/* Logged models over the wire. */
#ifndef API_LOGGED_MODELS_H
#define API_LOGGED_MODELS_H

#include "http/ctx.h"
#include "json/field.h"

struct logged_model_create {
	struct str	experiment_id, name, model_type, source_run_id;
	struct list	params, tags;
};

struct logged_model_get {
	struct str	model_id;
	struct opt_bool	allow_deleted;
};

struct logged_model_finalize {
	struct str	model_id;
	struct opt_enum	status;
};

struct logged_model_delete {
	struct str	model_id;
};

struct logged_model_params_in {
	struct str	model_id;
	struct list	params;
};

struct logged_model_tags_in {
	struct list	tags;
};

struct logged_model_tag_delete {
	struct str	model_id, tag_key;
};

struct logged_model_search_in {
	struct strs	experiment_ids;
	struct str	filter;
	struct opt_i64	max_results;
	struct list	order_by, datasets;
	struct str	page_token;
};

extern const struct field	logged_model_create_fields[];
extern const struct field	logged_model_get_fields[];
extern const struct field	logged_model_finalize_fields[];
extern const struct field	logged_model_delete_fields[];
extern const struct field	logged_model_params_fields[];
extern const struct field	logged_model_tags_fields[];
extern const struct field	logged_model_tag_delete_fields[];
extern const struct field	logged_model_search_fields[];

int	api_logged_model_create(struct ctx *);
int	api_logged_model_get(struct ctx *);
int	api_logged_model_search(struct ctx *);
int	api_logged_model_finalize(struct ctx *);
int	api_logged_model_delete(struct ctx *);
int	api_logged_model_log_params(struct ctx *);
int	api_logged_model_set_tags(struct ctx *);
int	api_logged_model_delete_tag(struct ctx *);

#endif
