/*
 * One description of a request's fields: it decodes JSON bodies and query
 * strings alike into a struct.
 *
 *	struct run_get { struct str run_id, run_uuid; };
 *	const struct field run_get_fields[] = {
 *		F_STR(run_get, run_id, REQUIRED | OR_NEXT),
 *		F_STR(run_get, run_uuid, 0),
 *		F_END
 *	};
 *
 * A macro used on a member of another type does not compile.  The order of rows
 * is the order of the checks.
 */
#ifndef JSON_FIELD_H
#define JSON_FIELD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct json_object;

/* Values that know whether they were given (a str says so by .p != NULL). */
struct opt_i64 {
	int64_t	v;
	bool	set;
};

struct opt_dbl {
	double	v;
	bool	set;
};

struct opt_bool {
	bool	v;
	bool	set;
};

/* An enum by its number. */
struct opt_enum {
	int	v;
	bool	set;
};

struct strs {
	struct str	*items;
	size_t		 n;
	bool		 set;
};

/* Items are structs of the field's sub-table. */
struct list {
	void	*items;
	size_t	 n;
	bool	 set;
};

enum field_kind {
	FIELD_END,
	FIELD_STR,
	FIELD_I64,
	FIELD_DBL,
	FIELD_BOOL,
	FIELD_ENUM,
	FIELD_STRS,
	FIELD_LIST,
	FIELD_STRUCT,
	FIELD_JSON
};

enum field_flag {
	REQUIRED = 1,	/* absent, null and "" are "Missing value" */
	OR_NEXT = 2	/* ... unless the next row's field is given */
};

struct enum_name {
	const char	*name;	/* NULL ends the table */
	int		 value;
};

struct field {
	const char		*name;
	enum field_kind		 kind;
	unsigned		 flags;
	size_t			 offset;
	const struct field	*sub;		/* LIST, STRUCT */
	size_t			 sub_size;
	const struct enum_name	*names;		/* ENUM */
	unsigned		 max;		/* I64 of at most this; 0: no limit.
						   LIST, STRS: items; 0: the default */
};

/*
 * Items of a list where the table says nothing.  Of objects: ten times the largest batch
 * of MLflow's own; each becomes a row or more.  Of texts: ids of the largest page there
 * is, which also go into one statement with its 65,535 places.
 */
#define LIST_MAX		10000
#define STRS_MAX		50000
/* For lists that the handler limits in MLflow's words. */
#define LIST_ANY		UINT_MAX

/* The offset of a member that must have the given type. */
#define FIELD_AT(st, member, type)					\
	(offsetof(struct st, member) + 0 * sizeof(char[			\
	    __builtin_types_compatible_p(__typeof__(((struct st *)0)->member), \
	    type) ? 1 : -1]))

#define F_STR(st, m, f)		{ .name = #m, .kind = FIELD_STR, .flags = (f), \
	.offset = FIELD_AT(st, m, struct str) }
#define F_I64(st, m, f)		{ .name = #m, .kind = FIELD_I64, .flags = (f), \
	.offset = FIELD_AT(st, m, struct opt_i64) }
/* An integer above `most` is answered like a wrong type, as MLflow does. */
#define F_I64_MAX(st, m, f, most)	{ .name = #m, .kind = FIELD_I64,	\
	.flags = (f), .offset = FIELD_AT(st, m, struct opt_i64), .max = (most) }
#define F_DBL(st, m, f)		{ .name = #m, .kind = FIELD_DBL, .flags = (f), \
	.offset = FIELD_AT(st, m, struct opt_dbl) }
#define F_BOOL(st, m, f)	{ .name = #m, .kind = FIELD_BOOL, .flags = (f), \
	.offset = FIELD_AT(st, m, struct opt_bool) }
#define F_ENUM(st, m, f, table)	{ .name = #m, .kind = FIELD_ENUM, .flags = (f), \
	.offset = FIELD_AT(st, m, struct opt_enum), .names = (table) }
#define F_STRS(st, m, f)	{ .name = #m, .kind = FIELD_STRS, .flags = (f), \
	.offset = FIELD_AT(st, m, struct strs) }
#define F_STRS_MAX(st, m, f, most)	{ .name = #m, .kind = FIELD_STRS,	\
	.flags = (f), .offset = FIELD_AT(st, m, struct strs), .max = (most) }
#define F_LIST(st, m, f, subst, table)	F_LIST_MAX(st, m, f, subst, table, 0)
#define F_LIST_MAX(st, m, f, subst, table, most)	{ .name = #m, .kind = FIELD_LIST, \
	.flags = (f), .offset = FIELD_AT(st, m, struct list), .sub = (table),	\
	.sub_size = sizeof(struct subst), .max = (most) }
#define F_STRUCT(st, m, f, subst, table)	{ .name = #m, .kind = FIELD_STRUCT, \
	.flags = (f), .offset = FIELD_AT(st, m, struct subst), .sub = (table),	\
	.sub_size = sizeof(struct subst) }
/* Any value, as it is; NULL where absent or null.  The handler looks at it. */
#define F_JSON(st, m, f)	{ .name = #m, .kind = FIELD_JSON, .flags = (f),	\
	.offset = FIELD_AT(st, m, const struct json_object *) }
#define F_END			{ .name = NULL, .kind = FIELD_END }

#endif
