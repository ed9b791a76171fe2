/*
 * What is done with the artifacts of a place: sent, listed, packed, stored, removed.
 *
 * Functions return 0, or -1 with the error recorded.  `shown` is what errors call
 * the artifact.
 */
#ifndef API_ARTIFACT_COMMON_H
#define API_ARTIFACT_COMMON_H

#include "api/artifact_place.h"
#include "http/ctx.h"
#include "http/error.h"

/* "detail": how some routes of the reference say their errors. */
int	fail_detail(struct ctx *, int status, const char *before, struct str, const char *after);

/*
 * The file as the answer, by the web server.  A directory is 400, in the proxy's
 * form if `detail`.
 */
int	answer_artifact(struct ctx *, const struct place *, struct str shown, bool detail);
/*
 * A directory as a zip archive of this name, up to --max-zip of content; a file as
 * itself.
 */
int	answer_archive(struct ctx *, const struct place *, struct str shown, struct str name);
/*
 * The member "files" of a list: what is in a directory, in the order of names;
 * left out when there is nothing.  Paths are `prefix`/name, or names.
 */
int	put_files(struct ctx *, const struct place *, struct str prefix);
/* The body of the request becomes the file. */
int	receive_artifact(struct ctx *, const struct place *, struct str shown);
/* A file, or a directory with all that is in it; missing is no error. */
int	remove_artifact(struct ctx *, const struct place *, struct str shown);

#endif
