/*
 * Backend URIs: what is understood, what is refused, and that no refusal holds
 * the password.
 */
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "tap.h"

#define SECRET	"s3cret"

struct good {
	const char	*uri;
	struct conf_db	 want;
};

static const struct good good[] = {
	{ "mysql://u:p@h:3307/d",
	    { .host = "h", .port = 3307, .user = "u", .password = "p", .name = "d" } },
	{ "mysql+pymysql://user:pass%40word@host:3306/db?charset=utf8mb4",
	    { .host = "host", .port = 3306, .user = "user",
	    .password = "pass@word", .name = "db" } },
	{ "mysql+mysqldb://u@h/d",
	    { .host = "h", .port = 3306, .user = "u", .name = "d" } },
	{ "mysql+mysqlconnector://u:@h/d",
	    { .host = "h", .port = 3306, .user = "u", .password = "", .name = "d" } },
	{ "MariaDB+mariadbconnector://h/d",
	    { .host = "h", .port = 3306, .name = "d" } },
	{ "mariadb://u:p@[::1]:3310/d",
	    { .host = "::1", .port = 3310, .user = "u", .password = "p", .name = "d" } },
	{ "mariadb://u:p@[fe80::1]/d",
	    { .host = "fe80::1", .port = 3306, .user = "u", .password = "p",
	    .name = "d" } },
	{ "mysql://u:p@localhost/d",
	    { .host = "127.0.0.1", .port = 3306, .user = "u", .password = "p",
	    .name = "d" } },
	{ "mysql://u:a@b/c:d@h/d",
	    { .host = "h", .port = 3306, .user = "u", .password = "a@b/c:d",
	    .name = "d" } },
	{ "mysql://u%3Ax:p%2Fq%25@h/my%20db",
	    { .host = "h", .port = 3306, .user = "u:x", .password = "p/q%",
	    .name = "my db" } },
	{ "mysql:///d?unix_socket=/run/x.sock",
	    { .socket = "/run/x.sock", .port = 3306, .name = "d" } },
	{ "mysql+pymysql://u@localhost/d?unix_socket=%2Frun%2Fa%20b&charset=utf8mb4",
	    { .socket = "/run/a b", .port = 3306, .user = "u", .name = "d" } },
	{ "mysql://h/d?ssl_ca=/ca&ssl_cert=/c&ssl_key=/k&ssl_verify_cert=true",
	    { .host = "h", .port = 3306, .name = "d", .ssl_ca = "/ca",
	    .ssl_cert = "/c", .ssl_key = "/k", .ssl = true, .ssl_verify = true } },
	{ "mysql://h/d?ssl=true&ssl_verify_identity=false",
	    { .host = "h", .port = 3306, .name = "d", .ssl = true } },
	{ "mysql://h/d?local_infile=1&&x", { .host = "h", .port = 3306, .name = "d" } },
};

struct bad {
	const char	*uri;
	const char	*says;
};

static const struct bad bad[] = {
	{ "sqlite:///mlflow.db", "MariaDB only" },
	{ "sqlite:mlflow.db", "MariaDB only" },
	{ "postgresql://u:" SECRET "@h/d", "'postgresql:'" },
	{ "postgresql+psycopg2://u:" SECRET "@h/d", "mysql://" },
	{ "mssql+pyodbc://u:" SECRET "@h/d", "MariaDB only" },
	{ "http://u:" SECRET "@h/d", "'http:'" },
	{ "/var/lib/mlruns", "is a path" },
	{ "./mlruns", "is a path" },
	{ "file:///mlruns", "'file:'" },
	{ "", "is a path" },
	{ "C:\\mlruns", "is a path" },
	{ SECRET, "is a path" },
	{ "u:" SECRET "@h/d", "is a path" },
	{ "mysql:/u:" SECRET "@h/d", "'//'" },
	{ "mysql+odbc://u:" SECRET "@h/d", "'odbc'" },
	{ "mysql://u:" SECRET "@h:99999/d", "port" },
	{ "mysql://u:" SECRET "@h:0/d", "port" },
	{ "mysql://u:" SECRET "@h:x/d", "port" },
	{ "mysql://u:" SECRET "%4@h/d", "'%'" },
	{ "mysql://u:" SECRET "%zz@h/d", "%25" },
	{ "mysql://u:" SECRET "%00@h/d", "'%'" },
	{ "mysql://u:" SECRET "@[::1/d", "'['" },
	{ "mysql://u:" SECRET "@[::1]x/d", "'['" },
	{ "mysql://u:" SECRET "@h", "no database is named" },
	{ "mysql://u:" SECRET "@h/", "no database is named" },
	{ "mysql://u:" SECRET "@h/d?charset=latin1", "utf8mb4" },
	{ "mysql://u:" SECRET "@h/d?ssl_verify_cert=maybe", "true" },
	{ "mysql://u:" SECRET "@h/d?ssl_key=/k", "certificate" },
};

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
test_good(struct arena *mem, const struct good *t)
{
	const struct conf_db *w = &t->want;
	struct conf_db db;
	const char *error = "";

	if (!tap_ok(conf_parse_backend(mem, t->uri, &db, &error) == 0, "%s", t->uri)) {
		printf("# %s\n", error);
		return;
	}
	tap_ok(same(db.host, w->host) && db.port == w->port &&
	    same(db.socket, w->socket), "its address");
	tap_ok(same(db.user, w->user) && same(db.password, w->password) &&
	    same(db.name, w->name), "its login and name");
	tap_ok(same(db.ssl_ca, w->ssl_ca) && same(db.ssl_cert, w->ssl_cert) &&
	    same(db.ssl_key, w->ssl_key) && db.ssl == w->ssl &&
	    db.ssl_verify == w->ssl_verify, "its TLS");
}

static void
test_bad(struct arena *mem, const struct bad *t)
{
	struct conf_db db;
	const char *error = "";

	tap_ok(conf_parse_backend(mem, t->uri, &db, &error) == -1, "%s is refused",
	    t->uri);
	if (!tap_ok(strstr(error, t->says) != NULL, "and says %s", t->says))
		printf("# %s\n", error);
	tap_ok(strstr(error, SECRET) == NULL, "without the password");
}

int
main(void)
{
	struct arena mem;
	size_t i;

	/* options without effect are told in the log: not here */
	log_init("conf_backend", LOG_ERROR);
	arena_init(&mem);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		test_good(&mem, &good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		test_bad(&mem, &bad[i]);
	arena_fini(&mem);
	return tap_done();
}
