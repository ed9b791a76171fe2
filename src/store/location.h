/*
 * Artifact locations as text.  Nothing here opens anything.
 */
#ifndef STORE_LOCATION_H
#define STORE_LOCATION_H

#include "base/arena.h"

/* The scheme of a URI ("s3" of "s3://b/x"); empty for a path. */
struct str	location_scheme(struct str location);
/* Is it file://host/...: a file of another machine? */
bool		location_is_remote_file(struct str location);

/*
 * `location` with `tail` behind its path.  A query stays at the end; file: URIs
 * get their three slashes; slashes are not doubled where one is there.
 */
struct str	location_join(struct arena *, struct str location, struct str tail);

/*
 * A relative path, bare or behind file:, below `work_dir` and without its empty
 * and "." parts; a URI or an absolute path as it is.
 */
struct str	location_absolute(struct arena *, struct str location,
		    const char *work_dir);

#endif
