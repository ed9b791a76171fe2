/* The SQL of filters and cursors: texts and the number of arguments. */
#include "store/keyset.h"
#include "store/where.h"
#include "tap.h"

static struct arena mem;
static struct work work = { .mem = &mem };

static const struct where_source sources[RUN_COLUMN__MAX] = {
	[RUN_ID] = { .value = { "id" } },
	[RUN_START_TIME] = { .value = { "st" } },
	[RUN_STATUS] = { .value = { "s" } },
	[RUN_METRIC] = { .rows = { "M" }, .key = { "mk" }, .value = { "mv" },
	    .nan = { "mn" } },
	[RUN_PARAM] = { .rows = { "P" }, .key = { "pk" }, .value = { "pv" } },
	[RUN_NAME] = { .rows = { "N" }, .value = { "nv" } },
};

static const struct {
	const char	*filter, *sql;
	size_t		 nargs;
} rows[] = {
	{ "", "", 0 },
	{ "start_time > 1", " AND (st > ?)", 1 },
	{ "status = 'a'", " AND s = ? AND BINARY s = ?", 2 },
	{ "status != 'a'", " AND BINARY s <> ?", 1 },
	{ "status LIKE 'a'",
	    " AND s COLLATE utf8mb4_bin LIKE ? ESCAPE X'5C'", 1 },
	{ "status ILIKE 'a'",
	    " AND LOWER(s) LIKE LOWER(?) ESCAPE X'5C'", 1 },
	{ "run_id IN ('a', 'b')",
	    " AND id IN (?, ?) AND BINARY id IN (?, ?)", 4 },
	{ "run_id NOT IN ('a', 'b')", " AND BINARY id NOT IN (?, ?)", 2 },
	{ "run_name = 'a'",
	    " AND EXISTS (N AND nv = ? AND BINARY nv = ?)", 2 },
	{ "metrics.m <= 1", " AND EXISTS (M AND mk = ? AND BINARY mk = ? "
	    "AND (mv <= ? AND NOT mn))", 3 },
	{ "metrics.m != 1", " AND EXISTS (M AND mk = ? AND BINARY mk = ? "
	    "AND (mv <> ? OR mn))", 3 },
	{ "params.p = 'a'", " AND EXISTS (P AND pk = ? AND BINARY pk = ? "
	    "AND pv = ? AND BINARY pv = ?)", 4 },
	{ "params.p IS NULL", " AND NOT EXISTS (P AND pk = ?)", 1 },
	{ "params.p IS NOT NULL", " AND EXISTS (P AND pk = ?)", 1 },
	{ "start_time > 1 AND start_time < 2.5",
	    " AND (st > ?) AND (st < ?)", 2 },
};

static void
check_filters(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct search_node *tree;
		struct search_error err;
		struct sql q;

		sql_init(&q, &work, "test");
		if (search_parse(&mem, &search_runs, str_of(rows[i].filter),
		    &tree, &err) == 0)
			where_add(&q, tree, sources);
		buf_puts(&q.text, "");
		if (!tap_ok(str_is(buf_str(&q.text), rows[i].sql) &&
		    q.nargs == rows[i].nargs, "%s", rows[i].filter))
			printf("# %s\n", q.text.p);
		sql_fini(&q);
	}
}

static void
check_view(void)
{
	static const struct sql_name stage = { "ls" };
	static const char *const want[] = {
		[VIEW_ACTIVE_ONLY] = " AND ls = 'active'",
		[VIEW_DELETED_ONLY] = " AND ls = 'deleted'",
		[VIEW_ALL] = "",
	};
	int view;

	for (view = VIEW_ACTIVE_ONLY; view <= VIEW_ALL; view++) {
		struct sql q;

		sql_init(&q, &work, "test");
		where_add_view(&q, &stage, (enum view_type)view);
		buf_puts(&q.text, "");
		tap_ok(str_is(buf_str(&q.text), want[view]), "view %d", view);
		sql_fini(&q);
	}
}

static const struct sql_name time = { "t" }, text = { "v" }, id = { "i" };

static struct keyset
three_keys(void)
{
	struct keyset k = { .query = 1, .limit = 10 };

	keyset_add(&k, (struct keyset_key){ .expr = &time, .type = DB_I64,
	    .descending = true, .nulls_last = true });
	keyset_add(&k, (struct keyset_key){ .expr = &text, .type = DB_STR,
	    .descending = true, .is_long = true });
	keyset_add(&k, (struct keyset_key){ .expr = &id, .type = DB_STR });
	return k;
}

/* What a query with three keys becomes behind a token of `values`. */
static bool
starts(const struct page_value *values, size_t n, const char *sql,
    size_t nargs)
{
	struct str token = page_token_write(&mem, 1, values, n);
	struct keyset k = three_keys();
	struct search_error err;
	struct sql q;
	bool right;

	if (keyset_start(&k, &mem, n == 0 ? STR("") : token, &err) != 0)
		return sql == NULL;
	sql_init(&q, &work, "test");
	keyset_where(&k, &q);
	keyset_order(&k, &q);
	right = sql != NULL && str_is(buf_str(&q.text), sql) &&
	    q.nargs == nargs;
	if (!right)
		printf("# %s\n", q.text.p);
	sql_fini(&q);
	return right;
}

#define ORDER	" ORDER BY t DESC, LEFT(v, 256) DESC, i LIMIT ?"
#define TIES	" OR (t <=> ? AND (LEFT(v, 256) < ? OR (LEFT(v, 256) <=> ? AND (i > ?)))))"
#define BEHIND	" AND (t < ? OR t IS NULL" TIES
#define IN_NULLS " AND (t < ?" TIES

static void
check_cursors(void)
{
	const struct page_value full[] = {
		{ .type = PAGE_I64, .i64 = 1 },
		{ .type = PAGE_TEXT, .text = STR("x") },
		{ .type = PAGE_TEXT, .text = STR("y") },
		{ .type = PAGE_TEXT, .text = STR("z") },
	};
	const struct page_value nulls[] = { { .type = PAGE_NULL }, full[1], full[2] };
	const struct page_value wrong[] = { full[1], full[1], full[2] };

	tap_ok(starts(full, 0, ORDER, 1), "at the top");
	tap_ok(starts(full, 3, BEHIND ORDER, 6), "behind a row");
	tap_ok(starts(nulls, 3, IN_NULLS ORDER, 6), "behind a row with NULL");
	tap_ok(starts(full, 2, NULL, 0), "too few values are refused");
	tap_ok(starts(full, 4, NULL, 0), "too many values are refused");
	tap_ok(starts(wrong, 3, NULL, 0), "a value of another type is refused");
}

int
main(void)
{
	arena_init(&mem);
	check_filters();
	check_view();
	check_cursors();
	arena_fini(&mem);
	return tap_done();
}
