/*
 * A tuple of string literals.  Numbers and the constants of Python are
 * recognised for the sake of the error, which shows the tuple.
 */
#include <string.h>

#include "base/buf.h"
#include "base/repr.h"
#include "search/list.h"

#define LIST_PREFIX	"While parsing a list in the query, expected "

struct reader {
	struct arena	*mem;
	struct str	 rest;
	struct buf	 shown;		/* the tuple in Python's form */
	struct str	*values;
	size_t		 n;
	bool		 strange;	/* something that is no string */
};

static void
skip(struct reader *r, size_t n)
{
	r->rest.p += n;
	r->rest.len -= n;
}

static void
skip_space(struct reader *r)
{
	while (r->rest.len > 0 && strchr(" \t\r\n\f", r->rest.p[0]) != NULL)
		skip(r, 1);
}

static bool
starts_with(const struct reader *r, char c)
{
	return r->rest.len > 0 && r->rest.p[0] == c;
}

/* One character behind a backslash into `out`; what Python keeps, stays. */
static void
unescape(struct reader *r, struct buf *out)
{
	static const char from[] = "\\'\"nrtbfav", to[] = "\\'\"\n\r\t\b\f\a\v";
	const char *found = memchr(from, r->rest.p[0], sizeof(from) - 1);

	if (found != NULL) {
		buf_putc(out, to[found - from]);
		skip(r, 1);
	} else if (r->rest.p[0] == '\n')
		skip(r, 1);
	else
		buf_putc(out, '\\');
}

/* One literal, quotes included; false when it has no end. */
static bool
read_literal(struct reader *r, struct buf *out)
{
	char quote = r->rest.p[0];

	for (skip(r, 1); r->rest.len > 0 && r->rest.p[0] != '\n';) {
		char c = r->rest.p[0];

		skip(r, 1);
		if (c == quote)
			return true;
		if (c == '\\' && r->rest.len > 0)
			unescape(r, out);
		else
			buf_putc(out, c);
	}
	return false;
}

static void
add_value(struct reader *r, struct str value)
{
	r->values = arena_grow(r->mem, r->values, r->n, sizeof(*r->values));
	r->values[r->n++] = value;
}

/* Literals side by side are one string. */
static bool
read_string(struct reader *r)
{
	struct buf text = { 0 };
	struct str value;
	bool ok = true;

	while (ok && (starts_with(r, '\'') || starts_with(r, '"'))) {
		ok = read_literal(r, &text);
		skip_space(r);
	}
	value = buf_str(&text);
	value = arena_str(r->mem, str_or_empty(value));
	buf_fini(&text);
	repr_add(&r->shown, value);
	add_value(r, value);
	return ok;
}

/* A number or a constant: enough to name it. */
static bool
read_strange(struct reader *r)
{
	struct str word = { r->rest.p, 0 };
	double number;

	while (word.len < r->rest.len &&
	    strchr(" \t\r\n\f,()'\"", word.p[word.len]) == NULL)
		word.len++;
	skip(r, word.len);
	skip_space(r);
	buf_add_str(&r->shown, word);
	r->strange = true;
	add_value(r, word);
	/* str_to_dbl wants a NUL behind the text */
	return str_to_dbl(arena_str(r->mem, word), false, &number) ||
	    str_is(word, "True") || str_is(word, "False") ||
	    str_is(word, "None");
}

/* VALUE { , VALUE } [ , ]; false when it is nothing of the kind. */
static bool
read_values(struct reader *r)
{
	while (r->rest.len > 0) {
		if (r->n > 0)
			buf_puts(&r->shown, ", ");
		if (starts_with(r, '\'') || starts_with(r, '"') ?
		    !read_string(r) : !read_strange(r))
			return false;
		if (r->rest.len > 0 && !starts_with(r, ','))
			return false;
		if (r->rest.len > 0)
			skip(r, 1);
		skip_space(r);
	}
	return true;
}

static void
strip_parentheses(struct reader *r)
{
	r->rest = str_trim(r->rest);
	while (r->rest.len >= 2 && r->rest.p[0] == '(' &&
	    r->rest.p[r->rest.len - 1] == ')')
		r->rest = str_trim((struct str){ r->rest.p + 1,
		    r->rest.len - 2 });
}

static int
judge(struct reader *r, bool well_formed, struct search_error *err)
{
	if (!well_formed)
		return search_fail(r->mem, err, SEARCH_INVALID, LIST_PREFIX
		    "a non-empty list of string values, "
		    "but got ill-formed list.");
	if (r->n == 0)
		return search_fail(r->mem, err, SEARCH_INVALID, LIST_PREFIX
		    "a non-empty list of string values, but got empty list");
	if (r->strange)
		return search_fail(r->mem, err, SEARCH_INVALID, LIST_PREFIX
		    "string value, punctuation, or whitespace, "
		    "but got different type in list: (%.*s%s)",
		    STR_ARGS(buf_str(&r->shown)), r->n == 1 ? "," : "");
	return 0;
}

int
search_list_read(struct arena *mem, struct str text, struct str **values,
    size_t *n, struct search_error *err)
{
	struct reader r = { .mem = mem, .rest = text };
	int rc;

	strip_parentheses(&r);
	rc = judge(&r, read_values(&r), err);
	buf_fini(&r.shown);
	*values = r.values;
	*n = r.n;
	return rc;
}
