/*
 * A line is built whole and written with one call, so that lines of several
 * workers do not mix.  Control characters are shown as '?', so that a client
 * cannot forge a line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* Longer lines are cut: a log is for reading. */
#define LINE_MAX_BYTES	2048

static const char *log_program = "cairn";
static enum log_level log_least = LOG_INFO;

void
log_init(const char *program, enum log_level level)
{
	log_program = program;
	log_least = level;
}

static void write_line(enum log_level, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));

static void
write_line(enum log_level level, const char *fmt, va_list ap)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };
	char line[LINE_MAX_BYTES];
	time_t now = time(NULL);
	struct tm tm;
	size_t n, head, i;
	int added;

	if (level < log_least)
		return;
	gmtime_r(&now, &tm);
	n = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	added = snprintf(line + n, sizeof(line) - n, "%s[%d] %s: ", log_program,
	    (int)getpid(), names[level]);
	head = n += added > 0 ? (size_t)added : 0;
	added = vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	n += added > 0 ? (size_t)added : 0;
	if (n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	for (i = head; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* nothing to be done about a log that cannot be written */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

#define LOG_FUNCTION(name, level)		\
void						\
name(const char *fmt, ...)			\
{						\
	va_list ap;				\
						\
	va_start(ap, fmt);			\
	write_line(level, fmt, ap);		\
	va_end(ap);				\
}

LOG_FUNCTION(log_debug, LOG_DEBUG)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_error, LOG_ERROR)
