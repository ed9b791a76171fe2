/*
 * Protobuf as bytes: where the fields of a message are.  It unpacks nothing; it is for
 * walking the outer messages, and for looking before libprotobuf-c, which recurses, leaps.
 */
#ifndef OTLP_WIRE_H
#define OTLP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* A field whose value is bytes: a text or a message. */
struct wire_field {
	uint32_t	number;		/* 0: some other field, without interest */
	struct str	bytes;
};

/*
 * Take the next field off `rest`: 1, 0 at the end, -1 if it is no protobuf.
 */
int	wire_next(struct str *rest, struct wire_field *);

/* The messages in which values nest, for wire_check(). */
enum wire_message { WIRE_SPAN, WIRE_RESOURCE };
/*
 * Is a message sound as far as values may nest in it, and do they no deeper than
 * OTLP_DEPTH_MAX?
 */
bool	wire_check(enum wire_message, struct str bytes);

#endif
