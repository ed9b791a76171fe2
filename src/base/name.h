/* Names of metrics, params and tags, as MLflow allows them. */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include "base/arena.h"

/* Word characters of any script, blanks and "/.-:". */
bool		name_has_characters(struct str name);
/* What a path resolves to by its text alone, as POSIX systems read it. */
struct str	name_as_path(struct arena *, struct str path);
/* Does a name stay itself, below where it is, when taken for a path that resolves so? */
bool		name_is_path(struct str name, struct str path);
/* Both. */
bool		name_is_valid(struct arena *, struct str name);

#endif
