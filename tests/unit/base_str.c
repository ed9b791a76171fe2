/* Text with a length; UTF-8; memory. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/str.h"
#include "tap.h"

static void
check_integers(void)
{
	int64_t v = 7;

	tap_ok(str_to_i64(STR("-9223372036854775808"), &v) && v == INT64_MIN, "smallest");
	tap_ok(str_to_i64(STR("+5"), &v) && v == 5, "+5");
	tap_ok(!str_to_i64(STR("9223372036854775808"), &v), "one too large");
	tap_ok(!str_to_i64(STR(""), &v) && !str_to_i64(STR("-"), &v), "no digits");
	tap_ok(!str_to_i64(STR(" 1"), &v) && !str_to_i64(STR("1x"), &v), "blanks and letters");
	tap_ok(!str_to_i64((struct str){ "12345", 3 }, &v), "a number that goes on");
}

static void
check_floats(void)
{
	double v;

	tap_ok(str_to_dbl(STR("1.5e3"), false, &v) && v == 1500, "1.5e3");
	tap_ok(str_to_dbl(STR("1e400"), false, &v) && isinf(v), "1e400 is infinite");
	tap_ok(!str_to_dbl(STR("0x10"), true, &v), "no hexadecimal");
	tap_ok(!str_to_dbl(STR("nan"), false, &v) && str_to_dbl(STR("NaN"), true, &v) &&
	    isnan(v), "names of numbers when wanted");
	tap_ok(str_to_dbl(STR("-Infinity"), true, &v) && v < 0, "-Infinity");
	tap_ok(!str_to_dbl(STR(""), true, &v) && !str_to_dbl(STR(" 1"), true, &v), "blanks");
}

static void
check_utf8(void)
{
	struct str wide = STR("a\xc3\xa9\xf0\x9f\x98\x80z");

	tap_ok(utf8_length(wide) == 4, "characters, not bytes");
	tap_ok(utf8_prefix(wide, 2).len == 3 && utf8_prefix(wide, 9).len == wide.len, "prefix");
	tap_ok(utf8_is_valid(wide) && utf8_is_valid(STR("\xef\xbf\xbd")), "valid");
	tap_ok(!utf8_is_valid(STR("\xc0\xaf")), "overlong");
	tap_ok(!utf8_is_valid(STR("\xed\xa0\x80")), "surrogate");
	tap_ok(!utf8_is_valid(STR("\xf4\x90\x80\x80")), "beyond Unicode");
	tap_ok(!utf8_is_valid((struct str){ "\xf0\x9f\x98\x80", 3 }), "cut short");
	tap_ok(utf8_is_word('a') && utf8_is_word('_') && utf8_is_word(0xe9) &&
	    utf8_is_word(0x540d) && utf8_is_word(0xb2), "words");
	tap_ok(!utf8_is_word('-') && !utf8_is_word(0x301) && !utf8_is_word(0x1f600), "no words");
}

static void
check_arena(void)
{
	struct arena mem;
	struct arena_mark mark;
	char *first, *large;
	int i;

	arena_init(&mem);
	first = arena_alloc(&mem, 10);
	mark = arena_mark(&mem);
	for (i = 0; i < 100; i++)
		memset(arena_alloc(&mem, 5000), 1, 5000);
	large = arena_alloc(&mem, 1000000);
	tap_ok(large[999999] == 0, "memory is zeroed");
	arena_release(&mem, mark);
	tap_ok(arena_alloc(&mem, 1) == first + 16, "a mark gives its memory back");
	tap_ok(str_is(arena_printf(&mem, "%s-%d", "a", 5), "a-5"), "printf");
	tap_ok(id_hex32(&mem).len == 32 && !str_eq(id_hex32(&mem), id_hex32(&mem)), "ids");
	arena_fini(&mem);
}

int
main(void)
{
	check_integers();
	check_floats();
	check_utf8();
	check_arena();
	tap_ok(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0, "order");
	tap_ok(str_is(str_trim(STR(" \ta b\n")), "a b"), "trim");
	return tap_done();
}
