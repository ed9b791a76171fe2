/*
 * The web UI of MLflow, as it came (tools/fetch-ui): files that the web server
 * sends.  Without them the first page says how to get it.
 */
#ifndef API_UI_H
#define API_UI_H

#include "http/route.h"

extern const struct route ui_routes[];

#endif
