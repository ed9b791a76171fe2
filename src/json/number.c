/* Numbers as JSON: the shortest decimals that read back as the same double. */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/number.h"

/* Digits that every decimal survives, and that every double needs at most. */
#define SURE_DIGITS	15
#define MOST_DIGITS	17
/* "e-324" and its end. */
#define EXPONENT_ROOM	6

/* Digits without trailing zeros: d.ddd times ten to the exponent. */
struct decimal {
	char	digits[MOST_DIGITS + 1];
	size_t	n;
	int	exponent;
};

static void
strip_zeros(struct decimal *d)
{
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
}

/*
 * By the C library, for every v > 0.  A normal number that survives 15 digits has
 * no shorter form than those without their zeros; only denormals need the search
 * from one digit up.
 */
static void
shortest_by_library(double v, struct decimal *d)
{
	int digits = v < DBL_MIN ? 1 : SURE_DIGITS;
	char form[40];
	const char *p;

	for (; digits <= MOST_DIGITS; digits++) {
		snprintf(form, sizeof(form), "%.*e", digits - 1, v);
		if (strtod(form, NULL) == v)
			break;
	}
	for (p = form, d->n = 0; *p != 'e'; p++)
		if (*p != '.')
			d->digits[d->n++] = *p;
	d->exponent = atoi(p + 1);
	strip_zeros(d);
}

static void
take_digits(struct decimal *d, uint64_t whole, size_t n)
{
	for (d->n = n; n > 0; whole /= 10)
		d->digits[--n] = (char)('0' + whole % 10);
	strip_zeros(d);
}

/* Powers of ten that a long double of 64 bits holds exactly. */
static const long double tens[] = {
	1e0L, 1e1L, 1e2L, 1e3L, 1e4L, 1e5L, 1e6L, 1e7L, 1e8L, 1e9L, 1e10L, 1e11L, 1e12L,
	1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L
};

/* The numbers that `tens` are enough for. */
#define LEAST	1e-5
#define MOST	1e15
/* More than the error of a product below 1e17, whose last bit is 2 to the -7. */
#define MARGIN	(1.0L / 128)

enum verdict { YES, NO, UNSURE };

/* Does `whole` / `scale` round to v?  The quotient is sure but for its last bit. */
static enum verdict
reads_back(double v, uint64_t whole, long double scale)
{
	int exponent;
	double fraction = frexp(v, &exponent);
	long double half = ldexpl(1.0L, exponent - DBL_MANT_DIG - 1);
	long double off = fabsl((long double)whole / scale - v);

	if (off < half / 4)
		return YES;
	/* below a power of two the doubles lie closer */
	if (fraction == 0.5)
		return UNSURE;
	if (off < half * (1 - 1.0L / 256))
		return YES;
	return off > half * (1 + 1.0L / 256) ? NO : UNSURE;
}

/*
 * The same by a multiplication in long double, ten times as fast.  False where its
 * rounding leaves a doubt, which is rare, and where long double is no wider.
 */
static bool
shortest_by_product(double v, struct decimal *d)
{
	int exponent, n;

	if (LDBL_MANT_DIG < 64 || v < LEAST || v >= MOST)
		return false;
	frexp(v, &exponent);
	/* the decimal exponent or one less */
	exponent = (int)floor((exponent - 1) * 0.30102999566398120);
	if (v * tens[MOST_DIGITS - 1 - exponent] >= tens[MOST_DIGITS])
		exponent++;
	for (n = SURE_DIGITS; n <= MOST_DIGITS; n++) {
		long double scale = tens[n - 1 - exponent], x = v * scale;
		uint64_t whole = (uint64_t)x;
		long double rest = x - whole;
		enum verdict verdict;

		if (fabsl(rest - 0.5L) < MARGIN)
			return false;
		whole += rest > 0.5L;
		verdict = n == MOST_DIGITS ? YES : reads_back(v, whole, scale);
		if (verdict == NO)
			continue;
		/* rounded up to a power of ten: one digit more */
		if (verdict == UNSURE || whole >= tens[n])
			return false;
		d->exponent = exponent;
		take_digits(d, whole, (size_t)n);
		return true;
	}
	return false;
}

static char *
add(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

static char *
add_plain(char *to, const struct decimal *d)
{
	size_t before = d->exponent < 0 ? 0 : (size_t)d->exponent + 1;

	if (before == 0) {
		to = add(to, "0.000", (size_t)(1 - d->exponent));
		return add(to, d->digits, d->n);
	}
	if (before >= d->n) {
		to = add(to, d->digits, d->n);
		to = add(to, "0000000000000000", before - d->n);
		return add(to, ".0", 2);
	}
	to = add(to, d->digits, before);
	*to++ = '.';
	return add(to, d->digits + before, d->n - before);
}

static char *
add_scientific(char *to, const struct decimal *d)
{
	*to++ = d->digits[0];
	if (d->n > 1) {
		*to++ = '.';
		to = add(to, d->digits + 1, d->n - 1);
	}
	return to + snprintf(to, EXPONENT_ROOM, "e%c%02d", d->exponent < 0 ? '-' : '+',
	    abs(d->exponent));
}

size_t
json_format_dbl(double v, char *to)
{
	struct decimal d = { "0", 1, 0 };
	char *start = to;

	assert(isfinite(v));
	if (v != 0 && !shortest_by_product(fabs(v), &d))
		shortest_by_library(fabs(v), &d);
	if (signbit(v))
		*to++ = '-';
	to = d.exponent < -4 || d.exponent >= 16 ? add_scientific(to, &d) : add_plain(to, &d);
	*to = '\0';
	return (size_t)(to - start);
}

size_t
json_format_i64(int64_t v, char *to)
{
	uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
	char digits[20];
	size_t n = sizeof(digits);
	char *start = to;

	do {
		digits[--n] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (v < 0)
		*to++ = '-';
	to = add(to, digits + n, sizeof(digits) - n);
	*to = '\0';
	return (size_t)(to - start);
}
