/* Directories of artifacts. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artifact/file.h"
#include "artifact/root.h"
#include "artifact/tree.h"

/* Entries that a list starts with room for; doubled when they do not do. */
#define ENTRIES_FIRST	64

struct entries {
	struct arena		*mem;
	struct tree_entry	*items;
	size_t			 n, room;
};

static bool
is_hidden(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strncmp(name, ARTIFACT_HIDDEN, strlen(ARTIFACT_HIDDEN)) == 0;
}

static void
add_entry(struct entries *e, const char *name, const struct stat *st)
{
	struct tree_entry *more;

	if (e->n == e->room) {
		e->room = e->room == 0 ? ENTRIES_FIRST : 2 * e->room;
		more = arena_array(e->mem, e->room, sizeof(*more));
		if (e->n > 0)
			memcpy(more, e->items, e->n * sizeof(*more));
		e->items = more;
	}
	e->items[e->n++] = (struct tree_entry){
		.name = arena_str(e->mem, str_of(name)),
		.is_dir = S_ISDIR(st->st_mode),
		.size = S_ISDIR(st->st_mode) ? 0 : st->st_size,
	};
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(((const struct tree_entry *)a)->name, ((const struct tree_entry *)b)->name);
}

/* Takes the descriptor over. */
static int
read_entries(int fd, struct entries *e)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL) {
		file_close(fd);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		/* a name that is no UTF-8 cannot be told in JSON */
		if (is_hidden(entry->d_name) || !utf8_is_valid(str_of(entry->d_name)) ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			add_entry(e, entry->d_name, &st);
	}
	closedir(dir);
	if (e->n > 0)
		qsort(e->items, e->n, sizeof(*e->items), compare);
	return 0;
}

int
tree_list(int root, const char *path, struct arena *mem, struct tree_entry **items, size_t *n)
{
	struct entries e = { .mem = mem };
	int fd = root_open_at(root, path, O_RDONLY | O_DIRECTORY, 0);

	if (fd == -1 || read_entries(fd, &e) == -1)
		return -1;
	*items = e.items;
	*n = e.n;
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
	int fd, try;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (depth > ROOT_DEPTH_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	for (try = 0; try < ROOT_RACE_TRIES; try++) {
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd == -1 || remove_directory(fd, depth) == -1)
			return -1;
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != ENOTEMPTY)
			return -1;
	}
	return -1;
}

int
tree_remove(int root, const char *path)
{
	const char *name;
	int dir = root_open_parent(root, path, false, &name), rc;

	if (dir == -1)
		return root_is_missing(errno) ? 0 : -1;
	rc = remove_below(dir, name, 0);
	if (rc == 0)
		file_sync_directory(dir);
	else if (root_is_missing(errno))
		rc = 0;
	file_close(dir);
	return rc;
}

struct walk {
	struct arena	*mem;
	int		(*visit)(void *, int, struct str, int64_t);
	void		*arg;
};

static int walk_directory(const struct walk *, int dir, struct str path, int depth);

static int
walk_entry(const struct walk *w, int dir, const struct tree_entry *e, struct str path, int depth)
{
	int fd = openat(dir, e->name.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK), rc;

	/* gone since it was listed */
	if (fd == -1)
		return root_is_missing(errno) ? 0 : -1;
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
	for (i = 0; rc == 0 && i < e.n; i++)
		rc = walk_entry(w, dir, &e.items[i], arena_printf(w->mem, "%s%s%s", path.p,
		    path.len > 0 ? "/" : "", e.items[i].name.p), depth);
	file_close(dir);
	arena_release(w->mem, mark);
	return rc;
}

int
tree_walk(int root, const char *path, struct arena *mem,
    int (*visit)(void *arg, int fd, struct str path, int64_t size), void *arg)
{
	struct walk w = { mem, visit, arg };
	int dir = root_open_at(root, path, O_RDONLY | O_DIRECTORY, 0);

	return dir == -1 ? -1 : walk_directory(&w, dir, STR(""), 0);
}
