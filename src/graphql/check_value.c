/*
 * Literals and variables against the types of the places where they stand.
 */
#include "graphql/check.h"
#include "graphql/show.h"

struct str
gql_suggest_enum(struct arena *mem, const struct gql_type *type, struct str name)
{
	struct gql_names names = { .n = 0 };

	for (; type->values[names.n] != NULL; names.n++)
		names.v[names.n] = type->values[names.n];
	return gql_suggest(mem, name, &names, "the enum value ");
}

static void
check_enum(const struct gql_type *type, const struct gql_value *v, struct gql_errors *e)
{
	struct str shown = gql_show_value(e->mem, v);
	const char *const *name;

	for (name = type->values; *name != NULL; name++)
		if (v->kind == GQL_WORD && str_is(v->text, *name))
			return;
	if (v->kind == GQL_WORD)
		gql_error_add(e, "Value '%s' does not exist in '%s' enum.%s", v->text.p, type->name,
		    gql_suggest_enum(e->mem, type, v->text).p);
	else
		gql_error_add(e, "Enum '%s' cannot represent non-enum value: %s.%s", type->name,
		    shown.p, gql_suggest_enum(e->mem, type, shown).p);
}

static void
check_int(const struct gql_value *v, struct gql_errors *e)
{
	int64_t n;

	if (v->kind != GQL_INT)
		gql_error_add(e, "Int cannot represent non-integer value: %s",
		    gql_show_value(e->mem, v).p);
	else if (!str_to_i64(v->text, &n) || n < INT32_MIN || n > INT32_MAX)
		gql_error_add(e, "Int cannot represent non 32-bit signed integer value: %s",
		    gql_show_value(e->mem, v).p);
}

static void
check_scalar(const struct gql_type *type, const struct gql_value *v, struct gql_errors *e)
{
	struct str shown = gql_show_value(e->mem, v);
	int64_t n;

	if (type == &gql_int)
		check_int(v, e);
	else if (type == &gql_string && v->kind != GQL_STRING)
		gql_error_add(e, "String cannot represent a non string value: %s", shown.p);
	else if (type == &gql_boolean && v->kind != GQL_BOOL)
		gql_error_add(e, "Boolean cannot represent a non boolean value: %s", shown.p);
	else if (type == &gql_float && v->kind != GQL_INT && v->kind != GQL_FLOAT)
		gql_error_add(e, "Float cannot represent non numeric value: %s", shown.p);
	else if (type == &gql_long && !((v->kind == GQL_INT || v->kind == GQL_STRING) &&
	    str_to_i64(v->text, &n)))
		gql_error_add(e, "LongString cannot represent non-integer value: %s", shown.p);
}

static void
check_members(const struct gql_type *type, const struct gql_value *v, struct gql_errors *e)
{
	const struct gql_value *m, *earlier;

	if (v->kind != GQL_MEMBERS) {
		gql_error_add(e, "Expected value of type '%s', found %s.", type->name,
		    gql_show_value(e->mem, v).p);
		return;
	}
	for (m = v->first; m != NULL; m = m->next) {
		const struct gql_field *def = gql_field_find(type->fields, m->name);

		for (earlier = v->first; !str_eq(earlier->name, m->name); earlier = earlier->next)
			;
		if (earlier != m)
			gql_error_add(e, "There can be only one input field named '%s'.",
			    m->name.p);
		if (def == NULL)
			gql_error_add(e, "Field '%s' is not defined by type '%s'.%s", m->name.p,
			    type->name, gql_suggest_field(e->mem, type->fields, m->name).p);
		else
			gql_check_value(def->t, m, e);
	}
}

void
gql_check_value(struct gql_typed t, const struct gql_value *v, struct gql_errors *e)
{
	const struct gql_value *item;

	if (v->kind == GQL_VARIABLE)
		return;
	if (v->kind == GQL_NULL) {
		if (t.wrap & GQL_REQUIRED)
			gql_error_add(e, "Expected value of type '%s', found null.",
			    gql_type_text(e->mem, t).p);
	} else if (t.wrap & GQL_LIST_OF) {
		/* one value counts as a list of it */
		if (v->kind != GQL_LIST)
			gql_check_value(gql_item_type(t), v, e);
		for (item = v->kind == GQL_LIST ? v->first : NULL; item != NULL; item = item->next)
			gql_check_value(gql_item_type(t), item, e);
	} else if (t.type->kind == GQL_INPUT) {
		check_members(t.type, v, e);
	} else if (t.type->kind == GQL_ENUM) {
		check_enum(t.type, v, e);
	} else if (t.type->kind == GQL_SCALAR) {
		check_scalar(t.type, v, e);
	}
}

/* The walk over an operation and the fragments that it reaches. */
struct usage {
	struct gql_definition	*operation;
	struct gql_errors	*e;
	unsigned		 walk;
};

static bool
fits(const struct gql_type_ref *ref, struct gql_typed t, bool has_default)
{
	if ((t.wrap & GQL_REQUIRED) && !ref->required && !has_default)
		return false;
	if ((t.wrap & GQL_LIST_OF) == 0)
		return ref->item == NULL && str_is(ref->name, t.type->name);
	return ref->item != NULL && fits(ref->item, gql_item_type(t), false);
}

/* NULL: the place has no known type. */
static void
use_variable(const struct usage *u, const struct gql_value *v, const struct gql_field *place,
    const struct gql_typed *t)
{
	struct gql_variable *other, *var = NULL;
	bool has_default;

	for (other = u->operation->variables; other != NULL; other = other->next)
		if (str_eq(other->name, v->text)) {
			other->used = true;
			var = var == NULL ? other : var;
		}
	if (var == NULL) {
		struct str by = u->operation->name.p == NULL ? STR("") : arena_printf(u->e->mem,
		    " by operation '%s'", u->operation->name.p);

		gql_error_add(u->e, "Variable '$%s' is not defined%s.", v->text.p, by.p);
		return;
	}
	has_default = (var->initial != NULL && var->initial->kind != GQL_NULL) ||
	    (place != NULL && place->initial != NULL);
	if (t != NULL && gql_type_find(gql_type_ref_name(var->type)) != NULL &&
	    !fits(var->type, *t, has_default))
		gql_error_add(u->e, "Variable '$%s' of type '%s' used in position expecting type "
		    "'%s'.", var->name.p, gql_show_type(u->e->mem, var->type).p,
		    gql_type_text(u->e->mem, *t).p);
}

static void
use_value(const struct usage *u, const struct gql_value *v, const struct gql_field *place,
    const struct gql_typed *t)
{
	const struct gql_value *kid;
	struct gql_typed item;

	if (v->kind == GQL_VARIABLE)
		use_variable(u, v, place, t);
	if (t != NULL)
		item = gql_item_type(*t);
	for (kid = v->first; kid != NULL; kid = kid->next) {
		const struct gql_field *def = v->kind == GQL_LIST || t == NULL ||
		    t->type->kind != GQL_INPUT ? NULL :
		    gql_field_find(t->type->fields, kid->name);

		if (v->kind == GQL_LIST)
			use_value(u, kid, NULL, t == NULL ? NULL : &item);
		else
			use_value(u, kid, def, def == NULL ? NULL : &def->t);
	}
}

static void
use_arguments(const struct usage *u, const struct gql_field *defs, const struct gql_value *a)
{
	for (; a != NULL; a = a->next) {
		const struct gql_field *def = gql_field_find(defs, a->name);

		use_value(u, a, def, def == NULL ? NULL : &def->t);
	}
}

static void
use_directives(const struct usage *u, const struct gql_directive *d)
{
	for (; d != NULL; d = d->next) {
		const struct gql_directive_type *type = gql_directive_find(d->name);

		use_arguments(u, type == NULL ? NULL : type->args, d->args);
	}
}

static void
use_selections(const struct usage *u, const struct gql_type *parent, const struct gql_selection *s)
{
	for (; s != NULL; s = s->next) {
		const struct gql_field *def = s->kind != GQL_FIELD || parent == NULL ||
		    !gql_has_fields(parent) ? NULL : gql_object_field(parent, s->name);
		const struct gql_type *below = s->kind == GQL_INLINE ?
		    (s->on.p == NULL ? parent : gql_type_find(s->on)) :
		    def == NULL ? NULL : def->t.type;

		use_arguments(u, def == NULL ? NULL : def->args, s->args);
		use_directives(u, s->directives);
		use_selections(u, below, s->first);
		if (s->fragment == NULL || s->fragment->seen == u->walk)
			continue;
		s->fragment->seen = u->walk;
		use_directives(u, s->fragment->directives);
		use_selections(u, gql_type_find(s->fragment->on), s->fragment->first);
	}
}

void
gql_check_usage(struct gql_document *doc, struct gql_definition *d, struct gql_errors *e)
{
	struct usage u = { d, e, ++doc->walks };
	const struct gql_variable *v;
	struct str in = d->name.p == NULL ? STR("") :
	    arena_printf(e->mem, " in operation '%s'", d->name.p);

	use_directives(&u, d->directives);
	use_selections(&u, gql_root_type(d->kind), d->first);
	for (v = d->variables; v != NULL; v = v->next)
		if (!v->used)
			gql_error_add(e, "Variable '$%s' is never used%s.", v->name.p, in.p);
}
