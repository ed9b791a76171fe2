/*
 * A filter of every entity: the tree or the error it gives must be whole.
 */
#include "search/metric_filter.h"
#include "search/parse.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_test(const struct search_test *t)
{
	size_t i;

	if (t->field == NULL || t->field->column == COLUMN_NONE || t->op == OP__MAX)
		__builtin_trap();
	for (i = 0; t->texts != NULL && i < t->nvalues; i++)
		if (t->texts[i].p[t->texts[i].len] != '\0')
			__builtin_trap();
}

static void
run(const struct search_dialect *d, struct str filter)
{
	struct search_error err = { SEARCH_INVALID, { NULL, 0 } };
	struct search_node *tree;
	struct arena mem;
	size_t i;

	arena_init(&mem);
	/* every parser is given text with a NUL behind it */
	filter = arena_str(&mem, filter);
	if (filter.p == NULL)
		filter = STR("");
	if (search_parse(&mem, d, filter, &tree, &err) == 0) {
		for (i = 0; i < tree->nkids; i++)
			read_test(&tree->kids[i].test);
	} else if (str_empty(err.text) || !utf8_is_valid(err.text))
		__builtin_trap();
	arena_fini(&mem);
}

/* The one-clause filters of trace metrics. */
static void
run_metric(enum metric_view view, struct str filter)
{
	struct search_error err = { SEARCH_INVALID, { NULL, 0 } };
	struct metric_filter f;
	struct arena mem;

	arena_init(&mem);
	filter = str_or_empty(arena_str(&mem, filter));
	if (metric_filter_parse(&mem, view, filter, &f, &err) == 0) {
		if (f.value.p == NULL || (f.view != METRIC_TRACES && f.view != view))
			__builtin_trap();
	} else if (str_empty(err.text) || !utf8_is_valid(err.text))
		__builtin_trap();
	arena_fini(&mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct search_dialect *const dialects[] = {
		&search_runs, &search_experiments, &search_models, &search_versions,
		&search_logged_models, &search_eval_datasets, &search_traces,
	};
	struct str filter = { (const char *)data, size };
	size_t i;

	/* the JSON reader and the query reader let nothing else through */
	if (!utf8_is_valid(filter))
		return 0;
	for (i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		run(dialects[i], filter);
	for (i = 0; i < METRIC_VIEW__MAX; i++)
		run_metric((enum metric_view)i, filter);
	return 0;
}
