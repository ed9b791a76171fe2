/*
 * Experiments by filter and order.  Every name of SQL is in a table here.
 */
#include "search/order.h"
#include "store/experiment_search.h"
#include "store/keyset.h"
#include "store/where.h"

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

struct column_order {
	struct sql_name	not_null;	/* where the column may be NULL */
	struct sql_name	value;
	enum db_type	type;
};

static const struct column_order column_orders[EXPERIMENT_COLUMN__MAX] = {
	[EXPERIMENT_ID] = { { NULL }, { "e.experiment_id" }, DB_I64 },
	[EXPERIMENT_NAME] = { { NULL }, { "e.name" }, DB_STR },
	[EXPERIMENT_CREATION_TIME] = {
		{ "e.creation_time IS NOT NULL" }, { "e.creation_time" }, DB_I64
	},
	[EXPERIMENT_LAST_UPDATE_TIME] = {
		{ "e.last_update_time IS NOT NULL" }, { "e.last_update_time" },
		DB_I64
	},
};

static void
add_keys(struct keyset *k, int column, bool descending)
{
	const struct column_order *o = &column_orders[column];

	if (o->not_null.text != NULL)
		keyset_add(k, &o->not_null, DB_I64, descending);
	keyset_add(k, &o->value, o->type, descending);
}

/* Of everything but the page size, which may change from page to page. */
static uint64_t
hash_query(const struct experiment_search *s)
{
	uint64_t h = page_hash_str(0, STR("experiments"));

	return page_hash_i64(page_hash_query(h, s->filter, s->order_by, s->norder), s->view);
}

static int
read_order(struct arena *mem, const struct experiment_search *s,
    struct keyset *k, struct search_error *err)
{
	struct search_order order[SEARCH_ORDER_MAX];
	bool has_id = false;
	size_t n, i;

	if (search_order_read(mem, &search_experiments, s->order_by, s->norder,
	    true, order, &n, err) != 0)
		return 1;
	for (i = 0; i < n; i++) {
		add_keys(k, order[i].field->column, order[i].descending);
		has_id |= order[i].field->column == EXPERIMENT_ID;
	}
	if (n == 0)
		add_keys(k, EXPERIMENT_CREATION_TIME, true);
	if (!has_id)
		add_keys(k, EXPERIMENT_ID, n > 0);
	return 0;
}

static void
build(struct sql *q, const struct experiment_search *s,
    const struct search_node *filter, const struct keyset *k)
{
	static const struct sql_name stage = { "e.lifecycle_stage" };

	sql_lit(q, "SELECT e.experiment_id");
	keyset_select(k, q);
	sql_lit(q, " FROM experiments e WHERE TRUE");
	where_add_view(q, &stage, s->view);
	where_add(q, filter, sources);
	keyset_where(k, q);
	keyset_order(k, q);
}

static int
run_query(struct work *work, struct sql *q,
    const struct keyset *k, struct experiment_page *out)
{
	struct keyset_page page;
	size_t i;

	if (keyset_read(k, work, q, DB_I64, &page) != 0)
		return -1;
	out->ids = arena_array(work->mem, page.n, sizeof(*out->ids));
	for (i = 0; i < page.n; i++)
		out->ids[i] = page.ids[i].i64;
	out->n = page.n;
	out->next_page_token = page.next_page_token;
	return 0;
}

int
store_experiment_search(struct work *work,
    const struct experiment_search *s, struct experiment_page *page,
    struct search_error *err)
{
	struct keyset keyset = { .query = hash_query(s),
	    .limit = s->max_results };
	struct search_node *filter;
	struct sql q;
	int rc;

	*page = (struct experiment_page){ 0 };
	if (search_parse(work->mem, &search_experiments, s->filter, &filter,
	    err) != 0 || read_order(work->mem, s, &keyset, err) != 0 ||
	    keyset_start(&keyset, work->mem, s->page_token, err) != 0)
		return 1;
	sql_init(&q, work, "experiment.search");
	build(&q, s, filter, &keyset);
	rc = run_query(work, &q, &keyset, page);
	sql_fini(&q);
	return rc;
}
