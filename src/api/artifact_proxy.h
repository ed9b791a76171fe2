/*
 * The artifact proxy (mlflow-artifacts): the artifacts destination over HTTP, for
 * clients whose artifact locations are mlflow-artifacts:/...
 */
#ifndef API_ARTIFACT_PROXY_H
#define API_ARTIFACT_PROXY_H

#include "http/route.h"

extern const struct route artifact_proxy_routes[];

#endif
