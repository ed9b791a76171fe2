/*
 * Artifacts of runs, logged models and model versions: lists, downloads, and the
 * small uploads of the web UI.
 */
#ifndef API_ARTIFACTS_H
#define API_ARTIFACTS_H

#include "http/route.h"

extern const struct route artifact_routes[];

#endif
