/* Handlers and request fields of what is logged to a run. */
#ifndef API_RUN_DATA_H
#define API_RUN_DATA_H

#include "http/route.h"

/* of log-parameter and set-tag */

extern const struct route run_data_routes[];

#endif
