/*
 * The format of .ZIP files with data descriptors and, for what does not fit into
 * 32 bits, ZIP64 records.  Every entry is deflated and carries UTF-8 names.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "artifact/zip.h"

/* Read and compressed in pieces of this size. */
#define PIECE		(64 * 1024)
/* Models and pictures hardly shrink: speed counts. */
#define LEVEL		1
#define VERSION		45		/* ZIP64 */
#define FLAGS		0x0808		/* sizes behind the data, names in UTF-8 */
#define DEFLATED	8
#define MADE_ON_UNIX	(3 << 8)
#define MAX32		0xffffffffu
#define MAX16		0xffffu

struct zip {
	int		(*write)(void *, const void *, size_t);
	void		*arg;
	uint64_t	 at;		/* bytes written */
	uint64_t	 entries;
	struct buf	 directory;
	z_stream	 z;
	unsigned char	 in[PIECE], out[PIECE];
};

struct entry {
	uint64_t	at, size, packed;
	uint32_t	crc, time;
	unsigned	mode;
};

static void
put(struct buf *to, uint64_t value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_putc(to, (char)(value & 0xff));
}

static uint32_t
narrow(uint64_t value)
{
	return value > MAX32 ? MAX32 : (uint32_t)value;
}

static int
emit(struct zip *z, const void *bytes, size_t n)
{
	z->at += n;
	return n == 0 ? 0 : z->write(z->arg, bytes, n);
}

static int
emit_buf(struct zip *z, struct buf *b)
{
	int rc = emit(z, b->p, b->len);

	buf_fini(b);
	return rc;
}

/* Date and time of MS-DOS: since 1980, to two seconds, in UTC here. */
static uint32_t
dos_time(time_t t)
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year < 80)
		return 1 << 21 | 1 << 16;
	return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 |
	    (uint32_t)tm.tm_mday << 16 | (uint32_t)tm.tm_hour << 11 |
	    (uint32_t)tm.tm_min << 5 | (uint32_t)tm.tm_sec / 2;
}

static int
put_local_header(struct zip *z, struct str name, uint32_t time)
{
	struct buf b = { 0 };

	put(&b, 0x04034b50, 4);
	put(&b, VERSION, 2);
	put(&b, FLAGS, 2);
	put(&b, DEFLATED, 2);
	put(&b, time, 4);
	put(&b, 0, 4);
	put(&b, MAX32, 4);
	put(&b, MAX32, 4);
	put(&b, name.len, 2);
	put(&b, 20, 2);
	buf_add_str(&b, name);
	/* that the descriptor's sizes have 64 bits */
	put(&b, 1, 2);
	put(&b, 16, 2);
	put(&b, 0, 8);
	put(&b, 0, 8);
	return emit_buf(z, &b);
}

static int
put_descriptor(struct zip *z, const struct entry *e)
{
	struct buf b = { 0 };

	put(&b, 0x08074b50, 4);
	put(&b, e->crc, 4);
	put(&b, e->packed, 8);
	put(&b, e->size, 8);
	return emit_buf(z, &b);
}

static void
add_to_directory(struct zip *z, struct str name, const struct entry *e)
{
	struct buf *d = &z->directory;

	put(d, 0x02014b50, 4);
	put(d, MADE_ON_UNIX | VERSION, 2);
	put(d, VERSION, 2);
	put(d, FLAGS, 2);
	put(d, DEFLATED, 2);
	put(d, e->time, 4);
	put(d, e->crc, 4);
	put(d, MAX32, 4);
	put(d, MAX32, 4);
	put(d, name.len, 2);
	put(d, 28, 2);
	put(d, 0, 2);			/* comment */
	put(d, 0, 2);			/* disk */
	put(d, 0, 2);			/* internal attributes */
	put(d, (uint64_t)e->mode << 16, 4);
	put(d, MAX32, 4);
	buf_add_str(d, name);
	put(d, 1, 2);
	put(d, 24, 2);
	put(d, e->size, 8);
	put(d, e->packed, 8);
	put(d, e->at, 8);
	z->entries++;
}

/* One piece in, what comes of it out. */
static int
compress_piece(struct zip *z, size_t n, struct entry *e)
{
	z->z.next_in = z->in;
	z->z.avail_in = (unsigned)n;
	e->crc = (uint32_t)crc32(e->crc, z->in, (unsigned)n);
	e->size += n;
	do {
		size_t got;

		z->z.next_out = z->out;
		z->z.avail_out = PIECE;
		deflate(&z->z, n == 0 ? Z_FINISH : Z_NO_FLUSH);
		got = PIECE - z->z.avail_out;
		e->packed += got;
		if (emit(z, z->out, got) == -1)
			return -1;
	} while (z->z.avail_out == 0);
	return 0;
}

/* As long as it is now: one that somebody writes to all the time has no end. */
static int
compress_file(struct zip *z, int fd, uint64_t left, struct entry *e)
{
	ssize_t n;

	deflateReset(&z->z);
	do {
		n = read(fd, z->in, left < PIECE ? left : PIECE);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || compress_piece(z, (size_t)n, e) == -1)
			return -1;
		left -= (size_t)n;
	} while (n != 0);
	return 0;
}

struct zip *
zip_new(int (*write)(void *, const void *, size_t), void *arg)
{
	struct zip *z = calloc(1, sizeof(*z));

	/* negative: no zlib header */
	if (z == NULL || deflateInit2(&z->z, LEVEL, Z_DEFLATED, -MAX_WBITS, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z->write = write;
	z->arg = arg;
	return z;
}

int
zip_add(struct zip *z, struct str name, int fd)
{
	struct entry e = { .at = z->at };
	struct stat st;

	if (name.len > MAX16) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (fstat(fd, &st) == -1)
		return -1;
	e.time = dos_time(st.st_mtime);
	e.mode = st.st_mode;
	if (put_local_header(z, name, e.time) == -1 ||
	    compress_file(z, fd, (uint64_t)st.st_size, &e) == -1 || put_descriptor(z, &e) == -1)
		return -1;
	add_to_directory(z, name, &e);
	return 0;
}

static void
put_ends(struct zip *z, struct buf *b, uint64_t start)
{
	uint64_t size = z->at - start;

	put(b, 0x06064b50, 4);
	put(b, 44, 8);
	put(b, MADE_ON_UNIX | VERSION, 2);
	put(b, VERSION, 2);
	put(b, 0, 4);
	put(b, 0, 4);
	put(b, z->entries, 8);
	put(b, z->entries, 8);
	put(b, size, 8);
	put(b, start, 8);
	/* where that record is */
	put(b, 0x07064b50, 4);
	put(b, 0, 4);
	put(b, z->at, 8);
	put(b, 1, 4);
	/* and the end that readers look for first */
	put(b, 0x06054b50, 4);
	put(b, 0, 2);
	put(b, 0, 2);
	put(b, z->entries > MAX16 ? MAX16 : z->entries, 2);
	put(b, z->entries > MAX16 ? MAX16 : z->entries, 2);
	put(b, narrow(size), 4);
	put(b, narrow(start), 4);
	put(b, 0, 2);
}

int
zip_finish(struct zip *z)
{
	uint64_t start = z->at;
	struct buf b = { 0 };

	if (emit(z, z->directory.p, z->directory.len) == -1)
		return -1;
	put_ends(z, &b, start);
	return emit_buf(z, &b);
}

void
zip_free(struct zip *z)
{
	if (z == NULL)
		return;
	deflateEnd(&z->z);
	buf_fini(&z->directory);
	free(z);
}
