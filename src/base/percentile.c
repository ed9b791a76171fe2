/* Each value is looked at once and only the one before it is remembered. */
#include <math.h>

#include "base/percentile.h"

static double
between(double low, double high, double part)
{
	double step = high - low;

	/* equal infinities have no difference, and it may be beyond a double */
	if (low == high)
		return low;
	return isfinite(step) ? low + step * part : low * (1 - part) + high * part;
}

void
percentile_take(struct percentile *p, double value)
{
	for (; p->done < p->nwanted; p->done++) {
		double at = p->wanted[p->done] / 100 * (double)(p->count - 1);
		double low = floor(at), part = at - low;

		if ((double)p->seen < (part > 0 ? low + 1 : low))
			break;
		p->values[p->done] = part > 0 ? between(p->last, value, part) : value;
	}
	p->last = value;
	p->seen++;
}

void
percentile_end(struct percentile *p)
{
	for (; p->done < p->nwanted; p->done++)
		p->values[p->done] = p->last;
}
