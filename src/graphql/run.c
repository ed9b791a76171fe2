/*
 * Parse, guard, check, bind, then write the merged selection over the trees that
 * the resolvers find.
 */
#include <math.h>

#include "graphql/bind.h"
#include "graphql/check.h"
#include "graphql/introspect.h"
#include "graphql/parse.h"
#include "graphql/run.h"
#include "json/write.h"

struct run {
	struct arena			*mem;
	const struct gql_request	*req;
	struct gql_bindings		 bindings;
	struct gql_errors		 errors;
	struct json_out			 out;
	bool				 failed;	/* a resolver had to give up */
};

static void write_fields(struct run *, const struct gql_type *, const struct gql_merged *,
    const struct json_object *);

/* Nothing more need be written: there will be no answer. */
static bool
is_over(const struct run *r)
{
	return r->failed || r->out.buf->len > GQL_ANSWER_MAX;
}

static void
write_float(struct run *r, const char *key, const struct json_object *v)
{
	double d;

	/* NaN comes as a text: JSON has no number for it */
	if (json_kind(v) != JSON_INT && json_kind(v) != JSON_FLOAT)
		json_put_null(&r->out, key);
	else if (json_number(v, &d) && isfinite(d))
		json_put_dbl(&r->out, key, d);
	else
		json_put_null(&r->out, key);
}

/* 64 bits do not fit in a number of JavaScript: the digits as a text. */
static void
write_long(struct run *r, const char *key, const struct json_object *v)
{
	if (json_kind(v) == JSON_STRING)
		json_put_str(&r->out, key, json_string(v));
	else
		json_put_str(&r->out, key, arena_printf(r->mem, "%lld",
		    json_kind(v) == JSON_INT ? (long long)json_int(v) : 0LL));
}

/* What is not in the tree has its type's empty value; an enum has none. */
static void
write_leaf(struct run *r, const struct gql_type *type, const char *key,
    const struct json_object *v)
{
	struct arena_mark mark = arena_mark(r->mem);

	if (type == &gql_long)
		write_long(r, key, v);
	else if (type == &gql_float && v == NULL)
		json_put_dbl(&r->out, key, 0.0);
	else if (type == &gql_float)
		write_float(r, key, v);
	else if (type == &gql_boolean)
		json_put_bool(&r->out, key, json_kind(v) == JSON_BOOL && json_truth(v));
	else if (json_kind(v) == JSON_STRING)
		json_put_str(&r->out, key, json_string(v));
	else if (type->kind == GQL_ENUM)
		json_put_null(&r->out, key);
	else
		json_put_str(&r->out, key, STR(""));
	arena_release(r->mem, mark);
}

/* The value of a field, or an item of its list (key NULL). */
static void
write_value(struct run *r, struct gql_typed t, const struct gql_merged *below, const char *key,
    const struct json_object *v)
{
	size_t i, n;

	if (t.wrap & GQL_LIST_OF) {
		n = json_kind(v) == JSON_LIST ? json_length(v) : 0;
		json_list_begin(&r->out, key);
		for (i = 0; i < n && !is_over(r); i++)
			write_value(r, gql_item_type(t), below, NULL, json_item(v, i));
		json_list_end(&r->out);
	} else if (!gql_has_fields(t.type)) {
		write_leaf(r, t.type, key, v);
	} else if (v == NULL) {
		json_put_null(&r->out, key);
	} else {
		json_begin(&r->out, key);
		write_fields(r, t.type, below, v);
		json_end(&r->out);
	}
}

static void
write_resolved(struct run *r, const struct gql_merged *m, const struct json_object *parent)
{
	struct json_object *tree = NULL, *v;
	struct str error = { NULL, 0 };

	switch (r->req->resolve(r->req->arg, m->def, m->args, parent, &tree, &error)) {
	case GQL_FOUND:
		v = tree;
		if (parent != NULL)
			json_member(tree, m->member, &v);
		write_value(r, m->def->t, m->first, m->key.p, v);
		break;
	case GQL_REFUSED:
		json_put_null(&r->out, m->key.p);
		gql_error_add(&r->errors, "%s", error.p);
		break;
	case GQL_FAILED:
		r->failed = true;
		json_put_null(&r->out, m->key.p);
	}
	json_free(tree);
}

static void
write_field(struct run *r, const struct gql_type *type, const struct gql_merged *m,
    const struct json_object *parent)
{
	struct json_object *v = NULL;

	switch (m->def->resolver) {
	case GQL_MEMBER:
		if (!json_member(parent, m->member, &v) && m->def->initial != NULL)
			json_put_str(&r->out, m->key.p, str_of(m->def->initial));
		else
			write_value(r, m->def->t, m->first, m->key.p, v);
		break;
	case GQL_TYPENAME:
		json_put_str(&r->out, m->key.p, str_of(type->name));
		break;
	case GQL_SCHEMA:
		gql_write_schema(&r->out, m->key.p, m->first);
		break;
	case GQL_TYPE:
		json_member(m->args, "name", &v);
		gql_write_type_named(&r->out, m->key.p, m->first, json_string(v));
		break;
	default:
		write_resolved(r, m, parent);
	}
}

static void
write_fields(struct run *r, const struct gql_type *type, const struct gql_merged *m,
    const struct json_object *parent)
{
	for (; m != NULL && !is_over(r); m = m->next)
		write_field(r, type, m, parent);
}

/* Find each field's definition, and bind its arguments once for all rows. */
static void
prepare(struct run *r, const struct gql_type *type, struct gql_merged *m)
{
	for (; m != NULL; m = m->next) {
		const struct gql_selection *f = m->sources->field;

		m->def = gql_object_field(type, f->name);
		m->member = gql_member_name(r->mem, m->def->name).p;
		if (m->def->args != NULL)
			m->args = gql_bind_arguments(r->mem, &r->bindings, m->def->args, f->args);
		prepare(r, m->def->t.type, m->first);
	}
}

static void
release(struct gql_merged *m)
{
	for (; m != NULL; m = m->next) {
		json_free(m->args);
		release(m->first);
	}
}

/* @skip and @include. */
static bool
is_kept(void *arg, const struct gql_selection *s)
{
	const struct run *r = arg;
	const struct gql_directive *d;

	for (d = s->directives; d != NULL; d = d->next) {
		if (str_is(d->name, "skip") && gql_bind_if(&r->bindings, d))
			return false;
		if (str_is(d->name, "include") && !gql_bind_if(&r->bindings, d))
			return false;
	}
	return true;
}

static void
write_errors(struct json_out *o, const struct gql_errors *e)
{
	size_t i;

	if (e->n == 0) {
		json_put_null(o, "errors");
		return;
	}
	json_list_begin(o, "errors");
	for (i = 0; i < e->n; i++)
		json_put_str(o, NULL, e->v[i]);
	json_list_end(o);
}

/* An answer without data. */
static enum gql_outcome
refuse(struct run *r, enum gql_outcome outcome)
{
	buf_reset(r->out.buf);
	json_out_init(&r->out, r->out.buf);
	json_begin(&r->out, NULL);
	json_put_null(&r->out, "data");
	write_errors(&r->out, &r->errors);
	json_end(&r->out);
	return outcome;
}

static struct gql_definition *
find_operation(struct run *r, const struct gql_document *doc)
{
	struct gql_definition *d, *found = NULL;

	for (d = doc->first; d != NULL; d = d->next) {
		if (d->kind == GQL_FRAGMENT)
			continue;
		if (r->req->operation.p != NULL && d->name.p != NULL &&
		    str_eq(d->name, r->req->operation))
			return d;
		if (r->req->operation.p == NULL && found != NULL) {
			gql_error_add(&r->errors, "Must provide operation name if query contains "
			    "multiple operations.");
			return NULL;
		}
		found = d;
	}
	if (r->req->operation.p != NULL)
		gql_error_add(&r->errors, "Unknown operation named '%s'.", r->req->operation.p);
	else if (found == NULL)
		gql_error_add(&r->errors, "Must provide an operation.");
	return r->req->operation.p != NULL ? NULL : found;
}

static enum gql_outcome
execute(struct run *r, struct gql_document *doc, const struct gql_definition *op)
{
	const struct gql_type *root = gql_root_type(op->kind);
	struct gql_merged *fields = gql_merge(r->mem, doc, op->first, is_kept, r);

	prepare(r, root, fields);
	json_begin(&r->out, NULL);
	json_begin(&r->out, "data");
	write_fields(r, root, fields, NULL);
	json_end(&r->out);
	release(fields);
	if (r->failed)
		return GQL_GAVE_UP;
	if (is_over(r)) {
		r->errors.n = 0;
		gql_error_add(&r->errors, "The answer is larger than %d MiB. Ask for fewer rows or "
		    "fields at a time.", GQL_ANSWER_MAX / (1024 * 1024));
		return refuse(r, GQL_BROKEN);
	}
	write_errors(&r->out, &r->errors);
	json_end(&r->out);
	return GQL_ANSWERED;
}

/* From a parsed document to its answer. */
static enum gql_outcome
answer(struct run *r, struct gql_document *doc)
{
	const struct gql_definition *op;
	struct str error;

	if (gql_guard(r->mem, doc, &r->req->limits, &error) == -1) {
		gql_error_add(&r->errors, "%s", error.p);
		return refuse(r, GQL_ANSWERED);
	}
	gql_check(doc, &r->errors);
	op = r->errors.n > 0 ? NULL : find_operation(r, doc);
	if (op != NULL && gql_root_type(op->kind) == NULL)
		gql_error_add(&r->errors, "Schema is not configured to execute subscription "
		    "operation.");
	if (op != NULL && r->errors.n == 0) {
		r->bindings.variables = op->variables;
		gql_bind_check(&r->bindings, &r->errors);
	}
	return r->errors.n > 0 ? refuse(r, GQL_ANSWERED) : execute(r, doc, op);
}

enum gql_outcome
gql_run(struct arena *mem, const struct gql_request *req, struct buf *to)
{
	struct run r = {
		.mem = mem, .req = req, .bindings = { NULL, req->variables },
		.errors = { .mem = mem },
	};
	struct gql_document doc;
	struct str error;

	json_out_init(&r.out, to);
	/* nothing is flushed: introspection looks at it as its limit */
	r.out.flush_at = GQL_ANSWER_MAX;
	if (gql_parse(mem, req->query, &doc, &error) == -1) {
		gql_error_add(&r.errors, "%s", error.p);
		return refuse(&r, GQL_BROKEN);
	}
	return answer(&r, &doc);
}

void
gql_write_error(struct buf *to, struct str sentence)
{
	struct json_out o;

	json_out_init(&o, to);
	json_begin(&o, NULL);
	json_put_null(&o, "data");
	json_list_begin(&o, "errors");
	json_put_str(&o, NULL, sentence);
	json_list_end(&o);
	json_end(&o);
}
