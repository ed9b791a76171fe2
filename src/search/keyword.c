/*
 * The words that are SQL to MLflow's tokeniser, so that bare they are no key
 * (`user = 'ann'` is refused, `tags.user` and `` `user` `` are fine).  The list
 * is what was observed; a word that is missing only changes an error text.
 */
#include <stdlib.h>
#include <string.h>

#include "search/keyword.h"

/* Longest word of the table and its NUL. */
#define WORD_SIZE	24

/* Sorted by bytes, lower case. */
static const char *const words[] = {
	"account", "add", "admin", "after", "aggregate", "alias", "all",
	"alter", "analyze", "and", "any", "archive", "array", "as", "asc",
	"asensitive", "at", "atomic", "authorization", "auto_increment",
	"avg", "backup", "before", "begin", "between", "bigint", "binary",
	"bit", "blob", "block", "body", "boolean", "both", "box", "by",
	"bytea", "cache", "call", "called", "cardinality", "cascade",
	"cascaded", "case", "cast", "catalog", "catalog_name", "chain",
	"change", "char", "character", "charset", "check", "checked",
	"checkpoint", "cidr", "circle", "class", "class_origin", "clob",
	"close", "cluster", "coalesce", "collate", "collation", "column",
	"column_name", "comment", "commit", "committed", "compile",
	"completion", "compress", "condition", "connect", "connection",
	"constraint", "constraint_catalog", "constraint_name",
	"constraint_schema", "constraints", "constructor", "contains",
	"continue", "convert", "copy", "count", "create", "cross", "cube",
	"current", "current_date", "current_role", "current_time",
	"current_timestamp", "current_user", "cursor", "cursor_name", "cycle",
	"data", "database", "datafile", "date", "day", "deallocate", "dec",
	"decimal", "declare", "default", "deferred", "define", "defined",
	"definer", "delete", "deref", "desc", "describe", "deterministic",
	"diagnostics", "dictionary", "directory", "disable", "distinct",
	"distinctrow", "div", "do", "domain", "double", "drop", "dump",
	"dynamic", "each", "else", "elsif", "enable", "encoding", "encrypted",
	"end", "engine", "enum", "equals", "escape", "events", "every",
	"except", "exception", "exchange", "exclusive", "execute", "exists",
	"exit", "explain", "extended", "extension", "external", "extract",
	"false", "fetch", "file", "final", "first", "float", "flush",
	"following", "for", "force", "foreign", "found", "free", "freeze",
	"from", "full", "function", "general", "generated", "get", "global",
	"go", "goto", "grant", "granted", "group", "hash", "having", "hold",
	"host", "hour", "identified", "identity", "if", "ignore", "ilike",
	"immediate", "immutable", "in", "include", "increment", "index",
	"indexes", "inet", "inherit", "initial", "initialize", "inline",
	"inner", "inout", "input", "insensitive", "insert", "instance",
	"instead", "int", "int8", "integer", "intersect", "interval", "into",
	"invoker", "is", "isnull", "isolation", "iterate", "join", "json",
	"jsonb", "key", "language", "large", "last", "lateral", "layer",
	"leading", "leave", "left", "length", "less", "level", "like",
	"limit", "line", "link", "listen", "load", "local", "localtime",
	"localtimestamp", "location", "lock", "logfile", "long", "loop",
	"lower", "macaddr", "map", "match", "max", "maxvalue", "merge",
	"message_text", "method", "min", "minus", "minute", "minvalue", "mod",
	"mode", "modifies", "modify", "module", "money", "month", "more",
	"move", "names", "national", "natural", "nchar", "new", "next", "no",
	"nocache", "nocycle", "nomaxvalue", "nominvalue", "none", "not",
	"notfound", "nothing", "notify", "notnull", "nowait", "null",
	"number", "numeric", "nvarchar", "object", "of", "off", "offset",
	"oids", "old", "on", "online", "only", "open", "operation",
	"operator", "option", "options", "or", "order", "ordinality", "out",
	"outer", "output", "over", "overlaps", "overlay", "overriding",
	"owner", "package", "pad", "parallel", "parameter", "parameters",
	"partial", "partition", "path", "plan", "point", "polygon",
	"position", "preceding", "precision", "prefix", "prepare", "preserve",
	"primary", "print", "prior", "private", "privileges", "procedural",
	"procedure", "profile", "public", "quarter", "raise", "range", "raw",
	"read", "reads", "real", "recover", "recursive", "ref", "references",
	"regexp", "reindex", "relative", "rename", "repeatable", "replace",
	"reset", "resignal", "resource", "restart", "restrict", "result",
	"return", "returned_sqlstate", "returning", "returns", "reuse",
	"revoke", "right", "rlike", "role", "rollback", "rollup", "routine",
	"row", "row_count", "row_format", "rowid", "rownum", "rows", "rule",
	"savepoint", "scale", "schema", "schema_name", "scope", "scroll",
	"search", "second", "section", "security", "segment", "select",
	"self", "sensitive", "sequence", "serial", "serial8", "serializable",
	"session", "set", "sets", "share", "show", "signal", "signed",
	"similar", "simple", "size", "smallint", "snapshot", "some", "source",
	"space", "specific", "sql", "sqlexception", "sqlstate", "sqlwarning",
	"stable", "stack", "start", "statement", "static", "statistics",
	"stdin", "stdout", "stop", "storage", "straight_join", "strict",
	"string", "structure", "subclass_origin", "substring", "sum",
	"symmetric", "system", "table", "table_name", "tables", "tablespace",
	"temp", "temporary", "terminate", "text", "than", "then", "time",
	"timestamp", "tinyint", "to", "trailing", "transaction", "transform",
	"translate", "translation", "treat", "trigger", "triggers", "trim",
	"true", "truncate", "trusted", "tsvector", "type", "unbounded",
	"uncommitted", "under", "union", "unique", "unknown", "unlisten",
	"unlock", "unnest", "unsigned", "until", "update", "upper", "usage",
	"use", "user", "using", "utc_timestamp", "uuid", "vacuum", "valid",
	"validate", "validator", "values", "varchar", "varchar2", "variable",
	"varying", "verbose", "version", "view", "volatile", "week", "when",
	"whenever", "where", "while", "window", "with", "without", "work",
	"write", "xml", "year", "zone",
};

static int
compare_word(const void *key, const void *member)
{
	const char *const *word = member;

	return strcmp(key, *word);
}

bool
keyword_is(struct str s)
{
	char lower[WORD_SIZE];
	size_t i;

	if (s.len == 0 || s.len >= sizeof(lower))
		return false;
	for (i = 0; i < s.len; i++) {
		if (s.p[i] == '\0')
			return false;
		lower[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ?
		    (char)(s.p[i] - 'A' + 'a') : s.p[i];
	}
	lower[s.len] = '\0';
	return bsearch(lower, words, sizeof(words) / sizeof(words[0]),
	    sizeof(words[0]), compare_word) != NULL;
}
