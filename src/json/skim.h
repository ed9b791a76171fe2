/*
 * Looking into JSON without making a tree of it: values are slices of the text.  Costs no
 * memory, whatever the text is like.
 *
 * All but skim_check() want what it found to be JSON, or a slice that they gave.
 */
#ifndef JSON_SKIM_H
#define JSON_SKIM_H

#include "json/read.h"

/*
 * Is the whole of `text`, which is UTF-8, one JSON value, as json_read() takes it, but for
 * a byte order mark?  Its kind in *kind: numbers as they are written.
 */
bool		skim_check(struct str text, enum json_kind *kind);
enum json_kind	skim_kind(struct str value);

/* Does any string in it have an escape that is half a character? */
bool		skim_has_lone_surrogate(struct str value);

/* Walks the members of an object or the items of a list; of anything else there are none. */
struct skim {
	struct str	rest;
	char		close;
};
void		skim_begin(struct skim *, struct str value);
/* *key is the JSON string of a member's name, absent in lists. */
bool		skim_next(struct skim *, struct str *key, struct str *value);

/* The text of a JSON string; a lone surrogate becomes U+FFFD. */
struct str	skim_text(struct arena *, struct str string);
/* Is that text equal to `literal`?  (Names with escapes count too.) */
bool		skim_is(struct str string, const char *literal);
/* The last member of that name; false where there is none or no object. */
bool		skim_member(struct str object, const char *name, struct str *value);
/* ... if it is of that kind. */
bool		skim_member_kind(struct str object, const char *name, enum json_kind,
		    struct str *value);

#endif
