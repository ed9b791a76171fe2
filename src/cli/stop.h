/*
 * Signals taken in turn: blocked from the start, and waited for where the
 * program has time for them.  Children get them back (child.c).
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* Block SIGTERM, SIGINT, SIGCHLD, and SIGHUP unless it is ignored (nohup). */
void	stop_init(void);
/*
 * Wait up to `ms` for a signal.  true once somebody asked to stop, now or
 * earlier; false after the time, or as soon as a child has ended.
 */
bool	stop_wait(int64_t ms);
/* How often somebody asked: a second time means "hurry". */
unsigned stop_count(void);
/* In a child, before exec: as it was. */
void	stop_undo(void);

#endif
