/*
 * The benchmark's client: the requests of a script over N connections that stay
 * open, one request at a time on each, as fast as the replies come.
 *
 *	client [-c CONNECTIONS] [-s SECONDS] [-w WARM] [-o FILE] PORT SCRIPT
 *
 * The first WARM requests are sent and checked, but not measured.  After SECONDS
 * none is started any more, but at least one is measured.  FILE gets a line for
 * each measured request: its number in the script, 1 if the reply was right,
 * microseconds to the reply's end, and to its first byte.  Standard output gets
 * one line:
 *
 *	REQUESTS ERRORS SECONDS CPU_SECONDS RECONNECTS [text of the first error]
 *
 * The client checks replies after it has taken the time.  Its own processor time
 * is told so that it can be seen not to be the bottleneck.
 */
#include "config.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "reply.h"
#include "script.h"

#define CONNECTIONS_MAX	256
#define READ_SIZE	(256 * 1024)
#define HEAD_MAX	4096
#define TOKEN_MAX	4096
#define FILL		'x'
/* A server that is silent for so long is broken. */
#define SILENCE_MS	(120 * 1000)

struct result {
	size_t	 index;		/* in the script */
	bool	 right;
	double	 total;		/* seconds */
	double	 first;
};

struct conn {
	int			 fd;
	const struct script_request *request;	/* NULL: nothing under way */
	size_t			 index;
	double			 begun, first;
	bool			 tried_again;
	bool			 waiting;	/* for room to send */
	char			*out;		/* head, and body unless it is filled */
	size_t			 out_capacity, out_len;
	size_t			 body_len;	/* behind the head, filled ones too */
	size_t			 sent;		/* of head and body */
	struct reply		 reply;
	char			 token[TOKEN_MAX];
};

struct client {
	struct sockaddr_in	 to;
	int			 port;
	int			 epoll;
	struct script		 script;
	struct conn		*conns;
	int			 nconns;
	size_t			 warm;
	double			 seconds;
	size_t			 next;		/* request to be sent */
	size_t			 end;		/* none is sent from here on */
	int			 busy;
	double			 begun, ended;	/* of what is measured */
	double			 cpu_begun;
	struct result		*results;
	size_t			 nresults, errors, reconnects;
	char			 first_error[600];
};

static char fill[READ_SIZE];

/* Bring a connection up; the handshake on loopback does not take long. */
static void
open_conn(struct client *c, struct conn *k)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = k };
	int one = 1;

	k->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (k->fd == -1 || connect(k->fd, (struct sockaddr *)&c->to, sizeof(c->to)) == -1)
		err(1, "connection to port %d", c->port);
	setsockopt(k->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(k->fd, F_SETFL, O_NONBLOCK);
	k->waiting = false;
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, k->fd, &e) == -1)
		err(1, "epoll_ctl");
}

/* Ask to be told of room to send, or no longer. */
static void
wait_for_room(struct client *c, struct conn *k, bool wanted)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = k };

	if (k->waiting == wanted)
		return;
	k->waiting = wanted;
	if (wanted)
		e.events |= EPOLLOUT;
	if (epoll_ctl(c->epoll, EPOLL_CTL_MOD, k->fd, &e) == -1)
		err(1, "epoll_ctl");
}

static void
reserve(struct conn *k, size_t size)
{
	if (size <= k->out_capacity)
		return;
	k->out_capacity = 2 * size;
	k->out = realloc(k->out, k->out_capacity);
	if (k->out == NULL)
		err(1, "request");
}

/* The body with the token in its place; its length. */
static size_t
put_body(const struct script_request *r, const char *token, char *to)
{
	const char *from = r->body, *end = r->body + r->length;
	const char *mark = r->chained ? memmem(from, r->length, SCRIPT_TOKEN,
	    strlen(SCRIPT_TOKEN)) : NULL;
	char *at = to;

	if (mark != NULL) {
		at = mempcpy(at, from, (size_t)(mark - from));
		at = stpcpy(at, token);
		from = mark + strlen(SCRIPT_TOKEN);
	}
	at = mempcpy(at, from, (size_t)(end - from));
	return (size_t)(at - to);
}

/* Head and body of the connection's request. */
static void
build(struct client *c, struct conn *k)
{
	const struct script_request *r = k->request;
	size_t room = r->body == NULL ? 0 : r->length + TOKEN_MAX;
	size_t len = 0;
	int n;

	reserve(k, HEAD_MAX + room);
	if (r->body != NULL)
		len = put_body(r, k->token, k->out + HEAD_MAX);
	k->body_len = r->body != NULL ? len : r->length;
	n = snprintf(k->out, HEAD_MAX, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
	    "User-Agent: bench\r\nAccept: */*\r\n", r->method, r->path, c->port);
	if (n > 0 && n < HEAD_MAX && (strcmp(r->method, "GET") != 0))
		n += snprintf(k->out + n, (size_t)(HEAD_MAX - n),
		    "Content-Type: %s\r\nContent-Length: %zu\r\n",
		    r->body != NULL ? "application/json" : "application/octet-stream",
		    k->body_len);
	if (n > 0 && n < HEAD_MAX)
		n += snprintf(k->out + n, (size_t)(HEAD_MAX - n), "\r\n");
	if (n <= 0 || n >= HEAD_MAX)
		errx(1, "request %zu: its head is over %d bytes", k->index, HEAD_MAX);
	memmove(k->out + n, k->out + HEAD_MAX, len);
	k->out_len = (size_t)n + len;
	if (r->body == NULL)
		k->body_len += (size_t)n;
	else
		k->body_len = k->out_len;
}

/* The next bytes to be sent: of what was built, or of the filling. */
static ssize_t
send_some(struct conn *k)
{
	size_t left = k->body_len - k->sent;

	if (k->sent < k->out_len)
		return send(k->fd, k->out + k->sent, k->out_len - k->sent,
		    MSG_NOSIGNAL | (k->body_len > k->out_len ? MSG_MORE : 0));
	return send(k->fd, fill, left < sizeof(fill) ? left : sizeof(fill), MSG_NOSIGNAL);
}

static void
note_error(struct client *c, const struct conn *k, const char *why)
{
	c->errors++;
	if (c->first_error[0] == '\0')
		snprintf(c->first_error, sizeof(c->first_error),
		    "%s %.100s: %s; status %d; %.300s", k->request->method, k->request->path,
		    why, k->reply.status, k->reply.keep && k->reply.length > 0 ?
		    k->reply.body : "");
}

static long
count_text(const char *body, const char *needle)
{
	size_t len = strlen(needle);
	long n = 0;

	for (; (body = strstr(body, needle)) != NULL; body += len)
		n++;
	return n;
}

/* NULL if the reply is as the script wants it. */
static const char *
find_fault(const struct conn *k)
{
	static char text[100];
	const struct script_request *r = k->request;
	long n;

	if (k->reply.state != REPLY_DONE)
		return "the connection broke";
	if (k->reply.status != r->status)
		return "wrong status";
	if (r->reply != -1 && (unsigned long long)r->reply != k->reply.length) {
		snprintf(text, sizeof(text), "%llu bytes", k->reply.length);
		return text;
	}
	if (r->needle == NULL)
		return NULL;
	n = k->reply.length == 0 ? 0 : count_text(k->reply.body, r->needle);
	if (n == r->count)
		return NULL;
	snprintf(text, sizeof(text), "%s stands there %ld times", r->needle, n);
	return text;
}

static void
keep_token(struct conn *k)
{
	const char *at = k->reply.length == 0 ? NULL :
	    strstr(k->reply.body, "\"next_page_token\"");
	size_t len;

	k->token[0] = '\0';
	if (at == NULL)
		return;
	at += strlen("\"next_page_token\"");
	at += strspn(at, ": ");
	if (*at++ != '"')
		return;
	len = strcspn(at, "\"");
	if (len < sizeof(k->token))
		*(char *)mempcpy(k->token, at, len) = '\0';
}

static void begin_next(struct client *, struct conn *);

static void
finish(struct client *c, struct conn *k)
{
	double t = now();
	const char *fault = find_fault(k);
	bool reopen = k->reply.close || k->reply.state != REPLY_DONE ||
	    k->sent < k->body_len;

	if (fault != NULL)
		note_error(c, k, fault);
	if (k->index >= c->warm)
		c->results[c->nresults++] = (struct result){
			k->index, fault == NULL, t - k->begun, k->first - k->begun
		};
	if (k->reply.keep)
		keep_token(k);
	c->ended = t;
	c->busy--;
	k->request = NULL;
	if (reopen) {
		close(k->fd);
		open_conn(c, k);
		c->reconnects++;
	}
	begin_next(c, k);
}

static void
write_out(struct client *c, struct conn *k)
{
	ssize_t n;

	while (k->sent < k->body_len) {
		n = send_some(k);
		if (n == -1 && errno == EAGAIN) {
			wait_for_room(c, k, true);
			return;
		}
		/* the reply, or the end, will be read */
		if (n == -1)
			break;
		k->sent += (size_t)n;
	}
	wait_for_room(c, k, false);
}

static void
send_request(struct client *c, struct conn *k)
{
	reply_reset(&k->reply, k->request->needle != NULL || k->request->reply == -1);
	k->sent = 0;
	k->first = 0;
	k->begun = now();
	write_out(c, k);
}

/* Nothing more is to be begun. */
static bool
is_over(const struct client *c)
{
	return c->next >= c->end ||
	    (c->next > c->warm && now() - c->begun > c->seconds);
}

static void
begin_idle(struct client *c)
{
	int i;

	for (i = 0; i < c->nconns; i++)
		if (c->conns[i].request == NULL)
			begin_next(c, &c->conns[i]);
}

/* What is measured begins, on all connections, when no warm request is left. */
static void
begin_next(struct client *c, struct conn *k)
{
	if (c->next == c->warm && c->begun == 0) {
		if (c->busy > 0)
			return;
		c->begun = now();
		c->cpu_begun = cpu_seconds();
		begin_idle(c);
		return;
	}
	if (is_over(c))
		return;
	k->index = c->next++;
	k->request = &c->script.requests[k->index];
	k->tried_again = false;
	c->busy++;
	build(c, k);
	send_request(c, k);
}

/*
 * A server may end a connection that it kept open just when the next request is
 * on its way: then it is sent once more, as every client does.
 */
static void
ended(struct client *c, struct conn *k)
{
	bool untouched = k->request != NULL && k->reply.state == REPLY_HEAD &&
	    k->reply.nline == 0;

	if (k->request == NULL || (untouched && !k->tried_again)) {
		close(k->fd);
		open_conn(c, k);
		c->reconnects++;
		if (k->request == NULL)
			return;
		k->tried_again = true;
		send_request(c, k);
		return;
	}
	reply_end(&k->reply);
	finish(c, k);
}

static void
read_in(struct client *c, struct conn *k)
{
	static char data[READ_SIZE];
	ssize_t n = recv(k->fd, data, sizeof(data), 0);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0 || k->request == NULL) {
		ended(c, k);
		return;
	}
	if (k->first == 0)
		k->first = now();
	reply_take(&k->reply, data, (size_t)n);
	if (k->reply.state == REPLY_DONE || k->reply.state == REPLY_BROKEN)
		finish(c, k);
}

static void
run(struct client *c)
{
	struct epoll_event events[CONNECTIONS_MAX];
	int i, n;

	begin_idle(c);
	while (c->busy > 0) {
		n = epoll_wait(c->epoll, events, CONNECTIONS_MAX, SILENCE_MS);
		if (n == 0)
			errx(1, "no answer within %d s", SILENCE_MS / 1000);
		for (i = 0; i < n; i++) {
			struct conn *k = events[i].data.ptr;

			if ((events[i].events & EPOLLOUT) != 0 && k->request != NULL)
				write_out(c, k);
			if ((events[i].events & ~(unsigned int)EPOLLOUT) != 0)
				read_in(c, k);
		}
	}
}

static void
write_results(const struct client *c, const char *path)
{
	FILE *f = fopen(path, "w");
	size_t i;

	if (f == NULL)
		err(1, "%s", path);
	for (i = 0; i < c->nresults; i++)
		fprintf(f, "%zu %d %.1f %.1f\n", c->results[i].index, c->results[i].right,
		    1e6 * c->results[i].total, 1e6 * c->results[i].first);
	if (fclose(f) != 0)
		err(1, "%s", path);
}

static void
setup(struct client *c, const char *port, const char *path)
{
	int i;

	c->port = atoi(port);
	c->to.sin_family = AF_INET;
	c->to.sin_port = htons((uint16_t)c->port);
	c->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(fill, FILL, sizeof(fill));
	script_read(&c->script, path);
	c->end = c->script.n;
	if (c->warm >= c->end)
		errx(1, "%s: no requests behind the %zu warm ones", path, c->warm);
	c->results = calloc(c->end, sizeof(*c->results));
	c->conns = calloc((size_t)c->nconns, sizeof(*c->conns));
	c->epoll = epoll_create1(0);
	if (c->results == NULL || c->conns == NULL || c->epoll == -1)
		err(1, "setup");
	for (i = 0; i < c->nconns; i++)
		open_conn(c, &c->conns[i]);
}

static void
teardown(struct client *c)
{
	int i;

	for (i = 0; i < c->nconns; i++) {
		close(c->conns[i].fd);
		free(c->conns[i].out);
		reply_free(&c->conns[i].reply);
	}
	close(c->epoll);
	free(c->conns);
	free(c->results);
	script_free(&c->script);
}

static void
usage(void)
{
	errx(1, "usage: client [-c CONNECTIONS] [-s SECONDS] [-w WARM] [-o FILE] PORT SCRIPT");
}

int
main(int argc, char *argv[])
{
	struct client c = { .nconns = 1, .seconds = 3600 };
	const char *out = NULL;
	int option;

	while ((option = getopt(argc, argv, "c:s:w:o:")) != -1) {
		switch (option) {
		case 'c':
			c.nconns = atoi(optarg);
			break;
		case 's':
			c.seconds = atof(optarg);
			break;
		case 'w':
			c.warm = strtoul(optarg, NULL, 10);
			break;
		case 'o':
			out = optarg;
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 2 || c.nconns < 1 || c.nconns > CONNECTIONS_MAX)
		usage();
	setup(&c, argv[optind], argv[optind + 1]);
	run(&c);
	if (out != NULL)
		write_results(&c, out);
	printf("%zu %zu %.6f %.6f %zu %s\n", c.nresults, c.errors, c.ended - c.begun,
	    cpu_seconds() - c.cpu_begun, c.reconnects, c.first_error);
	teardown(&c);
	return 0;
}
