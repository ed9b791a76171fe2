/*
 * Recursive descent, one function a production.  The first error stays: after it
 * the current token is END for ever, so that every loop ends.
 */
#include <string.h>

#include "graphql/lex.h"
#include "graphql/parse.h"

struct parser {
	struct arena		*mem;
	struct gql_lexer	 lexer;
	struct gql_token	 now;
	unsigned		 tokens;
	unsigned		 nesting;
	unsigned		 fragments;
	struct str		 error;
};

static void
refuse(struct parser *p, struct str sentence)
{
	if (p->error.p == NULL)
		p->error = sentence;
	p->now = (struct gql_token){ GQL_TOK_END, { "", 0 }, p->now.at };
}

static void
advance(struct parser *p)
{
	if (p->error.p != NULL)
		return;
	p->now = gql_lex(&p->lexer);
	if (p->now.kind == GQL_TOK_BAD)
		refuse(p, p->lexer.error);
	else if (++p->tokens > GQL_TOKENS_MAX)
		refuse(p, arena_printf(p->mem, "Syntax error: the document has more than %d "
		    "tokens. Split it into several requests.", GQL_TOKENS_MAX));
}

static void
unexpected(struct parser *p, const char *wanted)
{
	struct str place = gql_place(p->mem, p->lexer.source, p->now.at);

	if (p->error.p != NULL)
		return;
	if (p->now.kind == GQL_TOK_END)
		refuse(p, arena_printf(p->mem, "Syntax error: expected %s, found the end of the "
		    "document%s.", wanted, place.p));
	else if (p->now.kind == GQL_TOK_STRING)
		refuse(p, arena_printf(p->mem, "Syntax error: expected %s, found a string%s.",
		    wanted, place.p));
	else
		refuse(p, arena_printf(p->mem, "Syntax error: expected %s, found '%.*s'%s.",
		    wanted, (int)p->now.text.len, p->now.text.p, place.p));
}

static bool
at_punct(const struct parser *p, const char *punct)
{
	return p->now.kind == GQL_TOK_PUNCT && str_is(p->now.text, punct);
}

static bool
at_word(const struct parser *p, const char *word)
{
	return p->now.kind == GQL_TOK_NAME && str_is(p->now.text, word);
}

static bool
accept(struct parser *p, const char *punct)
{
	if (!at_punct(p, punct))
		return false;
	advance(p);
	return true;
}

static void
expect(struct parser *p, const char *punct)
{
	if (!accept(p, punct))
		unexpected(p, arena_printf(p->mem, "'%s'", punct).p);
}

static struct str
parse_name(struct parser *p, const char *what)
{
	struct str name = p->now.text;

	if (p->now.kind != GQL_TOK_NAME) {
		unexpected(p, what);
		return STR("");
	}
	advance(p);
	return name;
}

/* Enter one more level of nesting; leave() even if it is refused. */
static void
enter(struct parser *p)
{
	if (++p->nesting > GQL_NEST_MAX)
		refuse(p, arena_printf(p->mem, "Syntax error: the document is nested deeper than "
		    "%d levels%s.", GQL_NEST_MAX,
		    gql_place(p->mem, p->lexer.source, p->now.at).p));
}

static void
leave(struct parser *p)
{
	p->nesting--;
}

/* Is there more before the closing mark?  False too after an error. */
static bool
more(struct parser *p, const char *close)
{
	if (accept(p, close))
		return false;
	if (p->now.kind == GQL_TOK_END)
		unexpected(p, arena_printf(p->mem, "'%s'", close).p);
	return p->error.p == NULL;
}

static struct gql_value *parse_value(struct parser *);

/* name: value, name: value, ... up to the closing mark. */
static struct gql_value *
parse_named(struct parser *p, const char *close)
{
	struct gql_value *first = NULL, **end = &first;

	while (more(p, close)) {
		struct str name = parse_name(p, "a name");

		expect(p, ":");
		*end = parse_value(p);
		(*end)->name = name;
		end = &(*end)->next;
	}
	return first;
}

static struct gql_value *
parse_items(struct parser *p)
{
	struct gql_value *first = NULL, **end = &first;

	while (more(p, "]")) {
		*end = parse_value(p);
		end = &(*end)->next;
	}
	return first;
}

static enum gql_value_kind
kind_of_word(struct str word)
{
	if (str_is(word, "null"))
		return GQL_NULL;
	return str_is(word, "true") || str_is(word, "false") ? GQL_BOOL : GQL_WORD;
}

static void
parse_scalar(struct parser *p, struct gql_value *v)
{
	v->text = p->now.text;
	switch (p->now.kind) {
	case GQL_TOK_INT:
		v->kind = GQL_INT;
		break;
	case GQL_TOK_FLOAT:
		v->kind = GQL_FLOAT;
		break;
	case GQL_TOK_STRING:
		v->kind = GQL_STRING;
		break;
	case GQL_TOK_NAME:
		v->kind = kind_of_word(p->now.text);
		break;
	default:
		unexpected(p, "a value");
	}
	advance(p);
}

/* Never NULL; after an error what it says means nothing. */
static struct gql_value *
parse_value(struct parser *p)
{
	struct gql_value *v = arena_alloc(p->mem, sizeof(*v));

	enter(p);
	if (accept(p, "[")) {
		v->kind = GQL_LIST;
		v->first = parse_items(p);
	} else if (accept(p, "{")) {
		v->kind = GQL_MEMBERS;
		v->first = parse_named(p, "}");
	} else if (accept(p, "$")) {
		v->kind = GQL_VARIABLE;
		v->text = parse_name(p, "the name of a variable");
	} else {
		parse_scalar(p, v);
	}
	leave(p);
	return v;
}

static struct gql_value *
parse_arguments(struct parser *p)
{
	if (!accept(p, "("))
		return NULL;
	if (at_punct(p, ")"))
		unexpected(p, "an argument");
	return parse_named(p, ")");
}

static struct gql_directive *
parse_directives(struct parser *p)
{
	struct gql_directive *first = NULL, **end = &first;

	while (accept(p, "@")) {
		*end = arena_alloc(p->mem, sizeof(**end));
		(*end)->name = parse_name(p, "the name of a directive");
		(*end)->args = parse_arguments(p);
		end = &(*end)->next;
	}
	return first;
}

static struct gql_type_ref *
parse_type(struct parser *p)
{
	struct gql_type_ref *t = arena_alloc(p->mem, sizeof(*t));

	enter(p);
	if (accept(p, "[")) {
		t->item = parse_type(p);
		expect(p, "]");
	} else {
		t->name = parse_name(p, "a type");
	}
	t->required = accept(p, "!");
	leave(p);
	return t;
}

static bool
is_constant(const struct gql_value *v)
{
	const struct gql_value *kid;

	if (v->kind == GQL_VARIABLE)
		return false;
	for (kid = v->first; kid != NULL; kid = kid->next)
		if (!is_constant(kid))
			return false;
	return true;
}

static struct gql_variable *
parse_variables(struct parser *p)
{
	struct gql_variable *first = NULL, **end = &first, *v;

	if (!accept(p, "("))
		return NULL;
	if (at_punct(p, ")"))
		unexpected(p, "a variable");
	for (; more(p, ")"); end = &v->next) {
		*end = v = arena_alloc(p->mem, sizeof(*v));
		expect(p, "$");
		v->name = parse_name(p, "the name of a variable");
		expect(p, ":");
		v->type = parse_type(p);
		if (accept(p, "="))
			v->initial = parse_value(p);
		if (v->initial != NULL && !is_constant(v->initial))
			unexpected(p, "a default without variables before this");
		v->directives = parse_directives(p);
	}
	return first;
}

static struct gql_selection *parse_selections(struct parser *);

static void
parse_field(struct parser *p, struct gql_selection *s)
{
	s->kind = GQL_FIELD;
	s->name = parse_name(p, "the name of a field");
	if (accept(p, ":")) {
		s->alias = s->name;
		s->name = parse_name(p, "the name of a field");
	}
	s->args = parse_arguments(p);
	s->directives = parse_directives(p);
	if (at_punct(p, "{"))
		s->first = parse_selections(p);
}

/* Behind "...". */
static void
parse_fragment_use(struct parser *p, struct gql_selection *s)
{
	if (p->now.kind == GQL_TOK_NAME && !at_word(p, "on")) {
		s->kind = GQL_SPREAD;
		s->name = parse_name(p, "the name of a fragment");
		s->directives = parse_directives(p);
		return;
	}
	s->kind = GQL_INLINE;
	if (at_word(p, "on")) {
		advance(p);
		s->on = parse_name(p, "the name of a type");
	}
	s->directives = parse_directives(p);
	s->first = parse_selections(p);
}

static struct gql_selection *
parse_selections(struct parser *p)
{
	struct gql_selection *first = NULL, **end = &first;

	enter(p);
	expect(p, "{");
	if (at_punct(p, "}"))
		unexpected(p, "a field");
	while (more(p, "}")) {
		*end = arena_alloc(p->mem, sizeof(**end));
		if (accept(p, "..."))
			parse_fragment_use(p, *end);
		else
			parse_field(p, *end);
		end = &(*end)->next;
	}
	leave(p);
	return first;
}

static void
parse_operation(struct parser *p, struct gql_definition *d)
{
	if (p->now.kind == GQL_TOK_NAME)
		d->name = parse_name(p, "the name of an operation");
	d->variables = parse_variables(p);
	d->directives = parse_directives(p);
	d->first = parse_selections(p);
}

static void
parse_fragment(struct parser *p, struct gql_definition *d)
{
	if (++p->fragments > GQL_FRAGMENTS_MAX)
		refuse(p, arena_printf(p->mem, "Syntax error: the document has more than %d "
		    "fragments.", GQL_FRAGMENTS_MAX));
	if (at_word(p, "on"))
		unexpected(p, "the name of a fragment");
	d->name = parse_name(p, "the name of a fragment");
	if (!at_word(p, "on"))
		unexpected(p, "'on'");
	advance(p);
	d->on = parse_name(p, "the name of a type");
	d->directives = parse_directives(p);
	d->first = parse_selections(p);
}

static struct gql_definition *
parse_definition(struct parser *p)
{
	static const char *const words[] = {
		[GQL_QUERY] = "query", [GQL_MUTATION] = "mutation",
		[GQL_SUBSCRIPTION] = "subscription", [GQL_FRAGMENT] = "fragment",
	};
	struct gql_definition *d = arena_alloc(p->mem, sizeof(*d));
	size_t i;

	if (at_punct(p, "{")) {
		d->first = parse_selections(p);
		return d;
	}
	/* a description */
	if (p->now.kind == GQL_TOK_STRING)
		advance(p);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (at_word(p, words[i]))
			break;
	if (i == sizeof(words) / sizeof(words[0])) {
		unexpected(p, "an operation or a fragment");
		return d;
	}
	d->kind = (enum gql_definition_kind)i;
	advance(p);
	if (d->kind == GQL_FRAGMENT)
		parse_fragment(p, d);
	else
		parse_operation(p, d);
	return d;
}

/* The fragments of a document, for the spreads in it. */
struct fragments {
	struct gql_definition	*v[GQL_FRAGMENTS_MAX];
	size_t			 n;
};

static void
resolve_spreads(const struct fragments *f, struct gql_selection *s)
{
	size_t i;

	for (; s != NULL; s = s->next) {
		resolve_spreads(f, s->first);
		for (i = 0; s->kind == GQL_SPREAD && s->fragment == NULL && i < f->n; i++)
			if (str_eq(f->v[i]->name, s->name))
				s->fragment = f->v[i];
	}
}

static void
resolve(const struct gql_document *doc)
{
	struct fragments f = { .n = 0 };
	struct gql_definition *d;

	for (d = doc->first; d != NULL; d = d->next)
		if (d->kind == GQL_FRAGMENT)
			f.v[f.n++] = d;
	for (d = doc->first; d != NULL; d = d->next)
		resolve_spreads(&f, d->first);
}

int
gql_parse(struct arena *mem, struct str source, struct gql_document *doc, struct str *error)
{
	struct parser p = { .mem = mem, .lexer = { .mem = mem, .source = source } };
	struct gql_definition **end = &doc->first;

	*doc = (struct gql_document){ 0 };
	*error = (struct str){ NULL, 0 };
	advance(&p);
	if (p.now.kind == GQL_TOK_END)
		unexpected(&p, "an operation");
	while (p.now.kind != GQL_TOK_END) {
		*end = parse_definition(&p);
		end = &(*end)->next;
	}
	if (p.error.p != NULL) {
		*error = p.error;
		return -1;
	}
	resolve(doc);
	return 0;
}
