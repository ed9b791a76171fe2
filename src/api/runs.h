/* Handlers and request fields of runs: life, search, models logged. */
#ifndef API_RUNS_H
#define API_RUNS_H

#include "http/route.h"

extern const struct route run_routes[];

#endif
