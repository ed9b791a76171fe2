/* The table's walk, and the table itself. */
#include <string.h>

#include "auth/permit.h"
#include "http/error.h"
#include "routes.h"
#include "tap.h"

#define FILES "/api/2.0/mlflow-artifacts/artifacts/"

static struct arena mem;

static bool
meets(struct ctx *c)
{
	return route_find(c, routes) == 0 && route_check(c) == 0;
}

/* The row that a request meets, "404", or the methods of a 405. */
static const char *
meet(const struct conf *conf, const char *method, const char *path, const char *want)
{
	struct ctx c = { .conf = conf, .mem = &mem };
	const char *got;

	c.req.method = str_of(method);
	c.req.is_head = strcmp(method, "HEAD") == 0;
	c.req.path = str_of(path);
	if (meets(&c))
		got = c.route->path;
	else if (c.error.status == 404)
		got = "404";
	else
		got = arena_printf(&mem, "%d %s", c.error.status, c.res.always.p).p;
	tap_ok(strncmp(got, want, strlen(want)) == 0, "%s %s -> %s", method, path, got);
	buf_fini(&c.res.always);
	return got;
}

/* The rest of a path is decoded once, slashes and all. */
static void
check_rest(void)
{
	struct conf conf = { .static_prefix = "" };
	struct ctx c = { .conf = &conf, .mem = &mem };

	c.req.method = STR("GET");
	c.req.path = STR(FILES "a%2Fb//c%252e/..%2f");
	tap_ok(meets(&c) && str_is(c.params[0], "a/b//c%2e/../"),
	    "the rest of a path is decoded once");
	conf.artifacts_only = true;
	tap_ok(meets(&c), "artifacts only: files");
	c.req.path = STR("/get-artifact");
	tap_ok(!meets(&c) && c.error.status == 503,
	    "artifacts only: nothing of runs");
}

static void
check_walk(void)
{
	struct conf conf = { .static_prefix = "" }, below = { .static_prefix = "/ml" };

	meet(&conf, "GET", "/api/2.0/mlflow/runs/get", "/mlflow/runs/get");
	meet(&conf, "HEAD", "/ajax-api/2.0/mlflow/runs/get", "/mlflow/runs/get");
	meet(&conf, "GET", "///api/2.0/mlflow/runs/g%65t", "/mlflow/runs/get");
	meet(&conf, "GET", "/health", "/health");
	meet(&conf, "GET", "/api/2.0/mlflow/runs/get/", "404");
	meet(&conf, "GET", "/api//2.0/mlflow/runs/get", "404");
	meet(&conf, "GET", "/api/3.0/mlflow/runs/get", "404");
	meet(&conf, "GET", "/api/2.0/mlflow/runs%2Fget", "404");
	meet(&conf, "GET", "/Api/2.0/mlflow/runs/get", "404");
	meet(&conf, "POST", "/api/2.0/mlflow/experiments/search-datasets", "404");
	meet(&conf, "GET", "", "/");
	meet(&conf, "GET", "/", "/");
	meet(&conf, "GET", "/static-files/static/js/main.js", "/static-files/{*path}");
	meet(&conf, "GET", "/static-files/", "404");
	meet(&conf, "GET", FILES "a", "/mlflow-artifacts/artifacts/{*path}");
	meet(&conf, "GET", FILES "", "/mlflow-artifacts/artifacts/{*path}");
	meet(&conf, "GET", FILES "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a",
	    "/mlflow-artifacts/artifacts/{*path}");
	meet(&conf, "POST", "/api/2.0/mlflow-artifacts/mpu/create/", "404");
	meet(&below, "GET", FILES "a", "/mlflow-artifacts/artifacts/{*path}");
	meet(&below, "DELETE", FILES "a", "405 Allow: GET, HEAD, PUT, OPTIONS");
	meet(&below, "GET", "/ml" FILES "a", "/mlflow-artifacts/artifacts/{*path}");
	meet(&below, "GET", "/ml", "308 Location: /ml/");
	meet(&below, "GET", "/", "404");
	meet(&conf, "GET", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", "404");
	meet(&conf, "POST", "/api/2.0/mlflow/runs/get", "405 Allow: GET, HEAD, OPTIONS");
	meet(&conf, "TRACE", "/api/2.0/mlflow/runs/create", "405 Allow: POST, OPTIONS");
	meet(&conf, "OPTIONS", "/api/2.0/mlflow/runs/create", "204 Allow: POST, OPTIONS");
	meet(&conf, "OPTIONS", "/health", "200 Allow: GET, HEAD, OPTIONS");
	meet(&below, "GET", "/ml/api/2.0/mlflow/runs/get", "/mlflow/runs/get");
	meet(&below, "GET", "/api/2.0/mlflow/runs/get", "404");
	meet(&below, "GET", "/mlx/api/2.0/mlflow/runs/get", "404");
	meet(&below, "GET", "/health", "/health");
	meet(&below, "GET", "/ml/health", "/health");
}

static bool
same_place(const struct route *a, const struct route *b)
{
	return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0 &&
	    a->version == b->version;
}

/* Does the pattern of one row match the path of another, literally? */
static bool
covers(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		size_t n = strcspn(pattern + 1, "/") + 1, m = strcspn(path + 1, "/") + 1;

		if (pattern[1] != '{' && (n != m || memcmp(pattern, path, n) != 0))
			return false;
		pattern += n;
		path += m;
	}
	return *pattern == '\0' && *path == '\0';
}

/* A {name} of a path that none of the row's fields has. */
static bool
has_unknown_name(const struct route *r)
{
	const char *p = r->path;

	while ((p = strchr(p, '{')) != NULL) {
		size_t n = strcspn(++p, "}");
		const struct field *f = r->fields;

		/* the rest of a path is the handler's to read */
		if (*p == '*')
			continue;

		while (f != NULL && f->kind != FIELD_END &&
		    (strlen(f->name) != n || memcmp(f->name, p, n) != 0))
			f++;
		if (f == NULL || f->kind == FIELD_END)
			return true;
	}
	return false;
}

/* Where a body says it too, the handler sees to the path. */
static bool
takes_body(const struct route *r)
{
	return strcmp(r->method, "GET") != 0 && strcmp(r->method, "DELETE") != 0;
}

static void
check_table(void)
{
	const struct route *const *table = routes, *const *before;
	const struct route *r, *s;

	for (r = NULL; (r = route_next(&table, r)) != NULL;) {
		bool twice = false, late = false;

		before = routes;
		for (s = NULL; (s = route_next(&before, s)) != r;) {
			twice = twice || same_place(r, s);
			late = late || (strchr(s->path, '{') != NULL && covers(s->path, r->path) &&
			    s->version == r->version && strcmp(s->method, r->method) == 0);
		}
		tap_ok(!twice, "%s %s stands once", r->method, r->path);
		tap_ok(!late, "%s %s: literals before patterns", r->method, r->path);
		tap_ok(strcmp(r->method, "GET") != 0 || r->tx != WR, "%s %s: GET reads",
		    r->method, r->path);
		tap_ok((r->fields == NULL) == (r->in_size == 0) && r->handler != NULL &&
		    (r->fields == NULL ? r->body != JSON : r->body != NO_BODY) &&
		    (takes_body(r) || !has_unknown_name(r)),
		    "%s %s: whole row", r->method, r->path);
	}
}

static int
do_nothing(struct ctx *c)
{
	(void)c;
	return 0;
}

static int
do_permit(struct ctx *c)
{
	return permit(c, READ, RUN, .id = STR("r"));
}

static int
do_refuse(struct ctx *c)
{
	return fail(c, RESOURCE_DOES_NOT_EXIST, "none");
}

/* What a handler permitted decides whether it answers; 0 is an answer. */
static void
check_run(int (*handler)(struct ctx *), unsigned flags, int want, const char *what)
{
	const struct route row = { "GET", AT_API, 2, "/x", flags, RD, QUERY, NULL, 0, handler };
	struct ctx c = { .mem = &mem, .route = &row, .permitted = true };
	int rc = route_run(&c);

	tap_ok(rc == (want == 0 ? 0 : -1) && c.error.status == want, "%s: %d", what,
	    c.error.status);
}

static void
check_rights(void)
{
	check_run(do_nothing, 0, 500, "a handler that permits nothing");
	check_run(do_nothing, OPEN, 0, "one of an open row");
	check_run(do_nothing, PROBE, 0, "one of a probe");
	check_run(do_permit, 0, 0, "one that permits");
	check_run(do_refuse, 0, 404, "one that found nothing");
}

int
main(void)
{
	arena_init(&mem);
	check_walk();
	check_rest();
	check_table();
	check_rights();
	arena_fini(&mem);
	return tap_done();
}
