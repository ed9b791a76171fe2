/*
 * The embedded default: a private mariadbd in a data directory, on a unix
 * socket, for a server that was given no database.
 */
#ifndef CLI_EMBEDDED_H
#define CLI_EMBEDDED_H

#include "base/arena.h"
#include "cli/child.h"
#include "conf/conf.h"

struct embedded {
	int		 lock;		/* ours: one server a data directory */
	int		 inherited;	/* mariadbd's: it lives while this is held */
	struct child	 child;		/* not started */
};

/*
 * Take the data directory of `conf`, making it at the first start, and get
 * ready to run mariadbd on it; conf->db then leads there.  `run_path` is a
 * private folder for the socket if the data directory's name is too long.
 * 0, or -1 with a line in the log.
 */
int	embedded_prepare(struct embedded *, struct arena *mem, struct conf *conf,
	    const char *run_path);
/* After mariadbd has ended. */
void	embedded_release(struct embedded *);

#endif
