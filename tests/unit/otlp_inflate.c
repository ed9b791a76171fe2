/* Compressed bodies: each form, cut short, and bombs. */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "otlp/inflate.h"
#include "tap.h"

enum { GZIP = MAX_WBITS + 16, ZLIB = MAX_WBITS, RAW = -MAX_WBITS };

#define LIMIT	(1024 * 1024)

static void
pack(struct buf *to, struct str from, int window)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)from.p, .avail_in = (uInt)from.len };

	if (deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.avail_out = (uInt)deflateBound(&z, from.len);
	z.next_out = (Bytef *)buf_room(to, z.avail_out);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	to->len += z.total_out;
	deflateEnd(&z);
}

static enum inflate_outcome
unpack(enum inflate_form form, struct str body, struct buf *out)
{
	buf_fini(out);
	return inflate_body(form, body, LIMIT, out);
}

static void
check_form(const char *name, enum inflate_form form, int window)
{
	struct buf packed = { 0 }, out = { 0 };
	struct str text = STR("spans, spans, spans and spans");
	size_t i, broken = 0;

	pack(&packed, text, window);
	tap_ok(unpack(form, buf_str(&packed), &out) == INFLATE_FINE && str_eq(buf_str(&out), text),
	    "%s", name);
	/* zlib's sum is not in the raw form; the last byte of a stream may be half used */
	for (i = 0; i + 1 < packed.len; i++)
		broken += unpack(form, (struct str){ packed.p, i }, &out) == INFLATE_BROKEN;
	tap_ok(broken == packed.len - 1, "%s cut short at each byte", name);
	buf_fini(&packed);
	buf_fini(&out);
}

static void
check_limit(enum inflate_form form, int window)
{
	struct buf zeros = { 0 }, packed = { 0 }, out = { 0 };

	memset(buf_room(&zeros, LIMIT), 0, LIMIT);
	zeros.len = LIMIT;
	pack(&packed, buf_str(&zeros), window);
	tap_ok(unpack(form, buf_str(&packed), &out) == INFLATE_FINE && out.len == LIMIT,
	    "as much as may be");
	zeros.len = 0;
	memset(buf_room(&zeros, 100 * LIMIT), 0, 100 * LIMIT);
	zeros.len = 100 * LIMIT;
	buf_fini(&packed);
	pack(&packed, buf_str(&zeros), window);
	tap_ok(unpack(form, buf_str(&packed), &out) == INFLATE_TOO_MUCH, "a bomb of %zu bytes",
	    packed.len);
	tap_ok(out.cap < 4 * LIMIT, "... costs no more");
	buf_fini(&zeros);
	buf_fini(&packed);
	buf_fini(&out);
}

static void
check_members(void)
{
	struct buf packed = { 0 }, out = { 0 };

	pack(&packed, STR("one "), GZIP);
	pack(&packed, STR("two"), GZIP);
	tap_ok(unpack(INFLATE_GZIP, buf_str(&packed), &out) == INFLATE_FINE &&
	    str_is(buf_str(&out), "one two"), "two members of gzip");
	buf_puts(&packed, "x");
	tap_ok(unpack(INFLATE_GZIP, buf_str(&packed), &out) == INFLATE_BROKEN,
	    "garbage behind them");
	buf_fini(&packed);
	buf_fini(&out);
}

int
main(void)
{
	struct buf out = { 0 };

	check_form("gzip", INFLATE_GZIP, GZIP);
	check_form("deflate", INFLATE_DEFLATE, ZLIB);
	check_form("raw deflate", INFLATE_DEFLATE, RAW);
	check_limit(INFLATE_GZIP, GZIP);
	check_limit(INFLATE_DEFLATE, ZLIB);
	check_limit(INFLATE_DEFLATE, RAW);
	check_members();
	tap_ok(unpack(INFLATE_GZIP, STR(""), &out) == INFLATE_BROKEN, "nothing");
	tap_ok(unpack(INFLATE_GZIP, STR("plain"), &out) == INFLATE_BROKEN, "plain text");
	buf_fini(&out);
	return tap_done();
}
