/*
 * From an artifact location to a place on this machine.  What lies below no root of
 * this server (an s3:// location, a folder of the client's own) is never opened.
 *
 * Functions return 0, or -1 with the error recorded.
 */
#ifndef API_ARTIFACT_PLACE_H
#define API_ARTIFACT_PLACE_H

#include "http/ctx.h"

struct place {
	const char	*root;		/* folder of the root */
	struct str	 path;		/* below it; "" is the root itself */
};

/* MLflow's "Invalid path" for what it takes for no artifact path. */
int	check_artifact_path(struct ctx *, struct str path);
/*
 * Where `path` of a location is; the path has been checked.  Locations of the
 * artifact proxy (mlflow-artifacts:, or http: with its path) that name a host are
 * taken for this server's own when the configuration says so: it listens there, or
 * answers to that name, or keeps new artifacts there.  A Host header says nothing.
 */
int	locate(struct ctx *, struct str location, struct str path, struct place *);
/* The same below the artifacts destination. */
void	locate_served(struct ctx *, struct str path, struct place *);

#endif
