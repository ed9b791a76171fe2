/* Traces as clients before 3.0 write and read them. */
#ifndef API_TRACES_V2_H
#define API_TRACES_V2_H

#include "http/route.h"

extern const struct route trace_v2_routes[];

#endif
