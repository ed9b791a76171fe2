/*
 * The database's schema: which one is there, making it, checking it.
 *
 * Nothing here changes the schema of a database that holds data but migrate_index:
 * an older one is brought up to date by MLflow's own `mlflow db upgrade`.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/arena.h"
#include "store/db.h"
#include "store/schema/check.h"

enum migrate_kind {
	MIGRATE_EMPTY,		/* no tables */
	MIGRATE_HEAD,		/* ours: nothing to do */
	MIGRATE_PARTIAL,	/* half made: migrate_init goes on */
	MIGRATE_OTHER,		/* of another release of MLflow */
	MIGRATE_FOREIGN,	/* tables of another program, and no row of ours */
	MIGRATE_DAMAGED		/* rows of ours, but no revision */
};

struct migrate_state {
	enum migrate_kind kind;
	const char	*revision;	/* as stored; NULL: none */
	/* What is wrong and what to do, one line; NULL at MIGRATE_HEAD. */
	const char	*problem;
	bool		 has_lock;	/* of an init that runs, or was killed */
};

/* What the database holds, by its tables and alembic_version.  0 or -1. */
int	migrate_state(struct work *, struct migrate_state *);

/*
 * Make the schema and its first rows in an empty database, and give the
 * database utf8mb4 and its collation.  Does nothing at MIGRATE_HEAD; goes on
 * where an interrupted run stopped; refuses anything else, but tables of another
 * program where the settings allow them.  Under a lock (schema/lock.h), so that several may
 * call it at once.  0, or -1 with one line in *error that names the remedy.
 */
int	migrate_init(struct work *, const char **error);

/*
 * Make experiment 0, `Default`, if there is none of that id, as MLflow does at
 * each start: a renamed or deleted one stays, a purged one comes back.  Its
 * artifact location is `artifact_root` with /0 behind its path.  When another
 * experiment has the name, nothing is made.  Several may call it at once.
 * 0 or -1.
 */
int	migrate_default_experiment(struct work *, const char *artifact_root);

/*
 * Give `runs` the two indexes that searches in the order of start time take (they are
 * in no schema of MLflow's, which works with and without them): of all runs, and of the
 * runs of an experiment in one lifecycle stage.  Tags and metadata of traces get one each,
 * by key and value.  What is there stays.  Only at MIGRATE_HEAD; 0, or -1 as above.
 */
int	migrate_index(struct work *, const char **error);

/*
 * Compare the database with the schema: the revision, then what schema_check
 * compares.  Start from findings { 0 } with .mem set; none added: all is well.
 * 0, or -1 when the database cannot be read.
 */
int	migrate_check(struct work *, struct schema_findings *);

#endif
