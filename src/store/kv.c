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
	const struct kv *x = *(struct kv *const *)a;
	const struct kv *y = *(struct kv *const *)b;
	int order = str_cmp(x->key, y->key);

	return order != 0 ? order : (x > y) - (x < y);
}

static int
by_place(const void *a, const void *b)
{
	const struct kv *x = *(struct kv *const *)a;
	const struct kv *y = *(struct kv *const *)b;

	return (x > y) - (x < y);
}

/* The items in the order of their keys, which the caller may move about. */
static struct kv **
sort_items(struct arena *mem, const struct kvs *list)
{
	struct kv **sorted = arena_array(mem, list->n + 1, sizeof(*sorted));
	size_t i;

	for (i = 0; i < list->n; i++)
		sorted[i] = &list->items[i];
	if (list->n > 1)
		qsort(sorted, list->n, sizeof(struct kv *), by_key);
	return sorted;
}

/* Has the sorted item the key of the one before it? */
static bool
is_repeat(struct kv *const *sorted, size_t i)
{
	return i > 0 && str_eq(sorted[i]->key, sorted[i - 1]->key);
}

void
kvs_fold(struct arena *mem, struct kvs *list)
{
	struct kv **sorted = sort_items(mem, list);
	struct kv *folded = arena_array(mem, list->n + 1, sizeof(*folded));
	size_t i, n = 0;

	for (i = 0; i < list->n; i++) {
		n -= is_repeat(sorted, i);
		folded[n++] = *sorted[i];
	}
	*list = (struct kvs){ folded, n };
}

void
kvs_keep_last(struct arena *mem, struct kvs *list)
{
	struct kv **sorted = sort_items(mem, list), *first = NULL;
	size_t i, n = 0;

	for (i = 0; i < list->n; i++) {
		if (!is_repeat(sorted, i)) {
			sorted[n++] = first = sorted[i];
			continue;
		}
		first->value = sorted[i]->value;
	}
	qsort(sorted, n, sizeof(struct kv *), by_place);
	for (i = 0; i < n; i++)
		list->items[i] = *sorted[i];
	list->n = n;
}

void
kvs_repeats(struct arena *mem, const struct kvs *list, struct kvs *out)
{
	struct kv **sorted = sort_items(mem, list);
	size_t i, n = 0, same = 0;

	*out = (struct kvs){ NULL, 0 };
	for (i = 0; i < list->n; i++) {
		same = is_repeat(sorted, i) ? same + 1 : 0;
		if (same == 1)
			sorted[n++] = sorted[i];
	}
	qsort(sorted, n, sizeof(struct kv *), by_place);
	for (i = 0; i < n; i++)
		kvs_add(mem, out, sorted[i]->key, sorted[i]->value);
}

int
kvs_write(struct work *work, enum stmt id, const struct db_val *owner, size_t nowner,
    const struct kvs *list)
{
	size_t columns = nowner + 2, i;
	struct db_val *values = arena_array(work->mem, list->n * columns + 1, sizeof(*values));
	struct db_val *at = values;

	for (i = 0; i < list->n; i++, at += columns) {
		memcpy(at, owner, nowner * sizeof(*owner));
		at[nowner] = db_str(list->items[i].key);
		at[nowner + 1] = db_str(list->items[i].value);
	}
	if (list->n == 1)
		return db_exec_values(work, id, values, columns) == -1 ? -1 : 0;
	return db_exec_rows(work, id, values, list->n) == -1 ? -1 : 0;
}
