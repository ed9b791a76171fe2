/* Evaluation datasets: their tags, experiments and records. */
#include <string.h>

#include "base/id.h"
#include "store/eval_dataset.h"
#include "store/owners.h"
#include "store/sql.h"

/* Columns of EVAL_DATASET_COLUMNS and of EVAL_RECORD_LIST in stmt.def. */
#define DATASET_COLUMNS	9
#define RECORD_COLUMNS	12
/* Ids of one statement; longer lists are read in pieces. */
#define PIECE		500

void
store_eval_dataset_from_row(const struct db_val *row, struct eval_dataset *d)
{
	*d = (struct eval_dataset){
		.dataset_id = row[0].str, .name = row[1].str, .schema = row[2].str,
		.profile = row[3].str, .digest = row[4].str, .created_time = row[5].i64,
		.last_update_time = row[6].i64, .created_by = row[7].str,
		.last_updated_by = row[8].str,
	};
}

static int
get(struct work *work, enum stmt stmt, struct str id, struct eval_dataset *d)
{
	struct db_val row[DATASET_COLUMNS];
	int rc = db_get(work, stmt, row, db_str(id));

	if (rc == 1)
		store_eval_dataset_from_row(row, d);
	return rc;
}

int
store_eval_dataset_find(struct work *work, struct str id,
    struct eval_dataset *d)
{
	return get(work, STMT_EVAL_DATASET_GET, id, d);
}

int
store_eval_dataset_lock(struct work *work, struct str id,
    struct eval_dataset *d)
{
	return get(work, STMT_EVAL_DATASET_LOCK, id, d);
}

static void
add_tag(struct arena *mem, struct kvs *tags, const struct db_val *row)
{
	kvs_add(mem, tags, row[1].str, row[2].str);
	/* a tag may be NULL here, which is told apart from "" */
	tags->items[tags->n - 1].value = row[2].str;
}

static int
fill_piece(struct work *work, struct eval_dataset *d, size_t n)
{
	struct str *ids = arena_array(work->mem, n, sizeof(*ids));
	struct db_result *r;
	struct owners owners;
	struct db_val row[3];
	struct sql q;
	size_t i;
	int rc = -1;

	for (i = 0; i < n; i++)
		ids[i] = d[i].dataset_id;
	owners = owners_of_ids(work->mem, ids, n);
	sql_init(&q, work, "eval_dataset.fill_piece");
	sql_lit(&q, "SELECT dataset_id, `key`, value FROM evaluation_dataset_tags "
	    "WHERE dataset_id IN ");
	sql_args(&q, ids, n);
	sql_lit(&q, " ORDER BY dataset_id, `key`");
	r = db_query_sql(work, &q, "sss");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, row[0].str, 0)) != OWNERS_NONE)
			add_tag(work->mem, &d[i].tags, row);
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_eval_dataset_fill(struct work *work, struct eval_dataset *d, size_t n)
{
	size_t i;

	for (i = 0; i < n; i += PIECE)
		if (fill_piece(work, d + i, n - i < PIECE ? n - i : PIECE) == -1)
			return -1;
	return 0;
}

/* Columns of EVAL_EXPERIMENT_ADD and of the removals. */
#define LINK_COLUMNS	4
#define REMOVE_COLUMNS	2

static int
add_experiments(struct work *work, const char *prefix, struct str id,
    const struct str *experiments, size_t n)
{
	struct db_val *values = arena_array(work->mem, n * LINK_COLUMNS + 1, sizeof(*values));
	struct db_val *v = values;
	size_t i;

	for (i = 0; i < n; i++, v += LINK_COLUMNS) {
		v[0] = db_str(arena_printf(work->mem, "%s%s", prefix, id_hex32(work->mem).p));
		v[1] = db_str(id);
		v[2] = db_str(experiments[i]);
		v[3] = db_i64(work->now);
	}
	return db_exec_rows(work, STMT_EVAL_EXPERIMENT_ADD, values, n) == -1 ? -1 : 0;
}

/* Execute a statement with the dataset and each of the ids: the rows that went, or -1. */
static int64_t
remove_each(struct work *work, enum stmt stmt, struct str dataset_id, const struct str *ids,
    size_t n)
{
	struct db_val *values = arena_array(work->mem, n * REMOVE_COLUMNS + 1, sizeof(*values));
	size_t i;

	for (i = 0; i < n; i++) {
		values[i * REMOVE_COLUMNS] = db_str(dataset_id);
		values[i * REMOVE_COLUMNS + 1] = db_str(ids[i]);
	}
	return db_exec_rows(work, stmt, values, n);
}

int
store_eval_dataset_create(struct work *work, struct eval_dataset *d,
    const struct str *experiments, size_t n)
{
	int64_t now = work->now;

	d->dataset_id = arena_printf(work->mem, "d-%s", id_hex32(work->mem).p);
	d->created_time = d->last_update_time = now;
	d->last_updated_by = d->created_by;
	if (db_exec(work, STMT_EVAL_DATASET_INSERT, db_str(d->dataset_id), db_str(d->name),
	    db_str(d->name), db_i64(now), db_i64(now), db_i64(now), db_str(d->created_by),
	    db_str(d->last_updated_by)) == -1)
		return -1;
	if (store_eval_dataset_tags_set(work, d->dataset_id, &d->tags) == -1)
		return -1;
	return add_experiments(work, "a-", d->dataset_id, experiments, n);
}

/*
 * Records and tags go with the row, by their foreign keys.  The row first: who links
 * experiments holds it.
 */
int
store_eval_dataset_delete(struct work *work, struct str id)
{
	int64_t gone = db_exec(work, STMT_EVAL_DATASET_DELETE, db_str(id));

	if (gone == -1 || db_exec(work, STMT_EVAL_EXPERIMENT_REMOVE_ALL, db_str(id)) == -1)
		return -1;
	return (int)gone;
}

int
store_eval_dataset_tags_set(struct work *work, struct str id, const struct kvs *tags)
{
	return kvs_write(work, STMT_EVAL_DATASET_TAG_SET, KVS_OWNER(db_str(id)), tags);
}

int
store_eval_dataset_tag_delete(struct work *work, struct str id, struct str key)
{
	return (int)db_exec(work, STMT_EVAL_DATASET_TAG_DELETE, db_str(id), db_str(key));
}

int64_t
store_eval_dataset_experiments(struct work *work, struct str id,
    struct str **experiments)
{
	struct db_result *r = db_query(work, STMT_EVAL_EXPERIMENTS, db_str(id));
	struct db_val row[1];
	size_t n = 0;
	int rc = -1;

	*experiments = NULL;
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		*experiments = arena_grow(work->mem, *experiments, n, sizeof(**experiments));
		(*experiments)[n++] = row[0].str;
	}
	db_close(r);
	return rc == -1 ? -1 : (int64_t)n;
}

int
store_eval_dataset_link(struct work *work, struct str id,
    const struct str *experiments, size_t n)
{
	struct str *fresh = arena_array(work->mem, n + 1, sizeof(*fresh)), *linked;
	int64_t nlinked = store_eval_dataset_experiments(work, id, &linked);
	size_t i, nfresh = 0;
	struct owners owners;

	if (nlinked == -1)
		return -1;
	owners = owners_of_ids(work->mem, linked, (size_t)nlinked);
	for (i = 0; i < n; i++)
		if (owners_find(&owners, experiments[i], 0) == OWNERS_NONE)
			fresh[nfresh++] = experiments[i];
	return add_experiments(work, "", id, fresh, nfresh);
}

int64_t
store_eval_dataset_unlink(struct work *work, struct str id, const struct str *experiments,
    size_t n)
{
	return remove_each(work, STMT_EVAL_EXPERIMENT_REMOVE, id, experiments, n);
}

int
store_eval_dataset_touch(struct work *work, struct str id)
{
	return (int)db_exec(work, STMT_EVAL_DATASET_TOUCH, db_i64(work->now), db_str(id));
}

int
store_eval_dataset_set_changed(struct work *work, const struct eval_dataset *d, struct str by)
{
	int64_t now = work->now;

	return (int)db_exec(work, STMT_EVAL_DATASET_SET_CHANGED, db_str(d->name), db_i64(now),
	    db_i64(now), db_str(by), db_str(d->dataset_id));
}

int
store_eval_dataset_set_content(struct work *work, struct str id, struct str schema,
    struct str profile)
{
	return (int)db_exec(work, STMT_EVAL_DATASET_SET_CONTENT, db_str(schema),
	    db_str(profile), db_str(id));
}

int
store_eval_dataset_set_profile(struct work *work, struct str id, struct str profile)
{
	return (int)db_exec(work, STMT_EVAL_DATASET_SET_PROFILE, db_str(profile), db_str(id));
}

int64_t
store_eval_record_count(struct work *work, struct str dataset_id)
{
	struct db_val row[1];

	if (db_get(work, STMT_EVAL_RECORD_COUNT, row, db_str(dataset_id)) != 1)
		return -1;
	return row[0].i64;
}

int
store_eval_record_hash(struct work *work, const struct str *texts, size_t n, struct str *hashes)
{
	struct db_result *r;
	struct db_val row[2];
	struct sql q;
	size_t i;
	int rc = -1;

	sql_init(&q, work, "eval_record.hash");
	for (i = 0; i < n; i++) {
		sql_add_literal(&q, i == 0 ? "SELECT " : " UNION ALL SELECT ");
		sql_arg(&q, db_i64((int64_t)i));
		sql_lit(&q, ", SHA2(");
		sql_arg(&q, db_str(texts[i]));
		sql_lit(&q, ", 256)");
	}
	r = db_query_sql(work, &q, "is");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		hashes[row[0].i64] = row[1].str;
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_eval_record_find(struct work *work, struct str dataset_id, const struct str *hashes,
    size_t n, struct eval_record *out)
{
	struct owners owners = owners_of_ids(work->mem, hashes, n);
	struct db_result *r;
	struct db_val row[4];
	struct sql q;
	size_t i;
	int rc = -1;

	memset(out, 0, n * sizeof(*out));
	sql_init(&q, work, "eval_record.find");
	sql_lit(&q, "SELECT input_hash, dataset_record_id, expectations, tags "
	    "FROM evaluation_dataset_records WHERE dataset_id = ");
	sql_arg(&q, db_str(dataset_id));
	sql_lit(&q, " AND input_hash IN ");
	sql_args(&q, hashes, n);
	r = db_query_sql(work, &q, "ssss");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, row[0].str, 0)) != OWNERS_NONE)
			out[i] = (struct eval_record){ .record_id = row[1].str,
			    .expectations = row[2].str, .tags = row[3].str };
	db_close(r);
	sql_fini(&q);
	return rc;
}

/* Columns of EVAL_RECORD_INSERT and EVAL_RECORD_UPDATE that are given. */
#define INSERT_COLUMNS	14
#define UPDATE_COLUMNS	6

static void
to_insert(struct db_val *v, struct str dataset_id, const struct eval_record *r)
{
	const struct db_val values[INSERT_COLUMNS] = {
		db_str(r->record_id), db_str(dataset_id), db_str(r->inputs),
		db_str(r->sorted_inputs), db_str(r->expectations), db_str(r->tags),
		db_str(r->source), db_str(r->source_id), db_str(r->source_type),
		db_i64(r->created_time), db_i64(r->last_update_time), db_str(r->created_by),
		db_str(r->last_updated_by), db_str(r->outputs),
	};

	memcpy(v, values, sizeof(values));
}

int
store_eval_records_insert(struct work *work, struct str dataset_id,
    struct eval_record *const *list, size_t n)
{
	struct db_val *values = arena_array(work->mem, n * INSERT_COLUMNS + 1, sizeof(*values));
	size_t i;

	for (i = 0; i < n; i++) {
		list[i]->record_id = arena_printf(work->mem, "dr-%s", id_hex32(work->mem).p);
		list[i]->created_time = list[i]->last_update_time = work->now;
		to_insert(values + i * INSERT_COLUMNS, dataset_id, list[i]);
	}
	return db_exec_rows(work, STMT_EVAL_RECORD_INSERT, values, n) == -1 ? -1 : 0;
}

int
store_eval_records_update(struct work *work, struct eval_record *const *list, size_t n)
{
	struct db_val *values = arena_array(work->mem, n * UPDATE_COLUMNS + 1, sizeof(*values));
	struct db_val *v = values;
	size_t i;

	for (i = 0; i < n; i++, v += UPDATE_COLUMNS) {
		v[0] = db_str(list[i]->expectations);
		v[1] = db_str(list[i]->tags);
		v[2] = db_str(list[i]->outputs);
		v[3] = db_i64(work->now);
		v[4] = db_str(list[i]->last_updated_by);
		v[5] = db_str(list[i]->record_id);
	}
	return db_exec_rows(work, STMT_EVAL_RECORD_UPDATE, values, n) == -1 ? -1 : 0;
}

int64_t
store_eval_record_delete(struct work *work, struct str dataset_id, const struct str *record_ids,
    size_t n)
{
	return remove_each(work, STMT_EVAL_RECORD_DELETE, dataset_id, record_ids, n);
}

int
store_eval_record_read(struct work *work, struct str dataset_id, int64_t created_time,
    struct str record_id, int64_t limit, eval_record_take *take, void *arg)
{
	struct db_result *r = db_stream(work, STMT_EVAL_RECORD_LIST, db_str(dataset_id),
	    db_i64(created_time), db_i64(created_time), db_str(record_id), db_i64(limit));
	struct arena_mark mark = arena_mark(work->mem);
	struct db_val row[RECORD_COLUMNS];
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1) {
		struct eval_record record = {
			.record_id = row[0].str, .inputs = row[1].str,
			.expectations = row[2].str, .tags = row[3].str,
			.source = row[4].str, .source_id = row[5].str,
			.source_type = row[6].str, .outputs = row[7].str,
			.created_time = row[8].i64, .last_update_time = row[9].i64,
			.created_by = row[10].str, .last_updated_by = row[11].str,
		};

		take(arg, &record);
		arena_release(work->mem, mark);
	}
	db_close(r);
	return rc;
}
