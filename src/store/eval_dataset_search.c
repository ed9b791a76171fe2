/* Evaluation datasets by filter and order. */
#include "search/eval_dataset.h"
#include "store/eval_dataset_search.h"
#include "store/keyset.h"
#include "store/where.h"

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

/* Placeholders of one statement in MariaDB's protocol. */
#define ARGS_MAX	65535

static void
add_keys(struct keyset *k, int column, bool descending)
{
	static const struct sql_name name = { "d.name" };
	static const struct sql_name created = { "COALESCE(d.created_time, 0)" };
	static const struct sql_name updated = { "COALESCE(d.last_update_time, 0)" };

	if (column == EVAL_NAME)
		keyset_add(k, &name, DB_STR, descending);
	else
		keyset_add(k, column == EVAL_CREATED ? &created : &updated, DB_I64,
		    descending);
}

static int
read_order(struct arena *mem, const struct eval_dataset_search *s,
    struct keyset *k, struct search_error *err)
{
	static const struct sql_name id = { "d.dataset_id" };
	bool created = false;
	size_t i;

	if (s->norder > SEARCH_ORDER_MAX)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid order_by: "
		    "at most %d clauses are taken.", SEARCH_ORDER_MAX);
	for (i = 0; i < s->norder; i++) {
		struct search_order order;

		if (search_eval_datasets_order(mem, s->order_by[i], &order,
		    err) != 0)
			return 1;
		add_keys(k, order.field->column, order.descending);
		created |= order.field->column == EVAL_CREATED;
	}
	if (!created)
		add_keys(k, EVAL_CREATED, true);
	keyset_add(k, &id, DB_STR, false);
	return 0;
}

/* Of everything but the page size, which may change from page to page. */
static uint64_t
hash_query(const struct eval_dataset_search *s)
{
	uint64_t h = page_hash_str(0, STR("evaluation datasets"));
	size_t i;

	for (i = 0; i < s->nexperiments; i++)
		h = page_hash_str(h, s->experiment_ids[i]);
	return page_hash_query(h, s->filter, s->order_by, s->norder);
}

static void
build(struct sql *q, const struct eval_dataset_search *s,
    const struct search_node *filter, const struct keyset *k)
{
	sql_lit(q, "SELECT " EVAL_DATASET_COLUMNS);
	keyset_select(k, q);
	sql_lit(q, " FROM evaluation_datasets d WHERE TRUE");
	if (s->nexperiments > 0) {
		sql_lit(q, " AND EXISTS (SELECT 1 FROM entity_associations a "
		    "WHERE a.source_type = 'evaluation_dataset' "
		    "AND a.source_id = d.dataset_id "
		    "AND a.destination_type = 'experiment' "
		    "AND a.destination_id IN ");
		sql_args(q, s->experiment_ids, s->nexperiments);
		sql_lit(q, ")");
	}
	where_add(q, filter, sources);
	keyset_where(k, q);
	keyset_order(k, q);
}

static void
add_dataset(void *arg, struct arena *mem, const struct db_val *row)
{
	struct eval_dataset_page *page = arg;

	page->items = arena_grow(mem, page->items, page->n, sizeof(*page->items));
	store_eval_dataset_from_row(row, &page->items[page->n++]);
}

int
store_eval_dataset_search(struct work *work,
    const struct eval_dataset_search *s, struct eval_dataset_page *page,
    struct search_error *err)
{
	struct keyset keyset = { .query = hash_query(s), .limit = s->max_results };
	struct search_node *filter;
	struct sql q;
	int rc;

	*page = (struct eval_dataset_page){ 0 };
	if (search_eval_datasets_parse(work->mem, s->filter, &filter, err) != 0 ||
	    read_order(work->mem, s, &keyset, err) != 0 ||
	    keyset_start(&keyset, work->mem, s->page_token, err) != 0)
		return 1;
	sql_init(&q, work, "eval_dataset.search");
	build(&q, s, filter, &keyset);
	if (q.nargs > ARGS_MAX)
		rc = search_fail(work->mem, err, SEARCH_INVALID, "The search names too "
		    "many experiments and values: at most %d are taken.",
		    ARGS_MAX);
	else
		rc = keyset_walk(&keyset, work, &q, "sssssiiss", add_dataset, page,
		    &page->next_page_token);
	sql_fini(&q);
	return rc;
}
