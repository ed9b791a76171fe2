/* Spans, and what writing them does to their traces. */
#include "store/span.h"

/* Rows of one statement, and the bytes of their contents: half of MariaDB's packet. */
#define SPAN_PIECE	500
#define SPAN_PACKET	(8 * 1024 * 1024)

static int
read_trace(struct work *work, struct str id, span_take *take, void *arg)
{
	struct db_result *r = db_stream(work, STMT_SPAN_LIST, db_str(id));
	struct arena_mark mark = arena_mark(work->mem);
	struct db_val row[1];
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1) {
		rc = take(arg, id, row[0].str);
		/* what it says of a failure is kept */
		if (rc != 0)
			break;
		arena_release(work->mem, mark);
	}
	db_close(r);
	return rc;
}

int
store_span_read(struct work *work, const struct str *ids, size_t n, span_take *take, void *arg)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = read_trace(work, ids[i], take, arg);
	return rc;
}

int
store_span_count(struct work *work, const struct str *ids, size_t n, int64_t *counts)
{
	struct db_val row[1];
	size_t i;

	for (i = 0; i < n; i++) {
		if (db_get(work, STMT_SPAN_COUNT, row, db_str(ids[i])) != 1)
			return -1;
		counts[i] = row[0].i64;
	}
	return 0;
}

/* Columns of a row, as STMT_SPAN_UPSERT has them. */
enum { WIDTH = 15 };

static void
to_row(struct db_val *v, const struct span *s)
{
	v[0] = db_str(s->span_id);
	v[1] = db_str(s->parent_id);
	v[2] = db_str(s->name);
	v[3] = db_str(s->type);
	v[4] = db_str(s->status);
	v[5] = db_i64(s->start_ns);
	v[6] = s->end_ns;
	v[7] = db_str(s->content);
	v[8] = s->costs[0];
	v[9] = s->costs[1];
	v[10] = s->costs[2];
	v[11] = db_str(s->model);
	v[12] = db_str(s->provider);
	v[13] = db_str(s->trace_id);
	v[14] = db_i64(s->experiment_id);
}

int
store_span_write(struct work *work, const struct span *spans, size_t n)
{
	struct arena_mark mark = arena_mark(work->mem);
	struct db_val *values;
	size_t i, k, piece;

	for (i = 0; i < n; i += piece) {
		size_t bytes = 0;

		/* a statement's values are one packet: see SPAN_PACKET */
		for (piece = 0; i + piece < n && piece < SPAN_PIECE &&
		    (piece == 0 || bytes + spans[i + piece].content.len < SPAN_PACKET); piece++)
			bytes += spans[i + piece].content.len;
		values = arena_array(work->mem, piece * WIDTH, sizeof(*values));
		for (k = 0; k < piece; k++)
			to_row(values + k * WIDTH, &spans[i + k]);
		if (db_exec_rows(work, STMT_SPAN_UPSERT, values, piece) == -1)
			return -1;
		arena_release(work->mem, mark);
	}
	return 0;
}

int
store_span_nodes(struct work *work, struct str trace_id, span_node_take *take, void *arg)
{
	struct db_result *r = db_stream(work, STMT_SPAN_NODES, db_str(trace_id));
	struct db_val row[3];
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1)
		take(arg, row[0].str, row[1].str, row[2].str);
	db_close(r);
	return rc;
}

int
store_trace_open(struct work *work, struct str trace_id, int64_t experiment_id,
    struct trace *t)
{
	/* somebody else may make it at this moment: then it is as if it had been there */
	int64_t made = db_exec(work, STMT_TRACE_OPEN, db_str(trace_id), db_i64(experiment_id));

	if (made == -1 || store_trace_lock(work, trace_id, t) != 1)
		return -1;
	return t->timestamp_ms == TRACE_NO_TIME;
}

int
store_trace_update(struct work *work, const struct trace *t)
{
	if (db_exec(work, STMT_TRACE_UPDATE, db_i64(t->timestamp_ms), t->execution_time_ms,
	    db_str(t->status), db_str(t->request_preview), db_str(t->response_preview),
	    db_str(t->name), db_str(t->session_id), t->tokens[0], t->tokens[1], t->tokens[2],
	    t->tokens[3], t->tokens[4], t->tokens[5], t->costs[0], t->costs[1], t->costs[2],
	    db_str(t->trace_id)) == -1)
		return -1;
	return db_exec(work, STMT_TRACE_MOVE_ASSESSMENTS, db_i64(t->experiment_id),
	    db_i64(t->timestamp_ms), db_str(t->trace_id)) == -1 ? -1 : 0;
}
