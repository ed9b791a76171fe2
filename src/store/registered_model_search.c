/*
 * Registered models by filter and order.  Every name of SQL is in a table here.
 */
#include "search/order.h"
#include "store/keyset.h"
#include "store/registered_model_search.h"
#include "store/registry_filter.h"
#include "store/where.h"

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

static void
add_key(struct keyset *k, int column, bool descending)
{
	static const struct sql_name is_null = { "m.last_updated_time IS NOT NULL" };

	if (column == MODEL_LAST_UPDATED)
		keyset_add(k, &is_null, DB_I64, descending);
	keyset_add(k, &sources[column].value, column == MODEL_NAME ? DB_STR : DB_I64,
	    descending);
}

static uint64_t
hash_query(const struct registered_model_search *s)
{
	return page_hash_query(page_hash_str(0, STR("registered models")), s->filter, s->order_by,
	    s->norder);
}

static int
read_order(struct arena *mem, const struct registered_model_search *s,
    struct keyset *k, struct search_error *err)
{
	struct search_order order[SEARCH_ORDER_MAX];
	bool has_name = false;
	size_t n, i;

	if (search_order_read(mem, &search_models, s->order_by, s->norder, false, order,
	    &n, err) != 0)
		return 1;
	for (i = 0; i < n; i++) {
		add_key(k, order[i].field->column, order[i].descending);
		has_name |= order[i].field->column == MODEL_NAME;
	}
	if (!has_name)
		add_key(k, MODEL_NAME, false);
	return 0;
}

static void
build(struct sql *q, const struct search_node *filter, bool models,
    const struct keyset *k)
{
	sql_lit(q, "SELECT m.name, m.creation_time, m.last_updated_time, m.description");
	keyset_select(k, q);
	sql_lit(q, " FROM registered_models m WHERE m.workspace = ");
	sql_workspace(q);
	if (models) {
		sql_lit(q, " AND m.name NOT IN (SELECT p.name FROM registered_model_tags p "
		    "WHERE p.workspace = ");
		sql_workspace(q);
		sql_lit(q, " AND p.`key` = '" PROMPT_TAG "' AND BINARY p.value = 'true')");
	}
	where_add(q, filter, sources);
	keyset_where(k, q);
	keyset_order(k, q);
}

static void
add_model(void *arg, struct arena *mem, const struct db_val *row)
{
	registered_models_add(mem, arg, row);
}

/* An empty page does not move: its token starts where this one did. */
static void
empty_page(struct arena *mem, const struct registered_model_search *s,
    const struct keyset *k, struct registered_model_page *page)
{
	if (page->models.n > 0)
		page->next_page_token = str_empty(s->page_token) ?
		    page_token_write(mem, k->query, NULL, 0) : s->page_token;
	page->models.n = 0;
}

int
store_registered_model_search(struct work *work,
    const struct registered_model_search *s, struct registered_model_page *page,
    struct search_error *err)
{
	struct keyset keyset = { .query = hash_query(s),
	    .limit = s->max_results > 0 ? s->max_results : 1 };
	struct search_node *filter;
	struct sql q;
	bool models;
	int rc;

	*page = (struct registered_model_page){ 0 };
	if (search_parse(work->mem, &search_models, s->filter, &filter, err) != 0 ||
	    read_order(work->mem, s, &keyset, err) != 0 ||
	    keyset_start(&keyset, work->mem, s->page_token, err) != 0)
		return 1;
	models = registry_filter_models(filter);
	sql_init(&q, work, "registered_model.search");
	build(&q, filter, models, &keyset);
	rc = keyset_walk(&keyset, work, &q, MODEL_TYPES, add_model, &page->models,
	    &page->next_page_token);
	sql_fini(&q);
	if (rc == 0 && s->max_results <= 0)
		empty_page(work->mem, s, &keyset, page);
	return rc;
}
