/*
 * Edit distance with neighbours swapped counted as one slip of the finger.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/near.h"

/* Longer words are not compared: no name of ours is that long. */
#define WORD_MAX	64
/* Shorter beginnings fit too many names. */
#define PREFIX_MIN	3

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
same(char a, char b, bool fold)
{
	return fold ? tolower((unsigned char)a) == tolower((unsigned char)b) : a == b;
}

size_t
near_distance(const char *a, size_t na, const char *b, size_t nb, bool fold)
{
	size_t row[3][NEAR_WORD_MAX + 1], i, j;

	for (j = 0; j <= nb; j++)
		row[0][j] = j;
	for (i = 1; i <= na; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3];

		now[0] = i;
		for (j = 1; j <= nb; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
			    last[j - 1] + !same(a[i - 1], b[j - 1], fold));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2], fold) &&
			    same(a[i - 2], b[j - 1], fold))
				now[j] = least(now[j], row[(i + 1) % 3][j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

bool
near_is(const char *word, const char *name)
{
	size_t nw = strlen(word), nn = strlen(name), shorter = least(nw, nn);

	if (nw > WORD_MAX || nn > WORD_MAX)
		return false;
	if (shorter >= PREFIX_MIN && strncmp(word, name, shorter) == 0)
		return true;
	/* a slip in three letters, but never so many that all of it differs */
	return near_distance(word, nw, name, nn, false) <= least(shorter / 3, 4);
}
