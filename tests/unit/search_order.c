/* order_by: what is a key, what is refused and in which words. */
#include <string.h>

#include "search/order.h"
#include "tap.h"

struct row {
	const char	*clause;
	const char	*error;		/* NULL: accepted */
	const char	*key;
	bool		 descending;
};

#define NOT_PARSED(c)	"Invalid order_by clause '" c "'. Could not be parsed."
#define NO_KEY(c)	"Invalid ordering key in order_by clause '" c "'."
#define ENTITY(e)	"Invalid entity type '" e "'. Valid values are "	\
	"['metric', 'parameter', 'tag', 'attribute', 'dataset']"
#define KEY(k)		"Invalid attribute key '" k "' specified. Valid keys "	\
	"are '{'start_time', 'end_time', 'created', 'Created', 'status', "	\
	"'user_id', 'artifact_uri', 'run_id', 'run_name'}'"

static const struct row runs[] = {
	{ "metrics.m", NULL, "m", false },
	{ "metrics.m ASC", NULL, "m", false },
	{ "metrics.m asc", NULL, "m", false },
	{ "metrics.m\t \nDesc", NULL, "m", true },
	{ "`metrics`.`x y` DESC", NULL, "x y", true },
	{ "metrics.'m'", NULL, "m", false },
	{ "metrics.\"m\" desc", NULL, "m", true },
	{ "metrics.a.b.c DESC", NULL, "a.b.c", true },
	{ "metrics.desc desc", NULL, "desc", true },
	{ "metrics.5x", NULL, "5x", false },
	{ "metrics.", NULL, "", false },
	{ "attributes.start_time", NULL, "start_time", false },
	{ "run.created", NULL, "created", false },
	{ "\"run_name\" desc", NULL, "run_name", true },
	{ "parameters.p", NULL, "p", false },
	{ "", NOT_PARSED(""), NULL, false },
	{ " ", NOT_PARSED(" "), NULL, false },
	{ ";", NOT_PARSED(";"), NULL, false },
	{ " metrics.m", NOT_PARSED(" metrics.m"), NULL, false },
	{ "metrics.m DESC ", NOT_PARSED("metrics.m DESC "), NULL, false },
	{ "metrics.m ASC DESC", NOT_PARSED("metrics.m ASC DESC"), NULL, false },
	{ "metrics.m NULLS LAST", NOT_PARSED("metrics.m NULLS LAST"), NULL,
	    false },
	{ "metrics.m, params.p", NOT_PARSED("metrics.m, params.p"), NULL,
	    false },
	{ "metrics.m;", NOT_PARSED("metrics.m;"), NULL, false },
	{ "metrics.m = 1", NOT_PARSED("metrics.m = 1"), NULL, false },
	{ "metrics.m + 1", NOT_PARSED("metrics.m + 1"), NULL, false },
	{ "metrics.m 5", NOT_PARSED("metrics.m 5"), NULL, false },
	{ "metrics.x y ASC", NOT_PARSED("metrics.x y ASC"), NULL, false },
	{ "metrics.in", NOT_PARSED("metrics.in"), NULL, false },
	{ "metrics.1", NOT_PARSED("metrics.1"), NULL, false },
	{ "tags.k-d", NOT_PARSED("tags.k-d"), NULL, false },
	{ "(start_time)", NOT_PARSED("(start_time)"), NULL, false },
	{ "start_time -- c", NOT_PARSED("start_time -- c"), NULL, false },
	{ "start_time /* c */", NOT_PARSED("start_time /* c */"), NULL, false },
	{ "'x'", NOT_PARSED("'x'"), NULL, false },
	{ "1", NOT_PARSED("1"), NULL, false },
	{ "DESC", NOT_PARSED("DESC"), NULL, false },
	{ "user", NOT_PARSED("user"), NULL, false },
	{ "metrics.m`a` ", NOT_PARSED("metrics.m`a` "), NULL, false },
	{ "metrics.m`a`", NULL, "m`a`", false },
	{ "metrics. foo", NO_KEY("metrics. foo"), NULL, false },
	{ "1 DESC", KEY("1"), NULL, false },
	{ ".m", NOT_PARSED(".m"), NULL, false },
	{ "metrics.m foo", NO_KEY("metrics.m foo"), NULL, false },
	{ "Run Name", NO_KEY("Run Name"), NULL, false },
	{ "start_time ASCENDING", NO_KEY("start_time ASCENDING"), NULL, false },
	{ "`Run Name`", KEY("Run Name"), NULL, false },
	{ "bogus", KEY("bogus"), NULL, false },
	{ "name", KEY("name"), NULL, false },
	{ "foo.x", ENTITY("foo"), NULL, false },
	{ "METRICS.m", ENTITY("METRICS"), NULL, false },
	{ "dataset.name", "Invalid identifier type 'dataset'", NULL, false },
};

static const struct row experiments[] = {
	{ "name", NULL, "name", false },
	{ "attribute.creation_time DESC", NULL, "creation_time", true },
	{ "\"experiment_id\" desc", NULL, "experiment_id", true },
	{ "'name'", NOT_PARSED("'name'"), NULL, false },
	{ "name foo", NO_KEY("name foo"), NULL, false },
	{ "tags.t", "Invalid order_by entity: tag", NULL, false },
	{ "attributes.name", "Invalid entity type 'attributes'. Valid entity "
	    "types are ('attribute', 'tag', 'tags')", NULL, false },
	{ "foo", "Invalid attribute key 'foo' specified. Valid keys are "
	    "'{'name', 'creation_time', 'last_update_time', 'experiment_id'}'",
	    NULL, false },
};

static struct arena mem;

static void
check(const struct search_dialect *d, const struct row *row)
{
	struct str clause = str_of(row->clause);
	struct search_error err = { SEARCH_INVALID, STR("accepted") };
	struct search_order key;
	size_t n;
	int rc = search_order_read(&mem, d, &clause, 1, &key, &n, &err);
	bool right = row->error == NULL ? rc == 0 && n == 1 &&
	    str_is(key.key, row->key) && key.descending == row->descending :
	    rc == 1 && err.kind == SEARCH_INVALID &&
	    str_is(err.text, row->error);

	if (!tap_ok(right, "%s", strpbrk(row->clause, "\t\n#") == NULL ?
	    row->clause : "odd characters"))
		printf("# %s\n# got    %s\n# wanted %s\n", row->clause,
		    err.text.p, row->error == NULL ? "accepted" : row->error);
}

/* The clauses, up to NULL. */
static int
read_all(const struct search_dialect *d, const char *const *clauses,
    size_t *nkeys, struct search_error *err)
{
	struct search_order keys[SEARCH_ORDER_MAX];
	struct str list[SEARCH_ORDER_MAX + 1];
	size_t n;

	for (n = 0; clauses[n] != NULL; n++)
		list[n] = str_of(clauses[n]);
	return search_order_read(&mem, d, list, n, keys, nkeys, err);
}

#define LIST(...)	(const char *const[]){ __VA_ARGS__, NULL }

static void
check_lists(void)
{
	struct search_error err;
	size_t n;

	tap_ok(read_all(&search_runs, LIST("metrics.m", "params.m", "tags.m",
	    "metrics.n"), &n, &err) == 0 && n == 4,
	    "equal keys of other entities are different fields");
	tap_ok(read_all(&search_runs, LIST("start_time DESC", "Created"), &n,
	    &err) == 1 && err.kind == SEARCH_INTERNAL && str_is(err.text,
	    "`order_by` contains duplicate fields: "
	    "['start_time DESC', 'Created']"), "an alias is the same field");
	tap_ok(read_all(&search_runs, LIST("params.p", "param.'p'"), &n,
	    &err) == 1 && str_is(err.text, "`order_by` contains duplicate "
	    "fields: ['params.p', \"param.'p'\"]"), "so is another prefix");
	tap_ok(read_all(&search_runs, LIST("start_time", "name", "created"), &n,
	    &err) == 1 && err.kind == SEARCH_INVALID,
	    "a bad key is reported before a later duplicate");
	tap_ok(read_all(&search_runs, LIST("start_time", "created", "name"), &n,
	    &err) == 1 && err.kind == SEARCH_INTERNAL,
	    "and a duplicate before a later bad key");
	tap_ok(read_all(&search_experiments, LIST("name", "name DESC"), &n,
	    &err) == 0 && n == 1, "experiments may repeat a field");
	tap_ok(read_all(&search_runs, LIST("tags.a", "tags.b", "tags.c",
	    "tags.d", "tags.e", "tags.f", "tags.g", "tags.h", "tags.i",
	    "tags.j"), &n, &err) == 0 && n == SEARCH_ORDER_MAX,
	    "as many clauses as are taken");
	tap_ok(read_all(&search_runs, LIST("tags.a", "tags.b", "tags.c",
	    "tags.d", "tags.e", "tags.f", "tags.g", "tags.h", "tags.i",
	    "tags.j", "tags.k"), &n, &err) == 1, "one too many");
}

int
main(void)
{
	char longest[SEARCH_ORDER_BYTES_MAX + 2];
	struct row row = { longest, "Invalid order_by clause: it is longer than "
	    "2048 bytes.", NULL, false };
	size_t i;

	arena_init(&mem);
	for (i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		check(&search_runs, &runs[i]);
	for (i = 0; i < sizeof(experiments) / sizeof(experiments[0]); i++)
		check(&search_experiments, &experiments[i]);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	check(&search_runs, &row);
	check_lists();
	arena_fini(&mem);
	return tap_done();
}
