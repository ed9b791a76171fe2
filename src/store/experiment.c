/* Experiments and their tags. */
#include <string.h>

#include "store/experiment.h"
#include "store/location.h"
#include "store/owners.h"
#include "store/sql.h"

/* Ids of one statement; longer lists are read in pieces. */
#define PIECE	500

static void
from_row(const struct db_val *row, struct experiment *e)
{
	*e = (struct experiment){
		.id = row[0].i64, .name = row[1].str, .artifact_location = row[2].str,
		.lifecycle_stage = row[3].str, .creation_time = row[4].i64,
		.last_update_time = row[5].i64,
		.has_times = row[4].type != DB_NULL && row[5].type != DB_NULL,
	};
}

int
store_experiment_find(struct work *work, int64_t id, struct experiment *e)
{
	struct db_val row[6];
	int rc = db_get(work, STMT_EXPERIMENT_GET, row, db_i64(id));

	if (rc == 1)
		from_row(row, e);
	return rc;
}

int
store_experiment_find_by_name(struct work *work, struct str name,
    struct experiment *e)
{
	struct db_val row[6];
	int rc = db_get(work, STMT_EXPERIMENT_GET_BY_NAME, row, db_str(name));

	if (rc == 1)
		from_row(row, e);
	return rc;
}

static struct owners
index_ids(struct arena *mem, const int64_t *ids, size_t n)
{
	struct owners o = owners_new(mem, n);
	size_t i;

	for (i = 0; i < n; i++)
		owners_add(&o, STR(""), ids[i]);
	owners_sort(&o);
	return o;
}

static int
list_piece(struct work *work, const int64_t *ids, size_t n,
    struct experiment *out)
{
	struct owners owners = index_ids(work->mem, ids, n);
	struct db_result *r;
	struct db_val row[6];
	struct sql q;
	size_t i;
	int rc = -1;

	sql_init(&q, work, "experiment.list_piece");
	sql_lit(&q, "SELECT experiment_id, name, artifact_location, lifecycle_stage, "
	    "creation_time, last_update_time FROM experiments WHERE experiment_id IN ");
	sql_args_i64(&q, ids, n);
	r = db_query_sql(work, &q, "isssii");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, STR(""), row[0].i64)) != OWNERS_NONE)
			from_row(row, &out[i]);
	db_close(r);
	sql_fini(&q);
	return rc;
}

int64_t
store_experiment_list(struct work *work, const int64_t *ids, size_t n,
    struct experiment *out)
{
	size_t i, kept = 0;

	memset(out, 0, n * sizeof(*out));
	for (i = 0; i < n; i += PIECE)
		if (list_piece(work, ids + i, n - i < PIECE ? n - i : PIECE, out + i) == -1)
			return -1;
	/* one may have gone since its id was read */
	for (i = 0; i < n; i++)
		if (out[i].lifecycle_stage.p != NULL)
			out[kept++] = out[i];
	return (int64_t)kept;
}

static int
read_tags(struct work *work, struct experiment *e, size_t n)
{
	int64_t *ids = arena_array(work->mem, n, sizeof(*ids));
	struct owners owners;
	struct db_result *r;
	struct db_val row[3];
	struct sql q;
	size_t i;
	int rc = -1;

	for (i = 0; i < n; i++)
		ids[i] = e[i].id;
	owners = index_ids(work->mem, ids, n);
	sql_init(&q, work, "experiment.read_tags");
	sql_lit(&q, "SELECT experiment_id, `key`, value FROM experiment_tags "
	    "WHERE experiment_id IN ");
	sql_args_i64(&q, ids, n);
	sql_lit(&q, " ORDER BY experiment_id, `key`");
	r = db_query_sql(work, &q, "iss");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, STR(""), row[0].i64)) != OWNERS_NONE)
			kvs_add(work->mem, &e[i].tags, row[1].str, row[2].str);
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_experiment_fill(struct work *work, struct experiment *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i += PIECE)
		if (read_tags(work, e + i, n - i < PIECE ? n - i : PIECE) == -1)
			return -1;
	return 0;
}

int
store_experiment_create(struct work *work, struct str name,
    struct str location, const char *root, const struct kvs *tags, int64_t *id)
{
	int64_t now = work->now;

	if (db_exec(work, STMT_EXPERIMENT_INSERT, db_str(name), db_str(location),
	    db_i64(now), db_i64(now)) == -1)
		return -1;
	*id = db_insert_id(work->db);
	if (location.p == NULL) {
		location = location_join(work->mem, str_of(root),
		    arena_printf(work->mem, "%lld", (long long)*id));
		if (db_exec(work, STMT_EXPERIMENT_SET_LOCATION, db_str(location),
		    db_i64(*id)) == -1)
			return -1;
	}
	return kvs_write(work, STMT_EXPERIMENT_TAG_SET, KVS_OWNER(db_i64(*id)), tags);
}

int
store_experiment_rename(struct work *work, int64_t id, struct str name)
{
	return (int)db_exec(work, STMT_EXPERIMENT_RENAME, db_str(name),
	    db_i64(work->now), db_i64(id));
}

static int
set_stage(struct work *work, int64_t id, struct str stage)
{
	return (int)db_exec(work, STMT_EXPERIMENT_SET_STAGE, db_str(stage),
	    db_i64(work->now), db_i64(id), db_str(stage));
}

int
store_experiment_delete(struct work *work, int64_t id)
{
	int rc = set_stage(work, id, STR("deleted"));

	if (rc == 1 && db_exec(work, STMT_EXPERIMENT_DELETE_RUNS, db_i64(work->now),
	    db_i64(id)) == -1)
		return -1;
	return rc;
}

int
store_experiment_restore(struct work *work, int64_t id)
{
	int rc = set_stage(work, id, STR("active"));

	if (rc == 1 && db_exec(work, STMT_EXPERIMENT_RESTORE_RUNS, db_i64(id)) == -1)
		return -1;
	return rc;
}

int
store_experiment_tag_set(struct work *work, int64_t id, struct str key, struct str value)
{
	return db_exec(work, STMT_EXPERIMENT_TAG_SET, db_i64(id), db_str(key),
	    db_str(value)) == -1 ? -1 : 0;
}

int
store_experiment_tag_delete(struct work *work, int64_t id, struct str key)
{
	return (int)db_exec(work, STMT_EXPERIMENT_TAG_DELETE, db_i64(id), db_str(key));
}
