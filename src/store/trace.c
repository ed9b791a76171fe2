/*
 * Traces.  What belongs to a page of them is read by one statement a kind over the ids
 * of the page, in the order of the ids, and handed out while reading.
 */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "store/sql.h"
#include "store/trace.h"

const char *const trace_token_names[TRACE_TOKENS] = {
	"input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens",
	"cache_creation_input_tokens", "cache_creation_input_tokens_above_1hr",
};

const char *const trace_cost_names[TRACE_COSTS] = {
	"input_cost", "output_cost", "total_cost"
};

bool
trace_key_is_column(struct str key)
{
	return str_is(key, TRACE_SESSION_KEY) || str_is(key, TRACE_TOKENS_KEY) ||
	    str_is(key, TRACE_COST_KEY);
}

/* Columns of a trace, as TRACE_COLUMNS of stmt.def has them. */
enum { COLUMNS = 10 + TRACE_TOKENS + TRACE_COSTS };

static void
from_row(const struct db_val *row, struct trace *t)
{
	*t = (struct trace){
		.trace_id = row[0].str, .experiment_id = row[1].i64, .timestamp_ms = row[2].i64,
		.execution_time_ms = row[3], .status = row[4].str,
		.client_request_id = row[5].str, .request_preview = row[6].str,
		.response_preview = row[7].str, .name = row[8].str, .session_id = row[9].str,
	};
	memcpy(t->tokens, row + 10, sizeof(t->tokens));
	memcpy(t->costs, row + 10 + TRACE_TOKENS, sizeof(t->costs));
}

static int
get(struct work *work, enum stmt id, struct str trace_id, struct trace *t)
{
	struct db_val row[COLUMNS];
	int rc = db_get(work, id, row, db_str(trace_id));

	if (rc == 1)
		from_row(row, t);
	return rc;
}

int
store_trace_find(struct work *work, struct str trace_id, struct trace *t)
{
	return get(work, STMT_TRACE_GET, trace_id, t);
}

int
store_trace_lock(struct work *work, struct str trace_id, struct trace *t)
{
	return get(work, STMT_TRACE_LOCK, trace_id, t);
}

/* Traces by id, to find the one that a row belongs to. */
struct index {
	struct trace	**sorted;
	struct str	 *ids;
	size_t		  n;
};

static int
by_id(const void *a, const void *b)
{
	const struct trace *const *x = a, *const *y = b;

	return str_cmp((*x)->trace_id, (*y)->trace_id);
}

static void
index_traces(struct arena *mem, struct trace *t, size_t n, struct index *x)
{
	size_t i;

	x->n = n;
	x->sorted = arena_array(mem, n, sizeof(*x->sorted));
	x->ids = arena_array(mem, n, sizeof(*x->ids));
	for (i = 0; i < n; i++)
		x->sorted[i] = &t[i];
	qsort(x->sorted, n, sizeof(*x->sorted), by_id);
	for (i = 0; i < n; i++)
		x->ids[i] = x->sorted[i]->trace_id;
}

static struct trace *
find_trace(const struct index *x, struct str id)
{
	struct trace key = { .trace_id = id };
	const struct trace *wanted = &key;
	struct trace **found = bsearch(&wanted, x->sorted, x->n, sizeof(*x->sorted), by_id);

	return found == NULL ? NULL : *found;
}

/* The ids that differ, as traces with nothing but an id; their number. */
static size_t
take_ids(struct arena *mem, const struct str *ids, size_t n, struct trace *out)
{
	struct index x;
	size_t i, kept = 0;

	for (i = 0; i < n; i++)
		out[i] = (struct trace){ .trace_id = ids[i], .experiment_id = -1 };
	index_traces(mem, out, n, &x);
	/* equal ones stand together: all but the first of the request go */
	for (i = 1; i < n; i++) {
		struct trace *a = x.sorted[i - 1], *b = x.sorted[i];

		if (!str_eq(a->trace_id, b->trace_id))
			continue;
		x.sorted[i] = a < b ? a : b;
		(a < b ? b : a)->trace_id.p = NULL;
	}
	for (i = 0; i < n; i++)
		if (out[i].trace_id.p != NULL)
			out[kept++] = out[i];
	return kept;
}

int64_t
store_trace_list(struct work *work, const struct str *ids, size_t n, struct trace *out)
{
	struct db_val row[COLUMNS];
	struct db_result *r;
	struct index x;
	struct sql q;
	size_t i, kept = 0;
	int rc = -1;

	if (n == 0)
		return 0;
	n = take_ids(work->mem, ids, n, out);
	index_traces(work->mem, out, n, &x);
	sql_init(&q, work, "trace.list");
	sql_lit(&q, "SELECT " TRACE_COLUMNS " FROM trace_info WHERE request_id IN ");
	sql_args(&q, x.ids, n);
	r = db_query_sql(work, &q, TRACE_TYPES);
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		struct trace *t = find_trace(&x, row[0].str);

		if (t != NULL)
			from_row(row, t);
	}
	db_close(r);
	sql_fini(&q);
	for (i = 0; i < n; i++)
		if (out[i].experiment_id != -1)
			out[kept++] = out[i];
	return rc == -1 ? -1 : (int64_t)kept;
}

static void
take_tag(struct arena *mem, struct trace *t, const struct db_val *row)
{
	/* older servers had it as a row */
	if (!str_is(row[1].str, TRACE_NAME_TAG))
		kvs_add(mem, &t->tags, row[1].str, row[2].str);
}

static void
take_metadata(struct arena *mem, struct trace *t, const struct db_val *row)
{
	if (!trace_key_is_column(row[1].str))
		kvs_add(mem, &t->metadata, row[1].str, row[2].str);
}

static void
take_assessment(struct arena *mem, struct trace *t, const struct db_val *row)
{
	struct assessments *a = &t->assessments;

	a->items = arena_grow(mem, a->items, a->n, sizeof(*a->items));
	assessment_of_row(row, &a->items[a->n++]);
}

/* Rows of a statement over the ids, each to its trace. */
static int
read_rows(struct work *work, const struct index *x, struct sql *q, const char *out,
    void (*take)(struct arena *, struct trace *, const struct db_val *))
{
	struct db_result *r = db_query_sql(work, q, out);
	struct db_val row[ASSESSMENT_WIDTH];
	struct trace *t;
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((t = find_trace(x, row[0].str)) != NULL)
			take(work->mem, t, row);
	db_close(r);
	sql_fini(q);
	return rc;
}

static int
read_tags(struct work *work, const struct index *x)
{
	struct sql q;

	sql_init(&q, work, "trace.tags");
	sql_lit(&q, "SELECT request_id, `key`, value FROM trace_tags WHERE request_id IN ");
	sql_args(&q, x->ids, x->n);
	sql_lit(&q, " ORDER BY request_id, `key`");
	return read_rows(work, x, &q, "sss", take_tag);
}

static int
read_metadata(struct work *work, const struct index *x)
{
	struct sql q;

	sql_init(&q, work, "trace.metadata");
	sql_lit(&q, "SELECT request_id, `key`, value FROM trace_request_metadata "
	    "WHERE request_id IN ");
	sql_args(&q, x->ids, x->n);
	sql_lit(&q, " ORDER BY request_id, `key`");
	return read_rows(work, x, &q, "sss", take_metadata);
}

static int
read_assessments(struct work *work, const struct index *x)
{
	struct sql q;

	sql_init(&q, work, "trace.assessments");
	sql_lit(&q, "SELECT " ASSESSMENT_COLUMNS " FROM assessments WHERE trace_id IN ");
	sql_args(&q, x->ids, x->n);
	sql_lit(&q, " ORDER BY trace_id, created_timestamp, assessment_id");
	return read_rows(work, x, &q, ASSESSMENT_TYPES, take_assessment);
}

static int
fill(struct work *work, struct trace *t, size_t n, bool assessments)
{
	struct index x;

	if (n == 0)
		return 0;
	index_traces(work->mem, t, n, &x);
	if (read_tags(work, &x) == -1 || read_metadata(work, &x) == -1)
		return -1;
	return assessments ? read_assessments(work, &x) : 0;
}

int
store_trace_fill(struct work *work, struct trace *t, size_t n)
{
	return fill(work, t, n, true);
}

int
store_trace_fill_kvs(struct work *work, struct trace *t, size_t n)
{
	return fill(work, t, n, false);
}

/* Keys and values of a trace by one statement; a list of one takes the plain way. */
static int
write_kvs(struct work *work, enum stmt id, struct str trace_id, const struct kvs *list)
{
	struct db_val *values = arena_array(work->mem, 3 * list->n, sizeof(*values));
	size_t i;

	for (i = 0; i < list->n; i++) {
		values[3 * i] = db_str(list->items[i].key);
		values[3 * i + 1] = db_str(list->items[i].value);
		values[3 * i + 2] = db_str(trace_id);
	}
	return list->n == 0 || db_exec_rows(work, id, values, list->n) != -1 ? 0 : -1;
}

int
store_trace_tags_set(struct work *work, struct str trace_id, const struct kvs *folded)
{
	return write_kvs(work, STMT_TRACE_TAG_SET, trace_id, folded);
}

int
store_trace_metadata_set(struct work *work, struct str trace_id, const struct kvs *folded)
{
	return write_kvs(work, STMT_TRACE_METADATA_SET, trace_id, folded);
}

/* What hangs on a trace goes where it goes. */
static int
move_with(struct work *work, const struct trace *t)
{
	if (db_exec(work, STMT_TRACE_MOVE_SPANS, db_i64(t->experiment_id), db_str(t->trace_id),
	    db_i64(t->experiment_id)) == -1)
		return -1;
	return db_exec(work, STMT_TRACE_MOVE_ASSESSMENTS, db_i64(t->experiment_id),
	    db_i64(t->timestamp_ms), db_str(t->trace_id)) == -1 ? -1 : 0;
}

int
store_trace_start(struct work *work, const struct trace *t)
{
	int64_t rows = db_exec(work, STMT_TRACE_UPSERT, db_str(t->trace_id),
	    db_i64(t->experiment_id), db_i64(t->timestamp_ms), t->execution_time_ms,
	    db_str(t->status), db_str(t->client_request_id), db_str(t->request_preview),
	    db_str(t->response_preview), db_str(t->name), db_str(t->session_id),
	    t->tokens[0], t->tokens[1], t->tokens[2], t->tokens[3], t->tokens[4],
	    t->tokens[5], t->costs[0], t->costs[1], t->costs[2]);

	if (rows == -1 || store_trace_tags_set(work, t->trace_id, &t->tags) == -1 ||
	    store_trace_metadata_set(work, t->trace_id, &t->metadata) == -1)
		return -1;
	/* a new row counts one: nothing hangs on it yet */
	return rows > 1 ? move_with(work, t) : 0;
}

int
store_trace_tag_delete(struct work *work, struct str trace_id, struct str key)
{
	return (int)db_exec(work, STMT_TRACE_TAG_DELETE, db_str(trace_id), db_str(key));
}

int
store_trace_name_set(struct work *work, struct str trace_id, struct str name)
{
	return (int)db_exec(work, STMT_TRACE_NAME_SET, db_str(name), db_str(trace_id));
}

int
store_trace_name_delete(struct work *work, struct str trace_id)
{
	return (int)db_exec(work, STMT_TRACE_NAME_DELETE, db_str(trace_id));
}

static int64_t
choose_by_time(struct work *work, const struct trace_choice *c, struct str *ids, size_t room)
{
	struct db_result *r = db_query(work, STMT_TRACE_CHOOSE, db_i64(c->experiment_id),
	    db_i64(c->until_ms), db_i64((int64_t)room));
	struct db_val row[1];
	int64_t n = 0;
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1)
		ids[n++] = row[0].str;
	db_close(r);
	return rc == -1 ? -1 : n;
}

int64_t
store_trace_choose(struct work *work, const struct trace_choice *c, size_t *at,
    struct str *ids, size_t room)
{
	size_t left = c->ids != NULL ? c->nids - *at :
	    c->most > 0 ? (size_t)c->most - *at : room;
	int64_t n = (int64_t)(left < room ? left : room);

	if (n == 0)
		return 0;
	if (c->ids == NULL)
		n = choose_by_time(work, c, ids, (size_t)n);
	else
		memcpy(ids, c->ids + *at, (size_t)n * sizeof(*ids));
	if (n > 0)
		*at += (size_t)n;
	return n;
}

int64_t
store_trace_delete(struct work *work, int64_t experiment_id, const struct str *ids, size_t n)
{
	struct db_val *values = arena_array(work->mem, 2 * n, sizeof(*values));
	size_t i;

	for (i = 0; i < n; i++) {
		values[2 * i] = db_str(ids[i]);
		values[2 * i + 1] = db_i64(experiment_id);
	}
	return db_exec_rows(work, STMT_TRACE_DELETE, values, n);
}

/* One row each; those that are there stay as they are. */
static int
link_all(struct work *work, enum stmt id, struct str one, const struct str *others, size_t n)
{
	struct db_val *values = arena_array(work->mem, 4 * n, sizeof(*values));
	size_t i;

	for (i = 0; i < n; i++) {
		values[4 * i] = db_str(id_hex32(work->mem));
		values[4 * i + 1] = db_str(id == STMT_TRACE_LINK_RUN ? others[i] : one);
		values[4 * i + 2] = db_str(id == STMT_TRACE_LINK_RUN ? one : others[i]);
		values[4 * i + 3] = db_i64(work->now);
	}
	return n == 0 || db_exec_rows(work, id, values, n) != -1 ? 0 : -1;
}

int
store_trace_link_run(struct work *work, struct str run_id, const struct str *trace_ids,
    size_t n)
{
	return link_all(work, STMT_TRACE_LINK_RUN, run_id, trace_ids, n);
}

int
store_trace_link_prompts(struct work *work, struct str trace_id, const struct str *versions,
    size_t n)
{
	return link_all(work, STMT_TRACE_LINK_PROMPT, trace_id, versions, n);
}
