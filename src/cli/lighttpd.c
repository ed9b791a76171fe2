/*
 * etc/lighttpd.conf is the same for a lighttpd that somebody else runs, and has
 * the reasons for each setting.  Here the listening sockets are made by `cairn`,
 * and all workers share one: whichever is free takes the next request, and a
 * worker that dies takes nothing with it but the request it was at.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lighttpd.h"

/* KiB in the option's MiB. */
#define KIB	1024ul

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

static void
add_address(struct buf *to, const struct lighttpd_paths *paths)
{
	bool ipv6 = strchr(paths->address, ':') != NULL;

	buf_printf(to, "server.bind = \"%s%s%s\"\n", ipv6 ? "[" : "",
	    paths->address, ipv6 ? "]" : "");
	buf_printf(to, "server.port = %u\n", paths->port);
	buf_puts(to, "server.systemd-socket-activation = \"enable\"\n");
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
add_workers(struct buf *to, const struct conf *conf, const char *socket)
{
	size_t i;

	buf_puts(to, "fastcgi.server = ( \"/\" => (( \"socket\" => ");
	add_string(to, socket);
	buf_puts(to, ",\n"
	    "\t\"check-local\" => \"disable\", \"x-sendfile\" => \"enable\",\n"
	    "\t\"x-sendfile-docroot\" => ( ");
	for (i = 0; i < conf->roots.n; i++)
		add_folder(to, conf->roots.items[i]);
	add_folder(to, conf->ui_dir);
	buf_puts(to, ") )) )\n");
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
    const struct lighttpd_paths *paths)
{
	buf_puts(to, "# Written by cairn server at each start.\n"
	    "server.modules = ( \"mod_rewrite\", \"mod_setenv\", \"mod_fastcgi\" )\n");
	add_address(to, paths);
	add_setting(to, "server.document-root", paths->root);
	buf_puts(to, "server.upload-dirs = ( ");
	add_string(to, paths->uploads);
	buf_puts(to, " )\n");
	buf_printf(to, "server.max-request-size = %lu\n", conf->max_body * KIB);
	buf_puts(to,
	    /* the workers sent the paths without any; a later one is not followed */
	    "server.follow-symlink = \"disable\"\n"
	    /* it would send a file that was replaced a second ago */
	    "server.stat-cache-engine = \"disable\"\n"
	    "server.tag = \"cairn\"\n"
	    /* the workers say what it refused, as they say the rest */
	    "server.error-handler = \"/\"\n");
	buf_puts(to, "server.errorfile-prefix = server.document-root + \"/status-\"\n"
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
	    "server.feature-flags = ( \"server.graceful-shutdown-timeout\" => 10 )\n"
	    "server.http-parseopts = (\n"
	    "\t\"header-strict\" => \"enable\",\n"
	    "\t\"host-strict\" => \"disable\",\n"
	    /* before url-normalize, which would take it back */
	    "\t\"method-get-body\" => \"enable\",\n"
	    "\t\"url-normalize\" => \"disable\"\n"
	    ")\n");
	add_access_log(to, conf->access_log);
	add_workers(to, conf, paths->socket);
}
