/*
 * Who may ask at all: the Host header (DNS rebinding), the Origin header
 * (cross-site requests), CORS preflights, and the workspace header.
 *
 * Host is split into host and port, names are compared without case, IP
 * literals as addresses; never by a prefix of their text.
 */
#ifndef HTTP_ACCESS_H
#define HTTP_ACCESS_H

#include "http/ctx.h"

/* 0; or -1 with a 403, 400 or a preflight's answer recorded. */
int	access_check(struct ctx *);

/* Is a Host header's value one that this server answers? */
bool	access_host_allowed(const struct conf *, struct str host);

/* May a page of this origin change state here?  `host` is the request's Host. */
bool	access_origin_allowed(const struct conf *, struct str origin, struct str host);

#endif
