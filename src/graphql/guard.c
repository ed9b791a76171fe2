/*
 * Fragments are followed as execution would follow them: a cycle of fragments
 * without a field between ends by itself, one with a field is too deep.
 */
#include "graphql/guard.h"

struct guard {
	struct arena		*mem;
	struct gql_document	*doc;
	unsigned		 selections;
	unsigned		 root_fields;
	unsigned		 aliases;	/* the most in one selection */
	struct str		*error;
};

unsigned
gql_walk_new(struct gql_document *doc)
{
	return ++doc->walks;
}

void
gql_collect(struct arena *mem, unsigned walk, struct gql_selection *s, gql_keep *keep,
    void *arg, struct gql_collected *to)
{
	for (; s != NULL; s = s->next) {
		if (keep != NULL && !keep(arg, s))
			continue;
		switch (s->kind) {
		case GQL_FIELD:
			to->v = arena_grow(mem, to->v, to->n, sizeof(*to->v));
			to->v[to->n++] = s;
			break;
		case GQL_INLINE:
			gql_collect(mem, walk, s->first, keep, arg, to);
			break;
		case GQL_SPREAD:
			if (s->fragment == NULL || s->fragment->seen == walk)
				break;
			s->fragment->seen = walk;
			gql_collect(mem, walk, s->fragment->first, keep, arg, to);
		}
	}
}

static int
refuse(struct guard *g, struct str sentence)
{
	*g->error = sentence;
	return -1;
}

static int
guard_set(struct guard *g, struct gql_selection *set, unsigned depth)
{
	struct gql_collected fields = { NULL, 0 };
	unsigned aliases = 0;
	size_t i;

	gql_collect(g->mem, gql_walk_new(g->doc), set, NULL, NULL, &fields);
	if (depth == 1)
		g->root_fields += (unsigned)fields.n;
	for (i = 0; i < fields.n; i++) {
		if (depth > GQL_DEPTH_MAX)
			return refuse(g, arena_printf(g->mem,
			    "Query exceeds maximum depth of %d", GQL_DEPTH_MAX));
		if (++g->selections > GQL_SELECTIONS_MAX)
			return refuse(g, arena_printf(g->mem,
			    "Query exceeds maximum total selections of %d", GQL_SELECTIONS_MAX));
		aliases += fields.v[i]->alias.p != NULL;
		if (fields.v[i]->first != NULL &&
		    guard_set(g, fields.v[i]->first, depth + 1) == -1)
			return -1;
	}
	if (aliases > g->aliases)
		g->aliases = aliases;
	return 0;
}

int
gql_guard(struct arena *mem, struct gql_document *doc, const struct gql_limits *limits,
    struct str *error)
{
	struct guard g = { .mem = mem, .doc = doc, .error = error };
	struct gql_definition *d;

	for (d = doc->first; d != NULL; d = d->next)
		if (d->kind != GQL_FRAGMENT && guard_set(&g, d->first, 1) == -1)
			return -1;
	if (g.root_fields > limits->root_fields)
		return refuse(&g, arena_printf(mem, "GraphQL queries should have at most %u root "
		    "fields, got %u root fields. To increase the limit, set the "
		    "MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS environment variable.",
		    limits->root_fields, g.root_fields));
	if (g.aliases > limits->aliases)
		return refuse(&g, arena_printf(mem, "GraphQL queries should have at most %u "
		    "aliases, got %u aliases. To increase the limit, set the "
		    "MLFLOW_SERVER_GRAPHQL_MAX_ALIASES environment variable.",
		    limits->aliases, g.aliases));
	return 0;
}
