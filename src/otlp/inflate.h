/* Bodies that come compressed. */
#ifndef OTLP_INFLATE_H
#define OTLP_INFLATE_H

#include "base/arena.h"
#include "base/buf.h"

enum inflate_form { INFLATE_GZIP, INFLATE_DEFLATE };

enum inflate_outcome {
	INFLATE_FINE,
	INFLATE_BROKEN,		/* not of that form, or cut short */
	INFLATE_TOO_MUCH	/* more than asked for */
};

/*
 * Append to `out` what `body` unpacks to, at most `most` bytes: they are counted as they
 * come, so that a small body that unpacks to a huge one costs no more.  Gzip may be of
 * several members; deflate is zlib's form or raw.
 */
enum inflate_outcome inflate_body(enum inflate_form, struct str body, size_t most,
	    struct buf *out);

#endif
