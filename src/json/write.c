/* Writing JSON as it comes. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "json/number.h"
#include "json/write.h"

/* Bytes of a long text between two looks at how full the buffer is. */
#define TEXT_PIECE	(64 * 1024)

void
json_out_init(struct json_out *o, struct buf *buf)
{
	*o = (struct json_out){ .buf = buf };
}

/* What stands between the quotes. */
static void
put_escaped(struct buf *to, struct str s)
{
	static const char escapes[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	size_t from = 0, i;
	const char *e;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_add(to, s.p + from, i - from);
		from = i + 1;
		e = c == '\0' ? NULL : strchr(escapes, c);
		if (e != NULL && (e - escapes) % 2 == 0)
			buf_add(to, (const char []){ '\\', e[1] }, 2);
		else if (c == '"' || c == '\\')
			buf_add(to, (const char []){ '\\', (char)c }, 2);
		else
			buf_printf(to, "\\u%04x", c);
	}
	buf_add(to, s.p + from, s.len - from);
}

void
json_add_text(struct buf *to, struct str s)
{
	buf_putc(to, '"');
	put_escaped(to, s);
	buf_putc(to, '"');
}

static void
flush_full(struct json_out *o)
{
	if (o->flush != NULL && o->buf->len >= o->flush_at)
		o->flush(o->arg);
}

/* The comma before a value, if it needs one. */
static void
put_comma(struct json_out *o, bool has_key)
{
	int top = o->depth - 1;

	flush_full(o);
	if (top < 0)
		return;
	assert(o->is_list[top] != has_key);
	if (o->started[top])
		buf_putc(o->buf, ',');
	o->started[top] = true;
}

/* The comma and the name before a value. */
static void
put_key(struct json_out *o, const char *key)
{
	put_comma(o, key != NULL);
	if (o->depth > 0 && key != NULL) {
		buf_putc(o->buf, '"');
		buf_puts(o->buf, key);
		buf_add(o->buf, "\":", 2);
	}
}

static void
open_scope(struct json_out *o, const char *key, bool is_list)
{
	put_key(o, key);
	assert(o->depth < JSON_OUT_DEPTH);
	o->started[o->depth] = false;
	o->is_list[o->depth++] = is_list;
	buf_putc(o->buf, is_list ? '[' : '{');
}

static void
close_scope(struct json_out *o, bool is_list)
{
	assert(o->depth > 0);
	assert(o->is_list[o->depth - 1] == is_list);
	o->depth--;
	buf_putc(o->buf, is_list ? ']' : '}');
}

void
json_begin(struct json_out *o, const char *key)
{
	open_scope(o, key, false);
}

void
json_end(struct json_out *o)
{
	close_scope(o, false);
}

void
json_list_begin(struct json_out *o, const char *key)
{
	open_scope(o, key, true);
}

void
json_list_end(struct json_out *o)
{
	close_scope(o, true);
}

void
json_put_str(struct json_out *o, const char *key, struct str s)
{
	json_text_begin(o, key);
	put_escaped(o->buf, str_or_empty(s));
	json_text_end(o);
}

void
json_text_begin(struct json_out *o, const char *key)
{
	put_key(o, key);
	buf_putc(o->buf, '"');
}

void
json_text_add(struct json_out *o, struct str s)
{
	struct str part;

	for (; s.len > 0; s = (struct str){ s.p + part.len, s.len - part.len }) {
		part = (struct str){ s.p, s.len < TEXT_PIECE ? s.len : TEXT_PIECE };
		put_escaped(o->buf, part);
		flush_full(o);
	}
}

void
json_text_end(struct json_out *o)
{
	buf_putc(o->buf, '"');
}

void
json_put_i64(struct json_out *o, const char *key, int64_t v)
{
	char text[JSON_NUMBER_SIZE];

	put_key(o, key);
	buf_add(o->buf, text, json_format_i64(v, text));
}

void
json_put_bool(struct json_out *o, const char *key, bool v)
{
	put_key(o, key);
	buf_puts(o->buf, v ? "true" : "false");
}

void
json_put_null(struct json_out *o, const char *key)
{
	put_key(o, key);
	buf_puts(o->buf, "null");
}

void
json_put_dbl(struct json_out *o, const char *key, double v)
{
	char text[JSON_NUMBER_SIZE];

	put_key(o, key);
	if (!isfinite(v)) {
		buf_printf(o->buf, o->bare_nan ? "%s" : "\"%s\"", isnan(v) ? "NaN" :
		    v > 0 ? "Infinity" : "-Infinity");
		return;
	}
	buf_add(o->buf, text, json_format_dbl(v, text));
}

void
json_put_json(struct json_out *o, const char *key, struct str json)
{
	put_key(o, key);
	buf_add_str(o->buf, json);
}

void
json_put_member(struct json_out *o, struct str key, struct str s)
{
	put_comma(o, true);
	json_add_text(o->buf, key.p == NULL ? STR("") : key);
	buf_putc(o->buf, ':');
	json_add_text(o->buf, s.p == NULL ? STR("") : s);
}
