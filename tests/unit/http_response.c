/* Status lines, and what an error in place of an answer keeps of it. */
#include <string.h>

#include "http/error.h"
#include "http/response.h"
#include "tap.h"

static void
check_reasons(void)
{
	/* of error.def, and those that stand in the code or come from web servers */
	static const int statuses[] = {
		200, 204, 308, 400, 403, 404, 405, 408, 409, 411, 413, 414, 416, 417, 431, 500, 501,
		502, 503, 504, 507,
#define ERROR(name, status, sqlstate, class) status,
#define ERROR_AS(code, name, status, sqlstate, class) status,
#include "http/error.def"
#undef ERROR
#undef ERROR_AS
	};
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		tap_ok(strcmp(response_reason(statuses[i]), "Client Error") != 0 &&
		    strcmp(response_reason(statuses[i]), "Server Error") != 0 &&
		    strcmp(response_reason(statuses[i]), "Other") != 0,
		    "%d has words: %s", statuses[i], response_reason(statuses[i]));
	tap_ok(strcmp(response_reason(499), "Client Error") == 0, "so has an unknown one");
}

static void
check_reset(void)
{
	struct arena mem;
	struct ctx c = { .mem = &mem };

	arena_init(&mem);
	buf_puts(&c.res.always, "Vary: x\r\n");
	buf_puts(&c.res.headers, "Content-Disposition: attachment\r\n");
	buf_puts(&c.res.body, "half of it");
	c.res.content_type = "application/zip";
	c.res.file = STR("/a/file");
	c.res.status = 206;
	fail(&c, INTERNAL_ERROR, "broke");
	response_reset(&c);
	tap_ok(c.res.headers.len == 0 && c.res.content_type == NULL && c.res.status == 0 &&
	    c.res.file.p == NULL && c.res.body.len == 0 && c.error.status == 0,
	    "a reset forgets headers, type, status, file, body and error");
	tap_ok(c.res.always.len > 0, "it keeps what any answer says");
	buf_fini(&c.res.always);
	buf_fini(&c.res.headers);
	buf_fini(&c.res.body);
	arena_fini(&mem);
}

int
main(void)
{
	check_reasons();
	check_reset();
	return tap_done();
}
