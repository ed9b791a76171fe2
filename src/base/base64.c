/* Base64: three bytes are four characters. */
#include <string.h>

#include "base/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Into room for four characters each three bytes; how many there are. */
static size_t
encode(char *out, struct str bytes)
{
	size_t i, n = 0;

	for (i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i, k;
		uint32_t group = 0;

		for (k = 0; k < 3; k++)
			group = group << 8 | (k < left ?
			    (unsigned char)bytes.p[i + k] : 0);
		for (k = 0; k < 4; k++)
			out[n++] = k > left ? '=' :
			    alphabet[group >> (18 - 6 * k) & 63];
	}
	out[n] = '\0';
	return n;
}

void
base64_add(struct buf *to, struct str bytes)
{
	to->len += encode(buf_room(to, (bytes.len + 2) / 3 * 4), bytes);
}

struct str
base64_encode(struct arena *mem, struct str bytes)
{
	char *out = arena_alloc(mem, (bytes.len + 2) / 3 * 4 + 1);

	return (struct str){ out, encode(out, bytes) };
}

bool
base64_decode(struct arena *mem, struct str text, struct str *bytes)
{
	/* of the bits left over behind the byte that a digit completes */
	static const unsigned rest[] = { 0, 0, 4, 2 };
	char *out = arena_alloc(mem, text.len / 4 * 3 + 4);
	size_t i, n = 0, digits = 0, padding = 0;
	uint32_t group = 0;

	for (i = 0; i < text.len; i++) {
		const char *found = memchr(alphabet, text.p[i],
		    sizeof(alphabet) - 1);

		if (text.p[i] == '=' && digits % 4 >= 2 &&
		    digits % 4 + ++padding == 4)
			break;
		if (found == NULL)
			continue;
		padding = 0;
		group = group << 6 | (uint32_t)(found - alphabet);
		if (++digits % 4 != 1)
			out[n++] = (char)(group >> rest[digits % 4] & 0xff);
	}
	*bytes = (struct str){ out, n };
	return digits % 4 == 0 || (digits % 4 + padding == 4 && padding > 0);
}
