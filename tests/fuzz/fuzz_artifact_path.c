/*
 * An artifact path: what is called valid cannot lead out of a folder by its text,
 * however often it is decoded, and its clean form stays as it is.
 */
#include <string.h>

#include "artifact/path.h"
#include "artifact/type.h"
#include "base/percent.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_plain(struct str s)
{
	struct str part = { s.p, 0 };
	size_t i;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.p[i] != '/')
			continue;
		part.len = (size_t)(s.p + i - part.p);
		if (str_is(part, ".."))
			__builtin_trap();
		part.p = s.p + i + 1;
	}
	if (str_starts(s, "/"))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str path, clean;
	struct arena mem;
	int i;

	arena_init(&mem);
	path = arena_str(&mem, (struct str){ size == 0 ? "" : (const char *)data, size });
	type_of_artifact(path_name(path));
	if (strpbrk(type_disposition(&mem, path_name(path)).p, "\r\n") != NULL)
		__builtin_trap();
	if (!str_eq(percent_decode(&mem, percent_encode(&mem, path, PERCENT_PATH)), path))
		__builtin_trap();
	if (path_is_valid(&mem, path)) {
		clean = path_clean(&mem, path);
		if (memchr(clean.p, '\0', clean.len) != NULL)
			__builtin_trap();
		if (!str_eq(path_clean(&mem, clean), clean) || str_ends(clean, "/"))
			__builtin_trap();
		for (i = 0; i < PATH_DECODE_MAX; i++) {
			check_plain(path);
			path = percent_decode(&mem, path);
		}
		check_plain(clean);
	}
	arena_fini(&mem);
	return 0;
}
