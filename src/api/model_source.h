/*
 * Where a model version comes from: which sources are taken, and what they mean.
 *
 * A source is text.  Nothing is ever opened or fetched here: sources that refer
 * to runs, models and logged models are resolved in the database, others must
 * keep to the directory of their run or logged model.
 */
#ifndef API_MODEL_SOURCE_H
#define API_MODEL_SOURCE_H

#include "http/ctx.h"
#include "store/kv.h"

struct model_source {
	/* as the client sent them; the first two may be rewritten */
	struct str	source;
	struct str	run_id;		/* "" if none */
	struct str	model_id;	/* "" if none */
	/* what the source means; absent until resolved */
	struct str	storage_location;
};

/*
 * Refuse what MLflow refuses, and resolve models:/name/... to a version of
 * another model, whose run is taken over.  0 or -1.
 */
int	model_source_check(struct ctx *, struct model_source *, const struct kvs *tags);
/* Is it models:/<model_id>, a logged model as such? */
bool	model_source_is_logged(struct ctx *, struct str source);

#endif
