/*
 * Order and paging of a search: sort keys, where the page before ended, the
 * token for the page behind.
 *
 * A page starts behind the sort values of the last row seen, so the thousandth
 * costs what the first does.
 */
#ifndef STORE_KEYSET_H
#define STORE_KEYSET_H

#include "search/page.h"
#include "store/sql.h"

/* A rank and a value for each order_by clause and a tie-breaker, and the id. */
#define KEYSET_MAX	(2 * (SEARCH_ORDER_MAX + 1) + 1)

/* What a token may carry before the values of the keys. */
#define KEYSET_HEAD_MAX	4

/*
 * A sort key.  One that may be NULL needs one before it that tells NULL apart, such as
 * "x IS NULL", or goes downwards with `nulls_last`: an index on the bare column gives
 * that order.  The last key must be unique.
 */
struct keyset_key {
	const struct sql_name	*expr;
	enum db_type		 type;		/* DB_I64, DB_DBL or DB_STR */
	bool			 descending;
	bool			 nulls_last;
	/* a text of more than 256 characters: so many of them count */
	bool			 is_long;
};

struct keyset {
	struct keyset_key	keys[KEYSET_MAX];
	size_t			n;
	uint64_t		query;		/* hash for tokens */
	const struct page_value	*head;		/* goes into tokens, before the keys; */
	size_t			nhead;		/* who reads it there looks at it */
	struct page_value	after[KEYSET_MAX];	/* n of them, */
	bool			has_after;		/* if so */
	int64_t			limit;		/* rows of a page */
};

void	keyset_add(struct keyset *, struct keyset_key);

/* Start behind `token` (absent or empty: at the top).  0, or 1 with *err. */
int	keyset_start(struct keyset *, struct arena *, struct str token,
	    struct search_error *err);

/* ", KEY, KEY": behind the column of the id. */
void	keyset_select(const struct keyset *, struct sql *);
/* " AND (...)" unless at the top. */
void	keyset_where(const struct keyset *, struct sql *);
/* " ORDER BY ... LIMIT ...": one row more than a page. */
void	keyset_order(const struct keyset *, struct sql *);

/* Columns of a row besides its sort keys. */
#define KEYSET_COLUMNS_MAX	16

/*
 * Run a statement built with the three above, with columns of the given types
 * ("sid") before the sort keys: `add` is called with each row of the page, in
 * order.  0 with the token of the next page (absent: the last one), or -1.
 */
typedef void keyset_add_row(void *arg, struct arena *mem, const struct db_val *row);
int	keyset_walk(const struct keyset *, struct work *, struct sql *, const char *types,
	    keyset_add_row *add, void *arg, struct str *next_page_token);

#endif
