/*
 * The configuration of the web server that `cairn server` runs.
 */
#ifndef CLI_LIGHTTPD_H
#define CLI_LIGHTTPD_H

#include "base/buf.h"
#include "conf/conf.h"

/* What the configuration has to know beside the options. */
struct lighttpd_paths {
	const char	*root;		/* a folder with LIGHTTPD_REFUSAL and nothing else */
	const char	*uploads;
	const char	*socket;	/* where the workers listen */
	const char	*address;	/* numeric, as bound; IPv6 without brackets */
	unsigned	 port;		/* as bound */
};

/*
 * The page for a request whose first line and headers no worker can be handed: they fit
 * into lighttpd's limit, but not into the record that FastCGI has for them.
 */
#define LIGHTTPD_REFUSAL	"status-400.html"
void	lighttpd_write_refusal(struct buf *to);
void	lighttpd_write(struct buf *to, const struct conf *conf,
	    const struct lighttpd_paths *paths);

#endif
