/*
 * Artifact paths as MLflow understands them, by their text.
 *
 * This decides what is answered with "Invalid path"; that nothing outside a root
 * is touched is decided by the kernel (artifact/root.h).
 */
#ifndef ARTIFACT_PATH_H
#define ARTIFACT_PATH_H

#include "base/arena.h"

/*
 * Is it a path that MLflow takes: relative, no "..", no file:, drive or share in front, at
 * any depth of percent-encoding up to PATH_DECODE_MAX; and without a bad byte?
 */
bool	path_is_valid(struct arena *, struct str path);
/*
 * The first byte that no artifact path holds: NUL, or one that is no UTF-8, which
 * JSON could not tell.  -1 if there is none.
 */
int	path_bad_byte(struct str path);

/* Encoding levels that are looked through; the published attacks use up to five. */
#define PATH_DECODE_MAX	6

/*
 * A valid path without "." parts and doubled slashes, and without any at its end:
 * what is opened.  "a/.//b/" is "a/b", "." is "".
 */
struct str	path_clean(struct arena *, struct str path);

/* The last part. */
struct str	path_name(struct str path);

#endif
