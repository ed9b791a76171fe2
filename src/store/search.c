/* The one way in which all searches run. */
#include <assert.h>

#include <mysqld_error.h>

#include "search/parse.h"
#include "store/search.h"

/* Seconds of a statement with a regular expression: one may go on without end. */
#define REGEXP_TIME	"10"

void
store_search_take_text(const struct db_val *row, void *item)
{
	*(struct str *)item = row[0].str;
}

void
store_search_take_i64(const struct db_val *row, void *item)
{
	*(int64_t *)item = row[0].i64;
}

/* Once for each column: a second time it orders nothing. */
static void
add_column_keys(struct search *s, int column, bool descending)
{
	const struct search_sort *sort = &s->plan->sorts[column];
	struct keyset_key value = { .expr = &sort->value, .type = sort->type,
	    .descending = descending, .is_long = sort->is_long };
	bool ranked = sort->rank.text != NULL;

	assert((size_t)column < 8 * sizeof(s->ordered));
	if (s->ordered >> column & 1)
		return;
	s->ordered |= 1u << column;
	/* downwards NULL is the last by itself, so that an index may give the order */
	value.nulls_last = ranked && descending && !s->plan->nulls_low;
	if (ranked && !value.nulls_last)
		keyset_add(&s->keyset, (struct keyset_key){ .expr = &sort->rank,
		    .type = DB_I64, .descending = descending });
	keyset_add(&s->keyset, value);
}

static void
add_defaults(struct search *s, const struct search_default *d)
{
	for (; d->column != COLUMN_NONE; d++)
		add_column_keys(s, d->column, d->descending);
}

static void
add_keys(struct search *s)
{
	size_t i;

	for (i = 0; i < s->norder; i++)
		if (s->plan->sorts[s->order[i].field->column].value.text != NULL)
			add_column_keys(s, s->order[i].field->column,
			    s->order[i].descending);
		else
			s->plan->add_keys(s, i);
	if (s->norder == 0)
		add_defaults(s, s->plan->unasked);
	add_defaults(s, s->plan->ties);
}

/* Of everything but the page size, which may change from page to page. */
static uint64_t
hash_query(const struct search *s)
{
	const struct search_query *q = s->query;
	uint64_t h = page_hash_str(0, str_of(s->plan->name));
	size_t i;

	for (i = 0; i < q->nexperiments; i++)
		h = page_hash_i64(h, q->experiment_ids[i]);
	for (i = 0; i < q->nwritten; i++)
		h = page_hash_str(h, q->experiments[i]);
	return page_hash_i64(page_hash_query(h, q->filter, q->order_by, q->norder), q->view);
}

static int
read_texts(struct arena *mem, struct search *s, struct search_error *err)
{
	const struct search_plan *plan = s->plan;
	const struct search_query *q = s->query;

	if ((plan->read_token != NULL && plan->read_token(mem, s, err) != 0) ||
	    search_parse(mem, plan->dialect, q->filter, &s->filter, err) != 0)
		return 1;
	if (plan->read_order != NULL ? plan->read_order(mem, s, err) != 0 :
	    search_order_read(mem, plan->dialect, q->order_by, q->norder, s->order,
	    &s->norder, err) != 0)
		return 1;
	add_keys(s);
	return keyset_start(&s->keyset, mem, q->page_token, err);
}

static void
build(struct sql *q, const struct search *s)
{
	const struct search_plan *plan = s->plan;

	store_search_add_limit(q, s->filter);
	if (plan->add_with != NULL)
		plan->add_with(q, s);
	sql_lit(q, "SELECT ");
	sql_name(q, &plan->columns);
	keyset_select(&s->keyset, q);
	plan->add_from(q, s);
	if (plan->stage.text != NULL)
		where_add_view(q, &plan->stage, s->query->view);
	if (plan->add_tests != NULL)
		plan->add_tests(q, s);
	else
		where_add(q, s->filter, plan->sources);
	keyset_where(&s->keyset, q);
	keyset_order(&s->keyset, q);
}

struct taking {
	const struct search_plan	*plan;
	struct search_page		*page;
};

static void
take_row(void *arg, struct arena *mem, const struct db_val *row)
{
	const struct taking *t = arg;
	struct search_page *page = t->page;
	size_t size = t->plan->item_size;

	page->items = arena_grow(mem, page->items, page->n, size);
	t->plan->take(row, (char *)page->items + page->n++ * size);
}

/* An empty page does not move: its token starts where this one did. */
static void
empty_page(struct arena *mem, const struct search *s, struct search_page *page)
{
	if (page->n > 0)
		page->next_page_token = str_empty(s->query->page_token) ?
		    page_token_write(mem, s->keyset.query, NULL, 0) :
		    s->query->page_token;
	page->n = 0;
}

/* The tests that may fail in the database. */
struct patterns {
	bool	like, rlike, big;
};

static struct patterns
find_patterns(const struct search_node *tree, const struct where_source *sources)
{
	struct patterns all = { false, false, false }, one;
	size_t i;

	if (tree->kind == NODE_TEST) {
		all.rlike = tree->test.op == OP_RLIKE;
		all.like = tree->test.op == OP_LIKE || tree->test.op == OP_ILIKE;
		all.big = sources != NULL && sources[tree->test.field->column].is_big;
	}
	for (i = 0; i < tree->nkids; i++) {
		one = find_patterns(&tree->kids[i], sources);
		all.like |= one.like;
		all.rlike |= one.rlike;
		all.big |= one.big;
	}
	return all;
}

void
store_search_add_limit(struct sql *q, const struct search_node *filter)
{
	if (find_patterns(filter, NULL).rlike)
		sql_lit(q, "SET STATEMENT max_statement_time = " REGEXP_TIME " FOR ");
}

int
store_search_failed(struct work *work, const struct search_node *filter,
    const struct where_source *sources, struct search_error *err)
{
	struct patterns p = find_patterns(filter, sources);
	const char *what;

	switch (db_error_number(work->db)) {
	case ER_STACK_OVERRUN:
	case ER_STACK_OVERRUN_NEED_MORE:
		what = p.like ? "a pattern is too much for the database. Use fewer wildcards in "
		    "what LIKE and ILIKE compare with." : NULL;
		break;
	case ER_REGEXP_ERROR:
		what = p.rlike ? "what RLIKE compares with is no regular expression, or one "
		    "that is too much for the database. Mend or simplify it." : NULL;
		break;
	case ER_STATEMENT_TIMEOUT:
		what = p.rlike || p.big ? "the texts that it looks into could not all be read "
		    "in time. Add conditions that leave fewer of them, such as a time." : NULL;
		break;
	default:
		what = NULL;
	}
	if (what == NULL)
		return -1;
	db_error_clear(work->db);
	return search_fail(work->mem, err, SEARCH_INVALID, "Invalid filter: %s", what);
}

static int
run(struct work *work, struct sql *q, const struct search *s, struct search_page *page,
    struct search_error *err)
{
	struct taking taking = { s->plan, page };

	if (q->nargs > SQL_ARGS_MAX)
		return search_fail(work->mem, err, SEARCH_INVALID, "The search names too "
		    "many experiments and values: at most %d are taken.",
		    SQL_ARGS_MAX);
	return keyset_walk(&s->keyset, work, q, s->plan->types, take_row, &taking,
	    &page->next_page_token);
}

int
store_search(struct work *work, const struct search_plan *plan,
    const struct search_query *query, struct search_page *page, struct search_error *err)
{
	struct search s = { .plan = plan, .query = query };
	struct sql q;
	int rc;

	*page = (struct search_page){ 0 };
	s.keyset.query = hash_query(&s);
	s.keyset.limit = query->max_results > 0 ? query->max_results : 1;
	if (read_texts(work->mem, &s, err) != 0)
		return 1;
	rc = plan->prepare == NULL ? 1 : plan->prepare(work, &s);
	if (rc == 0)
		return 0;
	if (rc == 1) {
		sql_init(&q, work, plan->name);
		build(&q, &s);
		rc = run(work, &q, &s, page, err);
		sql_fini(&q);
	}
	if (rc == -1)
		return store_search_failed(work, s.filter, plan->sources, err);
	if (rc == 0 && query->max_results <= 0)
		empty_page(work->mem, &s, page);
	return rc;
}
