/*
 * A port that answers is no database: MariaDB's container image listens while
 * its users are still being made.  So only a login counts, and every failure is
 * tried again until the time is over; each reason is told once.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "cli/login.h"
#include "cli/stop.h"
#include "store/db.h"
#include "store/migrate.h"

/* Between two tries: short at first, as an embedded one is up in 0.2 s. */
#define PAUSE_FIRST_MS	50
#define PAUSE_LAST_MS	1000

enum phase { PHASE_NAME, PHASE_CONNECTION, PHASE_LOGIN, PHASE__MAX };

static const struct {
	const char *name;
	const char *remedy;
} phases[] = {
	[PHASE_NAME] = { "name",
	    "check the host of the backend store URI or CAIRN_DB_HOST" },
	[PHASE_CONNECTION] = { "connection",
	    "check that MariaDB runs and listens there" },
	[PHASE_LOGIN] = { "login",
	    "check user, password and database name, and that the user may log in "
	    "from here" },
};

struct wait {
	struct arena		*mem;
	const struct conf_db	*conf;
	struct db		*db;
	struct addrinfo		*addresses;
	enum phase		 phase;		/* the first one not passed */
	char			 reason[256];	/* why not */
};

static const char *
place(const struct wait *w)
{
	if (w->conf->socket != NULL)
		return w->conf->socket;
	return arena_printf(w->mem, strchr(w->conf->host, ':') == NULL ?
	    "%s:%u" : "[%s]:%u", w->conf->host, w->conf->port).p;
}

static void
set_reason(struct wait *w, const char *text)
{
	strncpy(w->reason, text, sizeof(w->reason) - 1);
}

static bool
try_name(struct wait *w)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int rc;

	if (w->conf->socket != NULL)
		return true;
	rc = getaddrinfo(w->conf->host, arena_printf(w->mem, "%u",
	    w->conf->port).p, &hints, &w->addresses);
	if (rc != 0)
		set_reason(w, rc == EAI_SYSTEM ? strerror(errno) :
		    gai_strerror(rc));
	return rc == 0;
}

static bool
try_address(struct wait *w, int family, const struct sockaddr *sa, socklen_t n)
{
	const struct timeval limit = { .tv_sec = 5 };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool made;

	if (fd == -1) {
		set_reason(w, strerror(errno));
		return false;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	made = connect(fd, sa, n) == 0;
	if (!made)
		set_reason(w, errno == EINPROGRESS ? "no answer" : strerror(errno));
	close(fd);
	return made;
}

static bool
try_socket(struct wait *w)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (strlen(w->conf->socket) >= sizeof(sa.sun_path)) {
		set_reason(w, "the name of the socket is too long");
		return false;
	}
	strncpy(sa.sun_path, w->conf->socket, sizeof(sa.sun_path) - 1);
	return try_address(w, AF_UNIX, (const struct sockaddr *)&sa, sizeof(sa));
}

static bool
try_connection(struct wait *w)
{
	const struct addrinfo *a;

	if (w->conf->socket != NULL)
		return try_socket(w);
	for (a = w->addresses; a != NULL; a = a->ai_next)
		if (try_address(w, a->ai_family, a->ai_addr, a->ai_addrlen))
			return true;
	return false;
}

static bool
try_login(struct wait *w)
{
	if (db_connect(w->db) == 0)
		return true;
	set_reason(w, db_error_text(w->db));
	return false;
}

/* Go through the phases from the first one not passed. */
static bool
try_all(struct wait *w)
{
	static bool (*const tries[])(struct wait *) = {
		[PHASE_NAME] = try_name,
		[PHASE_CONNECTION] = try_connection,
		[PHASE_LOGIN] = try_login,
	};

	for (; w->phase < PHASE__MAX; w->phase++) {
		if (!tries[w->phase](w))
			return false;
		log_info("database: %s: %s", phases[w->phase].name,
		    w->phase == PHASE_NAME ? place(w) :
		    w->phase == PHASE_CONNECTION ? "made" :
		    arena_printf(w->mem, "%s at %s", w->conf->user == NULL ?
		    "default user" : w->conf->user, w->conf->name).p);
	}
	return true;
}

static int
give_up(const struct wait *w, int64_t ms)
{
	log_error("database: no %s at %s after %jd s: %s: %s (how long a start waits: "
	    "--db-wait, CAIRN_DB_WAIT)", phases[w->phase].name, place(w),
	    (intmax_t)(ms / 1000), w->reason, phases[w->phase].remedy);
	return -1;
}

static int
wait_for_login(struct wait *w, bool (*alive)(void *), void *arg)
{
	int64_t start = time_monotonic_ms(), pause = PAUSE_FIRST_MS, spent;
	char told[sizeof(w->reason)] = "";

	while (!try_all(w)) {
		spent = time_monotonic_ms() - start;
		if (spent >= w->conf->wait_ms)
			return give_up(w, spent);
		/* the first moments of an embedded one are no news */
		if (spent > PAUSE_LAST_MS && strcmp(told, w->reason) != 0) {
			log_info("database: no %s at %s yet: %s: waiting up to %jd s",
			    phases[w->phase].name, place(w), w->reason,
			    (intmax_t)(w->conf->wait_ms / 1000));
			memcpy(told, w->reason, sizeof(told));
		}
		if (stop_wait(pause) || (alive != NULL && !alive(arg)))
			return -1;
		pause = pause * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : pause * 2;
	}
	return 0;
}

static int
settle_schema(struct wait *w, const char *artifact_root)
{
	struct migrate_state state;
	struct work work = work_start(w->db, w->mem);
	const char *error = NULL;

	if (migrate_state(&work, &state) == -1) {
		log_error("database: schema: %s", db_error_text(w->db));
		return -1;
	}
	if (state.kind == MIGRATE_OTHER || state.kind == MIGRATE_FOREIGN) {
		log_error("database: schema: %s", state.problem);
		return -1;
	}
	if (state.kind != MIGRATE_HEAD)
		log_info("database: schema: %s: making it",
		    state.kind == MIGRATE_EMPTY ? "none yet" : "unfinished");
	if (migrate_init(&work, &error) == -1) {
		log_error("database: schema: %s", error);
		return -1;
	}
	if (migrate_default_experiment(&work, artifact_root) == -1) {
		log_error("database: schema: cannot make experiment 0: %s",
		    db_error_text(w->db));
		return -1;
	}
	log_info("database: schema: MLflow " MLFLOW_RELEASE);
	return 0;
}

int
login_wait(struct arena *mem, const struct conf *conf, bool (*alive)(void *),
    void *arg)
{
	struct wait w = { .mem = mem, .conf = &conf->db };
	int rc;

	w.db = db_new(&conf->db);
	rc = wait_for_login(&w, alive, arg);
	if (rc == 0)
		rc = settle_schema(&w, conf->default_artifact_root);
	if (w.addresses != NULL)
		freeaddrinfo(w.addresses);
	db_free(w.db);
	return rc;
}
