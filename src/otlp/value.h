/* Values of attributes, as OpenTelemetry types them. */
#ifndef OTLP_VALUE_H
#define OTLP_VALUE_H

#include "base/arena.h"
#include "base/buf.h"

enum otlp_kind {
	OTLP_UNSET,
	OTLP_STRING,
	OTLP_BYTES,
	OTLP_BOOL,
	OTLP_INT,
	OTLP_DOUBLE,
	OTLP_LIST,
	OTLP_MAP
};

struct otlp_attr;

struct otlp_attrs {
	struct otlp_attr	*items;
	size_t			 n;
};

struct otlp_value {
	enum otlp_kind kind;
	union {
		struct str		text;	/* STRING (UTF-8), BYTES */
		bool			truth;
		int64_t			whole;
		double			number;
		struct otlp_attrs	items;	/* LIST (no keys), MAP (each key once) */
	};
};

struct otlp_attr {
	struct str		key;
	struct otlp_value	value;
};

/*
 * How deep lists and maps may nest in an attribute's value, in messages of protobuf: a list
 * is two, a map three.  The reference's readers stop there, at 100 of a whole request.
 */
#define OTLP_DEPTH_MAX	94
#define OTLP_DEPTH_LIST	2
#define OTLP_DEPTH_MAP	3

/* Room for so many; there are none yet. */
struct otlp_attrs otlp_attrs_new(struct arena *, size_t room);
/* Keep each key once: the last value, at the first place. */
void	otlp_attrs_fold(struct arena *, struct otlp_attrs *);
/* NULL where there is none. */
const struct otlp_value *otlp_attrs_find(const struct otlp_attrs *, const char *key);

enum otlp_form {
	OTLP_PLAIN,
	OTLP_ASCII,	/* what is not ASCII is escaped */
	OTLP_BASE64	/* of links: bytes are base64, unless in a list or map */
};

/*
 * As JSON with ", " and ": ", numbers as Python writes them, bytes as a text that looks
 * like Python's.
 */
void	otlp_value_write(struct buf *, const struct otlp_value *, enum otlp_form);
/* An object of them. */
void	otlp_attrs_write(struct buf *, const struct otlp_attrs *, enum otlp_form);

#endif
