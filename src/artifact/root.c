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
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "artifact/fault.h"
#include "artifact/file.h"
#include "artifact/openat2.h"
#include "artifact/root.h"
#include "base/id.h"

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#else
/* As the kernel's own header has them since 5.6. */
struct open_how {
	uint64_t	flags, mode, resolve;
};
#define RESOLVE_NO_MAGICLINKS	0x02
#define RESOLVE_NO_SYMLINKS	0x04
#define RESOLVE_BENEATH		0x08
#endif
#ifndef SYS_openat2
#define SYS_openat2	437	/* everywhere but on Alpha */
#endif

int
root_open(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Is a part of the path one of our own names? */
static bool
names_hidden(const char *path)
{
	while (path != NULL) {
		if (strncmp(path, ARTIFACT_HIDDEN, strlen(ARTIFACT_HIDDEN)) == 0)
			return true;
		path = strchr(path, '/');
		if (path != NULL)
			path++;
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

	int fd, tries = 0;

	errno = ENOENT;
	if (names_hidden(path))
		return -1;
	/* the kernel gives up with EAGAIN when somebody renames on the way */
	do {
		fd = (int)syscall(SYS_openat2, root, path[0] == '\0' ? "." : path, &how,
		    sizeof(how));
	} while (fd == -1 && errno == EAGAIN && fault_may_pass(errno, ++tries));
	return fd;
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
	errno = FAULT_NO_NAME;
	return -1;
}

/* Does this kernel contain? */
static int
check_containment(int root)
{
	int fd = root_open_at(root, "", O_PATH | O_DIRECTORY, 0);

	if (fd == -1)
		return -1;
	close(fd);
	return 0;
}

/* Where a file must have a name: one that no other server has, whatever its pids. */
static int
probe_by_name(int root)
{
	char name[64], other[80];
	int fd;

	snprintf(name, sizeof(name), ARTIFACT_PROBE "%08x%08x", id_below(UINT32_MAX),
	    id_below(UINT32_MAX));
	snprintf(other, sizeof(other), "%s.renamed", name);
	fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return -1;
	close(fd);
	if (renameat(root, name, root, other) == 0)
		return unlinkat(root, other, 0);
	unlinkat(root, name, 0);
	return -1;
}

static int
probe(int root)
{
	int fd = openat(root, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd == -1)
		return probe_by_name(root);
	close(fd);
	return 0;
}

int
root_probe(const char *path)
{
	int root = mkdir(path, 0777) == -1 && errno != EEXIST ? -1 : root_open(path), rc;

	if (root == -1)
		return -1;
	rc = check_containment(root) == -1 ? -1 : probe(root);
	file_close(root);
	return rc;
}

/* File systems that count nothing say 0 of 0. */
static int
check_room(int root)
{
	struct statvfs st;

	if (fstatvfs(root, &st) == -1)
		return -1;
	if ((st.f_blocks > 0 && st.f_bavail == 0) || (st.f_files > 0 && st.f_favail == 0)) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}

int
root_look(const char *path)
{
	int root = root_open(path), rc;

	if (root == -1)
		return -1;
	rc = check_containment(root);
	if (rc == 0)
		rc = faccessat(root, ".", W_OK | X_OK, AT_EACCESS);
	if (rc == 0)
		rc = check_room(root);
	file_close(root);
	return rc;
}
