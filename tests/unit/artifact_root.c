/* That nothing outside a root is touched, and that files are written whole or not. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "artifact/fault.h"
#include "artifact/file.h"
#include "artifact/root.h"
#include "artifact/tree.h"
#include "base/buf.h"
#include "tap.h"

static struct arena mem;
static char top[] = "/tmp/cairn-unit.XXXXXX";
static int root;

static const char *
at(const char *name)
{
	return arena_printf(&mem, "%s/%s", top, name).p;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		abort();
}

static bool
holds(const char *name, const char *text)
{
	char got[64] = "";
	FILE *f = fopen(at(name), "r");
	bool same = f != NULL && (fgets(got, sizeof(got), f) != NULL || *text == '\0') &&
	    strcmp(got, text) == 0;

	if (f != NULL)
		fclose(f);
	return same;
}

static void
make_scene(void)
{
	if (mkdtemp(top) == NULL || mkdir(at("root"), 0755) == -1 ||
	    mkdir(at("root/d"), 0755) == -1 || mkdir(at("out"), 0755) == -1)
		abort();
	put("out/canary", "alive");
	put("root/d/f", "inside");
	put("root/.cairn-upload.x", "ours");
	if (symlink(at("out"), at("root/link")) == -1 ||
	    symlink("d", at("root/inner")) == -1 ||
	    symlink(at("out/canary"), at("root/file")) == -1)
		abort();
	root = root_open(at("root"));
}

static void
missing(const char *path)
{
	struct artifact_info info;

	errno = 0;
	tap_ok(file_info(root, path, &mem, &info) == -1 && fault_is_missing(errno),
	    "'%s' is not there", path);
}

static void
check_reading(void)
{
	struct artifact_info info;
	struct tree_list list;

	tap_ok(file_info(root, "d/f", &mem, &info) == 0 && !info.is_dir && info.size == 6 &&
	    str_is(info.path, at("root/d/f")), "a file inside");
	tap_ok(file_info(root, "", &mem, &info) == 0 && info.is_dir, "the root itself");
	missing("none");
	missing("d/f/x");
	missing("../out/canary");
	missing("d/../../out/canary");
	missing("link/canary");
	missing("link");
	missing("file");
	missing("inner/f");
	missing(at("out/canary"));
	missing(".cairn-upload.x");
	missing("d/.cairn-x/y");
	tap_ok(tree_list(root, "", &mem, &list) == 0 && list.n == 1 &&
	    str_is(list.items[0]->name, "d") && list.items[0]->is_dir, "links and our own names are not listed");
	tap_ok(tree_list(root, "link", &mem, &list) == -1, "nor what a link leads to");
}

static int
upload(const char *path, const char *text)
{
	struct artifact_upload up;

	if (file_upload_begin(&up, &mem, root, path) == -1)
		return -1;
	if (file_upload_write(&up, text, strlen(text)) == -1) {
		file_upload_give_up(&up);
		return -1;
	}
	return file_upload_finish(&up);
}

static void
refused(const char *path, int error)
{
	errno = 0;
	tap_ok(upload(path, "bad") == -1 && errno == error, "'%s' is not written: %s", path,
	    strerror(errno));
}

static void
check_writing(void)
{
	struct artifact_upload up;
	struct tree_list list;

	tap_ok(upload("new/er/g", "one") == 0 && holds("root/new/er/g", "one"), "with directories");
	tap_ok(upload("new/er/g", "two") == 0 && holds("root/new/er/g", "two"), "replaced");
	tap_ok(file_upload_begin(&up, &mem, root, "new/er/g") == 0 &&
	    file_upload_write(&up, "half", 4) == 0, "half of one");
	tap_ok(holds("root/new/er/g", "two"), "the old one stays while it comes in");
	tap_ok(tree_list(root, "new/er", &mem, &list) == 0 && list.n == 1, "which nobody sees");
	file_upload_give_up(&up);
	tap_ok(rename(at("root/new/er/g"), at("root/g")) == 0 && rmdir(at("root/new/er")) == 0,
	    "given up: nothing is left");
	refused("d", EISDIR);
	refused("d/f/x", ENOTDIR);
	refused("link/new", ELOOP);
	refused("file", ELOOP);
	refused("../out/new", EXDEV);
	refused("d/..", FAULT_NO_NAME);
	refused("", FAULT_NO_NAME);
	refused(".cairn-upload.y", FAULT_NO_NAME);
	tap_ok(holds("out/canary", "alive") && access(at("out/new"), F_OK) == -1,
	    "outside nothing has changed");
}

static int
visit(void *arg, int fd, struct str path, int64_t size)
{
	(void)fd;
	(void)size;
	buf_printf(arg, "%s;", path.p);
	return 0;
}

static void
check_trees(void)
{
	struct buf seen = { 0 };

	tap_ok(upload("d/e/h", "x") == 0 && tree_walk(root, "", &mem, visit, &seen) == 0 &&
	    str_is(buf_str(&seen), "d/e/h;d/f;g;"), "walked in order");
	buf_fini(&seen);
	tap_ok(tree_remove(root, "none") == 0 && tree_remove(root, "d/f/x") == 0, "missing is fine");
	tap_ok(tree_remove(root, "..") == -1 && tree_remove(root, "d/..") == -1 &&
	    tree_remove(root, "") == -1, "what has no name is not removed");
	tap_ok(tree_remove(root, "link/canary") == 0 && holds("out/canary", "alive"),
	    "nothing behind a link");
	if (symlink(at("out"), at("root/d/link")) == -1)
		abort();
	tap_ok(tree_remove(root, "d") == 0 && access(at("root/d"), F_OK) == -1 &&
	    holds("out/canary", "alive"), "a tree with a link in it");
	tap_ok(tree_remove(root, "link") == 0 && holds("out/canary", "alive"), "a link itself");
}

/* A file that nobody has touched for two days. */
static void
put_old(const char *name)
{
	const struct timespec old[2] = { { time(NULL) - 2 * 24 * 60 * 60, 0 },
	    { time(NULL) - 2 * 24 * 60 * 60, 0 } };

	put(name, "left");
	if (utimensat(AT_FDCWD, at(name), old, 0) == -1)
		abort();
}

/* Hidden or not, but "." and "..". */
static size_t
count_entries(const char *name)
{
	DIR *dir = opendir(at(name));
	struct dirent *e;
	size_t n = 0;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (dir != NULL)
		closedir(dir);
	return n;
}

static void
check_leftovers(void)
{
	struct artifact_upload up;
	struct tree_list list;

	put_old("root/.cairn-upload.a");
	put_old("root/.cairn-probe.17");
	put_old("root/.cairn-other");
	put("root/.cairn-upload.b", "under way");
	if (mkdir(at("root/.cairn-uploads.c"), 0700) == -1)
		abort();
	tap_ok(tree_list(root, "", &mem, &list) == 0 && access(at("root/.cairn-upload.a"), F_OK) == -1 &&
	    access(at("root/.cairn-probe.17"), F_OK) == -1, "what was left a day ago is swept");
	tap_ok(access(at("root/.cairn-upload.b"), F_OK) == 0 &&
	    access(at("root/.cairn-other"), F_OK) == 0 &&
	    access(at("root/.cairn-uploads.c"), F_OK) == 0, "and nothing else");
	tap_ok(file_upload_begin(&up, &mem, root, "killed/x") == 0 && file_upload_write(&up, "y", 1) == 0,
	    "an upload");
	/* where the file system can keep a file without a name */
	tap_ok(count_entries("root/killed") == (up.named ? 1 : 0),
	    "leaves nothing when its worker is killed");
	file_upload_give_up(&up);
}

/* The directory goes while the file comes in. */
static void
check_races(void)
{
	struct artifact_upload up;

	tap_ok(file_upload_begin(&up, &mem, root, "gone/by/x") == 0 &&
	    file_upload_write(&up, "text", 4) == 0 && tree_remove(root, "gone") == 0 &&
	    file_upload_finish(&up) == 0, "its directory is removed meanwhile");
	tap_ok(up.named || holds("root/gone/by/x", "text"), "it is made again");
	tap_ok(file_upload_begin(&up, &mem, root, "gone/y") == 0 && file_upload_write(&up, "1", 1) == 0 &&
	    mkdir(at("root/gone/y"), 0755) == 0 && file_upload_finish(&up) == -1 && errno == EISDIR,
	    "a directory came in its place");
	tap_ok(rmdir(at("root/gone/y")) == 0 && tree_remove(root, "gone") == 0, "and went");
}

static void
check_limits(void)
{
	const struct tree_total few = { 100, 1 }, small = { 3, 100 }, most = { 100, 100 };
	struct tree_total total;

	tap_ok(upload("m/a", "12") == 0 && upload("m/d/b", "345") == 0 &&
	    tree_measure(root, "m", &mem, &most, &total) == 0 && total.bytes == 5 &&
	    total.files == 2, "a tree is measured");
	tap_ok(tree_measure(root, "m", &mem, &few, &total) == 0 && total.files == 2 &&
	    tree_measure(root, "m", &mem, &small, &total) == 0 && total.bytes > 3,
	    "until it is more than asked for");
	tap_ok(tree_measure(root, "none", &mem, &most, &total) == -1 && errno == ENOENT,
	    "what is not there is not empty");
}

static void
check_probes(void)
{
	size_t before = count_entries("root");

	put(arena_printf(&mem, "root/.cairn-probe.%ld", (long)getpid()).p, "of a killed one");
	tap_ok(root_probe(at("root")) == 0, "a probe beside what another left");
	tap_ok(count_entries("root") == before + 1, "leaves nothing");
	tap_ok(root_probe(at("made")) == 0 && root_probe(at("no/where")) == -1 && errno == ENOENT,
	    "the last part is made");
	tap_ok(root_look(at("root")) == 0 && count_entries("root") == before + 1, "a look writes nothing");
	tap_ok(root_look(at("none")) == -1 && errno == ENOENT && access(at("none"), F_OK) == -1,
	    "and makes nothing");
}

int
main(void)
{
	arena_init(&mem);
	make_scene();
	check_reading();
	check_writing();
	check_trees();
	check_leftovers();
	check_races();
	check_limits();
	check_probes();
	close(root);
	root = root_open(top);
	tap_ok(tree_remove(root, "root") == 0 && tree_remove(root, "out") == 0 &&
	    tree_remove(root, "made") == 0 && rmdir(top) == 0, "the scene is gone");
	close(root);
	arena_fini(&mem);
	return tap_done();
}
