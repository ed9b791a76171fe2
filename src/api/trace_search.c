/* Traces by filter, and how two filters overlap. */
#include <math.h>

#include "api/trace_common.h"
#include "api/trace_search.h"
#include "store/trace_search.h"

/* Traces of a page: MLflow's numbers. */
#define PAGE_DEFAULT	100
#define PAGE_MAX	500

struct located_experiment {
	struct str	experiment_id;
};

struct trace_search_location {
	const struct json_object	*mlflow_experiment;
};

struct trace_search_in {
	struct list	locations;
	struct str	filter;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct trace_search_v2_in {
	struct strs	experiment_ids;
	struct str	filter;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct trace_correlation_in {
	struct strs	experiment_ids;
	struct str	filter_string1, filter_string2, base_filter;
};

static const struct field located_experiment_fields[] = {
	F_STR(located_experiment, experiment_id, 0),
	F_END
};

static const struct field trace_search_location_fields[] = {
	F_JSON(trace_search_location, mlflow_experiment, 0),
	F_END
};

static const struct field trace_search_in_fields[] = {
	F_LIST(trace_search_in, locations, REQUIRED, trace_search_location,
	    trace_search_location_fields),
	F_STR(trace_search_in, filter, 0),
	F_I64_MAX(trace_search_in, max_results, 0, PAGE_MAX),
	F_STRS(trace_search_in, order_by, 0),
	F_STR(trace_search_in, page_token, 0),
	F_END
};

static const struct field trace_search_v2_in_fields[] = {
	F_STRS(trace_search_v2_in, experiment_ids, REQUIRED),
	F_STR(trace_search_v2_in, filter, 0),
	F_I64_MAX(trace_search_v2_in, max_results, 0, PAGE_MAX),
	F_STRS(trace_search_v2_in, order_by, 0),
	F_STR(trace_search_v2_in, page_token, 0),
	F_END
};

static const struct field trace_correlation_in_fields[] = {
	F_STRS(trace_correlation_in, experiment_ids, REQUIRED),
	F_STR(trace_correlation_in, filter_string1, REQUIRED),
	F_STR(trace_correlation_in, filter_string2, REQUIRED),
	F_STR(trace_correlation_in, base_filter, 0),
	F_END
};

/* The experiments among the locations; there are none of other kinds. */
static int
take_locations(struct ctx *c, const struct list *locations, struct strs *experiments)
{
	const struct trace_search_location *items = locations->items;
	struct located_experiment e;
	size_t i;

	experiments->items = arena_array(c->mem, locations->n, sizeof(*experiments->items));
	for (i = 0; i < locations->n; i++) {
		if (items[i].mlflow_experiment == NULL)
			continue;
		if (take_part(c, "locations.mlflow_experiment", items[i].mlflow_experiment,
		    located_experiment_fields, &e) == -1)
			return -1;
		experiments->items[experiments->n++] = str_or_empty(e.experiment_id);
	}
	return 0;
}

/* The answer to a search of these experiments; `put` writes a trace. */
static int
answer_search(struct ctx *c, const struct strs *experiments, struct search_query *q,
    struct opt_i64 max_results, void (*put)(struct ctx *, const char *, const struct trace *))
{
	struct search_page page;
	struct trace *list;
	const struct str *bad;
	int64_t *ids, n, i;

	q->max_results = max_results.set ? max_results.v : PAGE_DEFAULT;
	if (check_max_results(c, q->max_results, "0") == -1)
		return -1;
	if ((bad = take_experiment_ids(c, experiments, &ids, &q->nexperiments)) != NULL)
		return fail_experiment_id(c, *bad);
	q->experiment_ids = ids;
	if (permit_search(c) == -1 || find_page(c, &trace_plan, q, &page) == -1)
		return -1;
	list = arena_array(c->mem, page.n, sizeof(*list));
	n = store_trace_list(&c->work, page.items, page.n, list);
	if (n == -1 || store_trace_fill(&c->work, list, (size_t)n) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	if (n > 0)
		json_list_begin(&c->out, "traces");
	for (i = 0; i < n; i++)
		put(c, NULL, &list[i]);
	if (n > 0)
		json_list_end(&c->out);
	put_optional(c, "next_page_token", page.next_page_token);
	json_end(&c->out);
	return 0;
}

static int
trace_search(struct ctx *c)
{
	const struct trace_search_in *in = c->in;
	struct search_query q = {
		.filter = in->filter, .order_by = in->order_by.items,
		.norder = in->order_by.n, .page_token = in->page_token,
	};
	struct strs experiments = { 0 };

	if (take_locations(c, &in->locations, &experiments) == -1)
		return -1;
	return answer_search(c, &experiments, &q, in->max_results, put_trace_info);
}

static int
trace_search_v2(struct ctx *c)
{
	const struct trace_search_v2_in *in = c->in;
	struct search_query q = {
		.filter = in->filter, .order_by = in->order_by.items,
		.norder = in->order_by.n, .page_token = in->page_token,
	};

	return answer_search(c, &in->experiment_ids, &q, in->max_results, put_trace_info_v2);
}

/*
 * How much more often two filters meet than by chance: pointwise mutual information over
 * what it can be at most, from -1 (never) to 1 (always).
 */
static double
mutual_information(double joint, double first, double second, double total)
{
	double pmi = (log(joint) + log(total)) - (log(first) + log(second));
	double npmi = pmi / -(log(joint) - log(total));

	return npmi < -1 ? -1 : npmi > 1 ? 1 : npmi;
}

static bool
is_always(const struct trace_counts *n)
{
	return n->joint == n->total && n->first == n->total && n->second == n->total;
}

static double
correlation(const struct trace_counts *n)
{
	if (n->joint == 0)
		return -1;
	return is_always(n) ? 1 : mutual_information((double)n->joint, (double)n->first,
	    (double)n->second, (double)n->total);
}

/* Of the counts with half a trace more in each of the four cells. */
static double
smoothed_correlation(const struct trace_counts *n)
{
	return is_always(n) ? 1 : mutual_information((double)n->joint + 0.5,
	    (double)n->first + 1, (double)n->second + 1, (double)n->total + 2);
}

static int
trace_correlation(struct ctx *c)
{
	const struct trace_correlation_in *in = c->in;
	struct trace_overlap o = { .filters = {
		[TRACE_FIRST] = in->filter_string1, [TRACE_SECOND] = in->filter_string2,
		[TRACE_BASE] = in->base_filter,
	} };
	struct trace_counts n;
	struct search_error error;
	const struct str *bad;
	int64_t *ids;
	int rc;

	if ((bad = take_experiment_ids(c, &in->experiment_ids, &ids, &o.nexperiments)) != NULL)
		return fail_experiment_id(c, *bad);
	o.experiment_ids = ids;
	if (permit_search(c) == -1)
		return -1;
	rc = store_trace_overlap(&c->work, &o, &n, &error);
	if (rc != 0)
		return rc == 1 ? fail_search(c, &error) : fail_db(c);
	json_begin(&c->out, NULL);
	if (n.first > 0 && n.second > 0) {
		json_put_dbl(&c->out, "npmi", correlation(&n));
		json_put_dbl(&c->out, "npmi_smoothed", smoothed_correlation(&n));
	}
	json_put_i64(&c->out, "filter1_count", n.first);
	json_put_i64(&c->out, "filter2_count", n.second);
	json_put_i64(&c->out, "joint_count", n.joint);
	json_put_i64(&c->out, "total_count", n.total);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route trace_search_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/traces/search", 0, RD, JSON,
	    IN(trace_search_in), trace_search },
	{ "GET",    AT_API,  2, "/mlflow/traces", 0, RD, QUERY,
	    IN(trace_search_v2_in), trace_search_v2 },
	{ "POST",   AT_API,  3, "/mlflow/traces/calculate-filter-correlation", 0, RD, JSON,
	    IN(trace_correlation_in), trace_correlation },
	{ .method = NULL }
};
/* clang-format on */
