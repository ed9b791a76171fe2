/*
 * What every search shares: the error a client gets, the view, the bounds.
 *
 * Nothing in this folder knows a database: text becomes a checked tree
 * (parse.h), checked order keys (order.h) or the values of a page token
 * (page.h), and the store turns those into SQL.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "base/arena.h"
#include "search/dialect.h"

enum search_error_kind {
	SEARCH_INVALID,		/* INVALID_PARAMETER_VALUE, 400 */
	SEARCH_INTERNAL,	/* INTERNAL_ERROR in MLflow, answered as 400 */
	SEARCH_BAD_REQUEST,	/* BAD_REQUEST, 400 */
	SEARCH_NO_ATTRIBUTE	/* ATTRIBUTE_NOT_FOUND, 400 */
};

/* The client's mistake, in MLflow's words. */
struct search_error {
	enum search_error_kind	kind;
	struct str		text;
};

/* Which lifecycle stages a search sees. */
enum view_type { VIEW_ACTIVE_ONLY, VIEW_DELETED_ONLY, VIEW_ALL };

/*
 * Bounds on hostile input.  A filter written by hand stays far below them; one
 * with 2,000 clauses is beyond what MLflow's own parser takes.
 */
#define SEARCH_FILTER_MAX	(128 * 1024)	/* bytes */
#define SEARCH_CLAUSES_MAX	500
/*
 * Wildcards `%` of a pattern.  MariaDB calls itself for each, and its stack (292 kB
 * unless told otherwise) ends behind some 1,700 of them.
 */
#define SEARCH_WILDCARDS_MAX	500
/*
 * Bytes of a regular expression.  What is matched is bounded by the time of its
 * statement; this bounds the work of compiling it.
 */
#define SEARCH_REGEXP_MAX	1000
/* Each order_by clause costs two columns of the result, of which 24 are taken. */
#define SEARCH_ORDER_MAX	10
#define SEARCH_ORDER_BYTES_MAX	2048		/* of one clause */
/* A cursor of SEARCH_ORDER_MAX keys fits several times. */
#define SEARCH_TOKEN_MAX	(16 * 1024)	/* bytes */

/* A str as the two arguments of "%.*s"; only for text inside the bounds. */
#define STR_ARGS(s)	(int)(s).len, (s).p == NULL ? "" : (s).p

/* Record the client's mistake; always 1, so that it can be returned. */
int	search_fail(struct arena *, struct search_error *,
	    enum search_error_kind, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* The same of an invalid value, in the words of a dialect. */
int	search_refuse(struct arena *, struct search_error *,
	    const struct search_phrase *, struct str what);

/* A number as Python prints a float; "inf" for those beyond it. */
struct str	search_show_double(struct arena *, double);

#endif
