/*
 * The run directory is $XDG_RUNTIME_DIR/cairn-server.XXXXXX, or the same in /tmp.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/rundir.h"

#define PREFIX		"cairn-server."
/* Bytes of the folder's name: "/cairn-server.XXXXXX/probe.sock" goes behind. */
#define BASE_MAX	(sizeof(((struct sockaddr_un *)0)->sun_path) - 40)
/* Descriptors that removing a tree may hold: it is two levels deep. */
#define TREE_FDS	8
/* The kernel's own name for itself since it started. */
#define BOOT_ID	"/proc/sys/kernel/random/boot_id"
#define BOOT_ID_SIZE	36
/* A server tells this often that it lives. */
#define BEAT_S		3600
/* After so long without that it is gone, wherever it ran; clocks may differ. */
#define SILENT_S	86400

int
lock_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int error;

	if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	/* the rest is still worth removing */
	remove(path);
	return 0;
}

void
remove_tree(const char *path)
{
	nftw(path, remove_entry, TREE_FDS, FTW_DEPTH | FTW_PHYS);
}

/* A folder of ours, whose sockets have names that a socket address can hold. */
static const char *
base_folder(void)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");

	return folder != NULL && folder[0] == '/' && access(folder, W_OK) == 0 &&
	    strlen(folder) < BASE_MAX ? folder : "/tmp";
}

static ssize_t
read_boot_id(const char *path, char id[BOOT_ID_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd == -1 ? -1 : read(fd, id, BOOT_ID_SIZE);

	if (fd != -1)
		close(fd);
	return n;
}

/*
 * A lock made under this kernel says by itself whether its server lives.  One of
 * another machine is not seen on some network file systems: there the time of the
 * last beat decides.
 */
static bool
may_sweep(const char *lock)
{
	char here[BOOT_ID_SIZE], there[BOOT_ID_SIZE];
	struct stat st;

	if (read_boot_id(BOOT_ID, here) == BOOT_ID_SIZE &&
	    read_boot_id(lock, there) == BOOT_ID_SIZE &&
	    memcmp(here, there, BOOT_ID_SIZE) == 0)
		return true;
	return lstat(lock, &st) == 0 && time(NULL) - st.st_mtime > SILENT_S;
}

/* One of ours whose server is gone: nobody holds its lock. */
static void
sweep_one(struct arena *mem, const char *path)
{
	const char *lock = arena_printf(mem, "%s/lock", path).p;
	struct stat st;
	int fd;

	if (lstat(path, &st) == -1 || !S_ISDIR(st.st_mode) ||
	    st.st_uid != geteuid() || access(lock, F_OK) == -1 || !may_sweep(lock))
		return;
	fd = lock_file(lock);
	if (fd == -1)
		return;
	log_info("removing %s, left behind by a server that was killed", path);
	remove_tree(path);
	close(fd);
}

static void
sweep(struct arena *mem, const char *base, const char *prefix)
{
	DIR *dir = opendir(base);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			sweep_one(mem, arena_printf(mem, "%s/%s", base,
			    entry->d_name).p);
	closedir(dir);
}

/* The lock, with the name of the kernel that it holds under. */
static int
take_lock(struct rundir *run)
{
	char id[BOOT_ID_SIZE];
	struct stat st;

	/* not always who we are: some file systems give our files to another user */
	if (lstat(run->path, &st) == -1)
		return -1;
	run->owner = st.st_uid;
	run->lock = lock_file(run->lock_path);
	run->beat = time(NULL);
	if (run->lock != -1 && (read_boot_id(BOOT_ID, id) != BOOT_ID_SIZE ||
	    write(run->lock, id, BOOT_ID_SIZE) != BOOT_ID_SIZE))
		log_warn("cannot note in %s under which kernel it was made", run->path);
	return run->lock == -1 ? -1 : 0;
}

int
rundir_make_in(struct rundir *run, struct arena *mem, const char *folder, const char *prefix)
{
	char *path = arena_strdup(mem, arena_printf(mem, "%s/%sXXXXXX", folder, prefix).p);

	sweep(mem, folder, prefix);
	*run = (struct rundir){ .lock = -1 };
	if (mkdtemp(path) == NULL) {
		log_error("cannot make a private directory in %s: %s", folder, strerror(errno));
		return -1;
	}
	run->path = path;
	run->lock_path = arena_printf(mem, "%s/lock", path).p;
	if (take_lock(run) == -1) {
		log_error("cannot write in %s: %s", path, strerror(errno));
		rundir_remove(run);
		return -1;
	}
	return 0;
}

/* In /tmp anybody may make a folder of that name, once ours is gone. */
static bool
is_ours(const struct rundir *run)
{
	struct stat st;

	return lstat(run->path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == run->owner;
}

static void
beat(struct rundir *run)
{
	time_t now = time(NULL);

	if (now - run->beat < BEAT_S)
		return;
	run->beat = now;
	futimens(run->lock, NULL);
}

int
rundir_mend(struct rundir *run)
{
	if (run->path == NULL)
		return 0;
	if (is_ours(run) && access(run->lock_path, F_OK) == 0) {
		beat(run);
		return 0;
	}
	if (run->lock != -1)
		close(run->lock);
	run->lock = -1;
	if ((mkdir(run->path, 0700) == 0 || is_ours(run)) && take_lock(run) == 0) {
		log_warn("%s was removed: made anew", run->path);
		run->is_lost = false;
		return 1;
	}
	/* once, not each second */
	if (!run->is_lost)
		log_error("%s was removed and cannot be made anew: %s", run->path,
		    strerror(errno));
	run->is_lost = true;
	return -1;
}

int
rundir_make(struct rundir *run, struct arena *mem)
{
	if (rundir_make_in(run, mem, base_folder(), PREFIX) == 0)
		return 0;
	log_error("no run directory: set XDG_RUNTIME_DIR to a folder of your own");
	return -1;
}

void
rundir_remove(struct rundir *run)
{
	if (run->path != NULL)
		remove_tree(run->path);
	if (run->lock != -1)
		close(run->lock);
	*run = (struct rundir){ .lock = -1 };
}

int
rundir_write(const struct rundir *run, struct arena *mem, const char *name,
    const struct buf *text)
{
	const char *path = arena_printf(mem, "%s/%s", run->path, name).p;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");
	bool written = f != NULL && fwrite(text->p, 1, text->len, f) == text->len;

	if (f != NULL && fclose(f) != 0)
		written = false;
	if (written)
		return 0;
	log_error("cannot write %s: %s", path, strerror(errno));
	return -1;
}
