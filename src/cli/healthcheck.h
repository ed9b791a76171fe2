/* cairn healthcheck URL: for containers without an HTTP client. */
#ifndef CLI_HEALTHCHECK_H
#define CLI_HEALTHCHECK_H

/* argv[0] is "healthcheck".  0 healthy, 1 not, 2 wrong usage. */
int	cli_healthcheck(int argc, char **argv);
/*
 * The status of GET `path` at host:port, waiting up to `seconds` for each step;
 * -1 with errno when there is no answer.  `host` may be an IPv6 address.
 */
int	healthcheck_get(const char *host, const char *port, const char *path,
	    unsigned seconds);

#endif
