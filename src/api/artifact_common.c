/* What is done with the artifacts of a place. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "api/artifact_common.h"
#include "artifact/fault.h"
#include "artifact/file.h"
#include "artifact/path.h"
#include "artifact/root.h"
#include "artifact/tree.h"
#include "artifact/type.h"
#include "artifact/zip.h"
#include "base/log.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"

/* Bytes of an upload that are in memory at a time. */
#define PIECE	(64 * 1024)
/* Files of one archive: the directory at its end is kept in memory, some 200 bytes each. */
#define ARCHIVE_FILES_MAX	100000

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

/*
 * The root of a place, or -1.  A volume that is not mounted must neither be replaced
 * nor be taken for an empty one: 503.  Reading, a local artifact root may be missing
 * as well because only the clients have it: then errno alone tells.
 */
static int
open_root(struct ctx *c, const struct place *place, bool write)
{
	int root = root_open(place->root);

	if (root == -1 && (write || place->root == c->conf->artifacts_destination)) {
		log_error("%s: %s: %s", c->route->path, place->root, strerror(errno));
		fail(c, TEMPORARILY_UNAVAILABLE, "The folder that this server keeps these "
		    "artifacts in is not there (%s). Its operator must mount the volume, or "
		    "make the folder that the server's log names.", strerror(errno));
	}
	return root;
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

	if (fault_is_missing(error))
		return fail_missing(c, shown);
	if (fault_of(error) == FAULT_LARGE)
		return fail(c, INVALID_PARAMETER_VALUE, "The artifact '%s' is more than this "
		    "server handles at once (%s): a folder of millions of files, or of more "
		    "than %d levels, or a file too large for its disk. Ask for parts of it.",
		    shown.p, strerror(error), ROOT_DEPTH_MAX);
	log_error("%s: below %s: %s", c->route->path, place->root, strerror(error));
	switch (fault_of(error)) {
	case FAULT_FULL:
		return fail(c, TEMPORARILY_UNAVAILABLE, "The artifact '%s' was not stored: %s. "
		    "Make room on the server's artifact volume, and try again.", shown.p,
		    strerror(error));
	case FAULT_RACE:
	case FAULT_DIRECTORY:
		return fail(c, TEMPORARILY_UNAVAILABLE, "Others are changing the artifact '%s' "
		    "at the same time (%s). Try again in a moment.", shown.p, strerror(error));
	case FAULT_AWAY:
		return fail(c, TEMPORARILY_UNAVAILABLE, "The volume of the artifact '%s' cannot "
		    "be used (%s). The server's operator must look after it.", shown.p,
		    strerror(error));
	default:
		return fail(c, INTERNAL_ERROR, "The artifact '%s' cannot be opened by the "
		    "server (%s): see its log.", shown.p, strerror(error));
	}
}

/* What is wrong with the path that the client named, or as above. */
static int
fail_upload(struct ctx *c, const struct place *place, struct str shown)
{
	switch (fault_of(errno)) {
	case FAULT_DIRECTORY:
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact path '", shown,
		    "' is a directory: name a file in it.");
	case FAULT_THROUGH_FILE:
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact path '", shown,
		    "' leads through a file: only directories hold artifacts.");
	case FAULT_NAME:
	case FAULT_LINK:
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "The artifact path '", shown,
		    "' cannot be stored: a part of it is longer than 255 bytes, or is no name "
		    "of a file, or is a symbolic link.");
	case FAULT_MISSING:
		/* its directory, again and again */
		errno = ESTALE;
		/* FALLTHROUGH */
	default:
		return fail_system(c, place, shown);
	}
}

static int
inspect(struct ctx *c, const struct place *place, struct str shown, struct artifact_info *info)
{
	int root = open_root(c, place, false), rc;

	if (root == -1)
		return fail_system(c, place, shown);
	rc = file_info(root, place->path.p, c->mem, info);
	file_close(root);
	return rc == -1 ? fail_system(c, place, shown) : 0;
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

/*
 * By this process, without ranges: lighttpd writes '_' for control characters of a
 * name, and Apache's module takes it as it stands in a header.
 */
static int
send_file(struct ctx *c, const struct place *place, struct str shown)
{
	char *piece = arena_alloc(c->mem, PIECE);
	int root = open_root(c, place, false), fd = -1, rc = 0;
	ssize_t n = 1;

	if (root != -1) {
		fd = root_open_at(root, place->path.p, O_RDONLY | O_NONBLOCK, 0);
		file_close(root);
	}
	while (fd != -1 && n > 0 && rc == 0) {
		n = read(fd, piece, PIECE);
		if (n > 0)
			rc = response_write(c, piece, (size_t)n);
	}
	if (fd == -1 || n == -1)
		rc = fail_system(c, place, shown);
	if (fd != -1)
		close(fd);
	return rc;
}

int
answer_artifact(struct ctx *c, const struct place *place, struct str shown, bool detail)
{
	struct artifact_info info;

	if (inspect(c, place, shown, &info) == -1)
		return -1;
	if (info.is_dir && detail)
		return fail_detail(c, 400, "Artifact path refers to a directory, not a file: '",
		    shown, "'");
	if (info.is_dir)
		return fail_quoting(c, INVALID_PARAMETER_VALUE,
		    "Artifact path refers to a directory, not a file: '", shown, "'");
	add_file_headers(c, path_name(place->path));
	if (str_has_control(info.path))
		return send_file(c, place, shown);
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

/* The web server keeps what a client is slow to read: an archive has its limit. */
static int
check_archive(struct ctx *c, const struct place *place, int root, struct str shown)
{
	const unsigned most_mib = c->conf->max_zip;
	const struct tree_total most = { .files = ARCHIVE_FILES_MAX,
	    .bytes = most_mib == 0 ? INT64_MAX : (int64_t)most_mib << 20 };
	struct tree_total total;

	if (tree_measure(root, place->path.p, c->mem, &most, &total) == -1)
		return fail_system(c, place, shown);
	if (total.bytes > most.bytes)
		return fail(c, INVALID_PARAMETER_VALUE, "The folder '%s' holds more than %u MiB, "
		    "the most that this server packs into one archive (--max-zip, "
		    "CAIRN_MAX_ZIP). Download its files one by one, or all of them by "
		    "`mlflow artifacts download`.", shown.p, most_mib);
	if (total.files > most.files)
		return fail(c, INVALID_PARAMETER_VALUE, "The folder '%s' holds more than %d "
		    "files, the most that this server packs into one archive. Download its "
		    "folders one by one, or all of it by `mlflow artifacts download`.",
		    shown.p, ARCHIVE_FILES_MAX);
	return 0;
}

static int
send_archive(struct ctx *c, const struct place *place, int root, struct str shown)
{
	struct zip *zip = zip_new(write_archive, c);
	int rc = tree_walk(root, place->path.p, c->mem, add_to_archive, zip);

	if (rc == 0)
		rc = zip_finish(zip);
	if (rc == -1)
		fail_system(c, place, shown);
	zip_free(zip);
	return rc;
}

int
answer_archive(struct ctx *c, const struct place *place, struct str shown, struct str name)
{
	struct artifact_info info;
	int root, rc;

	if (inspect(c, place, shown, &info) == -1)
		return -1;
	if (!info.is_dir)
		return answer_artifact(c, place, shown, false);
	name = arena_printf(c->mem, "%s.zip", name.p);
	if (c->req.is_head) {
		add_file_headers(c, name);
		response_headers_only(c);
		return 0;
	}
	root = open_root(c, place, false);
	if (root == -1)
		return fail_system(c, place, shown);
	rc = check_archive(c, place, root, shown);
	if (rc == 0) {
		add_file_headers(c, name);
		rc = send_archive(c, place, root, shown);
	}
	file_close(root);
	return rc;
}

static int
read_list(struct ctx *c, const struct place *place, struct tree_list *list)
{
	int root = open_root(c, place, false), rc = -1, tries = 0;

	*list = (struct tree_list){ NULL, 0 };
	if (root == -1 && c->error.status != 0)
		return -1;
	while (root != -1 && (rc = tree_list(root, place->path.p, c->mem, list)) == -1 &&
	    !fault_is_missing(errno) && fault_may_pass(errno, ++tries))
		continue;
	if (root != -1)
		file_close(root);
	/* what is no directory has nothing in it */
	if (rc == 0 || fault_is_missing(errno))
		return 0;
	return fail_system(c, place, place->path);
}

int
put_files(struct ctx *c, const struct place *place, struct str prefix)
{
	struct tree_list list;
	size_t i;

	if (read_list(c, place, &list) == -1)
		return -1;
	if (list.n == 0)
		return 0;
	json_list_begin(&c->out, "files");
	for (i = 0; i < list.n; i++) {
		const struct tree_entry *e = list.items[i];
		struct arena_mark mark = arena_mark(c->mem);

		json_begin(&c->out, NULL);
		json_put_str(&c->out, "path", prefix.len == 0 ? e->name :
		    arena_printf(c->mem, "%s/%s", prefix.p, e->name.p));
		json_put_bool(&c->out, "is_dir", e->is_dir);
		if (e->size > 0)
			json_put_i64(&c->out, "file_size", e->size);
		json_end(&c->out);
		arena_release(c->mem, mark);
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
	int root = open_root(c, place, true), rc;
	struct artifact_upload up;

	if (root == -1)
		return -1;
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

int
remove_artifact(struct ctx *c, const struct place *place, struct str shown)
{
	int root = open_root(c, place, true), rc;

	if (root == -1)
		return -1;
	rc = tree_remove(root, place->path.p);
	file_close(root);
	return rc == -1 ? fail_system(c, place, shown) : 0;
}
