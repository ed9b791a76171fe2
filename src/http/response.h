/*
 * Sending one answer.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "http/ctx.h"

/*
 * A body grows to this before the headers go out; until then an error replaces
 * it.  A usual search reply fits.
 */
#define RESPONSE_HOLD	(1024 * 1024)

/* Let a large body go out in pieces while it is written.  For reads only. */
void	response_may_stream(struct ctx *);

/* Forget what a handler wrote, for its next try. */
void	response_reset(struct ctx *);

/*
 * Send the body, or the recorded error instead of it.  When part of the body is
 * out already and an error comes, the connection is cut.
 */
void	response_send(struct ctx *);

#endif
