/*
 * A linear walk over the table: about a microsecond, and nothing to go wrong.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/percent.h"
#include "http/error.h"
#include "http/query.h"
#include "http/route.h"

#define SEGMENTS_MAX	16
/* The longest {name} of a path, with its NUL. */
#define NAME_SIZE	64

struct path {
	struct str	segments[SEGMENTS_MAX];
	const char	*at[SEGMENTS_MAX];	/* where each begins, encoded */
	const char	*end;
	size_t		n;
	bool		deeper;			/* than could be split */
};

/* Split an encoded path and decode its segments. */
static void
split_path(struct arena *mem, struct str s, struct path *out)
{
	*out = (struct path){ .end = s.p + s.len };
	while (s.len > 0 && s.p[0] == '/') {
		s.p++;
		s.len--;
	}
	for (;;) {
		const char *slash = s.len == 0 ? NULL : memchr(s.p, '/', s.len);
		size_t n = slash == NULL ? s.len : (size_t)(slash - s.p);

		if (out->n == SEGMENTS_MAX) {
			out->deeper = true;
			return;
		}
		out->at[out->n] = s.p;
		out->segments[out->n++] = query_decode(mem, (struct str){ s.p, n }, false);
		if (slash == NULL)
			return;
		s = (struct str){ slash + 1, s.len - n - 1 };
	}
}

/* Take the literal segments of `prefix` ("/a/b") off; false if they differ. */
static bool
take_prefix(const struct path *p, size_t *at, const char *prefix)
{
	size_t i = *at;

	while (*prefix == '/') {
		size_t n = strcspn(++prefix, "/");

		if (i == p->n || !str_eq(p->segments[i], (struct str){ prefix, n }))
			return false;
		prefix += n;
		i++;
	}
	*at = i;
	return true;
}

static bool
match_pattern(struct arena *mem, const struct path *p, size_t at, const struct route *r,
    struct str params[PATH_PARAMS_MAX])
{
	const char *pattern = r->path;
	bool may_be_empty = r->where == AT_FILES;
	size_t nparams = 0;

	while (*pattern == '/') {
		size_t n = strcspn(++pattern, "/");

		if (at == p->n)
			return false;
		if (pattern[0] == '{' && pattern[1] == '*') {
			params[nparams] = percent_decode(mem, (struct str){ p->at[at],
			    (size_t)(p->end - p->at[at]) });
			return may_be_empty || params[nparams].len > 0;
		}
		if (pattern[0] == '{' && p->segments[at].len > 0)
			params[nparams++] = p->segments[at];
		else if (!str_eq(p->segments[at], (struct str){ pattern, n }))
			return false;
		pattern += n;
		at++;
	}
	return at == p->n && !p->deeper;
}

static const char *
version_prefix(int version)
{
	return version == 2 ? "/2.0" : "/3.0";
}

static bool
match_row(const struct ctx *c, struct path *p, const struct route *r,
    struct str params[PATH_PARAMS_MAX])
{
	size_t at = 0;
	bool ajax;

	/* probes answer at the root and below the static prefix */
	if (!take_prefix(p, &at, c->conf->static_prefix) &&
	    (r->flags & PROBE) != PROBE && r->where != AT_FILES)
		return false;
	if (r->where == AT_ROOT)
		return match_pattern(c->mem, p, at, r, params);
	ajax = take_prefix(p, &at, "/ajax-api");
	if (!ajax && (r->where == AT_AJAX || !take_prefix(p, &at, "/api")))
		return false;
	return take_prefix(p, &at, version_prefix(r->version)) &&
	    match_pattern(c->mem, p, at, r, params);
}

/* All the methods of a path, for Allow. */
struct allowed {
	struct buf	 text;
	bool		 any;
	bool		 at_root;
};

static void
allow(struct allowed *a, const char *method)
{
	if (a->any)
		buf_puts(&a->text, ", ");
	buf_puts(&a->text, method);
	a->any = true;
}

static int
refuse_method(struct ctx *c, struct allowed *a)
{
	allow(a, "OPTIONS");
	buf_printf(&c->res.always, "Allow: %s\r\n", a->text.p);
	if (str_is(c->req.method, "OPTIONS"))
		return fail_page(c, a->at_root ? 200 : 204, HTML_PAGE, STR(""));
	return fail_page(c, 405, HTML_PAGE, STR("<!doctype html>\n"
	    "<title>Method not allowed</title>\n<p>This path does not take this "
	    "method; the Allow header names those that it takes.</p>\n"));
}

/* "/ml" without a slash, which the pages' relative links need. */
static bool
is_bare_prefix(const struct ctx *c, const struct path *p)
{
	size_t at = 0;

	return c->conf->static_prefix[0] != '\0' && take_prefix(p, &at,
	    c->conf->static_prefix) && at == p->n;
}

static int
redirect_to_pages(struct ctx *c)
{
	buf_printf(&c->res.always, "Location: %s/\r\n", c->conf->static_prefix);
	return fail_page(c, 308, HTML_PAGE, STR("<!doctype html>\n<title>Moved</title>\n"
	    "<p>The pages are one slash further.</p>\n"));
}

/* With --artifacts-only, what needs the database is switched off. */
static int
check_switches(struct ctx *c)
{
	if (!c->conf->artifacts_only || (c->route->flags & (ALWAYS | PROBE)) != 0)
		return 0;
	return fail_page(c, 503, HTML_PAGE, STR("<!doctype html>\n<title>Artifacts only"
	    "</title>\n<p>This server serves artifacts and nothing else: it was started with "
	    "<code>--artifacts-only</code>.</p>\n"));
}

const struct route *
route_next(const struct route *const **table, const struct route *r)
{
	if (r != NULL)
		r++;
	else
		r = **table;
	while (r->method == NULL && *++*table != NULL)
		r = **table;
	return r->method == NULL ? NULL : r;
}

int
route_find(struct ctx *c, const struct route *const *tables)
{
	struct str method = c->req.is_head ? STR("GET") : c->req.method;
	const struct route *r = NULL;
	struct path p;

	c->routes = tables;
	split_path(c->mem, c->req.path, &p);
	while ((r = route_next(&tables, r)) != NULL)
		if (str_is(method, r->method) && match_row(c, &p, r, c->params))
			break;
	c->route = r;
	return 0;
}

/* No row: has the path others, for other methods? */
static int
refuse(struct ctx *c)
{
	const struct route *const *tables = c->routes;
	struct allowed allowed = { .any = false };
	const struct route *r = NULL;
	struct path p;

	split_path(c->mem, c->req.path, &p);
	while ((r = route_next(&tables, r)) != NULL) {
		if (!match_row(c, &p, r, c->params))
			continue;
		allowed.at_root = r->where == AT_ROOT;
		allow(&allowed, r->method);
		if (strcmp(r->method, "GET") == 0)
			allow(&allowed, "HEAD");
	}
	if (allowed.any)
		refuse_method(c, &allowed);
	else if (is_bare_prefix(c, &p))
		redirect_to_pages(c);
	else
		fail_page(c, 404, HTML_PAGE, STR("<!doctype html>\n<title>Not found"
		    "</title>\n<p>This server has nothing at this path.</p>\n"));
	buf_fini(&allowed.text);
	return -1;
}

int
route_check(struct ctx *c)
{
	return c->route == NULL ? refuse(c) : check_switches(c);
}

const struct route *
route_named(const struct ctx *c, const char *path)
{
	const struct route *const *tables = c->routes;
	const struct route *r = NULL;

	while ((r = route_next(&tables, r)) != NULL)
		if (strcmp(r->path, path) == 0)
			break;
	assert(r != NULL);
	return r;
}

int
route_run(struct ctx *c)
{
	c->permitted = false;
	if (c->route->handler(c) == -1)
		return -1;
	if (c->permitted || (c->route->flags & OPEN) != 0)
		return 0;
	log_error("%s %s: the handler permitted nothing", c->route->method, c->route->path);
	return fail(c, INTERNAL_ERROR, "The server did not look at the rights that this request "
	    "needs, and answers nothing: this is a fault of the server.");
}

enum route_pool
route_pool(const struct route *r)
{
	return (r->flags & PROBE) == PROBE ? POOL_PROBE :
	    (r->flags & FILES) != 0 ? POOL_FILES : POOL_API;
}

/* The next {name} of a pattern, into `name`; where to look for the one after it, or NULL. */
static const char *
next_name(const char *p, char name[NAME_SIZE])
{
	size_t n;

	p = strchr(p, '{');
	if (p == NULL || p[1] == '*')
		return NULL;
	n = strcspn(++p, "}");
	assert(n < NAME_SIZE);
	memcpy(name, p, n);
	name[n] = '\0';
	return p + n;
}

void
route_add_params(const struct ctx *c, struct json_object *to)
{
	const char *p = c->route->path;
	char name[NAME_SIZE];
	size_t i;

	if (strcmp(c->route->method, "GET") != 0 && strcmp(c->route->method, "DELETE") != 0)
		return;
	for (i = 0; (p = next_name(p, name)) != NULL; i++)
		json_add_first(to, name, c->params[i]);
}

int
route_check_params(struct ctx *c)
{
	const char *p = c->route->path;
	char name[NAME_SIZE];
	struct json_object *own;
	size_t i;

	for (i = 0; (p = next_name(p, name)) != NULL; i++) {
		if (!json_member(c->json, name, &own) || json_kind(own) != JSON_STRING ||
		    str_eq(json_string(own), c->params[i]))
			continue;
		return fail(c, INVALID_PARAMETER_VALUE, "The request names two values of '%s': %s "
		    "in its body or query, and '%s' in its path. Leave out the former.", name,
		    json_text(c->mem, own).p, c->params[i].p);
	}
	return 0;
}

struct str
route_path(struct arena *mem, const struct route *r, const char *prefix)
{
	if (r->where == AT_ROOT)
		return str_of(r->path);
	return arena_printf(mem, "%s%s%s", prefix, version_prefix(r->version), r->path);
}
