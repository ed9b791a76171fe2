/* Handlers and request fields of experiments. */
#ifndef API_EXPERIMENTS_H
#define API_EXPERIMENTS_H

#include "http/route.h"

extern const struct route experiment_routes[];

#endif
