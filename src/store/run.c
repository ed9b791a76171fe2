/*
 * Runs with what hangs on them.
 *
 * What belongs to a page of runs is read by one statement a kind over the ids of
 * the page, in the order of the ids, and handed out to the runs while reading.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/owners.h"
#include "store/run.h"
#include "store/sql.h"

/* Columns of a run in RUN_GET and in list_piece. */
#define RUN_COLUMNS	10

static void
from_row(const struct db_val *row, struct run *r)
{
	*r = (struct run){
		.run_id = row[0].str, .name = row[1].str, .user_id = row[2].str,
		.status = row[3].str, .start_time = row[4].i64, .end_time = row[5].i64,
		.lifecycle_stage = row[6].str, .artifact_uri = row[7].str,
		.experiment_id = row[9].i64,
	};
	if (str_empty(r->name) && row[8].type != DB_NULL)
		r->name = row[8].str;
}

int
store_run_find(struct work *work, struct str run_id, struct run *r)
{
	struct db_val row[RUN_COLUMNS];
	int rc = db_get(work, STMT_RUN_GET, row, db_str(run_id));

	if (rc == 1)
		from_row(row, r);
	return rc;
}

int
store_run_state(struct work *work, struct str run_id, struct run_state *s)
{
	struct db_val row[3];
	int rc = db_get(work, STMT_RUN_STATE, row, db_str(run_id));

	if (rc == 1)
		*s = (struct run_state){ row[0].str, str_is(row[1].str, "active"), row[2].i64 };
	return rc;
}

int
store_run_lock(struct work *work, struct str run_id)
{
	struct db_val row[1];

	return db_get(work, STMT_RUN_LOCK, row, db_str(run_id));
}

int64_t
store_run_list(struct work *work, const struct str *ids, size_t n,
    struct run *out)
{
	struct owners owners = owners_of_ids(work->mem, ids, n);
	struct db_val row[RUN_COLUMNS];
	struct db_result *r;
	struct sql q;
	size_t i, kept = 0;
	int rc = -1;

	if (n == 0)
		return 0;
	memset(out, 0, n * sizeof(*out));
	sql_init(&q, work, "run.list");
	sql_lit(&q, "SELECT run_uuid, name, user_id, status, start_time, end_time, "
	    "lifecycle_stage, artifact_uri, NULL, experiment_id FROM runs "
	    "WHERE run_uuid IN ");
	sql_args(&q, ids, n);
	r = db_query_sql(work, &q, "ssssiisssi");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, row[0].str, 0)) != OWNERS_NONE)
			from_row(row, &out[i]);
	db_close(r);
	sql_fini(&q);
	for (i = 0; i < n; i++)
		if (out[i].run_id.p != NULL)
			out[kept++] = out[i];
	return rc == -1 ? -1 : (int64_t)kept;
}

/* The runs of a page, to find the one that a row belongs to. */
struct page {
	struct work	*work;
	struct run	*runs;
	struct str	*ids;
	size_t		 n;
	struct owners	 owners;
};

static void
page_init(struct page *p, struct work *work, struct run *runs, size_t n)
{
	size_t i;

	*p = (struct page){ work, runs, arena_array(work->mem, n, sizeof(*p->ids)), n, { 0 } };
	for (i = 0; i < n; i++)
		p->ids[i] = runs[i].run_id;
	p->owners = owners_of_ids(work->mem, p->ids, n);
}

static struct run *
page_find(const struct page *p, struct str run_id)
{
	size_t at = owners_find(&p->owners, run_id, 0);

	return at == OWNERS_NONE ? NULL : &p->runs[at];
}

static void
take_metric(struct page *p, struct run *r, const struct db_val *row)
{
	struct metrics *m = &r->metrics;

	m->items = arena_grow(p->work->mem, m->items, m->n, sizeof(*m->items));
	m->items[m->n++] = (struct metric){ row[1].str,
	    row[5].i64 != 0 ? (double)NAN : row[2].dbl, row[3].i64, row[4].i64 };
}

static void
take_param(struct page *p, struct run *r, const struct db_val *row)
{
	kvs_add(p->work->mem, &r->params, row[1].str, row[2].str);
}

static void
take_tag(struct page *p, struct run *r, const struct db_val *row)
{
	kvs_add(p->work->mem, &r->tags, row[1].str, row[2].str);
}

/* One row a tag of an input, or one without a tag. */
static void
take_dataset(struct page *p, struct run *r, const struct db_val *row)
{
	struct dataset_inputs *d = &r->datasets;

	if (d->n == 0 || !str_eq(d->items[d->n - 1].input_id, row[1].str)) {
		d->items = arena_grow(p->work->mem, d->items, d->n, sizeof(*d->items));
		d->items[d->n++] = (struct dataset_input){
			.input_id = row[1].str, .name = row[2].str, .digest = row[3].str,
			.source_type = row[4].str, .source = row[5].str,
			.schema = row[6].str, .profile = row[7].str,
		};
	}
	if (row[8].type != DB_NULL)
		kvs_add(p->work->mem, &d->items[d->n - 1].tags, row[8].str, row[9].str);
}

static void
add_link(struct arena *mem, struct model_links *to, struct str model_id, int64_t step)
{
	to->items = arena_grow(mem, to->items, to->n, sizeof(*to->items));
	to->items[to->n++] = (struct model_link){ model_id, step };
}

static void
take_output(struct page *p, struct run *r, const struct db_val *row)
{
	add_link(p->work->mem, &r->models_out, row[1].str, row[2].i64);
}

static int
read_rows(struct page *p, struct sql *q, const char *out,
    void (*take)(struct page *, struct run *, const struct db_val *))
{
	struct db_result *result = db_query_sql(p->work, q, out);
	struct db_val row[RUN_COLUMNS];
	struct run *r = NULL;
	int rc = -1;

	while (result != NULL && (rc = db_next(result, row)) == 1) {
		if (r == NULL || !str_eq(r->run_id, row[0].str))
			r = page_find(p, row[0].str);
		if (r != NULL)
			take(p, r, row);
	}
	db_close(result);
	sql_fini(q);
	return rc;
}

static int
read_metrics(struct page *p)
{
	struct sql q;

	sql_init(&q, p->work, "run.read_metrics");
	sql_lit(&q, "SELECT run_uuid, `key`, value, timestamp, step, is_nan "
	    "FROM latest_metrics WHERE run_uuid IN ");
	sql_args(&q, p->ids, p->n);
	sql_lit(&q, " ORDER BY run_uuid, `key`");
	return read_rows(p, &q, "ssdiii", take_metric);
}

static int
read_params(struct page *p)
{
	struct sql q;

	sql_init(&q, p->work, "run.read_params");
	sql_lit(&q, "SELECT run_uuid, `key`, value FROM params WHERE run_uuid IN ");
	sql_args(&q, p->ids, p->n);
	sql_lit(&q, " ORDER BY run_uuid, `key`");
	return read_rows(p, &q, "sss", take_param);
}

static int
read_tags(struct page *p)
{
	struct sql q;

	sql_init(&q, p->work, "run.read_tags");
	sql_lit(&q, "SELECT run_uuid, `key`, value FROM tags WHERE run_uuid IN ");
	sql_args(&q, p->ids, p->n);
	sql_lit(&q, " ORDER BY run_uuid, `key`");
	return read_rows(p, &q, "sss", take_tag);
}

static int
read_datasets(struct page *p)
{
	struct sql q;

	sql_init(&q, p->work, "run.read_datasets");
	sql_lit(&q, "SELECT i.destination_id, i.input_uuid, d.name, d.digest, "
	    "d.dataset_source_type, d.dataset_source, d.dataset_schema, "
	    "d.dataset_profile, t.name, t.value FROM inputs i "
	    "JOIN datasets d ON d.dataset_uuid = {i.source_id} "
	    "LEFT JOIN input_tags t ON t.input_uuid = {i.input_uuid} "
	    "WHERE i.destination_type = 'RUN' AND i.source_type = 'DATASET' "
	    "AND i.destination_id IN ");
	sql_args(&q, p->ids, p->n);
	sql_lit(&q, " ORDER BY i.destination_id, d.name, d.digest, "
	    "i.source_id, t.name");
	return read_rows(p, &q, "ssssssssss", take_dataset);
}

static int
read_outputs(struct page *p)
{
	struct sql q;

	sql_init(&q, p->work, "run.read_outputs");
	sql_lit(&q, "SELECT source_id, destination_id, step FROM inputs "
	    "WHERE source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT' "
	    "AND source_id IN ");
	sql_args(&q, p->ids, p->n);
	sql_lit(&q, " ORDER BY source_id, destination_id");
	return read_rows(p, &q, "ssi", take_output);
}

/* RUN_GET does it for one run; for many the tags that are read anyway will do. */
static void
name_by_tag(struct run *r)
{
	const struct kv *tag = kvs_find(&r->tags, STR(RUN_NAME_TAG));

	if (str_empty(r->name) && tag != NULL)
		r->name = tag->value;
}

int
store_run_fill(struct work *work, struct run *runs, size_t n)
{
	struct page p;
	size_t i;

	if (n == 0)
		return 0;
	page_init(&p, work, runs, n);
	if (read_metrics(&p) == -1 || read_params(&p) == -1 ||
	    read_tags(&p) == -1 || read_datasets(&p) == -1 ||
	    read_outputs(&p) == -1)
		return -1;
	for (i = 0; i < n; i++)
		name_by_tag(&runs[i]);
	return 0;
}

/* A row of RUN_FILL; false for one of a dataset. */
static bool
take_part(struct page *p, struct run *r, const struct db_val *row)
{
	switch (row[0].i64) {
	case 0:
		take_metric(p, r, row);
		return true;
	case 1:
		kvs_add(p->work->mem, &r->params, row[1].str, row[6].str);
		return true;
	case 2:
		kvs_add(p->work->mem, &r->tags, row[1].str, row[6].str);
		return true;
	case 4:
		add_link(p->work->mem, &r->models_out, row[1].str, row[4].i64);
		return true;
	case 5:
		add_link(p->work->mem, &r->models_in, row[1].str, 0);
		return true;
	}
	return false;
}

int
store_run_fill_one(struct work *work, struct run *r)
{
	struct db_val id = db_str(r->run_id), row[7];
	struct db_result *result = db_query(work, STMT_RUN_FILL, id, id, id, id, id);
	bool datasets = false;
	struct page p;
	int rc = -1;

	page_init(&p, work, r, 1);
	while (result != NULL && (rc = db_next(result, row)) == 1)
		datasets |= !take_part(&p, r, row);
	db_close(result);
	return rc == 0 && datasets ? read_datasets(&p) : rc;
}

int
store_run_create(struct work *work, const struct run *r)
{
	if (db_exec(work, STMT_RUN_INSERT, db_str(r->run_id), db_str(r->name),
	    db_str(r->user_id), db_i64(r->start_time), db_str(r->artifact_uri),
	    db_i64(r->experiment_id)) == -1)
		return -1;
	return kvs_write(work, STMT_TAG_INSERT, KVS_OWNER(db_str(r->run_id)), &r->tags);
}

int
store_run_set_status(struct work *work, struct str run_id, struct str status)
{
	return (int)db_exec(work, STMT_RUN_SET_STATUS, db_str(status), db_str(run_id));
}

int
store_run_set_end_time(struct work *work, struct str run_id, int64_t end_time)
{
	return (int)db_exec(work, STMT_RUN_SET_END_TIME, db_i64(end_time), db_str(run_id));
}

static int
rename_run(struct work *work, struct str run_id, struct str name)
{
	return (int)db_exec(work, STMT_RUN_SET_NAME, db_str(name), db_str(run_id));
}

int
store_run_set_name(struct work *work, struct str run_id, struct str name)
{
	struct kv item = { STR(RUN_NAME_TAG), name };
	struct kvs tags = { &item, 1 };

	return store_tags_set(work, run_id, &tags);
}

int
store_run_delete(struct work *work, struct str run_id)
{
	return (int)db_exec(work, STMT_RUN_DELETE, db_i64(work->now), db_str(run_id));
}

int
store_run_restore(struct work *work, struct str run_id)
{
	return (int)db_exec(work, STMT_RUN_RESTORE, db_str(run_id));
}

int
store_tags_set(struct work *work, struct str run_id, const struct kvs *tags)
{
	struct kvs rest = { arena_array(work->mem, tags->n + 1, sizeof(struct kv)), 0 };
	size_t i;

	for (i = 0; i < tags->n; i++) {
		const struct kv *tag = &tags->items[i];

		if (str_is(tag->key, RUN_NAME_TAG)) {
			if (tag->value.len == 0)
				continue;
			if (rename_run(work, run_id, tag->value) == -1)
				return -1;
		}
		rest.items[rest.n++] = *tag;
	}
	return kvs_write(work, STMT_TAG_SET, KVS_OWNER(db_str(run_id)), &rest);
}

int
store_tag_set_active(struct work *work, struct str run_id, const struct kv *tag)
{
	int64_t rows = db_exec_alone(work, STMT_TAG_SET_ACTIVE, db_str(tag->key),
	    db_str(tag->value), db_str(run_id));

	return rows == -1 ? -1 : rows > 0;
}

int
store_param_add_active(struct work *work, struct str run_id, const struct kv *param)
{
	return (int)db_exec_alone(work, STMT_PARAM_INSERT_ACTIVE, db_str(param->key),
	    db_str(param->value), db_str(run_id));
}

int
store_tag_find(struct work *work, struct str run_id, struct str key,
    struct str *value)
{
	struct db_val row[1];
	int rc = db_get(work, STMT_TAG_GET, row, db_str(run_id), db_str(key));

	if (rc == 1)
		*value = str_or_empty(row[0].str);
	return rc;
}

int
store_tag_delete(struct work *work, struct str run_id, struct str key)
{
	return (int)db_exec(work, STMT_TAG_DELETE, db_str(run_id), db_str(key));
}

/* The rows of a statement under way whose key is among `keys`. */
static int
find_keys(struct work *work, struct sql *q, const struct kvs *keys,
    struct kvs *out)
{
	struct db_result *r;
	struct db_val row[2];
	size_t i;
	int rc = -1;

	*out = (struct kvs){ NULL, 0 };
	for (i = 0; i < keys->n; i++) {
		sql_add_literal(q, i == 0 ? " AND `key` IN (" : ", ");
		sql_arg(q, db_str(keys->items[i].key));
	}
	sql_lit(q, ")");
	r = db_query_sql(work, q, "ss");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		kvs_add(work->mem, out, row[0].str, row[1].str);
	db_close(r);
	sql_fini(q);
	return rc;
}

int
store_params_find(struct work *work, struct str run_id,
    const struct kvs *keys, struct kvs *out)
{
	struct sql q;

	*out = (struct kvs){ NULL, 0 };
	if (keys->n == 0)
		return 0;
	sql_init(&q, work, "run.params_find");
	sql_lit(&q, "SELECT `key`, value FROM params WHERE run_uuid = ");
	sql_arg(&q, db_str(run_id));
	return find_keys(work, &q, keys, out);
}

int
store_tags_are_stored(struct work *work, struct str run_id,
    const struct kvs *tags)
{
	struct kvs stored;
	struct sql q;
	size_t i;

	sql_init(&q, work, "run.tags_are_stored");
	sql_lit(&q, "SELECT `key`, value FROM tags WHERE run_uuid = ");
	sql_arg(&q, db_str(run_id));
	if (find_keys(work, &q, tags, &stored) == -1)
		return -1;
	for (i = 0; i < tags->n; i++)
		if (kvs_find(&stored, tags->items[i].key) == NULL)
			return 0;
	return 1;
}

int
store_params_add(struct work *work, struct str run_id, const struct kvs *params)
{
	return kvs_write(work, STMT_PARAM_INSERT, KVS_OWNER(db_str(run_id)), params);
}
