/* One artifact file. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

int
file_info(int root, const char *path, struct arena *mem, struct artifact_info *info)
{
	const char *name = ".";
	int dir, rc;

	dir = path[0] == '\0' ? root_open_at(root, "", O_PATH | O_DIRECTORY, 0) :
	    root_open_parent(root, path, false, &name);
	if (dir == -1) {
		/* what is no name is not there either */
		errno = errno == EINVAL ? ENOENT : errno;
		return -1;
	}
	rc = entry_info(dir, name, mem, info);
	file_close(dir);
	return rc;
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

static int
begin(struct artifact_upload *up, struct arena *mem, int root, const char *path)
{
	const char *name;

	up->fd = -1;
	up->dir = root_open_parent(root, path, true, &name);
	if (up->dir == -1)
		return -1;
	up->name = arena_strdup(mem, name);
	up->temporary = arena_strdup(mem, arena_printf(mem, ARTIFACT_HIDDEN "upload.%s",
	    id_hex32(mem).p).p);
	if (check_target(up->dir, name) == 0)
		up->fd = openat(up->dir, up->temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (up->fd != -1)
		return 0;
	file_close(up->dir);
	return -1;
}

int
file_upload_begin(struct artifact_upload *up, struct arena *mem, int root, const char *path)
{
	int try, rc = -1;

	errno = ENOENT;
	for (try = 0; rc == -1 && errno == ENOENT && try < ROOT_RACE_TRIES; try++)
		rc = begin(up, mem, root, path);
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

	unlinkat(up->dir, up->temporary, 0);
	close(up->fd);
	close(up->dir);
	errno = error;
}

/* If its directory was removed meanwhile, the removal came right after. */
static int
rename_upload(struct artifact_upload *up)
{
	struct stat st;

	if (renameat(up->dir, up->temporary, up->dir, up->name) == 0)
		return 0;
	return errno == ENOENT && fstat(up->fd, &st) == 0 && st.st_nlink == 0 ? 0 : -1;
}

int
file_upload_finish(struct artifact_upload *up)
{
	if (fsync(up->fd) == -1 || check_target(up->dir, up->name) == -1 ||
	    rename_upload(up) == -1) {
		file_upload_give_up(up);
		return -1;
	}
	file_sync_directory(up->dir);
	close(up->fd);
	close(up->dir);
	return 0;
}
