/*
 * glibc has no wrapper of openat2 yet.  Without it (kernels before 5.6) nothing
 * is opened, and root_probe says so at the start.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "artifact/file.h"
#include "artifact/openat2.h"
#include "artifact/root.h"

int
root_open(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int
root_make(const char *path)
{
	if (mkdir(path, 0777) == -1 && errno != EEXIST)
		return -1;
	return root_open(path);
}

/* Is a part of the path one of our own names? */
static bool
names_hidden(const char *path)
{
	while (path != NULL) {
		if (strncmp(path, ARTIFACT_HIDDEN, strlen(ARTIFACT_HIDDEN)) == 0)
			return true;
		path = strchr(path, '/');
		path += path != NULL;
	}
	return false;
}

int
root_open_at(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	if (names_hidden(path)) {
		errno = ENOENT;
		return -1;
	}
	return (int)syscall(SYS_openat2, root, path[0] == '\0' ? "." : path, &how, sizeof(how));
}

/* The root itself, or what the kernel does not look at when it is not opened. */
static bool
is_no_name(const char *name)
{
	return strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    names_hidden(name);
}

/* What could be made, but neither be sent nor removed again. */
static bool
is_too_deep(const char *path)
{
	size_t depth = 0, n = strlen(path);

	for (; *path != '\0'; path++)
		depth += *path == '/';
	return depth > ROOT_DEPTH_MAX || n > ROOT_PATH_MAX;
}

/* One directory further, made if it may; the new entry reaches the disk. */
static int
step_into(int dir, const char *name, bool make)
{
	int fd = root_open_at(dir, name, O_PATH | O_DIRECTORY, 0);

	if (fd != -1 || errno != ENOENT || !make || names_hidden(name))
		return fd;
	if (mkdirat(dir, name, 0777) == -1 && errno != EEXIST)
		return -1;
	file_sync_directory(dir);
	return root_open_at(dir, name, O_PATH | O_DIRECTORY, 0);
}

int
root_open_parent(int root, const char *path, bool make, const char **name)
{
	int dir = root_open_at(root, "", O_PATH | O_DIRECTORY, 0), next;
	char part[NAME_MAX + 1];
	const char *slash;

	if (make && dir != -1 && is_too_deep(path)) {
		close(dir);
		errno = ENAMETOOLONG;
		return -1;
	}
	while (dir != -1 && (slash = strchr(path, '/')) != NULL) {
		next = -1;
		errno = ENAMETOOLONG;
		if ((size_t)(slash - path) < sizeof(part)) {
			snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
			next = step_into(dir, part, make);
		}
		file_close(dir);
		dir = next;
		path = slash + 1;
	}
	*name = path;
	if (dir == -1 || !is_no_name(path))
		return dir;
	close(dir);
	errno = EINVAL;
	return -1;
}

static int
probe(int root)
{
	char name[64], other[80];
	int fd, rc = -1;

	snprintf(name, sizeof(name), ARTIFACT_HIDDEN "probe.%ld", (long)getpid());
	snprintf(other, sizeof(other), "%s.renamed", name);
	fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return -1;
	close(fd);
	if (renameat(root, name, root, other) == -1)
		unlinkat(root, name, 0);
	else
		rc = unlinkat(root, other, 0);
	/* and does this kernel contain? */
	fd = rc == -1 ? -1 : root_open_at(root, "", O_PATH | O_DIRECTORY, 0);
	if (fd == -1)
		return -1;
	close(fd);
	return 0;
}

int
root_probe(const char *path)
{
	int root = root_make(path), rc;

	if (root == -1)
		return -1;
	rc = probe(root);
	file_close(root);
	return rc;
}

bool
root_is_missing(int error)
{
	return error == ENOENT || error == ELOOP || error == EXDEV || error == ENOTDIR ||
	    error == ENAMETOOLONG;
}
