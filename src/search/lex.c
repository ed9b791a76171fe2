/*
 * One scanner for each shape of token, tried in a fixed order; the first that
 * matches wins.  A scanner returns the length of its token, 0 for no match.
 *
 * Scanners look one character behind at most, and those with more than one way
 * to end (numbers, strings) give back what a backtracking matcher would.
 */
#include <assert.h>
#include <string.h>

#include "search/keyword.h"
#include "search/lex.h"


struct scan {
	struct str	text;
	size_t		at;
	/* Of the last end of a C comment: none is looked for behind it. */
	size_t		comment_end;
};

struct range {
	uint32_t	from, to;
};

/* White space beyond ASCII. */
static const struct range spaces[] = {
	{ 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a },
	{ 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f },
	{ 0x3000, 0x3000 },
};

/* Beyond ASCII and white space: what is neither letter nor digit. */
static const struct range symbols[] = {
	{ 0x80, 0xa9 }, { 0xab, 0xb1 }, { 0xb4, 0xb4 }, { 0xb6, 0xb8 },
	{ 0xbb, 0xbb }, { 0xbf, 0xbf }, { 0xd7, 0xd7 }, { 0xf7, 0xf7 },
	{ 0x300, 0x36f }, { 0x200b, 0x206f }, { 0x20a0, 0x20ff },
	{ 0x2190, 0x245f }, { 0x2500, 0x2bff }, { 0x3001, 0x3004 },
	{ 0x3008, 0x3020 }, { 0xd800, 0xf8ff }, { 0xfe00, 0xfe6f },
	{ 0xff00, 0xff0f }, { 0xff1a, 0xff20 }, { 0xfff0, 0xffff },
	{ 0x1f000, 0x1faff },
};

static bool
is_in(const struct range *ranges, size_t n, uint32_t cp)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	return false;
}

static bool
is_space(uint32_t cp)
{
	if (cp < 0x80)
		return cp == ' ' || (cp >= '\t' && cp <= '\r') ||
		    (cp >= 0x1c && cp <= 0x1f);
	return is_in(spaces, sizeof(spaces) / sizeof(spaces[0]), cp);
}

static bool
is_digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

/* What may start a name beside a dot or a parenthesis. */
static bool
is_latin(uint32_t cp)
{
	uint32_t lower = cp | 0x20;

	return (lower >= 'a' && lower <= 'z' && cp < 0x80) ||
	    (lower >= 0xe0 && lower <= 0xfc && cp < 0x100);
}

static bool
is_word(uint32_t cp)
{
	if (cp < 0x80)
		return is_latin(cp) || is_digit(cp) || cp == '_';
	return !is_space(cp) &&
	    !is_in(symbols, sizeof(symbols) / sizeof(symbols[0]), cp);
}

/* The code point at offset i, 0 at the end. */
static uint32_t
peek(const struct scan *s, size_t i)
{
	return i < s->text.len ? utf8_next(s->text, &i) : 0;
}

static uint32_t
before(const struct scan *s)
{
	size_t i = s->at;

	if (i == 0)
		return 0;
	do
		i--;
	while (i > 0 && ((unsigned char)s->text.p[i] & 0xc0) == 0x80);
	return utf8_next(s->text, &i);
}

/* The end of the run of characters that satisfy `is`, from offset i. */
static size_t
span(const struct scan *s, size_t i, bool (*is)(uint32_t))
{
	size_t next;

	for (; i < s->text.len; i = next) {
		next = i;
		if (!is(utf8_next(s->text, &next)))
			break;
	}
	return i;
}

static bool
has(const struct scan *s, size_t i, const char *ascii)
{
	size_t n = strlen(ascii);

	return s->text.len - i >= n && memcmp(s->text.p + i, ascii, n) == 0;
}

static size_t
scan_space(const struct scan *s)
{
	return span(s, s->at, is_space) - s->at;
}

static size_t
scan_comment(const struct scan *s)
{
	size_t i = s->at;

	if (has(s, i, "/*")) {
		for (i += 2; i <= s->comment_end; i++)
			if (has(s, i, "*/"))
				return i + 2 - s->at;
		return 0;
	}
	if (!has(s, i, "--") && !has(s, i, "# "))
		return 0;
	while (i < s->text.len && s->text.p[i] != '\n' && s->text.p[i] != '\r')
		i++;
	if (has(s, i, "\r\n"))
		i += 2;
	else if (i < s->text.len)
		i++;
	return i - s->at;
}

static size_t
scan_star(const struct scan *s)
{
	return has(s, s->at, "*");
}

/*
 * Text between quotes; a doubled quote and, if `escapes`, one behind a
 * backslash belong to it.  When that leaves the text open to the end, the last
 * such quote closes it after all.
 */
static size_t
scan_quoted(const struct scan *s, const char *quote, bool escapes)
{
	size_t width = strlen(quote), fallback = 0, i;

	if (!has(s, s->at, quote))
		return 0;
	for (i = s->at + width; i < s->text.len; i++) {
		if (escapes && s->text.p[i] == '\\' && has(s, i + 1, quote)) {
			i += width;
			fallback = i + 1;
		} else if (has(s, i, quote)) {
			if (!has(s, i + width, quote))
				return i + width - s->at;
			fallback = i + width;
			i += 2 * width - 1;
		}
	}
	return fallback == 0 ? 0 : fallback - s->at;
}

static size_t
scan_quoted_name(const struct scan *s)
{
	size_t n = scan_quoted(s, "`", false);

	return n != 0 ? n : scan_quoted(s, "\xc2\xb4", false);
}

static size_t
scan_string(const struct scan *s)
{
	return scan_quoted(s, "'", true);
}

static size_t
scan_symbol(const struct scan *s)
{
	return scan_quoted(s, "\"", true);
}

/* Before scan_placeholder, which would take the second colon. */
static size_t
scan_cast(const struct scan *s)
{
	return has(s, s->at, "::") ? 2 : 0;
}

static size_t
scan_placeholder(const struct scan *s)
{
	size_t end;

	if (has(s, s->at, "?"))
		return 1;
	if (has(s, s->at, "%s") || has(s, s->at, "%S"))
		return 2;
	if ((!has(s, s->at, ":") && !has(s, s->at, "$")) || is_word(before(s)))
		return 0;
	end = span(s, s->at + 1, is_word);
	return end > s->at + 1 ? end - s->at : 0;
}

static size_t
scan_command(const struct scan *s)
{
	size_t end;

	if (!has(s, s->at, "\\"))
		return 0;
	end = span(s, s->at + 1, is_word);
	return end > s->at + 1 ? end - s->at : 0;
}

static struct str
word_at(const struct scan *s, size_t i)
{
	return (struct str){ s->text.p + i, span(s, i, is_word) - i };
}

/* Words that are SQL even beside a dot or a parenthesis. */
static size_t
scan_strong_keyword(const struct scan *s)
{
	static const char *const strong[] = {
		"case", "in", "values", "using", "from", "as"
	};
	struct str word = word_at(s, s->at);
	size_t i;

	for (i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
		if (str_is_nocase(word, strong[i]))
			return word.len;
	return 0;
}

/* A name by its place: before or behind a dot, before a parenthesis. */
static size_t
scan_placed_name(const struct scan *s)
{
	size_t end, dot;

	if (!is_latin(peek(s, s->at)))
		return 0;
	end = span(s, s->at, is_word);
	dot = span(s, end, is_space);
	/* ".5" is a number */
	if ((has(s, dot, ".") && !is_digit(peek(s, dot + 1))) ||
	    before(s) == '.' || has(s, end, "("))
		return end - s->at;
	return 0;
}

static bool
is_hex(uint32_t cp)
{
	uint32_t lower = cp | 0x20;

	return is_digit(cp) || (cp < 0x80 && lower >= 'a' && lower <= 'f');
}

static size_t
scan_hex(const struct scan *s)
{
	size_t i = s->at + has(s, s->at, "-"), end;

	if (!has(s, i, "0x") && !has(s, i, "0X"))
		return 0;
	end = span(s, i + 2, is_hex);
	return end > i + 2 ? end - s->at : 0;
}

/* With an exponent: 1e5, 1.5E-3; a plus sign is not taken. */
static size_t
scan_scientific(const struct scan *s)
{
	size_t i = s->at + has(s, s->at, "-"), end, digits;

	end = span(s, i, is_digit);
	if (end == i)
		return 0;
	if (has(s, end, ".") && span(s, end + 1, is_digit) > end + 1)
		end = span(s, end + 1, is_digit);
	if ((peek(s, end) | 0x20) != 'e')
		return 0;
	digits = end + 1 + has(s, end + 1, "-");
	end = span(s, digits, is_digit);
	return end > digits ? end - s->at : 0;
}

/*
 * Digits [start, end) must not run into a letter; the last of them is given
 * back if that helps and `least` stay.  Returns the end or 0.
 */
static size_t
digits_end(const struct scan *s, size_t start, size_t end, size_t least)
{
	uint32_t next = peek(s, end);

	if (end - start < least)
		return 0;
	if (!is_latin(next) && next != '_')
		return end;
	return end - start > least ? end - 1 : 0;
}

static size_t
scan_number(const struct scan *s)
{
	size_t i = s->at + has(s, s->at, "-");
	size_t whole = span(s, i, is_digit), end = 0, n;

	if ((n = scan_scientific(s)) != 0)
		return n;
	if (has(s, whole, "."))
		end = digits_end(s, whole + 1, span(s, whole + 1, is_digit),
		    whole == i ? 1 : 0);
	if (end == 0)
		end = digits_end(s, i, whole, 1);
	return end == 0 ? 0 : end - s->at;
}

/* [...] as a name, unless it is the index of what stands before it. */
static size_t
scan_bracketed(const struct scan *s)
{
	uint32_t previous = before(s);
	size_t i;

	if (!has(s, s->at, "[") || is_word(previous) || previous == ']' ||
	    previous == ')')
		return 0;
	for (i = s->at + 1; i < s->text.len && s->text.p[i] != '['; i++)
		if (s->text.p[i] == ']')
			return i > s->at + 1 ? i + 1 - s->at : 0;
	return 0;
}

struct word_pair {
	const char	*first, *second;
};

/* The length of two words with white space between, or 0. */
static size_t
scan_pair(const struct scan *s, const struct word_pair *pairs, size_t n)
{
	struct str first = word_at(s, s->at), second;
	size_t i, gap = span(s, s->at + first.len, is_space);

	if (gap == s->at + first.len)
		return 0;
	second = word_at(s, gap);
	for (i = 0; i < n; i++)
		if (str_is_nocase(first, pairs[i].first) &&
		    str_is_nocase(second, pairs[i].second))
			return gap + second.len - s->at;
	return 0;
}

static size_t
scan_keyword_pair(const struct scan *s)
{
	static const struct word_pair pairs[] = {
		{ "not", "null" }, { "group", "by" }, { "order", "by" },
		{ "union", "all" }, { "primary", "key" },
	};

	return scan_pair(s, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static size_t
scan_word_comparison(const struct scan *s)
{
	static const struct word_pair negated[] = {
		{ "not", "like" }, { "not", "ilike" }, { "not", "rlike" },
		{ "not", "regexp" },
	};
	struct str word = word_at(s, s->at);
	size_t i;

	for (i = 0; i < sizeof(negated) / sizeof(negated[0]); i++)
		if (str_is_nocase(word, negated[i].second))
			return word.len;
	return scan_pair(s, negated, sizeof(negated) / sizeof(negated[0]));
}

static bool
is_word_tail(uint32_t cp)
{
	return is_word(cp) || cp == '$' || cp == '#';
}

static size_t
scan_word(const struct scan *s)
{
	return is_word(peek(s, s->at)) ? span(s, s->at, is_word_tail) - s->at :
	    0;
}

static size_t
scan_keyword(const struct scan *s)
{
	size_t n = scan_word(s);

	return keyword_is((struct str){ s->text.p + s->at, n }) ? n : 0;
}

static bool
is_comparison(uint32_t cp)
{
	return cp != 0 && cp < 0x80 && strchr("<>=~!", (int)cp) != NULL;
}

static size_t
scan_comparison(const struct scan *s)
{
	return span(s, s->at, is_comparison) - s->at;
}

static size_t
scan_punct(const struct scan *s)
{
	char c = s->text.p[s->at];

	return c != '\0' && strchr(";:()[],.", c) != NULL;
}

static bool
is_operator(uint32_t cp)
{
	return cp != 0 && cp < 0x80 && strchr("+/@#%^&|-", (int)cp) != NULL;
}

static size_t
scan_operator(const struct scan *s)
{
	/* not a sign and a comparison; a sign starts no run */
	if (has(s, s->at, "->") || has(s, s->at, "@>"))
		return has(s, s->at, "->>") ? 3 : 2;
	if (has(s, s->at, "-"))
		return 1;
	return span(s, s->at, is_operator) - s->at;
}

static size_t
scan_other(const struct scan *s)
{
	size_t end = s->at;

	utf8_next(s->text, &end);
	return end - s->at;
}

static const struct {
	enum token_kind	 kind;
	size_t		(*scan)(const struct scan *);
} scanners[] = {
	{ TOK_COMMENT, scan_comment },
	{ TOK_SPACE, scan_space },
	{ TOK_STAR, scan_star },
	{ TOK_NAME, scan_quoted_name },
	{ TOK_PUNCT, scan_cast },
	{ TOK_PLACEHOLDER, scan_placeholder },
	{ TOK_OTHER, scan_command },
	{ TOK_KEYWORD, scan_strong_keyword },
	{ TOK_NAME, scan_placed_name },
	{ TOK_OTHER, scan_hex },
	{ TOK_NUMBER, scan_number },
	{ TOK_STRING, scan_string },
	{ TOK_SYMBOL, scan_symbol },
	{ TOK_NAME, scan_bracketed },
	{ TOK_KEYWORD, scan_keyword_pair },
	{ TOK_COMPARE, scan_word_comparison },
	{ TOK_KEYWORD, scan_keyword },
	{ TOK_NAME, scan_word },
	{ TOK_PUNCT, scan_punct },
	{ TOK_COMPARE, scan_comparison },
	{ TOK_OPERATOR, scan_operator },
	{ TOK_OTHER, scan_other },	/* always matches */
};

static size_t
find_comment_end(struct str text)
{
	size_t i;

	for (i = text.len; i > 1; i--)
		if (text.p[i - 2] == '*' && text.p[i - 1] == '/')
			return i - 2;
	return 0;
}

static struct token
next_token(struct scan *s)
{
	struct token t = { .text = { s->text.p + s->at, 0 } };
	size_t i;

	for (i = 0; t.text.len == 0; i++) {
		assert(i < sizeof(scanners) / sizeof(scanners[0]));
		t.kind = scanners[i].kind;
		t.text.len = scanners[i].scan(s);
	}
	s->at += t.text.len;
	return t;
}

struct tokens
lex(struct arena *mem, struct str text)
{
	struct scan s = { text, 0, find_comment_end(text) };
	struct tokens out = { NULL, 0 };

	while (s.at < text.len) {
		out.v = arena_grow(mem, out.v, out.n, sizeof(*out.v));
		out.v[out.n++] = next_token(&s);
	}
	return out;
}

bool
token_is_punct(const struct token *t, char c)
{
	return t->kind == TOK_PUNCT && t->text.len == 1 && t->text.p[0] == c;
}

bool
token_is_keyword(const struct token *t, const char *word)
{
	return t->kind == TOK_KEYWORD && str_is_nocase(t->text, word);
}
