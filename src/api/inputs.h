/* Handlers and request fields of datasets and models of runs. */
#ifndef API_INPUTS_H
#define API_INPUTS_H

#include "http/route.h"

extern const struct route input_routes[];

#endif
