/*
 * Sending one answer: status, headers, body, compressed when the client takes
 * gzip.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <fcgiapp.h>
#include <zlib.h>

#include "base/log.h"
#include "base/percent.h"
#include "http/accept.h"
#include "http/error.h"
#include "http/loop.h"
#include "http/response.h"

/* Smaller bodies fit into one packet as they are. */
#define GZIP_LEAST	1400
/* Fast; JSON shrinks tenfold even so. */
#define GZIP_LEVEL	1
/* zlib's word for "gzip wrapper, largest window". */
#define GZIP_WINDOW	(15 + 16)
/* Compressed bytes leave in pieces of this size. */
#define GZIP_PIECE	(16 * 1024)

const char *
response_reason(int status)
{
	static const struct {
		int		 status;
		const char	*text;
	} table[] = {
		{ 200, "OK" }, { 204, "No Content" }, { 308, "Permanent Redirect" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 402, "Payment Required" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 407, "Proxy Authentication Required" },
		{ 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" },
		{ 411, "Length Required" }, { 412, "Precondition Failed" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" }, { 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" }, { 423, "Locked" },
		{ 424, "Failed Dependency" }, { 425, "Too Early" },
		{ 426, "Upgrade Required" }, { 428, "Precondition Required" },
		{ 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" },
		{ 451, "Unavailable For Legal Reasons" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
		{ 506, "Variant Also Negotiates" }, { 507, "Insufficient Storage" },
		{ 508, "Loop Detected" }, { 511, "Network Authentication Required" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status)
			return table[i].text;
	/* a number that a web server made up */
	return status >= 500 ? "Server Error" : status >= 400 ? "Client Error" : "Other";
}

static void
put(struct ctx *c, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0 && !c->res.broken) {
		int step = n > GZIP_PIECE ? GZIP_PIECE : (int)n;

		if (FCGX_PutStr(p, step, c->fcgx->req.out) < 0)
			c->res.broken = true;
		p += step;
		n -= (size_t)step;
	}
}

bool
response_takes_gzip(const struct ctx *c)
{
	return accept_encoding(c->req.accept_encoding, "gzip");
}

/* Shall a body of ours be compressed? */
static bool
takes_gzip(const struct ctx *c)
{
	return !c->req.is_head && response_takes_gzip(c);
}

static void
gzip_start(struct ctx *c)
{
	/* not in the arena: a handler may release what it allocated meanwhile */
	z_stream *z = calloc(1, sizeof(*z));

	if (z == NULL || deflateInit2(z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	c->res.gzip = z;
}

static void
gzip_end(struct ctx *c)
{
	deflateEnd(c->res.gzip);
	free(c->res.gzip);
	c->res.gzip = NULL;
}

/* Compress the body written so far; the last piece ends the stream. */
static void
gzip_put(struct ctx *c, struct str s, bool last)
{
	unsigned char piece[GZIP_PIECE];
	z_stream *z = c->res.gzip;

	z->next_in = (unsigned char *)(uintptr_t)s.p;
	z->avail_in = (unsigned)s.len;
	do {
		z->next_out = piece;
		z->avail_out = sizeof(piece);
		deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
		put(c, piece, sizeof(piece) - z->avail_out);
	} while (z->avail_out == 0);
	if (last)
		gzip_end(c);
}

static void
put_body(struct ctx *c, bool last)
{
	struct str body = buf_str(&c->res.body);

	if (c->res.gzip != NULL)
		gzip_put(c, body, last);
	else if (!c->req.is_head)
		put(c, body.p, body.len);
	c->res.body.len = 0;
}

static void
put_headers(struct ctx *c, bool whole)
{
	const char *frame = c->conf->x_frame_options;
	struct buf h = { 0 };

	buf_printf(&h, "Status: %d %s\r\n", c->res.status, response_reason(c->res.status));
	if (c->res.content_type[0] != '\0')
		buf_printf(&h, "Content-Type: %s\r\n", c->res.content_type);
	if (!c->conf->disable_security) {
		buf_puts(&h, "X-Content-Type-Options: nosniff\r\n");
		if (frame != NULL && !str_is_nocase(str_of(frame), "none"))
			buf_printf(&h, "X-Frame-Options: %s\r\n", frame);
	}
	buf_printf(&h, "Vary: Origin, %sAccept-Encoding\r\n", c->req.preflight_method.p == NULL ?
	    "" : "Access-Control-Request-Method, Access-Control-Request-Headers, ");
	if (c->res.gzip != NULL)
		buf_puts(&h, "Content-Encoding: gzip\r\n");
	else if (c->res.file.p != NULL)
		/* lighttpd says the second for itself */
		buf_printf(&h, "X-Sendfile: %s\r\n%s", c->res.file.p,
		    c->req.is_apache ? "Accept-Ranges: bytes\r\n" : "");
	/* a HEAD need not make the body to count its bytes */
	else if (whole && c->res.status != 204 && (c->res.body.len > 0 || !c->req.is_head))
		buf_printf(&h, "Content-Length: %zu\r\n", c->res.body.len);
	buf_add_str(&h, buf_str(&c->res.always));
	buf_add_str(&h, buf_str(&c->res.headers));
	buf_puts(&h, "\r\n");
	put(c, h.p, h.len);
	buf_fini(&h);
	c->res.sent = true;
}

static void
flush(void *arg)
{
	struct ctx *c = arg;

	if (!c->res.sent) {
		c->res.status = 200;
		if (c->res.content_type == NULL) {
			c->res.content_type = "application/json";
			if (takes_gzip(c))
				gzip_start(c);
		}
		put_headers(c, false);
	}
	put_body(c, false);
}

void
response_may_stream(struct ctx *c)
{
	c->out.flush = flush;
	c->out.arg = c;
	c->out.flush_at = RESPONSE_HOLD;
}

/*
 * lighttpd decodes the name; Apache's module takes it as it stands, and makes its ETag
 * of the worker's age where that is newer than the file.
 */
void
response_file(struct ctx *c, struct str path, struct str version)
{
	c->res.file = c->req.is_apache ? path : percent_encode(c->mem, path, PERCENT_PATH);
	if (c->req.is_apache)
		buf_printf(&c->res.headers, "ETag: \"%s\"\r\n", version.p);
}

void
response_headers_only(struct ctx *c)
{
	flush(c);
}

int
response_write(struct ctx *c, const void *bytes, size_t n)
{
	buf_add(&c->res.body, bytes, n);
	if (c->res.body.len >= RESPONSE_HOLD)
		flush(c);
	return c->res.broken ? -1 : 0;
}

void
response_reset(struct ctx *c)
{
	c->res.body.len = 0;
	c->res.headers.len = 0;
	c->res.file = (struct str){ NULL, 0 };
	c->res.content_type = NULL;
	c->res.status = 0;
	json_out_init(&c->out, &c->res.body);
	c->error = (struct error_info){ 0 };
}

static void
write_error(struct ctx *c)
{
	struct error_info e = c->error;

	response_reset(c);
	c->error = e;
	c->res.status = e.status;
	if (e.page_type != NULL) {
		c->res.content_type = e.page_type;
		buf_add_str(&c->res.body, e.message);
		return;
	}
	c->res.content_type = "application/json";
	error_write(c);
	if (e.status == 503)
		buf_puts(&c->res.headers, "Retry-After: 1\r\n");
}

static void
cut(struct ctx *c)
{
	log_error("%s: the answer broke off: %s", c->req.path.p, c->error.message.p);
	if (c->res.gzip != NULL)
		gzip_end(c);
	/* no end-of-request record: the web server must not take it for whole */
	shutdown(c->fcgx->req.ipcFd, SHUT_RDWR);
}

void
response_send(struct ctx *c)
{
	if (c->error.status != 0 && c->res.sent) {
		cut(c);
		return;
	}
	if (c->error.status != 0)
		write_error(c);
	if (!c->res.sent) {
		if (c->res.status == 0)
			c->res.status = 200;
		if (c->res.content_type == NULL)
			c->res.content_type = "application/json";
		if (c->res.body.len >= GZIP_LEAST && c->res.file.p == NULL && takes_gzip(c))
			gzip_start(c);
		put_headers(c, true);
	}
	put_body(c, true);
}
