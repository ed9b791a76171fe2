/*
 * Does a database have the shape of the schema?  Compares what
 * information_schema shows with the const tables of schema.h.
 *
 * Compared: tables and their engine, columns, keys, foreign keys, collations.
 * Keys and foreign keys count by what they do, not by name: a dump and restore
 * may rename them.  Not compared: CHECKs and triggers, without which both
 * servers work, and whatever the operator added.  Tables of MLflow's that Cairn does
 * not use are compared, too, but no column of theirs gets SQL, unless its character set
 * stands in the way of those that refer to it.
 */
#ifndef STORE_SCHEMA_CHECK_H
#define STORE_SCHEMA_CHECK_H

#include "base/arena.h"
#include "store/db.h"

struct schema_finding {
	const char	*text;		/* one line; no full stop */
	/* SQL, each statement ending in ";\n"; NULL: the text tells all */
	const char	*repair;
	struct schema_finding *next;
};

/*
 * Findings in an order in which the repairs can run one after the other.
 * Start from { 0 } with .mem set.
 */
struct schema_findings {
	struct arena		*mem;
	struct schema_finding	*first, *last;
	size_t			 n;
};

/*
 * The text is made as by printf.  `repair` is absent, one statement without its
 * semicolon, or several with theirs.
 */
void	schema_finding_add(struct schema_findings *, struct str repair,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Add what differs.  0, or -1 when the database cannot be read. */
int	schema_check(struct work *, struct schema_findings *);

#endif
