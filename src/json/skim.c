/*
 * One recursive walk finds where a value ends; all else calls it.
 */
#include <ctype.h>
#include <string.h>

#include "json/skim.h"

/* Where the scan is; p is NULL after something that is not JSON. */
struct at {
	const char	*p, *end;
};

static void	skip_value(struct at *, int depth);

static int
peek(const struct at *a)
{
	return a->p == NULL || a->p == a->end ? -1 : (unsigned char)*a->p;
}

static void
skip_space(struct at *a)
{
	while (peek(a) == ' ' || peek(a) == '\t' || peek(a) == '\n' || peek(a) == '\r')
		a->p++;
}

/* One character, which must be there. */
static void
expect(struct at *a, int c)
{
	if (peek(a) == c)
		a->p++;
	else
		a->p = NULL;
}

static void
skip_word(struct at *a, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(a->end - a->p) >= n && memcmp(a->p, word, n) == 0)
		a->p += n;
	else
		a->p = NULL;
}

static void
skip_escape(struct at *a)
{
	int c = peek(a), i;

	if (c == -1 || strchr("\"\\/bfnrtu", c) == NULL || c == 0) {
		a->p = NULL;
		return;
	}
	a->p++;
	for (i = 0; c == 'u' && i < 4; i++)
		if (peek(a) == -1 || !isxdigit(peek(a)))
			a->p = NULL;
		else
			a->p++;
}

static void
skip_string(struct at *a)
{
	expect(a, '"');
	while (a->p != NULL) {
		int c = peek(a);

		if (c < ' ') {		/* the end is, too */
			a->p = NULL;
			return;
		}
		a->p++;
		if (c == '"')
			return;
		if (c == '\\')
			skip_escape(a);
	}
}

static void
skip_digits(struct at *a)
{
	if (peek(a) == -1 || !isdigit(peek(a)))
		a->p = NULL;
	while (peek(a) != -1 && isdigit(peek(a)))
		a->p++;
}

static void
skip_number(struct at *a)
{
	if (peek(a) == '-')
		a->p++;
	if (peek(a) == 'I') {
		skip_word(a, "Infinity");
		return;
	}
	if (peek(a) == '0')
		a->p++;
	else
		skip_digits(a);
	if (peek(a) == '.') {
		a->p++;
		skip_digits(a);
	}
	if (peek(a) == 'e' || peek(a) == 'E') {
		a->p++;
		if (peek(a) == '+' || peek(a) == '-')
			a->p++;
		skip_digits(a);
	}
}

/* A list or an object, from its opening on. */
static void
skip_nest(struct at *a, int close, int depth)
{
	if (depth == 0) {
		a->p = NULL;
		return;
	}
	a->p++;
	skip_space(a);
	if (peek(a) == close) {
		a->p++;
		return;
	}
	for (;;) {
		if (close == '}') {
			skip_string(a);
			skip_space(a);
			expect(a, ':');
			skip_space(a);
		}
		skip_value(a, depth - 1);
		skip_space(a);
		if (peek(a) != ',')
			break;
		a->p++;
		skip_space(a);
	}
	expect(a, close);
}

static void
skip_value(struct at *a, int depth)
{
	switch (peek(a)) {
	case '{':
		skip_nest(a, '}', depth);
		break;
	case '[':
		skip_nest(a, ']', depth);
		break;
	case '"':
		skip_string(a);
		break;
	case 't':
		skip_word(a, "true");
		break;
	case 'f':
		skip_word(a, "false");
		break;
	case 'n':
		skip_word(a, "null");
		break;
	case 'N':
		skip_word(a, "NaN");
		break;
	case -1:
		a->p = NULL;
		break;
	default:
		skip_number(a);
		break;
	}
}

enum json_kind
skim_kind(struct str value)
{
	struct str s = str_trim(value);

	switch (s.p[0]) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_LIST;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	case 'N':
		return JSON_FLOAT;
	}
	for (; s.len > 0; s.p++, s.len--)
		if (strchr(".eEI", *s.p) != NULL)
			return JSON_FLOAT;
	return JSON_INT;
}

bool
skim_check(struct str text, enum json_kind *kind)
{
	struct at a = { text.p, text.p + text.len };

	skip_space(&a);
	skip_value(&a, JSON_DEPTH_MAX);
	skip_space(&a);
	if (a.p != a.end)
		return false;
	*kind = skim_kind(text);
	return true;
}

void
skim_begin(struct skim *s, struct str value)
{
	enum json_kind kind = skim_kind(value);

	s->rest = str_trim(value);
	s->close = kind == JSON_OBJECT ? '}' : kind == JSON_LIST ? ']' : '\0';
}

bool
skim_next(struct skim *s, struct str *key, struct str *value)
{
	struct at a = { s->rest.p, s->rest.p + s->rest.len };
	const char *start;

	*key = (struct str){ NULL, 0 };
	if (s->close == '\0')
		return false;
	a.p++;			/* "[", "{" or "," */
	skip_space(&a);
	if (peek(&a) == -1 || peek(&a) == s->close) {
		s->close = '\0';
		return false;
	}
	if (s->close == '}') {
		start = a.p;
		skip_string(&a);
		*key = (struct str){ start, (size_t)(a.p - start) };
		skip_space(&a);
		expect(&a, ':');
		skip_space(&a);
	}
	start = a.p;
	skip_value(&a, JSON_DEPTH_MAX);
	*value = (struct str){ start, (size_t)(a.p - start) };
	skip_space(&a);
	s->rest = (struct str){ a.p, (size_t)(a.end - a.p) };
	return true;
}

static uint32_t
read_hex4(const char *p)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v = v << 4 | (uint32_t)(isdigit((unsigned char)p[i]) ? p[i] - '0' :
		    tolower((unsigned char)p[i]) - 'a' + 10);
	return v;
}

static char *
put_utf8(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		*to++ = (char)cp;
	} else if (cp < 0x800) {
		*to++ = (char)(0xc0 | cp >> 6);
		*to++ = (char)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		*to++ = (char)(0xe0 | cp >> 12);
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*to++ = (char)(0x80 | (cp & 0x3f));
	} else {
		*to++ = (char)(0xf0 | cp >> 18);
		*to++ = (char)(0x80 | (cp >> 12 & 0x3f));
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*to++ = (char)(0x80 | (cp & 0x3f));
	}
	return to;
}

static bool
is_surrogate(uint32_t cp)
{
	return cp >= 0xd800 && cp <= 0xdfff;
}

/*
 * The code point of the four digits at *i, and of a second escape with them; one half of
 * a pair is given as it is.
 */
static uint32_t
read_unicode(struct str s, size_t *i)
{
	uint32_t cp = read_hex4(s.p + *i), low;

	*i += 4;
	if (!is_surrogate(cp) || cp > 0xdbff || s.len - *i < 6 || s.p[*i] != '\\' ||
	    s.p[*i + 1] != 'u')
		return cp;
	low = read_hex4(s.p + *i + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return cp;
	*i += 6;
	return 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
}

bool
skim_has_lone_surrogate(struct str text)
{
	size_t i = 0;

	/* a backslash is only ever in a string */
	while (i < text.len) {
		const char *found = memchr(text.p + i, '\\', text.len - i);

		if (found == NULL)
			return false;
		i = (size_t)(found - text.p) + 2;
		if (found[1] == 'u' && is_surrogate(read_unicode(text, &i)))
			return true;
	}
	return false;
}

struct str
skim_text(struct arena *mem, struct str string)
{
	static const char shorts[] = "b\bf\fn\nr\rt\t";
	struct str s = str_trim(string);
	char *out = arena_alloc(mem, s.len), *to = out;
	size_t i = 1;

	while (i + 1 < s.len) {
		const char *found;

		if (s.p[i] != '\\') {
			*to++ = s.p[i++];
			continue;
		}
		found = strchr(shorts, s.p[++i]);
		if (s.p[i++] == 'u') {
			uint32_t cp = read_unicode(s, &i);

			to = put_utf8(to, is_surrogate(cp) ? 0xfffd : cp);
		} else
			*to++ = found != NULL ? found[1] : s.p[i - 1];
	}
	return (struct str){ out, (size_t)(to - out) };
}

/* The character of a string's content at *i, if it is ASCII; -1 otherwise. */
static int
read_ascii(struct str s, size_t *i)
{
	uint32_t cp;

	if (s.p[*i] != '\\')
		return (unsigned char)s.p[(*i)++] < 0x80 ? s.p[*i - 1] : -1;
	*i += 2;
	if (s.p[*i - 1] != 'u')
		return strchr("bfnrt", s.p[*i - 1]) == NULL ? s.p[*i - 1] : -1;
	cp = read_unicode(s, i);
	return cp >= ' ' && cp < 0x80 ? (int)cp : -1;
}

bool
skim_is(struct str string, const char *literal)
{
	struct str s = str_trim(string);
	size_t i = 1;

	for (; i + 1 < s.len; literal++)
		if (*literal == '\0' || read_ascii(s, &i) != *literal)
			return false;
	return *literal == '\0';
}

bool
skim_member(struct str object, const char *name, struct str *value)
{
	struct str key, at;
	struct skim walk;
	bool found = false;

	if (skim_kind(object) != JSON_OBJECT)
		return false;
	skim_begin(&walk, object);
	while (skim_next(&walk, &key, &at))
		if (skim_is(key, name)) {
			*value = at;
			found = true;
		}
	return found;
}

bool
skim_member_kind(struct str object, const char *name, enum json_kind kind, struct str *value)
{
	return skim_member(object, name, value) && skim_kind(*value) == kind;
}
