/* Filters of trace metrics.  The order of the checks is MLflow's. */
#include <string.h>

#include "base/repr.h"
#include "search/field.h"
#include "search/metric_filter.h"
#include "search/parse.h"

static const struct search_grammar grammar = {
	.is_single = true,
	.unparsed = { "Invalid filter '", "'. Could not be parsed.", false },
	.several = { "Search filter contained multiple expression ",
	    ". Provide AND-ed expression list.", true },
};

/* Only how clauses are cut is asked of it. */
static const struct search_dialect dialect = { .grammar = &grammar, .clause_quote = "" };

const char *const metric_view_names[METRIC_VIEW__MAX] = {
	[METRIC_TRACES] = "TRACES",
	[METRIC_SPANS] = "SPANS",
	[METRIC_ASSESSMENTS] = "ASSESSMENTS",
};

static const struct {
	const char	*name;		/* before the first dot */
	const char	*fields;	/* as a Python list */
} prefixes[METRIC_VIEW__MAX] = {
	[METRIC_TRACES] = { "trace", "['status', 'tag', 'metadata']" },
	[METRIC_SPANS] = { "span", "['name', 'status', 'type']" },
	[METRIC_ASSESSMENTS] = { "assessment", "['name', 'type']" },
};

static const struct {
	enum metric_view	view;
	const char		*name;
	bool			has_key;
} fields[METRIC_FIELD__MAX] = {
	[METRIC_TRACE_STATUS] = { METRIC_TRACES, "status", false },
	[METRIC_TRACE_TAG] = { METRIC_TRACES, "tag", true },
	[METRIC_TRACE_METADATA] = { METRIC_TRACES, "metadata", true },
	[METRIC_SPAN_NAME] = { METRIC_SPANS, "name", false },
	[METRIC_SPAN_STATUS] = { METRIC_SPANS, "status", false },
	[METRIC_SPAN_TYPE] = { METRIC_SPANS, "type", false },
	[METRIC_ASSESSMENT_NAME] = { METRIC_ASSESSMENTS, "name", false },
	[METRIC_ASSESSMENT_TYPE] = { METRIC_ASSESSMENTS, "type", false },
};

/* What stands before the first dot of *s, which is moved behind it; all without one. */
static struct str
cut_part(struct str *s)
{
	const char *dot = s->len == 0 ? NULL : memchr(s->p, '.', s->len);
	struct str part = *s;

	if (dot == NULL) {
		*s = (struct str){ NULL, 0 };
		return part;
	}
	part.len = (size_t)(dot - s->p);
	*s = (struct str){ dot + 1, s->len - part.len - 1 };
	return part;
}

static int
find_view(struct arena *mem, struct str name, struct metric_filter *f,
    struct search_error *err)
{
	int i;

	for (i = 0; i < METRIC_VIEW__MAX; i++)
		if (str_is(name, prefixes[i].name)) {
			f->view = (enum metric_view)i;
			return 0;
		}
	return search_fail(mem, err, SEARCH_INVALID, "Invalid view type '%.*s'. Valid values "
	    "are dict_keys(['trace', 'span', 'assessment'])", STR_ARGS(name));
}

static int
find_field(struct arena *mem, struct str name, struct metric_filter *f,
    struct search_error *err)
{
	int i;

	for (i = 0; i < METRIC_FIELD__MAX; i++)
		if (fields[i].view == f->view && str_is(name, fields[i].name)) {
			f->field = (enum metric_field)i;
			return 0;
		}
	return search_fail(mem, err, SEARCH_INVALID, "Invalid entity '%.*s' specified for view "
	    "type '%s'. Valid entities are %s", STR_ARGS(name), prefixes[f->view].name,
	    prefixes[f->view].fields);
}

/* A field has a key or it has none. */
static int
take_key(struct arena *mem, struct str key, struct metric_filter *f, struct search_error *err)
{
	const char *view = prefixes[f->view].name, *name = fields[f->field].name;

	if (fields[f->field].has_key && key.p == NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Filtering by %s requires a key, "
		    "e.g. '%s.%s.<key> = <value>'", name, view, name);
	if (!fields[f->field].has_key && key.p != NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Filtering by %s does not require "
		    "a key, use '%s.%s' instead", name, view, name);
	f->key = search_strip(search_strip(key, "'\""), "`");
	return 0;
}

static int
take_name(struct arena *mem, struct str text, struct metric_filter *f,
    struct search_error *err)
{
	struct str rest = text, view = cut_part(&rest), name;

	if (rest.p == NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid identifier %s. Columns "
		    "should be specified as 'trace.<key>', 'span.<key>', 'assessment.<key>'.",
		    repr(mem, text).p);
	name = cut_part(&rest);
	return find_view(mem, search_strip(view, "`"), f, err) != 0 ||
	    find_field(mem, name, f, err) != 0 || take_key(mem, rest, f, err) != 0;
}

static int
take_clause(struct arena *mem, const struct item *c, struct metric_filter *f,
    struct search_error *err)
{
	struct str op;
	struct str wanted;

	if (search_check_sides(mem, c, err) != 0 ||
	    take_name(mem, c->left->token.text, f, err) != 0)
		return 1;
	op = c->op->token.text;
	if (!str_is(op, "="))
		return search_fail(mem, err, SEARCH_INVALID, "Invalid comparator: '%.*s', only "
		    "'=' operator is supported", STR_ARGS(op));
	wanted = arena_printf(mem, "for %s value (e.g. 'my-value')", fields[f->field].name);
	return search_take_quoted(mem, c->right, wanted.p, &f->value, err);
}

/* The one comparison among white space; NULL if there are more, or none. */
static const struct item *
find_only(const struct items *items)
{
	const struct item *only = NULL;
	size_t i;

	for (i = 0; i < items->n; i++) {
		if (items->v[i].kind != ITEM_COMPARISON)
			continue;
		if (only != NULL)
			return NULL;
		only = &items->v[i];
	}
	return only;
}

int
metric_filter_parse(struct arena *mem, enum metric_view asked, struct str text,
    struct metric_filter *f, struct search_error *err)
{
	struct items items = { NULL, 0 };
	const struct item *clause;

	*f = (struct metric_filter){ .view = asked };
	if (text.len > 0 && search_clauses(mem, &dialect, text, &items, err) != 0)
		return 1;
	if ((clause = find_only(&items)) == NULL)
		return search_fail(mem, err, SEARCH_INVALID, "Invalid filter: '%.*s'. Expected "
		    "one filter clause.", STR_ARGS(text));
	if (take_clause(mem, clause, f, err) != 0)
		return 1;
	if (f->view == METRIC_TRACES || f->view == asked)
		return 0;
	return search_fail(mem, err, SEARCH_INVALID, "Filtering by %s is only supported for %s "
	    "view type, got %s", prefixes[f->view].name, metric_view_names[f->view],
	    metric_view_names[asked]);
}
