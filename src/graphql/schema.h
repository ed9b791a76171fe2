/*
 * The types that can be asked for, as const tables.
 *
 * An object's field reads the member of the tracking API's answer whose name is
 * the field's in snake_case, unless it has a resolver.  Types of GraphQL's own
 * introspection are types like any other, with values made from these tables.
 */
#ifndef GRAPHQL_SCHEMA_H
#define GRAPHQL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "graphql/document.h"

enum gql_kind { GQL_SCALAR, GQL_OBJECT, GQL_ENUM, GQL_INPUT };

/* How a type is wrapped: [T!]! is all three. */
enum gql_wrap {
	GQL_LIST_OF = 1,
	GQL_ITEM_REQUIRED = 2,
	GQL_REQUIRED = 4
};

/* What gives a field its value. */
enum gql_resolver {
	GQL_MEMBER,		/* the answer above it has it */
	GQL_TYPENAME,
	/* introspection */
	GQL_SCHEMA, GQL_TYPE,
	GQL_META,
	/* those of the caller: most ask a row of the tracking API */
	GQL_ECHO, GQL_NOTHING,
	GQL_ASK,		/* with the argument "input" */
	GQL_ASK_EXPERIMENT,	/* the same; without an id, the default experiment */
	GQL_RUN_EXPERIMENT, GQL_RUN_VERSIONS	/* with what the run above has */
};

/* A type in place. */
struct gql_typed {
	const struct gql_type	*type;
	unsigned		 wrap;
};

/* A field of an object or input, an argument of a field or directive. */
struct gql_field {
	const char		*name;		/* NULL ends a table */
	struct gql_typed	 t;
	const struct gql_field	*args;		/* NULL: none */
	enum gql_resolver	 resolver;
	const char		*initial;	/* default as a literal; of an object's
						   text: its value if the tree has none */
	const char		*row;		/* the path of the row that is asked */
};

struct gql_type {
	const char		*name;
	enum gql_kind		 kind;
	const struct gql_field	*fields;	/* OBJECT, INPUT */
	const char *const	*values;	/* ENUM; NULL ends */
};

/* Where a directive may stand. */
enum gql_place_kind {
	GQL_AT_QUERY, GQL_AT_MUTATION, GQL_AT_SUBSCRIPTION, GQL_AT_FIELD,
	GQL_AT_FRAGMENT_DEFINITION, GQL_AT_SPREAD, GQL_AT_INLINE, GQL_AT_VARIABLE,
	GQL_AT__MAX
};
extern const char *const gql_places[GQL_AT__MAX];

struct gql_directive_type {
	const char		*name;
	unsigned		 places;	/* bits: 1 << GQL_AT_... */
	const struct gql_field	*args;
};

extern const struct gql_type gql_query, gql_mutation;
extern const struct gql_type gql_string, gql_int, gql_long, gql_float, gql_boolean;
extern const struct gql_type gql_meta_schema, gql_meta_type, gql_meta_field,
    gql_meta_input, gql_meta_enum_value, gql_meta_directive;
/* Every type there is, introspection's too; NULL ends. */
extern const struct gql_type *const gql_types[];
/* A row without a name ends it. */
extern const struct gql_directive_type gql_directives[];
/* __typename, of every object, and those that only Query has. */
extern const struct gql_field gql_typename_field;

/* By name; NULL: there is none. */
const struct gql_type	*gql_type_find(struct str name);
const struct gql_directive_type *gql_directive_find(struct str name);
const struct gql_field	*gql_field_find(const struct gql_field *, struct str name);
/* A field of an object, __typename, __schema and __type included. */
const struct gql_field	*gql_object_field(const struct gql_type *, struct str name);
/* NULL for kinds of operations that there are no fields for. */
const struct gql_type	*gql_root_type(enum gql_definition_kind);
bool			 gql_has_fields(const struct gql_type *);
/* What a list holds; the type itself, which may be null, of anything else. */
struct gql_typed	 gql_item_type(struct gql_typed);
/* "[String!]!" */
struct str		 gql_type_text(struct arena *, struct gql_typed);
/* The name within all lists of a type as written. */
struct str		 gql_type_ref_name(const struct gql_type_ref *);
/* runUuid: run_uuid. */
struct str		 gql_member_name(struct arena *, const char *field);

#endif
