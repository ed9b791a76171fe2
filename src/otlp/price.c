/* Models and their prices; a cost from counts of tokens. */
#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "json/skim.h"
#include "otlp/convention.h"
#include "otlp/price.h"
#include "otlp/text.h"
#include "otlp/usage.h"

static const char *const price_names[PRICE__MAX] = {
	"input_per_million_tokens", "output_per_million_tokens",
	"cache_read_per_million_tokens", "cache_write_per_million_tokens",
	"cache_write_1hr_per_million_tokens"
};

static double
number_member(struct str object, const char *name)
{
	struct str value;
	double v;

	if (!skim_member(object, name, &value) || !str_to_dbl(value, false, &v) || v < 0)
		return -1;
	return v;
}

bool
otlp_prices_add(struct arena *mem, struct otlp_prices *prices, struct str provider,
    struct str text)
{
	struct str models, name, model, pricing;
	enum json_kind kind;
	struct skim walk;
	int i;

	if (!skim_check(text, &kind) || !skim_member_kind(text, "models", JSON_OBJECT, &models))
		return false;
	provider = arena_str(mem, provider);
	skim_begin(&walk, models);
	while (skim_next(&walk, &name, &model)) {
		struct otlp_price price = { provider, skim_text(mem, name), { 0 } };

		if (!skim_member_kind(model, "pricing", JSON_OBJECT, &pricing))
			continue;
		for (i = 0; i < PRICE__MAX; i++)
			price.per_million[i] = number_member(pricing, price_names[i]);
		prices->items = arena_grow(mem, prices->items, prices->n,
		    sizeof(*prices->items));
		prices->items[prices->n++] = price;
	}
	return true;
}

static int
by_model(const void *a, const void *b)
{
	const struct otlp_price *x = a, *y = b;
	int order = str_cmp(x->model, y->model);

	return order != 0 ? order : str_cmp(x->provider, y->provider);
}

void
otlp_prices_sort(struct otlp_prices *prices)
{
	if (prices->n > 0)
		qsort(prices->items, prices->n, sizeof(*prices->items), by_model);
}

/* The first entry of a model; those of other providers follow it. */
static size_t
first_of(const struct otlp_prices *prices, struct str model)
{
	size_t low = 0, high = prices->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(prices->items[middle].model, model) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The provider's own, or else the first that costs anything, or else the first. */
static const struct otlp_price *
find_price(const struct otlp_prices *prices, struct str model, struct str provider)
{
	const struct otlp_price *any = NULL, *p;
	const char *slash = memchr(model.p, '/', model.len);
	size_t i;

	if (provider.p == NULL &&
	    (str_starts(model, "databricks-") || str_starts(model, "databricks/")))
		provider = STR("databricks");
	if (slash != NULL)
		model = (struct str){ slash + 1, model.len - (size_t)(slash + 1 - model.p) };
	for (i = first_of(prices, model); i < prices->n; i++) {
		p = &prices->items[i];
		if (!str_eq(p->model, model))
			break;
		if (provider.p != NULL && str_is_nocase(provider, p->provider.p))
			return p;
		if (any == NULL || (any->per_million[PRICE_IN] <= 0 &&
		    p->per_million[PRICE_IN] > 0))
			any = p;
	}
	return any;
}

/* Dollars for one token: that price, or another where it is not told. */
static double
price_of(const struct otlp_price *p, int what, int otherwise)
{
	double v = p->per_million[what];

	if (v < 0)
		v = p->per_million[otherwise];
	return v < 0 ? 0 : v / 1e6;
}

static double
input_cost(const struct otlp_price *p, const double *n)
{
	double plain = n[TOKENS_IN] - n[TOKENS_CACHE_READ] - n[TOKENS_CACHE_WRITE];
	double write = price_of(p, PRICE_CACHE_WRITE, PRICE_IN);
	double hour = p->per_million[PRICE_CACHE_WRITE_1HR] < 0 ? write :
	    price_of(p, PRICE_CACHE_WRITE_1HR, PRICE_IN);
	double hours = n[TOKENS_CACHE_WRITE_1HR] < n[TOKENS_CACHE_WRITE] ?
	    n[TOKENS_CACHE_WRITE_1HR] : n[TOKENS_CACHE_WRITE];

	return (plain < 0 ? 0 : plain) * price_of(p, PRICE_IN, PRICE_IN) +
	    n[TOKENS_CACHE_READ] * price_of(p, PRICE_CACHE_READ, PRICE_IN) +
	    (n[TOKENS_CACHE_WRITE] - hours) * write + hours * hour;
}

static struct str
cost_text(struct arena *mem, double in, double out)
{
	char a[JSON_NUMBER_SIZE], b[JSON_NUMBER_SIZE], sum[JSON_NUMBER_SIZE];

	json_format_dbl(in, a);
	json_format_dbl(out, b);
	json_format_dbl(in + out, sum);
	return arena_printf(mem, "{\"input_cost\": %s, \"output_cost\": %s, \"total_cost\": %s}",
	    a, b, sum);
}

/* A number of tokens is below 2^63, a price a double: the product is finite. */
struct str
otlp_price_cost(struct arena *mem, const struct otlp_prices *prices, struct str model,
    struct str provider, struct str usage)
{
	const struct otlp_price *p;
	const struct otlp_usage *u;
	double n[TOKENS__MAX];
	int i;

	if (str_starts(model, "gateway:/") || str_starts(model, "endpoints:/") ||
	    otlp_usage_read(mem, usage, &u) != 0 || u == NULL)
		return (struct str){ NULL, 0 };
	for (i = 0; i < TOKENS__MAX; i++)
		n[i] = otlp_number_value(&u->tokens[i]);
	p = find_price(prices, model, provider);
	if (p == NULL || (n[TOKENS_IN] == 0 && n[TOKENS_OUT] == 0))
		return (struct str){ NULL, 0 };
	return cost_text(mem, input_cost(p, n), n[TOKENS_OUT] * price_of(p, PRICE_OUT, PRICE_OUT));
}
