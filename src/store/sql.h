/*
 * Building a search statement: literal SQL and arguments, nothing else.
 *
 * sql_lit takes only string literals (a variable does not compile), sql_name
 * only a column of a const table, sql_arg adds a `?` and keeps the value.
 * There is no way to append a run-time string.
 *
 * In both, "a.x = {b.y}" compares columns that no foreign key ties: where tables differ
 * in their collations, they could not be compared without naming one.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base/buf.h"
#include "store/db.h"

/* Placeholders of one statement in MariaDB's protocol. */
#define SQL_ARGS_MAX	65535

struct sql {
	struct work	*work;
	const char	*name;		/* what the log calls it */
	struct buf	 text;		/* released by sql_fini */
	struct db_val	*args;
	size_t		 nargs;
};

/* A column name in SQL, from a const table: { "r.start_time" }. */
struct sql_name {
	const char	*text;
};

/* `name` says in the log which statement failed: "run.tags". */
void	sql_init(struct sql *, struct work *, const char *name);
void	sql_fini(struct sql *);
/*
 * Are all columns that may be compared utf8mb4, and in one collation?  Where they are
 * not, comparisons convert.
 */
bool	sql_is_uniform(const struct sql *);
#define sql_lit(q, literal)	sql_add_literal((q), "" literal "")
void	sql_add_literal(struct sql *, const char *literal);
void	sql_name(struct sql *, const struct sql_name *name);
void	sql_arg(struct sql *, struct db_val value);
/* The work's workspace. */
void	sql_workspace(struct sql *);
/* "(?, ?, ?)"; n > 0. */
void	sql_args(struct sql *, const struct str *values, size_t n);
void	sql_args_i64(struct sql *, const int64_t *values, size_t n);

#endif
