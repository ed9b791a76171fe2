/* Lines of order_by clauses, for every entity. */
#include <string.h>

#include "search/order.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
run(const struct search_dialect *d, const struct str *clauses, size_t n)
{
	struct search_error err = { SEARCH_INVALID, { NULL, 0 } };
	struct search_order keys[SEARCH_ORDER_MAX];
	size_t nkeys, i;
	struct arena mem;

	arena_init(&mem);
	if (search_order_read(&mem, d, clauses, n, keys, &nkeys, &err) == 0) {
		for (i = 0; i < nkeys; i++)
			if (!(keys[i].field->use & USE_ORDER))
				__builtin_trap();
	} else if (str_empty(err.text) || !utf8_is_valid(err.text))
		__builtin_trap();
	arena_fini(&mem);
}

/* Logged models are ordered by names. */
static void
run_name(struct str name)
{
	struct search_error err = { SEARCH_INVALID, { NULL, 0 } };
	struct search_order order;
	struct arena mem;

	arena_init(&mem);
	if (search_order_by_name(&mem, &search_logged_models, arena_str(&mem, name), &order,
	    &err) != 0 && str_empty(err.text))
		__builtin_trap();
	arena_fini(&mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str clauses[SEARCH_ORDER_MAX + 1], rest = { (const char *)data,
	    size };
	size_t n = 0, i;

	if (size == 0 || !utf8_is_valid(rest))
		return 0;
	while (n < sizeof(clauses) / sizeof(clauses[0])) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end == NULL ? rest.len : (size_t)(end - rest.p);

		clauses[n++] = (struct str){ rest.p, len };
		if (end == NULL)
			break;
		rest = (struct str){ end + 1, rest.len - len - 1 };
	}
	run(&search_runs, clauses, n);
	run(&search_experiments, clauses, n);
	run(&search_models, clauses, n);
	run(&search_versions, clauses, n);
	run(&search_eval_datasets, clauses, n);
	run(&search_traces, clauses, n);
	for (i = 0; i < n; i++)
		run_name(clauses[i]);
	return 0;
}
