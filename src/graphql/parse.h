/*
 * Executable GraphQL documents: operations and fragments.  Definitions of types
 * are no part of a request and count as errors of syntax.
 */
#ifndef GRAPHQL_PARSE_H
#define GRAPHQL_PARSE_H

#include "base/arena.h"
#include "graphql/document.h"

/*
 * The most tokens of a document: 1,000 selections, as many as are answered, with
 * a dozen tokens of arguments each.
 */
#define GQL_TOKENS_MAX		20000
/* Braces, brackets and types within each other; queries may be ten fields deep. */
#define GQL_NEST_MAX		64
/* Fragments: no more than a query can use. */
#define GQL_FRAGMENTS_MAX	500

/*
 * Parse the whole of `source`, valid UTF-8.  0, or -1 with a sentence in *error
 * that names the place.
 */
int	gql_parse(struct arena *mem, struct str source, struct gql_document *,
	    struct str *error);

#endif
