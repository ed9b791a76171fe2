/* Recording an error, and its JSON body. */
#include <stdarg.h>

#include "http/error.h"

static const struct {
	const char	*name;
	int		 status;
	const char	*sqlstate;
	const char	*error_class;
} errors[ERROR_CODE__MAX] = {
#define ERROR(name, status, sqlstate, class) [name] = { #name, status, sqlstate, class },
#define ERROR_AS(code, name, status, sqlstate, class) [code] = { #name, status, sqlstate, class },
#include "http/error.def"
#undef ERROR
#undef ERROR_AS
};

static int record(struct ctx *, enum error_code, int status, const char *fmt,
    va_list) __attribute__((format(printf, 4, 0)));

static int
record(struct ctx *c, enum error_code code, int status, const char *fmt, va_list ap)
{
	if (c->error.status != 0)
		return -1;
	c->error.code = code;
	c->error.status = status;
	c->error.message = arena_vprintf(c->mem, fmt, ap);
	return -1;
}

int
fail(struct ctx *c, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(c, code, errors[code].status, fmt, ap);
	va_end(ap);
	return -1;
}

int
fail_status(struct ctx *c, int status, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(c, code, status, fmt, ap);
	va_end(ap);
	return -1;
}

int
fail_quoting(struct ctx *c, enum error_code code, const char *before, struct str s,
    const char *after)
{
	struct buf text = { 0 };

	if (c->error.status != 0)
		return -1;
	buf_puts(&text, before);
	buf_add_str(&text, str_or_empty(s));
	buf_puts(&text, after);
	c->error.code = code;
	c->error.status = errors[code].status;
	c->error.message = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return -1;
}

int
fail_too_many(struct ctx *c)
{
	return fail(c, INVALID_PARAMETER_VALUE, "The request has more than %zu values (a list "
	    "counts as %d, an object as %d). Split it into several requests; the server's "
	    "operator sets the limit (--max-values).", c->work.budget.values, JSON_LIST_UNITS,
	    JSON_OBJECT_UNITS);
}

int
fail_page(struct ctx *c, int status, const char *type, struct str text)
{
	if (c->error.status != 0)
		return -1;
	c->error.status = status;
	c->error.message = text;
	c->error.page_type = type;
	return -1;
}

void
error_write(struct ctx *c)
{
	int code = c->error.code;

	json_begin(&c->out, NULL);
	json_put_str(&c->out, "error_code", str_of(errors[code].name));
	json_put_str(&c->out, "message", c->error.message);
	if (errors[code].sqlstate[0] != '\0') {
		json_put_str(&c->out, "sqlstate", str_of(errors[code].sqlstate));
		json_put_str(&c->out, "error_class", str_of(errors[code].error_class));
	}
	json_end(&c->out);
}
