/* Unpacking piece by piece, counting. */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "otlp/inflate.h"

/* Bytes unpacked at a time. */
#define PIECE		(64 * 1024)

/* zlib's words for the wrappers, all with the largest window. */
enum { WINDOW_GZIP = MAX_WBITS + 16, WINDOW_ZLIB = MAX_WBITS, WINDOW_RAW = -MAX_WBITS };

/* Unpack until the end of one stream. */
static enum inflate_outcome
unpack(z_stream *z, size_t most, struct buf *out)
{
	size_t start = out->len;
	int got = Z_OK;

	while (got == Z_OK) {
		z->next_out = (Bytef *)buf_room(out, PIECE);
		z->avail_out = PIECE;
		got = inflate(z, Z_NO_FLUSH);
		out->len += PIECE - z->avail_out;
		if (out->len - start > most)
			return INFLATE_TOO_MUCH;
	}
	out->p[out->len] = '\0';
	/* Z_BUF_ERROR: the body ends before the stream */
	return got == Z_STREAM_END ? INFLATE_FINE : INFLATE_BROKEN;
}

static enum inflate_outcome
unpack_all(int window, struct str body, size_t most, struct buf *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)body.p, .avail_in = (uInt)body.len };
	enum inflate_outcome outcome;
	size_t start = out->len;

	if (inflateInit2(&z, window) != Z_OK)
		abort();
	outcome = unpack(&z, most, out);
	/* members of gzip may follow each other */
	while (outcome == INFLATE_FINE && window == WINDOW_GZIP && z.avail_in > 0 &&
	    inflateReset(&z) == Z_OK)
		outcome = unpack(&z, most - (out->len - start), out);
	inflateEnd(&z);
	return outcome;
}

enum inflate_outcome
inflate_body(enum inflate_form form, struct str body, size_t most, struct buf *out)
{
	size_t start = out->len;
	enum inflate_outcome outcome;

	/* zlib counts the bytes of its input in 32 bits */
	if (body.len > UINT32_MAX)
		return INFLATE_TOO_MUCH;
	if (form == INFLATE_GZIP)
		return unpack_all(WINDOW_GZIP, body, most, out);
	outcome = unpack_all(WINDOW_ZLIB, body, most, out);
	if (outcome != INFLATE_BROKEN)
		return outcome;
	out->len = start;
	return unpack_all(WINDOW_RAW, body, most, out);
}
