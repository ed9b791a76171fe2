/*
 * Errors of a GraphQL request: sentences, in the order found.
 */
#ifndef GRAPHQL_ERRORS_H
#define GRAPHQL_ERRORS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* After so many the rest is not looked for, and a last one says so. */
#define GQL_ERRORS_MAX	100

struct gql_errors {
	struct arena	*mem;
	struct str	*v;
	size_t		 n;
};

void	gql_error_add(struct gql_errors *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
