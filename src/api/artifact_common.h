/*
 * From an artifact location to a place on this machine, and what may be done
 * there.  What lies below no root of this server (an s3:// location, a folder of
 * the client's own) is never opened.
 *
 * Functions return 0, or -1 with the error recorded.
 */
#ifndef API_ARTIFACT_COMMON_H
#define API_ARTIFACT_COMMON_H

#include "http/ctx.h"
#include "http/error.h"

struct place {
	const char	*root;		/* folder of the root */
	struct str	 path;		/* below it; "" is the root itself */
	bool		 proxied;	/* the location is mlflow-artifacts: */
};

/* MLflow's "Invalid path" for what it takes for no artifact path. */
int	check_artifact_path(struct ctx *, struct str path);
/* Where `path` of a location is; the path has been checked. */
int	locate(struct ctx *, struct str location, struct str path, struct place *);
/* The same below the artifacts destination. */
void	locate_served(struct ctx *, struct str path, struct place *);

/* "detail": how some routes of the reference say their errors. */
int	fail_detail(struct ctx *, int status, const char *before, struct str, const char *after);

/*
 * The file as the answer, by the web server.  `shown` is what errors call it; a
 * directory is 400, in the proxy's form if `detail`.
 */
int	answer_artifact(struct ctx *, const struct place *, struct str shown, bool detail);
/* A directory as a zip archive of this name; a file as itself. */
int	answer_archive(struct ctx *, const struct place *, struct str shown, struct str name);
/*
 * The member "files" of a list: what is in a directory, in the order of names;
 * left out when there is nothing.  Paths are `prefix`/name, or names.
 */
int	put_files(struct ctx *, const struct place *, struct str prefix);
/* The body of the request becomes the file. */
int	receive_artifact(struct ctx *, const struct place *, struct str shown);

#endif
