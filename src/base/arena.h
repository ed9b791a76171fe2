/*
 * Memory that is released all at once: one arena a request.
 *
 * Allocation never fails: out of memory aborts, and the web server starts a new
 * worker; a limit is the way out before that.  Memory is aligned for any type and zeroed.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block	*first;		/* kept over a reset */
	struct arena_block	*current;
	size_t			 held;		/* bytes of all blocks */
	size_t			 limit;		/* 0: none */
	void			(*full)(void *);
	void			*full_arg;
};

/* A point to go back to: what was allocated after it is released. */
struct arena_mark {
	struct arena_block	*block;
	size_t			 used;
};

void		 arena_init(struct arena *);
void		 arena_fini(struct arena *);
/* Release everything but the first block. */
void		 arena_reset(struct arena *);

/*
 * Call `full` instead of holding more than so many bytes; it must not return, and finds
 * the arena as it was.  0: no limit.
 */
void		 arena_limit(struct arena *, size_t bytes, void (*full)(void *), void *arg);

void		*arena_alloc(struct arena *, size_t bytes);
/* n items of `size` bytes; aborts when the product overflows. */
void		*arena_array(struct arena *, size_t n, size_t size);
/*
 * Room for one more item behind the n of `items`, which are moved when the array is
 * full; it doubles.  For n == 0 a new array.  Every item must have come this way.
 */
void		*arena_grow(struct arena *, void *items, size_t n, size_t size);
char		*arena_strdup(struct arena *, const char *);
/* A copy with a NUL behind it; an absent str stays absent. */
struct str	 arena_str(struct arena *, struct str);
struct str	 arena_printf(struct arena *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
struct str	 arena_vprintf(struct arena *, const char *fmt, va_list)
		    __attribute__((format(printf, 2, 0)));

struct arena_mark arena_mark(const struct arena *);
void		 arena_release(struct arena *, struct arena_mark);

#endif
