/*
 * A rule is a regular expression over the path, anchored, with the names of the
 * table as alternatives.  Web servers match the path when they have decoded it: a
 * %2F may send a request to workers of another pool.  Nothing is lost by that, as
 * every worker answers every request.
 */
#include <string.h>

#include "cli/rules.h"

const char *const pool_names[POOL__MAX] = {
	[POOL_API] = "api", [POOL_FILES] = "files", [POOL_PROBE] = "probe",
};

static bool
is_probe(const struct route *r)
{
	return route_pool(r) == POOL_PROBE;
}

static bool
is_files(const struct route *r)
{
	return route_pool(r) == POOL_FILES;
}

/* Whose body is a file, and of any size. */
static bool
is_upload(const struct route *r)
{
	return r->body == STREAM;
}

/* A row's path: {name} is a segment, and the rest behind {*rest} is not looked at. */
static void
add_path(struct buf *to, const char *path)
{
	for (path++; *path != '\0'; path++) {
		if (*path == '{' && path[1] == '*')
			return;
		if (*path == '{') {
			buf_puts(to, "[^/]+");
			path = strchr(path, '}');
		} else {
			if (*path == '.')
				buf_putc(to, '\\');
			buf_putc(to, *path);
		}
	}
	buf_putc(to, '$');
}

/* What a rule is made from: the rows that it is about. */
typedef bool rows(const struct route *);

/* Has an earlier one of these rows the same path? */
static bool
is_told(const struct route *const *tables, const struct route *r, rows *chosen)
{
	const struct route *before;

	for (before = NULL; (before = route_next(&tables, before)) != r;)
		if (chosen(before) && before->version == r->version &&
		    strcmp(before->path, r->path) == 0)
			return true;
	return false;
}

/* Those of one version of the API, as alternatives; 0 is the root. */
static void
add_names(struct buf *to, const struct route *const *tables, rows *chosen, int version)
{
	const struct route *const *rest = tables, *r;

	for (r = NULL; (r = route_next(&rest, r)) != NULL;) {
		if (!chosen(r) || r->version != version || is_told(tables, r, chosen))
			continue;
		if (to->len > 0)
			buf_putc(to, '|');
		add_path(to, r->path);
	}
}

/* `prefix` is the variable's name as the web server wants it. */
static void
add_regex(struct buf *to, const struct route *const *tables, rows *chosen, const char *prefix)
{
	static const int versions[] = { 0, 2, 3 };
	struct buf names = { 0 };
	bool first = true;
	size_t i;

	buf_printf(to, "^/*(?:%s)?/(?:", prefix);
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		buf_reset(&names);
		add_names(&names, tables, chosen, versions[i]);
		if (names.len == 0)
			continue;
		if (!first)
			buf_putc(to, '|');
		first = false;
		if (versions[i] == 0)
			buf_add_str(to, buf_str(&names));
		else
			buf_printf(to, "(?:ajax-)?api/%d\\.0/(?:%s)", versions[i], names.p);
	}
	buf_putc(to, ')');
	buf_fini(&names);
}

#define LIGHTTPD_PREFIX	"\" + var.prefix + \""
#define APACHE_PREFIX	"${CAIRN_PREFIX}"

void
rules_lighttpd(struct buf *to, const struct route *const *tables)
{
	buf_puts(to, "# from `cairn routes --lighttpd`\n"
	    "server.max-request-size = var.json_most\n$HTTP[\"url\"] =~ \"");
	add_regex(to, tables, is_probe, LIGHTTPD_PREFIX);
	buf_puts(to, "\" {\n\tfastcgi.server = var.probe_workers\n}\nelse $HTTP[\"url\"] =~ \"");
	add_regex(to, tables, is_files, LIGHTTPD_PREFIX);
	buf_puts(to, "\" {\n\tfastcgi.server = var.files_workers\n}\n"
	    "else {\n\tfastcgi.server = var.api_workers\n}\n$HTTP[\"url\"] =~ \"");
	add_regex(to, tables, is_upload, LIGHTTPD_PREFIX);
	buf_puts(to, "\" {\n\tserver.max-request-size = var.upload_most\n}\n");
}

static void
add_location(struct buf *to, const struct route *const *tables, rows *chosen, const char *setting)
{
	buf_puts(to, "<LocationMatch \"");
	add_regex(to, tables, chosen, APACHE_PREFIX);
	buf_printf(to, "\">\n\t%s\n</LocationMatch>\n", setting);
}

/*
 * The section that comes last wins.  LimitRequestBody cuts a body off where its length
 * was not told, but mod_fcgid then takes what it has for all of it: the worker's own
 * limit for JSON is a little lower, and for files mod_fcgid has one that is told.
 */
void
rules_apache(struct buf *to, const struct route *const *tables)
{
	buf_puts(to, "# from `cairn routes --apache`\n"
	    "<Location \"/\">\n"
	    "\tFcgidWrapper \"${CAIRN_FCGI} api\" virtual\n"
	    "\tLimitRequestBody ${CAIRN_MAX_JSON}\n"
	    "</Location>\n");
	add_location(to, tables, is_probe, "FcgidWrapper \"${CAIRN_FCGI} probe\" virtual");
	add_location(to, tables, is_files, "FcgidWrapper \"${CAIRN_FCGI} files\" virtual");
	add_location(to, tables, is_upload, "LimitRequestBody 0");
	buf_puts(to, "<If \"-z %{ENV:REDIRECT_STATUS} && "
	    "req_novary('Content-Length') -gt ${CAIRN_MAX_JSON} && "
	    "%{REQUEST_URI} !~ m#");
	add_regex(to, tables, is_upload, APACHE_PREFIX);
	buf_puts(to, "#\">\n\tRedirect 413\n</If>\n");
}
