/* An archive, as far as can be told without a reader: its records. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artifact/zip.h"
#include "tap.h"

static int
write_buf(void *arg, const void *bytes, size_t n)
{
	buf_add(arg, bytes, n);
	return 0;
}

static int
write_nowhere(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	return -1;
}

/* A file to which somebody writes while it is packed; for some time. */
struct growing {
	struct buf	out;
	int		fd, times;
};

static int
write_and_grow(void *arg, const void *bytes, size_t n)
{
	struct growing *g = arg;

	if (g->times-- > 0 && pwrite(g->fd, "more", 4, lseek(g->fd, 0, SEEK_END)) != 4)
		abort();
	lseek(g->fd, 0, SEEK_SET);
	return write_buf(&g->out, bytes, n);
}

static int
open_text(const char *text)
{
	FILE *f = tmpfile();

	if (f == NULL || fputs(text, f) == EOF || fflush(f) != 0)
		abort();
	rewind(f);
	return fileno(f);
}

static uint64_t
number(const char *p, int bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | (unsigned char)p[bytes];
	return n;
}

static void
check_growing(void)
{
	struct growing g = { .fd = open_text("hello"), .times = 100 };
	struct zip *zip = zip_new(write_and_grow, &g);
	const char *directory;

	tap_ok(zip_add(zip, STR("log"), g.fd) == 0 && zip_finish(zip) == 0, "a file that grows");
	directory = g.out.p + number(g.out.p + g.out.len - 22 + 16, 4);
	tap_ok(number(directory + 46 + 3 + 4, 8) == 5, "is packed as long as it was");
	zip_free(zip);
	buf_fini(&g.out);
}

int
main(void)
{
	struct buf out = { 0 };
	struct zip *zip = zip_new(write_buf, &out);
	const char *end, *directory;

	tap_ok(zip_add(zip, STR("a.txt"), open_text("hello")) == 0 &&
	    zip_add(zip, STR("d/b.txt"), open_text("")) == 0 && zip_finish(zip) == 0, "two files");
	zip_free(zip);
	end = out.p + out.len - 22;
	tap_ok(number(end, 4) == 0x06054b50 && number(end + 10, 2) == 2, "an end with two entries");
	directory = out.p + number(end + 16, 4);
	tap_ok(number(directory, 4) == 0x02014b50 &&
	    memcmp(directory + 46, "a.txt", 5) == 0, "the directory is where it says");
	tap_ok(number(directory + 16, 4) == 0x3610a686 && number(directory + 46 + 5 + 4, 8) == 5,
	    "with the checksum and size of the first");
	tap_ok(number(out.p, 4) == 0x04034b50 && memcmp(out.p + 30, "a.txt", 5) == 0,
	    "which comes first");
	buf_fini(&out);
	check_growing();
	zip = zip_new(write_nowhere, NULL);
	tap_ok(zip_add(zip, STR("a"), open_text("x")) == -1, "a reader that has gone");
	zip_free(zip);
	return tap_done();
}
