/*
 * The accept loop.  SIGTERM and its like are held back while there is a request,
 * since libfcgi takes an interrupted read for the end of a connection: they come
 * through in the wait for the next one only.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "http/loop.h"

/* The socket that web servers connect to. */
#define SOCKET	0
/*
 * A worker killed between its waking and its accept() leaves a connection that nobody
 * was woken for: somebody looks again after this time, with two system calls.
 */
#define LOOK_AGAIN_MS	1000

static volatile sig_atomic_t stopping;

/* How a worker waits for a request. */
struct wait {
	int		epoll;
	sigset_t	mask;	/* the signals blocked meanwhile */
};

static void
stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

static void
catch_signals(sigset_t *waiting)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGUSR1 };
	struct sigaction action;
	sigset_t blocked;
	size_t i;

	memset(&action, 0, sizeof(action));
	action.sa_handler = stop;
	sigemptyset(&blocked);
	sigprocmask(SIG_BLOCK, NULL, waiting);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		sigaction(ends[i], &action, NULL);
		sigaddset(&blocked, ends[i]);
		sigdelset(waiting, ends[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

/* A new connection wakes one of the workers that wait; it may be gone at accept(). */
static int
wait_open(struct wait *w)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int flags = fcntl(SOCKET, F_GETFL);

	if (flags == -1 || fcntl(SOCKET, F_SETFL, flags | O_NONBLOCK) == -1)
		return -1;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll == -1)
		return -1;
	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, SOCKET, &event);
}

/* On a connection that the web server keeps, else on the socket; -1: see errno. */
static int
wait_request(const struct wait *w, const FCGX_Request *req)
{
	struct pollfd kept = { .fd = req->ipcFd, .events = POLLIN };
	struct epoll_event event;

	if (req->ipcFd >= 0)
		return ppoll(&kept, 1, NULL, &w->mask);
	return epoll_pwait(w->epoll, &event, 1, LOOK_AGAIN_MS, &w->mask);
}

static void
reset(struct ctx *c, struct arena *mem)
{
	json_free(c->json);
	buf_reset(&c->res.always);
	buf_reset(&c->res.headers);
	buf_reset(&c->res.body);
	arena_reset(mem);
}

static void
serve_one(struct ctx *c, struct arena *mem, void (*serve)(struct ctx *))
{
	struct ctx fresh = {
		.conf = c->conf, .mem = mem, .kept = c->kept, .fcgx = c->fcgx,
		.work = work_start(c->work.db, mem),
		.res = { .always = c->res.always, .headers = c->res.headers,
		    .body = c->res.body },
	};

	*c = fresh;
	json_out_init(&c->out, &c->res.body);
	serve(c);
	reset(c, mem);
}

/* Until a signal, the most requests, or a socket that gives none (-1: see errno). */
static int
serve_all(struct ctx *c, struct arena *mem, const struct wait *w, void (*serve)(struct ctx *))
{
	FCGX_Request *req = &c->fcgx->req;
	unsigned served = 0;
	int rc;

	while (!stopping) {
		if (wait_request(w, req) == -1) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		rc = FCGX_Accept_r(req);
		if (rc == -EAGAIN || rc == -EINTR)
			continue;
		if (rc != 0)
			return -1;
		serve_one(c, mem, serve);
		/* the end of the answer goes out before the wait */
		FCGX_Finish_r(req);
		if (c->leaves)
			_exit(EXIT_SUCCESS);	/* there is no order to end in */
		if (c->conf->max_requests > 0 && ++served >= c->conf->max_requests)
			return 0;
	}
	return 0;
}

int
loop_run(const struct conf *conf, struct db *db, void (*serve)(struct ctx *))
{
	struct fcgx fcgx;
	struct arena mem;
	struct kept kept = { .prices = NULL };
	struct ctx c = { .conf = conf, .kept = &kept, .work = { .db = db }, .fcgx = &fcgx };
	struct wait wait;
	int rc;

	memset(&fcgx, 0, sizeof(fcgx));
	if (FCGX_IsCGI()) {
		log_error("standard input is no FastCGI socket: start this program "
		    "from a web server, from spawn-fcgi, or by `cairn server`");
		return -1;
	}
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fcgx.req, SOCKET, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return -1;
	catch_signals(&wait.mask);
	if (wait_open(&wait) == -1) {
		log_error("cannot wait for requests on the socket: %s", strerror(errno));
		return -1;
	}
	arena_init(&mem);
	arena_init(&kept.mem);
	rc = serve_all(&c, &mem, &wait, serve);
	if (rc == -1)
		log_error("cannot take a request from the socket: %s", strerror(errno));
	close(wait.epoll);
	FCGX_Free(&fcgx.req, 1);
	buf_fini(&fcgx.body);
	buf_fini(&c.res.always);
	buf_fini(&c.res.headers);
	buf_fini(&c.res.body);
	arena_fini(&kept.mem);
	arena_fini(&mem);
	return rc;
}
