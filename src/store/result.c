/*
 * Results, row by row: columns of a row are bound once, texts longer than their
 * buffer are fetched whole.
 */
#include <assert.h>
#include <string.h>

#include <errmsg.h>
#include <mysql.h>

#include "store/connection.h"
#include "store/sql.h"

/* First size of a text column's buffer; longer ones are fetched again. */
#define TEXT_FIRST	256

struct db_result {
	struct db	*db;
	struct arena	*mem;
	struct executed	 from;
	uint64_t	 connection;	/* the one that it belongs to */
	bool		 stored;
	bool		 is_empty;	/* and was never opened */
	size_t		 ncolumns;
	const char	*out;
	MYSQL_BIND	 bind[DB_COLUMNS_MAX];
	int64_t		 i64[DB_COLUMNS_MAX];
	double		 dbl[DB_COLUMNS_MAX];
	char		*text[DB_COLUMNS_MAX];
	unsigned long	 length[DB_COLUMNS_MAX];
	my_bool		 null[DB_COLUMNS_MAX];
	my_bool		 cut[DB_COLUMNS_MAX];
};

static void
bind_results(struct db_result *r)
{
	size_t i;

	for (i = 0; i < r->ncolumns; i++) {
		MYSQL_BIND *b = &r->bind[i];

		b->is_null = &r->null[i];
		b->error = &r->cut[i];
		b->length = &r->length[i];
		switch (r->out[i]) {
		case 'i':
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = &r->i64[i];
			break;
		case 'd':
			b->buffer_type = MYSQL_TYPE_DOUBLE;
			b->buffer = &r->dbl[i];
			break;
		default:
			b->buffer_type = MYSQL_TYPE_STRING;
			b->buffer = r->text[i];
			b->buffer_length = TEXT_FIRST;
			break;
		}
	}
}

static struct db_result *
result_new(struct work *work, const struct executed *from, const char *out, bool stored)
{
	struct db_result *r = arena_alloc(work->mem, sizeof(*r));
	size_t i;

	r->db = work->db;
	r->mem = work->mem;
	r->from = *from;
	r->connection = work->db->connection;
	r->out = out;
	r->stored = stored;
	r->ncolumns = strlen(out);
	assert(r->ncolumns <= DB_COLUMNS_MAX);
	for (i = 0; i < r->ncolumns; i++)
		if (out[i] == 's')
			r->text[i] = arena_alloc(work->mem, TEXT_FIRST);
	bind_results(r);
	if (mysql_stmt_bind_result(from->st, r->bind) != 0 ||
	    (stored && mysql_stmt_store_result(from->st) != 0)) {
		db_fail_statement(work->db, from->st, from->name);
		stmt_give_back(work->db, &r->from, r->connection, false);
		return NULL;
	}
	return r;
}

/* What could not be executed: NULL, but what is like no row has none. */
static struct db_result *
failed(struct work *work)
{
	struct db_result *r;

	if (db_error(work->db) != DB_UNLIKE)
		return NULL;
	db_error_clear(work->db);
	r = arena_alloc(work->mem, sizeof(*r));
	r->is_empty = true;
	return r;
}

static struct db_result *
open_fixed(struct work *work, enum stmt id, const struct db_val *values, size_t n, bool stored)
{
	struct executed e;

	if (stmt_execute(work, id, values, n, &e) == -1)
		return failed(work);
	return result_new(work, &e, stmt_out(id), stored);
}

struct db_result *
db_query_values(struct work *work, enum stmt id, const struct db_val *values, size_t n)
{
	return open_fixed(work, id, values, n, true);
}

struct db_result *
db_stream_values(struct work *work, enum stmt id, const struct db_val *values, size_t n)
{
	return open_fixed(work, id, values, n, false);
}

static struct db_result *
open_built(struct work *work, struct sql *q, const char *out, bool stored)
{
	struct executed e;

	if (stmt_execute_built(work, q, &e) == -1)
		return failed(work);
	return result_new(work, &e, out, stored);
}

struct db_result *
db_query_sql(struct work *work, struct sql *q, const char *out)
{
	return open_built(work, q, out, true);
}

struct db_result *
db_stream_sql(struct work *work, struct sql *q, const char *out)
{
	return open_built(work, q, out, false);
}

/* A text column of the row just read: whole, in mem. */
static int
take_text(struct db_result *r, size_t i, struct str *out)
{
	MYSQL_BIND whole = { 0 };
	char *p = arena_alloc(r->mem, r->length[i] + 1);
	unsigned long length = 0;
	my_bool null = 0, cut = 0;

	*out = (struct str){ p, r->length[i] };
	if (r->length[i] <= TEXT_FIRST) {
		memcpy(p, r->text[i], r->length[i]);
		return 0;
	}
	whole.buffer_type = MYSQL_TYPE_STRING;
	whole.buffer = p;
	whole.buffer_length = r->length[i];
	whole.length = &length;
	whole.is_null = &null;
	whole.error = &cut;
	if (mysql_stmt_fetch_column(r->from.st, &whole, (unsigned)i, 0) != 0)
		return db_fail_statement(r->db, r->from.st, r->from.name);
	return 0;
}

/* A kept statement dies with its connection, and the result with it. */
static bool
is_open(const struct db_result *r)
{
	return r != NULL && r->from.st != NULL &&
	    (r->from.is_owner || r->connection == r->db->connection);
}

int
db_next(struct db_result *r, struct db_val *row)
{
	size_t i;
	int rc;

	if (r->is_empty)
		return 0;
	if (!is_open(r))
		return db_fail(r->db, r->from.name, CR_SERVER_LOST, "connection lost");
	rc = mysql_stmt_fetch(r->from.st);
	if (rc == MYSQL_NO_DATA)
		return 0;
	if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
		return db_fail_statement(r->db, r->from.st, r->from.name);
	for (i = 0; i < r->ncolumns; i++) {
		row[i] = db_null();
		if (r->null[i])
			continue;
		switch (r->out[i]) {
		case 'i':
			row[i] = db_i64(r->i64[i]);
			break;
		case 'd':
			row[i] = db_dbl(r->dbl[i]);
			break;
		default:
			row[i].type = DB_STR;
			if (take_text(r, i, &row[i].str) == -1)
				return -1;
			break;
		}
	}
	return 1;
}

void
db_close(struct db_result *r)
{
	if (!is_open(r))
		return;
	mysql_stmt_free_result(r->from.st);
	stmt_give_back(r->db, &r->from, r->connection, true);
	r->from.st = NULL;
}

int
db_get_values(struct work *work, enum stmt id, struct db_val *row,
    const struct db_val *values, size_t n)
{
	struct db_result *r = db_query_values(work, id, values, n);
	int rc;

	if (r == NULL)
		return -1;
	rc = db_next(r, row);
	db_close(r);
	return rc;
}

/* Does the count that the statement gives exceed nothing?  Kept in *known, which is -1. */
static int
ask_once(struct work *work, enum stmt id, int *known)
{
	struct db_val row[1];

	if (*known == -1 && db_get(work, id, row) == 1)
		*known = row[0].i64 > 0;
	return *known;
}

int
db_names_are_exact(struct work *work)
{
	return ask_once(work, STMT_EXACT_NAMES, &work->db->exact_names);
}

int
db_is_uniform(struct work *work)
{
	return ask_once(work, STMT_IS_UNIFORM, &work->db->is_uniform);
}
