/* cairn server: flags as `mlflow server` has them. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include "http/route.h"

/*
 * Serve the endpoints of `tables` until a signal; argv[0] is "server".  0 after a signal, 1 when the
 * start fails or a part of it does not stay up, 2 for a wrong option.
 */
int	cli_server(const struct route *const *tables, int argc, char **argv);

#endif
