/* Datasets and models that go into runs and come out of them. */
#include "api/common.h"
#include "api/inputs.h"
#include "store/input.h"

struct log_inputs_in {
	struct str	run_id, run_uuid;
	struct list	datasets;
	struct list	models;
};

struct outputs_in {
	struct str	run_id, run_uuid;
	struct list	models;
};

struct search_datasets_in {
	struct strs	experiment_ids;
};

/* Characters. */
#define DATASET_NAME_MAX	500
#define DATASET_DIGEST_MAX	36
#define DATASET_SCHEMA_MAX	1048575
#define DATASET_SOURCE_MAX	65535
#define DATASET_PROFILE_MAX	16777215
#define INPUT_TAG_KEY_MAX	255
#define INPUT_TAG_VALUE_MAX	500
/* Datasets that one search answers with, and experiments that it may name. */
#define DATASETS_MAX		1000
#define SEARCH_EXPERIMENTS_MAX	20
/* Datasets of one request: each takes a handful of statements. */
#define LOG_DATASETS_MAX	1000

struct dataset_in {
	struct str	name, digest, source_type, source, schema, profile;
};

struct dataset_input_in {
	struct dataset_in	dataset;
	struct list		tags;
};

struct model_in {
	struct str	model_id;
	struct opt_i64	step;
};

static const struct field dataset_fields[] = {
	F_STR(dataset_in, name, 0),
	F_STR(dataset_in, digest, 0),
	F_STR(dataset_in, source_type, 0),
	F_STR(dataset_in, source, 0),
	F_STR(dataset_in, schema, 0),
	F_STR(dataset_in, profile, 0),
	F_END
};

static const struct field dataset_input_fields[] = {
	F_STRUCT(dataset_input_in, dataset, 0, dataset_in, dataset_fields),
	F_LIST(dataset_input_in, tags, 0, kv_in, loose_kv_fields),
	F_END
};

static const struct field model_input_fields[] = {
	F_STR(model_in, model_id, 0),
	F_END
};

static const struct field model_output_fields[] = {
	F_STR(model_in, model_id, 0),
	F_I64(model_in, step, 0),
	F_END
};

static const struct field log_inputs_in_fields[] = {
	F_RUN_ID(log_inputs_in),
	F_LIST_MAX(log_inputs_in, datasets, 0, dataset_input_in, dataset_input_fields,
	    LOG_DATASETS_MAX),
	F_LIST(log_inputs_in, models, 0, model_in, model_input_fields),
	F_END
};

static const struct field outputs_in_fields[] = {
	F_RUN_ID(outputs_in),
	F_LIST(outputs_in, models, REQUIRED, model_in, model_output_fields),
	F_END
};

static const struct field search_datasets_in_fields[] = {
	F_STRS_MAX(search_datasets_in, experiment_ids, 0, LIST_ANY),
	F_END
};

/* A source is held in so many bytes, whatever its characters. */
static int
check_source_bytes(struct ctx *c, struct str source)
{
	if (source.len <= DATASET_SOURCE_MAX)
		return 0;
	return fail(c, BAD_REQUEST, "The value of 'source' has %zu bytes; the database holds "
	    "at most %d. Shorten it.", source.len, DATASET_SOURCE_MAX);
}

static int
check_dataset(struct ctx *c, const struct dataset_input *d)
{
	size_t i;

	if (check_length(c, "name", d->name, DATASET_NAME_MAX) == -1 ||
	    check_length(c, "digest", d->digest, DATASET_DIGEST_MAX) == -1 ||
	    check_length(c, "schema", d->schema, DATASET_SCHEMA_MAX) == -1 ||
	    check_length(c, "source", d->source, DATASET_SOURCE_MAX) == -1 ||
	    check_length(c, "profile", d->profile, DATASET_PROFILE_MAX) == -1 ||
	    check_source_bytes(c, d->source) == -1 ||
	    check_column(c, "source_type", d->source_type,
	        WIDTH_DATASETS_DATASET_SOURCE_TYPE) == -1)
		return -1;
	for (i = 0; i < d->tags.n; i++) {
		const struct kv *tag = &d->tags.items[i];

		if (check_length(c, "key", tag->key, INPUT_TAG_KEY_MAX) == -1 ||
		    check_length(c, "value", tag->value, INPUT_TAG_VALUE_MAX) == -1)
			return -1;
	}
	return check_repeated(c, &d->tags, BAD_REQUEST);
}

static int
link_datasets(struct ctx *c, const struct run_state *run, const struct list *list)
{
	const struct dataset_input_in *in = list->items;
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct dataset_in *d = &in[i].dataset;
		struct dataset_input input = {
			.name = str_or_empty(d->name), .digest = str_or_empty(d->digest),
			.source_type = str_or_empty(d->source_type), .source = str_or_empty(d->source),
			.schema = d->schema, .profile = d->profile,
		};

		take_kvs(c, &in[i].tags, &input.tags);
		if (check_dataset(c, &input) == -1)
			return -1;
		if (store_dataset_link(&c->work, run, &input) == -1)
			return fail_db(c);
	}
	return 0;
}

/* The models of a request; the step of one that goes in is 0. */
static int
take_models(struct ctx *c, const struct list *from, struct model_links *to)
{
	const struct model_in *in = from->items;
	size_t i;

	to->n = from->n;
	to->items = arena_array(c->mem, from->n + 1, sizeof(*to->items));
	for (i = 0; i < from->n; i++) {
		to->items[i] = (struct model_link){ str_or_empty(in[i].model_id), in[i].step.v };
		if (check_column(c, "model_id", in[i].model_id, WIDTH_INPUTS_DESTINATION_ID) == -1)
			return -1;
	}
	return 0;
}

static int
run_log_inputs(struct ctx *c)
{
	const struct log_inputs_in *in = c->in;
	struct model_links models;
	struct run_state run;

	if (check_run_id(c, in->run_id) == -1 ||
	    load_active_run(c, in->run_id, EDIT, &run) == -1 ||
	    link_datasets(c, &run, &in->datasets) == -1 ||
	    take_models(c, &in->models, &models) == -1)
		return -1;
	if (store_models_in(&c->work, run.run_id, &models) == -1)
		return fail_db(c);
	return answer_empty(c);
}

/* That none of the models is an output of the run already, or given twice. */
static int
check_fresh(struct ctx *c, const struct run_state *run, const struct model_links *models)
{
	struct kvs ids, repeated;
	size_t i;

	if (store_models_out_list(&c->work, run->run_id, &ids) == -1)
		return fail_db(c);
	for (i = 0; i < models->n; i++)
		kvs_add(c->mem, &ids, models->items[i].model_id, STR(""));
	kvs_repeats(c->mem, &ids, &repeated);
	if (repeated.n == 0)
		return 0;
	return fail(c, BAD_REQUEST, "The model '%s' is an output of run %s already.",
	    repeated.items[0].key.p, run->run_id.p);
}

static int
run_outputs(struct ctx *c)
{
	const struct outputs_in *in = c->in;
	struct model_links models;
	struct run_state run;

	if (load_active_run(c, in->run_id, EDIT, &run) == -1 ||
	    take_models(c, &in->models, &models) == -1 || check_fresh(c, &run, &models) == -1)
		return -1;
	if (store_models_out(&c->work, run.run_id, &models) == 0)
		return answer_empty(c);
	if (db_error(c->work.db) == DB_DUPLICATE)
		return fail(c, BAD_REQUEST, "One of the models is an output of run %s already.",
		    run.run_id.p);
	return fail_db(c);
}

static int
permit_experiments(struct ctx *c, const int64_t *ids, size_t n)
{
	size_t i;

	if (n == 0)
		return permit_search(c);
	for (i = 0; i < n; i++)
		if (permit(c, READ, EXPERIMENT, .experiment_id = ids[i]) == -1)
			return -1;
	return 0;
}

static int
experiment_search_datasets(struct ctx *c)
{
	const struct search_datasets_in *in = c->in;
	struct dataset_summary *list;
	const struct str *bad;
	int64_t *ids, n, i;
	size_t nids;

	if (in->experiment_ids.n == 0)
		return fail(c, INVALID_PARAMETER_VALUE, "SearchDatasets request must specify at "
		    "least one experiment_id.");
	if (in->experiment_ids.n > SEARCH_EXPERIMENTS_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "SearchDatasets request cannot specify "
		    "more than %d experiment_ids. Received %zu experiment_ids.",
		    SEARCH_EXPERIMENTS_MAX, in->experiment_ids.n);
	if ((bad = take_experiment_ids(c, &in->experiment_ids, &ids, &nids)) != NULL)
		return fail_experiment_id(c, *bad);
	if (permit_experiments(c, ids, nids) == -1)
		return -1;
	n = nids == 0 ? 0 : store_dataset_list(&c->work, ids, nids, DATASETS_MAX, &list);
	if (n == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	if (n > 0) {
		json_list_begin(&c->out, "dataset_summaries");
		for (i = 0; i < n; i++) {
			json_begin(&c->out, NULL);
			json_put_str(&c->out, "experiment_id",
			    arena_printf(c->mem, "%lld", (long long)list[i].experiment_id));
			json_put_str(&c->out, "name", list[i].name);
			json_put_str(&c->out, "digest", list[i].digest);
			put_optional(c, "context", list[i].context);
			json_end(&c->out);
		}
		json_list_end(&c->out);
	}
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route input_routes[] = {
	{ "POST",   AT_AJAX, 2, "/mlflow/experiments/search-datasets", 0, RD, JSON,
	    IN(search_datasets_in), experiment_search_datasets },
	{ "POST",   AT_API,  2, "/mlflow/runs/log-inputs", 0, WR, JSON,
	    IN(log_inputs_in), run_log_inputs },
	{ "POST",   AT_API,  2, "/mlflow/runs/outputs", 0, WR, JSON, IN(outputs_in), run_outputs },
	{ .method = NULL }
};
/* clang-format on */
