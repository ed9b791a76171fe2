/*
 * THE table: one row for each endpoint.  It ends with a row without a method.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "http/route.h"

extern const struct route routes[];

#endif
