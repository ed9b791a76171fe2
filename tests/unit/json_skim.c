/* JSON without a tree: what it is, what is in it. */
#include <string.h>

#include "json/skim.h"
#include "tap.h"

static struct arena mem;

static void
check(struct str text, bool want)
{
	enum json_kind kind;
	struct json_object *o;
	bool tree = json_read(text, JSON_ANY, &o) == JSON_FINE;

	tap_ok(skim_check(text, &kind) == want, "%s is %sJSON", text.p, want ? "" : "no ");
	tap_ok(tree == want && (!tree || kind == json_kind(o)), "... as a tree too");
	json_free(o);
}

#define FINE(text)	check(STR(text), true)
#define BROKEN(text)	check(STR(text), false)

static void
check_text(struct str json, struct str want)
{
	tap_ok(str_eq(skim_text(&mem, json), want), "%s says %s", json.p, want.p);
}

static void
check_walk(void)
{
	struct str text = STR(" { \"a\" : 1 , \"b\\u0063\" : [ 2, { } ] ,\"a\":\"x\" } ");
	struct str key, value;
	struct skim walk;
	size_t n = 0;

	skim_begin(&walk, text);
	while (skim_next(&walk, &key, &value))
		n++;
	tap_ok(n == 3, "three members");
	tap_ok(skim_member(text, "a", &value) && str_is(value, "\"x\""), "the last of two counts");
	tap_ok(skim_member(text, "bc", &value) && str_is(value, "[ 2, { } ]"),
	    "names with escapes");
	skim_begin(&walk, value);
	tap_ok(skim_next(&walk, &key, &value) && key.p == NULL && str_is(value, "2"), "an item");
	tap_ok(skim_next(&walk, &key, &value) && str_is(value, "{ }"), "another");
	tap_ok(!skim_next(&walk, &key, &value) && !skim_next(&walk, &key, &value), "and no more");
	tap_ok(!skim_member(STR("[1]"), "a", &value), "a list has no members");
	skim_begin(&walk, STR("5"));
	tap_ok(!skim_next(&walk, &key, &value), "nor a number items");
}

static void
check_depth(size_t depth, bool want)
{
	char text[2 * 2000];
	enum json_kind kind;

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	tap_ok(skim_check((struct str){ text, 2 * depth }, &kind) == want, "%zu levels", depth);
}

int
main(void)
{
	arena_init(&mem);
	FINE("{}");
	FINE(" [1, -0, 1.5e+3, 2E5, true, false, null, NaN, Infinity, -Infinity] ");
	FINE("{\"a\":{\"b\":[]},\"\\u00e9\\n\":\"\xc3\xa9\"}");
	FINE("\"x\"");
	FINE("5");
	FINE("-1.0");
	BROKEN("");
	BROKEN("[1");
	BROKEN("[1,]");
	BROKEN("{\"a\":1,}");
	BROKEN("{\"a\"}");
	BROKEN("{a:1}");
	BROKEN("[01]");
	BROKEN("[1.]");
	BROKEN("[.5]");
	BROKEN("[-]");
	BROKEN("[1e]");
	BROKEN("{'a':1}");
	BROKEN("[tru]");
	BROKEN("\"");
	BROKEN("\"\t\"");
	BROKEN("\"\\x\"");
	BROKEN("\"\\u12g4\"");
	BROKEN("[1] x");
	BROKEN("[1]\x0b");
	check_text(STR("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("a\"\\/\b\f\n\r\t"));
	check_text(STR("\"\\u00e9\\u20ac\\ud83d\\ude00\\u0000.\""),
	    STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0."));
	check_text(STR("\"\\ud83d.\\ude00\""), STR("\xef\xbf\xbd.\xef\xbf\xbd"));
	tap_ok(skim_is(STR("\"a\\u0062c\""), "abc") && !skim_is(STR("\"ab\""), "abc") &&
	    !skim_is(STR("\"abcd\""), "abc"), "texts are compared");
	tap_ok(skim_has_lone_surrogate(STR("[\"\\ude00\"]")) &&
	    skim_has_lone_surrogate(STR("[\"\\ud83dx\"]")) &&
	    !skim_has_lone_surrogate(STR("[\"\\ud83d\\ude00\\\\ud800\"]")), "half a character");
	check_walk();
	check_depth(JSON_DEPTH_MAX, true);
	check_depth(JSON_DEPTH_MAX + 1, false);
	arena_fini(&mem);
	return tap_done();
}
