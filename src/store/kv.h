/* A key and its value: tags and params. */
#ifndef STORE_KV_H
#define STORE_KV_H

#include "store/db.h"

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
void	kvs_fold(struct arena *, struct kvs *);
/* Keep of equal keys the last value, at the place of the first. */
void	kvs_keep_last(struct arena *, struct kvs *);
/* The items whose key was there before, one a key, in the order of the list. */
void	kvs_repeats(struct arena *, const struct kvs *, struct kvs *out);
/*
 * Execute a statement with each item: the values of the owner, which come first, the
 * key and the value.  0 or -1.
 */
int	kvs_write(struct work *, enum stmt, const struct db_val *owner, size_t nowner,
	    const struct kvs *);
#define KVS_OWNER(...)	(const struct db_val[]){ __VA_ARGS__ },			\
	sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val)

#endif
