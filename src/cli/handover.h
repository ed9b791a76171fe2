/*
 * Files in memory that children inherit by number and open by a name below
 * /proc/self/fd: what cleans old files away cannot take them from a server that runs.
 */
#ifndef CLI_HANDOVER_H
#define CLI_HANDOVER_H

#include "base/arena.h"
#include "base/buf.h"

/* The lowest number of such a descriptor: those that children get are below. */
#define HANDOVER_FD	32

struct handover {
	int		 fd;	/* for child.keep; -1: none */
	const char	*path;	/* by which a child opens it */
};

/*
 * One that holds `text` and never changes, or, with NULL, an empty one that children
 * write.  `name` is for lists of open files.  0, or -1 with a line in the log.
 */
int	handover_make(struct handover *, struct arena *mem, const char *name,
	    const struct buf *text);
void	handover_close(struct handover *);

#endif
