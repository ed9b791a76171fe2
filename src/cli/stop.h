/*
 * Signals taken in turn: blocked from the start, and waited for where the
 * program has time for them.  Children get them back (child.c).
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From the signal until the web server and the workers are gone, whatever they are at;
 * a database of our own then ends in the rest of the 10 s that Docker gives.
 */
#define STOP_MS	7000
/* Of these, for the requests under way: the web server waits for their answers. */
#define LIGHTTPD_STOP_MS	6000

/* Block SIGTERM, SIGINT, SIGCHLD, and SIGHUP unless it is ignored (nohup). */
void	stop_init(void);
/*
 * Wait up to `ms` for a signal.  true once somebody asked to stop, now or
 * earlier; false after the time, or as soon as a child has ended.
 */
bool	stop_wait(int64_t ms);
/*
 * How often somebody asked: a second time means "hurry".  Signals within a second
 * count as one: timeout(1) sends one to its child and one to the whole group.
 */
unsigned stop_count(void);
/* In a child, before exec: as it was. */
void	stop_undo(void);

#endif
