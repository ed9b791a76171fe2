/*
 * The route table's rows and the search in it.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "http/ctx.h"
#include "json/field.h"

/* Where a row is served. */
enum route_where {
	AT_ROOT,	/* the path as it stands */
	AT_API,		/* below /api/<version> and /ajax-api/<version> */
	AT_AJAX,	/* below /ajax-api/<version> only */
	AT_FILES	/* as AT_API, and without the static prefix too */
};

/* What is said of a row as a whole. */
enum route_flag {
	OPEN = 1,		/* no rights are needed: its handler permits nothing */
	PROBE = 2 | OPEN,	/* for machines that watch: at any Host, in a pool of its own */
	ALWAYS = 4,		/* served with --artifacts-only too */
	FILES = 8,		/* may take as long as bytes or disks do */
	ANY_WORKSPACE = 16	/* whatever workspace the client asks for */
};

enum route_tx {
	NO_DB,		/* does not touch the database */
	RD,		/* reads: every statement for itself */
	WR		/* one transaction around the handler, retried on deadlock */
};

/* Where the fields are. */
enum route_body {
	NO_BODY,	/* there are none to decode before the handler runs */
	QUERY,		/* in the query; in a JSON body if there is no query */
	JSON,		/* in a JSON body */
	STREAM,		/* in the query; the body is the handler's to read */
	BYTES		/* there are none: the body is read whole, and the handler's to understand */
};

/* Which workers serve a row, so that one kind of work never keeps another waiting. */
enum route_pool { POOL_API, POOL_FILES, POOL_PROBE, POOL__MAX };

struct route {
	const char		*method;	/* HEAD is served by GET rows */
	enum route_where	 where;
	int			 version;	/* 2: "2.0", 3: "3.0"; 0 at the root */
	const char		*path;		/* literals, {names}, at the end {*rest} */
	unsigned		 flags;		/* enum route_flag */
	enum route_tx		 tx;
	enum route_body		 body;
	const struct field	*fields;
	size_t			 in_size;
	int			(*handler)(struct ctx *);
};

/* A row's fields and the size of the struct that they fill. */
#define IN(type)		type##_fields, sizeof(struct type)
#define IN_AS(table, type)	table, sizeof(struct type)
#define NO_IN			NULL, 0

/*
 * Find the row of c->req in tables of rows (the list ends with NULL, each table with a
 * row without a method), and set c->routes, c->route and c->params; c->route is NULL if
 * there is none, which route_check() tells the client.  Always 0.
 *
 * Leading slashes count as one.  The path is split first and decoded after, a
 * segment at a time, once.  {*rest} is all that is left, slashes included: at least
 * a byte, but for AT_FILES rows, which say themselves what is wrong with nothing.
 */
int	route_find(struct ctx *, const struct route *const *tables);
/*
 * -1 without a row: 404 page, or 405 with Allow recorded; an OPTIONS request is
 * answered with 204 and Allow through the same door.  With --artifacts-only 503 for
 * rows that are not ALWAYS.
 */
int	route_check(struct ctx *);
/*
 * The rows of all tables in turn: NULL gives the first, the last gives NULL.  `tables`
 * is moved on to the table of the row.
 */
const struct route *route_next(const struct route *const **tables, const struct route *);
/* The row of a path, as it stands in its table; it must be there. */
const struct route *route_named(const struct ctx *, const char *path);
/*
 * Run the handler of c->route.  A row that is not OPEN must have permitted something
 * when it succeeds, else this is a fault of ours and no answer: what is loaded is what
 * is permitted.
 */
int	route_run(struct ctx *);
enum route_pool route_pool(const struct route *);

/*
 * Put the values of the path's {names} into an object, unless it has them: for methods
 * that may say everything in their path and query.
 */
void	route_add_params(const struct ctx *, struct json_object *to);
/*
 * -1 with an error recorded if c->json has another value of one of those names: what is
 * permitted is what is used.
 */
int	route_check_params(struct ctx *);

/* The path of a row below a prefix, for lists: "/api/2.0/mlflow/runs/get". */
struct str	route_path(struct arena *, const struct route *, const char *prefix);

#endif
