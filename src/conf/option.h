/*
 * The table of options and the one way to set a value.  Private to conf/.
 */
#ifndef CONF_OPTION_H
#define CONF_OPTION_H

#include <stddef.h>

#include "conf/conf.h"

enum option_kind {
	OPTION_STRING,
	OPTION_SWITCH,
	OPTION_NUMBER,
	OPTION_SECONDS,		/* kept as milliseconds */
	OPTION_LIST,
	OPTION_NO_EFFECT
};

#define OPT_SECRET	1u
#define OPT_NOT_FLAG	2u
#define OPT_NOT_FILE	4u
#define OPT_DERIVED	8u

struct option_row {
	enum option_kind kind;
	size_t		 offset;	/* of the member in struct conf */
	const char	*name;
	char		 letter;	/* 0: none */
	unsigned	 attributes;
	unsigned	 least, most;
	const char	*value;		/* default or NULL */
	const char	*environment;
	const char	*argument;
	const char	*help;
};

extern const struct option_row option_rows[OPT__MAX];

/* One load under way; the first error is kept. */
struct loader {
	struct arena	*mem;
	struct conf	*conf;
	const char	*error;
};

/* Record an error unless there is one: always -1. */
int	loader_fail(struct loader *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* The option of a name, or -1. */
int	option_find(struct str name);
int	option_find_letter(char letter);
/* Names near a wrong one, as the end of a message: "" or "; did you mean ...?" */
const char *option_near(struct arena *, const char *name, const char *dashes);

/*
 * Set an option from text.  `as` is how the user said it: "--port", "MLFLOW_PORT",
 * "port in /etc/cairn/cairn.conf line 3".
 */
int	option_set(struct loader *, enum option_id, enum option_source,
	    const char *as, const char *value);
/* Its value as text, absent when it has none. */
struct str option_text(const struct conf *, struct arena *, enum option_id);
/*
 * The names in the next variable of a row's environment list, moving *list past
 * it; absent at the end.
 */
struct str option_next_variable(const char **list);
/* The first variable of an option that is set and not empty, and its value; or absent. */
struct str option_variable(struct arena *, enum option_id, const char **value);

/* Fold URI, discrete database options and password file into conf->db. */
int	backend_resolve(struct loader *);

#endif
