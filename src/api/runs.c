/* Runs over the wire: life and search. */
#include "api/common.h"
#include "api/runs.h"
#include "base/id.h"
#include "store/location.h"

struct run_create {
	struct str	experiment_id;
	struct str	user_id;
	struct str	run_name;
	struct opt_i64	start_time;
	struct list	tags;
};

/* run_uuid is the old name of run_id, and loses when both are given. */
struct run_get {
	struct str	run_id, run_uuid;
};

struct run_update {
	struct str	run_id, run_uuid;
	struct opt_enum	status;
	struct opt_i64	end_time;
	struct str	run_name;
};

/*
 * Where only run_id counts: run_uuid in its place is not missing, but names no
 * run either.
 */
struct run_delete {
	struct str	run_id, run_uuid;
};

struct run_search_in {
	struct strs	experiment_ids;
	struct str	filter;
	struct opt_enum	run_view_type;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

/* A search without max_results. */
#define RUN_PAGE_DEFAULT	1000
/* Runs read and written at a time: bounds the memory of a large page. */
#define RUN_PIECE		500

/* RunStatus, with MLflow's numbers. */
static const struct enum_name run_statuses[] = {
	{ "RUNNING", 1 },
	{ "SCHEDULED", 2 },
	{ "FINISHED", 3 },
	{ "FAILED", 4 },
	{ "KILLED", 5 },
	{ NULL, 0 }
};

static const struct field run_create_fields[] = {
	F_STR(run_create, experiment_id, 0),
	F_STR(run_create, run_name, 0),
	F_STR(run_create, user_id, 0),
	F_I64(run_create, start_time, 0),
	F_LIST(run_create, tags, 0, kv_in, loose_kv_fields),
	F_END
};

static const struct field run_get_fields[] = {
	F_RUN_ID(run_get),
	F_END
};

static const struct field run_update_fields[] = {
	F_RUN_ID(run_update),
	F_ENUM(run_update, status, 0, run_statuses),
	F_I64(run_update, end_time, 0),
	F_STR(run_update, run_name, 0),
	F_END
};

static const struct field run_delete_fields[] = {
	F_RUN_ID(run_delete),
	F_END
};

static const struct field run_search_in_fields[] = {
	F_STRS(run_search_in, experiment_ids, 0),
	F_STR(run_search_in, filter, 0),
	F_ENUM(run_search_in, run_view_type, 0, view_types),
	F_I64_MAX(run_search_in, max_results, 0, SEARCH_PAGE_MAX),
	F_STRS(run_search_in, order_by, 0),
	F_STR(run_search_in, page_token, 0),
	F_END
};

static void
put_run_info(struct ctx *c, const char *name, const struct run *r)
{
	json_begin(&c->out, name);
	json_put_str(&c->out, "run_uuid", r->run_id);
	json_put_str(&c->out, "experiment_id",
	    arena_printf(c->mem, "%lld", (long long)r->experiment_id));
	if (r->name.p != NULL)
		json_put_str(&c->out, "run_name", r->name);
	json_put_str(&c->out, "user_id", r->user_id);
	json_put_str(&c->out, "status", r->status);
	json_put_i64(&c->out, "start_time", r->start_time);
	if (r->end_time != 0)
		json_put_i64(&c->out, "end_time", r->end_time);
	put_optional(c, "artifact_uri", r->artifact_uri);
	json_put_str(&c->out, "lifecycle_stage", r->lifecycle_stage);
	json_put_str(&c->out, "run_id", r->run_id);
	json_end(&c->out);
}

static void
put_metrics(struct ctx *c, const struct metrics *m)
{
	size_t i;

	if (m->n == 0)
		return;
	json_list_begin(&c->out, "metrics");
	for (i = 0; i < m->n; i++) {
		json_begin(&c->out, NULL);
		json_put_str(&c->out, "key", m->items[i].key);
		json_put_dbl(&c->out, "value", m->items[i].value);
		json_put_i64(&c->out, "timestamp", m->items[i].timestamp);
		json_put_i64(&c->out, "step", m->items[i].step);
		json_end(&c->out);
	}
	json_list_end(&c->out);
}

static void
put_datasets(struct ctx *c, const struct dataset_inputs *d)
{
	size_t i;

	if (d->n == 0)
		return;
	json_list_begin(&c->out, "dataset_inputs");
	for (i = 0; i < d->n; i++) {
		const struct dataset_input *in = &d->items[i];

		json_begin(&c->out, NULL);
		put_kvs(c, "tags", &in->tags);
		json_begin(&c->out, "dataset");
		json_put_str(&c->out, "name", in->name);
		json_put_str(&c->out, "digest", in->digest);
		json_put_str(&c->out, "source_type", in->source_type);
		json_put_str(&c->out, "source", in->source);
		put_optional(c, "schema", in->schema);
		put_optional(c, "profile", in->profile);
		json_end(&c->out);
		json_end(&c->out);
	}
	json_list_end(&c->out);
}

static void
put_models(struct ctx *c, const char *name, const struct model_links *m, bool steps)
{
	size_t i;

	if (m->n == 0)
		return;
	json_list_begin(&c->out, name);
	for (i = 0; i < m->n; i++) {
		json_begin(&c->out, NULL);
		json_put_str(&c->out, "model_id", m->items[i].model_id);
		if (steps)
			json_put_i64(&c->out, "step", m->items[i].step);
		json_end(&c->out);
	}
	json_list_end(&c->out);
}

/* A whole run; a new one has no outputs yet, and says so by leaving them out. */
static void
put_run(struct ctx *c, const char *name, const struct run *r, bool outputs)
{
	json_begin(&c->out, name);
	put_run_info(c, "info", r);
	json_begin(&c->out, "data");
	put_metrics(c, &r->metrics);
	put_kvs(c, "params", &r->params);
	put_kvs(c, "tags", &r->tags);
	json_end(&c->out);
	json_begin(&c->out, "inputs");
	put_datasets(c, &r->datasets);
	put_models(c, "model_inputs", &r->models_in, false);
	json_end(&c->out);
	if (outputs) {
		json_begin(&c->out, "outputs");
		put_models(c, "model_outputs", &r->models_out, true);
		json_end(&c->out);
	}
	json_end(&c->out);
}

/* The name and its tag must agree; without either one is made up. */
static int
settle_name(struct ctx *c, struct str wanted, struct run *r)
{
	const struct kv *tag = kvs_find(&r->tags, STR(RUN_NAME_TAG));

	if (!str_empty(wanted) && tag != NULL && !str_empty(tag->value) &&
	    !str_eq(wanted, tag->value))
		return fail(c, INVALID_PARAMETER_VALUE, "Both 'run_name' argument and "
		    "'mlflow.runName' tag are specified, but with different values "
		    "(run_name='%s', mlflow.runName='%s').", wanted.p, tag->value.p);
	if (tag != NULL && str_empty(tag->value))
		return fail(c, BAD_REQUEST, "The tag 'mlflow.runName' is empty; give the "
		    "run's name in it, or leave it out.");
	r->name = !str_empty(wanted) ? wanted : tag != NULL ? tag->value : id_run_name(c->mem);
	if (tag == NULL)
		r->tags.items[r->tags.n++] = (struct kv){ STR(RUN_NAME_TAG), r->name };
	return check_column(c, "run_name", r->name, WIDTH_RUNS_NAME);
}

static int
check_run_tags(struct ctx *c, const struct kvs *tags)
{
	size_t i;

	for (i = 0; i < tags->n; i++)
		if (check_column(c, "tags.key", tags->items[i].key, NAME_MAX_LENGTH) == -1 ||
		    check_column(c, "tags.value", tags->items[i].value, RUN_TAG_MAX) == -1)
			return -1;
	return check_repeated(c, tags, BAD_REQUEST);
}

static int
run_create(struct ctx *c)
{
	const struct run_create *in = c->in;
	struct run r = { .user_id = in->user_id, .start_time = in->start_time.v };
	struct experiment e;
	struct kvs given;

	if (str_empty(in->experiment_id))
		return fail(c, BAD_REQUEST, "A run needs an 'experiment_id'; '0' is the "
		    "default experiment.");
	if (load_active_experiment(c, in->experiment_id, EDIT, &e) == -1 ||
	    check_has_location(c, &e) == -1)
		return -1;
	take_kvs(c, &in->tags, &given);
	r.tags = given;
	if (settle_name(c, in->run_name, &r) == -1 || check_run_tags(c, &r.tags) == -1)
		return -1;
	if (r.user_id.p == NULL)
		r.user_id = STR("");
	r.run_id = id_hex32(c->mem);
	r.experiment_id = e.id;
	r.status = STR("RUNNING");
	r.lifecycle_stage = STR("active");
	r.artifact_uri = location_join(c->mem, e.artifact_location,
	    arena_printf(c->mem, "%s/artifacts", r.run_id.p));
	if (check_column(c, "user_id", r.user_id, WIDTH_RUNS_USER_ID) == -1 ||
	    check_column(c, "artifact_uri", r.artifact_uri, WIDTH_RUNS_ARTIFACT_URI) == -1)
		return -1;
	if (store_run_create(&c->work, &r) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_run(c, "run", &r, false);
	json_end(&c->out);
	return 0;
}

static int
find_run(struct ctx *c, struct str run_id, enum right right, struct run *r)
{
	switch (store_run_find(&c->work, run_id, r)) {
	case -1:
		return fail_db(c);
	case 0:
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Run with id=", run_id,
		    " not found");
	}
	return permit(c, right, RUN, .id = r->run_id, .experiment_id = r->experiment_id);
}

/* Clients take a run without a status for one that runs. */
static int
check_status(struct ctx *c, const struct run *r)
{
	if (r->status.p != NULL)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "The run %s has no status: it is NULL in the "
	    "database. Give it one with runs/update.", r->run_id.p);
}

static int
run_get(struct ctx *c)
{
	const struct run_get *in = c->in;
	struct run r;

	if (find_run(c, either_run_id(in->run_id, in->run_uuid), READ, &r) == -1 ||
	    check_status(c, &r) == -1)
		return -1;
	if (store_run_fill_one(&c->work, &r) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_run(c, "run", &r, true);
	json_end(&c->out);
	return 0;
}

static struct str
status_name(int number)
{
	const struct enum_name *s;

	for (s = run_statuses; s->name != NULL; s++)
		if (s->value == number)
			return str_of(s->name);
	return STR("");
}

static int
run_update(struct ctx *c)
{
	const struct run_update *in = c->in;
	struct run_state state;
	struct run r;

	if (load_active_run(c, either_run_id(in->run_id, in->run_uuid), EDIT, &state) == -1)
		return -1;
	if (!str_empty(in->run_name) &&
	    check_column(c, "run_name", in->run_name, WIDTH_RUNS_NAME) == -1)
		return -1;
	if ((in->status.set && store_run_set_status(&c->work, state.run_id,
	    status_name(in->status.v)) == -1) ||
	    (in->end_time.set && store_run_set_end_time(&c->work, state.run_id,
	    in->end_time.v) == -1) ||
	    (!str_empty(in->run_name) && store_run_set_name(&c->work, state.run_id,
	    in->run_name) == -1))
		return fail_db(c);
	if (find_run(c, state.run_id, EDIT, &r) == -1 || check_status(c, &r) == -1)
		return -1;
	json_begin(&c->out, NULL);
	put_run_info(c, "run_info", &r);
	json_end(&c->out);
	return 0;
}

static int
change_stage(struct ctx *c, int (*change)(struct work *, struct str))
{
	const struct run_delete *in = c->in;
	struct run_state state;

	if (load_run(c, in->run_id, MANAGE, &state) == -1)
		return -1;
	if (change(&c->work, state.run_id) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
run_delete(struct ctx *c)
{
	return change_stage(c, store_run_delete);
}

static int
run_restore(struct ctx *c)
{
	return change_stage(c, store_run_restore);
}

/* Write the runs of a page, a piece at a time. */
static int
put_page(struct ctx *c, const struct search_page *page)
{
	const struct str *run_ids = page->items;
	struct run *runs = arena_array(c->mem, RUN_PIECE, sizeof(*runs));
	struct arena_mark mark = arena_mark(c->mem);
	size_t at;
	int64_t n, i;

	for (at = 0; at < page->n && !c->out.closed; at += RUN_PIECE) {
		n = store_run_list(&c->work, run_ids + at,
		    page->n - at < RUN_PIECE ? page->n - at : RUN_PIECE, runs);
		if (n == -1 || store_run_fill(&c->work, runs, (size_t)n) == -1)
			return fail_db(c);
		for (i = 0; i < n; i++) {
			if (check_status(c, &runs[i]) == -1)
				return -1;
			put_run(c, NULL, &runs[i], true);
		}
		arena_release(c->mem, mark);
	}
	return 0;
}

static int
run_search(struct ctx *c)
{
	const struct run_search_in *in = c->in;
	struct search_query q = {
		.filter = in->filter, .order_by = in->order_by.items,
		.norder = in->order_by.n, .page_token = in->page_token,
		.max_results = in->max_results.set ? in->max_results.v : RUN_PAGE_DEFAULT,
		.view = in->run_view_type.set ? (enum view_type)(in->run_view_type.v - 1) :
		    VIEW_ACTIVE_ONLY,
	};
	struct search_page page;
	const struct str *bad;
	int64_t *ids;

	if (check_max_results(c, q.max_results, "0") == -1 || permit_search(c) == -1)
		return -1;
	bad = take_experiment_ids(c, &in->experiment_ids, &ids, &q.nexperiments);
	q.experiment_ids = ids;
	if (find_page(c, &run_plan, &q, &page) == -1)
		return -1;
	if (bad != NULL)
		return fail_experiment_id(c, *bad);
	json_begin(&c->out, NULL);
	if (page.n > 0) {
		json_list_begin(&c->out, "runs");
		if (put_page(c, &page) == -1)
			return -1;
		json_list_end(&c->out);
	}
	put_optional(c, "next_page_token", page.next_page_token);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route run_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/runs/create", 0, WR, JSON, IN(run_create), run_create },
	{ "GET",    AT_API,  2, "/mlflow/runs/get", 0, RD, QUERY, IN(run_get), run_get },
	{ "POST",   AT_API,  2, "/mlflow/runs/search", 0, RD, JSON, IN(run_search_in), run_search },
	{ "POST",   AT_API,  2, "/mlflow/runs/update", 0, WR, JSON, IN(run_update), run_update },
	{ "POST",   AT_API,  2, "/mlflow/runs/delete", 0, WR, JSON, IN(run_delete), run_delete },
	{ "POST",   AT_API,  2, "/mlflow/runs/restore", 0, WR, JSON, IN(run_delete), run_restore },
	{ .method = NULL }
};
/* clang-format on */
