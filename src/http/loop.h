/*
 * Accepting requests, one after the other, until told to stop.
 */
#ifndef HTTP_LOOP_H
#define HTTP_LOOP_H

#include <fcgiapp.h>

#include "http/ctx.h"

/* What lives as long as the worker, beside the configuration and database. */
struct fcgx {
	FCGX_Request	req;
	struct buf	body;		/* of the request; its memory is reused */
};

/*
 * Call `serve` for each request until SIGTERM, until the web server closes the
 * socket, or until conf->max_requests are done.  A request under way is always
 * finished.  0, or -1 if the worker was not started by a web server.
 */
int	loop_run(const struct conf *, struct db *, void (*serve)(struct ctx *));

#endif
