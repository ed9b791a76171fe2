/*
 * From a JSON tree to a struct, by a field table.
 */
#ifndef JSON_DECODE_H
#define JSON_DECODE_H

#include "base/arena.h"
#include "json/field.h"
#include "json/read.h"

/*
 * Fill `to` (zeroed, of the table's struct) from the object `from`.  Texts
 * point into `from`; lists are in `mem`.  `camel` accepts lowerCamelCase names
 * for optional fields, as MLflow does in bodies.
 *
 * 0, or -1 with MLflow's own sentence in *error (always
 * INVALID_PARAMETER_VALUE): missing value, wrong type, out of range.  What the
 * reference drops in silence is an error here.
 */
int	decode_object(struct arena *mem, const struct field *fields,
	    const struct json_object *from, bool camel, void *to,
	    struct str *error);

#endif
