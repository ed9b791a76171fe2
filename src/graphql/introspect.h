/*
 * GraphQL's introspection: the schema's tables as values that can be asked for.
 */
#ifndef GRAPHQL_INTROSPECT_H
#define GRAPHQL_INTROSPECT_H

#include "graphql/merge.h"
#include "json/write.h"

/* Write the schema, or the type of that name (null if there is none). */
void	gql_write_schema(struct json_out *, const char *key, const struct gql_merged *);
void	gql_write_type_named(struct json_out *, const char *key, const struct gql_merged *,
	    struct str name);

#endif
