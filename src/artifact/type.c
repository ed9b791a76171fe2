/* Content types and dispositions. */
#include "config.h"

#include <string.h>

#include "artifact/type.h"
#include "base/percent.h"

struct type {
	const char	*extension;
	const char	*type;
};

/*
 * What is text whatever the system's tables say, as an extension or the whole name;
 * the letter case counts.
 */
static const char *const text_extensions[] = {
	"txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon",
	"toml", "yaml", "yml", "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst",
	"ipynb", NULL
};

/* MLflow's own files, however they are written. */
static bool
is_own_name(struct str s)
{
	return str_is_nocase(s, "mlmodel") || str_is_nocase(s, "mlproject");
}

/* Suffixes that say how, not what: the tables decide by what stands before one. */
static const char *const packings[] = { "gz", "bz2", "xz", "br", "Z", NULL };

/* What Python knows beside Debian's mime.types; in any letter case. */
static const struct type types[] = {
	{ "3g2", "audio/3gpp2" }, { "3gp", "audio/3gpp" }, { "3gpp", "audio/3gpp" },
	{ "3gpp2", "audio/3gpp2" }, { "a", "text/vnd.a" }, { "aac", "audio/aac" },
	{ "adts", "audio/aac" }, { "ai", "application/postscript" }, { "aif", "audio/x-aiff" },
	{ "aifc", "audio/x-aiff" }, { "aiff", "audio/x-aiff" }, { "ass", "audio/aac" },
	{ "au", "audio/basic" }, { "avi", "video/x-msvideo" }, { "avif", "image/avif" },
	{ "bat", "application/x-msdos-program" }, { "bcpio", "application/x-bcpio" },
	{ "bmp", "image/bmp" }, { "c", "text/x-csrc" }, { "cdf", "application/x-cdf" },
	{ "cpio", "application/x-cpio" }, { "csh", "text/x-csh" }, { "css", "text/css" },
	{ "csv", "text/csv" }, { "dll", "application/x-msdos-program" },
	{ "doc", "application/msword" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "dot", "text/vnd.graphviz" }, { "dvi", "application/x-dvi" },
	{ "eml", "message/rfc822" }, { "eps", "application/postscript" },
	{ "etx", "text/x-setext" }, { "exe", "application/x-msdos-program" },
	{ "geojson", "application/geo+json" }, { "gif", "image/gif" },
	{ "gtar", "application/x-gtar" }, { "h", "text/x-chdr" }, { "h5", "application/x-hdf5" },
	{ "hdf", "application/x-hdf" }, { "heic", "image/heic" }, { "heif", "image/heif" },
	{ "htm", "text/html" }, { "html", "text/html" }, { "ico", "image/vnd.microsoft.icon" },
	{ "ief", "image/ief" }, { "jpe", "image/jpeg" }, { "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" }, { "js", "text/javascript" }, { "json", "application/json" },
	{ "ksh", "text/plain" }, { "latex", "application/x-latex" }, { "loas", "audio/usac" },
	{ "m1v", "video/mpeg" }, { "m3u", "audio/mpegurl" },
	{ "m3u8", "application/vnd.apple.mpegurl" }, { "man", "application/x-troff-man" },
	{ "md", "text/markdown" }, { "me", "application/x-troff-me" },
	{ "mht", "message/rfc822" }, { "mhtml", "message/rfc822" },
	{ "mif", "application/vnd.mif" }, { "mjs", "text/javascript" },
	{ "mov", "video/quicktime" }, { "movie", "video/x-sgi-movie" }, { "mp2", "audio/mpeg" },
	{ "mp3", "audio/mpeg" }, { "mp4", "video/mp4" }, { "mpa", "video/mpeg" },
	{ "mpe", "video/mpeg" }, { "mpeg", "video/mpeg" }, { "mpg", "video/mpeg" },
	{ "ms", "application/x-troff-ms" }, { "n3", "text/n3" },
	{ "nc", "application/x-netcdf" }, { "nq", "application/n-quads" },
	{ "nt", "application/n-triples" }, { "nws", "message/rfc822" },
	{ "o", "application/x-object" }, { "obj", "model/obj" }, { "oda", "application/ODA" },
	{ "ogg", "audio/ogg" }, { "opus", "audio/ogg" }, { "p12", "application/pkcs12" },
	{ "p7c", "application/pkcs7-mime" }, { "pbm", "image/x-portable-bitmap" },
	{ "pdf", "application/pdf" }, { "pfx", "application/pkcs12" },
	{ "pgm", "image/x-portable-graymap" }, { "pl", "text/x-perl" }, { "png", "image/png" },
	{ "pnm", "image/x-portable-anymap" }, { "pot", "text/plain" },
	{ "ppa", "application/vnd.ms-powerpoint" }, { "ppm", "image/x-portable-pixmap" },
	{ "pps", "application/vnd.ms-powerpoint" }, { "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "ps", "application/postscript" }, { "pwz", "application/vnd.ms-powerpoint" },
	{ "py", "text/x-python" }, { "pyc", "application/x-python-code" },
	{ "pyo", "application/x-python-code" }, { "qt", "video/quicktime" },
	{ "ra", "audio/x-pn-realaudio" }, { "ram", "audio/x-pn-realaudio" },
	{ "ras", "image/x-cmu-raster" }, { "rdf", "application/rdf+xml" },
	{ "rgb", "image/x-rgb" }, { "roff", "text/troff" },
	{ "rst", "text/prs.fallenstein.rst" }, { "rtx", "text/richtext" },
	{ "sgm", "text/SGML" }, { "sgml", "text/SGML" }, { "sh", "text/x-sh" },
	{ "shar", "application/x-shar" }, { "snd", "audio/basic" }, { "sql", "application/sql" },
	{ "src", "application/x-wais-source" }, { "srt", "text/plain" },
	{ "sv4cpio", "application/x-sv4cpio" }, { "sv4crc", "application/x-sv4crc" },
	{ "svg", "image/svg+xml" }, { "swf", "application/vnd.adobe.flash.movie" },
	{ "t", "text/troff" }, { "tar", "application/x-tar" }, { "tcl", "text/x-tcl" },
	{ "tex", "text/x-tex" }, { "texi", "application/x-texinfo" },
	{ "texinfo", "application/x-texinfo" }, { "tif", "image/tiff" },
	{ "tiff", "image/tiff" }, { "tr", "text/troff" }, { "trig", "application/trig" },
	{ "tsv", "text/tab-separated-values" }, { "txt", "text/plain" },
	{ "ustar", "application/x-ustar" }, { "vcf", "text/vcard" }, { "vtt", "text/vtt" },
	{ "wasm", "application/wasm" }, { "wav", "audio/x-wav" }, { "webm", "video/webm" },
	{ "webmanifest", "application/manifest+json" }, { "webp", "image/webp" },
	{ "wiz", "application/msword" }, { "wsdl", "application/wsdl+xml" },
	{ "xbm", "image/x-xbitmap" }, { "xlb", "application/vnd.ms-excel" },
	{ "xls", "application/vnd.ms-excel" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "xml", "application/xml" }, { "xpdl", "application/xml" },
	{ "xpm", "image/x-xpixmap" }, { "xsl", "application/xslt+xml" },
	{ "xwd", "image/x-xwindowdump" }, { "zip", "application/zip" },
	/* what and how in one */
	{ "tgz", "application/x-tar" }, { "taz", "application/x-tar" },
	{ "tz", "application/x-tar" }, { "tbz2", "application/x-tar" },
	{ "txz", "application/x-tar" }, { "svgz", "image/svg+xml" },
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
	const char *dot;

	/* those in front hide a file */
	while (name.len > 0 && name.p[0] == '.')
		name = (struct str){ name.p + 1, name.len - 1 };
	dot = name.len == 0 ? NULL : memrchr(name.p, '.', name.len);
	return dot == NULL ? STR("") :
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
	struct str kind = extension.len == 0 ? name : extension;
	const char *type;

	if (is_listed(text_extensions, kind) || is_own_name(kind))
		return "text/plain";
	if (is_listed(packings, extension)) {
		name.len -= extension.len + 1;
		extension = extension_of(name);
	}
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
