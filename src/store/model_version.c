/* Versions of registered models. */
#include <assert.h>

#include "store/model_version.h"
#include "store/owners.h"
#include "store/sql.h"

/* Versions of one statement; longer lists are read in pieces. */
#define PIECE	500

void
store_model_version_from_row(const struct db_val *row, struct model_version *v)
{
	*v = (struct model_version){
		.name = row[0].str, .version = row[1].i64,
		.creation_time = row[2].i64, .last_updated_time = row[3].i64,
		.description = row[4].str, .user_id = row[5].str,
		.current_stage = row[6].str, .source = row[7].str,
		.run_id = row[8].str, .status = row[9].str,
		.status_message = row[10].str, .run_link = row[11].str,
		.storage_location = row[12].str,
	};
}

void
model_versions_add(struct arena *mem, struct model_versions *to,
    const struct db_val *row)
{
	to->items = arena_grow(mem, to->items, to->n, sizeof(*to->items));
	store_model_version_from_row(row, &to->items[to->n++]);
}

int
store_model_version_find(struct work *work, struct str name,
    int64_t version, struct model_version *v)
{
	struct db_val row[VERSION_NCOLUMNS];
	int rc = db_get(work, STMT_VERSION_GET, row, db_str(name), db_i64(version));

	if (rc == 1)
		store_model_version_from_row(row, v);
	return rc;
}

int
store_model_version_lock(struct work *work, struct str name,
    int64_t version, struct model_version *v)
{
	struct db_val row[VERSION_NCOLUMNS];
	int rc = db_get(work, STMT_VERSION_LOCK, row, db_str(name), db_i64(version));

	if (rc == 1)
		store_model_version_from_row(row, v);
	return rc;
}

int
store_model_version_newest(struct work *work, struct str name,
    struct model_version *v)
{
	struct db_val row[VERSION_NCOLUMNS];
	int rc = db_get(work, STMT_VERSION_NEWEST, row, db_str(name));

	if (rc == 1)
		store_model_version_from_row(row, v);
	return rc;
}

/* "(name = ? AND version IN (?, ?)) OR (...)": one part a model. */
static void
add_versions(struct sql *q, const struct owners *owners)
{
	const struct owner *v = owners->sorted;
	size_t i;

	for (i = 0; i < owners->n; i++) {
		bool first = i == 0 || !str_eq(v[i].id, v[i - 1].id);

		if (!first) {
			sql_lit(q, ", ");
		} else {
			sql_add_literal(q, i == 0 ? "(v.name = " : ")) OR (v.name = ");
			sql_arg(q, db_str(v[i].id));
			sql_lit(q, " AND v.version IN (");
		}
		sql_arg(q, db_i64(v[i].number));
	}
	sql_lit(q, "))");
}

static int
read_tags(struct work *work, struct model_version *versions, size_t n)
{
	struct owners owners = owners_new(work->mem, n);
	struct db_result *r;
	struct db_val row[4];
	struct sql q;
	size_t i;
	int rc = -1;

	for (i = 0; i < n; i++)
		owners_add(&owners, versions[i].name, versions[i].version);
	owners_sort(&owners);
	sql_init(&q, work, "model_version.read_tags");
	/*
	 * By the version's spelling of the name: a tag may have another.  Versions first:
	 * left alone, MariaDB reads the tags of every version there is.
	 */
	sql_lit(&q, "SELECT v.name, v.version, t.`key`, t.value FROM model_versions v "
	    "STRAIGHT_JOIN model_version_tags t ON t.workspace = v.workspace AND t.name = v.name "
	    "AND t.version = v.version WHERE v.workspace = ");
	sql_workspace(&q);
	sql_lit(&q, " AND (");
	add_versions(&q, &owners);
	sql_lit(&q, ") ORDER BY t.`key`");
	r = db_query_sql(work, &q, "siss");
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		/* gone since the list was read, if it is not found */
		i = owners_find(&owners, row[0].str, row[1].i64);
		if (i != OWNERS_NONE)
			kvs_add(work->mem, &versions[i].tags, row[2].str, row[3].str);
	}
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_model_version_fill_tags(struct work *work,
    struct model_version *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i += PIECE)
		if (read_tags(work, v + i, n - i < PIECE ? n - i : PIECE) == -1)
			return -1;
	return 0;
}

int
store_model_version_fill_aliases(struct work *work,
    struct model_version *v, size_t n)
{
	struct db_result *r;
	struct db_val row[2];
	size_t i;
	int rc = -1;

	if (n == 0)
		return 0;
	r = db_query(work, STMT_MODEL_ALIASES, db_str(v[0].name));
	while (r != NULL && (rc = db_next(r, row)) == 1)
		for (i = 0; i < n; i++)
			if (v[i].version == row[1].i64)
				kvs_add(work->mem, &v[i].aliases, row[0].str, STR(""));
	db_close(r);
	return rc;
}

static int
touch_model(struct work *work, struct str name, int64_t now)
{
	return db_exec(work, STMT_MODEL_TOUCH, db_i64(now), db_str(name)) == -1 ? -1 : 0;
}

int
store_model_version_add(struct work *work, struct model_version *v)
{
	struct db_val next;
	int rc = db_get(work, STMT_VERSION_NEXT, &next, db_str(v->name));

	if (rc == -1)
		return -1;
	assert(rc == 1);
	v->version = next.i64;
	v->creation_time = v->last_updated_time = work->now;
	v->current_stage = STR("None");
	v->status = STR("READY");
	if (db_exec(work, STMT_VERSION_INSERT, db_str(v->name), db_i64(v->version),
	    db_i64(v->creation_time), db_i64(v->last_updated_time),
	    db_str(v->description), db_str(v->source), db_str(v->run_id),
	    db_str(v->run_link), db_str(v->storage_location)) == -1) {
		if (db_error(work->db) == DB_DUPLICATE)
			db_retry(work->db);
		return -1;
	}
	if (kvs_write(work, STMT_VERSION_TAG_INSERT, KVS_OWNER(db_str(v->name),
	    db_i64(v->version)), &v->tags) == -1)
		return -1;
	return touch_model(work, v->name, v->creation_time);
}

int
store_model_version_set_description(struct work *work, const struct model_version *v,
    struct str description)
{
	return db_exec(work, STMT_VERSION_SET_DESCRIPTION, db_str(description),
	    db_i64(work->now), db_str(v->name), db_i64(v->version)) == -1 ? -1 : 0;
}

int
store_model_version_set_stage(struct work *work, const struct model_version *v,
    struct str stage, bool archive)
{
	int64_t now = work->now;

	if (archive && db_exec(work, STMT_VERSION_ARCHIVE_OTHERS, db_i64(now),
	    db_str(v->name), db_str(stage), db_i64(v->version)) == -1)
		return -1;
	if (db_exec(work, STMT_VERSION_SET_STAGE, db_str(stage), db_i64(now),
	    db_str(v->name), db_i64(v->version)) == -1)
		return -1;
	return touch_model(work, v->name, now);
}

int
store_model_version_delete(struct work *work, const struct model_version *v)
{
	int64_t now = work->now;

	if (db_exec(work, STMT_VERSION_DELETE_ALIASES, db_str(v->name),
	    db_i64(v->version)) == -1 ||
	    db_exec(work, STMT_VERSION_DELETE, db_i64(now), db_str(v->name),
	    db_i64(v->version)) == -1)
		return -1;
	return touch_model(work, v->name, now);
}

int
store_model_version_tag_set(struct work *work, const struct model_version *v,
    struct str key, struct str value)
{
	return db_exec(work, STMT_VERSION_TAG_SET, db_str(v->name), db_i64(v->version),
	    db_str(key), db_str(value)) == -1 ? -1 : 0;
}

int
store_model_version_tag_delete(struct work *work, const struct model_version *v,
    struct str key)
{
	return db_exec(work, STMT_VERSION_TAG_DELETE, db_str(v->name), db_i64(v->version),
	    db_str(key)) == -1 ? -1 : 0;
}

int
store_model_origin_find(struct work *work, struct str model_id,
    struct model_origin *m)
{
	struct db_val row[4];
	int rc = db_get(work, STMT_VERSION_ORIGIN, row, db_str(model_id));

	if (rc == 1)
		*m = (struct model_origin){ row[0].str, row[1].i64, row[2].str, row[3].str };
	return rc;
}

int
store_model_origin_lock_tag(struct work *work,
    const struct model_origin *m, struct str *value)
{
	struct db_val row;
	int rc = db_get(work, STMT_VERSION_ORIGIN_LOCK, &row, db_str(m->model_id));

	if (rc == 1)
		*value = row.str;
	return rc;
}

int
store_model_origin_set_tag(struct work *work, const struct model_origin *m, struct str value)
{
	return db_exec(work, STMT_VERSION_ORIGIN_SET_TAG, db_str(m->model_id),
	    db_i64(m->experiment_id), db_str(value)) == -1 ? -1 : 0;
}
