/* Experiments by filter and order: the tables of SQL's names. */
#include "store/search.h"

static const struct where_source sources[EXPERIMENT_COLUMN__MAX] = {
	[EXPERIMENT_ID] = { .value = { "e.experiment_id" } },
	[EXPERIMENT_NAME] = { .value = { "e.name" } },
	[EXPERIMENT_CREATION_TIME] = { .value = { "e.creation_time" } },
	[EXPERIMENT_LAST_UPDATE_TIME] = { .value = { "e.last_update_time" } },
	[EXPERIMENT_TAG] = {
		.rows = { "SELECT 1 FROM experiment_tags t "
		    "WHERE t.experiment_id = e.experiment_id" },
		.key = { "t.`key`" },
		.value = { "t.value" },
	},
};

static const struct search_sort sorts[EXPERIMENT_COLUMN__MAX] = {
	[EXPERIMENT_ID] = { { NULL }, { "e.experiment_id" }, DB_I64, false },
	[EXPERIMENT_NAME] = { { NULL }, { "e.name" }, DB_STR, false },
	[EXPERIMENT_CREATION_TIME] = {
		{ "e.creation_time IS NOT NULL" }, { "e.creation_time" }, DB_I64, false
	},
	[EXPERIMENT_LAST_UPDATE_TIME] = {
		{ "e.last_update_time IS NOT NULL" }, { "e.last_update_time" },
		DB_I64, false
	},
};

static void
add_from(struct sql *q, const struct search *s)
{
	(void)s;
	sql_lit(q, " FROM experiments e WHERE TRUE");
}

const struct search_plan experiment_plan = {
	.name = "experiment.search",
	.dialect = &search_experiments,
	.sources = sources,
	.sorts = sorts,
	.nulls_low = true,
	.unasked = {
		{ EXPERIMENT_CREATION_TIME, true }, { EXPERIMENT_ID, false },
		SEARCH_NO_DEFAULT
	},
	.ties = { { EXPERIMENT_ID, true }, SEARCH_NO_DEFAULT },
	.stage = { "e.lifecycle_stage" },
	.columns = { "e.experiment_id" },
	.types = "i",
	.item_size = sizeof(int64_t),
	.take = store_search_take_i64,
	.add_from = add_from,
};
