/* Scorers over the wire. */
#ifndef API_SCORERS_H
#define API_SCORERS_H

#include "http/route.h"

extern const struct route scorer_routes[];

#endif
