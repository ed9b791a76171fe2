/*
 * Numbers of traces, of their spans and assessments: counts, sums, averages, extremes and
 * percentiles, by time and by dimensions.
 */
#ifndef STORE_TRACE_METRIC_H
#define STORE_TRACE_METRIC_H

#include "search/metric_filter.h"
#include "store/sql.h"

/* In the order of their names. */
enum metric_aggregate {
	METRIC_AVG, METRIC_COUNT, METRIC_MAX, METRIC_MIN, METRIC_PERCENTILE, METRIC_SUM,
	METRIC_AGGREGATE__MAX
};
extern const char *const metric_aggregate_names[METRIC_AGGREGATE__MAX];

/* In the order of their names too. */
enum {
	DIMENSION_ASSESSMENT_NAME, DIMENSION_ASSESSMENT_VALUE,
	DIMENSION_SPAN_MODEL, DIMENSION_SPAN_PROVIDER, DIMENSION_SPAN_NAME,
	DIMENSION_SPAN_STATUS, DIMENSION_SPAN_TYPE,
	DIMENSION_TRACE_NAME, DIMENSION_TRACE_STATUS,
	METRIC_DIMENSION__MAX
};
extern const char *const metric_dimension_names[METRIC_DIMENSION__MAX];
/* The most that one metric has. */
#define METRIC_DIMENSIONS_MAX	5

struct trace_metric {
	enum metric_view	view;
	const char		*name;
	unsigned		aggregates;	/* 1u << enum metric_aggregate */
	unsigned		dimensions;	/* 1u << DIMENSION_... */
	struct sql_name		value;		/* rows where it is NULL are left out */
	bool			counts_values;	/* different ones, not rows */
	/* in ns instead of the view's time in ms: what a range of time is held against */
	struct sql_name		time_ns;
};

/* By view, in the order in which MLflow lists them; to .name NULL. */
extern const struct trace_metric trace_metrics[];

struct metric_query {
	const struct trace_metric *metric;
	const int64_t	*experiment_ids;
	size_t		 nexperiments;		/* 0: nothing is found */
	unsigned	 aggregates;		/* 1u << ...; METRIC_PERCENTILE by the next: */
	const double	*percentiles;		/* 0 to 100, ascending, each once */
	size_t		 npercentiles;
	int		 dimensions[METRIC_DIMENSIONS_MAX];	/* each once */
	size_t		 ndimensions;
	const struct metric_filter *filters;
	size_t		 nfilters;
	int64_t		 interval_ms;		/* of buckets; 0: none, at most METRIC_INTERVAL_MAX */
	int64_t		 start_ms, end_ms;	/* inclusive; INT64_MIN, INT64_MAX: open */
	int64_t		 max_results;
};

/* In ms; all times that have a date are in one bucket of it. */
#define METRIC_INTERVAL_MAX	(253402300800 * 1000)

/* A group of rows. */
struct metric_point {
	int64_t		 bucket_ms;		/* where it begins */
	struct str	 dimensions[METRIC_DIMENSIONS_MAX];
	struct db_val	 values[METRIC_AGGREGATE__MAX];	/* DB_DBL, or DB_NULL: of nothing */
	int64_t		 count;			/* of the values of percentiles */
	double		*percentiles;
};

struct metric_points {
	struct metric_point	*items;
	size_t			 n;
};

/*
 * The points in the order of bucket and dimensions, which are compared by bytes on every
 * database.  Percentiles take a second statement, whose sorted values are read once and
 * not kept.  0, or -1 with db_error set.
 */
int	store_trace_metric(struct work *, const struct metric_query *, struct metric_points *);

#endif
