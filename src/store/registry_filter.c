/* Prompts in the searches of the registry. */
#include "store/registry_filter.h"

static bool
is_prompt_test(const struct search_node *node)
{
	return node->kind == NODE_TEST && node->test.field->scope == SCOPE_TAG &&
	    str_is(node->test.key, PROMPT_TAG);
}

static bool
asks_for_prompts(const struct search_test *t)
{
	return (t->op == OP_EQ && str_is_nocase(t->texts[0], "true")) ||
	    (t->op == OP_NE && str_is_nocase(t->texts[0], "false"));
}

bool
registry_filter_models(struct search_node *tree)
{
	bool asked = false, models = false;
	size_t i, n = 0;

	for (i = 0; i < tree->nkids; i++) {
		bool prompt = is_prompt_test(&tree->kids[i]);
		bool asks = prompt && asks_for_prompts(&tree->kids[i].test);

		asked |= asks;
		models |= prompt && !asks;
		if (!prompt || asks)
			tree->kids[n++] = tree->kids[i];
	}
	tree->nkids = n;
	return models || !asked;
}
