/* Percent-decoding and query strings. */
#include "http/query.h"
#include "tap.h"

struct query {
	struct str	run_id;
	struct strs	ids;
};

static const struct field fields[] = {
	F_STR(query, run_id, 0),
	F_STRS(query, ids, 0),
	F_END
};

static struct arena mem;

static void
decoded(const char *text, bool plus, const char *want)
{
	struct str got = query_decode(&mem, str_of(text), plus);

	tap_ok(str_is(got, want), "%s -> %s", text, got.p);
}

static void
queried(const char *text, const char *want)
{
	struct json_object *o = query_read(&mem, str_of(text), fields);

	tap_ok(str_is(json_text(&mem, o), want), "%s -> %s", text, json_text(&mem, o).p);
	json_free(o);
}

int
main(void)
{
	arena_init(&mem);
	decoded("a%20b+c", false, "a b+c");
	decoded("a%20b+c", true, "a b c");
	decoded("%c3%A9", false, "\xc3\xa9");
	decoded("%zz%4%", false, "%zz%4%");
	decoded("%ff%e9x", false, "%FF%E9x");
	decoded("a%252Fb", false, "a%2Fb");
	tap_ok(query_decode(&mem, STR("a%00b"), false).len == 3, "NUL stays inside");
	queried("", "{}");
	queried("run_id=a&run_id=b", "{\"run_id\":\"a\"}");
	queried("ids=a&ids=b", "{\"ids\":[\"a\",\"b\"]}");
	queried("ids=a", "{\"ids\":[\"a\"]}");
	queried("run_id", "{\"run_id\":\"\"}");
	queried("&&run%5Fid=a%3Db&&", "{\"run_id\":\"a=b\"}");
	queried("runId=a;run_id=c&other=1", "{}");
	arena_fini(&mem);
	return tap_done();
}
