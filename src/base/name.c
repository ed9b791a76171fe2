/* Names as MLflow allows them. */
#include <string.h>

#include "base/name.h"

bool
name_has_characters(struct str name)
{
	size_t i = 0;

	while (i < name.len) {
		uint32_t cp = utf8_next(name, &i);

		if (cp == 0 || (!utf8_is_word(cp) &&
		    (cp > 0x7f || strchr("/.- :", (int)cp) == NULL)))
			return false;
	}
	return true;
}

/* Drop the last part of a normalised path under way; false if there is none. */
static bool
drop_part(char *path, size_t *n, size_t root)
{
	size_t at = *n;

	while (at > root && path[at - 1] != '/')
		at--;
	if (*n == root || (*n - at == 2 && memcmp(path + at, "..", 2) == 0))
		return false;
	*n = at > root ? at - 1 : root;
	return true;
}

struct str
name_as_path(struct arena *mem, struct str s)
{
	char *to = arena_alloc(mem, s.len + 3);
	size_t root = 0, n, i = 0;

	/* exactly two leading slashes are their own root */
	while (root < s.len && s.p[root] == '/')
		root++;
	root = root == 2 ? 2 : root > 0;
	memcpy(to, "//", root);
	n = root;
	while (i < s.len) {
		const char *slash = memchr(s.p + i, '/', s.len - i);
		size_t len = (slash == NULL ? s.len : (size_t)(slash - s.p)) - i;
		const char *part = s.p + i;
		bool up = len == 2 && memcmp(part, "..", 2) == 0;

		i += len + 1;
		if (len == 0 || (len == 1 && part[0] == '.'))
			continue;
		if (up && (drop_part(to, &n, root) || root > 0))
			continue;
		if (n > root)
			to[n++] = '/';
		memcpy(to + n, part, len);
		n += len;
	}
	to[n] = '\0';
	return n == 0 ? STR(".") : (struct str){ to, n };
}

bool
name_is_path(struct str name, struct str path)
{
	return str_eq(path, name) && !str_is(path, ".") && !str_starts(path, "..") &&
	    !str_starts(path, "/");
}

bool
name_is_valid(struct arena *mem, struct str name)
{
	return name_has_characters(name) && name_is_path(name, name_as_path(mem, name));
}
