/*
 * The shape of a database against the schema, each difference with the SQL that
 * cures it.
 *
 * Lists are walked from end to end for each lookup: some hundred rows, for a
 * command that a person types.
 */
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "store/schema/check.h"
#include "store/schema/schema.h"

struct found_table {
	const char		*name;
	const char		*engine;
	const char		*collation;
	struct found_table	*next;
};

struct found_column {
	struct schema_column	 is;		/* without a definition */
	const struct schema_column *expected;	/* NULL: not one of ours */
	struct found_column	*next;
};

struct found_key {
	struct schema_key	 is;
	struct found_key	*next;
};

struct found_reference {
	struct schema_reference	 is;
	struct found_reference	*next;
};

/* What information_schema shows of one database. */
struct found {
	struct arena		*mem;
	struct found_table	*tables;
	struct found_column	*columns;
	struct found_key	*keys;
	struct found_reference	*references;
	const char		*collation;	/* the database's default */
	const char		*wanted;	/* that all should have */
};

typedef void take_row(struct found *, const struct db_val *row);

/*
 * SQL NULL becomes NULL here: names and types are never NULL, and the C string
 * ends where information_schema's does.
 */
static const char *
text_or_null(struct db_val v)
{
	return v.type == DB_NULL ? NULL : v.str.p;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * Tables that Cairn reads or writes.  The others are MLflow's alone: a later release may
 * have changed them, and what is put in front of a person must not undo that.
 */
static bool
is_used(const char *table)
{
	static const char *const used[] = {
		"experiments", "experiment_tags", "runs", "tags", "params", "metrics",
		"latest_metrics", "datasets", "inputs", "input_tags", "logged_models",
		"logged_model_metrics", "logged_model_params", "logged_model_tags",
		"registered_models", "registered_model_tags", "registered_model_aliases",
		"model_versions", "model_version_tags", "evaluation_datasets",
		"evaluation_dataset_records", "evaluation_dataset_tags",
		"entity_associations", "scorers", "scorer_versions",
		"online_scoring_configs", "workspaces", "alembic_version",
	};
	size_t i;

	for (i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		if (same(used[i], table))
			return true;
	return false;
}

/* The SQL for a table that is used; none for another. */
static struct str
repair_for(const char *table, struct str sql)
{
	return is_used(table) ? sql : (struct str){ 0 };
}

static const struct schema_column *
expected_column(const char *table, const char *name)
{
	const struct schema_column *c;

	for (c = schema_columns; c->table != NULL; c++)
		if (same(c->table, table) && same(c->name, name))
			return c;
	return NULL;
}

static void
take_table(struct found *f, const struct db_val *row)
{
	struct found_table *t = arena_alloc(f->mem, sizeof(*t));

	t->name = row[0].str.p;
	t->engine = text_or_null(row[1]);
	t->collation = text_or_null(row[2]);
	t->next = f->tables;
	f->tables = t;
}

static void
take_column(struct found *f, const struct db_val *row)
{
	struct found_column *c = arena_alloc(f->mem, sizeof(*c));

	c->is.table = row[0].str.p;
	c->is.name = row[1].str.p;
	c->is.type = row[2].str.p;
	c->is.nullable = same(row[3].str.p, "YES");
	c->is.initial = text_or_null(row[4]);
	c->is.extra = row[5].str.p;
	c->is.collation = text_or_null(row[6]);
	c->expected = expected_column(c->is.table, c->is.name);
	c->next = f->columns;
	f->columns = c;
}

static void
take_key(struct found *f, const struct db_val *row)
{
	struct found_key *k = arena_alloc(f->mem, sizeof(*k));

	k->is.table = row[0].str.p;
	k->is.name = row[1].str.p;
	k->is.unique = row[2].i64 == 0;
	k->is.columns = row[3].str.p;
	k->next = f->keys;
	f->keys = k;
}

static void
take_reference(struct found *f, const struct db_val *row)
{
	struct found_reference *r = arena_alloc(f->mem, sizeof(*r));

	r->is.table = row[0].str.p;
	r->is.name = row[1].str.p;
	r->is.columns = row[2].str.p;
	r->is.parent = row[3].str.p;
	r->is.parent_columns = row[4].str.p;
	r->is.on_update = row[5].str.p;
	r->is.on_delete = row[6].str.p;
	r->next = f->references;
	f->references = r;
}

static void
take_database(struct found *f, const struct db_val *row)
{
	f->collation = row[0].str.p;
}

static int
read_rows(struct work *work, struct found *f, enum stmt id, take_row *take)
{
	struct db_result *result = db_query_values(work, id, NULL, 0);
	struct db_val row[7];
	int rc;

	if (result == NULL)
		return -1;
	while ((rc = db_next(result, row)) == 1)
		take(f, row);
	db_close(result);
	return rc;
}

static size_t
count_collation(const struct found *f, const char *collation)
{
	const struct found_column *c;
	size_t n = 0;

	for (c = f->columns; c != NULL; c = c->next)
		if (c->expected != NULL && same(c->expected->collation, "") &&
		    same(c->is.collation, collation))
			n++;
	return n;
}

/* The utf8mb4 collation that most of our text columns have. */
static const char *
commonest_collation(const struct found *f)
{
	const char *best = SCHEMA_COLLATION;
	size_t most = 0;
	const struct found_column *c;

	for (c = f->columns; c != NULL; c = c->next) {
		size_t n;

		if (c->is.collation == NULL ||
		    !str_starts(str_of(c->is.collation), "utf8mb4_"))
			continue;
		n = count_collation(f, c->is.collation);
		if (n > most) {
			most = n;
			best = c->is.collation;
		}
	}
	return best;
}

static int
read_found(struct work *work, struct found *f)
{
	if (read_rows(work, f, STMT_SCHEMA_DATABASE, take_database) == -1 ||
	    read_rows(work, f, STMT_SCHEMA_TABLES, take_table) == -1 ||
	    read_rows(work, f, STMT_SCHEMA_COLUMNS, take_column) == -1 ||
	    read_rows(work, f, STMT_SCHEMA_KEYS, take_key) == -1 ||
	    read_rows(work, f, STMT_SCHEMA_REFERENCES, take_reference) == -1)
		return -1;
	f->wanted = commonest_collation(f);
	return 0;
}

static const struct found_table *
find_table(const struct found *f, const char *name)
{
	const struct found_table *t;

	for (t = f->tables; t != NULL; t = t->next)
		if (same(t->name, name))
			return t;
	return NULL;
}

static const struct schema_column *
find_column(const struct found *f, const struct schema_column *want)
{
	const struct found_column *c;

	for (c = f->columns; c != NULL; c = c->next)
		if (c->expected == want)
			return &c->is;
	return NULL;
}

/* By what it does; PRIMARY must also be called so. */
static const struct schema_key *
find_key(const struct found *f, const struct schema_key *want)
{
	const struct found_key *k;

	for (k = f->keys; k != NULL; k = k->next)
		if (same(k->is.table, want->table) &&
		    same(k->is.columns, want->columns) &&
		    k->is.unique == want->unique &&
		    same(k->is.name, "PRIMARY") == same(want->name, "PRIMARY"))
			return &k->is;
	return NULL;
}

static const struct schema_key *
find_key_named(const struct found *f, const struct schema_key *want)
{
	const struct found_key *k;

	for (k = f->keys; k != NULL; k = k->next)
		if (same(k->is.table, want->table) &&
		    same(k->is.name, want->name))
			return &k->is;
	return NULL;
}

/* InnoDB knows no difference between the two. */
static bool
same_rule(const char *a, const char *b)
{
	return same(same(a, "NO ACTION") ? "RESTRICT" : a,
	    same(b, "NO ACTION") ? "RESTRICT" : b);
}

static const struct schema_reference *
find_reference(const struct found *f, const struct schema_reference *want)
{
	const struct found_reference *r;

	for (r = f->references; r != NULL; r = r->next)
		if (same(r->is.table, want->table) &&
		    same(r->is.columns, want->columns) &&
		    same(r->is.parent, want->parent) &&
		    same(r->is.parent_columns, want->parent_columns) &&
		    same_rule(r->is.on_update, want->on_update) &&
		    same_rule(r->is.on_delete, want->on_delete))
			return &r->is;
	return NULL;
}

static bool
has_reference_named(const struct found *f, const struct schema_reference *want)
{
	const struct found_reference *r;

	for (r = f->references; r != NULL; r = r->next)
		if (same(r->is.table, want->table) &&
		    same(r->is.name, want->name))
			return true;
	return false;
}

/* Names from the database may hold anything; a finding is one line. */
static void
keep_on_one_line(char *p)
{
	for (; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
}

void
schema_finding_add(struct schema_findings *out, struct str repair,
    const char *fmt, ...)
{
	struct schema_finding *n = arena_alloc(out->mem, sizeof(*n));
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_strdup(out->mem, arena_vprintf(out->mem, fmt, ap).p);
	va_end(ap);
	keep_on_one_line(text);
	n->text = text;
	if (repair.p != NULL)
		n->repair = str_ends(repair, ";\n") ? repair.p :
		    arena_printf(out->mem, "%s;\n", repair.p).p;
	if (out->last == NULL)
		out->first = n;
	else
		out->last->next = n;
	out->last = n;
	out->n++;
}

static void
check_default(const struct found *f, struct schema_findings *out)
{
	if (same(f->collation, f->wanted))
		return;
	schema_finding_add(out,
	    arena_printf(f->mem, "ALTER DATABASE CHARACTER SET utf8mb4"
	    " COLLATE %s", f->wanted),
	    "the database's default collation is %s, but its tables use %s:"
	    " tables added later would not fit", f->collation, f->wanted);
}

static void
check_missing_columns(const struct found *f, struct schema_findings *out)
{
	const struct schema_column *want;

	for (want = schema_columns; want->table != NULL; want++)
		if (find_table(f, want->table) != NULL &&
		    find_column(f, want) == NULL)
			schema_finding_add(out, repair_for(want->table,
			    arena_printf(f->mem, "ALTER TABLE %s ADD COLUMN %s",
			    want->table, want->definition)),
			    "column %s.%s is missing", want->table, want->name);
}

static struct str
key_replacement(struct arena *mem, const struct schema_key *want)
{
	bool primary = same(want->name, "PRIMARY");

	return arena_printf(mem, "ALTER TABLE %s DROP %s%s, ADD %s",
	    want->table, primary ? "PRIMARY KEY" : "INDEX ",
	    primary ? "" : want->name, want->definition);
}

static void
check_key(const struct found *f, const struct schema_key *want,
    struct schema_findings *out)
{
	const struct schema_key *is = find_key_named(f, want);

	if (is == NULL)
		schema_finding_add(out, repair_for(want->table,
		    arena_printf(f->mem, "ALTER TABLE %s ADD %s", want->table,
		    want->definition)),
		    "index %s of table %s is missing", want->name, want->table);
	else
		schema_finding_add(out, repair_for(want->table, key_replacement(f->mem, want)),
		    "index %s of table %s is on (%s)%s, not on (%s)%s",
		    want->name, want->table,
		    is->columns, is->unique ? " and unique" : "",
		    want->columns, want->unique ? " and unique" : "");
}

static void
check_keys(const struct found *f, struct schema_findings *out)
{
	const struct schema_key *want;

	for (want = schema_keys; want->table != NULL; want++)
		if (find_table(f, want->table) != NULL &&
		    find_key(f, want) == NULL)
			check_key(f, want, out);
}

/* All but the collation. */
static bool
same_column(const struct schema_column *a, const struct schema_column *b)
{
	return same(a->type, b->type) && same(a->initial, b->initial) &&
	    same(a->extra, b->extra) && a->nullable == b->nullable;
}

/*
 * AUTO_INCREMENT put back on a table would give the row of id 0 a new id; the
 * sql_mode keeps it.  A referenced column may be changed only unchecked.
 */
static struct str
column_repair(struct arena *mem, const struct schema_column *want)
{
	return arena_printf(mem, "SET STATEMENT foreign_key_checks = 0,"
	    " sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')\n"
	    "FOR ALTER TABLE %s MODIFY COLUMN %s", want->table,
	    want->definition);
}

static void
check_column(const struct found *f, const struct schema_column *want,
    const struct schema_column *is, struct schema_findings *out)
{
	struct str repair = repair_for(want->table, column_repair(f->mem, want));
	bool counts = same(want->extra, "auto_increment");

	if (counts && !same(is->extra, want->extra))
		schema_finding_add(out, repair,
		    "column %s.%s has lost its AUTO_INCREMENT", want->table,
		    want->name);
	else
		schema_finding_add(out, repair,
		    "column %s.%s is %s%s%s%s %s, not \"%s\"", want->table,
		    want->name, is->type, is->nullable ? "" : " NOT NULL",
		    is->initial == NULL ? "" : " DEFAULT ",
		    is->initial == NULL ? "" : is->initial, is->extra,
		    want->definition);
}

static void
check_columns(const struct found *f, struct schema_findings *out)
{
	const struct schema_column *want, *is;

	for (want = schema_columns; want->table != NULL; want++) {
		is = find_column(f, want);
		if (is != NULL && !same_column(is, want))
			check_column(f, want, is, out);
	}
}

/*
 * A table that is not used is changed only to have another character set, without which
 * those that it refers to cannot be; which collation it has is MLflow's matter.
 */
static bool
is_wrong(const char *table, const char *is, const char *want)
{
	if (is == NULL || same(is, want))
		return false;
	return is_used(table) || !str_starts(str_of(is), "utf8mb4_");
}

static bool
is_wrong_column(const struct found *f, const struct found_column *c)
{
	const char *want = c->expected == NULL ? NULL : c->expected->collation;

	return want != NULL &&
	    is_wrong(c->is.table, c->is.collation, want[0] == '\0' ? f->wanted : want);
}

/* The first wrong collation in a table; NULL: all is well, or no such table. */
static const char *
wrong_collation(const struct found *f, const char *table)
{
	const struct found_table *t = find_table(f, table);
	const struct found_column *c;

	if (t == NULL)
		return NULL;
	if (is_wrong(table, t->collation, f->wanted))
		return t->collation;
	for (c = f->columns; c != NULL; c = c->next)
		if (same(c->is.table, table) && is_wrong_column(f, c))
			return c->is.collation;
	return NULL;
}

/* A foreign key that stands in the way of changing a table's text columns. */
static bool
touches_wrong(const struct found *f, const struct schema_reference *r)
{
	return wrong_collation(f, r->table) != NULL ||
	    wrong_collation(f, r->parent) != NULL;
}

/* Not CONVERT TO, which makes longer types of text and no JSON of longtext. */
static void
add_conversion(struct buf *sql, const struct found *f, const char *table)
{
	const struct found_column *c;

	buf_printf(sql, "ALTER TABLE %s DEFAULT CHARACTER SET utf8mb4"
	    " COLLATE %s", table, f->wanted);
	for (c = f->columns; c != NULL; c = c->next)
		if (same(c->is.table, table) && is_wrong_column(f, c))
			buf_printf(sql, ",\n    MODIFY COLUMN %s",
			    c->expected->definition);
	buf_puts(sql, ";\n");
}

static void
add_drop(struct buf *sql, const char *table, const char *name)
{
	const char *p;

	buf_printf(sql, "ALTER TABLE %s DROP FOREIGN KEY `", table);
	for (p = name; *p != '\0'; p++) {
		if (*p == '`')
			buf_putc(sql, '`');
		buf_putc(sql, *p);
	}
	buf_puts(sql, "`;\n");
}

static void
add_reference(struct buf *sql, const struct schema_reference *r)
{
	buf_printf(sql, "ALTER TABLE %s ADD %s;\n", r->table, r->definition);
}

/*
 * One finding for all tables: they refer to each other, so that foreign keys
 * can only come back when the last one is converted.
 */
static void
check_collations(const struct found *f, struct schema_findings *out)
{
	const struct schema_statement *s;
	const struct schema_reference *r, *is;
	struct buf tables = { 0 }, sql = { 0 };

	for (r = schema_references; r->table != NULL; r++)
		if ((is = find_reference(f, r)) != NULL && touches_wrong(f, r))
			add_drop(&sql, r->table, is->name);
	for (s = schema_statements; s->table != NULL; s++) {
		const char *wrong = wrong_collation(f, s->table);

		if (wrong == NULL)
			continue;
		buf_printf(&tables, "%s%s (%s)", tables.len == 0 ? "" : ", ",
		    s->table, wrong);
		add_conversion(&sql, f, s->table);
	}
	for (r = schema_references; r->table != NULL; r++)
		if (find_reference(f, r) != NULL && touches_wrong(f, r))
			add_reference(&sql, r);
	if (tables.len > 0)
		schema_finding_add(out, arena_str(f->mem, buf_str(&sql)),
		    "not in %s as the rest, so that joins, foreign keys or"
		    " characters outside it fail: %s", f->wanted, tables.p);
	buf_fini(&tables);
	buf_fini(&sql);
}

static void
check_table(const struct found *f, const struct schema_statement *s,
    struct schema_findings *out)
{
	const struct found_table *t = find_table(f, s->table);

	if (t == NULL)
		schema_finding_add(out, str_of(s->text), "table %s is missing",
		    s->table);
	else if (!same(t->engine, "InnoDB"))
		schema_finding_add(out, repair_for(s->table,
		    arena_printf(f->mem, "ALTER TABLE %s ENGINE=InnoDB",
		    s->table)),
		    "table %s is in %s, not in InnoDB", s->table,
		    t->engine == NULL ? "no engine" : t->engine);
}

static void
check_tables(const struct found *f, struct schema_findings *out)
{
	const struct schema_statement *s;

	for (s = schema_statements; s->table != NULL; s++)
		if (s->table[0] != '\0')
			check_table(f, s, out);
}

static void
check_reference(const struct found *f, const struct schema_reference *want,
    struct schema_findings *out)
{
	bool differs = has_reference_named(f, want);
	struct buf sql = { 0 };

	if (differs)
		add_drop(&sql, want->table, want->name);
	add_reference(&sql, want);
	schema_finding_add(out, repair_for(want->table, arena_str(f->mem, buf_str(&sql))),
	    "foreign key %s of table %s %s", want->name, want->table,
	    differs ? "is another" : "is missing");
	buf_fini(&sql);
}

static void
check_references(const struct found *f, struct schema_findings *out)
{
	const struct schema_reference *want;

	for (want = schema_references; want->table != NULL; want++)
		if (find_table(f, want->table) != NULL &&
		    find_reference(f, want) == NULL)
			check_reference(f, want, out);
}

int
schema_check(struct work *work, struct schema_findings *out)
{
	struct found f = { .mem = out->mem };

	if (read_found(work, &f) == -1)
		return -1;
	check_default(&f, out);
	check_missing_columns(&f, out);
	check_keys(&f, out);
	check_columns(&f, out);
	check_collations(&f, out);
	check_tables(&f, out);
	check_references(&f, out);
	return 0;
}
