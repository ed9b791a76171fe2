/* Which field of a dialect an identifier names. */
#ifndef SEARCH_FIELD_H
#define SEARCH_FIELD_H

#include "search/search.h"

/* The name of a scope in errors. */
const char *search_scope_name(enum search_scope);

/* Is the text between two of these? */
bool		search_is_quoted(struct str, char quote);
/* One pair of quotes taken off, if the text has one of those in `quotes`. */
struct str	search_strip(struct str, const char *quotes);

/* An attribute by the name that MLflow gives it. */
struct str	search_real_name(const struct search_dialect *, struct str);

/* The field of a scope and key for USE_FILTER or USE_ORDER; NULL if there is none. */
const struct search_field *search_field_find(const struct search_dialect *,
		    enum search_scope, unsigned use, struct str key);

/*
 * The attribute that a key means whatever its prefix says; NULL if it is no such key, or
 * gives no `use`.  In filters the value is read as that of the prefix.
 */
const struct search_field *search_field_ruling(const struct search_dialect *,
		    enum search_scope, unsigned use, struct str key);

/*
 * The field that an identifier names, and its key without quotes.  0, or 1 with *err.
 */
int		search_resolve(struct arena *, const struct search_dialect *,
		    struct str identifier, unsigned use,
		    const struct search_field **field, struct str *key,
		    struct search_error *err);
/*
 * The same for a filter in the plain grammar: what has no prefix before its first dot
 * is an attribute as a whole.  A field without a column is refused by its reader.
 */
int		search_resolve_plain(struct arena *, const struct search_dialect *,
		    struct str identifier, const struct search_field **field,
		    struct str *key, struct search_error *err);

#endif
