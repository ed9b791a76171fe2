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

/* What a request needs to be allowed; enforced once there are users. */
enum route_access {
	OPEN,		/* no experiment is concerned: probes, server facts */
	PAGES,		/* the web UI's files */
	EXP_READ,
	EXP_EDIT,
	EXP_CREATE,
	RUN_READ,
	RUN_EDIT,
	MODEL_READ,
	MODEL_EDIT,
	MODEL_CREATE,
	LOGGED_MODEL_READ,
	LOGGED_MODEL_EDIT,
	EVAL_DATASET_READ,
	EVAL_DATASET_EDIT,
	FILES_READ,	/* the artifact proxy: all that --artifacts-only serves */
	FILES_EDIT
};

enum route_tx {
	NO_DB,		/* does not touch the database */
	RD,		/* reads: every statement for itself */
	WR,		/* one transaction around the handler, retried on deadlock */
	RAW		/* as RD; the body is the handler's to read, fields are in the query */
};

struct route {
	const char		*method;	/* HEAD is served by GET rows */
	enum route_where	 where;
	int			 version;	/* 2: "2.0", 3: "3.0"; 0 at the root */
	const char		*path;		/* literals, {names}, at the end {*rest} */
	enum route_access	 access;
	enum route_tx		 tx;
	const struct field	*fields;
	size_t			 in_size;
	int			(*handler)(struct ctx *);
};

/*
 * Find the row of c->req in a table ended by a row without a method, and set
 * c->route and c->params.  -1: 404 page, or 405 with Allow recorded; an OPTIONS
 * request is answered with 204 and Allow through the same door.
 *
 * Leading slashes count as one.  The path is split first and decoded after, a
 * segment at a time, once.  {*rest} is all that is left, slashes included: at least
 * a byte, but for AT_FILES rows, which say themselves what is wrong with nothing.
 */
int	route_find(struct ctx *, const struct route *table);

/*
 * Put the values of the path's {names} into an object, unless it has them: for
 * requests that say everything in their path and query.
 */
void	route_add_params(const struct ctx *, struct json_object *to);

/* The path of a row below a prefix, for lists: "/api/2.0/mlflow/runs/get". */
struct str	route_path(struct arena *, const struct route *, const char *prefix);

/* Is the request for a probe (health, version, ready, metrics)?  They answer any Host. */
bool	route_is_probe(const struct ctx *);

#endif
