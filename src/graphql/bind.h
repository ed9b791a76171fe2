/*
 * Variables and the values that a request gives them; arguments with the
 * variables in them replaced.
 */
#ifndef GRAPHQL_BIND_H
#define GRAPHQL_BIND_H

#include "graphql/document.h"
#include "graphql/errors.h"
#include "graphql/schema.h"
#include "json/read.h"

/* An operation's variables with what the request says about them. */
struct gql_bindings {
	const struct gql_variable	*variables;
	const struct json_object	*values;	/* an object, or NULL */
};

/* Add an error for every value that does not fit its variable's type. */
void	gql_bind_check(const struct gql_bindings *, struct gql_errors *);

/*
 * Arguments as a JSON object by snake_case names, for the decoder; free with
 * json_free.  The document and the bindings have been checked.
 */
struct json_object *gql_bind_arguments(struct arena *, const struct gql_bindings *,
	    const struct gql_field *defs, const struct gql_value *args);

/* The value of the argument `if` of a directive. */
bool	gql_bind_if(const struct gql_bindings *, const struct gql_directive *);

#endif
