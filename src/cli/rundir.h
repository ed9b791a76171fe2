/*
 * The private directories of a running `cairn server`: one for configuration with
 * the password and for sockets, one for uploads that are still coming in.  Mode
 * 0700, gone at the end; one left behind by a killed server is removed by the next
 * start.
 */
#ifndef CLI_RUNDIR_H
#define CLI_RUNDIR_H

#include "base/arena.h"
#include "base/buf.h"

struct rundir {
	const char	*path;
	int		 lock;		/* held while the server lives */
};

/* Make it where the system keeps such things.  0, or -1 with a line in the log. */
int	rundir_make(struct rundir *, struct arena *mem);
/* Make one in a folder of the caller's, named `prefix` and six characters. */
int	rundir_make_in(struct rundir *, struct arena *mem, const char *folder, const char *prefix);
/* Remove it with all that is in it. */
void	rundir_remove(struct rundir *);
/* Write a file of mode 0600 there; its path, or NULL with a line in the log. */
const char *rundir_write(const struct rundir *, struct arena *mem,
	    const char *name, const struct buf *text);

/* Remove a folder with all that is in it, as far as that goes. */
void	remove_tree(const char *path);

/*
 * A lock on a file, made if missing: the descriptor (closed on exec), or -1 with
 * errno EWOULDBLOCK when another process holds it.
 */
int	lock_file(const char *path);

#endif
