/* Numbers of traces, for the overview pages of the web UI. */
#include <stdlib.h>

#include "api/common.h"
#include "api/trace_metrics.h"
#include "base/repr.h"
#include "base/time.h"
#include "json/write.h"
#include "store/trace_metric.h"

/* Points of an answer when max_results is not given: MLflow's number. */
#define POINTS_DEFAULT		1000
/*
 * Of one request.  The UI asks for three aggregations and one filter; each percentile is
 * a number more of each point, each filter a look into another table for each row.
 */
#define AGGREGATIONS_MAX	100
#define FILTERS_MAX		100
/* The same dimension twice is one; no metric has more than a few. */
#define DIMENSIONS_MAX		100

static const struct enum_name views[] = {
	{ "TRACES", 1 },
	{ "SPANS", 2 },
	{ "ASSESSMENTS", 3 },
	{ NULL, 0 }
};

/* MLflow's numbers, and ours. */
static const struct enum_name aggregation_types[] = {
	{ "COUNT", 1 },
	{ "SUM", 2 },
	{ "AVG", 3 },
	{ "PERCENTILE", 4 },
	{ "MIN", 5 },
	{ "MAX", 6 },
	{ NULL, 0 }
};

static const enum metric_aggregate aggregates[] = {
	[1] = METRIC_COUNT,
	[2] = METRIC_SUM,
	[3] = METRIC_AVG,
	[4] = METRIC_PERCENTILE,
	[5] = METRIC_MIN,
	[6] = METRIC_MAX,
};

struct aggregation_in {
	struct opt_enum	aggregation_type;
	struct opt_dbl	percentile_value;
};

struct trace_metrics_in {
	struct strs	experiment_ids;
	struct opt_enum	view_type;
	struct str	metric_name;
	struct list	aggregations;
	struct strs	dimensions, filters;
	struct opt_i64	time_interval_seconds, start_time_ms, end_time_ms, max_results;
	struct str	page_token;
};

static const struct field aggregation_in_fields[] = {
	F_ENUM(aggregation_in, aggregation_type, REQUIRED, aggregation_types),
	F_DBL(aggregation_in, percentile_value, 0),
	F_END
};

static const struct field trace_metrics_in_fields[] = {
	F_STRS(trace_metrics_in, experiment_ids, REQUIRED),
	F_ENUM(trace_metrics_in, view_type, REQUIRED, views),
	F_STR(trace_metrics_in, metric_name, REQUIRED),
	F_LIST(trace_metrics_in, aggregations, REQUIRED, aggregation_in, aggregation_in_fields),
	F_STRS(trace_metrics_in, dimensions, 0),
	F_STRS(trace_metrics_in, filters, 0),
	F_I64(trace_metrics_in, time_interval_seconds, 0),
	F_I64(trace_metrics_in, start_time_ms, 0),
	F_I64(trace_metrics_in, end_time_ms, 0),
	F_I64_MAX(trace_metrics_in, max_results, 0, INT32_MAX),
	F_STR(trace_metrics_in, page_token, 0),
	F_END
};

static int
check_many(struct ctx *c, const char *what, size_t n, size_t most)
{
	if (n <= most)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Invalid value for parameter '%s' supplied: it "
	    "has %zu items. At most %zu are taken.", what, n, most);
}

/* A growing Python list of texts. */
static void
add_item(struct buf *list, struct str item)
{
	buf_puts(list, list->len == 0 ? "[" : ", ");
	repr_add(list, item);
}

/* The end of it; what it held is in the request's memory then. */
static const char *
end_list(struct ctx *c, struct buf *list)
{
	struct str text;

	buf_puts(list, list->len == 0 ? "[]" : "]");
	text = arena_str(c->mem, buf_str(list));
	buf_fini(list);
	return text.p;
}

/* Those names of a table that `mask` has, as a Python list. */
static const char *
list_names(struct ctx *c, const char *const *names, int n, unsigned mask)
{
	struct buf list = { 0 };
	int i;

	for (i = 0; i < n; i++)
		if (mask >> i & 1)
			add_item(&list, str_of(names[i]));
	return end_list(c, &list);
}

/* What percentiles are asked for: numbers, and only by aggregations of that kind. */
static int
check_percentiles(struct ctx *c, const struct list *aggregations)
{
	const struct aggregation_in *a = aggregations->items;
	size_t i;

	for (i = 0; i < aggregations->n; i++) {
		bool wanted = aggregates[a[i].aggregation_type.v] == METRIC_PERCENTILE;
		double p = a[i].percentile_value.v;

		if (wanted && !(a[i].percentile_value.set && p >= 0 && p <= 100))
			return fail(c, INVALID_PARAMETER_VALUE, "Invalid value for parameter "
			    "'aggregations[%zu].percentile_value' supplied: a PERCENTILE needs "
			    "a number from 0 to 100.", i);
		if (!wanted && a[i].percentile_value.set)
			return fail(c, INVALID_PARAMETER_VALUE, "Invalid value for parameter "
			    "'aggregations[%zu].percentile_value' supplied: only a PERCENTILE "
			    "takes one.", i);
	}
	return 0;
}

static int
take_metric(struct ctx *c, const struct trace_metrics_in *in, struct metric_query *q)
{
	/* views count from 1 over the wire */
	enum metric_view view = (enum metric_view)(in->view_type.v - 1);
	struct buf names = { 0 };
	const struct trace_metric *m;

	for (m = trace_metrics; m->name != NULL; m++) {
		if (m->view != view)
			continue;
		if (str_is(in->metric_name, m->name)) {
			q->metric = m;
			buf_fini(&names);
			return 0;
		}
		add_item(&names, str_of(m->name));
	}
	return fail_quoting(c, INVALID_PARAMETER_VALUE, arena_printf(c->mem,
	    "metric_name must be one of %s, got '", end_list(c, &names)).p, in->metric_name, "'");
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The percentiles of a list, ascending, each once. */
static void
take_percentiles(struct ctx *c, const struct list *aggregations, struct metric_query *q)
{
	const struct aggregation_in *a = aggregations->items;
	double *to = arena_array(c->mem, aggregations->n + 1, sizeof(*to));
	size_t i, n = 0;

	for (i = 0; i < aggregations->n; i++)
		if (a[i].percentile_value.set)
			to[n++] = a[i].percentile_value.v + 0.0;	/* -0 is 0 */
	qsort(to, n, sizeof(*to), compare_numbers);
	for (i = 0; i < n; i++)
		if (i == 0 || to[i] > to[q->npercentiles - 1])
			to[q->npercentiles++] = to[i];
	q->percentiles = to;
}

static int
take_aggregations(struct ctx *c, const struct list *aggregations, struct metric_query *q)
{
	const struct aggregation_in *a = aggregations->items;
	unsigned refused;
	size_t i;

	for (i = 0; i < aggregations->n; i++)
		q->aggregates |= 1u << aggregates[a[i].aggregation_type.v];
	refused = q->aggregates & ~q->metric->aggregates;
	if (refused != 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Found invalid aggregation_type(s): %s. "
		    "Supported aggregation types: %s",
		    list_names(c, metric_aggregate_names, METRIC_AGGREGATE__MAX, refused),
		    list_names(c, metric_aggregate_names, METRIC_AGGREGATE__MAX,
		    q->metric->aggregates));
	take_percentiles(c, aggregations, q);
	q->aggregates &= ~(1u << METRIC_PERCENTILE);
	return 0;
}

static int
compare_texts(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Which of the metric's dimensions it is; -1: none. */
static int
find_dimension(const struct trace_metric *m, struct str name)
{
	int i;

	for (i = 0; i < METRIC_DIMENSION__MAX; i++)
		if ((m->dimensions >> i & 1) && str_is(name, metric_dimension_names[i]))
			return i;
	return -1;
}

static int
fail_dimensions(struct ctx *c, const struct strs *names, const struct metric_query *q)
{
	struct str *sorted = arena_array(c->mem, names->n, sizeof(*sorted));
	struct buf list = { 0 };
	size_t i, n = 0;

	for (i = 0; i < names->n; i++)
		if (find_dimension(q->metric, names->items[i]) == -1)
			sorted[n++] = names->items[i];
	qsort(sorted, n, sizeof(*sorted), compare_texts);
	for (i = 0; i < n; i++)
		if (i == 0 || !str_eq(sorted[i], sorted[i - 1]))
			add_item(&list, sorted[i]);
	return fail(c, INVALID_PARAMETER_VALUE, "Found invalid dimension(s): %s. Supported "
	    "dimensions: %s", end_list(c, &list), list_names(c, metric_dimension_names,
	    METRIC_DIMENSION__MAX, q->metric->dimensions));
}

static int
take_dimensions(struct ctx *c, const struct strs *names, struct metric_query *q)
{
	unsigned taken = 0;
	size_t i;

	for (i = 0; i < names->n; i++) {
		int dimension = find_dimension(q->metric, names->items[i]);

		if (dimension == -1)
			return fail_dimensions(c, names, q);
		if ((taken >> dimension & 1) == 0)
			q->dimensions[q->ndimensions++] = dimension;
		taken |= 1u << dimension;
	}
	return 0;
}

static int
take_times(struct ctx *c, const struct trace_metrics_in *in, struct metric_query *q)
{
	int64_t seconds = in->time_interval_seconds.v;

	if (seconds != 0 && !(in->start_time_ms.set && in->end_time_ms.set))
		return fail(c, INVALID_PARAMETER_VALUE, "start_time_ms and end_time_ms are "
		    "required if time_interval_seconds is set");
	if (seconds < 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %lld for parameter "
		    "'time_interval_seconds' supplied. It must not be negative.",
		    (long long)seconds);
	q->interval_ms = seconds > METRIC_INTERVAL_MAX / 1000 ? METRIC_INTERVAL_MAX :
	    seconds * 1000;
	q->start_ms = in->start_time_ms.set ? in->start_time_ms.v : INT64_MIN;
	q->end_ms = in->end_time_ms.set ? in->end_time_ms.v : INT64_MAX;
	return 0;
}

static int
take_experiments(struct ctx *c, const struct strs *texts, struct metric_query *q)
{
	int64_t *ids;
	const struct str *bad = take_experiment_ids(c, texts, &ids, &q->nexperiments);

	q->experiment_ids = ids;
	return bad != NULL ? fail_experiment_id(c, *bad) : 0;
}

static int
take_filters(struct ctx *c, const struct strs *texts, struct metric_query *q)
{
	struct metric_filter *to = arena_array(c->mem, texts->n + 1, sizeof(*to));
	struct search_error err;
	size_t i;

	for (i = 0; i < texts->n; i++)
		if (metric_filter_parse(c->mem, q->metric->view, texts->items[i], &to[i],
		    &err) != 0)
			return fail_search(c, &err);
	q->filters = to;
	q->nfilters = texts->n;
	return 0;
}

static int
take_limit(struct ctx *c, struct opt_i64 max_results, struct metric_query *q)
{
	q->max_results = max_results.set ? max_results.v : POINTS_DEFAULT;
	if (q->max_results >= 0)
		return 0;
	return fail(c, BAD_REQUEST, "Invalid value %lld for parameter 'max_results' supplied. "
	    "It must not be negative.", (long long)q->max_results);
}

static bool
has_groups(const struct metric_query *q)
{
	return q->interval_ms > 0 || q->ndimensions > 0;
}

/* In MLflow's order of checks. */
static int
take_query(struct ctx *c, const struct trace_metrics_in *in, struct metric_query *q)
{
	if (check_many(c, "aggregations", in->aggregations.n, AGGREGATIONS_MAX) == -1 ||
	    check_many(c, "dimensions", in->dimensions.n, DIMENSIONS_MAX) == -1 ||
	    check_many(c, "filters", in->filters.n, FILTERS_MAX) == -1 ||
	    check_percentiles(c, &in->aggregations) == -1 ||
	    take_metric(c, in, q) == -1 ||
	    take_aggregations(c, &in->aggregations, q) == -1 ||
	    take_dimensions(c, &in->dimensions, q) == -1 ||
	    take_times(c, in, q) == -1 ||
	    take_experiments(c, &in->experiment_ids, q) == -1 ||
	    take_filters(c, &in->filters, q) == -1 ||
	    take_limit(c, in->max_results, q) == -1)
		return -1;
	if (in->aggregations.n == 0 && !has_groups(q))
		return fail(c, BAD_REQUEST, "Query contains no columns with which to SELECT from.");
	return 0;
}

/* "2023-11-14T22:00:00+00:00"; buckets begin at whole seconds. */
static struct str
bucket_text(struct arena *mem, int64_t ms)
{
	struct str utc = time_text(mem, ms);

	return arena_printf(mem, "%.*s+00:00", (int)utc.len - 1, utc.p);
}

static void
put_dimensions(struct ctx *c, const struct metric_query *q, const struct metric_point *p)
{
	size_t i;

	if (!has_groups(q))
		return;
	json_begin(&c->out, "dimensions");
	if (q->interval_ms > 0)
		json_put_str(&c->out, "time_bucket", bucket_text(c->mem, p->bucket_ms));
	for (i = 0; i < q->ndimensions; i++)
		json_put_str(&c->out, metric_dimension_names[q->dimensions[i]], p->dimensions[i]);
	json_end(&c->out);
}

static void
put_values(struct ctx *c, const struct metric_query *q, const struct metric_point *p)
{
	size_t i;

	json_begin(&c->out, "values");
	for (i = 0; i < METRIC_AGGREGATE__MAX; i++)
		if (p->values[i].type != DB_NULL)
			json_put_dbl(&c->out, metric_aggregate_names[i], p->values[i].dbl);
	for (i = 0; p->percentiles != NULL && i < q->npercentiles; i++)
		json_put_dbl(&c->out, arena_printf(c->mem, "P%s",
		    search_show_double(c->mem, q->percentiles[i]).p).p, p->percentiles[i]);
	json_end(&c->out);
}

/*
 * A point without numbers is none: groups of something have all or, when nothing is asked
 * for, none; without groups there is one row, which may be of nothing but a count.
 */
static bool
are_shown(const struct metric_query *q, const struct metric_points *points)
{
	const struct metric_point *first = points->items;

	if (points->n == 0 || (q->aggregates == 0 && q->npercentiles == 0))
		return false;
	return first->count > 0 || first->values[METRIC_COUNT].type != DB_NULL;
}

static void
put_points(struct ctx *c, const struct metric_query *q, const struct metric_points *points)
{
	struct arena_mark mark = arena_mark(c->mem);
	size_t i;

	json_list_begin(&c->out, "data_points");
	for (i = 0; i < points->n; i++) {
		json_begin(&c->out, NULL);
		json_put_str(&c->out, "metric_name", str_of(q->metric->name));
		put_dimensions(c, q, &points->items[i]);
		put_values(c, q, &points->items[i]);
		json_end(&c->out);
		arena_release(c->mem, mark);
	}
	json_list_end(&c->out);
}

static int
trace_metrics_query(struct ctx *c)
{
	struct metric_query q = { .metric = NULL };
	struct metric_points points;

	if (take_query(c, c->in, &q) == -1 || permit_search(c) == -1)
		return -1;
	if (store_trace_metric(&c->work, &q, &points) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	if (are_shown(&q, &points))
		put_points(c, &q, &points);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route trace_metric_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/traces/metrics", 0, RD, JSON,
	    IN(trace_metrics_in), trace_metrics_query },
	{ .method = NULL }
};
/* clang-format on */
