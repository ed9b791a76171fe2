/* One comparison of a filter, read and checked against a dialect. */
#ifndef SEARCH_TEST_H
#define SEARCH_TEST_H

#include <stdint.h>

#include "search/item.h"
#include "search/search.h"

struct search_test {
	const struct search_field	*field;
	struct str			 key;	/* where the field has no name */
	struct str			 op_text;	/* as errors show it */
	enum search_op			 op;	/* OP__MAX: unknown */
	struct str			 written;	/* of a number */
	double				 number;
	bool				 is_integer;	/* .integer holds it */
	int64_t				 integer;
	struct str			*texts;	/* a NUL behind each */
	int64_t				*integers;
	size_t				 nvalues;	/* of texts, integers */
};

/*
 * In two steps: names and values, then the comparator (see struct search_grammar).
 * 0, or 1 with *err.
 */
int	search_test_read(struct arena *, const struct search_dialect *,
	    const struct item *comparison, struct search_test *,
	    struct search_error *err);
int	search_test_check(struct arena *, struct search_test *, struct search_error *err);

/*
 * The sides of a comparison in SQL's way: a name and a text in quotes, which are taken
 * off; `wanted` says in errors what the text is for.  0, or 1 with *err.
 */
int	search_check_sides(struct arena *, const struct item *comparison,
	    struct search_error *err);
int	search_take_quoted(struct arena *, const struct item *value, const char *wanted,
	    struct str *text, struct search_error *err);

#endif
