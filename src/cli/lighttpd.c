/*
 * etc/lighttpd.conf is the same for a lighttpd that somebody else runs, and has
 * the reasons for each setting.  Here the listening sockets are made by `cairn`,
 * and the workers of a pool share one: whichever is free takes the next request,
 * and a worker that dies takes nothing with it but the request it was at.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lighttpd.h"
#include "cli/stop.h"
#include "http/request.h"

/* KiB in the option's MiB. */
#define KIB	1024ul
/* KiB that a JSON body may have: the worker says it better what is a little larger. */
#define JSON_MOST	(REQUEST_BODY_MAX / 1024 + 64)

static void
add_string(struct buf *to, const char *text)
{
	const char *p;

	buf_putc(to, '"');
	for (p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_putc(to, '\\');
		buf_putc(to, *p);
	}
	buf_putc(to, '"');
}

static void
add_setting(struct buf *to, const char *name, const char *text)
{
	buf_printf(to, "%s = ", name);
	add_string(to, text);
	buf_putc(to, '\n');
}

/* "127.0.0.1", "[::1]" */
static void
add_host(struct buf *to, const char *address)
{
	bool ipv6 = strchr(address, ':') != NULL;

	buf_printf(to, "%s%s%s", ipv6 ? "[" : "", address, ipv6 ? "]" : "");
}

static void
add_addresses(struct buf *to, const struct address *a)
{
	unsigned i;

	buf_puts(to, "server.bind = \"");
	add_host(to, a->text[0]);
	buf_printf(to, "\"\nserver.port = %u\n", a->port);
	buf_puts(to, "server.systemd-socket-activation = \"enable\"\n");
	for (i = 1; i < a->n; i++) {
		buf_puts(to, "$SERVER[\"socket\"] == \"");
		add_host(to, a->text[i]);
		buf_printf(to, ":%u\" { }\n", a->port);
	}
}

static void
add_access_log(struct buf *to, const char *file)
{
	if (file == NULL)
		return;
	buf_puts(to, "server.modules += ( \"mod_accesslog\" )\n");
	/* its own standard output is /dev/null by then */
	add_setting(to, "accesslog.filename",
	    strcmp(file, "-") == 0 ? "/dev/stderr" : file);
}

/* A folder that files are sent from, as the kernel names it. */
static void
add_folder(struct buf *to, const char *folder)
{
	char *real = realpath(folder, NULL);

	add_string(to, real == NULL ? folder : real);
	buf_puts(to, ", ");
	free(real);
}

static void
add_workers(struct buf *to, const struct pool *pool)
{
	buf_printf(to, "var.%s_workers = ( \"/\" => (( \"socket\" => ", pool->name);
	add_string(to, pool->socket);
	buf_puts(to, ",\n"
	    "\t\"check-local\" => \"disable\", \"x-sendfile\" => \"enable\",\n"
	    "\t\"x-sendfile-docroot\" => var.files )) )\n");
}

/* What the rules from the table of endpoints take from their surroundings. */
static void
add_variables(struct buf *to, const struct conf *conf, const struct pool *pools)
{
	unsigned long most = conf->max_body * KIB;
	const char *p;
	size_t i;

	buf_puts(to, "var.prefix = \"");
	for (p = conf->static_prefix; *p != '\0'; p++)
		/* the one character of a regular expression that it may hold */
		buf_printf(to, *p == '.' ? "\\%c" : "%c", *p);
	buf_printf(to, "\"\nvar.upload_most = %lu\nvar.json_most = %lu\n", most,
	    most > 0 && most < JSON_MOST ? most : JSON_MOST);
	buf_puts(to, "var.files = ( ");
	for (i = 0; i < conf->roots.n; i++)
		add_folder(to, conf->roots.items[i]);
	add_folder(to, conf->ui_dir);
	buf_puts(to, ")\n");
	for (i = 0; i < POOL__MAX; i++)
		add_workers(to, &pools[i]);
}

/* Answers that no worker made; theirs have the same headers. */
static void
add_security_headers(struct buf *to, const struct conf *conf)
{
	if (conf->disable_security)
		return;
	buf_puts(to, "setenv.set-response-header = ( "
	    "\"X-Content-Type-Options\" => \"nosniff\"");
	if (strcmp(conf->x_frame_options, "NONE") != 0)
		buf_printf(to, ", \"X-Frame-Options\" => \"%s\"", conf->x_frame_options);
	buf_puts(to, " )\n");
}

static void
add_upload_dirs(struct buf *to, const struct lighttpd_paths *paths)
{
	buf_puts(to, "server.upload-dirs = ( ");
	add_string(to, paths->uploads);
	if (paths->uploads_else != NULL) {
		buf_puts(to, ", ");
		add_string(to, paths->uploads_else);
	}
	buf_puts(to, " )\n");
}

void
lighttpd_write_refusal(struct buf *to)
{
	buf_puts(to, "{\"error_code\":\"BAD_REQUEST\",\"message\":\"The request line and the "
	    "headers have more than 64 KiB together. Send a query of at most 61440 bytes, or "
	    "the parameters as a JSON object in the body: by POST where the path takes it, "
	    "else by GET without a query; and fewer and shorter headers.\","
	    "\"sqlstate\":\"KAM00\",\"error_class\":\"INVALID_PARAMETER_VALUE\"}");
}

void
lighttpd_write(struct buf *to, const struct conf *conf,
    const struct lighttpd_paths *paths, const struct route *const *tables)
{
	buf_puts(to, "# Written by cairn server at each start.\n"
	    "server.modules = ( \"mod_rewrite\", \"mod_setenv\", \"mod_fastcgi\" )\n");
	add_addresses(to, paths->address);
	add_setting(to, "server.document-root", paths->root);
	add_upload_dirs(to, paths);
	buf_puts(to,
	    /* the workers sent the paths without any; a later one is not followed */
	    "server.follow-symlink = \"disable\"\n"
	    /* it would send a file that was replaced a second ago */
	    "server.stat-cache-engine = \"disable\"\n"
	    "server.tag = \"cairn\"\n"
	    /* the workers say what it refused, as they say the rest: a free one at once */
	    "server.error-handler = \"/health\"\n"
	    "server.errorfile-prefix = server.document-root + \"/status-\"\n"
	    "mimetype.assign = ( \".html\" => \"application/json\" )\n"
	    "server.stream-request-body = 0\n"
	    "server.stream-response-body = 1\n"
	    "server.max-keep-alive-requests = 1000000\n"
	    "server.max-keep-alive-idle = 75\n"
	    "server.max-request-field-size = 131072\n"
	    "setenv.set-request-header = ( \"Cookie\" => \"\" )\n"
	    "$HTTP[\"querystring\"] =~ \"^.{4096}\" {\n"
	    "\turl.rewrite-once = ( \"^[^?]*\" => \"$0\" )\n"
	    "}\n"
	    "server.http-parseopts = (\n"
	    "\t\"header-strict\" => \"enable\",\n"
	    "\t\"host-strict\" => \"disable\",\n"
	    /* before url-normalize, which would take it back */
	    "\t\"method-get-body\" => \"enable\",\n"
	    "\t\"url-normalize\" => \"disable\"\n"
	    ")\n");
	buf_printf(to, "server.feature-flags = ( \"server.graceful-shutdown-timeout\" => %d )\n",
	    LIGHTTPD_STOP_MS / 1000);
	add_security_headers(to, conf);
	add_access_log(to, conf->access_log);
	add_variables(to, conf, paths->pools);
	rules_lighttpd(to, tables);
}
