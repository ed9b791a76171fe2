/*
 * Hosts and origins: as requests name them, and the patterns of the settings
 * allowed-hosts and cors-allowed-origins.
 *
 * A host is read into name, address and port, never compared as text: names without
 * case, IP literals as addresses.  The patterns are those of MLflow's documents, which
 * compares texts by "*"; here a "*" stays where it was meant: in the name, in the
 * address, or in the port.
 */
#ifndef CONF_HOST_H
#define CONF_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* The longest name that DNS knows, with its NUL. */
#define HOST_SIZE	256

struct host {
	char		name[HOST_SIZE];	/* lower case, no brackets, no last dot */
	bool		is_address;
	unsigned char	address[16];		/* IPv4 is mapped into IPv6 */
	unsigned	port;			/* 0: none was named */
};

/* One pattern; an entry of a list is one or two of them. */
struct host_pattern {
	const char	*scheme;		/* of an origin, "*" for any; NULL: of a host */
	const char	*name;			/* with "*"; NULL: a network */
	unsigned char	 address[16], mask[16];
	unsigned	 port;			/* 0: any */
};

struct host_patterns {
	struct host_pattern	*items;
	size_t			 n;
};

/* "name:port", "[v6]:port", "name", as Host headers have them; false for what is none. */
bool	host_read(struct str text, struct host *);
/* Loopback, private and "any" addresses: what no public name resolves to. */
bool	host_is_private(const struct host *);
/* localhost, 127.0.0.1 and ::1. */
bool	host_is_local(const struct host *);

/*
 * The entries of a list as patterns.  0; or -1 with a sentence in *error about an
 * entry that can match nothing: "'http://x' names a scheme: write x".
 */
int	host_patterns_read(struct arena *, const char *const *entries, size_t n,
	    struct host_patterns *, const char **error);
int	origin_patterns_read(struct arena *, const char *const *entries, size_t n,
	    struct host_patterns *, const char **error);

bool	host_is_listed(const struct host_patterns *, const struct host *);
/* Origins are "scheme://host:port", and "null" for pages that have none. */
bool	origin_is_listed(const struct host_patterns *, struct str origin);

/* Is the host of this name one of the list?  For checks of a list itself. */
bool	host_name_is_listed(const struct host_patterns *, const char *name);

/* An origin's host with its port, which its scheme may imply; false if it has none. */
bool	origin_read(struct str origin, struct host *);
/* The part behind "//", .p NULL if there is none. */
struct str origin_authority(struct str origin);

#endif
