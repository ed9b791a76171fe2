/*
 * A reply of HTTP/1.1, read piece by piece as it arrives: with a length, in
 * chunks, or until the connection ends.
 */
#ifndef BENCH_REPLY_H
#define BENCH_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum reply_state {
	REPLY_HEAD,
	REPLY_LENGTH,		/* so many bytes are to come */
	REPLY_UNTIL_CLOSE,
	REPLY_CHUNK_SIZE,
	REPLY_CHUNK,
	REPLY_CHUNK_END,
	REPLY_TRAILER,
	REPLY_DONE,
	REPLY_BROKEN
};

struct reply {
	enum reply_state state;
	bool		 keep;		/* hold the body's bytes, or only their number */
	bool		 close;		/* the server will end the connection */
	int		 status;
	unsigned long long left;	/* of the body or of the chunk */
	unsigned long long length;	/* of the body, without chunk marks */
	char		 line[16384];	/* the head, or a line of the chunk marks */
	size_t		 nline;
	char		*body;		/* ends with a NUL that is not counted */
	size_t		 capacity;
};

/* Get ready for the next reply; the room for its body stays. */
void	reply_reset(struct reply *, bool keep);
/* Take n bytes; what is behind the reply's end makes it broken. */
void	reply_take(struct reply *, const char *data, size_t n);
/* The connection has ended: right for a body without a length. */
void	reply_end(struct reply *);
void	reply_free(struct reply *);

#endif
