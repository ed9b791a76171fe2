/*
 * Which schema a database has, and making ours.
 *
 * MariaDB commits after every CREATE, so making the schema is not one
 * transaction: every statement can be repeated, and the revision is written
 * last.  A database with some of our tables, no row and no revision is one
 * whose making was interrupted.
 */
#include <string.h>

#include "store/location.h"
#include "store/migrate.h"
#include "store/schema/lock.h"
#include "store/schema/schema.h"
#include "store/sql.h"

/* "You do not have the SUPER privilege and binary logging is enabled." */
#define ER_BINLOG_TRIGGER	1419

struct revision {
	const char	*name;
	const char	*releases;	/* "": none ends here */
};

/* Oldest first. */
static const struct revision revisions[] = {
#define REVISION(name, releases) { name, releases },
#include "store/schema/revisions.def"
#undef REVISION
};

static bool
is_ours(struct str table)
{
	const struct schema_statement *s;

	for (s = schema_statements; s->table != NULL; s++)
		if (s->table[0] != '\0' && str_is(table, s->table))
			return true;
	return false;
}

/* 1 if the table holds a row, 0, -1.  `table` is a name of the schema. */
static int
has_rows(struct work *work, const char *table)
{
	const struct sql_name name = { table };
	struct db_result *result;
	struct db_val row[1];
	struct sql q;
	int rc;

	sql_init(&q, work, "migrate.has_rows");
	sql_lit(&q, "SELECT EXISTS (SELECT 1 FROM ");
	sql_name(&q, &name);
	sql_lit(&q, ")");
	result = db_query_sql(work, &q, "i");
	rc = result == NULL ? -1 : db_next(result, row);
	db_close(result);
	sql_fini(&q);
	return rc == 1 ? row[0].i64 != 0 : -1;
}

/* What the list of tables tells. */
struct tables {
	struct str	*names;
	size_t		 n;
	bool		 has_revision;	/* alembic_version is there */
	bool		 has_lock;	/* some init runs, or was killed */
};

/* More than any database of MLflow has; a foreign one may have more. */
#define TABLES_MAX	128

static int
list_tables(struct work *work, struct tables *out)
{
	struct db_result *result = db_query(work, STMT_SCHEMA_TABLES);
	struct db_val row[3];
	int rc;

	*out = (struct tables){ 0 };
	if (result == NULL)
		return -1;
	out->names = arena_array(work->mem, TABLES_MAX, sizeof(*out->names));
	while ((rc = db_next(result, row)) == 1) {
		if (str_is(row[0].str, SCHEMA_LOCK_TABLE)) {
			out->has_lock = true;
			continue;
		}
		if (str_is(row[0].str, "alembic_version"))
			out->has_revision = true;
		if (out->n < TABLES_MAX)
			out->names[out->n++] = row[0].str;
	}
	db_close(result);
	return rc;
}

/* 1 if one of those tables that are ours holds a row, 0, -1. */
static int
have_rows(struct work *work, const struct tables *tables)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < tables->n && rc == 0; i++)
		if (is_ours(tables->names[i]))
			rc = has_rows(work, tables->names[i].p);
	return rc;
}

/* A table of another program's; NULL: none. */
static const char *
foreign_table(const struct tables *tables)
{
	size_t i;

	for (i = 0; i < tables->n; i++)
		if (!is_ours(tables->names[i]))
			return tables->names[i].p;
	return NULL;
}

/* The revision, several joined with SEPARATOR; absent if there is none.  0 or -1. */
#define SEPARATOR	", "
static int
read_revision(struct work *work, struct str *out)
{
	struct db_result *result = db_query(work, STMT_REVISION);
	struct db_val row[1];
	int rc;

	*out = (struct str){ 0 };
	if (result == NULL)
		return -1;
	while ((rc = db_next(result, row)) == 1)
		*out = out->p == NULL ? row[0].str :
		    arena_printf(work->mem, "%s" SEPARATOR "%s", out->p, row[0].str.p);
	db_close(result);
	return rc;
}

/* "MLflow 2.9.2", "before MLflow 2.13.2"; NULL: not in the list. */
static const char *
describe_revision(struct arena *mem, struct str name)
{
	const size_t n = sizeof(revisions) / sizeof(revisions[0]);
	size_t i, j;

	for (i = 0; i < n && !str_is(name, revisions[i].name); i++)
		;
	/* the last row has a release, so that j ends */
	for (j = i; j < n; j++)
		if (revisions[j].releases[0] != '\0')
			return arena_printf(mem, "%sMLflow %s",
			    j == i ? "" : "before ", revisions[j].releases).p;
	return NULL;
}

static const char *
other_problem(struct arena *mem, struct str revision)
{
	const char *release = describe_revision(mem, revision);

	if (strstr(revision.p, SEPARATOR) != NULL)
		return arena_printf(mem, "alembic_version holds more than one revision (%s):"
		    " another program keeps its own there, or an upgrade went wrong; name"
		    " a database that is MLflow's alone", revision.p).p;
	if (release == NULL)
		return arena_printf(mem, "the database is at revision %s, which no"
		    " MLflow up to " SCHEMA_RELEASE " (" SCHEMA_HEAD ") has: a later"
		    " release made it, or alembic_version is another program's; name"
		    " another database", revision.p).p;
	return arena_printf(mem, "the database is at revision %s (%s), not at "
	    SCHEMA_HEAD " (MLflow " SCHEMA_RELEASE "): back it up, then run"
	    " `mlflow db upgrade <its URI>` of MLflow " SCHEMA_RELEASE,
	    revision.p, release).p;
}

static int
unmarked_state(struct work *work, const struct tables *tables,
    struct migrate_state *out)
{
	const char *foreign = foreign_table(tables);
	int rc = have_rows(work, tables);

	if (rc == -1)
		return -1;
	if (rc == 1) {
		out->kind = MIGRATE_DAMAGED;
		out->problem = "the database holds tables of MLflow's names with rows, but no"
		    " revision in alembic_version: it is damaged, or another program's; name"
		    " an empty one, or see `cairn db check`";
	} else if (foreign != NULL) {
		out->kind = MIGRATE_FOREIGN;
		out->problem = arena_printf(work->mem, "the database holds tables of another"
		    " program (%s): name an empty one, or let MLflow's be made beside them"
		    " with --allow-foreign-tables", foreign).p;
	} else {
		out->kind = MIGRATE_PARTIAL;
		out->problem = "making the schema was interrupted: run `cairn db init` again";
	}
	return 0;
}

int
migrate_state(struct work *work, struct migrate_state *out)
{
	struct tables tables;
	struct str revision = { 0 };

	*out = (struct migrate_state){ 0 };
	if (list_tables(work, &tables) == -1)
		return -1;
	out->has_lock = tables.has_lock;
	if (tables.n == 0) {
		out->kind = MIGRATE_EMPTY;
		out->problem = "the database is empty: run `cairn db init`";
		return 0;
	}
	if (tables.has_revision && read_revision(work, &revision) == -1)
		return -1;
	if (revision.p == NULL)
		return unmarked_state(work, &tables, out);
	out->revision = revision.p;
	if (str_is(revision, SCHEMA_HEAD)) {
		out->kind = MIGRATE_HEAD;
		return 0;
	}
	out->kind = MIGRATE_OTHER;
	out->problem = other_problem(work->mem, revision);
	return 0;
}

static int
fail_database(struct work *work, const char *what,
    const char **error)
{
	const char *remedy = "";

	if (db_error_number(work->db) == ER_BINLOG_TRIGGER)
		remedy = ": set log_bin_trust_function_creators = 1 on the"
		    " server, or let a user with the SUPER privilege make the"
		    " schema";
	*error = arena_printf(work->mem, "%s: %s%s", what, db_error_text(work->db),
	    remedy).p;
	return -1;
}

static int
make_tables(struct work *work)
{
	const struct schema_statement *s;

	if (db_run(work, "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE "
	    SCHEMA_COLLATION) == -1)
		return -1;
	for (s = schema_statements; s->table != NULL; s++)
		if (!s->is_row &&
		    (db_run(work, s->text) == -1 || schema_lock_beat(work) == -1))
			return -1;
	return 0;
}

static int
make_rows(struct work *work)
{
	const struct schema_statement *s;

	db_begin(work->db);
	for (s = schema_statements; s->table != NULL; s++)
		if (s->is_row && db_run(work, s->text) == -1) {
			db_rollback(work->db);
			return -1;
		}
	return db_commit(work->db);
}

/* May the tables of that state get ours, or the rest of ours, beside them? */
static bool
may_make(const struct work *work, const struct migrate_state *state)
{
	return state->kind == MIGRATE_EMPTY || state->kind == MIGRATE_PARTIAL ||
	    (state->kind == MIGRATE_FOREIGN && db_conf(work->db)->allow_foreign_tables);
}

/* 1: nothing to do, 0: the schema may be made, -1. */
static int
look_before_init(struct work *work, struct migrate_state *state,
    const char **error)
{
	if (migrate_state(work, state) == -1)
		return fail_database(work, "cannot read the database", error);
	if (state->kind == MIGRATE_HEAD)
		return 1;
	if (may_make(work, state))
		return 0;
	*error = state->problem;
	return -1;
}

static int
init_locked(struct work *work, const char **error)
{
	struct migrate_state state;
	int rc = look_before_init(work, &state, error);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (make_tables(work) == -1 || make_rows(work) == -1)
		return fail_database(work, "cannot make the schema", error);
	return 0;
}

int
migrate_init(struct work *work, const char **error)
{
	struct migrate_state state;
	int rc = look_before_init(work, &state, error);

	/* an account that may only read needs no lock; one left behind is taken away */
	if (rc == -1 || (rc == 1 && !state.has_lock))
		return rc == 1 ? 0 : -1;
	if (schema_lock(work, error) == -1)
		return rc == 1 ? 0 : -1;
	rc = init_locked(work, error);
	schema_unlock(work);
	return rc;
}

#define INDEX(table, name, columns)	/* takes as long as it takes */	\
	"SET STATEMENT max_statement_time = 0 FOR "			\
	"CREATE INDEX IF NOT EXISTS " name " ON " table " (" columns ")"

int
migrate_index(struct work *work, const char **error)
{
	static const char *const indexes[] = {
		INDEX("runs", "cairn_start_time", "start_time DESC, run_uuid"),
		INDEX("runs", "cairn_experiment_id",
		    "experiment_id, lifecycle_stage, start_time DESC, run_uuid"),
		/* MLflow's own gives way to the one before where a foreign key made it */
		INDEX("runs", "experiment_id", "experiment_id"),
		INDEX("trace_tags", "cairn_value", "`key`, value(64)"),
		INDEX("trace_request_metadata", "cairn_value", "`key`, value(64)")
	};
	struct migrate_state state;
	size_t i;

	if (migrate_state(work, &state) == -1)
		return fail_database(work, "cannot read the database", error);
	if (state.kind != MIGRATE_HEAD) {
		*error = state.problem;
		return -1;
	}
	for (i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++)
		if (db_run(work, indexes[i]) == -1)
			return fail_database(work, "cannot make an index", error);
	return 0;
}

int
migrate_default_experiment(struct work *work, const char *artifact_root)
{
	struct db_val now = db_i64(work->now);
	struct str location = location_join(work->mem, str_of(artifact_root), STR("0"));
	struct db_val row[6];

	/* an account that may only read is enough where there is one */
	if (db_get(work, STMT_EXPERIMENT_GET, row, db_i64(0)) == 1)
		return 0;
	/* another start was faster, or the name is taken */
	if (db_exec(work, STMT_SCHEMA_DEFAULT_EXPERIMENT, db_str(location), now, now) != -1 ||
	    db_error(work->db) == DB_DUPLICATE)
		return 0;
	return -1;
}

/*
 * A wrong or lost revision over the right tables is cured by writing it; over
 * other tables, their differences are many and tell nothing.
 */
static void
check_revision(const struct migrate_state *state, bool fits,
    struct schema_findings *out)
{
	/* tables of a later release may be ours and more */
	if (!fits || (state->revision != NULL &&
	    describe_revision(out->mem, str_of(state->revision)) == NULL)) {
		out->first = out->last = NULL;
		out->n = 0;
		schema_finding_add(out, (struct str){ 0 }, "%s",
		    state->kind == MIGRATE_OTHER ? state->problem :
		    "no revision in alembic_version, and not the tables of"
		    " MLflow " SCHEMA_RELEASE);
		return;
	}
	schema_finding_add(out, STR("DELETE FROM alembic_version;\n"
	    "INSERT INTO alembic_version (version_num) VALUES ('" SCHEMA_HEAD
	    "');\n"),
	    "%s%s; the tables are those of " SCHEMA_HEAD " (MLflow "
	    SCHEMA_RELEASE ")",
	    state->revision == NULL ? "there is no revision" :
	    "the revision is ", state->revision == NULL ? "" : state->revision);
}

int
migrate_check(struct work *work, struct schema_findings *out)
{
	struct migrate_state state;
	struct tables tables;
	bool fits;

	if (migrate_state(work, &state) == -1 ||
	    list_tables(work, &tables) == -1)
		return -1;
	if (state.kind == MIGRATE_EMPTY || state.kind == MIGRATE_PARTIAL) {
		schema_finding_add(out, (struct str){ 0 }, "%s", state.problem);
		return 0;
	}
	if (schema_check(work, out) == -1)
		return -1;
	fits = out->n == (tables.has_revision ? 0 : 1);
	if (state.kind != MIGRATE_HEAD)
		check_revision(&state, fits, out);
	return 0;
}
