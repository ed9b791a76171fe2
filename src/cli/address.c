/*
 * A client that asks for localhost may try ::1 first, or alone, and another
 * 127.0.0.1: a server at one of them only would be there for some.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/address.h"

/* Port 0 takes what the first address has free; it may be in use at the next. */
#define TRIES_MAX	20

static int
fail_address(const struct conf *conf, const char *why)
{
	log_error("cannot listen on %s port %u: %s: name another one in --host and "
	    "--port (MLFLOW_HOST, MLFLOW_PORT), or stop what uses it",
	    conf->host, conf->port, why);
	return -1;
}

void
address_close(struct address *a)
{
	while (a->n > 0)
		close(a->fd[--a->n]);
}

/* What was bound, as numbers: the port may have been 0. */
static int
read_name(struct address *a, int fd)
{
	struct sockaddr_storage sa;
	socklen_t n = sizeof(sa);
	char port[NI_MAXSERV];

	if (getsockname(fd, (struct sockaddr *)&sa, &n) == -1)
		return -1;
	errno = EAFNOSUPPORT;
	if (getnameinfo((struct sockaddr *)&sa, n, a->text[a->n], sizeof(a->text[0]), port,
	    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return -1;
	a->port = (unsigned)atoi(port);
	return 0;
}

/* A name may be listed twice with one address. */
static bool
is_bound(const struct address *a, const struct addrinfo *info)
{
	char text[NI_MAXHOST];
	unsigned i;

	if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL, 0,
	    NI_NUMERICHOST) != 0)
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->text[i], text) == 0)
			return true;
	return false;
}

static void
set_port(struct sockaddr *sa, unsigned port)
{
	if (sa->sa_family == AF_INET)
		((struct sockaddr_in *)(void *)sa)->sin_port = htons((uint16_t)port);
	if (sa->sa_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)sa)->sin6_port = htons((uint16_t)port);
}

/* -1 with errno */
static int
bind_one(struct address *a, const struct addrinfo *info)
{
	const int on = 1;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	if (a->n > 0)
		set_port(info->ai_addr, a->port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) == -1 || read_name(a, fd) == -1) {
		close(fd);
		return -1;
	}
	a->fd[a->n++] = fd;
	return 0;
}

/* The addresses of a name that this machine has.  -1 with errno. */
static int
bind_all(struct address *a, const struct addrinfo *list)
{
	int missing = EADDRNOTAVAIL;

	for (; list != NULL && a->n < ADDRESSES_MAX; list = list->ai_next) {
		if (is_bound(a, list) || bind_one(a, list) == 0)
			continue;
		if (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT) {
			address_close(a);
			return -1;
		}
		missing = errno;
	}
	errno = missing;
	return a->n > 0 ? 0 : -1;
}

int
address_bind(struct address *a, struct arena *mem, const struct conf *conf)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE };
	struct addrinfo *list;
	const char *port = arena_printf(mem, "%u", conf->port).p;
	int rc = getaddrinfo(conf->host, port, &hints, &list), tries = TRIES_MAX;

	if (rc != 0)
		return fail_address(conf, gai_strerror(rc));
	do {
		set_port(list->ai_addr, conf->port);
		rc = bind_all(a, list);
	} while (rc == -1 && errno == EADDRINUSE && conf->port == 0 && --tries > 0);
	if (rc == -1)
		fail_address(conf, strerror(errno));
	freeaddrinfo(list);
	return rc;
}

int
address_listen(const struct address *a, const struct conf *conf, int backlog)
{
	unsigned i;

	for (i = 0; i < a->n; i++)
		if (listen(a->fd[i], backlog) == -1)
			return fail_address(conf, strerror(errno));
	return 0;
}
