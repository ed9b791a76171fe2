/* Artifact locations as text. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "store/location.h"

struct str
location_scheme(struct str s)
{
	size_t i;

	for (i = 0; i < s.len && (isalnum((unsigned char)s.p[i]) ||
	    strchr("+-.", s.p[i]) != NULL); i++)
		continue;
	/* one letter is a drive, not a scheme */
	if (i < 2 || i >= s.len || s.p[i] != ':' || !isalpha((unsigned char)s.p[0]))
		return STR("");
	return (struct str){ s.p, i };
}

bool
location_is_remote_file(struct str s)
{
	return str_is_nocase(location_scheme(s), "file") && s.len > 7 &&
	    memcmp(s.p + 5, "//", 2) == 0 && s.p[7] != '/' &&
	    !str_starts((struct str){ s.p + 7, s.len - 7 }, "localhost/");
}

/* Where the query or fragment of a URI begins; its length if it has none. */
static size_t
query_at(struct str s)
{
	return location_scheme(s).len == 0 ? s.len : strcspn(s.p, "?#");
}

struct str
location_join(struct arena *mem, struct str s, struct str tail)
{
	struct str scheme = location_scheme(s);
	size_t path_end = query_at(s);
	int n = (int)path_end;
	const char *between = path_end > 0 && (s.p[path_end - 1] == '/' ||
	    scheme.len + 1 == path_end) ? "" : "/";

	if (str_is_nocase(scheme, "file") && s.len > 6 && s.p[5] == '/' && s.p[6] != '/')
		return arena_printf(mem, "file://%.*s%s%s%s", n - 5, s.p + 5, between,
		    tail.p, s.p + path_end);
	return arena_printf(mem, "%.*s%s%s%s", n, s.p, between, tail.p, s.p + path_end);
}

/* `path` below `dir`, without empty and "." parts; ".." stays. */
static struct str
join_parts(struct arena *mem, const char *dir, struct str path)
{
	struct buf out = { 0 };
	struct str joined;
	size_t i, n;

	buf_puts(&out, dir);
	for (i = 0; i < path.len; i += n + 1) {
		n = strcspn(path.p + i, "/");
		if (n == 0 || (n == 1 && path.p[i] == '.'))
			continue;
		buf_puts(&out, "/");
		buf_add_str(&out, (struct str){ path.p + i, n });
	}
	joined = arena_str(mem, buf_str(&out));
	buf_fini(&out);
	return joined;
}

struct str
location_absolute(struct arena *mem, struct str location, const char *work_dir)
{
	size_t skip = strlen("file:");

	if (str_is_nocase(location_scheme(location), "file"))
		return location.p[skip] == '/' ? location :
		    arena_printf(mem, "file://%s", join_parts(mem, work_dir,
		    (struct str){ location.p + skip, location.len - skip }).p);
	if (location.len == 0 || location.p[0] == '/' || strchr(location.p, ':') != NULL)
		return location;
	return join_parts(mem, work_dir, location);
}
