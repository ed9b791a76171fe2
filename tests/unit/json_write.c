/* Numbers as Python writes them, texts escaped, commas in place. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/write.h"
#include "tap.h"

static void
number(double v, const char *want)
{
	char text[40];

	json_format_dbl(v, text, sizeof(text));
	tap_ok(strcmp(text, want) == 0, "%s, got %s", want, text);
}

/* Every double reads back as itself. */
static void
check_round_trip(void)
{
	unsigned long long bits = 0x0123456789abcdefULL;
	int i, wrong = 0;

	for (i = 0; i < 100000; i++) {
		char text[40];
		double v;

		bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
		memcpy(&v, &bits, sizeof(v));
		if (!isfinite(v))
			continue;
		json_format_dbl(v, text, sizeof(text));
		wrong += strtod(text, NULL) != v;
	}
	tap_ok(wrong == 0, "100,000 doubles survive, %d did not", wrong);
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
	json_put_null(&o, NULL);
	json_list_end(&o);
	json_put_bool(&o, "b", true);
	json_put_str(&o, "none", (struct str){ NULL, 0 });
	json_end(&o);
	tap_ok(strcmp(b.p, "{\"a\":\"x\\\"\\\\\\n\\t\\u0001y\",\"l\":[-9223372036854775808,{},"
	    "\"NaN\",null],\"b\":true,\"none\":\"\"}") == 0, "%s", b.p);
	buf_fini(&b);
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
	check_scopes();
	return tap_done();
}
