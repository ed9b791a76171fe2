/*
 * One GET over plain HTTP; only the status line is read.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/healthcheck.h"

#define DEFAULT_URL	"http://127.0.0.1:5000/health"
#define TIMEOUT		5	/* seconds */

struct target {
	const char	*host;
	const char	*port;
	const char	*path;
};

static int
connect_one(const struct addrinfo *a, unsigned seconds)
{
	const struct timeval limit = { .tv_sec = seconds };
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return fd;
	error = errno == EINPROGRESS ? ETIMEDOUT : errno;
	close(fd);
	errno = error;
	return -1;
}

static int
connect_any(const char *host, const char *port, unsigned seconds)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *a;
	struct addrinfo *list;
	int fd = -1;

	if (getaddrinfo(host, port, &hints, &list) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	for (a = list; a != NULL && fd == -1; a = a->ai_next)
		fd = connect_one(a, seconds);
	freeaddrinfo(list);
	return fd;
}

/* "HTTP/1.1 200 ..." */
static int
read_status(int fd)
{
	char line[64];
	size_t n = 0;
	ssize_t got = 0;
	int status;

	while (n < sizeof(line) - 1 && memchr(line, '\n', n) == NULL &&
	    (got = recv(fd, line + n, sizeof(line) - 1 - n, 0)) > 0)
		n += (size_t)got;
	line[n] = '\0';
	if (sscanf(line, "HTTP/1.%*1[01] %3d", &status) == 1)
		return status;
	errno = got == -1 ? errno == EAGAIN ? ETIMEDOUT : errno : EPROTO;
	return -1;
}

int
healthcheck_get(const char *host, const char *port, const char *path,
    unsigned seconds)
{
	struct buf request = { 0 };
	int fd = connect_any(host, port, seconds), status = -1, error;

	if (fd == -1)
		return -1;
	buf_printf(&request, "GET %s HTTP/1.1\r\nHost: localhost\r\n"
	    "User-Agent: cairn-healthcheck\r\nConnection: close\r\n\r\n", path);
	if (send(fd, request.p, request.len, MSG_NOSIGNAL) == (ssize_t)request.len)
		status = read_status(fd);
	error = errno;
	buf_fini(&request);
	close(fd);
	errno = error;
	return status;
}

/* http://HOST[:PORT][/PATH] into its parts. */
static int
parse_url(struct arena *mem, const char *url, struct target *t)
{
	struct str rest = str_of(url), host;
	const char *path, *colon;

	if (!str_starts(rest, "http://"))
		return -1;
	url += strlen("http://");
	path = url + strcspn(url, "/");
	host = (struct str){ url, (size_t)(path - url) };
	t->path = *path == '\0' ? "/health" : path;
	t->port = "80";
	colon = memrchr(host.p, ':', host.len);
	/* the colons inside [::1] are no port's */
	if (colon != NULL && memchr(colon, ']', (size_t)(path - colon)) == NULL) {
		t->port = arena_str(mem, (struct str){ colon + 1,
		    (size_t)(path - colon - 1) }).p;
		host.len = (size_t)(colon - host.p);
	}
	if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
		host = (struct str){ host.p + 1, host.len - 2 };
	t->host = arena_str(mem, host).p;
	return host.len == 0 || strpbrk(t->path, " \r\n") != NULL ? -1 : 0;
}

static int
check(const struct target *t, const char *url)
{
	int status = healthcheck_get(t->host, t->port, t->path, TIMEOUT);

	if (status == 200)
		return 0;
	if (status == -1)
		fprintf(stderr, "cairn healthcheck: %s: %s\n", url, strerror(errno));
	else
		fprintf(stderr, "cairn healthcheck: %s: HTTP status %d\n", url,
		    status);
	return 1;
}

int
cli_healthcheck(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : DEFAULT_URL;
	struct target target;
	struct arena mem;
	int rc = 2;

	if (argc > 2 || url[0] == '-') {
		fputs("usage: cairn healthcheck [http://HOST:PORT/PATH]\n"
		    "exits 0 when the answer is 200; without a URL asks "
		    DEFAULT_URL "\n", argc == 2 && strcmp(url, "--help") == 0 ?
		    stdout : stderr);
		return argc == 2 && strcmp(url, "--help") == 0 ? 0 : 2;
	}
	arena_init(&mem);
	if (parse_url(&mem, url, &target) == 0)
		rc = check(&target, url);
	else
		fprintf(stderr, "cairn healthcheck: '%s' is not a URL of the form "
		    "http://HOST:PORT/PATH\n", url);
	arena_fini(&mem);
	return rc;
}
