/* Logged models over the wire. */
#include <string.h>

#include "api/common.h"
#include "api/logged_models.h"
#include "base/id.h"
#include "base/repr.h"
#include "store/logged_model.h"
#include "store/logged_model_search.h"

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

/* Models of a page: when max_results is not given, and when it is 0. */
#define MODEL_PAGE_DEFAULT	50
#define MODEL_PAGE_ZERO		100
/* Models read and written at a time: bounds the memory of a large page. */
#define MODEL_PIECE		500

static const struct enum_name statuses[] = {
	{ "LOGGED_MODEL_STATUS_UNSPECIFIED", MODEL_STATUS_UNSPECIFIED },
	{ "LOGGED_MODEL_PENDING", MODEL_STATUS_PENDING },
	{ "LOGGED_MODEL_READY", MODEL_STATUS_READY },
	{ "LOGGED_MODEL_UPLOAD_FAILED", MODEL_STATUS_UPLOAD_FAILED },
	{ NULL, 0 }
};

struct order_in {
	struct str	field_name;
	struct opt_bool	ascending;
	struct str	dataset_name, dataset_digest;
};

struct model_dataset_in {
	struct str	dataset_name, dataset_digest;
};

static const struct field order_fields[] = {
	F_STR(order_in, field_name, 0),
	F_BOOL(order_in, ascending, 0),
	F_STR(order_in, dataset_name, 0),
	F_STR(order_in, dataset_digest, 0),
	F_END
};

static const struct field model_dataset_fields[] = {
	F_STR(model_dataset_in, dataset_name, 0),
	F_STR(model_dataset_in, dataset_digest, 0),
	F_END
};

static const struct field logged_model_create_fields[] = {
	F_STR(logged_model_create, experiment_id, REQUIRED),
	F_STR(logged_model_create, name, 0),
	F_STR(logged_model_create, model_type, 0),
	F_STR(logged_model_create, source_run_id, 0),
	F_LIST(logged_model_create, params, 0, kv_in, loose_kv_fields),
	F_LIST(logged_model_create, tags, 0, kv_in, loose_kv_fields),
	F_END
};

static const struct field logged_model_get_fields[] = {
	F_STR(logged_model_get, model_id, REQUIRED),
	F_BOOL(logged_model_get, allow_deleted, 0),
	F_END
};

static const struct field logged_model_finalize_fields[] = {
	F_STR(logged_model_finalize, model_id, REQUIRED),
	F_ENUM(logged_model_finalize, status, REQUIRED, statuses),
	F_END
};

static const struct field logged_model_delete_fields[] = {
	F_STR(logged_model_delete, model_id, REQUIRED),
	F_END
};

static const struct field logged_model_params_in_fields[] = {
	F_STR(logged_model_params_in, model_id, REQUIRED),
	F_LIST(logged_model_params_in, params, 0, kv_in, loose_kv_fields),
	F_END
};

static const struct field logged_model_tags_in_fields[] = {
	F_LIST(logged_model_tags_in, tags, 0, kv_in, loose_kv_fields),
	F_END
};

static const struct field logged_model_tag_delete_fields[] = {
	F_STR(logged_model_tag_delete, model_id, REQUIRED),
	F_STR(logged_model_tag_delete, tag_key, REQUIRED),
	F_END
};

static const struct field logged_model_search_in_fields[] = {
	F_STRS(logged_model_search_in, experiment_ids, REQUIRED),
	F_STR(logged_model_search_in, filter, 0),
	F_I64(logged_model_search_in, max_results, 0),
	F_LIST(logged_model_search_in, order_by, 0, order_in, order_fields),
	F_LIST(logged_model_search_in, datasets, 0, model_dataset_in, model_dataset_fields),
	F_STR(logged_model_search_in, page_token, 0),
	F_END
};

static const char *
status_name(int64_t status)
{
	const struct enum_name *s;

	for (s = statuses; s->name != NULL; s++)
		if (s->value == status)
			return s->name;
	return statuses[0].name;
}

static void
put_metric(struct ctx *c, const struct logged_model *model, const struct model_metric *m)
{
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "key", m->key);
	json_put_dbl(&c->out, "value", m->value);
	json_put_i64(&c->out, "timestamp", m->timestamp);
	json_put_i64(&c->out, "step", m->step);
	put_optional(c, "dataset_name", m->dataset_name);
	put_optional(c, "dataset_digest", m->dataset_digest);
	json_put_str(&c->out, "model_id", model->model_id);
	json_put_str(&c->out, "run_id", m->run_id);
	json_end(&c->out);
}

static void
put_model(struct ctx *c, const char *name, const struct logged_model *m)
{
	size_t i;

	json_begin(&c->out, name);
	json_begin(&c->out, "info");
	json_put_str(&c->out, "model_id", m->model_id);
	json_put_str(&c->out, "experiment_id",
	    arena_printf(c->mem, "%lld", (long long)m->experiment_id));
	json_put_str(&c->out, "name", m->name);
	json_put_i64(&c->out, "creation_timestamp_ms", m->creation_timestamp);
	json_put_i64(&c->out, "last_updated_timestamp_ms", m->last_updated_timestamp);
	json_put_str(&c->out, "artifact_uri", m->artifact_location);
	json_put_str(&c->out, "status", str_of(status_name(m->status)));
	json_put_str(&c->out, "model_type", m->model_type);
	json_put_str(&c->out, "source_run_id", m->source_run_id);
	put_optional(c, "status_message", m->status_message);
	put_kvs(c, "tags", &m->tags);
	json_end(&c->out);
	json_begin(&c->out, "data");
	put_kvs(c, "params", &m->params);
	if (m->nmetrics > 0) {
		json_list_begin(&c->out, "metrics");
		for (i = 0; i < m->nmetrics; i++)
			put_metric(c, m, &m->metrics[i]);
		json_list_end(&c->out);
	}
	json_end(&c->out);
	json_end(&c->out);
}

static int
answer_model(struct ctx *c, struct logged_model *m)
{
	if (store_logged_model_fill(&c->work, m, 1) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_model(c, "model", m);
	json_end(&c->out);
	return 0;
}

/* The model, deleted or not, or 404. */
static int
load_model(struct ctx *c, struct str model_id, enum right right, struct logged_model *m)
{
	int rc = store_logged_model_find(&c->work, model_id, m);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Logged model with ID '",
		    model_id, "' not found.");
	return permit(c, right, LOGGED_MODEL, .id = m->model_id, .experiment_id = m->experiment_id);
}

static int
check_model_name(struct ctx *c, struct str name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (name.p[i] != '\0' && strchr("/:.%\"'", name.p[i]) != NULL)
			return fail(c, INVALID_PARAMETER_VALUE, "Invalid model name (%s) "
			    "provided. Model name must be a non-empty string and cannot "
			    "contain the following characters: "
			    "('/', ':', '.', '%%', '\"', \"'\")", repr(c->mem, name).p);
	return check_column(c, "name", name, WIDTH_LOGGED_MODELS_NAME);
}

/* Keys and values of "tags" or "params" against their columns. */
static int
check_kvs(struct ctx *c, const char *what, const struct kvs *list)
{
	const char *key = arena_printf(c->mem, "%s.key", what).p;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (check_column(c, key, list->items[i].key, WIDTH_LOGGED_MODEL_TAGS_TAG_KEY) == -1)
			return -1;
		if (list->items[i].value.len > WIDTH_LOGGED_MODEL_TAGS_TAG_VALUE)
			return fail(c, BAD_REQUEST, "The value of '%s.value' has %zu bytes; the "
			    "database holds at most %d. Shorten it.", what,
			    list->items[i].value.len, WIDTH_LOGGED_MODEL_TAGS_TAG_VALUE);
	}
	return 0;
}

static int
logged_model_create(struct ctx *c)
{
	const struct logged_model_create *in = c->in;
	struct logged_model m = {
		.name = str_empty(in->name) ? id_run_name(c->mem) : in->name,
		.model_type = str_or_empty(in->model_type),
		.source_run_id = str_or_empty(in->source_run_id),
	}, stored;
	struct experiment e;

	take_kvs(c, &in->params, &m.params);
	take_kvs(c, &in->tags, &m.tags);
	if (check_model_name(c, m.name) == -1 ||
	    load_active_experiment(c, in->experiment_id, EDIT, &e) == -1 ||
	    check_has_location(c, &e) == -1 ||
	    check_column(c, "model_type", m.model_type, WIDTH_LOGGED_MODELS_MODEL_TYPE) == -1 ||
	    check_column(c, "source_run_id", m.source_run_id,
	        WIDTH_LOGGED_MODELS_SOURCE_RUN_ID) == -1 ||
	    check_kvs(c, "params", &m.params) == -1 ||
	    check_kvs(c, "tags", &m.tags) == -1)
		return -1;
	m.experiment_id = e.id;
	if (store_logged_model_create(&c->work, &m, e.artifact_location) == -1)
		return fail_db(c);
	/* as stored: in the order of keys */
	if (load_model(c, m.model_id, EDIT, &stored) == -1)
		return -1;
	return answer_model(c, &stored);
}

static int
logged_model_get(struct ctx *c)
{
	const struct logged_model_get *in = c->in;
	struct logged_model m;

	if (load_model(c, in->model_id, READ, &m) == -1)
		return -1;
	if (!m.is_active && !in->allow_deleted.v)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Logged model with ID '",
		    in->model_id, "' not found.");
	return answer_model(c, &m);
}

/* The model that the body names, which is that of the path. */
static int
logged_model_finalize(struct ctx *c)
{
	const struct logged_model_finalize *in = c->in;
	struct logged_model m;

	if (load_model(c, in->model_id, EDIT, &m) == -1)
		return -1;
	if (store_logged_model_set_status(&c->work, m.model_id, in->status.v) == -1)
		return fail_db(c);
	if (load_model(c, m.model_id, EDIT, &m) == -1)
		return -1;
	return answer_model(c, &m);
}

static int
logged_model_delete(struct ctx *c)
{
	const struct logged_model_delete *in = c->in;
	struct logged_model m;

	if (load_model(c, in->model_id, MANAGE, &m) == -1)
		return -1;
	if (store_logged_model_delete(&c->work, m.model_id) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
logged_model_log_params(struct ctx *c)
{
	const struct logged_model_params_in *in = c->in;
	struct logged_model m;
	struct kvs params;

	take_kvs(c, &in->params, &params);
	if (load_model(c, c->params[0], EDIT, &m) == -1 ||
	    check_kvs(c, "params", &params) == -1)
		return -1;
	if (store_logged_model_params_add(&c->work, &m, &params) == 0)
		return answer_empty(c);
	if (db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	return fail(c, BAD_REQUEST, "One of these params is logged for model %s already, or "
	    "given twice; a param of a model cannot change.", m.model_id.p);
}

static int
logged_model_set_tags(struct ctx *c)
{
	const struct logged_model_tags_in *in = c->in;
	struct logged_model m;
	struct kvs tags;

	take_kvs(c, &in->tags, &tags);
	if (load_model(c, c->params[0], EDIT, &m) == -1 || check_kvs(c, "tags", &tags) == -1)
		return -1;
	kvs_fold(c->mem, &tags);
	if (store_logged_model_tags_set(&c->work, &m, &tags) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
logged_model_delete_tag(struct ctx *c)
{
	const struct logged_model_tag_delete *in = c->in;
	struct logged_model m;
	int rc;

	if (load_model(c, in->model_id, MANAGE, &m) == -1)
		return -1;
	rc = store_logged_model_tag_delete(&c->work, m.model_id, in->tag_key);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "No tag with key %s found for model "
		    "with ID %s.", repr(c->mem, in->tag_key).p, repr(c->mem, in->model_id).p);
	return answer_empty(c);
}

static void
take_order(struct ctx *c, const struct list *from, struct logged_model_search *q)
{
	const struct order_in *items = from->items;
	struct model_order *order = arena_array(c->mem, from->n + 1, sizeof(*order));
	size_t i;

	for (i = 0; i < from->n; i++)
		order[i] = (struct model_order){ items[i].field_name,
		    items[i].ascending.set && !items[i].ascending.v,
		    items[i].dataset_name, items[i].dataset_digest };
	q->order_by = order;
	q->norder = from->n;
}

static int
take_datasets(struct ctx *c, const struct list *from, struct logged_model_search *q)
{
	const struct model_dataset_in *items = from->items;
	struct model_dataset *datasets = arena_array(c->mem, from->n + 1, sizeof(*datasets));
	size_t i;

	if (from->n > SEARCH_CLAUSES_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "The `datasets` clause names more than "
		    "%d datasets.", SEARCH_CLAUSES_MAX);
	for (i = 0; i < from->n; i++) {
		if (str_empty(items[i].dataset_name))
			return fail(c, INVALID_PARAMETER_VALUE,
			    "`dataset_name` in the `datasets` clause must be specified.");
		datasets[i] = (struct model_dataset){ items[i].dataset_name,
		    str_or_empty(items[i].dataset_digest) };
	}
	q->datasets = datasets;
	q->ndatasets = from->n;
	return 0;
}

static int
take_max_results(struct ctx *c, struct opt_i64 max_results, int64_t *limit)
{
	if (check_not_negative(c, INVALID_PARAMETER_VALUE, max_results) == -1)
		return -1;
	*limit = !max_results.set ? MODEL_PAGE_DEFAULT : max_results.v == 0 ?
	    MODEL_PAGE_ZERO : max_results.v > SEARCH_PAGE_MAX ? SEARCH_PAGE_MAX :
	    max_results.v;
	return 0;
}

static int
put_page(struct ctx *c, const struct search_page *page)
{
	const struct str *model_ids = page->items;
	struct logged_model *list = arena_array(c->mem, MODEL_PIECE, sizeof(*list));
	size_t at, piece;
	int64_t n, i;

	json_begin(&c->out, NULL);
	if (page->n > 0)
		json_list_begin(&c->out, "models");
	for (at = 0; at < page->n; at += piece) {
		struct arena_mark mark = arena_mark(c->mem);

		piece = page->n - at < MODEL_PIECE ? page->n - at : MODEL_PIECE;
		n = store_logged_model_list(&c->work, model_ids + at, piece, list);
		if (n == -1 || store_logged_model_fill(&c->work, list, (size_t)n) == -1)
			return fail_db(c);
		for (i = 0; i < n; i++)
			put_model(c, NULL, &list[i]);
		arena_release(c->mem, mark);
	}
	if (page->n > 0)
		json_list_end(&c->out);
	put_optional(c, "next_page_token", page->next_page_token);
	json_end(&c->out);
	return 0;
}

static int
logged_model_search(struct ctx *c)
{
	const struct logged_model_search_in *in = c->in;
	struct logged_model_search own = { 0 };
	struct search_query q = { .filter = in->filter, .page_token = in->page_token,
	    .experiments = in->experiment_ids.items, .nwritten = in->experiment_ids.n,
	    .own = &own };
	struct search_page page;
	const struct str *bad;
	int64_t *ids;

	if (take_datasets(c, &in->datasets, &own) == -1 ||
	    take_max_results(c, in->max_results, &q.max_results) == -1 ||
	    permit_search(c) == -1)
		return -1;
	take_order(c, &in->order_by, &own);
	bad = take_experiment_ids(c, &in->experiment_ids, &ids, &q.nexperiments);
	q.experiment_ids = ids;
	/* of two mistakes MLflow tells the filter's before an id's, the order's after it */
	if (bad != NULL)
		q.nexperiments = own.norder = 0;
	if (find_page(c, &logged_model_plan, &q, &page) == -1)
		return -1;
	if (bad != NULL)
		return fail_experiment_id(c, *bad);
	return put_page(c, &page);
}

/* clang-format off */
const struct route logged_model_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/logged-models", 0, WR, JSON,
	    IN(logged_model_create), logged_model_create },
	{ "POST",   AT_API,  2, "/mlflow/logged-models/search", 0, RD, JSON,
	    IN(logged_model_search_in), logged_model_search },
	{ "GET",    AT_API,  2, "/mlflow/logged-models/{model_id}", 0, RD, QUERY,
	    IN(logged_model_get), logged_model_get },
	{ "PATCH",  AT_API,  2, "/mlflow/logged-models/{model_id}", 0, WR, JSON,
	    IN(logged_model_finalize), logged_model_finalize },
	{ "DELETE", AT_API,  2, "/mlflow/logged-models/{model_id}", 0, WR, JSON,
	    IN(logged_model_delete), logged_model_delete },
	{ "POST",   AT_API,  2, "/mlflow/logged-models/{model_id}/params", 0, WR, JSON,
	    IN(logged_model_params_in), logged_model_log_params },
	{ "PATCH",  AT_API,  2, "/mlflow/logged-models/{model_id}/tags", 0, WR, JSON,
	    IN(logged_model_tags_in), logged_model_set_tags },
	{ "DELETE", AT_API,  2, "/mlflow/logged-models/{model_id}/tags/{tag_key}", 0, WR, JSON,
	    IN(logged_model_tag_delete), logged_model_delete_tag },
	{ .method = NULL }
};
/* clang-format on */
