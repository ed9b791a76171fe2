/* Attributes as JSON texts. */
#include "json/skim.h"
#include "json/write.h"
#include "otlp/text.h"

struct str
otlp_text_take(struct arena *mem, struct buf *b)
{
	struct str s = arena_str(mem, buf_str(b));

	buf_fini(b);
	return s;
}

/* A string of JSON that is stored as it is. */
static bool
is_json(struct str s)
{
	enum json_kind kind;
	struct str start = str_trim(s);

	/* most texts are none, and need no closer look */
	if (start.len == 0 || (*start.p != '{' && *start.p != '[' && *start.p != '"'))
		return false;
	return skim_check(s, &kind);
}

struct str
otlp_text_of(struct arena *mem, const struct otlp_value *v)
{
	struct buf text = { 0 };

	if (v->kind == OTLP_STRING && is_json(v->text))
		return v->text;
	otlp_value_write(&text, v, OTLP_PLAIN);
	return otlp_text_take(mem, &text);
}

struct str
otlp_text_plain(struct arena *mem, struct str text)
{
	enum json_kind kind;

	if (skim_check(text, &kind) && kind == JSON_STRING)
		return skim_text(mem, text);
	return text;
}

bool
otlp_text_is_empty(struct str text)
{
	struct str key, value, s = str_trim(text);
	enum json_kind kind;
	struct skim walk;
	double number;

	if (text.p == NULL || s.len == 0)
		return true;
	if (!skim_check(text, &kind))
		return false;
	switch (kind) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return *s.p == 'f';
	case JSON_INT:
	case JSON_FLOAT:
		return str_to_dbl(s, false, &number) && number == 0;
	case JSON_STRING:
		return s.len == 2;
	case JSON_LIST:
	case JSON_OBJECT:
		break;
	}
	skim_begin(&walk, text);
	return !skim_next(&walk, &key, &value);
}

void
otlp_texts_add(struct arena *mem, struct otlp_texts *texts, struct str key, struct str text)
{
	texts->items = arena_grow(mem, texts->items, texts->n, sizeof(*texts->items));
	texts->items[texts->n++] = (struct otlp_text){ key, text };
}

static struct otlp_text *
find(const struct otlp_texts *texts, const char *key)
{
	struct str name = str_of(key);
	size_t i;

	for (i = 0; i < texts->n; i++)
		if (str_eq(texts->items[i].key, name))
			return &texts->items[i];
	return NULL;
}

void
otlp_texts_set(struct arena *mem, struct otlp_texts *texts, const char *key, struct str text)
{
	struct otlp_text *found = find(texts, key);

	if (found != NULL)
		found->text = text;
	else
		otlp_texts_add(mem, texts, str_of(key), text);
}

struct str
otlp_texts_find(const struct otlp_texts *texts, const char *key)
{
	const struct otlp_text *found = find(texts, key);

	return found == NULL ? (struct str){ NULL, 0 } : found->text;
}
