/*
 * The workers of `cairn server`: three pools, each with a listening socket that all
 * its workers accept from.  Requests that wait for a row, or for a disk, keep nobody
 * of another pool waiting.
 */
#ifndef CLI_POOL_H
#define CLI_POOL_H

#include "cli/child.h"
#include "cli/handover.h"
#include "cli/rules.h"
#include "conf/conf.h"

struct pool {
	const char	*name;		/* one of pool_names */
	const char	*socket;	/* its path; NULL: not opened */
	int		 listener;
	struct child	*workers;
	unsigned	 n;
};

/* The number of workers of all pools. */
unsigned pool_count_all(const struct conf *);
/* Make the sockets in the folder `run_path`.  0, or -1 with a line in the log. */
int	pool_open(struct pool pools[POOL__MAX], struct arena *mem, const struct conf *,
	    const char *run_path);
/*
 * Fill `workers`, pool_count_all() of them, to be started; each inherits the files
 * `keep`.
 */
void	pool_fill(struct pool pools[POOL__MAX], struct arena *mem, struct child *workers,
	    const char *program, const int keep[2]);
/*
 * A socket whose name is gone from the folder is made anew, and its workers leave the
 * old one: those that the caller starts next have the new one.
 */
void	pool_mend(struct pool pools[POOL__MAX]);
void	pool_close(struct pool pools[POOL__MAX]);

#endif
