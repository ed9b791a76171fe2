/*
 * sigtimedwait instead of handlers: nothing runs behind the program's back.
 * What was asked, and when, is all the state: signals are the process's own.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "base/time.h"
#include "cli/stop.h"

/* Signals that come this soon after one that counted say nothing new. */
#define SAME_MS	1000

static unsigned stop_asked;
static int64_t stop_asked_ms;
static sigset_t stop_before;

static void
fill_set(sigset_t *set)
{
	struct sigaction hup;

	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGCHLD);
	/* blocked signals are delivered even if they are ignored */
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);
}

void
stop_init(void)
{
	sigset_t set;

	fill_set(&set);
	sigprocmask(SIG_BLOCK, &set, &stop_before);
}

static void
note_stop(void)
{
	int64_t now = time_monotonic_ms();

	if (stop_asked > 0 && now - stop_asked_ms < SAME_MS)
		return;
	stop_asked++;
	stop_asked_ms = now;
}

bool
stop_wait(int64_t ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	sigset_t set;
	int got;

	fill_set(&set);
	got = sigtimedwait(&set, NULL, &time);
	if (got > 0 && got != SIGCHLD)
		note_stop();
	return stop_asked > 0;
}

unsigned
stop_count(void)
{
	return stop_asked;
}

void
stop_undo(void)
{
	sigprocmask(SIG_SETMASK, &stop_before, NULL);
}
