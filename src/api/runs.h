/* Handlers and request fields of runs: life, search, models logged. */
#ifndef API_RUNS_H
#define API_RUNS_H

#include "http/ctx.h"
#include "json/field.h"

struct run_create {
	struct str	experiment_id;
	struct str	user_id;
	struct str	run_name;
	struct opt_i64	start_time;
	struct list	tags;
};

/* run_uuid is the old name of run_id, and loses when both are given. */
struct run_get {
	struct str	run_id;
	struct str	run_uuid;
};

struct run_update {
	struct str	run_id;
	struct str	run_uuid;
	struct opt_enum	status;
	struct opt_i64	end_time;
	struct str	run_name;
};

/*
 * Where only run_id counts: run_uuid in its place is not missing, but names no
 * run either.
 */
struct run_delete {
	struct str	run_id;
	struct str	run_uuid;
};

struct run_search_in {
	struct strs	experiment_ids;
	struct str	filter;
	struct opt_enum	run_view_type;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct run_log_model {
	struct str	run_id;
	struct str	model_json;
};

extern const struct field run_create_fields[];
extern const struct field run_get_fields[];
extern const struct field run_update_fields[];
extern const struct field run_delete_fields[];
extern const struct field run_search_fields[];
extern const struct field run_log_model_fields[];

int	api_run_create(struct ctx *);
int	api_run_get(struct ctx *);
int	api_run_update(struct ctx *);
int	api_run_delete(struct ctx *);
int	api_run_restore(struct ctx *);
int	api_run_search(struct ctx *);
int	api_run_log_model(struct ctx *);

#endif
