/*
 * Spans are stored as one JSON text each.  The web UI reads these texts as they are;
 * clients get the typed form of OpenTelemetry, made while the rows are read.
 */
#include <string.h>

#include "api/artifact_common.h"
#include "api/trace_common.h"
#include "api/trace_spans.h"
#include "base/base64.h"
#include "base/log.h"
#include "base/repr.h"
#include "http/response.h"
#include "store/span.h"

/* Traces of one request: clients ask for ten at a time. */
#define BATCH_MAX	100
/* Bytes of a trace's and of a span's id. */
#define TRACE_ID_BYTES	16
#define SPAN_ID_BYTES	8
/* The metadata that says how many spans a trace has, among other things. */
#define SIZE_KEY	"mlflow.trace.sizeStats"

static const struct enum_name switches[] = {
	{ "false", 0 }, { "true", 1 }, { NULL, 0 }
};

struct spans_get {
	struct str	trace_id, allow_partial;
};

struct spans_batch_get {
	struct strs	trace_ids, experiment_ids;
};

struct trace_artifact_get {
	struct str	request_id, path;
};

static const struct field spans_get_fields[] = {
	F_STR(spans_get, trace_id, REQUIRED),
	F_STR(spans_get, allow_partial, 0),
	F_END
};

static const struct field spans_batch_get_fields[] = {
	F_STRS(spans_batch_get, trace_ids, REQUIRED),
	F_STRS(spans_batch_get, experiment_ids, 0),
	F_END
};

static const struct field trace_artifact_get_fields[] = {
	F_STR(trace_artifact_get, request_id, 0),
	F_STR(trace_artifact_get, path, 0),
	F_END
};

/* A value in its typed form, or NULL's: {}.  As deep as JSON may be (json_read). */
static void put_typed(struct buf *, const struct json_object *);

struct typed_map {
	struct buf	*to;
	bool		 started;
};

static void
put_typed_member(void *arg, const char *name, const struct json_object *v)
{
	struct typed_map *m = arg;

	buf_puts(m->to, m->started ? ",{\"key\":" : "{\"key\":");
	m->started = true;
	json_quote(m->to, str_of(name));
	if (json_kind(v) != JSON_NULL) {
		buf_puts(m->to, ",\"value\":");
		put_typed(m->to, v);
	}
	buf_putc(m->to, '}');
}

static void
put_typed_map(struct buf *to, const struct json_object *v)
{
	struct typed_map m = { to, false };

	json_each(v, put_typed_member, &m);
}

static void
put_typed_list(struct buf *to, const struct json_object *v)
{
	size_t i, n = json_length(v);

	buf_puts(to, n == 0 ? "{\"array_value\":{" : "{\"array_value\":{\"values\":[");
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(to, ',');
		put_typed(to, json_item(v, i));
	}
	buf_puts(to, n == 0 ? "}}" : "]}}");
}

static void
put_scalar(struct buf *to, const char *name, const struct json_object *v)
{
	struct json_out out;
	double d;

	json_out_init(&out, to);
	buf_printf(to, "{\"%s\":", name);
	if (json_kind(v) == JSON_FLOAT && json_number(v, &d))
		json_put_dbl(&out, NULL, d);
	else
		json_text_spaced(to, v);
	buf_putc(to, '}');
}

static void
put_typed(struct buf *to, const struct json_object *v)
{
	switch (json_kind(v)) {
	case JSON_NULL:
		buf_puts(to, "{}");
		break;
	case JSON_BOOL:
		put_scalar(to, "bool_value", v);
		break;
	case JSON_INT:
		put_scalar(to, "int_value", v);
		break;
	case JSON_FLOAT:
		put_scalar(to, "double_value", v);
		break;
	case JSON_STRING:
		put_scalar(to, "string_value", v);
		break;
	case JSON_LIST:
		put_typed_list(to, v);
		break;
	case JSON_OBJECT:
		buf_puts(to, "{\"kvlist_value\":{\"values\":[");
		put_typed_map(to, v);
		buf_puts(to, "]}}");
		break;
	}
}

/* Who writes a trace's spans. */
struct span_writer {
	struct ctx	*c;
	bool		 started;	/* a span of this trace is written */
	const char	*between;	/* raw spans: what stands between two */
};

/* A member of a span that is an attribute: a text of JSON, in most cases; "" is no value. */
static void
put_attribute(void *arg, const char *name, const struct json_object *v)
{
	struct typed_map *m = arg;
	struct json_object *inner = NULL;

	if (json_kind(v) == JSON_STRING && (json_string(v).len == 0 ||
	    json_read(json_string(v), JSON_ANY, &inner) == JSON_FINE))
		put_typed_member(m, name, inner);
	else
		put_typed_member(m, name, v);
	json_free(inner);
}

/* "attributes": [...], by `put` for each. */
static void
put_attributes(struct ctx *c, const struct json_object *of, json_take *put)
{
	struct buf text = { 0 };
	struct typed_map m = { &text, false };
	struct json_object *attributes = NULL;

	if (!json_member(of, "attributes", &attributes) ||
	    json_kind(attributes) != JSON_OBJECT)
		return;
	json_each(attributes, put, &m);
	if (m.started) {
		buf_putc(&text, ']');
		json_put_json(&c->out, "attributes", arena_printf(c->mem, "[%s", text.p));
	}
	buf_fini(&text);
}

static struct json_object *
member(const struct json_object *of, const char *name)
{
	struct json_object *v = NULL;

	return json_member(of, name, &v) ? v : NULL;
}

static void
put_text_of(struct ctx *c, const struct json_object *of, const char *name)
{
	const struct json_object *v = member(of, name);

	if (json_kind(v) == JSON_STRING)
		json_put_str(&c->out, name, json_string(v));
}

static void
put_number_of(struct ctx *c, const struct json_object *of, const char *name)
{
	const struct json_object *v = member(of, name);

	if (json_kind(v) == JSON_INT)
		json_put_i64(&c->out, name, json_int(v));
}

static void
put_events(struct ctx *c, const struct json_object *span)
{
	const struct json_object *list = member(span, "events");
	size_t i, n = json_kind(list) == JSON_LIST ? json_length(list) : 0;

	if (n == 0)
		return;
	json_list_begin(&c->out, "events");
	for (i = 0; i < n; i++) {
		const struct json_object *e = json_item(list, i);

		json_begin(&c->out, NULL);
		put_number_of(c, e, "time_unix_nano");
		put_text_of(c, e, "name");
		put_attributes(c, e, put_typed_member);
		json_end(&c->out);
	}
	json_list_end(&c->out);
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Hex digits as bytes, as base64; absent if they are not so many. */
static struct str
hex_as_base64(struct arena *mem, struct str hex, size_t bytes)
{
	char *to = arena_alloc(mem, bytes);
	size_t i;

	if (hex.len != 2 * bytes)
		return (struct str){ NULL, 0 };
	for (i = 0; i < bytes; i++) {
		int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);

		if (high == -1 || low == -1)
			return (struct str){ NULL, 0 };
		to[i] = (char)(high << 4 | low);
	}
	return base64_encode(mem, (struct str){ to, bytes });
}

static void
put_link(struct ctx *c, const struct json_object *link)
{
	struct str trace_id = json_string(member(link, "trace_id"));
	struct str span_id = json_string(member(link, "span_id"));

	if (str_starts(trace_id, "tr-"))
		trace_id = (struct str){ trace_id.p + 3, trace_id.len - 3 };
	trace_id = hex_as_base64(c->mem, trace_id, TRACE_ID_BYTES);
	span_id = hex_as_base64(c->mem, span_id, SPAN_ID_BYTES);
	if (trace_id.p == NULL || span_id.p == NULL)
		return;
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "trace_id", trace_id);
	json_put_str(&c->out, "span_id", span_id);
	put_attributes(c, link, put_typed_member);
	json_end(&c->out);
}

static void
put_links(struct ctx *c, const struct json_object *span)
{
	const struct json_object *list = member(span, "links");
	size_t i, n = json_kind(list) == JSON_LIST ? json_length(list) : 0;

	if (n == 0)
		return;
	json_list_begin(&c->out, "links");
	for (i = 0; i < n; i++)
		put_link(c, json_item(list, i));
	json_list_end(&c->out);
}

/* {} for UNSET, as protobuf leaves out what is 0 or empty; only errors have a message. */
static void
put_status(struct ctx *c, const struct json_object *span)
{
	const struct json_object *status = member(span, "status");
	struct str message = json_string(member(status, "message"));
	struct str code = json_string(member(status, "code"));

	json_begin(&c->out, "status");
	if (!str_empty(message) && str_is(code, "STATUS_CODE_ERROR"))
		json_put_str(&c->out, "message", message);
	if (!str_empty(code) && !str_is(code, "STATUS_CODE_UNSET"))
		json_put_str(&c->out, "code", code);
	json_end(&c->out);
}

static int
put_span(void *arg, struct str trace_id, struct str content)
{
	struct span_writer *w = arg;
	struct ctx *c = w->c;
	struct json_object *span;

	switch (json_read(content, c->work.budget.values, &span)) {
	case JSON_FINE:
		break;
	case JSON_TOO_MANY:
		return fail(c, INVALID_PARAMETER_VALUE, "A span of trace '%s' has more than %zu "
		    "values and is not shown in this form; get-trace-artifact has it as it is.",
		    trace_id.p, c->work.budget.values);
	default:
		log_warn("trace %s: a stored span is no JSON and was left out", trace_id.p);
		return 0;
	}
	if (!w->started)
		json_list_begin(&c->out, "spans");
	w->started = true;
	json_begin(&c->out, NULL);
	put_text_of(c, span, "trace_id");
	put_text_of(c, span, "span_id");
	put_text_of(c, span, "parent_span_id");
	put_text_of(c, span, "name");
	put_number_of(c, span, "start_time_unix_nano");
	put_number_of(c, span, "end_time_unix_nano");
	put_attributes(c, span, put_attribute);
	put_events(c, span);
	put_links(c, span);
	put_status(c, span);
	json_end(&c->out);
	json_free(span);
	return 0;
}

/* {"trace_info": ..., "spans": [...]} */
static int
put_whole_trace(struct ctx *c, const char *name, const struct trace *t)
{
	struct span_writer w = { .c = c };

	json_begin(&c->out, name);
	put_trace_info(c, "trace_info", t);
	if (store_span_read(&c->work, &t->trace_id, 1, put_span, &w) == -1)
		return c->error.status == 0 ? fail_db(c) : -1;
	if (w.started)
		json_list_end(&c->out);
	json_end(&c->out);
	return 0;
}

static bool
is_stored_here(const struct trace *t)
{
	const struct kv *place = kvs_find(&t->tags, STR(TRACE_SPANS_TAG));

	return place != NULL && (str_is(place->value, TRACE_SPANS_HERE) ||
	    str_is(place->value, "ARCHIVE_REPO"));
}

static int
check_stored_here(struct ctx *c, const struct trace *t)
{
	return is_stored_here(t) ? 0 :
	    fail_client(c, INTERNAL_ERROR, "Trace data not stored in tracking store");
}

/* How many spans the client said there are; one at least. */
static int64_t
expected_spans(const struct trace *t)
{
	const struct kv *sizes = kvs_find(&t->metadata, STR(SIZE_KEY));
	struct json_object *o = NULL;
	const struct json_object *n;
	int64_t expected = 1;

	if (sizes == NULL || json_read(sizes->value, JSON_ANY, &o) != JSON_FINE)
		return expected;
	n = member(o, "num_spans");
	if (json_kind(n) == JSON_INT && json_int(n) > 1)
		expected = json_int(n);
	json_free(o);
	return expected;
}

static int
take_switch(struct ctx *c, struct str text, bool *on)
{
	const struct enum_name *s;

	*on = false;
	for (s = switches; s->name != NULL; s++)
		if (text.p == NULL || str_is_nocase(text, s->name)) {
			*on = text.p != NULL && s->value != 0;
			return 0;
		}
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid boolean value: ", text,
	    ", must be 'true' or 'false'.");
}

/* The trace of a request for spans, with all that its info shows; another 404 than elsewhere. */
static int
load_full_trace(struct ctx *c, struct str id, struct trace *t)
{
	int rc = store_trace_find(&c->work, id, t);

	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Trace with ID ", id,
		    " is not found.");
	if (rc == -1 || store_trace_fill(&c->work, t, 1) == -1)
		return fail_db(c);
	return permit(c, READ, TRACE, .id = id, .experiment_id = t->experiment_id);
}

static int
spans_get(struct ctx *c)
{
	const struct spans_get *in = c->in;
	int64_t count = 0;
	struct trace t;
	bool partial;

	if (take_switch(c, in->allow_partial, &partial) == -1 ||
	    load_full_trace(c, in->trace_id, &t) == -1 || check_stored_here(c, &t) == -1)
		return -1;
	if (!partial && store_span_count(&c->work, &t.trace_id, 1, &count) == -1)
		return fail_db(c);
	if (!partial && count < expected_spans(&t))
		return fail(c, RESOURCE_DOES_NOT_EXIST, "Trace with ID %s is not fully exported "
		    "yet, please try again later.", t.trace_id.p);
	json_begin(&c->out, NULL);
	if (put_whole_trace(c, "trace", &t) == -1)
		return -1;
	json_end(&c->out);
	return 0;
}

/* The traces of a batch that are whole, first. */
static int
keep_whole(struct ctx *c, struct trace *t, size_t *n)
{
	int64_t *counts = arena_array(c->mem, *n + 1, sizeof(*counts));
	struct str *ids = arena_array(c->mem, *n + 1, sizeof(*ids));
	size_t i, kept = 0;

	for (i = 0; i < *n; i++)
		ids[i] = t[i].trace_id;
	if (store_span_count(&c->work, ids, *n, counts) == -1)
		return fail_db(c);
	for (i = 0; i < *n; i++) {
		if (check_stored_here(c, &t[i]) == -1)
			return -1;
		if (counts[i] >= expected_spans(&t[i]))
			t[kept++] = t[i];
	}
	*n = kept;
	return 0;
}

static size_t
keep_experiments(struct trace *t, size_t n, const int64_t *ids, size_t nids)
{
	size_t i, k, kept = 0;

	for (i = 0; i < n; i++) {
		for (k = 0; k < nids && ids[k] != t[i].experiment_id; k++)
			continue;
		if (k < nids)
			t[kept++] = t[i];
	}
	return kept;
}

static int
spans_batch_get(struct ctx *c)
{
	const struct spans_batch_get *in = c->in;
	const struct str *bad;
	struct trace *list;
	int64_t *ids, found;
	size_t nids, n, i;

	if (in->trace_ids.n > BATCH_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "'trace_ids' has %zu items; at most %d are "
		    "accepted. Ask for them in several requests.", in->trace_ids.n, BATCH_MAX);
	if ((bad = take_experiment_ids(c, &in->experiment_ids, &ids, &nids)) != NULL)
		return fail_experiment_id(c, *bad);
	if (permit_search(c) == -1)
		return -1;
	list = arena_array(c->mem, in->trace_ids.n + 1, sizeof(*list));
	found = store_trace_list(&c->work, in->trace_ids.items, in->trace_ids.n, list);
	if (found == -1 || store_trace_fill(&c->work, list, (size_t)found) == -1)
		return fail_db(c);
	n = in->experiment_ids.set ? keep_experiments(list, (size_t)found, ids, nids) :
	    (size_t)found;
	if (keep_whole(c, list, &n) == -1)
		return -1;
	json_begin(&c->out, NULL);
	if (n > 0)
		json_list_begin(&c->out, "traces");
	for (i = 0; i < n; i++)
		if (put_whole_trace(c, NULL, &list[i]) == -1)
			return -1;
	if (n > 0)
		json_list_end(&c->out);
	json_end(&c->out);
	return 0;
}

static int
put_raw_span(void *arg, struct str trace_id, struct str content)
{
	struct span_writer *w = arg;

	(void)trace_id;
	if (w->started && response_write(w->c, ",", 1) == -1)
		return -1;
	w->started = true;
	return response_write(w->c, content.p, content.len);
}

/* The stored texts, unchanged. */
static int
answer_stored(struct ctx *c, const struct trace *t)
{
	struct span_writer w = { .c = c };

	c->res.content_type = "text/plain";
	buf_puts(&c->res.headers, "Content-Disposition: attachment; filename=traces.json\r\n"
	    "Cache-Control: no-cache\r\n");
	if (response_write(c, "{\"spans\":[", 10) == -1 ||
	    store_span_read(&c->work, &t->trace_id, 1, put_raw_span, &w) == -1)
		return c->res.broken || c->error.status != 0 ? -1 : fail_db(c);
	return response_write(c, "]}", 2) == -1 ? -1 : 0;
}

static bool
is_uuid(struct str s)
{
	size_t i, digits = 0;

	for (i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (c == '-')
			continue;
		if (hex_digit(c) == -1 && (c < 'A' || c > 'F'))
			return false;
		digits++;
	}
	return digits == 32;
}

/* A file below the trace's artifacts. */
static int
answer_trace_file(struct ctx *c, const struct trace *t, struct str path, struct str missing)
{
	const struct kv *location = kvs_find(&t->tags, STR(TRACE_LOCATION_TAG));
	struct place place;

	if (location == NULL)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "%s", missing.p);
	if (locate(c, location->value, path, &place) == -1)
		return -1;
	if (answer_artifact(c, &place, path, false) == 0)
		return 0;
	if (c->error.status == 404) {
		c->error = (struct error_info){ 0 };
		return fail(c, RESOURCE_DOES_NOT_EXIST, "%s", missing.p);
	}
	return -1;
}

static int
trace_artifact_get(struct ctx *c)
{
	const struct trace_artifact_get *in = c->in;
	struct trace t;

	if (in->request_id.p == NULL)
		return fail(c, BAD_REQUEST,
		    "Request must include the \"request_id\" query parameter.");
	if (!str_empty(in->path)) {
		if (check_artifact_path(c, in->path) == -1)
			return -1;
		if (!is_uuid(in->path))
			return fail(c, ATTRIBUTE_NOT_FOUND, "Invalid attachment path: %s. "
			    "Attachment path must be a valid UUID.", repr(c->mem, in->path).p);
	}
	if (load_full_trace(c, in->request_id, &t) == -1)
		return -1;
	if (!str_empty(in->path))
		return answer_trace_file(c, &t, arena_printf(c->mem, "attachments/%s",
		    in->path.p), arena_printf(c->mem, "No such artifact: 'attachments/%s'",
		    in->path.p));
	if (is_stored_here(&t))
		return answer_stored(c, &t);
	return answer_trace_file(c, &t, STR("traces.json"),
	    STR("Trace data not found for path=traces.json"));
}

/* clang-format off */
const struct route trace_span_routes[] = {
	{ "GET",    AT_API,  3, "/mlflow/traces/get", 0, RD, QUERY, IN(spans_get), spans_get },
	{ "GET",    AT_API,  3, "/mlflow/traces/batchGet", 0, RD, QUERY,
	    IN(spans_batch_get), spans_batch_get },
	{ "GET",    AT_AJAX, 2, "/mlflow/get-trace-artifact", FILES, RD, QUERY,
	    IN(trace_artifact_get), trace_artifact_get },
	{ "GET",    AT_AJAX, 3, "/mlflow/get-trace-artifact", FILES, RD, QUERY,
	    IN(trace_artifact_get), trace_artifact_get },
	{ .method = NULL }
};
/* clang-format on */
