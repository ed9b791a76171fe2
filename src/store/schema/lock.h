/*
 * One init of a database at a time, also when its processes speak to different nodes
 * of a cluster, where GET_LOCK of one node knows nothing of another's.
 *
 * The lock is a row in a table of its own, which is gone afterwards.  Its owner counts
 * up in it after each statement; a row that stands still is of a process that is dead,
 * and the next one takes it over.
 */
#ifndef STORE_SCHEMA_LOCK_H
#define STORE_SCHEMA_LOCK_H

#include "store/db.h"

/* No table of MLflow's: it does not count as one. */
#define SCHEMA_LOCK_TABLE	"cairn_init"

/*
 * Wait for the lock and take it.  0, or -1 with one line in *error, when another has
 * been at it for longer than an init can take, or the database fails.
 */
int	schema_lock(struct work *, const char **error);
/* "I am alive": 0, or -1 when the lock is another's now, or the database fails. */
int	schema_lock_beat(struct work *);
/* Let it go, and the table. */
void	schema_unlock(struct work *);

#endif
