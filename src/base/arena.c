/*
 * A list of blocks; a block is never moved, so pointers stay good until the
 * reset.  Large requests get a block of their own.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Holds the decoded body and the reply rows of a usual request. */
#define BLOCK_SIZE	(64 * 1024)
#define ALIGNMENT	16
/* Items of an array that begins to grow; a power of two. */
#define GROW_FIRST	8

struct arena_block {
	struct arena_block	*next;
	size_t			 size;	/* of data */
	size_t			 used;
	_Alignas(ALIGNMENT) char data[];
};

static struct arena_block *
block_new(struct arena *a, size_t size)
{
	struct arena_block *b;

	if (a->limit > 0 && size > a->limit - (a->held < a->limit ? a->held : a->limit))
		a->full(a->full_arg);
	b = malloc(sizeof(*b) + size);
	if (b == NULL)
		abort();
	a->held += size;
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

static void
free_after(struct arena *a, struct arena_block *b)
{
	struct arena_block *next;

	for (next = b->next, b->next = NULL; next != NULL; next = b) {
		b = next->next;
		a->held -= next->size;
		free(next);
	}
}

void
arena_init(struct arena *a)
{
	*a = (struct arena){ .held = 0 };
	a->first = a->current = block_new(a, BLOCK_SIZE);
}

void
arena_fini(struct arena *a)
{
	free_after(a, a->first);
	free(a->first);
	a->first = a->current = NULL;
}

void
arena_reset(struct arena *a)
{
	free_after(a, a->first);
	a->first->used = 0;
	a->current = a->first;
}

void
arena_limit(struct arena *a, size_t bytes, void (*full)(void *), void *arg)
{
	a->limit = bytes;
	a->full = full;
	a->full_arg = arg;
}

void *
arena_alloc(struct arena *a, size_t bytes)
{
	struct arena_block *b = a->current;
	size_t need;
	char *p;

	if (bytes > SIZE_MAX / 2)
		abort();
	need = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (need > b->size - b->used) {
		b->next = block_new(a, need > BLOCK_SIZE ? need : BLOCK_SIZE);
		a->current = b = b->next;
	}
	p = b->data + b->used;
	b->used += need;
	memset(p, 0, bytes);
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / 2 / size)
		abort();
	return arena_alloc(a, n * size);
}

void *
arena_grow(struct arena *a, void *items, size_t n, size_t size)
{
	void *more;

	if (n == 0)
		return arena_array(a, GROW_FIRST, size);
	/* full at each power of two */
	if (n < GROW_FIRST || (n & (n - 1)) != 0)
		return items;
	more = arena_array(a, 2 * n, size);
	return memcpy(more, items, n * size);
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p;

	if (s.p == NULL)
		return s;
	p = arena_alloc(a, s.len + 1);
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return (struct str){ p, s.len };
}

char *
arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(arena_alloc(a, n), s, n);
}

struct str
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		abort();
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->current, a->current->used };
}

void
arena_release(struct arena *a, struct arena_mark m)
{
	free_after(a, m.block);
	m.block->used = m.used;
	a->current = m.block;
}
