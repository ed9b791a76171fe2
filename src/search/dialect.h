/*
 * What can be searched, by what, how, and in which words a mistake is told: a const
 * table for each entity.
 *
 * An entity differs from another in its tables, never in code: adding a searchable
 * attribute is one row in dialect.c and one in the store, adding an entity is a
 * dialect there and a plan in the store (store/search.h).
 */
#ifndef SEARCH_DIALECT_H
#define SEARCH_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

enum search_op {
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_LIKE, OP_ILIKE, OP_RLIKE,
	OP_IN, OP_NOT_IN, OP_IS_NULL, OP_NOT_NULL,
	OP__MAX
};

/* What stands before the dot of a key; a bare key is an attribute. */
enum search_scope {
	SCOPE_ATTRIBUTE, SCOPE_METRIC, SCOPE_PARAM, SCOPE_TAG, SCOPE_DATASET,
	SCOPE_METADATA, SCOPE_SPAN, SCOPE_FEEDBACK, SCOPE_EXPECTATION, SCOPE_ISSUE
};

/* What a field is compared with. */
enum search_type {
	/* numbers first: what lies up to TYPE_LONG is one */
	TYPE_METRIC,	/* a double */
	TYPE_NUMBER,	/* a number: .is_integer and .integer, or .number */
	TYPE_VERSION,	/* a whole number, in quotes or not */
	TYPE_QUANTITY,	/* any number, in quotes or not; .is_integer as above */
	TYPE_INTEGER,	/* the same without quotes; one beyond 64 bits is taken */
	TYPE_LONG,	/* a whole number of 64 bits */
	TYPE_TEXT,	/* .texts[0] */
	TYPE_LIST,	/* one text, or several with OP_IN, OP_NOT_IN */
	TYPE_ID,	/* numbers written as texts: .integers */
	TYPE_PAIR,	/* a text, "name/version" */
	TYPE_VERDICT	/* a number with < <= > >=, else one text */
};

/* Where a field may be used. */
#define USE_FILTER	1u
#define USE_ORDER	2u

/* The words around something that the client wrote. */
struct search_phrase {
	const char	*before, *after;
	bool		 repr;		/* it is shown as Python shows a text */
};

/* The comparators that a field takes, and what is said of any other. */
struct search_ops {
	unsigned			 mask;		/* of 1u << enum search_op */
	struct search_phrase		 refusal;	/* around the comparator */
	const char			*before_key;	/* not NULL: it and the key come first */
	/* what refuses in words of its own before that */
	const struct search_ops		*wider;
	/* around the key when it is none, or gives no order: then nothing is taken */
	struct search_phrase		 no_key;
};

struct search_prefix {
	const char		*name;		/* "metrics" */
	enum search_scope	 scope;
};

struct search_alias {
	const char	*alias, *name;
};

enum { SEARCH_WORDS_MAX = 5 };

struct search_field {
	enum search_scope	 scope;
	/* NULL: every key; "*_x": those that end in _x; "x.*": those that start with x. */
	const char		*name;
	enum search_type	 type;
	unsigned		 use;
	int			 column; /* enum run_column, ...; or COLUMN_NONE */
	const struct search_ops	*ops;
};

/* Of a field that is there only to say how one that does not exist is refused. */
#define COLUMN_NONE	(-1)

/*
 * How clauses are read.  In SQL's way names and values of all clauses are looked at
 * before the first comparator, and texts need quotes.  The plain way (logged models)
 * reads each clause whole before the next, its comparator before its value, and takes
 * anything for a value.
 */
struct search_grammar {
	bool			is_plain;
	bool			is_single;	/* one clause: AND is none, nor is IN */
	/* around the filter when it is */
	struct search_phrase	unparsed;	/* blank */
	struct search_phrase	several;	/* more than one statement */
	struct search_phrase	no_clauses;	/* no list of comparisons; plain only */
};

/* How errors show a comparator. */
enum search_show { SHOW_UPPER, SHOW_AS_WRITTEN, SHOW_ONE_BLANK /* and in upper case */ };

struct search_dialect {
	const struct search_grammar	*grammar;
	const struct search_prefix	*prefixes;	/* to .name NULL */
	const struct search_alias	*aliases;	/* of attributes, to .alias NULL; or NULL */
	/*
	 * Attributes that are meant behind a prefix as well, in any case (to NULL); but not
	 * behind those of own_scopes.
	 */
	const char			*ruling[SEARCH_WORDS_MAX];
	unsigned			 own_scopes;	/* 1u << scopes */
	/* attributes by a word of SQL's (to NULL), which is no name elsewhere */
	const char			*bare_words[SEARCH_WORDS_MAX];
	const struct search_field	*fields;
	size_t				 nfields;
	enum search_show		 show;
	/* One pair of these is taken off a bare key, a prefix, a key behind one. */
	struct {
		const char	*bare, *prefix, *attribute, *key;
	} quotes;

	const char		*clause_quote;	/* around what is no clause: "'" or "" */
	struct search_phrase	 unknown_prefix;
	struct search_phrase	 valid_keys;	/* around the list of keys */
	unsigned		 null_scopes;	/* 1u << those that take IS NULL */
	struct search_phrase	 no_null;	/* around the name of another scope */
	unsigned		 early_scopes;	/* whose comparators are looked at with the values */
	const char		*list_text;	/* of a list for what takes none */
	/* Lists are for IN only; elsewhere `= ('x')` reads like IN. */
	bool			 lists_need_in;
	/* what is wanted of a text attribute; NULL: "for attributes" */
	const char		*attribute_text;
	/* what is said of a number instead, if anything else */
	const char		*number_text;

	struct search_phrase	 order_scope;	/* around a scope that gives no order */
	struct search_phrase	 order_key;	/* the same around its key, if there are words */
	/*
	 * Around the whole identifier of an order_by that reads it as one key, with
	 * its dots; none: it reads it as a filter does.
	 */
	struct search_phrase	 order_whole;
	bool			 order_repeats;	/* a field may come twice */
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

enum logged_model_column {
	LOGGED_MODEL_ID, LOGGED_MODEL_EXPERIMENT_ID, LOGGED_MODEL_NAME,
	LOGGED_MODEL_LOCATION, LOGGED_MODEL_CREATED, LOGGED_MODEL_UPDATED,
	LOGGED_MODEL_STATUS, LOGGED_MODEL_STAGE, LOGGED_MODEL_TYPE,
	LOGGED_MODEL_SOURCE_RUN, LOGGED_MODEL_STATUS_MESSAGE,
	LOGGED_MODEL_METRIC, LOGGED_MODEL_PARAM, LOGGED_MODEL_TAG,
	LOGGED_MODEL_COLUMN__MAX
};

enum eval_dataset_column {
	EVAL_ID, EVAL_NAME, EVAL_CREATED, EVAL_UPDATED, EVAL_CREATED_BY, EVAL_UPDATED_BY,
	EVAL_TAG,
	EVAL_COLUMN__MAX
};

enum trace_column {
	TRACE_ID, TRACE_EXPERIMENT_ID, TRACE_CLIENT_REQUEST_ID, TRACE_STATUS,
	TRACE_TIMESTAMP, TRACE_EXECUTION_TIME, TRACE_END_TIME,
	TRACE_NAME, TRACE_RUN, TRACE_PROMPT, TRACE_TEXT,
	TRACE_TAG, TRACE_METADATA, TRACE_SESSION, TRACE_TOKEN_USAGE, TRACE_COST,
	TRACE_SPAN_NAME, TRACE_SPAN_TYPE, TRACE_SPAN_STATUS, TRACE_SPAN_ATTRIBUTE,
	TRACE_FEEDBACK, TRACE_EXPECTATION, TRACE_ISSUE,
	TRACE_COLUMN__MAX
};

extern const struct search_dialect	search_runs;
extern const struct search_dialect	search_experiments;
extern const struct search_dialect	search_models;
extern const struct search_dialect	search_versions;
extern const struct search_dialect	search_logged_models;
extern const struct search_dialect	search_eval_datasets;
extern const struct search_dialect	search_traces;

#endif
