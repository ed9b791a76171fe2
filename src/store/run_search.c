/*
 * Runs by filter and order.  Every name of SQL is in a table here; the page of
 * ids is all that is read, what hangs on the runs is read by the caller.
 */
#include "search/order.h"
#include "store/keyset.h"
#include "store/run_search.h"
#include "store/walk.h"
#include "store/where.h"

#define DATASET_JOIN							\
	"SELECT 1 FROM inputs i JOIN datasets d "			\
	"ON d.dataset_uuid = i.source_id"
#define DATASET_OF_RUN							\
	" WHERE i.destination_id = r.run_uuid "				\
	"AND i.destination_type = 'RUN' AND i.source_type = 'DATASET'"

static const struct where_source sources[RUN_COLUMN__MAX] = {
	[RUN_ID] = { .value = { "r.run_uuid" } },
	/* the name filtered by is the tag's, the name ordered by the run's */
	[RUN_NAME] = {
		.rows = { "SELECT 1 FROM tags t WHERE t.run_uuid = r.run_uuid "
		    "AND t.`key` = 'mlflow.runName'" },
		.value = { "t.value" },
	},
	[RUN_USER_ID] = { .value = { "r.user_id" } },
	[RUN_STATUS] = { .value = { "r.status" } },
	[RUN_ARTIFACT_URI] = { .value = { "r.artifact_uri" } },
	[RUN_START_TIME] = { .value = { "r.start_time" } },
	[RUN_END_TIME] = { .value = { "r.end_time" } },
	[RUN_METRIC] = {
		.rows = { "SELECT 1 FROM latest_metrics m "
		    "WHERE m.run_uuid = r.run_uuid" },
		.key = { "m.`key`" },
		.value = { "m.value" },
		.nan = { "m.is_nan" },
	},
	[RUN_PARAM] = {
		.rows = { "SELECT 1 FROM params p "
		    "WHERE p.run_uuid = r.run_uuid" },
		.key = { "p.`key`" },
		.value = { "p.value" },
	},
	[RUN_TAG] = {
		.rows = { "SELECT 1 FROM tags t WHERE t.run_uuid = r.run_uuid" },
		.key = { "t.`key`" },
		.value = { "t.value" },
	},
	[RUN_DATASET_NAME] = {
		.rows = { DATASET_JOIN DATASET_OF_RUN },
		.value = { "d.name" },
	},
	[RUN_DATASET_DIGEST] = {
		.rows = { DATASET_JOIN DATASET_OF_RUN },
		.value = { "d.digest" },
	},
	[RUN_DATASET_CONTEXT] = {
		.rows = { DATASET_JOIN " JOIN input_tags t "
		    "ON t.input_uuid = i.input_uuid" DATASET_OF_RUN
		    " AND t.name = 'mlflow.data.context'" },
		.value = { "t.value" },
	},
};

/* Sort keys in the run's own row: NULL or not, then the value. */
struct column_order {
	struct sql_name	rank;
	struct sql_name	value;
	enum db_type	type;
};

static const struct column_order column_orders[RUN_COLUMN__MAX] = {
	[RUN_ID] = { { NULL }, { "r.run_uuid" }, DB_STR },
	[RUN_NAME] = { { "r.name IS NULL" }, { "r.name" }, DB_STR },
	[RUN_USER_ID] = { { "r.user_id IS NULL" }, { "r.user_id" }, DB_STR },
	[RUN_STATUS] = { { "r.status IS NULL" }, { "r.status" }, DB_STR },
	[RUN_ARTIFACT_URI] = {
		{ "r.artifact_uri IS NULL" }, { "r.artifact_uri" }, DB_STR
	},
	[RUN_START_TIME] = {
		{ "r.start_time IS NULL" }, { "r.start_time" }, DB_I64
	},
	[RUN_END_TIME] = {
		{ "r.end_time IS NULL" }, { "r.end_time" }, DB_I64
	},
};

/* How one alias of the three tables that hang on runs comes in; by the field's column. */
struct joined {
	struct sql_name	metrics, params, tags;
};

/*
 * Sort keys in another table: it is joined once for each clause, on its
 * primary key, under the clause's own alias.
 */
struct join_order {
	struct joined	tables;
	struct sql_name	key;
	struct sql_name	metric_rank;	/* numbers, NaN, missing */
	struct sql_name	text_rank;
	struct sql_name	value;
};

#define ON_RUN(t)	" ON " t ".run_uuid = r.run_uuid"
#define JOINED(how, t, on) {						\
	{ how "latest_metrics " t on }, { how "params " t on }, { how "tags " t on } \
}
#define JOIN_ORDER(o) {							\
	JOINED(" LEFT JOIN ", o, ON_RUN(o)), { o ".`key`" },			\
	{ "CASE WHEN " o ".is_nan THEN 1 WHEN " o ".run_uuid IS NULL "	\
	    "THEN 2 ELSE 0 END" },					\
	{ o ".value IS NULL" }, { o ".value" }				\
}

static const struct join_order join_orders[] = {
	JOIN_ORDER("o0"), JOIN_ORDER("o1"), JOIN_ORDER("o2"), JOIN_ORDER("o3"),
	JOIN_ORDER("o4"), JOIN_ORDER("o5"), JOIN_ORDER("o6"), JOIN_ORDER("o7"),
	JOIN_ORDER("o8"), JOIN_ORDER("o9")
};

_Static_assert(sizeof(join_orders) / sizeof(join_orders[0]) ==
    SEARCH_ORDER_MAX, "one alias for each order_by clause");

/*
 * Tests of metrics, params and tags: those tables are joined on their primary key
 * and never multiply runs.  MariaDB then reads what is ordered by only for runs that
 * pass, and starts from a key that few runs have; with EXISTS it does neither.
 */
struct join_test {
	struct joined		tables;
	struct where_source	metric, text;
};

#define JOIN_TEST(t) {							\
	JOINED(" JOIN ", t, ON_RUN(t)),					\
	{ .key = { t ".`key`" }, .value = { t ".value" }, .nan = { t ".is_nan" } }, \
	{ .key = { t ".`key`" }, .value = { t ".value" } }		\
}

/* So many: each doubles the plans MariaDB thinks about.  The others are EXISTS. */
static const struct join_test join_tests[] = {
	JOIN_TEST("t0"), JOIN_TEST("t1"), JOIN_TEST("t2"), JOIN_TEST("t3")
};

/* The first test of them, when what it finds is read before the runs are. */
static const struct joined from_test =
    JOINED(" FROM ", "t0", " STRAIGHT_JOIN runs r" ON_RUN("t0"));

/* A test of the filter, and the tables joined for it: NULL for the EXISTS of its source. */
struct planned_test {
	const struct search_test	*test;
	const struct join_test		*join;
};

/* A search once its texts are understood. */
struct plan {
	struct planned_test	*tests;
	size_t			 ntests;
	size_t			 njoins;
	struct search_order	 order[SEARCH_ORDER_MAX];
	size_t			 norder;
	struct keyset		 keyset;
	bool			 walk;	/* by the whole table, not by experiment */
};

static bool
has_column(const struct plan *p, enum run_column column)
{
	size_t i;

	for (i = 0; i < p->norder; i++)
		if (p->order[i].field->column == (int)column)
			return true;
	return false;
}

static void
add_column_keys(struct keyset *k, enum run_column column, bool descending)
{
	const struct column_order *o = &column_orders[column];

	if (o->rank.text != NULL && descending) {
		keyset_add_nulls_last(k, &o->value, o->type);
		return;
	}
	if (o->rank.text != NULL)
		keyset_add(k, &o->rank, DB_I64, false);
	keyset_add(k, &o->value, o->type, descending);
}

static void
add_keys(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->norder; i++) {
		const struct search_order *o = &p->order[i];
		const struct join_order *join = &join_orders[i];
		bool metric = o->field->scope == SCOPE_METRIC;

		if (o->field->scope == SCOPE_ATTRIBUTE) {
			add_column_keys(&p->keyset,
			    (enum run_column)o->field->column, o->descending);
			continue;
		}
		keyset_add(&p->keyset, metric ? &join->metric_rank :
		    &join->text_rank, DB_I64, false);
		if (metric)
			keyset_add(&p->keyset, &join->value, DB_DBL, o->descending);
		else
			keyset_add_long(&p->keyset, &join->value, o->descending);
	}
	if (!has_column(p, RUN_START_TIME))
		add_column_keys(&p->keyset, RUN_START_TIME, true);
	if (!has_column(p, RUN_ID))
		add_column_keys(&p->keyset, RUN_ID, false);
}

/* Of everything but the page size, which may change from page to page. */
static uint64_t
hash_query(const struct run_search *s)
{
	uint64_t h = page_hash_str(0, STR("runs"));
	size_t i;

	for (i = 0; i < s->nexperiments; i++)
		h = page_hash_i64(h, s->experiment_ids[i]);
	return page_hash_i64(page_hash_query(h, s->filter, s->order_by, s->norder), s->view);
}

static bool
is_joined(const struct search_test *t)
{
	int column = t->field->column;

	return t->op != OP_IS_NULL &&
	    (column == RUN_METRIC || column == RUN_PARAM || column == RUN_TAG);
}

/* The first tests that can be joined are. */
static void
plan_tests(struct arena *mem, const struct search_node *tree, struct plan *p)
{
	struct planned_test *planned;
	size_t i;

	if (tree->kind == NODE_AND) {
		for (i = 0; i < tree->nkids; i++)
			plan_tests(mem, &tree->kids[i], p);
		return;
	}
	p->tests = arena_grow(mem, p->tests, p->ntests, sizeof(*p->tests));
	planned = &p->tests[p->ntests++];
	*planned = (struct planned_test){ &tree->test, NULL };
	if (is_joined(&tree->test) && p->njoins < sizeof(join_tests) / sizeof(join_tests[0]))
		planned->join = &join_tests[p->njoins++];
}

/* In MLflow's order of checks: filter, order, token. */
static int
make_plan(struct arena *mem, const struct run_search *s, struct plan *p,
    struct search_error *err)
{
	struct search_node *filter;

	*p = (struct plan){ 0 };
	if (search_parse(mem, &search_runs, s->filter, &filter, err) != 0 ||
	    search_order_read(mem, &search_runs, s->order_by, s->norder, false,
	    p->order, &p->norder, err) != 0)
		return 1;
	plan_tests(mem, filter, p);
	p->keyset.limit = s->max_results;
	p->keyset.query = hash_query(s);
	add_keys(p);
	return keyset_start(&p->keyset, mem, s->page_token, err);
}

static void
add_joined(struct sql *q, const struct joined *j, const struct search_field *f)
{
	sql_name(q, f->column == RUN_METRIC ? &j->metrics :
	    f->column == RUN_PARAM ? &j->params : &j->tags);
}

/* The key is matched by its collation, as MLflow does when it orders. */
static void
add_order_joins(struct sql *q, const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->norder; i++) {
		const struct search_order *o = &p->order[i];
		const struct join_order *join = &join_orders[i];

		if (o->field->scope == SCOPE_ATTRIBUTE)
			continue;
		add_joined(q, &join->tables, o->field);
		sql_lit(q, " AND ");
		sql_name(q, &join->key);
		sql_lit(q, " = ");
		sql_arg(q, db_str(o->key));
	}
}

/*
 * Of one test MariaDB knows no better than that each of its rows may pass, and so starts
 * from the runs.  Where most runs are asked for, and all that match must be found to be
 * put in order, reading the test's rows in one go is never more, and mostly less.
 */
static bool
starts_from_test(const struct plan *p)
{
	return p->walk && p->njoins == 1 && p->norder > 0 &&
	    p->order[0].field->scope != SCOPE_ATTRIBUTE;
}

static void
add_from(struct sql *q, const struct plan *p)
{
	bool from = starts_from_test(p);
	size_t i;

	if (!from)
		sql_lit(q, " FROM runs r");
	for (i = 0; i < p->ntests; i++) {
		const struct planned_test *t = &p->tests[i];

		if (t->join != NULL)
			add_joined(q, from ? &from_test : &t->join->tables,
			    t->test->field);
	}
	add_order_joins(q, p);
}

static void
add_tests(struct sql *q, const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->ntests; i++) {
		const struct join_test *join = p->tests[i].join;
		int column = p->tests[i].test->field->column;

		where_add_test(q, p->tests[i].test, join == NULL ? &sources[column] :
		    column == RUN_METRIC ? &join->metric : &join->text);
	}
}

static bool
is_by_age(const struct plan *p)
{
	return p->norder == 0 || (p->order[0].field->column == RUN_START_TIME &&
	    p->order[0].descending);
}

static void
build(struct sql *q, const struct run_search *s, const struct plan *p)
{
	static const struct sql_name experiment = { "r.experiment_id" };
	static const struct sql_name stage = { "r.lifecycle_stage" };

	sql_lit(q, "SELECT r.run_uuid");
	keyset_select(&p->keyset, q);
	add_from(q, p);
	sql_lit(q, " WHERE ");
	walk_add(q, &experiment, s->experiment_ids, s->nexperiments, p->walk);
	where_add_view(q, &stage, s->view);
	add_tests(q, p);
	keyset_where(&p->keyset, q);
	keyset_order(&p->keyset, q);
}

static int
run_query(struct work *work, struct sql *q,
    const struct keyset *k, struct run_page *out)
{
	struct keyset_page page;
	size_t i;

	if (keyset_read(k, work, q, DB_STR, &page) != 0)
		return -1;
	out->run_ids = arena_array(work->mem, page.n, sizeof(*out->run_ids));
	for (i = 0; i < page.n; i++)
		out->run_ids[i] = page.ids[i].str;
	out->n = page.n;
	out->next_page_token = page.next_page_token;
	return 0;
}

int
store_run_search(struct work *work, const struct run_search *s,
    struct run_page *page, struct search_error *err)
{
	static const struct sql_name table = { "runs" };
	struct plan plan;
	struct sql q;
	int rc;

	*page = (struct run_page){ 0 };
	if (make_plan(work->mem, s, &plan, err) != 0)
		return 1;
	if (s->nexperiments == 0)
		return 0;
	if (walk_plan(work, &table, s->experiment_ids, s->nexperiments,
	    is_by_age(&plan), &plan.walk) != 0)
		return -1;
	sql_init(&q, work, "run.search");
	build(&q, s, &plan);
	if (q.nargs > SQL_ARGS_MAX)
		rc = search_fail(work->mem, err, SEARCH_INVALID, "The search names too "
		    "many experiments and values: at most %d are taken.",
		    SQL_ARGS_MAX);
	else
		rc = run_query(work, &q, &plan.keyset, page);
	sql_fini(&q);
	return rc;
}
