/* Handlers and request fields of experiments. */
#ifndef API_EXPERIMENTS_H
#define API_EXPERIMENTS_H

#include "http/ctx.h"
#include "json/field.h"

struct experiment_create {
	struct str	name;
	struct str	artifact_location;
	struct list	tags;
};

struct experiment_get {
	struct str	experiment_id;
};

struct experiment_get_by_name {
	struct str	experiment_name;
};

struct experiment_update {
	struct str	experiment_id;
	struct str	new_name;
};

struct experiment_set_tag {
	struct str	experiment_id;
	struct str	key;
	struct str	value;
};

struct experiment_delete_tag {
	struct str	experiment_id;
	struct str	key;
};

struct experiment_search_in {
	struct opt_i64	max_results;
	struct str	page_token;
	struct str	filter;
	struct strs	order_by;
	struct opt_enum	view_type;
};

extern const struct field experiment_create_fields[];
extern const struct field experiment_get_fields[];
extern const struct field experiment_get_by_name_fields[];
extern const struct field experiment_update_fields[];
extern const struct field experiment_set_tag_fields[];
extern const struct field experiment_delete_tag_fields[];
extern const struct field experiment_search_fields[];

int	api_experiment_create(struct ctx *);
int	api_experiment_get(struct ctx *);
int	api_experiment_get_by_name(struct ctx *);
int	api_experiment_update(struct ctx *);
int	api_experiment_delete(struct ctx *);
int	api_experiment_restore(struct ctx *);
int	api_experiment_set_tag(struct ctx *);
int	api_experiment_delete_tag(struct ctx *);
int	api_experiment_search(struct ctx *);

#endif
