/* A list that ends by saying that it does. */
#include <stdarg.h>

#include "graphql/errors.h"

void
gql_error_add(struct gql_errors *e, const char *fmt, ...)
{
	va_list ap;

	if (e->n > GQL_ERRORS_MAX)
		return;
	e->v = arena_grow(e->mem, e->v, e->n, sizeof(*e->v));
	if (e->n == GQL_ERRORS_MAX) {
		e->v[e->n++] = STR("Too many validation errors, error limit reached. "
		    "Validation aborted.");
		return;
	}
	va_start(ap, fmt);
	e->v[e->n++] = arena_vprintf(e->mem, fmt, ap);
	va_end(ap);
}
