/* How buffers grow. */
#include <string.h>

#include "base/buf.h"
#include "tap.h"

#define STEP	65536

/* Fill to `most` in steps; the largest that the buffer was against what it held. */
static void
check_within(size_t most)
{
	struct buf b = { 0 };
	bool doubled = true;

	while (b.len < most) {
		size_t n = most - b.len < STEP ? most - b.len : STEP;

		memset(buf_room_within(&b, n, most), 'x', n);
		b.len += n;
		doubled = doubled && b.cap <= 2 * b.len + 256;
	}
	if (b.p != NULL)
		b.p[b.len] = '\0';
	tap_ok(b.cap <= most + 1, "%zu bytes are in a buffer of no more", most);
	tap_ok(doubled, "it was never larger than twice what it held");
	buf_fini(&b);
}

int
main(void)
{
	static const size_t sizes[] = { 0, 1, 255, 256, 257, STEP, STEP + 1, 60000000, 1 << 26 };
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_within(sizes[i]);
	for (i = 0; i < 1000; i++)
		buf_printf(&b, "%zu,", i);
	tap_ok(b.len == 3890 && b.cap == 4096 && b.p[b.len] == '\0', "others double");
	buf_fini(&b);
	return tap_done();
}
