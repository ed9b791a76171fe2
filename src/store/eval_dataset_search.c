/* Evaluation datasets by filter and order: the tables of SQL's names. */
#include "store/eval_dataset.h"
#include "store/search.h"

static const struct where_source sources[EVAL_COLUMN__MAX] = {
	[EVAL_NAME] = { .value = { "d.name" } },
	[EVAL_CREATED] = { .value = { "d.created_time" } },
	[EVAL_UPDATED] = { .value = { "d.last_update_time" } },
	[EVAL_CREATED_BY] = { .value = { "d.created_by" } },
	[EVAL_UPDATED_BY] = { .value = { "d.last_updated_by" } },
	[EVAL_TAG] = {
		.rows = { "SELECT 1 FROM evaluation_dataset_tags t "
		    "WHERE t.dataset_id = d.dataset_id" },
		.key = { "t.`key`" },
		.value = { "t.value" },
	},
};

static const struct search_sort sorts[EVAL_COLUMN__MAX] = {
	[EVAL_ID] = { { NULL }, { "d.dataset_id" }, DB_STR, false },
	[EVAL_NAME] = { { NULL }, { "d.name" }, DB_STR, false },
	[EVAL_CREATED] = { { NULL }, { "COALESCE(d.created_time, 0)" }, DB_I64, false },
	[EVAL_UPDATED] = { { NULL }, { "COALESCE(d.last_update_time, 0)" }, DB_I64, false },
};

static void
add_from(struct sql *q, const struct search *s)
{
	sql_lit(q, " FROM evaluation_datasets d WHERE TRUE");
	if (s->query->nwritten == 0)
		return;
	sql_lit(q, " AND EXISTS (SELECT 1 FROM entity_associations a "
	    "WHERE a.source_type = 'evaluation_dataset' "
	    "AND a.source_id = {d.dataset_id} "
	    "AND a.destination_type = 'experiment' "
	    "AND a.destination_id IN ");
	sql_args(q, s->query->experiments, s->query->nwritten);
	sql_lit(q, ")");
}

static void
take(const struct db_val *row, void *item)
{
	store_eval_dataset_from_row(row, item);
}

const struct search_plan eval_dataset_plan = {
	.name = "eval_dataset.search",
	.dialect = &search_eval_datasets,
	.sources = sources,
	.sorts = sorts,
	.unasked = { SEARCH_NO_DEFAULT },
	.ties = { { EVAL_CREATED, true }, { EVAL_ID, false }, SEARCH_NO_DEFAULT },
	.columns = { EVAL_DATASET_COLUMNS },
	.types = "sssssiiss",
	.item_size = sizeof(struct eval_dataset),
	.take = take,
	.add_from = add_from,
};
