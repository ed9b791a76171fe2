/*
 * The schema as const tables, compiled from 3.17.2.sql by tables.awk into
 * tables.c.  Each array ends with a row of NULLs; the order is the file's,
 * which puts referenced tables first.
 */
#ifndef STORE_SCHEMA_SCHEMA_H
#define STORE_SCHEMA_SCHEMA_H

#include <stdbool.h>

/* The schema's name in alembic_version, and the release that has it. */
#define SCHEMA_HEAD	"dc11669786a5"
#define SCHEMA_RELEASE	"3.17.2"
/* Of fresh databases: the one in which 'k', 'K', and 'k ' are three keys. */
#define SCHEMA_COLLATION	"utf8mb4_nopad_bin"

struct schema_statement {
	const char	*table;		/* that it creates; "": none */
	bool		 is_row;	/* an INSERT of the first rows */
	const char	*text;		/* without its last semicolon */
};

/*
 * Values as information_schema shows them.  A definition is the text behind
 * ADD or MODIFY COLUMN in ALTER TABLE.
 */
struct schema_column {
	const char	*table;
	const char	*name;
	const char	*type;
	const char	*initial;	/* DEFAULT; NULL: none */
	const char	*extra;		/* information_schema's */
	bool		 nullable;
	const char	*collation;	/* "": the table's; NULL: not a text */
	const char	*definition;
};

struct schema_key {
	const char	*table;
	const char	*name;
	const char	*columns;	/* "a,b(64)" */
	bool		 unique;
	const char	*definition;
};

/* A foreign key. */
struct schema_reference {
	const char	*table;
	const char	*name;
	const char	*columns;
	const char	*parent;
	const char	*parent_columns;
	const char	*on_update;
	const char	*on_delete;
	const char	*definition;
};

extern const struct schema_statement	schema_statements[];
extern const struct schema_column	schema_columns[];
extern const struct schema_key		schema_keys[];
extern const struct schema_reference	schema_references[];

#endif
