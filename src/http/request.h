/*
 * Reading one request from FastCGI.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/ctx.h"
#include "json/field.h"

/*
 * The largest body of a JSON route: a batch of 1,000 long values in UTF-8 is
 * some 30 MB at most.
 */
#define REQUEST_BODY_MAX	(64L * 1024 * 1024)

/*
 * The longest query.  Web servers hand everything but the body on in one FastCGI
 * record of 64 KiB; this leaves 4 KiB of it for the path and the headers.
 */
#define REQUEST_QUERY_MAX	(60 * 1024)

/* Fill c->req; -1 with an error recorded. */
int	request_read(struct ctx *);

/*
 * For routes without fields: the next bytes of the body.  Their number; 0 at its
 * end; -1 when the client broke off, with an error recorded.
 */
int	request_body_read(struct ctx *, void *to, int bytes);

/*
 * Turn the query or the body into c->in by the route's fields; checks the
 * content type of POST and PUT.  -1 with MLflow's error recorded.
 */
int	request_decode(struct ctx *);
/* The same by these fields, for a handler that looks at something else first. */
int	request_decode_as(struct ctx *, const struct field *, size_t in_size);
/* A header by its CGI name ("HTTP_X_MLFLOW_RUN_ID"); absent if there is none. */
struct str request_header(const struct ctx *, const char *name);
/* c->json as the input of c->route, for a request within another. */
int	request_decode_tree(struct ctx *);

#endif
