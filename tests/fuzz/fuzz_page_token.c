/*
 * A page token: as it comes, and as the values behind a good header, which
 * random input would never find.  What is read must write the same token.
 */
#include <string.h>

#include "base/buf.h"
#include "search/page.h"

#define VALUES_MAX	8
#define QUERY		UINT64_C(0x0102030405060708)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_token(struct arena *mem, struct str token)
{
	struct search_error err = { SEARCH_INVALID, { NULL, 0 } };
	struct page_value values[VALUES_MAX], again[VALUES_MAX];
	size_t n, m, i;

	if (page_token_read(mem, token, QUERY, values, VALUES_MAX, &n,
	    &err) != 0) {
		if (!str_starts(err.text, "Invalid page token"))
			__builtin_trap();
		return;
	}
	token = page_token_write(mem, QUERY, values, n);
	if (page_token_read(mem, token, QUERY, again, VALUES_MAX, &m,
	    &err) != 0 || m != n)
		__builtin_trap();
	for (i = 0; i < n; i++)
		if (values[i].type != again[i].type ||
		    values[i].i64 != again[i].i64 ||
		    memcmp(&values[i].dbl, &again[i].dbl,
		    sizeof(values[i].dbl)) != 0 ||
		    !str_eq(values[i].text, again[i].text))
			__builtin_trap();
}

/* Base64 of the header of QUERY and the bytes. */
static struct str
with_header(struct arena *mem, struct str bytes)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct str header = page_token_write(mem, QUERY, NULL, 0);
	char *out = arena_alloc(mem, header.len + (bytes.len + 2) / 3 * 4 + 1);
	size_t n = header.len, i;

	/* nine bytes: no padding */
	memcpy(out, header.p, header.len);
	for (i = 0; i + 3 <= bytes.len; i += 3) {
		uint32_t group = (uint32_t)(unsigned char)bytes.p[i] << 16 |
		    (uint32_t)(unsigned char)bytes.p[i + 1] << 8 |
		    (unsigned char)bytes.p[i + 2];
		int shift;

		for (shift = 18; shift >= 0; shift -= 6)
			out[n++] = alphabet[group >> shift & 63];
	}
	return (struct str){ out, n };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = { (const char *)data, size };
	struct arena mem;

	arena_init(&mem);
	read_token(&mem, input);
	read_token(&mem, with_header(&mem, input));
	arena_fini(&mem);
	return 0;
}
