/*
 * Traces by filter and order.  Every name of SQL is in a table here; the page of ids is
 * all that is read, what hangs on the traces is read by the caller.
 *
 * All tests of spans must hold for one span: they are one EXISTS.  What is ordered by age,
 * as nearly every search is, is found in two steps (see find_newest).
 */
#include <math.h>
#include <string.h>

#include "base/repr.h"
#include "store/trace.h"
#include "store/trace_search.h"

/*
 * How much earlier than the lower bound of its trace's time a span may start, in ms, when
 * a filter has such a bound; MLflow's number.
 */
#define SPAN_SLACK_MS	10000

#define MS_NANOS	1000000

/* What assessments of whole sessions have in their metadata. */
#define SESSION_MARK	"'%\"" TRACE_SESSION_KEY "\":%'"

#define RUN_OF_TRACE							\
	"SELECT m.value FROM trace_request_metadata m "			\
	"WHERE m.request_id = t.request_id AND m.`key` = 'mlflow.sourceRun'"

static const struct where_source sources[TRACE_COLUMN__MAX] = {
	[TRACE_ID] = { .value = { "t.request_id" } },
	[TRACE_CLIENT_REQUEST_ID] = { .value = { "t.client_request_id" } },
	[TRACE_STATUS] = { .value = { "t.status" } },
	[TRACE_TIMESTAMP] = { .value = { "t.timestamp_ms" } },
	[TRACE_EXECUTION_TIME] = { .value = { "t.execution_time_ms" } },
	/* as a double, which two great numbers do not overflow */
	[TRACE_END_TIME] = {
		.value = { "(t.timestamp_ms + 0e0 + COALESCE(t.execution_time_ms, 0))" },
	},
	[TRACE_NAME] = { .value = { "t.trace_name" } },
	[TRACE_SESSION] = { .value = { "t.session_id" } },
	[TRACE_RUN] = { .rows = { RUN_OF_TRACE }, .value = { "m.value" } },
	[TRACE_PROMPT] = {
		.rows = { "SELECT 1 FROM entity_associations a WHERE a.source_type = 'trace' "
		    "AND a.source_id = t.request_id AND a.destination_type = 'prompt_version'" },
		.value = { "a.destination_id" },
	},
	[TRACE_TAG] = {
		.rows = { "SELECT 1 FROM trace_tags g WHERE g.request_id = t.request_id" },
		.key = { "g.`key`" },
		.value = { "g.value" },
	},
	[TRACE_METADATA] = {
		.rows = { "SELECT 1 FROM trace_request_metadata m "
		    "WHERE m.request_id = t.request_id" },
		.key = { "m.`key`" },
		.value = { "m.value" },
	},
	[TRACE_ISSUE] = {
		.rows = { "SELECT 1 FROM assessments a WHERE a.trace_id = t.request_id "
		    "AND a.assessment_type = 'issue'" },
		.value = { "a.name" },
	},
	/* in rows of the one EXISTS */
	[TRACE_SPAN_NAME] = { .value = { "s.name" } },
	[TRACE_SPAN_TYPE] = { .value = { "s.type" } },
	[TRACE_SPAN_STATUS] = { .value = { "s.status" } },
	[TRACE_SPAN_ATTRIBUTE] = { .value = { "s.content" }, .is_big = true },
	[TRACE_TEXT] = { .value = { "s.content" }, .is_big = true },
	/* in rows that are there twice, see add_verdict */
	[TRACE_FEEDBACK] = { .key = { "a.name" }, .value = { "a.value" } },
	[TRACE_EXPECTATION] = { .key = { "a.name" }, .value = { "a.value" } },
};

#define NULLABLE(column, type, is_long)	{ { column " IS NULL" }, { column }, type, is_long }

static const struct search_sort sorts[TRACE_COLUMN__MAX] = {
	[TRACE_ID] = { { NULL }, { "t.request_id" }, DB_STR, false },
	[TRACE_EXPERIMENT_ID] = { { NULL }, { "t.experiment_id" }, DB_I64, false },
	[TRACE_STATUS] = { { NULL }, { "t.status" }, DB_STR, false },
	[TRACE_TIMESTAMP] = { { NULL }, { "t.timestamp_ms" }, DB_I64, false },
	[TRACE_EXECUTION_TIME] = NULLABLE("t.execution_time_ms", DB_I64, false),
	[TRACE_END_TIME] = {
		{ NULL }, { "(t.timestamp_ms + 0e0 + COALESCE(t.execution_time_ms, 0))" },
		DB_DBL, false
	},
	[TRACE_NAME] = NULLABLE("t.trace_name", DB_STR, true),
	[TRACE_SESSION] = NULLABLE("t.session_id", DB_STR, false),
	[TRACE_RUN] = NULLABLE("(" RUN_OF_TRACE ")", DB_STR, true),
};

/* Tags and metadata that are ordered by: joined once a clause, under an alias of its own. */
struct join_order {
	struct sql_name	tags, metadata, key, rank, value;
};

#define JOIN_ORDER(o) {							\
	{ " LEFT JOIN trace_tags " o " ON " o ".request_id = t.request_id" },	\
	{ " LEFT JOIN trace_request_metadata " o " ON " o ".request_id = t.request_id" }, \
	{ o ".`key`" }, { o ".value IS NULL" }, { o ".value" }		\
}

static const struct join_order join_orders[] = {
	JOIN_ORDER("o0"), JOIN_ORDER("o1"), JOIN_ORDER("o2"), JOIN_ORDER("o3"),
	JOIN_ORDER("o4"), JOIN_ORDER("o5"), JOIN_ORDER("o6"), JOIN_ORDER("o7"),
	JOIN_ORDER("o8"), JOIN_ORDER("o9")
};

_Static_assert(sizeof(join_orders) / sizeof(join_orders[0]) == SEARCH_ORDER_MAX,
    "one alias for each order_by clause");

static const struct sql_name token_columns[TRACE_TOKENS] = {
	{ "t.input_tokens" }, { "t.output_tokens" }, { "t.total_tokens" },
	{ "t.cache_read_input_tokens" }, { "t.cache_creation_input_tokens" },
	{ "t.cache_creation_input_tokens_above_1hr" },
};

static const struct sql_name cost_columns[TRACE_COSTS] = {
	{ "t.input_cost" }, { "t.output_cost" }, { "t.total_cost" },
};

/* Metadata that is shown as one text of JSON and stored as columns. */
struct columns {
	const struct sql_name	*names;
	const char *const	*members;
	size_t			 n;
	bool			 is_whole;	/* numbers without a fraction */
};

/* A statement to which the tests of a filter are added. */
struct testing {
	struct sql	*q;
	const int64_t	*experiment_ids;
	size_t		 nexperiments;
	const struct search_test *joined; /* is no matter of tests, see add_run_join */
	size_t		 nspan_tests;
	bool		 is_bounded;	/* from .since on */
	double		 since;
};

static void
each_test(const struct search_node *tree, struct testing *to,
    void (*fn)(struct testing *, const struct search_test *))
{
	size_t i;

	if (tree->kind == NODE_TEST)
		fn(to, &tree->test);
	for (i = 0; i < tree->nkids; i++)
		each_test(&tree->kids[i], to, fn);
}

/* The number that a text is in the form that answers have; NULL if there is none. */
static struct db_val
read_number(struct arena *mem, struct str text, bool is_whole)
{
	int64_t i;
	double d;

	text = arena_str(mem, text);
	if (is_whole && str_to_i64(text, &i) &&
	    str_eq(text, arena_printf(mem, "%lld", (long long)i)))
		return db_i64(i);
	if (!is_whole && str_to_dbl(text, false, &d) && isfinite(d) &&
	    str_eq(text, search_show_double(mem, d)))
		return db_dbl(d);
	return db_null();
}

/* One member, if it is the next and of that name: "name": NUMBER.  false if it is broken. */
static bool
read_member(struct arena *mem, struct str *rest, const struct columns *c, size_t i,
    struct db_val *value)
{
	struct str label = arena_printf(mem, "\"%s\": ", c->members[i]), text = *rest;
	const char *comma;

	*value = db_null();
	if (!str_starts(text, label.p))
		return true;
	text = (struct str){ text.p + label.len, text.len - label.len };
	comma = memchr(text.p, ',', text.len);
	*rest = (struct str){ text.p + text.len, 0 };
	if (comma != NULL) {
		text.len = (size_t)(comma - text.p);
		*rest = (struct str){ comma + 1, (size_t)(rest->p - comma) - 1 };
		if (!str_starts(*rest, " \""))
			return false;
		*rest = (struct str){ rest->p + 1, rest->len - 1 };
	}
	*value = read_number(mem, text, c->is_whole);
	return value->type != DB_NULL;
}

/* A text of JSON as answers write the columns; false for any other. */
static bool
read_columns(struct arena *mem, struct str text, const struct columns *c, struct db_val *values)
{
	struct str rest;
	size_t i;

	if (text.len <= strlen("{}") || !str_starts(text, "{") || !str_ends(text, "}"))
		return false;
	rest = (struct str){ text.p + 1, text.len - strlen("{}") };
	for (i = 0; i < c->n; i++)
		if (!read_member(mem, &rest, c, i, &values[i]))
			return false;
	return rest.len == 0;
}

/* "(TRUE AND COLUMN <=> ? ...)", or FALSE for what no row can have. */
static void
add_equal(struct sql *q, const struct columns *c, struct str text)
{
	struct db_val values[TRACE_TOKENS];
	size_t i;

	if (!read_columns(q->work->mem, text, c, values)) {
		sql_lit(q, "FALSE");
		return;
	}
	sql_lit(q, "(TRUE");
	for (i = 0; i < c->n; i++) {
		sql_lit(q, " AND ");
		sql_name(q, &c->names[i]);
		sql_lit(q, " <=> ");
		sql_arg(q, values[i]);
	}
	sql_lit(q, ")");
}

static void
add_columns_test(struct sql *q, const struct search_test *t, const struct columns *c)
{
	size_t i;

	if (t->op != OP_EQ) {
		for (i = 0; i < c->n; i++) {
			if (i > 0)
				sql_lit(q, ", ");
			else if (t->op == OP_IS_NULL)
				sql_lit(q, " AND COALESCE(");
			else
				sql_lit(q, " AND NOT COALESCE(");
			sql_name(q, &c->names[i]);
		}
		sql_lit(q, ") IS NULL");
	}
	if (t->op != OP_EQ && t->op != OP_NE)
		return;
	if (t->op == OP_EQ)
		sql_lit(q, " AND ");
	else
		sql_lit(q, " AND NOT ");
	add_equal(q, c, t->texts[0]);
}

static const struct sql_name linked_run = { "a.destination_id" };

/*
 * Traces that were linked to a run and those made in it, before all others: there are
 * few of them, and of EXISTS on either side of an OR MariaDB makes tests of every trace.
 */
static void
add_run_join(struct sql *q, const struct search_test *t)
{
	sql_lit(q, " FROM (SELECT a.source_id AS id FROM entity_associations a "
	    "WHERE a.source_type = 'trace' AND a.destination_type = 'run'");
	where_add_exact(q, &linked_run, t->texts[0]);
	sql_lit(q, " UNION SELECT m.request_id FROM trace_request_metadata m "
	    "WHERE m.`key` = 'mlflow.sourceRun'");
	where_add_value(q, t, &sources[TRACE_RUN]);
	sql_lit(q, ") r STRAIGHT_JOIN trace_info t ON t.request_id = r.id");
}

/* The same as a test. */
static void
add_run(struct sql *q, const struct search_test *t)
{
	sql_lit(q, " AND (EXISTS (SELECT 1 FROM entity_associations a "
	    "WHERE a.source_type = 'trace' AND a.source_id = t.request_id "
	    "AND a.destination_type = 'run'");
	where_add_exact(q, &linked_run, t->texts[0]);
	sql_lit(q, ") OR EXISTS (" RUN_OF_TRACE);
	where_add_value(q, t, &sources[TRACE_RUN]);
	sql_lit(q, "))");
}

/* As the text it is, or as the JSON of the text. */
static void
add_verdict_equal(struct sql *q, const struct search_test *t, const struct where_source *s)
{
	struct buf json = { 0 };

	json_quote(&json, t->texts[0]);
	if (t->op == OP_EQ)
		sql_lit(q, " AND ((TRUE");
	else
		sql_lit(q, " AND NOT ((TRUE");
	where_add_exact(q, &s->value, t->texts[0]);
	sql_lit(q, ") OR (TRUE");
	where_add_exact(q, &s->value, arena_str(q->work->mem, buf_str(&json)));
	sql_lit(q, "))");
	buf_fini(&json);
}

static void
add_verdict_number(struct sql *q, const struct search_test *t)
{
	static const struct search_field number = { .type = TYPE_METRIC };
	static const struct where_source source = { .value = { "a.aggregate_value" } };
	struct search_test test = *t;

	test.field = &number;
	sql_lit(q, " AND a.is_numeric_value = 1");
	where_add_value(q, &test, &source);
}

static void
add_verdict_rows(struct sql *q, const struct search_test *t)
{
	const struct where_source *s = &sources[t->field->column];

	if (t->field->column == TRACE_FEEDBACK)
		sql_lit(q, " AND a.assessment_type = 'feedback' AND a.valid = 1");
	else
		sql_lit(q, " AND a.assessment_type = 'expectation' AND a.valid = 1");
	where_add_exact(q, &s->key, t->key);
	if (t->op == OP_IS_NULL || t->op == OP_NOT_NULL)
		return;
	if (t->written.p != NULL)
		add_verdict_number(q, t);
	else if (t->op == OP_EQ || t->op == OP_NE)
		add_verdict_equal(q, t, s);
	else
		where_add_value(q, t, s);
}

/* One of the trace's own, or one of a trace of its session that is about the session. */
static void
add_verdict(struct testing *to, const struct search_test *t)
{
	struct sql *q = to->q;

	if (t->op == OP_IS_NULL)
		sql_lit(q, " AND NOT (EXISTS (");
	else
		sql_lit(q, " AND (EXISTS (");
	sql_lit(q, "SELECT 1 FROM assessments a WHERE a.trace_id = t.request_id");
	add_verdict_rows(q, t);
	sql_lit(q, ") OR COALESCE(t.session_id IN (SELECT w.session_id FROM assessments a "
	    "JOIN trace_info w ON w.request_id = a.trace_id "
	    "WHERE w.session_id IS NOT NULL AND a.assessment_metadata LIKE " SESSION_MARK
	    " AND a.experiment_id IN ");
	sql_args_i64(q, to->experiment_ids, to->nexperiments);
	add_verdict_rows(q, t);
	sql_lit(q, "), FALSE))");
}

static bool
is_span_test(const struct search_test *t)
{
	return t->field->column == TRACE_TEXT || t->field->scope == SCOPE_SPAN;
}

/* A test of the trace; those of spans, and the bound that goes for them, are looked at. */
static void
add_test(struct testing *to, const struct search_test *t)
{
	static const struct columns tokens = {
		token_columns, trace_token_names, TRACE_TOKENS, true
	}, costs = { cost_columns, trace_cost_names, TRACE_COSTS, false };
	int column = t->field->column;

	if (is_span_test(t))
		to->nspan_tests++;
	if (is_span_test(t) || t == to->joined)
		return;
	if (column == TRACE_TIMESTAMP && (t->op == OP_GT || t->op == OP_GE) &&
	    (!to->is_bounded || t->number > to->since)) {
		to->is_bounded = true;
		to->since = t->number;
	}
	if (column == TRACE_RUN && t->op == OP_EQ)
		add_run(to->q, t);
	else if (column == TRACE_TOKEN_USAGE || column == TRACE_COST)
		add_columns_test(to->q, t, column == TRACE_COST ? &costs : &tokens);
	else if (column == TRACE_FEEDBACK || column == TRACE_EXPECTATION)
		add_verdict(to, t);
	else
		where_add_test(to->q, t, &sources[column]);
}

/* What is searched in the content for an attribute `name` and a pattern. */
static struct str
attribute_pattern(struct arena *mem, const struct search_test *t, struct str name)
{
	struct str p = t->texts[0];
	bool first = str_starts(p, "^"), last = str_ends(p, "$");

	if (t->op != OP_RLIKE)
		return arena_printf(mem, "%%\"%.*s\"%.*s%%", STR_ARGS(name), STR_ARGS(p));
	if (first)
		p = (struct str){ p.p + 1, p.len - 1 };
	if (last && p.len > 0)
		p.len--;
	/* values are texts of JSON inside a text of JSON */
	return arena_printf(mem, "\"%.*s\": \"\\\\\"%s%.*s%s", STR_ARGS(name),
	    first ? "" : ".*", STR_ARGS(p), last ? "\\\\\"" : "");
}

/* MLflow compares all of the content with a pattern, even for = and IN. */
static void
add_attribute_test(struct sql *q, const struct search_test *t)
{
	struct str name = { t->key.p + strlen("attributes."), 0 };
	struct search_test test = *t;
	struct str pattern;

	if (t->op == OP_NE || t->op == OP_NOT_IN)
		return;
	if (t->op == OP_EQ || t->op == OP_IN) {
		sql_lit(q, " AND FALSE");
		return;
	}
	name.len = t->key.len - strlen("attributes.");
	if (name.len >= 2 && name.p[0] == '`' && name.p[name.len - 1] == '`')
		name = (struct str){ name.p + 1, name.len - 2 };
	pattern = attribute_pattern(q->work->mem, t, name);
	test.texts = &pattern;
	where_add_value(q, &test, &sources[TRACE_SPAN_ATTRIBUTE]);
}

static void
add_span_test(struct testing *to, const struct search_test *t)
{
	if (!is_span_test(t))
		return;
	if (t->field->column == TRACE_SPAN_ATTRIBUTE)
		add_attribute_test(to->q, t);
	else
		where_add_value(to->q, t, &sources[t->field->column]);
}

/* The first test of the run, NULL if there is none. */
static const struct search_test *
find_run(const struct search_node *tree)
{
	const struct search_test *found = NULL;
	size_t i;

	if (tree->kind == NODE_TEST && tree->test.field->column == TRACE_RUN &&
	    tree->test.op == OP_EQ)
		return &tree->test;
	for (i = 0; i < tree->nkids && found == NULL; i++)
		found = find_run(&tree->kids[i]);
	return found;
}

/* `joined` (may be NULL) holds already. */
static void
add_filter(struct sql *q, const struct search_node *filter, const struct search_test *joined,
    const int64_t *experiment_ids, size_t n)
{
	struct testing to = { .q = q, .joined = joined, .experiment_ids = experiment_ids,
	    .nexperiments = n };

	each_test(filter, &to, add_test);
	if (to.nspan_tests == 0)
		return;
	sql_lit(q, " AND EXISTS (SELECT 1 FROM spans s WHERE s.trace_id = t.request_id "
	    "AND s.experiment_id = t.experiment_id");
	if (to.is_bounded) {
		sql_lit(q, " AND s.start_time_unix_nano >= ");
		sql_arg(q, db_dbl((to.since - SPAN_SLACK_MS) * MS_NANOS));
	}
	each_test(filter, &to, add_span_test);
	sql_lit(q, ")");
}

static void
add_keys(struct search *s, size_t i)
{
	const struct join_order *join = &join_orders[i];

	keyset_add(&s->keyset, (struct keyset_key){ .expr = &join->rank, .type = DB_I64 });
	keyset_add(&s->keyset, (struct keyset_key){ .expr = &join->value, .type = DB_STR,
	    .descending = s->order[i].descending, .is_long = true });
}

static void
add_order_joins(struct sql *q, const struct search *s)
{
	size_t i;

	for (i = 0; i < s->norder; i++) {
		const struct search_order *o = &s->order[i];

		if (o->field->column != TRACE_TAG && o->field->column != TRACE_METADATA)
			continue;
		sql_name(q, o->field->column == TRACE_TAG ? &join_orders[i].tags :
		    &join_orders[i].metadata);
		where_add_equal(q, &join_orders[i].key, o->key);
	}
}

/* Ids that are a page, one row more, and perhaps others of the same time. */
struct found {
	struct str	*ids;
	size_t		 n;
	int64_t		 oldest;
};

static void
add_from(struct sql *q, const struct search *s)
{
	const struct found *found = s->own;
	const struct search_test *run = find_run(s->filter);

	if (found == NULL && run != NULL)
		add_run_join(q, run);
	else
		sql_lit(q, " FROM trace_info t");
	add_order_joins(q, s);
	if (found != NULL) {
		sql_lit(q, " WHERE t.request_id IN ");
		sql_args(q, found->ids, found->n);
		return;
	}
	sql_lit(q, " WHERE t.experiment_id IN ");
	sql_args_i64(q, s->query->experiment_ids, s->query->nexperiments);
}

static void
add_tests(struct sql *q, const struct search *s)
{
	if (s->own == NULL)
		add_filter(q, s->filter, find_run(s->filter), s->query->experiment_ids,
		    s->query->nexperiments);
}

static void
add_found(struct sql *q, struct work *work, const struct search *s)
{
	sql_init(q, work, "trace.search.newest");
	store_search_add_limit(q, s->filter);
	sql_lit(q, "SELECT t.request_id, t.timestamp_ms");
	add_from(q, s);
	add_tests(q, s);
	keyset_where(&s->keyset, q);
}

static int
read_found(struct work *work, struct sql *q, struct found *found)
{
	struct db_result *r = db_query_sql(work, q, "si");
	struct db_val row[2];
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1) {
		found->ids = arena_grow(work->mem, found->ids, found->n, sizeof(*found->ids));
		found->ids[found->n++] = row[0].str;
		found->oldest = row[1].i64;
	}
	db_close(r);
	sql_fini(q);
	return rc;
}

/*
 * The newest traces that pass, and one more than a page of them.  The index on experiment
 * and time gives them in order and ends where it has enough; it cannot for the whole order
 * of a page, where ids go up and times down.  Of those as old as the oldest there may be
 * others: they are asked for in the page's own order.
 */
static int
find_newest(struct work *work, const struct search *s, struct found *found)
{
	struct sql q;

	add_found(&q, work, s);
	if (q.nargs > SQL_ARGS_MAX) {
		sql_fini(&q);
		return 0;
	}
	sql_lit(&q, " ORDER BY t.timestamp_ms DESC LIMIT ");
	sql_arg(&q, db_i64(s->keyset.limit + 1));
	if (read_found(work, &q, found) == -1)
		return -1;
	if ((int64_t)found->n <= s->keyset.limit)
		return 1;
	add_found(&q, work, s);
	sql_lit(&q, " AND t.timestamp_ms = ");
	sql_arg(&q, db_i64(found->oldest));
	keyset_order(&s->keyset, &q);
	return read_found(work, &q, found) == -1 ? -1 : 1;
}

static bool
is_newest_first(const struct search *s)
{
	return s->norder == 0 || (s->order[0].field->column == TRACE_TIMESTAMP &&
	    s->order[0].descending);
}

static int
prepare(struct work *work, struct search *s)
{
	struct found *found = arena_alloc(work->mem, sizeof(*found));
	int rc;

	if (s->query->nexperiments == 0)
		return 0;
	if (!is_newest_first(s))
		return 1;
	rc = find_newest(work, s, found);
	if (rc != 1)
		return rc == -1 ? -1 : 1;
	s->own = found;
	return found->n > 0;
}

const struct search_plan trace_plan = {
	.name = "trace.search",
	.dialect = &search_traces,
	.sources = sources,
	.sorts = sorts,
	.unasked = { SEARCH_NO_DEFAULT },
	.ties = { { TRACE_TIMESTAMP, true }, { TRACE_ID, false }, SEARCH_NO_DEFAULT },
	.columns = { "t.request_id" },
	.types = "s",
	.item_size = sizeof(struct str),
	.take = store_search_take_text,
	.add_keys = add_keys,
	.prepare = prepare,
	.add_from = add_from,
	.add_tests = add_tests,
};

/* The experiments' traces that pass the base, and of each whether it passes the others. */
static void
build_counts(struct sql *q, const struct trace_overlap *o, struct search_node *const *filters)
{
	int i;

	/* once is enough */
	for (i = 0; i < TRACE_FILTERS && q->text.len == 0; i++)
		store_search_add_limit(q, filters[i]);
	sql_lit(q, "SELECT COUNT(*), COUNT(NULLIF(x.a, 0)), COUNT(NULLIF(x.b, 0)), "
	    "COUNT(NULLIF(x.a AND x.b, 0)) FROM (SELECT (TRUE");
	add_filter(q, filters[TRACE_FIRST], NULL, o->experiment_ids, o->nexperiments);
	sql_lit(q, ") AS a, (TRUE");
	add_filter(q, filters[TRACE_SECOND], NULL, o->experiment_ids, o->nexperiments);
	sql_lit(q, ") AS b FROM trace_info t WHERE t.experiment_id IN ");
	sql_args_i64(q, o->experiment_ids, o->nexperiments);
	add_filter(q, filters[TRACE_BASE], NULL, o->experiment_ids, o->nexperiments);
	sql_lit(q, ") x");
}

static int
read_counts(struct work *work, struct sql *q, struct trace_counts *counts)
{
	struct db_result *r = db_query_sql(work, q, "iiii");
	struct db_val row[4];
	int rc = r == NULL ? -1 : db_next(r, row);

	if (rc == 1)
		*counts = (struct trace_counts){ row[0].i64, row[1].i64, row[2].i64, row[3].i64 };
	db_close(r);
	return rc == 1 ? 0 : -1;
}

int
store_trace_overlap(struct work *work, const struct trace_overlap *o,
    struct trace_counts *counts, struct search_error *err)
{
	struct search_node *filters[TRACE_FILTERS];
	struct sql q;
	int rc, i;

	*counts = (struct trace_counts){ 0, 0, 0, 0 };
	for (i = 0; i < TRACE_FILTERS; i++)
		if (search_parse(work->mem, &search_traces, o->filters[i], &filters[i], err) != 0)
			return 1;
	if (o->nexperiments == 0)
		return 0;
	sql_init(&q, work, "trace.overlap");
	build_counts(&q, o, filters);
	if (q.nargs > SQL_ARGS_MAX) {
		sql_fini(&q);
		return search_fail(work->mem, err, SEARCH_INVALID, "The request names too many "
		    "experiments and values: at most %d are taken.", SQL_ARGS_MAX);
	}
	rc = read_counts(work, &q, counts);
	sql_fini(&q);
	for (i = 0; i < TRACE_FILTERS && rc == -1; i++)
		rc = store_search_failed(work, filters[i], sources, err);
	return rc;
}
