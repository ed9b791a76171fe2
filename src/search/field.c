/* Identifiers: a key, or a prefix, a dot and a key. */
#include <string.h>

#include "base/buf.h"
#include "search/field.h"

const char *
search_scope_name(enum search_scope scope)
{
	static const char *const names[] = {
		[SCOPE_ATTRIBUTE] = "attribute",
		[SCOPE_METRIC] = "metric",
		[SCOPE_PARAM] = "parameter",
		[SCOPE_TAG] = "tag",
		[SCOPE_DATASET] = "dataset",
		[SCOPE_METADATA] = "request_metadata",
		[SCOPE_SPAN] = "span",
		[SCOPE_FEEDBACK] = "feedback",
		[SCOPE_EXPECTATION] = "expectation",
		[SCOPE_ISSUE] = "issue",
	};

	return names[scope];
}

bool
search_is_quoted(struct str s, char quote)
{
	return s.len >= 2 && s.p[0] == quote && s.p[s.len - 1] == quote;
}

struct str
search_strip(struct str s, const char *quotes)
{
	for (; *quotes != '\0'; quotes++)
		if (search_is_quoted(s, *quotes))
			return (struct str){ s.p + 1, s.len - 2 };
	return s;
}

struct str
search_real_name(const struct search_dialect *d, struct str name)
{
	const struct search_alias *a = d->aliases;

	for (; a != NULL && a->alias != NULL; a++)
		if (str_is(name, a->alias))
			return str_of(a->name);
	return name;
}

static bool
is_named(const struct search_field *f, struct str key)
{
	struct str name = str_of(f->name);

	if (f->name == NULL)
		return true;
	if (str_ends(name, "*"))
		return key.len >= name.len && memcmp(key.p, name.p, name.len - 1) == 0;
	return name.p[0] == '*' ? str_ends(key, name.p + 1) : str_is(key, name.p);
}

const struct search_field *
search_field_find(const struct search_dialect *d, enum search_scope scope,
    unsigned use, struct str key)
{
	const struct search_field *f;

	for (f = d->fields; f < d->fields + d->nfields; f++)
		if (f->scope == scope && (f->use & use) && is_named(f, key))
			return f;
	return NULL;
}

const struct search_field *
search_field_ruling(const struct search_dialect *d, enum search_scope scope, unsigned use,
    struct str key)
{
	const char *const *word = d->ruling;

	if (d->own_scopes >> scope & 1)
		return NULL;
	while (*word != NULL && !str_is_nocase(key, *word))
		word++;
	return *word == NULL ? NULL :
	    search_field_find(d, SCOPE_ATTRIBUTE, use, str_of(*word));
}

static const struct search_prefix *
find_prefix(const struct search_dialect *d, struct str name)
{
	const struct search_prefix *p;

	for (p = d->prefixes; p->name != NULL; p++)
		if (str_is(name, p->name))
			return p;
	return NULL;
}

static int
fail_key(struct arena *mem, const struct search_dialect *d,
    enum search_scope scope, unsigned use, struct str key,
    struct search_error *err)
{
	const struct search_field *f;
	struct buf names = { 0 };

	for (f = d->fields; f < d->fields + d->nfields; f++)
		if (f->scope == scope && (f->use & use))
			buf_printf(&names, "%s'%s'", names.len == 0 ? "" : ", ",
			    f->name);
	search_fail(mem, err, SEARCH_INVALID, "Invalid %s key '%.*s'%s%.*s%s",
	    search_scope_name(scope), STR_ARGS(key), d->valid_keys.before,
	    STR_ARGS(buf_str(&names)), d->valid_keys.after);
	buf_fini(&names);
	return 1;
}

static bool
can_order_by(const struct search_dialect *d, enum search_scope scope)
{
	size_t i;

	for (i = 0; i < d->nfields; i++)
		if (d->fields[i].scope == scope && (d->fields[i].use & USE_ORDER))
			return true;
	return false;
}

static int
find(struct arena *mem, const struct search_dialect *d, enum search_scope scope,
    unsigned use, struct str key, const struct search_field **field,
    struct search_error *err)
{
	*field = use == USE_ORDER ? search_field_ruling(d, scope, use, key) : NULL;
	if (*field == NULL)
		*field = search_field_find(d, scope, use, key);
	if (*field != NULL)
		return 0;
	if (use == USE_ORDER && d->order_whole.before != NULL)
		return search_refuse(mem, err, &d->order_whole, key);
	if (use == USE_FILTER || can_order_by(d, scope))
		return fail_key(mem, d, scope, use, key, err);
	if (d->order_key.before != NULL)
		return search_refuse(mem, err, &d->order_key, key);
	return search_refuse(mem, err, &d->order_scope, str_of(search_scope_name(scope)));
}

int
search_resolve(struct arena *mem, const struct search_dialect *d,
    struct str identifier, unsigned use, const struct search_field **field,
    struct str *key, struct search_error *err)
{
	const char *dot = memchr(identifier.p, '.', identifier.len);
	const struct search_prefix *prefix;
	struct str name;

	if (dot == NULL || (use == USE_ORDER && d->order_whole.before != NULL)) {
		*key = search_strip(identifier, d->quotes.bare);
		return find(mem, d, SCOPE_ATTRIBUTE, use, *key, field, err);
	}
	name = (struct str){ identifier.p, (size_t)(dot - identifier.p) };
	*key = (struct str){ dot + 1, identifier.len - name.len - 1 };
	name = search_strip(name, d->quotes.prefix);
	prefix = find_prefix(d, name);
	if (prefix == NULL)
		return search_refuse(mem, err, &d->unknown_prefix, name);
	*key = search_strip(*key, prefix->scope == SCOPE_ATTRIBUTE ?
	    d->quotes.attribute : d->quotes.key);
	return find(mem, d, prefix->scope, use, *key, field, err);
}

/* Without all the backticks at both ends. */
static struct str
strip_backticks(struct str s)
{
	while (s.len > 0 && s.p[0] == '`')
		s = (struct str){ s.p + 1, s.len - 1 };
	while (s.len > 0 && s.p[s.len - 1] == '`')
		s.len--;
	return s;
}

/* The letters before the first dot, unless a line feed or nothing stands behind it. */
static struct str
plain_prefix(struct str s)
{
	size_t dot = 0;

	while (dot < s.len && s.p[dot] >= 'a' && s.p[dot] <= 'z')
		dot++;
	if (dot + 1 >= s.len || s.p[dot] != '.' ||
	    memchr(s.p + dot, '\n', s.len - dot) != NULL)
		dot = 0;
	return (struct str){ s.p, dot };
}

int
search_resolve_plain(struct arena *mem, const struct search_dialect *d,
    struct str identifier, const struct search_field **field, struct str *key,
    struct search_error *err)
{
	static const struct search_prefix none = { "", SCOPE_ATTRIBUTE };
	struct str name = plain_prefix(identifier);
	const struct search_prefix *prefix = name.len == 0 ? &none : find_prefix(d, name);

	if (prefix == NULL)
		return search_refuse(mem, err, &d->unknown_prefix, name);
	if (name.len > 0)
		identifier = (struct str){ identifier.p + name.len + 1,
		    identifier.len - name.len - 1 };
	*key = strip_backticks(identifier);
	if (prefix->scope == SCOPE_ATTRIBUTE)
		*key = search_real_name(d, *key);
	*field = search_field_find(d, prefix->scope, USE_FILTER, *key);
	return 0;
}
