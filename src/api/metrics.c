/* Metric histories: written while they are read, however long. */
#include "api/common.h"
#include "api/metrics.h"
#include "search/page.h"
#include "store/metric.h"

struct history_in {
	struct str	run_id, run_uuid;
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

/* Runs that one chart request may name. */
#define HISTORY_RUNS_MAX	100
/* Rows of a page that was asked for by token alone, and of a bulk answer. */
#define HISTORY_ROWS_MAX	25000
/* Points of a run in a chart. */
#define INTERVAL_POINTS_MAX	2500

static const struct field history_in_fields[] = {
	F_RUN_ID(history_in),
	F_STR(history_in, metric_key, REQUIRED),
	F_STR(history_in, page_token, 0),
	F_I64(history_in, max_results, 0),
	F_END
};

static const struct field history_bulk_in_fields[] = {
	F_STRS_MAX(history_bulk_in, run_id, 0, LIST_ANY),
	F_STR(history_bulk_in, metric_key, 0),
	F_I64(history_bulk_in, max_results, 0),
	F_END
};

static const struct field history_interval_in_fields[] = {
	F_STRS_MAX(history_interval_in, run_ids, REQUIRED, LIST_ANY),
	F_STR(history_interval_in, metric_key, REQUIRED),
	F_I64(history_interval_in, start_step, 0),
	F_I64(history_interval_in, end_step, 0),
	F_I64(history_interval_in, max_results, 0),
	F_END
};

/*
 * Bytes of a history before it begins to leave, instead of RESPONSE_HOLD: its one
 * statement has answered by then.
 */
#define HISTORY_HOLD		(64 * 1024)

/* What the rows of one answer share. */
struct history_out {
	struct ctx		*c;
	struct str		 key, run_id;	/* as asked for, where that is answered */
	int64_t			 limit;		/* 0: none */
	int64_t			 n;
	bool			 open;		/* the list has begun */
	bool			 more;		/* there is a row behind the page */
	struct history_cursor	 last;
};

static void
put_point(struct history_out *h, const struct metric *m, struct str key, struct str run_id)
{
	struct json_out *o = &h->c->out;

	if (!h->open)
		json_list_begin(o, "metrics");
	h->open = true;
	json_begin(o, NULL);
	json_put_str(o, "key", key);
	json_put_dbl(o, "value", m->value);
	json_put_i64(o, "timestamp", m->timestamp);
	json_put_i64(o, "step", m->step);
	if (run_id.p != NULL)
		json_put_str(o, "run_id", run_id);
	json_end(o);
}

static void
take_history(void *arg, const struct history_row *row)
{
	struct history_out *h = arg;
	const struct metric *m = &row->metric;

	if (h->limit > 0 && h->n == h->limit) {
		h->more = true;
		return;
	}
	h->n++;
	h->last = (struct history_cursor){ m->timestamp, m->step,
	    row->is_nan ? 0.0 : m->value, row->is_nan };
	put_point(h, m, m->key, (struct str){ NULL, 0 });
}

/* Values in a history's page token: a history_cursor. */
#define CURSOR_VALUES	4

static uint64_t
history_hash(struct str run_id, struct str key)
{
	return page_hash_str(page_hash_str(0, run_id), key);
}

static int
read_cursor(struct ctx *c, struct str token, uint64_t hash, struct history_cursor *cursor)
{
	struct page_value v[CURSOR_VALUES];
	struct search_error error;
	size_t n;
	int rc = page_token_read(c->mem, token, hash, v, CURSOR_VALUES, &n, &error);

	if (rc == 0 && (n != CURSOR_VALUES || v[0].type != PAGE_I64 ||
	    v[1].type != PAGE_I64 || v[2].type != PAGE_DBL || v[3].type != PAGE_I64))
		rc = page_token_fail(c->mem, &error);
	if (rc != 0)
		return fail_search(c, &error);
	*cursor = (struct history_cursor){ v[0].i64, v[1].i64, v[2].dbl, v[3].i64 != 0 };
	return 0;
}

static void
put_token(struct ctx *c, const struct history_cursor *last, uint64_t hash)
{
	struct page_value v[CURSOR_VALUES] = {
		{ .type = PAGE_I64, .i64 = last->timestamp },
		{ .type = PAGE_I64, .i64 = last->step },
		{ .type = PAGE_DBL, .dbl = last->value },
		{ .type = PAGE_I64, .i64 = last->is_nan },
	};

	json_put_str(&c->out, "next_page_token",
	    page_token_write(c->mem, hash, v, CURSOR_VALUES));
}

static void
end_answer(struct history_out *h, uint64_t hash)
{
	if (h->open)
		json_list_end(&h->c->out);
	if (h->more)
		put_token(h->c, &h->last, hash);
	json_end(&h->c->out);
}

static int
metric_get_history(struct ctx *c)
{
	const struct history_in *in = c->in;
	struct str run_id = either_run_id(in->run_id, in->run_uuid);
	uint64_t hash = history_hash(run_id, in->metric_key);
	struct history_out h = { .c = c };
	struct history_cursor after;
	bool paged = !str_empty(in->page_token);

	if (in->max_results.set && in->max_results.v <= 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %lld for parameter "
		    "'max_results' supplied. It must be a positive integer.",
		    (long long)in->max_results.v);
	if ((paged && read_cursor(c, in->page_token, hash, &after) == -1) ||
	    permit(c, READ, RUN, .id = run_id) == -1)
		return -1;
	h.limit = in->max_results.set ? in->max_results.v : paged ? HISTORY_ROWS_MAX : 0;
	c->out.flush_at = HISTORY_HOLD;
	json_begin(&c->out, NULL);
	if (store_history_read(&c->work, run_id, in->metric_key, paged ? &after : NULL,
	    h.limit > 0 && h.limit < INT64_MAX ? h.limit + 1 : h.limit, take_history, &h) == -1)
		return fail_db(c);
	end_answer(&h, hash);
	return 0;
}

static int
permit_runs(struct ctx *c, const struct strs *run_ids)
{
	size_t i;

	/* of no run there is nothing to see */
	if (run_ids->n == 0)
		return permit_search(c);
	for (i = 0; i < run_ids->n; i++)
		if (permit(c, READ, RUN, .id = run_ids->items[i]) == -1)
			return -1;
	return 0;
}

static void
take_bulk(void *arg, const struct history_row *row)
{
	put_point(arg, &row->metric, row->metric.key, row->run_id);
}

static int
metric_get_history_bulk(struct ctx *c)
{
	const struct history_bulk_in *in = c->in;
	int64_t limit = in->max_results.set ? in->max_results.v : HISTORY_ROWS_MAX;
	struct history_out h = { .c = c, .open = true };

	if (in->run_id.n == 0)
		return fail(c, INVALID_PARAMETER_VALUE, "GetMetricHistoryBulk request must "
		    "specify at least one run_id.");
	if (in->run_id.n > HISTORY_RUNS_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "GetMetricHistoryBulk request cannot "
		    "specify more than %d run_ids. Received %zu run_ids.", HISTORY_RUNS_MAX,
		    in->run_id.n);
	if (in->metric_key.p == NULL)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "GetMetricHistoryBulk request must specify a metric_key.");
	if (check_not_negative(c, BAD_REQUEST, in->max_results) == -1)
		return -1;
	if (permit_runs(c, &in->run_id) == -1)
		return -1;
	if (limit > HISTORY_ROWS_MAX)
		limit = HISTORY_ROWS_MAX;
	c->out.bare_nan = true;
	c->out.flush_at = HISTORY_HOLD;
	json_begin(&c->out, NULL);
	json_list_begin(&c->out, "metrics");
	if (store_history_read_bulk(&c->work, in->run_id.items, in->run_id.n,
	    in->metric_key, limit, take_bulk, &h) == -1)
		return fail_db(c);
	json_list_end(&c->out);
	json_end(&c->out);
	return 0;
}

/* Chart points carry the names as they were asked for. */
static void
take_interval(void *arg, const struct history_row *row)
{
	struct history_out *h = arg;

	put_point(h, &row->metric, h->key, h->run_id);
}

static int
check_interval(struct ctx *c, const struct history_interval_in *in)
{
	if (in->run_ids.n > HISTORY_RUNS_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "GetMetricHistoryBulkInterval request "
		    "must specify at most %d run_ids. Received %zu run_ids." DOCS,
		    HISTORY_RUNS_MAX, in->run_ids.n);
	if (in->max_results.set &&
	    (in->max_results.v < 1 || in->max_results.v > INTERVAL_POINTS_MAX))
		return fail(c, INVALID_PARAMETER_VALUE, "max_results must be between 1 and %d."
		    DOCS, INTERVAL_POINTS_MAX);
	if (in->start_step.set != in->end_step.set)
		return fail(c, INVALID_PARAMETER_VALUE, "If either start step or end step are "
		    "specified, both must be specified.");
	if (in->start_step.set && in->start_step.v > in->end_step.v)
		return fail(c, INVALID_PARAMETER_VALUE, "end_step must be greater than "
		    "start_step. Found start_step=%lld and end_step=%lld.",
		    (long long)in->start_step.v, (long long)in->end_step.v);
	return 0;
}

static int
metric_get_history_bulk_interval(struct ctx *c)
{
	const struct history_interval_in *in = c->in;
	struct step_window window = { in->start_step.set, in->start_step.v, in->end_step.v };
	int64_t most = in->max_results.set ? in->max_results.v : INTERVAL_POINTS_MAX;
	struct history_out h = { .c = c, .key = in->metric_key };
	size_t i;

	if (check_interval(c, in) == -1 || permit_runs(c, &in->run_ids) == -1)
		return -1;
	json_begin(&c->out, NULL);
	for (i = 0; i < in->run_ids.n && !c->out.closed; i++) {
		h.run_id = in->run_ids.items[i];
		if (store_history_sample(&c->work, h.run_id, h.key, &window, most,
		    take_interval, &h) == -1)
			return fail_db(c);
	}
	end_answer(&h, 0);
	return 0;
}

/* clang-format off */
const struct route metric_routes[] = {
	{ "GET",    AT_API,  2, "/mlflow/metrics/get-history", 0, RD, QUERY,
	    IN(history_in), metric_get_history },
	{ "GET",    AT_AJAX, 2, "/mlflow/metrics/get-history-bulk", 0, RD, QUERY,
	    IN(history_bulk_in), metric_get_history_bulk },
	{ "GET",    AT_API,  2, "/mlflow/metrics/get-history-bulk-interval", 0, RD, QUERY,
	    IN(history_interval_in), metric_get_history_bulk_interval },
	{ .method = NULL }
};
/* clang-format on */
