/*
 * The options as text: the file for workers, the lines of the log, --help.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/option.h"

/* Where the help text of an option starts and where its lines end. */
#define HELP_COLUMN	8
#define HELP_WIDTH	78

static void
add_quoted(struct buf *to, struct str value)
{
	size_t i;

	buf_putc(to, '"');
	for (i = 0; i < value.len; i++) {
		char c = value.p[i];

		if (c == '"' || c == '\\')
			buf_putc(to, '\\');
		if (c == '\n')
			buf_puts(to, "\\n");
		else
			buf_putc(to, c);
	}
	buf_puts(to, "\"\n");
}

void
conf_write(const struct conf *conf, struct arena *mem, struct buf *to)
{
	int id;

	for (id = 0; id < OPT__MAX; id++) {
		const struct option_row *row = &option_rows[id];
		struct str value;

		if (row->attributes & (OPT_DERIVED | OPT_NOT_FILE))
			continue;
		value = option_text(conf, mem, (enum option_id)id);
		if (value.p == NULL)
			continue;
		buf_printf(to, "%s = ", row->name);
		add_quoted(to, value);
	}
}

/* Where a value came from: of the environment, which of its names. */
static const char *
source_text(struct arena *mem, enum option_id id, enum option_source from)
{
	const char *value;

	switch (from) {
	case FROM_DEFAULT:
		return "default";
	case FROM_FILE:
		return "configuration file";
	case FROM_ENVIRONMENT:
		return arena_printf(mem, "environment, %s",
		    option_variable(mem, id, &value).p).p;
	case FROM_FLAG:
		break;
	}
	return "flag";
}

static bool
is_variable(struct arena *mem, struct str name)
{
	int id;

	for (id = 0; id < OPT__MAX; id++) {
		const char *list = option_rows[id].environment;
		struct str known;

		while ((known = arena_str(mem, option_next_variable(&list))).p != NULL)
			if (str_eq(known, name))
				return true;
	}
	return false;
}

/* A client's MLFLOW_TRACKING_URI names a server: it does not make one. */
static void
describe_strangers(struct arena *mem, void (*line)(const char *text))
{
	char **entry;

	for (entry = environ; *entry != NULL; entry++) {
		struct str name = { *entry, strcspn(*entry, "=") };

		if (str_starts(name, "MLFLOW_") && !is_variable(mem, name))
			line(arena_printf(mem, "%s is no option of the server and has no effect "
			    "here: clients read it", arena_str(mem, name).p).p);
	}
}

void
conf_describe(const struct conf *conf, struct arena *mem,
    void (*line)(const char *text))
{
	int id;

	for (id = 0; id < OPT__MAX; id++) {
		const struct option_row *row = &option_rows[id];
		struct str value;

		if (conf->from[id] == FROM_DEFAULT ||
		    row->kind == OPTION_NO_EFFECT)
			continue;
		value = option_text(conf, mem, (enum option_id)id);
		line(arena_printf(mem, "option %s = %s (%s)", row->name,
		    row->attributes & OPT_SECRET ? "***" :
		    value.p == NULL ? "" : value.p,
		    source_text(mem, (enum option_id)id, conf->from[id])).p);
	}
	describe_strangers(mem, line);
}

/* Words of `text` from HELP_COLUMN on, broken at HELP_WIDTH. */
static void
add_wrapped(struct buf *to, const char *text)
{
	size_t column = HELP_WIDTH;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (column + 1 + n > HELP_WIDTH) {
			buf_printf(to, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else {
			buf_putc(to, ' ');
			column++;
		}
		buf_add(to, text, n);
		column += n;
		text += n + strspn(text + n, " ");
	}
}

static void
add_option_help(struct buf *to, const struct option_row *row)
{
	buf_puts(to, "  ");
	if (row->letter != 0)
		buf_printf(to, "-%c, ", row->letter);
	if (row->attributes & OPT_NOT_FLAG)
		buf_printf(to, "(not a flag) %s", row->name);
	else if (row->kind == OPTION_SWITCH)
		buf_printf(to, "--%s, --no-%s", row->name, row->name);
	else
		buf_printf(to, "--%s %s", row->name, row->argument);
	add_wrapped(to, row->help);
	if (row->value != NULL && row->value[0] != '\0')
		buf_printf(to, "\n%*sdefault: %s", HELP_COLUMN, "", row->value);
	buf_printf(to, "\n%*senvironment: %s\n", HELP_COLUMN, "",
	    row->environment);
}

void
conf_help(struct buf *to)
{
	int id;

	for (id = 0; id < OPT__MAX; id++)
		add_option_help(to, &option_rows[id]);
}

void
conf_clean_environment(void)
{
	struct arena mem;
	int id;

	arena_init(&mem);
	for (id = 0; id < OPT__MAX; id++) {
		const char *list = option_rows[id].environment;
		struct str name;

		while ((name = arena_str(&mem,
		    option_next_variable(&list))).p != NULL)
			unsetenv(name.p);
	}
	arena_fini(&mem);
}
