/*
 * OTLP in protobuf.  The messages around spans are walked where they lie; each span is
 * unpacked by libprotobuf-c into the scratch arena, whose limit is the limit of that.
 */
#include <string.h>

#include "otlp/span.h"
#include "otlp/trace.pb-c.h"
#include "otlp/wire.h"

struct reader {
	struct arena		*mem;
	ProtobufCAllocator	 allocator;
	const struct otlp_sink	*sink;
	bool			 done;		/* nothing more counts */
	bool			 broken;
};

/* A byte more, which is NUL: texts end in one. */
static void *
take_memory(void *arena, size_t bytes)
{
	return arena_alloc(arena, bytes + 1);
}

static void
leave_memory(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

static struct str
bytes_of(ProtobufCBinaryData b)
{
	return (struct str){ b.len == 0 ? "" : (const char *)b.data, b.len };
}

static struct str
text_of(struct reader *r, ProtobufCBinaryData b)
{
	struct str s = bytes_of(b);

	if (!utf8_is_valid(s))
		r->broken = true;
	return s;
}

static struct otlp_value take_value(struct reader *, const Otlp__AnyValue *);

static struct otlp_attrs
take_list(struct reader *r, const Otlp__ArrayValue *list)
{
	struct otlp_attrs out = otlp_attrs_new(r->mem, list->n_values);

	for (; out.n < list->n_values; out.n++)
		out.items[out.n].value = take_value(r, list->values[out.n]);
	return out;
}

static struct otlp_attrs
take_pairs(struct reader *r, Otlp__KeyValue *const *pairs, size_t n)
{
	struct otlp_attrs out = otlp_attrs_new(r->mem, n);

	for (; out.n < n; out.n++) {
		out.items[out.n].key = text_of(r, pairs[out.n]->key);
		if (pairs[out.n]->value != NULL)
			out.items[out.n].value = take_value(r, pairs[out.n]->value);
	}
	otlp_attrs_fold(r->mem, &out);
	return out;
}

static struct otlp_value
take_value(struct reader *r, const Otlp__AnyValue *v)
{
	switch (v->value_case) {
	case OTLP__ANY_VALUE__VALUE_STRING_VALUE:
		return (struct otlp_value){ OTLP_STRING, .text = text_of(r, v->string_value) };
	case OTLP__ANY_VALUE__VALUE_BYTES_VALUE:
		return (struct otlp_value){ OTLP_BYTES, .text = bytes_of(v->bytes_value) };
	case OTLP__ANY_VALUE__VALUE_BOOL_VALUE:
		return (struct otlp_value){ OTLP_BOOL, .truth = v->bool_value };
	case OTLP__ANY_VALUE__VALUE_INT_VALUE:
		return (struct otlp_value){ OTLP_INT, .whole = v->int_value };
	case OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE:
		return (struct otlp_value){ OTLP_DOUBLE, .number = v->double_value };
	case OTLP__ANY_VALUE__VALUE_ARRAY_VALUE:
		return (struct otlp_value){ OTLP_LIST, .items = take_list(r, v->array_value) };
	case OTLP__ANY_VALUE__VALUE_KVLIST_VALUE:
		return (struct otlp_value){ OTLP_MAP, .items =
		    take_pairs(r, v->kvlist_value->values, v->kvlist_value->n_values) };
	default:
		return (struct otlp_value){ OTLP_UNSET, .whole = 0 };
	}
}

static void
take_events(struct reader *r, const Otlp__Span *from, struct otlp_span *to)
{
	size_t i, n = to->nevents = from->n_events;

	to->events = arena_array(r->mem, n, sizeof(*to->events));
	for (i = 0; i < n; i++) {
		const Otlp__Event *e = from->events[i];

		to->events[i] = (struct otlp_event){ text_of(r, e->name), e->time_unix_nano,
		    take_pairs(r, e->attributes, e->n_attributes) };
	}
}

static void
take_links(struct reader *r, const Otlp__Span *from, struct otlp_span *to)
{
	size_t i, n = to->nlinks = from->n_links;

	to->links = arena_array(r->mem, n, sizeof(*to->links));
	for (i = 0; i < n; i++) {
		const Otlp__Link *l = from->links[i];

		to->links[i] = (struct otlp_link){ bytes_of(l->trace_id), bytes_of(l->span_id),
		    take_pairs(r, l->attributes, l->n_attributes) };
	}
}

static void
take_span(struct reader *r, const Otlp__Span *from)
{
	struct otlp_span to = {
		.trace_id = bytes_of(from->trace_id),
		.span_id = bytes_of(from->span_id),
		.parent_id = bytes_of(from->parent_span_id),
		.name = text_of(r, from->name),
		.start = from->start_time_unix_nano,
		.end = from->end_time_unix_nano,
		.message = STR(""),
		.attrs = take_pairs(r, from->attributes, from->n_attributes)
	};

	if (from->status != NULL) {
		to.status = from->status->code;
		to.message = text_of(r, from->status->message);
	}
	take_events(r, from, &to);
	take_links(r, from, &to);
	if (!r->broken)
		r->done = !r->sink->span(r->sink->arg, &to);
}

static void
read_span(struct reader *r, struct str bytes)
{
	Otlp__Span *span;

	arena_reset(r->mem);
	if (!wire_check(WIRE_SPAN, bytes) || (span = otlp__span__unpack(&r->allocator,
	    bytes.len, (const uint8_t *)bytes.p)) == NULL)
		r->broken = true;
	else
		take_span(r, span);
}

/* The message of `number` in each of a message's fields. */
static void
each(struct reader *r, struct str message, uint32_t number,
    void (*take)(struct reader *, struct str))
{
	struct wire_field field;
	int got = 1;

	while (!r->broken && !r->done && (got = wire_next(&message, &field)) == 1)
		if (field.number == number)
			take(r, field.bytes);
	if (got == -1)
		r->broken = true;
}

static void
read_scope_spans(struct reader *r, struct str bytes)
{
	each(r, bytes, 2, read_span);
}

static void
read_resource(struct reader *r, struct str bytes)
{
	Otlp__Resource *resource;
	struct otlp_attrs attrs;

	arena_reset(r->mem);
	if (!wire_check(WIRE_RESOURCE, bytes) || (resource = otlp__resource__unpack(
	    &r->allocator, bytes.len, (const uint8_t *)bytes.p)) == NULL) {
		r->broken = true;
		return;
	}
	attrs = take_pairs(r, resource->attributes, resource->n_attributes);
	if (!r->broken)
		r->sink->resource(r->sink->arg, &attrs);
}

/* A resource may be written behind its spans. */
static void
read_resource_spans(struct reader *r, struct str bytes)
{
	static const struct otlp_attrs none = { NULL, 0 };

	r->sink->resource(r->sink->arg, &none);
	each(r, bytes, 1, read_resource);
	each(r, bytes, 2, read_scope_spans);
}

enum otlp_outcome
otlp_read_protobuf(struct arena *scratch, struct str body, const struct otlp_sink *sink)
{
	struct reader r = { scratch, { take_memory, leave_memory, scratch }, sink, false, false };
	struct wire_field field;
	struct str rest = body;
	bool any = false;

	while (wire_next(&rest, &field) == 1)
		any = any || field.number == 1;
	each(&r, body, 1, read_resource_spans);
	return r.broken ? OTLP_BROKEN : any ? OTLP_FINE : OTLP_NO_SPANS;
}
