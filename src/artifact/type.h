/*
 * What an artifact is sent as: content type by its name, and a file name that a
 * browser saves it under.
 */
#ifndef ARTIFACT_TYPE_H
#define ARTIFACT_TYPE_H

#include "base/arena.h"

/*
 * The content type of a file of this name, as MLflow answers: text of any kind is
 * text/plain, so that no browser runs it; unknown ones are octet streams.
 */
const char	*type_of_artifact(struct str name);
/* The content type of a file of the web UI; NULL if there is none for it. */
const char	*type_of_page(struct str name);

/*
 * `attachment; filename=NAME`, quoted where it must be, with a filename* for what
 * is not ASCII (RFC 6266).
 */
struct str	 type_disposition(struct arena *, struct str name);

#endif
