/* One artifact file. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artifact/fault.h"
#include "artifact/file.h"
#include "artifact/root.h"
#include "base/id.h"

void
file_close(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
}

void
file_sync_directory(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* some file systems cannot, and have no need to */
	if (fd == -1)
		return;
	fsync(fd);
	close(fd);
}

/* Where an open file is, as the kernel sees it. */
static int
path_of(int fd, struct arena *mem, struct str *path)
{
	char link[32], text[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, sizeof(text));
	if (n == -1 || n == sizeof(text))
		return -1;
	*path = arena_str(mem, (struct str){ text, (size_t)n });
	return 0;
}

/*
 * The name is joined to the directory as the kernel sees it: the file itself may be
 * replaced at any time, and an open one would be told as "(deleted)".
 */
static int
entry_info(int dir, const char *name, struct arena *mem, struct artifact_info *info)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    path_of(dir, mem, &info->path) == -1)
		return -1;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		errno = ENOENT;
		return -1;
	}
	info->is_dir = S_ISDIR(st.st_mode);
	info->size = info->is_dir ? 0 : st.st_size;
	info->version = arena_printf(mem, "%llx-%llx-%llx%08lx", (unsigned long long)st.st_ino,
	    (unsigned long long)st.st_size, (unsigned long long)st.st_mtim.tv_sec,
	    (unsigned long)st.st_mtim.tv_nsec);
	if (strcmp(name, ".") != 0)
		info->path = arena_printf(mem, "%s/%s", info->path.p, name);
	return 0;
}

static int
info_once(int root, const char *path, struct arena *mem, struct artifact_info *info)
{
	const char *name = ".";
	int dir, rc;

	dir = path[0] == '\0' ? root_open_at(root, "", O_PATH | O_DIRECTORY, 0) :
	    root_open_parent(root, path, false, &name);
	if (dir == -1) {
		/* what is no name is not there either */
		errno = errno == FAULT_NO_NAME ? ENOENT : errno;
		return -1;
	}
	rc = entry_info(dir, name, mem, info);
	file_close(dir);
	return rc;
}

int
file_info(int root, const char *path, struct arena *mem, struct artifact_info *info)
{
	int rc, tries = 0;

	/* what is missing stays so, for this request */
	do {
		rc = info_once(root, path, mem, info);
	} while (rc == -1 && !fault_is_missing(errno) && fault_may_pass(errno, ++tries));
	return rc;
}

/* errno is kept. */
static void
close_all(struct artifact_upload *up)
{
	int error = errno;

	if (up->fd != -1)
		close(up->fd);
	if (up->dir != -1)
		close(up->dir);
	if (up->root != -1)
		close(up->root);
	errno = error;
}

/* Is the target something that a file may replace, or nothing? */
static int
check_target(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (S_ISREG(st.st_mode))
		return 0;
	errno = S_ISDIR(st.st_mode) ? EISDIR : ELOOP;
	return -1;
}

/* The target's directory, made if need be, in place of the one that may be gone. */
static int
open_directory(struct artifact_upload *up)
{
	if (up->dir != -1)
		close(up->dir);
	up->dir = root_open_parent(up->root, up->path, true, &up->name);
	return up->dir == -1 ? -1 : check_target(up->dir, up->name);
}

static int
open_new(struct artifact_upload *up)
{
	up->fd = openat(up->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	up->named = up->fd == -1;
	if (up->named)
		up->fd = openat(up->dir, up->temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return up->fd == -1 ? -1 : 0;
}

int
file_upload_begin(struct artifact_upload *up, struct arena *mem, int root, const char *path)
{
	int rc = -1, tries = 0;

	*up = (struct artifact_upload){ .dir = -1, .fd = -1 };
	up->root = fcntl(root, F_DUPFD_CLOEXEC, 0);
	up->path = arena_strdup(mem, path);
	up->temporary = arena_strdup(mem, arena_printf(mem, ARTIFACT_UPLOAD "%s",
	    id_hex32(mem).p).p);
	do {
		if (open_directory(up) == 0)
			rc = open_new(up);
	} while (rc == -1 && fault_may_pass(errno, ++tries));
	if (rc == -1)
		close_all(up);
	return rc;
}

int
file_upload_write(struct artifact_upload *up, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t done = write(up->fd, p, n);

		if (done == -1 && errno != EINTR)
			return -1;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

void
file_upload_give_up(struct artifact_upload *up)
{
	int error = errno;

	if (up->named)
		unlinkat(up->dir, up->temporary, 0);
	close_all(up);
	errno = error;
}

/* Its own count of links says nothing on some file systems. */
static bool
is_removed(const struct artifact_upload *up)
{
	struct stat st;

	return fstatat(up->dir, up->temporary, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    (errno == ENOENT || errno == ESTALE);
}

/*
 * Over what is there.  If the directory was removed meanwhile, and the file in it,
 * the removal came right after.
 */
static int
rename_upload(struct artifact_upload *up)
{
	int error;

	if (check_target(up->dir, up->name) == 0 &&
	    renameat(up->dir, up->temporary, up->dir, up->name) == 0)
		return 0;
	error = errno;
	if (is_removed(up))
		return 0;
	errno = error;
	return -1;
}

/* A file without a name gets its own, or the hidden one if that is taken. */
static int
link_upload(struct artifact_upload *up)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", up->fd);
	if (linkat(AT_FDCWD, self, up->dir, up->name, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno != EEXIST ||
	    linkat(AT_FDCWD, self, up->dir, up->temporary, AT_SYMLINK_FOLLOW) == -1)
		return -1;
	up->named = true;
	return rename_upload(up);
}

/* Without a name it goes wherever its directory is now. */
static int
place_upload(struct artifact_upload *up)
{
	int rc = -1, tries = 0;

	do {
		if (up->named)
			rc = rename_upload(up);
		else if (tries == 0 || open_directory(up) == 0)
			rc = link_upload(up);
	} while (rc == -1 && fault_may_pass(errno, ++tries));
	return rc;
}

int
file_upload_finish(struct artifact_upload *up)
{
	if (fsync(up->fd) == -1 || place_upload(up) == -1) {
		file_upload_give_up(up);
		return -1;
	}
	file_sync_directory(up->dir);
	close_all(up);
	return 0;
}
