/* Counters shared through a mapped file. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/stats.h"

static uint64_t own[STAT__MAX];
static uint64_t *counters = own;

int
stats_open(const char *path)
{
	void *map;
	int fd;

	if (path == NULL)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return -1;
	if (ftruncate(fd, sizeof(own)) == -1) {
		close(fd);
		return -1;
	}
	map = mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -1;
	counters = map;
	return 0;
}

void
stats_add(enum stat_counter counter, uint64_t n)
{
	__atomic_fetch_add(&counters[counter], n, __ATOMIC_RELAXED);
}

uint64_t
stats_get(enum stat_counter counter)
{
	return __atomic_load_n(&counters[counter], __ATOMIC_RELAXED);
}
