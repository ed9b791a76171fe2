/*
 * A filter of every entity: the tree or the error it gives must be whole.
 */
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

static void
run(const struct search_entity *e, struct str filter)
{
	struct search_error err = { SEARCH_INVALID, { NULL, 0 } };
	struct search_node *tree;
	struct arena mem;
	size_t i;

	arena_init(&mem);
	if (search_parse(&mem, e, filter, &tree, &err) == 0) {
		for (i = 0; i < tree->nkids; i++)
			read_test(&tree->kids[i].test);
	} else if (str_empty(err.text) || !utf8_is_valid(err.text))
		__builtin_trap();
	arena_fini(&mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str filter = { (const char *)data, size };

	/* the JSON reader and the query reader let nothing else through */
	if (!utf8_is_valid(filter))
		return 0;
	run(&search_runs, filter);
	run(&search_experiments, filter);
	return 0;
}
