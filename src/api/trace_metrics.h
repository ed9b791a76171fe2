/* Numbers of traces, for the overview pages of the web UI. */
#ifndef API_TRACE_METRICS_H
#define API_TRACE_METRICS_H

#include "http/route.h"

extern const struct route trace_metric_routes[];

#endif
