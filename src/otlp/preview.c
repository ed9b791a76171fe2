/* Where libraries put their messages. */
#include "json/skim.h"
#include "otlp/preview.h"
#include "otlp/text.h"

/* An object in member "request" of another, so deep: each is looked through anew. */
#define REQUESTS_MAX	5

static const struct str nothing = { NULL, 0 };

static bool
is_message(struct str value)
{
	struct str role, content;

	return skim_member(value, "role", &role) && skim_member(value, "content", &content);
}

/* Of the messages of a list the last of that role, else the last at all. */
static struct str
last_message(struct str list, const char *role)
{
	struct str key, value, said, last = nothing, last_of_role = nothing;
	struct skim walk;

	skim_begin(&walk, list);
	while (skim_next(&walk, &key, &value)) {
		if (!is_message(value))
			continue;
		last = value;
		if (skim_member_kind(value, "role", JSON_STRING, &said) && skim_is(said, role))
			last_of_role = value;
	}
	return last_of_role.p != NULL ? last_of_role : last;
}

/* choices[0].message */
static struct str
first_choice(struct str object)
{
	struct str list, key, choice, message;
	struct skim walk;

	if (!skim_member_kind(object, "choices", JSON_LIST, &list))
		return nothing;
	skim_begin(&walk, list);
	if (skim_next(&walk, &key, &choice) && skim_member(choice, "message", &message) &&
	    is_message(message))
		return message;
	return nothing;
}

static struct str
find_message(struct str object, const char *role)
{
	struct str list, found = nothing;

	if (skim_member_kind(object, "messages", JSON_LIST, &list))
		found = last_message(list, role);
	if (found.p == NULL)
		found = first_choice(object);
	if (found.p == NULL && skim_member_kind(object, "input", JSON_LIST, &list))
		found = last_message(list, role);
	if (found.p == NULL && skim_member_kind(object, "output", JSON_LIST, &list))
		found = last_message(list, role);
	return found;
}

/* What a part of a message says: a string, or a part of type text. */
static struct str
part_text(struct str part)
{
	struct str type, text;

	if (skim_kind(part) == JSON_STRING)
		return part;
	if (skim_member_kind(part, "type", JSON_STRING, &type) &&
	    (skim_is(type, "text") || skim_is(type, "output_text")) &&
	    skim_member_kind(part, "text", JSON_STRING, &text))
		return text;
	return nothing;
}

/* A JSON string, or absent. */
static struct str
content_of(struct str message)
{
	struct str content, key, part, found = nothing;
	struct skim walk;

	if (!skim_member(message, "content", &content))
		return nothing;
	if (skim_kind(content) == JSON_STRING)
		return content;
	if (skim_kind(content) != JSON_LIST)
		return nothing;
	skim_begin(&walk, content);
	while (found.p == NULL && skim_next(&walk, &key, &part))
		found = part_text(part);
	return found;
}

static struct str
chat_text(struct arena *mem, struct str text, const char *role)
{
	struct str found = nothing;
	enum json_kind kind;
	int i;

	if (!skim_check(text, &kind))
		return nothing;
	for (i = 0; i < REQUESTS_MAX && found.p == NULL; i++) {
		found = find_message(text, role);
		if (!skim_member_kind(text, "request", JSON_OBJECT, &text))
			break;
	}
	if (found.p != NULL)
		found = content_of(found);
	return found.p == NULL ? nothing : skim_text(mem, found);
}

struct str
otlp_preview(struct arena *mem, struct str text, const char *role)
{
	struct str said = chat_text(mem, text, role);
	struct buf cut = { 0 };

	if (str_empty(said))
		said = text;
	if (said.len <= OTLP_PREVIEW_MAX || utf8_length(said) <= OTLP_PREVIEW_MAX)
		return said;
	buf_add_str(&cut, utf8_prefix(said, OTLP_PREVIEW_MAX - 3));
	buf_puts(&cut, "...");
	return otlp_text_take(mem, &cut);
}
