/*
 * The web UI of MLflow, as it came (tools/fetch-ui): files that the web server
 * sends.  Without them the first page says how to get it.
 */
#ifndef API_UI_H
#define API_UI_H

#include "http/ctx.h"

int	api_ui_index(struct ctx *);
/* Files of the bundle: cached by browsers, as their names carry a hash. */
int	api_ui_static(struct ctx *);
/* The same files, to be asked for anew each time. */
int	api_ui_build(struct ctx *);

#endif
