/*
 * A filter of every entity: the tree or the error it gives must be whole.
 */
#include "search/eval_dataset.h"
#include "search/logged_model.h"
#include "search/parse.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_test(const struct search_test *t)
{
	size_t i;

	if (t->field == NULL || t->op == OP__MAX)
		__builtin_trap();
	for (i = 0; t->texts != NULL && i < t->nvalues; i++)
		if (t->texts[i].p[t->texts[i].len] != '\0')
			__builtin_trap();
}

typedef int parse(struct arena *, struct str, struct search_node **, struct search_error *);

static int
parse_runs(struct arena *mem, struct str filter, struct search_node **tree,
    struct search_error *err)
{
	return search_parse(mem, &search_runs, filter, tree, err);
}

static int
parse_experiments(struct arena *mem, struct str filter, struct search_node **tree,
    struct search_error *err)
{
	return search_parse(mem, &search_experiments, filter, tree, err);
}

static int
parse_models(struct arena *mem, struct str filter, struct search_node **tree,
    struct search_error *err)
{
	return search_parse(mem, &search_models, filter, tree, err);
}

static int
parse_versions(struct arena *mem, struct str filter, struct search_node **tree,
    struct search_error *err)
{
	return search_parse(mem, &search_versions, filter, tree, err);
}

static void
run(parse *read, struct str filter)
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
	if (read(&mem, filter, &tree, &err) == 0) {
		for (i = 0; i < tree->nkids; i++)
			read_test(&tree->kids[i].test);
	} else if (str_empty(err.text) || !utf8_is_valid(err.text))
		__builtin_trap();
	arena_fini(&mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static parse *const parsers[] = {
		parse_runs, parse_experiments, parse_models, parse_versions,
		search_logged_models_parse, search_eval_datasets_parse,
	};
	struct str filter = { (const char *)data, size };
	size_t i;

	/* the JSON reader and the query reader let nothing else through */
	if (!utf8_is_valid(filter))
		return 0;
	for (i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++)
		run(parsers[i], filter);
	return 0;
}
