/* Numbers as JSON texts. */
#ifndef JSON_NUMBER_H
#define JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for either text and its NUL. */
#define JSON_NUMBER_SIZE	32

/* The shortest decimal text of a finite v, in Python's repr form; its length. */
size_t	json_format_dbl(double v, char *to);
size_t	json_format_i64(int64_t v, char *to);

#endif
