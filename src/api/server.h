/* Probes and facts about the server. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "http/route.h"

extern const struct route server_routes[];

#endif
