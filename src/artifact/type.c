/* Content types and dispositions. */
#include "config.h"

#include <string.h>

#include "artifact/type.h"
#include "base/percent.h"

struct type {
	const char	*extension;
	const char	*type;
};

/* What is text whatever the system's tables say; the letter case counts. */
static const char *const text_extensions[] = {
	"txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon",
	"toml", "yaml", "yml", "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst",
	"ipynb", "MLmodel", NULL
};

/* Suffixes that say how, not what; what stands before them counts. */
static const char *const packings[] = { "gz", "bz2", "xz", "Z", NULL };

static const struct type types[] = {
	{ "html", "text/html" }, { "htm", "text/html" }, { "css", "text/css" },
	{ "svg", "image/svg+xml" }, { "png", "image/png" }, { "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" }, { "gif", "image/gif" }, { "bmp", "image/bmp" },
	{ "webp", "image/webp" }, { "ico", "image/vnd.microsoft.icon" },
	{ "tif", "image/tiff" }, { "tiff", "image/tiff" }, { "pdf", "application/pdf" },
	{ "mp4", "video/mp4" }, { "webm", "video/webm" }, { "mpeg", "video/mpeg" },
	{ "mov", "video/quicktime" }, { "avi", "video/x-msvideo" }, { "mp3", "audio/mpeg" },
	{ "wav", "audio/x-wav" }, { "ogg", "audio/ogg" }, { "sh", "text/x-sh" },
	{ "sql", "application/sql" }, { "geojson", "application/geo+json" },
	{ "zip", "application/zip" }, { "tar", "application/x-tar" },
	{ "tgz", "application/x-tar" }, { "h5", "application/x-hdf5" },
	{ "wasm", "application/wasm" }, { "doc", "application/msword" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	/* in another letter case than above */
	{ "txt", "text/plain" }, { "csv", "text/csv" }, { "json", "application/json" },
	{ "md", "text/markdown" }, { "py", "text/x-python" }, { "xml", "application/xml" },
	{ NULL, NULL }
};

static const struct type page_types[] = {
	{ "html", "text/html; charset=utf-8" }, { "js", "text/javascript; charset=utf-8" },
	{ "css", "text/css; charset=utf-8" }, { "ico", "image/vnd.microsoft.icon" },
	{ "json", "application/json" }, { "map", "application/json" },
	{ "svg", "image/svg+xml" }, { "png", "image/png" }, { "jpg", "image/jpeg" },
	{ "gif", "image/gif" }, { "webp", "image/webp" }, { "woff", "font/woff" },
	{ "woff2", "font/woff2" }, { "ttf", "font/ttf" }, { "wasm", "application/wasm" },
	{ "txt", "text/plain; charset=utf-8" },
	{ NULL, NULL }
};

/* What stands behind the last dot; "" without one. */
static struct str
extension_of(struct str name)
{
	const char *dot = name.len == 0 ? NULL : memrchr(name.p, '.', name.len);

	return dot == NULL || dot == name.p ? STR("") :
	    (struct str){ dot + 1, name.len - (size_t)(dot + 1 - name.p) };
}

static bool
is_listed(const char *const *list, struct str s)
{
	for (; *list != NULL; list++)
		if (str_is(s, *list))
			return true;
	return false;
}

static const char *
find_type(const struct type *t, struct str extension)
{
	for (; t->extension != NULL; t++)
		if (str_is_nocase(extension, t->extension))
			return t->type;
	return NULL;
}

const char *
type_of_artifact(struct str name)
{
	struct str extension = extension_of(name);
	const char *type;

	if (str_is(name, "MLmodel"))
		return "text/plain";
	while (is_listed(packings, extension)) {
		name.len -= extension.len + 1;
		extension = extension_of(name);
	}
	if (is_listed(text_extensions, extension))
		return "text/plain";
	type = find_type(types, extension);
	return type == NULL ? "application/octet-stream" : type;
}

const char *
type_of_page(struct str name)
{
	return find_type(page_types, extension_of(name));
}

/* Characters of a token, which needs no quotes. */
static bool
is_token(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f ||
		    strchr("()<>@,;:\\\"/[]?={}", s.p[i]) != NULL)
			return false;
	return s.len > 0;
}

/* "..." with quotes and backslashes escaped; without what is no printable ASCII. */
static struct str
quote(struct arena *mem, struct str s)
{
	char *to = arena_alloc(mem, 2 * s.len + 3);
	size_t n = 0, i;

	to[n++] = '"';
	for (i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] >= 0x7f)
			continue;
		if (s.p[i] == '"' || s.p[i] == '\\')
			to[n++] = '\\';
		to[n++] = s.p[i];
	}
	to[n++] = '"';
	return (struct str){ to, n };
}

static bool
is_printable_ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

struct str
type_disposition(struct arena *mem, struct str name)
{
	if (is_token(name))
		return arena_printf(mem, "attachment; filename=%s", name.p);
	if (is_printable_ascii(name))
		return arena_printf(mem, "attachment; filename=%s", quote(mem, name).p);
	return arena_printf(mem, "attachment; filename=%s; filename*=UTF-8''%s",
	    quote(mem, name).p, percent_encode(mem, name, "!#$&+-.^_`|~").p);
}
