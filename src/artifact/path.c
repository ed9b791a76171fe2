/* Artifact paths by their text. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "artifact/path.h"
#include "base/percent.h"

static bool
has_dot_dot(struct str s)
{
	size_t i, from = 0;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.p[i] != '/')
			continue;
		if (i - from == 2 && s.p[from] == '.' && s.p[from + 1] == '.')
			return true;
		from = i + 1;
	}
	return false;
}

/* "\\host\share", another machine's folder on some systems. */
static bool
is_share(struct str s)
{
	return str_starts(s, "\\\\") && s.len > 3 && memchr(s.p + 3, '\\', s.len - 3) != NULL;
}

/* "file:..." or "C:\...", whichever machine that would mean something on. */
static bool
has_scheme(struct str s)
{
	return (s.len >= 5 && str_is_nocase((struct str){ s.p, 5 }, "file:")) ||
	    (s.len >= 3 && isalpha((unsigned char)s.p[0]) && s.p[1] == ':' &&
	    (s.p[2] == '\\' || s.p[2] == '/'));
}

static bool
is_plain(struct str s)
{
	return s.len == 0 || (s.p[0] != '/' && !has_scheme(s) && !is_share(s) && !has_dot_dot(s));
}

int
path_bad_byte(struct str path)
{
	size_t i = 0, at;

	while (i < path.len) {
		at = i;
		if (path.p[i] == '\0' || (utf8_next(path, &i) == 0xfffd && i - at == 1))
			return (unsigned char)path.p[at];
	}
	return -1;
}

bool
path_is_valid(struct arena *mem, struct str path)
{
	struct str next;
	int i;

	if (path_bad_byte(path) != -1)
		return false;
	for (i = 0; i < PATH_DECODE_MAX; i++) {
		if (!is_plain(path))
			return false;
		next = percent_decode(mem, path);
		if (str_eq(next, path))
			return true;
		path = next;
	}
	return is_plain(path);
}

struct str
path_clean(struct arena *mem, struct str path)
{
	char *to = arena_alloc(mem, path.len + 1);
	size_t n = 0, i = 0;

	while (i < path.len) {
		const char *slash = memchr(path.p + i, '/', path.len - i);
		size_t len = slash == NULL ? path.len - i : (size_t)(slash - path.p) - i;

		if (len > 0 && !(len == 1 && path.p[i] == '.')) {
			if (n > 0)
				to[n++] = '/';
			memcpy(to + n, path.p + i, len);
			n += len;
		}
		i += len + 1;
	}
	return (struct str){ to, n };
}

struct str
path_name(struct str path)
{
	const char *slash = path.len == 0 ? NULL : memrchr(path.p, '/', path.len);

	return slash == NULL ? path :
	    (struct str){ slash + 1, path.len - (size_t)(slash + 1 - path.p) };
}
