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
 * Call `serve` for each request until SIGTERM or until conf->max_requests are
 * done.  A request under way is always finished.  0 for such an end; -1, with a
 * line in the log, if no web server started the worker or its socket gives no
 * requests.
 */
int	loop_run(const struct conf *, struct db *, void (*serve)(struct ctx *));

#endif
