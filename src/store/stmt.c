/*
 * Statements: fixed ones of stmt.def, prepared on first use, and those of the builder,
 * of which the last few are kept; array binding.  All are dropped with the connection.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <mysql.h>
#include <mysqld_error.h>

#include "base/stats.h"
#include "store/connection.h"
#include "store/sql.h"

/* No server takes less, if nobody has told it to. */
#define PACKET_ALWAYS	(1024 * 1024)
/* Bytes of a packet for the types, lengths and numbers of one value. */
#define VALUE_OVERHEAD	32

/* Longer texts name hundreds of ids and do not come again. */
#define BUILT_TEXT_MAX	8192
/*
 * Rows of array binding leave in packets of about so many bytes: a server takes 16 MiB
 * unless it is told otherwise.
 */
#define ROWS_BYTES	(1024 * 1024)

struct stmt_row {
	const char	*name;
	const char	*in;
	const char	*out;
	const char	*text;
};

static const struct stmt_row stmt_rows[STMT__MAX] = {
#define STMT(name, in, out, text) [STMT_##name] = { #name, in, out, text },
#include "store/stmt.def"
#undef STMT
};

static void
drop_built(struct built *b)
{
	if (b->text.p == NULL)
		return;
	mysql_stmt_close(b->st);
	free((void *)(uintptr_t)b->text.p);
	*b = (struct built){ .busy = false };
}

static MYSQL_STMT *
prepare(struct db *db, const char *name, struct str text)
{
	MYSQL_STMT *st = mysql_stmt_init(db->my);

	if (st == NULL)
		abort();
	if (mysql_stmt_prepare(st, text.p, text.len) != 0) {
		db_fail_statement(db, st, name);
		mysql_stmt_close(st);
		return NULL;
	}
	return st;
}

static MYSQL_STMT *
fixed_statement(struct work *work, enum stmt id)
{
	struct db *db = work->db;

	if (db_ready(work, stmt_rows[id].name) == -1)
		return NULL;
	if (db->prepared[id] == NULL)
		db->prepared[id] = prepare(db, stmt_rows[id].name,
		    str_of(stmt_rows[id].text));
	return db->prepared[id];
}

const char *
stmt_out(enum stmt id)
{
	return stmt_rows[id].out;
}

int
db_prepare_all(struct work *work, const char **failed)
{
	int id;

	for (id = 0; id < STMT__MAX; id++) {
		MYSQL_STMT *st = fixed_statement(work, (enum stmt)id);

		*failed = stmt_rows[id].name;
		if (st == NULL)
			return -1;
		if (mysql_stmt_param_count(st) != strlen(stmt_rows[id].in) ||
		    mysql_stmt_field_count(st) != strlen(stmt_rows[id].out))
			return db_fail(work->db, *failed, ER_WRONG_ARGUMENTS,
			    "the types of stmt.def do not match the statement");
	}
	return 0;
}

/*
 * Do the values go into one packet?  A server that is sent a larger one hangs up, which
 * would look like a server that is away.  To be asked before the statement is prepared:
 * a connection that is made anew here drops those that are.
 */
static int
check_packet(struct work *work, const char *name, const struct db_val *values, size_t n)
{
	size_t bytes = n * VALUE_OVERHEAD, i;
	struct db_val row[1];

	for (i = 0; i < n; i++)
		bytes += values[i].str.len;
	if (bytes <= PACKET_ALWAYS)
		return 0;
	if (work->db->max_packet == 0) {
		if (db_get(work, STMT_MAX_PACKET, row) != 1)
			return -1;
		work->db->max_packet = row[0].i64;
	}
	return (int64_t)bytes < work->db->max_packet ? 0 :
	    db_fail(work->db, name, ER_NET_PACKET_TOO_LARGE, "values above max_allowed_packet");
}

/* One value as libmariadb wants it; the value must outlive the call. */
static void
bind_value(MYSQL_BIND *b, const struct db_val *v)
{
	*b = (MYSQL_BIND){ 0 };
	switch (v->type) {
	case DB_NULL:
		b->buffer_type = MYSQL_TYPE_NULL;
		break;
	case DB_I64:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = (void *)(uintptr_t)&v->i64;
		break;
	case DB_DBL:
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		b->buffer = (void *)(uintptr_t)&v->dbl;
		break;
	case DB_STR:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = (void *)(uintptr_t)v->str.p;
		b->buffer_length = v->str.len;
		break;
	}
}

static char
type_letter(enum db_type type)
{
	return "?ids"[type];
}

/*
 * The next value of a statement: the caller's, of the type that stmt.def names, or the
 * workspace, which no caller gives ('w').
 */
static const struct db_val *
next_value(char type, const struct db_val **values, const struct db_val *workspace)
{
	const struct db_val *v;

	if (type == 'w')
		return workspace;
	v = (*values)++;
	assert(v->type == DB_NULL || type_letter(v->type) == type);
	return v;
}

/* How many values the caller gives. */
static size_t
count_given(const char *in)
{
	size_t n = 0;

	for (; *in != '\0'; in++)
		n += *in != 'w';
	return n;
}

static int
execute(struct db *db, MYSQL_STMT *st, const char *name, MYSQL_BIND *bind)
{
	if (bind != NULL && mysql_stmt_bind_param(st, bind) != 0)
		return db_fail_statement(db, st, name);
	stats_add(STAT_STATEMENTS, 1);
	return mysql_stmt_execute(st) == 0 ? 0 : db_fail_statement(db, st, name);
}

/* The statement executed with its values; NULL on failure. */
static MYSQL_STMT *
try_fixed(struct work *work, enum stmt id, const struct db_val *values)
{
	const struct stmt_row *row = &stmt_rows[id];
	const struct db_val workspace = db_str(work->workspace);
	MYSQL_BIND bind[DB_COLUMNS_MAX];
	MYSQL_STMT *st;
	size_t i;

	if (check_packet(work, row->name, values, count_given(row->in)) == -1)
		return NULL;
	st = fixed_statement(work, id);
	for (i = 0; row->in[i] != '\0'; i++)
		bind_value(&bind[i], next_value(row->in[i], &values, &workspace));
	if (st == NULL || execute(work->db, st, row->name, i == 0 ? NULL : bind) == -1)
		return NULL;
	return st;
}

/* A statement outside a transaction may meet a connection gone quiet. */
int
stmt_execute(struct work *work, enum stmt id, const struct db_val *values, size_t n,
    struct executed *out)
{
	const struct stmt_row *row = &stmt_rows[id];
	bool fresh = work->db->my == NULL;
	MYSQL_STMT *st;

	assert(count_given(row->in) == n && strlen(row->in) <= DB_COLUMNS_MAX);
	st = try_fixed(work, id, values);
	/* what changes rows may have been done already */
	if (st == NULL && db_was_quiet(work->db, fresh) && row->out[0] != '\0')
		st = try_fixed(work, id, values);
	*out = (struct executed){ .st = st, .name = row->name };
	return st == NULL ? -1 : 0;
}

int64_t
db_exec_values(struct work *work, enum stmt id, const struct db_val *values, size_t n)
{
	struct executed e;

	if (stmt_execute(work, id, values, n, &e) == 0)
		return (int64_t)mysql_stmt_affected_rows(e.st);
	return db_error(work->db) == DB_UNLIKE ? 0 : -1;
}

int64_t
db_exec_alone_values(struct work *work, enum stmt id, const struct db_val *values, size_t n)
{
	struct db *db = work->db;
	bool alone = db->in_transaction && !db->begun;
	int64_t rows;

	if (alone)
		db->in_transaction = false;
	rows = db_exec_values(work, id, values, n);
	/* after a quiet time; saying it twice does no harm, which is the caller's word */
	if (rows == -1 && alone && db->error == DB_LOST)
		rows = db_exec_values(work, id, values, n);
	if (alone)
		db_begin(db);
	return rows;
}

int64_t
db_insert_id(const struct db *db)
{
	return (int64_t)mysql_insert_id(db->my);
}

/* The columns of array binding, one array of each kind a column may need. */
struct column_arrays {
	int64_t		*i64;
	double		*dbl;
	const char	**text;
	unsigned long	*length;
	char		*indicator;
};

static void
make_arrays(struct arena *mem, struct column_arrays *a, size_t rows)
{
	a->i64 = arena_array(mem, rows, sizeof(*a->i64));
	a->dbl = arena_array(mem, rows, sizeof(*a->dbl));
	a->text = arena_array(mem, rows, sizeof(*a->text));
	a->length = arena_array(mem, rows, sizeof(*a->length));
	a->indicator = arena_array(mem, rows, 1);
}

static void
fill_cell(struct column_arrays *to, size_t row, const struct db_val *v)
{
	to->indicator[row] = v->type == DB_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
	to->i64[row] = v->i64;
	to->dbl[row] = v->dbl;
	to->text[row] = v->str.p == NULL ? "" : v->str.p;
	to->length[row] = v->str.len;
}

static void
bind_column(const struct column_arrays *from, MYSQL_BIND *b, char type)
{
	*b = (MYSQL_BIND){ 0 };
	b->u.indicator = from->indicator;
	switch (type) {
	case 'i':
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = from->i64;
		break;
	case 'd':
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		b->buffer = from->dbl;
		break;
	default:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = (void *)(uintptr_t)from->text;
		b->length = from->length;
		break;
	}
}

static void
bind_rows(struct work *work, struct arena *mem, const char *in, MYSQL_BIND *bind,
    const struct db_val *values, size_t rows)
{
	const struct db_val workspace = db_str(work->workspace);
	struct column_arrays a[DB_COLUMNS_MAX];
	size_t columns = strlen(in), c, r;

	for (c = 0; c < columns; c++)
		make_arrays(mem, &a[c], rows);
	for (r = 0; r < rows; r++)
		for (c = 0; c < columns; c++)
			fill_cell(&a[c], r, next_value(in[c], &values, &workspace));
	for (c = 0; c < columns; c++)
		bind_column(&a[c], &bind[c], in[c]);
}

/* One execution of array binding: the rows affected, or -1. */
static int64_t
execute_rows(struct work *work, enum stmt id, MYSQL_STMT *st, const struct db_val *values,
    size_t rows)
{
	const struct stmt_row *row = &stmt_rows[id];
	struct db *db = work->db;
	MYSQL_BIND bind[DB_COLUMNS_MAX];
	unsigned count = (unsigned)rows, none = 0;
	int64_t affected = -1;
	struct arena mem;

	if (check_packet(work, row->name, values, rows * count_given(row->in)) == -1)
		return -1;
	arena_init(&mem);
	bind_rows(work, &mem, row->in, bind, values, rows);
	if (mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &count) != 0)
		db_fail_statement(db, st, row->name);
	else if (execute(db, st, row->name, bind) == 0)
		affected = (int64_t)mysql_stmt_affected_rows(st);
	/* a lost connection has taken the statement with it */
	if (db->my != NULL && db->prepared[id] == st)
		mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &none);
	arena_fini(&mem);
	return affected;
}

/* How many of the rows go into one packet: at least one. */
static size_t
count_piece(const struct db_val *values, size_t columns, size_t rows)
{
	size_t n = 0, bytes = 0, i;

	do {
		for (i = 0; i < columns; i++)
			bytes += sizeof(int64_t) + values[n * columns + i].str.len;
		n++;
	} while (n < rows && bytes < ROWS_BYTES);
	return n;
}

int64_t
db_exec_rows(struct work *work, enum stmt id, const struct db_val *values, size_t rows)
{
	size_t columns = count_given(stmt_rows[id].in), n;
	int64_t affected, total = 0;
	MYSQL_STMT *st;

	assert(strlen(stmt_rows[id].in) <= DB_COLUMNS_MAX);
	for (; rows > 0; rows -= n, values += n * columns) {
		n = count_piece(values, columns, rows);
		st = fixed_statement(work, id);
		affected = st == NULL ? -1 : execute_rows(work, id, st, values, n);
		if (affected == -1)
			return -1;
		total += affected;
	}
	return total;
}

void
stmt_drop_all(struct db *db)
{
	size_t i;

	for (i = 0; i < BUILT_MAX; i++)
		drop_built(&db->built[i]);
	for (i = 0; i < STMT__MAX; i++) {
		if (db->prepared[i] != NULL)
			mysql_stmt_close(db->prepared[i]);
		db->prepared[i] = NULL;
	}
}

static struct built *
find_built(struct db *db, struct str text)
{
	size_t i;

	for (i = 0; i < BUILT_MAX; i++)
		if (!db->built[i].busy && db->built[i].text.p != NULL &&
		    str_eq(db->built[i].text, text))
			return &db->built[i];
	return NULL;
}

/* A free place, or that of the statement not used for longest; NULL: all busy. */
static struct built *
free_built(struct db *db)
{
	struct built *oldest = NULL;
	size_t i;

	for (i = 0; i < BUILT_MAX; i++) {
		struct built *b = &db->built[i];

		if (!b->busy && (oldest == NULL || b->used < oldest->used))
			oldest = b;
	}
	if (oldest != NULL)
		drop_built(oldest);
	return oldest;
}

static struct built *
keep_built(struct db *db, MYSQL_STMT *st, struct str text)
{
	struct built *b = text.len > BUILT_TEXT_MAX ? NULL : free_built(db);
	char *copy;

	if (b == NULL)
		return NULL;
	copy = malloc(text.len + 1);
	if (copy == NULL)
		abort();
	memcpy(copy, text.p, text.len + 1);
	*b = (struct built){ .text = { copy, text.len }, .st = st };
	return b;
}

static int
take_built(struct db *db, struct sql *q, struct executed *e)
{
	struct str text = buf_str(&q->text);
	struct built *b = find_built(db, text);
	MYSQL_STMT *st = b != NULL ? b->st : prepare(db, q->name, text);

	if (st == NULL)
		return -1;
	if (b == NULL)
		b = keep_built(db, st, text);
	if (b != NULL) {
		b->used = ++db->clock;
		b->busy = true;
	}
	*e = (struct executed){ .st = st, .name = q->name, .built = b, .is_owner = b == NULL };
	return 0;
}

/* One that failed is not kept; one of a connection that is gone has gone with it. */
void
stmt_give_back(struct db *db, struct executed *e, uint64_t connection, bool keep)
{
	if (e->is_owner) {
		mysql_stmt_close(e->st);
	} else if (e->built != NULL && connection == db->connection) {
		e->built->busy = false;
		if (!keep)
			drop_built(e->built);
	}
}

static int
try_built(struct work *work, struct sql *q, struct executed *e)
{
	MYSQL_BIND *bind;
	uint64_t connection;
	size_t i;
	int rc;

	if (check_packet(work, q->name, q->args, q->nargs) == -1 ||
	    db_ready(work, q->name) == -1)
		return -1;
	connection = work->db->connection;
	if (take_built(work->db, q, e) == -1)
		return -1;
	bind = calloc(q->nargs + 1, sizeof(*bind));
	if (bind == NULL)
		abort();
	for (i = 0; i < q->nargs; i++)
		bind_value(&bind[i], &q->args[i]);
	rc = execute(work->db, e->st, q->name, q->nargs == 0 ? NULL : bind);
	free(bind);
	if (rc == -1)
		stmt_give_back(work->db, e, connection, false);
	return rc;
}

int
stmt_execute_built(struct work *work, struct sql *q, struct executed *e)
{
	bool fresh = work->db->my == NULL;

	if (try_built(work, q, e) == 0)
		return 0;
	return db_was_quiet(work->db, fresh) ? try_built(work, q, e) : -1;
}

int64_t
db_exec_sql(struct work *work, struct sql *q)
{
	struct executed e;
	int64_t rows;

	if (try_built(work, q, &e) == -1)
		return -1;
	rows = (int64_t)mysql_stmt_affected_rows(e.st);
	stmt_give_back(work->db, &e, work->db->connection, true);
	return rows;
}
