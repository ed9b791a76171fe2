/*
 * The builder of search statements.
 */
#include <assert.h>
#include <string.h>

#include "store/sql.h"

void
sql_init(struct sql *q, struct work *work, const char *name)
{
	*q = (struct sql){ .work = work, .name = name };
}

void
sql_fini(struct sql *q)
{
	buf_fini(&q->text);
}

/* (No database: a unit test.) */
bool
sql_is_uniform(const struct sql *q)
{
	return q->work->db == NULL || db_is_uniform(q->work) != 0;
}

/* "a = {b}": columns that no foreign key ties, and so not to one collation either. */
void
sql_add_literal(struct sql *q, const char *literal)
{
	const char *open, *close;

	while ((open = strchr(literal, '{')) != NULL) {
		bool uniform = sql_is_uniform(q);

		close = strchr(open, '}');
		buf_add(&q->text, literal, (size_t)(open - literal));
		buf_puts(&q->text, uniform ? "" : "CONVERT(");
		buf_add(&q->text, open + 1, (size_t)(close - open - 1));
		buf_puts(&q->text, uniform ? "" : " USING utf8mb4) COLLATE utf8mb4_bin");
		literal = close + 1;
	}
	buf_puts(&q->text, literal);
}

void
sql_name(struct sql *q, const struct sql_name *name)
{
	sql_add_literal(q, name->text);
}

void
sql_arg(struct sql *q, struct db_val value)
{
	q->args = arena_grow(q->work->mem, q->args, q->nargs, sizeof(*q->args));
	q->args[q->nargs++] = value;
	buf_putc(&q->text, '?');
}

void
sql_workspace(struct sql *q)
{
	sql_arg(q, db_str(q->work->workspace));
}

void
sql_args(struct sql *q, const struct str *values, size_t n)
{
	size_t i;

	assert(n > 0);
	for (i = 0; i < n; i++) {
		sql_add_literal(q, i == 0 ? "(" : ", ");
		sql_arg(q, db_str(values[i]));
	}
	sql_lit(q, ")");
}

void
sql_args_i64(struct sql *q, const int64_t *values, size_t n)
{
	size_t i;

	assert(n > 0);
	for (i = 0; i < n; i++) {
		sql_add_literal(q, i == 0 ? "(" : ", ");
		sql_arg(q, db_i64(values[i]));
	}
	sql_lit(q, ")");
}
