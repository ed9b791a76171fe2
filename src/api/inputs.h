/* Handlers and request fields of datasets and models of runs. */
#ifndef API_INPUTS_H
#define API_INPUTS_H

#include "http/ctx.h"
#include "json/field.h"

struct log_inputs_in {
	struct str	run_id;
	struct str	run_uuid;
	struct list	datasets;
	struct list	models;
};

struct outputs_in {
	struct str	run_id;
	struct str	run_uuid;
	struct list	models;
};

struct search_datasets_in {
	struct strs	experiment_ids;
};

extern const struct field log_inputs_fields[];
extern const struct field outputs_fields[];
extern const struct field search_datasets_fields[];

int	api_run_log_inputs(struct ctx *);
int	api_run_outputs(struct ctx *);
int	api_experiment_search_datasets(struct ctx *);

#endif
