/*
 * One command, a whole server: a database if none is named, the workers, and
 * lighttpd in front of them.
 *
 * All workers share one listening socket that this program holds.  A worker that
 * leaves or dies is replaced at once and loses no more than the request it was
 * at: those that wait, wait in the socket.
 *
 * The order of the start: address, run directory, database, workers, lighttpd;
 * the end goes the other way round.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "artifact/root.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/child.h"
#include "cli/embedded.h"
#include "cli/healthcheck.h"
#include "cli/lighttpd.h"
#include "cli/login.h"
#include "cli/rundir.h"
#include "cli/server.h"
#include "cli/stop.h"
#include "conf/conf.h"

#define EXIT_USAGE	2
/* Requests that may wait for a free worker; the kernel cuts it to its own most. */
#define BACKLOG		4096
/* Open connections are answered before lighttpd ends. */
#define LIGHTTPD_STOP_MS	12000
/* A request under way is finished. */
#define WORKER_STOP_MS	30000
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
	struct rundir	 run;
	struct rundir	 uploads;	/* on the artifacts' volume; or none */
	mode_t		 umask;		/* the user's own, for what clients see */
	struct embedded	 embedded;
	bool		 is_embedded;
	int		 listener;	/* for clients */
	int		 workers_listener;
	char		 address[NI_MAXHOST];
	unsigned	 port;
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

static int
fail_address(const struct conf *conf, const char *why)
{
	log_error("cannot listen on %s port %u: %s: name another one in --host and "
	    "--port (MLFLOW_HOST, MLFLOW_PORT), or stop what uses it",
	    conf->host, conf->port, why);
	return -1;
}

/*
 * The address is taken first, so that a port in use is found before anything
 * else is started, and listened on last.
 */
static int
bind_address(struct server *s)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE };
	struct addrinfo *list;
	const char *port = arena_printf(&s->mem, "%u", s->conf.port).p;
	const int on = 1;
	int rc = getaddrinfo(s->conf.host, port, &hints, &list);

	if (rc != 0)
		return fail_address(&s->conf, gai_strerror(rc));
	s->listener = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener != -1) {
		setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		rc = bind(s->listener, list->ai_addr, list->ai_addrlen);
	}
	if (s->listener == -1 || rc == -1)
		fail_address(&s->conf, strerror(errno));
	freeaddrinfo(list);
	return s->listener == -1 ? -1 : rc;
}

/* What was bound, as numbers: the port may have been 0. */
static int
read_address(struct server *s)
{
	struct sockaddr_storage sa;
	socklen_t n = sizeof(sa);
	char port[NI_MAXSERV];

	if (getsockname(s->listener, (struct sockaddr *)&sa, &n) == -1 ||
	    getnameinfo((struct sockaddr *)&sa, n, s->address,
	    sizeof(s->address), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return fail_address(&s->conf, strerror(errno));
	s->port = (unsigned)atoi(port);
	return 0;
}

/* The socket that all workers accept from. */
static int
listen_for_workers(struct server *s)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	const char *path = arena_printf(&s->mem, "%s/workers.sock",
	    s->run.path).p;

	errno = ENAMETOOLONG;
	if (strlen(path) < sizeof(sa.sun_path)) {
		strncpy(sa.sun_path, path, sizeof(sa.sun_path) - 1);
		s->workers_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (s->workers_listener != -1 && bind(s->workers_listener,
		    (const struct sockaddr *)&sa, sizeof(sa)) == 0 &&
		    listen(s->workers_listener, BACKLOG) == 0)
			return 0;
	}
	log_error("cannot make the socket %s: %s", path, strerror(errno));
	return -1;
}

static const char *
make_run_folder(struct server *s, const char *name)
{
	const char *path = arena_printf(&s->mem, "%s/%s", s->run.path, name).p;

	if (mkdir(path, 0700) == 0)
		return path;
	log_error("cannot make %s: %s", path, strerror(errno));
	return NULL;
}

/*
 * Where request bodies wait: on the volume of the artifacts, which has room for
 * the largest upload.
 */
static const char *
find_uploads(struct server *s)
{
	if (s->conf.upload_dir != NULL)
		return s->conf.upload_dir;
	if (!s->conf.serve_artifacts)
		return make_run_folder(s, "uploads");
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

static const char *
write_lighttpd_conf(struct server *s)
{
	struct lighttpd_paths paths = {
		.root = make_run_folder(s, "root"),
		.uploads = find_uploads(s),
		.socket = arena_printf(&s->mem, "%s/workers.sock",
		    s->run.path).p,
		.address = s->address,
		.port = s->port,
	};
	struct buf text = { 0 };
	const char *path;

	if (paths.root == NULL || paths.uploads == NULL)
		return NULL;
	if (access(paths.uploads, W_OK | X_OK) == -1) {
		log_error("cannot write in the upload directory %s: %s: name another "
		    "in --upload-dir (CAIRN_UPLOAD_DIR)", paths.uploads,
		    strerror(errno));
		return NULL;
	}
	lighttpd_write_refusal(&text);
	path = rundir_write(&s->run, &s->mem, "root/" LIGHTTPD_REFUSAL, &text);
	buf_reset(&text);
	lighttpd_write(&text, &s->conf, &paths);
	if (path != NULL)
		path = rundir_write(&s->run, &s->mem, "lighttpd.conf", &text);
	buf_fini(&text);
	return path;
}

/* The workers know the options from this file alone. */
static int
write_worker_conf(struct server *s)
{
	struct buf text = { 0 };
	const char *path;

	if (s->conf.stats_file == NULL)
		s->conf.stats_file = arena_printf(&s->mem, "%s/stats", s->run.path).p;
	conf_write(&s->conf, &s->mem, &text);
	path = rundir_write(&s->run, &s->mem, "cairn.conf", &text);
	buf_fini(&text);
	if (path == NULL)
		return -1;
	conf_clean_environment();
	return setenv("CAIRN_CONF", path, 1);
}

static int
make_children(struct server *s, const char *lighttpd_conf)
{
	const char **lighttpd = arena_array(&s->mem, 5, sizeof(*lighttpd));
	const char **worker = arena_array(&s->mem, 3, sizeof(*worker));
	unsigned i;

	lighttpd[0] = s->lighttpd;
	lighttpd[1] = "-D";
	lighttpd[2] = "-f";
	lighttpd[3] = lighttpd_conf;
	worker[0] = s->worker;
	/* the schema and experiment 0 are seen to */
	worker[1] = "prepared";
	s->nchildren = 1 + s->conf.workers;
	s->children = arena_array(&s->mem, s->nchildren, sizeof(*s->children));
	s->children[0] = (struct child){ .name = "lighttpd", .argv = lighttpd,
	    .input = -1, .listener = s->listener, .keep = -1 };
	for (i = 1; i < s->nchildren; i++)
		s->children[i] = (struct child){ .name = "worker", .argv = worker,
		    .input = s->workers_listener, .listener = -1, .keep = -1 };
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
	const char *lighttpd_conf;

	s->worker = find_worker(&s->mem);
	s->lighttpd = find_lighttpd(&s->mem);
	if (s->worker == NULL || s->lighttpd == NULL ||
	    bind_address(s) == -1 || read_address(s) == -1)
		return -1;
	if (check_access_log(&s->conf) == -1 || probe_roots(&s->conf) == -1)
		return -1;
	s->umask = umask(077);
	if (rundir_make(&s->run, &s->mem) == -1 || start_database(s) == -1 ||
	    listen_for_workers(s) == -1 || write_worker_conf(s) == -1)
		return -1;
	lighttpd_conf = write_lighttpd_conf(s);
	if (lighttpd_conf == NULL)
		return -1;
	if (listen(s->listener, BACKLOG) == -1)
		return fail_address(&s->conf, strerror(errno));
	/* what is private is in folders of mode 0700 from here on */
	umask(s->umask);
	return make_children(s, lighttpd_conf);
}

static void
print_address(const struct server *s)
{
	bool ipv6 = strchr(s->address, ':') != NULL;

	printf("Cairn answers at http://%s%s%s:%u%s (workers: %u, stop with Ctrl-C)\n",
	    ipv6 ? "[" : "", s->address, ipv6 ? "]" : "", s->port,
	    s->conf.static_prefix, s->conf.workers);
	fflush(stdout);
}

static bool
is_ready(const struct server *s)
{
	char port[16];

	snprintf(port, sizeof(port), "%u", s->port);
	/* any answer but "no worker" will do */
	return healthcheck_get(s->address, port, "/health", 1) == 200;
}

/* Watch the children until somebody asks to stop, or one does not stay up. */
static int
run(struct server *s)
{
	int64_t end = time_monotonic_ms() + READY_MS;
	bool ready = false;

	while (!stop_wait(ready ? TICK_MS : POLL_MS)) {
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
stop(struct server *s)
{
	if (s->nchildren > 0) {
		/* lighttpd finishes at SIGINT, and breaks off at SIGTERM */
		child_stop(s->children, 1, SIGINT, LIGHTTPD_STOP_MS);
		child_stop(s->children + 1, s->nchildren - 1, SIGTERM,
		    WORKER_STOP_MS);
	}
	if (s->is_embedded) {
		if (s->embedded.child.pid != 0)
			child_stop(&s->embedded.child, 1, SIGTERM, MARIADBD_STOP_MS);
		embedded_release(&s->embedded);
	}
	if (s->workers_listener != -1)
		close(s->workers_listener);
	if (s->listener != -1)
		close(s->listener);
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
cli_server(int argc, char **argv)
{
	struct server s = { .listener = -1, .workers_listener = -1,
	    .run = { NULL, -1 }, .uploads = { NULL, -1 } };
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
