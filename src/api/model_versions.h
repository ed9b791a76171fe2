/* Model versions over the wire: requests, their fields, handlers. */
#ifndef API_MODEL_VERSIONS_H
#define API_MODEL_VERSIONS_H

#include "http/route.h"

extern const struct route model_version_routes[];

#endif
