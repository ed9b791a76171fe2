/*
 * Who may ask at all: the Host header (DNS rebinding), the Origin header
 * (cross-site requests), CORS preflights, and the workspace header.
 *
 * Hosts are read (conf/host.h), not compared as texts.
 */
#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include "http/ctx.h"

/* 0; or -1 with a 403, 400 or a preflight's answer recorded. */
int	origin_check(struct ctx *);

/* Is a Host header's value one that this server answers? */
bool	origin_host_allowed(const struct conf *, struct str host);

/* May a page of this origin change state here?  `host` is the request's Host. */
bool	origin_allowed(const struct conf *, struct str origin, struct str host);

#endif
