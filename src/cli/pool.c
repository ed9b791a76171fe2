/*
 * The sockets are held here and not by the workers: what waits in one is not lost with
 * a worker.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/pool.h"

/* Requests that may wait for a free worker; the kernel cuts it to its own most. */
#define BACKLOG	4096
/* Its answers take no time, but for /ready when the database does not answer. */
#define PROBES	1

static unsigned
count_workers(const struct conf *conf, enum route_pool id)
{
	return id == POOL_API ? conf->workers : id == POOL_FILES ? conf->file_workers : PROBES;
}

unsigned
pool_count_all(const struct conf *conf)
{
	unsigned n = 0;
	int id;

	for (id = 0; id < POOL__MAX; id++)
		n += count_workers(conf, (enum route_pool)id);
	return n;
}

static int
make_socket(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = -1;

	errno = ENAMETOOLONG;
	if (strlen(path) < sizeof(sa.sun_path)) {
		strncpy(sa.sun_path, path, sizeof(sa.sun_path) - 1);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd != -1 && bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0 &&
		    listen(fd, BACKLOG) == 0)
			return fd;
	}
	log_error("cannot make the socket %s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

int
pool_open(struct pool pools[POOL__MAX], struct arena *mem, const struct conf *conf,
    const char *run_path)
{
	int id;

	for (id = 0; id < POOL__MAX; id++) {
		struct pool *p = &pools[id];

		p->name = pool_names[id];
		p->n = count_workers(conf, (enum route_pool)id);
		p->socket = arena_printf(mem, "%s/%s.sock", run_path, p->name).p;
		p->listener = make_socket(p->socket);
		if (p->listener == -1)
			return -1;
	}
	return 0;
}

void
pool_fill(struct pool pools[POOL__MAX], struct arena *mem, struct child *workers,
    const char *program, const int keep[2])
{
	unsigned i;
	int id;

	for (id = 0; id < POOL__MAX; id++) {
		const char **argv = arena_array(mem, 4, sizeof(*argv));

		argv[0] = program;
		argv[1] = pools[id].name;
		/* the schema and experiment 0 are seen to */
		argv[2] = "prepared";
		for (i = 0; i < pools[id].n; i++)
			workers[i] = (struct child){ .name = "worker", .argv = argv,
			    .input = pools[id].listener, .keep = { keep[0], keep[1] } };
		pools[id].workers = workers;
		workers += pools[id].n;
	}
}

static void
mend_one(struct pool *p)
{
	int fd = make_socket(p->socket);
	unsigned i;

	if (fd == -1)
		return;
	log_warn("the socket %s was removed: made anew", p->socket);
	close(p->listener);
	p->listener = fd;
	for (i = 0; i < p->n; i++) {
		p->workers[i].input = fd;
		if (p->workers[i].pid != 0)
			kill(p->workers[i].pid, SIGTERM);
	}
}

void
pool_mend(struct pool pools[POOL__MAX])
{
	int id;

	for (id = 0; id < POOL__MAX; id++)
		if (access(pools[id].socket, F_OK) == -1 && errno == ENOENT)
			mend_one(&pools[id]);
}

void
pool_close(struct pool pools[POOL__MAX])
{
	int id;

	for (id = 0; id < POOL__MAX; id++)
		if (pools[id].socket != NULL && pools[id].listener != -1)
			close(pools[id].listener);
}
