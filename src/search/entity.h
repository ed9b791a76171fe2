/*
 * What can be searched, by what, and how: one const table for each entity.
 *
 * An entity differs from another in its table and in a few texts, never in
 * code: adding a searchable attribute is one row here and one in the store.
 */
#ifndef SEARCH_ENTITY_H
#define SEARCH_ENTITY_H

#include <stdint.h>

#include "base/arena.h"
#include "search/item.h"
#include "search/search.h"

enum search_op {
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_LIKE, OP_ILIKE,
	OP_IN, OP_NOT_IN, OP_IS_NULL, OP_NOT_NULL,
	OP__MAX
};

/* What stands before the dot of a key; a bare key is an attribute. */
enum search_scope {
	SCOPE_ATTRIBUTE, SCOPE_METRIC, SCOPE_PARAM, SCOPE_TAG, SCOPE_DATASET
};

/* What a field is compared with. */
enum search_type {
	/* numbers first: what lies up to TYPE_INTEGER is one */
	TYPE_METRIC,	/* a double */
	TYPE_NUMBER,	/* a number: .is_integer and .integer, or .number */
	TYPE_VERSION,	/* a whole number, in quotes or not */
	TYPE_INTEGER,	/* the same, a fraction is refused */
	TYPE_TEXT,	/* .texts[0] */
	TYPE_LIST,	/* one text, or several with OP_IN, OP_NOT_IN */
	TYPE_ID		/* numbers written as texts: .integers */
};

/* Where a field may be used. */
#define USE_FILTER	1u
#define USE_ORDER	2u

struct search_prefix {
	const char		*name;		/* "metrics" */
	enum search_scope	 scope;
};

/* The words around a comparator that a field does not take. */
struct search_refusal {
	const char	*before, *after;
};

struct search_field {
	enum search_scope		 scope;
	const char			*name;	/* NULL: every key */
	enum search_type		 type;
	unsigned			 use;
	int				 column; /* enum run_column, ... */
	const struct search_refusal	*refusal;
};

struct search_entity {
	const struct search_prefix	*prefixes;	/* to .name NULL */
	const struct search_field	*fields;
	size_t				 nfields;
	const char			*clause_quote;	/* "'" or "" */
	const char			*prefixes_text;
	/* before the scope; NULL: no key takes IS NULL */
	const char			*null_text;
	const char			*list_text;	/* before " attributes" */
	struct search_refusal		 order_scope;
	/* around the key of order_by, instead of order_scope and the scope */
	struct search_refusal		 order_key;
	/*
	 * The keys of an order_by that reads the whole identifier as one, with
	 * its dots; NULL: it reads it as a filter does.
	 */
	const char			*order_keys_text;
	/* what is wanted of a text attribute; NULL: "for attributes" */
	const char			*attribute_text;
	/* what is said of a number instead, if anything else */
	const char			*number_text;
	/* quotes belong to names, but for the key of a tag */
	bool				 keeps_quotes;
	/* errors show a comparator as it was written, not in upper case */
	bool				 keeps_case;
};

/* A checked comparison. */
struct search_test {
	const struct search_field	*field;
	struct str			 key;	/* where the field has no name */
	struct str			 op_text;	/* as errors show it */
	enum search_op			 op;	/* OP__MAX: unknown */
	double				 number;
	bool				 is_integer;	/* .integer holds it */
	bool				 has_fraction;	/* as written: 1.0, 1e3 */
	int64_t				 integer;
	struct str			*texts;
	int64_t				*integers;
	size_t				 nvalues;	/* of texts, integers */
};

enum run_column {
	RUN_ID, RUN_NAME, RUN_USER_ID, RUN_STATUS, RUN_ARTIFACT_URI,
	RUN_START_TIME, RUN_END_TIME, RUN_METRIC, RUN_PARAM, RUN_TAG,
	RUN_DATASET_NAME, RUN_DATASET_DIGEST, RUN_DATASET_CONTEXT,
	RUN_COLUMN__MAX
};

enum experiment_column {
	EXPERIMENT_ID, EXPERIMENT_NAME, EXPERIMENT_CREATION_TIME,
	EXPERIMENT_LAST_UPDATE_TIME, EXPERIMENT_TAG,
	EXPERIMENT_COLUMN__MAX
};

enum model_column {
	MODEL_NAME, MODEL_LAST_UPDATED, MODEL_TAG,
	MODEL_COLUMN__MAX
};

enum version_column {
	VERSION_NAME, VERSION_NUMBER, VERSION_RUN_ID, VERSION_SOURCE,
	VERSION_CREATED, VERSION_LAST_UPDATED, VERSION_TAG,
	VERSION_COLUMN__MAX
};

extern const struct search_entity	search_runs;
extern const struct search_entity	search_experiments;
extern const struct search_entity	search_models;
extern const struct search_entity	search_versions;

/* Record the client's mistake; always 1, so that it can be returned. */
int	search_fail(struct arena *, struct search_error *,
	    enum search_error_kind, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));

/*
 * The field that an identifier names, and its key without quotes; `use` is
 * USE_FILTER or USE_ORDER.  0, or 1 with *err.
 */
int	search_resolve(struct arena *, const struct search_entity *,
	    struct str identifier, unsigned use,
	    const struct search_field **field, struct str *key,
	    struct search_error *err);

/* A number as Python prints a float; "inf" for those beyond it. */
struct str	search_show_double(struct arena *, double);

/*
 * MLflow reads all clauses before it applies the first, so checking has two
 * steps: names and values of every clause, then the comparators of every
 * clause.  0, or 1 with *err.
 */
int	search_test_read(struct arena *, const struct search_entity *,
	    const struct item *comparison, struct search_test *,
	    struct search_error *err);
int	search_test_check(struct arena *, struct search_test *,
	    struct search_error *err);

#endif
