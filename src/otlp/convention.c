/* One row a convention. */
#include <ctype.h>
#include <string.h>

#include "json/skim.h"
#include "otlp/convention.h"
#include "otlp/make.h"

const char *const token_names[TOKENS__MAX] = {
	"input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens",
	"cache_creation_input_tokens", "cache_creation_input_tokens_above_1hr"
};

struct str
look_text(const struct look *l, const char *key)
{
	struct str text = otlp_texts_find(l->texts, key);

	return otlp_text_is_empty(text) ? (struct str){ NULL, 0 } : text;
}

/* "a.#.b" begins "a.12.b.c": "#" stands for one or more digits. */
static bool
matches(struct str key, const char *pattern)
{
	size_t i = 0;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '#' ? i == key.len || key.p[i++] != *pattern :
		    i == key.len || !isdigit((unsigned char)key.p[i]))
			return false;
		while (*pattern == '#' && i < key.len && isdigit((unsigned char)key.p[i]))
			i++;
	}
	return true;
}

static struct str
find_pattern(const struct look *l, const char *pattern)
{
	size_t i;

	for (i = 0; i < l->texts->n; i++)
		if (matches(l->texts->items[i].key, pattern) &&
		    !otlp_text_is_empty(l->texts->items[i].text))
			return l->texts->items[i].text;
	return (struct str){ NULL, 0 };
}

struct str
look_first(const struct look *l, const char *const *keys)
{
	struct str found = { NULL, 0 };

	for (; *keys != NULL && found.p == NULL; keys++)
		found = strchr(*keys, '#') != NULL ? find_pattern(l, *keys) : look_text(l, *keys);
	return found;
}

bool
look_is(const struct look *l, const char *key, const char *literal)
{
	struct str text = otlp_texts_find(l->texts, key);

	return text.p != NULL && skim_kind(text) == JSON_STRING && skim_is(text, literal);
}

/* clang-format off */
static const struct type_name openinference_types[] = {
	{ "TOOL", "TOOL" }, { "CHAIN", "CHAIN" }, { "LLM", "LLM" }, { "RETRIEVER", "RETRIEVER" },
	{ "EMBEDDING", "EMBEDDING" }, { "AGENT", "AGENT" }, { "RERANKER", "RERANKER" },
	{ "UNKNOWN", "UNKNOWN" }, { "GUARDRAIL", "GUARDRAIL" }, { "EVALUATOR", "EVALUATOR" },
	{ NULL, NULL }
};

static const struct type_name gemini_types[] = {
	{ "llm_call", "LLM" }, { "tool_call", "TOOL" }, { "agent_call", "AGENT" },
	{ NULL, NULL }
};

static const struct type_name claude_types[] = {
	{ "claude_code.interaction", "AGENT" }, { "interaction", "AGENT" },
	{ "claude_code.llm_request", "LLM" }, { "llm_request", "LLM" },
	{ "claude_code.tool", "TOOL" }, { "tool", "TOOL" },
	{ NULL, NULL }
};

const struct type_name genai_types[] = {
	{ "chat", "CHAT_MODEL" }, { "create_agent", "AGENT" }, { "invoke_agent", "AGENT" },
	{ "embeddings", "EMBEDDING" }, { "execute_tool", "TOOL" },
	{ "generate_content", "LLM" }, { "text_completion", "LLM" }, { "response", "LLM" },
	{ NULL, NULL }
};

static const struct type_name traceloop_types[] = {
	{ "workflow", "WORKFLOW" }, { "task", "TASK" }, { "agent", "AGENT" }, { "tool", "TOOL" },
	{ "unknown", "UNKNOWN" },
	{ NULL, NULL }
};

static const struct type_name vercel_types[] = {
	{ "ai.generateText", "LLM" }, { "ai.generateText.doGenerate", "LLM" },
	{ "ai.streamText", "LLM" }, { "ai.streamText.doStream", "LLM" },
	{ "ai.generateObject", "LLM" }, { "ai.generateObject.doGenerate", "LLM" },
	{ "ai.streamObject", "LLM" }, { "ai.streamObject.doStream", "LLM" },
	{ "ai.toolCall", "TOOL" },
	{ "ai.embed", "EMBEDDING" }, { "ai.embed.doEmbed", "EMBEDDING" },
	{ "ai.embedMany", "EMBEDDING" },
	{ NULL, NULL }
};

static const struct type_name voltagent_types[] = {
	{ "agent", "AGENT" }, { "llm", "LLM" }, { "tool", "TOOL" }, { "memory", "MEMORY" },
	{ NULL, NULL }
};

static const struct type_name laminar_types[] = {
	{ "LLM", "LLM" }, { "CACHED", "LLM" }, { "TOOL", "TOOL" }, { "DEFAULT", "CHAIN" },
	{ "PIPELINE", "CHAIN" }, { "EXECUTOR", "AGENT" }, { "EVALUATOR", "EVALUATOR" },
	{ "HUMAN_EVALUATOR", "EVALUATOR" }, { "EVALUATION", "EVALUATOR" },
	{ NULL, NULL }
};

static const struct type_name langfuse_types[] = {
	{ "generation", "LLM" }, { "span", "UNKNOWN" }, { "embedding", "EMBEDDING" },
	{ "tool", "TOOL" }, { "retriever", "RETRIEVER" }, { "agent", "AGENT" },
	{ "chain", "CHAIN" }, { "evaluator", "EVALUATOR" }, { "guardrail", "GUARDRAIL" },
	{ NULL, NULL }
};

/* Several conventions are GenAI's but for a few keys. */
#define GENAI_TOKENS { \
	[TOKENS_IN] = { "gen_ai.usage.input_tokens" }, \
	[TOKENS_OUT] = { "gen_ai.usage.output_tokens" }, \
	[TOKENS_CACHE_READ] = { "gen_ai.usage.cache_read.input_tokens" }, \
	[TOKENS_CACHE_WRITE] = { "gen_ai.usage.cache_write.input_tokens", \
	    "gen_ai.usage.cache_creation.input_tokens" } }
#define GENAI_MODELS	{ "gen_ai.response.model", "gen_ai.request.model" }

const struct convention conventions[] = {
	{
		.name = "OpenInference",
		.type_keys = { "openinference.span.kind" }, .types = openinference_types,
		.inputs = { "input.value" },
		.outputs = { "output.value" },
		.tokens = {
			[TOKENS_IN] = { "llm.token_count.prompt" },
			[TOKENS_OUT] = { "llm.token_count.completion" },
			[TOKENS_TOTAL] = { "llm.token_count.total" },
			[TOKENS_CACHE_READ] = { "llm.token_count.prompt_details.cache_read" },
			[TOKENS_CACHE_WRITE] = { "llm.token_count.prompt_details.cache_write" } },
		.models = { "llm.response.model_name", "llm.model_name",
		    "llm.request.model_name", "embedding.model_name" },
		.providers = { "llm.provider" }
	}, {
		.name = "Gemini CLI",
		.applies = gemini_applies,
		.type_keys = { "gen_ai.operation.name" }, .types = gemini_types,
		.make_inputs = gemini_inputs,
		.make_outputs = gemini_outputs,
		.tokens = GENAI_TOKENS,
		.models = GENAI_MODELS,
		.providers = { "gen_ai.provider.name" },
		.format = "\"gemini\"", .format_keys = { "gen_ai.agent.name" }
	}, {
		.name = "Claude Code",
		.applies = claude_applies,
		.type_keys = { "span.type" }, .types = claude_types,
		.make_inputs = claude_inputs,
		.make_outputs = claude_outputs,
		.event_outputs = claude_event_outputs
	}, {
		.name = "Claude Code, its requests",
		.applies = claude_is_request,
		.tokens = {
			[TOKENS_IN] = { "input_tokens" },
			[TOKENS_OUT] = { "output_tokens" },
			[TOKENS_CACHE_READ] = { "cache_read_tokens" },
			[TOKENS_CACHE_WRITE] = { "cache_creation_tokens" } },
		.adds_cache = true
	}, {
		.name = "OpenTelemetry GenAI",
		.type_keys = { "gen_ai.operation.name" }, .types = genai_types,
		.inputs = { "gen_ai.input.messages", "gen_ai.tool.call.arguments" },
		.outputs = { "gen_ai.output.messages", "gen_ai.tool.call.result" },
		.tokens = GENAI_TOKENS,
		.models = GENAI_MODELS,
		.providers = { "gen_ai.provider.name" }
	}, {
		.name = "Spring AI",
		.event_inputs = spring_event_inputs,
		.event_outputs = spring_event_outputs
	}, {
		.name = "Traceloop",
		.type_keys = { "traceloop.span.kind" }, .types = traceloop_types,
		.inputs = { "traceloop.entity.input", "gen_ai.prompt.#.content",
		    "gen_ai.completion.#.tool_calls.#.arguments" },
		.outputs = { "traceloop.entity.output", "gen_ai.completion.#.content" },
		.tokens = {
			[TOKENS_IN] = { "gen_ai.usage.prompt_tokens" },
			[TOKENS_OUT] = { "gen_ai.usage.completion_tokens" },
			[TOKENS_TOTAL] = { "llm.usage.total_tokens" } },
		.providers = { "gen_ai.system" }
	}, {
		.name = "Google ADK",
		.inputs = { "gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args" },
		.outputs = { "gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response" }
	}, {
		.name = "Vercel AI",
		.type_keys = { "ai.operationId" }, .types = vercel_types,
		.make_inputs = vercel_inputs,
		.make_outputs = vercel_outputs
	}, {
		.name = "VoltAgent",
		.type_keys = { "span.type", "entity.type" }, .types = voltagent_types,
		.inputs = { "agent.messages", "llm.messages", "input" },
		.outputs = { "output" },
		.tokens = {
			[TOKENS_IN] = { "usage.prompt_tokens", "llm.usage.prompt_tokens" },
			[TOKENS_OUT] = { "usage.completion_tokens", "llm.usage.completion_tokens" },
			[TOKENS_TOTAL] = { "usage.total_tokens", "llm.usage.total_tokens" } },
		.format = "\"voltagent\"",
		.format_keys = { "voltagent.operation_id", "voltagent.conversation_id" }
	}, {
		.name = "LiveKit",
		.type = livekit_type,
		.inputs = { "lk.user_input", "lk.user_transcript", "lk.chat_ctx", "lk.input_text" },
		.outputs = { "lk.response.text", "lk.response.function_calls" },
		.format = "\"livekit\"", .format_keys = { "lk.*" }
	}, {
		.name = "Laminar",
		.type_keys = { "lmnr.span.type" }, .types = laminar_types,
		.inputs = { "lmnr.span.input" },
		.outputs = { "lmnr.span.output" },
		.format = "\"openai\"", .format_keys = { "lmnr.span.type" }
	}, {
		.name = "Langfuse",
		.type_keys = { "langfuse.observation.type" }, .types = langfuse_types,
		.inputs = { "langfuse.observation.input" },
		.outputs = { "langfuse.observation.output" }
	}, {
		.name = "GenAI events, asked after Spring's",
		.event_inputs = genai_event_inputs,
		.event_outputs = genai_event_outputs
	},
	{ .name = NULL }
};
/* clang-format on */
