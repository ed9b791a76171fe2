/* The clock, as MLflow counts it. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

/* Milliseconds since the epoch. */
int64_t	time_now_ms(void);
/* Milliseconds and microseconds that only ever grow, for measuring. */
int64_t	time_monotonic_ms(void);
int64_t	time_monotonic_us(void);
void	time_sleep_ms(int64_t ms);

#endif
