/* The clock. */
#include <errno.h>
#include <time.h>

#include "base/time.h"

static int64_t
read_clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
time_now_ms(void)
{
	return read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t
time_monotonic_ms(void)
{
	return time_monotonic_us() / 1000;
}

int64_t
time_monotonic_us(void)
{
	return read_clock_us(CLOCK_MONOTONIC);
}

void
time_sleep_ms(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}
