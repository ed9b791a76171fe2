/* Traces with their spans, and the file that the web UI reads them from. */
#ifndef API_TRACE_SPANS_H
#define API_TRACE_SPANS_H

#include "http/route.h"

extern const struct route trace_span_routes[];

#endif
