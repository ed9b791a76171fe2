/* cairn routes: the table of endpoints. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/routes.h"
#include "cli/rules.h"

static const char *const transactions[] = {
	[NO_DB] = "none", [RD] = "reads", [WR] = "writes",
};

/* Where a row is served, as the start of its path. */
static const char *
prefix(const struct route *r)
{
	static const char *const prefixes[] = {
		[AT_ROOT] = "", [AT_API] = "{/api,/ajax-api}", [AT_AJAX] = "/ajax-api",
		[AT_FILES] = "{/api,/ajax-api}",
	};

	return prefixes[r->where];
}

static void
print_row(struct arena *mem, const struct route *r, bool markdown)
{
	struct str path = route_path(mem, r, prefix(r));

	printf(markdown ? "| %s | `%s` | %s | %s | %s |\n" : "%-6s %-66s %-6s %-6s %s\n",
	    r->method, path.p, (r->flags & OPEN) != 0 ? "open" : "rights",
	    transactions[r->tx], pool_names[route_pool(r)]);
}

static void
print_rows(const struct route *const *tables, bool markdown)
{
	const struct route *r;
	struct arena mem;

	arena_init(&mem);
	if (markdown)
		printf("| method | path | access | database | workers |\n|---|---|---|---|---|\n");
	for (r = NULL; (r = route_next(&tables, r)) != NULL;)
		print_row(&mem, r, markdown);
	arena_fini(&mem);
}

static void
print_rules(const struct route *const *tables,
    void (*rules)(struct buf *, const struct route *const *))
{
	struct buf text = { 0 };

	rules(&text, tables);
	fwrite(text.p, 1, text.len, stdout);
	buf_fini(&text);
}

int
cli_routes(const struct route *const *tables, int argc, char **argv)
{
	const char *option = argc == 2 ? argv[1] : "";

	if (argc == 1)
		print_rows(tables, false);
	else if (strcmp(option, "--markdown") == 0)
		print_rows(tables, true);
	else if (strcmp(option, "--lighttpd") == 0)
		print_rules(tables, rules_lighttpd);
	else if (strcmp(option, "--apache") == 0)
		print_rules(tables, rules_apache);
	else {
		fprintf(stderr, "cairn routes: '%s' is no option; there are --markdown, "
		    "--lighttpd and --apache\n", argv[1]);
		return 2;
	}
	return 0;
}
