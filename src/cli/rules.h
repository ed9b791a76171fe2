/*
 * The rules by which a web server chooses the workers for a URL, made from the
 * table of endpoints: for lighttpd and for Apache.
 */
#ifndef CLI_RULES_H
#define CLI_RULES_H

#include "base/buf.h"
#include "http/route.h"

/* "api", "files", "probe": names in configurations, of sockets, and for ps(1). */
extern const char *const pool_names[POOL__MAX];

/*
 * The same for every server: what differs (the static prefix, the sockets, the
 * limits) is in variables that the configuration around it sets.
 */
void	rules_lighttpd(struct buf *to, const struct route *const *tables);
void	rules_apache(struct buf *to, const struct route *const *tables);

#endif
