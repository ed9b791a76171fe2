/* A query string: split, decoded, kept UTF-8. */
#include "http/query.h"
#include "json/decode.h"
#include "routes.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* As the query of a request to each row. */
static void
decode_all(struct arena *mem, struct str query)
{
	const struct route *const *table = routes;
	const struct route *r;
	struct json_object *o;
	struct str error;

	for (r = NULL; (r = route_next(&table, r)) != NULL;) {
		if (r->fields == NULL)
			continue;
		o = query_read(mem, query, r->fields);
		decode_object(mem, r->fields, o, false, arena_alloc(mem, r->in_size), &error);
		json_free(o);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena mem;

	if (size == 0)
		return 0;
	arena_init(&mem);
	if (!utf8_is_valid(query_decode(&mem, text, true)))
		__builtin_trap();
	decode_all(&mem, text);
	arena_fini(&mem);
	return 0;
}
