/*
 * Filters: what is accepted, and the words of every refusal.  Texts are
 * MLflow's; where MLflow prints a set in random order, the order is ours.
 */
#include <string.h>

#include "base/buf.h"
#include "search/parse.h"
#include "tap.h"

struct row {
	const char	*filter;
	const char	*error;		/* NULL: accepted */
};

#define CLAUSES		"Invalid clause(s) in filter string: "
#define NO_IDENTIFIER	"Invalid comparison clause. Expected 'Identifier' found "
#define NUMBER		"Expected numeric value type for "
#define QUOTED(what)	"Expected a quoted string value for " what ". Got value "
#define UNQUOTED(v)							\
	"Parameter value is either not quoted or unidentified quote types "	\
	"used for string value " v ". Use either single or double quotes."
#define COMPARATOR(op, set)	"Invalid comparator '" op "' not one of '{" set "}"
#define METRIC_SET	"'>', '>=', '=', '!=', '<', '<='"
#define TEXT_SET	"'ILIKE', '!=', 'IN', 'LIKE', '=', 'NOT IN'"
#define PAIR_SET	"'IS NULL', 'ILIKE', '!=', 'IS NOT NULL', 'LIKE', '='"
#define ENTITY(e)	"Invalid entity type '" e "'. Valid values are "	\
	"['metric', 'parameter', 'tag', 'attribute', 'dataset']"
#define KEY(k)		"Invalid attribute key '" k "' specified. Valid keys "	\
	"are '{'start_time', 'end_time', 'created', 'Created', 'status', "	\
	"'user_id', 'artifact_uri', 'run_id', 'run_name', 'run name', "	\
	"'Run name', 'Run Name'}'"
#define LIST		"While parsing a list in the query, expected "
#define ILL_FORMED	LIST "a non-empty list of string values, but got "	\
	"ill-formed list."
#define EMPTY		LIST "a non-empty list of string values, but got "	\
	"empty list"
#define STRANGE(l)	LIST "string value, punctuation, or whitespace, but "	\
	"got different type in list: " l
#define NULLS(what)	"IS NULL / IS NOT NULL is only supported for tags and "	\
	"params, not for " what

static const struct row runs[] = {
	/* nothing to say */
	{ "", NULL },
	{ "and", NULL },
	{ "AND AND", NULL },
	{ "metrics.m > 1 and", NULL },
	{ "AND metrics.m > 1", NULL },
	{ "  ", "Invalid filter '  '. Could not be parsed." },
	{ "\t", "Invalid filter '\t'. Could not be parsed." },

	/* what is no comparison */
	{ "metrics.m > 1 OR metrics.m > 2", CLAUSES "'OR'" },
	{ "NOT params.p = 'x'", CLAUSES "'NOT'" },
	{ "(metrics.m > 0)", CLAUSES "'(metrics.m > 0)'" },
	{ "metrics.m >", CLAUSES "'metrics.m', '>'" },
	{ "> 1", CLAUSES "'>', '1'" },
	{ "metrics.m", CLAUSES "'metrics.m'" },
	{ "metrics.m > 0x1", CLAUSES "'metrics.m', '>', '0x1'" },
	{ "metrics.m > +1", CLAUSES "'metrics.m', '>', '+', '1'" },
	{ "metrics.m > - 1", CLAUSES "'metrics.m', '>', '-', '1'" },
	{ "metrics.m > true", CLAUSES "'metrics.m', '>', 'true'" },
	{ "metrics.m BETWEEN 0 AND 1",
	    CLAUSES "'metrics.m', 'BETWEEN', '0', '1'" },
	{ "metrics.m > 1;", CLAUSES "';'" },
	{ "metrics.m > 1 -- c", CLAUSES "'-- c'" },
	{ "metrics.m > 1 # c", CLAUSES "'# c'" },
	{ "metrics.m > 1 /* c */", CLAUSES "'/* c */'" },
	{ "metrics.m /* c */ > 1", CLAUSES "'metrics.m /* c */', '>', '1'" },
	{ "metrics.m > /* c */ 1", CLAUSES "'metrics.m', '>', '/* c */', '1'" },
	{ "metrics.m > 1 -- c\nAND metrics.m > 2",
	    "Invalid comparison clause. Expected 3 tokens found 4" },
	{ "params.p = 'x' /* c */ AND params.q = 'y'",
	    "Invalid comparison clause. Expected 3 tokens found 4" },
	{ "metrics.loss x > 0", CLAUSES "'metrics.loss'" },
	{ "metrics.m > 1 foo", CLAUSES "'metrics.m > 1 foo'" },
	{ "abc def", CLAUSES "'abc def'" },
	{ "a, b", CLAUSES "'a, b'" },
	{ "params.p = 'x', params.p = 'y'",
	    CLAUSES "'params.p = 'x', params.p = 'y''" },
	{ "params.p = 'a' 'b'", CLAUSES "''b''" },
	{ "params.p = = 'a'", CLAUSES "'params.p', '=', '=', ''a''" },
	{ "params.p ! = 'a'", CLAUSES "'params.p', '!', '=', ''a''" },
	{ "params.p = 'x", CLAUSES "'params.p', '=', ''', 'x'" },
	{ "params.p = x'", CLAUSES "'''" },
	{ "metrics.`m > 0", CLAUSES "'metrics.', '`'" },
	{ "'metrics'.m > 0", CLAUSES "''metrics'', '.'" },
	{ "metrics.m + 1", CLAUSES "'metrics.m + 1'" },
	{ "metrics.m.1 > 1", CLAUSES "'metrics.m'" },
	{ "user = 'ann'", CLAUSES "'user', '=', ''ann''" },
	{ "tags.from = '1'", CLAUSES "'tags.', 'from', '=', ''1''" },
	{ "tags.k:c = '1'", CLAUSES "'tags.k', ':'" },
	{ "params.p IS", CLAUSES "'params.p', 'IS'" },
	{ "params.p IS TRUE", CLAUSES "'params.p', 'IS', 'TRUE'" },
	{ "params.p IS NOT  NULL", CLAUSES "'params.p', 'IS', 'NOT  NULL'" },
	{ "run_id IN", CLAUSES "'run_id', 'IN'" },
	{ "run_id IN 'x'", CLAUSES "'run_id', 'IN', ''x''" },
	{ "run_id IN ('a'", CLAUSES "'run_id', 'IN', '(', ''a''" },
	{ "'x' IN ('a')", CLAUSES "''x'', 'IN', '('a')'" },
	{ "params.p = 'a' LIMIT 1", CLAUSES "'LIMIT', '1'" },
	{ "params.p = 'a' ORDER BY x", CLAUSES "'ORDER BY', 'x'" },
	{ "abs(metrics.m)", CLAUSES "'abs(metrics.m)'" },
	{ "x ('a')", CLAUSES "'x ('a')'" },
	{ "a, (b)", CLAUSES "'a', ',', '(b)'" },
	{ "user .5", CLAUSES "'user', '.5'" },
	{ "1 :: NULL", CLAUSES "'1 :: NULL'" },

	/* more than one statement */
	{ "a; b", "Search filter contained multiple expression 'a; b'. "
	    "Provide AND-ed expression list." },
	{ "params.p = 'x'; params.q = 'y'", "Search filter contained multiple "
	    "expression \"params.p = 'x'; params.q = 'y'\". "
	    "Provide AND-ed expression list." },
	{ "metrics.m > 1; -- c", CLAUSES "';', '-- c'" },
	{ "a; /* c */", "Search filter contained multiple expression "
	    "'a; /* c */'. Provide AND-ed expression list." },
	{ "params.p = 'x;'", NULL },

	/* what stands on the left */
	{ "1 = 1", NO_IDENTIFIER "'1'" },
	{ "'a' = params.p", NO_IDENTIFIER "''a''" },
	{ "'status' = 'x'", NO_IDENTIFIER "''status''" },
	{ "0 < metrics.m", NO_IDENTIFIER "'0'" },
	{ "metrics.m - 1 > 1", NO_IDENTIFIER "'metrics.m - 1'" },
	{ "metrics.m = 1 = 1", NO_IDENTIFIER "'metrics.m = 1'" },
	{ "metrics.m > 1 && metrics.m > 2",
	    NO_IDENTIFIER "'metrics.m > 1 && metrics.m'" },
	{ "tags.k-d = 'x'", NO_IDENTIFIER "'tags.k-d'" },
	{ "tags.k/s = 'x'", NO_IDENTIFIER "'tags.k/s'" },
	{ "(params.p) = 'x'", NO_IDENTIFIER "'(params.p)'" },
	{ "abs(metrics.m) > 1", NO_IDENTIFIER "'abs(metrics.m)'" },
	{ "null = 1", NO_IDENTIFIER "'null'" },

	/* entities and keys */
	{ "foo.m > 1", ENTITY("foo") },
	{ "foo.m IS NULL", ENTITY("foo") },
	{ "runs.status = 'x'", ENTITY("runs") },
	{ "METRICS.m > 1", ENTITY("METRICS") },
	{ "\"metrics\".m > 1", ENTITY("\"metrics\"") },
	{ "metrics .m > 1", ENTITY("metrics ") },
	{ "`metrics.m` > 1", ENTITY("`metrics") },
	{ "metric.m > 1 AND param.p = 'x' AND parameter.p = 'x' AND "
	    "parameters.p = 'x' AND tag.t = 'x' AND attr.status = 'x' AND "
	    "attribute.status = 'x' AND run.status = 'x' AND "
	    "datasets.name = 'x'", NULL },
	{ "m > 1", KEY("m") },
	{ "lifecycle_stage = 'active'", KEY("lifecycle_stage") },
	{ "experiment_id = '1'", KEY("experiment_id") },
	{ "attributes.STATUS = 'x'", KEY("STATUS") },
	{ "a b IN ('a')", KEY("a b") },
	{ "dataset.foo = 'x'", "Invalid dataset key 'foo' specified. Valid keys "
	    "are '{'name', 'digest', 'context'}'" },
	{ "`status` = 'x' AND \"status\" = 'x' AND created > 1 AND Created > 1 "
	    "AND `Run Name` = 'x' AND `run name` = 'x' AND `Run name` = 'x'",
	    NULL },
	{ "metrics.`loss x` > 0 AND metrics.\"loss x\" > 0 AND "
	    "metrics.'loss x' > 0 AND `metrics`.m > 0", NULL },
	{ "tags.mlflow.note.content = 'x' AND tags.1num = 'x' AND "
	    "tags.select = 'x' AND tags.`a.b` = 'x'", NULL },
	{ "tags.'' = 'x' AND tags.`` = 'x' AND tags. = 'x'", NULL },
	{ "metrics. m > 0 AND metrics.* > 0 AND metrics.m[0] > 0", NULL },
	{ "params.\xc3\xa9 = 'x' AND params._a = 'x' AND params.a::b = 'x'",
	    NULL },

	/* numbers */
	{ "metrics.m > 1 AND metrics.m > 1. AND metrics.m > .5 AND "
	    "metrics.m > 1.5e0 AND metrics.m > -1e0 AND metrics.m > -.5", NULL },
	{ "metric.m>1\tAND\nmetric.m\n=\t-2.5", NULL },
	{ "metrics.m > 99999999999999999999999", NULL },
	{ "metrics.m > 1e-400", NULL },
	{ "metrics.m > 'abc'", NUMBER "metric. Found 'abc'" },
	{ "metrics.m LIKE '1'", NUMBER "metric. Found '1'" },
	{ "metrics.m > NaN", NUMBER "metric. Found NaN" },
	{ "metrics.m > 1E+0", NUMBER "metric. Found 1E+0" },
	{ "metrics.m > 1_0", NUMBER "metric. Found 1_0" },
	{ "metrics.m > NULL", NUMBER "metric. Found NULL" },
	{ "metrics.m > 0AND metrics.m < 5", NUMBER "metric. Found 0AND" },
	{ "metrics.m IN (1)", NUMBER "metric. Found (1)" },
	{ "metrics.m > 1.0e+0", CLAUSES "'0e+0'" },
	{ "metrics.m > 1.e0", CLAUSES "'.', 'e0'" },
	{ "metrics.m > 0.5.5", CLAUSES "'.5'" },
	{ "start_time = '100'",
	    NUMBER "numeric attribute: start_time. Found '100'" },
	{ "start_time > 1000.5 AND end_time != 1e3 AND created <= -1", NULL },

	/* comparators */
	{ "metrics.m == 1", COMPARATOR("==", METRIC_SET) },
	{ "metrics.m <> 1", COMPARATOR("<>", METRIC_SET) },
	{ "metrics.m LIKE 1", COMPARATOR("LIKE", METRIC_SET) },
	{ "start_time LIKE 1", COMPARATOR("LIKE", TEXT_SET) },
	{ "status > 'a'", COMPARATOR(">", TEXT_SET) "'" },
	{ "params.p > 'a'", COMPARATOR(">", PAIR_SET) "'" },
	{ "params.p RLIKE 'a'", COMPARATOR("RLIKE", PAIR_SET) "'" },
	{ "params.p not like 'a'", COMPARATOR("NOT LIKE", PAIR_SET) "'" },
	{ "params.p => 'a'", COMPARATOR("=>", PAIR_SET) "'" },
	{ "tags.t > 'a'", COMPARATOR(">", PAIR_SET) },
	{ "dataset.name > 'a'", COMPARATOR(">", TEXT_SET) },
	{ "params.p > 'a' AND foo.m > 1", ENTITY("foo") },
	{ "params.p like 'a' AND params.p iLike 'a' AND params.p != 'a'", NULL },

	/* texts */
	{ "params.p = 5", QUOTED("parameter (e.g. 'my-value')") "5" },
	{ "tags.t = 5", QUOTED("tag (e.g. 'my-value')") "5" },
	{ "status = 1", QUOTED("attributes") "1" },
	{ "dataset.name = 5", QUOTED("dataset attributes") "5" },
	{ "params.p = NULL", QUOTED("parameter (e.g. 'my-value')") "NULL" },
	{ "params.p IN ('a')", QUOTED("parameter (e.g. 'my-value')") "('a')" },
	{ "params.p = 'a' || 'b'",
	    QUOTED("parameter (e.g. 'my-value')") "'a' || 'b'" },
	{ "params.p = abc", UNQUOTED("abc") },
	{ "params.p = `abc`", UNQUOTED("`abc`") },
	{ "status = RUNNING", UNQUOTED("RUNNING") },
	{ "params.p = 'x'::text", UNQUOTED("'x'::text") },
	{ "params.p = 'it''s' AND params.p = \"it's\" AND params.p = 'it\\'s'",
	    NULL },
	{ "params.p='Hello'AND params.lr='0.1'", NULL },
	{ "params.p = 'a' params.q = 'b'", NULL },

	/* NULL */
	{ "params.p IS NULL AND tags.t is  not null AND params.q IS\nNOT NULL",
	    NULL },
	{ "metrics.m IS NULL", NULLS("'metric' 'm'") },
	{ "status IS NOT NULL", NULLS("'attribute' 'status'") },
	{ "dataset.name IS NULL", NULLS("'dataset' 'name'") },

	/* lists */
	{ "run_id IN ('a') AND run_id not  in(\"b\",'c',) AND "
	    "run_id IN (('a' 'b')) AND run_id = ('a') AND "
	    "dataset.name IN ('a') AND dataset.digest NOT IN ('b', 'c')", NULL },
	{ "status IN ('a')", "Only ['run_id'] attributes support comparison "
	    "with a list of quoted string values." },
	{ "run_name IN ('a')", "Only ['run_id'] attributes support comparison "
	    "with a list of quoted string values." },
	{ "run_id IN (5)", STRANGE("(5,)") },
	{ "run_id IN ('i''t', \"it's\", 5)", STRANGE("('it', \"it's\", 5)") },
	{ "run_id IN (True)", STRANGE("(True,)") },
	{ "run_id IN ()", EMPTY },
	{ "run_id IN ( )", EMPTY },
	{ "run_id IN (,)", ILL_FORMED },
	{ "run_id IN (`x`)", ILL_FORMED },
	{ "run_id IN ('a',,'b')", ILL_FORMED },
	{ "run_id IN ('a'; 'b')", ILL_FORMED },
	{ "run_id IN ('a' AND 'b')", ILL_FORMED },
	{ "run_id LIKE ('a', 'b')", COMPARATOR("LIKE", TEXT_SET) "'" },
};

#define E_KEY(k)	"Invalid attribute key '" k "' specified. Valid keys "	\
	"are '{'name', 'creation_time', 'last_update_time', 'experiment_id'}'"
#define E_ENTITY(e)	"Invalid entity type '" e "'. Valid entity types are "	\
	"('attribute', 'tag', 'tags')"
#define E_ID(v)		"Invalid experiment ID '" v "'. Experiment ID must be a "	\
	"valid integer."
#define E_TIME(v)	"Invalid value for numeric attribute 'creation_time': '" \
	v "'"

static const struct row experiments[] = {
	{ "name = 'a' AND attribute.name LIKE 'b%' AND name ilike 'c'", NULL },
	{ "name = 'x' OR", CLAUSES "OR" },
	{ "(name = 'a')", CLAUSES "(name = 'a')" },
	{ "name = 'a", CLAUSES "name, =, ', a" },
	{ "attributes.name = 'x'", E_ENTITY("attributes") },
	{ "metrics.m > 1", E_ENTITY("metrics") },
	{ "lifecycle_stage = 'x'", E_KEY("lifecycle_stage") },
	{ "name > 'a'", COMPARATOR(">", TEXT_SET) "'" },
	{ "name = 5", QUOTED("attributes") "5" },
	{ "name IN ('x')", "Only ['experiment_id'] attributes support "
	    "comparison with a list of quoted string values." },
	{ "name IS NULL", "IS NULL / IS NOT NULL is only supported for tags, "
	    "not for attribute 'name'" },
	{ "tags.t = 'x' AND tag.t != 'x' AND tags.t IS NULL", NULL },
	{ "tags.t > 'x'", "Invalid comparator for tag: >" },
	{ "creation_time > 1 AND last_update_time <= -1", NULL },
	{ "creation_time > 99999999999999999999", NULL },
	{ "creation_time > '0'",
	    NUMBER "numeric attribute: creation_time. Found '0'" },
	{ "creation_time = 1.5", E_TIME("1.5") },
	{ "creation_time = 1e3", E_TIME("1000.0") },
	{ "creation_time = 1e22", E_TIME("1e+22") },
	{ "creation_time = 1e400", E_TIME("inf") },
	{ "creation_time LIKE 5", COMPARATOR("LIKE", TEXT_SET) },
	{ "experiment_id = '5' AND experiment_id IN ('1', '2') AND "
	    "experiment_id NOT IN (' 3 ', '+4') AND experiment_id != '-1' AND "
	    "experiment_id = '99999999999999999999999'", NULL },
	{ "experiment_id = 5", QUOTED("attributes") "5" },
	{ "experiment_id = 'abc'", E_ID("abc") },
	{ "experiment_id IN ('1', '')", E_ID("") },
	{ "experiment_id = '-'", E_ID("-") },
	{ "experiment_id LIKE 'x'",
	    "Invalid comparator for experiment_id: LIKE" },
	{ "experiment_id > '1'", "Invalid comparator for experiment_id: >" },
};

#define R_ENTITY(e)	"Invalid entity type '" e "'. Valid entity types are "	\
	"('attribute', 'tag', 'tags')"
#define R_NULL(what)	"Invalid filter: IS NULL / IS NOT NULL is not supported in "	\
	"this search, found with " what

static const struct row models[] = {
	{ "name = 'a' AND name IN ('a') AND tags.`t` ILIKE 'b%' AND tag.t != 'c'", NULL },
	{ "`name` = 'a'", "Invalid attribute key '`name`' specified. Valid keys are '{'name'}'" },
	{ "run_id = '1'", "Invalid attribute key 'run_id' specified. Valid keys are '{'name'}'" },
	{ "params.p = 'a'", R_ENTITY("params") },
	{ "name > 'a'", "Invalid comparator for attribute: >" },
	{ "tags.t IN ('a')", QUOTED("tag (e.g. 'my-value')") "('a')" },
	{ "tags.t > 'a'", "Invalid comparator for tag: >" },
	{ "name IS NULL", R_NULL("attribute 'name'") },
	{ "tags.t IS NOT NULL", R_NULL("tag 't'") },
	{ "name = 5", "Expected a quoted string value or a list of quoted string values for "
	    "attributes. Got value 5" },
};

#define V_NUMBER(v)	"Invalid value for numeric attribute 'version_number': " v

static const struct row versions[] = {
	{ "version_number > 1 AND version_number = '2' AND run_id IN ('r') AND "
	    "source_path LIKE 's%'", NULL },
	{ "version_number = 1.0", V_NUMBER("1.0") },
	{ "version_number = 'x'", V_NUMBER("'x'") },
	{ "version_number LIKE 1", "Invalid comparator for attribute version_number: LIKE" },
	{ "version_number IN ('1')", "Only ['name', 'run_id'] attributes support comparison "
	    "with a list of quoted string values." },
	{ "source_path IN ('1')", "Only ['name', 'run_id'] attributes support comparison with "
	    "a list of quoted string values." },
	{ "name = 1", "Only the '{'version_number', 'creation_timestamp', "
	    "'last_updated_timestamp'}' attributes support comparison with numeric values." },
};

#define D_KEY(k)	"Invalid attribute key '" k "' specified. Valid keys are: {'name', " \
	"'created_time', 'last_update_time', 'created_by', 'last_updated_by'}"
#define D_TIME(v)	"Invalid value for numeric attribute 'created_time': '" v "'"

static const struct row datasets[] = {
	{ "name in ('a') AND created_by > 'a' AND tags.t like 'b' AND created_time != 1", NULL },
	{ "dataset_id = 'x'", D_KEY("dataset_id") },
	{ "`name` = 'x'", D_KEY("`name`") },
	{ "tag.t = 'x'", "Invalid identifier token 'tag' specified" },
	{ "name NOT IN ('a')", "List values for 'name' are only supported with the IN "
	    "comparator." },
	{ "name = ('a')", "List values for 'name' are only supported with the IN comparator." },
	{ "created_by IN ('a')", "Only ['name'] attributes support comparison with a list of "
	    "quoted string values." },
	{ "name not like 'a'", "Invalid comparator for attribute: not like" },
	{ "created_time LIKE 1", "Invalid comparator for numeric attribute: LIKE" },
	{ "created_time = 1.5", D_TIME("1.5") },
	{ "created_time = 99999999999999999999", D_TIME("99999999999999999999") },
	{ "tags.t IS not null", "Invalid comparator for tag: IS NOT NULL" },
	{ "tags.t IS NULL AND dataset_id = 'x'", D_KEY("dataset_id") },
	{ "name IS NULL", NULLS("'attribute' 'name'") },
};

#define L_SINGLE(f)	"Invalid filter string: '" f "'. Expected a single SQL expression."
#define L_LIST(f)	"Invalid filter string: '" f "'. Expected a list of comparisons "	\
	"separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."
#define L_OP(key, op, set)	"Invalid comparison operator for " key ": '" op "'. "	\
	"Expected one of (" set ")."
#define L_NUMBERS	"'<', '<=', '>', '>=', '=', '!='"
#define L_TEXTS		"'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'"

static const struct row logged[] = {
	{ "name = a AND creation_timestamp > 1e3 AND metrics.`m` < 2", NULL },
	{ "name = 'a' AND model_id in ('a') AND params.p LIKE x", NULL },
	{ " ", L_SINGLE(" ") },
	{ "a; b", L_SINGLE("a; b") },
	{ "name = a OR name = b", L_LIST("name = a OR name = b") },
	{ "name > a OR", L_OP("attributes.name", ">", L_TEXTS) },
	{ "name NOT\t LIKE 'a'", L_OP("attributes.name", "NOT LIKE", L_TEXTS) },
	{ "metrics.m LIKE 1", L_OP("metrics.m", "LIKE", L_NUMBERS) },
	{ "creation_time LIKE 1", L_OP("attributes.creation_timestamp_ms", "LIKE", L_NUMBERS) },
	{ "other_timestamp_ms LIKE 1", L_OP("attributes.other_timestamp_ms", "LIKE", L_NUMBERS) },
	{ "metric.m > 1", "Invalid entity type: 'metric'. Expected one of ['attributes', "
	    "'metrics', 'params', 'tags']." },
	{ "name = ('a', 'b')", "Expected a single value for the comparison with ('a', 'b')." },
	{ "name is  null", "Invalid comparison: nameIS NULL. Expected a comparison with 3 "
	    "tokens." },
};

/* The sets of MLflow's texts about traces, in an order of ours. */
#define T_SET		"{'=', '!=', 'IN', 'NOT IN', 'LIKE', 'ILIKE', 'RLIKE'}"
#define P_SET		"{'=', '!=', 'LIKE', 'ILIKE', 'RLIKE', 'IS NULL', 'IS NOT NULL'}"
#define V_SET		"{'=', '!=', '>', '>=', '<', '<=', 'LIKE', 'ILIKE', 'RLIKE', "	\
	"'IS NULL', 'IS NOT NULL'}"
#define C_SET		"{'LIKE', 'ILIKE'}"
#define L_SET		"{'name', 'status', 'request_id', 'run_id', 'client_request_id'}"
#define N_SET		"{'timestamp_ms', 'timestamp', 'execution_time_ms', "	\
	"'execution_time', 'end_time_ms', 'end_time'}"
#define K_SET		"{'request_id', 'timestamp', 'timestamp_ms', 'execution_time', "	\
	"'execution_time_ms', 'end_time', 'end_time_ms', 'status', "	\
	"'client_request_id', 'name', 'run_id', 'prompt', 'text'}"
#define E_SET		"{'tag', 'tags', 'attribute', 'attributes', 'trace', 'metadata', "	\
	"'request_metadata', 'span', 'feedback', 'expectation', 'issue'}"

static const struct row traces[] = {
	{ "foo = 'x'", "Invalid attribute key 'foo' specified. Valid keys are '" K_SET "'" },
	{ "STATUS = 'x'", "Invalid attribute key 'STATUS' specified. Valid keys are '" K_SET
	    "'" },
	{ "trace.state = 'OK'", "Invalid attribute key 'state' specified. Valid keys are '"
	    K_SET "'" },
	{ "experiment_id = '1'",
	    "Invalid attribute key 'experiment_id' specified. Valid keys are '" K_SET "'" },
	{ "assessment.x = '1'", "Invalid entity type 'assessment'. Valid values are " E_SET },
	{ "metrics.m > 1", "Invalid entity type 'metrics'. Valid values are " E_SET },
	{ "TAGS.x = '1'", "Invalid entity type 'TAGS'. Valid values are " E_SET },
	{ "status > 'OK'", "Invalid comparator '>' not one of '" T_SET "'" },
	{ "status IS NULL", "Invalid comparator 'IS NULL' not one of '" T_SET "'" },
	{ "status <> 'OK'", "Invalid comparator '<>' not one of '" T_SET "'" },
	{ "status == 'OK'", "Invalid comparator '==' not one of '" T_SET "'" },
	{ "timestamp_ms LIKE '5'", "Invalid comparator 'LIKE' not one of '" T_SET },
	{ "name > 'x'", "Invalid comparator '>' not one of '" P_SET },
	{ "name IN ('x')", "Invalid comparator 'IN' not one of '" P_SET },
	{ "run_id IN ('x')", "Invalid comparator 'IN' not one of '" P_SET "'" },
	{ "tags.x IN ('x')", "Invalid comparator 'IN' not one of '" P_SET },
	{ "metadata.x > 'x'", "Invalid comparator '>' not one of '" P_SET "'" },
	{ "timestamp_ms IN (1)", "Only attributes in " L_SET
	    " supports comparison with a list of quoted string values." },
	{ "prompt IN ('a/1')", "Only attributes in " L_SET
	    " supports comparison with a list of quoted string values." },
	{ "metadata.x IN ('mv')", "Expected a quoted string value for request_metadata (e.g. "
	    "'my-value'). Got value ('mv')" },
	{ "feedback.x IN ('mv')",
	    "Expected a quoted string value for feedback (e.g. 'my-value'). Got "
	    "value ('mv')" },
	{ "issue.id IN ('mv')",
	    "Expected a quoted string value for issue (e.g. 'my-value'). Got " "value ('mv')" },
	{ "name = 5", "Only the '" N_SET
	    "' attributes support comparison with numeric values." },
	{ "tags.n = 10", "Expected a quoted string value for tag (e.g. 'my-value'). Got "
	    "value 10" },
	{ "metadata.n = 10", "Expected a quoted string value for request_metadata (e.g. "
	    "'my-value'). Got value 10" },
	{ "feedback.s = 5",
	    "Expected a quoted string value for feedback (e.g. 'my-value'). Got " "value 5" },
	{ "expectation.s = 5",
	    "Expected a quoted string value for expectation (e.g. 'my-value'). "
	    "Got value 5" },
	{ "span.duration > 1", "Expected a quoted string value for span (e.g. 'my-value'). Got "
	    "value 1" },
	{ "issue.id = 5", "Expected a quoted string value for issue (e.g. 'my-value'). Got "
	    "value 5" },
	{ "feedback.s > 'x'",
	    "Expected a numeric value for feedback when using comparator '>'. "
	    "Got value 'x'" },
	{ "expectation.s <= '5'",
	    "Expected a numeric value for expectation when using comparator "
	    "'<='. Got value '5'" },
	{ "feedback.s NOT LIKE 'x'", "assessment.s comparator 'NOT LIKE' not one of '" V_SET
	    "'" },
	{ "tags.env = prod", "Parameter value is either not quoted or unidentified quote types "
	    "used for string value prod. Use either single or double quotes." },
	{ "status = OK", "Parameter value is either not quoted or unidentified quote types "
	    "used for string value OK. Use either single or double quotes." },
	{ "prompt LIKE 'a/1'", "Invalid comparator 'LIKE' for prompts filter. Only '=' is "
	    "supported with format: prompt = \"name/version\"" },
	{ "prompt IS NULL", "Invalid comparator 'IS NULL' for prompts filter. Only '=' is "
	    "supported with format: prompt = \"name/version\"" },
	{ "prompt > 'a/1'", "Invalid comparator '>' not one of '" P_SET },
	{ "prompt = 'pr'", "Invalid prompts filter value 'pr'. Expected format: prompt = "
	    "\"name/version\"" },
	{ "prompt = 'a/b/c'", "Invalid prompts filter value 'a/b/c'. Expected format: prompt = "
	    "\"name/version\"" },
	{ "span.foo = 'x'", "Invalid span attribute 'foo'. Supported attributes: name, status, "
	    "type, attributes.<attribute_name>." },
	{ "span.service_name = 'x' AND bar = 'x'",
	    "Invalid span attribute 'service_name'. Supported attributes: name, "
	    "status, type, attributes.<attribute_name>." },
	{ "span.name IS NULL", "span.name comparator 'IS NULL' not one of '" T_SET "'" },
	{ "span.type > 'x'", "span.type comparator '>' not one of '" T_SET "'" },
	{ "span.attributes.k > 'x'", "span.attributes.k comparator '>' not one of '" T_SET
	    "'" },
	{ "span.content = 'x'", "span.content comparator '=' not one of '" C_SET "'" },
	{ "trace.text = 'x'", "span.content comparator '=' not one of '" C_SET "'" },
	{ "span.attributes. LIKE 'x'",
	    "Span attribute name cannot be empty after 'attributes.'" },
	{ "feedback. = 'x'", "Assessment field name cannot be empty" },
	{ "issue.foo = 'x'", "Invalid issue attribute 'foo'. Supported attributes: id" },
	{ "issue.id != 'x'", "issue.id comparator '!=' not one of '{'='}'" },
	{ "metadata.mlflow.trace.tokenUsage LIKE 'x'",
	    "Comparator 'LIKE' is not supported for reserved metadata "
	    "'mlflow.trace.tokenUsage'. Only '=', '!=', 'IS NULL', and 'IS NOT "
	    "NULL' are supported." },
	{ "metadata.mlflow.trace.cost RLIKE 'x'",
	    "Comparator 'RLIKE' is not supported for reserved metadata "
	    "'mlflow.trace.cost'. Only '=', '!=', 'IS NULL', and 'IS NOT NULL' "
	    "are supported." },
	{ "metadata.mlflow.trace.cost > 'x'", "Invalid comparator '>' not one of '" P_SET "'" },
	{ "status IN ()", "While parsing a list in the query, expected a non-empty list of "
	    "string values, but got empty list" },
	{ "status IN (5)", "While parsing a list in the query, expected string value, "
	    "punctuation, or whitespace, but got different type in list: (5,)" },
	{ "status IN 'OK'", "Invalid clause(s) in filter string: 'status', 'IN', ''OK''" },
	{ "tags.a b = 'x'", "Invalid clause(s) in filter string: 'tags.a'" },
	{ "timestamp_ms BETWEEN 1 AND 2",
	    "Invalid clause(s) in filter string: 'timestamp_ms', 'BETWEEN', " "'1', '2'" },
	{ "text LIKE '%x%' AND timestamp > 5 AND attributes.text ILIKE 'x' AND tags.text LIKE 'x'",
	    NULL },
	{ "issue.name = 'I' AND feedback.NAME LIKE 'x' AND metadata.run_id RLIKE 'x'", NULL },
	{ "tags.dot.key = '1' AND metadata.`a b` IS NULL AND span.attributes.`a b` LIKE '%x'",
	    NULL },
	{ "timestamp_ms > '5' AND execution_time < 1.5 AND end_time_ms != 99999999999999999999",
	    NULL },
	{ "feedback.s >= 0.5 AND feedback.s = '5' AND expectation.e IS NOT NULL", NULL },
	{ "status in ('OK',) and request_id not in ('a')", NULL },
	{ "timestamp_ms > 'soon'",
	    "Invalid filter: 'timestamp_ms' is compared with 'soon', which is no number." },
};

static struct arena mem;

static void
check(const struct search_dialect *d, const struct row *row)
{
	struct search_node *tree;
	struct search_error err = { SEARCH_INVALID, STR("accepted") };
	int rc = search_parse(&mem, d, str_of(row->filter), &tree, &err);
	bool right = row->error == NULL ? rc == 0 : rc == 1 &&
	    err.kind == SEARCH_INVALID && str_is(err.text, row->error);

	if (!tap_ok(right, "%s", row->filter[strcspn(row->filter, "\t\n#\\")] ==
	    '\0' ? row->filter : "odd characters"))
		printf("# filter %s\n# got    %s\n# wanted %s\n", row->filter,
		    err.text.p, row->error == NULL ? "accepted" : row->error);
	arena_reset(&mem);
}

static struct search_test
test_of(const char *filter)
{
	struct search_node *tree;
	struct search_error err;

	if (search_parse(&mem, &search_runs, str_of(filter), &tree, &err) != 0 ||
	    tree->kind != NODE_AND || tree->nkids != 1)
		return (struct search_test){ 0 };
	return tree->kids[0].test;
}

static void
check_values(void)
{
	struct search_test t = test_of("metrics.`a b` >= -2.5e1");

	tap_ok(t.field->column == RUN_METRIC && str_is(t.key, "a b") &&
	    t.op == OP_GE && t.number == -25, "key, comparator and number");
	t = test_of("start_time = 9007199254740993");
	tap_ok(t.is_integer && t.integer == INT64_C(9007199254740993),
	    "an integer beyond a double's precision is exact");
	t = test_of("Created = 1.5");
	tap_ok(t.field->column == RUN_START_TIME && !t.is_integer &&
	    t.number == 1.5, "Created is start_time; a fraction stays");
	t = test_of("params.p like 'it''s \\%'");
	tap_ok(t.op == OP_LIKE && str_is(t.texts[0], "it''s \\%"),
	    "a text is taken as written");
	t = test_of("run_id NOT\tIN ('a\\'b' \"c\", '')");
	tap_ok(t.op == OP_NOT_IN && t.nvalues == 2 &&
	    str_is(t.texts[0], "a'bc") && str_is(t.texts[1], ""),
	    "in a list, escapes are undone and neighbours joined");
	t = test_of("run_id != ('a')");
	tap_ok(t.op == OP_NOT_IN, "!= and a list is NOT IN");
	t = test_of("tags.t is not null");
	tap_ok(t.op == OP_NOT_NULL, "IS NOT NULL in any case");
}

/* The clause n times over, with AND between. */
static struct str
repeat(const char *clause, size_t n)
{
	struct buf b = { 0 };
	struct str s;

	while (n-- > 0)
		buf_printf(&b, "%s%s", clause, n > 0 ? " AND " : "");
	s = arena_str(&mem, buf_str(&b));
	buf_fini(&b);
	return s;
}

static void
check_bounds(void)
{
	static const struct {
		const char	*clause;
		size_t		 n;
		bool		 ok;
	} rows[] = {
		{ "start_time > 1", SEARCH_CLAUSES_MAX, true },
		{ "start_time > 1", SEARCH_CLAUSES_MAX + 1, false },
		{ "metrics.m > 1", SEARCH_CLAUSES_MAX, true },
		{ "metrics.m > 1", SEARCH_CLAUSES_MAX + 1, false },
		{ "start_time > 1", SEARCH_FILTER_MAX / 14, false },
		{ "((", 20000, false },
		{ "[([)]", 20000, false },
		{ "/*", 20000, false },
	};
	struct search_node *tree;
	struct search_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc = search_parse(&mem, &search_runs,
		    repeat(rows[i].clause, rows[i].n), &tree, &err);

		tap_ok(rc == (rows[i].ok ? 0 : 1), "%zu times %s", rows[i].n,
		    rows[i].clause);
		arena_reset(&mem);
	}
	tap_ok(search_parse(&mem, &search_runs,
	    STR("metrics.m > 1e400"), &tree, &err) == 1 &&
	    err.kind == SEARCH_BAD_REQUEST, "beyond a double is BAD_REQUEST");
	tap_ok(search_parse(&mem, &search_runs,
	    STR("params.p = 'a\0b'"), &tree, &err) == 0 &&
	    tree->kids[0].test.texts[0].len == 3, "NUL inside quotes is kept");
	tap_ok(search_parse(&mem, &search_runs, STR("params.p \0= 'a'"), &tree,
	    &err) == 1, "NUL outside quotes is no clause");
	tap_ok(search_parse(&mem, &search_experiments, STR("\0"), &tree,
	    &err) == 1 && err.text.p[err.text.len - 1] == '\0',
	    "nor is it lost on the way");
	tap_ok(search_parse(&mem, &search_runs, (struct str){ NULL, 0 }, &tree,
	    &err) == 0 && tree->nkids == 0, "no filter matches everything");
}

static void
check_regexps(void)
{
	struct search_node *tree;
	struct search_error err;
	size_t n;

	for (n = SEARCH_REGEXP_MAX; n <= SEARCH_REGEXP_MAX + 1; n++) {
		struct buf b = { 0 };
		bool ok = n <= SEARCH_REGEXP_MAX;

		buf_printf(&b, "tags.t RLIKE '%0*d'", (int)n, 0);
		tap_ok(search_parse(&mem, &search_traces, buf_str(&b), &tree, &err) == !ok,
		    "a regular expression of %zu bytes", n);
		buf_fini(&b);
		arena_reset(&mem);
	}
}

static void
check_patterns(void)
{
	static const char *const ops[] = { "LIKE", "ILIKE", "=" };
	static const size_t counts[] = { SEARCH_WILDCARDS_MAX, SEARCH_WILDCARDS_MAX + 1 };
	struct search_node *tree;
	struct search_error err;
	size_t i, k, n;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 2; k++) {
			struct buf b = { 0 };
			bool ok = k == 0 || i == 2;

			buf_printf(&b, "tags.t %s '", ops[i]);
			for (n = 0; n < counts[k]; n++)
				buf_puts(&b, "%");
			buf_puts(&b, "'");
			tap_ok(search_parse(&mem, &search_runs, buf_str(&b), &tree,
			    &err) == !ok && (ok || err.kind == SEARCH_INVALID),
			    "%s with %zu wildcards", ops[i], counts[k]);
			buf_fini(&b);
			arena_reset(&mem);
		}
}

int
main(void)
{
	size_t i;

	arena_init(&mem);
	for (i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		check(&search_runs, &runs[i]);
	for (i = 0; i < sizeof(experiments) / sizeof(experiments[0]); i++)
		check(&search_experiments, &experiments[i]);
	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		check(&search_models, &models[i]);
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		check(&search_versions, &versions[i]);
	for (i = 0; i < sizeof(datasets) / sizeof(datasets[0]); i++)
		check(&search_eval_datasets, &datasets[i]);
	for (i = 0; i < sizeof(logged) / sizeof(logged[0]); i++)
		check(&search_logged_models, &logged[i]);
	for (i = 0; i < sizeof(traces) / sizeof(traces[0]); i++)
		check(&search_traces, &traces[i]);
	check_values();
	check_patterns();
	check_regexps();
	check_bounds();
	arena_fini(&mem);
	return tap_done();
}
