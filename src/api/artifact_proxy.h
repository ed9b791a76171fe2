/*
 * The artifact proxy (mlflow-artifacts): the artifacts destination over HTTP, for
 * clients whose artifact locations are mlflow-artifacts:/...
 */
#ifndef API_ARTIFACT_PROXY_H
#define API_ARTIFACT_PROXY_H

#include "http/ctx.h"
#include "json/field.h"

struct proxy_list_in {
	struct str	path;
};

extern const struct field proxy_list_fields[];

int	api_artifact_proxy_list(struct ctx *);
/* These take their path from the URL, and PUT its body as it comes. */
int	api_artifact_proxy_get(struct ctx *);
int	api_artifact_proxy_put(struct ctx *);
int	api_artifact_proxy_delete(struct ctx *);
/* What a folder cannot do: uploads in parts, and URLs that are signed. */
int	api_artifact_multipart(struct ctx *);
int	api_artifact_multipart_complete(struct ctx *);
int	api_artifact_proxy_presigned(struct ctx *);

#endif
