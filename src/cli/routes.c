/* cairn routes: the table of endpoints. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/routes.h"

static const char *const transactions[] = {
	[NO_DB] = "none", [RD] = "reads", [WR] = "writes",
};

static const char *const pools[] = {
	[POOL_API] = "api", [POOL_FILES] = "files", [POOL_PROBE] = "probe",
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
	    transactions[r->tx], pools[route_pool(r)]);
}

int
cli_routes(const struct route *const *tables, int argc, char **argv)
{
	bool markdown = argc == 2 && strcmp(argv[1], "--markdown") == 0;
	const struct route *r;
	struct arena mem;

	if (argc > 1 && !markdown) {
		fprintf(stderr, "cairn routes: '%s' is no option; there is only --markdown\n",
		    argv[1]);
		return 2;
	}
	arena_init(&mem);
	if (markdown)
		printf("| method | path | access | database | workers |\n|---|---|---|---|---|\n");
	for (r = NULL; (r = route_next(&tables, r)) != NULL;)
		print_row(&mem, r, markdown);
	arena_fini(&mem);
	return 0;
}
