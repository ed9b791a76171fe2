/*
 * Bytes that grow by doubling.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void
buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void
buf_reset(struct buf *b)
{
	if (b->cap > BUF_KEEP)
		buf_fini(b);
	b->len = 0;
}

char *
buf_room_within(struct buf *b, size_t n, size_t most)
{
	size_t cap = b->cap == 0 ? 256 : b->cap;

	if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		abort();
	while (cap < b->len + n + 1)
		cap *= 2;
	if (cap > most)
		cap = most + 1;
	if (cap > b->cap) {
		b->p = realloc(b->p, cap);
		if (b->p == NULL)
			abort();
		b->cap = cap;
	}
	return b->p + b->len;
}

char *
buf_room(struct buf *b, size_t n)
{
	return buf_room_within(b, n, SIZE_MAX - 1);
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = b->len + n < b->cap ? b->p + b->len : buf_room(b, n);

	if (n > 0)
		memcpy(to, bytes, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.len);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	if (b->len + 1 >= b->cap)
		buf_room(b, 1);
	b->p[b->len++] = c;
	b->p[b->len] = '\0';
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	buf_room(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->len == 0 ? "" : b->p, b->len };
}
