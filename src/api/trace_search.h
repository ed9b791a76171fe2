/* Traces by filter, and how two filters overlap. */
#ifndef API_TRACE_SEARCH_H
#define API_TRACE_SEARCH_H

#include "http/route.h"

extern const struct route trace_search_routes[];

#endif
