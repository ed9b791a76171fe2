/*
 * Opening below an artifact root, and nowhere else.
 *
 * A root is a directory named by the operator.  What a client names is opened
 * relative to it by openat2 with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS:
 * that a path stays inside is the kernel's work, not that of a check of text.
 *
 * Paths are relative, of valid UTF-8 or any other bytes but NUL; "" is the root
 * itself.  Functions return -1 with errno set; artifact/fault.h says what it means.
 */
#ifndef ARTIFACT_ROOT_H
#define ARTIFACT_ROOT_H

#include <stdbool.h>
#include <sys/types.h>

/* Names that begin so are ours: unfinished uploads.  No client sees or names one. */
#define ARTIFACT_HIDDEN	".cairn-"
#define ARTIFACT_UPLOAD	ARTIFACT_HIDDEN "upload."
#define ARTIFACT_PROBE	ARTIFACT_HIDDEN "probe."

/*
 * Levels of directories that are made, and bytes of a path: a tree is removed with a
 * descriptor a level, of the 1,024 that a process has as a rule, and the root's own
 * path still fits before it.
 */
#define ROOT_DEPTH_MAX	500
#define ROOT_PATH_MAX	3000

/* The directory of a root, to open below.  Its own path may lead over symlinks. */
int	root_open(const char *path);

/*
 * Open a path below the root.  ELOOP: a symlink is on the way; EXDEV: it would
 * lead outside; both are answered as missing.
 */
int	root_open_at(int root, const char *path, int flags, mode_t mode);
/*
 * The directory that holds `path`, made with its parents if `make`; *name is the
 * last part, inside `path`.  FAULT_NO_NAME: that is no name of an entry ("",
 * "..").  ENAMETOOLONG: it would be made beyond the limits above.
 */
int	root_open_parent(int root, const char *path, bool make, const char **name);

/*
 * At the start: can files be made, renamed and removed there?  The folder is made
 * if it is missing (its parents are not): nobody else may, or a volume that is not
 * mounted would be replaced in silence.  0, or -1 with errno of what failed.
 */
int	root_probe(const char *path);
/*
 * The same by looking only, for those who ask all the time: is it there, may this
 * user write, has it room?
 */
int	root_look(const char *path);

#endif
