/*
 * One command, a whole server: a database if none is named, the workers, and
 * lighttpd in front of them.
 *
 * The workers of a pool share one listening socket that this program holds.  A worker
 * that leaves or dies is replaced at once and loses no more than the request it was
 * at: those that wait, wait in the socket.  Settings and counters are in memory that
 * children inherit, and folders that somebody removes are made anew: a server that
 * runs needs nothing from the disk but its database and its artifacts.
 *
 * The order of the start: address, run directory, database, workers, lighttpd;
 * the end goes the other way round.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artifact/root.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/address.h"
#include "cli/child.h"
#include "cli/embedded.h"
#include "cli/handover.h"
#include "cli/healthcheck.h"
#include "cli/lighttpd.h"
#include "cli/login.h"
#include "cli/pool.h"
#include "cli/rundir.h"
#include "cli/server.h"
#include "cli/stop.h"
#include "conf/conf.h"

#define EXIT_USAGE	2
/* Connections that may wait for the web server; the kernel cuts it to its own most. */
#define BACKLOG		4096
/* Dirty pages are written. */
#define MARIADBD_STOP_MS	120000
/* From start to the first answer. */
#define READY_MS	30000
#define POLL_MS		50
#define TICK_MS		1000

/* The children: lighttpd first, then the workers; mariadbd stands apart. */
struct server {
	struct arena	 mem;
	struct conf	 conf;
	const struct route *const *tables;
	struct rundir	 run;
	struct rundir	 uploads;	/* on the artifacts' volume; or none */
	const char	*run_folders[2];	/* empty ones in the run directory */
	unsigned	 nrun_folders;
	mode_t		 umask;		/* the user's own, for what clients see */
	struct embedded	 embedded;
	bool		 is_embedded;
	struct address	 address;	/* for clients */
	struct pool	 pools[POOL__MAX];
	struct handover	 settings;	/* the workers' */
	struct handover	 stats;
	struct handover	 lighttpd_conf;
	const char	*worker;	/* paths of the programs */
	const char	*lighttpd;
	struct child	*children;
	unsigned	 nchildren;
};

static void
print_line(const char *text)
{
	log_info("%s", text);
}

/* cairn.fcgi beside us in a build tree, else where it is installed. */
static const char *
find_worker(struct arena *mem)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *path;

	if (n > 0) {
		self[n] = '\0';
		path = arena_printf(mem, "%s.fcgi", self).p;
		if (access(path, X_OK) == 0)
			return path;
	}
	path = LIBEXECDIR "/cairn.fcgi";
	if (access(path, X_OK) == 0)
		return path;
	log_error("no cairn.fcgi beside this program or at %s: install Cairn again",
	    path);
	return NULL;
}

static const char *
find_lighttpd(struct arena *mem)
{
	char path[PATH_MAX];

	if (child_find_program("lighttpd", path, sizeof(path))[0] != '\0')
		return arena_strdup(mem, path);
	log_error("no lighttpd on this machine: install the package lighttpd");
	return NULL;
}

/* An empty folder in the run directory, which is kept there. */
static const char *
make_run_folder(struct server *s, const char *name)
{
	const char *path = arena_printf(&s->mem, "%s/%s", s->run.path, name).p;

	if (mkdir(path, 0700) == 0) {
		s->run_folders[s->nrun_folders++] = path;
		return path;
	}
	log_error("cannot make %s: %s", path, strerror(errno));
	return NULL;
}

/*
 * Where request bodies wait: on the volume of the artifacts, which has room for
 * the largest upload.
 */
static const char *
find_uploads(struct server *s, const char *in_run)
{
	if (s->conf.upload_dir != NULL)
		return s->conf.upload_dir;
	if (!s->conf.serve_artifacts)
		return in_run;
	if (rundir_make_in(&s->uploads, &s->mem, s->conf.artifacts_destination,
	    ARTIFACT_HIDDEN "uploads.") == -1)
		return NULL;
	return s->uploads.path;
}

/* lighttpd opens it by name, which a socket, such as the journal's, does not allow. */
static int
check_access_log(const struct conf *conf)
{
	struct stat st;

	if (conf->access_log == NULL || strcmp(conf->access_log, "-") != 0 ||
	    fstat(STDERR_FILENO, &st) == -1 || !S_ISSOCK(st.st_mode))
		return 0;
	log_error("standard error is a socket, which takes no access log: name a file in "
	    "--access-log (CAIRN_ACCESS_LOG)");
	return -1;
}

static int
write_lighttpd_conf(struct server *s)
{
	struct lighttpd_paths paths = {
		.root = make_run_folder(s, "root"),
		.uploads_else = make_run_folder(s, "uploads"),
		.address = &s->address,
		.pools = s->pools,
	};
	struct buf text = { 0 };
	int rc;

	if (paths.root == NULL || paths.uploads_else == NULL)
		return -1;
	paths.uploads = find_uploads(s, paths.uploads_else);
	if (paths.uploads == NULL)
		return -1;
	if (access(paths.uploads, W_OK | X_OK) == -1) {
		log_error("cannot write in the upload directory %s: %s: name another "
		    "in --upload-dir (CAIRN_UPLOAD_DIR)", paths.uploads,
		    strerror(errno));
		return -1;
	}
	lighttpd_write_refusal(&text);
	rc = rundir_write(&s->run, &s->mem, "root/" LIGHTTPD_REFUSAL, &text);
	buf_reset(&text);
	lighttpd_write(&text, &s->conf, &paths, s->tables);
	if (rc == 0)
		rc = handover_make(&s->lighttpd_conf, &s->mem, "lighttpd.conf", &text);
	buf_fini(&text);
	return rc;
}

/* The workers know the options from this file alone. */
static int
write_worker_conf(struct server *s)
{
	struct buf text = { 0 };
	int rc;

	/* the one that was bound: locations may name it */
	s->conf.port = s->address.port;
	if (s->conf.stats_file == NULL) {
		if (handover_make(&s->stats, &s->mem, "stats", NULL) == -1)
			return -1;
		s->conf.stats_file = s->stats.path;
	}
	conf_write(&s->conf, &s->mem, &text);
	rc = handover_make(&s->settings, &s->mem, "cairn.conf", &text);
	buf_fini(&text);
	if (rc == -1)
		return -1;
	conf_clean_environment();
	return setenv("CAIRN_CONF", s->settings.path, 1);
}

static int
make_children(struct server *s)
{
	const char **argv = arena_array(&s->mem, 5, sizeof(*argv));
	const int keep[2] = { s->settings.fd, s->stats.fd };
	unsigned i;

	argv[0] = s->lighttpd;
	argv[1] = "-D";
	argv[2] = "-f";
	argv[3] = s->lighttpd_conf.path;
	s->nchildren = 1 + pool_count_all(&s->conf);
	s->children = arena_array(&s->mem, s->nchildren, sizeof(*s->children));
	s->children[0] = (struct child){ .name = "lighttpd", .argv = argv, .input = -1,
	    .listeners = s->address.fd, .nlisteners = s->address.n,
	    .keep = { s->lighttpd_conf.fd, -1 } };
	pool_fill(s->pools, &s->mem, s->children + 1, s->worker, keep);
	for (i = 0; i < s->nchildren; i++)
		if (child_start(&s->children[i]) == -1)
			return -1;
	return 0;
}

/* While a start waits for the login. */
static bool
mariadbd_is_alive(void *arg)
{
	struct embedded *e = arg;
	char text[32];

	child_reap(&e->child, 1);
	if (e->child.pid != 0)
		return true;
	log_error("the private MariaDB ended (%s): see %s",
	    child_status_text(e->child.status, text, sizeof(text)), e->child.log);
	return false;
}

static int
start_database(struct server *s)
{
	if (s->conf.artifacts_only)
		return 0;
	s->is_embedded = conf_is_embedded(&s->conf);
	if (!s->is_embedded)
		return login_wait(&s->mem, &s->conf, NULL, NULL);
	if (embedded_prepare(&s->embedded, &s->mem, &s->conf, s->run.path) == -1 ||
	    child_start(&s->embedded.child) == -1)
		return -1;
	return login_wait(&s->mem, &s->conf, mariadbd_is_alive, &s->embedded);
}

static int
fail_root(const char *folder, const char *what, const char *option)
{
	log_error("%s %s: user id %ld cannot make, rename and remove files there: %s: give the "
	    "folder to that user, or name another in %s", what, folder, (long)geteuid(),
	    strerror(errno), option);
	return -1;
}

/*
 * Uploads need the artifacts destination.  A local default artifact root may be
 * one that only the clients have, who write into it themselves: then there is
 * nothing to show, and no more than that.
 */
static int
probe_roots(const struct conf *conf)
{
	size_t i;

	if (conf->serve_artifacts && root_probe(conf->artifacts_destination) == -1)
		return fail_root(conf->artifacts_destination, "artifacts destination",
		    "--artifacts-destination (MLFLOW_ARTIFACTS_DESTINATION)");
	if (conf->artifacts_only)
		return 0;
	for (i = 0; i < conf->roots.n; i++)
		if (root_probe(conf->roots.items[i]) == -1)
			fail_root(conf->roots.items[i], "artifact root",
			    "--default-artifact-root (MLFLOW_DEFAULT_ARTIFACT_ROOT), if this "
			    "server is to show what is in it");
	return 0;
}

static int
start(struct server *s)
{
	s->worker = find_worker(&s->mem);
	s->lighttpd = find_lighttpd(&s->mem);
	if (s->worker == NULL || s->lighttpd == NULL ||
	    address_bind(&s->address, &s->mem, &s->conf) == -1)
		return -1;
	if (check_access_log(&s->conf) == -1 || probe_roots(&s->conf) == -1)
		return -1;
	s->umask = umask(077);
	if (rundir_make(&s->run, &s->mem) == -1 || start_database(s) == -1 ||
	    pool_open(s->pools, &s->mem, &s->conf, s->run.path) == -1 ||
	    write_worker_conf(s) == -1 || write_lighttpd_conf(s) == -1 ||
	    address_listen(&s->address, &s->conf, BACKLOG) == -1)
		return -1;
	/* what is private is in folders of mode 0700 from here on */
	umask(s->umask);
	return make_children(s);
}

static void
print_address(const struct server *s)
{
	const char *address = s->address.text[0];
	bool ipv6 = strchr(address, ':') != NULL;

	printf("Cairn answers at http://%s%s%s:%u%s (workers: %u, stop with Ctrl-C)\n",
	    ipv6 ? "[" : "", address, ipv6 ? "]" : "", s->address.port,
	    s->conf.static_prefix, s->conf.workers);
	fflush(stdout);
}

/* Any answer but "no worker" will do, one of each pool. */
static bool
is_ready(const struct server *s)
{
	/* paths that no switch closes and no database is asked for */
	static const char *const paths[POOL__MAX] = {
		[POOL_API] = "/", [POOL_FILES] = "/api/2.0/mlflow-artifacts/mpu/create/x",
		[POOL_PROBE] = "/health",
	};
	char port[16];
	int id, status;

	snprintf(port, sizeof(port), "%u", s->address.port);
	for (id = 0; id < POOL__MAX; id++) {
		status = healthcheck_get(s->address.text[0], port, paths[id], 1);
		if (status == -1 || status >= 500)
			return false;
	}
	return true;
}

/* What somebody removed is made anew, before a child is started that needs it. */
static void
mend(struct server *s)
{
	unsigned i;
	int rc;

	rundir_mend(&s->uploads);
	rc = rundir_mend(&s->run);
	if (rc == -1)
		return;
	/* its socket was there too, and comes back with it */
	if (rc == 1 && s->is_embedded && s->embedded.child.pid != 0 &&
	    access(s->conf.db.socket, F_OK) == -1)
		kill(s->embedded.child.pid, SIGTERM);
	for (i = 0; i < s->nrun_folders; i++)
		mkdir(s->run_folders[i], 0700);
	pool_mend(s->pools);
}

/* Watch the children until somebody asks to stop, or one does not stay up. */
static int
run(struct server *s)
{
	int64_t end = time_monotonic_ms() + READY_MS;
	bool ready = false;

	while (!stop_wait(ready ? TICK_MS : POLL_MS)) {
		mend(s);
		child_reap(s->children, s->nchildren);
		child_reap(&s->embedded.child, s->is_embedded);
		if (child_restart(s->children, s->nchildren) == -1 ||
		    child_restart(&s->embedded.child, s->is_embedded) == -1)
			return -1;
		if (ready)
			continue;
		ready = is_ready(s);
		if (ready)
			print_address(s);
		else if (time_monotonic_ms() > end) {
			log_error("no answer from /health after %d s: giving up",
			    READY_MS / 1000);
			return -1;
		}
	}
	return 0;
}

static void
stop_children(struct server *s)
{
	int64_t end = time_monotonic_ms() + STOP_MS, left;

	/* who comes from now on is refused at once */
	address_close(&s->address);
	/* lighttpd finishes at SIGINT, and breaks off at SIGTERM */
	child_stop(s->children, 1, SIGINT, LIGHTTPD_STOP_MS);
	left = end - time_monotonic_ms();
	/* nobody is left to hear a worker's answer, but a transaction may end well */
	child_stop(s->children + 1, s->nchildren - 1, SIGTERM, left > 0 ? left : 0);
}

static void
stop(struct server *s)
{
	if (s->nchildren > 0)
		stop_children(s);
	if (s->is_embedded) {
		if (s->embedded.child.pid != 0)
			child_stop(&s->embedded.child, 1, SIGTERM, MARIADBD_STOP_MS);
		embedded_release(&s->embedded);
	}
	pool_close(s->pools);
	address_close(&s->address);
	handover_close(&s->settings);
	handover_close(&s->stats);
	handover_close(&s->lighttpd_conf);
	rundir_remove(&s->uploads);
	rundir_remove(&s->run);
}

static int
serve(struct server *s)
{
	int rc;

	stop_init();
	rc = start(s);
	if (rc == 0)
		rc = run(s);
	/* a stop during the start is no failure */
	if (stop_count() > 0)
		rc = 0;
	stop(s);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
usage(void)
{
	struct buf text = { 0 };

	buf_puts(&text, "usage: cairn server [OPTION ...]\n\n"
	    "Every option can also be set by a variable of the environment, or in\n"
	    "cairn.conf by its name; flags win over the environment, and that over\n"
	    "the file.\n\n");
	conf_help(&text);
	fwrite(text.p, 1, text.len, stdout);
	buf_fini(&text);
}

int
cli_server(const struct route *const *tables, int argc, char **argv)
{
	struct server s = { .tables = tables, .run.lock = -1, .uploads.lock = -1,
	    .settings.fd = -1, .stats.fd = -1, .lighttpd_conf.fd = -1 };
	const char *advice, *error = NULL;
	int rc;

	arena_init(&s.mem);
	rc = conf_load_args(&s.mem, &s.conf, &argc, argv, &error);
	if (rc == 0 && argc > 1) {
		rc = -1;
		error = arena_printf(&s.mem, "'%s' is not an option: options start "
		    "with -- (--help lists them)", argv[1]).p;
	}
	if (rc == -1)
		fprintf(stderr, "cairn server: %s\n", error);
	if (rc == 1)
		usage();
	if (rc == 0) {
		log_init("cairn", s.conf.dev ? LOG_DEBUG : LOG_INFO);
		conf_describe(&s.conf, &s.mem, print_line);
		advice = conf_host_advice(&s.conf, &s.mem);
		if (advice != NULL)
			log_warn("%s", advice);
		rc = serve(&s);
	} else {
		rc = rc == 1 ? EXIT_SUCCESS : EXIT_USAGE;
	}
	arena_fini(&s.mem);
	return rc;
}
