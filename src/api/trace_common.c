/* A trace over the wire. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/trace_common.h"
#include "base/time.h"
#include "json/decode.h"
#include "store/location.h"

/* Characters: their columns, or what MLflow says of them. */
#define SESSION_MAX		250
#define TRACE_NAME_LENGTH	4096
/* Answers show no more of a value, in characters: MLflow's numbers. */
#define METADATA_SHOWN		250
#define TAG_SHOWN		4096

int
fail_no_trace(struct ctx *c, struct str trace_id)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Trace with ID '", trace_id,
	    "' not found.");
}

int
load_trace(struct ctx *c, struct str trace_id, enum right right, struct trace *t)
{
	int rc = right >= EDIT ? store_trace_lock(&c->work, trace_id, t) :
	    store_trace_find(&c->work, trace_id, t);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_no_trace(c, trace_id);
	return permit(c, right, TRACE, .id = t->trace_id, .experiment_id = t->experiment_id);
}

int
load_whole_trace(struct ctx *c, struct str trace_id, struct trace *t)
{
	if (load_trace(c, trace_id, READ, t) == -1)
		return -1;
	return store_trace_fill(&c->work, t, 1) == -1 ? fail_db(c) : 0;
}

int
take_part(struct ctx *c, const char *place, const struct json_object *from,
    const struct field *fields, void *to)
{
	struct str problem;

	if (json_kind(from) != JSON_OBJECT)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter '%s' "
		    "supplied:  Hint: Value was of type '%s'." DOCS,
		    json_text(c->mem, from).p, place, json_type_name(from));
	if (decode_object(c->mem, fields, from, true, to, &problem) == -1)
		return fail(c, INVALID_PARAMETER_VALUE, "%s", problem.p);
	return 0;
}

/* Reading a map. */
struct map_reader {
	struct ctx	*c;
	const char	*place;
	struct kvs	*to;
};

static void
read_member(void *arg, const char *name, const struct json_object *value)
{
	struct map_reader *m = arg;

	if (json_kind(value) == JSON_STRING)
		kvs_add(m->c->mem, m->to, str_of(name), json_string(value));
	else
		fail(m->c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter '%s.%s' "
		    "supplied:  Hint: Value was of type '%s'." DOCS,
		    json_text(m->c->mem, value).p, m->place, name, json_type_name(value));
}

int
take_map(struct ctx *c, const char *place, const struct json_object *from, struct kvs *to)
{
	struct map_reader reader = { c, place, to };

	*to = (struct kvs){ NULL, 0 };
	if (from == NULL)
		return 0;
	if (json_kind(from) != JSON_OBJECT)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter '%s' "
		    "supplied:  Hint: Value was of type '%s'." DOCS,
		    json_text(c->mem, from).p, place, json_type_name(from));
	json_each(from, read_member, &reader);
	return c->error.status == 0 ? 0 : -1;
}

static int
check_item(struct ctx *c, const char *what, const struct kv *item)
{
	if (check_column(c, arena_printf(c->mem, "%s.key", what).p, item->key,
	    WIDTH_TRACE_TAGS_KEY) == -1)
		return -1;
	return check_column(c, arena_printf(c->mem, "%s.value", what).p, item->value,
	    WIDTH_TRACE_TAGS_VALUE);
}

int
take_trace_tags(struct ctx *c, struct trace *t, const struct kvs *tags)
{
	size_t i;

	for (i = 0; i < tags->n; i++) {
		const struct kv *tag = &tags->items[i];

		if (str_is(tag->key, TRACE_NAME_TAG)) {
			t->name = tag->value;
			if (check_length(c, "Trace name", t->name, TRACE_NAME_LENGTH) == -1)
				return -1;
		} else if (!str_is(tag->key, TRACE_LOCATION_TAG)) {
			if (check_item(c, "tags", tag) == -1)
				return -1;
			kvs_add(c->mem, &t->tags, tag->key, tag->value);
		}
	}
	kvs_fold(c->mem, &t->tags);
	return 0;
}

static struct db_val
token_value(const struct json_object *v)
{
	double d;
	int64_t i;

	switch (json_kind(v)) {
	case JSON_INT:
		return db_i64(json_int(v));
	case JSON_FLOAT:
		json_number(v, &d);
		break;
	case JSON_STRING:
		if (str_to_i64(json_string(v), &i))
			return db_i64(i);
		if (!str_to_dbl(json_string(v), false, &d))
			return db_null();
		break;
	default:
		return db_null();
	}
	/* whole, and within int64 */
	return d == floor(d) && d >= -0x1p63 && d < 0x1p63 ? db_i64((int64_t)d) : db_null();
}

static struct db_val
cost_value(const struct json_object *v)
{
	double d;

	if (json_kind(v) == JSON_STRING ? !str_to_dbl(json_string(v), false, &d) :
	    (json_kind(v) != JSON_INT && json_kind(v) != JSON_FLOAT) || !json_number(v, &d))
		return db_null();
	return isfinite(d) ? db_dbl(d) : db_null();
}

/* The members of a JSON object, which `text` may or may not be, into columns. */
static void
take_numbers(struct ctx *c, struct str text, const char *const *names, size_t n,
    struct db_val (*value)(const struct json_object *), struct db_val *to)
{
	struct json_object *o, *v;
	size_t i;

	if (json_read(text, c->work.budget.values, &o) == JSON_FINE &&
	    json_kind(o) == JSON_OBJECT)
		for (i = 0; i < n; i++)
			if (json_member(o, names[i], &v) && v != NULL)
				to[i] = value(v);
	json_free(o);
}

int
take_trace_metadata(struct ctx *c, struct trace *t, const struct kvs *metadata)
{
	size_t i;

	for (i = 0; i < metadata->n; i++) {
		const struct kv *m = &metadata->items[i];

		if (str_is(m->key, TRACE_SESSION_KEY)) {
			t->session_id = m->value;
			if (check_length(c, "Session ID", m->value, SESSION_MAX) == -1)
				return -1;
		} else if (str_is(m->key, TRACE_TOKENS_KEY)) {
			take_numbers(c, m->value, trace_token_names, TRACE_TOKENS, token_value,
			    t->tokens);
		} else if (str_is(m->key, TRACE_COST_KEY)) {
			take_numbers(c, m->value, trace_cost_names, TRACE_COSTS, cost_value,
			    t->costs);
		} else {
			if (check_item(c, "request_metadata", m) == -1)
				return -1;
			kvs_add(c->mem, &t->metadata, m->key, m->value);
		}
	}
	kvs_fold(c->mem, &t->metadata);
	return 0;
}

void
add_artifact_location(struct ctx *c, struct trace *t, struct str experiment_location)
{
	kvs_add(c->mem, &t->tags, STR(TRACE_LOCATION_TAG),
	    location_join(c->mem, str_or_empty(experiment_location),
	    arena_printf(c->mem, "traces/%s/artifacts", t->trace_id.p)));
	kvs_fold(c->mem, &t->tags);
}

/* {"input_tokens": 1, ...} of the columns that are not NULL; absent if all are. */
static struct str
numbers_text(struct ctx *c, const char *const *names, const struct db_val *values, size_t n)
{
	struct buf text = { 0 };
	struct json_out out;
	struct str all;
	size_t i;

	json_out_init(&out, &text);
	for (i = 0; i < n; i++) {
		if (values[i].type == DB_NULL)
			continue;
		buf_printf(&text, "%s\"%s\": ", text.len == 0 ? "{" : ", ", names[i]);
		if (values[i].type == DB_I64)
			json_put_i64(&out, NULL, values[i].i64);
		else
			json_put_dbl(&out, NULL, values[i].dbl);
	}
	if (text.len > 0)
		buf_putc(&text, '}');
	all = text.len == 0 ? (struct str){ NULL, 0 } : arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return all;
}

/* Tags and metadata as clients see them: with the columns that look like them. */
static struct kvs
shown_tags(struct ctx *c, const struct trace *t)
{
	struct kvs all = { NULL, 0 };
	size_t i;

	for (i = 0; i < t->tags.n; i++)
		kvs_add(c->mem, &all, t->tags.items[i].key,
		    utf8_prefix(str_or_empty(t->tags.items[i].value), TAG_SHOWN));
	if (t->name.p != NULL)
		kvs_add(c->mem, &all, STR(TRACE_NAME_TAG), t->name);
	return all;
}

static struct kvs
shown_metadata(struct ctx *c, const struct trace *t)
{
	struct str tokens = numbers_text(c, trace_token_names, t->tokens, TRACE_TOKENS);
	struct str costs = numbers_text(c, trace_cost_names, t->costs, TRACE_COSTS);
	struct kvs all = { NULL, 0 };
	size_t i;

	for (i = 0; i < t->metadata.n; i++)
		kvs_add(c->mem, &all, t->metadata.items[i].key,
		    utf8_prefix(str_or_empty(t->metadata.items[i].value), METADATA_SHOWN));
	if (t->session_id.p != NULL)
		kvs_add(c->mem, &all, STR(TRACE_SESSION_KEY), t->session_id);
	if (tokens.p != NULL)
		kvs_add(c->mem, &all, STR(TRACE_TOKENS_KEY), tokens);
	if (costs.p != NULL)
		kvs_add(c->mem, &all, STR(TRACE_COST_KEY), costs);
	return all;
}

static void
put_map(struct ctx *c, const char *name, const struct kvs *map)
{
	size_t i;

	if (map->n == 0)
		return;
	json_begin(&c->out, name);
	for (i = 0; i < map->n; i++)
		json_put_member(&c->out, map->items[i].key, map->items[i].value);
	json_end(&c->out);
}

static void
put_given(struct ctx *c, const char *name, struct str value)
{
	if (value.p != NULL)
		json_put_str(&c->out, name, value);
}

static void
put_location(struct ctx *c, const struct trace *t)
{
	json_begin(&c->out, "trace_location");
	json_put_str(&c->out, "type", STR("MLFLOW_EXPERIMENT"));
	json_begin(&c->out, "mlflow_experiment");
	json_put_str(&c->out, "experiment_id",
	    arena_printf(c->mem, "%lld", (long long)t->experiment_id));
	json_end(&c->out);
	json_end(&c->out);
}

void
put_trace_info(struct ctx *c, const char *name, const struct trace *t)
{
	struct kvs metadata = shown_metadata(c, t), tags = shown_tags(c, t);
	size_t i;

	json_begin(&c->out, name);
	json_put_str(&c->out, "trace_id", t->trace_id);
	put_given(c, "client_request_id", t->client_request_id);
	put_location(c, t);
	put_given(c, "request_preview", t->request_preview);
	put_given(c, "response_preview", t->response_preview);
	json_put_str(&c->out, "request_time", time_text(c->mem, t->timestamp_ms));
	if (t->execution_time_ms.type != DB_NULL)
		json_put_str(&c->out, "execution_duration",
		    time_span_text(c->mem, t->execution_time_ms.i64));
	json_put_str(&c->out, "state", t->status);
	put_map(c, "trace_metadata", &metadata);
	put_map(c, "tags", &tags);
	if (t->assessments.n > 0) {
		json_list_begin(&c->out, "assessments");
		for (i = 0; i < t->assessments.n; i++)
			put_assessment(c, NULL, &t->assessments.items[i]);
		json_list_end(&c->out);
	}
	json_end(&c->out);
}

void
put_trace_info_v2(struct ctx *c, const char *name, const struct trace *t)
{
	struct kvs metadata = shown_metadata(c, t), tags = shown_tags(c, t);

	json_begin(&c->out, name);
	json_put_str(&c->out, "request_id", t->trace_id);
	json_put_str(&c->out, "experiment_id",
	    arena_printf(c->mem, "%lld", (long long)t->experiment_id));
	json_put_i64(&c->out, "timestamp_ms", t->timestamp_ms);
	json_put_i64(&c->out, "execution_time_ms", t->execution_time_ms.i64);
	json_put_str(&c->out, "status", str_is(t->status, "STATE_UNSPECIFIED") ?
	    STR("TRACE_STATUS_UNSPECIFIED") : t->status);
	put_kvs(c, "request_metadata", &metadata);
	put_kvs(c, "tags", &tags);
	json_end(&c->out);
}

static void
put_source(struct ctx *c, const struct assessment *a)
{
	json_begin(&c->out, "source");
	json_put_str(&c->out, "source_type", a->source_type);
	put_given(c, "source_id", a->source_id);
	json_end(&c->out);
}

/* Members of the stored error that are there. */
static void
put_error(struct ctx *c, struct str text)
{
	static const char *const names[] = { "error_code", "error_message", "stack_trace" };
	struct json_object *o = NULL, *v;
	size_t i;

	if (text.p == NULL || json_read(text, JSON_ANY, &o) != JSON_FINE)
		return;
	json_begin(&c->out, "error");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_member(o, names[i], &v) && json_kind(v) == JSON_STRING)
			json_put_str(&c->out, names[i], json_string(v));
	json_end(&c->out);
	json_free(o);
}

/* A scalar as it is, anything else as a text of JSON. */
static void
put_expectation(struct ctx *c, struct str value)
{
	json_begin(&c->out, "expectation");
	if (value.len > 0 && (value.p[0] == '{' || value.p[0] == '[')) {
		json_begin(&c->out, "serialized_value");
		json_put_str(&c->out, "serialization_format", STR("JSON_FORMAT"));
		json_put_str(&c->out, "value", value);
		json_end(&c->out);
	} else {
		json_put_json(&c->out, "value", value);
	}
	json_end(&c->out);
}

static void
put_value(struct ctx *c, const struct assessment *a)
{
	if (str_is(a->type, "issue")) {
		json_put_json(&c->out, "issue", a->value);
	} else if (str_is(a->type, "expectation")) {
		put_expectation(c, a->value);
	} else {
		json_begin(&c->out, "feedback");
		json_put_json(&c->out, "value", a->value);
		put_error(c, a->error);
		json_end(&c->out);
	}
}

void
put_assessment(struct ctx *c, const char *name, const struct assessment *a)
{
	json_begin(&c->out, name);
	json_put_str(&c->out, "assessment_id", a->assessment_id);
	json_put_str(&c->out, "assessment_name", a->name);
	json_put_str(&c->out, "trace_id", a->trace_id);
	put_given(c, "span_id", a->span_id);
	put_source(c, a);
	json_put_str(&c->out, "create_time", time_text(c->mem, a->created_ms));
	json_put_str(&c->out, "last_update_time", time_text(c->mem, a->updated_ms));
	put_value(c, a);
	put_given(c, "rationale", a->rationale);
	if (a->metadata.p != NULL)
		json_put_json(&c->out, "metadata", a->metadata);
	put_given(c, "overrides", a->overrides);
	json_put_bool(&c->out, "valid", a->valid);
	json_end(&c->out);
}
