/*
 * Arguments are written as JSON and read back: what decodes a request's body
 * decodes them too.
 */
#include <math.h>
#include <string.h>

#include "graphql/bind.h"
#include "graphql/check.h"
#include "graphql/show.h"
#include "json/write.h"

/* A value given to a variable, and where in it the check is. */
struct given {
	const char		*variable;
	struct str		 path;		/* ".name" and "[0]" behind the variable */
	struct gql_errors	*e;
};

static void
refuse(const struct given *g, const struct json_object *v, struct str why)
{
	struct arena *mem = g->e->mem;
	struct str at = g->path.len == 0 ? STR("") :
	    arena_printf(mem, " at '%s%s'", g->variable, g->path.p);

	gql_error_add(g->e, "Variable '$%s' got invalid value %s%s; %s", g->variable,
	    gql_show_json(mem, v).p, at.p, why.p);
}

static bool
is_int32(const struct json_object *v)
{
	double d;

	return json_number(v, &d) && d >= INT32_MIN && d <= INT32_MAX;
}

/* Does a number have no fraction?  Infinite ones have none. */
static bool
is_whole(const struct json_object *v)
{
	double d;

	json_number(v, &d);
	return json_kind(v) == JSON_INT || d == floor(d);
}

static bool
is_number(const struct json_object *v)
{
	return json_kind(v) == JSON_INT || json_kind(v) == JSON_FLOAT;
}

static bool
is_long(const struct json_object *v)
{
	int64_t n;

	return (is_number(v) && is_whole(v)) ||
	    (json_kind(v) == JSON_STRING && str_to_i64(json_string(v), &n));
}

static void
check_scalar(const struct given *g, const struct gql_type *type, const struct json_object *v)
{
	struct arena *mem = g->e->mem;
	const char *shown = gql_show_json(mem, v).p;

	if (type == &gql_string && json_kind(v) != JSON_STRING)
		refuse(g, v, arena_printf(mem, "String cannot represent a non string value: %s",
		    shown));
	else if (type == &gql_boolean && json_kind(v) != JSON_BOOL)
		refuse(g, v, arena_printf(mem, "Boolean cannot represent a non boolean value: %s",
		    shown));
	else if (type == &gql_float && !is_number(v))
		refuse(g, v, arena_printf(mem, "Float cannot represent non numeric value: %s",
		    shown));
	else if (type == &gql_int && (!is_number(v) || !is_whole(v)))
		refuse(g, v, arena_printf(mem, "Int cannot represent non-integer value: %s",
		    shown));
	else if (type == &gql_int && !is_int32(v))
		refuse(g, v, arena_printf(mem, "Int cannot represent non 32-bit signed integer "
		    "value: %s", shown));
	else if (type == &gql_long && !is_long(v))
		refuse(g, v, STR("Expected type 'LongString'. It must be an integer, or its "
		    "digits as a text."));
}

static void
check_enum(const struct given *g, const struct gql_type *type, const struct json_object *v)
{
	struct arena *mem = g->e->mem;
	const char *const *name;

	if (json_kind(v) != JSON_STRING) {
		refuse(g, v, arena_printf(mem, "Enum '%s' cannot represent non-string value: %s.",
		    type->name, gql_show_json(mem, v).p));
		return;
	}
	for (name = type->values; *name != NULL; name++)
		if (str_is(json_string(v), *name))
			return;
	refuse(g, v, arena_printf(mem, "Value '%s' does not exist in '%s' enum.%s",
	    utf8_prefix(json_string(v), 100).p, type->name,
	    gql_suggest_enum(mem, type, json_string(v)).p));
}

static void check_json(const struct given *, struct gql_typed, const struct json_object *);

/* What json_each takes along. */
struct members {
	const struct given		*g;
	const struct gql_type		*type;
	const struct json_object	*all;
};

static void
check_member(void *arg, const char *name, const struct json_object *v)
{
	struct members *m = arg;
	struct arena *mem = m->g->e->mem;
	const struct gql_field *def = gql_field_find(m->type->fields, str_of(name));
	struct given inner = *m->g;

	if (def == NULL) {
		refuse(m->g, m->all, arena_printf(mem, "Field '%s' is not defined by type "
		    "'%s'.%s", name, m->type->name,
		    gql_suggest_field(mem, m->type->fields, str_of(name)).p));
		return;
	}
	inner.path = arena_printf(mem, "%s.%s", m->g->path.p, name);
	check_json(&inner, def->t, v);
}

static void
check_list(const struct given *g, struct gql_typed item, const struct json_object *v)
{
	struct given inner = *g;
	size_t i;

	for (i = 0; i < json_length(v) && g->e->n <= GQL_ERRORS_MAX; i++) {
		struct arena_mark mark = arena_mark(g->e->mem);
		size_t errors = g->e->n;

		inner.path = arena_printf(g->e->mem, "%s[%zu]", g->path.p, i);
		check_json(&inner, item, json_item(v, i));
		if (g->e->n == errors)
			arena_release(g->e->mem, mark);
	}
}

static void
check_json(const struct given *g, struct gql_typed t, const struct json_object *v)
{
	struct members members = { g, t.type, v };

	if (v == NULL) {
		if (t.wrap & GQL_REQUIRED)
			refuse(g, v, arena_printf(g->e->mem, "Expected non-nullable type '%s' not "
			    "to be None.", gql_type_text(g->e->mem, t).p));
	} else if (t.wrap & GQL_LIST_OF) {
		/* one value counts as a list of it */
		if (json_kind(v) == JSON_LIST)
			check_list(g, gql_item_type(t), v);
		else
			check_json(g, gql_item_type(t), v);
	} else if (t.type->kind == GQL_INPUT) {
		if (json_kind(v) == JSON_OBJECT)
			json_each(v, check_member, &members);
		else
			refuse(g, v, arena_printf(g->e->mem, "Expected type '%s' to be a mapping.",
			    t.type->name));
	} else if (t.type->kind == GQL_ENUM) {
		check_enum(g, t.type, v);
	} else {
		check_scalar(g, t.type, v);
	}
}

/* A variable's type; no checked document has lists of lists. */
static struct gql_typed
variable_type(const struct gql_type_ref *ref)
{
	struct gql_typed t = { gql_type_find(gql_type_ref_name(ref)), 0 };

	if (ref->required)
		t.wrap |= GQL_REQUIRED;
	if (ref->item != NULL)
		t.wrap |= GQL_LIST_OF | (ref->item->required ? GQL_ITEM_REQUIRED : 0);
	return t;
}

static bool
find_given(const struct gql_bindings *b, const char *name, struct json_object **v)
{
	*v = NULL;
	return b->values != NULL && json_member(b->values, name, v);
}

void
gql_bind_check(const struct gql_bindings *b, struct gql_errors *e)
{
	const struct gql_variable *var;
	struct json_object *v;

	for (var = b->variables; var != NULL; var = var->next) {
		struct given g = { var->name.p, STR(""), e };
		const char *type = gql_show_type(e->mem, var->type).p;

		if (find_given(b, var->name.p, &v)) {
			if (v == NULL && var->type->required)
				gql_error_add(e, "Variable '$%s' of non-null type '%s' must not be "
				    "null.", var->name.p, type);
			else
				check_json(&g, variable_type(var->type), v);
		} else if (var->type->required && var->initial == NULL) {
			gql_error_add(e, "Variable '$%s' of required type '%s' was not provided.",
			    var->name.p, type);
		}
	}
}

/* Arguments on their way to JSON. */
struct writer {
	struct arena			*mem;
	const struct gql_bindings	*b;
	struct json_out			 out;
};

static void put_json(struct writer *, const char *key, struct gql_typed,
    const struct json_object *);

struct put_members {
	struct writer		*w;
	const struct gql_type	*type;
};

static void
put_member(void *arg, const char *name, const struct json_object *v)
{
	struct put_members *p = arg;
	const struct gql_field *def = gql_field_find(p->type->fields, str_of(name));

	put_json(p->w, gql_member_name(p->w->mem, def->name).p, def->t, v);
}

static void
put_json_number(struct writer *w, const char *key, const struct json_object *v)
{
	double d;

	json_number(v, &d);
	if (json_kind(v) == JSON_INT)
		json_put_i64(&w->out, key, json_int(v));
	else if (isfinite(d))
		json_put_dbl(&w->out, key, d);
	else
		json_put_str(&w->out, key, gql_show_json(w->mem, v));
}

static void
put_json(struct writer *w, const char *key, struct gql_typed t, const struct json_object *v)
{
	struct put_members members = { w, t.type };
	size_t i;

	if (v == NULL) {
		json_put_null(&w->out, key);
	} else if (t.wrap & GQL_LIST_OF) {
		json_list_begin(&w->out, key);
		if (json_kind(v) != JSON_LIST)
			put_json(w, NULL, gql_item_type(t), v);
		for (i = 0; json_kind(v) == JSON_LIST && i < json_length(v); i++)
			put_json(w, NULL, gql_item_type(t), json_item(v, i));
		json_list_end(&w->out);
	} else if (json_kind(v) == JSON_OBJECT) {
		json_begin(&w->out, key);
		json_each(v, put_member, &members);
		json_end(&w->out);
	} else if (json_kind(v) == JSON_STRING) {
		json_put_str(&w->out, key, json_string(v));
	} else if (json_kind(v) == JSON_BOOL) {
		json_put_bool(&w->out, key, json_truth(v));
	} else {
		put_json_number(w, key, v);
	}
}

static void put_value(struct writer *, const char *key, struct gql_typed,
    const struct gql_value *);

/* A variable's value or default; one without either is left out, null in lists. */
static void
put_variable(struct writer *w, const char *key, struct gql_typed t, struct str name)
{
	const struct gql_variable *var;
	struct json_object *v;

	for (var = w->b->variables; var != NULL && !str_eq(var->name, name); var = var->next)
		;
	if (find_given(w->b, name.p, &v))
		put_json(w, key, t, v);
	else if (var != NULL && var->initial != NULL)
		put_value(w, key, t, var->initial);
	else if (key == NULL)
		json_put_null(&w->out, NULL);
}

static void
put_named(struct writer *w, const struct gql_field *defs, const struct gql_value *v)
{
	for (; v != NULL; v = v->next) {
		const struct gql_field *def = gql_field_find(defs, v->name);

		put_value(w, gql_member_name(w->mem, def->name).p, def->t, v);
	}
}

static void
put_scalar(struct writer *w, const char *key, const struct gql_value *v)
{
	int64_t n;

	if (v->kind == GQL_BOOL)
		json_put_bool(&w->out, key, str_is(v->text, "true"));
	else if (v->kind == GQL_INT && str_to_i64(v->text, &n))
		json_put_i64(&w->out, key, n);
	else
		json_put_str(&w->out, key, v->text);
}

static void
put_value(struct writer *w, const char *key, struct gql_typed t, const struct gql_value *v)
{
	const struct gql_value *item;

	if (v->kind == GQL_VARIABLE) {
		put_variable(w, key, t, v->text);
	} else if (v->kind == GQL_NULL) {
		json_put_null(&w->out, key);
	} else if (t.wrap & GQL_LIST_OF) {
		json_list_begin(&w->out, key);
		if (v->kind != GQL_LIST)
			put_value(w, NULL, gql_item_type(t), v);
		for (item = v->kind == GQL_LIST ? v->first : NULL; item != NULL; item = item->next)
			put_value(w, NULL, gql_item_type(t), item);
		json_list_end(&w->out);
	} else if (v->kind == GQL_MEMBERS) {
		json_begin(&w->out, key);
		put_named(w, t.type->fields, v->first);
		json_end(&w->out);
	} else {
		put_scalar(w, key, v);
	}
}

struct json_object *
gql_bind_arguments(struct arena *mem, const struct gql_bindings *b,
    const struct gql_field *defs, const struct gql_value *args)
{
	struct writer w = { .mem = mem, .b = b };
	struct json_object *o;
	struct buf text = { 0 };

	json_out_init(&w.out, &text);
	json_begin(&w.out, NULL);
	put_named(&w, defs, args);
	json_end(&w.out);
	if (json_read(buf_str(&text), JSON_ANY, &o) != JSON_FINE)
		o = json_new_object();
	buf_fini(&text);
	return o;
}

bool
gql_bind_if(const struct gql_bindings *b, const struct gql_directive *d)
{
	const struct gql_variable *var;
	struct json_object *v;
	const struct gql_value *a = d->args;

	if (a == NULL || a->kind != GQL_VARIABLE)
		return a != NULL && str_is(a->text, "true");
	if (find_given(b, a->text.p, &v))
		return json_truth(v);
	for (var = b->variables; var != NULL && !str_eq(var->name, a->text); var = var->next)
		;
	return var != NULL && var->initial != NULL && str_is(var->initial->text, "true");
}
