/*
 * Host, Origin and Accept-Encoding headers: a line each.  A Host that the defaults
 * answer is localhost or an address literal; an answer holds no header of the
 * client's making.
 */
#include <string.h>

#include "http/origin.h"
#include "http/response.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct str
take_line(struct arena *mem, struct str *from)
{
	const char *end = from->len == 0 ? NULL : memchr(from->p, '\n', from->len);
	size_t n = end == NULL ? from->len : (size_t)(end - from->p);
	struct str line = arena_str(mem, (struct str){ from->p, n });

	n += end != NULL;
	*from = (struct str){ from->p + n, from->len - n };
	/* FastCGI parameters are C strings */
	return str_of(line.p);
}

/* Letters but those of "localhost" and of an IPv6 literal are no private host. */
static void
check_default_host(struct str host)
{
	size_t i;

	if (host.len == 0)
		__builtin_trap();
	for (i = 0; i < host.len; i++)
		if (strchr("localhstLOCALHST0123456789abcdefABCDEF.:[]", host.p[i]) == NULL ||
		    host.p[i] == '\0')
			__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {
		"mlflow", "*.example.org", "1.2.3.4", "10.*", "[2001:db8::1]:80", "*:7"
	};
	static const char *const origins[] = { "https://*.example.org", "http://mlflow:*" };
	struct conf conf = { .port = 5000, .static_prefix = "" }, listed = conf;
	struct str text = { (const char *)data, size };
	struct host_patterns any;
	const char *error;
	struct arena mem;
	struct ctx c = { .conf = &conf, .mem = &mem };

	arena_init(&mem);
	if (host_patterns_read(&mem, hosts, 6, &listed.hosts, &error) == -1 ||
	    origin_patterns_read(&mem, origins, 2, &listed.origins, &error) == -1)
		__builtin_trap();
	c.req.host = take_line(&mem, &text);
	c.req.origin = take_line(&mem, &text);
	c.req.accept_encoding = take_line(&mem, &text);
	c.req.preflight_headers = take_line(&mem, &text);
	c.req.preflight_method = STR("PUT");
	c.req.method = STR("OPTIONS");
	c.req.path = STR("/");
	if (origin_host_allowed(&conf, c.req.host))
		check_default_host(c.req.host);
	origin_host_allowed(&listed, c.req.host);
	origin_allowed(&listed, c.req.origin, c.req.host);
	/* an entry of a setting is read or refused with a reason */
	if (host_patterns_read(&mem, &c.req.host.p, 1, &any, &error) == 0)
		origin_host_allowed(&listed, c.req.host);
	else if (error == NULL)
		__builtin_trap();
	if (origin_patterns_read(&mem, &c.req.origin.p, 1, &any, &error) == 0)
		origin_is_listed(&any, c.req.origin);
	response_takes_gzip(&c);
	origin_check(&c);
	if (c.res.always.len > 0 && strstr(c.res.always.p, "\n\n") != NULL)
		__builtin_trap();
	buf_fini(&c.res.always);
	arena_fini(&mem);
	return 0;
}
