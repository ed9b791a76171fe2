/*
 * Model versions by filter and order.  Every name of SQL is in a table here.
 */
#include "search/order.h"
#include "store/keyset.h"
#include "store/model_version_search.h"
#include "store/registry_filter.h"
#include "store/where.h"

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

/* Where the column may be NULL. */
static const struct sql_name not_null[VERSION_COLUMN__MAX] = {
	[VERSION_CREATED] = { "v.creation_time IS NOT NULL" },
	[VERSION_LAST_UPDATED] = { "v.last_updated_time IS NOT NULL" },
};

static void
add_key(struct keyset *k, int column, bool descending)
{
	if (not_null[column].text != NULL)
		keyset_add(k, &not_null[column], DB_I64, descending);
	keyset_add(k, &sources[column].value, column == VERSION_NAME ? DB_STR : DB_I64,
	    descending);
}

static uint64_t
hash_query(const struct model_version_search *s)
{
	return page_hash_query(page_hash_str(0, STR("model versions")), s->filter, s->order_by,
	    s->norder);
}

static int
read_order(struct arena *mem, const struct model_version_search *s,
    struct keyset *k, struct search_error *err)
{
	struct search_order order[SEARCH_ORDER_MAX];
	bool has[VERSION_COLUMN__MAX] = { false };
	size_t n, i;

	if (search_order_read(mem, &search_versions, s->order_by, s->norder, false, order,
	    &n, err) != 0)
		return 1;
	for (i = 0; i < n; i++) {
		add_key(k, order[i].field->column, order[i].descending);
		has[order[i].field->column] = true;
	}
	if (n == 0)
		add_key(k, VERSION_LAST_UPDATED, true);
	if (!has[VERSION_NAME])
		add_key(k, VERSION_NAME, false);
	if (!has[VERSION_NUMBER])
		add_key(k, VERSION_NUMBER, true);
	return 0;
}

static void
build(struct sql *q, const struct search_node *filter, bool models,
    const struct keyset *k)
{
	sql_lit(q, "SELECT v.name, v.version, v.creation_time, v.last_updated_time, "
	    "v.description, v.user_id, v.current_stage, v.source, v.run_id, v.status, "
	    "v.status_message, v.run_link, v.storage_location");
	keyset_select(k, q);
	sql_lit(q, " FROM model_versions v WHERE v.workspace = ");
	sql_workspace(q);
	sql_lit(q, " AND v.current_stage <> 'Deleted_Internal'");
	if (models) {
		sql_lit(q, " AND v.name NOT IN (SELECT p.name FROM model_version_tags p "
		    "WHERE p.workspace = ");
		sql_workspace(q);
		sql_lit(q, " AND p.`key` = '" PROMPT_TAG "' AND BINARY p.value = 'true')");
	}
	where_add(q, filter, sources);
	keyset_where(k, q);
	keyset_order(k, q);
}

static void
add_version(void *arg, struct arena *mem, const struct db_val *row)
{
	model_versions_add(mem, arg, row);
}

int
store_model_version_search(struct work *work,
    const struct model_version_search *s, struct model_version_page *page,
    struct search_error *err)
{
	struct keyset keyset = { .query = hash_query(s), .limit = s->max_results };
	struct search_node *filter;
	struct sql q;
	bool models;
	int rc;

	*page = (struct model_version_page){ 0 };
	if (search_parse(work->mem, &search_versions, s->filter, &filter, err) != 0 ||
	    read_order(work->mem, s, &keyset, err) != 0 ||
	    keyset_start(&keyset, work->mem, s->page_token, err) != 0)
		return 1;
	models = registry_filter_models(filter);
	sql_init(&q, work, "model_version.search");
	build(&q, filter, models, &keyset);
	rc = keyset_walk(&keyset, work, &q, VERSION_TYPES, add_version,
	    &page->versions, &page->next_page_token);
	sql_fini(&q);
	return rc;
}
