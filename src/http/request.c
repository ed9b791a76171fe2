/*
 * Reading one request.  FCGX_GetParam searches linearly and its pointers die at
 * the next accept: each parameter is read once, here.
 *
 * Routing is done on REQUEST_URI: PATH_INFO arrives decoded, so that a%2Fb has
 * become a/b.
 */
#include <stdlib.h>
#include <string.h>

#include <fcgiapp.h>

#include "base/log.h"
#include "http/error.h"
#include "http/loop.h"
#include "http/query.h"
#include "http/request.h"
#include "http/route.h"
#include "json/decode.h"

/* A body is read in pieces, so that a false length costs no memory. */
#define READ_STEP	(64 * 1024)
#define MIB		(1024L * 1024)

/* How a request says in its body what does not fit into its query. */
#define SAY_IT_IN_BODY	"Send the parameters as a JSON object in the body instead: by POST " \
	"where the path takes it, else by GET without a query."

static struct str
param(const struct ctx *c, const char *name)
{
	return str_of(FCGX_GetParam(name, c->fcgx->req.envp));
}

/* "http://host/path" of a proxy-style request line: the path. */
static struct str
without_authority(struct str uri)
{
	const char *at;

	if (!str_starts(uri, "http://") && !str_starts(uri, "https://"))
		return uri;
	at = strchr(strstr(uri.p, "//") + 2, '/');
	return at == NULL ? STR("/") : (struct str){ at, strlen(at) };
}

static void
split_uri(struct ctx *c, struct str uri)
{
	const char *mark;

	uri = without_authority(uri);
	mark = uri.len == 0 ? NULL : memchr(uri.p, '?', uri.len);
	c->req.path = uri;
	c->req.query = (struct str){ NULL, 0 };
	if (mark == NULL)
		return;
	c->req.path.len = (size_t)(mark - uri.p);
	c->req.query = (struct str){ mark + 1, uri.len - c->req.path.len - 1 };
}

static int
read_length(struct ctx *c)
{
	struct str length = param(c, "CONTENT_LENGTH");

	c->req.length = 0;
	if (str_empty(length) || (str_to_i64(length, &c->req.length) && c->req.length >= 0))
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "The Content-Length header is '%s'; it must be "
	    "the number of bytes of the body.", length.p);
}

int
request_body_read(struct ctx *c, void *to, int bytes)
{
	int got;

	if (c->req.length == 0)
		return 0;
	if (bytes > c->req.length)
		bytes = (int)c->req.length;
	got = FCGX_GetStr(to, bytes, c->fcgx->req.in);
	if (got <= 0)
		return fail(c, INVALID_PARAMETER_VALUE, "The request body ended %lld bytes "
		    "before its Content-Length.", (long long)c->req.length);
	c->req.length -= got;
	return got;
}

/* All of it, for JSON. */
static int
read_body(struct ctx *c)
{
	struct buf *body = &c->fcgx->body;
	size_t most = (size_t)c->req.length;
	int got, step;

	buf_reset(body);
	if (c->req.length > REQUEST_BODY_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "The request body has %lld "
		    "bytes; at most %ld are accepted. Split it into several requests.",
		    (long long)c->req.length, REQUEST_BODY_MAX);
	do {
		step = c->req.length < READ_STEP ? (int)c->req.length : READ_STEP;
		got = request_body_read(c, buf_room_within(body, (size_t)step, most), step);
		body->len += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	if (body->len > 0)
		body->p[body->len] = '\0';
	c->req.body = buf_str(body);
	return got;
}

/* The web server had the limit for the URL: files may be larger than JSON. */
static int
refuse_body(struct ctx *c)
{
	const long json_most = REQUEST_BODY_MAX / MIB;

	if (c->conf->max_body > 0 && c->conf->max_body < json_most)
		return fail_status(c, 413, INVALID_PARAMETER_VALUE, "The request body is larger "
		    "than the %u MiB that this server accepts (--max-body). Split it into "
		    "several requests.", c->conf->max_body);
	return fail_status(c, 413, INVALID_PARAMETER_VALUE, "The request body is larger than "
	    "the %ld MiB that this server accepts%s. Split it into several requests.", json_most,
	    c->conf->max_body == 0 ? "" : " (artifacts: --max-body)");
}

static int
check_query(struct ctx *c)
{
	if (c->req.query.len <= REQUEST_QUERY_MAX)
		return 0;
	return fail_status(c, 414, INVALID_PARAMETER_VALUE, "The query has %zu bytes; at most "
	    "%d are accepted. " SAY_IT_IN_BODY, c->req.query.len, REQUEST_QUERY_MAX);
}

/*
 * Of a request that the web server could not take in.  lighttpd has no URI where the
 * first line is too long for it, and one where it is a header; its 431 is about both.
 */
static int
refuse_head(struct ctx *c, int status)
{
	if (status == 414 || (status == 400 && c->req.path.len == 0))
		return fail_status(c, 414, INVALID_PARAMETER_VALUE, "The request line is no HTTP, "
		    "or its query is longer than the %d bytes that are accepted. "
		    SAY_IT_IN_BODY, REQUEST_QUERY_MAX);
	return fail_status(c, status, BAD_REQUEST, "The web server cannot take the request line "
	    "and the headers: they have more than 64 KiB together, or hold characters that "
	    "HTTP does not allow. Send fewer and shorter headers and cookies. Is it a long "
	    "query? " SAY_IT_IN_BODY);
}

/*
 * A request that the web server could not answer comes with the status it had for
 * it (lighttpd's error-handler); others have 200 or nothing there.  Its 500 is a
 * body that it could not store, or a worker that died.
 */
static int
check_front(struct ctx *c)
{
	int64_t status;

	if (!str_to_i64(param(c, "REDIRECT_STATUS"), &status) || status < 400 || status > 599)
		return 0;
	switch (status) {
	case 400:
	case 414:
	case 431:
		return refuse_head(c, (int)status);
	case 404:
		return fail(c, RESOURCE_DOES_NOT_EXIST, "The file is not there any more.");
	case 413:
		return refuse_body(c);
	case 500:
		return fail(c, TEMPORARILY_UNAVAILABLE, "The request was not carried out to its "
		    "end: the disk of the server's upload directory is full or not writable, or "
		    "the worker that had the request died. Make room there, or see the server's "
		    "log; then try again.");
	}
	return fail_status(c, (int)status, status < 500 ? BAD_REQUEST : TEMPORARILY_UNAVAILABLE,
	    "The web server refused the request with status %d: see its log.", (int)status);
}

int
request_read(struct ctx *c)
{
	struct request *r = &c->req;

	r->method = param(c, "REQUEST_METHOD");
	r->is_head = str_is(r->method, "HEAD");
	r->host = param(c, "HTTP_HOST");
	r->origin = param(c, "HTTP_ORIGIN");
	r->content_type = param(c, "CONTENT_TYPE");
	r->workspace = param(c, "HTTP_X_MLFLOW_WORKSPACE");
	r->preflight_method = param(c, "HTTP_ACCESS_CONTROL_REQUEST_METHOD");
	r->preflight_headers = param(c, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS");
	r->accept_encoding = param(c, "HTTP_ACCEPT_ENCODING");
	r->is_apache = str_starts(param(c, "SERVER_SOFTWARE"), "Apache");
	split_uri(c, param(c, "REQUEST_URI"));
	if (r->method.p == NULL || r->path.p == NULL)
		return fail(c, INVALID_PARAMETER_VALUE, "The web server sent no %s.",
		    r->method.p == NULL ? "REQUEST_METHOD" : "REQUEST_URI");
	if (check_front(c) == 0 && check_query(c) == 0)
		return read_length(c);
	log_warn("%.*s: refused with %d: %s", (int)r->path.len, r->path.p, c->error.status,
	    c->error.message.p);
	return -1;
}

static int
check_content_type(struct ctx *c)
{
	struct str type = c->req.content_type;
	const char *end;

	if (!str_is(c->req.method, "POST") && !str_is(c->req.method, "PUT"))
		return 0;
	if (type.p == NULL)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Bad Request. Content-Type header is missing.");
	end = memchr(type.p, ';', type.len);
	if (end != NULL)
		type.len = (size_t)(end - type.p);
	if (!str_is_nocase(str_trim(type), "application/json"))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Bad Request. Content-Type must be one of ['application/json'].");
	return 0;
}

/* A body that is a JSON string holding JSON is read a second time. */
static enum json_outcome
read_twice(struct ctx *c, struct json_object **json)
{
	enum json_outcome outcome = json_read(c->req.body, c->work.budget.values, json);
	struct json_object *inner;

	if (outcome != JSON_FINE || json_kind(*json) != JSON_STRING)
		return outcome;
	outcome = json_read(json_string(*json), c->work.budget.values, &inner);
	if (outcome == JSON_FINE) {
		json_free(*json);
		*json = inner;
	}
	return outcome == JSON_TOO_MANY ? outcome : JSON_FINE;
}

/*
 * Open the object to decode.  What is not JSON counts as {} (and lacks whatever is
 * required), and so do null and lists, as in the reference.  *fault is what is wrong
 * with the body, to be said if the fields miss nothing; NULL if nothing is.
 */
static int
open_input(struct ctx *c, const struct field *fields, const char **fault)
{
	bool is_get = strcmp(c->route->method, "GET") == 0;

	*fault = NULL;
	if (c->route->body == STREAM || (is_get && !str_empty(c->req.query))) {
		c->json = query_read(c->mem, c->req.query, fields);
		return 0;
	}
	switch (read_twice(c, &c->json)) {
	case JSON_TOO_MANY:
		return fail_too_many(c);
	case JSON_TOO_DEEP:
		return fail(c, INVALID_PARAMETER_VALUE, "The request body is nested deeper "
		    "than %d levels.", JSON_DEPTH_MAX);
	case JSON_BROKEN:
		/* GraphQL has no fields, and a form of its own for errors */
		if (str_trim(c->req.body).len > 0 && fields->kind != FIELD_END)
			*fault = "The request body is no JSON. It must be in UTF-8, with names and "
			    "texts in double quotes and no comma behind the last of them.";
		break;
	case JSON_FINE:
		if (json_kind(c->json) != JSON_OBJECT && json_kind(c->json) != JSON_NULL &&
		    json_kind(c->json) != JSON_LIST)
			*fault = "The request body must be a JSON object with the request's "
			    "parameters as its members.";
	}
	if (json_kind(c->json) != JSON_OBJECT) {
		json_free(c->json);
		c->json = json_new_object();
	}
	return 0;
}

/* Names in a query string are taken as they are written. */
static bool
takes_camel_case(const struct ctx *c)
{
	return c->req.query.len == 0 || strcmp(c->route->method, "GET") != 0;
}

static int
decode(struct ctx *c, const struct field *fields, size_t in_size, bool camel)
{
	struct str problem;

	c->in = arena_alloc(c->mem, in_size);
	return decode_object(c->mem, fields, c->json, camel, c->in, &problem) == 0 ? 0 :
	    fail(c, INVALID_PARAMETER_VALUE, "%s", problem.p);
}

int
request_decode_as(struct ctx *c, const struct field *fields, size_t in_size)
{
	const char *fault;

	if (c->route->body != STREAM && (check_content_type(c) == -1 || read_body(c) == -1))
		return -1;
	if (open_input(c, fields, &fault) == -1)
		return -1;
	route_add_params(c, c->json);
	if (decode(c, fields, in_size, takes_camel_case(c)) == -1 || route_check_params(c) == -1)
		return -1;
	return fault == NULL ? 0 : fail(c, INVALID_PARAMETER_VALUE, "%s", fault);
}

int
request_decode_tree(struct ctx *c)
{
	return decode(c, c->route->fields, c->route->in_size, false);
}

struct str
request_header(const struct ctx *c, const char *name)
{
	return param(c, name);
}

int
request_decode(struct ctx *c)
{
	if (c->route->body == BYTES)
		return read_body(c);
	return c->route->body == NO_BODY || c->route->fields == NULL ? 0 :
	    request_decode_as(c, c->route->fields, c->route->in_size);
}
