/*
 * What a client says it takes: Accept-Encoding (RFC 9110, 12.5.3).
 */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>

#include "base/str.h"

/*
 * Shall the answer be in this coding?  Yes where the header names it, or "*", with
 * a weight above 0 that is no less than one given to "identity".  A missing header
 * and a weight that is none mean no: plain bytes are always understood.
 */
bool	accept_encoding(struct str header, const char *coding);

#endif
