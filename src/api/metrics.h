/* Handlers and request fields of metric histories. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "http/route.h"

extern const struct route metric_routes[];

#endif
