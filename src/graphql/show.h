/*
 * Values and types as messages show them, and names that may have been meant.
 */
#ifndef GRAPHQL_SHOW_H
#define GRAPHQL_SHOW_H

#include "base/arena.h"
#include "graphql/document.h"
#include "json/read.h"

/* A literal as GraphQL: {a: [1, "x"]}.  Long ones are cut. */
struct str	gql_show_value(struct arena *, const struct gql_value *);
/* The same whole, for comparisons. */
struct str	gql_value_text(struct arena *, const struct gql_value *);
/* A variable's value as Python shows it: {'a': [1, None]}.  Long ones are cut. */
struct str	gql_show_json(struct arena *, const struct json_object *);
struct str	gql_show_type(struct arena *, const struct gql_type_ref *);

/* Names to choose from. */
struct gql_names {
	const char	*v[128];
	size_t		 n;
};
/*
 * " Did you mean <what>'a', 'b', or 'c'?" for those of the names that are close
 * to the word, the closest first; "" if there are none.
 */
struct str	gql_suggest(struct arena *, struct str word, struct gql_names *,
		    const char *what);

#endif
