/*
 * One request from end to end.  Each step returns 0, or records an error in the
 * context and returns -1; no step knows the next.
 */
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
	if (c->route->handler(c) == 0 && db_commit(c->work.db) == 0)
		return 0;
	/* a handler that failed has said why; else it was the commit */
	if (c->error.status == 0)
		fail(c, TEMPORARILY_UNAVAILABLE, "The database cannot be reached. "
		    "Try again in a moment.");
	db_rollback(c->work.db);
	return -1;
}

static void
run_writer(struct ctx *c)
{
	int try;

	for (try = 0; try < TRIES_MAX; try++) {
		struct arena_mark mark = arena_mark(c->mem);

		if (try > 0) {
			stats_add(STAT_RETRIES, 1);
			rest(try);
			response_reset(c);
		}
		db_error_clear(c->work.db);
		if (run_once(c) == 0 || db_error(c->work.db) != DB_RETRY)
			return;
		arena_release(c->mem, mark);
	}
	response_reset(c);
	log_warn("%s: given up after %d deadlocks", c->route->path, TRIES_MAX);
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
	if (c->route->tx != RAW)
		response_may_stream(c);
	c->route->handler(c);
}

static void
count(const struct ctx *c, int64_t started)
{
	int class = c->res.status / 100;

	stats_add(class == 2 ? STAT_REQUESTS_2XX : class == 3 ? STAT_REQUESTS_3XX :
	    class == 4 ? STAT_REQUESTS_4XX : STAT_REQUESTS_5XX, 1);
	stats_add(STAT_REQUEST_MICROSECONDS, (uint64_t)(time_monotonic_us() - started));
}

void
serve(struct ctx *c)
{
	int64_t started = time_monotonic_us();

	if (request_read(c) == 0 &&
	    origin_check(c) == 0 &&
	    route_find(c, routes) == 0 &&
	    request_decode(c) == 0)
		run_handler(c);
	response_send(c);
	count(c, started);
}
