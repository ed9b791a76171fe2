/* The table of prices, from a folder. */
#ifndef OTLP_PRICE_FILES_H
#define OTLP_PRICE_FILES_H

#include "otlp/price.h"

/*
 * Read <provider>.json of every provider in `folder` (tools/fetch-ui puts them into
 * model_catalog of the web UI) and sort.  The table is in `mem`; without a folder it is
 * empty.  What is no such file is left out, with a warning.
 */
void	otlp_prices_load(struct arena *mem, const char *folder, struct otlp_prices *);

#endif
