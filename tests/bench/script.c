/*
 * Reading the requests of a benchmark.
 */
#include "config.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

#define WORDS	7

static char *
read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) == -1 || (n = ftell(f)) == -1 ||
	    fseek(f, 0, SEEK_SET) == -1)
		err(1, "%s", path);
	text = malloc((size_t)n + 1);
	if (text == NULL || fread(text, 1, (size_t)n, f) != (size_t)n)
		err(1, "%s", path);
	fclose(f);
	text[n] = '\0';
	*size = (size_t)n;
	return text;
}

/* Part a line into its words, in place; what follows the line, or NULL. */
static char *
part_line(char *line, char *words[WORDS])
{
	char *end = strchr(line, '\n');
	size_t i;

	if (end == NULL)
		return NULL;
	*end = '\0';
	for (i = 0; i < WORDS; i++) {
		words[i] = strsep(&line, " ");
		if (words[i] == NULL)
			return NULL;
	}
	return line == NULL ? end + 1 : NULL;
}

static void
fill_request(struct script_request *r, char *words[WORDS])
{
	r->method = words[0];
	r->path = words[1];
	r->status = atoi(words[2]);
	r->needle = strcmp(words[3], "-") == 0 ? NULL : words[3];
	r->count = atol(words[4]);
	r->reply = atoll(words[5]);
	r->body = NULL;
	r->length = strtoull(words[6] + (words[6][0] == '='), NULL, 10);
	r->chained = false;
}

static struct script_request *
add_request(struct script *s)
{
	/* grows at powers of two */
	if ((s->n & (s->n - 1)) == 0) {
		s->requests = reallocarray(s->requests, s->n == 0 ? 1 : 2 * s->n,
		    sizeof(*s->requests));
		if (s->requests == NULL)
			err(1, "requests");
	}
	return &s->requests[s->n++];
}

void
script_read(struct script *s, const char *path)
{
	char *words[WORDS], *at, *end;
	struct script_request *r;
	size_t size;

	*s = (struct script){ .text = read_file(path, &size) };
	at = s->text;
	end = at + size;
	while (at < end) {
		at = part_line(at, words);
		if (at == NULL)
			errx(1, "%s: request %zu has not %d words", path, s->n, WORDS);
		r = add_request(s);
		fill_request(r, words);
		if (words[6][0] == '=')
			continue;
		if (r->length >= (size_t)(end - at) || at[r->length] != '\n')
			errx(1, "%s: the body of request %zu has not %zu bytes", path,
			    s->n - 1, r->length);
		r->body = at;
		r->chained = memmem(at, r->length, SCRIPT_TOKEN,
		    strlen(SCRIPT_TOKEN)) != NULL;
		at += r->length + 1;
	}
	if (s->n == 0)
		errx(1, "%s: no requests", path);
}

void
script_free(struct script *s)
{
	free(s->requests);
	free(s->text);
}
