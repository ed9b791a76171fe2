/*
 * cairn.fcgi: one process, one thread, one request, one database connection.
 * The web server is the process manager; this program never forks.
 *
 * `cairn server` starts it with the word "prepared".  Any other argument is the name of
 * its pool, for ps(1) and for web servers that tell programs apart by it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/stats.h"
#include "conf/conf.h"
#include "http/loop.h"
#include "serve.h"
#include "store/db.h"
#include "store/migrate.h"

/*
 * What `cairn server` has done already, and other web servers leave to us: the
 * first start makes experiment 0.  A database that is away now costs nothing but
 * that: the next worker's start sees to it.
 */
static void
prepare(struct db *db, const struct conf *conf)
{
	struct migrate_state state = { .problem = "cannot read the schema" };
	struct arena mem;
	struct work work;

	arena_init(&mem);
	work = work_start(db, &mem);
	if (migrate_state(&work, &state) == 0 && state.kind == MIGRATE_HEAD)
		migrate_default_experiment(&work, conf->default_artifact_root);
	else if (db_error(db) != DB_LOST)
		log_error("%s", state.problem);
	arena_fini(&mem);
}

static bool
is_prepared(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[argc - 1], "prepared") == 0;
}

int
main(int argc, char **argv)
{
	struct arena mem;
	struct conf conf;
	struct db *db;
	const char *error;
	int rc;

	log_init("cairn.fcgi", LOG_INFO);
	arena_init(&mem);
	if (conf_load_worker(&mem, &conf, &error) == -1) {
		log_error("%s", error);
		return EXIT_FAILURE;
	}
	if (conf.dev)
		log_init("cairn.fcgi", LOG_DEBUG);
	if (stats_open(conf.stats_file) == -1)
		log_warn("cannot open the stats file %s: this worker counts alone",
		    conf.stats_file);
	stats_add(STAT_WORKERS, 1);
	db = db_new(&conf.db);
	if (!conf.artifacts_only && !is_prepared(argc, argv))
		prepare(db, &conf);
	rc = loop_run(&conf, db, serve);
	db_free(db);
	arena_fini(&mem);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
