/*
 * One function for each kind of comparison; values are always arguments.
 *
 * A test on another table is an EXISTS, so that it never multiplies rows, unless
 * the caller has joined that table on all of its primary key.
 */
#include <assert.h>

#include "store/where.h"

static const struct sql_name order_ops[] = {
	[OP_EQ] = { " = " },
	[OP_NE] = { " <> " },
	[OP_LT] = { " < " },
	[OP_LE] = { " <= " },
	[OP_GT] = { " > " },
	[OP_GE] = { " >= " },
};

/* A column whose characters and bytes are those of the values. */
static void
add_unicode(struct sql *q, const struct sql_name *column)
{
	bool converts = !sql_is_uniform(q);

	if (converts)
		sql_lit(q, "CONVERT(");
	sql_name(q, column);
	if (converts)
		sql_lit(q, " USING utf8mb4)");
}

/*
 * Can every column be compared with it as it is?  Text beyond ASCII may be beyond the
 * column's character set, which the database takes for an error.
 */
static bool
is_comparable(const struct sql *q, struct str value)
{
	size_t i;

	for (i = 0; i < value.len && (unsigned char)value.p[i] < 0x80; i++)
		;
	return i == value.len || sql_is_uniform(q);
}

static bool
are_comparable(const struct sql *q, const struct str *values, size_t n)
{
	size_t i;

	for (i = 0; i < n && is_comparable(q, values[i]); i++)
		;
	return i == n;
}

void
where_add_equal(struct sql *q, const struct sql_name *column, struct str value)
{
	sql_lit(q, " AND ");
	if (is_comparable(q, value))
		sql_name(q, column);
	else
		add_unicode(q, column);
	sql_lit(q, " = ");
	sql_arg(q, db_str(value));
}

static void
add_bytes(struct sql *q, const struct sql_name *column)
{
	sql_lit(q, " AND BINARY ");
	add_unicode(q, column);
}

void
where_add_exact(struct sql *q, const struct sql_name *column, struct str value)
{
	where_add_equal(q, column, value);
	add_bytes(q, column);
	sql_lit(q, " = ");
	sql_arg(q, db_str(value));
}

void
where_add_view(struct sql *q, const struct sql_name *column,
    enum view_type view)
{
	if (view == VIEW_ALL)
		return;
	sql_lit(q, " AND ");
	sql_name(q, column);
	if (view == VIEW_ACTIVE_ONLY)
		sql_lit(q, " = 'active'");
	else
		sql_lit(q, " = 'deleted'");
}

static void
add_in(struct sql *q, const struct search_test *t, const struct sql_name *value)
{
	if (are_comparable(q, t->texts, t->nvalues)) {
		sql_lit(q, " AND ");
		sql_name(q, value);
		sql_lit(q, " IN ");
		sql_args(q, t->texts, t->nvalues);
	}
	add_bytes(q, value);
	sql_lit(q, " IN ");
	sql_args(q, t->texts, t->nvalues);
}

static void
add_not_in(struct sql *q, const struct search_test *t,
    const struct sql_name *value)
{
	add_bytes(q, value);
	sql_lit(q, " NOT IN ");
	sql_args(q, t->texts, t->nvalues);
}

/* The session has no backslash escapes, so LIKE must be told of its own. */
static void
add_like(struct sql *q, const struct search_test *t,
    const struct sql_name *value)
{
	sql_lit(q, " AND ");
	add_unicode(q, value);
	sql_lit(q, " COLLATE utf8mb4_bin LIKE ");
	sql_arg(q, db_str(t->texts[0]));
	sql_lit(q, " ESCAPE X'5C'");
}

/* By bytes, found anywhere. */
static void
add_rlike(struct sql *q, const struct search_test *t, const struct sql_name *value)
{
	sql_lit(q, " AND CAST(");
	add_unicode(q, value);
	sql_lit(q, " AS BINARY) REGEXP BINARY ");
	sql_arg(q, db_str(t->texts[0]));
}

/* As MLflow asks: by the column's collation, which may tell accents apart. */
static void
add_ilike(struct sql *q, const struct search_test *t,
    const struct sql_name *value)
{
	sql_lit(q, " AND LOWER(");
	sql_name(q, value);
	sql_lit(q, ") LIKE LOWER(");
	sql_arg(q, db_str(t->texts[0]));
	sql_lit(q, ") ESCAPE X'5C'");
}

static void
add_text(struct sql *q, const struct search_test *t,
    const struct sql_name *value)
{
	switch (t->op) {
	case OP_EQ:
		where_add_exact(q, value, t->texts[0]);
		return;
	case OP_NE:
		add_bytes(q, value);
		sql_lit(q, " <> ");
		sql_arg(q, db_str(t->texts[0]));
		return;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		add_bytes(q, value);
		sql_name(q, &order_ops[t->op]);
		sql_arg(q, db_str(t->texts[0]));
		return;
	case OP_LIKE:
		add_like(q, t, value);
		return;
	case OP_ILIKE:
		add_ilike(q, t, value);
		return;
	case OP_RLIKE:
		add_rlike(q, t, value);
		return;
	case OP_IN:
		add_in(q, t, value);
		return;
	case OP_NOT_IN:
		add_not_in(q, t, value);
		return;
	default:
		assert(!"a text comparator");
	}
}

/* NaN satisfies != and nothing else, as in arithmetic. */
static void
add_number(struct sql *q, const struct search_test *t,
    const struct where_source *s)
{
	sql_lit(q, " AND (");
	sql_name(q, &s->value);
	sql_name(q, &order_ops[t->op]);
	if (t->is_integer && t->field->type != TYPE_METRIC)
		sql_arg(q, db_i64(t->integer));
	else
		sql_arg(q, db_dbl(t->number));
	if (s->nan.text != NULL) {
		if (t->op == OP_NE)
			sql_lit(q, " OR ");
		else
			sql_lit(q, " AND NOT ");
		sql_name(q, &s->nan);
	}
	sql_lit(q, ")");
}

static void
add_ids(struct sql *q, const struct search_test *t,
    const struct sql_name *value)
{
	sql_lit(q, " AND ");
	sql_name(q, value);
	if (t->op == OP_NE || t->op == OP_NOT_IN)
		sql_lit(q, " NOT");
	sql_lit(q, " IN ");
	sql_args_i64(q, t->integers, t->nvalues);
}

void
where_add_value(struct sql *q, const struct search_test *t, const struct where_source *s)
{
	if (t->field->type == TYPE_ID)
		add_ids(q, t, &s->value);
	else if (t->field->type <= TYPE_LONG)
		add_number(q, t, s);
	else
		add_text(q, t, &s->value);
}

static bool
is_null_test(const struct search_test *t)
{
	return t->op == OP_IS_NULL || t->op == OP_NOT_NULL;
}

/* Of a column in the row itself. */
static void
add_null(struct sql *q, const struct search_test *t, const struct sql_name *value)
{
	sql_lit(q, " AND ");
	sql_name(q, value);
	if (t->op == OP_IS_NULL)
		sql_lit(q, " IS NULL");
	else
		sql_lit(q, " IS NOT NULL");
}

/* Whether a key is there at all is a matter of its collation to MLflow. */
static void
add_key(struct sql *q, const struct search_test *t, const struct sql_name *key)
{
	if (!is_null_test(t)) {
		where_add_exact(q, key, t->key);
		return;
	}
	where_add_equal(q, key, t->key);
}

void
where_add_test(struct sql *q, const struct search_test *t, const struct where_source *s)
{
	bool exists = s->rows.text != NULL;

	if (exists) {
		if (t->op == OP_IS_NULL)
			sql_lit(q, " AND NOT EXISTS (");
		else
			sql_lit(q, " AND EXISTS (");
		sql_name(q, &s->rows);
	}
	if (s->key.text != NULL)
		add_key(q, t, &s->key);
	if (!is_null_test(t))
		where_add_value(q, t, s);
	else if (!exists)
		add_null(q, t, &s->value);
	if (exists)
		sql_lit(q, ")");
}

void
where_add(struct sql *q, const struct search_node *tree,
    const struct where_source *sources)
{
	size_t i;

	switch (tree->kind) {
	case NODE_AND:
		for (i = 0; i < tree->nkids; i++)
			where_add(q, &tree->kids[i], sources);
		return;
	case NODE_TEST:
		where_add_test(q, &tree->test, &sources[tree->test.field->column]);
		return;
	}
}
