/* A line of what went into a trace and what came out, for lists of traces. */
#ifndef OTLP_PREVIEW_H
#define OTLP_PREVIEW_H

#include "base/arena.h"

/* Characters of the column; what is longer ends in "...". */
#define OTLP_PREVIEW_MAX	1000

/*
 * From the text of mlflow.spanInputs (role "user") or mlflow.spanOutputs ("assistant"): of
 * a chat the last message of that role, else the text itself.
 */
struct str	otlp_preview(struct arena *, struct str text, const char *role);

#endif
