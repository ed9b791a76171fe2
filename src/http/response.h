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

/*
 * The web server sends this file as the body (X-Sendfile), and answers Range and
 * If-None-Match by itself.  `path` is absolute, of UTF-8 without control characters,
 * and the caller has made sure that it may be read.  `version` is its ETag where the
 * web server has none that can be relied on.
 */
void	response_file(struct ctx *, struct str path, struct str version);
/* Does the client take gzip?  For files that are there in both forms. */
bool	response_takes_gzip(const struct ctx *);
/* Write to a body that is no JSON, and may be long; -1 once it cannot be sent. */
int	response_write(struct ctx *, const void *, size_t bytes);
/* Of a HEAD for a body whose length nobody knows before it is made. */
void	response_headers_only(struct ctx *);
/*
 * Forget what a handler answered, headers and status too, for its next try or for an
 * error in its place.
 */
void	response_reset(struct ctx *);

/*
 * Send the body, or the recorded error instead of it.  When part of the body is
 * out already and an error comes, the connection is cut.
 */
void	response_send(struct ctx *);

/* The words of a status line, for any status from 400 on and those that we answer. */
const char *response_reason(int status);

#endif
