/* Model versions by filter and order: the tables of SQL's names. */
#include "store/model_version.h"
#include "store/registry_filter.h"
#include "store/search.h"

static const struct where_source sources[VERSION_COLUMN__MAX] = {
	[VERSION_NAME] = { .value = { "v.name" } },
	[VERSION_NUMBER] = { .value = { "v.version" } },
	[VERSION_RUN_ID] = { .value = { "v.run_id" } },
	[VERSION_SOURCE] = { .value = { "v.source" } },
	[VERSION_CREATED] = { .value = { "v.creation_time" } },
	[VERSION_LAST_UPDATED] = { .value = { "v.last_updated_time" } },
	[VERSION_TAG] = {
		.rows = { "SELECT 1 FROM model_version_tags t "
		    "WHERE t.workspace = v.workspace AND t.name = v.name "
		    "AND t.version = v.version" },
		.key = { "t.`key`" },
		.value = { "t.value" },
	},
};

static const struct search_sort sorts[VERSION_COLUMN__MAX] = {
	[VERSION_NAME] = { { NULL }, { "v.name" }, DB_STR, false },
	[VERSION_NUMBER] = { { NULL }, { "v.version" }, DB_I64, false },
	[VERSION_CREATED] = {
		{ "v.creation_time IS NOT NULL" }, { "v.creation_time" }, DB_I64, false
	},
	[VERSION_LAST_UPDATED] = {
		{ "v.last_updated_time IS NOT NULL" }, { "v.last_updated_time" },
		DB_I64, false
	},
};

static void
add_from(struct sql *q, const struct search *s)
{
	static const struct sql_name name = { "v.name" }, tags = { "model_version_tags" };

	sql_lit(q, " FROM model_versions v WHERE v.workspace = ");
	sql_workspace(q);
	sql_lit(q, " AND v.current_stage <> 'Deleted_Internal'");
	registry_filter_add(q, s, &name, &tags);
}

static void
take(const struct db_val *row, void *item)
{
	store_model_version_from_row(row, item);
}

const struct search_plan model_version_plan = {
	.name = "model_version.search",
	.dialect = &search_versions,
	.sources = sources,
	.sorts = sorts,
	.nulls_low = true,
	.unasked = { { VERSION_LAST_UPDATED, true }, SEARCH_NO_DEFAULT },
	.ties = { { VERSION_NAME, false }, { VERSION_NUMBER, true }, SEARCH_NO_DEFAULT },
	.columns = { "v.name, v.version, v.creation_time, v.last_updated_time, "
	    "v.description, v.user_id, v.current_stage, v.source, v.run_id, v.status, "
	    "v.status_message, v.run_link, v.storage_location" },
	.types = VERSION_TYPES,
	.item_size = sizeof(struct model_version),
	.take = take,
	.add_from = add_from,
	.prepare = registry_filter_prepare,
};
