/*
 * Metrics: every point in `metrics`, the newest of each key in `latest_metrics`,
 * and in `logged_model_metrics` those of a logged model.
 *
 * Values are kept as MLflow keeps them: NaN as 0 with is_nan, infinities as the
 * largest finite numbers, -0.0 as 0.0.
 */
#ifndef STORE_METRIC_H
#define STORE_METRIC_H

#include "store/run.h"

/* A point to log. */
struct metric_point {
	struct str	key;
	double		value;		/* NaN and infinities allowed */
	int64_t		timestamp;	/* ms, not negative */
	int64_t		step;
	struct str	model_id;	/* .p NULL: none */
	struct str	dataset_name;	/* .p NULL: none */
	struct str	dataset_digest;
};

/*
 * Log points to a run; a repeated point is absorbed.  The array is sorted in
 * place.  0; 1 when a point of a logged model has another value or dataset already
 * (what was written must be rolled back); or -1 with db_error set: DB_REFERENCE for an
 * unknown model.
 */
int	store_metrics_log(struct work *, const struct run_state *,
	    struct metric_point *points, size_t n);

/*
 * The same for one point without a logged model, if the run is active: 1, or 0 if
 * not, or -1.
 */
int	store_metric_log_active(struct work *, struct str run_id, const struct metric_point *);

/*
 * On a database that folds case, after store_metrics_log: did one of the points
 * land in the row of another spelling of its name?  1 with both names, 0, or -1.
 */
int	store_metrics_clash(struct work *, struct str run_id,
	    const struct metric_point *points, size_t n, struct str *key, struct str *other);

/* A row of a history; the value is finite or NaN, the key absent in a sample. */
struct history_row {
	struct metric	metric;
	struct str	run_id;		/* only from store_history_read_bulk */
	bool		is_nan;
};

/* Called for each row as it is read; a row's texts die with the call. */
typedef void history_take(void *arg, const struct history_row *);

/* Where a page of a history begins: behind this point. */
struct history_cursor {
	int64_t	timestamp;
	int64_t	step;
	double	value;
	bool	is_nan;
};

/*
 * The points of one key of one run in the order timestamp, step, value, from
 * behind `after` (NULL: from the start), at most `limit` (0: all).  Rows are
 * handed on as they arrive.  0 or -1.
 */
int	store_history_read(struct work *, struct str run_id, struct str key,
	    const struct history_cursor *after, int64_t limit, history_take *, void *arg);

/* The points of one key of several runs by run id, timestamp, step, value. */
int	store_history_read_bulk(struct work *, const struct str *run_ids,
	    size_t nruns, struct str key, int64_t limit, history_take *, void *arg);

/* A window of steps, both ends inside it. */
struct step_window {
	bool	given;
	int64_t	first;
	int64_t	last;
};

/*
 * At most `most` points of one run in the order step, timestamp, value: the
 * first of each of `most` buckets of equal size, and the very last point, as the
 * reference samples its charts.  0 or -1.
 */
int	store_history_sample(struct work *, struct str run_id, struct str key,
	    const struct step_window *, int64_t most, history_take *, void *arg);

#endif
