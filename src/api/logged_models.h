/* Logged models over the wire. */
#ifndef API_LOGGED_MODELS_H
#define API_LOGGED_MODELS_H

#include "http/route.h"

extern const struct route logged_model_routes[];

#endif
