/*
 * One request, from the first byte to the last: every step of the flow takes it
 * and nothing else.  A step returns 0, or -1 with an error recorded.
 */
#ifndef HTTP_CTX_H
#define HTTP_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/work.h"
#include "conf/conf.h"
#include "json/read.h"
#include "json/write.h"

struct otlp_prices;
struct fcgx;		/* the FastCGI request, for request.c and response.c */
struct route;

/* Values of {names} in a route's path, in order. */
#define PATH_PARAMS_MAX	2

/* What handlers keep from request to request: it goes with the worker. */
struct kept {
	struct arena		 mem;
	struct otlp_prices	*prices;	/* of models; NULL: not loaded yet */
};

struct request {
	struct str	method;
	struct str	path;		/* still encoded, without the query */
	struct str	query;		/* still encoded; .p NULL without "?" */
	struct str	host;
	struct str	origin;
	struct str	content_type;	/* .p NULL: no such header */
	struct str	workspace;	/* X-MLFLOW-WORKSPACE */
	struct str	preflight_method;	/* Access-Control-Request-Method */
	struct str	preflight_headers;
	struct str	accept_encoding;
	struct str	body;		/* of JSON routes; others read it in pieces */
	int64_t		length;		/* bytes of the body that are still to be read */
	bool		is_head;
	bool		is_apache;	/* the web server's own word, not the client's */
};

struct error_info {
	int		 code;		/* enum error_code; 0: none */
	int		 status;
	struct str	 message;
	const char	*page_type;	/* the message is a page of this type, not JSON */
};

struct response {
	int		 status;
	const char	*content_type;	/* "": none at all */
	struct str	 file;		/* as the web server is told of the one that is the body */
	struct buf	 always;	/* lines of any answer, each with CRLF: CORS, Allow */
	struct buf	 headers;	/* lines of this answer: an error in its place has none */
	struct buf	 body;
	bool		 sent;		/* the headers are out: no error can replace it */
	bool		 broken;	/* ... and it cannot be finished */
	void		*gzip;		/* z_stream of a compressed answer */
};

struct ctx {
	/* for the life of the worker */
	const struct conf	*conf;
	struct arena		*mem;		/* emptied after each request */
	struct kept		*kept;
	/* for one request */
	struct work		 work;		/* what the store is told: its mem is ours */
	struct fcgx		*fcgx;
	struct request		 req;
	const struct route *const *routes;	/* all tables of rows */
	const struct route	*route;
	struct str		 params[PATH_PARAMS_MAX];
	struct json_object	*json;		/* the body or the query */
	void			*in;		/* of the route's struct */
	bool			 permitted;	/* some right was looked at, and granted */
	struct json_out		 out;
	struct response		 res;
	struct error_info	 error;
	bool			 leaves;	/* the worker, after this request */
};

#endif
