/*
 * Prepares each statement of stmt.def on the database that the argument names, and
 * says which one it does not take.  Run by tests/store/test_statements.py.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/work.h"
#include "conf/conf.h"
#include "store/db.h"

static int
prepare_all(const struct conf_db *conf, struct arena *mem)
{
	struct db *db = db_new(conf);
	struct work w = work_start(db, mem);
	const char *name = "connect";
	int rc = db_connect(db);

	if (rc == 0)
		rc = db_prepare_all(&w, &name);
	if (rc == 0)
		printf("%d statements\n", STMT__MAX);
	else
		printf("%s: %u %s\n", name, db_error_number(db), db_error_text(db));
	db_free(db);
	return rc == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct arena mem;
	const char *error = "usage: store_statements URI";
	struct conf_db conf;
	int rc = 2;

	log_init("store_statements", LOG_ERROR);
	arena_init(&mem);
	if (argc == 2 && conf_parse_backend(&mem, argv[1], &conf, &error) == 0)
		rc = prepare_all(&conf, &mem);
	else
		fprintf(stderr, "%s\n", error);
	arena_fini(&mem);
	return rc;
}
