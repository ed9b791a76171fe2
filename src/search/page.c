/*
 * The bytes of a token: a version, the query's hash, then each value as a type
 * letter and its bytes, integers big-endian.
 */
#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "search/page.h"

/* Changes with the format, so that old tokens are refused. */
#define VERSION		'1'
#define HEADER_SIZE	9

/* FNV-1a, 64 bits. */
#define HASH_START	UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME	UINT64_C(0x100000001b3)

static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	if (hash == 0)
		hash = HASH_START;
	while (n-- > 0)
		hash = (hash ^ *p++) * HASH_PRIME;
	return hash;
}

uint64_t
page_hash_i64(uint64_t hash, int64_t v)
{
	return hash_bytes(hash, &v, sizeof(v));
}

/* The length goes in too: "a", "b" is not "ab", "". */
uint64_t
page_hash_str(uint64_t hash, struct str s)
{
	hash = page_hash_i64(hash, s.p == NULL ? -1 : (int64_t)s.len);
	return hash_bytes(hash, s.p, s.len);
}

uint64_t
page_hash_query(uint64_t hash, struct str filter, const struct str *order_by, size_t norder)
{
	size_t i;

	hash = page_hash_str(hash, filter);
	for (i = 0; i < norder; i++)
		hash = page_hash_str(hash, order_by[i]);
	return hash;
}

static void
put_u64(struct buf *b, uint64_t v)
{
	int shift;

	for (shift = 56; shift >= 0; shift -= 8)
		buf_putc(b, (char)(v >> shift & 0xff));
}

static void
put_value(struct buf *b, const struct page_value *v)
{
	uint64_t bits;

	switch (v->type) {
	case PAGE_NULL:
		buf_putc(b, 'n');
		break;
	case PAGE_I64:
		buf_putc(b, 'i');
		put_u64(b, (uint64_t)v->i64);
		break;
	case PAGE_DBL:
		memcpy(&bits, &v->dbl, sizeof(bits));
		buf_putc(b, 'd');
		put_u64(b, bits);
		break;
	case PAGE_TEXT:
		buf_putc(b, 's');
		put_u64(b, v->text.len);
		buf_add_str(b, v->text);
		break;
	}
}

struct str
page_token_write(struct arena *mem, uint64_t query,
    const struct page_value *values, size_t n)
{
	struct buf b = { 0 };
	struct str token;
	size_t i;

	buf_putc(&b, VERSION);
	put_u64(&b, query);
	for (i = 0; i < n; i++)
		put_value(&b, &values[i]);
	token = base64_encode(mem, buf_str(&b));
	buf_fini(&b);
	return token;
}

static bool
take_u64(struct str *rest, uint64_t *v)
{
	size_t i;

	if (rest->len < sizeof(*v))
		return false;
	for (*v = 0, i = 0; i < sizeof(*v); i++)
		*v = *v << 8 | (unsigned char)rest->p[i];
	rest->p += sizeof(*v);
	rest->len -= sizeof(*v);
	return true;
}

static bool
take_text(struct arena *mem, struct str *rest, size_t len, struct str *text)
{
	if (len > rest->len)
		return false;
	*text = arena_str(mem, (struct str){ rest->p, len });
	rest->p += len;
	rest->len -= len;
	return utf8_is_valid(*text);
}

static bool
take_value(struct arena *mem, struct str *rest, struct page_value *v)
{
	char type = rest->p[0];
	uint64_t u;

	*v = (struct page_value){ PAGE_NULL, 0, 0, { NULL, 0 } };
	rest->p++;
	rest->len--;
	if (type == 'n')
		return true;
	if (!take_u64(rest, &u))
		return false;
	switch (type) {
	case 'i':
		v->type = PAGE_I64;
		v->i64 = (int64_t)u;
		return true;
	case 'd':
		v->type = PAGE_DBL;
		memcpy(&v->dbl, &u, sizeof(u));
		return isfinite(v->dbl);
	case 's':
		v->type = PAGE_TEXT;
		return u <= rest->len &&
		    take_text(mem, rest, (size_t)u, &v->text);
	default:
		return false;
	}
}

/* Bytes as Python shows them, without its quotes. */
static void
show_bytes(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\\' || c == '\'')
			buf_putc(out, '\\');
		if (c >= 0x20 && c < 0x7f)
			buf_putc(out, (char)c);
		else
			buf_printf(out, "\\x%02x", c);
	}
}

static int
fail_bytes(struct arena *mem, struct str bytes, struct search_error *err)
{
	struct buf shown = { 0 };

	show_bytes(&shown, bytes);
	/* MLflow's own tokens are JSON objects: those it says it has parsed */
	if (str_is(bytes, "{}"))
		search_fail(mem, err, SEARCH_INVALID,
		    "Invalid page token, parsed value={}");
	else
		search_fail(mem, err, SEARCH_INVALID, "Invalid page token, "
		    "decoded value=b'%.*s'", STR_ARGS(buf_str(&shown)));
	buf_fini(&shown);
	return 1;
}

int
page_token_fail(struct arena *mem, struct search_error *err)
{
	return search_fail(mem, err, SEARCH_INVALID,
	    "Invalid page token: it belongs to another search. Repeat the "
	    "search that gave it, or start again without a token.");
}

int
page_token_read(struct arena *mem, struct str token, uint64_t query,
    struct page_value *values, size_t max, size_t *n,
    struct search_error *err)
{
	struct str bytes, rest;
	uint64_t hash;

	if (token.len > SEARCH_TOKEN_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid page "
		    "token: it is longer than %d bytes.", SEARCH_TOKEN_MAX);
	if (!base64_decode(mem, token, &bytes))
		return search_fail(mem, err, SEARCH_INVALID,
		    "Invalid page token, could not base64-decode");
	if (bytes.len < HEADER_SIZE || bytes.p[0] != VERSION)
		return fail_bytes(mem, bytes, err);
	rest = (struct str){ bytes.p + 1, bytes.len - 1 };
	take_u64(&rest, &hash);
	if (hash != query)
		return page_token_fail(mem, err);
	for (*n = 0; rest.len > 0; (*n)++)
		if (*n == max || !take_value(mem, &rest, &values[*n]))
			return fail_bytes(mem, bytes, err);
	return 0;
}
