/* Version 2 of traces: a start and an end; the spans are a file of the client's. */
#include <inttypes.h>

#include "api/trace_common.h"
#include "api/traces_v2.h"
#include "base/id.h"
#include "base/time.h"

/* TraceStatus, with MLflow's numbers. */
static const struct enum_name statuses[] = {
	{ "OK", 1 },
	{ "ERROR", 2 },
	{ "IN_PROGRESS", 3 },
	{ NULL, 0 }
};

struct v2_start {
	struct str	experiment_id;
	struct opt_i64	timestamp_ms;
	struct list	request_metadata, tags;
};

struct v2_end {
	struct str	request_id;
	struct opt_i64	timestamp_ms;
	struct opt_enum	status;
	struct list	request_metadata, tags;
};

struct v2_get {
	struct str	request_id;
};

static const struct field v2_start_fields[] = {
	F_STR(v2_start, experiment_id, 0),
	F_I64(v2_start, timestamp_ms, 0),
	F_LIST(v2_start, request_metadata, 0, kv_in, kv_fields),
	F_LIST(v2_start, tags, 0, kv_in, kv_fields),
	F_END
};

static const struct field v2_end_fields[] = {
	F_STR(v2_end, request_id, 0),
	F_I64(v2_end, timestamp_ms, 0),
	F_ENUM(v2_end, status, 0, statuses),
	F_LIST(v2_end, request_metadata, 0, kv_in, kv_fields),
	F_LIST(v2_end, tags, 0, kv_in, kv_fields),
	F_END
};

static const struct field v2_get_fields[] = {
	F_STR(v2_get, request_id, 0),
	F_END
};

/* Tags and metadata of a request, into the trace. */
static int
take_lists(struct ctx *c, const struct list *given_tags, const struct list *given_metadata,
    struct trace *t)
{
	struct kvs tags, metadata;

	take_kvs(c, given_tags, &tags);
	take_kvs(c, given_metadata, &metadata);
	return take_trace_tags(c, t, &tags) == -1 ||
	    take_trace_metadata(c, t, &metadata) == -1 ? -1 : 0;
}

/* The trace as it is now. */
static int
answer_info(struct ctx *c, struct str trace_id)
{
	struct trace t;

	if (load_whole_trace(c, trace_id, &t) == -1)
		return -1;
	json_begin(&c->out, NULL);
	put_trace_info_v2(c, "trace_info", &t);
	json_end(&c->out);
	return 0;
}

/* Of other times no answer could be read. */
static int
check_time(struct ctx *c, int64_t ms)
{
	if (time_is_dated(ms))
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %" PRId64 " for parameter "
	    "'timestamp_ms' supplied: it is a time in ms since 1970, in the years 1 to 9999.", ms);
}

static int
v2_start(struct ctx *c)
{
	const struct v2_start *in = c->in;
	struct trace t = { .status = STR("IN_PROGRESS"), .timestamp_ms = in->timestamp_ms.v };
	struct experiment e;

	if (check_time(c, in->timestamp_ms.v) == -1 ||
	    load_active_experiment(c, str_or_empty(in->experiment_id), EDIT, &e) == -1 ||
	    take_lists(c, &in->tags, &in->request_metadata, &t) == -1)
		return -1;
	t.trace_id = id_hex32(c->mem);
	t.experiment_id = e.id;
	add_artifact_location(c, &t, e.artifact_location);
	return store_trace_start(&c->work, &t) == -1 ? fail_db(c) : answer_info(c, t.trace_id);
}

static int
v2_end(struct ctx *c)
{
	const struct v2_end *in = c->in;
	struct trace t;

	if (check_time(c, in->timestamp_ms.v) == -1 || load_trace(c, c->params[0], EDIT, &t) == -1 ||
	    take_lists(c, &in->tags, &in->request_metadata, &t) == -1)
		return -1;
	if (!in->status.set)
		return fail_client(c, INTERNAL_ERROR, "The end of a trace needs a 'status': OK, "
		    "ERROR or IN_PROGRESS.");
	t.status = str_of(statuses[in->status.v - 1].name);
	t.execution_time_ms = db_i64(in->timestamp_ms.v - t.timestamp_ms);
	return store_trace_start(&c->work, &t) == -1 ? fail_db(c) : answer_info(c, t.trace_id);
}

static int
v2_info(struct ctx *c)
{
	return answer_info(c, c->params[0]);
}

/* clang-format off */
const struct route trace_v2_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/traces", 0, WR, JSON, IN(v2_start), v2_start },
	{ "PATCH",  AT_API,  2, "/mlflow/traces/{request_id}", 0, WR, JSON, IN(v2_end), v2_end },
	{ "GET",    AT_API,  2, "/mlflow/traces/{request_id}/info", 0, RD, QUERY,
	    IN(v2_get), v2_info },
	{ .method = NULL }
};
/* clang-format on */
