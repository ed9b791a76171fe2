/* Evaluation datasets take records. */
#ifndef API_EVAL_UPSERT_H
#define API_EVAL_UPSERT_H

#include "http/route.h"

extern const struct route eval_upsert_routes[];

#endif
