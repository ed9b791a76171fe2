/* Registered models with their tags and aliases. */
#include <string.h>

#include "store/owners.h"
#include "store/registered_model.h"
#include "store/sql.h"

/* Models of one statement; longer lists are read in pieces. */
#define PIECE	500

void
store_registered_model_from_row(const struct db_val *row, struct registered_model *m)
{
	*m = (struct registered_model){
		.name = row[0].str, .creation_time = row[1].i64,
		.last_updated_time = row[2].i64, .description = row[3].str,
	};
}

int
store_registered_model_find(struct work *work, struct str name,
    struct registered_model *m)
{
	struct db_val row[4];
	int rc = db_get(work, STMT_MODEL_GET, row, db_str(name));

	if (rc == 1)
		store_registered_model_from_row(row, m);
	return rc;
}

int
store_registered_model_lock(struct work *work, struct str name,
    struct registered_model *m)
{
	struct db_val row[4];
	int rc = db_get(work, STMT_MODEL_LOCK, row, db_str(name));

	if (rc == 1)
		store_registered_model_from_row(row, m);
	return rc;
}

/* Models to be found by their names. */
struct index {
	struct registered_model	*models;
	struct str		*names;
	size_t			 n;
	struct owners		 owners;
};

static struct index
index_models(struct arena *mem, struct registered_model *m, size_t n)
{
	struct index x = { m, arena_array(mem, n, sizeof(*x.names)), n, { 0 } };
	size_t i;

	for (i = 0; i < n; i++)
		x.names[i] = m[i].name;
	x.owners = owners_of_ids(mem, x.names, n);
	return x;
}

/* NULL: renamed or gone since the list was read. */
static struct registered_model *
find_model(const struct index *x, struct str name)
{
	size_t at = owners_find(&x->owners, name, 0);

	return at == OWNERS_NONE ? NULL : &x->models[at];
}

static void
add_names(struct sql *q, const struct index *x)
{
	sql_lit(q, " WHERE m.workspace = ");
	sql_workspace(q);
	sql_lit(q, " AND m.name IN ");
	sql_args(q, x->names, x->n);
}

/*
 * Tags and aliases in one statement.  Both are joined to their model for its
 * spelling of the name, which is not always theirs on a database that folds case.
 */
static int
read_tags(struct work *work, const struct index *x)
{
	struct db_result *r;
	struct db_val row[4];
	struct sql q;
	int rc = -1;

	sql_init(&q, work, "registered_model.read_tags");
	/* models first: left alone, MariaDB reads the tags of every model there is */
	sql_lit(&q, "SELECT m.name, t.`key` AS k, t.value, NULL FROM registered_models m "
	    "STRAIGHT_JOIN registered_model_tags t ON t.workspace = m.workspace AND t.name = m.name");
	add_names(&q, x);
	sql_lit(&q, " UNION ALL SELECT m.name, a.alias, NULL, a.version "
	    "FROM registered_models m STRAIGHT_JOIN registered_model_aliases a "
	    "ON a.workspace = m.workspace AND a.name = m.name");
	add_names(&q, x);
	sql_lit(&q, " ORDER BY k");
	r = db_query_sql(work, &q, "sssi");
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		struct registered_model *m = find_model(x, row[0].str);

		if (m != NULL && row[3].type == DB_NULL)
			kvs_add(work->mem, &m->tags, row[1].str, row[2].str);
		else if (m != NULL)
			kvs_add(work->mem, &m->aliases, row[1].str,
			    arena_printf(work->mem, "%lld", (long long)row[3].i64));
	}
	db_close(r);
	sql_fini(&q);
	return rc;
}

static int
read_latest(struct work *work, const struct index *x,
    enum latest_order order)
{
	struct db_result *r;
	struct db_val row[1 + VERSION_NCOLUMNS];
	struct sql q;
	int rc = -1;

	sql_init(&q, work, "registered_model.read_latest");
	sql_lit(&q, "SELECT l.model, v.name, v.version, v.creation_time, "
	    "v.last_updated_time, v.description, v.user_id, v.current_stage, v.source, "
	    "v.run_id, v.status, v.status_message, v.run_link, v.storage_location "
	    "FROM (SELECT m.name AS model, w.current_stage AS stage, "
	    "MIN(w.version) AS oldest, "
	    "MAX(w.version) AS newest FROM registered_models m JOIN model_versions w "
	    "ON w.workspace = m.workspace AND w.name = m.name");
	add_names(&q, x);
	sql_lit(&q, " AND w.current_stage <> 'Deleted_Internal' "
	    "GROUP BY m.name, w.current_stage) l JOIN model_versions v "
	    "ON v.workspace = ");
	sql_workspace(&q);
	sql_lit(&q, " AND v.name = l.model AND v.version = l.newest");
	if (order == LATEST_BY_USE)
		sql_lit(&q, " ORDER BY l.oldest");
	else
		sql_lit(&q, " ORDER BY l.stage");
	r = db_query_sql(work, &q, "s" VERSION_TYPES);
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		struct registered_model *m = find_model(x, row[0].str);

		if (m != NULL)
			model_versions_add(work->mem, &m->latest, row + 1);
	}
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_registered_model_latest(struct work *work,
    struct registered_model *m)
{
	struct index x = index_models(work->mem, m, 1);

	return read_latest(work, &x, LATEST_BY_USE);
}

/* The tags of all latest versions: they are put in one list, and back. */
static int
fill_latest_tags(struct work *work, struct registered_model *m, size_t n)
{
	struct model_version *all;
	size_t count = 0, i, k;

	for (i = 0; i < n; i++)
		count += m[i].latest.n;
	all = arena_array(work->mem, count, sizeof(*all));
	for (i = k = 0; i < n; k += m[i++].latest.n)
		if (m[i].latest.n > 0)
			memcpy(all + k, m[i].latest.items, m[i].latest.n * sizeof(*all));
	if (store_model_version_fill_tags(work, all, count) == -1)
		return -1;
	for (i = k = 0; i < n; k += m[i++].latest.n)
		m[i].latest.items = all + k;
	return 0;
}

int
store_registered_model_fill(struct work *work,
    struct registered_model *m, size_t n, enum latest_order order)
{
	struct index x;
	size_t i;

	for (i = 0; i < n; i += PIECE) {
		x = index_models(work->mem, m + i, n - i < PIECE ? n - i : PIECE);
		if (read_tags(work, &x) == -1 || read_latest(work, &x, order) == -1)
			return -1;
	}
	return fill_latest_tags(work, m, n);
}

int
store_registered_model_create(struct work *work, struct registered_model *m)
{
	m->creation_time = m->last_updated_time = work->now;
	return db_exec(work, STMT_MODEL_INSERT, db_str(m->name), db_i64(m->creation_time),
	    db_i64(m->last_updated_time), db_str(m->description)) == -1 ? -1 : 0;
}

int
store_registered_model_add_tags(struct work *work, const struct registered_model *m)
{
	return kvs_write(work, STMT_MODEL_TAG_INSERT, KVS_OWNER(db_str(m->name)), &m->tags);
}

int
store_registered_model_set_description(struct work *work, struct registered_model *m,
    struct str description)
{
	m->description = description;
	m->last_updated_time = work->now;
	return db_exec(work, STMT_MODEL_SET_DESCRIPTION, db_str(description),
	    db_i64(m->last_updated_time), db_str(m->name)) == -1 ? -1 : 0;
}

int
store_registered_model_rename(struct work *work, struct registered_model *m, struct str name)
{
	m->last_updated_time = work->now;
	if (db_exec(work, STMT_MODEL_RENAME, db_str(name), db_i64(m->last_updated_time),
	    db_str(m->name)) == -1)
		return -1;
	m->name = name;
	return db_exec(work, STMT_MODEL_TOUCH_VERSIONS, db_i64(m->last_updated_time),
	    db_str(name)) == -1 ? -1 : 0;
}

int
store_registered_model_delete(struct work *work, struct str name)
{
	/* what refers to others goes first */
	static const enum stmt order[] = {
		STMT_MODEL_DELETE_VERSION_TAGS, STMT_MODEL_DELETE_VERSIONS,
		STMT_MODEL_DELETE_TAGS, STMT_MODEL_DELETE_ALIASES, STMT_MODEL_DELETE,
	};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (db_exec(work, order[i], db_str(name)) == -1)
			return -1;
	return 0;
}

int
store_registered_model_tag_find(struct work *work, struct str name,
    struct str key, struct str *value)
{
	struct db_val row;
	int rc = db_get(work, STMT_MODEL_TAG_GET, &row, db_str(name), db_str(key));

	if (rc == 1)
		*value = row.str;
	return rc;
}

int
store_registered_model_tag_set(struct work *work, struct str name, struct str key,
    struct str value)
{
	return db_exec(work, STMT_MODEL_TAG_SET, db_str(name), db_str(key),
	    db_str(value)) == -1 ? -1 : 0;
}

int
store_registered_model_tag_delete(struct work *work, struct str name, struct str key)
{
	return db_exec(work, STMT_MODEL_TAG_DELETE, db_str(name), db_str(key)) == -1 ? -1 : 0;
}

int
store_registered_model_alias_find(struct work *work, struct str name,
    struct str alias, int64_t *version)
{
	struct db_val row;
	int rc = db_get(work, STMT_MODEL_ALIAS_GET, &row, db_str(name), db_str(alias));

	if (rc == 1)
		*version = row.i64;
	return rc;
}

int
store_registered_model_alias_set(struct work *work, struct str name, struct str alias,
    int64_t version)
{
	return db_exec(work, STMT_MODEL_ALIAS_SET, db_str(name), db_str(alias),
	    db_i64(version)) == -1 ? -1 : 0;
}

int
store_registered_model_alias_delete(struct work *work, struct str name, struct str alias)
{
	return db_exec(work, STMT_MODEL_ALIAS_DELETE, db_str(name), db_str(alias)) == -1 ?
	    -1 : 0;
}
