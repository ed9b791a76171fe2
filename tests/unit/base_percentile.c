/*
 * Percentiles between values, with ties, of one value, of fewer than were said.
 */
#include <math.h>

#include "base/percentile.h"
#include "tap.h"

#define MOST	5

static const struct {
	const char	*what;
	double		 taken[MOST];
	size_t		 ntaken;
	int64_t		 count;
	double		 wanted[MOST];
	size_t		 nwanted;
	double		 values[MOST];
} cases[] = {
	{ "one value is all", { 7 }, 1, 1, { 0, 50, 99.9, 100 }, 4, { 7, 7, 7, 7 } },
	{ "between two", { 1, 2 }, 2, 2, { 0, 25, 50, 100 }, 4, { 1, 1.25, 1.5, 2 } },
	{ "the ends and the middle", { 100, 200, 400, 800, 1600 }, 5, 5,
	    { 0, 50, 90, 99, 100 }, 5, { 100, 400, 1280, 1568, 1600 } },
	{ "ties", { 1000, 1000, 1000, 5000, 9000 }, 5, 5, { 50, 75, 80 }, 3,
	    { 1000, 5000, 5800 } },
	{ "several between the same", { 0, 10 }, 2, 2, { 10, 20, 30, 40 }, 4, { 1, 2, 3, 4 } },
	{ "below zero", { -3, -1, 1 }, 3, 3, { 25, 75 }, 2, { -2, 0 } },
	{ "infinities", { -INFINITY, INFINITY, INFINITY }, 3, 3, { 0, 75 }, 2,
	    { -INFINITY, INFINITY } },
	{ "further apart than a double goes", { -1e308, 1e308 }, 2, 2, { 50 }, 1,
	    { 0 } },
	{ "fewer than were said", { 1, 2 }, 2, 4, { 0, 50, 100 }, 3, { 1, 2, 2 } },
	{ "more than were said", { 1, 2, 3, 4 }, 4, 2, { 50, 100 }, 2, { 1.5, 2 } },
	{ "none is wanted", { 1, 2 }, 2, 2, { 0 }, 0, { 0 } },
};

static bool
is_near(double a, double b)
{
	return a == b || fabs(a - b) < 1e-9;
}

int
main(void)
{
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double values[MOST] = { 0 };
		struct percentile p = { .wanted = cases[i].wanted,
		    .nwanted = cases[i].nwanted, .count = cases[i].count, .values = values };
		bool fine = true;

		for (k = 0; k < cases[i].ntaken; k++)
			percentile_take(&p, cases[i].taken[k]);
		percentile_end(&p);
		for (k = 0; k < cases[i].nwanted; k++)
			fine = fine && is_near(values[k], cases[i].values[k]);
		tap_ok(fine, "%s", cases[i].what);
	}
	return tap_done();
}
