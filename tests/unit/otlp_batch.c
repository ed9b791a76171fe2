/*
 * Requests of OpenTelemetry, in both forms: rows byte for byte, facts of traces, and what
 * is no such request.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "json/skim.h"
#include "otlp/batch.h"
#include "otlp/preview.h"
#include "otlp_samples.h"
#include "tap.h"

static struct arena mem;
static struct otlp_batch batch;
static struct otlp_prices prices;

static void
check_str(const char *what, struct str got, const char *want)
{
	if (!tap_ok(want == NULL ? got.p == NULL : str_is(got, want), "%s", what))
		printf("# want %s\n# got  %s\n", want, got.p == NULL ? "nothing" : got.p);
}

static enum otlp_outcome
read_json(const char *body)
{
	return otlp_batch_json(&mem, str_of(body), JSON_ANY, &prices, &batch);
}

static struct str
sample(void)
{
	struct str bytes;

	if (!base64_decode(&mem, str_of(sample_protobuf), &bytes))
		abort();
	return bytes;
}

static void
check_protobuf(void)
{
	const struct otlp_row *root, *child;
	const struct otlp_trace *t;
	struct otlp_sums sums;

	otlp_prices_add(&mem, &prices, STR("openai"), STR("{\"models\": {\"gpt-4o\": {\"pricing\": "
	    "{\"input_per_million_tokens\": 2.5, \"output_per_million_tokens\": 10}}}}"));
	otlp_prices_sort(&prices);
	tap_ok(otlp_batch_protobuf(&mem, sample(), &prices, &batch) == OTLP_FINE &&
	    batch.nrows == 2 && batch.ntraces == 1, "two spans of a trace");
	root = batch.rows[0];
	child = batch.rows[1];
	check_str("content of the root", root->content, sample_root);
	check_str("content of the child", child->content, sample_child);
	check_str("trace id", root->trace_id, "tr-a1a1a1a1a1a1a1a1a1a1a1a16b0dc3ca");
	check_str("span id", child->span_id, "00000000000000a2");
	check_str("a root has no parent", root->parent_id, NULL);
	check_str("a child has", child->parent_id, "00000000000000a1");
	check_str("name", root->name, "root \xc3\xa9");
	check_str("type as sent", root->type, "CHAIN");
	check_str("what is translated is no type", child->type, NULL);
	tap_ok(str_is(root->status, "OK") && str_is(child->status, "ERROR"), "status");
	tap_ok(root->start_ns == 1700000000000000000 && root->end_ns.v == 1700000001500000000,
	    "times");
	tap_ok(str_is(child->model, "gpt-4o") && str_is(child->provider, "openai"), "model");
	tap_ok(child->costs[COST_TOTAL].v == 0.0075 && !root->costs[COST_TOTAL].set, "cost");
	t = batch.traces[0];
	tap_ok(t->has_root && t->has_usage && t->has_cost && str_is(t->status, "OK"), "the trace");
	tap_ok(t->start_ns == root->start_ns && t->end_ns.v == root->end_ns.v, "its time");
	check_str("request", t->request_preview, "hello");
	check_str("response", t->response_preview, "\"answer\"");
	check_str("session", t->session_id, "sess-1");
	check_str("user", t->user, "user-1");
	tap_ok(t->resource_tags->n == 1 && str_is(t->resource_tags->items[0].key, "service.name") &&
	    str_is(t->resource_tags->items[0].value, "svc"), "tags, without those of the SDK");
	otlp_sum(&mem, t->nodes, t->nnodes, &sums);
	tap_ok(sums.tokens[TOKENS_TOTAL].v == 1500 && sums.costs[COST_TOTAL].v == 0.0075, "sums");
}

/* Each prefix, and each bit turned: an outcome, whatever it is, and no overrun. */
static void
check_damage(struct str whole, enum otlp_outcome (*read)(struct str))
{
	size_t i, fine = 0;
	int bit;

	for (i = 0; i < whole.len; i++) {
		char *cut = malloc(i + 1);

		memcpy(cut, whole.p, i);
		cut[i] = '\0';
		fine += read((struct str){ cut, i }) == OTLP_FINE;
		free(cut);
	}
	tap_ok(fine == 0, "no part of a request is one");
	for (i = 0; i < whole.len * 8; i++) {
		char *turned = malloc(whole.len + 1);
		struct arena_mark mark = arena_mark(&mem);

		memcpy(turned, whole.p, whole.len + 1);
		bit = 1 << i % 8;
		turned[i / 8] = (char)(turned[i / 8] ^ bit);
		if (read((struct str){ turned, whole.len }) == OTLP_FINE)
			fine++;
		free(turned);
		arena_release(&mem, mark);
	}
	tap_ok(fine < whole.len * 8, "%zu of %zu with a bit turned are requests still", fine,
	    whole.len * 8);
}

static enum otlp_outcome
damaged_protobuf(struct str body)
{
	return otlp_batch_protobuf(&mem, body, NULL, &batch);
}

static enum otlp_outcome
damaged_json(struct str body)
{
	return otlp_batch_json(&mem, body, JSON_ANY, NULL, &batch);
}

static void
check_json(void)
{
	tap_ok(read_json(sample_json) == OTLP_FINE && batch.nrows == 1, "a span in JSON");
	check_str("its content", batch.rows[0]->content, sample_json_root);
	check_str("its request", batch.traces[0]->request_preview, "\"q\"");
	check_str("its response", batch.traces[0]->response_preview, "{\"docs\":[]}");
}

#define IDS	"\"traceId\":\"b2b2b2b2b2b2b2b2b2b2b2b26b0dc3ca\",\"spanId\":\"00000000000000b1\""
#define SPANS(spans)	"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" spans "]}]}]}"
#define SPAN(members)	SPANS("{" IDS "," members "}")
#define ATTR(key, value)	"{\"key\":\"" key "\",\"value\":{" value "}}"
#define TEXT(key, text)		ATTR(key, "\"stringValue\":\"" text "\"")

/* A member of the content of the first span. */
static struct str
content_member(const char *name)
{
	struct str value = STR("absent");

	skim_member(batch.rows[0]->content, name, &value);
	return value;
}

static void
check_content(const char *body, const char *name, const char *want)
{
	tap_ok(read_json(body) == OTLP_FINE, "%s", body);
	check_str("... is stored", content_member(name), want);
}

/* The text that an attribute is stored as. */
static void
check_value(const char *value, const char *want)
{
	struct str body = arena_printf(&mem,
	    SPAN("\"attributes\":[{\"key\":\"k\",\"value\":{%s}}]"), value), text = STR("absent");

	if (read_json(body.p) == OTLP_FINE &&
	    skim_member(content_member("attributes"), "k", &text))
		text = skim_text(&mem, text);
	check_str(value, text, want);
}

static void
check_values(void)
{
	check_value("\"stringValue\":\"v\"", "\"v\"");
	check_value("\"stringValue\":\"\"", "\"\"");
	check_value("\"stringValue\":\"\\u00e9\\u2028\\u007f\\u0001\\n\\/\"",
	    "\"\xc3\xa9\xe2\x80\xa8\x7f\\u0001\\n/\"");
	check_value("\"string_value\":\"v\"", "\"v\"");
	check_value("\"intValue\":5", "5");
	check_value("\"intValue\":\"-9223372036854775808\"", "-9223372036854775808");
	check_value("\"intValue\":9223372036854775807", "9223372036854775807");
	check_value("\"intValue\":5.0", "5");
	check_value("\"doubleValue\":1.5", "1.5");
	check_value("\"doubleValue\":3", "3.0");
	check_value("\"doubleValue\":1e16", "1e+16");
	check_value("\"doubleValue\":0.00001", "1e-05");
	check_value("\"doubleValue\":\"NaN\"", "NaN");
	check_value("\"doubleValue\":\"-Infinity\"", "-Infinity");
	check_value("\"boolValue\":true", "true");
	check_value("", "null");
	check_value("\"arrayValue\":{\"values\":[{\"intValue\":1},{\"stringValue\":\"a\"},{}]}",
	    "[1, \"a\", null]");
	check_value("\"arrayValue\":{}", "[]");
	check_value("\"kvlistValue\":{\"values\":[" TEXT("k", "v") ","
	    ATTR("n", "\"kvlistValue\":{\"values\":[" ATTR("z", "\"intValue\":1") "]}") "]}",
	    "{\"k\": \"v\", \"n\": {\"z\": 1}}");
	check_value("\"kvlistValue\":{\"values\":[" TEXT("k", "v") "," TEXT("l", "w") ","
	    TEXT("k", "x") "]}", "{\"k\": \"x\", \"l\": \"w\"}");
	check_value("\"bytesValue\":\"AP8nIg==\"", "\"b'\\\\x00\\\\xff\\\\'\\\"'\"");
	check_value("\"bytesValue\":\"Jw==\"", "\"b\\\"'\\\"\"");
	/* what is JSON of an object, a list or a string is stored as it is */
	check_value("\"stringValue\":\"{\\\"a\\\":1}\"", "{\"a\":1}");
	check_value("\"stringValue\":\" [1] \"", " [1] ");
	check_value("\"stringValue\":\"\\\"x\\\"\"", "\"x\"");
	check_value("\"stringValue\":\"5\"", "\"5\"");
	check_value("\"stringValue\":\"null\"", "\"null\"");
	check_value("\"stringValue\":\"[1,\"", "\"[1,\"");
}

static void
check_contents(void)
{
	check_content(SPAN("\"name\":\"a\\u0000b\""), "name", "\"a\\u0000b\"");
	check_content(SPAN("\"startTimeUnixNano\":\"5\""), "start_time_unix_nano", "5");
	check_content(SPAN("\"start_time_unix_nano\":5"), "start_time_unix_nano", "5");
	check_content(SPAN("\"name\":\"n\""), "end_time_unix_nano", "null");
	check_content(SPAN("\"parentSpanId\":\"0000000000000000\""), "parent_span_id", "null");
	check_content(SPAN("\"parentSpanId\":\"aB\""), "parent_span_id", "\"AAAAAAAAAKs=\"");
	check_content(SPANS("{\"trace_id\":\"01\",\"span_id\":\"02\"}"), "trace_id",
	    "\"AAAAAAAAAAAAAAAAAAAAAQ==\"");
	check_content(SPAN("\"status\":{\"code\":\"STATUS_CODE_ERROR\",\"message\":\"m\"}"),
	    "status", "{\"code\": \"STATUS_CODE_ERROR\", \"message\": \"m\"}");
	check_content(SPAN("\"status\":{\"code\":1}"), "status",
	    "{\"code\": \"STATUS_CODE_OK\", \"message\": \"\"}");
	check_content(SPAN("\"status\":{\"code\":\"NOPE\"}"), "status",
	    "{\"code\": \"STATUS_CODE_UNSET\", \"message\": \"\"}");
	check_content(SPAN("\"events\":[{\"name\":\"e\",\"timeUnixNano\":\"7\",\"attributes\":["
	    ATTR("n", "\"intValue\":3") "," ATTR("b", "\"bytesValue\":\"AQ==\"") ","
	    ATTR("u", "") "]}]"), "events", "[{\"name\": \"e\", \"time_unix_nano\": 7, "
	    "\"attributes\": {\"n\": 3, \"b\": \"b'\\\\x01'\", \"u\": null}}]");
	/* ids are hexadecimal here too */
	check_content(SPAN("\"links\":[{\"traceId\":\"b2\",\"spanId\":\"b1\"},{\"attributes\":["
	    TEXT("why", "x") "," ATTR("b", "\"bytesValue\":\"AP8nIg==\"") "]}]"), "links",
	    "[{\"trace_id\": \"tr-000000000000000000000000000000b2\", \"span_id\": "
	    "\"00000000000000b1\", \"attributes\": null}, {\"trace_id\": "
	    "\"tr-00000000000000000000000000000000\", \"span_id\": \"0000000000000000\", "
	    "\"attributes\": {\"why\": \"x\", \"b\": \"AP8nIg==\"}}]");
	check_content(SPAN("\"attributes\":[" TEXT("k", "1st") "," TEXT("", "e") ","
	    TEXT("k", "2nd") "," TEXT("mlflow.traceRequestId", "x") "," TEXT("z", "z") "]"),
	    "attributes", "{\"k\": \"\\\"2nd\\\"\", \"\": \"\\\"e\\\"\", "
	    "\"mlflow.traceRequestId\": \"\\\"tr-b2b2b2b2b2b2b2b2b2b2b2b26b0dc3ca\\\"\", "
	    "\"z\": \"\\\"z\\\"\"}");
	check_content("{\"resourceSpans\":[{\"resource\":{\"attributes\":["
	    TEXT("service.name", "gemini-cli") "]},\"scopeSpans\":[{\"spans\":[{" IDS "}]}]}]}",
	    "attributes", "{\"mlflow.traceRequestId\": "
	    "\"\\\"tr-b2b2b2b2b2b2b2b2b2b2b2b26b0dc3ca\\\"\", "
	    "\"service.name\": \"\\\"gemini-cli\\\"\"}");
}

static void
check_outcome(const char *body, enum otlp_outcome want)
{
	enum otlp_outcome got = read_json(body);

	tap_ok(got == want, "%.300s: %s", body, otlp_sentence(want));
	tap_ok((got == OTLP_FINE) == (*otlp_sentence(got) == '\0'), "... which is said");
}

/* Lists in lists, or maps in maps. */
static void
check_depth(const char *open, const char *close, int depth, enum otlp_outcome want)
{
	struct buf body = { 0 };
	int i;

	buf_puts(&body, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" IDS ","
	    "\"attributes\":[{\"key\":\"k\",\"value\":{");
	for (i = 0; i < depth; i++)
		buf_puts(&body, open);
	for (i = 0; i < depth; i++)
		buf_puts(&body, close);
	buf_puts(&body, "}}]}]}]}]}");
	tap_ok(read_json(body.p) == want, "%s %d times", open, depth);
	buf_fini(&body);
}

/* A message in a message, from the inside out. */
static struct str
wrap(struct str inner, int tag)
{
	struct buf b = { 0 };
	size_t n = inner.len;
	struct str out;

	buf_putc(&b, (char)tag);
	for (; n > 0x7f; n >>= 7)
		buf_putc(&b, (char)(n | 0x80));
	buf_putc(&b, (char)n);
	buf_add_str(&b, inner);
	out = arena_str(&mem, buf_str(&b));
	buf_fini(&b);
	return out;
}

static void
check_wire_depth(int depth, enum otlp_outcome want)
{
	struct str value = STR("");
	struct buf span = { 0 };
	int i;

	/* ArrayValue.values in AnyValue.array_value */
	for (i = 0; i < depth; i++)
		value = wrap(wrap(value, 1 << 3 | 2), 5 << 3 | 2);
	/* KeyValue.value, Span.attributes, with ids before */
	value = wrap(wrap(value, 2 << 3 | 2), 9 << 3 | 2);
	buf_puts(&span, "\n\1x\022\1x");
	buf_add_str(&span, value);
	value = wrap(wrap(wrap(buf_str(&span), 2 << 3 | 2), 2 << 3 | 2), 1 << 3 | 2);
	tap_ok(otlp_batch_protobuf(&mem, value, NULL, &batch) == want,
	    "lists of %d levels in protobuf", depth);
	buf_fini(&span);
}

static void
check_depths(void)
{
	static const char list[] = "\"arrayValue\":{\"values\":[{", list_end[] = "}]}";
	static const char map[] = "\"kvlistValue\":{\"values\":[{\"value\":{", map_end[] = "}}]}";
	enum { LISTS = OTLP_DEPTH_MAX / OTLP_DEPTH_LIST, MAPS = OTLP_DEPTH_MAX / OTLP_DEPTH_MAP };

	check_depth(list, list_end, LISTS, OTLP_FINE);
	check_depth(list, list_end, LISTS + 1, OTLP_BROKEN);
	check_depth(map, map_end, MAPS, OTLP_FINE);
	check_depth(map, map_end, MAPS + 1, OTLP_BROKEN);
	check_wire_depth(LISTS, OTLP_FINE);
	check_wire_depth(LISTS + 1, OTLP_BROKEN);
	check_wire_depth(20000, OTLP_BROKEN);
}

static void
check_broken(void)
{
	static const char *const broken[] = {
		"", "[]", "null", "5", "{", "{\"resourceSpans\":null}", "{\"resourceSpans\":{}}",
		"{\"resourceSpans\":[5]}", "{\"resourceSpans\":[{\"scopeSpans\":null}]}",
		SPANS("5"), SPANS("{\"traceId\":\"zz\",\"spanId\":\"01\"}"),
		SPANS("{\"traceId\":\"abc\",\"spanId\":\"01\"}"), SPANS("{\"traceId\":5}"),
		SPAN("\"name\":5"), SPAN("\"startTimeUnixNano\":1.5"),
		SPAN("\"startTimeUnixNano\":-1"), SPAN("\"startTimeUnixNano\":\"x\""),
		SPAN("\"startTimeUnixNano\":\"18446744073709551616\""),
		SPAN("\"name\":\"\\ud800\""),
		SPAN("\"attributes\":{}"), SPAN("\"attributes\":[5]"),
		SPAN("\"attributes\":[null]"),
		SPAN("\"attributes\":[{\"key\":5}]"), SPAN("\"attributes\":[{\"value\":5}]"),
		SPAN("\"attributes\":[" ATTR("k", "\"intValue\":1.5") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"intValue\":\"9223372036854775808\"") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"intValue\":9223372036854775808") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"boolValue\":1") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"doubleValue\":\"x\"") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"bytesValue\":\"A\"") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"arrayValue\":[]") "]"),
		SPAN("\"attributes\":[" ATTR("k", "\"intValue\":1,\"boolValue\":true") "]"),
		SPAN("\"events\":[5]"), SPAN("\"events\":[{\"name\":5}]"), SPAN("\"links\":[5]"),
		SPAN("\"links\":[{\"traceId\":\"x\"}]"), SPAN("\"status\":5"),
		SPAN("\"status\":{\"code\":true}")
	};
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		check_outcome(broken[i], OTLP_BROKEN);
	check_outcome("{}", OTLP_NO_SPANS);
	check_outcome("{\"resourceSpans\":[]}", OTLP_NO_SPANS);
	check_outcome("{\"resourceSpans\":[{}]}", OTLP_FINE);
	check_outcome("{\"resourceSpans\":[{\"scopeSpans\":[]}]}", OTLP_FINE);
	check_outcome("{\"resourceSpans\":[{\"instrumentationLibrarySpans\":[5]}]}", OTLP_FINE);
	check_outcome("{\"resource_spans\":[{\"scope_spans\":[{\"spans\":[]}]}]}", OTLP_FINE);
	check_outcome(SPANS("{}"), OTLP_NOT_CONVERTED);
	check_outcome(SPANS("{\"traceId\":\"01\"}"), OTLP_NOT_CONVERTED);
	check_outcome(SPANS("{\"traceId\":\"01\",\"spanId\":\"\"}"), OTLP_NOT_CONVERTED);
	check_outcome(SPANS("{\"traceId\":\"0102030405060708090a0b0c0d0e0f1011\","
	    "\"spanId\":\"01\"}"), OTLP_NOT_LOGGED);
	check_outcome(SPANS("{\"traceId\":\"01\",\"spanId\":\"010203040506070809\"}"),
	    OTLP_NOT_LOGGED);
	check_outcome(SPAN("\"attributes\":[" TEXT("mlflow.llm.cost", "nope") "]"),
	    OTLP_NOT_LOGGED);
	check_outcome(SPAN("\"attributes\":[" TEXT("mlflow.chat.tokenUsage",
	    "{\\\"input_tokens\\\":null}") "]"), OTLP_NOT_LOGGED);
	check_outcome(SPAN("\"endTimeUnixNano\":\"9223372036854775808\""), OTLP_LATE);
	check_outcome(SPAN("\"endTimeUnixNano\":\"9223372036854775807\""), OTLP_FINE);
	tap_ok(otlp_batch_json(&mem, STR(SPAN("\"name\":\"n\"")), 10, NULL, &batch) ==
	    OTLP_TOO_MANY, "more values than one may have");
}

/* One attribute of so many characters. */
static void
check_length(const char *key, size_t n, enum otlp_outcome want)
{
	char *text = arena_alloc(&mem, n + 1);

	memset(text, 'x', n);
	tap_ok(read_json(arena_printf(&mem, SPAN("\"attributes\":[" TEXT("%s", "%s") "]"), key,
	    text).p) == want, "%s of %zu characters", key, n);
}

static void
check_lengths(void)
{
	check_length("mlflow.spanType", OTLP_TYPE_MAX, OTLP_FINE);
	check_length("mlflow.spanType", OTLP_TYPE_MAX + 1, OTLP_LONG_TYPE);
	check_length("session.id", OTLP_SESSION_MAX, OTLP_FINE);
	check_length("session.id", OTLP_SESSION_MAX + 1, OTLP_LONG_SESSION);
	check_length("user.id", OTLP_USER_MAX, OTLP_FINE);
	check_length("user.id", OTLP_USER_MAX + 1, OTLP_LONG_USER);
	check_length("mlflow.traceTag.mlflow.traceName", OTLP_TRACE_NAME_MAX, OTLP_FINE);
	check_length("mlflow.traceTag.mlflow.traceName", OTLP_TRACE_NAME_MAX + 1,
	    OTLP_LONG_TRACE_NAME);
	check_length("mlflow.llm.model", OTLP_MODEL_MAX + 1, OTLP_FINE);
	tap_ok(batch.rows[0]->model.len == OTLP_MODEL_MAX, "a model is cut");
	check_length("mlflow.traceTag.t", OTLP_TAG_MAX + 1, OTLP_FINE);
	tap_ok(batch.traces[0]->tags.items[0].value.len == OTLP_TAG_MAX, "a tag's value is cut");
	check_length("mlflow.spanInputs", 2000, OTLP_FINE);
	tap_ok(batch.traces[0]->request_preview.len == OTLP_PREVIEW_MAX &&
	    str_ends(batch.traces[0]->request_preview, "x..."), "a preview is cut");
}

static void
check_preview(const char *inputs, const char *want)
{
	check_str(inputs, otlp_preview(&mem, str_of(inputs), "user"), want);
}

static void
check_previews(void)
{
	check_preview("\"in\"", "\"in\"");
	check_preview("PP", "PP");
	check_preview("null", "null");
	check_preview("{\"messages\":[]}", "{\"messages\":[]}");
	check_preview("[{\"role\":\"user\",\"content\":\"x\"}]",
	    "[{\"role\":\"user\",\"content\":\"x\"}]");
	check_preview("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\","
	    "\"content\":\"b\\u00e9\"},{\"role\":\"assistant\",\"content\":\"c\"}]}", "b\xc3\xa9");
	check_preview("{\"messages\":[{\"role\":\"tool\",\"content\":\"a\"},5,"
	    "{\"role\":\"x\"}]}", "a");
	check_preview("{\"choices\":[{\"message\":{\"role\":\"r\",\"content\":\"c\"}}]}", "c");
	check_preview("{\"input\":[{\"role\":\"r\",\"content\":\"i\"}],\"output\":[{\"role\":\"r\","
	    "\"content\":\"o\"}]}", "i");
	check_preview("{\"request\":{\"input\":[{\"role\":\"r\",\"content\":\"i\"}]}}", "i");
	check_preview("{\"request\":{\"request\":{\"input\":[{\"role\":\"r\",\"content\":\"i\"}]}}}",
	    "i");
	check_preview("{\"messages\":[{\"role\":\"r\",\"content\":[{\"type\":\"image\"},"
	    "{\"type\":\"output_text\",\"text\":\"t\"}]}]}", "t");
	check_preview("{\"messages\":[{\"role\":\"r\",\"content\":[5,\"s\"]}]}", "s");
	check_preview("{\"messages\":[{\"role\":\"r\",\"content\":\"\"}]}",
	    "{\"messages\":[{\"role\":\"r\",\"content\":\"\"}]}");
}

#define CHILD(id, members)	"{\"traceId\":\"0a\",\"spanId\":\"" id "\"," \
	"\"parentSpanId\":\"ff\"," members "}"
#define ROOT(id, members)	"{\"traceId\":\"0a\",\"spanId\":\"" id "\"," members "}"

static void
check_times(void)
{
	const struct otlp_trace *t;

	read_json(SPANS(CHILD("01", "\"startTimeUnixNano\":20,\"endTimeUnixNano\":30") ","
	    CHILD("02", "\"startTimeUnixNano\":10,\"endTimeUnixNano\":25") ","
	    CHILD("03", "\"startTimeUnixNano\":15")));
	t = batch.traces[0];
	tap_ok(t->start_ns == 10 && t->end_ns.set && t->end_ns.v == 30, "the first to the last");
	tap_ok(!batch.rows[2]->end_ns.set, "a span that did not end");
	tap_ok(!t->has_root && t->status.p == NULL, "no root, no status");
	read_json(SPANS(CHILD("03", "\"startTimeUnixNano\":15")));
	tap_ok(!batch.traces[0]->end_ns.set, "a trace none of whose spans ended");
	read_json(SPANS(ROOT("01", "\"status\":{\"code\":2}") ","
	    ROOT("02", "\"status\":{\"code\":1}")));
	check_str("status of the first root", batch.traces[0]->status, "ERROR");
	read_json(SPANS(ROOT("01", "\"status\":{\"code\":0}")));
	check_str("a root that says nothing is well", batch.traces[0]->status, "OK");
	check_str("... but the span says so", batch.rows[0]->status, "UNSET");
}

static void
check_facts(void)
{
	const struct otlp_trace *t;

	read_json(SPANS(ROOT("01", "\"attributes\":[" TEXT("mlflow.spanInputs", "1st") ","
	    TEXT("mlflow.spanOutputs", "1st") "]") ","
	    ROOT("02", "\"attributes\":[" TEXT("mlflow.spanInputs", "2nd") "]") ","
	    CHILD("03", "\"attributes\":[" TEXT("mlflow.spanInputs", "3rd") "]")));
	check_str("the last root is shown", batch.traces[0]->request_preview, "\"2nd\"");
	check_str("... with what it has", batch.traces[0]->response_preview, NULL);
	read_json(SPANS(CHILD("01", "\"attributes\":[" TEXT("gen_ai.conversation.id", "c") ","
	    ATTR("user.id", "\"intValue\":5") "]") "," ROOT("02", "\"attributes\":["
	    TEXT("session.id", "s") "," TEXT("user.id", "u") "]")));
	check_str("the first span's session", batch.traces[0]->session_id, "c");
	check_str("... and user", batch.traces[0]->user, "5");
	read_json(SPANS(ROOT("01", "\"attributes\":[" TEXT("gen_ai.conversation.id", "c") ","
	    TEXT("session.id", "s") "]")));
	check_str("a session before a conversation", batch.traces[0]->session_id, "s");
	read_json(SPANS(ROOT("01", "\"attributes\":[" TEXT("mlflow.traceTag.a", "x") ","
	    TEXT("mlflow.traceTag.j", "{\\\"a\\\":1}") ","
	    ATTR("mlflow.traceTag.n", "\"intValue\":5") "," TEXT("mlflow.traceTag.b$d", "x") ","
	    TEXT("mlflow.traceTag.mlflow.traceName", "N")
	    "," TEXT("mlflow.traceTag.mlflow.trace.spansLocation", "x") ","
	    TEXT("mlflow.traceTag.mlflow.artifactLocation", "x") "]") ","
	    CHILD("02", "\"attributes\":[" TEXT("mlflow.traceTag.c", "x") "]")));
	t = batch.traces[0];
	tap_ok(t->tags.n == 3 && str_is(t->tags.items[0].value, "x") &&
	    str_is(t->tags.items[1].value, "{\"a\":1}") && str_is(t->tags.items[2].key, "n") &&
	    str_is(t->tags.items[2].value, "5"), "tags of a root, but for the server's own");
	check_str("a name", t->name, "N");
	read_json(SPANS(ROOT("01", "\"attributes\":[" TEXT("mlflow.llm.cost", "{}") "]")));
	tap_ok(batch.traces[0]->has_cost && !batch.traces[0]->has_usage, "a cost of nothing");
}

#define RESOURCE(attrs, spans)	"{\"resource\":{\"attributes\":[" attrs "]}," \
	"\"scopeSpans\":[{\"spans\":[" spans "]}]}"

static void
check_resources(void)
{
	const struct otlp_tags *tags;

	tap_ok(read_json("{\"resourceSpans\":[" RESOURCE("", ROOT("01", "\"name\":\"n\"")) ","
	    RESOURCE(TEXT("s", "v") "," ATTR("n", "\"intValue\":3") ","
	    ATTR("l", "\"arrayValue\":{\"values\":[{\"stringValue\":\"\xc3\xa9\"},{}]}") ","
	    TEXT("telemetry.sdk.name", "x") "," TEXT("mlflow.x", "x") "," TEXT("b$d", "x") ","
	    TEXT("../x", "x"), CHILD("02", "\"name\":\"n\"")) ","
	    RESOURCE(TEXT("later", "x"), CHILD("03", "\"name\":\"n\"") ","
	    "{\"traceId\":\"0b\",\"spanId\":\"01\"}") "]}") == OTLP_FINE && batch.ntraces == 2,
	    "two traces of three resources");
	tags = batch.traces[0]->resource_tags;
	tap_ok(tags->n == 3 && str_is(tags->items[0].value, "v") &&
	    str_is(tags->items[1].value, "3") &&
	    str_is(tags->items[2].value, "[\"\\u00e9\", null]"),
	    "tags are those of the first resource that has any");
	tags = batch.traces[1]->resource_tags;
	tap_ok(tags->n == 1 && str_is(tags->items[0].key, "later"),
	    "each trace its own");
	read_json("{\"resourceSpans\":[" RESOURCE(TEXT("k", "resource"),
	    ROOT("01", "\"attributes\":[" TEXT("mlflow.traceTag.k", "root") "]")) "]}");
	tap_ok(batch.traces[0]->resource_tags->n == 1 && batch.traces[0]->tags.n == 1 &&
	    str_is(batch.traces[0]->tags.items[0].value, "root"), "those of a root beside them");
}

static void
jump(void *to)
{
	longjmp(*(jmp_buf *)to, 1);
}

/* A body that unpacks to more than its bytes ends at the arena's limit. */
static void
check_limit(void)
{
	/* of a span's attributes, each without anything in it */
	static const char empty[] = { 0x4a, 0x00 };
	enum { MANY = 2000000 };
	struct arena small;
	struct buf span = { 0 }, body = { 0 };
	jmp_buf full;
	size_t i;

	for (i = 0; i < MANY; i++)
		buf_add(&span, empty, sizeof(empty));
	/* 4,000,000 as a varint, and the lengths of what is around it */
	buf_add(&body, "\x0a\x8a\x92\xf4\x01\x12\x85\x92\xf4\x01\x12\x80\x92\xf4\x01", 15);
	buf_add_str(&body, buf_str(&span));
	arena_init(&small);
	if (setjmp(full) == 0) {
		arena_limit(&small, 16 * 1024 * 1024, jump, &full);
		otlp_batch_protobuf(&small, buf_str(&body), NULL, &batch);
		tap_ok(false, "an arena of 16 MiB is too small for it");
	} else {
		tap_ok(true, "an arena of 16 MiB is too small for it");
	}
	arena_fini(&small);
	buf_fini(&span);
	buf_fini(&body);
}

int
main(void)
{
	arena_init(&mem);
	check_protobuf();
	check_json();
	check_values();
	check_contents();
	check_broken();
	check_depths();
	check_lengths();
	check_previews();
	check_times();
	check_facts();
	check_resources();
	check_damage(sample(), damaged_protobuf);
	check_damage(str_of(sample_json), damaged_json);
	check_limit();
	arena_fini(&mem);
	return tap_done();
}
