/* Directories of artifacts. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "artifact/fault.h"
#include "artifact/file.h"
#include "artifact/root.h"
#include "artifact/tree.h"

/*
 * Seconds after which an unfinished upload belongs to nobody: its worker writes it
 * in one go, and removes or renames it at the end.
 */
#define LEFTOVER_AGE	(24 * 60 * 60)

/* A directory that is read. */
struct entries {
	struct arena		*mem;
	struct tree_list	 list;
	size_t			 bytes;		/* of memory, about */
};

static bool
is_hidden(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strncmp(name, ARTIFACT_HIDDEN, strlen(ARTIFACT_HIDDEN)) == 0;
}

/* A worker that was killed cannot clean up; who comes by does. */
static void
remove_leftover(int dir, const char *name)
{
	struct stat st;

	if ((strncmp(name, ARTIFACT_UPLOAD, strlen(ARTIFACT_UPLOAD)) == 0 ||
	    strncmp(name, ARTIFACT_PROBE, strlen(ARTIFACT_PROBE)) == 0) &&
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_mtime < time(NULL) - LEFTOVER_AGE)
		unlinkat(dir, name, 0);
}

static int
add_entry(struct entries *e, const char *name, const struct stat *st)
{
	struct tree_entry *entry;

	/* the array doubles, and leaves its halves behind */
	e->bytes += sizeof(*entry) + strlen(name) + 4 * sizeof(entry);
	if (e->bytes > TREE_LIST_BYTES_MAX) {
		errno = EFBIG;
		return -1;
	}
	entry = arena_alloc(e->mem, sizeof(*entry));
	*entry = (struct tree_entry){
		.name = arena_str(e->mem, str_of(name)),
		.is_dir = S_ISDIR(st->st_mode),
		.size = S_ISDIR(st->st_mode) ? 0 : st->st_size,
	};
	e->list.items = arena_grow(e->mem, e->list.items, e->list.n, sizeof(entry));
	e->list.items[e->list.n++] = entry;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct tree_entry *const *x = a, *const *y = b;

	return str_cmp((*x)->name, (*y)->name);
}

/* One entry, if it is one to be shown. */
static int
read_entry(int dir, const char *name, struct entries *e)
{
	struct stat st;

	if (is_hidden(name)) {
		remove_leftover(dir, name);
		return 0;
	}
	/* a name that is no UTF-8 can neither be told in JSON nor asked for */
	if (!utf8_is_valid(str_of(name)) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	return add_entry(e, name, &st);
}

/* Takes the descriptor over. */
static int
read_entries(int fd, struct entries *e)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int rc = 0, error;

	if (dir == NULL) {
		file_close(fd);
		return -1;
	}
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		rc = read_entry(fd, entry->d_name, e);
	error = errno;
	closedir(dir);
	errno = error;
	if (e->list.n > 0)
		qsort(e->list.items, e->list.n, sizeof(e->list.items[0]), compare);
	return rc;
}

int
tree_list(int root, const char *path, struct arena *mem, struct tree_list *list)
{
	struct entries e = { .mem = mem };
	int fd = root_open_at(root, path, O_RDONLY | O_DIRECTORY, 0);

	if (fd == -1 || read_entries(fd, &e) == -1)
		return -1;
	*list = e.list;
	return 0;
}

static int remove_below(int dir, const char *name, int depth);

static int
remove_directory(int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL) {
		file_close(fd);
		return -1;
	}
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = remove_below(fd, entry->d_name, depth + 1);
	closedir(dir);
	return rc;
}

/* A symlink is removed as such, whatever it leads to. */
static int
remove_below(int dir, const char *name, int depth)
{
	int fd, tries = 0;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (depth > ROOT_DEPTH_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	/* somebody may go on writing into it */
	do {
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd == -1 || remove_directory(fd, depth) == -1)
			return -1;
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
	} while ((errno == ENOTEMPTY || errno == EEXIST) && fault_may_pass(errno, ++tries));
	return -1;
}

static int
remove_once(int root, const char *path)
{
	const char *name;
	int dir = root_open_parent(root, path, false, &name), rc;

	if (dir == -1)
		return -1;
	rc = remove_below(dir, name, 0);
	if (rc == 0)
		file_sync_directory(dir);
	file_close(dir);
	return rc;
}

int
tree_remove(int root, const char *path)
{
	int rc, tries = 0;

	do {
		rc = remove_once(root, path);
	} while (rc == -1 && errno != ENOENT && fault_may_pass(errno, ++tries));
	return rc == -1 && fault_is_missing(errno) ? 0 : rc;
}

struct walk {
	struct arena	*mem;
	int		(*visit)(void *, int, struct str, int64_t);
	void		*arg;
	bool		 closed;	/* files are not opened: fd is -1 */
};

static int walk_directory(const struct walk *, int dir, struct str path, int depth);

static int
walk_entry(const struct walk *w, int dir, const struct tree_entry *e, struct str path, int depth)
{
	int fd, rc;

	if (!e->is_dir && w->closed)
		return w->visit(w->arg, -1, path, e->size);
	fd = openat(dir, e->name.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	/* gone since it was listed */
	if (fd == -1)
		return fault_is_missing(errno) || errno == ESTALE ? 0 : -1;
	if (e->is_dir)
		return walk_directory(w, fd, path, depth + 1);
	rc = w->visit(w->arg, fd, path, e->size);
	file_close(fd);
	return rc;
}

/* Takes the descriptor over. */
static int
walk_directory(const struct walk *w, int dir, struct str path, int depth)
{
	struct arena_mark mark = arena_mark(w->mem);
	struct entries e = { .mem = w->mem };
	int copy = depth > ROOT_DEPTH_MAX ? -1 : fcntl(dir, F_DUPFD_CLOEXEC, 0), rc = 0;
	size_t i;

	if (depth > ROOT_DEPTH_MAX)
		errno = EOVERFLOW;
	if (copy == -1 || read_entries(copy, &e) == -1) {
		file_close(dir);
		return -1;
	}
	for (i = 0; rc == 0 && i < e.list.n; i++) {
		struct arena_mark entry = arena_mark(w->mem);

		rc = walk_entry(w, dir, e.list.items[i], arena_printf(w->mem, "%s%s%s", path.p,
		    path.len > 0 ? "/" : "", e.list.items[i]->name.p), depth);
		arena_release(w->mem, entry);
	}
	file_close(dir);
	arena_release(w->mem, mark);
	return rc;
}

static int
walk(const struct walk *w, int root, const char *path)
{
	int dir = root_open_at(root, path, O_RDONLY | O_DIRECTORY, 0);

	return dir == -1 ? -1 : walk_directory(w, dir, STR(""), 0);
}

int
tree_walk(int root, const char *path, struct arena *mem,
    int (*visit)(void *arg, int fd, struct str path, int64_t size), void *arg)
{
	struct walk w = { mem, visit, arg, false };

	return walk(&w, root, path);
}

struct measure {
	const struct tree_total	*most;
	struct tree_total	*total;
	bool			 enough;
};

static int
add_to_total(void *arg, int fd, struct str path, int64_t size)
{
	struct measure *m = arg;

	(void)fd;
	(void)path;
	m->total->files++;
	m->total->bytes += size;
	m->enough = m->total->files > m->most->files || m->total->bytes > m->most->bytes;
	return m->enough ? -1 : 0;
}

int
tree_measure(int root, const char *path, struct arena *mem, const struct tree_total *most,
    struct tree_total *total)
{
	struct measure m = { most, total, false };
	struct walk w = { mem, add_to_total, &m, true };

	*total = (struct tree_total){ 0, 0 };
	return walk(&w, root, path) == -1 && !m.enough ? -1 : 0;
}
