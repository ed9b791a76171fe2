/* JSON of a stranger: read, shown, decoded. */
#include "json/decode.h"
#include "routes.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
decode(struct arena *mem, const struct json_object *o, const struct field *fields, size_t size)
{
	struct str error;

	if (decode_object(mem, fields, o, true, arena_alloc(mem, size), &error) == -1 &&
	    error.p == NULL)
		__builtin_trap();
}

/* As a request to each row. */
static void
decode_all(struct arena *mem, const struct json_object *o)
{
	const struct route *const *table = routes;
	const struct route *r;

	for (r = NULL; (r = route_next(&table, r)) != NULL;)
		if (r->fields != NULL)
			decode(mem, o, r->fields, r->in_size);
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
	if (size > 0 && json_read(text, JSON_ANY, &o) == JSON_FINE) {
		json_text(&mem, o);
		if (json_kind(o) == JSON_OBJECT)
			decode_all(&mem, o);
		json_free(o);
	}
	arena_fini(&mem);
	return 0;
}
