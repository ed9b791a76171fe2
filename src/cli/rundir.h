/*
 * The private directories of a running `cairn server`: one for sockets, one for
 * uploads that are still coming in.  Mode 0700, gone at the end; one left behind by a
 * killed server is removed by the next start under the same kernel, or by any a day
 * later.
 */
#ifndef CLI_RUNDIR_H
#define CLI_RUNDIR_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"

struct rundir {
	const char	*path;
	const char	*lock_path;
	int		 lock;		/* held while the server lives */
	uid_t		 owner;
	time_t		 beat;		/* when it last told that it lives */
	bool		 is_lost;	/* and that it is, was told */
};

/* Make it where the system keeps such things.  0, or -1 with a line in the log. */
int	rundir_make(struct rundir *, struct arena *mem);
/* Make one in a folder of the caller's, named `prefix` and six characters. */
int	rundir_make_in(struct rundir *, struct arena *mem, const char *folder, const char *prefix);
/* Remove it with all that is in it. */
void	rundir_remove(struct rundir *);
/*
 * Each second or so: somebody may have removed it, or mounted a volume anew; it is
 * made again under its name, empty.  0 if it is there, 1 if it was made again; -1, with
 * a line in the log the first time, when that cannot be done.
 */
int	rundir_mend(struct rundir *);

/* Write a file of mode 0600 there.  0, or -1 with a line in the log. */
int	rundir_write(const struct rundir *, struct arena *mem, const char *name,
	    const struct buf *text);

/* Remove a folder with all that is in it, as far as that goes. */
void	remove_tree(const char *path);

/*
 * A lock on a file, made if missing: the descriptor (closed on exec), or -1 with
 * errno EWOULDBLOCK when another process holds it.
 */
int	lock_file(const char *path);

#endif
