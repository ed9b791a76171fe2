/* From artifact locations to places on this machine. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "api/artifact_place.h"
#include "artifact/path.h"
#include "base/percent.h"
#include "http/error.h"
#include "store/location.h"

/* Where the artifact proxy is, behind whatever prefix. */
#define PROXY_PATH	"/api/2.0/mlflow-artifacts/artifacts"

int
check_artifact_path(struct ctx *c, struct str path)
{
	int byte = path_bad_byte(path);

	if (byte != -1)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid path: the byte 0x%02X in it is "
		    "%s: names of artifacts are UTF-8 without NUL.", (unsigned)byte,
		    byte == 0 ? "NUL" : "no UTF-8");
	if (path_is_valid(c->mem, path))
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Invalid path");
}

/*
 * The path that a location means on this machine; absent if none.  Relative ones
 * were stored by old releases, and begin where the server was started.
 */
static struct str
local_path(struct ctx *c, struct str location)
{
	struct str path = location_absolute(c->mem, location, c->conf->work_dir);
	struct str scheme = location_scheme(path);

	if (scheme.len == 0)
		return path;
	if (!str_is_nocase(scheme, "file") || location_is_remote_file(path))
		return (struct str){ NULL, 0 };
	path = (struct str){ path.p + 5, path.len - 5 };
	path.len = strcspn(path.p, "?#");
	if (str_starts(path, "//localhost/"))
		path = (struct str){ path.p + 11, path.len - 11 };
	else if (str_starts(path, "//"))
		path = (struct str){ path.p + 2, path.len - 2 };
	return percent_decode(c->mem, path);
}

/* What is left of a path below a folder; absent if it is elsewhere. */
static struct str
below(const char *folder, struct str path)
{
	size_t n = strlen(folder);

	if (path.p == NULL || !str_starts(path, folder) || (path.len > n && path.p[n] != '/'))
		return (struct str){ NULL, 0 };
	return (struct str){ path.p + n, path.len - n };
}

/* What stands behind "//": "name:port", "[v6]:port", "name"; absent without it. */
static struct str
authority_of(struct ctx *c, struct str location)
{
	const char *s = location.p + location_scheme(location).len + 1;

	if (location_scheme(location).len == 0 || strncmp(s, "//", 2) != 0)
		return (struct str){ NULL, 0 };
	return arena_str(c->mem, (struct str){ s + 2, strcspn(s + 2, "/?#") });
}

/* Such as "name:port"; an IPv6 address gets its brackets. */
static bool
is_address(struct ctx *c, struct str authority, const char *host)
{
	bool bare = strchr(host, ':') != NULL && host[0] != '[';

	return str_is_nocase(authority, arena_printf(c->mem, bare ? "[%s]:%u" : "%s:%u", host,
	    c->conf->port).p);
}

static bool
is_listened_on(struct ctx *c, struct str authority)
{
	static const char *const every[] = { "0.0.0.0", "::", "localhost", "127.0.0.1", "::1" };
	const char *host = c->conf->host;
	bool local = false, asked = false;
	size_t i;

	for (i = 0; i < sizeof(every) / sizeof(every[0]); i++) {
		local = local || strcmp(host, every[i]) == 0;
		asked = asked || is_address(c, authority, every[i]);
	}
	return is_address(c, authority, host) || (local && asked);
}

/* A name that the operator lists, bare for the standard port or ours. */
static bool
is_listed(struct ctx *c, struct str authority)
{
	const struct conf_list *hosts = &c->conf->allowed_hosts;
	size_t i;

	for (i = 0; i < hosts->n; i++)
		if (str_is_nocase(authority, hosts->items[i]) ||
		    is_address(c, authority, hosts->items[i]))
			return true;
	return false;
}

static bool
is_own(struct ctx *c, struct str authority)
{
	struct str root = authority_of(c, str_of(c->conf->default_artifact_root));

	return (root.p != NULL && str_is_nocase(authority, root.p)) ||
	    is_listened_on(c, authority) || is_listed(c, authority);
}

/*
 * A location of the artifact proxy, as the path that it serves; absent if it is of
 * another server's, or none.
 */
static struct str
served_path(struct ctx *c, struct str location)
{
	struct str scheme = location_scheme(location), authority = authority_of(c, location);
	bool http = str_is_nocase(scheme, "http") || str_is_nocase(scheme, "https");
	const char *path = location.p + scheme.len + 1;

	if (authority.len > 0 && !is_own(c, authority))
		return (struct str){ NULL, 0 };
	if (authority.p != NULL)
		path += 2 + authority.len;
	if (http) {
		path = strstr(path, PROXY_PATH);
		if (path == NULL || authority.len == 0)
			return (struct str){ NULL, 0 };
		path += strlen(PROXY_PATH);
	}
	return percent_decode(c->mem, arena_str(c->mem,
	    (struct str){ path, strcspn(path, "?#") }));
}

/* Does a location go by the artifact proxy, of this server or another? */
static bool
is_proxied(struct str location)
{
	struct str scheme = location_scheme(location);

	return str_is_nocase(scheme, "mlflow-artifacts") ||
	    ((str_is_nocase(scheme, "http") || str_is_nocase(scheme, "https")) &&
	    strstr(location.p, PROXY_PATH) != NULL);
}

static int
fail_outside(struct ctx *c, struct str location)
{
	if (is_proxied(location) && authority_of(c, location).len > 0)
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact location '",
		    location, "' names a server that this one does not know as itself, so it is "
		    "only open to clients that reach it themselves. If it is this server, name "
		    "its host and port in --allowed-hosts (CAIRN_ALLOWED_HOSTS).");
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact location '", location,
	    "' is not below an artifact root of this server, so it is only open to clients "
	    "that reach it themselves. If the server should show it, name its folder in "
	    "--artifact-roots (CAIRN_ARTIFACT_ROOTS).");
}

/* The innermost root that a path is below; absent if none. */
static struct str
below_root(struct ctx *c, struct str path, struct place *place)
{
	struct str best = { NULL, 0 }, rest;
	size_t i;

	for (i = 0; i < c->conf->roots.n; i++) {
		rest = below(c->conf->roots.items[i], path);
		if (rest.p != NULL && (best.p == NULL || rest.len < best.len)) {
			place->root = c->conf->roots.items[i];
			best = rest;
		}
	}
	return best;
}

int
locate(struct ctx *c, struct str location, struct str path, struct place *place)
{
	struct str rest = { NULL, 0 };

	*place = (struct place){ .root = c->conf->artifacts_destination };
	if (!is_proxied(location))
		rest = below_root(c, local_path(c, location), place);
	else if (c->conf->serve_artifacts)
		rest = served_path(c, location);
	if (rest.p == NULL)
		return fail_outside(c, location);
	place->path = path_clean(c->mem, arena_printf(c->mem, "%s/%s", rest.p, path.p));
	return check_artifact_path(c, place->path);
}

void
locate_served(struct ctx *c, struct str path, struct place *place)
{
	*place = (struct place){ .root = c->conf->artifacts_destination,
	    .path = path_clean(c->mem, path) };
}
