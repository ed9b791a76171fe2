/*
 * A request's error is a value: the first one recorded is the one sent.
 */
#ifndef HTTP_ERROR_H
#define HTTP_ERROR_H

#include "http/ctx.h"

enum error_code {
	ERROR_NONE,
#define ERROR(name, status, sqlstate, class) name,
#define ERROR_AS(code, name, status, sqlstate, class) code,
#include "http/error.def"
#undef ERROR
#undef ERROR_AS
	ERROR_CODE__MAX
};

/*
 * Record an error with the status that MLflow gives its code; returns -1, so
 * that a handler says `return fail(c, ...)`.
 */
int	fail(struct ctx *, enum error_code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same with a status of its own, such as 413. */
int	fail_status(struct ctx *, int status, enum error_code, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/*
 * The same where MLflow answers a client's mistake with 500: the code and the
 * text stay, the status is 400, since clients retry a 500 for minutes.
 */
#define fail_client(c, code, ...)	fail_status(c, 400, code, __VA_ARGS__)
/*
 * fail() for a text that may hold NUL: `before`, the text, `after`.
 */
int	fail_quoting(struct ctx *, enum error_code, const char *before, struct str,
	    const char *after);
/* More JSON than the request's budget has values for. */
int	fail_too_many(struct ctx *);
/*
 * A page instead of JSON: unknown routes, wrong methods, refused hosts.  `type`
 * is the content type: HTML_PAGE or TEXT_PAGE.
 */
int	fail_page(struct ctx *, int status, const char *type, struct str text);

#define HTML_PAGE	"text/html; charset=utf-8"
#define TEXT_PAGE	"text/plain; charset=utf-8"

/* The JSON body of a recorded error. */
void	error_write(struct ctx *);

#endif
