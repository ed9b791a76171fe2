/*
 * Limits on what one request may ask for, looked at before anything else, so
 * that no document costs more than an honest one.
 */
#ifndef GRAPHQL_GUARD_H
#define GRAPHQL_GUARD_H

#include "base/arena.h"
#include "graphql/document.h"

/* Fields within fields: the reference's limit. */
#define GQL_DEPTH_MAX		10
/* Fields of all operations, those of a fragment wherever it is used. */
#define GQL_SELECTIONS_MAX	1000

struct gql_limits {
	unsigned	root_fields;
	unsigned	aliases;	/* side by side in one selection */
};

/* Fields of one selection, those of its fragments among them. */
struct gql_collected {
	struct gql_selection	**v;
	size_t			 n;
};

/*
 * Add to *to the fields of a selection; every fragment counts once in a walk.
 * `keep` says whether a selection is looked at; NULL: all are.
 */
typedef bool gql_keep(void *arg, const struct gql_selection *);
void	gql_collect(struct arena *mem, unsigned walk, struct gql_selection *,
	    gql_keep *, void *arg, struct gql_collected *to);
/* The number of a new walk. */
unsigned gql_walk_new(struct gql_document *);

/* 0, or -1 with the reference's sentence in *error. */
int	gql_guard(struct arena *mem, struct gql_document *, const struct gql_limits *,
	    struct str *error);

#endif
