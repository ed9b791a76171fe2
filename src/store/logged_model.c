/* Logged models with their tags, params and metrics. */
#include <string.h>

#include "base/id.h"
#include "store/location.h"
#include "store/logged_model.h"
#include "store/owners.h"
#include "store/sql.h"

/* Columns of LOGGED_MODEL_COLUMNS in stmt.def, and their types. */
#define COLUMNS		11
#define COLUMN_TYPES	"sissiiissss"

static void
from_row(const struct db_val *row, struct logged_model *m)
{
	*m = (struct logged_model){
		.model_id = row[0].str, .experiment_id = row[1].i64, .name = row[2].str,
		.artifact_location = row[3].str, .creation_timestamp = row[4].i64,
		.last_updated_timestamp = row[5].i64, .status = row[6].i64,
		.is_active = !str_is(row[7].str, "deleted"), .model_type = row[8].str,
		.source_run_id = row[9].str, .status_message = row[10].str,
	};
}

int
store_logged_model_find(struct work *work, struct str model_id,
    struct logged_model *m)
{
	struct db_val row[COLUMNS];
	int rc = db_get(work, STMT_LOGGED_MODEL_GET, row, db_str(model_id));

	if (rc == 1)
		from_row(row, m);
	return rc;
}

int64_t
store_logged_model_list(struct work *work, const struct str *ids, size_t n,
    struct logged_model *out)
{
	struct owners owners = owners_of_ids(work->mem, ids, n);
	struct db_result *r;
	struct db_val row[COLUMNS];
	struct sql q;
	size_t i, kept = 0;
	int rc = -1;

	if (n == 0)
		return 0;
	memset(out, 0, n * sizeof(*out));
	sql_init(&q, work, "logged_model.list");
	sql_lit(&q, "SELECT " LOGGED_MODEL_COLUMNS " FROM logged_models WHERE model_id IN ");
	sql_args(&q, ids, n);
	r = db_query_sql(work, &q, COLUMN_TYPES);
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, row[0].str, 0)) != OWNERS_NONE)
			from_row(row, &out[i]);
	db_close(r);
	sql_fini(&q);
	/* one may have gone since its id was read */
	for (i = 0; i < n; i++)
		if (out[i].name.p != NULL)
			out[kept++] = out[i];
	return rc == -1 ? -1 : (int64_t)kept;
}

static void
add_metric(struct arena *mem, struct logged_model *m, const struct db_val *row)
{
	m->metrics = arena_grow(mem, m->metrics, m->nmetrics, sizeof(*m->metrics));
	m->metrics[m->nmetrics++] = (struct model_metric){
		.key = row[1].str, .value = row[2].dbl, .timestamp = row[3].i64,
		.step = row[4].i64, .run_id = row[5].str, .dataset_name = row[6].str,
		.dataset_digest = row[7].str,
	};
}

static void
add_tag(struct arena *mem, struct logged_model *m, const struct db_val *row)
{
	kvs_add(mem, &m->tags, row[1].str, row[2].str);
}

static void
add_param(struct arena *mem, struct logged_model *m, const struct db_val *row)
{
	kvs_add(mem, &m->params, row[1].str, row[2].str);
}

/* What hangs on models: a statement up to its IN list, and who takes a row. */
struct part {
	struct sql_name	 head, order;
	const char	*types;	/* of its columns */
	void		(*take)(struct arena *, struct logged_model *, const struct db_val *);
};

#define PART_COLUMNS_MAX	8

static const struct part parts[] = {
	{ { "SELECT model_id, tag_key, tag_value FROM logged_model_tags WHERE model_id IN " },
	    { " ORDER BY model_id, tag_key" }, "sss", add_tag },
	{ { "SELECT model_id, param_key, param_value FROM logged_model_params "
	    "WHERE model_id IN " },
	    { " ORDER BY model_id, param_key" }, "sss", add_param },
	{ { "SELECT model_id, metric_name, metric_value, metric_timestamp_ms, metric_step, "
	    "run_id, dataset_name, dataset_digest FROM logged_model_metrics "
	    "WHERE model_id IN " },
	    { " ORDER BY model_id, metric_name, metric_timestamp_ms, metric_step, run_id" },
	    "ssdiisss", add_metric },
};

static int
read_part(struct work *work, const struct part *part,
    struct logged_model *models, const struct str *ids, size_t n)
{
	struct db_val row[PART_COLUMNS_MAX];
	struct owners owners = owners_of_ids(work->mem, ids, n);
	struct db_result *r;
	struct sql q;
	size_t i;
	int rc = -1;

	sql_init(&q, work, "logged_model.read_part");
	sql_name(&q, &part->head);
	sql_args(&q, ids, n);
	sql_name(&q, &part->order);
	r = db_query_sql(work, &q, part->types);
	while (r != NULL && (rc = db_next(r, row)) == 1)
		if ((i = owners_find(&owners, row[0].str, 0)) != OWNERS_NONE)
			part->take(work->mem, &models[i], row);
	db_close(r);
	sql_fini(&q);
	return rc;
}

int
store_logged_model_fill(struct work *work, struct logged_model *models,
    size_t n)
{
	struct str *ids = arena_array(work->mem, n + 1, sizeof(*ids));
	size_t i;

	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		ids[i] = models[i].model_id;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (read_part(work, &parts[i], models, ids, n) == -1)
			return -1;
	return 0;
}

int
store_logged_model_create(struct work *work, struct logged_model *m,
    struct str location)
{
	m->model_id = arena_printf(work->mem, "m-%s", id_hex32(work->mem).p);
	m->artifact_location = location_join(work->mem, location,
	    arena_printf(work->mem, "models/%s/artifacts", m->model_id.p));
	m->creation_timestamp = m->last_updated_timestamp = work->now;
	m->status = MODEL_STATUS_PENDING;
	m->is_active = true;
	if (db_exec(work, STMT_LOGGED_MODEL_INSERT, db_str(m->model_id),
	    db_i64(m->experiment_id), db_str(m->name), db_str(m->artifact_location),
	    db_i64(m->creation_timestamp), db_i64(m->last_updated_timestamp),
	    db_i64(m->status), db_str(m->model_type), db_str(m->source_run_id)) == -1)
		return -1;
	if (kvs_write(work, STMT_LOGGED_MODEL_TAG_INSERT, KVS_OWNER(db_str(m->model_id),
	    db_i64(m->experiment_id)), &m->tags) == -1)
		return -1;
	return store_logged_model_params_add(work, m, &m->params);
}

int
store_logged_model_set_status(struct work *work, struct str model_id, int64_t status)
{
	return (int)db_exec(work, STMT_LOGGED_MODEL_SET_STATUS, db_i64(status),
	    db_i64(work->now), db_str(model_id));
}

int
store_logged_model_delete(struct work *work, struct str model_id)
{
	return (int)db_exec(work, STMT_LOGGED_MODEL_DELETE, db_i64(work->now),
	    db_str(model_id));
}

int
store_logged_model_tags_set(struct work *work, const struct logged_model *m,
    const struct kvs *tags)
{
	return kvs_write(work, STMT_LOGGED_MODEL_TAG_SET, KVS_OWNER(db_str(m->model_id),
	    db_i64(m->experiment_id)), tags);
}

int
store_logged_model_tag_delete(struct work *work, struct str model_id, struct str key)
{
	return (int)db_exec(work, STMT_LOGGED_MODEL_TAG_DELETE, db_str(model_id), db_str(key));
}

int
store_logged_model_params_add(struct work *work, const struct logged_model *m,
    const struct kvs *params)
{
	return kvs_write(work, STMT_LOGGED_MODEL_PARAM_INSERT, KVS_OWNER(db_str(m->model_id),
	    db_i64(m->experiment_id)), params);
}
