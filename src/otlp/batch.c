/*
 * Each span is converted as it is read, in scratch memory, and what stays of it is copied.
 * So a request takes its rows, and beside them one span.
 */
#include "config.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "json/skim.h"
#include "otlp/batch.h"
#include "otlp/preview.h"

/* Tags that say where a trace is: the server's own. */
static const char *const bookkeeping[] = {
	"mlflow.artifactLocation", "mlflow.trace.spansLocation",
	"mlflow.trace.archiveLocation", "mlflow.trace.archivalFailure"
};

struct filling {
	struct arena			*mem, *scratch;
	const struct otlp_prices	*prices;
	struct otlp_batch		*batch;
	enum otlp_outcome		 worst;
	void				*by_id;		/* traces, a tree of search.h */
	struct otlp_trace		*last;		/* spans of a trace come together */
	/* of the resource at hand */
	struct otlp_tags		*tags;		/* NULL: it has no attributes */
	struct str			 service;
};

static void
add_tag(struct filling *f, struct otlp_tags *to, struct str key, struct str value)
{
	if (utf8_length(key) > OTLP_TAG_KEY_MAX || !name_is_valid(f->scratch, key))
		return;
	to->items = arena_grow(f->mem, to->items, to->n, sizeof(*to->items));
	to->items[to->n++] = (struct otlp_tag){ arena_str(f->mem, key),
	    arena_str(f->mem, utf8_prefix(value, OTLP_TAG_MAX)) };
}

/* Strings as they are, all else as JSON. */
static struct str
tag_value(struct arena *mem, const struct otlp_value *v)
{
	struct buf text = { 0 };

	if (v->kind == OTLP_STRING)
		return v->text;
	otlp_value_write(&text, v, OTLP_ASCII);
	return otlp_text_take(mem, &text);
}

/* Clients whose name is worth a root's attribute. */
static bool
is_known_service(struct str name)
{
	static const char *const known[] = {
		"claude-code", "codex_cli_rs", "codex_vscode", "gemini-cli", "qwen-code"
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(name, known[i]))
			return true;
	return false;
}

static void
take_resource(void *arg, const struct otlp_attrs *attrs)
{
	struct filling *f = arg;
	size_t i;

	f->tags = attrs->n > 0 ? arena_alloc(f->mem, sizeof(*f->tags)) : NULL;
	f->service = (struct str){ NULL, 0 };
	for (i = 0; i < attrs->n; i++) {
		const struct otlp_attr *a = &attrs->items[i];

		if (str_is(a->key, "service.name") && a->value.kind == OTLP_STRING &&
		    is_known_service(a->value.text))
			f->service = arena_str(f->mem, a->value.text);
		if (!str_starts(a->key, "telemetry.sdk.") && !str_starts(a->key, "mlflow."))
			add_tag(f, f->tags, a->key, tag_value(f->scratch, &a->value));
	}
}

static void
fail(struct filling *f, enum otlp_outcome outcome)
{
	if (outcome > f->worst)
		f->worst = outcome;
}

static int
by_trace_id(const void *a, const void *b)
{
	const struct otlp_trace *x = a, *y = b;

	return str_cmp(x->trace_id, y->trace_id);
}

static struct otlp_trace *
find_trace(struct filling *f, struct str id)
{
	struct otlp_batch *b = f->batch;
	struct otlp_trace key = { .trace_id = id }, *t;
	struct otlp_trace **found;

	if (f->last != NULL && str_eq(f->last->trace_id, id))
		return f->last;
	found = tfind(&key, &f->by_id, by_trace_id);
	if (found != NULL)
		return f->last = *found;
	f->last = t = arena_alloc(f->mem, sizeof(*t));
	t->trace_id = arena_str(f->mem, id);
	t->start_ns = INT64_MAX;
	if (tsearch(t, &f->by_id, by_trace_id) == NULL)
		abort();
	b->traces = arena_grow(f->mem, b->traces, b->ntraces, sizeof(struct otlp_trace *));
	b->traces[b->ntraces++] = t;
	return t;
}

static void
take_times(struct otlp_trace *t, const struct otlp_row *row)
{
	if (row->start_ns < t->start_ns)
		t->start_ns = row->start_ns;
	if (row->end_ns.set && (!t->end_ns.set || row->end_ns.v > t->end_ns.v))
		t->end_ns = row->end_ns;
}

static struct str
take_preview(struct filling *f, const struct otlp_stored *s, const char *key, const char *role)
{
	struct str text = otlp_texts_find(&s->texts, key);

	return text.p == NULL ? text : arena_str(f->mem, otlp_preview(f->scratch, text, role));
}

/* An attribute that says something of the trace, if no span before said it. */
static void
take_fact(struct filling *f, const struct otlp_stored *s, const char *key, size_t most,
    enum otlp_outcome too_long, struct str *fact)
{
	struct str text = otlp_texts_find(&s->texts, key);

	if (fact->p != NULL || text.p == NULL)
		return;
	text = otlp_text_plain(f->scratch, text);
	if (utf8_length(text) > most)
		fail(f, too_long);
	if (text.len > 0)
		*fact = arena_str(f->mem, text);
}

static void
take_session(struct filling *f, const struct otlp_stored *s, struct otlp_trace *t)
{
	bool has = otlp_texts_find(&s->texts, "session.id").p != NULL;

	take_fact(f, s, has ? "session.id" : "gen_ai.conversation.id", OTLP_SESSION_MAX,
	    OTLP_LONG_SESSION, &t->session_id);
}

static bool
is_bookkeeping(struct str key)
{
	size_t i;

	for (i = 0; i < sizeof(bookkeeping) / sizeof(bookkeeping[0]); i++)
		if (str_is(key, bookkeeping[i]))
			return true;
	return false;
}

/* Attributes of a root that name a tag. */
static void
take_trace_tags(struct filling *f, const struct otlp_stored *s, struct otlp_trace *t)
{
	static const char prefix[] = "mlflow.traceTag.";
	size_t i;

	for (i = 0; i < s->texts.n; i++) {
		struct str key = s->texts.items[i].key, value;

		if (!str_starts(key, prefix))
			continue;
		key.p += sizeof(prefix) - 1;
		key.len -= sizeof(prefix) - 1;
		value = otlp_text_plain(f->scratch, s->texts.items[i].text);
		if (!str_is(key, "mlflow.traceName")) {
			if (!is_bookkeeping(key))
				add_tag(f, &t->tags, key, value);
			continue;
		}
		if (utf8_length(value) > OTLP_TRACE_NAME_MAX)
			fail(f, OTLP_LONG_TRACE_NAME);
		t->name = arena_str(f->mem, value);
	}
}

static void
take_root(struct filling *f, const struct otlp_stored *s, struct otlp_trace *t)
{
	if (!t->has_root)
		t->status = s->span->status == OTLP_STATUS_ERROR ? STR("ERROR") : STR("OK");
	t->has_root = true;
	t->request_preview = take_preview(f, s, "mlflow.spanInputs", "user");
	t->response_preview = take_preview(f, s, "mlflow.spanOutputs", "assistant");
}

/* A node outlives the span; what it counts is copied. */
static void
take_node(struct filling *f, const struct otlp_node *from, struct otlp_trace *t)
{
	struct otlp_node *node;

	t->nodes = arena_grow(f->mem, t->nodes, t->nnodes, sizeof(*t->nodes));
	node = &t->nodes[t->nnodes++];
	*node = *from;
	if (from->usage != NULL)
		node->usage = memcpy(arena_alloc(f->mem, sizeof(*node->usage)), from->usage,
		    sizeof(*node->usage));
	if (from->cost != NULL)
		node->cost = memcpy(arena_alloc(f->mem, sizeof(*node->cost)), from->cost,
		    sizeof(*node->cost));
	t->has_usage = t->has_usage || from->usage != NULL;
	t->has_cost = t->has_cost || from->cost != NULL;
}

static void
keep_row(struct filling *f, const struct otlp_row *row, struct str trace_id)
{
	struct otlp_batch *b = f->batch;
	struct otlp_row *to;

	b->rows = arena_grow(f->mem, b->rows, b->nrows, sizeof(struct otlp_row *));
	b->rows[b->nrows++] = to = arena_alloc(f->mem, sizeof(*to));
	*to = *row;
	to->trace_id = trace_id;
	to->span_id = arena_str(f->mem, row->span_id);
	to->parent_id = arena_str(f->mem, row->parent_id);
	to->name = arena_str(f->mem, row->name);
	to->type = arena_str(f->mem, row->type);
	to->model = arena_str(f->mem, row->model);
	to->provider = arena_str(f->mem, row->provider);
	to->content = arena_str(f->mem, row->content);
}

static bool
take_span(void *arg, const struct otlp_span *span)
{
	struct filling *f = arg;
	struct otlp_stored s;
	struct otlp_trace *t;
	enum otlp_outcome outcome;

	outcome = otlp_store(f->scratch, span, f->service, f->prices, &s);
	fail(f, outcome);
	/* what fails is not kept; no span is worse than one that is no span */
	if (f->worst != OTLP_FINE)
		return f->worst < OTLP_NOT_CONVERTED;
	t = find_trace(f, s.row.trace_id);
	take_times(t, &s.row);
	if (t->resource_tags == NULL)
		t->resource_tags = f->tags;
	if (s.row.parent_id.p == NULL) {
		take_root(f, &s, t);
		take_trace_tags(f, &s, t);
	}
	take_session(f, &s, t);
	take_fact(f, &s, "user.id", OTLP_USER_MAX, OTLP_LONG_USER, &t->user);
	take_node(f, &s.node, t);
	keep_row(f, &s.row, t->trace_id);
	return true;
}

static void
leave_trace(void *trace)
{
	(void)trace;	/* the arena's */
}

/* A span that takes too much ends the request as if the request's arena was full. */
static void
give_up(void *arg)
{
	struct filling *f = arg;

	arena_fini(f->scratch);
	f->mem->full(f->mem->full_arg);
}

static void
begin(struct filling *f, struct arena *scratch)
{
	*f->batch = (struct otlp_batch){ .nrows = 0 };
	f->scratch = scratch;
	arena_init(scratch);
	arena_limit(scratch, f->mem->limit, give_up, f);
}

static enum otlp_outcome
end(struct filling *f, enum otlp_outcome outcome)
{
	fail(f, outcome);
	tdestroy(f->by_id, leave_trace);
	arena_fini(f->scratch);
	return f->worst;
}

enum otlp_outcome
otlp_batch_protobuf(struct arena *mem, struct str body, const struct otlp_prices *prices,
    struct otlp_batch *batch)
{
	struct filling f = { .mem = mem, .prices = prices, .batch = batch };
	struct otlp_sink sink = { take_resource, take_span, &f };
	struct arena scratch;

	begin(&f, &scratch);
	return end(&f, otlp_read_protobuf(&scratch, body, &sink));
}

enum otlp_outcome
otlp_batch_json(struct arena *mem, struct str body, size_t most,
    const struct otlp_prices *prices, struct otlp_batch *batch)
{
	struct filling f = { .mem = mem, .prices = prices, .batch = batch };
	struct otlp_sink sink = { take_resource, take_span, &f };
	struct arena scratch;

	begin(&f, &scratch);
	return end(&f, otlp_read_json(&scratch, body, most, &sink));
}

const char *
otlp_sentence(enum otlp_outcome outcome)
{
	switch (outcome) {
	case OTLP_FINE:
		break;
	case OTLP_LATE:
		return "A time of a span or an event is beyond 9223372036854775807 ns since the "
		    "epoch. Send times in nanoseconds.";
	case OTLP_LONG_TYPE:
		return "The attribute 'mlflow.spanType' of a span exceeds the maximum length of "
		    "500 characters";
	case OTLP_LONG_SESSION:
		return "'Session ID' exceeds the maximum length of 250 characters";
	case OTLP_LONG_USER:
		return "The attribute 'user.id' of a span exceeds the maximum length of 8000 "
		    "characters";
	case OTLP_LONG_TRACE_NAME:
		return "'Trace name' exceeds the maximum length of 4096 characters";
	case OTLP_NOT_LOGGED:
		return "Failed to log OpenTelemetry spans";
	case OTLP_NOT_CONVERTED:
		return "Cannot convert OpenTelemetry span to MLflow span";
	case OTLP_NO_SPANS:
		return "Invalid OpenTelemetry format - no spans found";
	case OTLP_TOO_MANY:
		return "The JSON of a span has more values than one may have (--max-values). "
		    "Send fewer attributes, or protobuf.";
	case OTLP_BROKEN:
		return "Invalid OpenTelemetry format";
	}
	return "";
}
