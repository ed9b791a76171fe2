/* Which object a row belongs to. */
#include <stdlib.h>

#include "store/owners.h"

static int
compare(const struct owner *x, const struct owner *y)
{
	int order = str_cmp(x->id, y->id);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

/* Equal ones stay in the order in which they were added. */
static int
compare_all(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	int order = compare(x, y);

	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

struct owners
owners_new(struct arena *mem, size_t n)
{
	return (struct owners){ arena_array(mem, n + 1, sizeof(struct owner)), 0 };
}

void
owners_add(struct owners *o, struct str id, int64_t number)
{
	o->sorted[o->n] = (struct owner){ id, number, o->n };
	o->n++;
}

void
owners_sort(struct owners *o)
{
	if (o->n > 1)
		qsort(o->sorted, o->n, sizeof(*o->sorted), compare_all);
}

size_t
owners_find(const struct owners *o, struct str id, int64_t number)
{
	const struct owner wanted = { .id = id, .number = number };
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&o->sorted[mid], &wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < o->n && compare(&o->sorted[low], &wanted) == 0 ? o->sorted[low].at :
	    OWNERS_NONE;
}

struct owners
owners_of_ids(struct arena *mem, const struct str *ids, size_t n)
{
	struct owners o = owners_new(mem, n);
	size_t i;

	for (i = 0; i < n; i++)
		owners_add(&o, ids[i], 0);
	owners_sort(&o);
	return o;
}
