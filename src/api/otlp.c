/*
 * POST /v1/traces.  A request is read and converted before the first statement, then
 * written whole or not at all: traces are held one after the other in the order of their
 * ids, so that writers of the same traces wait for each other and do not deadlock.
 */
#include <stdlib.h>
#include <string.h>

#include "api/artifact_common.h"
#include "api/otlp.h"
#include "api/trace_common.h"
#include "http/request.h"
#include "otlp/batch.h"
#include "otlp/inflate.h"
#include "otlp/price_files.h"
#include "store/span.h"

/*
 * Bytes of a span's content: MariaDB takes 16 MiB in one packet unless it is told
 * otherwise, and the other columns need some of them.
 */
#define CONTENT_MAX	(16 * 1024 * 1024 - 64 * 1024)
/* Bytes that a body may unpack to: what may come unpacked. */
#define UNPACKED_MAX	REQUEST_BODY_MAX

/* Below the web UI's files, where tools/fetch-ui puts it. */
#define PRICES	"model_catalog"

/* Traces whose tags and metadata one statement reads. */
#define FILL_PIECE	500

#define NS_IN_MS	1000000
#define USER_KEY	"mlflow.trace.user"

/* A trace of the request beside the one that is stored. */
struct opened {
	const struct otlp_trace	*sent;
	struct trace		*stored;
	bool			 is_new, is_final;
};

/* The body as it was before it was packed. */
static int
unpack(struct ctx *c, struct str *body)
{
	struct str form = request_header(c, "HTTP_CONTENT_ENCODING");
	bool gzip = form.p != NULL && str_is_nocase(form, "gzip");
	struct buf plain = { 0 };
	enum inflate_outcome outcome;

	*body = c->req.body;
	if (str_empty(form))
		return 0;
	if (!gzip && !str_is_nocase(form, "deflate"))
		return fail_detail(c, 400, "Unsupported Content-Encoding: ", form, "");
	outcome = inflate_body(gzip ? INFLATE_GZIP : INFLATE_DEFLATE, *body, UNPACKED_MAX, &plain);
	*body = arena_str(c->mem, buf_str(&plain));
	buf_fini(&plain);
	if (outcome == INFLATE_TOO_MUCH)
		return fail_detail(c, 413, "The body unpacks to more than 64 MiB. Export the spans "
		    "in several requests.", STR(""), "");
	return outcome == INFLATE_FINE ? 0 : fail_detail(c, 400, gzip ?
	    "Failed to decompress gzip payload" : "Failed to decompress deflate payload",
	    STR(""), "");
}

/* The media type, without its parameters. */
static struct str
media_type(const struct ctx *c)
{
	struct str type = str_or_empty(c->req.content_type);
	const char *end = type.len == 0 ? NULL : memchr(type.p, ';', type.len);

	return str_trim(end == NULL ? type : (struct str){ type.p, (size_t)(end - type.p) });
}

/* What the client is told of a request that is not written. */
static int
fail_outcome(struct ctx *c, enum otlp_outcome outcome)
{
	switch (outcome) {
	case OTLP_NOT_LOGGED:
	case OTLP_NOT_CONVERTED:
		return fail_detail(c, 422, otlp_sentence(outcome), STR(""), "");
	case OTLP_NO_SPANS:
	case OTLP_BROKEN:
		return fail_detail(c, 400, otlp_sentence(outcome), STR(""), "");
	case OTLP_TOO_MANY:
		return fail_too_many(c);
	case OTLP_LATE:
	case OTLP_LONG_TYPE:
	case OTLP_LONG_USER:
		return fail(c, BAD_REQUEST, "%s", otlp_sentence(outcome));
	default:
		return fail(c, INVALID_PARAMETER_VALUE, "%s", otlp_sentence(outcome));
	}
}

/* What models cost; read from disk at the first spans of a worker. */
static const struct otlp_prices *
find_prices(struct ctx *c)
{
	struct kept *k = c->kept;

	if (k->prices == NULL) {
		k->prices = arena_alloc(&k->mem, sizeof(*k->prices));
		otlp_prices_load(&k->mem, arena_printf(c->mem, "%s/" PRICES,
		    c->conf->ui_dir).p, k->prices);
	}
	return k->prices;
}

static int
read_batch(struct ctx *c, struct otlp_batch *batch)
{
	struct str type = media_type(c), body;
	bool json = str_is(type, "application/json");
	enum otlp_outcome outcome;
	size_t i;

	if (!json && !str_is(type, "application/x-protobuf"))
		return fail_detail(c, 400, "Invalid Content-Type: ", type.len == 0 ? STR("None") :
		    arena_str(c->mem, type),
		    ". Expected: application/x-protobuf or application/json");
	if (unpack(c, &body) == -1)
		return -1;
	outcome = json ? otlp_batch_json(c->mem, body, c->work.budget.values,
	    find_prices(c), batch) : otlp_batch_protobuf(c->mem, body, find_prices(c), batch);
	if (outcome != OTLP_FINE)
		return fail_outcome(c, outcome);
	for (i = 0; i < batch->nrows; i++)
		if (batch->rows[i]->content.len > CONTENT_MAX)
			return fail_outcome(c, OTLP_NOT_LOGGED);
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct otlp_trace *const *x = a, *const *y = b;

	return str_cmp((*x)->trace_id, (*y)->trace_id);
}

/* The experiment of the request, which only new traces need; it is loaded once. */
static int
load_target(struct ctx *c, struct experiment *e)
{
	struct str id = request_header(c, "HTTP_X_MLFLOW_EXPERIMENT_ID");

	return e->id != -1 ? 0 : load_active_experiment(c, str_or_empty(id), EDIT, e);
}

/* What may not be written to: a trace whose spans are somewhere else. */
static int
check_place(struct ctx *c, const struct trace *t)
{
	const struct kv *place = kvs_find(&t->tags, STR(TRACE_SPANS_TAG));

	if (place == NULL || str_is(place->value, TRACE_SPANS_HERE))
		return 0;
	if (str_is(place->value, "ARCHIVE_REPO"))
		return fail_client(c, INVALID_STATE, "Cannot log spans to archived traces: '%s'.",
		    t->trace_id.p);
	return fail_client(c, INVALID_STATE, "Cannot log spans because one or more traces are "
	    "unavailable for DB-backed span writes: other='%s'", t->trace_id.p);
}

static int
open_trace(struct ctx *c, const struct otlp_trace *sent, struct experiment *e,
    struct trace *t, bool *is_new)
{
	struct arena_mark mark = arena_mark(c->mem);
	int rc = store_trace_lock(&c->work, sent->trace_id, t);

	*is_new = false;
	if (rc == 0) {
		arena_release(c->mem, mark);
		if (load_target(c, e) == -1)
			return -1;
		mark = arena_mark(c->mem);
		rc = store_trace_open(&c->work, sent->trace_id, e->id, t);
		*is_new = rc == 1;
	}
	if (rc == -1)
		return fail_db(c);
	if (*is_new) {
		/* a collector sends thousands at once: what was read of nothing goes */
		arena_release(c->mem, mark);
		t->trace_id = sent->trace_id;
		t->status = STR("IN_PROGRESS");
	}
	return permit(c, EDIT, TRACE, .id = t->trace_id, .experiment_id = t->experiment_id);
}

/* All traces of a batch, locked in the order of their ids. */
static struct opened *
open_traces(struct ctx *c, const struct otlp_batch *batch, struct experiment *e)
{
	struct opened *list = arena_array(c->mem, batch->ntraces, sizeof(*list));
	struct trace *stored = arena_array(c->mem, batch->ntraces, sizeof(*stored));
	size_t i, n;

	qsort(batch->traces, batch->ntraces, sizeof(*batch->traces), by_id);
	for (i = 0; i < batch->ntraces; i++) {
		list[i] = (struct opened){ .sent = batch->traces[i], .stored = &stored[i] };
		if (open_trace(c, list[i].sent, e, &stored[i], &list[i].is_new) == -1)
			return NULL;
	}
	for (i = 0; i < batch->ntraces; i += n) {
		n = batch->ntraces - i < FILL_PIECE ? batch->ntraces - i : FILL_PIECE;
		if (store_trace_fill_kvs(&c->work, &stored[i], n) == -1) {
			fail_db(c);
			return NULL;
		}
	}
	for (i = 0; i < batch->ntraces; i++) {
		list[i].is_final = kvs_find(&stored[i].metadata, STR(TRACE_FINAL_KEY)) != NULL;
		if (check_place(c, &stored[i]) == -1)
			return NULL;
	}
	return list;
}

static int64_t
floor_ms(int64_t ns)
{
	return ns / NS_IN_MS - (ns % NS_IN_MS < 0);
}

/* The first start and the last end, of the trace and of these spans. */
static void
stretch(struct opened *o)
{
	struct trace *t = o->stored;
	const struct otlp_trace *s = o->sent;
	int64_t start = floor_ms(s->start_ns), old = t->timestamp_ms, end;
	bool has_end = s->end_ns.set;

	/* a finalized trace knows its time better than a batch that sums up */
	if (o->is_final && (s->has_usage || s->has_cost || s->session_id.p != NULL))
		return;
	end = has_end ? floor_ms(s->end_ns.v) : 0;
	if (!o->is_new && t->execution_time_ms.type != DB_NULL) {
		int64_t old_end = old + t->execution_time_ms.i64;

		end = !has_end || old_end > end ? old_end : end;
		has_end = true;
	}
	t->timestamp_ms = o->is_new || start < old ? start : old;
	t->execution_time_ms = has_end ? db_i64(end - t->timestamp_ms) : db_null();
}

static void
keep(struct str *stored, struct str sent)
{
	if (stored->p == NULL)
		*stored = sent;
}

/* What a trace does not know yet of itself. */
static void
complete(struct opened *o)
{
	struct trace *t = o->stored;
	const struct otlp_trace *s = o->sent;

	stretch(o);
	if (s->has_root && (str_is(t->status, "IN_PROGRESS") ||
	    str_is(t->status, "STATE_UNSPECIFIED")))
		t->status = s->status;
	keep(&t->request_preview, s->request_preview);
	keep(&t->response_preview, s->response_preview);
	keep(&t->session_id, s->session_id);
	if (s->name.p != NULL)
		t->name = s->name;
}

/* Nodes of a trace's tree. */
struct nodes {
	struct arena		*mem;
	struct otlp_node	*items;
	size_t			 n;
};

static void
add_node(struct nodes *to, const struct otlp_node *node)
{
	to->items = arena_grow(to->mem, to->items, to->n, sizeof(*to->items));
	to->items[to->n++] = *node;
}

static void
take_node(void *arg, struct str span_id, struct str parent_id, struct str content)
{
	struct nodes *to = arg;
	struct otlp_node node = otlp_node_of(to->mem, span_id, parent_id, content);

	add_node(to, &node);
}

static bool
is_any_set(const struct db_val *values, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (values[i].type != DB_NULL)
			return true;
	return false;
}

/* Tokens and costs over the whole tree; what a start said of either stands. */
static int
sum_up(struct ctx *c, struct opened *o)
{
	struct trace *t = o->stored;
	struct nodes nodes = { .mem = c->mem };
	struct otlp_sums sums;
	size_t i;

	if (!o->sent->has_usage && !o->sent->has_cost)
		return 0;
	if (!o->is_new && store_span_nodes(&c->work, t->trace_id, take_node, &nodes) == -1)
		return fail_db(c);
	for (i = 0; i < o->sent->nnodes; i++)
		add_node(&nodes, &o->sent->nodes[i]);
	otlp_sum(c->mem, nodes.items, nodes.n, &sums);
	if (o->sent->has_usage && !(o->is_final && is_any_set(t->tokens, TRACE_TOKENS)))
		for (i = 0; i < TRACE_TOKENS; i++)
			if (sums.tokens[i].set)
				t->tokens[i] = db_i64(sums.tokens[i].v);
	if (o->sent->has_cost && !(o->is_final && is_any_set(t->costs, TRACE_COSTS)))
		for (i = 0; i < TRACE_COSTS; i++)
			if (sums.costs[i].set)
				t->costs[i] = db_dbl(sums.costs[i].v);
	return 0;
}

static void
add_tags(struct ctx *c, const struct otlp_tags *from, struct kvs *to)
{
	size_t i;

	for (i = 0; from != NULL && i < from->n; i++)
		kvs_add(c->mem, to, from->items[i].key, from->items[i].value);
}

/* Resources first, roots over them, and what is the server's own over all. */
static int
write_tags(struct ctx *c, struct opened *o, const struct experiment *e)
{
	struct kvs tags = { NULL, 0 };
	struct trace fresh = { .trace_id = o->stored->trace_id };

	add_tags(c, o->sent->resource_tags, &tags);
	add_tags(c, &o->sent->tags, &tags);
	kvs_add(c->mem, &tags, STR(TRACE_SPANS_TAG), STR(TRACE_SPANS_HERE));
	if (o->is_new) {
		add_artifact_location(c, &fresh, e->artifact_location);
		kvs_add(c->mem, &tags, fresh.tags.items[0].key, fresh.tags.items[0].value);
	}
	kvs_fold(c->mem, &tags);
	return store_trace_tags_set(&c->work, fresh.trace_id, &tags) == -1 ? fail_db(c) : 0;
}

static int
write_user(struct ctx *c, const struct opened *o)
{
	struct kv user = { STR(USER_KEY), o->sent->user };
	struct kvs metadata = { &user, 1 };

	if (user.value.p == NULL || kvs_find(&o->stored->metadata, user.key) != NULL)
		return 0;
	return store_trace_metadata_set(&c->work, o->stored->trace_id, &metadata) == -1 ?
	    fail_db(c) : 0;
}

static int
write_trace(struct ctx *c, struct opened *o, const struct experiment *e)
{
	if (sum_up(c, o) == -1)
		return -1;
	complete(o);
	if (store_trace_update(&c->work, o->stored) == -1)
		return fail_db(c);
	return write_tags(c, o, e) == -1 || write_user(c, o) == -1 ? -1 : 0;
}

static const struct opened *
find_opened(const struct opened *list, size_t n, struct str trace_id)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = str_cmp(list[middle].sent->trace_id, trace_id);

		if (order == 0)
			return &list[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

static struct span
span_of(const struct otlp_row *r, int64_t experiment_id)
{
	struct span s = {
		.trace_id = r->trace_id, .span_id = r->span_id, .parent_id = r->parent_id,
		.experiment_id = experiment_id, .name = r->name, .type = r->type,
		.status = r->status, .start_ns = r->start_ns,
		.end_ns = r->end_ns.set ? db_i64(r->end_ns.v) : db_null(),
		.model = r->model, .provider = r->provider, .content = r->content,
	};
	size_t i;

	for (i = 0; i < TRACE_COSTS; i++)
		s.costs[i] = r->costs[i].set ? db_dbl(r->costs[i].v) : db_null();
	return s;
}

static int
write_spans(struct ctx *c, const struct otlp_batch *batch, const struct opened *list)
{
	struct span *spans = arena_array(c->mem, batch->nrows + 1, sizeof(*spans));
	size_t i;

	for (i = 0; i < batch->nrows; i++)
		spans[i] = span_of(batch->rows[i], find_opened(list, batch->ntraces,
		    batch->rows[i]->trace_id)->stored->experiment_id);
	return store_span_write(&c->work, spans, batch->nrows) == -1 ? fail_db(c) : 0;
}

/* Traces whose root came in belong to the run of the request. */
static int
link_to_run(struct ctx *c, const struct otlp_batch *batch)
{
	struct str run_id = request_header(c, "HTTP_X_MLFLOW_RUN_ID");
	struct str *ids = arena_array(c->mem, batch->ntraces + 1, sizeof(*ids));
	size_t i, n = 0;

	for (i = 0; i < batch->ntraces; i++)
		if (batch->traces[i]->has_root && batch->traces[i]->trace_id.len <= TRACE_LINK_MAX)
			ids[n++] = batch->traces[i]->trace_id;
	/* what no column takes names no run */
	if (str_empty(run_id) || run_id.len > TRACE_LINK_MAX)
		return 0;
	return store_trace_link_run(&c->work, run_id, ids, n) == -1 ? fail_db(c) : 0;
}

static int
check_header(struct ctx *c)
{
	if (request_header(c, "HTTP_X_MLFLOW_EXPERIMENT_ID").p != NULL)
		return 0;
	return fail_page(c, 422, "application/json", STR("{\"detail\":[{\"type\":\"missing\","
	    "\"loc\":[\"header\",\"x-mlflow-experiment-id\"],\"msg\":\"Field required\","
	    "\"input\":null}]}"));
}

/* Nothing, in the form that the request had. */
static int
answer_nothing(struct ctx *c)
{
	if (str_is(media_type(c), "application/json"))
		return answer_empty(c);
	c->res.content_type = "application/x-protobuf";
	return 0;
}

static int
otlp_log(struct ctx *c)
{
	struct experiment e = { .id = -1 };
	struct otlp_batch batch;
	struct opened *list;
	size_t i;

	if (check_header(c) == -1 || read_batch(c, &batch) == -1)
		return -1;
	if (batch.ntraces == 0)
		return permit_search(c) == -1 ? -1 : answer_nothing(c);
	list = open_traces(c, &batch, &e);
	if (list == NULL)
		return -1;
	/* the sums read what is stored before these spans replace it */
	for (i = 0; i < batch.ntraces; i++)
		if (write_trace(c, &list[i], &e) == -1)
			return -1;
	if (write_spans(c, &batch, list) == -1 || link_to_run(c, &batch) == -1)
		return -1;
	return answer_nothing(c);
}

/* clang-format off */
const struct route otlp_routes[] = {
	{ "POST",   AT_ROOT, 0, "/v1/traces", 0, WR, BYTES, NO_IN, otlp_log },
	{ .method = NULL }
};
/* clang-format on */
