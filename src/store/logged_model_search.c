/*
 * Logged models by filter and order.  The searched rows are a derived table
 * `lm`, which has a column for each metric that is ordered by; metrics of
 * chosen datasets are the table `scoped`.
 */
#include "search/logged_model.h"
#include "store/keyset.h"
#include "store/logged_model_search.h"
#include "store/walk.h"
#include "store/where.h"

#define NUMBER_AS_TEXT(column)	"CAST(" column " AS CHAR CHARACTER SET utf8mb4)"

#define ATTRIBUTES							\
	[LOGGED_MODEL_ID] = { .value = { "lm.model_id" } },		\
	[LOGGED_MODEL_EXPERIMENT_ID] = {				\
		.value = { NUMBER_AS_TEXT("lm.experiment_id") } },	\
	[LOGGED_MODEL_NAME] = { .value = { "lm.name" } },		\
	[LOGGED_MODEL_LOCATION] = { .value = { "lm.artifact_location" } }, \
	[LOGGED_MODEL_CREATED] = {					\
		.value = { "lm.creation_timestamp_ms" } },		\
	[LOGGED_MODEL_UPDATED] = {					\
		.value = { "lm.last_updated_timestamp_ms" } },		\
	[LOGGED_MODEL_STATUS] = {					\
		.value = { NUMBER_AS_TEXT("lm.status") } },		\
	[LOGGED_MODEL_STAGE] = { .value = { "lm.lifecycle_stage" } },	\
	[LOGGED_MODEL_TYPE] = { .value = { "lm.model_type" } },		\
	[LOGGED_MODEL_SOURCE_RUN] = { .value = { "lm.source_run_id" } }, \
	[LOGGED_MODEL_STATUS_MESSAGE] = {				\
		.value = { "lm.status_message" } },			\
	[LOGGED_MODEL_PARAM] = {					\
		.rows = { "SELECT 1 FROM logged_model_params p "	\
		    "WHERE p.model_id = lm.model_id" },			\
		.key = { "p.param_key" },				\
		.value = { "p.param_value" },				\
	},								\
	[LOGGED_MODEL_TAG] = {						\
		.rows = { "SELECT 1 FROM logged_model_tags t "		\
		    "WHERE t.model_id = lm.model_id" },			\
		.key = { "t.tag_key" },					\
		.value = { "t.tag_value" },				\
	}

#define METRICS_IN(table)						\
	[LOGGED_MODEL_METRIC] = {					\
		.rows = { "SELECT 1 FROM " table " m "			\
		    "WHERE m.model_id = lm.model_id" },			\
		.key = { "m.metric_name" },				\
		.value = { "m.metric_value" },				\
	}

static const struct where_source sources[LOGGED_MODEL_COLUMN__MAX] = {
	ATTRIBUTES, METRICS_IN("logged_model_metrics")
};

static const struct where_source scoped_sources[LOGGED_MODEL_COLUMN__MAX] = {
	ATTRIBUTES, METRICS_IN("scoped")
};

/* Sort keys in the model's own row: NULL or not, then the value. */
struct column_order {
	struct sql_name	rank;
	struct sql_name	value;
	enum db_type	type;
};

static const struct column_order column_orders[LOGGED_MODEL_COLUMN__MAX] = {
	[LOGGED_MODEL_ID] = { { NULL }, { "lm.model_id" }, DB_STR },
	[LOGGED_MODEL_EXPERIMENT_ID] = {
		{ NULL }, { "lm.experiment_id" }, DB_I64
	},
	[LOGGED_MODEL_NAME] = { { NULL }, { "lm.name" }, DB_STR },
	[LOGGED_MODEL_LOCATION] = {
		{ NULL }, { "lm.artifact_location" }, DB_STR
	},
	[LOGGED_MODEL_CREATED] = {
		{ NULL }, { "lm.creation_timestamp_ms" }, DB_I64
	},
	[LOGGED_MODEL_UPDATED] = {
		{ NULL }, { "lm.last_updated_timestamp_ms" }, DB_I64
	},
	[LOGGED_MODEL_STATUS] = { { NULL }, { "lm.status" }, DB_I64 },
	[LOGGED_MODEL_STAGE] = {
		{ "lm.lifecycle_stage IS NULL" }, { "lm.lifecycle_stage" },
		DB_STR
	},
	[LOGGED_MODEL_TYPE] = {
		{ "lm.model_type IS NULL" }, { "lm.model_type" }, DB_STR
	},
	[LOGGED_MODEL_SOURCE_RUN] = {
		{ "lm.source_run_id IS NULL" }, { "lm.source_run_id" }, DB_STR
	},
	[LOGGED_MODEL_STATUS_MESSAGE] = {
		{ "lm.status_message IS NULL" }, { "lm.status_message" }, DB_STR
	},
};

/* A metric that is ordered by: a column of its own in the derived table. */
struct metric_order {
	struct sql_name	alias;
	struct sql_name	rank;
	struct sql_name	value;
};

#define METRIC_ORDER(o)							\
	{ { " AS " o }, { "lm." o " IS NULL" }, { "lm." o } }

static const struct metric_order metric_orders[] = {
	METRIC_ORDER("o0"), METRIC_ORDER("o1"), METRIC_ORDER("o2"),
	METRIC_ORDER("o3"), METRIC_ORDER("o4"), METRIC_ORDER("o5"),
	METRIC_ORDER("o6"), METRIC_ORDER("o7"), METRIC_ORDER("o8"),
	METRIC_ORDER("o9")
};

_Static_assert(sizeof(metric_orders) / sizeof(metric_orders[0]) ==
    SEARCH_ORDER_MAX, "one column for each order_by clause");

/* A search once its texts are understood. */
struct plan {
	struct search_node		*filter;
	const struct search_field	*fields[SEARCH_ORDER_MAX];
	struct str			 keys[SEARCH_ORDER_MAX];
	struct keyset			 keyset;
	bool				 walk;	/* by the whole table, not by experiment */
};

static void
add_column_keys(struct keyset *k, int column, bool descending)
{
	const struct column_order *o = &column_orders[column];

	if (o->rank.text != NULL)
		keyset_add(k, &o->rank, DB_I64, false);
	if (o->type == DB_STR)
		keyset_add_long(k, &o->value, descending);
	else
		keyset_add(k, &o->value, o->type, descending);
}

static int
read_order(struct arena *mem, const struct logged_model_search *s,
    struct plan *p, struct search_error *err)
{
	bool created = false;
	size_t i;

	if (s->norder > SEARCH_ORDER_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order_by: "
		    "at most %d fields are taken.", SEARCH_ORDER_MAX);
	for (i = 0; i < s->norder; i++) {
		const struct model_order *o = &s->order_by[i];

		if (search_logged_models_order(mem, o->field_name, &p->fields[i],
		    &p->keys[i], err) != 0)
			return 1;
		created |= p->fields[i]->column == LOGGED_MODEL_CREATED;
		if (p->fields[i]->scope == SCOPE_ATTRIBUTE) {
			add_column_keys(&p->keyset, p->fields[i]->column,
			    o->descending);
			continue;
		}
		/* models without the metric come last in both directions */
		keyset_add(&p->keyset, &metric_orders[i].rank, DB_I64, false);
		keyset_add(&p->keyset, &metric_orders[i].value, DB_DBL,
		    o->descending);
	}
	if (!created)
		add_column_keys(&p->keyset, LOGGED_MODEL_CREATED, true);
	add_column_keys(&p->keyset, LOGGED_MODEL_ID, false);
	return 0;
}

/* Of everything but the page size, which may change from page to page. */
static uint64_t
hash_query(const struct logged_model_search *s)
{
	uint64_t h = page_hash_str(0, STR("logged models"));
	size_t i;

	for (i = 0; i < s->nexperiments; i++)
		h = page_hash_i64(h, s->experiment_ids[i]);
	h = page_hash_str(h, s->filter);
	for (i = 0; i < s->norder; i++) {
		h = page_hash_str(h, s->order_by[i].field_name);
		h = page_hash_i64(h, s->order_by[i].descending);
		h = page_hash_str(h, s->order_by[i].dataset_name);
		h = page_hash_str(h, s->order_by[i].dataset_digest);
	}
	for (i = 0; i < s->ndatasets; i++) {
		h = page_hash_str(h, s->datasets[i].name);
		h = page_hash_str(h, s->datasets[i].digest);
	}
	return h;
}

/* A token that cannot be read is named before what is wrong with it. */
static int
start(struct arena *mem, struct keyset *k, struct str token,
    struct search_error *err)
{
	if (keyset_start(k, mem, token, err) == 0)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID,
	    "Invalid page token: %.*s. It is not one that this search gave.",
	    STR_ARGS(utf8_prefix(token, SEARCH_ORDER_BYTES_MAX)));
}

static void
add_scope(struct sql *q, const struct logged_model_search *s)
{
	static const struct sql_name name = { "m.dataset_name" };
	static const struct sql_name digest = { "m.dataset_digest" };
	size_t i;

	sql_lit(q, "WITH scoped AS (SELECT m.model_id, m.metric_name, "
	    "m.metric_value FROM logged_model_metrics m WHERE FALSE");
	for (i = 0; i < s->ndatasets; i++) {
		sql_lit(q, " OR (TRUE");
		where_add_exact(q, &name, s->datasets[i].name);
		where_add_exact(q, &digest, s->datasets[i].digest);
		sql_lit(q, ")");
	}
	sql_lit(q, ") ");
}

/* The newest value of a metric, perhaps on one dataset, as a column. */
static void
add_metric_column(struct sql *q, const struct model_order *o, struct str key,
    const struct metric_order *m)
{
	static const struct sql_name name = { "m.dataset_name" };
	static const struct sql_name digest = { "m.dataset_digest" };

	sql_lit(q, ", (SELECT m.metric_value FROM logged_model_metrics m "
	    "WHERE m.model_id = l.model_id AND m.metric_name = ");
	sql_arg(q, db_str(key));
	if (!str_empty(o->dataset_name))
		where_add_exact(q, &name, o->dataset_name);
	if (!str_empty(o->dataset_digest))
		where_add_exact(q, &digest, o->dataset_digest);
	sql_lit(q, " ORDER BY m.metric_timestamp_ms DESC, m.metric_step DESC, "
	    "m.run_id LIMIT 1)");
	sql_name(q, &m->alias);
}

static void
add_models(struct sql *q, const struct logged_model_search *s,
    const struct plan *p)
{
	static const struct sql_name experiment = { "l.experiment_id" };
	size_t i;

	sql_lit(q, " FROM (SELECT " LOGGED_MODEL_COLUMNS);
	for (i = 0; i < s->norder; i++)
		if (p->fields[i]->scope == SCOPE_METRIC)
			add_metric_column(q, &s->order_by[i], p->keys[i],
			    &metric_orders[i]);
	sql_lit(q, " FROM logged_models l WHERE l.lifecycle_stage = 'active' AND ");
	walk_add(q, &experiment, s->experiment_ids, s->nexperiments, p->walk);
	sql_lit(q, ") lm");
}

static void
build(struct sql *q, const struct logged_model_search *s, const struct plan *p)
{
	bool scoped = s->ndatasets > 0;

	if (scoped)
		add_scope(q, s);
	sql_lit(q, "SELECT lm.model_id");
	keyset_select(&p->keyset, q);
	add_models(q, s, p);
	sql_lit(q, " WHERE TRUE");
	if (scoped)
		sql_lit(q, " AND EXISTS (SELECT 1 FROM scoped m "
		    "WHERE m.model_id = lm.model_id)");
	where_add(q, p->filter, scoped ? scoped_sources : sources);
	keyset_where(&p->keyset, q);
	keyset_order(&p->keyset, q);
}

static int
run_query(struct work *work, struct sql *q,
    const struct keyset *k, struct logged_model_page *out)
{
	struct keyset_page page;
	size_t i;

	if (keyset_read(k, work, q, DB_STR, &page) != 0)
		return -1;
	out->model_ids = arena_array(work->mem, page.n + 1, sizeof(*out->model_ids));
	for (i = 0; i < page.n; i++)
		out->model_ids[i] = page.ids[i].str;
	out->n = page.n;
	out->next_page_token = page.next_page_token;
	return 0;
}

int
store_logged_model_search(struct work *work,
    const struct logged_model_search *s, struct logged_model_page *page,
    struct search_error *err)
{
	static const struct sql_name table = { "logged_models" };
	struct plan plan = { .keyset = { .query = hash_query(s),
	    .limit = s->max_results } };
	struct sql q;
	int rc;

	*page = (struct logged_model_page){ 0 };
	if (search_logged_models_parse(work->mem, s->filter, &plan.filter,
	    err) != 0 || read_order(work->mem, s, &plan, err) != 0 ||
	    start(work->mem, &plan.keyset, s->page_token, err) != 0)
		return 1;
	if (s->nexperiments == 0)
		return 0;
	if (walk_plan(work, &table, s->experiment_ids, s->nexperiments, false,
	    &plan.walk) != 0)
		return -1;
	sql_init(&q, work, "logged_model.search");
	build(&q, s, &plan);
	if (q.nargs > SQL_ARGS_MAX)
		rc = search_fail(work->mem, err, SEARCH_INVALID, "The search names too "
		    "many experiments and values: at most %d are taken.",
		    SQL_ARGS_MAX);
	else
		rc = run_query(work, &q, &plan.keyset, page);
	sql_fini(&q);
	return rc;
}
