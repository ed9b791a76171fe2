/*
 * A program run by `cairn server`: started, watched, started again, stopped.
 *
 * Each is in a process group of its own, so that Ctrl-C in a terminal reaches
 * `cairn` only, which stops them in order; and each gets SIGTERM from the kernel
 * if `cairn` itself is killed.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	const char	*name;		/* for the log */
	const char	*const *argv;	/* argv[0] is a path */
	int		 input;		/* its descriptor 0; -1: /dev/null */
	const int	*listeners;	/* handed over as systemd does */
	unsigned	 nlisteners;
	int		 keep[2];	/* other descriptors that it inherits; -1 */
	const char	*log;		/* file for what it prints; NULL: ours */
	pid_t		 pid;		/* 0: does not run */
	int		 status;	/* of its last end, as from wait(2) */
	int64_t		 started_ms;
	unsigned	 quick_ends;	/* in a row */
};

/* Start it.  0, or -1 with a line in the log. */
int	child_start(struct child *);
/* Note the ends of children: call it after stop_wait. */
void	child_reap(struct child *, unsigned n);
/*
 * Start again those of `n` children that have ended, a moment later if they fail
 * at once.  0, or -1 when one of them failed at once too often.
 */
int	child_restart(struct child *, unsigned n);
/*
 * Ask `n` children to end with `signal` and wait up to `ms`; those that do not,
 * or all if the user asks once more to stop, are killed.
 */
void	child_stop(struct child *, unsigned n, int signal, int64_t ms);
/* An end as words: "exit 1", "signal 9". */
const char *child_status_text(int status, char *to, unsigned size);

/* A program in PATH or the usual folders for daemons: "" if there is none. */
const char *child_find_program(const char *name, char *to, unsigned size);

#endif
