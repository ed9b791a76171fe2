/* Keys and values. */
#include <stdlib.h>
#include <string.h>

#include "store/kv.h"

void
kvs_add(struct arena *mem, struct kvs *to, struct str key, struct str value)
{
	to->items = arena_grow(mem, to->items, to->n, sizeof(*to->items));
	to->items[to->n++] = (struct kv){ key, str_or_empty(value) };
}

const struct kv *
kvs_find(const struct kvs *list, struct str key)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (str_eq(list->items[i].key, key))
			return &list->items[i];
	return NULL;
}

/* By key; equal keys keep their order, since items are given in order. */
static int
by_key(const void *a, const void *b)
{
	const struct kv *x = *(const struct kv *const *)a;
	const struct kv *y = *(const struct kv *const *)b;
	int order = str_cmp(x->key, y->key);

	return order != 0 ? order : (x > y) - (x < y);
}

void
kvs_fold(struct kvs *list)
{
	const struct kv **sorted;
	struct kv *folded;
	size_t i, n = 0;

	if (list->n < 2)
		return;
	sorted = calloc(list->n, sizeof(*sorted));
	folded = calloc(list->n, sizeof(*folded));
	if (sorted == NULL || folded == NULL)
		abort();
	for (i = 0; i < list->n; i++)
		sorted[i] = &list->items[i];
	qsort(sorted, list->n, sizeof(*sorted), by_key);
	for (i = 0; i < list->n; i++) {
		if (n > 0 && str_eq(folded[n - 1].key, sorted[i]->key))
			n--;
		folded[n++] = *sorted[i];
	}
	memcpy(list->items, folded, n * sizeof(*folded));
	list->n = n;
	free(sorted);
	free(folded);
}
