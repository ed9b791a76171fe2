/* What is JSON and what is not, and how values come out. */
#include <string.h>

#include "json/read.h"
#include "tap.h"

static void
check(const char *text, size_t len, enum json_outcome want, const char *shown)
{
	struct json_object *o;
	struct arena mem;
	enum json_outcome got = json_read((struct str){ text, len }, JSON_ANY, &o);

	arena_init(&mem);
	tap_ok(got == want && (got != JSON_FINE || str_is(json_text(&mem, o), shown)),
	    "%s -> %s", text, got == JSON_FINE ? json_text(&mem, o).p : "refused");
	json_free(o);
	arena_fini(&mem);
}

#define FINE(text, shown)	check(text, sizeof(text) - 1, JSON_FINE, shown)
#define BROKEN(text)		check(text, sizeof(text) - 1, JSON_BROKEN, NULL)

static void
check_depth(size_t depth, enum json_outcome want)
{
	char text[2 * 2000];
	struct json_object *o;

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	tap_ok(json_read((struct str){ text, 2 * depth }, JSON_ANY, &o) == want, "%zu levels", depth);
	json_free(o);
}

static void
check_numbers(void)
{
	struct json_object *o;
	double v;

	json_read(STR("9223372036854775807"), JSON_ANY, &o);
	tap_ok(json_kind(o) == JSON_INT && json_int(o) == INT64_MAX, "the largest int64");
	json_free(o);
	json_read(STR("-9223372036854775808"), JSON_ANY, &o);
	tap_ok(json_kind(o) == JSON_INT && json_int(o) == INT64_MIN, "the smallest int64");
	json_free(o);
	json_read(STR("9223372036854775808"), JSON_ANY, &o);
	tap_ok(json_kind(o) == JSON_FLOAT && strcmp(json_type_name(o), "int") == 0,
	    "one more is a float that says int");
	json_free(o);
	json_read(STR("1e400"), JSON_ANY, &o);
	tap_ok(!json_number(o, &v), "1e400 is no number that one meant");
	json_free(o);
	json_read(STR("-Infinity"), JSON_ANY, &o);
	tap_ok(json_number(o, &v) && v < 0, "-Infinity is");
	json_free(o);
	json_read(STR("\"a\\u0000b\""), JSON_ANY, &o);
	tap_ok(json_string(o).len == 3, "NUL inside a text counts");
	json_free(o);
}

/* The items of a list, joined by "|"; behind the last "." at the end, or "!". */
static void
items(const char *text, const char *want)
{
	struct buf got = { 0 };
	struct json_items it;
	struct str item;
	int rc = -1;

	if (json_items_open(&it, str_of(text)))
		while ((rc = json_items_next(&it, &item)) == 1) {
			buf_add_str(&got, item);
			buf_putc(&got, '|');
		}
	buf_puts(&got, rc == 0 ? "." : "!");
	tap_ok(strcmp(got.p, want) == 0, "items of %s: %s", text, got.p);
	buf_fini(&got);
}

static void
check_items(void)
{
	items("[]", ".");
	items(" [ ] ", ".");
	items("[1]", "1|.");
	items("[ 1 , {\"a\":[1,2]} ,\t[]\n]\n", "1|{\"a\":[1,2]}|[]|.");
	items("[\"],[\",\"\\\"]\"]", "\"],[\"|\"\\\"]\"|.");
	/* what is empty is refused by whoever reads it */
	items("[,]", "||.");
	items("[1,]", "1||.");
	items("", "!");
	items("{}", "!");
	items("[", "!");
	items("[1", "!");
	items("[1,", "1|!");
	items("[{}}]", "!");
	items("[\"]", "!");
	items("[1] 2", "1|!");
}

int
main(void)
{
	check_items();
	FINE("{}", "{}");
	FINE(" \t\r\n{} \n", "{}");
	FINE("\xef\xbb\xbf{}", "{}");
	FINE("null", "null");
	FINE("{\"a\":1,\"a\":2}", "{\"a\":2}");
	FINE("[1, 2.50, true, \"x\"]", "[1,2.5,true,\"x\"]");
	FINE("[9.0,1e3,NaN,-Infinity]", "[9.0,1000.0,NaN,-Infinity]");
	FINE("{\"b\":1,\"a\":{}}", "{\"a\":{},\"b\":1}");
	FINE("1e400", "Infinity");
	FINE("12345678901234567890123", "12345678901234567890123");
	FINE("-9223372036854775809", "-9223372036854775809");
	FINE("\"\xc3\xa9\xf0\x9f\x98\x80/\x7f\"", "\"\\u00e9\\ud83d\\ude00/\x7f\"");
	BROKEN("");
	BROKEN("  ");
	BROKEN("{");
	BROKEN("{} x");
	BROKEN("{'a':1}");
	BROKEN("{\"a\":1,}");
	BROKEN("/* c */ {}");
	BROKEN("{} // c");
	BROKEN("{\"a\":1.}");
	BROKEN("{\"a\":.5}");
	BROKEN("{\"a\":01}");
	BROKEN("{\"a\":+1}");
	BROKEN("{\"a\":nan}");
	BROKEN("\f{}");
	BROKEN("{\"a\":\"\t\"}");
	BROKEN("{\"a\":\"\xff\"}");
	BROKEN("{\"a\":\"\xc0\xaf\"}");
	BROKEN("{\"a\":\"\\x\"}");
	BROKEN("\"abc");
	BROKEN("{\"a\0\":1}");
	check_depth(JSON_DEPTH_MAX, JSON_FINE);
	check_depth(JSON_DEPTH_MAX + 1, JSON_TOO_DEEP);
	check_numbers();
	return tap_done();
}
