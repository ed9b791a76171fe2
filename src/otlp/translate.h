/* What MLflow reads of a span, from the attributes of other conventions. */
#ifndef OTLP_TRANSLATE_H
#define OTLP_TRANSLATE_H

#include "otlp/convention.h"
#include "otlp/price.h"

/*
 * Add MLflow's own attributes where they are absent (a type that is UNKNOWN is replaced).
 * The attributes they are made of stay.
 */
void	otlp_translate(struct look *, const struct otlp_prices *);

#endif
