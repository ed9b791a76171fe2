/* Registered models over the wire: requests, their fields, handlers. */
#ifndef API_REGISTERED_MODELS_H
#define API_REGISTERED_MODELS_H

#include "http/route.h"

extern const struct route registered_model_routes[];

#endif
