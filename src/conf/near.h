/* What a mistyped name may have meant. */
#ifndef CONF_NEAR_H
#define CONF_NEAR_H

#include <stdbool.h>

/*
 * Is `name` close to the mistyped `word`: one begins with the other, or few
 * letters differ?
 */
bool	near_is(const char *word, const char *name);

#endif
