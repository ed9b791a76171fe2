/* Whom a request comes from, and whether that one may ask. */
#include <string.h>

#include "conf/host.h"
#include "http/error.h"
#include "http/origin.h"
#include "http/route.h"

/* Seconds for which a browser may remember a preflight's answer. */
#define PREFLIGHT_AGE	"600"

bool
origin_host_allowed(const struct conf *conf, struct str text)
{
	struct host host;

	if (!host_read(text, &host))
		return false;
	if (conf->hosts.n > 0)
		return host_is_listed(&conf->hosts, &host);
	return strcmp(host.name, "localhost") == 0 || host_is_private(&host);
}

bool
origin_allowed(const struct conf *conf, struct str origin, struct str own)
{
	struct host host;

	if (origin_is_listed(&conf->origins, origin))
		return true;
	/* a page of this very server is no stranger: its host has been checked */
	return origin_read(origin, &host) && (host_is_local(&host) ||
	    (own.p != NULL && str_is_nocase(origin_authority(origin), own.p)));
}

/* Origins that a browser is told may read the answers. */
static bool
origin_may_read(const struct conf *conf, struct str origin)
{
	struct host host;

	if (origin_is_listed(&conf->origins, origin))
		return true;
	return str_starts(origin, "http://") && origin_read(origin, &host) &&
	    host_is_local(&host) &&
	    origin_authority(origin).len + strlen("http://") == origin.len;
}

/* Is the list one of "*"?  Then no credentials go with it. */
static bool
any_origin(const struct conf *conf)
{
	return origin_is_listed(&conf->origins, STR("*"));
}

/* A header's value goes back to the client: no control characters in it. */
static bool
is_echoable(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static void
add_cors_headers(struct ctx *c, bool preflight)
{
	struct buf *h = &c->res.always;

	if (any_origin(c->conf))
		buf_puts(h, "Access-Control-Allow-Origin: *\r\n");
	else if (origin_may_read(c->conf, c->req.origin) && is_echoable(c->req.origin))
		buf_printf(h, "Access-Control-Allow-Origin: %s\r\n", c->req.origin.p);
	if (!any_origin(c->conf))
		buf_puts(h, "Access-Control-Allow-Credentials: true\r\n");
	if (!preflight)
		buf_puts(h, "Access-Control-Expose-Headers: *\r\n");
}

static int
answer_preflight(struct ctx *c)
{
	static const char *const methods[] = {
		"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"
	};
	struct str wanted = c->req.preflight_method;
	size_t i;

	add_cors_headers(c, true);
	buf_puts(&c->res.always, "Access-Control-Allow-Methods: GET, POST, PUT, "
	    "DELETE, OPTIONS, PATCH\r\nAccess-Control-Max-Age: " PREFLIGHT_AGE "\r\n");
	if (c->req.preflight_headers.p != NULL && is_echoable(c->req.preflight_headers))
		buf_printf(&c->res.always, "Access-Control-Allow-Headers: %s\r\n",
		    c->req.preflight_headers.p);
	if (!origin_may_read(c->conf, c->req.origin))
		return fail_page(c, 400, TEXT_PAGE, STR("Disallowed CORS origin"));
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (str_is(wanted, methods[i]))
			return fail_page(c, 200, TEXT_PAGE, STR("OK"));
	return fail_page(c, 400, TEXT_PAGE, STR("Disallowed CORS method"));
}

static bool
changes_state(struct str method)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (str_is(method, methods[i]))
			return true;
	return false;
}

static int
refuse_origin(struct ctx *c)
{
	return fail_page(c, 403, "text/plain", arena_printf(c->mem,
	    "Cross-origin request blocked: pages of '%s' may not change anything on this "
	    "server. If they should, add the origin to --cors-allowed-origins "
	    "(MLFLOW_SERVER_CORS_ALLOWED_ORIGINS).", c->req.origin.p));
}

static int
check_origin(struct ctx *c)
{
	if (str_empty(c->req.origin))
		return 0;
	if (str_is(c->req.method, "OPTIONS") && c->req.preflight_method.p != NULL)
		return answer_preflight(c);
	add_cors_headers(c, false);
	if (changes_state(c->req.method) &&
	    !origin_allowed(c->conf, c->req.origin, c->req.host))
		return refuse_origin(c);
	return 0;
}

static int
check_host(struct ctx *c)
{
	if ((c->route != NULL && (c->route->flags & PROBE) == PROBE) || origin_host_allowed(c->conf, c->req.host))
		return 0;
	return fail_page(c, 403, "text/plain", arena_printf(c->mem,
	    "Invalid Host header - possible DNS rebinding attack detected: this server "
	    "does not answer as '%s'. If it should, add the name to --allowed-hosts "
	    "(MLFLOW_SERVER_ALLOWED_HOSTS).", c->req.host.p == NULL ? "" : c->req.host.p));
}

/* server-info is how a client asks whether there are workspaces. */
static int
check_workspace(struct ctx *c)
{
	if (str_empty(c->req.workspace) ||
	    (c->route != NULL && (c->route->flags & ANY_WORKSPACE) != 0))
		return 0;
	return fail_client(c, FEATURE_DISABLED, "Workspace APIs are not available: "
	    "workspaces are not enabled on this server");
}

int
origin_check(struct ctx *c)
{
	if (!c->conf->disable_security && (check_host(c) == -1 || check_origin(c) == -1))
		return -1;
	return check_workspace(c);
}
