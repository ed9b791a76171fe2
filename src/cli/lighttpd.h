/*
 * The configuration of the web server that `cairn server` runs.
 */
#ifndef CLI_LIGHTTPD_H
#define CLI_LIGHTTPD_H

#include "cli/address.h"
#include "cli/pool.h"

/* What the configuration has to know beside the options. */
struct lighttpd_paths {
	const char		*root;		/* an empty folder */
	const char		*uploads;
	const char		*uploads_else;	/* when that one takes nothing; NULL: none */
	const struct address	*address;
	const struct pool	*pools;
};

/* `tables`: the endpoints, from which the rules are made. */
void	lighttpd_write(struct buf *to, const struct conf *conf,
	    const struct lighttpd_paths *paths, const struct route *const *tables);

#endif
