/* cairn routes: the table of endpoints. */
#ifndef CLI_ROUTES_H
#define CLI_ROUTES_H

#include "http/route.h"

/*
 * Print a row's method, path, access, transaction and pool, a line a row; with
 * --markdown as the table of doc/ROUTES.md.  --lighttpd and --apache print the rules
 * by which that web server chooses the workers.  0, or 2 for a wrong option.
 */
int	cli_routes(const struct route *const *tables, int argc, char **argv);

#endif
