/* Which object a row belongs to. */
#include <stdlib.h>

#include "store/owners.h"

static int
compare(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	int order = str_cmp(x->id, y->id);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
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
		qsort(o->sorted, o->n, sizeof(*o->sorted), compare);
}

size_t
owners_find(const struct owners *o, struct str id, int64_t number)
{
	const struct owner wanted = { .id = id, .number = number };
	const struct owner *found = o->n == 0 ? NULL :
	    bsearch(&wanted, o->sorted, o->n, sizeof(*o->sorted), compare);

	return found == NULL ? OWNERS_NONE : found->at;
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
