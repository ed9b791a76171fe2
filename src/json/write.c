/* Writing JSON as it comes. */
#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/write.h"

/* Digits that every decimal survives, and that every double needs at most. */
#define SURE_DIGITS	15
#define MOST_DIGITS	17

void
json_out_init(struct json_out *o, struct buf *buf)
{
	*o = (struct json_out){ .buf = buf };
}

static void
put_text(struct buf *to, struct str s)
{
	static const char escapes[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	size_t from = 0, i;
	const char *e;

	buf_putc(to, '"');
	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_add(to, s.p + from, i - from);
		from = i + 1;
		e = c == '\0' ? NULL : strchr(escapes, c);
		if (e != NULL && (e - escapes) % 2 == 0)
			buf_printf(to, "\\%c", e[1]);
		else if (c == '"' || c == '\\')
			buf_printf(to, "\\%c", c);
		else
			buf_printf(to, "\\u%04x", c);
	}
	buf_add(to, s.p + from, s.len - from);
	buf_putc(to, '"');
}

/* The comma and the name before a value. */
static void
put_key(struct json_out *o, const char *key)
{
	int top = o->depth - 1;

	if (o->flush != NULL && o->buf->len >= o->flush_at)
		o->flush(o->arg);
	if (top < 0)
		return;
	assert(o->is_list[top] == (key == NULL));
	if (o->started[top])
		buf_putc(o->buf, ',');
	o->started[top] = true;
	if (key != NULL) {
		put_text(o->buf, str_of(key));
		buf_putc(o->buf, ':');
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
	put_key(o, key);
	put_text(o->buf, s.p == NULL ? STR("") : s);
}

void
json_put_i64(struct json_out *o, const char *key, int64_t v)
{
	put_key(o, key);
	buf_printf(o->buf, "%" PRId64, v);
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

/*
 * The fewest digits that read back as v, as "d.ddde[+-]x".  A normal number that
 * survives 15 digits has no shorter form than those without their zeros; only
 * denormals need the search from one digit up.
 */
static void
shortest(double v, char *to, size_t size)
{
	int digits = fabs(v) < DBL_MIN ? 1 : SURE_DIGITS;

	for (; digits <= MOST_DIGITS; digits++) {
		snprintf(to, size, "%.*e", digits - 1, v);
		if (strtod(to, NULL) == v)
			return;
	}
}

/* Split "-d.ddde+xx" into its digits without trailing zeros, and exponent. */
static int
split(const char *form, char digits[MOST_DIGITS + 1], size_t *n)
{
	const char *p = form + (form[0] == '-');

	*n = 0;
	for (; *p != 'e'; p++)
		if (*p != '.')
			digits[(*n)++] = *p;
	while (*n > 1 && digits[*n - 1] == '0')
		(*n)--;
	digits[*n] = '\0';
	return atoi(p + 1);
}

size_t
json_format_dbl(double v, char *to, size_t size)
{
	char form[40], digits[MOST_DIGITS + 1];
	const char *sign = signbit(v) ? "-" : "";
	size_t n;
	int exponent, len;

	shortest(v, form, sizeof(form));
	exponent = split(form, digits, &n);
	if (exponent < -4 || exponent >= 16)
		len = snprintf(to, size, "%s%c%s%se%c%02d", sign, digits[0],
		    n > 1 ? "." : "", digits + 1, exponent < 0 ? '-' : '+',
		    abs(exponent));
	else if (exponent < 0)
		len = snprintf(to, size, "%s0.%.*s%s", sign, -exponent - 1, "000",
		    digits);
	else if ((size_t)exponent + 1 >= n)
		len = snprintf(to, size, "%s%s%.*s.0", sign, digits,
		    exponent + 1 - (int)n, "0000000000000000");
	else
		len = snprintf(to, size, "%s%.*s.%s", sign, exponent + 1, digits,
		    digits + exponent + 1);
	assert(len > 0 && (size_t)len < size);
	return (size_t)len;
}

void
json_put_dbl(struct json_out *o, const char *key, double v)
{
	char text[40];

	put_key(o, key);
	if (isnan(v)) {
		buf_puts(o->buf, o->bare_nan ? "NaN" : "\"NaN\"");
		return;
	}
	assert(isfinite(v));
	buf_add(o->buf, text, json_format_dbl(v, text, sizeof(text)));
}
