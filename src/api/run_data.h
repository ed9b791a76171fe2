/* Handlers and request fields of what is logged to a run. */
#ifndef API_RUN_DATA_H
#define API_RUN_DATA_H

#include "http/ctx.h"
#include "json/field.h"

struct metric_in {
	struct str	run_id;
	struct str	run_uuid;
	struct str	key;
	struct opt_dbl	value;
	struct opt_i64	timestamp;
	struct opt_i64	step;
	struct str	model_id;
	struct str	dataset_name;
	struct str	dataset_digest;
};

struct param_in {
	struct str	run_id;
	struct str	run_uuid;
	struct str	key;
	struct str	value;
};

struct tag_delete_in {
	struct str	run_id;
	struct str	run_uuid;
	struct str	key;
};

struct batch_in {
	struct str	run_id;
	struct str	run_uuid;
	struct list	metrics;
	struct list	params;
	struct list	tags;
};

extern const struct field log_metric_fields[];
/* of log-parameter and set-tag */
extern const struct field run_key_value_fields[];
extern const struct field delete_tag_fields[];
extern const struct field log_batch_fields[];

int	api_run_log_metric(struct ctx *);
int	api_run_log_param(struct ctx *);
int	api_run_set_tag(struct ctx *);
int	api_run_delete_tag(struct ctx *);
int	api_run_log_batch(struct ctx *);

#endif
