/*
 * Where the database is: a backend URI taken apart, and joined with the options
 * that name its parts one by one.
 *
 * No message here quotes a URI: it may hold the password.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/percent.h"
#include "base/log.h"
#include "conf/option.h"

#define DEFAULT_PORT	3306
/* A password longer than this is a wrong file. */
#define PASSWORD_MAX	4096
#define SCHEME_LETTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."
#define SUPPORTED	"write mysql://USER:PASSWORD@HOST:PORT/NAME (MariaDB)"

/* Schemes, and what may follow them behind a '+': the reference's drivers. */
static const char *const schemes[] = { "mysql", "mariadb" };
static const char *const drivers[] = { "pymysql", "mysqldb", "mysqlconnector",
    "mariadbconnector" };

/* A piece of the URI still to be read. */
struct piece {
	const char	*p;
	const char	*end;
};

static int
decode_part(struct loader *l, const char *what, struct piece in,
    const char **out)
{
	struct str s = { in.p, (size_t)(in.end - in.p) };
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] == '%' && percent_byte(s, i) <= 0)
			return loader_fail(l, "the %s of the backend store URI has "
			    "a '%%' without two hexadecimal digits: write %%25 "
			    "for a percent sign", what);
	*out = percent_decode(l->mem, s).p;
	return 0;
}

/* The piece up to the first `c`, which is skipped; all of it if there is none. */
static struct piece
take_until(struct piece *from, char c)
{
	struct piece taken = { from->p, from->end };
	const char *at = memchr(from->p, c, (size_t)(from->end - from->p));

	from->p = at == NULL ? from->end : at + 1;
	taken.end = at == NULL ? from->end : at;
	return taken;
}

static bool
piece_is(struct piece a, const char *word)
{
	size_t n = (size_t)(a.end - a.p);

	return n == strlen(word) && strncasecmp(a.p, word, n) == 0;
}

static bool
is_one_of(struct piece a, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (piece_is(a, words[i]))
			return true;
	return false;
}

static int
check_scheme(struct loader *l, struct piece scheme)
{
	struct piece driver = scheme, name = take_until(&driver, '+');
	bool has_driver = name.end != scheme.end;

	if (!is_one_of(name, schemes, sizeof(schemes) / sizeof(schemes[0])))
		return loader_fail(l, "the backend store URI starts with '%.*s:', "
		    "but Cairn keeps its data in MariaDB only: " SUPPORTED
		    ", or leave it out for a private MariaDB",
		    (int)(scheme.end - scheme.p), scheme.p);
	if (has_driver &&
	    !is_one_of(driver, drivers, sizeof(drivers) / sizeof(drivers[0])))
		return loader_fail(l, "the backend store URI names a driver '%.*s' "
		    "that is not known: " SUPPORTED,
		    (int)(driver.end - driver.p), driver.p);
	return 0;
}

/*
 * USER:PASSWORD@, if there is an '@': the last one, as a password may hold one.
 * It may hold '/' too, but a user may not.
 */
static int
parse_login(struct loader *l, struct piece *from, struct conf_db *db)
{
	const char *at = memrchr(from->p, '@', (size_t)(from->end - from->p));
	struct piece login, user;

	if (at == NULL)
		return 0;
	login = (struct piece){ from->p, at };
	user = take_until(&login, ':');
	if (memchr(user.p, '/', (size_t)(user.end - user.p)) != NULL)
		return 0;
	from->p = at + 1;
	if (decode_part(l, "user", user, &db->user) == -1)
		return -1;
	if (user.end == at)
		return 0;
	return decode_part(l, "password", login, &db->password);
}

static int
parse_port(struct loader *l, struct piece port, struct conf_db *db)
{
	int64_t number;

	if (port.p == port.end)
		return 0;
	if (!str_to_i64((struct str){ port.p, (size_t)(port.end - port.p) },
	    &number) || number < 1 || number > 65535)
		return loader_fail(l, "the port of the backend store URI is not a "
		    "number from 1 to 65535: write 3306, or nothing; an '@' or "
		    "'/' or ':' in the password must be written %%40, %%2F, %%3A");
	db->port = (unsigned)number;
	return 0;
}

static int
parse_host(struct loader *l, struct piece authority, struct conf_db *db)
{
	struct piece host;

	if (authority.p < authority.end && *authority.p == '[') {
		authority.p++;
		host = take_until(&authority, ']');
		if (host.end == authority.end ||
		    (authority.p < authority.end && *authority.p++ != ':'))
			return loader_fail(l, "the host of the backend store URI "
			    "opens a '[' that is not closed: write [::1]:3306");
	} else {
		host = take_until(&authority, ':');
	}
	if (parse_port(l, authority, db) == -1)
		return -1;
	if (host.p == host.end)
		return 0;
	return decode_part(l, "host", host, &db->host);
}

static int
set_true(struct loader *l, const char *key, const char *value, bool *to)
{
	if (strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*to = true;
	else if (strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*to = false;
	else
		return loader_fail(l, "the option %s of the backend store URI is "
		    "neither true nor false: write one of the two", key);
	return 0;
}

static int
set_uri_option(struct loader *l, struct piece key, const char *value,
    struct conf_db *db)
{
	if (piece_is(key, "unix_socket")) {
		db->socket = value;
	} else if (piece_is(key, "ssl_ca")) {
		db->ssl_ca = value;
	} else if (piece_is(key, "ssl_cert")) {
		db->ssl_cert = value;
	} else if (piece_is(key, "ssl_key")) {
		db->ssl_key = value;
	} else if (piece_is(key, "ssl_verify_cert") ||
	    piece_is(key, "ssl_verify_identity") ||
	    piece_is(key, "ssl_check_hostname")) {
		return set_true(l, "ssl_verify_cert", value, &db->ssl_verify);
	} else if (piece_is(key, "ssl")) {
		return set_true(l, "ssl", value, &db->ssl);
	} else if (piece_is(key, "charset")) {
		if (strcasecmp(value, "utf8mb4") != 0 &&
		    strcasecmp(value, "utf8") != 0)
			return loader_fail(l, "the backend store URI asks for a "
			    "charset other than utf8mb4: write charset=utf8mb4, "
			    "or leave it out");
	} else {
		log_warn("the option '%.*s' of the backend store URI has no effect",
		    (int)(key.end - key.p), key.p);
	}
	return 0;
}

static int
parse_uri_options(struct loader *l, struct piece query, struct conf_db *db)
{
	while (query.p < query.end) {
		struct piece value = take_until(&query, '&');
		struct piece key = take_until(&value, '=');
		const char *text;

		if (key.p == key.end)
			continue;
		if (decode_part(l, "options", value, &text) == -1 ||
		    set_uri_option(l, key, text, db) == -1)
			return -1;
	}
	return 0;
}

/* What stands in front of "://", or why this is no such URI. */
static int
parse_scheme(struct loader *l, const char *uri)
{
	size_t n = strspn(uri, SCHEME_LETTERS);

	if (uri[n] != ':' || n < 2)
		return loader_fail(l, "the backend store URI is a path, but Cairn "
		    "keeps its data in MariaDB only: " SUPPORTED ", or leave it "
		    "out for a private MariaDB (--data-dir says where)");
	if (check_scheme(l, (struct piece){ uri, uri + n }) == -1)
		return -1;
	if (strncmp(uri + n, "://", 3) != 0)
		return loader_fail(l, "the backend store URI lacks the '//' behind "
		    "its scheme: " SUPPORTED);
	return (int)n + 3;
}

static int
parse_uri(struct loader *l, const char *uri, struct conf_db *db)
{
	struct piece options = { uri, uri + strlen(uri) }, rest, authority;
	int start = parse_scheme(l, uri);

	*db = (struct conf_db){ 0 };
	if (start == -1)
		return -1;
	options.p += start;
	rest = take_until(&options, '?');
	if (parse_login(l, &rest, db) == -1)
		return -1;
	authority = take_until(&rest, '/');
	if (parse_host(l, authority, db) == -1)
		return -1;
	if (rest.p < rest.end &&
	    decode_part(l, "database name", rest, &db->name) == -1)
		return -1;
	return parse_uri_options(l, options, db);
}

static void
settle_tls(struct conf_db *db)
{
	if (db->ssl_ca != NULL || db->ssl_cert != NULL || db->ssl_verify)
		db->ssl = true;
}

static int
settle_address(struct loader *l, struct conf_db *db)
{
	if (db->socket != NULL) {
		db->host = NULL;
	} else if (db->host == NULL || strcasecmp(db->host, "localhost") == 0) {
		/* libmariadb takes "localhost" for a socket; a socket has to be
		 * named, as with the reference's driver */
		db->host = "127.0.0.1";
	}
	if (db->port == 0)
		db->port = DEFAULT_PORT;
	if (db->ssl_key != NULL && db->ssl_cert == NULL)
		return loader_fail(l, "a TLS key for the database needs its "
		    "certificate: set db-ssl-cert (MLFLOW_MYSQL_SSL_CERT) too");
	if (db->name == NULL || db->name[0] == '\0')
		return loader_fail(l, "no database is named: end the backend store "
		    "URI with /NAME, or set db-name (CAIRN_DB_NAME)");
	settle_tls(db);
	return 0;
}

int
conf_parse_backend(struct arena *mem, const char *uri, struct conf_db *db,
    const char **error)
{
	struct loader l = { .mem = mem };

	if (parse_uri(&l, uri, db) == 0 && settle_address(&l, db) == 0)
		return 0;
	*error = l.error;
	return -1;
}

static int
read_password(struct loader *l, const char *path, const char **out)
{
	char *text = arena_alloc(l->mem, PASSWORD_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, PASSWORD_MAX);
	int error = errno;

	if (fd != -1)
		close(fd);
	if (n == -1)
		return loader_fail(l, "db-password-file (CAIRN_DB_PASSWORD_FILE): "
		    "cannot read %s: %s: name a file that holds the password",
		    path, strerror(error));
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	*out = text;
	return 0;
}

/*
 * A part said in the URI, and an option that says the same: the one from the
 * stronger source wins, the URI if they are equal.
 */
static bool
option_wins(const struct conf *conf, enum option_id id)
{
	return conf->from[id] > conf->from[OPT_BACKEND_STORE_URI];
}

static void
pick(const struct conf *conf, enum option_id id, const char **option,
    const char *part)
{
	if (part != NULL && (*option == NULL || !option_wins(conf, id)))
		*option = part;
}

/* Host, port and socket go together. */
static void
join_address(struct conf *conf, const struct conf_db *uri)
{
	struct conf_db *db = &conf->db;
	bool host = db->host != NULL && option_wins(conf, OPT_DB_HOST);
	bool socket = db->socket != NULL && option_wins(conf, OPT_DB_SOCKET);

	if (host || socket) {
		if (!socket)
			db->socket = NULL;
		return;
	}
	db->host = uri->host;
	db->socket = uri->socket;
	if (!option_wins(conf, OPT_DB_PORT))
		db->port = uri->port;
}

static void
join_uri(struct conf *conf, const struct conf_db *uri)
{
	struct conf_db *db = &conf->db;

	join_address(conf, uri);
	pick(conf, OPT_DB_NAME, &db->name, uri->name);
	pick(conf, OPT_DB_USER, &db->user, uri->user);
	pick(conf, OPT_DB_PASSWORD, &db->password, uri->password);
	pick(conf, OPT_DB_SSL_CA, &db->ssl_ca, uri->ssl_ca);
	pick(conf, OPT_DB_SSL_CERT, &db->ssl_cert, uri->ssl_cert);
	pick(conf, OPT_DB_SSL_KEY, &db->ssl_key, uri->ssl_key);
	db->ssl |= uri->ssl;
	db->ssl_verify |= uri->ssl_verify;
}

/* The registry lives in the same database: another one cannot be served. */
static int
check_registry(struct loader *l)
{
	const struct conf *conf = l->conf;
	const char *registry = conf->registry_store_uri;

	if (registry == NULL || (conf->backend_store_uri != NULL &&
	    strcmp(registry, conf->backend_store_uri) == 0))
		return 0;
	return loader_fail(l, "registry-store-uri (MLFLOW_REGISTRY_STORE_URI) differs "
	    "from the backend store's, but one database holds both: leave it out");
}

bool
conf_is_embedded(const struct conf *conf)
{
	return conf->db.name == NULL;
}

int
backend_resolve(struct loader *l)
{
	struct conf *conf = l->conf;
	struct conf_db uri;
	bool named = conf->db.host != NULL || conf->db.socket != NULL ||
	    conf->db.name != NULL || conf->backend_store_uri != NULL;

	if (check_registry(l) == -1)
		return -1;
	if (!named)
		return 0;
	if (conf->db_password_file != NULL && (conf->db.password == NULL ||
	    conf->from[OPT_DB_PASSWORD_FILE] >= conf->from[OPT_DB_PASSWORD])) {
		if (read_password(l, conf->db_password_file, &conf->db.password) == -1)
			return -1;
		conf->from[OPT_DB_PASSWORD] = conf->from[OPT_DB_PASSWORD_FILE];
	}
	if (conf->backend_store_uri != NULL) {
		if (parse_uri(l, conf->backend_store_uri, &uri) == -1)
			return -1;
		join_uri(conf, &uri);
	}
	return settle_address(l, &conf->db);
}
