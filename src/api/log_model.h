/* log_model */
#ifndef API_LOG_MODEL_H
#define API_LOG_MODEL_H

#include "http/route.h"

extern const struct route log_model_routes[];

#endif
