/* What a mistyped name may have meant. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the longest word that near_distance() takes: longer is no slip of the finger. */
#define NEAR_WORD_MAX	100

/*
 * Is `name` close to the mistyped `word`: one begins with the other, or few
 * letters differ?
 */
bool	near_is(const char *word, const char *name);

/*
 * Edits between a word of `na` and one of `nb` bytes, at most NEAR_WORD_MAX each;
 * neighbours swapped are one.  With `fold` the case of ASCII letters is no difference.
 */
size_t	near_distance(const char *a, size_t na, const char *b, size_t nb, bool fold);

#endif
