/*
 * The addresses that clients connect to: all that the host's name stands for.
 */
#ifndef CLI_ADDRESS_H
#define CLI_ADDRESS_H

#include <netdb.h>

#include "base/arena.h"
#include "conf/conf.h"

/* localhost has two, a machine with several networks a few. */
#define ADDRESSES_MAX	8

struct address {
	int		 fd[ADDRESSES_MAX];
	char		 text[ADDRESSES_MAX][NI_MAXHOST];	/* numeric, no brackets */
	unsigned	 n;
	unsigned	 port;					/* the same for all */
};

/*
 * Take them, so that a port in use is found before anything else is started; one
 * that this machine does not have, such as ::1 without IPv6, is left out.  0, or -1
 * with a line in the log.
 */
int	address_bind(struct address *, struct arena *mem, const struct conf *);
/* Let clients come.  `backlog`: how many may wait. */
int	address_listen(const struct address *, const struct conf *, int backlog);
void	address_close(struct address *);

#endif
