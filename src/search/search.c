/* What a client is told. */
#include <math.h>
#include <stdlib.h>

#include "base/repr.h"
#include "search/search.h"

int
search_fail(struct arena *mem, struct search_error *err,
    enum search_error_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err->kind = kind;
	err->text = arena_vprintf(mem, fmt, ap);
	va_end(ap);
	return 1;
}

int
search_refuse(struct arena *mem, struct search_error *err,
    const struct search_phrase *words, struct str what)
{
	if (words->repr)
		what = repr(mem, what);
	return search_fail(mem, err, SEARCH_INVALID, "%s%.*s%s", words->before,
	    STR_ARGS(what), words->after);
}

struct str
search_show_double(struct arena *mem, double v)
{
	struct str text;
	int digits;

	if (v == floor(v) && fabs(v) < 1e16)
		return arena_printf(mem, "%.1f", v);
	for (digits = 1;; digits++) {
		text = arena_printf(mem, "%.*g", digits, v);
		if (digits == 17 || strtod(text.p, NULL) == v)
			return text;
	}
}
