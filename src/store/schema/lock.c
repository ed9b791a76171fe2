/* The lock of `cairn db init`: a row in a table of its own. */
#include <unistd.h>

#include <mysqld_error.h>

#include "base/log.h"
#include "base/time.h"
#include "store/schema/lock.h"
#include "store/sql.h"

/* Standing still for so long is being dead: many times what one table takes. */
#define STALE_MS	5000
/* How long one init waits for another: many times what it takes (half a second). */
#define WAIT_MS		45000
/* Between two looks. */
#define LOOK_MS		100

/* What the row holds; .n -1: no row, or no table. */
struct holder {
	struct str	 name;
	int64_t		 n;
};

/* Who we are, for those who wait. */
static struct db_val
our_name(struct work *work)
{
	char host[65] = "";

	(void)gethostname(host, sizeof(host) - 1);
	return db_str(arena_printf(work->mem, "%s, process %ld", host, (long)getpid()));
}

static int64_t
execute(struct work *work, struct sql *q)
{
	int64_t rows = db_exec_sql(work, q);

	sql_fini(q);
	return rows;
}

static int
read_holder(struct work *work, struct holder *out)
{
	struct db_result *result;
	struct db_val row[2];
	struct sql q;
	int rc;

	*out = (struct holder){ .n = -1 };
	sql_init(&q, work, "schema.holder");
	sql_lit(&q, "SELECT owner, beat FROM " SCHEMA_LOCK_TABLE);
	result = db_query_sql(work, &q, "si");
	rc = result == NULL ? -1 : db_next(result, row);
	if (rc == 1)
		*out = (struct holder){ row[0].str, row[1].i64 };
	db_close(result);
	sql_fini(&q);
	return rc == -1 && db_error_number(work->db) != ER_NO_SUCH_TABLE ? -1 : 0;
}

/* 1: ours now, 0: somebody else's, or the table has just gone, -1. */
static int
try_insert(struct work *work)
{
	struct sql q;

	if (db_run(work, "CREATE TABLE IF NOT EXISTS " SCHEMA_LOCK_TABLE
	    " (one INT PRIMARY KEY, owner VARCHAR(128) NOT NULL, beat BIGINT NOT NULL)"
	    " ENGINE=InnoDB") == -1)
		return -1;
	sql_init(&q, work, "schema.lock");
	sql_lit(&q, "INSERT IGNORE INTO " SCHEMA_LOCK_TABLE " (one, owner, beat) VALUES (1, ");
	sql_arg(&q, our_name(work));
	sql_lit(&q, ", 0)");
	switch (execute(work, &q)) {
	case 1:
		return 1;
	case 0:
		return 0;
	default:
		/* a cluster tells the later one that it comes too late */
		return db_error(work->db) == DB_RETRY ||
		    db_error_number(work->db) == ER_NO_SUCH_TABLE ? 0 : -1;
	}
}

/* Only one of those who wait finds the row as it was.  1, 0, -1 as above. */
static int
take_over(struct work *work, const struct holder *from)
{
	struct sql q;

	sql_init(&q, work, "schema.take_over");
	sql_lit(&q, "UPDATE " SCHEMA_LOCK_TABLE " SET beat = beat + 1, owner = ");
	sql_arg(&q, our_name(work));
	sql_lit(&q, " WHERE owner = ");
	sql_arg(&q, db_str(from->name));
	sql_lit(&q, " AND beat = ");
	sql_arg(&q, db_i64(from->n));
	switch (execute(work, &q)) {
	case 1:
		log_warn("database: schema: an init (%s) has stood still for %d s: taken over",
		    from->name.p, STALE_MS / 1000);
		return 1;
	case 0:
		return 0;
	default:
		return db_error(work->db) == DB_RETRY ? 0 : -1;
	}
}

/* One look at who has it, and at whether that one is alive.  1, 0, -1 as above. */
static int
look(struct work *work, struct holder *last, int64_t *moved)
{
	int64_t now = time_monotonic_ms();
	struct holder is;

	if (read_holder(work, &is) == -1)
		return -1;
	if (is.n == -1 || is.n != last->n || !str_eq(is.name, last->name))
		*moved = now;
	*last = is;
	return now - *moved > STALE_MS ? take_over(work, &is) : 0;
}

int
schema_lock(struct work *work, const char **error)
{
	int64_t start = time_monotonic_ms(), moved = start;
	struct holder holder = { .n = -1 };
	int rc;

	while ((rc = try_insert(work)) == 0 && (rc = look(work, &holder, &moved)) == 0 &&
	    time_monotonic_ms() - start < WAIT_MS)
		time_sleep_ms(LOOK_MS);
	if (rc == 1)
		return 0;
	if (rc == -1)
		*error = arena_printf(work->mem, "cannot lock the schema: %s",
		    db_error_text(work->db)).p;
	else
		*error = arena_printf(work->mem, "another init of this database has been"
		    " running for %d s (%s): try again later", WAIT_MS / 1000,
		    holder.n == -1 ? "it has just ended" : holder.name.p).p;
	return -1;
}

int
schema_lock_beat(struct work *work)
{
	struct sql q;

	sql_init(&q, work, "schema.beat");
	sql_lit(&q, "UPDATE " SCHEMA_LOCK_TABLE " SET beat = beat + 1 WHERE owner = ");
	sql_arg(&q, our_name(work));
	return execute(work, &q) == 1 ? 0 : -1;
}

void
schema_unlock(struct work *work)
{
	struct sql q;

	if (db_run(work, "DROP TABLE IF EXISTS " SCHEMA_LOCK_TABLE) == 0)
		return;
	/* without the right to drop tables: empty, it stands in nobody's way */
	sql_init(&q, work, "schema.unlock");
	sql_lit(&q, "DELETE FROM " SCHEMA_LOCK_TABLE);
	(void)execute(work, &q);
	log_warn("database: schema: the table " SCHEMA_LOCK_TABLE " is left, which may be dropped");
}
