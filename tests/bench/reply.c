/*
 * Reading replies of HTTP/1.1.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reply.h"

void
reply_reset(struct reply *r, bool keep)
{
	r->state = REPLY_HEAD;
	r->keep = keep;
	r->close = false;
	r->status = 0;
	r->left = r->length = 0;
	r->nline = 0;
}

void
reply_free(struct reply *r)
{
	free(r->body);
	r->body = NULL;
	r->capacity = 0;
}

static void
add_body(struct reply *r, const char *data, size_t n)
{
	size_t want = (size_t)r->length + n + 1;

	if (r->keep && want > r->capacity) {
		r->capacity = 2 * want;
		r->body = realloc(r->body, r->capacity);
		if (r->body == NULL)
			err(1, "body of a reply");
	}
	if (r->keep) {
		memcpy(r->body + r->length, data, n);
		r->body[r->length + n] = '\0';
	}
	r->length += n;
}

/* The value of a header line in the head, or NULL. */
static const char *
find_header(const struct reply *r, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = strstr(r->line, "\r\n"); at != NULL; at = strstr(at, "\r\n")) {
		at += 2;
		if (strncasecmp(at, name, len) == 0 && at[len] == ':')
			return at + len + 1 + strspn(at + len + 1, " \t");
	}
	return NULL;
}

static void
end_head(struct reply *r)
{
	const char *length = find_header(r, "Content-Length");
	const char *coding = find_header(r, "Transfer-Encoding");
	const char *connection = find_header(r, "Connection");

	if (strncmp(r->line, "HTTP/1.", 7) != 0) {
		r->state = REPLY_BROKEN;
		return;
	}
	r->status = atoi(r->line + 9);
	r->close = connection != NULL && strncasecmp(connection, "close", 5) == 0;
	r->nline = 0;
	if (coding != NULL && strncasecmp(coding, "chunked", 7) == 0)
		r->state = REPLY_CHUNK_SIZE;
	else if (length != NULL) {
		r->left = strtoull(length, NULL, 10);
		r->state = r->left == 0 ? REPLY_DONE : REPLY_LENGTH;
	} else
		r->state = REPLY_UNTIL_CLOSE;
}

static void
end_line(struct reply *r)
{
	char *end;

	switch (r->state) {
	case REPLY_CHUNK_SIZE:
		r->left = strtoull(r->line, &end, 16);
		r->state = end == r->line ? REPLY_BROKEN :
		    r->left == 0 ? REPLY_TRAILER : REPLY_CHUNK;
		break;
	case REPLY_CHUNK_END:
		r->state = r->nline == 2 ? REPLY_CHUNK_SIZE : REPLY_BROKEN;
		break;
	default:
		if (r->nline == 2)
			r->state = REPLY_DONE;
		break;
	}
	r->nline = 0;
}

/* One byte of the head or of a line between chunks. */
static void
take_mark(struct reply *r, char c)
{
	if (r->nline + 1 == sizeof(r->line)) {
		r->state = REPLY_BROKEN;
		return;
	}
	r->line[r->nline++] = c;
	r->line[r->nline] = '\0';
	if (c != '\n')
		return;
	if (r->state != REPLY_HEAD)
		end_line(r);
	else if (r->nline >= 4 && memcmp(r->line + r->nline - 4, "\r\n\r\n", 4) == 0)
		end_head(r);
}

static size_t
take_counted(struct reply *r, const char *data, size_t n)
{
	if (n > r->left)
		n = (size_t)r->left;
	add_body(r, data, n);
	r->left -= n;
	if (r->left == 0)
		r->state = r->state == REPLY_CHUNK ? REPLY_CHUNK_END : REPLY_DONE;
	return n;
}

void
reply_take(struct reply *r, const char *data, size_t n)
{
	size_t used;

	for (; n > 0 && r->state != REPLY_BROKEN; data += used, n -= used) {
		switch (r->state) {
		case REPLY_LENGTH:
		case REPLY_CHUNK:
			used = take_counted(r, data, n);
			break;
		case REPLY_UNTIL_CLOSE:
			add_body(r, data, n);
			used = n;
			break;
		case REPLY_DONE:
			r->state = REPLY_BROKEN;
			used = 0;
			break;
		default:
			take_mark(r, *data);
			used = 1;
		}
	}
}

void
reply_end(struct reply *r)
{
	r->state = r->state == REPLY_UNTIL_CLOSE ? REPLY_DONE : REPLY_BROKEN;
}
