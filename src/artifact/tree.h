/*
 * Directories of artifacts: listing, removing, walking.  Symlinks and our own
 * hidden names are passed over, whoever put them there.
 *
 * Functions return 0, or -1 with errno set.
 */
#ifndef ARTIFACT_TREE_H
#define ARTIFACT_TREE_H

#include <stdint.h>

#include "base/arena.h"

/* Trees deeper than ROOT_DEPTH_MAX are EOVERFLOW. */

struct tree_entry {
	struct str	name;
	bool		is_dir;
	int64_t		size;		/* bytes; 0 for a directory */
};

/* The entries of a directory by name, in the order of bytes. */
int	tree_list(int root, const char *path, struct arena *, struct tree_entry **, size_t *n);
/* Remove a file or a directory with all that is in it; missing is no error. */
int	tree_remove(int root, const char *path);
/*
 * Call visit(arg, fd, path, size) for each file below a directory, in order:
 * `path` is relative to it, `fd` is open for reading.  Stops when visit returns
 * -1.
 */
int	tree_walk(int root, const char *path, struct arena *,
	    int (*visit)(void *arg, int fd, struct str path, int64_t size), void *arg);

#endif
