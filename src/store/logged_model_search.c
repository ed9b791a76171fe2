/*
 * Logged models by filter and order.  The searched rows are a derived table
 * `lm`, which has a column for each metric that is ordered by; metrics of
 * chosen datasets are the table `scoped`.
 */
#include "base/repr.h"
#include "store/logged_model_search.h"
#include "store/walk.h"

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

#define SORT(column, type)	{ { NULL }, { column }, type, type == DB_STR }
#define NULLABLE(column)	{ { column " IS NULL" }, { column }, DB_STR, true }

static const struct search_sort sorts[LOGGED_MODEL_COLUMN__MAX] = {
	[LOGGED_MODEL_ID] = SORT("lm.model_id", DB_STR),
	[LOGGED_MODEL_EXPERIMENT_ID] = SORT("lm.experiment_id", DB_I64),
	[LOGGED_MODEL_NAME] = SORT("lm.name", DB_STR),
	[LOGGED_MODEL_LOCATION] = SORT("lm.artifact_location", DB_STR),
	[LOGGED_MODEL_CREATED] = SORT("lm.creation_timestamp_ms", DB_I64),
	[LOGGED_MODEL_UPDATED] = SORT("lm.last_updated_timestamp_ms", DB_I64),
	[LOGGED_MODEL_STATUS] = SORT("lm.status", DB_I64),
	[LOGGED_MODEL_STAGE] = NULLABLE("lm.lifecycle_stage"),
	[LOGGED_MODEL_TYPE] = NULLABLE("lm.model_type"),
	[LOGGED_MODEL_SOURCE_RUN] = NULLABLE("lm.source_run_id"),
	[LOGGED_MODEL_STATUS_MESSAGE] = NULLABLE("lm.status_message"),
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

/* What is not in a table: order, datasets, and what the token of a page names. */
static const struct logged_model_search *
own(const struct search *s)
{
	return s->query->own;
}

/* What a token says of the search that gave it; MLflow tells which differs. */
enum { TOLD_EXPERIMENTS, TOLD_FILTER, TOLD_ORDER, TOLD_DATASETS, TOLD__MAX };

_Static_assert(TOLD__MAX <= KEYSET_HEAD_MAX, "what a token has room for");

/* Bytes of each; SEARCH_ORDER_MAX keys of texts must fit into the token too. */
#define TOLD_BYTES_MAX	500

/* Longer texts are told by their beginning and a hash. */
static struct page_value
tell(struct arena *mem, struct buf *text)
{
	struct str whole = buf_str(text);
	struct page_value v = { .type = PAGE_TEXT, .text = arena_str(mem, whole) };

	if (whole.len > TOLD_BYTES_MAX)
		v.text = arena_printf(mem, "%.*s... (%016llx)",
		    STR_ARGS(utf8_prefix(whole, TOLD_BYTES_MAX)),
		    (unsigned long long)page_hash_str(0, whole));
	buf_fini(text);
	return v;
}

/* As Python shows a text; None when there is none. */
static void
add_repr(struct buf *b, struct str s)
{
	if (str_empty(s))
		buf_puts(b, "None");
	else
		repr_add(b, s);
}

static struct page_value
tell_experiments(struct arena *mem, const struct search_query *q)
{
	struct buf b = { 0 };
	size_t i;

	buf_puts(&b, "[");
	for (i = 0; i < q->nwritten; i++) {
		buf_puts(&b, i == 0 ? "" : ", ");
		repr_add(&b, str_or_empty(q->experiments[i]));
	}
	buf_puts(&b, "]");
	return tell(mem, &b);
}

static struct page_value
tell_filter(struct arena *mem, const struct search_query *q)
{
	struct buf b = { 0 };

	if (str_empty(q->filter))
		buf_puts(&b, "None");
	else
		buf_add_str(&b, q->filter);
	return tell(mem, &b);
}

static struct page_value
tell_order(struct arena *mem, const struct logged_model_search *m)
{
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < m->norder; i++) {
		const struct model_order *o = &m->order_by[i];

		buf_puts(&b, i == 0 ? "[{'field_name': " : ", {'field_name': ");
		repr_add(&b, str_or_empty(o->field_name));
		buf_printf(&b, ", 'ascending': %s, 'dataset_name': ",
		    o->descending ? "False" : "True");
		add_repr(&b, o->dataset_name);
		buf_puts(&b, ", 'dataset_digest': ");
		add_repr(&b, o->dataset_digest);
		buf_puts(&b, "}");
	}
	buf_puts(&b, m->norder == 0 ? "None" : "]");
	return tell(mem, &b);
}

static struct page_value
tell_datasets(const struct logged_model_search *m)
{
	uint64_t h = 0;
	size_t i;

	for (i = 0; i < m->ndatasets; i++) {
		h = page_hash_str(h, m->datasets[i].name);
		h = page_hash_str(h, m->datasets[i].digest);
	}
	return (struct page_value){ .type = PAGE_I64, .i64 = (int64_t)h };
}

/* A token that cannot be read is named before what is wrong with it. */
static int
fail_token(struct arena *mem, struct str token, struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID,
	    "Invalid page token: %.*s. It is not one that this search gave.",
	    STR_ARGS(utf8_prefix(token, SEARCH_ORDER_BYTES_MAX)));
}

/* The first thing that the token was not given for. */
static int
check_told(struct arena *mem, struct str token, const struct page_value *want,
    const struct page_value *found, struct search_error *err)
{
	static const char *const texts[] = {
		[TOLD_EXPERIMENTS] = "Experiment IDs in the page token do not match the "
		    "requested experiment IDs.",
		[TOLD_FILTER] = "Filter string in the page token does not match the "
		    "requested filter string.",
		[TOLD_ORDER] = "Order by in the page token does not match the requested "
		    "order by.",
	};
	int i;

	for (i = 0; i <= TOLD_ORDER; i++)
		if (!str_eq(want[i].text, found[i].text))
			return search_fail(mem, err, SEARCH_INVALID,
			    "%s Expected: %.*s. Found: %.*s", texts[i],
			    STR_ARGS(want[i].text), STR_ARGS(found[i].text));
	return want[TOLD_DATASETS].i64 == found[TOLD_DATASETS].i64 ? 0 :
	    fail_token(mem, token, err);
}

static int
read_token(struct arena *mem, struct search *s, struct search_error *err)
{
	const struct search_query *q = s->query;
	struct page_value *head = arena_array(mem, TOLD__MAX, sizeof(*head));
	struct page_value found[KEYSET_HEAD_MAX + KEYSET_MAX];
	size_t n;

	head[TOLD_EXPERIMENTS] = tell_experiments(mem, q);
	head[TOLD_FILTER] = tell_filter(mem, q);
	head[TOLD_ORDER] = tell_order(mem, own(s));
	head[TOLD_DATASETS] = tell_datasets(own(s));
	s->keyset.head = head;
	s->keyset.nhead = TOLD__MAX;
	s->keyset.query = page_hash_str(0, str_of(s->plan->name));
	if (str_empty(q->page_token))
		return 0;
	if (page_token_read(mem, q->page_token, s->keyset.query, found,
	    sizeof(found) / sizeof(found[0]), &n, err) != 0 || n < TOLD__MAX)
		return fail_token(mem, q->page_token, err);
	return check_told(mem, q->page_token, head, found, err);
}

static int
read_order(struct arena *mem, struct search *s, struct search_error *err)
{
	const struct logged_model_search *m = own(s);

	if (m->norder > SEARCH_ORDER_MAX)
		return search_order_fail_many(mem, err);
	for (; s->norder < m->norder; s->norder++) {
		const struct model_order *o = &m->order_by[s->norder];

		if (search_order_by_name(mem, s->plan->dialect, o->field_name,
		    &s->order[s->norder], err) != 0)
			return 1;
		s->order[s->norder].descending = o->descending;
	}
	return 0;
}

/* Models without the metric come last in both directions. */
static void
add_keys(struct search *s, size_t i)
{
	keyset_add(&s->keyset, (struct keyset_key){ .expr = &metric_orders[i].rank,
	    .type = DB_I64 });
	keyset_add(&s->keyset, (struct keyset_key){ .expr = &metric_orders[i].value,
	    .type = DB_DBL, .descending = s->order[i].descending });
}

static int
prepare(struct work *work, struct search *s)
{
	static const struct sql_name table = { "logged_models" };

	if (s->query->nexperiments == 0)
		return 0;
	return walk_plan(work, &table, s->query->experiment_ids, s->query->nexperiments,
	    false, &s->walk) == -1 ? -1 : 1;
}

static void
add_with(struct sql *q, const struct search *s)
{
	static const struct sql_name name = { "m.dataset_name" };
	static const struct sql_name digest = { "m.dataset_digest" };
	const struct logged_model_search *m = own(s);
	size_t i;

	if (m->ndatasets == 0)
		return;
	sql_lit(q, "WITH scoped AS (SELECT m.model_id, m.metric_name, "
	    "m.metric_value FROM logged_model_metrics m WHERE FALSE");
	for (i = 0; i < m->ndatasets; i++) {
		sql_lit(q, " OR (TRUE");
		where_add_exact(q, &name, m->datasets[i].name);
		where_add_exact(q, &digest, m->datasets[i].digest);
		sql_lit(q, ")");
	}
	sql_lit(q, ") ");
}

/* The newest value of a metric, perhaps on one dataset, as a column. */
static void
add_metric_column(struct sql *q, const struct model_order *o, struct str key,
    const struct metric_order *m)
{
	static const struct sql_name metric = { "m.metric_name" };
	static const struct sql_name name = { "m.dataset_name" };
	static const struct sql_name digest = { "m.dataset_digest" };

	sql_lit(q, ", (SELECT m.metric_value FROM logged_model_metrics m "
	    "WHERE m.model_id = l.model_id");
	where_add_equal(q, &metric, key);
	if (!str_empty(o->dataset_name))
		where_add_exact(q, &name, o->dataset_name);
	if (!str_empty(o->dataset_digest))
		where_add_exact(q, &digest, o->dataset_digest);
	sql_lit(q, " ORDER BY m.metric_timestamp_ms DESC, m.metric_step DESC, "
	    "m.run_id LIMIT 1)");
	sql_name(q, &m->alias);
}

static void
add_from(struct sql *q, const struct search *s)
{
	static const struct sql_name experiment = { "l.experiment_id" };
	size_t i;

	sql_lit(q, " FROM (SELECT " LOGGED_MODEL_COLUMNS);
	for (i = 0; i < s->norder; i++)
		if (s->order[i].field->scope == SCOPE_METRIC)
			add_metric_column(q, &own(s)->order_by[i], s->order[i].key,
			    &metric_orders[i]);
	sql_lit(q, " FROM logged_models l WHERE l.lifecycle_stage = 'active' AND ");
	walk_add(q, &experiment, s->query->experiment_ids, s->query->nexperiments, s->walk);
	sql_lit(q, ") lm WHERE TRUE");
	if (own(s)->ndatasets > 0)
		sql_lit(q, " AND EXISTS (SELECT 1 FROM scoped m "
		    "WHERE m.model_id = lm.model_id)");
}

static void
add_tests(struct sql *q, const struct search *s)
{
	where_add(q, s->filter, own(s)->ndatasets > 0 ? scoped_sources : sources);
}

const struct search_plan logged_model_plan = {
	.name = "logged_model.search",
	.dialect = &search_logged_models,
	.sorts = sorts,
	.unasked = { SEARCH_NO_DEFAULT },
	.ties = {
		{ LOGGED_MODEL_CREATED, true }, { LOGGED_MODEL_ID, false },
		SEARCH_NO_DEFAULT
	},
	.columns = { "lm.model_id" },
	.types = "s",
	.item_size = sizeof(struct str),
	.take = store_search_take_text,
	.read_token = read_token,
	.read_order = read_order,
	.add_keys = add_keys,
	.prepare = prepare,
	.add_with = add_with,
	.add_from = add_from,
	.add_tests = add_tests,
};
