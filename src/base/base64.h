/* Base64 (RFC 4648), as Python reads it. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"

void		base64_add(struct buf *, struct str bytes);
struct str	base64_encode(struct arena *, struct str bytes);
/*
 * Characters outside the alphabet do not count; the padding must be there.  false when it
 * is not.
 */
bool		base64_decode(struct arena *, struct str text, struct str *bytes);

#endif
