/*
 * Counters that the workers of one server share: a file mapped by all of them.
 *
 * Adding is one atomic instruction; without a file each process counts for
 * itself.
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdint.h>

enum stat_counter {
#define STAT(name, metric, label, help) STAT_##name,
#include "base/stats.def"
#undef STAT
	STAT__MAX
};

/*
 * Map the file, making it if need be; NULL or a file that cannot be mapped gives
 * counters of this process alone.  0, or -1 when it fell back though asked.
 */
int		 stats_open(const char *path);
void		 stats_add(enum stat_counter, uint64_t);
uint64_t	 stats_get(enum stat_counter);

#endif
