/* Percent-encoding. */
#include <ctype.h>
#include <string.h>

#include "base/percent.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
percent_byte(struct str s, size_t i)
{
	int high, low;

	if (s.p[i] != '%' || s.len - i < 3)
		return -1;
	high = hex_value(s.p[i + 1]);
	low = hex_value(s.p[i + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

struct str
percent_decode(struct arena *mem, struct str s)
{
	char *to = arena_alloc(mem, s.len + 1);
	size_t n = 0, i;

	for (i = 0; i < s.len; i++) {
		int byte = percent_byte(s, i);

		to[n++] = byte >= 0 ? (char)byte : s.p[i];
		i += byte >= 0 ? 2 : 0;
	}
	return (struct str){ to, n };
}

struct str
percent_encode(struct arena *mem, struct str s, const char *keep)
{
	static const char digits[] = "0123456789ABCDEF";
	char *to = arena_alloc(mem, 3 * s.len + 1);
	size_t n = 0, i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 && (isalnum(c) || (c != '\0' && strchr(keep, c) != NULL))) {
			to[n++] = (char)c;
		} else {
			to[n++] = '%';
			to[n++] = digits[c >> 4];
			to[n++] = digits[c & 15];
		}
	}
	return (struct str){ to, n };
}
