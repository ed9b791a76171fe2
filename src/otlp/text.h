/*
 * Attributes as they are stored: of each value the JSON text.  What a value is, is only
 * ever judged by that text.
 */
#ifndef OTLP_TEXT_H
#define OTLP_TEXT_H

#include "otlp/value.h"

struct otlp_text {
	struct str	key;
	struct str	text;	/* JSON, but for what otlp_translate() puts in raw */
};

struct otlp_texts {
	struct otlp_text	*items;
	size_t			 n;
};

/*
 * The text of a value.  A string that is itself JSON of an object, a list or a string is
 * that text, byte for byte.
 */
struct str	otlp_text_of(struct arena *, const struct otlp_value *);
/* What a text says in a column: the content of a JSON string, or else itself. */
struct str	otlp_text_plain(struct arena *, struct str text);
/* Absent, or what is false in Python: "", [], {}, null, false, 0. */
bool		otlp_text_is_empty(struct str text);

void		otlp_texts_add(struct arena *, struct otlp_texts *, struct str key,
		    struct str text);
/* In the place of what is there of that key, or behind the last. */
void		otlp_texts_set(struct arena *, struct otlp_texts *, const char *key,
		    struct str text);
/* Absent (.p NULL) where there is none. */
struct str	otlp_texts_find(const struct otlp_texts *, const char *key);

/* What `write` wrote, in `mem`. */
struct str	otlp_text_take(struct arena *mem, struct buf *);

#endif
