/*
 * Text as a pointer and a length.
 *
 * A client's value may hold NUL, so every text from outside carries its length
 * in bytes.  The byte after the last is always NUL, so that .p also serves as a
 * C string for logs and messages (where it ends at the first NUL).
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char	*p;	/* NULL: absent */
	size_t		 len;	/* bytes */
};

/* A literal as a str. */
#define STR(lit)	((struct str){ "" lit, sizeof(lit) - 1 })

/* A C string as a str; NULL becomes absent. */
struct str	 str_of(const char *s);

/* Absent or of no bytes. */
bool		 str_empty(struct str s);
/* s, or "" where it is absent. */
struct str	 str_or_empty(struct str s);
bool		 str_eq(struct str a, struct str b);
bool		 str_is(struct str a, const char *literal);
/* Equal but for the case of ASCII letters. */
bool		 str_is_nocase(struct str a, const char *literal);
bool		 str_starts(struct str s, const char *prefix);
bool		 str_ends(struct str s, const char *suffix);
/* Is a byte of it one of ASCII's control characters? */
bool		 str_has_control(struct str s);
/* Order by bytes, then by length: <0, 0, >0. */
int		 str_cmp(struct str a, struct str b);
/* s without leading and trailing ASCII white space; still inside s. */
struct str	 str_trim(struct str s);

/*
 * A decimal integer in the whole of s: [-+]digits.  false when it is not one or
 * does not fit in int64.
 */
bool		 str_to_i64(struct str s, int64_t *out);
/*
 * A decimal floating-point number in the whole of s (no hexadecimal, no blanks;
 * nan, inf and infinity only if `names`).  Overflow gives an infinity.
 */
bool		 str_to_dbl(struct str s, bool names, double *out);

/* Characters (code points) of valid UTF-8. */
size_t		 utf8_length(struct str s);
/* The first n characters of s. */
struct str	 utf8_prefix(struct str s, size_t n);
bool		 utf8_is_valid(struct str s);
/*
 * The code point at s[*i], moving *i past it; U+FFFD and one byte for what is
 * not UTF-8.
 */
uint32_t	 utf8_next(struct str s, size_t *i);
/* A letter or number of any script, or "_": Python's \w. */
bool		 utf8_is_word(uint32_t code_point);

#endif
