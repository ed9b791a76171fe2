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
#include "json/read.h"

/* Digits that always fit in an unsigned 64-bit integer. */
#define SAFE_DIGITS	19

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

/*
 * Copy a number; a very long integer becomes the same number as a float, which
 * is what a reader of large integers makes of it.
 */
static size_t
scan_number(struct str s, size_t i, struct buf *to)
{
	size_t start = i;
	bool whole = true;

	for (; i < s.len && is_number_part(s.p[i]); i++)
		whole = whole && isdigit((unsigned char)s.p[i]);
	buf_add(to, s.p + start, i - start);
	/* the sign of an exponent stands alone: the next round copies it */
	if (whole && i - start > SAFE_DIGITS && s.p[start] != '0' &&
	    (i == s.len || (s.p[i] != '-' && s.p[i] != '+')))
		buf_puts(to, ".0");
	return i;
}

static int
scan(struct str s, struct buf *to)
{
	size_t i = 0, end;

	while (i < s.len) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"') {
			end = scan_string(s, i);
			if (end == 0)
				return -1;
			buf_add(to, s.p + i, end - i);
			i = end;
		} else if (isdigit(c)) {
			i = scan_number(s, i, to);
		} else if (c == '\'' || c == '/' || c == '\0' || c == '\f' ||
		    c == '\v') {
			return -1;
		} else {
			buf_putc(to, s.p[i++]);
		}
	}
	return 0;
}

static struct json_object *
parse(struct str text, bool *fine)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX);
	struct json_object *tree;

	if (tok == NULL)
		abort();
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* the NUL tells the tokener that a number at the end is whole */
	tree = json_tokener_parse_ex(tok, text.p, (int)text.len + 1);
	*fine = json_tokener_get_error(tok) == json_tokener_success;
	json_tokener_free(tok);
	return tree;
}

int
json_read(struct str text, struct json_object **out)
{
	struct buf clean = { 0 };
	bool fine = false;

	*out = NULL;
	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){ text.p + 3, text.len - 3 };
	text = str_trim(text);
	if (text.len == 0 || text.len >= INT32_MAX)
		return -1;
	buf_room(&clean, text.len);
	if (scan(text, &clean) == 0)
		*out = parse(buf_str(&clean), &fine);
	buf_fini(&clean);
	return fine ? 0 : -1;
}

void
json_free(struct json_object *o)
{
	json_object_put(o);
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

const char *
json_type_name(const struct json_object *o)
{
	static const char *const names[] = {
		[JSON_NULL] = "NoneType", [JSON_BOOL] = "bool", [JSON_INT] = "int",
		[JSON_FLOAT] = "float", [JSON_STRING] = "str",
		[JSON_LIST] = "list", [JSON_OBJECT] = "dict",
	};

	return names[json_kind(o)];
}

bool
json_member(const struct json_object *o, const char *name, struct json_object **out)
{
	return json_object_object_get_ex(o, name, out);
}

size_t
json_length(const struct json_object *list)
{
	return json_object_array_length(list);
}

struct json_object *
json_item(const struct json_object *list, size_t i)
{
	return json_object_array_get_idx(list, i);
}

/* json-c asks for objects it may change, to cache their text: ours are not. */
static struct json_object *
unconst(const struct json_object *o)
{
	return (struct json_object *)(uintptr_t)o;
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

bool
json_int(const struct json_object *o, int64_t *out)
{
	*out = json_object_get_int64(o);
	/* what does not fit is clamped: then the unsigned reading differs */
	return *out != INT64_MAX || json_object_get_uint64(o) == (uint64_t)INT64_MAX;
}

bool
json_number(const struct json_object *o, double *out)
{
	*out = json_object_get_double(o);
	if (json_kind(o) != JSON_FLOAT || !isinf(*out))
		return true;
	return strstr(json_object_get_string(unconst(o)), "Inf") != NULL;
}

void
json_quote(struct buf *to, struct str s)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	const char *found;
	size_t i = 0;

	buf_putc(to, '"');
	while (i < s.len) {
		uint32_t cp = utf8_next(s, &i);

		for (found = shorts; *found != '\0'; found += 2)
			if ((uint32_t)*found == cp)
				break;
		if (*found != '\0')
			buf_printf(to, "\\%c", found[1]);
		else if (cp >= 0x10000)
			buf_printf(to, "\\u%04x\\u%04x",
			    (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
			    (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
		else if (cp < ' ' || cp > 0x7e)
			buf_printf(to, cp == 0x7f ? "%c" : "\\u%04x", (unsigned)cp);
		else
			buf_putc(to, (char)cp);
	}
	buf_putc(to, '"');
}

static void
write_text(struct buf *to, const struct json_object *o, const char *comma,
    const char *colon)
{
	size_t i, n;

	switch (json_kind(o)) {
	case JSON_STRING:
		json_quote(to, json_string(o));
		break;
	case JSON_LIST:
		buf_putc(to, '[');
		n = json_length(o);
		for (i = 0; i < n; i++) {
			buf_puts(to, i == 0 ? "" : comma);
			write_text(to, json_item(o, i), comma, colon);
		}
		buf_putc(to, ']');
		break;
	case JSON_OBJECT:
		buf_putc(to, '{');
		n = 0;
		json_object_object_foreach(o, name, value) {
			buf_puts(to, n++ == 0 ? "" : comma);
			json_quote(to, str_of(name));
			buf_puts(to, colon);
			write_text(to, value, comma, colon);
		}
		buf_putc(to, '}');
		break;
	case JSON_NULL:
		buf_puts(to, "null");
		break;
	default:
		buf_puts(to, json_object_to_json_string_ext(unconst(o),
		    JSON_C_TO_STRING_PLAIN));
		break;
	}
}

void
json_text_spaced(struct buf *to, const struct json_object *o)
{
	write_text(to, o, ", ", ": ");
}

struct str
json_text(struct arena *mem, const struct json_object *o)
{
	struct buf text = { 0 };
	struct str s;

	write_text(&text, o, ",", ":");
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
