/* Traces, as clients from 3.0 on write and read their infos. */
#include <string.h>

#include "api/assessments.h"
#include "api/trace_common.h"
#include "api/traces.h"
#include "base/time.h"

/* Of a tag. */
#define TAG_KEY_MAX		250
#define TAG_VALUE_MAX		8000
#define TRACE_NAME_MAX		4096
/* Traces that one request links to a run: MLflow's number. */
#define LINKS_MAX		100
/* Infos of one request: clients ask for ten at a time. */
#define INFOS_MAX		1000
/*
 * Traces that one statement deletes with all that hangs on them, and that one request
 * deletes in all: more would be one transaction that holds up every other.
 */
#define DELETE_PIECE		500
#define DELETE_MAX		10000

static const struct enum_name trace_states[] = {
	{ "STATE_UNSPECIFIED", 0 },
	{ "OK", 1 },
	{ "ERROR", 2 },
	{ "IN_PROGRESS", 3 },
	{ NULL, 0 }
};

static const struct enum_name location_types[] = {
	{ "TRACE_LOCATION_TYPE_UNSPECIFIED", 0 },
	{ "MLFLOW_EXPERIMENT", 1 },
	{ "INFERENCE_TABLE", 2 },
	{ "UC_SCHEMA", 3 },
	{ "UC_TABLE_PREFIX", 4 },
	{ NULL, 0 }
};

struct mlflow_experiment_in {
	struct str	experiment_id;
};

struct trace_location_in {
	struct opt_enum			type;
	const struct json_object	*mlflow_experiment;
};

struct trace_info_in {
	struct str			 trace_id, client_request_id;
	struct str			 request_preview, response_preview;
	struct str			 request_time, execution_duration;
	const struct json_object	*trace_location;
	struct opt_enum			 state;
	const struct json_object	*trace_metadata, *tags;
	struct list			 assessments;
};

struct trace_start_in {
	const struct json_object	*trace_info;
};

struct trace_start {
	const struct json_object	*trace;
};

static const struct field mlflow_experiment_fields[] = {
	F_STR(mlflow_experiment_in, experiment_id, 0),
	F_END
};

static const struct field trace_location_fields[] = {
	F_ENUM(trace_location_in, type, 0, location_types),
	F_JSON(trace_location_in, mlflow_experiment, 0),
	F_END
};

static const struct field trace_info_fields[] = {
	F_STR(trace_info_in, trace_id, 0),
	F_STR(trace_info_in, client_request_id, 0),
	F_JSON(trace_info_in, trace_location, 0),
	F_STR(trace_info_in, request_preview, 0),
	F_STR(trace_info_in, response_preview, 0),
	F_STR(trace_info_in, request_time, 0),
	F_STR(trace_info_in, execution_duration, 0),
	F_ENUM(trace_info_in, state, 0, trace_states),
	F_JSON(trace_info_in, trace_metadata, 0),
	F_JSON(trace_info_in, tags, 0),
	F_LIST(trace_info_in, assessments, 0, assessment_in, assessment_in_fields),
	F_END
};

static const struct field trace_start_in_fields[] = {
	F_JSON(trace_start_in, trace_info, 0),
	F_END
};

static const struct field trace_start_fields[] = {
	F_JSON(trace_start, trace, REQUIRED),
	F_END
};

struct trace_get {
	struct str	trace_id;
};

struct trace_infos_in {
	struct strs	trace_ids, experiment_ids;
};

struct trace_tag_set {
	struct str	trace_id, key, value;
};

struct trace_tag_delete {
	struct str	trace_id, key;
};

struct trace_delete {
	struct str	experiment_id;
	struct opt_i64	max_timestamp_millis;
	struct opt_i64	max_traces;
	struct strs	request_ids;
};

struct trace_link_run {
	struct strs	trace_ids;
	struct str	run_id;
};

struct prompt_version_in {
	struct str	name, version;
};

struct trace_link_prompts {
	struct str	trace_id;
	struct list	prompt_versions;
};

static const struct field trace_get_fields[] = {
	F_STR(trace_get, trace_id, 0),
	F_END
};

static const struct field trace_infos_in_fields[] = {
	F_STRS(trace_infos_in, trace_ids, REQUIRED),
	F_STRS(trace_infos_in, experiment_ids, 0),
	F_END
};

static const struct field trace_tag_set_fields[] = {
	F_STR(trace_tag_set, trace_id, 0),
	F_STR(trace_tag_set, key, REQUIRED),
	F_STR(trace_tag_set, value, 0),
	F_END
};

static const struct field trace_tag_delete_fields[] = {
	F_STR(trace_tag_delete, trace_id, 0),
	F_STR(trace_tag_delete, key, REQUIRED),
	F_END
};

static const struct field trace_delete_fields[] = {
	F_STR(trace_delete, experiment_id, REQUIRED),
	F_I64(trace_delete, max_timestamp_millis, 0),
	F_I64(trace_delete, max_traces, 0),
	F_STRS(trace_delete, request_ids, 0),
	F_END
};

static const struct field trace_link_run_fields[] = {
	F_STRS(trace_link_run, trace_ids, REQUIRED),
	F_STR(trace_link_run, run_id, REQUIRED),
	F_END
};

static const struct field prompt_version_in_fields[] = {
	F_STR(prompt_version_in, name, 0),
	F_STR(prompt_version_in, version, 0),
	F_END
};

static const struct field trace_link_prompts_fields[] = {
	F_STR(trace_link_prompts, trace_id, REQUIRED),
	F_LIST(trace_link_prompts, prompt_versions, REQUIRED, prompt_version_in,
	    prompt_version_in_fields),
	F_END
};

/* The experiment that a location names. */
static int
load_location(struct ctx *c, const struct json_object *from, struct experiment *e)
{
	struct trace_location_in in = { .type.set = false };
	struct mlflow_experiment_in experiment = { { NULL, 0 } };

	if (from != NULL &&
	    take_part(c, "trace.trace_info.trace_location", from, trace_location_fields, &in) == -1)
		return -1;
	if (in.mlflow_experiment == NULL)
		return fail_client(c, INTERNAL_ERROR, "A trace needs a 'trace_location' of type "
		    "MLFLOW_EXPERIMENT with the experiment's id.");
	if (take_part(c, "trace.trace_info.trace_location.mlflow_experiment",
	    in.mlflow_experiment, mlflow_experiment_fields, &experiment) == -1)
		return -1;
	if (in.type.v != 1)
		return fail(c, INVALID_PARAMETER_VALUE, "Trace location type "
		    "TraceLocationType.%s does not match the provided location "
		    "MlflowExperimentLocation(experiment_id='%s').",
		    location_types[in.type.v].name, str_or_empty(experiment.experiment_id).p);
	return load_active_experiment(c, str_or_empty(experiment.experiment_id), EDIT, e);
}

static int
fail_text(struct ctx *c, const char *name, struct str value, const char *example)
{
	return fail_quoting(c, INVALID_PARAMETER_VALUE, arena_printf(c->mem, "Invalid value for "
	    "parameter 'trace.trace_info.%s' supplied: it must be like %s, not '", name,
	    example).p, value, "'.");
}

static int
take_times(struct ctx *c, const struct trace_info_in *in, struct trace *t)
{
	int64_t ms;

	t->execution_time_ms = db_null();
	if (!str_empty(in->request_time) && !time_parse(in->request_time, &t->timestamp_ms))
		return fail_text(c, "request_time", in->request_time, "2023-11-14T22:13:20.123Z");
	if (str_empty(in->execution_duration))
		return 0;
	if (!time_span_parse(in->execution_duration, &ms))
		return fail_text(c, "execution_duration", in->execution_duration, "1.5s");
	t->execution_time_ms = db_i64(ms);
	return 0;
}

static int
check_start(struct ctx *c, const struct trace *t)
{
	return check_column(c, "trace_id", t->trace_id, WIDTH_TRACE_INFO_REQUEST_ID) == -1 ||
	    check_column(c, "client_request_id", str_or_empty(t->client_request_id),
	    WIDTH_TRACE_INFO_CLIENT_REQUEST_ID) == -1 ||
	    check_column(c, "request_preview", str_or_empty(t->request_preview),
	    WIDTH_TRACE_INFO_REQUEST_PREVIEW) == -1 ||
	    check_column(c, "response_preview", str_or_empty(t->response_preview),
	    WIDTH_TRACE_INFO_REQUEST_PREVIEW) == -1 ? -1 : 0;
}

static struct str
state_name(int number)
{
	return str_of(trace_states[number].name);
}

static int
take_info(struct ctx *c, const struct trace_info_in *in, struct trace *t)
{
	struct kvs tags, metadata;

	*t = (struct trace){
		.trace_id = str_or_empty(in->trace_id),
		.client_request_id = in->client_request_id,
		.request_preview = in->request_preview,
		.response_preview = in->response_preview,
		.status = state_name(in->state.v),
	};
	if (take_times(c, in, t) == -1 || check_start(c, t) == -1 ||
	    take_map(c, "trace.trace_info.tags", in->tags, &tags) == -1 ||
	    take_map(c, "trace.trace_info.trace_metadata", in->trace_metadata,
	    &metadata) == -1)
		return -1;
	kvs_add(c->mem, &metadata, STR(TRACE_FINAL_KEY), STR("true"));
	return take_trace_tags(c, t, &tags) == -1 ||
	    take_trace_metadata(c, t, &metadata) == -1 ? -1 : 0;
}

/* What may be written to again: a trace whose spans are elsewhere stays as it is. */
static int
check_stored(struct ctx *c, const struct trace *t)
{
	struct trace stored;
	const struct kv *place;
	int rc = store_trace_lock(&c->work, t->trace_id, &stored);

	if (rc == 0)
		return 0;
	if (rc == -1 || store_trace_fill_kvs(&c->work, &stored, 1) == -1)
		return fail_db(c);
	if (stored.experiment_id != t->experiment_id)
		return fail(c, INVALID_PARAMETER_VALUE, "Trace '%s' belongs to experiment %lld, "
		    "not to %lld.", t->trace_id.p, (long long)stored.experiment_id,
		    (long long)t->experiment_id);
	place = kvs_find(&stored.tags, STR(TRACE_SPANS_TAG));
	if (place != NULL && !str_is(place->value, TRACE_SPANS_HERE))
		return fail_client(c, INVALID_STATE, "Cannot update traces that are no longer "
		    "DB-backed: '%s'.", t->trace_id.p);
	return 0;
}

static int
write_assessments(struct ctx *c, const struct list *given, struct str trace_id)
{
	const struct assessment_in *items = given->items;
	struct assessment a;
	size_t i;

	for (i = 0; i < given->n; i++) {
		if (take_assessment(c, &items[i], trace_id, &a) == -1)
			return -1;
		if (store_assessment_put(&c->work, &a) == -1)
			return fail_db(c);
	}
	return 0;
}

/* The trace as it is now. */
static int
answer_trace(struct ctx *c, struct str trace_id)
{
	struct trace t;

	if (load_whole_trace(c, trace_id, &t) == -1)
		return -1;
	json_begin(&c->out, NULL);
	json_begin(&c->out, "trace");
	put_trace_info(c, "trace_info", &t);
	json_end(&c->out);
	json_end(&c->out);
	return 0;
}

static int
trace_start(struct ctx *c)
{
	const struct trace_start *in = c->in;
	struct trace_start_in start = { NULL };
	struct trace_info_in info = { .trace_id = { NULL, 0 } };
	struct experiment e;
	struct trace t;

	if (take_part(c, "trace", in->trace, trace_start_in_fields, &start) == -1 ||
	    (start.trace_info != NULL && take_part(c, "trace.trace_info", start.trace_info,
	    trace_info_fields, &info) == -1) ||
	    load_location(c, info.trace_location, &e) == -1 || take_info(c, &info, &t) == -1)
		return -1;
	t.experiment_id = e.id;
	add_artifact_location(c, &t, e.artifact_location);
	if (check_stored(c, &t) == -1)
		return -1;
	if (store_trace_start(&c->work, &t) == -1)
		return fail_db(c);
	if (write_assessments(c, &info.assessments, t.trace_id) == -1)
		return -1;
	return answer_trace(c, t.trace_id);
}

static int
trace_get(struct ctx *c)
{
	return answer_trace(c, c->params[0]);
}

/* Is the experiment one of those asked for?  Without any given, all are. */
static bool
is_wanted(int64_t id, const struct strs *given, const int64_t *ids, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return !given->set;
}

static int
trace_get_infos(struct ctx *c)
{
	const struct trace_infos_in *in = c->in;
	struct trace *list;
	const struct str *bad;
	int64_t *ids, n, i;
	bool any = false;
	size_t nids;

	if (in->trace_ids.n > INFOS_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "'trace_ids' has %zu items; at most %d are "
		    "accepted. Ask for them in several requests.", in->trace_ids.n, INFOS_MAX);
	if ((bad = take_experiment_ids(c, &in->experiment_ids, &ids, &nids)) != NULL)
		return fail_experiment_id(c, *bad);
	if (permit_search(c) == -1)
		return -1;
	list = arena_array(c->mem, in->trace_ids.n + 1, sizeof(*list));
	n = store_trace_list(&c->work, in->trace_ids.items, in->trace_ids.n, list);
	if (n == -1 || store_trace_fill(&c->work, list, (size_t)n) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	for (i = 0; i < n; i++) {
		if (!is_wanted(list[i].experiment_id, &in->experiment_ids, ids, nids))
			continue;
		if (!any)
			json_list_begin(&c->out, "trace_infos");
		any = true;
		put_trace_info(c, NULL, &list[i]);
	}
	if (any)
		json_list_end(&c->out);
	json_end(&c->out);
	return 0;
}

/* Tags that are the server's own. */
static int
check_mutable(struct ctx *c, struct str key, bool deletion)
{
	static const char *const immutable[] = {
		TRACE_SPANS_TAG, "mlflow.trace.archiveLocation", "mlflow.trace.archivalFailure"
	};
	const size_t n = sizeof(immutable) / sizeof(immutable[0]) - deletion;
	size_t i;

	for (i = 0; i < n; i++)
		if (str_is(key, immutable[i]))
			return fail(c, INVALID_PARAMETER_VALUE, "Tag '%s' is immutable and cannot "
			    "be %s on a trace.", key.p, deletion ? "deleted" : "set");
	return 0;
}

static int
trace_set_tag(struct ctx *c)
{
	const struct trace_tag_set *in = c->in;
	struct kv tag = { in->key, str_or_empty(in->value) };
	struct kvs tags = { &tag, 1 };
	struct trace t;

	if (check_mutable(c, in->key, false) == -1)
		return -1;
	if (str_is(in->key, TRACE_NAME_TAG)) {
		if (check_length(c, "Trace name", tag.value, TRACE_NAME_MAX) == -1 ||
		    load_trace(c, c->params[0], EDIT, &t) == -1)
			return -1;
		return store_trace_name_set(&c->work, t.trace_id, tag.value) == -1 ? fail_db(c) :
		    answer_empty(c);
	}
	if (check_name(c, "key", in->key) == -1 ||
	    check_length(c, "key", in->key, TAG_KEY_MAX) == -1 ||
	    check_truncate(c, "value", &tag.value, TAG_VALUE_MAX) == -1 ||
	    load_trace(c, c->params[0], EDIT, &t) == -1)
		return -1;
	return store_trace_tags_set(&c->work, t.trace_id, &tags) == -1 ? fail_db(c) :
	    answer_empty(c);
}

static int
trace_delete_tag(struct ctx *c)
{
	const struct trace_tag_delete *in = c->in;
	struct str key = str_or_empty(in->key), trace_id = c->params[0];
	int rc;

	if (check_mutable(c, key, true) == -1 || permit(c, EDIT, TRACE, .id = trace_id) == -1)
		return -1;
	rc = str_is(key, TRACE_NAME_TAG) ? store_trace_name_delete(&c->work, trace_id) :
	    store_trace_tag_delete(&c->work, trace_id, key);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, arena_printf(c->mem,
		    "No trace tag with key '%s' for trace with ID '", key.p).p, trace_id, "'");
	return answer_empty(c);
}

static int
check_delete(struct ctx *c, const struct trace_delete *in)
{
	bool by_ids = in->request_ids.n > 0;

	if (!in->max_timestamp_millis.set && !by_ids)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Either `max_timestamp_millis` or `trace_ids` must be specified.");
	if (in->max_timestamp_millis.set && by_ids)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Only one of `max_timestamp_millis` and `trace_ids` can be specified.");
	if (in->max_traces.set && by_ids)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "`max_traces` can't be specified if `trace_ids` is specified.");
	if (in->max_traces.set && in->max_traces.v <= 0)
		return fail(c, INVALID_PARAMETER_VALUE, "`max_traces` must be a positive integer, "
		    "received %lld.", (long long)in->max_traces.v);
	return 0;
}

static int
trace_delete(struct ctx *c)
{
	const struct trace_delete *in = c->in;
	struct trace_choice choice = {
		.ids = in->request_ids.n > 0 ? in->request_ids.items : NULL,
		.nids = in->request_ids.n, .until_ms = in->max_timestamp_millis.v,
		.most = in->max_traces.v,
	};
	struct str ids[DELETE_PIECE];
	int64_t n, gone, total = 0;
	size_t at = 0;

	if (check_delete(c, in) == -1 ||
	    take_experiment_id(c, in->experiment_id, &choice.experiment_id) == -1 ||
	    permit(c, MANAGE, EXPERIMENT, .experiment_id = choice.experiment_id) == -1)
		return -1;
	while (at < DELETE_MAX &&
	    (n = store_trace_choose(&c->work, &choice, &at, ids, DELETE_PIECE)) != 0) {
		if (n == -1 || (gone = store_trace_delete(&c->work, choice.experiment_id, ids,
		    (size_t)n)) == -1)
			return fail_db(c);
		total += gone;
	}
	json_begin(&c->out, NULL);
	json_put_i64(&c->out, "traces_deleted", total);
	json_end(&c->out);
	return 0;
}

/* Those that differ, each within its column. */
static int
take_links(struct ctx *c, const char *what, const struct str *from, size_t n, struct kvs *to)
{
	size_t i;

	*to = (struct kvs){ NULL, 0 };
	for (i = 0; i < n; i++) {
		if (check_column(c, what, from[i], TRACE_LINK_MAX) == -1)
			return -1;
		kvs_add(c->mem, to, from[i], STR(""));
	}
	kvs_fold(c->mem, to);
	return 0;
}

static struct str *
keys_of(struct arena *mem, const struct kvs *list)
{
	struct str *keys = arena_array(mem, list->n + 1, sizeof(*keys));
	size_t i;

	for (i = 0; i < list->n; i++)
		keys[i] = list->items[i].key;
	return keys;
}

static int
trace_link_to_run(struct ctx *c)
{
	const struct trace_link_run *in = c->in;
	struct kvs ids;

	if (in->trace_ids.n > LINKS_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "Cannot link more than %d traces to a run "
		    "in a single request. Provided %zu traces.", LINKS_MAX, in->trace_ids.n);
	if (check_column(c, "run_id", in->run_id, TRACE_LINK_MAX) == -1 ||
	    take_links(c, "trace_ids", in->trace_ids.items, in->trace_ids.n, &ids) == -1 ||
	    permit(c, EDIT, RUN, .id = in->run_id) == -1)
		return -1;
	return store_trace_link_run(&c->work, in->run_id, keys_of(c->mem, &ids), ids.n) == -1 ?
	    fail_db(c) : answer_empty(c);
}

static int
trace_link_to_prompts(struct ctx *c)
{
	const struct trace_link_prompts *in = c->in;
	const struct prompt_version_in *items = in->prompt_versions.items;
	size_t i, n = in->prompt_versions.n;
	struct str *names = arena_array(c->mem, n + 1, sizeof(*names));
	struct kvs versions;
	struct trace t;
	int64_t number;

	for (i = 0; i < n; i++) {
		if (!str_to_i64(str_or_empty(items[i].version), &number))
			return fail(c, INVALID_PARAMETER_VALUE, "Invalid value '%s' for parameter "
			    "'prompt_versions[%zu].version' supplied: it must be the number of a "
			    "version.", str_or_empty(items[i].version).p, i);
		names[i] = arena_printf(c->mem, "%s/%lld", str_or_empty(items[i].name).p,
		    (long long)number);
	}
	if (take_links(c, "prompt_versions", names, n, &versions) == -1 ||
	    load_trace(c, in->trace_id, EDIT, &t) == -1)
		return -1;
	return store_trace_link_prompts(&c->work, t.trace_id, keys_of(c->mem, &versions),
	    versions.n) == -1 ? fail_db(c) : answer_empty(c);
}

/* clang-format off */
const struct route trace_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/traces", 0, WR, JSON, IN(trace_start), trace_start },
	{ "POST",   AT_API,  3, "/mlflow/traces/batchGetInfos", 0, RD, JSON,
	    IN(trace_infos_in), trace_get_infos },
	{ "POST",   AT_API,  3, "/mlflow/traces/delete-traces", 0, WR, JSON,
	    IN(trace_delete), trace_delete },
	{ "POST",   AT_API,  2, "/mlflow/traces/delete-traces", 0, WR, JSON,
	    IN(trace_delete), trace_delete },
	{ "POST",   AT_API,  2, "/mlflow/traces/link-to-run", 0, WR, JSON,
	    IN(trace_link_run), trace_link_to_run },
	{ "POST",   AT_API,  2, "/mlflow/traces/link-prompts", 0, WR, JSON,
	    IN(trace_link_prompts), trace_link_to_prompts },
	{ "GET",    AT_API,  3, "/mlflow/traces/{trace_id}", 0, RD, QUERY,
	    IN(trace_get), trace_get },
	{ "PATCH",  AT_API,  3, "/mlflow/traces/{trace_id}/tags", 0, WR, JSON,
	    IN(trace_tag_set), trace_set_tag },
	{ "DELETE", AT_API,  3, "/mlflow/traces/{trace_id}/tags", 0, WR, JSON,
	    IN(trace_tag_delete), trace_delete_tag },
	{ "PATCH",  AT_API,  2, "/mlflow/traces/{trace_id}/tags", 0, WR, JSON,
	    IN(trace_tag_set), trace_set_tag },
	{ "DELETE", AT_API,  2, "/mlflow/traces/{trace_id}/tags", 0, WR, JSON,
	    IN(trace_tag_delete), trace_delete_tag },
	{ .method = NULL }
};
/* clang-format on */
