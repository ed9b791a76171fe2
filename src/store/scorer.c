/* Scorers, their versions and online configurations. */
#include "base/id.h"
#include "store/scorer.h"
#include "store/sql.h"

/* Columns of SCORER_COLUMNS in stmt.def. */
#define COLUMNS		6
#define CONFIG_COLUMNS	5

static struct scorer
from_row(const struct db_val *row)
{
	return (struct scorer){
		.experiment_id = row[0].i64, .name = row[1].str, .scorer_id = row[2].str,
		.version = row[3].i64, .serialized = row[4].str, .creation_time = row[5].i64,
	};
}

int
store_scorer_find(struct work *work, int64_t experiment_id, struct str name,
    struct scorer *s)
{
	struct db_val row[2];
	int rc = db_get(work, STMT_SCORER_FIND, row, db_i64(experiment_id), db_str(name));

	if (rc == 1)
		*s = (struct scorer){ .experiment_id = experiment_id,
		    .scorer_id = row[0].str, .name = row[1].str };
	return rc;
}

/* A random UUID in its usual form. */
static struct str
new_uuid(struct arena *mem)
{
	const char *hex = id_hex32(mem).p;

	return arena_printf(mem, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
}

/* The scorer's row, held until the end; made if it is not there.  0 or -1. */
static int
lock_scorer(struct work *work, struct scorer *s)
{
	struct db_val row[2];
	int rc = db_get(work, STMT_SCORER_LOCK, row, db_i64(s->experiment_id),
	    db_str(s->name));

	if (rc == -1)
		return -1;
	if (rc == 1) {
		s->scorer_id = row[0].str;
		s->name = row[1].str;
		return 0;
	}
	s->scorer_id = new_uuid(work->mem);
	if (db_exec(work, STMT_SCORER_INSERT, db_i64(s->experiment_id), db_str(s->name),
	    db_str(s->scorer_id)) != -1)
		return 0;
	/* another request made it meanwhile: the next try finds it */
	if (db_error(work->db) == DB_DUPLICATE)
		db_retry(work->db);
	return -1;
}

int
store_scorer_register(struct work *work, struct scorer *s)
{
	struct db_val row[1];

	if (lock_scorer(work, s) == -1 ||
	    db_get(work, STMT_SCORER_NEXT_VERSION, row, db_str(s->scorer_id)) != 1)
		return -1;
	s->version = row[0].i64;
	s->creation_time = work->now;
	return db_exec(work, STMT_SCORER_VERSION_INSERT, db_str(s->scorer_id),
	    db_i64(s->version), db_str(s->serialized), db_i64(s->creation_time)) == -1 ? -1 : 0;
}

int
store_scorer_get_latest(struct work *work, struct str scorer_id,
    struct scorer *s)
{
	struct db_val row[COLUMNS];
	int rc = db_get(work, STMT_SCORER_GET_LATEST, row, db_str(scorer_id));

	if (rc == 1)
		*s = from_row(row);
	return rc;
}

int
store_scorer_get_version(struct work *work, struct str scorer_id,
    int64_t version, struct scorer *s)
{
	struct db_val row[COLUMNS];
	int rc = db_get(work, STMT_SCORER_GET_VERSION, row, db_str(scorer_id),
	    db_i64(version));

	if (rc == 1)
		*s = from_row(row);
	return rc;
}

/* All rows of a result, which is closed; their number or -1. */
static int64_t
read_scorers(struct db_result *r, struct arena *mem, struct scorer **out)
{
	struct db_val row[COLUMNS];
	size_t n = 0;
	int rc = -1;

	*out = NULL;
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		*out = arena_grow(mem, *out, n, sizeof(**out));
		(*out)[n++] = from_row(row);
	}
	db_close(r);
	return rc == -1 ? -1 : (int64_t)n;
}

int64_t
store_scorer_versions(struct work *work, struct str scorer_id,
    struct scorer **out)
{
	return read_scorers(db_query(work, STMT_SCORER_VERSIONS, db_str(scorer_id)), work->mem,
	    out);
}

int64_t
store_scorer_list(struct work *work, const int64_t *experiment_id,
    struct scorer **out)
{
	struct db_result *r = experiment_id == NULL ?
	    db_query_values(work, STMT_SCORER_LIST_ALL, NULL, 0) :
	    db_query(work, STMT_SCORER_LIST, db_i64(*experiment_id));

	return read_scorers(r, work->mem, out);
}

/* Versions and configuration go with the row, by their foreign keys. */
int
store_scorer_delete(struct work *work, struct str scorer_id)
{
	return (int)db_exec(work, STMT_SCORER_DELETE, db_str(scorer_id));
}

int
store_scorer_version_delete(struct work *work, struct str scorer_id, int64_t version)
{
	return (int)db_exec(work, STMT_SCORER_VERSION_DELETE, db_str(scorer_id),
	    db_i64(version));
}

int
store_online_config_set(struct work *work, struct online_config *o)
{
	struct db_val row[1];

	o->config_id = id_hex32(work->mem);
	/* there is one, however many set it at a time */
	if (db_get(work, STMT_SCORER_LOCK_BY_ID, row, db_str(o->scorer_id)) == -1)
		return -1;
	if (db_exec(work, STMT_ONLINE_CONFIG_DELETE, db_str(o->scorer_id)) == -1)
		return -1;
	return db_exec(work, STMT_ONLINE_CONFIG_INSERT, db_str(o->config_id),
	    db_str(o->scorer_id), db_dbl(o->sample_rate), db_i64(o->experiment_id),
	    db_str(o->filter)) == -1 ? -1 : 0;
}

int64_t
store_online_config_list(struct work *work, const struct str *scorer_ids,
    size_t n, struct online_config **out)
{
	struct db_val row[CONFIG_COLUMNS];
	struct db_result *r;
	struct sql q;
	size_t count = 0;
	int rc = -1;

	/* a scorer has one configuration at most */
	*out = arena_array(work->mem, n + 1, sizeof(**out));
	if (n == 0)
		return 0;
	sql_init(&q, work, "scorer.online_config_list");
	sql_lit(&q, "SELECT online_scoring_config_id, scorer_id, sample_rate, experiment_id, "
	    "filter_string FROM online_scoring_configs WHERE scorer_id IN ");
	sql_args(&q, scorer_ids, n);
	sql_lit(&q, " ORDER BY scorer_id LIMIT ");
	sql_arg(&q, db_i64((int64_t)n));
	r = db_query_sql(work, &q, "ssdis");
	while (r != NULL && (rc = db_next(r, row)) == 1)
		(*out)[count++] = (struct online_config){ row[0].str, row[1].str,
		    row[2].dbl, row[3].i64, row[4].str };
	db_close(r);
	sql_fini(&q);
	return rc == -1 ? -1 : (int64_t)count;
}
