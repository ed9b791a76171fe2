/*
 * Page tokens: where the page before ended.
 *
 * A token carries the sort values of the last row (a keyset cursor) and a hash
 * of the query, so that it is refused by any other.  It is no secret and no signature: its
 * values only ever become arguments of a statement, and the types are checked.
 */
#ifndef SEARCH_PAGE_H
#define SEARCH_PAGE_H

#include <stdint.h>

#include "base/arena.h"
#include "search/search.h"

enum page_type { PAGE_NULL, PAGE_I64, PAGE_DBL, PAGE_TEXT };

struct page_value {
	enum page_type	type;
	int64_t		i64;
	double		dbl;	/* finite */
	struct str	text;	/* valid UTF-8 */
};

/* A hash of everything that makes the query what it is; start with 0. */
uint64_t	page_hash_i64(uint64_t hash, int64_t);
uint64_t	page_hash_str(uint64_t hash, struct str);
uint64_t	page_hash_query(uint64_t hash, struct str filter,
		    const struct str *order_by, size_t norder);

/* Base64, in `mem`. */
struct str	page_token_write(struct arena *mem, uint64_t query,
		    const struct page_value *values, size_t n);

/*
 * The values of a token, at most `max` of them.  0, or 1 with *err: MLflow's
 * text when it is no token, a text of our own when it is another query's.
 */
int		page_token_read(struct arena *mem, struct str token,
		    uint64_t query, struct page_value *values, size_t max,
		    size_t *n, struct search_error *err);

/* The error for a token whose values do not fit the query; always 1. */
int		page_token_fail(struct arena *mem, struct search_error *err);

#endif
