/* The web UI. */
#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/ui.h"
#include "artifact/file.h"
#include "artifact/path.h"
#include "artifact/root.h"
#include "artifact/type.h"
#include "http/error.h"
#include "http/response.h"

/* Seconds that a browser keeps a file: 28 days, as the reference. */
#define STATIC_AGE	2419200
/* Room for a date as HTTP writes it. */
#define DATE_MAX	64

/* What there is without the UI. */
static const char page[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<title>Cairn</title>\n"
    "<h1>Cairn</h1>\n"
    "<p>This tracking server is running, without the web UI: its files are not in %s.\n"
    "Get them with <code>tools/fetch-ui</code> or <code>make install-ui</code>, or name the\n"
    "folder that has them in <code>--ui-dir</code> (CAIRN_UI_DIR).</p>\n"
    "<p>Clients need no UI. They find:</p>\n"
    "<ul>\n"
    "<li>the API of MLflow " MLFLOW_RELEASE " below <code>api/2.0/mlflow</code> and\n"
    "<code>api/3.0/mlflow</code> (doc/ROUTES.md lists it)</li>\n"
    "<li>artifacts below <code>api/2.0/mlflow-artifacts/artifacts</code></li>\n"
    "<li><a href=\"health\">health</a>, <a href=\"ready\">ready</a>,\n"
    "<a href=\"version\">version</a>, <a href=\"metrics\">metrics</a></li>\n"
    "</ul>\n"
    "</html>\n";

/* The folder is the operator's, but its name may hold anything. */
static struct str
escape_html(struct ctx *c, const char *text)
{
	struct buf b = { 0 };
	struct str s;

	for (; *text != '\0'; text++) {
		if (strchr("<>&\"'", *text) != NULL)
			buf_printf(&b, "&#%d;", *text);
		else
			buf_putc(&b, *text);
	}
	s = arena_str(c->mem, buf_str(&b));
	buf_fini(&b);
	return s;
}

static int
find_file(struct ctx *c, struct str path, struct artifact_info *info)
{
	int root = root_open(c->conf->ui_dir), rc;

	if (root == -1)
		return -1;
	rc = file_info(root, path.p, c->mem, info);
	file_close(root);
	return rc == 0 && info->is_dir ? -1 : rc;
}

/*
 * Made once, at the installation: see tools/fetch-ui.  Apache's module takes
 * Content-Encoding away from what it sends.
 */
static bool
find_compressed(struct ctx *c, struct str path, struct artifact_info *info)
{
	if (!response_takes_gzip(c) || c->req.is_apache)
		return false;
	return find_file(c, arena_printf(c->mem, "%s.gz", path.p), info) == 0;
}

static void
answer_page_file(struct ctx *c, struct str path, struct artifact_info *info)
{
	if (find_compressed(c, path, info))
		buf_puts(&c->res.headers, "Content-Encoding: gzip\r\n");
	c->res.content_type = type_of_page(path);
	if (c->res.content_type == NULL)
		c->res.content_type = "application/octet-stream";
	response_file(c, info->path, info->version);
}

static int
ui_index(struct ctx *c)
{
	struct artifact_info info;

	buf_puts(&c->res.headers, "Cache-Control: no-cache\r\n");
	if (find_file(c, STR("index.html"), &info) == 0) {
		buf_puts(&c->res.headers, "Content-Disposition: inline; filename=index.html\r\n");
		answer_page_file(c, STR("index.html"), &info);
		return 0;
	}
	c->res.content_type = HTML_PAGE;
	buf_printf(&c->res.body, page, escape_html(c, c->conf->ui_dir).p);
	return 0;
}

static int
answer_static(struct ctx *c)
{
	struct str path = path_clean(c->mem, c->params[0]);
	struct artifact_info info;

	/* what a header cannot carry is no file of ours */
	if (!path_is_valid(c->mem, path) || str_has_control(path) ||
	    find_file(c, path, &info) == -1)
		return fail_page(c, 404, HTML_PAGE, STR("<!doctype html>\n<title>Not found"
		    "</title>\n<p>The web UI has no such file.</p>\n"));
	answer_page_file(c, path, &info);
	return 0;
}

static int
ui_static(struct ctx *c)
{
	time_t end = time(NULL) + STATIC_AGE;
	char date[DATE_MAX];
	struct tm tm;

	if (answer_static(c) == -1)
		return -1;
	gmtime_r(&end, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	buf_printf(&c->res.headers, "Cache-Control: public, max-age=%d\r\nExpires: %s\r\n",
	    STATIC_AGE, date);
	return 0;
}

static int
ui_build(struct ctx *c)
{
	if (answer_static(c) == -1)
		return -1;
	buf_puts(&c->res.headers, "Cache-Control: no-cache\r\n");
	return 0;
}

/* clang-format off */
const struct route ui_routes[] = {
	{ "GET",    AT_ROOT, 0, "/", OPEN | ALWAYS, NO_DB, NO_BODY, NO_IN, ui_index },
	{ "GET",    AT_ROOT, 0, "/static-files/{*path}", OPEN | ALWAYS, NO_DB, NO_BODY,
	    NO_IN, ui_static },
	{ "GET",    AT_ROOT, 0, "/build/{*path}", OPEN | ALWAYS, NO_DB, NO_BODY, NO_IN, ui_build },
	{ .method = NULL }
};
/* clang-format on */
