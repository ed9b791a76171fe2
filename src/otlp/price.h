/*
 * What models cost: a table from the files of MLflow's package, one a provider.  Nothing
 * is read from disk here.  Without a table no cost is computed.
 */
#ifndef OTLP_PRICE_H
#define OTLP_PRICE_H

#include "base/arena.h"

/* Dollars for a million tokens; a negative one is not told. */
enum {
	PRICE_IN,
	PRICE_OUT,
	PRICE_CACHE_READ,
	PRICE_CACHE_WRITE,
	PRICE_CACHE_WRITE_1HR,
	PRICE__MAX
};

struct otlp_price {
	struct str	provider, model;
	double		per_million[PRICE__MAX];
};

struct otlp_prices {
	struct otlp_price	*items;	/* by model, then by provider, once it is sorted */
	size_t			 n;
};

/*
 * Add the models of a provider from its file's text; everything kept is copied into `mem`.
 * false, with nothing added, if it is not such a file.
 */
bool		otlp_prices_add(struct arena *mem, struct otlp_prices *, struct str provider,
		    struct str text);
/* Once, after the last was added. */
void		otlp_prices_sort(struct otlp_prices *);

/*
 * The JSON text of mlflow.llm.cost for a model of a provider (absent: of any) and the text
 * of its mlflow.chat.tokenUsage; absent where there is no price or nothing to pay for.
 */
struct str	otlp_price_cost(struct arena *, const struct otlp_prices *, struct str model,
		    struct str provider, struct str usage);

#endif
