/*
 * Assessments.  A value is any JSON: it is stored as the text that MLflow's own server
 * makes of it, in which every number is a double.
 */
#include <math.h>
#include <string.h>

#include "api/assessments.h"
#include "base/id.h"
#include "base/time.h"

/* The metadata that names the run of an assessment. */
#define SOURCE_RUN_KEY		"mlflow.assessment.sourceRunId"

static const struct enum_name source_types[] = {
	{ "SOURCE_TYPE_UNSPECIFIED", 0 },
	{ "HUMAN", 1 },
	{ "LLM_JUDGE", 2 },
	{ "CODE", 3 },
	{ NULL, 0 }
};

static const struct field assessment_source_fields[] = {
	F_ENUM(assessment_source_in, source_type, 0, source_types),
	F_STR(assessment_source_in, source_id, 0),
	F_END
};

static const struct field assessment_error_fields[] = {
	F_STR(assessment_error_in, error_code, 0),
	F_STR(assessment_error_in, error_message, 0),
	F_STR(assessment_error_in, stack_trace, 0),
	F_END
};

static const struct field feedback_fields[] = {
	F_JSON(feedback_in, value, 0),
	F_JSON(feedback_in, error, 0),
	F_END
};

static const struct field serialized_fields[] = {
	F_STR(serialized_in, serialization_format, 0),
	F_STR(serialized_in, value, 0),
	F_END
};

static const struct field expectation_fields[] = {
	F_JSON(expectation_in, value, 0),
	F_JSON(expectation_in, serialized_value, 0),
	F_END
};

const struct field assessment_in_fields[] = {
	F_STR(assessment_in, assessment_id, 0),
	F_STR(assessment_in, assessment_name, 0),
	F_STR(assessment_in, span_id, 0),
	F_STRUCT(assessment_in, source, 0, assessment_source_in, assessment_source_fields),
	F_STR(assessment_in, create_time, 0),
	F_STR(assessment_in, last_update_time, 0),
	F_JSON(assessment_in, feedback, 0),
	F_JSON(assessment_in, expectation, 0),
	F_JSON(assessment_in, issue, 0),
	F_JSON(assessment_in, metadata, 0),
	F_STR(assessment_in, rationale, 0),
	F_STR(assessment_in, overrides, 0),
	F_END
};

struct assessment_create {
	struct str		trace_id;
	const struct json_object *assessment;
};

struct assessment_update {
	struct str		trace_id, assessment_id, update_mask;
	const struct json_object *assessment;
};

struct assessment_name_in {
	struct str	trace_id, assessment_id;
};

static const struct field assessment_create_fields[] = {
	F_JSON(assessment_create, assessment, REQUIRED),
	F_END
};

static const struct field assessment_update_fields[] = {
	F_JSON(assessment_update, assessment, REQUIRED),
	F_STR(assessment_update, update_mask, REQUIRED),
	F_END
};

static const struct field assessment_name_in_fields[] = {
	F_STR(assessment_name_in, trace_id, 0),
	F_STR(assessment_name_in, assessment_id, 0),
	F_END
};

/* A time as a request may have it; absent: now. */
static int
take_time(struct ctx *c, const char *place, struct str text, int64_t *ms)
{
	*ms = c->work.now;
	if (str_empty(text) || time_parse(text, ms))
		return 0;
	return fail_quoting(c, INVALID_PARAMETER_VALUE, arena_printf(c->mem, "Invalid value for "
	    "parameter '%s' supplied: it must be a time such as 2023-11-14T22:13:20.123Z, "
	    "not '", place).p, text, "'.");
}

/* What comparisons and means see of a value. */
static void
take_number(const struct json_object *v, struct assessment *a)
{
	struct str text;
	double d;

	a->number = db_null();
	a->is_number = false;
	switch (json_kind(v)) {
	case JSON_INT:
	case JSON_FLOAT:
		a->is_number = json_number(v, &d);
		a->number = db_dbl(d);
		break;
	case JSON_BOOL:
		a->number = db_dbl(json_truth(v));
		break;
	case JSON_STRING:
		text = str_trim(json_string(v));
		if (str_is_nocase(text, "yes") || str_is_nocase(text, "no"))
			a->number = db_dbl(str_is_nocase(text, "yes"));
		break;
	default:
		break;
	}
}

static bool has_endless(const struct json_object *);

static void
look_into(void *arg, const char *name, const struct json_object *value)
{
	bool *found = arg;

	(void)name;
	*found = *found || has_endless(value);
}

/* Is there a NaN or an infinity in it? */
static bool
has_endless(const struct json_object *v)
{
	bool found = false;
	double number;
	size_t i;

	switch (json_kind(v)) {
	case JSON_FLOAT:
		return !json_number(v, &number) || !isfinite(number);
	case JSON_LIST:
		for (i = 0; i < json_length(v) && !found; i++)
			found = has_endless(json_item(v, i));
		return found;
	case JSON_OBJECT:
		json_each(v, look_into, &found);
		return found;
	default:
		return false;
	}
}

/* The JSON text of a value, as MLflow stores it; clients could not read all that is sent. */
static int
take_text(struct ctx *c, const char *place, const struct json_object *v, struct str *out)
{
	struct buf text = { 0 };

	if (has_endless(v))
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value for parameter '%s' "
		    "supplied: JSON has no NaN and no infinite numbers. Send null or a text.", place);
	json_text_of_doubles(&text, v);
	*out = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return 0;
}

/* {"error_code": ..., "error_message": ..., "stack_trace": ...}; null where not given. */
static int
take_error(struct ctx *c, const struct json_object *from, struct str *out)
{
	struct assessment_error_in in = { 0 };
	const struct str *const parts[] = { &in.error_code, &in.error_message, &in.stack_trace };
	static const char *const names[] = { "error_code", "error_message", "stack_trace" };
	struct buf text = { 0 };
	size_t i;

	*out = (struct str){ NULL, 0 };
	if (from == NULL)
		return 0;
	if (take_part(c, "assessment.feedback.error", from, assessment_error_fields, &in) == -1)
		return -1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_printf(&text, "%s\"%s\": ", i == 0 ? "{" : ", ", names[i]);
		if (parts[i]->p == NULL)
			buf_puts(&text, "null");
		else
			json_quote(&text, *parts[i]);
	}
	buf_putc(&text, '}');
	*out = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return 0;
}

static int
take_feedback(struct ctx *c, const struct json_object *from, struct assessment *a)
{
	struct feedback_in in = { 0 };

	if (from != NULL && take_part(c, "assessment.feedback", from, feedback_fields, &in) == -1)
		return -1;
	a->type = STR("feedback");
	if (take_text(c, "assessment.feedback.value", in.value, &a->value) == -1)
		return -1;
	take_number(in.value, a);
	return take_error(c, in.error, &a->error);
}

/* A text that is JSON, as it was serialized: its integers stay integers. */
static int
take_serialized(struct ctx *c, const struct json_object *from, struct assessment *a)
{
	struct serialized_in in = { 0 };
	struct json_object *value;
	struct buf text = { 0 };

	if (take_part(c, "assessment.expectation.serialized_value", from, serialized_fields,
	    &in) == -1)
		return -1;
	if (!str_is(str_or_empty(in.serialization_format), "JSON_FORMAT"))
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "Unknown serialization format: ",
		    in.serialization_format, ". Only JSON_FORMAT is supported.");
	if (json_read(str_or_empty(in.value), c->work.budget.values, &value) != JSON_FINE)
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The serialized value of an "
		    "expectation must be JSON, not '", in.value, "'.");
	json_text_spaced(&text, value);
	a->value = arena_str(c->mem, buf_str(&text));
	take_number(value, a);
	buf_fini(&text);
	json_free(value);
	return 0;
}

static int
take_expectation(struct ctx *c, const struct json_object *from, struct assessment *a)
{
	struct expectation_in in = { 0 };

	if (from != NULL &&
	    take_part(c, "assessment.expectation", from, expectation_fields, &in) == -1)
		return -1;
	a->type = STR("expectation");
	if (in.serialized_value != NULL)
		return take_serialized(c, in.serialized_value, a);
	if (in.value == NULL)
		return fail(c, INVALID_PARAMETER_VALUE, "The `value` field must be specified.");
	if (take_text(c, "assessment.expectation.value", in.value, &a->value) == -1)
		return -1;
	take_number(in.value, a);
	return 0;
}

static int
take_issue(struct ctx *c, const struct json_object *from, struct assessment *a)
{
	if (json_kind(from) != JSON_OBJECT)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter "
		    "'assessment.issue' supplied:  Hint: Value was of type '%s'." DOCS,
		    json_text(c->mem, from).p, json_type_name(from));
	a->type = STR("issue");
	a->number = db_null();
	return take_text(c, "assessment.issue", from, &a->value);
}

/* One kind there must be, and no two. */
static int
take_value(struct ctx *c, const struct assessment_in *in, struct assessment *a)
{
	int kinds = (in->feedback != NULL) + (in->expectation != NULL) + (in->issue != NULL);

	if (kinds == 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Unknown assessment type: None");
	if (kinds > 1)
		return fail(c, INVALID_PARAMETER_VALUE, "An assessment is a feedback, an "
		    "expectation or an issue: give one of them, not %d.", kinds);
	return in->feedback != NULL ? take_feedback(c, in->feedback, a) :
	    in->expectation != NULL ? take_expectation(c, in->expectation, a) :
	    take_issue(c, in->issue, a);
}

/* {"k": "v"} of a map, absent for none. */
static struct str
map_text(struct ctx *c, const struct kvs *map)
{
	struct buf text = { 0 };
	struct str s;
	size_t i;

	for (i = 0; i < map->n; i++) {
		buf_puts(&text, i == 0 ? "{" : ", ");
		json_quote(&text, map->items[i].key);
		buf_puts(&text, ": ");
		json_quote(&text, map->items[i].value);
	}
	buf_puts(&text, map->n == 0 ? "{}" : "}");
	s = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return s;
}

static int
take_assessment_metadata(struct ctx *c, const struct json_object *from, struct assessment *a)
{
	const struct kv *run;
	struct kvs map;

	if (from == NULL)
		return 0;
	if (take_map(c, "assessment.metadata", from, &map) == -1)
		return -1;
	run = kvs_find(&map, STR(SOURCE_RUN_KEY));
	if (run != NULL)
		a->run_id = run->value;
	a->metadata = map_text(c, &map);
	return 0;
}

static int
check_columns(struct ctx *c, const struct assessment *a)
{
	const struct {
		const char	*name;
		struct str	 value;
		size_t		 most;
	} rows[] = {
		{ "assessment_name", a->name, WIDTH_ASSESSMENTS_NAME },
		{ "source_id", a->source_id, WIDTH_ASSESSMENTS_SOURCE_ID },
		{ "span_id", a->span_id, WIDTH_ASSESSMENTS_SPAN_ID },
		{ "assessment_id", a->assessment_id, WIDTH_ASSESSMENTS_ASSESSMENT_ID },
		{ "overrides", a->overrides, WIDTH_ASSESSMENTS_ASSESSMENT_ID },
		{ SOURCE_RUN_KEY, a->run_id, WIDTH_ASSESSMENTS_RUN_ID },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (check_column(c, rows[i].name, str_or_empty(rows[i].value),
		    rows[i].most) == -1)
			return -1;
	return check_bytes(c, "value", a->value, WIDTH_ASSESSMENTS_VALUE) == -1 ||
	    check_bytes(c, "error", a->error, WIDTH_ASSESSMENTS_VALUE) == -1 ||
	    check_bytes(c, "rationale", a->rationale, WIDTH_ASSESSMENTS_VALUE) == -1 ||
	    check_bytes(c, "metadata", a->metadata, WIDTH_ASSESSMENTS_VALUE) == -1 ? -1 : 0;
}

static struct str
source_name(int number)
{
	const struct enum_name *s;

	for (s = source_types; s->name != NULL; s++)
		if (s->value == number)
			return str_of(s->name);
	return STR("SOURCE_TYPE_UNSPECIFIED");
}

int
take_assessment(struct ctx *c, const struct assessment_in *in, struct str trace_id,
    struct assessment *a)
{
	*a = (struct assessment){
		.assessment_id = in->assessment_id, .trace_id = trace_id,
		.name = str_or_empty(in->assessment_name), .span_id = in->span_id,
		.source_type = source_name(in->source.source_type.v),
		.source_id = in->source.source_id, .rationale = in->rationale,
		.overrides = str_empty(in->overrides) ? (struct str){ NULL, 0 } : in->overrides,
		.valid = true, .number = db_null(),
	};
	if (str_empty(a->assessment_id))
		a->assessment_id = arena_printf(c->mem, "a-%s", id_hex32(c->mem).p);
	if (take_time(c, "assessment.create_time", in->create_time, &a->created_ms) == -1 ||
	    take_time(c, "assessment.last_update_time", in->last_update_time,
	    &a->updated_ms) == -1 ||
	    take_value(c, in, a) == -1 ||
	    take_assessment_metadata(c, in->metadata, a) == -1)
		return -1;
	return check_columns(c, a);
}

static int
fail_no_assessment(struct ctx *c, struct str trace_id, struct str id)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, arena_printf(c->mem,
	    "Assessment with ID '%s' not found for trace '", id.p).p, trace_id, "'");
}

/* The path's trace and assessment; the right is one on the trace. */
static int
load_assessment(struct ctx *c, enum right right, struct assessment *a)
{
	struct str trace_id = c->params[0], id = c->params[1];
	struct trace t;
	int rc = store_trace_find(&c->work, trace_id, &t);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Trace with request_id '",
		    trace_id, "' not found");
	if (permit(c, right, TRACE, .id = trace_id, .experiment_id = t.experiment_id) == -1)
		return -1;
	rc = right >= EDIT ? store_assessment_lock(&c->work, trace_id, id, a) :
	    store_assessment_find(&c->work, trace_id, id, a);
	if (rc == -1)
		return fail_db(c);
	return rc == 0 ? fail_no_assessment(c, trace_id, id) : 0;
}

static int
answer_assessment(struct ctx *c, const struct assessment *a)
{
	json_begin(&c->out, NULL);
	put_assessment(c, "assessment", a);
	json_end(&c->out);
	return 0;
}

/* What it overrides is valid no more. */
static int
override(struct ctx *c, const struct assessment *a)
{
	int rc;

	if (a->overrides.p == NULL)
		return 0;
	rc = store_assessment_set_valid(&c->work, a->trace_id, a->overrides, false);
	if (rc == -1)
		return fail_db(c);
	return rc == 0 ? fail_no_assessment(c, a->trace_id, a->overrides) : 0;
}

static int
assessment_create(struct ctx *c)
{
	const struct assessment_create *in = c->in;
	struct assessment_in given = { 0 };
	struct assessment a;
	struct trace t;

	if (take_part(c, "assessment", in->assessment, assessment_in_fields, &given) == -1 ||
	    load_trace(c, c->params[0], EDIT, &t) == -1 ||
	    take_assessment(c, &given, t.trace_id, &a) == -1 || override(c, &a) == -1)
		return -1;
	if (store_assessment_add(&c->work, &a) == 0)
		return answer_assessment(c, &a);
	if (db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	return fail_client(c, INTERNAL_ERROR, "Failed to create assessment for trace '%s' due to "
	    "a constraint violation.", t.trace_id.p);
}

static int
assessment_get(struct ctx *c)
{
	struct assessment a;

	return load_assessment(c, READ, &a) == -1 ? -1 : answer_assessment(c, &a);
}

/* Is a path one of those of an update mask: "assessmentName,feedback"? */
static bool
names_path(struct str mask, const char *path)
{
	size_t n = strlen(path);

	while (mask.len > 0) {
		const char *comma = memchr(mask.p, ',', mask.len);
		size_t len = comma == NULL ? mask.len : (size_t)(comma - mask.p);

		if (len == n && memcmp(mask.p, path, n) == 0)
			return true;
		len += comma != NULL;
		mask = (struct str){ mask.p + len, mask.len - len };
	}
	return false;
}

struct merge {
	struct ctx	*c;
	struct kvs	*all;
};

static void
merge_stored(void *arg, const char *name, const struct json_object *value)
{
	struct merge *m = arg;

	if (json_kind(value) == JSON_STRING)
		kvs_add(m->c->mem, m->all, arena_str(m->c->mem, str_of(name)),
		    arena_str(m->c->mem, json_string(value)));
}

/* The stored metadata with what the request adds or changes. */
static int
merge_metadata(struct ctx *c, const struct json_object *from, struct assessment *a)
{
	struct json_object *stored;
	struct kvs all = { NULL, 0 }, given;
	struct merge m = { c, &all };
	size_t i;

	if (take_map(c, "assessment.metadata", from, &given) == -1)
		return -1;
	if (a->metadata.p != NULL && json_read(a->metadata, JSON_ANY, &stored) == JSON_FINE) {
		json_each(stored, merge_stored, &m);
		json_free(stored);
	}
	for (i = 0; i < given.n; i++)
		kvs_add(c->mem, &all, given.items[i].key, given.items[i].value);
	kvs_keep_last(c->mem, &all);
	a->metadata = map_text(c, &all);
	return 0;
}

static int
update_value(struct ctx *c, const struct assessment_in *in, struct str mask,
    struct assessment *a)
{
	bool feedback = names_path(mask, "feedback"), expectation = names_path(mask, "expectation");

	if (expectation && in->expectation == NULL)
		return fail(c, INVALID_PARAMETER_VALUE, "The `value` field must be specified.");
	if (expectation && !str_is(a->type, "expectation"))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Cannot update expectation value on a Feedback assessment.");
	if (feedback && !str_is(a->type, "feedback"))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Cannot update feedback value on an Expectation assessment.");
	if (expectation)
		return take_expectation(c, in->expectation, a);
	return feedback ? take_feedback(c, in->feedback, a) : 0;
}

static int
assessment_update(struct ctx *c)
{
	const struct assessment_update *in = c->in;
	struct assessment_in given = { 0 };
	struct assessment a;

	if (take_part(c, "assessment", in->assessment, assessment_in_fields, &given) == -1 ||
	    load_assessment(c, EDIT, &a) == -1)
		return -1;
	if (names_path(in->update_mask, "assessmentName"))
		a.name = str_or_empty(given.assessment_name);
	if (names_path(in->update_mask, "rationale"))
		a.rationale = str_or_empty(given.rationale);
	if ((names_path(in->update_mask, "metadata") &&
	    merge_metadata(c, given.metadata, &a) == -1) ||
	    update_value(c, &given, in->update_mask, &a) == -1 || check_columns(c, &a) == -1)
		return -1;
	a.updated_ms = c->work.now;
	if (store_assessment_update(&c->work, &a) == -1)
		return fail_db(c);
	return answer_assessment(c, &a);
}

/* One that overrode another makes it valid again. */
static int
assessment_delete(struct ctx *c)
{
	struct str trace_id = c->params[0], id = c->params[1];
	struct assessment a;
	int rc;

	if (permit(c, EDIT, TRACE, .id = trace_id) == -1)
		return -1;
	rc = store_assessment_lock(&c->work, trace_id, id, &a);
	if (rc == 1 && a.overrides.p != NULL &&
	    store_assessment_set_valid(&c->work, trace_id, a.overrides, true) == -1)
		return fail_db(c);
	if (rc == -1 || (rc == 1 && store_assessment_delete(&c->work, trace_id, id) == -1))
		return fail_db(c);
	return answer_empty(c);
}

/* clang-format off */
const struct route assessment_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/traces/{trace_id}/assessments", 0, WR, JSON,
	    IN(assessment_create), assessment_create },
	{ "GET",    AT_API,  3, "/mlflow/traces/{trace_id}/assessments/{assessment_id}", 0, RD, QUERY,
	    IN(assessment_name_in), assessment_get },
	{ "PATCH",  AT_API,  3, "/mlflow/traces/{trace_id}/assessments/{assessment_id}", 0, WR, JSON,
	    IN(assessment_update), assessment_update },
	{ "DELETE", AT_API,  3, "/mlflow/traces/{trace_id}/assessments/{assessment_id}", 0, WR, JSON,
	    IN(assessment_name_in), assessment_delete },
	{ .method = NULL }
};
/* clang-format on */
