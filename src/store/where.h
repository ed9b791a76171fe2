/*
 * A checked filter as SQL.
 *
 * Comparisons of text are exact by bytes on every collation: a plain test lets
 * an index help, a BINARY test beside it tells the truth.  LIKE is exact too;
 * ILIKE folds case, and whatever else the column's collation does.
 */
#ifndef STORE_WHERE_H
#define STORE_WHERE_H

#include "search/parse.h"
#include "store/sql.h"

/* Where the values of one column of a search (enum run_column, ...) are. */
struct where_source {
	/*
	 * "SELECT 1 FROM ... WHERE ..." tied to the searched row, NULL text
	 * when the value is in that row itself or in one joined to it.
	 */
	struct sql_name	rows;
	struct sql_name	key;	/* the column of the key, if there is one */
	struct sql_name	value;
	struct sql_name	nan;	/* the column that marks NaN, if there is one */
	bool		is_big;	/* texts so long that a search through them may not end in time */
};

/*
 * Add " AND ..." for every test of the tree; `sources` is indexed by the
 * fields' columns.  Adds nothing for a tree that matches everything.
 */
void	where_add(struct sql *, const struct search_node *tree,
	    const struct where_source *sources);

/* The same for one test. */
void	where_add_test(struct sql *, const struct search_test *, const struct where_source *);

/*
 * " AND KEY = ?": by the column's collation, quick where it has an index.  A column that
 * is not utf8mb4 is converted for text beyond ASCII, here and below.
 */
void	where_add_equal(struct sql *, const struct sql_name *column, struct str value);

/* Only the comparison of the value, in rows that are there; no IS NULL. */
void	where_add_value(struct sql *, const struct search_test *, const struct where_source *);

/* " AND (KEY = ? AND BINARY KEY = ?)": a name, exact on any collation. */
void	where_add_exact(struct sql *, const struct sql_name *column,
	    struct str value);

/* The tests of a lifecycle_stage column for a view. */
void	where_add_view(struct sql *, const struct sql_name *column,
	    enum view_type);

#endif
