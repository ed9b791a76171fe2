/*
 * Fields of one name are found by looking through those before: the guard has
 * limited their number.
 */
#include "graphql/merge.h"
#include "graphql/show.h"

struct merge {
	struct arena		*mem;
	struct gql_document	*doc;
	gql_keep		*keep;
	void			*arg;
};

/* The node of that name, made behind the others if it is new. */
static struct gql_merged *
node_of(const struct merge *m, struct gql_merged **first, struct str key)
{
	struct gql_merged **end;

	for (end = first; *end != NULL; end = &(*end)->next)
		if (str_eq((*end)->key, key))
			return *end;
	*end = arena_alloc(m->mem, sizeof(**end));
	(*end)->key = key;
	return *end;
}

static void
add_source(const struct merge *m, struct gql_merged *node, struct gql_selection *field,
    const struct gql_source *parent)
{
	struct gql_source **end = &node->sources;

	while (*end != NULL)
		end = &(*end)->next;
	*end = arena_alloc(m->mem, sizeof(**end));
	(*end)->field = field;
	(*end)->parent = parent;
}

/* Add the fields of one selection to the nodes. */
static void
merge_set(const struct merge *m, unsigned walk, struct gql_selection *set,
    const struct gql_source *parent, struct gql_merged **nodes)
{
	struct gql_collected fields = { NULL, 0 };
	size_t i;

	gql_collect(m->mem, walk, set, m->keep, m->arg, &fields);
	for (i = 0; i < fields.n; i++) {
		struct gql_selection *f = fields.v[i];

		add_source(m, node_of(m, nodes, f->alias.p != NULL ? f->alias : f->name), f,
		    parent);
	}
}

static void
merge_below(const struct merge *m, struct gql_merged *node)
{
	const struct gql_source *s;
	unsigned walk;

	for (; node != NULL; node = node->next) {
		walk = gql_walk_new(m->doc);
		for (s = node->sources; s != NULL; s = s->next)
			merge_set(m, walk, s->field->first, s, &node->first);
		merge_below(m, node->first);
	}
}

struct gql_merged *
gql_merge(struct arena *mem, struct gql_document *doc, struct gql_selection *set,
    gql_keep *keep, void *arg)
{
	struct merge m = { mem, doc, keep, arg };
	struct gql_merged *nodes = NULL;

	merge_set(&m, gql_walk_new(doc), set, NULL, &nodes);
	merge_below(&m, nodes);
	return nodes;
}

static bool
has_same_argument(struct arena *mem, const struct gql_value *args, const struct gql_value *a)
{
	for (; args != NULL; args = args->next)
		if (str_eq(args->name, a->name))
			return str_eq(gql_value_text(mem, args), gql_value_text(mem, a));
	return false;
}

static bool
have_same_arguments(struct arena *mem, const struct gql_value *a, const struct gql_value *b)
{
	const struct gql_value *v;
	size_t n = 0;

	for (v = a; v != NULL; v = v->next, n++)
		if (!has_same_argument(mem, b, v))
			return false;
	for (v = b; v != NULL; v = v->next)
		n--;
	return n == 0;
}

static void
add_conflict(struct gql_errors *e, struct str key, const struct gql_source *a,
    const struct gql_source *b, struct str reason)
{
	/* up to where both stand in one selection */
	for (; a->parent != b->parent; a = a->parent, b = b->parent) {
		const struct gql_selection *up = a->parent->field;

		reason = arena_printf(e->mem, "subfields '%s' conflict because %s", key.p,
		    reason.p);
		key = up->alias.p != NULL ? up->alias : up->name;
	}
	gql_error_add(e, "Fields '%s' conflict because %s. Use different aliases on the fields to "
	    "fetch both if this was intentional.", key.p, reason.p);
}

/* Does some field of the node differ from the first? */
static bool
check_node(const struct gql_merged *node, struct gql_errors *e)
{
	const struct gql_source *a = node->sources, *b;
	bool fine = true;

	for (b = a->next; b != NULL; b = b->next) {
		if (!str_eq(a->field->name, b->field->name))
			add_conflict(e, node->key, a, b, arena_printf(e->mem,
			    "'%s' and '%s' are different fields", a->field->name.p,
			    b->field->name.p));
		else if (!have_same_arguments(e->mem, a->field->args, b->field->args))
			add_conflict(e, node->key, a, b, STR("they have differing arguments"));
		else
			continue;
		fine = false;
	}
	return fine;
}

void
gql_check_conflicts(const struct gql_merged *node, struct gql_errors *e)
{
	for (; node != NULL; node = node->next)
		if (check_node(node, e))
			gql_check_conflicts(node->first, e);
}
