/* Time and processor time of the benchmark's programs. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

/* Seconds of a clock that only goes forward. */
double	now(void);
/* Seconds of processor time of this process, all its threads together. */
double	cpu_seconds(void);

#endif
