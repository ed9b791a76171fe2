/*
 * Percent-decoding and query strings.
 */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

#include "base/arena.h"
#include "json/field.h"
#include "json/read.h"

/*
 * s with %XX decoded (and "+" as a blank if `plus`).  What does not decode to
 * UTF-8 stays as its %XX text, as the reference keeps it.
 */
struct str	 query_decode(struct arena *, struct str s, bool plus);

/*
 * A query string as an object of texts for the decoder: the first of a repeated
 * scalar, every one of a list, other names ignored.  Free with json_free.
 */
struct json_object *query_read(struct arena *, struct str query,
		    const struct field *fields);

#endif
