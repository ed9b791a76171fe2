/*
 * One request from end to end.  Each step returns 0, or records an error in the
 * context and returns -1; no step knows the next.
 */
#include <setjmp.h>

#include "api/common.h"
#include "base/id.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/time.h"
#include "http/error.h"
#include "http/origin.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "routes.h"
#include "serve.h"
#include "store/db.h"

/* Tries of a transaction that the database gave up in favour of another. */
#define TRIES_MAX	5
/* No try begins so long after the request did: others wait for a worker, too. */
#define TRIES_MS	10000
/* Milliseconds before the second try; doubled each time, plus as much jitter. */
#define RETRY_FIRST	5

static void
rest(int try)
{
	uint32_t span = (uint32_t)RETRY_FIRST << try;

	time_sleep_ms(span + id_below(span));
}

/* One try of a writing handler within its transaction. */
static int
run_once(struct ctx *c)
{
	db_begin(c->work.db);
	if (route_run(c) == 0 && db_commit(c->work.db) == 0)
		return 0;
	/* a handler that failed has said why; else it was the commit */
	if (c->error.status == 0)
		fail_db(c);
	db_rollback(c->work.db);
	return -1;
}

static bool
may_try_again(const struct ctx *c, int tries)
{
	return tries < TRIES_MAX &&
	    time_monotonic_ms() - c->work.budget.started < TRIES_MS;
}

static void
run_writer(struct ctx *c)
{
	int tries = 0;

	do {
		struct arena_mark mark = arena_mark(c->mem);

		if (tries > 0) {
			stats_add(STAT_RETRIES, 1);
			rest(tries);
			response_reset(c);
		}
		db_error_clear(c->work.db);
		if (run_once(c) == 0 || db_error(c->work.db) != DB_RETRY)
			return;
		arena_release(c->mem, mark);
	} while (may_try_again(c, ++tries));
	response_reset(c);
	log_warn("%s: given up after %d deadlocks or waits for locks", c->route->path, tries);
	fail(c, TEMPORARILY_UNAVAILABLE, "Other requests are changing the same rows. "
	    "Try again in a moment.");
}

static void
run_handler(struct ctx *c)
{
	if (c->route->tx == WR) {
		run_writer(c);
		return;
	}
	if (c->route->body != STREAM)
		response_may_stream(c);
	route_run(c);
}

static void
count(const struct ctx *c, int64_t started)
{
	int class = c->res.status / 100;
	int64_t micros = time_monotonic_us() - started;

	stats_add(class == 2 ? STAT_REQUESTS_2XX : class == 3 ? STAT_REQUESTS_3XX :
	    class == 4 ? STAT_REQUESTS_4XX : STAT_REQUESTS_5XX, 1);
	stats_add(STAT_REQUEST_MICROSECONDS, (uint64_t)micros);
	log_debug("%.*s %.*s %d %lld us", (int)c->req.method.len, c->req.method.p,
	    (int)c->req.path.len, c->req.path.p, c->res.status, (long long)micros);
}

static void
jump(void *to)
{
	longjmp(*(jmp_buf *)to, 1);
}

/*
 * Out of the middle of a handler, whose request took more memory than one may.  What it
 * held outside of the arena is lost, and so the worker leaves after this answer.
 */
static void
give_up(struct ctx *c)
{
	db_disconnect(c->work.db);
	arena_reset(c->mem);
	response_reset(c);
	c->leaves = true;
	log_warn("%.*s: more than the %u MiB that one request may take", (int)c->req.path.len,
	    c->req.path.p, c->conf->max_memory);
	fail(c, INVALID_PARAMETER_VALUE, "The request takes more than %u MiB of the server's "
	    "memory. Ask for less at a time: a smaller max_results, fewer or shorter values. "
	    "The server's operator sets the limit (--max-memory).", c->conf->max_memory);
}

static void
run_steps(struct ctx *c)
{
	if (request_read(c) == 0 &&
	    route_find(c, routes) == 0 &&
	    origin_check(c) == 0 &&
	    route_check(c) == 0 &&
	    request_decode(c) == 0)
		run_handler(c);
}

void
serve(struct ctx *c)
{
	int64_t started = time_monotonic_us();
	jmp_buf full;

	c->work.budget.deadline = c->work.budget.started + c->conf->max_seconds * 1000;
	c->work.budget.values = c->conf->max_values;
	if (setjmp(full) == 0) {
		arena_limit(c->mem, (size_t)c->conf->max_memory * 1024 * 1024, jump, &full);
		run_steps(c);
	} else {
		give_up(c);
	}
	arena_limit(c->mem, 0, NULL, NULL);
	response_send(c);
	count(c, started);
}
