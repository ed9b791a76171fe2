/* From JSON to a struct: values, presence, and each of MLflow's sentences. */
#include <string.h>

#include "json/decode.h"
#include "tap.h"

#define DOCS	" See the API docs for more information about request parameters."

struct item {
	struct str	key;
	struct opt_i64	step;
};

struct all {
	struct str	run_id, run_uuid, name;
	struct opt_i64	start_time, few;
	struct opt_dbl	value;
	struct opt_bool	flag;
	struct opt_enum	status;
	struct strs	ids, few_ids;
	struct list	items, any;
	struct item	one;
};

static const struct enum_name statuses[] = { { "RUNNING", 1 }, { "DONE", 2 }, { NULL, 0 } };

static const struct field item_fields[] = {
	F_STR(item, key, REQUIRED),
	F_I64(item, step, 0),
	F_END
};

static const struct field fields[] = {
	F_STR(all, run_id, REQUIRED | OR_NEXT),
	F_STR(all, run_uuid, 0),
	F_STR(all, name, 0),
	F_I64(all, start_time, 0),
	F_I64_MAX(all, few, 0, 10),
	F_DBL(all, value, 0),
	F_BOOL(all, flag, 0),
	F_ENUM(all, status, 0, statuses),
	F_STRS(all, ids, 0),
	F_STRS_MAX(all, few_ids, 0, 2),
	F_LIST(all, items, 0, item, item_fields),
	F_LIST_MAX(all, any, 0, item, item_fields, LIST_ANY),
	F_STRUCT(all, one, 0, item, item_fields),
	F_END
};

static struct arena mem;
static struct json_object *tree;

static int
decode(const char *text, struct all *to, struct str *error)
{
	json_free(tree);
	memset(to, 0, sizeof(*to));
	if (json_read(str_of(text), JSON_ANY, &tree) != JSON_FINE)
		return -2;
	return decode_object(&mem, fields, tree, true, to, error);
}

static void
refused(const char *text, const char *want)
{
	struct all in;
	struct str error = STR("");

	tap_ok(decode(text, &in, &error) == -1 && str_is(error, want), "%s: %s", text, error.p);
}

#define WITH(member)	"{\"run_id\":\"r\"," member "}"
#define TYPE(value, name, type)	"Invalid value " value " for parameter '" name \
	"' supplied:  Hint: Value was of type '" type "'." DOCS
#define RANGE(value, name)	"Invalid value " value " for parameter '" name \
	"' supplied:  Hint: The number is out of range." DOCS

static void
check_values(void)
{
	struct all in;
	struct str error;
	const struct item *items;

	tap_ok(decode("{\"run_uuid\":\"u\"}", &in, &error) == 0 && in.run_id.p == NULL &&
	    str_is(in.run_uuid, "u"), "the next field will do");
	tap_ok(decode(WITH("\"startTime\":5,\"name\":null"), &in, &error) == 0 &&
	    in.start_time.set && in.start_time.v == 5 && in.name.p == NULL, "camel case, null");
	tap_ok(decode(WITH("\"start_time\":\"7\",\"few\":3.0"), &in, &error) == 0 &&
	    in.start_time.v == 7 && in.few.v == 3, "integers in other clothes");
	tap_ok(decode(WITH("\"value\":true"), &in, &error) == 0 && in.value.v == 1.0, "true");
	tap_ok(decode(WITH("\"value\":\"-Infinity\""), &in, &error) == 0 && in.value.v < 0,
	    "-Infinity in quotes");
	tap_ok(decode(WITH("\"status\":2"), &in, &error) == 0 && in.status.v == 2, "by number");
	tap_ok(decode(WITH("\"status\":\"DONE\""), &in, &error) == 0 && in.status.v == 2, "by name");
	tap_ok(decode(WITH("\"ids\":[\"a\",\"b\"]"), &in, &error) == 0 && in.ids.n == 2 &&
	    str_is(in.ids.items[1], "b"), "texts");
	tap_ok(decode(WITH("\"items\":[{\"key\":\"a\",\"step\":1},{\"key\":\"b\"}]"), &in,
	    &error) == 0 && in.items.n == 2, "a list");
	items = in.items.items;
	tap_ok(items[0].step.v == 1 && str_is(items[1].key, "b") && !items[1].step.set,
	    "its items know what was given");
	tap_ok(decode(WITH("\"one\":{\"key\":\"k\"}"), &in, &error) == 0 &&
	    str_is(in.one.key, "k"), "an object");
}

/* A list of so many items within one of the fields. */
static struct str
many(const char *name, const char *item, size_t n)
{
	struct buf text = { 0 };
	struct str out;
	size_t i;

	buf_printf(&text, "{\"run_id\":\"r\",\"%s\":[", name);
	for (i = 0; i < n; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : ",", item);
	buf_puts(&text, "]}");
	out = arena_str(&mem, buf_str(&text));
	buf_fini(&text);
	return out;
}

static void
check_limits(void)
{
	struct str error;
	struct all in;

	tap_ok(decode(many("ids", "\"a\"", STRS_MAX).p, &in, &error) == 0 &&
	    in.ids.n == STRS_MAX, "as many texts as may be");
	tap_ok(decode(many("items", "{\"key\":\"a\"}", LIST_MAX).p, &in, &error) == 0 &&
	    in.items.n == LIST_MAX, "as many objects as may be");
	refused(many("ids", "\"a\"", STRS_MAX + 1).p, "The list 'ids' has 50001 items; one "
	    "request takes at most 50000. Split it into several requests.");
	refused(many("items", "{}", LIST_MAX + 1).p, "The list 'items' has 10001 items; one "
	    "request takes at most 10000. Split it into several requests.");
	refused(many("few_ids", "\"a\"", 3).p, "The list 'few_ids' has 3 items; one "
	    "request takes at most 2. Split it into several requests.");
	tap_ok(decode(many("any", "{\"key\":\"a\"}", LIST_MAX + 1).p, &in, &error) == 0 &&
	    in.any.n == LIST_MAX + 1, "a list without a limit");
}

int
main(void)
{
	arena_init(&mem);
	check_values();
	check_limits();
	refused("{}", "Missing value for required parameter 'run_id'." DOCS);
	refused("{\"run_id\":\"\"}", "Missing value for required parameter 'run_id'." DOCS);
	refused("{\"runId\":\"r\"}", "Missing value for required parameter 'run_id'." DOCS);
	refused("{\"run_id\":5}", TYPE("5", "run_id", "int"));
	refused("{\"run_id\":\"r\",\"runId\":\"s\"}", "Request specifies both 'run_id' and "
	    "'runId'; provide only one of them.");
	refused(WITH("\"start_time\":1.5"), TYPE("1.5", "start_time", "float"));
	refused(WITH("\"start_time\":\"\""), TYPE("\"\"", "start_time", "str"));
	refused(WITH("\"start_time\":9223372036854775808"),
	    TYPE("9223372036854775808", "start_time", "int"));
	refused(WITH("\"start_time\":true"), TYPE("true", "start_time", "bool"));
	refused(WITH("\"few\":11"), TYPE("11", "few", "int"));
	refused(WITH("\"value\":1e400"), RANGE("1e400", "value"));
	refused(WITH("\"value\":-1e400"), RANGE("-1e400", "value"));
	refused(WITH("\"start_time\":1e400"), RANGE("1e400", "start_time"));
	refused(WITH("\"value\":\"z\""), TYPE("\"z\"", "value", "str"));
	refused(WITH("\"flag\":\"maybe\""), TYPE("\"maybe\"", "flag", "str"));
	refused(WITH("\"status\":\"NOPE\""), TYPE("\"NOPE\"", "status", "str"));
	refused(WITH("\"status\":9"), TYPE("9", "status", "int"));
	refused(WITH("\"ids\":{\"a\": 1}"), TYPE("{\"a\":1}", "ids", "dict"));
	refused(WITH("\"ids\":[5]"), TYPE("[5]", "ids", "list"));
	refused(WITH("\"items\":\"x\""), TYPE("\"x\"", "items", "str"));
	refused(WITH("\"items\":[5]"), TYPE("5", "items[0]", "int"));
	refused(WITH("\"items\":[{\"key\":\"a\"},{}]"),
	    "Missing value for required parameter 'items[1].key'." DOCS);
	refused(WITH("\"items\":[{\"key\":\"a\",\"step\":[]}]"),
	    TYPE("[]", "items[0].step", "list"));
	refused(WITH("\"one\":5"), TYPE("5", "one", "int"));
	json_free(tree);
	arena_fini(&mem);
	return tap_done();
}
