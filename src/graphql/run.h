/*
 * A GraphQL request from its text to its answer.
 */
#ifndef GRAPHQL_RUN_H
#define GRAPHQL_RUN_H

#include "base/buf.h"
#include "graphql/guard.h"
#include "graphql/schema.h"
#include "json/read.h"

/*
 * The largest answer: a page of runs has some megabytes, and aliases can ask for
 * everything ten times at each of ten levels.
 */
#define GQL_ANSWER_MAX	(16 * 1024 * 1024)

enum gql_found {
	GQL_FOUND,	/* *value is the answer's tree, or NULL */
	GQL_REFUSED,	/* *error is a sentence for the client */
	GQL_FAILED	/* not the client's mistake: there is no answer at all */
};

struct gql_request {
	struct str			 query;		/* valid UTF-8 */
	struct str			 operation;	/* absent: the only one */
	const struct json_object	*variables;	/* an object, or NULL */
	struct gql_limits		 limits;
	/*
	 * The value of a field with a resolver of the caller's.  `args` are its
	 * arguments by snake_case names; `parent` is the tree that holds it, NULL
	 * for fields of operations.  The tree found is freed by the executor; below
	 * a parent its member of the field's name is the value.
	 */
	enum gql_found			(*resolve)(void *arg, const struct gql_field *,
					    const struct json_object *args,
					    const struct json_object *parent,
					    struct json_object **value, struct str *error);
	void				*arg;
};

enum gql_outcome {
	GQL_ANSWERED,	/* the answer is written, errors and all */
	GQL_BROKEN,	/* the same, but the document could not be parsed or is too much */
	GQL_GAVE_UP	/* the resolver failed: nothing of use is written */
};

/* Write {"data": ..., "errors": ...} to an empty buffer. */
enum gql_outcome gql_run(struct arena *, const struct gql_request *, struct buf *to);

/* The same for a request without a document: data is null. */
void	gql_write_error(struct buf *to, struct str sentence);

#endif
