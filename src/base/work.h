/*
 * What a piece of work carries below its handler: every function of store/ takes it
 * first.  Commands of `cairn` make one for themselves.
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/budget.h"

struct db;

struct work {
	struct db	*db;
	struct arena	*mem;		/* what is found lives here */
	struct str	 workspace;	/* rows of others are not there */
	struct str	 user;		/* .p NULL: nobody in particular */
	int64_t		 now;		/* ms since the epoch: one a request, so that a
					   second try writes the same times */
	struct budget	 budget;
};

/* All that there is until somebody makes another. */
#define WORKSPACE_DEFAULT	STR("default")

/* Work of the server's own, now, without a limit. */
struct work	work_start(struct db *, struct arena *mem);

#endif
