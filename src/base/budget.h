/*
 * What one request may cost.  Bytes alone bound nothing: 6 MB of "{}" are 1.6 GB of
 * parsed JSON, and one statement that waits for a lock is no byte at all.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

struct budget {
	int64_t	started;	/* by time_monotonic_ms() */
	int64_t	deadline;	/* no statement begins after it; by the same clock, 0: none */
	size_t	values;		/* JSON that may be read, in the units of json_read() */
};

#endif
