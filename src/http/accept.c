/* A list of codings with weights: "gzip;q=0.8, identity;q=0.5, *;q=0". */
#include <ctype.h>
#include <string.h>

#include "http/accept.h"

/* Weights are thousandths. */
#define FULL		1000
#define DIGITS_MAX	3
/* Of what the header does not name. */
#define NOT_NAMED	(-1)

/* The part of *rest before `mark`, trimmed; *rest goes behind it. */
static struct str
take_part(struct str *rest, char mark)
{
	const char *end = rest->len == 0 ? NULL : memchr(rest->p, mark, rest->len);
	size_t n = end == NULL ? rest->len : (size_t)(end - rest->p);
	struct str part = { rest->p, n };

	n += end != NULL;
	*rest = (struct str){ rest->p + n, rest->len - n };
	return str_trim(part);
}

/* "0.25" in thousandths; 0 for what is no weight. */
static int
read_weight(struct str s)
{
	int weight, unit = FULL;
	size_t i;

	if (s.len == 0 || s.len > 2 + DIGITS_MAX || (s.p[0] != '0' && s.p[0] != '1') ||
	    (s.len > 1 && s.p[1] != '.'))
		return 0;
	weight = (s.p[0] - '0') * FULL;
	for (i = 2; i < s.len; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return 0;
		unit /= 10;
		weight += (s.p[i] - '0') * unit;
	}
	return weight > FULL ? 0 : weight;
}

/* What stands behind a coding: parameters, of which only q means something. */
static int
weight_of(struct str parameters)
{
	int weight = FULL;

	while (parameters.len > 0) {
		struct str value = take_part(&parameters, ';');
		struct str name = take_part(&value, '=');

		if (str_is_nocase(name, "q"))
			weight = read_weight(str_trim(value));
	}
	return weight;
}

/* The weight of a coding in the header, of its first mention. */
static int
find_weight(struct str header, const char *coding)
{
	while (header.len > 0) {
		struct str item = take_part(&header, ',');
		struct str name = take_part(&item, ';');

		if (str_is_nocase(name, coding))
			return weight_of(item);
	}
	return NOT_NAMED;
}

bool
accept_encoding(struct str header, const char *coding)
{
	int weight = find_weight(header, coding);

	if (weight == NOT_NAMED)
		weight = find_weight(header, "*");
	return weight > 0 && weight >= find_weight(header, "identity");
}
