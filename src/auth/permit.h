/*
 * Rights.  What is checked is what is used: whoever loads an object says which right the
 * request needs on it, and route_run() sees to it that a row whose handler permitted
 * nothing answers nothing.
 *
 * There are no users yet: every right is granted.
 */
#ifndef AUTH_PERMIT_H
#define AUTH_PERMIT_H

#include "http/ctx.h"

/* MLflow's levels; each holds those before it. */
enum right {
	READ = 1,
	USE,
	EDIT,
	MANAGE		/* deletes, and grants rights to others */
};

enum object_kind {
	EXPERIMENT = 1,
	RUN,
	LOGGED_MODEL,
	EVAL_DATASET,
	SCORER,
	TRACE,
	REGISTERED_MODEL,	/* and its versions */
	STORED_FILES		/* of the artifacts destination, by path */
};

struct object {
	enum object_kind kind;
	struct str	 id;		/* or name or path; absent: a new one, or any */
	int64_t		 experiment_id;	/* that it belongs to */
};

/*
 * 0, or -1 with an error recorded; c->permitted is set.
 *	permit(c, EDIT, RUN, .id = run_id)
 */
#define permit(c, right, ...)						\
	permit_object((c), (right), (struct object){ .kind = __VA_ARGS__ })
int	permit_object(struct ctx *, enum right, struct object);
/* For searches, whose statements leave out what may not be read. */
int	permit_search(struct ctx *);

#endif
