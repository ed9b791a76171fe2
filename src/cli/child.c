/*
 * fork, exec and wait; no shell, and no secret in an argument.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "cli/address.h"
#include "cli/child.h"
#include "cli/handover.h"
#include "cli/stop.h"

/* An end within this time after the start counts as "at once". */
#define QUICK_MS	1000
/* After so many of them in a row something is wrong for good. */
#define QUICK_MOST	5
/* Where systemd's protocol puts the first listening socket. */
#define LISTENER_FD	3
#define EXIT_NO_EXEC	127
/* Killed children are gone at once, unless the disk hangs. */
#define KILL_WAIT_MS	10000

/* Listening sockets go to 3, 4, ..., whatever is there: as copies first. */
static bool
move_listeners(const struct child *c)
{
	int copies[ADDRESSES_MAX];
	unsigned i;

	for (i = 0; i < c->nlisteners; i++) {
		copies[i] = fcntl(c->listeners[i], F_DUPFD_CLOEXEC, HANDOVER_FD);
		if (copies[i] == -1)
			return false;
	}
	for (i = 0; i < c->nlisteners; i++)
		if (dup2(copies[i], LISTENER_FD + (int)i) == -1)
			return false;
	return true;
}

static bool
keep_descriptors(const struct child *c)
{
	unsigned i;

	for (i = 0; i < sizeof(c->keep) / sizeof(c->keep[0]); i++)
		if (c->keep[i] != -1 && fcntl(c->keep[i], F_SETFD, 0) == -1)
			return false;
	return true;
}

static bool
set_output(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	return fd != -1 && dup2(fd, STDOUT_FILENO) != -1 && dup2(fd, STDERR_FILENO) != -1;
}

static bool
set_descriptors(const struct child *c)
{
	int input = c->input;

	if (input == -1)
		input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	/* out of the way of the listening sockets */
	input = fcntl(input, F_DUPFD_CLOEXEC, HANDOVER_FD);
	return input != -1 && keep_descriptors(c) && move_listeners(c) &&
	    (c->log == NULL || set_output(c->log)) && dup2(input, STDIN_FILENO) != -1;
}

static void
set_listener_variables(unsigned n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof(text), "%u", n);
	setenv("LISTEN_FDS", text, 1);
}

static void
become(const struct child *c, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* it may have died before that line */
	if (getppid() != parent)
		_exit(EXIT_NO_EXEC);
	setpgid(0, 0);
	if (c->nlisteners > 0)
		set_listener_variables(c->nlisteners);
	if (set_descriptors(c)) {
		stop_undo();
		/* exec does not write to its arguments */
		execv(c->argv[0], (char *const *)(uintptr_t)c->argv);
	}
	log_error("cannot start %s: %s", c->argv[0], strerror(errno));
	_exit(EXIT_NO_EXEC);
}

int
child_start(struct child *c)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == -1) {
		log_error("cannot start %s: %s", c->name, strerror(errno));
		return -1;
	}
	if (pid == 0)
		become(c, parent);
	c->pid = pid;
	c->started_ms = time_monotonic_ms();
	return 0;
}

const char *
child_status_text(int status, char *to, unsigned size)
{
	if (WIFSIGNALED(status))
		snprintf(to, size, "signal %d", WTERMSIG(status));
	else
		snprintf(to, size, "exit %d", WEXITSTATUS(status));
	return to;
}

/* A clean end is meant, however soon: a worker had its requests, or a signal. */
static bool
ended_too_soon(const struct child *c)
{
	return c->status != 0 && time_monotonic_ms() - c->started_ms < QUICK_MS;
}

void
child_reap(struct child *c, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (c[i].pid == 0 ||
		    waitpid(c[i].pid, &c[i].status, WNOHANG) != c[i].pid)
			continue;
		c[i].pid = 0;
		if (ended_too_soon(&c[i]))
			c[i].quick_ends++;
		else
			c[i].quick_ends = 0;
	}
}

static int
restart_one(struct child *c)
{
	char text[32];

	if (c->quick_ends >= QUICK_MOST) {
		log_error("%s ends again and again (%s): giving up", c->name,
		    child_status_text(c->status, text, sizeof(text)));
		return -1;
	}
	/* the next call comes within the second */
	if (c->quick_ends > 1 && time_monotonic_ms() - c->started_ms < QUICK_MS)
		return 0;
	if (c->status != 0)
		log_warn("%s ended (%s): starting another", c->name,
		    child_status_text(c->status, text, sizeof(text)));
	return child_start(c);
}

int
child_restart(struct child *c, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (c[i].pid == 0 && restart_one(&c[i]) == -1)
			return -1;
	return 0;
}

static bool
any_runs(const struct child *c, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (c[i].pid != 0)
			return true;
	return false;
}

static void
signal_all(const struct child *c, unsigned n, int signal)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (c[i].pid != 0)
			kill(c[i].pid, signal);
}

static void
wait_all(struct child *c, unsigned n, int64_t ms, unsigned asked)
{
	int64_t end = time_monotonic_ms() + ms, left;

	for (;;) {
		child_reap(c, n);
		left = end - time_monotonic_ms();
		if (!any_runs(c, n) || left <= 0 || stop_count() > asked)
			return;
		stop_wait(left < 100 ? left : 100);
	}
}

void
child_stop(struct child *c, unsigned n, int signal, int64_t ms)
{
	signal_all(c, n, signal);
	wait_all(c, n, ms, stop_count());
	if (!any_runs(c, n))
		return;
	log_warn("%s does not end: killing it", c->name);
	signal_all(c, n, SIGKILL);
	wait_all(c, n, KILL_WAIT_MS, UINT_MAX);
}

static bool
find_in(const char *folders, const char *name, char *to, unsigned size)
{
	while (*folders != '\0') {
		size_t n = strcspn(folders, ":");
		int len = snprintf(to, size, "%.*s/%s", (int)n, folders, name);

		if (n > 0 && len > 0 && (unsigned)len < size &&
		    access(to, X_OK) == 0)
			return true;
		folders += n + (folders[n] == ':');
	}
	return false;
}

const char *
child_find_program(const char *name, char *to, unsigned size)
{
	const char *path = getenv("PATH");

	/* daemons are rarely in the PATH of a user */
	if ((path != NULL && find_in(path, name, to, size)) ||
	    find_in("/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/usr/libexec",
	    name, to, size))
		return to;
	to[0] = '\0';
	return to;
}
