/*
 * The configuration of the web server that `cairn server` runs.
 */
#ifndef CLI_LIGHTTPD_H
#define CLI_LIGHTTPD_H

#include "base/buf.h"
#include "conf/conf.h"

/* What the configuration has to know beside the options. */
struct lighttpd_paths {
	const char	*root;		/* an empty folder */
	const char	*uploads;
	const char	*socket;	/* where the workers listen */
	const char	*address;	/* numeric, as bound; IPv6 without brackets */
	unsigned	 port;		/* as bound */
};

void	lighttpd_write(struct buf *to, const struct conf *conf,
	    const struct lighttpd_paths *paths);

#endif
