/* A span's columns and its content. */
#include <string.h>

#include "base/base64.h"
#include "json/number.h"
#include "json/skim.h"
#include "json/write.h"
#include "otlp/row.h"

/* Bytes on the left to make an id of `width`; the id must not be longer. */
static struct str
pad(struct arena *mem, struct str id, size_t width)
{
	char *out = arena_alloc(mem, width + 1);

	memcpy(out + width - id.len, id.p, id.len);
	return (struct str){ out, width };
}

static struct str
hex(struct arena *mem, const char *prefix, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = strlen(prefix), i;
	char *out = arena_alloc(mem, n + 2 * bytes.len + 1);

	memcpy(out, prefix, n);
	for (i = 0; i < bytes.len; i++) {
		out[n + 2 * i] = digits[(unsigned char)bytes.p[i] >> 4];
		out[n + 2 * i + 1] = digits[bytes.p[i] & 15];
	}
	return (struct str){ out, n + 2 * bytes.len };
}

static bool
is_zero(struct str bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++)
		if (bytes.p[i] != '\0')
			return false;
	return true;
}

static uint64_t
number_of(struct str id)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < id.len; i++)
		v = v << 8 | (unsigned char)id.p[i];
	return v;
}

static void
add_i64(struct buf *to, int64_t v)
{
	char text[JSON_NUMBER_SIZE];

	buf_add(to, text, json_format_i64(v, text));
}

static void
add_events(struct buf *to, const struct otlp_span *s)
{
	size_t i;

	buf_puts(to, ", \"events\": [");
	for (i = 0; i < s->nevents; i++) {
		buf_puts(to, i == 0 ? "{\"name\": " : ", {\"name\": ");
		json_add_text(to, s->events[i].name);
		buf_puts(to, ", \"time_unix_nano\": ");
		add_i64(to, (int64_t)s->events[i].time);
		buf_puts(to, ", \"attributes\": ");
		otlp_attrs_write(to, &s->events[i].attrs, OTLP_PLAIN);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
}

/* Ids wider than they may be are written as they are: readers leave such links out. */
static struct str
link_id(struct arena *mem, const char *prefix, struct str id, size_t width)
{
	return hex(mem, prefix, id.len < width ? pad(mem, id, width) : id);
}

static void
add_links(struct arena *mem, struct buf *to, const struct otlp_span *s)
{
	size_t i;

	buf_puts(to, ", \"links\": [");
	for (i = 0; i < s->nlinks; i++) {
		const struct otlp_link *l = &s->links[i];

		buf_puts(to, i == 0 ? "{\"trace_id\": \"" : ", {\"trace_id\": \"");
		buf_add_str(to, link_id(mem, "tr-", l->trace_id, OTLP_TRACE_ID));
		buf_puts(to, "\", \"span_id\": \"");
		buf_add_str(to, link_id(mem, "", l->span_id, OTLP_SPAN_ID));
		buf_puts(to, "\", \"attributes\": ");
		if (l->attrs.n == 0)
			buf_puts(to, "null");
		else
			otlp_attrs_write(to, &l->attrs, OTLP_BASE64);
		buf_putc(to, '}');
	}
	buf_puts(to, "]}");
}

static void
add_texts(struct buf *to, const struct otlp_texts *texts)
{
	size_t i;

	buf_puts(to, ", \"attributes\": {");
	for (i = 0; i < texts->n; i++) {
		buf_puts(to, i == 0 ? "" : ", ");
		json_add_text(to, texts->items[i].key);
		buf_puts(to, ": ");
		json_add_text(to, texts->items[i].text);
	}
	buf_putc(to, '}');
}

/* In base64; absent: null. */
static void
add_id(struct buf *to, struct str id)
{
	const char *quote = id.p == NULL ? "" : "\"";

	buf_puts(to, quote);
	if (id.p == NULL)
		buf_puts(to, "null");
	else
		base64_add(to, id);
	buf_puts(to, quote);
}

/* The ids of the span and its parent (absent: none) as bytes. */
static struct str
make_content(struct arena *mem, const struct otlp_stored *s, struct str trace, struct str id,
    struct str parent)
{
	struct buf b = { 0 };

	buf_puts(&b, "{\"trace_id\": ");
	add_id(&b, trace);
	buf_puts(&b, ", \"span_id\": ");
	add_id(&b, id);
	buf_puts(&b, ", \"parent_span_id\": ");
	add_id(&b, parent);
	buf_puts(&b, ", \"name\": ");
	json_add_text(&b, s->row.name);
	buf_puts(&b, ", \"start_time_unix_nano\": ");
	add_i64(&b, s->row.start_ns);
	buf_puts(&b, ", \"end_time_unix_nano\": ");
	if (s->row.end_ns.set)
		add_i64(&b, s->row.end_ns.v);
	else
		buf_puts(&b, "null");
	add_events(&b, s->span);
	buf_puts(&b, ", \"status\": {\"code\": \"STATUS_CODE_");
	buf_add_str(&b, s->row.status);
	buf_puts(&b, "\", \"message\": ");
	json_add_text(&b, s->span->message);
	buf_putc(&b, '}');
	add_texts(&b, &s->texts);
	add_links(mem, &b, s->span);
	return otlp_text_take(mem, &b);
}

static void
take_texts(struct arena *mem, struct otlp_stored *s, struct str service)
{
	const struct otlp_attrs *attrs = &s->span->attrs;
	size_t i;

	for (i = 0; i < attrs->n; i++)
		otlp_texts_add(mem, &s->texts, attrs->items[i].key,
		    otlp_text_of(mem, &attrs->items[i].value));
	otlp_texts_set(mem, &s->texts, "mlflow.traceRequestId",
	    arena_printf(mem, "\"%s\"", s->row.trace_id.p));
	if (s->row.parent_id.p == NULL && service.p != NULL)
		otlp_texts_set(mem, &s->texts, "service.name",
		    arena_printf(mem, "\"%s\"", service.p));
}

/* The type as it was sent: what is translated is no column. */
static struct str
type_of(struct arena *mem, const struct otlp_span *span)
{
	const struct otlp_value *v = otlp_attrs_find(&span->attrs, "mlflow.spanType");

	if (v == NULL || v->kind == OTLP_UNSET)
		return (struct str){ NULL, 0 };
	return v->kind == OTLP_STRING ? v->text : otlp_text_plain(mem, otlp_text_of(mem, v));
}

static struct str
model_column(struct arena *mem, const struct otlp_texts *texts, const char *key)
{
	struct str text = otlp_texts_find(texts, key);

	return text.p == NULL ? text : utf8_prefix(otlp_text_plain(mem, text), OTLP_MODEL_MAX);
}

static struct str
status_text(int status)
{
	return status == OTLP_STATUS_OK ? STR("OK") :
	    status == OTLP_STATUS_ERROR ? STR("ERROR") : STR("UNSET");
}

static void
take_costs(struct otlp_stored *s)
{
	int i;

	for (i = 0; s->node.cost != NULL && i < COST__MAX; i++) {
		const struct otlp_number *n = &s->node.cost->costs[i];
		double v = otlp_number_value(n);

		s->row.costs[i] = (struct opt_dbl){ v, n->is_set && v - v == 0 };
	}
}

static bool
is_late(const struct otlp_span *s)
{
	size_t i;

	for (i = 0; i < s->nevents; i++)
		if (s->events[i].time > INT64_MAX)
			return true;
	return s->start > INT64_MAX || s->end > INT64_MAX;
}

static enum otlp_outcome
check(const struct otlp_span *s)
{
	if (s->trace_id.len == 0 || s->span_id.len == 0)
		return OTLP_NOT_CONVERTED;
	if (s->trace_id.len > OTLP_TRACE_ID || s->span_id.len > OTLP_SPAN_ID ||
	    (s->parent_id.len > OTLP_SPAN_ID && !is_zero(s->parent_id)))
		return OTLP_NOT_LOGGED;
	return is_late(s) ? OTLP_LATE : OTLP_FINE;
}

/* The columns that its attributes make, once they are translated. */
static enum otlp_outcome
take_columns(struct arena *mem, struct otlp_stored *s)
{
	struct otlp_row *row = &s->row;

	if (otlp_usage_read(mem, otlp_texts_find(&s->texts, "mlflow.chat.tokenUsage"),
	    &s->node.usage) != 0 ||
	    otlp_cost_read(mem, otlp_texts_find(&s->texts, "mlflow.llm.cost"),
	    &s->node.cost) != 0)
		return OTLP_NOT_LOGGED;
	take_costs(s);
	row->model = model_column(mem, &s->texts, "mlflow.llm.model");
	row->provider = model_column(mem, &s->texts, "mlflow.llm.provider");
	return row->type.p != NULL && utf8_length(row->type) > OTLP_TYPE_MAX ?
	    OTLP_LONG_TYPE : OTLP_FINE;
}

enum otlp_outcome
otlp_store(struct arena *mem, const struct otlp_span *span, struct str service,
    const struct otlp_prices *prices, struct otlp_stored *s)
{
	struct str trace, id, parent = { NULL, 0 };
	enum otlp_outcome outcome = check(span);
	struct look look = { mem, span, &s->texts };

	*s = (struct otlp_stored){ .span = span };
	if (outcome != OTLP_FINE)
		return outcome;
	trace = pad(mem, span->trace_id, OTLP_TRACE_ID);
	id = pad(mem, span->span_id, OTLP_SPAN_ID);
	if (!is_zero(span->parent_id))
		parent = pad(mem, span->parent_id, OTLP_SPAN_ID);
	s->row = (struct otlp_row){
		.trace_id = hex(mem, "tr-", trace),
		.span_id = hex(mem, "", id),
		.name = span->name,
		.status = status_text(span->status),
		.start_ns = (int64_t)span->start,
		.end_ns = { (int64_t)span->end, span->end != 0 }
	};
	if (parent.p != NULL)
		s->row.parent_id = hex(mem, "", parent);
	s->node = (struct otlp_node){ number_of(id), number_of(str_or_empty(parent)),
	    parent.p != NULL, NULL, NULL };
	take_texts(mem, s, service);
	s->row.type = type_of(mem, span);
	otlp_translate(&look, prices);
	outcome = take_columns(mem, s);
	if (outcome == OTLP_FINE)
		s->row.content = make_content(mem, s, trace, id, parent);
	return outcome;
}
