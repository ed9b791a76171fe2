/*
 * cairn.fcgi: one process, one thread, one request, one database connection.
 * The web server is the process manager; this program never forks.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/stats.h"
#include "conf/conf.h"
#include "http/loop.h"
#include "serve.h"
#include "store/db.h"

int
main(void)
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
	if (stats_open(conf.stats_file) == -1)
		log_warn("cannot open the stats file %s: this worker counts alone",
		    conf.stats_file);
	stats_add(STAT_WORKERS, 1);
	db = db_new(&conf.db);
	rc = loop_run(&conf, db, serve);
	db_free(db);
	arena_fini(&mem);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
