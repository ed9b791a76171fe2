/* Spans of OpenTelemetry's own protocol, from MLflow's clients and any collector. */
#ifndef API_OTLP_H
#define API_OTLP_H

#include "http/route.h"

extern const struct route otlp_routes[];

#endif
