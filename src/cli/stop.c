/*
 * sigtimedwait instead of handlers: nothing runs behind the program's back.
 * The counter is the one piece of state, as signals are the process's own.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "cli/stop.h"

static unsigned stop_asked;
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

bool
stop_wait(int64_t ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	sigset_t set;
	int got;

	fill_set(&set);
	got = sigtimedwait(&set, NULL, &time);
	if (got > 0 && got != SIGCHLD)
		stop_asked++;
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
