/*
 * The command line: finds the command in a table and calls it.
 */
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "cli/db.h"
#include "cli/healthcheck.h"
#include "cli/routes.h"
#include "cli/server.h"
#include "cli/version.h"
#include "routes.h"

#define EXIT_USAGE	2

struct command {
	const char	*name;
	int		 (*run)(int argc, char **argv);
	const char	*help;
};

static int
run_server(int argc, char **argv)
{
	return cli_server(routes, argc, argv);
}

static int
run_routes(int argc, char **argv)
{
	return cli_routes(routes, argc, argv);
}

/* clang-format off */
static const struct command commands[] = {
	{ "server",      run_server,      "run a tracking server" },
	{ "db",          cli_db,          "make a database's schema, or check it" },
	{ "routes",      run_routes,      "list the endpoints" },
	{ "healthcheck", cli_healthcheck, "ask a running server whether it is well" },
	{ "version",     cli_version,     "tell our version and MLflow's" },
};
/* clang-format on */
#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void
help(FILE *to)
{
	size_t i;

	fputs("usage: cairn COMMAND [OPTION ...]\n\n", to);
	for (i = 0; i < NCOMMANDS; i++)
		fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].help);
	fputs("\n`cairn COMMAND --help` tells more; so does cairn(8).\n", to);
}

static int
unknown_command(const char *name)
{
	size_t i;

	fprintf(stderr, "cairn: there is no command '%s'", name);
	for (i = 0; i < NCOMMANDS; i++)
		if (near_is(name, commands[i].name))
			fprintf(stderr, "; did you mean %s?", commands[i].name);
	fputs("\n\n", stderr);
	help(stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0)
		return cli_version(1, argv + 1);
	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return unknown_command(argv[1]);
}
