/*
 * The one connection of this process, its transactions and its failures.
 *
 * A failure is logged here, once, with the statement's name, and never with
 * values; callers look at db_error to decide what it means.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/time.h"
#include "store/connection.h"

/* Seconds to reach the database: the client waits meanwhile. */
#define CONNECT_TIMEOUT	5
/* Seconds for one statement, and for one wait for a lock. */
#define STATEMENT_TIME	60
#define LOCK_WAIT	10
/*
 * Seconds for one answer: a hung server must not hold a worker for ever.  Longer
 * than STATEMENT_TIME, so that a slow statement ends with its reason.
 */
#define ANSWER_TIMEOUT	70
/* A loss is told again after this time. */
#define TELL_AGAIN_MS	10000

#define QUOTE(number)	#number
#define TEXT_OF(number)	QUOTE(number)

/* What every connection starts with; spelt for MariaDB 10.6 and later. */
static const char *const session[] = {
	"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
	"SET NAMES utf8mb4 COLLATE utf8mb4_bin, "
	    "SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
	    "ERROR_FOR_DIVISION_BY_ZERO', "
	    "SESSION autocommit = 1, "
	    "SESSION innodb_lock_wait_timeout = " TEXT_OF(LOCK_WAIT) ", "
	    "SESSION max_statement_time = " TEXT_OF(STATEMENT_TIME) ", "
	    "SESSION optimizer_switch = 'index_condition_pushdown=off'",
};

struct db *
db_new(const struct conf_db *conf)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->conf = conf;
	db->exact_names = db->is_uniform = -1;
	return db;
}

static void
disconnect(struct db *db)
{
	stmt_drop_all(db);
	if (db->my != NULL)
		mysql_close(db->my);
	db->my = NULL;
	db->in_transaction = false;
	db->exact_names = db->is_uniform = -1;
	db->max_packet = 0;
	db->connection++;
}

void
db_disconnect(struct db *db)
{
	/* else what a result still holds would be read to its end */
	if (db->my != NULL)
		shutdown((int)mysql_get_socket(db->my), SHUT_RDWR);
	disconnect(db);
	db->begun = false;
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

const struct conf_db *
db_conf(const struct db *db)
{
	return db->conf;
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

/* What the server's and the library's numbers mean here; the rest is DB_OTHER. */
static const struct {
	unsigned	number;
	enum db_error	error;
} classes[] = {
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
	/* a node of a cluster that has left it */
	{ ER_UNKNOWN_COM_ERROR, DB_LOST },
	{ ER_ERROR_DURING_COMMIT, DB_LOST },
	{ ER_LOCK_DEADLOCK, DB_RETRY },
	{ ER_LOCK_WAIT_TIMEOUT, DB_RETRY },
	{ ER_CHECKREAD, DB_RETRY },
	/* a table that somebody has just altered */
	{ ER_TABLE_DEF_CHANGED, DB_RETRY },
	{ ER_NEED_REPREPARE, DB_RETRY },
	{ ER_DUP_ENTRY, DB_DUPLICATE },
	/* a new name that rows below it carry into the way of others */
	{ ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO, DB_DUPLICATE },
	{ ER_FOREIGN_DUPLICATE_KEY_WITHOUT_CHILD_INFO, DB_DUPLICATE },
	{ ER_DATA_TOO_LONG, DB_TOO_LONG },
	{ ER_NET_PACKET_TOO_LARGE, DB_TOO_LARGE },
	{ ER_WARN_DATA_OUT_OF_RANGE, DB_RANGE },
	{ ER_NO_REFERENCED_ROW_2, DB_REFERENCE },
	{ ER_ROW_IS_REFERENCED_2, DB_REFERENCE },
	{ ER_BAD_NULL_ERROR, DB_REFUSED },
	/* all numbers are typed, and all text is utf8mb4 */
	{ ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, DB_CHARACTERS },
	{ ER_CONSTRAINT_FAILED, DB_REFUSED },
	{ ER_STATEMENT_TIMEOUT, DB_TIMEOUT },
	{ ER_QUERY_INTERRUPTED, DB_TIMEOUT },
	{ ER_OUTOFMEMORY, DB_TIMEOUT },
	{ ER_OUT_OF_RESOURCES, DB_TIMEOUT },
	{ ER_DISK_FULL, DB_FULL },
	{ ER_RECORD_FILE_FULL, DB_FULL },
	{ ER_ERROR_ON_WRITE, DB_FULL },
	{ ER_OPTION_PREVENTS_STATEMENT, DB_READ_ONLY },
	{ ER_READ_ONLY_MODE, DB_READ_ONLY },
	{ ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, DB_READ_ONLY },
	{ ER_TABLEACCESS_DENIED_ERROR, DB_DENIED },
	{ ER_COLUMNACCESS_DENIED_ERROR, DB_DENIED },
	{ ER_SPECIFIC_ACCESS_DENIED_ERROR, DB_DENIED },
};

static enum db_error
classify(unsigned number)
{
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (classes[i].number == number)
			return classes[i].error;
	return DB_OTHER;
}

/*
 * The name in "Data too long for column 'name' at row 1" and "Incorrect string value:
 * '...' for column `db`.`table`.`name` at row 1", whose value may be like anything.
 */
static void
remember_column(struct db *db)
{
	static const char before[] = "olumn ";
	const char *at, *quote = NULL, *start, *end;

	db->column[0] = '\0';
	for (at = db->text; (at = strstr(at, before)) != NULL; at++)
		quote = at + strlen(before);
	if (quote == NULL || (*quote != '\'' && *quote != '`'))
		return;
	end = strrchr(quote, *quote);
	if (end == quote)
		return;
	start = (const char *)memrchr(quote, *quote, (size_t)(end - quote)) + 1;
	snprintf(db->column, sizeof(db->column), "%.*s", (int)(end - start), start);
}

/*
 * An argument that the column's character set cannot hold.  Columns of two collations
 * that do not mix have the same number, and are a broken database.
 */
static bool
is_unlike(const struct db *db)
{
	return db->number == ER_CANT_AGGREGATE_2COLLATIONS &&
	    strstr(db->text, ",COERCIBLE)") != NULL;
}

/* "Got error 28 "No space left on device" from storage engine": ENOSPC in its words. */
static bool
has_no_space(const struct db *db)
{
	return db->number == ER_GET_ERRNO && strstr(db->text, "error 28 ") != NULL;
}

/* Shall another connection be tried, which may reach a better server? */
static bool
is_lost(const struct db *db)
{
	return db->error == DB_LOST || db->error == DB_READ_ONLY;
}

/*
 * What a client may cause is told to the client, not to the log; and a database
 * that stays away is told once in a while, not at every request.
 */
static void
log_failure(struct db *db, const char *what)
{
	int64_t now = time_monotonic_ms();
	bool lasts = is_lost(db) || db->error == DB_FULL || db->error == DB_DENIED;

	if (!lasts && db->error != DB_OTHER && db->error != DB_TIMEOUT)
		return;
	if (lasts) {
		if (db->number == db->told && now - db->told_ms < TELL_AGAIN_MS)
			return;
		db->told = db->number;
		db->told_ms = now;
	}
	log_error("database: %s: %u %s", what, db->number, db->text);
}

int
db_fail(struct db *db, const char *what, unsigned number, const char *text)
{
	db->number = number;
	strncpy(db->text, text, sizeof(db->text) - 1);
	db->text[sizeof(db->text) - 1] = '\0';
	db->error = is_unlike(db) ? DB_UNLIKE : has_no_space(db) ? DB_FULL : classify(number);
	remember_column(db);
	log_failure(db, what);
	if (is_lost(db)) {
		stats_add(STAT_CONNECTION_FAILURES, 1);
		disconnect(db);
	}
	return -1;
}

static int
fail_connection(struct db *db, const char *what)
{
	return db_fail(db, what, mysql_errno(db->my), mysql_error(db->my));
}

int
db_fail_statement(struct db *db, MYSQL_STMT *st, const char *what)
{
	unsigned number = mysql_stmt_errno(st);

	if (number != 0)
		return db_fail(db, what, number, mysql_stmt_error(st));
	/* rows that are read as they come may end without a number of the statement's own */
	if (mysql_errno(db->my) != 0)
		return fail_connection(db, what);
	return db_fail(db, what, CR_SERVER_LOST, "an answer ended within its rows");
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
	db->lock_wait = LOCK_WAIT;
	db->statement_time = STATEMENT_TIME;
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
		return db_fail(db, "connect", CR_SSL_CONNECTION_ERROR,
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

/* A command without values, on the connection that there is. */
static int
command(struct db *db, const char *what, const char *constant_sql)
{
	MYSQL_RES *result;

	stats_add(STAT_STATEMENTS, 1);
	if (mysql_query(db->my, constant_sql) != 0)
		return fail_connection(db, what);
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

/* A limit of the session, in steps: it is told only when it changes by one. */
struct limit {
	int64_t		 seconds;
	const char	*sql;
};

/* Rows from the lowest to the whole, which connections begin with. */
#define LIMIT(name, n)	{ n, "SET SESSION " name " = " TEXT_OF(n) }
static const struct limit statement_limits[] = {
	LIMIT("max_statement_time", 1), LIMIT("max_statement_time", 5),
	LIMIT("max_statement_time", 15), LIMIT("max_statement_time", 30),
	LIMIT("max_statement_time", STATEMENT_TIME),
};
static const struct limit lock_limits[] = {
	LIMIT("innodb_lock_wait_timeout", 1), LIMIT("innodb_lock_wait_timeout", 2),
	LIMIT("innodb_lock_wait_timeout", 4), LIMIT("innodb_lock_wait_timeout", 7),
	LIMIT("innodb_lock_wait_timeout", LOCK_WAIT),
};

static int
set_limit(struct db *db, const struct limit *rows, size_t n, int64_t left, int64_t *now)
{
	const struct limit *l = rows + n - 1;

	while (l > rows && l->seconds > left)
		l--;
	if (*now == l->seconds)
		return 0;
	*now = l->seconds;
	return command(db, "limits", l->sql);
}

/*
 * What the request has left bounds its statements, and what it has waited its waits for
 * locks.  The whole is meant to be the rule: only requests that are late pay for more.
 */
static int
set_limits(struct work *work)
{
	enum { STEPS = sizeof(lock_limits) / sizeof(lock_limits[0]) };
	_Static_assert(sizeof(statement_limits) == sizeof(lock_limits), "as many steps");
	struct db *db = work->db;
	int64_t now = time_monotonic_ms();
	int64_t late = now - work->budget.started;

	if (work->budget.deadline == 0)
		return 0;
	if (set_limit(db, statement_limits, STEPS, (work->budget.deadline - now) / 1000,
	    &db->statement_time) == -1)
		return -1;
	/* half a second is no lateness */
	return set_limit(db, lock_limits, STEPS, LOCK_WAIT - (late + 500) / 1000,
	    &db->lock_wait);
}

static int
check_deadline(struct work *work, const char *what)
{
	if (work->budget.deadline == 0 || time_monotonic_ms() < work->budget.deadline)
		return 0;
	return db_fail(work->db, what, ER_STATEMENT_TIMEOUT, "the request's time is up");
}

static int
connect_and_limit(struct work *work)
{
	return db_connect(work->db) == -1 ? -1 : set_limits(work);
}

bool
db_was_quiet(const struct db *db, bool fresh)
{
	return !fresh && db->error == DB_LOST && !db->begun;
}

static int
start_transaction(struct work *work)
{
	if (connect_and_limit(work) == -1)
		return -1;
	return command(work->db, "begin", "START TRANSACTION");
}

/*
 * The first statement after a quiet time finds out that the server has closed the
 * connection: nothing was done yet, so connect anew and say it again.
 */
static int
begin_now(struct work *work)
{
	struct db *db = work->db;
	bool fresh = db->my == NULL;

	if (start_transaction(work) == -1 &&
	    (!db_was_quiet(db, fresh) || start_transaction(work) == -1))
		return -1;
	db->in_transaction = db->begun = true;
	return 0;
}

int
db_ready(struct work *work, const char *what)
{
	struct db *db = work->db;

	if (check_deadline(work, what) == -1)
		return -1;
	if (db->begun && db->my == NULL)
		return db_fail(db, what, CR_SERVER_LOST, "connection lost within a transaction");
	if (db->in_transaction && !db->begun)
		return begin_now(work);
	return connect_and_limit(work);
}

int
db_run(struct work *work, const char *constant_sql)
{
	return db_ready(work, "command") == -1 ? -1 :
	    command(work->db, "command", constant_sql);
}

int
db_commit(struct db *db)
{
	bool begun = db->begun;

	/* a lost connection has ended the transaction, and begun is what tells */
	if (begun && db->my == NULL)
		return db_fail(db, "commit", CR_SERVER_LOST, "connection lost");
	db->in_transaction = db->begun = false;
	return begun ? command(db, "commit", "COMMIT") : 0;
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

