/*
 * Trace metrics: tables of what there is, and two statements that are made of them.
 *
 * Both statements group, or find the group of a row, by the bytes of UTF-8.  They read what is there
 * when they run: a trace that is written between the two may be missing from percentiles.
 */
#include <stdlib.h>
#include <string.h>

#include "base/percentile.h"
#include "search/search.h"
#include "store/trace.h"
#include "store/trace_metric.h"
#include "store/where.h"

#define NS_OF_MS	1000000

const char *const metric_aggregate_names[METRIC_AGGREGATE__MAX] = {
	[METRIC_AVG] = "AVG",
	[METRIC_COUNT] = "COUNT",
	[METRIC_MAX] = "MAX",
	[METRIC_MIN] = "MIN",
	[METRIC_PERCENTILE] = "PERCENTILE",
	[METRIC_SUM] = "SUM",
};

static const struct sql_name functions[METRIC_AGGREGATE__MAX] = {
	[METRIC_AVG] = { "AVG(" },
	[METRIC_COUNT] = { "COUNT(" },
	[METRIC_MAX] = { "MAX(" },
	[METRIC_MIN] = { "MIN(" },
	[METRIC_SUM] = { "SUM(" },
};

const char *const metric_dimension_names[METRIC_DIMENSION__MAX] = {
	[DIMENSION_ASSESSMENT_NAME] = "assessment_name",
	[DIMENSION_ASSESSMENT_VALUE] = "assessment_value",
	[DIMENSION_SPAN_MODEL] = "span_model_name",
	[DIMENSION_SPAN_PROVIDER] = "span_model_provider",
	[DIMENSION_SPAN_NAME] = "span_name",
	[DIMENSION_SPAN_STATUS] = "span_status",
	[DIMENSION_SPAN_TYPE] = "span_type",
	[DIMENSION_TRACE_NAME] = "trace_name",
	[DIMENSION_TRACE_STATUS] = "trace_status",
};

static const struct sql_name columns[METRIC_DIMENSION__MAX] = {
	[DIMENSION_ASSESSMENT_NAME] = { "CAST({a.name} AS BINARY)" },
	[DIMENSION_ASSESSMENT_VALUE] = { "CAST({a.value} AS BINARY)" },
	[DIMENSION_SPAN_MODEL] = { "CAST({s.model_name} AS BINARY)" },
	[DIMENSION_SPAN_PROVIDER] = { "CAST({s.model_provider} AS BINARY)" },
	[DIMENSION_SPAN_NAME] = { "CAST({s.name} AS BINARY)" },
	[DIMENSION_SPAN_STATUS] = { "CAST({s.status} AS BINARY)" },
	[DIMENSION_SPAN_TYPE] = { "CAST({s.type} AS BINARY)" },
	[DIMENSION_TRACE_NAME] = { "CAST({t.trace_name} AS BINARY)" },
	[DIMENSION_TRACE_STATUS] = { "CAST({t.status} AS BINARY)" },
};

#define A(name)		(1u << METRIC_##name)
#define RANGES		(A(AVG) | A(MIN) | A(MAX) | A(PERCENTILE))
#define SUMS		(RANGES | A(SUM))
#define D(name)		(1u << DIMENSION_##name)
#define MODELS		(D(SPAN_MODEL) | D(SPAN_PROVIDER))
#define SPAN_START	.time_ns = { "s.start_time_unix_nano" }

/* clang-format off */
const struct trace_metric trace_metrics[] = {
	{ METRIC_TRACES, "trace_count", A(COUNT), D(TRACE_NAME) | D(TRACE_STATUS),
	    .value = { "t.request_id" } },
	{ METRIC_TRACES, "session_count", A(COUNT), 0,
	    .value = { "CAST({t.session_id} AS BINARY)" }, .counts_values = true },
	{ METRIC_TRACES, "latency", RANGES, D(TRACE_NAME), .value = { "t.execution_time_ms" } },
	{ METRIC_TRACES, "input_tokens", SUMS, D(TRACE_NAME), .value = { "t.input_tokens" } },
	{ METRIC_TRACES, "output_tokens", SUMS, D(TRACE_NAME), .value = { "t.output_tokens" } },
	{ METRIC_TRACES, "total_tokens", SUMS, D(TRACE_NAME), .value = { "t.total_tokens" } },
	{ METRIC_TRACES, "cache_read_input_tokens", SUMS, D(TRACE_NAME),
	    .value = { "t.cache_read_input_tokens" } },
	{ METRIC_TRACES, "cache_creation_input_tokens", SUMS, D(TRACE_NAME),
	    .value = { "t.cache_creation_input_tokens" } },
	{ METRIC_SPANS, "span_count", A(COUNT),
	    MODELS | D(SPAN_NAME) | D(SPAN_STATUS) | D(SPAN_TYPE), .value = { "s.span_id" } },
	{ METRIC_SPANS, "latency", RANGES, D(SPAN_NAME) | D(SPAN_STATUS),
	    .value = { "s.duration_ns DIV 1000000" } },
	{ METRIC_SPANS, "input_cost", SUMS, MODELS, .value = { "s.input_cost" }, SPAN_START },
	{ METRIC_SPANS, "output_cost", SUMS, MODELS, .value = { "s.output_cost" }, SPAN_START },
	{ METRIC_SPANS, "total_cost", SUMS, MODELS, .value = { "s.total_cost" }, SPAN_START },
	{ METRIC_ASSESSMENTS, "assessment_count", A(COUNT),
	    D(ASSESSMENT_NAME) | D(ASSESSMENT_VALUE), .value = { "a.assessment_id" } },
	{ METRIC_ASSESSMENTS, "assessment_value", RANGES, D(ASSESSMENT_NAME),
	    .value = { "a.aggregate_value" } },
	{ .name = NULL }
};

/* Where the rows of a view are. */
static const struct {
	struct sql_name	from;
	struct sql_name	join;		/* to the traces of the rows, if those are asked for */
	struct sql_name	where;		/* up to the list of experiments */
	struct sql_name	joined_where;
	struct sql_name	time_ms;	/* of the range */
	bool		time_joins;	/* it is the trace's */
	struct sql_name	bucket_ms;	/* the time that buckets are made of */
} views[METRIC_VIEW__MAX] = {
	[METRIC_TRACES] = {
		.from = { " FROM trace_info t" },
		.where = { " WHERE t.experiment_id IN " },
		.time_ms = { "t.timestamp_ms" },
		.bucket_ms = { "t.timestamp_ms" },
	},
	[METRIC_SPANS] = {
		.from = { " FROM spans s" },
		.join = { " JOIN trace_info t ON t.request_id = s.trace_id" },
		.where = { " WHERE s.experiment_id IN " },
		.joined_where = { " WHERE t.experiment_id IN " },
		.time_ms = { "t.timestamp_ms" },
		.time_joins = true,
		.bucket_ms = { "s.start_time_unix_nano DIV 1000000" },
	},
	[METRIC_ASSESSMENTS] = {
		.from = { " FROM assessments a" },
		.join = { " JOIN trace_info t ON t.request_id = a.trace_id" },
		.where = { " WHERE a.valid = 1 AND a.experiment_id IN " },
		.joined_where = { " WHERE a.valid = 1 AND a.experiment_id IN " },
		.time_ms = { "a.trace_timestamp_ms" },
		.bucket_ms = { "a.trace_timestamp_ms" },
	},
};

/* Fields that are a column. */
static const struct sql_name field_columns[METRIC_FIELD__MAX] = {
	[METRIC_TRACE_STATUS] = { "t.status" },
	[METRIC_SPAN_NAME] = { "s.name" },
	[METRIC_SPAN_STATUS] = { "s.status" },
	[METRIC_SPAN_TYPE] = { "s.type" },
	[METRIC_ASSESSMENT_NAME] = { "a.name" },
	[METRIC_ASSESSMENT_TYPE] = { "a.assessment_type" },
};

static const struct sql_name trace_name = { "t.trace_name" };
static const struct sql_name session = { "t.session_id" };

static const struct sql_name token_columns[TRACE_TOKENS] = {
	{ "t.input_tokens" }, { "t.output_tokens" }, { "t.total_tokens" },
	{ "t.cache_read_input_tokens" }, { "t.cache_creation_input_tokens" },
	{ "t.cache_creation_input_tokens_above_1hr" },
};
static const struct sql_name cost_columns[TRACE_COSTS] = {
	{ "t.input_cost" }, { "t.output_cost" }, { "t.total_cost" },
};
/* clang-format on */

static bool
is_open(int64_t start_ms, int64_t end_ms)
{
	return start_ms == INT64_MIN && end_ms == INT64_MAX;
}

/* Must the rows be joined to their traces? */
static bool
needs_trace(const struct metric_query *q)
{
	size_t i;

	for (i = 0; i < q->nfilters; i++)
		if (q->filters[i].view == METRIC_TRACES)
			return true;
	return views[q->metric->view].time_joins && q->metric->time_ns.text == NULL &&
	    !is_open(q->start_ms, q->end_ms);
}

/* A time in ns, or the last that there is. */
static int64_t
to_ns(int64_t ms)
{
	int64_t ns;

	if (__builtin_mul_overflow(ms, NS_OF_MS, &ns))
		return ms < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

static void
add_range(struct sql *s, const struct metric_query *q)
{
	bool ns = q->metric->time_ns.text != NULL;
	const struct sql_name *time = ns ? &q->metric->time_ns :
	    &views[q->metric->view].time_ms;

	if (q->start_ms != INT64_MIN) {
		sql_lit(s, " AND ");
		sql_name(s, time);
		sql_lit(s, " >= ");
		sql_arg(s, db_i64(ns ? to_ns(q->start_ms) : q->start_ms));
	}
	if (q->end_ms != INT64_MAX) {
		sql_lit(s, " AND ");
		sql_name(s, time);
		/* all of the last millisecond */
		sql_add_literal(s, ns ? " < " : " <= ");
		sql_arg(s, db_i64(ns ? to_ns(q->end_ms + 1) : q->end_ms));
	}
}

/* Up to the first of "," and "}" in s, which is moved to it. */
static struct str
cut_number(struct arena *mem, struct str *s)
{
	size_t n = strcspn(s->p, ",}");
	struct str number = arena_str(mem, (struct str){ s->p, n });

	*s = (struct str){ s->p + n, s->len - n };
	return number;
}

static bool
skip(struct str *s, const char *literal)
{
	size_t n = strlen(literal);

	if (!str_starts(*s, literal))
		return false;
	*s = (struct str){ s->p + n, s->len - n };
	return true;
}

/* A number as it is shown, and not otherwise. */
static bool
read_shown(struct arena *mem, struct str text, bool is_integer, struct db_val *v)
{
	double d;
	int64_t i;

	if (is_integer) {
		if (!str_to_i64(text, &i) ||
		    !str_eq(text, arena_printf(mem, "%lld", (long long)i)))
			return false;
		*v = db_i64(i);
		return true;
	}
	if (!str_to_dbl(text, false, &d) || !str_eq(text, search_show_double(mem, d)))
		return false;
	*v = db_dbl(d);
	return true;
}

/*
 * Columns that are shown as one text, {"input_tokens": 1, "output_tokens": 2}: such a
 * text as values, those that it leaves out NULL.  false if no row is shown like this.
 */
static bool
read_numbers(struct arena *mem, struct str text, const char *const *names, size_t n,
    bool is_integer, struct db_val *values)
{
	const char *before = "{\"";
	size_t i;

	text = arena_str(mem, text);
	for (i = 0; i < n; i++) {
		struct str rest = text;

		values[i] = db_null();
		if (!skip(&rest, before) || !skip(&rest, names[i]) || !skip(&rest, "\": "))
			continue;
		if (!read_shown(mem, cut_number(mem, &rest), is_integer, &values[i]))
			return false;
		before = ", \"";
		text = rest;
	}
	return str_is(text, "}");
}

static void
add_numbers(struct sql *s, struct str text, const struct sql_name *names,
    const char *const *members, size_t n, bool is_integer)
{
	struct db_val values[TRACE_TOKENS];
	size_t i;

	if (!read_numbers(s->work->mem, text, members, n, is_integer, values)) {
		sql_lit(s, " AND FALSE");
		return;
	}
	for (i = 0; i < n; i++) {
		sql_lit(s, " AND ");
		sql_name(s, &names[i]);
		sql_lit(s, " <=> ");
		sql_arg(s, values[i]);
	}
}

#define METADATA_ROWS	\
	"EXISTS (SELECT 1 FROM trace_request_metadata p WHERE p.request_id = t.request_id"
#define TAG_ROWS	\
	"EXISTS (SELECT 1 FROM trace_tags p WHERE p.request_id = t.request_id"

static void
end_pair(struct sql *s, const struct metric_filter *f)
{
	static const struct sql_name key = { "p.`key`" }, value = { "p.value" };

	where_add_exact(s, &key, f->key);
	where_add_exact(s, &value, f->value);
	sql_lit(s, ")");
}

/* A run that a trace names as its source, or is linked to. */
static void
add_run(struct sql *s, const struct metric_filter *f)
{
	static const struct sql_name run = { "e.destination_id" };

	sql_lit(s, " AND (" METADATA_ROWS);
	end_pair(s, f);
	sql_lit(s, " OR EXISTS (SELECT 1 FROM entity_associations e "
	    "WHERE e.source_type = 'trace' AND e.source_id = {t.request_id} "
	    "AND e.destination_type = 'run'");
	where_add_exact(s, &run, f->value);
	sql_lit(s, "))");
}

static void
add_pair(struct sql *s, const struct metric_filter *f)
{
	if (f->field == METRIC_TRACE_TAG)
		sql_lit(s, " AND " TAG_ROWS);
	else
		sql_lit(s, " AND " METADATA_ROWS);
	end_pair(s, f);
}

/* Tags and metadata are rows of their own, but for those that are columns. */
static void
add_filter(struct sql *s, const struct metric_filter *f)
{
	bool metadata = f->field == METRIC_TRACE_METADATA;

	if (field_columns[f->field].text != NULL)
		where_add_exact(s, &field_columns[f->field], f->value);
	else if (!metadata && str_is(f->key, TRACE_NAME_TAG))
		where_add_exact(s, &trace_name, f->value);
	else if (metadata && str_is(f->key, TRACE_SESSION_KEY))
		where_add_exact(s, &session, f->value);
	else if (metadata && str_is(f->key, TRACE_TOKENS_KEY))
		add_numbers(s, f->value, token_columns, trace_token_names, TRACE_TOKENS, true);
	else if (metadata && str_is(f->key, TRACE_COST_KEY))
		add_numbers(s, f->value, cost_columns, trace_cost_names, TRACE_COSTS, false);
	else if (metadata && str_is(f->key, TRACE_RUN_KEY))
		add_run(s, f);
	else
		add_pair(s, f);
}

/* FROM ... WHERE ...: the rows that are asked for. */
static void
add_rows(struct sql *s, const struct metric_query *q)
{
	enum metric_view view = q->metric->view;
	bool joined = views[view].join.text != NULL && needs_trace(q);
	size_t i;

	sql_name(s, &views[view].from);
	if (joined)
		sql_name(s, &views[view].join);
	sql_name(s, joined ? &views[view].joined_where : &views[view].where);
	if (q->nexperiments > 0)
		sql_args_i64(s, q->experiment_ids, q->nexperiments);
	else
		sql_lit(s, "(NULL)");
	add_range(s, q);
	for (i = 0; i < q->nfilters; i++)
		add_filter(s, &q->filters[i]);
	for (i = 0; i < q->ndimensions; i++) {
		sql_lit(s, " AND ");
		sql_name(s, &columns[q->dimensions[i]]);
		sql_lit(s, " IS NOT NULL");
	}
	sql_lit(s, " AND ");
	sql_name(s, &q->metric->value);
	sql_lit(s, " IS NOT NULL");
}

/*
 * The columns of the group, each with a comma behind it, and their types.  A bucket begins
 * at or before its times, before the epoch too.
 */
static char *
add_group(struct sql *s, const struct metric_query *q, char *types)
{
	const struct sql_name *time = &views[q->metric->view].bucket_ms;
	size_t i;

	if (q->interval_ms > 0) {
		sql_name(s, time);
		sql_lit(s, " - MOD(MOD(");
		sql_name(s, time);
		sql_lit(s, ", ");
		sql_arg(s, db_i64(q->interval_ms));
		sql_lit(s, ") + ");
		sql_arg(s, db_i64(q->interval_ms));
		sql_lit(s, ", ");
		sql_arg(s, db_i64(q->interval_ms));
		sql_lit(s, "), ");
		*types++ = 'i';
	}
	for (i = 0; i < q->ndimensions; i++) {
		sql_name(s, &columns[q->dimensions[i]]);
		sql_lit(s, ", ");
		*types++ = 's';
	}
	return types;
}

/* What add_group selected, into the point; the row behind it. */
static const struct db_val *
take_group(const struct metric_query *q, const struct db_val *row, struct metric_point *p)
{
	size_t i;

	if (q->interval_ms > 0)
		p->bucket_ms = (row++)->i64;
	for (i = 0; i < q->ndimensions; i++)
		p->dimensions[i] = (row++)->str;
	return row;
}

static size_t
count_columns(const struct metric_query *q)
{
	return (q->interval_ms > 0) + q->ndimensions;
}

/*
 * "1, 2" behind " GROUP BY ": numbers, for with arguments in them no two expressions are
 * the same.
 */
static void
add_numbered(struct sql *s, const struct sql_name *before, size_t n)
{
	static const struct sql_name numbers[METRIC_DIMENSIONS_MAX + 1] = {
		{ "1" }, { ", 2" }, { ", 3" }, { ", 4" }, { ", 5" }, { ", 6" }
	};
	size_t i;

	if (n > 0)
		sql_name(s, before);
	for (i = 0; i < n; i++)
		sql_name(s, &numbers[i]);
}

static void
build_groups(struct sql *s, const struct metric_query *q, char *types)
{
	static const struct sql_name group_by = { " GROUP BY " }, order_by = { " ORDER BY " };
	int i;

	sql_lit(s, "SELECT ");
	types = add_group(s, q, types);
	for (i = 0; i < METRIC_AGGREGATE__MAX; i++) {
		if ((q->aggregates >> i & 1) == 0)
			continue;
		sql_name(s, &functions[i]);
		if (q->metric->counts_values)
			sql_lit(s, "DISTINCT ");
		sql_name(s, &q->metric->value);
		sql_lit(s, "), ");
		*types++ = 'd';
	}
	sql_lit(s, "COUNT(*)");
	*types = 'i';
	add_rows(s, q);
	add_numbered(s, &group_by, count_columns(q));
	add_numbered(s, &order_by, count_columns(q));
	sql_lit(s, " LIMIT ");
	sql_arg(s, db_i64(q->max_results));
}

static void
take_point(struct work *work, const struct metric_query *q, const struct db_val *row,
    struct metric_points *points)
{
	struct metric_point *p;
	int i;

	points->items = arena_grow(work->mem, points->items, points->n, sizeof(*p));
	p = &points->items[points->n++];
	*p = (struct metric_point){ .bucket_ms = 0 };
	row = take_group(q, row, p);
	for (i = 0; i < METRIC_AGGREGATE__MAX; i++)
		if (q->aggregates >> i & 1)
			p->values[i] = *row++;
	p->count = row->i64;
	if (p->count > 0 && q->npercentiles > 0)
		p->percentiles = arena_array(work->mem, q->npercentiles,
		    sizeof(*p->percentiles));
}

static int
read_groups(struct work *work, const struct metric_query *q, struct metric_points *points)
{
	struct db_val row[METRIC_DIMENSIONS_MAX + METRIC_AGGREGATE__MAX + 2];
	char types[sizeof(row) / sizeof(row[0]) + 1] = "";
	struct db_result *r;
	struct sql s;
	int rc = -1;

	sql_init(&s, work, "trace_metric.groups");
	build_groups(&s, q, types);
	r = db_query_sql(work, &s, types);
	while (r != NULL && (rc = db_next(r, row)) == 1)
		take_point(work, q, row, points);
	db_close(r);
	sql_fini(&s);
	return rc;
}

/* A point and how far its percentiles are. */
struct group {
	const struct metric_point	*point;
	struct percentile		 percentile;
};

static int
compare_groups(const void *a, const void *b)
{
	const struct metric_point *p = ((const struct group *)a)->point;
	const struct metric_point *q = ((const struct group *)b)->point;
	int i, order = (p->bucket_ms > q->bucket_ms) - (p->bucket_ms < q->bucket_ms);

	for (i = 0; i < METRIC_DIMENSIONS_MAX && order == 0; i++)
		order = str_cmp(p->dimensions[i], q->dimensions[i]);
	return order;
}

/* By key: the database compares no more than the first bytes of long texts in order. */
static struct group *
make_groups(struct work *work, const struct metric_query *q, const struct metric_points *points)
{
	struct group *groups = arena_array(work->mem, points->n, sizeof(*groups));
	size_t i;

	for (i = 0; i < points->n; i++)
		groups[i] = (struct group){ &points->items[i], {
		    .wanted = q->percentiles, .nwanted = q->npercentiles,
		    .count = points->items[i].count, .values = points->items[i].percentiles } };
	qsort(groups, points->n, sizeof(*groups), compare_groups);
	return groups;
}

static void
build_values(struct sql *s, const struct metric_query *q, char *types)
{
	sql_lit(s, "SELECT ");
	types = add_group(s, q, types);
	sql_name(s, &q->metric->value);
	*types = 'd';
	add_rows(s, q);
	sql_lit(s, " ORDER BY ");
	sql_name(s, &q->metric->value);
}

/* Values in order, of all groups mixed: each is handed to its own and forgotten. */
static int
read_values(struct work *work, const struct metric_query *q, struct group *groups, size_t n)
{
	struct db_val row[METRIC_DIMENSIONS_MAX + 2];
	char types[sizeof(row) / sizeof(row[0]) + 1] = "";
	struct metric_point p = { .bucket_ms = 0 };
	struct group key = { .point = &p }, *group;
	struct arena_mark mark;
	struct db_result *r;
	struct sql s;
	int rc = -1;

	sql_init(&s, work, "trace_metric.values");
	build_values(&s, q, types);
	r = db_stream_sql(work, &s, types);
	mark = arena_mark(work->mem);
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		double value = take_group(q, row, &p)->dbl;

		group = bsearch(&key, groups, n, sizeof(*groups), compare_groups);
		if (group != NULL)
			percentile_take(&group->percentile, value);
		arena_release(work->mem, mark);
	}
	db_close(r);
	sql_fini(&s);
	return rc;
}

int
store_trace_metric(struct work *work, const struct metric_query *q,
    struct metric_points *points)
{
	struct group *groups;
	size_t i;

	*points = (struct metric_points){ NULL, 0 };
	if (read_groups(work, q, points) == -1)
		return -1;
	/* without groups nothing may still be one point */
	if (q->npercentiles == 0 || points->n == 0 || points->items[0].count == 0)
		return 0;
	groups = make_groups(work, q, points);
	if (read_values(work, q, groups, points->n) == -1)
		return -1;
	for (i = 0; i < points->n; i++)
		percentile_end(&groups[i].percentile);
	return 0;
}
