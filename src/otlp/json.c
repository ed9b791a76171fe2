/*
 * OTLP in JSON: names in lowerCamelCase or as in the .proto, ids in hexadecimal, 64-bit
 * integers as numbers or texts.  Unknown members are skipped.
 *
 * What is around the spans is walked in the text; a tree is made of one span at a time,
 * since a tree takes many times its text.
 */
#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "json/read.h"
#include "json/skim.h"
#include "otlp/span.h"

struct reader {
	struct arena		*mem;
	const struct otlp_sink	*sink;
	size_t			 most;		/* values of a tree */
	bool			 any;		/* resource at all */
	bool			 done;		/* nothing more counts */
	bool			 broken;
	bool			 too_many;	/* ... since it has more values */
};

/* The first double that is no uint64. */
#define TWO_TO_64	18446744073709551616.0
/* ... no int64. */
#define TWO_TO_63	9223372036854775808.0

static const struct json_object *
refuse(struct reader *r)
{
	r->broken = true;
	return NULL;
}

/* A member by either name; NULL if absent or null, or if `o` is no object. */
static const struct json_object *
member(const struct json_object *o, const char *camel, const char *snake)
{
	struct json_object *found = NULL;

	if (!json_member(o, camel, &found) && snake != NULL)
		json_member(o, snake, &found);
	return found;
}

/* ... of that kind, or the request is broken. */
static const struct json_object *
member_kind(struct reader *r, const struct json_object *o, const char *camel,
    const char *snake, enum json_kind kind)
{
	const struct json_object *found = member(o, camel, snake);

	return found == NULL || json_kind(found) == kind ? found : refuse(r);
}

static struct str
text_member(struct reader *r, const struct json_object *o, const char *name)
{
	const struct json_object *found = member_kind(r, o, name, NULL, JSON_STRING);

	return found == NULL ? STR("") : json_string(found);
}

/* The objects of a list; a list of anything else is broken. */
static const struct json_object *
object_at(struct reader *r, const struct json_object *list, size_t i)
{
	const struct json_object *o = json_item(list, i);

	return json_kind(o) == JSON_OBJECT ? o : refuse(r);
}

static size_t
length_of(const struct json_object *list)
{
	return list == NULL ? 0 : json_length(list);
}

static int
hex_value(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *at = strchr(digits, c);

	return c == '\0' || at == NULL ? -1 : (int)(at - digits) % 16;
}

static struct str
id_member(struct reader *r, const struct json_object *o, const char *camel, const char *snake)
{
	const struct json_object *found = member_kind(r, o, camel, snake, JSON_STRING);
	struct str hex = found == NULL ? STR("") : json_string(found);
	char *out = arena_alloc(r->mem, hex.len / 2 + 1);
	size_t i;

	if (hex.len % 2 != 0)
		refuse(r);
	for (i = 0; i + 1 < hex.len; i += 2) {
		int high = hex_value(hex.p[i]), low = hex_value(hex.p[i + 1]);

		if (high < 0 || low < 0)
			refuse(r);
		out[i / 2] = (char)(high * 16 + low);
	}
	return (struct str){ out, hex.len / 2 };
}

/* A whole number, or how large one is that fits in no int64. */
struct whole {
	int64_t	v;
	bool	is_beyond;
	double	rough;
};

static bool
text_to_whole(struct str s, struct whole *to)
{
	size_t i;

	if (str_to_i64(s, &to->v))
		return true;
	for (i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	to->is_beyond = true;
	return str_to_dbl(s, false, &to->rough);
}

/* From a number or a text; false if it is none. */
static bool
take_whole(const struct json_object *o, struct whole *to)
{
	enum json_kind kind = json_kind(o);

	*to = (struct whole){ .v = 0 };
	if (kind == JSON_STRING)
		return text_to_whole(json_string(o), to);
	if (kind == JSON_INT) {
		to->v = json_int(o);
		return true;
	}
	if (kind != JSON_FLOAT || !json_number(o, &to->rough) || to->rough != floor(to->rough))
		return false;
	to->is_beyond = !(fabs(to->rough) < TWO_TO_63);
	to->v = to->is_beyond ? 0 : (int64_t)to->rough;
	return true;
}

/* What is beyond int64 is UINT64_MAX, which is as wrong. */
static uint64_t
time_member(struct reader *r, const struct json_object *o, const char *camel,
    const char *snake)
{
	const struct json_object *found = member(o, camel, snake);
	struct whole time;

	if (found == NULL)
		return 0;
	if (!take_whole(found, &time) || time.v < 0 || time.rough < 0 || time.rough >= TWO_TO_64)
		refuse(r);
	return time.is_beyond ? UINT64_MAX : (uint64_t)time.v;
}

static struct otlp_attrs take_pairs(struct reader *, const struct json_object *list, int depth);
static struct otlp_value take_value(struct reader *, const struct json_object *, int depth);

static struct otlp_attrs
take_list(struct reader *r, const struct json_object *list, int depth)
{
	struct otlp_attrs out = otlp_attrs_new(r->mem, length_of(list));

	for (; out.n < length_of(list); out.n++)
		out.items[out.n].value = take_value(r, object_at(r, list, out.n), depth);
	return out;
}

static struct otlp_value
take_string(struct reader *r, const struct json_object *o, int depth)
{
	(void)depth;
	if (json_kind(o) != JSON_STRING)
		refuse(r);
	return (struct otlp_value){ OTLP_STRING, .text = r->broken ? STR("") : json_string(o) };
}

static struct otlp_value
take_bool(struct reader *r, const struct json_object *o, int depth)
{
	(void)depth;
	if (json_kind(o) != JSON_BOOL)
		refuse(r);
	return (struct otlp_value){ OTLP_BOOL, .truth = json_truth(o) };
}

static struct otlp_value
take_int(struct reader *r, const struct json_object *o, int depth)
{
	struct whole whole;

	(void)depth;
	if (!take_whole(o, &whole) || whole.is_beyond)
		refuse(r);
	return (struct otlp_value){ OTLP_INT, .whole = whole.v };
}

static struct otlp_value
take_double(struct reader *r, const struct json_object *o, int depth)
{
	struct otlp_value v = { OTLP_DOUBLE, .number = 0 };
	enum json_kind kind = json_kind(o);

	(void)depth;
	if (kind == JSON_STRING ? !str_to_dbl(json_string(o), true, &v.number) :
	    (kind != JSON_INT && kind != JSON_FLOAT) || !json_number(o, &v.number))
		refuse(r);
	return v;
}

static struct otlp_value
take_bytes(struct reader *r, const struct json_object *o, int depth)
{
	struct otlp_value v = { OTLP_BYTES, .text = STR("") };

	(void)depth;
	if (json_kind(o) != JSON_STRING || !base64_decode(r->mem, json_string(o), &v.text))
		refuse(r);
	return v;
}

/* An object with a list of "values", of values or of pairs, that may be so deep. */
static const struct json_object *
values_of(struct reader *r, const struct json_object *o, int depth)
{
	if (depth < 0 || json_kind(o) != JSON_OBJECT)
		return refuse(r);
	return member_kind(r, o, "values", NULL, JSON_LIST);
}

static struct otlp_value
take_array(struct reader *r, const struct json_object *o, int depth)
{
	depth -= OTLP_DEPTH_LIST;
	return (struct otlp_value){ OTLP_LIST, .items =
	    take_list(r, values_of(r, o, depth), depth) };
}

static struct otlp_value
take_map(struct reader *r, const struct json_object *o, int depth)
{
	depth -= OTLP_DEPTH_MAP;
	return (struct otlp_value){ OTLP_MAP, .items =
	    take_pairs(r, values_of(r, o, depth), depth) };
}

static const struct {
	const char		*camel, *snake;
	struct otlp_value	(*take)(struct reader *, const struct json_object *, int depth);
} values[] = {
	{ "stringValue", "string_value", take_string },
	{ "boolValue",   "bool_value",   take_bool },
	{ "intValue",    "int_value",    take_int },
	{ "doubleValue", "double_value", take_double },
	{ "arrayValue",  "array_value",  take_array },
	{ "kvlistValue", "kvlist_value", take_map },
	{ "bytesValue",  "bytes_value",  take_bytes }
};

/* Of an object with the one member that says its type. */
static struct otlp_value
take_value(struct reader *r, const struct json_object *o, int depth)
{
	struct otlp_value v = { OTLP_UNSET, .whole = 0 };
	size_t i, given = 0;

	if (r->broken)
		return v;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct json_object *at = member(o, values[i].camel, values[i].snake);

		if (at != NULL && ++given == 1)
			v = values[i].take(r, at, depth);
	}
	if (given > 1)
		refuse(r);
	return v;
}

static struct otlp_attrs
take_pairs(struct reader *r, const struct json_object *list, int depth)
{
	struct otlp_attrs out = otlp_attrs_new(r->mem, length_of(list));

	for (; !r->broken && out.n < length_of(list); out.n++) {
		const struct json_object *o = object_at(r, list, out.n), *value;

		if (o == NULL)
			break;
		out.items[out.n].key = text_member(r, o, "key");
		value = member_kind(r, o, "value", NULL, JSON_OBJECT);
		if (value != NULL)
			out.items[out.n].value = take_value(r, value, depth);
	}
	otlp_attrs_fold(r->mem, &out);
	return out;
}

static struct otlp_attrs
attributes_of(struct reader *r, const struct json_object *o)
{
	return take_pairs(r, member_kind(r, o, "attributes", NULL, JSON_LIST), OTLP_DEPTH_MAX);
}

static void
take_events(struct reader *r, const struct json_object *list, struct otlp_span *to)
{
	size_t i, n = length_of(list);

	to->events = arena_array(r->mem, n, sizeof(*to->events));
	for (i = 0; i < n && !r->broken; i++) {
		const struct json_object *o = object_at(r, list, i);

		if (o == NULL)
			return;
		to->events[i] = (struct otlp_event){ text_member(r, o, "name"),
		    time_member(r, o, "timeUnixNano", "time_unix_nano"), attributes_of(r, o) };
		to->nevents++;
	}
}

static void
take_links(struct reader *r, const struct json_object *list, struct otlp_span *to)
{
	size_t i, n = length_of(list);

	to->links = arena_array(r->mem, n, sizeof(*to->links));
	for (i = 0; i < n && !r->broken; i++) {
		const struct json_object *o = object_at(r, list, i);

		if (o == NULL)
			return;
		to->links[i] = (struct otlp_link){ id_member(r, o, "traceId", "trace_id"),
		    id_member(r, o, "spanId", "span_id"), attributes_of(r, o) };
		to->nlinks++;
	}
}

/* A code by name or number; names that are none mean UNSET. */
static void
take_status(struct reader *r, const struct json_object *o, struct otlp_span *to)
{
	const struct json_object *code;

	if (o == NULL)
		return;
	to->message = text_member(r, o, "message");
	code = member(o, "code", NULL);
	if (code == NULL)
		return;
	if (json_kind(code) == JSON_INT)
		to->status = (int)json_int(code);
	else if (json_kind(code) != JSON_STRING)
		refuse(r);
	else if (str_is(json_string(code), "STATUS_CODE_OK"))
		to->status = OTLP_STATUS_OK;
	else if (str_is(json_string(code), "STATUS_CODE_ERROR"))
		to->status = OTLP_STATUS_ERROR;
}

static void
take_span(struct reader *r, const struct json_object *o)
{
	struct otlp_span to = { .message = STR("") };

	to.trace_id = id_member(r, o, "traceId", "trace_id");
	to.span_id = id_member(r, o, "spanId", "span_id");
	to.parent_id = id_member(r, o, "parentSpanId", "parent_span_id");
	to.name = text_member(r, o, "name");
	to.start = time_member(r, o, "startTimeUnixNano", "start_time_unix_nano");
	to.end = time_member(r, o, "endTimeUnixNano", "end_time_unix_nano");
	to.attrs = attributes_of(r, o);
	take_events(r, member_kind(r, o, "events", NULL, JSON_LIST), &to);
	take_links(r, member_kind(r, o, "links", NULL, JSON_LIST), &to);
	take_status(r, member_kind(r, o, "status", NULL, JSON_OBJECT), &to);
	if (!r->broken)
		r->done = !r->sink->span(r->sink->arg, &to);
}

/* Make a tree of an object for `take`; texts of it live as long as that runs. */
static void
read_tree(struct reader *r, struct str object,
    void (*take)(struct reader *, const struct json_object *))
{
	struct json_object *tree;
	enum json_outcome outcome = json_read(object, r->most, &tree);

	arena_reset(r->mem);
	r->too_many = outcome == JSON_TOO_MANY;
	if (outcome != JSON_FINE)
		refuse(r);
	else
		take(r, tree);
	json_free(tree);
}

/* Hand each object of a list to `take`; anything else there is broken, null too. */
static void
each(struct reader *r, struct str object, const char *camel, const char *snake,
    void (*take)(struct reader *, struct str object))
{
	struct str list, key, item;
	struct skim walk;

	if (!skim_member(object, camel, &list) && !skim_member(object, snake, &list))
		return;
	if (skim_kind(list) != JSON_LIST)
		refuse(r);
	skim_begin(&walk, list);
	while (!r->broken && !r->done && skim_next(&walk, &key, &item))
		if (skim_kind(item) == JSON_OBJECT)
			take(r, item);
		else
			refuse(r);
}

static void
read_span(struct reader *r, struct str object)
{
	read_tree(r, object, take_span);
}

static void
read_scope_spans(struct reader *r, struct str object)
{
	each(r, object, "spans", "spans", read_span);
}

static void
take_resource(struct reader *r, const struct json_object *o)
{
	struct otlp_attrs attrs = attributes_of(r, o);

	if (!r->broken)
		r->sink->resource(r->sink->arg, &attrs);
}

static void
read_resource_spans(struct reader *r, struct str object)
{
	static const struct otlp_attrs none = { NULL, 0 };
	struct str resource;

	r->any = true;
	if (!skim_member(object, "resource", &resource) || skim_kind(resource) == JSON_NULL)
		r->sink->resource(r->sink->arg, &none);
	else if (skim_kind(resource) == JSON_OBJECT)
		read_tree(r, resource, take_resource);
	else
		refuse(r);
	if (!r->broken)
		each(r, object, "scopeSpans", "scope_spans", read_scope_spans);
}

enum otlp_outcome
otlp_read_json(struct arena *scratch, struct str body, size_t most,
    const struct otlp_sink *sink)
{
	struct reader r = { .mem = scratch, .sink = sink, .most = most };
	enum json_kind kind;

	if (str_starts(body, JSON_BOM))
		body = (struct str){ body.p + sizeof(JSON_BOM) - 1, body.len - sizeof(JSON_BOM) + 1 };
	/* a text with half a character has no UTF-8 */
	if (!utf8_is_valid(body) || !skim_check(body, &kind) || kind != JSON_OBJECT ||
	    skim_has_lone_surrogate(body))
		return OTLP_BROKEN;
	each(&r, body, "resourceSpans", "resource_spans", read_resource_spans);
	return r.too_many ? OTLP_TOO_MANY : r.broken ? OTLP_BROKEN :
	    r.any ? OTLP_FINE : OTLP_NO_SPANS;
}
