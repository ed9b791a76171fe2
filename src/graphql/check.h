/*
 * Is a parsed document a question that the schema can answer?  The rules are
 * GraphQL's own, the sentences those of the reference.
 */
#ifndef GRAPHQL_CHECK_H
#define GRAPHQL_CHECK_H

#include "graphql/document.h"
#include "graphql/errors.h"
#include "graphql/schema.h"

/* Add an error for everything wrong with a document that passed the guard. */
void	gql_check(struct gql_document *, struct gql_errors *);

/* A literal in a place of that type; variables in it are not looked at. */
void	gql_check_value(struct gql_typed, const struct gql_value *, struct gql_errors *);

/* Variables of an operation: defined, used, of fitting types. */
void	gql_check_usage(struct gql_document *, struct gql_definition *, struct gql_errors *);

/* " Did you mean ...?" for a name that is none of a table's, or "". */
struct str gql_suggest_field(struct arena *, const struct gql_field *, struct str name);
struct str gql_suggest_enum(struct arena *, const struct gql_type *, struct str name);

#endif
