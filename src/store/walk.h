/*
 * `experiment_id IN (...)` of searches: MariaDB goes by the index of experiments where it
 * can, also where they hold most of the rows and a walk through the table is far quicker.
 */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include "store/sql.h"

/*
 * Do the n > 0 experiments hold so many rows of `table` that it is better walked through?
 * One question to MariaDB, for its estimates; it reads no rows.  A search `by_age` is left
 * to MariaDB where an index on experiments was added (`cairn db index`): it may give the
 * order.  0, or -1 when the database fails.
 */
int	walk_plan(struct work *, const struct sql_name *table,
	    const int64_t *experiment_ids, size_t n, bool by_age, bool *walk);

/* "column IN (...)", or a form of it that no index is used for. */
void	walk_add(struct sql *, const struct sql_name *column, const int64_t *experiment_ids,
	    size_t n, bool walk);

#endif
