/*
 * json-c does the parsing; a scan before it closes what json-c leaves open even
 * in strict mode: single quotes, comments, raw control characters, and integers
 * of any length, which json-c would refuse or clamp.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json/number.h"
#include "json/read.h"
#include "json/write.h"

/* Digits of the largest integers that fit in 64 bits with a sign. */
#define SAFE_DIGITS	19
/* What marks an integer that fits in no 64 bits: it goes through as a float. */
#define LONG_MARK	"e0"

/* The end of the string whose opening quote is at i; 0 if it has none. */
static size_t
scan_string(struct str s, size_t i)
{
	for (i++; i < s.len; i++) {
		if ((unsigned char)s.p[i] < ' ')
			return 0;
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

static bool
is_number_part(char c)
{
	return isdigit((unsigned char)c) || c == '.' || c == 'e' || c == 'E';
}

/* A whole number that json-c would clamp. */
static bool
is_too_long(const char *digits, size_t n, bool negative)
{
	if (digits[0] == '0' || n < SAFE_DIGITS)
		return false;
	return n > SAFE_DIGITS ||
	    memcmp(digits, negative ? "9223372036854775808" : "9223372036854775807", n) > 0;
}

/* What the text is like, and what of it json-c cannot be given as it stands. */
struct scan {
	struct str	 s;
	size_t		 units;
	struct buf	*clean;		/* NULL until a number has to be changed */
	size_t		 copied;	/* of s, into `clean` */
};

/* Put a mark into the copy, behind what stands before i. */
static void
add_mark(struct scan *sc, struct buf *clean, size_t i)
{
	if (sc->clean == NULL)
		buf_room(clean, sc->s.len + 1);
	sc->clean = clean;
	buf_add(clean, sc->s.p + sc->copied, i - sc->copied);
	buf_puts(clean, LONG_MARK);
	sc->copied = i;
}

/*
 * An integer beyond int64 becomes the same number as a float, marked, which is what a
 * reader of large integers makes of it.  Its end, or 0 for "1." and "1.e5", which
 * json-c would take.
 */
static size_t
scan_number(struct scan *sc, size_t i, struct buf *clean)
{
	struct str s = sc->s;
	bool negative = i > 0 && s.p[i - 1] == '-', whole = true;
	size_t start = i;

	for (; i < s.len && is_number_part(s.p[i]); i++) {
		whole = whole && isdigit((unsigned char)s.p[i]);
		if (s.p[i] == '.' && (i + 1 == s.len || !isdigit((unsigned char)s.p[i + 1])))
			return 0;
	}
	if (whole && is_too_long(s.p + start, i - start, negative))
		add_mark(sc, clean, i);
	return i;
}

/* What a character outside of strings and numbers adds to the tree. */
static size_t
units_of(char c)
{
	return c == '{' ? JSON_OBJECT_UNITS : c == '[' ? JSON_LIST_UNITS : c == ',' || c == ':';
}

/* JSON_FINE: json-c may have it, with the changes in `clean` if there are any. */
static enum json_outcome
scan(struct scan *sc, size_t most, struct buf *clean)
{
	struct str s = sc->s;
	size_t i = 0;

	while (i < s.len) {
		char c = s.p[i];

		if (c == '"')
			i = scan_string(s, i);
		else if (isdigit((unsigned char)c))
			i = scan_number(sc, i, clean);
		else if (c == '\'' || c == '/' || c == '\0' || c == '\f' || c == '\v')
			return JSON_BROKEN;
		else
			i++;
		if (i == 0)
			return JSON_BROKEN;
		sc->units += units_of(c);
		if (sc->units > most)
			return JSON_TOO_MANY;
	}
	if (sc->clean != NULL)
		buf_add(clean, s.p + sc->copied, s.len - sc->copied);
	return JSON_FINE;
}

static enum json_outcome
parse(struct str text, struct json_object **out)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX);
	enum json_tokener_error error;

	if (tok == NULL)
		abort();
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*out = json_tokener_parse_ex(tok, text.p, (int)text.len);
	/* a NUL tells the tokener that a number at the end is whole */
	if (json_tokener_get_error(tok) == json_tokener_continue)
		*out = json_tokener_parse_ex(tok, "", 1);
	error = json_tokener_get_error(tok);
	json_tokener_free(tok);
	return error == json_tokener_success ? JSON_FINE :
	    error == json_tokener_error_depth ? JSON_TOO_DEEP : JSON_BROKEN;
}

/* s without the blanks of JSON at its end, which json-c takes for garbage. */
static struct str
trim_end(struct str s)
{
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t' ||
	    s.p[s.len - 1] == '\r' || s.p[s.len - 1] == '\n'))
		s.len--;
	return s;
}

enum json_outcome
json_read(struct str text, size_t most, struct json_object **out)
{
	struct scan sc = { .units = 0 };
	struct buf clean = { 0 };
	enum json_outcome outcome;

	*out = NULL;
	if (str_starts(text, JSON_BOM))
		text = (struct str){ text.p + sizeof(JSON_BOM) - 1,
		    text.len - sizeof(JSON_BOM) + 1 };
	sc.s = trim_end(text);
	if (sc.s.len == 0 || sc.s.len >= INT32_MAX || !utf8_is_valid(sc.s))
		return JSON_BROKEN;
	outcome = scan(&sc, most, &clean);
	if (outcome == JSON_FINE)
		outcome = parse(sc.clean == NULL ? sc.s : buf_str(&clean), out);
	buf_fini(&clean);
	return outcome;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
json_items_open(struct json_items *it, struct str text)
{
	*it = (struct json_items){ .text = trim_end(text) };
	while (it->at < it->text.len && is_blank(it->text.p[it->at]))
		it->at++;
	return it->at < it->text.len && it->text.p[it->at++] == '[';
}

/* Where the item at hand ends: at the comma or bracket behind it; 0 if nowhere. */
static size_t
scan_item(struct str s, size_t i)
{
	size_t depth = 0;

	while (i < s.len) {
		char c = s.p[i];

		if (depth == 0 && (c == ',' || c == ']'))
			return i;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth-- == 0)
			return 0;
		i = c == '"' ? scan_string(s, i) : i + 1;
		if (i == 0)
			return 0;
	}
	return 0;
}

int
json_items_next(struct json_items *it, struct str *item)
{
	size_t end;

	while (it->at < it->text.len && is_blank(it->text.p[it->at]))
		it->at++;
	if (it->ended)
		return it->at == it->text.len ? 0 : -1;
	end = scan_item(it->text, it->at);
	if (end == 0)
		return -1;
	*item = trim_end((struct str){ it->text.p + it->at, end - it->at });
	it->ended = it->text.p[end] == ']';
	it->at = end + 1;
	/* "[]" has no item; any other that is empty is the reader's to refuse */
	if (it->ended && item->len == 0 && it->n == 0)
		return json_items_next(it, item);
	it->n++;
	return 1;
}

void
json_free(struct json_object *o)
{
	json_object_put(o);
}

/* json-c asks for objects it may change, to cache their text: ours are not. */
static struct json_object *
unconst(const struct json_object *o)
{
	return (struct json_object *)(uintptr_t)o;
}

enum json_kind
json_kind(const struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return JSON_NULL;
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_double:
		return JSON_FLOAT;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_LIST;
	case json_type_object:
		return JSON_OBJECT;
	}
	abort();
}

/* The digits of an integer beyond int64; absent for anything else. */
static struct str
long_integer(const struct json_object *o)
{
	struct str s;

	if (json_object_get_type(o) != json_type_double)
		return (struct str){ NULL, 0 };
	s = str_of(json_object_get_string(unconst(o)));
	if (s.len < SAFE_DIGITS || !str_ends(s, LONG_MARK) || strchr(s.p, '.') != NULL)
		return (struct str){ NULL, 0 };
	return (struct str){ s.p, s.len - strlen(LONG_MARK) };
}

const char *
json_type_name(const struct json_object *o)
{
	static const char *const names[] = {
		[JSON_NULL] = "NoneType", [JSON_BOOL] = "bool", [JSON_INT] = "int",
		[JSON_FLOAT] = "float", [JSON_STRING] = "str",
		[JSON_LIST] = "list", [JSON_OBJECT] = "dict",
	};

	return long_integer(o).p != NULL ? "int" : names[json_kind(o)];
}

bool
json_member(const struct json_object *o, const char *name, struct json_object **out)
{
	return json_object_object_get_ex(o, name, out);
}

size_t
json_length(const struct json_object *o)
{
	return json_kind(o) == JSON_OBJECT ? (size_t)json_object_object_length(o) :
	    json_object_array_length(o);
}

struct json_object *
json_item(const struct json_object *list, size_t i)
{
	return json_object_array_get_idx(list, i);
}

void
json_each(const struct json_object *o, json_take *take, void *arg)
{
	json_object_object_foreach(o, name, value)
		take(arg, name, value);
}

struct str
json_string(const struct json_object *o)
{
	return (struct str){ json_object_get_string(unconst(o)),
	    (size_t)json_object_get_string_len(o) };
}

bool
json_truth(const struct json_object *o)
{
	return json_object_get_boolean(o);
}

int64_t
json_int(const struct json_object *o)
{
	return json_object_get_int64(o);
}

bool
json_number(const struct json_object *o, double *out)
{
	*out = json_object_get_double(o);
	if (json_kind(o) != JSON_FLOAT || !isinf(*out))
		return true;
	return strstr(json_object_get_string(unconst(o)), "Inf") != NULL;
}

struct str
json_number_text(const struct json_object *o)
{
	struct str whole = long_integer(o);

	return whole.p != NULL ? whole : str_of(json_object_get_string(unconst(o)));
}

/* How to write a tree. */
struct style {
	const char	*comma, *colon;
	bool		 by_name;	/* members sorted */
	bool		 doubles;	/* numbers with a fraction, always */
	bool		 literal;	/* what is not ASCII stays as it is */
};

static void write_text(struct buf *, const struct json_object *, const struct style *);

static void
write_string(struct buf *to, struct str s, const struct style *style)
{
	if (style->literal)
		json_add_text(to, s);
	else
		json_quote(to, s);
}

static void
write_list(struct buf *to, const struct json_object *o, const struct style *style)
{
	size_t i, n = json_length(o);

	buf_putc(to, '[');
	for (i = 0; i < n; i++) {
		buf_puts(to, i == 0 ? "" : style->comma);
		write_text(to, json_item(o, i), style);
	}
	buf_putc(to, ']');
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
write_object(struct buf *to, const struct json_object *o, const struct style *style)
{
	size_t i = 0, n = (size_t)json_object_object_length(o);
	const char **names = calloc(n + 1, sizeof(*names));
	struct json_object *value;

	if (names == NULL)
		abort();
	json_object_object_foreach(o, name, unused) {
		(void)unused;
		names[i++] = name;
	}
	if (style->by_name)
		qsort(names, n, sizeof(*names), by_name);
	buf_putc(to, '{');
	for (i = 0; i < n; i++) {
		json_member(o, names[i], &value);
		buf_puts(to, i == 0 ? "" : style->comma);
		write_string(to, str_of(names[i]), style);
		buf_puts(to, style->colon);
		write_text(to, value, style);
	}
	buf_putc(to, '}');
	free(names);
}

static void
write_float(struct buf *to, const struct json_object *o)
{
	double v = json_object_get_double(o);
	char text[JSON_NUMBER_SIZE];

	if (long_integer(o).p != NULL)
		buf_add_str(to, long_integer(o));
	else if (isnan(v))
		buf_puts(to, "NaN");
	else if (isinf(v))
		buf_puts(to, v > 0 ? "Infinity" : "-Infinity");
	else
		buf_add(to, text, json_format_dbl(v, text));
}

static void
write_text(struct buf *to, const struct json_object *o, const struct style *style)
{
	switch (json_kind(o)) {
	case JSON_NULL:
		buf_puts(to, "null");
		break;
	case JSON_BOOL:
		buf_puts(to, json_truth(o) ? "true" : "false");
		break;
	case JSON_INT:
		if (style->doubles)
			write_float(to, o);
		else
			buf_puts(to, json_object_to_json_string(unconst(o)));
		break;
	case JSON_FLOAT:
		write_float(to, o);
		break;
	case JSON_STRING:
		write_string(to, json_string(o), style);
		break;
	case JSON_LIST:
		write_list(to, o, style);
		break;
	case JSON_OBJECT:
		write_object(to, o, style);
		break;
	}
}

void
json_text_of_doubles(struct buf *to, const struct json_object *o)
{
	static const struct style doubles = { .comma = ", ", .colon = ": ", .doubles = true };

	write_text(to, o, &doubles);
}

void
json_text_spaced(struct buf *to, const struct json_object *o)
{
	static const struct style spaced = { .comma = ", ", .colon = ": " };

	write_text(to, o, &spaced);
}

void
json_text_literal(struct buf *to, const struct json_object *o)
{
	static const struct style literal = { .comma = ", ", .colon = ": ", .literal = true };

	write_text(to, o, &literal);
}

void
json_text_sorted(struct buf *to, const struct json_object *o)
{
	static const struct style sorted = { .comma = ", ", .colon = ": ", .by_name = true };

	write_text(to, o, &sorted);
}

struct str
json_text(struct arena *mem, const struct json_object *o)
{
	static const struct style compact = { .comma = ",", .colon = ":", .by_name = true };
	struct buf text = { 0 };
	struct str s;

	write_text(&text, o, &compact);
	s = arena_str(mem, buf_str(&text));
	buf_fini(&text);
	return s;
}

struct json_object *
json_new_object(void)
{
	struct json_object *o = json_object_new_object();

	if (o == NULL)
		abort();
	return o;
}

static struct json_object *
new_string(struct str s)
{
	struct json_object *o;

	if (s.len >= INT32_MAX || (o = json_object_new_string_len(s.p, (int)s.len)) == NULL)
		abort();
	return o;
}

void
json_add_first(struct json_object *o, const char *name, struct str s)
{
	if (!json_object_object_get_ex(o, name, NULL))
		json_object_object_add(o, name, new_string(s));
}

void
json_append(struct json_object *o, const char *name, struct str s)
{
	struct json_object *list;

	if (!json_object_object_get_ex(o, name, &list)) {
		list = json_object_new_array();
		json_object_object_add(o, name, list);
	}
	json_object_array_add(list, new_string(s));
}

void
json_merge(struct json_object *to, const struct json_object *from)
{
	json_object_object_foreach(from, name, value)
		json_object_object_add(to, name, json_object_get(value));
}
