/* What messages quote. */
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/repr.h"
#include "graphql/show.h"
#include "json/write.h"

/* Characters of a quoted value; more would not help. */
#define SHOWN_MAX	240
/* Names in one suggestion. */
#define SUGGESTED_MAX	5

static void
add_quoted(struct buf *to, struct str s)
{
	struct json_out o;

	json_out_init(&o, to);
	json_put_str(&o, NULL, s);
}

static void
add_value(struct buf *to, const struct gql_value *v)
{
	const struct gql_value *kid;

	switch (v->kind) {
	case GQL_STRING:
		add_quoted(to, v->text);
		break;
	case GQL_VARIABLE:
		buf_printf(to, "$%s", v->text.p);
		break;
	case GQL_LIST:
	case GQL_MEMBERS:
		buf_putc(to, v->kind == GQL_LIST ? '[' : '{');
		for (kid = v->first; kid != NULL; kid = kid->next) {
			if (v->kind == GQL_MEMBERS)
				buf_printf(to, "%s: ", kid->name.p);
			add_value(to, kid);
			buf_puts(to, kid->next == NULL ? "" : ", ");
		}
		buf_putc(to, v->kind == GQL_LIST ? ']' : '}');
		break;
	default:
		buf_add_str(to, v->text);
	}
}

/* The text in the arena, cut if it is long and that is asked for. */
static struct str
keep(struct arena *mem, struct buf *text, bool cut)
{
	struct str s = buf_str(text), head = utf8_prefix(s, SHOWN_MAX);

	s = cut && head.len < s.len ?
	    arena_printf(mem, "%.*s...", (int)head.len, head.p) : arena_str(mem, s);
	buf_fini(text);
	return s;
}

struct str
gql_show_value(struct arena *mem, const struct gql_value *v)
{
	struct buf text = { 0 };

	add_value(&text, v);
	return keep(mem, &text, true);
}

struct str
gql_value_text(struct arena *mem, const struct gql_value *v)
{
	struct buf text = { 0 };

	add_value(&text, v);
	return keep(mem, &text, false);
}

static void add_json(struct buf *, const struct json_object *);

struct members {
	struct buf	*to;
	bool		 started;
};

static void
add_member(void *arg, const char *name, const struct json_object *value)
{
	struct members *m = arg;

	if (m->to->len > SHOWN_MAX * 4)
		return;
	buf_puts(m->to, m->started ? ", " : "");
	m->started = true;
	repr_add(m->to, str_of(name));
	buf_puts(m->to, ": ");
	add_json(m->to, value);
}

static void
add_json(struct buf *to, const struct json_object *o)
{
	struct members members = { to, false };
	size_t i;

	switch (json_kind(o)) {
	case JSON_NULL:
		buf_puts(to, "None");
		break;
	case JSON_BOOL:
		buf_puts(to, json_truth(o) ? "True" : "False");
		break;
	case JSON_STRING:
		repr_add(to, json_string(o));
		break;
	case JSON_LIST:
		buf_putc(to, '[');
		/* what is cut off in the end need not be written */
		for (i = 0; i < json_length(o) && to->len <= SHOWN_MAX * 4; i++) {
			buf_puts(to, i == 0 ? "" : ", ");
			add_json(to, json_item(o, i));
		}
		buf_putc(to, ']');
		break;
	case JSON_OBJECT:
		buf_putc(to, '{');
		json_each(o, add_member, &members);
		buf_putc(to, '}');
		break;
	default:
		json_text_spaced(to, o);
	}
}

struct str
gql_show_json(struct arena *mem, const struct json_object *o)
{
	struct buf text = { 0 };

	add_json(&text, o);
	return keep(mem, &text, true);
}

struct str
gql_show_type(struct arena *mem, const struct gql_type_ref *t)
{
	const char *mark = t->required ? "!" : "";

	if (t->item == NULL)
		return arena_printf(mem, "%s%s", t->name.p, mark);
	return arena_printf(mem, "[%s]%s", gql_show_type(mem, t->item).p, mark);
}

/* Words that differ by the case of letters only are one slip apart. */
static size_t
distance(struct str word, const char *name)
{
	if (str_is(word, name))
		return 0;
	if (str_is_nocase(word, name))
		return 1;
	return near_distance(word.p, word.len, name, strlen(name), true);
}

struct candidate {
	const char	*name;
	size_t		 distance;
};

static int
by_distance(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The candidates among the names, sorted; at most SUGGESTED_MAX count. */
static size_t
find_candidates(struct str word, const struct gql_names *names, struct candidate *found)
{
	/* two letters in five may differ, and one more */
	size_t most = word.len * 2 / 5 + 1, n = 0, i;

	for (i = 0; i < names->n; i++) {
		size_t d;

		if (strlen(names->v[i]) > NEAR_WORD_MAX)
			continue;
		d = distance(word, names->v[i]);
		if (d <= most)
			found[n++] = (struct candidate){ names->v[i], d };
	}
	qsort(found, n, sizeof(*found), by_distance);
	return n < SUGGESTED_MAX ? n : SUGGESTED_MAX;
}

struct str
gql_suggest(struct arena *mem, struct str word, struct gql_names *names, const char *what)
{
	struct candidate found[sizeof(names->v) / sizeof(names->v[0])];
	struct str text = STR("");
	size_t n, i;

	if (word.len > NEAR_WORD_MAX)
		return text;
	n = find_candidates(word, names, found);
	for (i = 0; i < n; i++)
		text = arena_printf(mem, "%s%s'%s'", text.p,
		    i == 0 ? "" : i + 1 < n ? ", " : n == 2 ? " or " : ", or ", found[i].name);
	return n == 0 ? text : arena_printf(mem, " Did you mean %s%s?", what, text.p);
}
