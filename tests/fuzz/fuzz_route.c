/* A path on its way to a row; Host and Origin headers. */
#include "http/origin.h"
#include "routes.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf conf = { .static_prefix = "" }, below = { .static_prefix = "/ml" };
	struct arena mem;
	struct ctx c;
	struct str text;

	arena_init(&mem);
	text = arena_str(&mem, (struct str){ (const char *)data, size });
	if (text.p == NULL)
		text = STR("");
	c = (struct ctx){ .conf = size % 2 == 0 ? &conf : &below, .mem = &mem };
	c.req.method = STR("GET");
	c.req.path = text;
	route_find(&c, routes);
	route_check(&c);
	origin_host_allowed(&conf, text);
	origin_allowed(&conf, text, text);
	buf_fini(&c.res.always);
	arena_fini(&mem);
	return 0;
}
