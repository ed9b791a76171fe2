/* Percent-encoding of URIs (RFC 3986). */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/arena.h"

/* The byte that %XX at s[i] means, or -1 when there is no such escape. */
int		percent_byte(struct str s, size_t i);
/* s with every %XX decoded once; what is no escape stays. */
struct str	percent_decode(struct arena *, struct str s);
/* The other way: all but letters, digits and the bytes of `keep` as %XX. */
struct str	percent_encode(struct arena *, struct str s, const char *keep);
/* What may stand in the path of a URI. */
#define PERCENT_PATH	"-._~/"

#endif
