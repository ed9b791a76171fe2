/*
 * A walk over the definitions as they are written.  A selection below a field
 * that does not exist has no type (NULL), and what depends on it is not checked.
 */
#include "graphql/check.h"
#include "graphql/merge.h"
#include "graphql/show.h"

struct check {
	struct gql_document	*doc;
	struct gql_errors	*e;
};

/* What the sentences call the places of directives. */
static const char *const place_words[GQL_AT__MAX] = {
	[GQL_AT_QUERY] = "query", [GQL_AT_MUTATION] = "mutation",
	[GQL_AT_SUBSCRIPTION] = "subscription", [GQL_AT_FIELD] = "field",
	[GQL_AT_FRAGMENT_DEFINITION] = "fragment definition",
	[GQL_AT_SPREAD] = "fragment spread", [GQL_AT_INLINE] = "inline fragment",
	[GQL_AT_VARIABLE] = "variable definition",
};

/* Enough errors: nobody reads what comes behind them. */
static bool
is_full(const struct check *c)
{
	return c->e->n > GQL_ERRORS_MAX;
}

struct str
gql_suggest_field(struct arena *mem, const struct gql_field *f, struct str name)
{
	struct gql_names names = { .n = 0 };

	for (; f != NULL && f->name != NULL; f++)
		names.v[names.n++] = f->name;
	return gql_suggest(mem, name, &names, "");
}

/* The type of that name, or an error. */
static const struct gql_type *
find_type(const struct check *c, struct str name)
{
	const struct gql_type *type = gql_type_find(name);
	struct gql_names names = { .n = 0 };

	if (type != NULL)
		return type;
	for (; gql_types[names.n] != NULL; names.n++)
		names.v[names.n] = gql_types[names.n]->name;
	gql_error_add(c->e, "Unknown type '%s'.%s", name.p,
	    gql_suggest(c->e->mem, name, &names, "").p);
	return NULL;
}

/* How many of the list before `end` have that name? */
static bool
is_repeated(const struct gql_value *args, const struct gql_value *arg)
{
	size_t n = 0;

	for (; args != arg; args = args->next)
		n += str_eq(args->name, arg->name);
	return n == 1;
}

/* `owner` is what the sentences call whose arguments they are. */
static void
check_arguments(const struct check *c, const struct gql_field *defs,
    const struct gql_value *args, struct str owner)
{
	const struct gql_value *a;

	for (a = args; a != NULL && !is_full(c); a = a->next) {
		const struct gql_field *def = gql_field_find(defs, a->name);

		if (def == NULL)
			gql_error_add(c->e, "Unknown argument '%s' on %s.%s", a->name.p, owner.p,
			    gql_suggest_field(c->e->mem, defs, a->name).p);
		if (is_repeated(args, a))
			gql_error_add(c->e, "There can be only one argument named '%s'.",
			    a->name.p);
		if (def != NULL)
			gql_check_value(def->t, a, c->e);
	}
}

/* `owner` as a sentence begins. */
static void
check_required(const struct check *c, const struct gql_field *def, const struct gql_value *args,
    struct str owner)
{
	const struct gql_value *a;

	for (; def != NULL && def->name != NULL; def++) {
		if ((def->t.wrap & GQL_REQUIRED) == 0 || def->initial != NULL)
			continue;
		for (a = args; a != NULL && !str_is(a->name, def->name); a = a->next)
			;
		if (a == NULL)
			gql_error_add(c->e, "%s argument '%s' of type '%s' is required, but it was "
			    "not provided.", owner.p, def->name,
			    gql_type_text(c->e->mem, def->t).p);
	}
}

static bool
directive_is_repeated(const struct gql_directive *first, const struct gql_directive *d)
{
	size_t n = 0;

	for (; first != d; first = first->next)
		n += str_eq(first->name, d->name);
	return n == 1;
}

static void
check_directives(const struct check *c, const struct gql_directive *first,
    enum gql_place_kind place)
{
	const struct gql_directive *d;

	for (d = first; d != NULL; d = d->next) {
		const struct gql_directive_type *type = gql_directive_find(d->name);

		if (type == NULL) {
			gql_error_add(c->e, "Unknown directive '@%s'.", d->name.p);
			continue;
		}
		if ((type->places & 1u << place) == 0)
			gql_error_add(c->e, "Directive '@%s' may not be used on %s.", d->name.p,
			    place_words[place]);
		if (directive_is_repeated(first, d))
			gql_error_add(c->e, "The directive '@%s' can only be used once at this "
			    "location.", d->name.p);
		check_arguments(c, type->args, d->args,
		    arena_printf(c->e->mem, "directive '@%s'", type->name));
		check_required(c, type->args, d->args,
		    arena_printf(c->e->mem, "Directive '@%s'", type->name));
	}
}

static void check_selections(const struct check *, const struct gql_type *,
    const struct gql_selection *);

/* Has the field a selection where it needs one, and none where not? */
static void
check_leaf(const struct check *c, const struct gql_selection *s, const struct gql_field *def)
{
	struct str type = gql_type_text(c->e->mem, def->t);

	if (gql_has_fields(def->t.type) && s->first == NULL)
		gql_error_add(c->e, "Field '%s' of type '%s' must have a selection of subfields. "
		    "Did you mean '%s { ... }'?", s->name.p, type.p, s->name.p);
	if (!gql_has_fields(def->t.type) && s->first != NULL)
		gql_error_add(c->e, "Field '%s' must not have a selection since type '%s' has no "
		    "subfields.", s->name.p, type.p);
}

static void
check_field(const struct check *c, const struct gql_type *parent, const struct gql_selection *s)
{
	const struct gql_field *def = parent == NULL ? NULL : gql_object_field(parent, s->name);

	if (parent != NULL && def == NULL)
		gql_error_add(c->e, "Cannot query field '%s' on type '%s'.%s", s->name.p,
		    parent->name, gql_suggest_field(c->e->mem, parent->fields, s->name).p);
	if (def != NULL) {
		check_leaf(c, s, def);
		check_arguments(c, def->args, s->args, arena_printf(c->e->mem, "field '%s.%s'",
		    parent->name, def->name));
	}
	check_directives(c, s->directives, GQL_AT_FIELD);
	check_selections(c, def != NULL && gql_has_fields(def->t.type) ? def->t.type : NULL,
	    s->first);
	if (def != NULL)
		check_required(c, def->args, s->args,
		    arena_printf(c->e->mem, "Field '%s'", def->name));
}

/* Can a fragment on `type` stand where `parent` is?  Types unknown: it can. */
static void
check_possible(const struct check *c, const struct gql_type *parent,
    const struct gql_type *type, const char *fragment)
{
	if (parent == NULL || type == NULL || parent == type || !gql_has_fields(type))
		return;
	gql_error_add(c->e, "Fragment%s cannot be spread here as objects of type '%s' can never be "
	    "of type '%s'.", fragment, parent->name, type->name);
}

static void
check_spread(const struct check *c, const struct gql_type *parent, const struct gql_selection *s)
{
	if (s->fragment == NULL)
		gql_error_add(c->e, "Unknown fragment '%s'.", s->name.p);
	else
		check_possible(c, parent, gql_type_find(s->fragment->on),
		    arena_printf(c->e->mem, " '%s'", s->name.p).p);
	check_directives(c, s->directives, GQL_AT_SPREAD);
}

static void
check_inline(const struct check *c, const struct gql_type *parent, const struct gql_selection *s)
{
	const struct gql_type *type = parent;

	if (s->on.p != NULL) {
		type = find_type(c, s->on);
		if (type != NULL && !gql_has_fields(type))
			gql_error_add(c->e, "Fragment cannot condition on non composite type '%s'.",
			    type->name);
		check_possible(c, parent, type, "");
		if (type != NULL && !gql_has_fields(type))
			type = NULL;
	}
	check_directives(c, s->directives, GQL_AT_INLINE);
	check_selections(c, type, s->first);
}

static void
check_selections(const struct check *c, const struct gql_type *parent,
    const struct gql_selection *s)
{
	for (; s != NULL && !is_full(c); s = s->next)
		switch (s->kind) {
		case GQL_FIELD:
			check_field(c, parent, s);
			break;
		case GQL_SPREAD:
			check_spread(c, parent, s);
			break;
		case GQL_INLINE:
			check_inline(c, parent, s);
		}
}

static void
check_variable(const struct check *c, const struct gql_variable *v)
{
	const struct gql_type_ref *ref = v->type;
	const struct gql_type *type;
	struct gql_typed t = { NULL, 0 };

	if (ref->required)
		t.wrap |= GQL_REQUIRED;
	for (; ref->item != NULL; ref = ref->item)
		t.wrap |= GQL_LIST_OF | (ref->item->required ? GQL_ITEM_REQUIRED : 0);
	type = t.type = find_type(c, ref->name);
	if (type != NULL && gql_has_fields(type))
		gql_error_add(c->e, "Variable '$%s' cannot be non-input type '%s'.", v->name.p,
		    gql_show_type(c->e->mem, v->type).p);
	else if (type != NULL && v->initial != NULL)
		gql_check_value(t, v->initial, c->e);
	check_directives(c, v->directives, GQL_AT_VARIABLE);
}

static void
check_variables(const struct check *c, const struct gql_variable *first)
{
	const struct gql_variable *v, *earlier;

	for (v = first; v != NULL && !is_full(c); v = v->next) {
		size_t n = 0;

		for (earlier = first; earlier != v; earlier = earlier->next)
			n += str_eq(earlier->name, v->name);
		if (n == 1)
			gql_error_add(c->e, "There can be only one variable named '$%s'.",
			    v->name.p);
		check_variable(c, v);
	}
}

/* How many definitions before this one are operations or fragments of its name? */
static size_t
count_namesakes(const struct check *c, const struct gql_definition *d)
{
	const struct gql_definition *other;
	size_t n = 0;

	for (other = c->doc->first; other != d; other = other->next)
		n += (other->kind == GQL_FRAGMENT) == (d->kind == GQL_FRAGMENT) &&
		    other->name.p != NULL && d->name.p != NULL && str_eq(other->name, d->name);
	return n;
}

static void
check_operation(const struct check *c, struct gql_definition *d, size_t operations)
{
	static const enum gql_place_kind places[] = {
		[GQL_QUERY] = GQL_AT_QUERY, [GQL_MUTATION] = GQL_AT_MUTATION,
		[GQL_SUBSCRIPTION] = GQL_AT_SUBSCRIPTION,
	};

	if (count_namesakes(c, d) == 1)
		gql_error_add(c->e, "There can be only one operation named '%s'.", d->name.p);
	if (d->name.p == NULL && operations > 1)
		gql_error_add(c->e, "This anonymous operation must be the only defined operation.");
	check_variables(c, d->variables);
	check_directives(c, d->directives, places[d->kind]);
	gql_check_conflicts(gql_merge(c->e->mem, c->doc, d->first, NULL, NULL), c->e);
	check_selections(c, gql_root_type(d->kind), d->first);
	gql_check_usage(c->doc, d, c->e);
}

/* Fragments on the way to the one that is looked at. */
struct path {
	const struct gql_definition	*fragment;
	const struct path		*up;
};

/* The names between the two ends of a cycle: " via 'G', 'H'". */
static struct str
cycle_text(const struct check *c, const struct path *p, const struct gql_definition *start)
{
	struct str text = STR("");

	for (; p->fragment != start; p = p->up)
		text = arena_printf(c->e->mem, "'%s'%s%s", p->fragment->name.p,
		    text.len > 0 ? ", " : "", text.p);
	return text.len == 0 ? text : arena_printf(c->e->mem, " via %s", text.p);
}

static void
check_cycles(const struct check *c, const struct path *path, const struct gql_selection *s,
    unsigned walk)
{
	const struct path *p;

	for (; s != NULL; s = s->next) {
		struct gql_definition *f = s->fragment;
		struct path here = { f, path };

		check_cycles(c, path, s->first, walk);
		if (f == NULL)
			continue;
		for (p = path; p != NULL && p->fragment != f; p = p->up)
			;
		if (p != NULL) {
			gql_error_add(c->e, "Cannot spread fragment '%s' within itself%s.",
			    f->name.p, cycle_text(c, path, f).p);
		} else if (f->seen != walk) {
			f->seen = walk;
			check_cycles(c, &here, f->first, walk);
		}
	}
}

static void
check_fragment(const struct check *c, struct gql_definition *d, unsigned walk)
{
	struct path here = { d, NULL };
	const struct gql_type *type;

	if (count_namesakes(c, d) == 1)
		gql_error_add(c->e, "There can be only one fragment named '%s'.", d->name.p);
	type = find_type(c, d->on);
	if (type != NULL && !gql_has_fields(type))
		gql_error_add(c->e, "Fragment '%s' cannot condition on non composite type '%s'.",
		    d->name.p, type->name);
	if (d->seen != walk) {
		d->seen = walk;
		check_cycles(c, &here, d->first, walk);
	}
	check_directives(c, d->directives, GQL_AT_FRAGMENT_DEFINITION);
	check_selections(c, type != NULL && gql_has_fields(type) ? type : NULL, d->first);
}

static void
mark_used(struct gql_selection *s)
{
	for (; s != NULL; s = s->next) {
		mark_used(s->first);
		if (s->fragment == NULL || s->fragment->used)
			continue;
		s->fragment->used = true;
		mark_used(s->fragment->first);
	}
}

void
gql_check(struct gql_document *doc, struct gql_errors *e)
{
	struct check c = { doc, e };
	struct gql_definition *d;
	size_t operations = 0;
	unsigned walk;

	for (d = doc->first; d != NULL; d = d->next)
		operations += d->kind != GQL_FRAGMENT;
	for (d = doc->first; d != NULL; d = d->next) {
		if (d->kind != GQL_FRAGMENT) {
			check_operation(&c, d, operations);
			mark_used(d->first);
		}
	}
	/* a walk of their own: operations begin others, which leave their mark */
	walk = gql_walk_new(doc);
	for (d = doc->first; d != NULL; d = d->next)
		if (d->kind == GQL_FRAGMENT)
			check_fragment(&c, d, walk);
	for (d = doc->first; d != NULL; d = d->next)
		if (d->kind == GQL_FRAGMENT && !d->used && count_namesakes(&c, d) == 0)
			gql_error_add(e, "Fragment '%s' is never used.", d->name.p);
}
