/*
 * The data directory:
 *	cairn.lock	held by the `cairn server` that runs; its process id
 *	mariadb.lock	held by mariadbd as long as it lives; its server's id
 *	mariadb/	MariaDB's own data directory
 *	mariadb.new/	the same while it is being made
 *	mariadb.sock, mariadb.log, start.sql, make.sql
 *
 * mariadbd inherits the descriptor of mariadb.lock.  So after a kill -9 of
 * `cairn` the next start can tell whether the old mariadbd still runs, and wait
 * for it: the kernel has told it to end.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "cli/embedded.h"
#include "cli/rundir.h"
#include "cli/stop.h"

#define DATABASE	"mlflow"
#define USER		"cairn"
/* Beside the workers: the probe, the login at the start, and a person with a client. */
#define SPARE_CONNECTIONS	10
/* Making the system tables takes half a second on a quick disk. */
#define MAKE_MS		120000
/* An orphan with a large buffer pool may write that long. */
#define ORPHAN_MS	60000

/*
 * At each start: the database, and a user who has nothing else.  A password
 * would protect nothing: the socket is in a folder of mode 0700.
 */
static const char start_sql[] =
    "CREATE DATABASE IF NOT EXISTS " DATABASE
    " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n"
    "CREATE USER IF NOT EXISTS " USER "@localhost;\n"
    "GRANT ALL ON " DATABASE ".* TO " USER "@localhost;\n";

/* The scripts that mariadb-install-db runs; it needs a client package. */
static const char *const make_scripts[] = {
	"system_tables.sql", "performance_tables.sql", "system_tables_data.sql",
};
static const char *const script_prefixes[] = {
	"/usr/share/mysql/mysql_", "/usr/share/mariadb/mariadb_",
	"/usr/share/mysql/mariadb_", "/usr/share/mariadb/mysql_",
	"/usr/local/share/mysql/mysql_", "/usr/local/share/mariadb/mariadb_",
};

static const char *
in_data(struct arena *mem, const struct conf *conf, const char *name)
{
	return arena_printf(mem, "%s/%s", conf->data_dir, name).p;
}

static int
fail(const char *what, const char *path)
{
	log_error("%s %s: %s", what, path, strerror(errno));
	return -1;
}

static bool
is_empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = dir != NULL;

	while (empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

/* Ours, or new: never somebody's home directory made private. */
static int
make_folder(struct arena *mem, const struct conf *conf)
{
	const char *path = conf->data_dir;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return fail("cannot make the data directory (--data-dir, "
		    "CAIRN_DATA)", path);
	if (access(in_data(mem, conf, "cairn.lock"), F_OK) == -1 &&
	    !is_empty_folder(path)) {
		log_error("%s is not a data directory of Cairn, or not one of this "
		    "user: name an empty or new one in --data-dir (CAIRN_DATA)",
		    path);
		return -1;
	}
	if (chmod(path, 0700) == -1)
		return fail("cannot make the data directory private:", path);
	return 0;
}

/* What a lock's holder wrote: its process id, 0 if unknown. */
static int
lock_owner(const char *path)
{
	char text[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		close(fd);
	}
	return atoi(text);
}

static int
sign_lock(int fd)
{
	return ftruncate(fd, 0) == -1 || dprintf(fd, "%d\n", (int)getpid()) < 0 ?
	    -1 : 0;
}

static int
take_lock(struct embedded *e, struct arena *mem, const struct conf *conf)
{
	const char *path = in_data(mem, conf, "cairn.lock");

	e->lock = lock_file(path);
	if (e->lock != -1)
		return sign_lock(e->lock);
	if (errno != EWOULDBLOCK)
		return fail("cannot lock", path);
	log_error("the data directory %s is in use by another cairn server "
	    "(process %d): stop it, or name another directory in --data-dir "
	    "(CAIRN_DATA)", conf->data_dir, lock_owner(path));
	return -1;
}

/* A server killed hard leaves a mariadbd that is shutting down. */
static int
wait_for_orphan(struct embedded *e, struct arena *mem, const struct conf *conf)
{
	const char *path = in_data(mem, conf, "mariadb.lock");
	int64_t end = time_monotonic_ms() + ORPHAN_MS;
	bool told = false;

	while ((e->inherited = lock_file(path)) == -1) {
		if (errno != EWOULDBLOCK)
			return fail("cannot lock", path);
		if (!told)
			log_info("the MariaDB of a server that was killed (process "
			    "%d) still stops: waiting for it", lock_owner(path));
		told = true;
		if (time_monotonic_ms() > end) {
			log_error("it does not end: stop the mariadbd that holds %s",
			    path);
			return -1;
		}
		if (stop_wait(100))
			return -1;
	}
	return sign_lock(e->inherited);
}

static int
copy_file(FILE *to, const char *path)
{
	char block[16 * 1024];
	FILE *from = fopen(path, "re");
	size_t n;
	int rc;

	if (from == NULL)
		return -1;
	while ((n = fread(block, 1, sizeof(block), from)) > 0)
		fwrite(block, 1, n, to);
	rc = ferror(from) ? -1 : 0;
	fclose(from);
	return rc;
}

static const char *
find_scripts(struct arena *mem)
{
	size_t i;

	for (i = 0; i < sizeof(script_prefixes) / sizeof(script_prefixes[0]); i++)
		if (access(arena_printf(mem, "%s%s", script_prefixes[i],
		    make_scripts[0]).p, R_OK) == 0)
			return script_prefixes[i];
	return NULL;
}

/* One file with all that the bootstrap reads: one statement a line. */
static int
write_make_script(struct arena *mem, const char *path)
{
	const char *prefix = find_scripts(mem);
	FILE *to;
	size_t i;
	int rc = 0;

	if (prefix == NULL) {
		log_error("MariaDB's system tables (mysql_system_tables.sql) are not "
		    "installed: install the package mariadb-server-core, or name a "
		    "database in --backend-store-uri");
		return -1;
	}
	to = fopen(path, "we");
	if (to == NULL)
		return fail("cannot write", path);
	fputs("CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n",
	    to);
	for (i = 0; i < sizeof(make_scripts) / sizeof(make_scripts[0]); i++)
		if (copy_file(to, arena_printf(mem, "%s%s", prefix,
		    make_scripts[i]).p) == -1)
			rc = fail("cannot read a script of", prefix);
	if ((ferror(to) | fclose(to)) != 0)
		rc = fail("cannot write", path);
	return rc;
}

static const char *
find_mariadbd(struct arena *mem)
{
	char path[4096];

	if (child_find_program("mariadbd", path, sizeof(path))[0] != '\0')
		return arena_strdup(mem, path);
	log_error("no mariadbd on this machine: install the package "
	    "mariadb-server-core, or name a database in --backend-store-uri "
	    "(MLFLOW_BACKEND_STORE_URI)");
	return NULL;
}

/*
 * Temporary tables lie in a folder of our own: each mariadbd that starts removes those
 * that it finds, whosever they are.  (A colon would part two folders.)
 */
static const char *
tmpdir_argument(struct arena *mem, const struct conf *conf)
{
	return strchr(conf->data_dir, ':') != NULL ? "--tmpdir=/tmp" :
	    arena_printf(mem, "--tmpdir=%s", conf->data_dir).p;
}

static int
run_make(struct arena *mem, const struct conf *conf, const char *mariadbd,
    const char *folder, int script)
{
	const char *argv[] = {
		mariadbd, "--no-defaults", "--bootstrap",
		arena_printf(mem, "--datadir=%s", folder).p,
		tmpdir_argument(mem, conf),
		"--innodb-log-file-size=48M", "--log-warnings=0",
		geteuid() == 0 ? "--user=root" : NULL, NULL
	};
	struct child child = {
		.name = "mariadbd --bootstrap", .argv = argv, .input = script,
		.keep = { -1, -1 }, .log = in_data(mem, conf, "mariadb.log"),
	};
	int64_t end = time_monotonic_ms() + MAKE_MS;

	if (child_start(&child) == -1)
		return -1;
	while (child.pid != 0 && time_monotonic_ms() < end && !stop_wait(100))
		child_reap(&child, 1);
	if (child.pid != 0)
		child_stop(&child, 1, SIGKILL, 0);
	if (child.status == 0)
		return 0;
	log_error("making the private database in %s failed: see %s",
	    conf->data_dir, child.log);
	return -1;
}

/* Made beside its place and then moved there: it is whole or not there. */
static int
make_database(struct arena *mem, const struct conf *conf, const char *mariadbd)
{
	const char *folder = in_data(mem, conf, "mariadb");
	const char *fresh = in_data(mem, conf, "mariadb.new");
	const char *script = in_data(mem, conf, "make.sql");
	int fd, rc = -1;

	if (access(folder, F_OK) == 0)
		return 0;
	log_info("making a private MariaDB in %s", conf->data_dir);
	remove_tree(fresh);
	if (mkdir(fresh, 0700) == -1)
		return fail("cannot make", fresh);
	if (write_make_script(mem, script) == -1)
		return -1;
	fd = open(script, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return fail("cannot read", script);
	if (run_make(mem, conf, mariadbd, fresh, fd) == 0) {
		rc = rename(fresh, folder);
		if (rc == -1)
			fail("cannot name", folder);
	}
	close(fd);
	unlink(script);
	return rc;
}

static int
write_start_script(struct arena *mem, const struct conf *conf)
{
	const char *path = in_data(mem, conf, "start.sql");
	FILE *to = fopen(path, "we");

	if (to == NULL)
		return fail("cannot write", path);
	fputs(start_sql, to);
	return (ferror(to) | fclose(to)) != 0 ? fail("cannot write", path) : 0;
}

/* A socket's name has room for 107 bytes. */
static const char *
socket_path(struct arena *mem, const struct conf *conf, const char *run_path)
{
	const char *path = in_data(mem, conf, "mariadb.sock");

	if (strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path))
		return path;
	return arena_printf(mem, "%s/mariadb.sock", run_path).p;
}

/*
 * A small server for one program: nothing that a tracking server does not use,
 * but every acknowledged write on the disk.
 */
static const char *const *
mariadbd_arguments(struct arena *mem, const struct conf *conf,
    const char *mariadbd)
{
	const char *const argv[] = {
		mariadbd, "--no-defaults",
		arena_printf(mem, "--datadir=%s", in_data(mem, conf, "mariadb")).p,
		tmpdir_argument(mem, conf),
		arena_printf(mem, "--socket=%s", conf->db.socket).p,
		arena_printf(mem, "--pid-file=%s", in_data(mem, conf, "mariadb.pid")).p,
		arena_printf(mem, "--init-file=%s", in_data(mem, conf, "start.sql")).p,
		arena_printf(mem, "--max-connections=%u",
		    conf->workers + conf->file_workers + SPARE_CONNECTIONS).p,
		arena_printf(mem, "--innodb-buffer-pool-size=%uM",
		    conf->data_memory).p,
		"--skip-networking", "--skip-name-resolve", "--skip-log-bin",
		"--performance-schema=OFF", "--symbolic-links=OFF",
		"--local-infile=OFF",
		"--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_nopad_bin",
		"--innodb-flush-log-at-trx-commit=1", "--innodb-log-file-size=48M",
		"--max-allowed-packet=64M", "--key-buffer-size=1M",
		"--aria-pagecache-buffer-size=8M", "--query-cache-type=OFF",
		"--query-cache-size=0",
		geteuid() == 0 ? "--user=root" : NULL, NULL
	};
	const char **copy = arena_alloc(mem, sizeof(argv));

	memcpy(copy, argv, sizeof(argv));
	return copy;
}

int
embedded_prepare(struct embedded *e, struct arena *mem, struct conf *conf,
    const char *run_path)
{
	const char *mariadbd = find_mariadbd(mem);

	*e = (struct embedded){ .lock = -1, .inherited = -1 };
	if (mariadbd == NULL || make_folder(mem, conf) == -1 ||
	    take_lock(e, mem, conf) == -1 ||
	    wait_for_orphan(e, mem, conf) == -1 ||
	    make_database(mem, conf, mariadbd) == -1 ||
	    write_start_script(mem, conf) == -1)
		return -1;
	conf->db.socket = socket_path(mem, conf, run_path);
	conf->db.host = NULL;
	conf->db.name = DATABASE;
	conf->db.user = USER;
	conf->db.password = NULL;
	e->child = (struct child){
		.name = "mariadbd",
		.argv = mariadbd_arguments(mem, conf, mariadbd),
		.input = -1, .keep = { e->inherited, -1 },
		.log = in_data(mem, conf, "mariadb.log"),
	};
	return 0;
}

void
embedded_release(struct embedded *e)
{
	if (e->inherited != -1)
		close(e->inherited);
	if (e->lock != -1)
		close(e->lock);
	e->inherited = e->lock = -1;
}
