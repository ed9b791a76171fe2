/* JSON of a stranger: read, shown, decoded. */
#include "api/experiments.h"
#include "api/run_data.h"
#include "json/decode.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
decode(struct arena *mem, const struct json_object *o, const struct field *fields, size_t size)
{
	struct str error;

	if (decode_object(mem, fields, o, true, arena_alloc(mem, size), &error) == -1 &&
	    error.p == NULL)
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *o;
	struct arena mem;
	struct str text;

	arena_init(&mem);
	/* the request's body ends in NUL too */
	text = arena_str(&mem, (struct str){ (const char *)data, size });
	if (size > 0 && json_read(text, &o) == JSON_FINE) {
		json_text(&mem, o);
		if (json_kind(o) == JSON_OBJECT) {
			decode(&mem, o, log_batch_fields, sizeof(struct batch_in));
			decode(&mem, o, experiment_search_fields,
			    sizeof(struct experiment_search_in));
		}
		json_free(o);
	}
	arena_fini(&mem);
	return 0;
}
