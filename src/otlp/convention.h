/*
 * The conventions of other libraries for what MLflow calls type, inputs, outputs, tokens,
 * model and provider: one row each, in the order in which they are asked.
 */
#ifndef OTLP_CONVENTION_H
#define OTLP_CONVENTION_H

#include "otlp/span.h"
#include "otlp/text.h"

/* Keys that one thing may have, with a NULL at the end. */
#define CONVENTION_KEYS	6
#define CONVENTION_TOKEN_KEYS	3

/* Token counts, in the order of MLflow's object. */
enum {
	TOKENS_IN,
	TOKENS_OUT,
	TOKENS_TOTAL,
	TOKENS_CACHE_READ,
	TOKENS_CACHE_WRITE,
	TOKENS_CACHE_WRITE_1HR,	/* of MLflow's own; no convention has it */
	TOKENS__MAX
};
extern const char *const token_names[TOKENS__MAX];

/* A span in translation. */
struct look {
	struct arena		*mem;
	const struct otlp_span	*span;
	struct otlp_texts	*texts;
};

struct type_name {
	const char	*said;	/* NULL ends the table */
	const char	*type;
};

/* What a row finds by hand: a JSON text, or absent. */
typedef struct str look_find(const struct look *);

struct convention {
	const char		*name;
	/* these say nothing of spans that are not theirs; NULL: of any */
	bool			(*applies)(const struct look *);
	/* the type is what one of the keys says, looked up; or found by hand */
	const char		*type_keys[CONVENTION_TOKEN_KEYS];
	const struct type_name	*types;
	look_find		*type;
	/* the first of the keys that is not empty ("#" is any number), or by hand */
	const char		*inputs[CONVENTION_KEYS];
	look_find		*make_inputs;
	const char		*outputs[CONVENTION_KEYS];
	look_find		*make_outputs;
	/* asked after the attributes of all */
	look_find		*event_inputs, *event_outputs;
	const char		*tokens[TOKENS__MAX][CONVENTION_TOKEN_KEYS];
	bool			 adds_cache;	/* ... to the tokens that came in */
	const char		*models[CONVENTION_KEYS];
	const char		*providers[CONVENTION_TOKEN_KEYS];
	/* messages are in this form if an attribute is there ("*" at its end: any of these) */
	const char		*format;
	const char		*format_keys[CONVENTION_TOKEN_KEYS];
};

/* The end is a row without a name. */
extern const struct convention conventions[];
/* Operations of OpenTelemetry's own. */
extern const struct type_name genai_types[];

/* The text of a key, or absent where it is none or empty. */
struct str	look_text(const struct look *, const char *key);
/* The first of a row's keys that is not empty. */
struct str	look_first(const struct look *, const char *const *keys);
/* JSON in the form of Python's dumps, but for ASCII; an absent text stays absent. */
struct str	look_rewritten(const struct look *, struct str text);
/* Is that key's value this text? */
bool		look_is(const struct look *, const char *key, const char *literal);

#endif
