/* Registered models by filter and order: the tables of SQL's names. */
#include "store/registered_model.h"
#include "store/registry_filter.h"
#include "store/search.h"

static const struct where_source sources[MODEL_COLUMN__MAX] = {
	[MODEL_NAME] = { .value = { "m.name" } },
	[MODEL_LAST_UPDATED] = { .value = { "m.last_updated_time" } },
	[MODEL_TAG] = {
		.rows = { "SELECT 1 FROM registered_model_tags t "
		    "WHERE t.workspace = m.workspace AND t.name = m.name" },
		.key = { "t.`key`" },
		.value = { "t.value" },
	},
};

static const struct search_sort sorts[MODEL_COLUMN__MAX] = {
	[MODEL_NAME] = { { NULL }, { "m.name" }, DB_STR, false },
	[MODEL_LAST_UPDATED] = {
		{ "m.last_updated_time IS NOT NULL" }, { "m.last_updated_time" },
		DB_I64, false
	},
};

static void
add_from(struct sql *q, const struct search *s)
{
	static const struct sql_name name = { "m.name" }, tags = { "registered_model_tags" };

	sql_lit(q, " FROM registered_models m WHERE m.workspace = ");
	sql_workspace(q);
	registry_filter_add(q, s, &name, &tags);
}

static void
take(const struct db_val *row, void *item)
{
	store_registered_model_from_row(row, item);
}

const struct search_plan registered_model_plan = {
	.name = "registered_model.search",
	.dialect = &search_models,
	.sources = sources,
	.sorts = sorts,
	.nulls_low = true,
	.unasked = { SEARCH_NO_DEFAULT },
	.ties = { { MODEL_NAME, false }, SEARCH_NO_DEFAULT },
	.columns = { "m.name, m.creation_time, m.last_updated_time, m.description" },
	.types = MODEL_TYPES,
	.item_size = sizeof(struct registered_model),
	.take = take,
	.add_from = add_from,
	.prepare = registry_filter_prepare,
};
