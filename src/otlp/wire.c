/* Tags, lengths, and how deep it goes. */
#include "otlp/value.h"
#include "otlp/wire.h"

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
/* Bytes of the longest varint. */
#define VARINT_MAX	10

static bool
take_varint(struct str *rest, uint64_t *v)
{
	unsigned i;

	for (*v = 0, i = 0; i < VARINT_MAX && i < rest->len; i++) {
		uint64_t byte = (unsigned char)rest->p[i];

		*v |= (byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			rest->p += i + 1;
			rest->len -= i + 1;
			return true;
		}
	}
	return false;
}

static bool
take_bytes(struct str *rest, uint64_t n, struct str *bytes)
{
	if (n > rest->len)
		return false;
	*bytes = (struct str){ rest->p, (size_t)n };
	rest->p += n;
	rest->len -= (size_t)n;
	return true;
}

int
wire_next(struct str *rest, struct wire_field *field)
{
	uint64_t tag, n;
	struct str skipped;

	if (rest->len == 0)
		return 0;
	field->number = 0;
	if (!take_varint(rest, &tag) || tag >> 3 == 0 || tag > UINT32_MAX)
		return -1;
	switch (tag & 7) {
	case VARINT:
		return take_varint(rest, &n) ? 1 : -1;
	case FIXED64:
		return take_bytes(rest, 8, &skipped) ? 1 : -1;
	case FIXED32:
		return take_bytes(rest, 4, &skipped) ? 1 : -1;
	case BYTES:
		field->number = (uint32_t)(tag >> 3);
		return take_varint(rest, &n) && take_bytes(rest, n, &field->bytes) ? 1 : -1;
	}
	return -1;
}

/* Every message that a value can be in, and what its fields are. */
enum message { NONE, SPAN, RESOURCE, EVENT, LINK, PAIR, VALUE, LIST, MAP };

static const struct nest {
	enum message	in;
	uint32_t	number;
	enum message	is;
} nests[] = {
	{ SPAN, 9, PAIR }, { SPAN, 11, EVENT }, { SPAN, 13, LINK },
	{ RESOURCE, 1, PAIR }, { EVENT, 3, PAIR }, { LINK, 4, PAIR },
	{ PAIR, 2, VALUE }, { VALUE, 5, LIST }, { VALUE, 6, MAP },
	{ LIST, 1, VALUE }, { MAP, 1, PAIR },
	{ NONE, 0, NONE }
};

static enum message
find_nest(enum message in, uint32_t number)
{
	const struct nest *n = nests;

	while (n->in != NONE && (n->in != in || n->number != number))
		n++;
	return n->is;
}

static bool
check(enum message in, struct str rest, int depth)
{
	struct wire_field field;
	int got;

	depth -= in == LIST ? OTLP_DEPTH_LIST : in == MAP ? OTLP_DEPTH_MAP : 0;
	if (depth < 0)
		return false;
	while ((got = wire_next(&rest, &field)) == 1) {
		enum message is = find_nest(in, field.number);

		if (is != NONE && !check(is, field.bytes, depth))
			return false;
	}
	return got == 0;
}

bool
wire_check(enum wire_message which, struct str bytes)
{
	return check(which == WIRE_SPAN ? SPAN : RESOURCE, bytes, OTLP_DEPTH_MAX);
}
