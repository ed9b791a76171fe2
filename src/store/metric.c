/*
 * Metrics.
 *
 * Rows are written in key order: writers on one run then lock in one order and
 * do not deadlock.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "store/metric.h"
#include "store/sql.h"

/* A point as the tables hold it. */
static double
stored_value(double v)
{
	if (isnan(v))
		return 0.0;
	if (isinf(v))
		return v > 0 ? DBL_MAX : -DBL_MAX;
	return v == 0.0 ? 0.0 : v;
}

static int
compare_numbers(const struct metric_point *x, const struct metric_point *y)
{
	double a = stored_value(x->value), b = stored_value(y->value);

	if (x->timestamp != y->timestamp)
		return x->timestamp < y->timestamp ? -1 : 1;
	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return (a > b) - (a < b);
}

static int
by_key(const void *a, const void *b)
{
	const struct metric_point *x = a, *y = b;
	int order = str_cmp(x->key, y->key);

	return order != 0 ? order : compare_numbers(x, y);
}

/* Columns of `metrics` and of `latest_metrics`. */
#define METRIC_COLUMNS	6
/* Of `logged_model_metrics`. */
#define MODEL_METRIC_COLUMNS	9

static void
to_row(struct db_val *v, const struct run_state *run, const struct metric_point *p)
{
	v[0] = db_str(p->key);
	v[1] = db_dbl(stored_value(p->value));
	v[2] = db_i64(p->timestamp);
	v[3] = db_i64(p->step);
	v[4] = db_str(run->run_id);
	v[5] = db_i64(isnan(p->value));
}

/* Is q newer than p?  Step, then time, then stored value decide. */
static bool
is_newer(const struct metric_point *q, const struct metric_point *p)
{
	if (q->step != p->step)
		return q->step > p->step;
	if (q->timestamp != p->timestamp)
		return q->timestamp > p->timestamp;
	return stored_value(q->value) > stored_value(p->value);
}

static void *
allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		abort();
	return p;
}

/* The newest of each key, one row a key; `points` are sorted by key. */
static int
write_latest(struct work *work, const struct run_state *run,
    const struct metric_point *points, size_t n)
{
	struct db_val *values = allocate(n * METRIC_COLUMNS, sizeof(*values));
	const struct metric_point *best = points;
	size_t i, rows = 0;
	int64_t rc;

	for (i = 1; i <= n; i++) {
		if (i < n && str_eq(points[i].key, best->key)) {
			if (is_newer(&points[i], best))
				best = &points[i];
			continue;
		}
		to_row(values + rows++ * METRIC_COLUMNS, run, best);
		best = &points[i < n ? i : 0];
	}
	rc = db_exec_rows(work, STMT_LATEST_METRIC_UPSERT, values, rows);
	free(values);
	return rc == -1 ? -1 : 0;
}

static int
write_points(struct work *work, const struct run_state *run,
    const struct metric_point *points, size_t n)
{
	struct db_val *values = allocate(n * METRIC_COLUMNS, sizeof(*values));
	int64_t rc;
	size_t i;

	for (i = 0; i < n; i++)
		to_row(values + i * METRIC_COLUMNS, run, &points[i]);
	rc = db_exec_rows(work, STMT_METRIC_INSERT, values, n);
	free(values);
	return rc == -1 ? -1 : 0;
}

static void
to_model_row(struct db_val *v, const struct run_state *run, const struct metric_point *p)
{
	v[0] = db_str(p->model_id);
	v[1] = db_str(p->key);
	v[2] = db_i64(p->timestamp);
	v[3] = db_i64(p->step);
	v[4] = db_dbl(stored_value(p->value));
	v[5] = db_i64(run->experiment_id);
	v[6] = db_str(run->run_id);
	v[7] = db_str(p->dataset_name);
	v[8] = db_str(p->dataset_digest);
}

/* The points of logged models.  A row that changes counts twice. */
static int
write_model_points(struct work *work, const struct run_state *run,
    const struct metric_point *points, size_t n)
{
	struct db_val *values;
	size_t i, rows = 0;
	int64_t count;

	for (i = 0; i < n; i++)
		rows += !str_empty(points[i].model_id);
	if (rows == 0)
		return 0;
	values = allocate(rows * MODEL_METRIC_COLUMNS, sizeof(*values));
	for (i = rows = 0; i < n; i++)
		if (!str_empty(points[i].model_id))
			to_model_row(values + rows++ * MODEL_METRIC_COLUMNS, run, &points[i]);
	count = db_exec_rows(work, STMT_MODEL_METRIC_INSERT, values, rows);
	free(values);
	if (count == -1)
		return -1;
	return (size_t)count > rows;
}

static int
write_one(struct work *work, const struct run_state *run, const struct metric_point *p)
{
	struct db_val v[METRIC_COLUMNS];

	to_row(v, run, p);
	if (db_exec_values(work, STMT_METRIC_INSERT, v, METRIC_COLUMNS) == -1 ||
	    db_exec_values(work, STMT_LATEST_METRIC_UPSERT, v, METRIC_COLUMNS) == -1)
		return -1;
	return 0;
}

int
store_metric_log_active(struct work *work, struct str run_id, const struct metric_point *p)
{
	const struct db_val v[] = { db_str(p->key), db_dbl(stored_value(p->value)),
	    db_i64(p->timestamp), db_i64(p->step), db_i64(isnan(p->value)), db_str(run_id) };
	const size_t n = sizeof(v) / sizeof(v[0]);
	int64_t rows = db_exec_values(work, STMT_METRIC_INSERT_ACTIVE, v, n);

	if (rows > 0)
		rows = db_exec_values(work, STMT_LATEST_METRIC_UPSERT_ACTIVE, v, n);
	return rows == -1 ? -1 : rows > 0;
}

int
store_metrics_log(struct work *work, const struct run_state *run,
    struct metric_point *points, size_t n)
{
	if (n == 0)
		return 0;
	if (n == 1) {
		if (write_one(work, run, points) == -1)
			return -1;
	} else {
		qsort(points, n, sizeof(*points), by_key);
		if (write_points(work, run, points, n) == -1 ||
		    write_latest(work, run, points, n) == -1)
			return -1;
	}
	return write_model_points(work, run, points, n);
}

/* The names of latest metrics that the database takes for the points' names. */
static int
read_names(struct work *work, struct str run_id,
    const struct metric_point *points, size_t n, struct kvs *out)
{
	struct db_result *r;
	struct db_val row[1];
	struct sql q;
	size_t i;
	int rc = -1;

	sql_init(&q, work, "metric.read_names");
	sql_lit(&q, "SELECT `key` FROM latest_metrics WHERE run_uuid = ");
	sql_arg(&q, db_str(run_id));
	for (i = 0; i < n; i++) {
		sql_add_literal(&q, i == 0 ? " AND `key` IN (" : ", ");
		sql_arg(&q, db_str(points[i].key));
	}
	sql_lit(&q, ")");
	r = db_query_sql(work, &q, "s");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		kvs_add(work->mem, out, row[0].str, STR(""));
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_metrics_clash(struct work *work, struct str run_id,
    const struct metric_point *points, size_t n, struct str *key, struct str *other)
{
	struct kvs names = { NULL, 0 };
	struct db_val row[1];
	size_t i;
	int rc;

	if (read_names(work, run_id, points, n, &names) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (kvs_find(&names, points[i].key) != NULL)
			continue;
		*key = points[i].key;
		rc = db_get(work, STMT_LATEST_METRIC_SPELLING, row, db_str(run_id),
		    db_str(*key));
		if (rc == 1)
			*other = row[0].str;
		return rc;
	}
	return 0;
}

/* Hand the rows of a statement on: run, key, value, timestamp, step, is_nan. */
static int
read_history(struct work *work, struct sql *q, history_take *take, void *arg)
{
	struct db_result *r = db_stream_sql(work, q, "ssdiii");
	struct arena_mark mark = arena_mark(work->mem);
	struct db_val row[6];
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1) {
		bool is_nan = row[5].i64 != 0;
		struct history_row h = {
			.run_id = row[0].str, .is_nan = is_nan,
			.metric = { row[1].str, is_nan ? (double)NAN : row[2].dbl,
			    row[3].i64, row[4].i64 },
		};

		take(arg, &h);
		arena_release(work->mem, mark);
	}
	db_close(r);
	sql_fini(q);
	return rc;
}

#define HISTORY	"`key`, value, timestamp, step, is_nan FROM metrics WHERE "

int
store_history_read(struct work *work, struct str run_id, struct str key,
    const struct history_cursor *after, int64_t limit, history_take *take, void *arg)
{
	struct sql q;

	sql_init(&q, work, "metric.history_read");
	sql_lit(&q, "SELECT NULL, " HISTORY "run_uuid = ");
	sql_arg(&q, db_str(run_id));
	sql_lit(&q, " AND `key` = ");
	sql_arg(&q, db_str(key));
	if (after != NULL) {
		sql_lit(&q, " AND (timestamp, step, value, is_nan) > (");
		sql_arg(&q, db_i64(after->timestamp));
		sql_lit(&q, ", ");
		sql_arg(&q, db_i64(after->step));
		sql_lit(&q, ", ");
		sql_arg(&q, db_dbl(after->value));
		sql_lit(&q, ", ");
		sql_arg(&q, db_i64(after->is_nan));
		sql_lit(&q, ")");
	}
	sql_lit(&q, " ORDER BY timestamp, step, value, is_nan");
	if (limit > 0) {
		sql_lit(&q, " LIMIT ");
		sql_arg(&q, db_i64(limit));
	}
	return read_history(work, &q, take, arg);
}

int
store_history_read_bulk(struct work *work, const struct str *run_ids,
    size_t nruns, struct str key, int64_t limit, history_take *take, void *arg)
{
	struct sql q;

	sql_init(&q, work, "metric.history_read_bulk");
	sql_lit(&q, "SELECT run_uuid, " HISTORY "run_uuid IN ");
	sql_args(&q, run_ids, nruns);
	sql_lit(&q, " AND `key` = ");
	sql_arg(&q, db_str(key));
	sql_lit(&q, " ORDER BY run_uuid, timestamp, step, value, is_nan LIMIT ");
	sql_arg(&q, db_i64(limit));
	return read_history(work, &q, take, arg);
}

/*
 * The index is named for its order, which is that of the points asked for: MariaDB
 * takes the other one and sorts, which costs it five times as much.
 */
static void
add_window(struct sql *q, struct str run_id, struct str key, const struct step_window *w)
{
	sql_lit(q, " FROM metrics FORCE INDEX (index_metrics_run_uuid_key_step) "
	    "WHERE run_uuid = ");
	sql_arg(q, db_str(run_id));
	sql_lit(q, " AND `key` = ");
	sql_arg(q, db_str(key));
	if (!w->given)
		return;
	sql_lit(q, " AND step BETWEEN ");
	sql_arg(q, db_i64(w->first));
	sql_lit(q, " AND ");
	sql_arg(q, db_i64(w->last));
}

static int
count_window(struct work *work, struct str run_id, struct str key,
    const struct step_window *w, int64_t *count)
{
	struct db_result *r;
	struct db_val row[1];
	struct sql q;
	int rc = -1;

	sql_init(&q, work, "metric.count_window");
	sql_lit(&q, "SELECT COUNT(*)");
	add_window(&q, run_id, key, w);
	r = db_query_sql(work, &q, "i");
	if (r != NULL)
		rc = db_next(r, row);
	db_close(r);
	sql_fini(&q);
	if (rc != 1)
		return -1;
	*count = row[0].i64;
	return 0;
}

/*
 * n points in m buckets: the first n % m of them hold one point more.  Points
 * are numbered from 0; a bucket's first point is where the numbers divide.
 */
static bool
is_sampled(int64_t i, int64_t n, int64_t m)
{
	int64_t size = n / m, large = n % m, border = large * (size + 1);

	if (n <= m || i == n - 1)
		return i < n;
	if (i >= n - size)
		return false;
	return i < border ? i % (size + 1) == 0 : (i - border) % size == 0;
}

struct sampling {
	int64_t		 i, n, most;
	history_take	*take;
	void		*arg;
};

static void
take_sampled(void *arg, const struct history_row *row)
{
	struct sampling *s = arg;

	if (is_sampled(s->i++, s->n, s->most))
		s->take(s->arg, row);
}

/*
 * All points of the window pass by here, in the order of an index: to number them
 * in a temporary table would cost MariaDB more than to send them.
 */
int
store_history_sample(struct work *work, struct str run_id, struct str key,
    const struct step_window *window, int64_t most, history_take *take, void *arg)
{
	struct sampling s = { .most = most, .take = take, .arg = arg };
	struct sql q;

	if (count_window(work, run_id, key, window, &s.n) == -1)
		return -1;
	if (s.n == 0)
		return 0;
	sql_init(&q, work, "metric.history_sample");
	sql_lit(&q, "SELECT NULL, NULL, value, timestamp, step, is_nan");
	add_window(&q, run_id, key, window);
	sql_lit(&q, " ORDER BY step, timestamp, value, is_nan");
	return read_history(work, &q, take_sampled, &s);
}
