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

/*
 * Memory for the entries of one directory, which are sorted before the first is
 * told: a million files of usual names fit.
 */
#define TREE_LIST_BYTES_MAX	(100 * 1024 * 1024)

struct tree_entry {
	struct str	name;
	bool		is_dir;
	int64_t		size;		/* bytes; 0 for a directory */
};

struct tree_list {
	struct tree_entry	**items;	/* NULL without any */
	size_t			  n;
};

/* What a directory holds, with all below it. */
struct tree_total {
	int64_t		bytes;
	int64_t		files;
};

/*
 * The entries of a directory by name, in the order of bytes.  EFBIG: they do not
 * fit into the memory above.  What workers left unfinished a day ago is removed on
 * the way.
 */
int	tree_list(int root, const char *path, struct arena *, struct tree_list *);
/* How much is there?  Stops once it is more than `most`. */
int	tree_measure(int root, const char *path, struct arena *, const struct tree_total *most,
	    struct tree_total *);
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
