/*
 * THE table: the resources' tables of rows, in the order in which they are looked
 * through.  Ends with NULL.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "http/route.h"

extern const struct route *const routes[];

#endif
