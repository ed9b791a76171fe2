/* Whom a request comes from, and whether that one may ask. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "http/origin.h"
#include "http/error.h"
#include "http/route.h"

/* The longest name that DNS knows, with its NUL. */
#define HOST_SIZE	256

/* Seconds for which a browser may remember a preflight's answer. */
#define PREFLIGHT_AGE	"600"

/* An address as 16 bytes; IPv4 is mapped into IPv6. */
struct address {
	unsigned char	bytes[16];
};

static const unsigned char mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static bool
all_digits(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return true;
}

/* "name:port", "[v6]:port", "name": the lower-case name, without brackets. */
static bool
split_host(struct str s, char to[HOST_SIZE])
{
	const char *end;
	struct str port;
	size_t i, n;

	if (s.len > 0 && s.p[0] == '[') {
		s = (struct str){ s.p + 1, s.len - 1 };
		end = memchr(s.p, ']', s.len);
		if (end == NULL)
			return false;
		port = (struct str){ end + 1, s.len - (size_t)(end - s.p) - 1 };
	} else {
		end = s.len == 0 ? NULL : memchr(s.p, ':', s.len);
		if (end == NULL)
			end = s.p + s.len;
		port = (struct str){ end, s.len - (size_t)(end - s.p) };
	}
	if (port.len > 0 && (port.p[0] != ':' ||
	    !all_digits((struct str){ port.p + 1, port.len - 1 })))
		return false;
	n = (size_t)(end - s.p);
	if (n == 0 || n >= HOST_SIZE)
		return false;
	for (i = 0; i < n; i++)
		to[i] = (char)tolower((unsigned char)s.p[i]);
	to[n] = '\0';
	return true;
}

static bool
to_address(const char *text, struct address *a)
{
	memcpy(a->bytes, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, a->bytes + 12) == 1 ||
	    inet_pton(AF_INET6, text, a->bytes) == 1;
}

static bool
in_network(const struct address *a, const unsigned char *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a->bytes, net, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ net[whole]) >> (8 - rest) == 0;
}

/* Loopback, private and "any" addresses: what no public name resolves to. */
static bool
is_private(const struct address *a)
{
	static const struct {
		unsigned char	net[16];
		unsigned	bits;
	} nets[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127 }, 104 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10 }, 104 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 172, 16 }, 108 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 168 }, 112 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0 }, 128 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 128 },
		{ { 0xfc }, 7 },
	};
	size_t i;

	for (i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (in_network(a, nets[i].net, nets[i].bits))
			return true;
	return false;
}

/* One item of the setting against one host: "*", "*.suffix", a name, an address. */
static bool
item_matches(const char *item, const char *host)
{
	char name[HOST_SIZE];
	struct address a, b;
	size_t n, m = strlen(host);

	if (strcmp(item, "*") == 0)
		return true;
	if (strncmp(item, "*.", 2) == 0) {
		n = strlen(item + 1);
		return !to_address(host, &a) && m > n &&
		    str_is_nocase((struct str){ host + m - n, n }, item + 1);
	}
	/* an IPv6 address may stand without brackets */
	if (to_address(item, &a) || (split_host(str_of(item), name) && to_address(name, &a)))
		return to_address(host, &b) && memcmp(&a, &b, sizeof(a)) == 0;
	return split_host(str_of(item), name) && strcmp(name, host) == 0;
}

bool
origin_host_allowed(const struct conf *conf, struct str text)
{
	char host[HOST_SIZE];
	struct address a;
	size_t i;

	if (text.p == NULL || !split_host(text, host))
		return false;
	for (i = 0; i < conf->allowed_hosts.n; i++)
		if (item_matches(conf->allowed_hosts.items[i], host))
			return true;
	if (conf->allowed_hosts.n > 0)
		return false;
	return strcmp(host, "localhost") == 0 || (to_address(host, &a) && is_private(&a));
}

/* "scheme://host:port": the part behind "//", .p NULL if it is not of the form. */
static struct str
origin_authority(struct str origin)
{
	const char *at = origin.p == NULL ? NULL : strstr(origin.p, "://");
	struct str s;
	const char *slash;

	if (at == NULL || at == origin.p)
		return (struct str){ NULL, 0 };
	s = (struct str){ at + 3, origin.len - (size_t)(at + 3 - origin.p) };
	slash = s.len == 0 ? NULL : memchr(s.p, '/', s.len);
	if (slash != NULL)
		s.len = (size_t)(slash - s.p);
	return s;
}

static bool
is_local_name(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 ||
	    strcmp(host, "::1") == 0;
}

static bool
origin_listed(const struct conf *conf, struct str origin)
{
	size_t i;

	for (i = 0; i < conf->cors_allowed_origins.n; i++) {
		const char *item = conf->cors_allowed_origins.items[i];

		if (strcmp(item, "*") == 0 || str_is_nocase(origin, item))
			return true;
	}
	return false;
}

bool
origin_allowed(const struct conf *conf, struct str origin, struct str host)
{
	struct str authority = origin_authority(origin);
	char name[HOST_SIZE];

	if (origin_listed(conf, origin))
		return true;
	if (authority.p == NULL || !split_host(authority, name))
		return false;
	/* a page of this very server is no stranger: its host has been checked */
	if (host.p != NULL && str_is_nocase(authority, host.p))
		return true;
	return conf->cors_allowed_origins.n == 0 && is_local_name(name);
}

/* Origins that a browser is told may read the answers. */
static bool
origin_may_read(const struct conf *conf, struct str origin)
{
	char name[HOST_SIZE];

	if (origin_listed(conf, origin))
		return true;
	return conf->cors_allowed_origins.n == 0 && str_starts(origin, "http://") &&
	    split_host(origin_authority(origin), name) && is_local_name(name) &&
	    origin_authority(origin).len + strlen("http://") == origin.len;
}

static bool
any_origin(const struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->cors_allowed_origins.n; i++)
		if (strcmp(conf->cors_allowed_origins.items[i], "*") == 0)
			return true;
	return false;
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
check_origin(struct ctx *c)
{
	if (str_empty(c->req.origin))
		return 0;
	if (str_is(c->req.method, "OPTIONS") && c->req.preflight_method.p != NULL)
		return answer_preflight(c);
	add_cors_headers(c, false);
	if (changes_state(c->req.method) &&
	    !origin_allowed(c->conf, c->req.origin, c->req.host))
		return fail_page(c, 403, "text/plain", STR("Cross-origin request blocked"));
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
