/*
 * A value of introspection is a pointer into the schema's tables; what can be
 * asked about it is named by the fields of its type.  Descriptions are null.
 */
#include <string.h>

#include "graphql/introspect.h"

static void put_type(struct json_out *, const char *key, const struct gql_merged *,
    struct gql_typed);

/* A null type: what a type has not. */
static const struct gql_typed no_type = { NULL, 0 };

static bool
asks(const struct gql_merged *m, const char *field)
{
	return strcmp(m->def->name, field) == 0;
}

/* __typename, and what all values have none of. */
static void
put_common(struct json_out *o, const struct gql_merged *m, const char *type_name)
{
	if (m->def == &gql_typename_field)
		json_put_str(o, m->key.p, str_of(type_name));
	else if (asks(m, "isDeprecated") || asks(m, "isRepeatable"))
		json_put_bool(o, m->key.p, false);
	else
		json_put_null(o, m->key.p);
}

/* A field, or a value of an input: they are told apart by the type's name. */
static void
put_field(struct json_out *o, const struct gql_merged *m, const struct gql_field *f,
    const struct gql_type *meta)
{
	const struct gql_field *a;
	const struct gql_merged *args;

	json_begin(o, NULL);
	for (; m != NULL; m = m->next) {
		if (asks(m, "name")) {
			json_put_str(o, m->key.p, str_of(f->name));
		} else if (asks(m, "type")) {
			put_type(o, m->key.p, m->first, f->t);
		} else if (asks(m, "defaultValue") && f->initial != NULL) {
			json_put_str(o, m->key.p, str_of(f->initial));
		} else if (asks(m, "args")) {
			args = m->first;
			json_list_begin(o, m->key.p);
			for (a = f->args; a != NULL && a->name != NULL; a++)
				put_field(o, args, a, &gql_meta_input);
			json_list_end(o);
		} else {
			put_common(o, m, meta->name);
		}
	}
	json_end(o);
}

static void
put_fields(struct json_out *o, const struct gql_merged *m, const struct gql_field *f,
    const struct gql_type *meta)
{
	json_list_begin(o, m->key.p);
	for (; f != NULL && f->name != NULL; f++)
		put_field(o, m->first, f, meta);
	json_list_end(o);
}

static void
put_enum_values(struct json_out *o, const struct gql_merged *list, const char *const *names)
{
	const struct gql_merged *m;

	json_list_begin(o, list->key.p);
	for (; *names != NULL; names++) {
		json_begin(o, NULL);
		for (m = list->first; m != NULL; m = m->next)
			if (asks(m, "name"))
				json_put_str(o, m->key.p, str_of(*names));
			else
				put_common(o, m, gql_meta_enum_value.name);
		json_end(o);
	}
	json_list_end(o);
}

static const char *
kind_name(struct gql_typed t)
{
	static const char *const names[] = {
		[GQL_SCALAR] = "SCALAR", [GQL_OBJECT] = "OBJECT", [GQL_ENUM] = "ENUM",
		[GQL_INPUT] = "INPUT_OBJECT",
	};

	if (t.wrap & GQL_REQUIRED)
		return "NON_NULL";
	return t.wrap & GQL_LIST_OF ? "LIST" : names[t.type->kind];
}

/* What a wrapping type wraps; no type at all for a bare one. */
static struct gql_typed
inner_type(struct gql_typed t)
{
	if (t.wrap & GQL_REQUIRED)
		return (struct gql_typed){ t.type, t.wrap & ~(unsigned)GQL_REQUIRED };
	return t.wrap & GQL_LIST_OF ? gql_item_type(t) : no_type;
}

static void
put_type_field(struct json_out *o, const struct gql_merged *m, struct gql_typed t)
{
	/* of a bare type only */
	const struct gql_type *type = t.wrap == 0 ? t.type : NULL;

	if (asks(m, "kind"))
		json_put_str(o, m->key.p, str_of(kind_name(t)));
	else if (asks(m, "ofType"))
		put_type(o, m->key.p, m->first, inner_type(t));
	else if (type == NULL)
		put_common(o, m, gql_meta_type.name);
	else if (asks(m, "name"))
		json_put_str(o, m->key.p, str_of(type->name));
	else if (asks(m, "fields") && type->kind == GQL_OBJECT)
		put_fields(o, m, type->fields, &gql_meta_field);
	else if (asks(m, "interfaces") && type->kind == GQL_OBJECT)
		put_fields(o, m, NULL, NULL);
	else if (asks(m, "inputFields") && type->kind == GQL_INPUT)
		put_fields(o, m, type->fields, &gql_meta_input);
	else if (asks(m, "enumValues") && type->kind == GQL_ENUM)
		put_enum_values(o, m, type->values);
	else if (asks(m, "isOneOf") && type->kind == GQL_INPUT)
		json_put_bool(o, m->key.p, false);
	else
		put_common(o, m, gql_meta_type.name);
}

static void
put_type(struct json_out *o, const char *key, const struct gql_merged *m, struct gql_typed t)
{
	/* every level of types multiplies the answer: past its limit it is given up */
	if (t.type == NULL || o->buf->len > o->flush_at) {
		json_put_null(o, key);
		return;
	}
	json_begin(o, key);
	for (; m != NULL; m = m->next)
		put_type_field(o, m, t);
	json_end(o);
}

static void
put_locations(struct json_out *o, const char *key, unsigned places)
{
	size_t i;

	json_list_begin(o, key);
	for (i = 0; i < GQL_AT__MAX; i++)
		if (places & 1u << i)
			json_put_str(o, NULL, str_of(gql_places[i]));
	json_list_end(o);
}

static void
put_directive(struct json_out *o, const struct gql_merged *m, const struct gql_directive_type *d)
{
	json_begin(o, NULL);
	for (; m != NULL; m = m->next)
		if (asks(m, "name"))
			json_put_str(o, m->key.p, str_of(d->name));
		else if (asks(m, "locations"))
			put_locations(o, m->key.p, d->places);
		else if (asks(m, "args"))
			put_fields(o, m, d->args, &gql_meta_input);
		else
			put_common(o, m, gql_meta_directive.name);
	json_end(o);
}

static void
put_types(struct json_out *o, const struct gql_merged *m)
{
	const struct gql_type *const *t;

	json_list_begin(o, m->key.p);
	for (t = gql_types; *t != NULL; t++)
		put_type(o, NULL, m->first, (struct gql_typed){ *t, 0 });
	json_list_end(o);
}

static void
put_directives(struct json_out *o, const struct gql_merged *m)
{
	const struct gql_directive_type *d;

	json_list_begin(o, m->key.p);
	for (d = gql_directives; d->name != NULL; d++)
		put_directive(o, m->first, d);
	json_list_end(o);
}

void
gql_write_schema(struct json_out *o, const char *key, const struct gql_merged *m)
{
	json_begin(o, key);
	for (; m != NULL; m = m->next)
		if (asks(m, "types"))
			put_types(o, m);
		else if (asks(m, "directives"))
			put_directives(o, m);
		else if (asks(m, "queryType"))
			put_type(o, m->key.p, m->first, (struct gql_typed){ &gql_query, 0 });
		else if (asks(m, "mutationType"))
			put_type(o, m->key.p, m->first, (struct gql_typed){ &gql_mutation, 0 });
		else
			put_common(o, m, gql_meta_schema.name);
	json_end(o);
}

void
gql_write_type_named(struct json_out *o, const char *key, const struct gql_merged *m,
    struct str name)
{
	put_type(o, key, m, (struct gql_typed){ gql_type_find(name), 0 });
}
