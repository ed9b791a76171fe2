/* eval_records */
#ifndef API_EVAL_RECORDS_H
#define API_EVAL_RECORDS_H

#include "http/route.h"

extern const struct route eval_record_routes[];

#endif
