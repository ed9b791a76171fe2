/*
 * cairn db: make the schema of an empty database, add the indexes that MLflow's
 * schema lacks, or compare a database with the schema.  It never repairs by
 * itself: `check` prints a script of SQL, its findings as comments, for a person
 * to read and run.
 */
#include <stdio.h>
#include <string.h>

#include "cli/db.h"
#include "cli/login.h"
#include "conf/conf.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/schema/schema.h"

enum exit_code { EXIT_FINE, EXIT_FINDINGS, EXIT_TROUBLE };

#define ER_UNKNOWN_DATABASE	1049

struct command {
	const char	*name;
	int		 (*run)(struct work *);
};

static int
trouble(const char *what, const char *why)
{
	fprintf(stderr, "cairn db: %s%s%s\n", what,
	    why[0] == '\0' ? "" : ": ", why);
	return EXIT_TROUBLE;
}

static void
usage(FILE *to)
{
	fputs("usage: cairn db init|check|index [--backend-store-uri URI]\n"
	    "\n"
	    "  init   make the schema of MLflow " SCHEMA_RELEASE
	    " in an empty database\n"
	    "  check  compare a database with that schema; prints what\n"
	    "         differs, and the SQL that cures it\n"
	    "  index  add indexes to runs, tags and metadata of traces, for\n"
	    "         quick searches among many thousands; MLflow works\n"
	    "         with and without them\n"
	    "\n"
	    "The URI is mysql://user:password@host:port/database; without\n"
	    "it, the environment and cairn.conf name the database as for\n"
	    "`cairn server`.\n"
	    "\n"
	    "Exit status: 0 fine, 1 the database needs attention, 2 no\n"
	    "database or wrong usage.\n", to);
}

static int
run_init(struct work *work)
{
	struct migrate_state before;
	const char *error = "";

	if (migrate_state(work, &before) == -1)
		return trouble("cannot read the database", db_error_text(work->db));
	if (migrate_init(work, &error) == -1) {
		trouble(error, "");
		return EXIT_FINDINGS;
	}
	printf("%s revision " SCHEMA_HEAD " (MLflow " SCHEMA_RELEASE ")\n",
	    before.kind == MIGRATE_HEAD ? "nothing to do: the database is at" :
	    "made the schema: the database is at");
	return EXIT_FINE;
}

static int
run_index(struct work *work)
{
	const char *error = "";

	if (migrate_index(work, &error) == -1) {
		trouble(error, "");
		return EXIT_FINDINGS;
	}
	puts("runs has the indexes cairn_start_time and cairn_experiment_id;\n"
	    "trace_tags and trace_request_metadata have the index cairn_value");
	return EXIT_FINE;
}

static int
run_check(struct work *work)
{
	struct schema_findings findings = { .mem = work->mem };
	const struct schema_finding *f;

	if (migrate_check(work, &findings) == -1)
		return trouble("cannot read the database", db_error_text(work->db));
	if (findings.n == 0) {
		puts("-- fine: revision " SCHEMA_HEAD
		    " (MLflow " SCHEMA_RELEASE ")");
		return EXIT_FINE;
	}
	printf("-- %zu %s; back the database up before you run this\n",
	    findings.n, findings.n == 1 ? "finding" : "findings");
	for (f = findings.first; f != NULL; f = f->next)
		printf("\n-- %s\n%s", f->text,
		    f->repair == NULL ? "" : f->repair);
	return EXIT_FINDINGS;
}

static const struct command commands[] = {
	{ "init",  run_init },
	{ "check", run_check },
	{ "index", run_index },
};

static const struct command *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
cannot_connect(const struct db *db, const struct conf_db *conf)
{
	trouble("cannot connect to the database", db_error_text(db));
	if (db_error_number(db) == ER_UNKNOWN_DATABASE)
		fprintf(stderr, "make it first, as its server's administrator:"
		    " CREATE DATABASE `%s`\n", conf->name);
	return EXIT_TROUBLE;
}

static int
run(const struct command *command, const struct conf_db *conf,
    struct arena *mem)
{
	const char *missing = login_missing_file(mem, conf);
	struct work work;
	struct db *db;
	int rc;

	if (missing != NULL)
		return trouble(missing, "");
	db = db_new(conf);
	work = work_start(db, mem);
	rc = db_connect(db) == -1 ? cannot_connect(db, conf) :
	    command->run(&work);
	db_free(db);
	return rc;
}

static int
run_arguments(int argc, char **argv, struct arena *mem)
{
	const struct command *command;
	const char *error = "";
	struct conf conf;

	switch (conf_load_args(mem, &conf, &argc, argv, &error)) {
	case -1:
		return trouble(error, "");
	case 1:
		usage(stdout);
		return EXIT_FINE;
	}
	command = argc == 2 ? find_command(argv[1]) : NULL;
	if (command == NULL) {
		usage(stderr);
		return EXIT_TROUBLE;
	}
	if (conf_is_embedded(&conf))
		return trouble("no database is named: give --backend-store-uri"
		    " mysql://user:password@host/database, or set"
		    " MLFLOW_BACKEND_STORE_URI", "");
	return run(command, &conf.db, mem);
}

int
cli_db(int argc, char **argv)
{
	struct arena mem;
	int rc;

	arena_init(&mem);
	rc = run_arguments(argc, argv, &mem);
	arena_fini(&mem);
	return rc;
}
