/* Handlers and request fields of metric histories. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "http/ctx.h"
#include "json/field.h"

struct history_in {
	struct str	run_id;
	struct str	run_uuid;
	struct str	metric_key;
	struct opt_i64	max_results;
	struct str	page_token;
};

struct history_bulk_in {
	struct strs	run_id;
	struct str	metric_key;
	struct opt_i64	max_results;
};

struct history_interval_in {
	struct strs	run_ids;
	struct str	metric_key;
	struct opt_i64	start_step;
	struct opt_i64	end_step;
	struct opt_i64	max_results;
};

extern const struct field history_fields[];
extern const struct field history_bulk_fields[];
extern const struct field history_interval_fields[];

int	api_metric_get_history(struct ctx *);
int	api_metric_get_history_bulk(struct ctx *);
int	api_metric_get_history_bulk_interval(struct ctx *);

#endif
