/*
 * One function a kind of field.  A kind's function returns false for a value of
 * a wrong type; the sentence about it is made in one place.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/decode.h"

#define DOCS	" See the API docs for more information about request parameters."
/* Digits of a number in a message. */
#define SHOWN_MAX	40
/* Longest field name in lowerCamelCase, with its NUL. */
#define NAME_SIZE	64

struct decoder {
	struct arena	*mem;
	struct str	*error;
	bool		 camel;
	bool		 failed;
};

/* `parent` says where a field is: "" or a place ending in ".": "metrics[0]." */
static void decode_fields(struct decoder *, const struct field *,
    const struct json_object *, const char *parent, void *);

static void
refuse(struct decoder *d, struct str text)
{
	if (!d->failed)
		*d->error = text;
	d->failed = true;
}

static void
refuse_type(struct decoder *d, const char *parent, const char *name,
    const struct json_object *value)
{
	refuse(d, arena_printf(d->mem, "Invalid value %s for parameter '%s%s' "
	    "supplied:  Hint: Value was of type '%s'." DOCS,
	    json_text(d->mem, value).p, parent, name, json_type_name(value)));
}

/* 1e400 and its like: no double holds them. */
static void
refuse_range(struct decoder *d, const char *parent, const char *name,
    const struct json_object *value)
{
	struct str text = json_number_text(value);

	refuse(d, arena_printf(d->mem, "Invalid value %.*s%s for parameter '%s%s' supplied:  "
	    "Hint: The number is out of range." DOCS,
	    (int)(text.len < SHOWN_MAX ? text.len : SHOWN_MAX), text.p,
	    text.len < SHOWN_MAX ? "" : "...", parent, name));
}

static bool
is_out_of_range(const struct field *f, const struct json_object *value)
{
	double v;

	return (f->kind == FIELD_DBL || f->kind == FIELD_I64) &&
	    json_kind(value) == JSON_FLOAT && !json_number(value, &v);
}

static void
refuse_missing(struct decoder *d, const char *parent, const char *name)
{
	refuse(d, arena_printf(d->mem,
	    "Missing value for required parameter '%s%s'." DOCS, parent, name));
}

static void
camel_case(const char *name, char to[NAME_SIZE])
{
	size_t n = 0;

	for (; *name != '\0' && n < NAME_SIZE - 1; name++) {
		if (*name == '_' && name[1] != '\0')
			to[n++] = (char)toupper((unsigned char)*++name);
		else
			to[n++] = *name;
	}
	to[n] = '\0';
}

/* The field's value or NULL; null counts as absent. */
static const struct json_object *
find_member(struct decoder *d, const struct field *f, const struct json_object *from)
{
	struct json_object *snake = NULL, *camel = NULL;
	char name[NAME_SIZE];

	json_member(from, f->name, &snake);
	if (!d->camel || strchr(f->name, '_') == NULL)
		return snake;
	camel_case(f->name, name);
	json_member(from, name, &camel);
	if (snake != NULL && camel != NULL)
		refuse(d, arena_printf(d->mem, "Request specifies both '%s' and '%s'; "
		    "provide only one of them.", f->name, name));
	/* what is required is asked for by its own name */
	return snake != NULL || (f->flags & REQUIRED) ? snake : camel;
}

/* A whole number within int64, out of a float. */
static bool
whole_number(double v, int64_t *out)
{
	/*
	 * 2^63 does not fit.  -2^63 does, but is what smaller integers round to; as
	 * an integer it comes another way.
	 */
	if (!(v > -9223372036854775808.0 && v < 9223372036854775808.0) || v != floor(v))
		return false;
	*out = (int64_t)v;
	return true;
}

static bool
take_i64(const struct json_object *from, int64_t *out)
{
	double v;

	switch (json_kind(from)) {
	case JSON_INT:
		*out = json_int(from);
		return true;
	case JSON_FLOAT:
		return json_number(from, &v) && whole_number(v, out);
	case JSON_STRING:
		return str_to_i64(json_string(from), out) ||
		    (str_to_dbl(json_string(from), false, &v) && whole_number(v, out));
	default:
		return false;
	}
}

static bool
take_dbl(const struct json_object *from, double *out)
{
	switch (json_kind(from)) {
	case JSON_BOOL:
		*out = json_truth(from) ? 1.0 : 0.0;
		return true;
	case JSON_INT:
	case JSON_FLOAT:
		return json_number(from, out);
	case JSON_STRING:
		return str_to_dbl(str_trim(json_string(from)), true, out);
	default:
		return false;
	}
}

static bool
take_bool(const struct json_object *from, bool *out)
{
	if (json_kind(from) == JSON_BOOL) {
		*out = json_truth(from);
		return true;
	}
	if (json_kind(from) != JSON_STRING)
		return false;
	*out = str_is_nocase(json_string(from), "true");
	return *out || str_is_nocase(json_string(from), "false");
}

/* By name, or by number as a protobuf reader takes it. */
static bool
take_enum(const struct json_object *from, const struct enum_name *names, int *out)
{
	int64_t number = 0;
	bool is_number = json_kind(from) == JSON_STRING ?
	    str_to_i64(json_string(from), &number) : take_i64(from, &number);

	for (; names->name != NULL; names++) {
		if (is_number ? names->value != number :
		    json_kind(from) != JSON_STRING || !str_is(json_string(from), names->name))
			continue;
		*out = names->value;
		return true;
	}
	return false;
}

static bool
take_strs(struct arena *mem, const struct json_object *from, struct strs *out)
{
	size_t i;

	if (json_kind(from) != JSON_LIST)
		return false;
	out->n = json_length(from);
	out->items = arena_array(mem, out->n + 1, sizeof(*out->items));
	for (i = 0; i < out->n; i++) {
		if (json_kind(json_item(from, i)) != JSON_STRING)
			return false;
		out->items[i] = json_string(json_item(from, i));
	}
	return true;
}

/* False, with the sentence, for a list of more items than the field takes. */
static bool
check_items(struct decoder *d, const struct field *f, const struct json_object *from,
    const char *parent)
{
	bool is_list = (f->kind == FIELD_LIST || f->kind == FIELD_STRS) &&
	    json_kind(from) == JSON_LIST;
	size_t n = is_list ? json_length(from) : 0;
	size_t most = f->max != 0 ? f->max : f->kind == FIELD_LIST ? LIST_MAX : STRS_MAX;

	if (n <= most)
		return true;
	refuse(d, arena_printf(d->mem, "The list '%s%s' has %zu items; one request takes at "
	    "most %zu. Split it into several requests.", parent, f->name, n, most));
	return false;
}

static void
decode_list(struct decoder *d, const struct field *f, const struct json_object *from,
    const char *parent, struct list *out)
{
	size_t i, n;

	if (json_kind(from) != JSON_LIST) {
		refuse_type(d, parent, f->name, from);
		return;
	}
	n = json_length(from);
	out->items = arena_array(d->mem, n + 1, f->sub_size);
	out->n = n;
	for (i = 0; i < n && !d->failed; i++) {
		const struct json_object *item = json_item(from, i);
		struct str name = arena_printf(d->mem, "%s%s[%zu]", parent,
		    f->name, i);

		if (json_kind(item) != JSON_OBJECT) {
			refuse_type(d, "", name.p, item);
			return;
		}
		decode_fields(d, f->sub, item,
		    arena_printf(d->mem, "%s.", name.p).p,
		    (char *)out->items + i * f->sub_size);
	}
}

/* A number, a truth or a name of an enumeration: whether it is one. */
static bool
take_plain(const struct field *f, const struct json_object *from, void *to)
{
	switch (f->kind) {
	case FIELD_I64: {
		struct opt_i64 *v = to;

		v->set = take_i64(from, &v->v);
		return v->set && (f->max == 0 || v->v <= (int64_t)f->max);
	}
	case FIELD_DBL: {
		struct opt_dbl *v = to;

		return v->set = take_dbl(from, &v->v);
	}
	case FIELD_BOOL: {
		struct opt_bool *v = to;

		return v->set = take_bool(from, &v->v);
	}
	default: {
		struct opt_enum *v = to;

		return v->set = take_enum(from, f->names, &v->v);
	}
	}
}

static void
decode_value(struct decoder *d, const struct field *f, const struct json_object *from,
    const char *parent, void *to)
{
	bool fine = true;

	switch (f->kind) {
	case FIELD_END:
		break;
	case FIELD_STR:
		fine = json_kind(from) == JSON_STRING;
		if (fine)
			*(struct str *)to = json_string(from);
		break;
	case FIELD_I64:
	case FIELD_DBL:
	case FIELD_BOOL:
	case FIELD_ENUM:
		fine = take_plain(f, from, to);
		break;
	case FIELD_STRS: {
		struct strs *v = to;

		fine = v->set = take_strs(d->mem, from, v);
		break;
	}
	case FIELD_LIST: {
		struct list *v = to;

		v->set = true;
		decode_list(d, f, from, parent, v);
		break;
	}
	case FIELD_JSON:
		*(const struct json_object **)to = from;
		break;
	case FIELD_STRUCT:
		fine = json_kind(from) == JSON_OBJECT;
		if (fine)
			decode_fields(d, f->sub, from,
			    arena_printf(d->mem, "%s%s.", parent, f->name).p, to);
		break;
	}
	if (!fine && is_out_of_range(f, from))
		refuse_range(d, parent, f->name, from);
	else if (!fine)
		refuse_type(d, parent, f->name, from);
}

/* An empty text is no value, but for integers: there it is one of a wrong type. */
static bool
is_missing(const struct field *f, const struct json_object *value)
{
	return value == NULL || (f->kind != FIELD_I64 &&
	    json_kind(value) == JSON_STRING && json_string(value).len == 0);
}

static void
decode_fields(struct decoder *d, const struct field *f, const struct json_object *from,
    const char *parent, void *to)
{
	for (; f->kind != FIELD_END && !d->failed; f++) {
		const struct json_object *value = find_member(d, f, from);

		if ((f->flags & REQUIRED) && is_missing(f, value)) {
			if ((f->flags & OR_NEXT) == 0 || is_missing(f + 1, find_member(d, f + 1, from)))
				refuse_missing(d, parent, f->name);
		} else if (value != NULL && check_items(d, f, value, parent)) {
			decode_value(d, f, value, parent, (char *)to + f->offset);
		}
	}
}

int
decode_object(struct arena *mem, const struct field *fields,
    const struct json_object *from, bool camel, void *to, struct str *error)
{
	struct decoder d = { .mem = mem, .error = error, .camel = camel };

	decode_fields(&d, fields, from, "", to);
	return d.failed ? -1 : 0;
}
