/*
 * The accept loop.  FCGX_Accept_r returns an error when SIGTERM interrupts it,
 * so the loop ends cleanly between two requests.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "http/loop.h"

static volatile sig_atomic_t stopping;

static void
stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
	FCGX_ShutdownPending();
}

static void
catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = stop;
	/* no SA_RESTART: the signal must interrupt accept() */
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

static void
reset(struct ctx *c, struct arena *mem)
{
	json_free(c->json);
	buf_reset(&c->res.headers);
	buf_reset(&c->res.body);
	arena_reset(mem);
}

static void
serve_one(struct ctx *c, struct arena *mem, void (*serve)(struct ctx *))
{
	struct ctx fresh = {
		.conf = c->conf, .db = c->db, .mem = mem, .fcgx = c->fcgx,
		.res = { .headers = c->res.headers, .body = c->res.body },
	};

	*c = fresh;
	json_out_init(&c->out, &c->res.body);
	serve(c);
	reset(c, mem);
}

/* Until a signal, the most requests, or a socket that gives none (-1). */
static int
serve_all(struct ctx *c, struct arena *mem, void (*serve)(struct ctx *))
{
	unsigned served = 0;

	while (FCGX_Accept_r(&c->fcgx->req) == 0) {
		serve_one(c, mem, serve);
		if (c->conf->max_requests > 0 && ++served >= c->conf->max_requests)
			return 0;
	}
	if (stopping)
		return 0;
	log_error("cannot take a request from the socket: %s", strerror(errno));
	return -1;
}

int
loop_run(const struct conf *conf, struct db *db, void (*serve)(struct ctx *))
{
	struct fcgx fcgx;
	struct arena mem;
	struct ctx c = { .conf = conf, .db = db, .fcgx = &fcgx };
	int rc;

	memset(&fcgx, 0, sizeof(fcgx));
	if (FCGX_IsCGI()) {
		log_error("standard input is no FastCGI socket: start this program "
		    "from a web server, from spawn-fcgi, or by `cairn server`");
		return -1;
	}
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fcgx.req, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return -1;
	catch_signals();
	arena_init(&mem);
	rc = serve_all(&c, &mem, serve);
	FCGX_Finish_r(&fcgx.req);
	FCGX_Free(&fcgx.req, 1);
	buf_fini(&fcgx.body);
	buf_fini(&c.res.headers);
	buf_fini(&c.res.body);
	arena_fini(&mem);
	return rc;
}
