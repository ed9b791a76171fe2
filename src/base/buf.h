/*
 * Bytes that grow, on the heap.  Growth that fails aborts.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/str.h"

struct buf {
	char	*p;	/* NUL behind the last byte once anything was added */
	size_t	 len;
	size_t	 cap;
};

void		buf_fini(struct buf *);
/* Empty it; the memory is kept up to BUF_KEEP bytes. */
void		buf_reset(struct buf *);
void		buf_add(struct buf *, const void *, size_t);
void		buf_add_str(struct buf *, struct str);
void		buf_puts(struct buf *, const char *);
void		buf_putc(struct buf *, char);
void		buf_printf(struct buf *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* Room for n more bytes behind .len; the caller adds to .len what it wrote. */
char	       *buf_room(struct buf *, size_t n);
/*
 * The same in a buffer that will hold `most` bytes at the end, of which n may be no
 * more than are left: what it doubles to is no larger.
 */
char	       *buf_room_within(struct buf *, size_t n, size_t most);
struct str	buf_str(const struct buf *);

/* A worker between requests holds no more than this in one buffer. */
#define BUF_KEEP	(256 * 1024)

#endif
