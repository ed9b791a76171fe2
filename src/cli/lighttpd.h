/*
 * The configuration of the web server that `cairn server` runs.
 */
#ifndef CLI_LIGHTTPD_H
#define CLI_LIGHTTPD_H

#include "cli/address.h"
#include "cli/pool.h"

/* What the configuration has to know beside the options. */
struct lighttpd_paths {
	const char		*root;		/* a folder with LIGHTTPD_REFUSAL and nothing else */
	const char		*uploads;
	const char		*uploads_else;	/* when that one takes nothing; NULL: none */
	const struct address	*address;
	const struct pool	*pools;
};

/*
 * The page for a request whose first line and headers no worker can be handed: they fit
 * into lighttpd's limit, but not into the record that FastCGI has for them.
 */
#define LIGHTTPD_REFUSAL	"status-400.html"
void	lighttpd_write_refusal(struct buf *to);
/* `tables`: the endpoints, from which the rules are made. */
void	lighttpd_write(struct buf *to, const struct conf *conf,
	    const struct lighttpd_paths *paths, const struct route *const *tables);

#endif
