/* Tokens and costs: read, summed over trees, and priced. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "otlp/price_files.h"
#include "otlp/usage.h"
#include "tap.h"

static struct arena mem;
static struct otlp_node nodes[64];
static size_t n;

/* A span; 0 as a parent: a root.  Texts NULL: none. */
static void
span(uint64_t id, uint64_t parent, const char *usage, const char *cost)
{
	struct otlp_node *node = &nodes[n++];

	*node = (struct otlp_node){ id, parent, parent != 0, NULL, NULL };
	otlp_usage_read(&mem, str_of(usage), &node->usage);
	otlp_cost_read(&mem, str_of(cost), &node->cost);
}

/* -1: NULL. */
static void
check(const char *what, int64_t in, int64_t out, int64_t total, int64_t cached)
{
	int64_t want[] = { in, out, total, cached };
	struct otlp_sums sums;
	bool same = true;
	int i;

	otlp_sum(&mem, nodes, n, &sums);
	for (i = 0; i < 4; i++)
		same = same && sums.tokens[i].set == (want[i] != -1) &&
		    (want[i] == -1 || sums.tokens[i].v == want[i]);
	tap_ok(same, "%s", what);
	n = 0;
}

static void
check_trees(void)
{
	check("no spans", -1, -1, -1, -1);
	span(1, 0, NULL, NULL);
	check("no usage", -1, -1, -1, -1);
	span(1, 0, "{\"input_tokens\": 5}", NULL);
	check("what is absent is zero, but for caches", 5, 0, 0, -1);
	span(1, 0, "{}", NULL);
	check("an empty object counts", 0, 0, 0, -1);
	span(1, 0, "{\"input_tokens\": 5}", NULL);
	span(2, 1, "{\"input_tokens\": 7}", NULL);
	check("what is below a span that counts does not", 5, 0, 0, -1);
	span(3, 2, "{\"input_tokens\": 1, \"cache_read_input_tokens\": 4}", NULL);
	span(1, 0, NULL, NULL);
	span(2, 1, NULL, NULL);
	span(4, 1, "{\"output_tokens\": 2, \"total_tokens\": 9}", NULL);
	check("siblings and cousins add up", 1, 2, 9, 4);
	span(2, 9, "{\"input_tokens\": 3}", NULL);
	check("an orphan is a root", 3, 0, 0, -1);
	span(2, 2, "{\"input_tokens\": 3}", NULL);
	span(3, 4, "{\"input_tokens\": 3}", NULL);
	span(4, 3, "{\"input_tokens\": 3}", NULL);
	check("circles have no root", -1, -1, -1, -1);
	span(1, 0, "{\"input_tokens\": 3}", NULL);
	span(1, 0, "{\"input_tokens\": 4}", NULL);
	check("a span sent again counts once", 4, 0, 0, -1);
	span(1, 0, "{\"input_tokens\": 3}", NULL);
	span(1, 0, NULL, NULL);
	check("... in its new form", -1, -1, -1, -1);
}

static void
check_numbers(void)
{
	struct otlp_sums sums;
	const struct otlp_usage *usage;
	const struct otlp_cost *cost;

	span(1, 0, "{\"input_tokens\": 3.0, \"output_tokens\": 4.5, \"total_tokens\": NaN}", NULL);
	check("a fraction is NULL", 3, -1, -1, -1);
	span(1, 0, "{\"input_tokens\": 9223372036854775807, \"total_tokens\": Infinity}", NULL);
	check("the largest", INT64_MAX, 0, -1, -1);
	span(1, 0, "{\"input_tokens\": 9223372036854775807}", NULL);
	span(2, 0, "{\"input_tokens\": 1}", NULL);
	check("a sum that fits in no column is NULL", -1, 0, 0, -1);
	span(1, 0, NULL, "{\"input_cost\": 0.1, \"total_cost\": 1}");
	span(2, 0, NULL, "{\"input_cost\": 0.2, \"output_cost\": 1e999}");
	otlp_sum(&mem, nodes, n, &sums);
	n = 0;
	tap_ok(sums.costs[COST_IN].v == 0.1 + 0.2 && sums.costs[COST_TOTAL].v == 1 &&
	    !sums.costs[COST_OUT].set && !sums.tokens[0].set, "costs");
	tap_ok(otlp_usage_read(&mem, STR("\"nope\""), &usage) == 0 && usage == NULL &&
	    otlp_usage_read(&mem, STR("[1]"), &usage) == 0 && usage == NULL,
	    "usage that is no object is none");
	tap_ok(otlp_usage_read(&mem, STR("{\"input_tokens\": \"1\"}"), &usage) == -1 &&
	    otlp_usage_read(&mem, STR("{\"cache_read_input_tokens\": null}"), &usage) == -1,
	    "a member that is no number is wrong");
	tap_ok(otlp_usage_read(&mem, STR("{\"x\": null}"), &usage) == 0,
	    "others are not looked at");
	tap_ok(otlp_cost_read(&mem, STR("\"nope\""), &cost) == -1 &&
	    otlp_cost_read(&mem, STR("null"), &cost) == -1 &&
	    otlp_cost_read(&mem, STR("{\"input_cost\": \"1\"}"), &cost) == -1,
	    "a cost that is none is wrong");
}

static void
check_deep(void)
{
	enum { DEEP = 100000 };
	struct otlp_node *chain = arena_array(&mem, DEEP, sizeof(*chain));
	struct otlp_sums sums;
	uint64_t i;

	for (i = 0; i < DEEP; i++)
		chain[i] = (struct otlp_node){ i + 1, i, i > 0, NULL, NULL };
	otlp_usage_read(&mem, STR("{\"input_tokens\": 1}"), &chain[DEEP - 1].usage);
	otlp_sum(&mem, chain, DEEP, &sums);
	tap_ok(sums.tokens[0].v == 1, "a chain of %d spans", DEEP);
}

static void
check_node(void)
{
	struct otlp_node node = otlp_node_of(&mem, STR("00000000000000a2"),
	    STR("ff000000000000A1"), STR("{\"attributes\": {\"mlflow.chat.tokenUsage\": "
	    "\"{\\\"input_tokens\\\": 7}\", \"mlflow.llm.cost\": \"5\"}}"));

	tap_ok(node.span == 0xa2 && node.parent == 0xff000000000000a1 && node.has_parent,
	    "ids of a stored span");
	tap_ok(node.usage != NULL && node.usage->tokens[TOKENS_IN].whole == 7 && node.cost == NULL,
	    "its usage; a cost that is none is left out");
	node = otlp_node_of(&mem, STR("1"), (struct str){ NULL, 0 }, STR(""));
	tap_ok(!node.has_parent && node.usage == NULL, "a root whose content is elsewhere");
}

static struct otlp_prices prices;

static void
check_price(const char *model, const char *provider, const char *usage, const char *want)
{
	struct str got = otlp_price_cost(&mem, &prices, str_of(model), str_of(provider),
	    str_of(usage));

	tap_ok(want == NULL ? got.p == NULL : str_is(got, want), "%s of %s for %s: %s", model,
	    provider == NULL ? "anybody" : provider, usage, got.p == NULL ? "none" : got.p);
}

#define THOUSAND	"{\"input_tokens\": 1000, \"output_tokens\": 500}"
#define COSTS(a, b, c)	"{\"input_cost\": " a ", \"output_cost\": " b ", \"total_cost\": " c "}"

static void
check_prices(void)
{
	tap_ok(otlp_prices_add(&mem, &prices, STR("openai"), STR("{\"models\": {\"gpt-4o\": "
	    "{\"pricing\": {\"input_per_million_tokens\": 2.5, \"output_per_million_tokens\": 10, "
	    "\"cache_read_per_million_tokens\": 1.25}}, \"free\": {\"pricing\": "
	    "{\"input_per_million_tokens\": 0}}, \"none\": {}}}")), "a file");
	tap_ok(otlp_prices_add(&mem, &prices, STR("azure"), STR("{\"models\": {\"gpt-4o\": "
	    "{\"pricing\": {\"input_per_million_tokens\": 0, "
	    "\"output_per_million_tokens\": 1}}}}")), "another");
	tap_ok(otlp_prices_add(&mem, &prices, STR("anthropic"), STR("{\"models\": {\"claude\": "
	    "{\"pricing\": {\"input_per_million_tokens\": 1000000, "
	    "\"cache_write_per_million_tokens\": 2000000, "
	    "\"cache_write_1hr_per_million_tokens\": 4000000}}}}")), "and another");
	tap_ok(!otlp_prices_add(&mem, &prices, STR("x"), STR("{\"models\": 5}")) &&
	    !otlp_prices_add(&mem, &prices, STR("x"), STR("{")), "what is no such file");
	otlp_prices_sort(&prices);
	check_price("gpt-4o", "OpenAI", THOUSAND, COSTS("0.0025", "0.005", "0.0075"));
	check_price("openai/gpt-4o", NULL, THOUSAND, COSTS("0.0025", "0.005", "0.0075"));
	check_price("gpt-4o", "azure", THOUSAND, COSTS("0.0", "0.0005", "0.0005"));
	check_price("gpt-4o", "nobody", THOUSAND, COSTS("0.0025", "0.005", "0.0075"));
	check_price("gpt-4o", "openai", "{\"input_tokens\": 1000, "
	    "\"cache_read_input_tokens\": 400}", COSTS("0.002", "0.0", "0.002"));
	check_price("claude", NULL, "{\"input_tokens\": 10, \"cache_creation_input_tokens\": 4, "
	    "\"cache_creation_input_tokens_above_1hr\": 1}", COSTS("16.0", "0.0", "16.0"));
	check_price("claude", NULL, "{\"input_tokens\": 1, \"cache_read_input_tokens\": 4}",
	    COSTS("4.0", "0.0", "4.0"));
	check_price("free", NULL, THOUSAND, COSTS("0.0", "0.0", "0.0"));
	check_price("none", NULL, THOUSAND, NULL);
	check_price("nobody", NULL, THOUSAND, NULL);
	check_price("gateway:/gpt-4o", NULL, THOUSAND, NULL);
	check_price("endpoints:/gpt-4o", NULL, THOUSAND, NULL);
	check_price("gpt-4o", NULL, "{\"total_tokens\": 5}", NULL);
	check_price("gpt-4o", NULL, "\"nope\"", NULL);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	FILE *f = fopen(arena_printf(&mem, "%s/%s", folder, name).p, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void
check_files(void)
{
	char folder[] = "/tmp/otlp_usage.XXXXXX";

	if (mkdtemp(folder) == NULL)
		abort();
	write_file(folder, "b.json", "{\"models\": {\"m\": {\"pricing\": {}}}}");
	write_file(folder, "a.json", "{\"models\": {\"m\": {\"pricing\": {}}, "
	    "\"l\": {\"pricing\": {}}}}");
	write_file(folder, "broken.json", "{");
	write_file(folder, "other.txt", "{\"models\": {\"n\": {\"pricing\": {}}}}");
	otlp_prices_load(&mem, folder, &prices);
	tap_ok(prices.n == 3 && str_is(prices.items[0].model, "l") &&
	    str_is(prices.items[1].provider, "a") && str_is(prices.items[2].provider, "b"),
	    "files of a folder, by model and provider");
	unlink(arena_printf(&mem, "%s/a.json", folder).p);
	unlink(arena_printf(&mem, "%s/b.json", folder).p);
	unlink(arena_printf(&mem, "%s/broken.json", folder).p);
	unlink(arena_printf(&mem, "%s/other.txt", folder).p);
	rmdir(folder);
	otlp_prices_load(&mem, folder, &prices);
	tap_ok(prices.n == 0, "a folder that is not there");
}

int
main(void)
{
	arena_init(&mem);
	check_trees();
	check_numbers();
	check_deep();
	check_node();
	check_prices();
	check_files();
	arena_fini(&mem);
	return tap_done();
}
