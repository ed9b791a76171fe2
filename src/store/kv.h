/* A key and its value: tags and params. */
#ifndef STORE_KV_H
#define STORE_KV_H

#include "base/arena.h"

struct kv {
	struct str	key;
	struct str	value;
};

struct kvs {
	struct kv	*items;
	size_t		 n;
};

/* Append; a NULL value (of an old row) becomes "". */
void	kvs_add(struct arena *, struct kvs *, struct str key, struct str value);
/* The first item of that key, by its bytes, or NULL. */
const struct kv *kvs_find(const struct kvs *, struct str key);
/*
 * Sort by the bytes of the key and keep the last of equal keys: statements that
 * lock rows in one order do not deadlock.
 */
void	kvs_fold(struct kvs *);

#endif
