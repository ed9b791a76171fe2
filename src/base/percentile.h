/*
 * Percentiles of values that come one after the other in ascending order, by linear
 * interpolation between neighbours: of n values, p lies at (n - 1) * p / 100.
 */
#ifndef BASE_PERCENTILE_H
#define BASE_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

struct percentile {
	const double	*wanted;	/* 0 to 100, ascending */
	size_t		 nwanted;
	int64_t		 count;		/* of the values that are to come: at least one */
	double		*values;	/* nwanted of them; filled in turn */

	size_t		 done;		/* of those wanted */
	int64_t		 seen;
	double		 last;
};

/* The next value.  What comes after the last is ignored. */
void	percentile_take(struct percentile *, double value);
/* No more come.  If they were fewer than said, what is missing lies at the last. */
void	percentile_end(struct percentile *);

#endif
