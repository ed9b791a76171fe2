/*
 * Runs by filter and order.  Every name of SQL is in a table here; the page of
 * ids is all that is read, what hangs on the runs is read by the caller.
 *
 * Two statements (see walk.h), and none when no experiment is given, but mistakes in
 * the filter, order or token are still found.
 */
#include "store/search.h"
#include "store/walk.h"

#define DATASET_JOIN							\
	"SELECT 1 FROM inputs i JOIN datasets d "			\
	"ON d.dataset_uuid = {i.source_id}"
#define DATASET_OF_RUN							\
	" WHERE i.destination_id = {r.run_uuid} "			\
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
		    "ON t.input_uuid = {i.input_uuid}" DATASET_OF_RUN
		    " AND t.name = 'mlflow.data.context'" },
		.value = { "t.value" },
	},
};

/* Sort keys in the run's own row. */
#define NULLABLE(column, type)	{ { column " IS NULL" }, { column }, type, false }

static const struct search_sort sorts[RUN_COLUMN__MAX] = {
	[RUN_ID] = { { NULL }, { "r.run_uuid" }, DB_STR, false },
	[RUN_NAME] = NULLABLE("r.name", DB_STR),
	[RUN_USER_ID] = NULLABLE("r.user_id", DB_STR),
	[RUN_STATUS] = NULLABLE("r.status", DB_STR),
	[RUN_ARTIFACT_URI] = NULLABLE("r.artifact_uri", DB_STR),
	[RUN_START_TIME] = NULLABLE("r.start_time", DB_I64),
	[RUN_END_TIME] = NULLABLE("r.end_time", DB_I64),
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

/* How the tests of a filter are made. */
struct run_tests {
	struct planned_test	*tests;
	size_t			 n;
	size_t			 njoins;
};

static void
add_keys(struct search *s, size_t i)
{
	const struct search_order *o = &s->order[i];
	const struct join_order *join = &join_orders[i];
	bool metric = o->field->scope == SCOPE_METRIC;

	keyset_add(&s->keyset, (struct keyset_key){ .type = DB_I64,
	    .expr = metric ? &join->metric_rank : &join->text_rank });
	keyset_add(&s->keyset, (struct keyset_key){ .expr = &join->value,
	    .type = metric ? DB_DBL : DB_STR, .is_long = !metric,
	    .descending = o->descending });
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
plan_tests(struct arena *mem, const struct search_node *tree, struct run_tests *p)
{
	struct planned_test *planned;
	size_t i;

	if (tree->kind == NODE_AND) {
		for (i = 0; i < tree->nkids; i++)
			plan_tests(mem, &tree->kids[i], p);
		return;
	}
	p->tests = arena_grow(mem, p->tests, p->n, sizeof(*p->tests));
	planned = &p->tests[p->n++];
	*planned = (struct planned_test){ &tree->test, NULL };
	if (is_joined(&tree->test) && p->njoins < sizeof(join_tests) / sizeof(join_tests[0]))
		planned->join = &join_tests[p->njoins++];
}

static bool
is_by_age(const struct search *s)
{
	return s->norder == 0 || (s->order[0].field->column == RUN_START_TIME &&
	    s->order[0].descending);
}

static int
prepare(struct work *work, struct search *s)
{
	static const struct sql_name table = { "runs" };
	struct run_tests *tests = arena_alloc(work->mem, sizeof(*tests));

	plan_tests(work->mem, s->filter, tests);
	s->own = tests;
	if (s->query->nexperiments == 0)
		return 0;
	return walk_plan(work, &table, s->query->experiment_ids, s->query->nexperiments,
	    is_by_age(s), &s->walk) == -1 ? -1 : 1;
}

static void
add_joined(struct sql *q, const struct joined *j, const struct search_field *f)
{
	sql_name(q, f->column == RUN_METRIC ? &j->metrics :
	    f->column == RUN_PARAM ? &j->params : &j->tags);
}

/* The key is matched by its collation, as MLflow does when it orders. */
static void
add_order_joins(struct sql *q, const struct search *s)
{
	size_t i;

	for (i = 0; i < s->norder; i++) {
		const struct search_order *o = &s->order[i];
		const struct join_order *join = &join_orders[i];

		if (o->field->scope == SCOPE_ATTRIBUTE)
			continue;
		add_joined(q, &join->tables, o->field);
		where_add_equal(q, &join->key, o->key);
	}
}

/*
 * Of one test MariaDB knows no better than that each of its rows may pass, and so starts
 * from the runs.  Where most runs are asked for, and all that match must be found to be
 * put in order, reading the test's rows in one go is never more, and mostly less.
 */
static bool
starts_from_test(const struct search *s, const struct run_tests *tests)
{
	return s->walk && tests->njoins == 1 && s->norder > 0 &&
	    s->order[0].field->scope != SCOPE_ATTRIBUTE;
}

static void
add_from(struct sql *q, const struct search *s)
{
	static const struct sql_name experiment = { "r.experiment_id" };
	const struct run_tests *tests = s->own;
	bool from = starts_from_test(s, tests);
	size_t i;

	if (!from)
		sql_lit(q, " FROM runs r");
	for (i = 0; i < tests->n; i++) {
		const struct planned_test *t = &tests->tests[i];

		if (t->join != NULL)
			add_joined(q, from ? &from_test : &t->join->tables,
			    t->test->field);
	}
	add_order_joins(q, s);
	sql_lit(q, " WHERE ");
	walk_add(q, &experiment, s->query->experiment_ids, s->query->nexperiments, s->walk);
}

static void
add_tests(struct sql *q, const struct search *s)
{
	const struct run_tests *tests = s->own;
	size_t i;

	for (i = 0; i < tests->n; i++) {
		const struct join_test *join = tests->tests[i].join;
		int column = tests->tests[i].test->field->column;

		where_add_test(q, tests->tests[i].test, join == NULL ? &sources[column] :
		    column == RUN_METRIC ? &join->metric : &join->text);
	}
}

const struct search_plan run_plan = {
	.name = "run.search",
	.dialect = &search_runs,
	.sources = sources,
	.sorts = sorts,
	.unasked = { SEARCH_NO_DEFAULT },
	.ties = { { RUN_START_TIME, true }, { RUN_ID, false }, SEARCH_NO_DEFAULT },
	.stage = { "r.lifecycle_stage" },
	.columns = { "r.run_uuid" },
	.types = "s",
	.item_size = sizeof(struct str),
	.take = store_search_take_text,
	.add_keys = add_keys,
	.prepare = prepare,
	.add_from = add_from,
	.add_tests = add_tests,
};
