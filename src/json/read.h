/*
 * Reading JSON that a stranger sent.  The only place that knows json-c.
 *
 * A tree is released with json_free; texts taken from it live as long.  NULL is
 * the JSON null (as json-c has it).
 */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/repr.h"

struct json_object;

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_FLOAT,
	JSON_STRING,
	JSON_LIST,
	JSON_OBJECT
};

/* Deeper nesting is refused: no client nests so far, and recursion costs stack. */
#define JSON_DEPTH_MAX	512

/*
 * Parse the whole of `text` (a UTF-8 byte order mark may lead it) as Python's
 * json module does: bare NaN and Infinity are numbers, the last of two equal
 * members wins; comments, single quotes, raw control characters, trailing
 * commas, invalid UTF-8 and anything behind the value are errors.
 */
#define JSON_BOM	"\xef\xbb\xbf"
enum json_outcome {
	JSON_FINE,
	JSON_BROKEN,	/* not JSON; *out is NULL */
	JSON_TOO_DEEP,	/* JSON perhaps, but deeper than JSON_DEPTH_MAX */
	JSON_TOO_MANY	/* more values than asked for */
};
/*
 * As a tree a value takes up to 100 bytes, an object without a member 820, a list 350:
 * so objects count as JSON_OBJECT_UNITS values, lists as JSON_LIST_UNITS, and what has
 * more than `most` is not parsed at all.
 */
#define JSON_OBJECT_UNITS	8
#define JSON_LIST_UNITS		4
/* For text of our own. */
#define JSON_ANY		SIZE_MAX
enum json_outcome json_read(struct str text, size_t most, struct json_object **out);
void		 json_free(struct json_object *);

/*
 * The items of a list in its text, one by one, each to be read by itself: so that a long
 * list is never a tree.  `n` have come.
 */
struct json_items {
	struct str	 text;
	size_t		 at;
	size_t		 n;
	bool		 ended;
};

/* False if the text does not begin a list. */
bool		 json_items_open(struct json_items *, struct str text);
/* 1 with the next one, which json_read() may still find broken; 0 at the end; -1: no JSON. */
int		 json_items_next(struct json_items *, struct str *item);

enum json_kind	 json_kind(const struct json_object *);
/* Python's name of the kind, as MLflow's messages show it. */
const char	*json_type_name(const struct json_object *);

/* The member of that name; false if absent.  *out is NULL for null. */
bool		 json_member(const struct json_object *, const char *name,
		    struct json_object **out);
/* Items of a list, members of an object. */
size_t		 json_length(const struct json_object *);
struct json_object *json_item(const struct json_object *list, size_t i);
/* Hand each member of an object to `take`, in the order sent. */
typedef void	 json_take(void *arg, const char *name, const struct json_object *value);
void		 json_each(const struct json_object *, json_take *, void *arg);
struct str	 json_string(const struct json_object *);
bool		 json_truth(const struct json_object *);
/* Of JSON_INT; larger integers come as JSON_FLOAT. */
int64_t		 json_int(const struct json_object *);
/* Any number.  Infinite only where the literal Infinity stood; false for 1e400. */
bool		 json_number(const struct json_object *, double *out);
/* A number as it was sent. */
struct str	 json_number_text(const struct json_object *);

/*
 * Compact ASCII JSON with the members of objects by name and floats in repr form:
 * how MLflow shows a value in a message.
 */
struct str	 json_text(struct arena *, const struct json_object *);
/* ASCII JSON with a blank behind "," and ":", members as sent: Python's dumps. */
void		 json_text_spaced(struct buf *, const struct json_object *);
/* The same with every number as a double: 5 is 5.0, as protobuf's Value has it. */
void		 json_text_of_doubles(struct buf *, const struct json_object *);
/* The same, with what is not ASCII as it is. */
void		 json_text_literal(struct buf *, const struct json_object *);
/* The same with the members of objects by name: dumps with sort_keys. */
void		 json_text_sorted(struct buf *, const struct json_object *);

/* Trees of our own: what a query string says, for the one decoder. */
struct json_object *json_new_object(void);
/* Add a text unless the member is there already. */
void		 json_add_first(struct json_object *, const char *name, struct str);
/* Append a text to the list of that name. */
void		 json_append(struct json_object *, const char *name, struct str);
/*
 * Put the members of an object into another: in place of those of the same name,
 * new ones behind the last, as Python's update does.
 */
void		 json_merge(struct json_object *to, const struct json_object *from);

#endif
