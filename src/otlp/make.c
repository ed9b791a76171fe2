/* Inputs and outputs of conventions that no key alone gives. */
#include <string.h>

#include "json/skim.h"
#include "json/write.h"
#include "otlp/make.h"

static const struct str nothing = { NULL, 0 };

/*
 * Values of JSON that are written anew, in json_read()'s units: a tree of them is some
 * megabytes.  Texts of more stay as they are written.
 */
#define REWRITE_MOST	50000

/* JSON in the form of Python's dumps: blanks, floats, each member once. */
static void
add_rewritten(struct buf *to, struct str json, bool literal)
{
	struct json_object *o;

	if (json_read(json, REWRITE_MOST, &o) != JSON_FINE)
		buf_add_str(to, json);
	else if (literal)
		json_text_literal(to, o);
	else
		json_text_spaced(to, o);
	json_free(o);
}

/* The same; of a string what it is the JSON of, if it is any. */
static void
add_decoded(const struct look *l, struct buf *to, struct str json, bool literal)
{
	enum json_kind kind;
	struct str inner;

	if (skim_kind(json) != JSON_STRING) {
		add_rewritten(to, json, literal);
		return;
	}
	inner = skim_text(l->mem, json);
	if (skim_check(inner, &kind))
		add_rewritten(to, inner, literal);
	else if (literal)
		json_add_text(to, inner);
	else
		json_quote(to, inner);
}

struct str
look_rewritten(const struct look *l, struct str text)
{
	struct buf out = { 0 };

	if (text.p == NULL)
		return text;
	if (skim_kind(text) == JSON_STRING)
		json_add_text(&out, skim_text(l->mem, text));
	else
		add_rewritten(&out, text, true);
	return otlp_text_take(l->mem, &out);
}

/* ", " behind an item. */
static void
add_comma(struct buf *to)
{
	if (to->len > 0 && to->p[to->len - 1] != '[' && to->p[to->len - 1] != '{')
		buf_puts(to, ", ");
}

bool
gemini_applies(const struct look *l)
{
	return look_is(l, "gen_ai.agent.name", "gemini-cli");
}

struct str
gemini_inputs(const struct look *l)
{
	struct str text = look_text(l, "gen_ai.input.messages");
	struct buf out = { 0 };

	if (text.p == NULL)
		return look_text(l, "gen_ai.tool.call.arguments");
	if (skim_kind(text) != JSON_LIST && skim_kind(text) != JSON_STRING)
		return text;
	buf_puts(&out, "{\"contents\": ");
	add_rewritten(&out, text, false);
	buf_putc(&out, '}');
	return otlp_text_take(l->mem, &out);
}

/* The parts of all messages, each with a comma behind if need be. */
static void
add_parts(struct buf *to, struct str messages)
{
	struct str key, message, parts, part;
	struct skim outer, inner;

	skim_begin(&outer, messages);
	while (skim_next(&outer, &key, &message)) {
		if (!skim_member_kind(message, "parts", JSON_LIST, &parts))
			continue;
		skim_begin(&inner, parts);
		while (skim_next(&inner, &key, &part)) {
			add_comma(to);
			add_rewritten(to, part, false);
		}
	}
}

struct str
gemini_outputs(const struct look *l)
{
	static const char start[] =
	    "{\"candidates\": [{\"content\": {\"role\": \"model\", \"parts\": [";
	struct str text = look_text(l, "gen_ai.output.messages");
	struct buf out = { 0 };

	if (text.p == NULL)
		return look_text(l, "gen_ai.tool.call.result");
	if (skim_kind(text) != JSON_LIST)
		return text;
	buf_puts(&out, start);
	add_parts(&out, text);
	if (out.len == sizeof(start) - 1) {
		buf_fini(&out);
		return text;
	}
	buf_puts(&out, "]}}]}");
	return otlp_text_take(l->mem, &out);
}

enum claude { CLAUDE_NONE, CLAUDE_INTERACTION, CLAUDE_REQUEST, CLAUDE_TOOL };

static enum claude
claude_kind(const struct look *l)
{
	static const struct {
		const char	*said;
		enum claude	 kind;
	} kinds[] = {
		{ "claude_code.interaction", CLAUDE_INTERACTION },
		{ "interaction", CLAUDE_INTERACTION },
		{ "claude_code.llm_request", CLAUDE_REQUEST }, { "llm_request", CLAUDE_REQUEST },
		{ "claude_code.tool", CLAUDE_TOOL }, { "tool", CLAUDE_TOOL }
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (look_is(l, "span.type", kinds[i].said))
			return kinds[i].kind;
	return CLAUDE_NONE;
}

bool
claude_applies(const struct look *l)
{
	return claude_kind(l) != CLAUDE_NONE;
}

bool
claude_is_request(const struct look *l)
{
	return claude_kind(l) == CLAUDE_REQUEST;
}

/* What Claude Code writes instead of what it was told to keep to itself. */
static bool
is_redacted(struct str text)
{
	return str_is(text, "\"<REDACTED>\"");
}

static struct str
claude_text(const struct look *l, const char *key)
{
	struct str text = look_text(l, key);

	return text.p != NULL && is_redacted(text) ? nothing : text;
}

/* What a tool was asked, from the attributes that tell of some tools. */
static struct str
claude_tool_object(const struct look *l)
{
	static const char *const keys[] = {
		"full_command", "file_path", "skill_name", "subagent_type"
	};
	struct buf out = { 0 };
	struct str text;
	size_t i;

	buf_putc(&out, '{');
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		text = claude_text(l, keys[i]);
		if (text.p == NULL)
			continue;
		add_comma(&out);
		buf_printf(&out, "\"%s\": ", keys[i]);
		add_decoded(l, &out, text, false);
	}
	buf_putc(&out, '}');
	text = otlp_text_take(l->mem, &out);
	return str_is(text, "{}") ? nothing : text;
}

struct str
claude_inputs(const struct look *l)
{
	enum claude kind = claude_kind(l);
	struct str text = nothing;

	if (kind == CLAUDE_TOOL) {
		text = claude_text(l, "tool_input");
		return text.p != NULL ? text : claude_tool_object(l);
	}
	if (kind == CLAUDE_INTERACTION)
		text = claude_text(l, "user_prompt");
	return text.p != NULL ? text : claude_text(l, "new_context");
}

struct str
claude_outputs(const struct look *l)
{
	enum claude kind = claude_kind(l);

	return kind == CLAUDE_REQUEST ? claude_text(l, "response.model_output") :
	    kind == CLAUDE_TOOL ? claude_text(l, "new_context") : nothing;
}

/* An attribute of an event, as a text; absent if empty. */
static struct str
event_text(const struct look *l, const struct otlp_event *e, const char *key)
{
	const struct otlp_value *value = otlp_attrs_find(&e->attrs, key);
	struct str text;

	if (value == NULL)
		return nothing;
	text = otlp_text_of(l->mem, value);
	/* a string that is JSON of something empty is no empty string */
	if (value->kind == OTLP_STRING || value->kind == OTLP_BYTES ? value->text.len == 0 :
	    otlp_text_is_empty(text))
		return nothing;
	return text;
}

static struct str
claude_event_output(const struct look *l, const struct otlp_event *e)
{
	static const char *const keys[] = { "output", "content", "diff" };
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct str text = event_text(l, e, keys[i]);

		if (text.p == NULL || is_redacted(text))
			continue;
		add_decoded(l, &out, text, true);
		return otlp_text_take(l->mem, &out);
	}
	return nothing;
}

struct str
claude_event_outputs(const struct look *l)
{
	struct str text = nothing;
	size_t i;

	if (claude_kind(l) != CLAUDE_TOOL)
		return nothing;
	for (i = 0; i < l->span->nevents && text.p == NULL; i++)
		if (str_is(l->span->events[i].name, "tool.output"))
			text = claude_event_output(l, &l->span->events[i]);
	return text;
}

/* Who speaks in an event of that name. */
struct speaker {
	const char	*event, *role;
};

/* One message as {"role": .., "content": ..}, if the event is one and says anything. */
static void
add_message(const struct look *l, struct buf *to, const struct otlp_event *e,
    const struct speaker *speakers)
{
	struct str content = event_text(l, e, "content");
	bool has_role = otlp_attrs_find(&e->attrs, "role") != NULL;

	while (speakers->event != NULL && !str_is(e->name, speakers->event))
		speakers++;
	if (speakers->event == NULL || content.p == NULL)
		return;
	add_comma(to);
	buf_puts(to, "{\"role\": ");
	/* a choice may say that it is another's */
	if (strcmp(speakers->event, "gen_ai.choice") == 0 && has_role)
		add_decoded(l, to, otlp_text_of(l->mem, otlp_attrs_find(&e->attrs, "role")), false);
	else
		buf_printf(to, "\"%s\"", speakers->role);
	buf_puts(to, ", \"content\": ");
	add_decoded(l, to, content, false);
	buf_putc(to, '}');
}

static struct str
genai_messages(const struct look *l, const struct speaker *speakers)
{
	struct buf out = { 0 };
	struct str text;
	size_t i;

	buf_putc(&out, '[');
	for (i = 0; i < l->span->nevents; i++)
		add_message(l, &out, &l->span->events[i], speakers);
	buf_putc(&out, ']');
	text = otlp_text_take(l->mem, &out);
	return str_is(text, "[]") ? nothing : text;
}

struct str
genai_event_inputs(const struct look *l)
{
	static const struct speaker speakers[] = {
		{ "gen_ai.system.message", "system" }, { "gen_ai.user.message", "user" },
		{ "gen_ai.assistant.message", "assistant" }, { NULL, NULL }
	};

	return genai_messages(l, speakers);
}

struct str
genai_event_outputs(const struct look *l)
{
	static const struct speaker speakers[] = {
		{ "gen_ai.choice", "assistant" }, { NULL, NULL }
	};

	return genai_messages(l, speakers);
}

/* An attribute of an event, raw: a string without its quotes. */
static struct str
spring_event(const struct look *l, const char *name, const char *key)
{
	size_t i;

	for (i = 0; i < l->span->nevents; i++) {
		const struct otlp_event *e = &l->span->events[i];
		struct str text = str_is(e->name, name) ? event_text(l, e, key) : nothing;

		if (text.p != NULL)
			return otlp_attrs_find(&e->attrs, key)->kind == OTLP_STRING ?
			    otlp_attrs_find(&e->attrs, key)->text :
			    otlp_text_plain(l->mem, text);
	}
	return nothing;
}

struct str
spring_event_inputs(const struct look *l)
{
	return spring_event(l, "gen_ai.content.prompt", "gen_ai.prompt");
}

struct str
spring_event_outputs(const struct look *l)
{
	return spring_event(l, "gen_ai.content.completion", "gen_ai.completion");
}

/* A call of a model, whose prompt and response lie in many attributes. */
static bool
vercel_is_call(const struct look *l)
{
	return look_is(l, "ai.operationId", "ai.generateText.doGenerate") ||
	    look_is(l, "ai.operationId", "ai.streamText.doStream");
}

/* Tools are a list of texts that are JSON. */
static void
add_tools(const struct look *l, struct buf *to, struct str list)
{
	struct str key, item;
	struct skim walk;

	buf_putc(to, '[');
	skim_begin(&walk, list);
	while (skim_next(&walk, &key, &item)) {
		add_comma(to);
		add_decoded(l, to, item, false);
	}
	buf_putc(to, ']');
}

/* An object of all attributes whose keys begin so; absent if there are none. */
static struct str
vercel_object(const struct look *l, const char *prefix)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < l->texts->n; i++) {
		const struct otlp_text *t = &l->texts->items[i];
		struct str key = t->key;

		if (!str_starts(key, prefix))
			continue;
		key.p += strlen(prefix);
		key.len -= strlen(prefix);
		buf_puts(&out, out.len == 0 ? "{" : ", ");
		json_quote(&out, key);
		buf_puts(&out, ": ");
		if (str_is(key, "tools") && skim_kind(t->text) == JSON_LIST)
			add_tools(l, &out, t->text);
		else
			add_decoded(l, &out, t->text, false);
	}
	if (out.len == 0)
		return nothing;
	buf_putc(&out, '}');
	return otlp_text_take(l->mem, &out);
}

struct str
vercel_inputs(const struct look *l)
{
	static const char *const keys[] = {
		"ai.prompt", "ai.toolCall.args", "ai.value", "ai.values", NULL
	};

	if (!vercel_is_call(l))
		return look_first(l, keys);
	otlp_texts_set(l->mem, l->texts, "mlflow.message.format", STR("vercel_ai"));
	return vercel_object(l, "ai.prompt.");
}

struct str
vercel_outputs(const struct look *l)
{
	static const char *const keys[] = {
		"ai.response.text", "ai.toolCall.result", "ai.response.object", "ai.embedding",
		"ai.embeddings", NULL
	};

	return vercel_is_call(l) ? vercel_object(l, "ai.response.") : look_first(l, keys);
}

/* By an operation in any letter case. */
static struct str
livekit_operation(const struct look *l)
{
	struct str text = look_text(l, "gen_ai.operation.name");
	const struct type_name *t = genai_types;

	if (text.p == NULL || skim_kind(text) != JSON_STRING)
		return nothing;
	text = skim_text(l->mem, text);
	while (t->said != NULL && !str_is_nocase(text, t->said))
		t++;
	return str_of(t->type);
}

struct str
livekit_type(const struct look *l)
{
	static const struct {
		const char	*key, *type;
		bool		 is_prefix;
	} keys[] = {
		{ "lk.retry_count", "LLM", false }, { "lk.function_tool", "TOOL", true },
		{ "lk.agent_name", "AGENT", false }, { "lk.instructions", "AGENT", false },
		{ "lk.generation_id", "AGENT", false }, { "lk.tts", "UNKNOWN", true },
		{ "lk.input_text", "UNKNOWN", false }, { "lk.user_transcript", "UNKNOWN", false },
		{ "lk.transcript_confidence", "UNKNOWN", false },
		{ "lk.transcription_delay", "UNKNOWN", false }
	};
	struct str found;
	size_t i, k;

	if (otlp_texts_find(l->texts, "gen_ai.request.model").p != NULL)
		return STR("LLM");
	found = livekit_operation(l);
	for (i = 0; i < l->texts->n && found.p == NULL; i++)
		for (k = 0; k < sizeof(keys) / sizeof(keys[0]) && found.p == NULL; k++)
			if (keys[k].is_prefix ? str_starts(l->texts->items[i].key, keys[k].key) :
			    str_is(l->texts->items[i].key, keys[k].key))
				found = str_of(keys[k].type);
	return found;
}
