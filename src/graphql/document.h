/*
 * A GraphQL document as the parser leaves it: definitions, their selections and
 * the literals in them.  Everything lives in one arena; names and texts end with
 * NUL.
 */
#ifndef GRAPHQL_DOCUMENT_H
#define GRAPHQL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum gql_value_kind {
	GQL_NULL,
	GQL_INT,
	GQL_FLOAT,
	GQL_STRING,
	GQL_BOOL,
	GQL_WORD,	/* a name that is no keyword: of an enum */
	GQL_LIST,
	GQL_MEMBERS,	/* {name: value} */
	GQL_VARIABLE
};

/* A literal; arguments and members of objects are lists of named ones. */
struct gql_value {
	enum gql_value_kind	 kind;
	struct str		 name;		/* of the argument or member */
	struct str		 text;		/* digits, decoded text, word, variable */
	struct gql_value	*first;		/* LIST, MEMBERS */
	struct gql_value	*next;
};

struct gql_directive {
	struct str		 name;
	struct gql_value	*args;
	struct gql_directive	*next;
};

enum gql_selection_kind { GQL_FIELD, GQL_SPREAD, GQL_INLINE };

struct gql_selection {
	enum gql_selection_kind	 kind;
	struct str		 alias;		/* FIELD; absent: none */
	struct str		 name;		/* of the field or fragment */
	struct str		 on;		/* INLINE; absent: no condition */
	struct gql_value	*args;
	struct gql_directive	*directives;
	struct gql_selection	*first;
	struct gql_definition	*fragment;	/* SPREAD; NULL: there is none of that name */
	struct gql_selection	*next;
};

/* A type as written: a name, or a list of `item`. */
struct gql_type_ref {
	struct str		 name;
	struct gql_type_ref	*item;
	bool			 required;	/* ! */
};

struct gql_variable {
	struct str		 name;
	struct gql_type_ref	*type;
	struct gql_value	*initial;	/* NULL: no default */
	struct gql_directive	*directives;
	struct gql_variable	*next;
	bool			 used;		/* somewhere in its operation */
};

enum gql_definition_kind { GQL_QUERY, GQL_MUTATION, GQL_SUBSCRIPTION, GQL_FRAGMENT };

struct gql_definition {
	enum gql_definition_kind kind;
	struct str		 name;		/* absent: an anonymous operation */
	struct str		 on;		/* FRAGMENT */
	struct gql_variable	*variables;
	struct gql_directive	*directives;
	struct gql_selection	*first;
	struct gql_definition	*next;
	unsigned		 seen;		/* the last walk that came here */
	bool			 used;		/* FRAGMENT: some operation reaches it */
};

struct gql_document {
	struct gql_definition	*first;
	unsigned		 walks;		/* begun so far; see seen */
};

#endif
