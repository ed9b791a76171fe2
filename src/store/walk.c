/* Two estimates of MariaDB decide; no number of rows is kept from search to search. */
#include <string.h>

#include "store/walk.h"

/*
 * A row found by the index of experiments costs four times what one costs in a walk
 * through the table: from this part of all rows on (one in so many) the walk is quicker.
 */
#define WALK_PART	4

static bool
is_one_name(struct str names)
{
	return names.p != NULL && memchr(names.p, ',', names.len) == NULL;
}

int
walk_plan(struct work *work, const struct sql_name *table,
    const int64_t *experiment_ids, size_t n, bool by_age, bool *walk)
{
	enum { INDEXES = 4, ROWS = 8, COLUMNS = 10 };
	struct db_val row[2][COLUMNS];	/* of the experiments, of all */
	struct db_result *r;
	struct sql q;
	int rc = -1;

	*walk = false;
	if (n > SQL_ARGS_MAX)
		return 0;
	sql_init(&q, work, "walk.plan");
	sql_lit(&q, "EXPLAIN SELECT 1 FROM ");
	sql_name(&q, table);
	sql_lit(&q, " WHERE experiment_id IN ");
	sql_args_i64(&q, experiment_ids, n);
	sql_lit(&q, " UNION ALL SELECT 1 FROM ");
	sql_name(&q, table);
	r = db_query_sql(work, &q, "isssssssis");
	if (r != NULL && (rc = db_next(r, row[0])) == 1)
		rc = db_next(r, row[1]);
	if (rc == 1)
		/* it takes no part of a table for more than half of it */
		*walk = row[0][ROWS].i64 >= row[1][ROWS].i64 / WALK_PART &&
		    (!by_age || is_one_name(row[0][INDEXES].str));
	db_close(r);
	sql_fini(&q);
	return rc == -1 ? -1 : 0;
}

void
walk_add(struct sql *q, const struct sql_name *column, const int64_t *experiment_ids,
    size_t n, bool walk)
{
	sql_name(q, column);
	if (walk)
		/* a sum is looked up in no index; others may be used still */
		sql_lit(q, " + 0");
	sql_lit(q, " IN ");
	sql_args_i64(q, experiment_ids, n);
}
