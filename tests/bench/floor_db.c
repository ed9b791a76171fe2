/*
 * Prepared statements of libmariadb.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "floor_db.h"

MYSQL *
floor_connect(int port, const char *name)
{
	static const char *const session[] = {
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
		"SET NAMES utf8mb4 COLLATE utf8mb4_bin",
	};
	MYSQL *my = mysql_init(NULL);
	size_t i;

	if (my == NULL)
		errx(1, "no memory");
	if (mysql_real_connect(my, "127.0.0.1", "cairn", getenv("BENCH_DB_PASSWORD"), name,
	    (unsigned int)port, NULL, 0) == NULL)
		errx(1, "%s: %s", name, mysql_error(my));
	for (i = 0; i < sizeof(session) / sizeof(session[0]); i++)
		if (mysql_query(my, session[i]) != 0)
			errx(1, "%s: %s", session[i], mysql_error(my));
	return my;
}

static enum enum_field_types
type_of(const MYSQL_FIELD *f)
{
	switch (f->type) {
	case MYSQL_TYPE_DOUBLE:
		return MYSQL_TYPE_DOUBLE;
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
		return MYSQL_TYPE_LONGLONG;
	default:
		return MYSQL_TYPE_STRING;
	}
}

static void
bind_columns(struct floor_stmt *s)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(s->stmt);
	size_t i;

	if (meta == NULL)
		return;
	s->ncolumns = mysql_num_fields(meta);
	if (s->ncolumns > FLOOR_COLUMNS)
		errx(1, "a result of %zu columns", s->ncolumns);
	for (i = 0; i < s->ncolumns; i++) {
		s->columns[i].buffer_type = type_of(mysql_fetch_field(meta));
		s->columns[i].buffer = s->cells[i];
		s->columns[i].buffer_length = FLOOR_TEXT - 1;
		s->columns[i].length = &s->lengths[i];
	}
	mysql_free_result(meta);
	if (mysql_stmt_bind_result(s->stmt, s->columns) != 0)
		errx(1, "%s", mysql_stmt_error(s->stmt));
}

void
floor_prepare(MYSQL *my, struct floor_stmt *s, const char *sql, size_t nargs, size_t rows)
{
	memset(s, 0, sizeof(*s));
	s->stmt = mysql_stmt_init(my);
	s->nargs = nargs;
	s->rows = rows;
	s->binds = calloc(nargs + 1, sizeof(*s->binds));
	if (s->stmt == NULL || s->binds == NULL)
		errx(1, "no memory");
	if (mysql_stmt_prepare(s->stmt, sql, strlen(sql)) != 0)
		errx(1, "%s: %s", sql, mysql_stmt_error(s->stmt));
	if (mysql_stmt_param_count(s->stmt) != nargs)
		errx(1, "%s: %lu values", sql, mysql_stmt_param_count(s->stmt));
	bind_columns(s);
}

/* One row: each bind points at the value itself. */
static void
bind_row(struct floor_stmt *s, struct floor_value *v)
{
	size_t i;

	for (i = 0; i < s->nargs; i++) {
		MYSQL_BIND *b = &s->binds[i];

		b->buffer_type = v[i].type;
		b->buffer = v[i].type == MYSQL_TYPE_STRING ? (void *)(size_t)v[i].text :
		    v[i].type == MYSQL_TYPE_DOUBLE ? (void *)&v[i].real : (void *)&v[i].number;
		b->length = NULL;
		b->buffer_length = v[i].type == MYSQL_TYPE_STRING ? strlen(v[i].text) : 0;
		b->length = &b->buffer_length;
	}
}

/* Rows as arrays, column by column; the arrays are the caller's to free. */
static void
bind_array(struct floor_stmt *s, const struct floor_value *v, void **arrays)
{
	unsigned int rows = (unsigned int)s->rows;
	size_t i, r;

	for (i = 0; i < s->nargs; i++) {
		long long *numbers = calloc(s->rows, sizeof(*numbers));
		unsigned long *lengths = calloc(s->rows, sizeof(*lengths));
		MYSQL_BIND *b = &s->binds[i];

		if (numbers == NULL || lengths == NULL)
			errx(1, "no memory");
		for (r = 0; r < s->rows; r++) {
			const struct floor_value *x = &v[r * s->nargs + i];

			if (x->type == MYSQL_TYPE_STRING) {
				memcpy(&numbers[r], &x->text, sizeof(x->text));
				lengths[r] = strlen(x->text);
			} else if (x->type == MYSQL_TYPE_DOUBLE)
				memcpy(&numbers[r], &x->real, sizeof(x->real));
			else
				numbers[r] = x->number;
		}
		b->buffer_type = v[i].type;
		b->buffer = numbers;
		b->length = lengths;
		arrays[2 * i] = numbers;
		arrays[2 * i + 1] = lengths;
	}
	mysql_stmt_attr_set(s->stmt, STMT_ATTR_ARRAY_SIZE, &rows);
}

static void
read_rows(struct floor_stmt *s, floor_take *take, void *arg)
{
	int rc;

	while ((rc = mysql_stmt_fetch(s->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED)
		if (take != NULL) {
			s->cells[0][s->lengths[0] < FLOOR_TEXT ? s->lengths[0] : 0] = '\0';
			take(arg, s);
		}
	if (rc != MYSQL_NO_DATA)
		errx(1, "%s", mysql_stmt_error(s->stmt));
	mysql_stmt_free_result(s->stmt);
}

void
floor_run(struct floor_stmt *s, struct floor_value *v, floor_take *take, void *arg)
{
	void *arrays[2 * FLOOR_COLUMNS] = { NULL };
	size_t i;

	if (s->rows > 1)
		bind_array(s, v, arrays);
	else
		bind_row(s, v);
	if (s->nargs > 0 && mysql_stmt_bind_param(s->stmt, s->binds) != 0)
		errx(1, "%s", mysql_stmt_error(s->stmt));
	if (mysql_stmt_execute(s->stmt) != 0)
		errx(1, "%s", mysql_stmt_error(s->stmt));
	for (i = 0; s->rows > 1 && i < 2 * s->nargs; i++)
		free(arrays[i]);
	if (s->ncolumns > 0)
		read_rows(s, take, arg);
}

void
floor_close(struct floor_stmt *s)
{
	mysql_stmt_close(s->stmt);
	free(s->binds);
}
