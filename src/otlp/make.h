/*
 * What conventions find by hand: inputs and outputs that lie in several attributes or in
 * events.  Texts that are made here are ASCII, as the reference's are.
 */
#ifndef OTLP_MAKE_H
#define OTLP_MAKE_H

#include "otlp/convention.h"

bool		gemini_applies(const struct look *);
look_find	gemini_inputs;
look_find	gemini_outputs;

bool		claude_applies(const struct look *);
bool		claude_is_request(const struct look *);
look_find	claude_inputs;
look_find	claude_outputs;
look_find	claude_event_outputs;

look_find	genai_event_inputs;
look_find	genai_event_outputs;
look_find	spring_event_inputs;
look_find	spring_event_outputs;

/* The inputs of a model's call also set mlflow.message.format. */
look_find	vercel_inputs;
look_find	vercel_outputs;

look_find	livekit_type;

#endif
