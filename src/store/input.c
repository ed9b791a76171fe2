/* Datasets and models that go into a run and come out of it. */
#include "base/id.h"
#include "store/input.h"
#include "store/sql.h"

/* The dataset's id, made if it is not there; 0 or -1. */
static int
dataset_id(struct work *work, int64_t experiment_id,
    const struct dataset_input *d, struct str *id)
{
	struct db_val row[1];
	int rc = db_get(work, STMT_DATASET_GET, row, db_i64(experiment_id),
	    db_str(d->name), db_str(d->digest));

	if (rc == -1)
		return -1;
	*id = rc == 1 ? row[0].str : id_hex32(work->mem);
	if (rc == 1)
		return 0;
	if (db_exec(work, STMT_DATASET_INSERT, db_str(*id), db_i64(experiment_id),
	    db_str(d->name), db_str(d->digest), db_str(d->source_type), db_str(d->source),
	    db_str(d->schema), db_str(d->profile)) != -1)
		return 0;
	/* another request made it meanwhile: the next try finds it */
	if (db_error(work->db) == DB_DUPLICATE)
		db_retry(work->db);
	return -1;
}

int
store_dataset_link(struct work *work, const struct run_state *run,
    const struct dataset_input *d)
{
	struct str dataset, input = id_hex32(work->mem);
	struct db_val row[1];
	int rc;

	if (dataset_id(work, run->experiment_id, d, &dataset) == -1)
		return -1;
	rc = db_get(work, STMT_INPUT_FIND, row, db_str(STR("DATASET")),
	    db_str(dataset), db_str(STR("RUN")), db_str(run->run_id));
	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (db_exec(work, STMT_INPUT_INSERT, db_str(input), db_str(STR("DATASET")),
	    db_str(dataset), db_str(STR("RUN")), db_str(run->run_id), db_i64(0)) == -1) {
		if (db_error(work->db) == DB_DUPLICATE)
			db_retry(work->db);
		return -1;
	}
	return kvs_write(work, STMT_INPUT_TAG_INSERT, KVS_OWNER(db_str(input)), &d->tags);
}

/* Columns of INPUT_INSERT and INPUT_REPLACE. */
#define INPUT_COLUMNS	6

/* Link models to a run, in all at once. */
static int
write_links(struct work *work, enum stmt id, struct str run_id, const char *run,
    const char *model, const struct model_links *list)
{
	struct db_val *values = arena_array(work->mem, list->n * INPUT_COLUMNS + 1,
	    sizeof(*values)), *v = values;
	size_t i;

	for (i = 0; i < list->n; i++, v += INPUT_COLUMNS) {
		v[0] = db_str(id_hex32(work->mem));
		v[1] = db_str(str_of(run));
		v[2] = db_str(run_id);
		v[3] = db_str(str_of(model));
		v[4] = db_str(list->items[i].model_id);
		v[5] = db_i64(list->items[i].step);
	}
	return db_exec_rows(work, id, values, list->n) == -1 ? -1 : 0;
}

int
store_models_in(struct work *work, struct str run_id, const struct model_links *list)
{
	return write_links(work, STMT_INPUT_REPLACE, run_id, "RUN_INPUT", "MODEL_INPUT", list);
}

int
store_models_out(struct work *work, struct str run_id, const struct model_links *list)
{
	return write_links(work, STMT_INPUT_INSERT, run_id, "RUN_OUTPUT", "MODEL_OUTPUT", list);
}

int
store_models_out_list(struct work *work, struct str run_id, struct kvs *out)
{
	struct db_result *r = db_query(work, STMT_MODELS_OUT, db_str(run_id));
	struct db_val row[1];
	int rc = -1;

	*out = (struct kvs){ NULL, 0 };
	while (r != NULL && (rc = db_next(r, row)) == 1)
		kvs_add(work->mem, out, row[0].str, STR(""));
	db_close(r);
	return rc;
}

static void
add_summaries(struct sql *q, const int64_t *ids, size_t n, int64_t limit)
{
	sql_lit(q, "SELECT DISTINCT d.experiment_id, d.name, d.digest, t.value "
	    "FROM datasets d JOIN inputs i ON i.source_id = {d.dataset_uuid} "
	    "AND i.source_type = 'DATASET' AND i.destination_type = 'RUN' "
	    "LEFT JOIN input_tags t ON t.input_uuid = {i.input_uuid} "
	    "AND t.name = 'mlflow.data.context' WHERE d.experiment_id IN ");
	sql_args_i64(q, ids, n);
	sql_lit(q, " LIMIT ");
	sql_arg(q, db_i64(limit));
}

int64_t
store_dataset_list(struct work *work, const int64_t *ids, size_t n,
    int64_t limit, struct dataset_summary **out)
{
	struct dataset_summary *list = arena_array(work->mem, (size_t)limit, sizeof(*list));
	struct db_result *r;
	struct db_val row[4];
	struct sql q;
	int64_t count = 0;
	int rc = -1;

	sql_init(&q, work, "input.dataset_list");
	add_summaries(&q, ids, n, limit);
	r = db_query_sql(work, &q, "isss");
	while (r != NULL && count < limit && (rc = db_next(r, row)) == 1)
		list[count++] = (struct dataset_summary){ row[0].i64, row[1].str,
		    row[2].str, row[3].str };
	db_close(r);
	sql_fini(&q);
	*out = list;
	return rc == -1 ? -1 : count;
}
