/*
 * Which object a row belongs to, where the rows of many are read by one statement: found
 * by its id, which is a text, a number, or both.
 */
#ifndef STORE_OWNERS_H
#define STORE_OWNERS_H

#include "base/arena.h"

struct owner {
	struct str	id;
	int64_t		number;
	size_t		at;	/* the how manieth it was added */
};

struct owners {
	struct owner	*sorted;	/* by id and number, after owners_sort */
	size_t		 n;
};

#define OWNERS_NONE	SIZE_MAX

/* Room for n, which are added one by one and then sorted. */
struct owners	owners_new(struct arena *, size_t n);
void		owners_add(struct owners *, struct str id, int64_t number);
void		owners_sort(struct owners *);
/* Where the object was first added, or OWNERS_NONE: it came or went meanwhile. */
size_t		owners_find(const struct owners *, struct str id, int64_t number);

/* The same of a list of texts, in one. */
struct owners	owners_of_ids(struct arena *, const struct str *ids, size_t n);

#endif
