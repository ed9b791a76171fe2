/* cairn routes: the table of endpoints. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/routes.h"

static const char *const accesses[] = {
	[OPEN] = "open", [PAGES] = "pages", [FILES_READ] = "read files",
	[FILES_EDIT] = "edit files", [EXP_READ] = "read experiment", [EXP_EDIT] = "edit experiment",
	[EXP_CREATE] = "create experiment", [RUN_READ] = "read run", [RUN_EDIT] = "edit run",
	[MODEL_READ] = "read model", [MODEL_EDIT] = "edit model",
	[MODEL_CREATE] = "create model",
	[LOGGED_MODEL_READ] = "read logged model", [LOGGED_MODEL_EDIT] = "edit logged model",
	[EVAL_DATASET_READ] = "read evaluation dataset",
	[EVAL_DATASET_EDIT] = "edit evaluation dataset",
};

static const char *const transactions[] = {
	[NO_DB] = "none", [RD] = "reads", [RAW] = "reads", [WR] = "writes",
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

	printf(markdown ? "| %s | `%s` | %s | %s |\n" : "%-6s %-66s %-18s %s\n", r->method,
	    path.p, accesses[r->access], transactions[r->tx]);
}

int
cli_routes(const struct route *r, int argc, char **argv)
{
	bool markdown = argc == 2 && strcmp(argv[1], "--markdown") == 0;
	struct arena mem;

	if (argc > 1 && !markdown) {
		fprintf(stderr, "cairn routes: '%s' is no option; there is only --markdown\n",
		    argv[1]);
		return 2;
	}
	arena_init(&mem);
	if (markdown)
		printf("| method | path | access | database |\n|---|---|---|---|\n");
	for (; r->method != NULL; r++)
		print_row(&mem, r, markdown);
	arena_fini(&mem);
	return 0;
}
