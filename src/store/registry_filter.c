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

int
registry_filter_prepare(struct work *work, struct search *s)
{
	struct search_node *tree = s->filter;
	bool asked = false, models = false;
	size_t i, n = 0;

	(void)work;
	for (i = 0; i < tree->nkids; i++) {
		bool prompt = is_prompt_test(&tree->kids[i]);
		bool asks = prompt && asks_for_prompts(&tree->kids[i].test);

		asked |= asks;
		models |= prompt && !asks;
		if (!prompt || asks)
			tree->kids[n++] = tree->kids[i];
	}
	tree->nkids = n;
	s->hides_prompts = models || !asked;
	return 1;
}

void
registry_filter_add(struct sql *q, const struct search *s, const struct sql_name *name,
    const struct sql_name *tags)
{
	if (!s->hides_prompts)
		return;
	sql_lit(q, " AND ");
	sql_name(q, name);
	sql_lit(q, " NOT IN (SELECT p.name FROM ");
	sql_name(q, tags);
	sql_lit(q, " p WHERE p.workspace = ");
	sql_workspace(q);
	sql_lit(q, " AND p.`key` = '" PROMPT_TAG "' AND BINARY p.value = 'true')");
}
