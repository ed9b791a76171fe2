/*
 * Prompts in the searches of the registry.  A prompt is a registered model with
 * the tag mlflow.prompt.is_prompt; models and prompts are never found together.
 */
#ifndef STORE_REGISTRY_FILTER_H
#define STORE_REGISTRY_FILTER_H

#include "store/search.h"

#define PROMPT_TAG	"mlflow.prompt.is_prompt"

/*
 * Does the filter look for models, not for prompts?  Prompts are asked for by
 * the prompt tag = 'true' or != 'false'.  Any other comparison with that tag
 * means the models, and is taken out of the tree: a model has no such tag.
 * `prepare` of the plans: always 1.
 */
int	registry_filter_prepare(struct work *, struct search *);

/* Without the names that such tags make prompts, when models are looked for. */
void	registry_filter_add(struct sql *, const struct search *,
	    const struct sql_name *name, const struct sql_name *tags);

#endif
