/*
 * One connection to MariaDB.  Only db.c, stmt.c and result.c know libmariadb.
 *
 * Every statement is prepared: fixed ones are named in stmt.def and kept
 * prepared for the connection; search statements come from the builder in
 * sql.h.  No text of a client ever becomes SQL text.
 *
 * Functions return 0 (or a positive count where said) or -1; after -1 db_error
 * says what kind of failure it was.  A lost connection is made anew by the next
 * db_begin or statement outside a transaction.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/work.h"
#include "conf/conf.h"

struct sql;

/* Columns of the widest result: a search's own, and the keys of its cursor. */
#define DB_COLUMNS_MAX	40

enum db_type { DB_NULL, DB_I64, DB_DBL, DB_STR };

struct db_val {
	enum db_type	 type;
	int64_t		 i64;
	double		 dbl;
	struct str	 str;
};

static inline struct db_val
db_i64(int64_t v)
{
	return (struct db_val){ .type = DB_I64, .i64 = v };
}

static inline struct db_val
db_dbl(double v)
{
	return (struct db_val){ .type = DB_DBL, .dbl = v };
}

/* An absent str (p == NULL) is SQL NULL. */
static inline struct db_val
db_str(struct str v)
{
	return (struct db_val){ .type = v.p == NULL ? DB_NULL : DB_STR, .str = v };
}

static inline struct db_val
db_null(void)
{
	return (struct db_val){ .type = DB_NULL };
}

/* Fixed statements: STMT_<name> of stmt.def. */
enum stmt {
#define STMT(name, in, out, text) STMT_##name,
#include "store/stmt.def"
#undef STMT
	STMT__MAX
};

/* What the last failure means for the caller. */
enum db_error {
	DB_OK,
	DB_LOST,	/* no connection, or none to be had: 503 */
	DB_RETRY,	/* deadlock, lock timeout: roll back and try again */
	DB_DUPLICATE,	/* a unique key */
	DB_TOO_LONG,	/* a value longer than its column; db_error_column */
	DB_TOO_LARGE,	/* values above max_allowed_packet in one statement */
	DB_RANGE,	/* a number outside its column; db_error_column */
	DB_REFERENCE,	/* a foreign key */
	DB_UNLIKE,	/* compared with text that no row can hold: see db_exec */
	DB_CHARACTERS,	/* not in the column's character set; db_error_column */
	DB_REFUSED,	/* NULL in a required column, a check */
	DB_TIMEOUT,	/* max_statement_time, the deadline, KILL QUERY, no memory: 503 */
	DB_FULL,	/* no room on the server's disk or in a table: 507 */
	DB_READ_ONLY,	/* a server that takes no writes; another connection is tried: 503 */
	DB_DENIED,	/* a right that the account lacks; it may be one that only reads */
	DB_OTHER	/* ours: a defect or a broken database */
};

/* Not connected yet.  `conf` must outlive it. */
struct db	*db_new(const struct conf_db *conf);
void		 db_free(struct db *);
const struct conf_db *db_conf(const struct db *);
/* Connect if not connected. */
int		 db_connect(struct db *);
/* Let the connection go, with its transaction and whatever was being read. */
void		 db_disconnect(struct db *);
enum db_error	 db_error(const struct db *);
/* Forget the last failure, before a new piece of work. */
void		 db_error_clear(struct db *);
/*
 * Another request won a race that the next try of this transaction will see:
 * make the last failure a DB_RETRY.
 */
void		 db_retry(struct db *);
/* The column that the server's message names, "" if none. */
const char	*db_error_column(const struct db *);
/* The server's own text of the last failure: for logs and the CLI only. */
const char	*db_error_text(const struct db *);
/* The server's error number of the last failure. */
unsigned	 db_error_number(const struct db *);

/* The server hears of a transaction with its first statement, or never. */
void		 db_begin(struct db *);
int		 db_commit(struct db *);
/* Never fails: a connection that cannot roll back is closed. */
void		 db_rollback(struct db *);

/*
 * Run a fixed statement with the arguments given (a plain list; count and types
 * are checked against stmt.def):
 *	db_exec(work, STMT_RUN_DELETE, db_i64(now), db_str(id))
 * The work's workspace goes where stmt.def has a 'w'; no caller gives it.
 * Returns the rows matched (not only changed) or -1.  A text that the character set
 * of its column cannot hold is equal to nothing: no rows, here and in results.
 */
#define db_exec(work, id, ...)						\
	db_exec_values((work), (id), (const struct db_val[]){ __VA_ARGS__ },	\
	    sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val))
int64_t		 db_exec_values(struct work *, enum stmt,
		    const struct db_val *, size_t n);
/*
 * The same for a statement that is all that a request writes: before any other it
 * needs no transaction, which saves two round trips.  What it does must bear to be
 * done twice.
 */
#define db_exec_alone(work, id, ...)					\
	db_exec_alone_values((work), (id), (const struct db_val[]){ __VA_ARGS__ },	\
	    sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val))
int64_t		 db_exec_alone_values(struct work *, enum stmt,
		    const struct db_val *, size_t n);
/* The AUTO_INCREMENT value of the last insert. */
int64_t		 db_insert_id(const struct db *);

/*
 * Array binding: `rows` rows of the statement's columns, row after row in
 * `values`.  Types must not vary down a column, but NULLs may.
 */
int64_t		 db_exec_rows(struct work *, enum stmt,
		    const struct db_val *values, size_t rows);

/*
 * Open a result, or NULL on failure.  db_query stores it in the client, so other
 * statements may run while it is read (but not the same fixed one again).
 * Close it always, also after -1 from db_next; db_close(NULL) is fine.
 */
struct db_result;
#define db_query(work, id, ...)					\
	db_query_values((work), (id),				\
	    (const struct db_val[]){ __VA_ARGS__ },			\
	    sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val))
struct db_result *db_query_values(struct work *, enum stmt,
		    const struct db_val *, size_t n);
/* The same, not stored: rows come as they are read; nothing else may run. */
#define db_stream(work, id, ...)					\
	db_stream_values((work), (id),				\
	    (const struct db_val[]){ __VA_ARGS__ },			\
	    sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val))
struct db_result *db_stream_values(struct work *, enum stmt,
		    const struct db_val *, size_t n);
/* A statement from the builder that has no result: the rows matched, or -1. */
int64_t		 db_exec_sql(struct work *, struct sql *);
/* A statement from the builder, with its result types ("sid": str i64 dbl). */
struct db_result *db_query_sql(struct work *, struct sql *,
		    const char *out);
/* The same, not stored: rows come as they are read; nothing else may run. */
struct db_result *db_stream_sql(struct work *, struct sql *,
		    const char *out);
/*
 * The next row: 1 with row[] filled (strings in the work's memory), 0 at the end, -1.
 * NULL columns have type DB_NULL (and zeros elsewhere).
 */
int		 db_next(struct db_result *, struct db_val *row);
void		 db_close(struct db_result *);

/*
 * One row or none: 1, 0, -1.  row[] must hold the statement's columns.
 */
#define db_get(work, id, row, ...)					\
	db_get_values((work), (id), (row),				\
	    (const struct db_val[]){ __VA_ARGS__ },			\
	    sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val))
int		 db_get_values(struct work *, enum stmt,
		    struct db_val *row, const struct db_val *, size_t n);

/*
 * Text that a human wrote into the source (schema, session): one statement
 * without arguments and without result.
 */
int		 db_run(struct work *, const char *constant_sql);

/*
 * Do names that differ in case or trailing blanks differ in this database?  True
 * on one that Cairn made; asked once a connection.  -1 on failure.
 */
int		 db_names_are_exact(struct work *);
/*
 * Are all texts that searches look at utf8mb4, and in one collation?  Not in a database
 * that was made with another character set or has tables of several times; asked once a
 * connection.  -1 on failure.
 */
int		 db_is_uniform(struct work *);

/* Prepare every statement of stmt.def; 0, or -1 at the first that fails. */
int		 db_prepare_all(struct work *, const char **failed);

#endif
