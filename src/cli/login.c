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
/*
 * A name or password that is refused for so long is wrong: a database that is being
 * made has its users within a moment of its listening.
 */
#define REFUSED_MS	5000

/* "Access denied for user" */
#define ER_ACCESS_DENIED		1045
#define ER_ACCESS_DENIED_NO_PASSWORD	1698

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

static int64_t
patience(const struct wait *w)
{
	unsigned number = w->phase == PHASE_LOGIN ? db_error_number(w->db) : 0;
	bool refused = number == ER_ACCESS_DENIED || number == ER_ACCESS_DENIED_NO_PASSWORD;

	return refused && w->conf->wait_ms > REFUSED_MS ? REFUSED_MS : w->conf->wait_ms;
}

static int
wait_for_login(struct wait *w, bool (*alive)(void *), void *arg)
{
	int64_t start = time_monotonic_ms(), pause = PAUSE_FIRST_MS, spent;
	char told[sizeof(w->reason)] = "";

	while (!try_all(w)) {
		spent = time_monotonic_ms() - start;
		if (spent >= patience(w))
			return give_up(w, spent);
		/* the first moments of an embedded one are no news */
		if (spent > PAUSE_LAST_MS && strcmp(told, w->reason) != 0) {
			log_info("database: no %s at %s yet: %s: waiting up to %jd s",
			    phases[w->phase].name, place(w), w->reason,
			    (intmax_t)(patience(w) / 1000));
			memcpy(told, w->reason, sizeof(told));
		}
		if (stop_wait(pause) || (alive != NULL && !alive(arg)))
			return -1;
		pause = pause * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : pause * 2;
	}
	return 0;
}

static int
fail_schema(const char *what, const char *why)
{
	log_error("database: schema: %s%s", what, why);
	return -1;
}

/* The tables, and experiment 0: what is there stays. */
static int
make_schema(struct work *work, const struct conf *conf)
{
	struct migrate_state state;
	const char *error = NULL;

	if (migrate_state(work, &state) == -1)
		return fail_schema("", db_error_text(work->db));
	if (state.kind == MIGRATE_EMPTY || state.kind == MIGRATE_PARTIAL)
		log_info("database: schema: %s: making it",
		    state.kind == MIGRATE_EMPTY ? "none yet" : "unfinished");
	if (migrate_init(work, &error) == -1)
		return fail_schema("", error);
	if (migrate_default_experiment(work, conf->default_artifact_root) == -1)
		return fail_schema("cannot make experiment 0: ", db_error_text(work->db));
	return 0;
}

static int
settle_schema(struct wait *w, const struct conf *conf)
{
	struct work work = work_start(w->db, w->mem);

	if (make_schema(&work, conf) == -1)
		return -1;
	log_info("database: schema: MLflow " MLFLOW_RELEASE);
	if (db_is_uniform(&work) == 0)
		log_warn("database: not all tables are in utf8mb4 and one collation: text that "
		    "they cannot hold is refused, and some searches are slower. `cairn db check` "
		    "prints the ALTER TABLE statements that change them");
	return 0;
}

/* A file that the library cannot read ends in words about something else. */
const char *
login_missing_file(struct arena *mem, const struct conf_db *conf)
{
	const struct {
		const char	*option, *path;
	} files[] = {
		{ "--db-ssl-ca (ssl_ca)", conf->ssl_ca },
		{ "--db-ssl-cert (ssl_cert)", conf->ssl_cert },
		{ "--db-ssl-key (ssl_key)", conf->ssl_key },
	};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].path != NULL && access(files[i].path, R_OK) == -1)
			return arena_printf(mem, "%s: cannot read %s: %s", files[i].option,
			    files[i].path, strerror(errno)).p;
	return NULL;
}

int
login_wait(struct arena *mem, const struct conf *conf, bool (*alive)(void *),
    void *arg)
{
	struct wait w = { .mem = mem, .conf = &conf->db };
	const char *missing = login_missing_file(mem, &conf->db);
	int rc;

	if (missing != NULL) {
		log_error("database: %s", missing);
		return -1;
	}
	w.db = db_new(&conf->db);
	rc = wait_for_login(&w, alive, arg);
	if (rc == 0)
		rc = settle_schema(&w, conf);
	if (w.addresses != NULL)
		freeaddrinfo(w.addresses);
	db_free(w.db);
	return rc;
}
