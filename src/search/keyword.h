/* SQL's words, which are no identifiers. */
#ifndef SEARCH_KEYWORD_H
#define SEARCH_KEYWORD_H

#include <stdbool.h>

#include "base/str.h"

/* In any letter case. */
bool	keyword_is(struct str);

#endif
