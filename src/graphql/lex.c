/*
 * One function a shape of token.  Commas are blanks; a name is ASCII; what may
 * stand in a string is any character but a line's end.
 */
#include <string.h>

#include "base/buf.h"
#include "graphql/lex.h"

#define BLOCK_QUOTE	"\"\"\""

static int
peek(const struct gql_lexer *l, size_t ahead)
{
	size_t i = l->at + ahead;

	return i < l->source.len ? (unsigned char)l->source.p[i] : -1;
}

static bool
has(const struct gql_lexer *l, const char *ascii)
{
	size_t n = strlen(ascii);

	return l->source.len - l->at >= n && memcmp(l->source.p + l->at, ascii, n) == 0;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct str
gql_place(struct arena *mem, struct str source, size_t at)
{
	size_t line = 1, start = 0, i;

	for (i = 0; i < at && i < source.len; i++) {
		if (source.p[i] != '\n')
			continue;
		line++;
		start = i + 1;
	}
	return arena_printf(mem, " (line %zu, column %zu)", line,
	    utf8_length((struct str){ source.p + start, i - start }) + 1);
}

static struct gql_token
bad(struct gql_lexer *l, const char *why)
{
	struct gql_token t = { GQL_TOK_BAD, { "", 0 }, l->at };

	l->error = arena_printf(l->mem, "Syntax error: %s%s.", why,
	    gql_place(l->mem, l->source, l->at).p);
	l->at = l->source.len;
	return t;
}

static void
skip_blanks(struct gql_lexer *l)
{
	int c;

	for (; (c = peek(l, 0)) != -1; l->at++) {
		if (has(l, "\xef\xbb\xbf")) {
			l->at += 2;
		} else if (c == '#') {
			while (peek(l, 1) != -1 && peek(l, 1) != '\n' && peek(l, 1) != '\r')
				l->at++;
		} else if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ',') {
			return;
		}
	}
}

static struct gql_token
take(struct gql_lexer *l, enum gql_token_kind kind, size_t n)
{
	struct gql_token t = { kind, { l->source.p + l->at, n }, l->at };

	if (kind != GQL_TOK_PUNCT)
		t.text = arena_str(l->mem, t.text);
	l->at += n;
	return t;
}

static struct gql_token
lex_name(struct gql_lexer *l)
{
	size_t n = 1;

	while (is_name_start(peek(l, n)) || is_digit(peek(l, n)))
		n++;
	return take(l, GQL_TOK_NAME, n);
}

/* The offset behind the digits that begin at n; n itself if there are none. */
static size_t
digits(const struct gql_lexer *l, size_t n)
{
	while (is_digit(peek(l, n)))
		n++;
	return n;
}

static struct gql_token
lex_number(struct gql_lexer *l)
{
	enum gql_token_kind kind = GQL_TOK_INT;
	size_t start = peek(l, 0) == '-', n = digits(l, start), part;

	if (n == start)
		return bad(l, "a digit must follow the sign");
	if (peek(l, start) == '0' && n > start + 1)
		return bad(l, "a number must not begin with 0");
	if (peek(l, n) == '.') {
		kind = GQL_TOK_FLOAT;
		part = n + 1;
		if ((n = digits(l, part)) == part)
			return bad(l, "digits must follow the point of a number");
	}
	if (peek(l, n) == 'e' || peek(l, n) == 'E') {
		kind = GQL_TOK_FLOAT;
		part = n + 1 + (peek(l, n + 1) == '+' || peek(l, n + 1) == '-');
		if ((n = digits(l, part)) == part)
			return bad(l, "digits must follow the exponent sign of a number");
	}
	if (peek(l, n) == '.' || is_name_start(peek(l, n)))
		return bad(l, "a number must end before a letter or point");
	return take(l, kind, n);
}

static int
hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code of "XXXX" or "{X...}" at `ahead`, and its length; -1: neither. */
static long
read_code(const struct gql_lexer *l, size_t ahead, size_t *length)
{
	bool braces = peek(l, ahead) == '{';
	size_t n = braces, most = braces ? 9 : 4;
	long code = 0;

	while (n < most && hex_value(peek(l, ahead + n)) >= 0)
		code = code * 16 + hex_value(peek(l, ahead + n++));
	if (braces ? n == 1 || peek(l, ahead + n) != '}' : n != 4)
		return -1;
	*length = n + braces;
	return code;
}

static void
put_utf8(struct buf *to, long cp)
{
	if (cp < 0x80) {
		buf_putc(to, (char)cp);
	} else if (cp < 0x800) {
		buf_putc(to, (char)(0xc0 | cp >> 6));
		buf_putc(to, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		buf_putc(to, (char)(0xe0 | cp >> 12));
		buf_putc(to, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_putc(to, (char)(0x80 | (cp & 0x3f)));
	} else {
		buf_putc(to, (char)(0xf0 | cp >> 18));
		buf_putc(to, (char)(0x80 | (cp >> 12 & 0x3f)));
		buf_putc(to, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_putc(to, (char)(0x80 | (cp & 0x3f)));
	}
}

/* \uXXXX, two of them for one character, or \u{X}; false: none of these. */
static bool
lex_code(struct gql_lexer *l, struct buf *to)
{
	size_t n = 0, low_n = 0;
	long cp = read_code(l, 2, &n), low;

	if (cp >= 0xd800 && cp <= 0xdbff && n == 4 && peek(l, 6) == '\\' && peek(l, 7) == 'u') {
		low = read_code(l, 8, &low_n);
		if (low < 0xdc00 || low > 0xdfff || low_n != 4)
			return false;
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		n = 10;
	}
	if (cp < 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return false;
	put_utf8(to, cp);
	l->at += 2 + n;
	return true;
}

/* What stands behind a backslash; false: nothing that is known. */
static bool
lex_escape(struct gql_lexer *l, struct buf *to)
{
	static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	const char *e;

	if (peek(l, 1) == 'u')
		return lex_code(l, to);
	for (e = escapes; *e != '\0'; e += 2)
		if (peek(l, 1) == *e) {
			buf_putc(to, e[1]);
			l->at += 2;
			return true;
		}
	return false;
}

/* Read a string into *to; NULL, or what is wrong with it. */
static const char *
read_string(struct gql_lexer *l, struct buf *to)
{
	int c;

	for (l->at++; (c = peek(l, 0)) != '"';) {
		if (c == -1 || c == '\n' || c == '\r')
			return "a string must end on its line";
		if (c != '\\') {
			buf_putc(to, (char)c);
			l->at++;
		} else if (!lex_escape(l, to)) {
			return "this is no escape sequence of a string";
		}
	}
	l->at++;
	return NULL;
}

/* The raw text between block quotes; NULL, or what is wrong with it. */
static const char *
read_block(struct gql_lexer *l, struct buf *to)
{
	for (l->at += 3; !has(l, BLOCK_QUOTE); l->at++) {
		if (peek(l, 0) == -1)
			return "a block string has no end";
		if (has(l, "\\" BLOCK_QUOTE)) {
			buf_puts(to, BLOCK_QUOTE);
			l->at += 3;
		} else if (has(l, "\r\n")) {
			buf_putc(to, '\n');
			l->at++;
		} else {
			buf_putc(to, peek(l, 0) == '\r' ? '\n' : (char)peek(l, 0));
		}
	}
	l->at += 3;
	return NULL;
}

static size_t
indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.len && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

/* Take the line at *at from the text. */
static struct str
next_line(struct str text, size_t *at)
{
	const char *end = memchr(text.p + *at, '\n', text.len - *at);
	size_t n = end == NULL ? text.len - *at : (size_t)(end - text.p) - *at;
	struct str line = { text.p + *at, n };

	*at += n + 1;
	return line;
}

struct block_shape {
	size_t	indent;		/* common to all lines but the first */
	size_t	first, last;	/* lines that are not blank; first > last: none */
};

static struct block_shape
measure_block(struct str text)
{
	struct block_shape s = { (size_t)-1, 1, 0 };
	size_t at, line = 0;

	for (at = 0; at <= text.len; line++) {
		struct str l = next_line(text, &at);
		size_t n = indent_of(l);

		if (n == l.len)
			continue;
		if (s.first > s.last)
			s.first = line;
		s.last = line;
		if (line > 0 && n < s.indent)
			s.indent = n;
	}
	return s;
}

/* A block string without its common indent and its blank lines at both ends. */
static void
add_block(struct buf *to, struct str text)
{
	struct block_shape s = measure_block(text);
	size_t at, line = 0;

	for (at = 0; at <= text.len && s.first <= s.last && line <= s.last; line++) {
		struct str l = next_line(text, &at);
		size_t cut = line == 0 ? 0 : s.indent < l.len ? s.indent : l.len;

		if (line < s.first)
			continue;
		if (line > s.first)
			buf_putc(to, '\n');
		buf_add(to, l.p + cut, l.len - cut);
	}
}

static struct gql_token
lex_string(struct gql_lexer *l)
{
	struct gql_token t = { GQL_TOK_STRING, { "", 0 }, l->at };
	struct buf raw = { 0 }, text = { 0 };
	const char *wrong;

	if (has(l, BLOCK_QUOTE)) {
		wrong = read_block(l, &raw);
		add_block(&text, raw.len == 0 ? STR("") : buf_str(&raw));
	} else {
		wrong = read_string(l, &text);
	}
	if (wrong != NULL)
		t = bad(l, wrong);
	else if (text.len > 0)
		t.text = arena_str(l->mem, buf_str(&text));
	buf_fini(&raw);
	buf_fini(&text);
	return t;
}

struct gql_token
gql_lex(struct gql_lexer *l)
{
	int c;

	if (l->error.p != NULL)
		return (struct gql_token){ GQL_TOK_BAD, { "", 0 }, l->at };
	skip_blanks(l);
	c = peek(l, 0);
	if (c == -1)
		return (struct gql_token){ GQL_TOK_END, { "", 0 }, l->at };
	if (is_name_start(c))
		return lex_name(l);
	if (is_digit(c) || c == '-')
		return lex_number(l);
	if (c == '"')
		return lex_string(l);
	if (has(l, "..."))
		return take(l, GQL_TOK_PUNCT, 3);
	if (c != '\0' && strchr("!$&():=@[]{|}", c) != NULL)
		return take(l, GQL_TOK_PUNCT, 1);
	return bad(l, "this character begins no token");
}
