/* Content types, and the names that browsers save under. */
#include <string.h>

#include "artifact/type.h"
#include "tap.h"

static struct arena mem;

static void
typed(const char *name, const char *want)
{
	const char *got = type_of_artifact(str_of(name));

	tap_ok(strcmp(got, want) == 0, "%s: %s", name, got);
}

static void
named(const char *name, const char *want)
{
	struct str got = type_disposition(&mem, str_of(name));

	tap_ok(str_is(got, want), "%s: %s", name, got.p);
}

int
main(void)
{
	arena_init(&mem);
	typed("a.txt", "text/plain");
	typed("MLmodel", "text/plain");
	typed("MLproject", "text/plain");
	typed("mlproject", "text/plain");
	typed("x.mlproject", "text/plain");
	typed("json", "text/plain");
	typed("log", "text/plain");
	typed("JSON", "application/octet-stream");
	typed("x.json.gz", "application/json");
	typed("x.yaml.gz", "application/octet-stream");
	typed("x.txt.gz.gz", "application/octet-stream");
	typed("..json", "application/octet-stream");
	typed("x..json", "text/plain");
	typed("x.svgz", "image/svg+xml");
	typed("x.tbz2", "application/x-tar");
	typed("x.MLmodel", "text/plain");
	typed("mlmodel", "text/plain");
	typed("a.YAML", "application/octet-stream");
	typed("a.CSV", "text/csv");
	typed("a.PNG", "image/png");
	typed("a.html", "text/html");
	typed("a.txt.gz", "text/plain");
	typed("a.tar.gz", "application/x-tar");
	typed("a.tgz", "application/x-tar");
	typed("a.gz", "application/octet-stream");
	typed("a.pkl", "application/octet-stream");
	typed(".txt", "application/octet-stream");
	typed(".gz", "application/octet-stream");
	typed("x.", "application/octet-stream");
	typed("", "application/octet-stream");
	tap_ok(strcmp(type_of_page(STR("main.c2f5.js")), "text/javascript; charset=utf-8") == 0,
	    "a script of the UI");
	tap_ok(type_of_page(STR("LICENSE")) == NULL, "a page of no known type");
	named("a.txt", "attachment; filename=a.txt");
	named("a+b%'~&|*`!$^.txt", "attachment; filename=a+b%'~&|*`!$^.txt");
	named("a b", "attachment; filename=\"a b\"");
	named("a\"b\\c", "attachment; filename=\"a\\\"b\\\\c\"");
	named("", "attachment; filename=\"\"");
	named("\xc3\xa9.txt", "attachment; filename=\".txt\"; filename*=UTF-8''%C3%A9.txt");
	named("a\r\nX: y", "attachment; filename=\"aX: y\"; filename*=UTF-8''a%0D%0AX%3A%20y");
	arena_fini(&mem);
	return tap_done();
}
