/* Traces: start, infos, tags, links, deletion. */
#ifndef API_TRACES_H
#define API_TRACES_H

#include "http/route.h"

extern const struct route trace_routes[];

#endif
