/* GraphQL: what pages of the web UI ask in one request. */
#ifndef API_GRAPHQL_H
#define API_GRAPHQL_H

#include "http/route.h"

extern const struct route graphql_routes[];

#endif
