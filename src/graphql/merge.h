/*
 * Selections merged: one node for each name in the answer.  Only for documents
 * that passed the guard, which keeps the tree small and free of cycles.
 */
#ifndef GRAPHQL_MERGE_H
#define GRAPHQL_MERGE_H

#include "graphql/document.h"
#include "graphql/errors.h"
#include "graphql/guard.h"
#include "graphql/schema.h"

/* A field as written, and the one whose selection it stands in. */
struct gql_source {
	struct gql_selection		*field;
	const struct gql_source		*parent;	/* NULL: the operation's */
	struct gql_source		*next;
};

struct gql_merged {
	struct str		 key;		/* its name in the answer */
	struct gql_source	*sources;
	struct gql_merged	*first;		/* fields below it */
	struct gql_merged	*next;
	/* for the execution of checked documents */
	const struct gql_field	*def;
	const char		*member;	/* of the answer that it reads */
	struct json_object	*args;		/* checked, by snake_case names; or NULL */
};

struct gql_merged *gql_merge(struct arena *mem, struct gql_document *, struct gql_selection *,
		    gql_keep *, void *arg);

/* Fields that share a name in the answer and differ otherwise. */
void	gql_check_conflicts(const struct gql_merged *, struct gql_errors *);

#endif
