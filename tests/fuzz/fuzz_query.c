/* A query string: split, decoded, kept UTF-8. */
#include "api/experiments.h"
#include "http/query.h"
#include "json/decode.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str error, text = { (const char *)data, size };
	struct json_object *o;
	struct arena mem;

	if (size == 0)
		return 0;
	arena_init(&mem);
	if (!utf8_is_valid(query_decode(&mem, text, true)))
		__builtin_trap();
	o = query_read(&mem, text, experiment_search_fields);
	decode_object(&mem, experiment_search_fields, o, false,
	    arena_alloc(&mem, sizeof(struct experiment_search_in)), &error);
	json_free(o);
	arena_fini(&mem);
	return 0;
}
