/* Attributes: each key once, and as JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "json/number.h"
#include "json/read.h"
#include "json/write.h"
#include "otlp/value.h"

struct otlp_attrs
otlp_attrs_new(struct arena *mem, size_t room)
{
	return (struct otlp_attrs){ arena_array(mem, room, sizeof(struct otlp_attr)), 0 };
}

/* By key, then by place. */
static int
by_key(const void *a, const void *b)
{
	const struct otlp_attr *const *x = a, *const *y = b;
	int order = str_cmp((*x)->key, (*y)->key);

	return order != 0 ? order : *x < *y ? -1 : *x > *y;
}

/* Of the run of equal keys at `sorted`, the first gets the last's value; its length. */
static size_t
fold_run(struct otlp_attr **sorted, size_t n)
{
	size_t run = 1;

	while (run < n && str_eq(sorted[run]->key, sorted[0]->key))
		run++;
	sorted[0]->value = sorted[run - 1]->value;
	for (n = 1; n < run; n++)
		sorted[n]->key.p = NULL;
	return run;
}

void
otlp_attrs_fold(struct arena *mem, struct otlp_attrs *attrs)
{
	struct otlp_attr **sorted = arena_array(mem, attrs->n, sizeof(struct otlp_attr *));
	size_t i, n = attrs->n;

	for (i = 0; i < n; i++)
		sorted[i] = &attrs->items[i];
	qsort(sorted, n, sizeof(struct otlp_attr *), by_key);
	/* the first of a run keeps its key; the runs behind are compared by theirs */
	for (i = 0; i < n;)
		i += fold_run(sorted + i, n - i);
	for (i = attrs->n = 0; i < n; i++)
		if (attrs->items[i].key.p != NULL)
			attrs->items[attrs->n++] = attrs->items[i];
}

const struct otlp_value *
otlp_attrs_find(const struct otlp_attrs *attrs, const char *key)
{
	size_t i;

	for (i = 0; i < attrs->n; i++)
		if (str_is(attrs->items[i].key, key))
			return &attrs->items[i].value;
	return NULL;
}

static void
write_text(struct buf *to, struct str s, enum otlp_form form)
{
	if (form == OTLP_ASCII)
		json_quote(to, s);
	else
		json_add_text(to, s);
}

static void
write_double(struct buf *to, double v)
{
	char text[JSON_NUMBER_SIZE];

	if (isnan(v))
		buf_puts(to, "NaN");
	else if (isinf(v))
		buf_puts(to, v > 0 ? "Infinity" : "-Infinity");
	else
		buf_add(to, text, json_format_dbl(v, text));
}

/* Python's repr of bytes, as a JSON string: what is not printable is \xNN. */
static void
write_repr(struct buf *to, struct str bytes)
{
	bool has_single = memchr(bytes.p, '\'', bytes.len) != NULL;
	char quote = has_single && memchr(bytes.p, '"', bytes.len) == NULL ? '"' : '\'';
	const char *shown = quote == '"' ? "\\\"" : "'";
	size_t i;

	buf_printf(to, "\"b%s", shown);
	for (i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c == '\n' || c == '\r' || c == '\t')
			buf_printf(to, "\\\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
		else if (c < ' ' || c > 0x7e)
			buf_printf(to, "\\\\x%02x", c);
		else if (c == '\\' || c == quote)
			buf_printf(to, c == '\\' ? "\\\\\\%c" : "\\\\%c", c);
		else
			buf_printf(to, c == '"' ? "\\%c" : "%c", c);
	}
	buf_printf(to, "%s\"", shown);
}

static void
write_bytes(struct buf *to, struct str bytes, enum otlp_form form)
{
	if (form == OTLP_BASE64) {
		buf_putc(to, '"');
		base64_add(to, bytes);
		buf_putc(to, '"');
	} else {
		write_repr(to, bytes);
	}
}

static void
write_list(struct buf *to, const struct otlp_attrs *list, enum otlp_form form)
{
	size_t i;

	buf_putc(to, '[');
	for (i = 0; i < list->n; i++) {
		buf_puts(to, i == 0 ? "" : ", ");
		otlp_value_write(to, &list->items[i].value, form);
	}
	buf_putc(to, ']');
}

void
otlp_attrs_write(struct buf *to, const struct otlp_attrs *attrs, enum otlp_form form)
{
	size_t i;

	buf_putc(to, '{');
	for (i = 0; i < attrs->n; i++) {
		buf_puts(to, i == 0 ? "" : ", ");
		write_text(to, attrs->items[i].key, form);
		buf_puts(to, ": ");
		otlp_value_write(to, &attrs->items[i].value, form);
	}
	buf_putc(to, '}');
}

void
otlp_value_write(struct buf *to, const struct otlp_value *v, enum otlp_form form)
{
	char number[JSON_NUMBER_SIZE];

	switch (v->kind) {
	case OTLP_UNSET:
		buf_puts(to, "null");
		break;
	case OTLP_STRING:
		write_text(to, v->text, form);
		break;
	case OTLP_BYTES:
		write_bytes(to, v->text, form);
		break;
	case OTLP_BOOL:
		buf_puts(to, v->truth ? "true" : "false");
		break;
	case OTLP_INT:
		buf_add(to, number, json_format_i64(v->whole, number));
		break;
	case OTLP_DOUBLE:
		write_double(to, v->number);
		break;
	case OTLP_LIST:
		write_list(to, &v->items, form == OTLP_BASE64 ? OTLP_PLAIN : form);
		break;
	case OTLP_MAP:
		otlp_attrs_write(to, &v->items, form == OTLP_BASE64 ? OTLP_PLAIN : form);
		break;
	}
}
