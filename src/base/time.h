/* The clock, as MLflow counts it. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Milliseconds since the epoch. */
int64_t	time_now_ms(void);
/* Milliseconds and microseconds that only ever grow, for measuring. */
int64_t	time_monotonic_ms(void);
int64_t	time_monotonic_us(void);
void	time_sleep_ms(int64_t ms);

/* The years 1 to 9999, which RFC 3339 and the clients can write. */
#define TIME_FIRST_MS	(-62135596800000)
#define TIME_LAST_MS	253402300799999
bool	time_is_dated(int64_t ms);

/* Times of RFC 3339 and durations ("1.5s") as protobuf's JSON has them. */
/* "2023-11-14T22:13:20.123Z"; no digits behind the second where they are 0. */
struct str time_text(struct arena *, int64_t ms);
/* Of any offset, cut to whole milliseconds; false for what is no time, or not dated. */
bool	time_parse(struct str, int64_t *ms);
/* "1.500s", "3s", "-1s" */
struct str time_span_text(struct arena *, int64_t ms);
/* Cut to whole milliseconds, toward zero. */
bool	time_span_parse(struct str, int64_t *ms);

#endif
