/* Numbers as Python writes them, texts escaped, commas in place. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "json/write.h"
#include "tap.h"

static void
number(double v, const char *want)
{
	char text[JSON_NUMBER_SIZE];

	json_format_dbl(v, text);
	tap_ok(strcmp(text, want) == 0, "%s, got %s", want, text);
}

/* Every double reads back as itself. */
static void
check_round_trip(void)
{
	unsigned long long bits = 0x0123456789abcdefULL;
	int i, wrong = 0;

	for (i = 0; i < 100000; i++) {
		char text[JSON_NUMBER_SIZE];
		double v;

		bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
		memcpy(&v, &bits, sizeof(v));
		if (!isfinite(v))
			continue;
		json_format_dbl(v, text);
		wrong += strtod(text, NULL) != v;
	}
	tap_ok(wrong == 0, "100,000 doubles survive, %d did not", wrong);
}

/* The digits of a text, and how many of them count. */
static int
significant(const char *text, char *digits)
{
	int n = 0, zeros = 0;

	for (; *text != '\0' && *text != 'e'; text++) {
		if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
			continue;
		digits[n++] = *text;
		zeros = *text == '0' ? zeros + 1 : 0;
	}
	return n - zeros;
}

/* Against the C library: none shorter reads back, and none as short is nearer. */
static void
check_shortest(double v)
{
	static int wrong;
	char text[JSON_NUMBER_SIZE], form[40], got[40], want[40];
	int n, m;

	json_format_dbl(v, text);
	n = significant(text, got);
	snprintf(form, sizeof(form), "%.*e", n - 1, v);
	m = significant(form, want);
	if (strtod(text, NULL) == v && m == n && memcmp(got, want, (size_t)n) == 0) {
		snprintf(form, sizeof(form), "%.*e", n > 1 ? n - 2 : 0, v);
		if (n == 1 || strtod(form, NULL) != v)
			return;
	}
	if (wrong++ < 10)
		tap_ok(false, "%.17g is not %s", v, text);
}

static void
check_moderate(void)
{
	static const double scales[] = { 1, 1e-4, 0.1, 3, 1024, 1e6, 1e14, 1e16 };
	unsigned long long bits = 42;
	size_t k;
	int i;

	for (i = 0; i < 50000; i++)
		for (k = 0; k < sizeof(scales) / sizeof(scales[0]); k++) {
			double v;

			bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
			/* 53 random bits, or few decimals, or few bits */
			v = i % 3 == 0 ? (double)(bits >> 11) * 0x1p-53 :
			    i % 3 == 1 ? (double)(bits >> 50) / 1000 :
			    (double)(bits >> 60) * 0x1p-6;
			if (v != 0)
				check_shortest(v * scales[k]);
		}
	for (i = -1074; i < 1024; i++)
		check_shortest(ldexp(1, i));
	tap_ok(true, "shortest and nearest");
}

static void
check_scopes(void)
{
	struct buf b = { 0 };
	struct json_out o;

	json_out_init(&o, &b);
	json_begin(&o, NULL);
	json_put_str(&o, "a", STR("x\"\\\n\t\x01y"));
	json_list_begin(&o, "l");
	json_put_i64(&o, NULL, INT64_MIN);
	json_begin(&o, NULL);
	json_end(&o);
	json_put_dbl(&o, NULL, (double)NAN);
	json_put_dbl(&o, NULL, (double)INFINITY);
	json_put_dbl(&o, NULL, -(double)INFINITY);
	json_put_null(&o, NULL);
	json_list_end(&o);
	json_put_bool(&o, "b", true);
	json_put_str(&o, "none", (struct str){ NULL, 0 });
	json_end(&o);
	tap_ok(strcmp(b.p, "{\"a\":\"x\\\"\\\\\\n\\t\\u0001y\",\"l\":[-9223372036854775808,{},"
	    "\"NaN\",\"Infinity\",\"-Infinity\",null],\"b\":true,\"none\":\"\"}") == 0, "%s", b.p);
	buf_fini(&b);
}

/* A text in pieces is the text in one. */
static void
check_pieces(void)
{
	struct buf text = { 0 };
	struct json_out o;

	json_out_init(&o, &text);
	json_begin(&o, NULL);
	json_text_begin(&o, "a");
	json_text_add(&o, STR("x\""));
	json_text_add(&o, STR(""));
	json_text_add(&o, STR("\n\xc3"));
	json_text_add(&o, STR("\xbc"));
	json_text_end(&o);
	json_put_i64(&o, "b", 1);
	json_end(&o);
	tap_ok(str_is(buf_str(&text), "{\"a\":\"x\\\"\\n\xc3\xbc\",\"b\":1}"),
	    "a text in pieces: %s", text.p);
	buf_fini(&text);
}

int
main(void)
{
	number(0.0, "0.0");
	number(1.0, "1.0");
	number(-2.5, "-2.5");
	number(0.1, "0.1");
	number(0.30000000000000004, "0.30000000000000004");
	number(100.0, "100.0");
	number(123456.789, "123456.789");
	number(1e15, "1000000000000000.0");
	number(1e16, "1e+16");
	number(1.5e16, "1.5e+16");
	number(0.0001, "0.0001");
	number(0.00012, "0.00012");
	number(0.00001, "1e-05");
	number(5e-324, "5e-324");
	number(1e-320, "1e-320");
	number(DBL_MAX, "1.7976931348623157e+308");
	number(-DBL_MAX, "-1.7976931348623157e+308");
	number(DBL_MIN, "2.2250738585072014e-308");
	number(12345678901234567890.0, "1.2345678901234567e+19");
	number(1e100, "1e+100");
	check_round_trip();
	check_moderate();
	check_scopes();
	check_pieces();
	return tap_done();
}
