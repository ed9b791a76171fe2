/*
 * The table (convention.c) is asked row by row, for each attribute anew: the first row
 * that has an answer wins.
 */
#include <string.h>

#include "json/skim.h"
#include "otlp/translate.h"

static const struct str nothing = { NULL, 0 };

static bool
applies(const struct convention *c, const struct look *l)
{
	return c->applies == NULL || c->applies(l);
}

static struct str
type_by(const struct convention *c, const struct look *l)
{
	const struct type_name *t;
	size_t i;

	if (c->type != NULL)
		return c->type(l);
	for (i = 0; c->type_keys[i] != NULL; i++)
		for (t = c->types; t->said != NULL; t++)
			if (look_is(l, c->type_keys[i], t->said))
				return str_of(t->type);
	return nothing;
}

static struct str
inputs_by(const struct convention *c, const struct look *l)
{
	return c->make_inputs != NULL ? c->make_inputs(l) : look_first(l, c->inputs);
}

static struct str
outputs_by(const struct convention *c, const struct look *l)
{
	return c->make_outputs != NULL ? c->make_outputs(l) : look_first(l, c->outputs);
}

static struct str
event_inputs_by(const struct convention *c, const struct look *l)
{
	return c->event_inputs != NULL ? c->event_inputs(l) : nothing;
}

static struct str
event_outputs_by(const struct convention *c, const struct look *l)
{
	return c->event_outputs != NULL ? c->event_outputs(l) : nothing;
}

static struct str
model_by(const struct convention *c, const struct look *l)
{
	return look_rewritten(l, look_first(l, c->models));
}

static struct str
provider_by(const struct convention *c, const struct look *l)
{
	return look_rewritten(l, look_first(l, c->providers));
}

static bool
has_key(const struct look *l, const char *key)
{
	size_t i, n = strlen(key);
	char prefix[8];

	if (n > sizeof(prefix) || key[n - 1] != '*')
		return otlp_texts_find(l->texts, key).p != NULL;
	memcpy(prefix, key, n - 1);
	prefix[n - 1] = '\0';
	for (i = 0; i < l->texts->n; i++)
		if (str_starts(l->texts->items[i].key, prefix))
			return true;
	return false;
}

static struct str
format_by(const struct convention *c, const struct look *l)
{
	size_t i;

	for (i = 0; c->format != NULL && c->format_keys[i] != NULL; i++)
		if (has_key(l, c->format_keys[i]))
			return str_of(c->format);
	return nothing;
}

static struct str
ask(const struct look *l, struct str (*by)(const struct convention *, const struct look *))
{
	const struct convention *c;
	struct str found = nothing;

	for (c = conventions; c->name != NULL && found.p == NULL; c++)
		if (applies(c, l))
			found = by(c, l);
	return found;
}

static bool
is_absent(const struct look *l, const char *key)
{
	return otlp_texts_find(l->texts, key).p == NULL;
}

static void
set(struct look *l, const char *key, struct str text)
{
	if (text.p != NULL)
		otlp_texts_set(l->mem, l->texts, key, text);
}

static void
translate_type(struct look *l)
{
	static const char key[] = "mlflow.spanType";
	struct str is = otlp_texts_find(l->texts, key), type;

	if (is.p != NULL && !str_is(is, "null") && !str_is(is, "\"UNKNOWN\""))
		return;
	type = ask(l, type_by);
	if (type.p != NULL)
		set(l, key, arena_printf(l->mem, "\"%s\"", type.p));
}

static void
translate_inputs(struct look *l)
{
	struct str text;

	if (!is_absent(l, "mlflow.spanInputs"))
		return;
	text = ask(l, inputs_by);
	set(l, "mlflow.spanInputs", text.p != NULL ? text : ask(l, event_inputs_by));
}

static void
translate_outputs(struct look *l)
{
	struct str text;

	if (!is_absent(l, "mlflow.spanOutputs"))
		return;
	text = ask(l, outputs_by);
	set(l, "mlflow.spanOutputs", text.p != NULL ? text : ask(l, event_outputs_by));
}

/* Of the first key that is there: a whole number, or a string of one. */
static bool
token_of(const struct look *l, const char *const *keys, int64_t *count)
{
	struct str text = { NULL, 0 };

	for (; *keys != NULL && text.p == NULL; keys++)
		text = otlp_texts_find(l->texts, *keys);
	if (text.p != NULL && skim_kind(text) == JSON_STRING)
		text = str_trim(skim_text(l->mem, text));
	return text.p != NULL && str_to_i64(text, count);
}

struct counts {
	int64_t	n[TOKENS__MAX];
	bool	has[TOKENS__MAX];
};

/* Sums that fit in no int64 are no counts. */
static void
add_count(struct counts *c, int to, int what)
{
	if (c->has[what] && __builtin_add_overflow(c->n[to], c->n[what], &c->n[to]))
		c->has[to] = false;
}

/* True if a convention counts at all. */
static bool
counts_by(const struct convention *conv, const struct look *l, struct counts *c)
{
	int i;

	for (i = 0; i < TOKENS__MAX; i++)
		c->has[i] = token_of(l, conv->tokens[i], &c->n[i]);
	if (c->has[TOKENS_IN] && conv->adds_cache) {
		add_count(c, TOKENS_IN, TOKENS_CACHE_READ);
		add_count(c, TOKENS_IN, TOKENS_CACHE_WRITE);
	}
	if (!c->has[TOKENS_TOTAL] && c->has[TOKENS_IN] && c->has[TOKENS_OUT]) {
		c->has[TOKENS_TOTAL] = true;
		c->n[TOKENS_TOTAL] = c->n[TOKENS_IN];
		add_count(c, TOKENS_TOTAL, TOKENS_OUT);
	}
	return c->has[TOKENS_IN] || c->has[TOKENS_OUT] || c->has[TOKENS_TOTAL];
}

static struct str
counts_text(const struct look *l, const struct counts *c)
{
	struct buf out = { 0 };
	int i;

	for (i = 0; i < TOKENS__MAX; i++)
		if (c->has[i])
			buf_printf(&out, "%s\"%s\": %lld", out.len == 0 ? "{" : ", ",
			    token_names[i], (long long)c->n[i]);
	buf_putc(&out, '}');
	return otlp_text_take(l->mem, &out);
}

static void
translate_tokens(struct look *l)
{
	const struct convention *c;
	struct counts counts = { .n = { 0 } };

	if (!is_absent(l, "mlflow.chat.tokenUsage"))
		return;
	for (c = conventions; c->name != NULL; c++)
		if (applies(c, l) && counts_by(c, l, &counts)) {
			set(l, "mlflow.chat.tokenUsage", counts_text(l, &counts));
			return;
		}
}

/* The member "model" of an object among a span's inputs or outputs. */
static struct str
model_within(const struct look *l, const char *key)
{
	struct str text = otlp_texts_find(l->texts, key), model;
	enum json_kind kind;

	if (text.p == NULL || !skim_check(text, &kind) ||
	    !skim_member_kind(text, "model", JSON_STRING, &model) || skim_is(model, ""))
		return nothing;
	return look_rewritten(l, model);
}

static void
translate_model(struct look *l)
{
	struct str text;

	if (!is_absent(l, "mlflow.llm.model"))
		return;
	text = ask(l, model_by);
	if (text.p == NULL)
		text = model_within(l, "mlflow.spanInputs");
	if (text.p == NULL)
		text = model_within(l, "mlflow.spanOutputs");
	set(l, "mlflow.llm.model", text);
}

static void
translate_cost(struct look *l, const struct otlp_prices *prices)
{
	struct str usage = otlp_texts_find(l->texts, "mlflow.chat.tokenUsage");
	struct str model = otlp_texts_find(l->texts, "mlflow.llm.model");
	struct str provider = otlp_texts_find(l->texts, "mlflow.llm.provider");

	if (prices == NULL || usage.p == NULL || model.p == NULL ||
	    !is_absent(l, "mlflow.llm.cost"))
		return;
	if (provider.p != NULL)
		provider = otlp_text_plain(l->mem, provider);
	set(l, "mlflow.llm.cost", otlp_price_cost(l->mem, prices,
	    otlp_text_plain(l->mem, model), provider, usage));
}

void
otlp_translate(struct look *l, const struct otlp_prices *prices)
{
	translate_type(l);
	translate_inputs(l);
	translate_outputs(l);
	translate_tokens(l);
	if (is_absent(l, "mlflow.message.format"))
		set(l, "mlflow.message.format", ask(l, format_by));
	if (is_absent(l, "mlflow.chat.tools"))
		set(l, "mlflow.chat.tools", look_text(l, "gen_ai.tool.definitions"));
	translate_model(l);
	if (is_absent(l, "mlflow.llm.provider"))
		set(l, "mlflow.llm.provider", ask(l, provider_by));
	translate_cost(l, prices);
}
