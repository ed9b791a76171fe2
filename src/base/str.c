/*
 * Text with a length; UTF-8 counting.  Nothing here allocates.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

struct str
str_of(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

bool
str_empty(struct str s)
{
	return s.p == NULL || s.len == 0;
}

struct str
str_or_empty(struct str s)
{
	return s.p == NULL ? STR("") : s;
}

bool
str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
str_is(struct str a, const char *literal)
{
	return a.p != NULL && str_eq(a, str_of(literal));
}

bool
str_is_nocase(struct str a, const char *literal)
{
	return a.p != NULL && a.len == strlen(literal) &&
	    strncasecmp(a.p, literal, a.len) == 0;
}

bool
str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.p != NULL && s.len >= n && memcmp(s.p, prefix, n) == 0;
}

bool
str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.p != NULL && s.len >= n &&
	    memcmp(s.p + s.len - n, suffix, n) == 0;
}

bool
str_has_control(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && isspace((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

bool
str_to_i64(struct str s, int64_t *out)
{
	char *end;
	long long v;
	size_t i = 0;

	if (s.len > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		i = 1;
	if (i == s.len)
		return false;
	for (; i < s.len; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	errno = 0;
	v = strtoll(s.p, &end, 10);
	if (errno != 0 || end != s.p + s.len)
		return false;
	*out = v;
	return true;
}

static bool
is_name_of_number(struct str s)
{
	if (s.len > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = (struct str){ s.p + 1, s.len - 1 };
	return str_is_nocase(s, "nan") || str_is_nocase(s, "inf") ||
	    str_is_nocase(s, "infinity");
}

bool
str_to_dbl(struct str s, bool names, double *out)
{
	char *end;
	size_t i;

	if (s.len == 0 || isspace((unsigned char)s.p[0]))
		return false;
	if (!names || !is_name_of_number(s))
		for (i = 0; i < s.len; i++)
			if (strchr("0123456789+-.eE", s.p[i]) == NULL || s.p[i] == '\0')
				return false;
	*out = strtod(s.p, &end);
	return end == s.p + s.len;
}

uint32_t
utf8_next(struct str s, size_t *i)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.p[*i];
	size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 :
	    lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
	uint32_t cp = n == 1 ? lead : n == 2 ? lead & 0x1f : n == 3 ? lead & 0x0f :
	    lead & 0x07;
	size_t k;

	if (n == 0 || n > s.len - *i) {
		*i += 1;
		return 0xfffd;
	}
	for (k = 1; k < n; k++) {
		unsigned char c = (unsigned char)s.p[*i + k];

		if ((c & 0xc0) != 0x80)
			break;
		cp = cp << 6 | (c & 0x3f);
	}
	if (k < n || cp < least[n] || cp > 0x10ffff ||
	    (cp >= 0xd800 && cp <= 0xdfff)) {
		*i += 1;
		return 0xfffd;
	}
	*i += n;
	return cp;
}

bool
utf8_is_valid(struct str s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t before = i;

		/* a true U+FFFD takes three bytes, a mistake one */
		if (utf8_next(s, &i) == 0xfffd && i - before == 1)
			return false;
	}
	return true;
}

size_t
utf8_length(struct str s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

struct str
utf8_prefix(struct str s, size_t n)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			return (struct str){ s.p, i };
	}
	return s;
}

bool
utf8_is_word(uint32_t cp)
{
	static const struct {
		uint32_t	first, last;
	} ranges[] = {
#define W(first, last) { first, last },
#include "base/word.def"
#undef W
	};
	size_t low = 0, high = sizeof(ranges) / sizeof(ranges[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (cp > ranges[middle].last)
			low = middle + 1;
		else if (cp < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return cp == '_';
}
