/*
 * The table itself, made from options.def, and the texts of values both ways.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/near.h"
#include "conf/option.h"

/* The offset of a member, compiled only if its type is the kind's. */
#define MEMBER(kind, member) \
	(offsetof(struct conf, member) + \
	0 * sizeof(char[__builtin_types_compatible_p(MEMBER_##kind, \
	__typeof__(((struct conf *)0)->member)) ? 1 : -1]))
#define MEMBER_STRING	const char *
#define MEMBER_SWITCH	bool
#define MEMBER_NUMBER	unsigned
#define MEMBER_SECONDS	int64_t
#define MEMBER_LIST	struct conf_list

/* clang-format off */
const struct option_row option_rows[OPT__MAX] = {
#define OPT(id, kind, member, ...)					\
	[OPT_##id] = { OPTION_##kind, MEMBER(kind, member), __VA_ARGS__ },
#define NO_EFFECT(id, name, environment, help)				\
	[OPT_##id] = { OPTION_NO_EFFECT, 0, name, 0, 0, 0, 0, NULL,	\
	    environment, "TEXT", help },
#include "conf/options.def"
#undef OPT
#undef NO_EFFECT
};
/* clang-format on */

int
loader_fail(struct loader *l, const char *fmt, ...)
{
	va_list ap;

	if (l->error != NULL)
		return -1;
	va_start(ap, fmt);
	l->error = arena_vprintf(l->mem, fmt, ap).p;
	va_end(ap);
	return -1;
}

int
option_find(struct str name)
{
	int id;

	for (id = 0; id < OPT__MAX; id++)
		if (str_is(name, option_rows[id].name))
			return id;
	return -1;
}

int
option_find_letter(char letter)
{
	int id;

	for (id = 0; id < OPT__MAX; id++)
		if (letter != 0 && option_rows[id].letter == letter)
			return id;
	return -1;
}

const char *
option_near(struct arena *mem, const char *name, const char *dashes)
{
	const char *found = NULL;
	int id;

	for (id = 0; id < OPT__MAX; id++) {
		if (!near_is(name, option_rows[id].name))
			continue;
		found = arena_printf(mem, "%s%s%s%s",
		    found == NULL ? "; did you mean " : found,
		    found == NULL ? "" : ", ", dashes, option_rows[id].name).p;
	}
	return found == NULL ? "" : arena_printf(mem, "%s?", found).p;
}

static int
set_switch(struct loader *l, bool *to, const char *as, const char *value)
{
	static const struct {
		const char *word;
		bool on;
	} words[] = {
		{ "true", true }, { "1", true }, { "yes", true },
		{ "on", true }, { "t", true }, { "y", true },
		{ "false", false }, { "0", false }, { "no", false },
		{ "off", false }, { "f", false }, { "n", false },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i].word) == 0) {
			*to = words[i].on;
			return 0;
		}
	return loader_fail(l, "%s: '%s' is neither true nor false: write one of "
	    "the two", as, value);
}

static int
read_number(struct loader *l, const struct option_row *row, const char *as,
    const char *value, int64_t *to)
{
	if (str_to_i64(str_of(value), to) && *to >= row->least &&
	    *to <= row->most)
		return 0;
	return loader_fail(l, "%s: '%s' is not a number from %u to %u: write one "
	    "such as %s", as, value, row->least, row->most, row->value);
}

static void
set_list(struct loader *l, struct conf_list *to, const char *value)
{
	const char *p, *end;
	size_t most = 1;

	for (p = value; *p != '\0'; p++)
		most += *p == ',';
	to->items = arena_array(l->mem, most, sizeof(*to->items));
	to->n = 0;
	for (p = value;; p = end + 1) {
		struct str item;

		end = strchrnul(p, ',');
		item = str_trim((struct str){ p, (size_t)(end - p) });
		if (item.len > 0)
			to->items[to->n++] = arena_str(l->mem, item).p;
		if (*end == '\0')
			return;
	}
}

int
option_set(struct loader *l, enum option_id id, enum option_source source,
    const char *as, const char *value)
{
	const struct option_row *row = &option_rows[id];
	char *member = (char *)l->conf + row->offset;
	int64_t number = 0;

	l->conf->from[id] = source;
	switch (row->kind) {
	case OPTION_STRING:
		*(const char **)(void *)member = arena_strdup(l->mem, value);
		return 0;
	case OPTION_SWITCH:
		return set_switch(l, (bool *)member, as, value);
	case OPTION_NUMBER:
		if (read_number(l, row, as, value, &number) == -1)
			return -1;
		*(unsigned *)(void *)member = (unsigned)number;
		return 0;
	case OPTION_SECONDS:
		if (read_number(l, row, as, value, &number) == -1)
			return -1;
		*(int64_t *)(void *)member = number * 1000;
		return 0;
	case OPTION_LIST:
		set_list(l, (struct conf_list *)(void *)member, value);
		return 0;
	case OPTION_NO_EFFECT:
		return 0;
	}
	return 0;
}

static struct str
list_text(struct arena *mem, const struct conf_list *list)
{
	struct str text = { NULL, 0 };
	size_t i;

	for (i = 0; i < list->n; i++)
		text = arena_printf(mem, "%s%s%s", i == 0 ? "" : text.p,
		    i == 0 ? "" : ",", list->items[i]);
	return text;
}

struct str
option_text(const struct conf *conf, struct arena *mem, enum option_id id)
{
	const struct option_row *row = &option_rows[id];
	const char *member = (const char *)conf + row->offset;

	switch (row->kind) {
	case OPTION_STRING:
		return str_of(*(const char *const *)(const void *)member);
	case OPTION_SWITCH:
		return str_of(*(const bool *)member ? "true" : "false");
	case OPTION_NUMBER:
		return arena_printf(mem, "%u",
		    *(const unsigned *)(const void *)member);
	case OPTION_SECONDS:
		return arena_printf(mem, "%jd", (intmax_t)
		    (*(const int64_t *)(const void *)member / 1000));
	case OPTION_LIST:
		return list_text(mem,
		    (const struct conf_list *)(const void *)member);
	case OPTION_NO_EFFECT:
		break;
	}
	return (struct str){ NULL, 0 };
}

struct str
option_next_variable(const char **list)
{
	const char *start = *list + strspn(*list, " ");

	*list = start + strcspn(start, " ");
	return (struct str){ *list == start ? NULL : start,
	    (size_t)(*list - start) };
}

struct str
option_variable(struct arena *mem, enum option_id id, const char **value)
{
	const char *list = option_rows[id].environment;
	struct str name;

	while ((name = arena_str(mem, option_next_variable(&list))).p != NULL) {
		*value = getenv(name.p);
		if (*value != NULL && **value != '\0')
			break;
	}
	return name;
}
