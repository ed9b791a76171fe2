/* Tokens and costs: read, and summed over a tree without recursion. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "json/skim.h"
#include "otlp/usage.h"

static const char *const cost_names[COST__MAX] = { "input_cost", "output_cost", "total_cost" };

/* The first double that is no int64. */
#define TWO_TO_63	9223372036854775808.0

double
otlp_number_value(const struct otlp_number *n)
{
	return n->is_real ? n->real : (double)n->whole;
}

/* Also true and false, which are numbers in Python. */
static int
read_number(struct str value, struct otlp_number *out)
{
	*out = (struct otlp_number){ .is_set = true };
	switch (skim_kind(value)) {
	case JSON_BOOL:
		out->whole = *value.p == 't';
		return 0;
	case JSON_INT:
	case JSON_FLOAT:
		out->is_real = !str_to_i64(value, &out->whole);
		return !out->is_real || str_to_dbl(value, true, &out->real) ? 0 : -1;
	default:
		return -1;
	}
}

/* Numbers of an object by their names. */
static int
read_members(struct str object, const char *const *names, struct otlp_number *out, int n)
{
	struct str value;
	int i;

	for (i = 0; i < n; i++)
		if (skim_member(object, names[i], &value) && read_number(value, &out[i]) != 0)
			return -1;
	return 0;
}

static bool
is_object(struct str text)
{
	enum json_kind kind;

	return text.p != NULL && skim_check(text, &kind) && kind == JSON_OBJECT;
}

int
otlp_usage_read(struct arena *mem, struct str text, const struct otlp_usage **out)
{
	struct otlp_usage *usage;

	*out = NULL;
	if (!is_object(text))
		return 0;
	*out = usage = arena_alloc(mem, sizeof(*usage));
	return read_members(text, token_names, usage->tokens, TOKENS__MAX);
}

int
otlp_cost_read(struct arena *mem, struct str text, const struct otlp_cost **out)
{
	struct otlp_cost *cost;

	*out = NULL;
	if (text.p == NULL)
		return 0;
	if (!is_object(text))
		return -1;
	*out = cost = arena_alloc(mem, sizeof(*cost));
	return read_members(text, cost_names, cost->costs, COST__MAX);
}

static uint64_t
id_of(struct str hex)
{
	uint64_t id = 0;
	size_t i;

	for (i = 0; i < hex.len; i++) {
		char c = hex.p[i];

		id = id << 4 | (uint64_t)(isdigit((unsigned char)c) ? c - '0' :
		    (tolower((unsigned char)c) - 'a' + 10) & 0xf);
	}
	return id;
}

struct otlp_node
otlp_node_of(struct arena *mem, struct str span_id, struct str parent_id, struct str content)
{
	struct otlp_node node = { id_of(span_id), id_of(parent_id), parent_id.p != NULL,
	    NULL, NULL };
	struct str attrs, text;

	if (!is_object(content) ||
	    !skim_member_kind(content, "attributes", JSON_OBJECT, &attrs))
		return node;
	if (skim_member_kind(attrs, "mlflow.chat.tokenUsage", JSON_STRING, &text) &&
	    otlp_usage_read(mem, skim_text(mem, text), &node.usage) != 0)
		node.usage = NULL;
	if (skim_member_kind(attrs, "mlflow.llm.cost", JSON_STRING, &text) &&
	    otlp_cost_read(mem, skim_text(mem, text), &node.cost) != 0)
		node.cost = NULL;
	return node;
}

/* The spans of a trace by index; those without a parent here hang on one at n. */
#define NO_NODE	SIZE_MAX
struct tree {
	const struct otlp_node	*nodes;
	size_t			 n;
	const struct otlp_node	**by_id;	/* each id once */
	size_t			 nids;
	size_t			*parent, *first, *next;
};

static int
by_id(const void *a, const void *b)
{
	const struct otlp_node *const *x = a, *const *y = b;

	if ((*x)->span != (*y)->span)
		return (*x)->span < (*y)->span ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static size_t
find_node(const struct tree *t, uint64_t span)
{
	size_t low = 0, high = t->nids;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->by_id[middle]->span == span)
			return (size_t)(t->by_id[middle] - t->nodes);
		if (t->by_id[middle]->span < span)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_NODE;
}

/* Sort, and keep the last of equal ids. */
static void
index_nodes(struct arena *mem, struct tree *t)
{
	size_t i;

	t->by_id = arena_array(mem, t->n + 1, sizeof(const struct otlp_node *));
	for (i = 0; i < t->n; i++)
		t->by_id[i] = &t->nodes[i];
	qsort(t->by_id, t->n, sizeof(const struct otlp_node *), by_id);
	for (i = 0; i < t->n; i++)
		if (i + 1 == t->n || t->by_id[i + 1]->span != t->by_id[i]->span)
			t->by_id[t->nids++] = t->by_id[i];
}

static void
link_nodes(struct arena *mem, struct tree *t)
{
	size_t i, parent;

	t->parent = arena_array(mem, t->n + 1, sizeof(size_t));
	t->first = arena_array(mem, t->n + 1, sizeof(size_t));
	t->next = arena_array(mem, t->n + 1, sizeof(size_t));
	for (i = 0; i <= t->n; i++)
		t->first[i] = t->next[i] = t->parent[i] = NO_NODE;
	/* from the back, so that each comes before those behind it */
	for (i = t->n; i-- > 0;) {
		const struct otlp_node *node = &t->nodes[i];

		if (find_node(t, node->span) != i)
			continue;
		parent = node->has_parent ? find_node(t, node->parent) : NO_NODE;
		t->parent[i] = parent == NO_NODE ? t->n : parent;
		t->next[i] = t->first[t->parent[i]];
		t->first[t->parent[i]] = i;
	}
}

/* The node behind i and all that is below it; NO_NODE at the end. */
static size_t
next_beside(const struct tree *t, size_t i)
{
	while (i != NO_NODE && t->next[i] == NO_NODE)
		i = t->parent[i];
	return i == NO_NODE ? NO_NODE : t->next[i];
}

static size_t
next_below(const struct tree *t, size_t i)
{
	return t->first[i] != NO_NODE ? t->first[i] : next_beside(t, i);
}

static void
add(struct otlp_number *sum, const struct otlp_number *n)
{
	int64_t whole;

	if (!n->is_set)
		return;
	sum->is_set = true;
	if (!sum->is_real && !n->is_real &&
	    !__builtin_add_overflow(sum->whole, n->whole, &whole)) {
		sum->whole = whole;
		return;
	}
	sum->real = otlp_number_value(sum) + otlp_number_value(n);
	sum->is_real = true;
}

/* A column of tokens: whole numbers of 64 bits. */
static struct opt_i64
as_count(const struct otlp_number *n)
{
	if (!n->is_real)
		return (struct opt_i64){ n->whole, true };
	/* not for NaN either */
	if (!(n->real >= -TWO_TO_63 && n->real < TWO_TO_63) || n->real != floor(n->real))
		return (struct opt_i64){ 0, false };
	return (struct opt_i64){ (int64_t)n->real, true };
}

static void
sum_tokens(const struct tree *t, struct otlp_sums *out)
{
	struct otlp_number sums[TOKENS__MAX] = { { .is_set = false } };
	bool any = false;
	size_t at = t->first[t->n];
	int i;

	while (at != NO_NODE) {
		const struct otlp_usage *usage = t->nodes[at].usage;

		for (i = 0; usage != NULL && i < TOKENS__MAX; i++)
			add(&sums[i], &usage->tokens[i]);
		any = any || usage != NULL;
		at = usage != NULL ? next_beside(t, at) : next_below(t, at);
	}
	/* the three that always are there once anything is counted */
	for (i = 0; any && i < TOKENS__MAX; i++)
		if (i <= TOKENS_TOTAL || sums[i].is_set)
			out->tokens[i] = as_count(&sums[i]);
}

static void
sum_costs(const struct tree *t, struct otlp_sums *out)
{
	struct otlp_number sums[COST__MAX] = { { .is_set = false } };
	bool any = false;
	size_t at = t->first[t->n];
	int i;

	while (at != NO_NODE) {
		const struct otlp_cost *cost = t->nodes[at].cost;

		for (i = 0; cost != NULL && i < COST__MAX; i++)
			add(&sums[i], &cost->costs[i]);
		any = any || cost != NULL;
		at = cost != NULL ? next_beside(t, at) : next_below(t, at);
	}
	for (i = 0; any && i < COST__MAX; i++) {
		double v = otlp_number_value(&sums[i]);

		out->costs[i] = (struct opt_dbl){ v, isfinite(v) };
	}
}

void
otlp_sum(struct arena *mem, const struct otlp_node *nodes, size_t n, struct otlp_sums *out)
{
	struct tree t = { .nodes = nodes, .n = n };

	*out = (struct otlp_sums){ .tokens = { { 0, false } } };
	index_nodes(mem, &t);
	link_nodes(mem, &t);
	sum_tokens(&t, out);
	sum_costs(&t, out);
}
