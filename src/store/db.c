/*
 * The one connection of this process.  Statements are prepared on first use and
 * dropped with the connection.
 *
 * A failure is logged here, once, with the statement's name, and never with
 * values; callers look at db_error to decide what it means.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/time.h"
#include "store/db.h"
#include "store/sql.h"

/* Seconds to reach the database: the client waits meanwhile. */
#define CONNECT_TIMEOUT	5
/*
 * Seconds for one answer: a hung server must not hold a worker for ever.  Longer
 * than max_statement_time below, so that a slow statement ends with its reason.
 */
#define ANSWER_TIMEOUT	90
/* A loss is told again after this time. */
#define TELL_AGAIN_MS	10000
/* First size of a text column's buffer; longer ones are fetched again. */
#define TEXT_FIRST	256
/*
 * Search statements kept prepared: those of one page take about ten, and most
 * clients ask few different things.
 */
#define BUILT_MAX	32
/* Longer texts name hundreds of ids and do not come again. */
#define BUILT_TEXT_MAX	8192

/* What every connection starts with; spelt for MariaDB 10.6 and later. */
static const char *const session[] = {
	"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
	"SET NAMES utf8mb4 COLLATE utf8mb4_bin, "
	    "SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
	    "ERROR_FOR_DIVISION_BY_ZERO', "
	    "SESSION autocommit = 1, SESSION innodb_lock_wait_timeout = 10, "
	    "SESSION max_statement_time = 60, "
	    "SESSION optimizer_switch = 'index_condition_pushdown=off'",
};

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

/* A statement from the builder, kept for the next one of the same text. */
struct built {
	struct str	 text;		/* on the heap; .p NULL: a free place */
	MYSQL_STMT	*st;
	uint64_t	 used;		/* when, by db->clock */
	bool		 busy;		/* a result is open */
};

struct db {
	const struct conf_db	*conf;
	MYSQL			*my;			/* NULL: not connected */
	MYSQL_STMT		*prepared[STMT__MAX];
	struct built		 built[BUILT_MAX];
	uint64_t		 clock;
	enum db_error		 error;
	unsigned		 number;
	char			 text[512];
	char			 column[65];
	bool			 in_transaction;	/* asked for */
	bool			 begun;		/* and told; a loss does not change it */
	uint64_t		 connection;	/* counts them */
	int			 exact_names;	/* -1: not asked yet */
	unsigned		 told;		/* the loss that the log was told last */
	int64_t			 told_ms;
};

struct db_result {
	struct db	*db;
	MYSQL_STMT	*st;
	uint64_t	 connection;	/* the one that st belongs to */
	const char	*name;
	struct built	*built;		/* where it goes back to */
	bool		 is_owner;	/* the statement dies with the result */
	bool		 stored;
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

struct db *
db_new(const struct conf_db *conf)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->conf = conf;
	db->exact_names = -1;
	return db;
}

static void
drop_built(struct built *b)
{
	if (b->text.p == NULL)
		return;
	mysql_stmt_close(b->st);
	free((void *)(uintptr_t)b->text.p);
	*b = (struct built){ .busy = false };
}

static void
disconnect(struct db *db)
{
	size_t i;

	for (i = 0; i < BUILT_MAX; i++)
		drop_built(&db->built[i]);
	for (i = 0; i < STMT__MAX; i++) {
		if (db->prepared[i] != NULL)
			mysql_stmt_close(db->prepared[i]);
		db->prepared[i] = NULL;
	}
	if (db->my != NULL)
		mysql_close(db->my);
	db->my = NULL;
	db->in_transaction = false;
	db->exact_names = -1;
	db->connection++;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	disconnect(db);
	free(db);
	mysql_library_end();
}

enum db_error
db_error(const struct db *db)
{
	return db->error;
}

void
db_error_clear(struct db *db)
{
	db->error = DB_OK;
	db->number = 0;
	db->text[0] = db->column[0] = '\0';
}

void
db_retry(struct db *db)
{
	db->error = DB_RETRY;
}

const char *
db_error_column(const struct db *db)
{
	return db->column;
}

const char *
db_error_text(const struct db *db)
{
	return db->text;
}

unsigned
db_error_number(const struct db *db)
{
	return db->number;
}

static enum db_error
classify(unsigned number)
{
	static const struct {
		unsigned	number;
		enum db_error	error;
	} table[] = {
		{ CR_SERVER_GONE_ERROR, DB_LOST },
		{ CR_SERVER_LOST, DB_LOST },
		{ CR_SERVER_LOST_EXTENDED, DB_LOST },
		{ CR_CONN_HOST_ERROR, DB_LOST },
		{ CR_CONNECTION_ERROR, DB_LOST },
		{ CR_UNKNOWN_HOST, DB_LOST },
		{ CR_SERVER_HANDSHAKE_ERR, DB_LOST },
		{ CR_COMMANDS_OUT_OF_SYNC, DB_LOST },
		{ CR_SSL_CONNECTION_ERROR, DB_LOST },
		{ ER_CON_COUNT_ERROR, DB_LOST },
		{ ER_TOO_MANY_USER_CONNECTIONS, DB_LOST },
		{ ER_USER_LIMIT_REACHED, DB_LOST },
		{ ER_SERVER_SHUTDOWN, DB_LOST },
		{ ER_NORMAL_SHUTDOWN, DB_LOST },
		{ ER_CONNECTION_KILLED, DB_LOST },
		{ ER_NEW_ABORTING_CONNECTION, DB_LOST },
		{ ER_ACCESS_DENIED_ERROR, DB_LOST },
		{ ER_DBACCESS_DENIED_ERROR, DB_LOST },
		{ ER_BAD_DB_ERROR, DB_LOST },
		{ ER_OPTION_PREVENTS_STATEMENT, DB_LOST },
		{ ER_LOCK_DEADLOCK, DB_RETRY },
		{ ER_LOCK_WAIT_TIMEOUT, DB_RETRY },
		{ ER_CHECKREAD, DB_RETRY },
		{ ER_DUP_ENTRY, DB_DUPLICATE },
		/* a new name that rows below it carry into the way of others */
		{ ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO, DB_DUPLICATE },
		{ ER_FOREIGN_DUPLICATE_KEY_WITHOUT_CHILD_INFO, DB_DUPLICATE },
		{ ER_DATA_TOO_LONG, DB_TOO_LONG },
		{ ER_WARN_DATA_OUT_OF_RANGE, DB_RANGE },
		{ ER_NO_REFERENCED_ROW_2, DB_REFERENCE },
		{ ER_ROW_IS_REFERENCED_2, DB_REFERENCE },
		{ ER_BAD_NULL_ERROR, DB_REFUSED },
		{ ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, DB_REFUSED },
		{ ER_CONSTRAINT_FAILED, DB_REFUSED },
		{ ER_STATEMENT_TIMEOUT, DB_TIMEOUT },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].number == number)
			return table[i].error;
	return DB_OTHER;
}

/* "Data too long for column 'name' at row 1": the name. */
static void
remember_column(struct db *db)
{
	const char *start = strstr(db->text, "olumn '"), *end;

	db->column[0] = '\0';
	if (start == NULL)
		return;
	start += strlen("olumn '");
	/* some texts say `db`.`table`.`column` */
	end = strchr(start, '\'');
	if (end == NULL || (size_t)(end - start) >= sizeof(db->column))
		return;
	memcpy(db->column, start, (size_t)(end - start));
	db->column[end - start] = '\0';
}

/*
 * What a client may cause is told to the client, not to the log; and a database
 * that stays away is told once in a while, not at every request.
 */
static void
log_failure(struct db *db, const char *what)
{
	int64_t now = time_monotonic_ms();

	if (db->error != DB_LOST && db->error != DB_OTHER && db->error != DB_TIMEOUT)
		return;
	if (db->error == DB_LOST) {
		if (db->number == db->told && now - db->told_ms < TELL_AGAIN_MS)
			return;
		db->told = db->number;
		db->told_ms = now;
	}
	log_error("database: %s: %u %s", what, db->number, db->text);
}

static int
fail_with(struct db *db, const char *what, unsigned number, const char *text)
{
	db->number = number;
	strncpy(db->text, text, sizeof(db->text) - 1);
	db->text[sizeof(db->text) - 1] = '\0';
	db->error = classify(number);
	remember_column(db);
	log_failure(db, what);
	if (db->error == DB_LOST) {
		stats_add(STAT_CONNECTION_FAILURES, 1);
		disconnect(db);
	}
	return -1;
}

static int
fail_connection(struct db *db, const char *what)
{
	return fail_with(db, what, mysql_errno(db->my), mysql_error(db->my));
}

static int
fail_statement(struct db *db, MYSQL_STMT *st, const char *what)
{
	return fail_with(db, what, mysql_stmt_errno(st), mysql_stmt_error(st));
}

static void
set_options(MYSQL *my, const struct conf_db *conf)
{
	unsigned connect = CONNECT_TIMEOUT, answer = ANSWER_TIMEOUT;
	my_bool report_cut = 1, verify = conf->ssl_verify, enforce = 1;

	mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
	mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &answer);
	mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &answer);
	mysql_options(my, MYSQL_REPORT_DATA_TRUNCATION, &report_cut);
	mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!conf->ssl)
		return;
	mysql_ssl_set(my, conf->ssl_key, conf->ssl_cert, conf->ssl_ca, NULL, NULL);
	mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &enforce);
}

static int
set_session(struct db *db)
{
	size_t i;

	for (i = 0; i < sizeof(session) / sizeof(session[0]); i++)
		if (mysql_query(db->my, session[i]) != 0)
			return fail_connection(db, "connect");
	return 0;
}

static int
log_in(struct db *db)
{
	const struct conf_db *conf = db->conf;

	if (mysql_real_connect(db->my, conf->socket == NULL ? conf->host : NULL,
	    conf->user, conf->password, conf->name, conf->port, conf->socket,
	    CLIENT_FOUND_ROWS) == NULL)
		return fail_connection(db, "connect");
	/* asked to enforce TLS, the library still goes on without, if it must */
	if (conf->ssl && mysql_get_ssl_cipher(db->my) == NULL)
		return fail_with(db, "connect", CR_SSL_CONNECTION_ERROR,
		    "the database offers no TLS");
	return set_session(db);
}

int
db_connect(struct db *db)
{
	if (db->my != NULL)
		return 0;
	db->my = mysql_init(NULL);
	if (db->my == NULL)
		abort();
	set_options(db->my, db->conf);
	if (log_in(db) == -1) {
		disconnect(db);
		/* whatever the reason, there is no database to work with */
		db->error = DB_LOST;
		return -1;
	}
	stats_add(STAT_CONNECTIONS, 1);
	return 0;
}

/* A command without values; the transaction's own and the schema's. */
static int
command(struct db *db, const char *constant_sql)
{
	MYSQL_RES *result;

	if (db_connect(db) == -1)
		return -1;
	stats_add(STAT_STATEMENTS, 1);
	if (mysql_query(db->my, constant_sql) != 0)
		return fail_connection(db, "command");
	result = mysql_store_result(db->my);
	if (result != NULL)
		mysql_free_result(result);
	return 0;
}

void
db_begin(struct db *db)
{
	db->in_transaction = true;
	db->begun = false;
}

/*
 * Before each statement.  The first one after a quiet time finds out that the
 * server has closed the connection: nothing was done yet, so connect anew and say
 * it again.
 */
static int
begin_now(struct db *db)
{
	bool fresh = db->my == NULL;

	if (!db->in_transaction || db->begun)
		return 0;
	if (command(db, "START TRANSACTION") == -1 &&
	    (fresh || db->error != DB_LOST || command(db, "START TRANSACTION") == -1))
		return -1;
	db->in_transaction = db->begun = true;
	return 0;
}

int
db_run(struct db *db, const char *constant_sql)
{
	return begin_now(db) == -1 ? -1 : command(db, constant_sql);
}

int
db_commit(struct db *db)
{
	bool begun = db->begun;

	/* a lost connection has ended the transaction, and begun is what tells */
	if (begun && db->my == NULL)
		return fail_with(db, "commit", CR_SERVER_LOST, "connection lost");
	db->in_transaction = db->begun = false;
	return begun ? command(db, "COMMIT") : 0;
}

void
db_rollback(struct db *db)
{
	bool begun = db->begun;

	db->in_transaction = db->begun = false;
	if (db->my == NULL || !begun)
		return;
	if (mysql_query(db->my, "ROLLBACK") != 0)
		disconnect(db);
}

static MYSQL_STMT *
prepare(struct db *db, const char *name, struct str text)
{
	MYSQL_STMT *st = mysql_stmt_init(db->my);

	if (st == NULL)
		abort();
	if (mysql_stmt_prepare(st, text.p, text.len) != 0) {
		fail_statement(db, st, name);
		mysql_stmt_close(st);
		return NULL;
	}
	return st;
}

static MYSQL_STMT *
fixed_statement(struct db *db, enum stmt id)
{
	if (begin_now(db) == -1)
		return NULL;
	if (db->my == NULL && (db->begun || db_connect(db) == -1)) {
		if (db->begun)
			fail_with(db, stmt_rows[id].name, CR_SERVER_LOST,
			    "connection lost within a transaction");
		return NULL;
	}
	if (db->prepared[id] == NULL)
		db->prepared[id] = prepare(db, stmt_rows[id].name,
		    str_of(stmt_rows[id].text));
	return db->prepared[id];
}

int
db_prepare_all(struct db *db, const char **failed)
{
	int id;

	for (id = 0; id < STMT__MAX; id++) {
		MYSQL_STMT *st = fixed_statement(db, (enum stmt)id);

		*failed = stmt_rows[id].name;
		if (st == NULL)
			return -1;
		if (mysql_stmt_param_count(st) != strlen(stmt_rows[id].in) ||
		    mysql_stmt_field_count(st) != strlen(stmt_rows[id].out))
			return fail_with(db, *failed, ER_WRONG_ARGUMENTS,
			    "the types of stmt.def do not match the statement");
	}
	return 0;
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

static void
assert_types(const char *in, const struct db_val *values, size_t n)
{
	size_t i;

	assert(strlen(in) == n);
	for (i = 0; i < n; i++)
		assert(values[i].type == DB_NULL || type_letter(values[i].type) == in[i]);
}

static int
execute(struct db *db, MYSQL_STMT *st, const char *name,
    const struct db_val *values, size_t n)
{
	MYSQL_BIND *bind = NULL;
	int rc = 0;
	size_t i;

	if (n > 0) {
		bind = calloc(n, sizeof(*bind));
		if (bind == NULL)
			abort();
		for (i = 0; i < n; i++)
			bind_value(&bind[i], &values[i]);
		if (mysql_stmt_bind_param(st, bind) != 0)
			rc = fail_statement(db, st, name);
	}
	stats_add(STAT_STATEMENTS, 1);
	if (rc == 0 && mysql_stmt_execute(st) != 0)
		rc = fail_statement(db, st, name);
	free(bind);
	return rc;
}

/* A statement outside a transaction may meet a connection gone quiet. */
static MYSQL_STMT *
execute_fixed(struct db *db, enum stmt id, const struct db_val *values, size_t n)
{
	const struct stmt_row *row = &stmt_rows[id];
	bool fresh = db->my == NULL;
	MYSQL_STMT *st;

	assert_types(row->in, values, n);
	st = fixed_statement(db, id);
	if (st != NULL && execute(db, st, row->name, values, n) == 0)
		return st;
	if (fresh || db->error != DB_LOST || db->begun || row->out[0] == '\0')
		return NULL;
	st = fixed_statement(db, id);
	if (st != NULL && execute(db, st, row->name, values, n) == 0)
		return st;
	return NULL;
}

int64_t
db_exec_values(struct db *db, enum stmt id, const struct db_val *values, size_t n)
{
	MYSQL_STMT *st = execute_fixed(db, id, values, n);

	return st == NULL ? -1 : (int64_t)mysql_stmt_affected_rows(st);
}

int64_t
db_exec_alone_values(struct db *db, enum stmt id, const struct db_val *values, size_t n)
{
	bool alone = db->in_transaction && !db->begun;
	int64_t rows;

	if (alone)
		db->in_transaction = false;
	rows = db_exec_values(db, id, values, n);
	/* after a quiet time; saying it twice does no harm, which is the caller's word */
	if (rows == -1 && alone && db->error == DB_LOST)
		rows = db_exec_values(db, id, values, n);
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
fill_column(struct column_arrays *to, MYSQL_BIND *b, char type,
    const struct db_val *values, size_t column, size_t columns, size_t rows)
{
	size_t r;

	for (r = 0; r < rows; r++) {
		const struct db_val *v = &values[r * columns + column];

		assert(v->type == DB_NULL || type_letter(v->type) == type);
		to->indicator[r] = v->type == DB_NULL ? STMT_INDICATOR_NULL :
		    STMT_INDICATOR_NONE;
		to->i64[r] = v->i64;
		to->dbl[r] = v->dbl;
		to->text[r] = v->str.p == NULL ? "" : v->str.p;
		to->length[r] = v->str.len;
	}
	*b = (MYSQL_BIND){ 0 };
	b->u.indicator = to->indicator;
	switch (type) {
	case 'i':
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = to->i64;
		break;
	case 'd':
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		b->buffer = to->dbl;
		break;
	default:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = (void *)(uintptr_t)to->text;
		b->length = to->length;
		break;
	}
}

int64_t
db_exec_rows(struct db *db, enum stmt id, const struct db_val *values, size_t rows)
{
	const struct stmt_row *row = &stmt_rows[id];
	size_t columns = strlen(row->in), c;
	struct column_arrays a[DB_COLUMNS_MAX];
	MYSQL_BIND bind[DB_COLUMNS_MAX];
	struct arena mem;
	MYSQL_STMT *st;
	unsigned count = (unsigned)rows, none = 0;
	int64_t affected = -1;

	assert(columns <= DB_COLUMNS_MAX);
	if (rows == 0)
		return 0;
	st = fixed_statement(db, id);
	if (st == NULL)
		return -1;
	arena_init(&mem);
	for (c = 0; c < columns; c++) {
		a[c].i64 = arena_array(&mem, rows, sizeof(*a[c].i64));
		a[c].dbl = arena_array(&mem, rows, sizeof(*a[c].dbl));
		a[c].text = arena_array(&mem, rows, sizeof(*a[c].text));
		a[c].length = arena_array(&mem, rows, sizeof(*a[c].length));
		a[c].indicator = arena_array(&mem, rows, 1);
		fill_column(&a[c], &bind[c], row->in[c], values, c, columns, rows);
	}
	stats_add(STAT_STATEMENTS, 1);
	if (mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &count) != 0 ||
	    mysql_stmt_bind_param(st, bind) != 0 || mysql_stmt_execute(st) != 0)
		fail_statement(db, st, row->name);
	else
		affected = (int64_t)mysql_stmt_affected_rows(st);
	/* a lost connection has taken the statement with it */
	if (db->my != NULL && db->prepared[id] == st)
		mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &none);
	arena_fini(&mem);
	return affected;
}

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
result_new(struct db *db, struct arena *mem, MYSQL_STMT *st, const char *name,
    const char *out, bool stored)
{
	struct db_result *r = arena_alloc(mem, sizeof(*r));
	size_t i;

	r->db = db;
	r->st = st;
	r->connection = db->connection;
	r->name = name;
	r->out = out;
	r->stored = stored;
	r->ncolumns = strlen(out);
	assert(r->ncolumns <= DB_COLUMNS_MAX);
	for (i = 0; i < r->ncolumns; i++)
		if (out[i] == 's')
			r->text[i] = arena_alloc(mem, TEXT_FIRST);
	bind_results(r);
	if (mysql_stmt_bind_result(st, r->bind) != 0 ||
	    (stored && mysql_stmt_store_result(st) != 0)) {
		fail_statement(db, st, name);
		return NULL;
	}
	return r;
}

struct db_result *
db_query_values(struct db *db, struct arena *mem, enum stmt id,
    const struct db_val *values, size_t n)
{
	MYSQL_STMT *st = execute_fixed(db, id, values, n);

	if (st == NULL)
		return NULL;
	return result_new(db, mem, st, stmt_rows[id].name, stmt_rows[id].out, true);
}

/* A statement of a text, and its place if it has one. */
struct taken {
	MYSQL_STMT	*st;
	struct built	*built;
};

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

static void
keep_built(struct db *db, struct taken *t, struct str text)
{
	char *copy;

	if (text.len > BUILT_TEXT_MAX || (t->built = free_built(db)) == NULL)
		return;
	copy = malloc(text.len + 1);
	if (copy == NULL)
		abort();
	memcpy(copy, text.p, text.len + 1);
	*t->built = (struct built){ .text = { copy, text.len }, .st = t->st };
}

static int
take_built(struct db *db, struct str text, struct taken *t)
{
	t->built = find_built(db, text);
	if (t->built != NULL) {
		t->st = t->built->st;
	} else {
		t->st = prepare(db, "search", text);
		if (t->st == NULL)
			return -1;
		keep_built(db, t, text);
	}
	if (t->built != NULL) {
		t->built->used = ++db->clock;
		t->built->busy = true;
	}
	return 0;
}

/* Done with it; one that failed is not kept. */
static void
give_built(struct db *db, struct taken *t, uint64_t connection, bool keep)
{
	if (t->built == NULL) {
		mysql_stmt_close(t->st);
	} else if (connection == db->connection) {
		t->built->busy = false;
		if (!keep)
			drop_built(t->built);
	}
}

static int
execute_built(struct db *db, struct sql *q, struct taken *t)
{
	bool fresh = db->my == NULL;
	uint64_t connection;
	int tries;

	if (begin_now(db) == -1)
		return -1;
	for (tries = 0; tries < 2; tries++) {
		if (db->my == NULL && (db->begun || db_connect(db) == -1))
			return -1;
		connection = db->connection;
		if (take_built(db, buf_str(&q->text), t) == 0) {
			if (execute(db, t->st, "search", q->args, q->nargs) == 0)
				return 0;
			give_built(db, t, connection, false);
		}
		if (fresh || db->error != DB_LOST || db->begun)
			return -1;
	}
	return -1;
}

static struct db_result *
open_built(struct db *db, struct arena *mem, struct sql *q, const char *out,
    bool stored)
{
	struct db_result *r;
	struct taken t;
	uint64_t connection;

	if (execute_built(db, q, &t) == -1)
		return NULL;
	connection = db->connection;
	r = result_new(db, mem, t.st, "search", out, stored);
	if (r == NULL) {
		give_built(db, &t, connection, false);
		return NULL;
	}
	r->built = t.built;
	r->is_owner = t.built == NULL;
	return r;
}

struct db_result *
db_query_sql(struct db *db, struct arena *mem, struct sql *q, const char *out)
{
	return open_built(db, mem, q, out, true);
}

struct db_result *
db_stream_sql(struct db *db, struct arena *mem, struct sql *q, const char *out)
{
	return open_built(db, mem, q, out, false);
}

int64_t
db_exec_sql(struct db *db, struct sql *q)
{
	struct taken t;
	int64_t affected;

	if (execute_built(db, q, &t) == -1)
		return -1;
	affected = (int64_t)mysql_stmt_affected_rows(t.st);
	give_built(db, &t, db->connection, true);
	return affected;
}

/* A text column of the row just read: whole, in mem. */
static int
take_text(struct db_result *r, struct arena *mem, size_t i, struct str *out)
{
	MYSQL_BIND whole = { 0 };
	char *p = arena_alloc(mem, r->length[i] + 1);
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
	if (mysql_stmt_fetch_column(r->st, &whole, (unsigned)i, 0) != 0)
		return fail_statement(r->db, r->st, r->name);
	return 0;
}

/* A kept statement dies with its connection, and the result with it. */
static bool
is_open(const struct db_result *r)
{
	return r != NULL && r->st != NULL &&
	    (r->is_owner || r->connection == r->db->connection);
}

int
db_next(struct db_result *r, struct arena *mem, struct db_val *row)
{
	size_t i;
	int rc;

	if (!is_open(r))
		return fail_with(r->db, r->name, CR_SERVER_LOST, "connection lost");
	rc = mysql_stmt_fetch(r->st);
	if (rc == MYSQL_NO_DATA)
		return 0;
	if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
		return fail_statement(r->db, r->st, r->name);
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
			if (take_text(r, mem, i, &row[i].str) == -1)
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
	mysql_stmt_free_result(r->st);
	if (r->is_owner)
		mysql_stmt_close(r->st);
	else if (r->built != NULL)
		r->built->busy = false;
	r->st = NULL;
}

int
db_get_values(struct db *db, struct arena *mem, enum stmt id, struct db_val *row,
    const struct db_val *values, size_t n)
{
	struct db_result *r = db_query_values(db, mem, id, values, n);
	int rc;

	if (r == NULL)
		return -1;
	rc = db_next(r, mem, row);
	db_close(r);
	return rc;
}

int
db_names_are_exact(struct db *db, struct arena *mem)
{
	struct db_val row[1];

	if (db->exact_names == -1 && db_get(db, mem, STMT_EXACT_NAMES, row) == 1)
		db->exact_names = row[0].i64 > 0;
	return db->exact_names;
}
