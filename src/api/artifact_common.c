/* Artifact locations, and what is done there. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "api/artifact_common.h"
#include "artifact/file.h"
#include "artifact/path.h"
#include "artifact/root.h"
#include "artifact/tree.h"
#include "artifact/type.h"
#include "artifact/zip.h"
#include "base/log.h"
#include "base/percent.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "store/location.h"

/* Bytes of an upload that are in memory at a time. */
#define PIECE	(64 * 1024)

int
check_artifact_path(struct ctx *c, struct str path)
{
	if (path_is_valid(c->mem, path))
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Invalid path");
}

/* The path that a location means on this machine; absent if none. */
static struct str
local_path(struct ctx *c, struct str location)
{
	struct str scheme = location_scheme(location), path = location;

	if (scheme.len == 0)
		return location;
	if (!str_is_nocase(scheme, "file") || location_is_remote_file(location))
		return (struct str){ NULL, 0 };
	path = (struct str){ path.p + 5, path.len - 5 };
	path.len = strcspn(path.p, "?#");
	if (str_starts(path, "//localhost/"))
		path = (struct str){ path.p + 11, path.len - 11 };
	else if (str_starts(path, "//"))
		path = (struct str){ path.p + 2, path.len - 2 };
	return percent_decode(c->mem, path);
}

/* What is left of a path below a folder; absent if it is elsewhere. */
static struct str
below(const char *folder, struct str path)
{
	size_t n = strlen(folder);

	if (path.p == NULL || !str_starts(path, folder) || (path.len > n && path.p[n] != '/'))
		return (struct str){ NULL, 0 };
	return (struct str){ path.p + n, path.len - n };
}

static struct str
join(struct ctx *c, struct str base, struct str path)
{
	return path_clean(c->mem, arena_printf(c->mem, "%s/%s", base.p, path.p));
}

/* mlflow-artifacts:/x and mlflow-artifacts:///x; others name a host. */
static struct str
served_path(struct ctx *c, struct str location)
{
	struct str path = { location.p + strlen("mlflow-artifacts:"), 0 };

	path.len = strcspn(path.p, "?#");
	return str_starts(path, "//") && !str_starts(path, "///") ?
	    (struct str){ NULL, 0 } : percent_decode(c->mem, path);
}

static int
fail_outside(struct ctx *c, struct str location)
{
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact location '", location,
	    "' is not below an artifact root of this server, so it is only open to clients "
	    "that reach it themselves. If the server should show it, name its folder in "
	    "--artifact-roots (CAIRN_ARTIFACT_ROOTS).");
}

int
locate(struct ctx *c, struct str location, struct str path, struct place *place)
{
	struct str best = { NULL, 0 }, rest;
	size_t i;

	*place = (struct place){ .proxied = str_is_nocase(location_scheme(location),
	    "mlflow-artifacts") };
	if (place->proxied && c->conf->serve_artifacts) {
		place->root = c->conf->artifacts_destination;
		best = served_path(c, location);
	}
	for (i = 0; !place->proxied && i < c->conf->roots.n; i++) {
		rest = below(c->conf->roots.items[i], local_path(c, location));
		if (rest.p != NULL && (best.p == NULL || rest.len < best.len)) {
			place->root = c->conf->roots.items[i];
			best = rest;
		}
	}
	if (best.p == NULL)
		return fail_outside(c, location);
	place->path = join(c, best, path);
	return check_artifact_path(c, place->path);
}

void
locate_served(struct ctx *c, struct str path, struct place *place)
{
	*place = (struct place){ .root = c->conf->artifacts_destination,
	    .path = path_clean(c->mem, path), .proxied = true };
}

int
fail_detail(struct ctx *c, int status, const char *before, struct str s, const char *after)
{
	struct buf text = { 0 };
	struct json_out o;
	int rc;

	json_out_init(&o, &text);
	json_begin(&o, NULL);
	json_put_str(&o, "detail", arena_printf(c->mem, "%s%s%s", before, s.p, after));
	json_end(&o);
	rc = fail_page(c, status, "application/json", arena_str(c->mem, buf_str(&text)));
	buf_fini(&text);
	return rc;
}

static int
fail_missing(struct ctx *c, struct str shown)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "No such artifact: '", shown, "'");
}

/* What the system said, as an answer; the log has the place. */
static int
fail_system(struct ctx *c, const struct place *place, struct str shown)
{
	int error = errno;

	if (root_is_missing(error))
		return fail_missing(c, shown);
	log_error("%s: below %s: %s", c->route->path, place->root, strerror(error));
	if (error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE)
		return fail(c, TEMPORARILY_UNAVAILABLE, "The artifact '%s' was not stored: %s. "
		    "Make room on the server's artifact volume, and try again.", shown.p,
		    strerror(error));
	return fail(c, INTERNAL_ERROR, "The artifact '%s' cannot be opened by the server (%s): "
	    "see its log.", shown.p, strerror(error));
}

/* A directory where a file should be, or the other way round. */
static int
fail_upload(struct ctx *c, const struct place *place, struct str shown)
{
	if (errno == EISDIR)
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact path '", shown,
		    "' is a directory: name a file in it.");
	if (errno == ENOTDIR || errno == EEXIST)
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact path '", shown,
		    "' leads through a file: only directories hold artifacts.");
	if (errno == ENAMETOOLONG || errno == EINVAL || root_is_missing(errno))
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact path '", shown,
		    "' cannot be stored: a part of it is longer than 255 bytes, or is no name "
		    "of a file, or is a symbolic link.");
	return fail_system(c, place, shown);
}

static int
inspect(struct ctx *c, const struct place *place, struct artifact_info *info)
{
	int root = root_open(place->root), rc;

	if (root == -1)
		return -1;
	rc = file_info(root, place->path.p, c->mem, info);
	file_close(root);
	return rc;
}

static void
add_file_headers(struct ctx *c, struct str name)
{
	c->res.content_type = type_of_artifact(name);
	/* no page that somebody logged may act in this server's name */
	buf_printf(&c->res.headers, "Content-Disposition: %s\r\n"
	    "Cache-Control: no-cache\r\n"
	    "Content-Security-Policy: default-src 'none'; sandbox\r\n",
	    type_disposition(c->mem, name).p);
}

int
answer_artifact(struct ctx *c, const struct place *place, struct str shown, bool detail)
{
	struct artifact_info info;

	if (inspect(c, place, &info) == -1)
		return fail_system(c, place, shown);
	if (info.is_dir && detail)
		return fail_detail(c, 400, "Artifact path refers to a directory, not a file: '",
		    shown, "'");
	if (info.is_dir)
		return fail_quoting(c, INVALID_PARAMETER_VALUE,
		    "Artifact path refers to a directory, not a file: '", shown, "'");
	add_file_headers(c, path_name(place->path));
	response_file(c, info.path, info.version);
	return 0;
}

static int
write_archive(void *arg, const void *bytes, size_t n)
{
	return response_write(arg, bytes, n);
}

static int
add_to_archive(void *arg, int fd, struct str path, int64_t size)
{
	(void)size;
	return zip_add(arg, path, fd);
}

int
answer_archive(struct ctx *c, const struct place *place, struct str shown, struct str name)
{
	struct artifact_info info;
	struct zip *zip;
	int root, rc;

	if (inspect(c, place, &info) == -1)
		return fail_system(c, place, shown);
	if (!info.is_dir)
		return answer_artifact(c, place, shown, false);
	add_file_headers(c, arena_printf(c->mem, "%s.zip", name.p));
	if (c->req.is_head)
		return 0;
	root = root_open(place->root);
	zip = zip_new(write_archive, c);
	rc = root == -1 ? -1 : tree_walk(root, place->path.p, c->mem, add_to_archive, zip);
	if (rc == 0)
		rc = zip_finish(zip);
	if (rc == -1)
		fail_system(c, place, shown);
	zip_free(zip);
	close(root);
	return rc;
}

static int
read_list(struct ctx *c, const struct place *place, struct tree_entry **items, size_t *n)
{
	int root = root_open(place->root), rc = -1;

	*n = 0;
	if (root != -1) {
		rc = tree_list(root, place->path.p, c->mem, items, n);
		file_close(root);
	}
	/* what is no directory has nothing in it */
	return rc == -1 && root_is_missing(errno) ? 0 : rc;
}

int
put_files(struct ctx *c, const struct place *place, struct str prefix)
{
	struct tree_entry *items = NULL;
	size_t n, i;

	if (read_list(c, place, &items, &n) == -1)
		return fail_system(c, place, place->path);
	if (n == 0)
		return 0;
	json_list_begin(&c->out, "files");
	for (i = 0; i < n; i++) {
		json_begin(&c->out, NULL);
		json_put_str(&c->out, "path", prefix.len == 0 ? items[i].name :
		    arena_printf(c->mem, "%s/%s", prefix.p, items[i].name.p));
		json_put_bool(&c->out, "is_dir", items[i].is_dir);
		if (items[i].size > 0)
			json_put_i64(&c->out, "file_size", items[i].size);
		json_end(&c->out);
	}
	json_list_end(&c->out);
	return 0;
}

/* The client may break off at any byte. */
static int
receive(struct ctx *c, struct artifact_upload *up)
{
	char *piece = arena_alloc(c->mem, PIECE);
	int n;

	while ((n = request_body_read(c, piece, PIECE)) > 0)
		if (file_upload_write(up, piece, (size_t)n) == -1)
			return -1;
	return n;
}

int
receive_artifact(struct ctx *c, const struct place *place, struct str shown)
{
	int root = root_make(place->root), rc;
	struct artifact_upload up;

	if (root == -1)
		return fail_upload(c, place, shown);
	rc = file_upload_begin(&up, c->mem, root, place->path.p);
	file_close(root);
	if (rc == -1)
		return fail_upload(c, place, shown);
	if (receive(c, &up) == -1) {
		file_upload_give_up(&up);
		return c->error.status != 0 ? -1 : fail_upload(c, place, shown);
	}
	return file_upload_finish(&up) == -1 ? fail_upload(c, place, shown) : 0;
}
