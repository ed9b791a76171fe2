/*
 * Options from flags, environment and file: which one wins, what is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "tap.h"

#define ARGS_MAX	8

static struct arena mem;
static struct conf conf;
static const char *error;
static char file_name[] = "/tmp/cairn-conf.XXXXXX";

/* Load with the arguments given; argv is writable, as main's is. */
static int
load(const char *const *args)
{
	char *argv[ARGS_MAX + 1] = { arena_strdup(&mem, "server") };
	int argc = 1;

	for (; *args != NULL && argc < ARGS_MAX; args++)
		argv[argc++] = arena_strdup(&mem, *args);
	return conf_load_args(&mem, &conf, &argc, argv, &error);
}
#define LOAD(...)	load((const char *const[]){ __VA_ARGS__, NULL })

static void
write_file(const char *text)
{
	FILE *f = fopen(file_name, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void
test_sources(void)
{
	write_file("# a comment\n\n port = 5001 \nworkers=7\n"
	    "allowed-hosts = a, b ,,*.c\nx-frame-options = deny\n"
	    "db-wait = 3\nserve-artifacts = no\nstatic-prefix = \"/a-b\"\n");
	setenv("CAIRN_CONF", file_name, 1);
	setenv("MLFLOW_PORT", "5002", 1);
	setenv("CAIRN_PORT", "5003", 1);
	setenv("MLFLOW_HOST", "", 1);
	setenv("CAIRN_HOST", "::1", 1);
	tap_ok(LOAD("--no-dev") == 0, "file and environment load");
	tap_ok(conf.port == 5002, "upstream's variable wins over ours and the file");
	tap_ok(strcmp(conf.host, "::1") == 0, "an empty variable counts as unset");
	tap_ok(conf.workers == 7 && conf.db.wait_ms == 3000 &&
	    !conf.serve_artifacts, "numbers, seconds and switches of the file");
	tap_ok(conf.allowed_hosts.n == 3 &&
	    strcmp(conf.allowed_hosts.items[1], "b") == 0, "a list");
	tap_ok(strcmp(conf.x_frame_options, "DENY") == 0, "a word in any case");
	tap_ok(strcmp(conf.static_prefix, "/a-b") == 0, "a value in quotes");
	tap_ok(LOAD("-p", "5004", "-w3", "--host=h", "--serve-artifacts") == 0 &&
	    conf.port == 5004 && conf.workers == 3 && conf.serve_artifacts &&
	    strcmp(conf.host, "h") == 0, "flags win");
	tap_ok(LOAD("--workers", "2", "--workers", "9") == 0 && conf.workers == 9,
	    "the last of two flags wins");
	unsetenv("MLFLOW_PORT");
	unsetenv("CAIRN_PORT");
	unsetenv("MLFLOW_HOST");
	unsetenv("CAIRN_HOST");
	setenv("CAIRN_CONF", "/dev/null", 1);
}

static void
test_refusals(void)
{
	static const struct {
		const char *args[4];
		const char *says;
	} cases[] = {
		{ { "--port", "x" }, "--port: 'x' is not a number" },
		{ { "--port=70000" }, "0 to 65535" },
		{ { "--workers", "0" }, "from 1" },
		{ { "-w" }, "lacks its value" },
		{ { "--dev=yes" }, "takes no value" },
		{ { "--prot", "1" }, "--port" },
		{ { "--backend-store", "x" }, "--backend-store-uri" },
		{ { "--artifact-root", "x" }, "no option --artifact-root" },
		{ { "--default-artifacts-root", "x" }, "--default-artifact-root" },
		{ { "--no-port" }, "no option --no-port" },
		{ { "-q" }, "no option -q" },
		{ { "--db-password", "x" }, "CAIRN_DB_PASSWORD" },
		{ { "--static-prefix", "ml" }, "start with '/'" },
		{ { "--static-prefix", "/ml/" }, "start with '/'" },
		{ { "--static-prefix", "/a/../b" }, "start with '/'" },
		{ { "--static-prefix", "/a b" }, "letters, digits" },
		{ { "--x-frame-options", "x" }, "SAMEORIGIN, DENY or NONE" },
		{ { "--host", "a b" }, "host" },
		{ { "--host", "" }, "host" },
		{ { "--registry-store-uri", "mysql://h/other" }, "leave it out" },
		{ { "--backend-store-uri", "sqlite:///x" }, "MariaDB" },
		{ { "--artifacts-only", "--db-host=h", "--db-name=d" },
		    "artifacts-only" },
		{ { "--db-host", "h" }, "no database is named" },
		{ { "--config", "/nonexistent" }, "cannot read /nonexistent" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tap_ok(load(cases[i].args) == -1, "%s %s is refused",
		    cases[i].args[0], cases[i].args[1] == NULL ? "" :
		    cases[i].args[1]);
		if (!tap_ok(error != NULL && strstr(error, cases[i].says) != NULL,
		    "and says: %s", cases[i].says))
			printf("# %s\n", error);
	}
	tap_ok(LOAD("--help") == 1 && LOAD("--nonsense=1", "--help") == -1,
	    "--help, and what comes before it");
}

static void
test_environment_refusals(void)
{
	setenv("MLFLOW_SERVE_ARTIFACTS", "perhaps", 1);
	tap_ok(LOAD("--dev") == -1 &&
	    strstr(error, "MLFLOW_SERVE_ARTIFACTS: 'perhaps'") != NULL,
	    "a refusal names the variable");
	unsetenv("MLFLOW_SERVE_ARTIFACTS");
}

static void
test_file_refusals(void)
{
	static const char *const texts[][2] = {
		{ "port 5000\n", "line 1: no '='" },
		{ "\nprot = 1\n", "line 2: there is no option 'prot'; did you mean port" },
		{ "port = x\n", "port in " },
		{ "static-prefix = \"/x\n", "not closed" },
		{ "static-prefix = \"/x\" y\n", "behind the closing" },
		{ "config = x\n", "cannot stand in a file" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file(texts[i][0]);
		if (!tap_ok(LOAD("--config", file_name) == -1 &&
		    strstr(error, texts[i][1]) != NULL, "the file's %s",
		    texts[i][1]))
			printf("# %s\n", error);
	}
}

static void
test_paths(void)
{
	char here[4096];

	if (getcwd(here, sizeof(here)) == NULL)
		abort();
	tap_ok(LOAD("--default-artifact-root", "./a/b//") == 0 &&
	    strcmp(conf.default_artifact_root,
	    arena_printf(&mem, "%s/a/b", here).p) == 0, "a path becomes absolute");
	tap_ok(LOAD("--default-artifact-root", "s3://b/x") == 0 &&
	    strcmp(conf.default_artifact_root, "s3://b/x") == 0, "a URI stays");
	tap_ok(LOAD("--work-dir", "/w", "--data-dir", "d") == 0 &&
	    strcmp(conf.data_dir, "/w/d") == 0 &&
	    strcmp(conf.artifacts_destination, "/w/mlartifacts") == 0,
	    "relative paths start in work-dir");
	tap_ok(LOAD("--work-dir", "/", "--data-dir", ".") == 0 &&
	    strcmp(conf.data_dir, "/") == 0 &&
	    strcmp(conf.artifacts_destination, "/mlartifacts") == 0, "even at /");
}

/* How many folders may be read below; -1 when the options are refused. */
static int
roots(void)
{
	return (int)conf.roots.n;
}

static void
test_artifacts(void)
{
	tap_ok(LOAD("--work-dir", "/w") == 0 &&
	    strcmp(conf.default_artifact_root, "mlflow-artifacts:/") == 0 && roots() == 1 &&
	    strcmp(conf.roots.items[0], "/w/mlartifacts") == 0, "artifacts are served");
	tap_ok(LOAD("--work-dir", "/w", "--no-serve-artifacts") == 0 &&
	    strcmp(conf.default_artifact_root, "/w/mlruns") == 0 && roots() == 1 &&
	    strcmp(conf.roots.items[0], "/w/mlruns") == 0, "or not: a local folder");
	tap_ok(LOAD("--default-artifact-root", "file:///home/a%20b/mlruns",
	    "--artifact-roots", "/x/,file:///y") == 0 && roots() == 4 &&
	    strcmp(conf.roots.items[0], "/home/a b/mlruns") == 0 &&
	    strcmp(conf.roots.items[2], "/x") == 0 && strcmp(conf.roots.items[3], "/y") == 0,
	    "roots of every kind");
	tap_ok(LOAD("--default-artifact-root", "s3://b", "--no-serve-artifacts",
	    "--artifacts-destination", "/") == 0 && roots() == 0,
	    "the article's destination is no root when artifacts are not served");
	tap_ok(LOAD("--artifacts-destination", "/") == -1 &&
	    strstr(error, "--no-serve-artifacts") != NULL, "/ is not served: %s", error);
	tap_ok(LOAD("--artifacts-destination", "file:///") == -1, "nor as a URI");
	tap_ok(LOAD("--artifacts-destination", "s3://b/x") == -1, "nor a bucket");
	tap_ok(LOAD("--default-artifact-root", "/") == 0 && roots() == 1, "/ is never a root");
	tap_ok(LOAD("--artifacts-only", "--no-serve-artifacts") == -1,
	    "artifacts only, and none of them");
}

static void
test_database(void)
{
	tap_ok(LOAD("--dev") == 0 && conf_is_embedded(&conf),
	    "no database named: the embedded default");
	setenv("CAIRN_DB_PASSWORD", "env", 1);
	tap_ok(LOAD("--backend-store-uri", "mysql://u@h/d") == 0 &&
	    strcmp(conf.db.password, "env") == 0, "an option fills the URI's gap");
	tap_ok(LOAD("--backend-store-uri", "mysql://u:uri@h/d") == 0 &&
	    strcmp(conf.db.password, "uri") == 0, "the stronger source wins");
	setenv("MLFLOW_BACKEND_STORE_URI", "mysql://u:uri@h:1/d", 1);
	tap_ok(LOAD("--db-host", "other") == 0 &&
	    strcmp(conf.db.host, "other") == 0 &&
	    strcmp(conf.db.password, "uri") == 0, "a flag over the URI's host");
	tap_ok(LOAD("--db-socket", "/s") == 0 && conf.db.host == NULL &&
	    strcmp(conf.db.socket, "/s") == 0, "a socket instead of it");
	unsetenv("CAIRN_DB_PASSWORD");
	unsetenv("MLFLOW_BACKEND_STORE_URI");
	write_file("from file\n");
	tap_ok(LOAD("--db-host=h", "--db-name=d", "--db-password-file", file_name)
	    == 0 && strcmp(conf.db.password, "from file") == 0 &&
	    conf.db.port == 3306, "discrete options and a password file");
	tap_ok(LOAD("--db-host=h", "--db-name=d", "--db-password-file", "/none") ==
	    -1 && strstr(error, "/none") != NULL, "a password file that is not there");
}

static void
test_secrets(void)
{
	char *argv[] = { arena_strdup(&mem, "server"),
	    arena_strdup(&mem, "--backend-store-uri"),
	    arena_strdup(&mem, "mysql://u:hidden@h/d"),
	    arena_strdup(&mem, "operand"), NULL };
	int argc = 4;

	tap_ok(conf_load_args(&mem, &conf, &argc, argv, &error) == 0 &&
	    strstr(argv[2], "hidden") == NULL, "argv no longer holds the password");
	tap_ok(argc == 2 && strcmp(argv[1], "operand") == 0, "operands are left");
	tap_ok(strcmp(conf.db.password, "hidden") == 0, "but we know it");
}

static unsigned described;
static bool told_secret;

static void
count_line(const char *text)
{
	described++;
	told_secret |= strstr(text, "hidden") != NULL;
}

/* What workers read is what the command resolved. */
static void
test_round_trip(void)
{
	struct buf text = { 0 };
	struct conf worker;

	tap_ok(LOAD("--backend-store-uri", "mysql://u:hidden%22%5C%0A%20@h/d",
	    "--allowed-hosts=a,b", "--no-truncate-long-values", "--static-prefix=/m",
	    "--artifacts-destination=/x y") == 0, "a command's options");
	conf_write(&conf, &mem, &text);
	write_file(text.p);
	setenv("CAIRN_CONF", file_name, 1);
	if (!tap_ok(conf_load_worker(&mem, &worker, &error) == 0, "load in a worker"))
		printf("# %s\n", error);
	tap_ok(strcmp(worker.db.password, "hidden\"\\\n ") == 0 &&
	    strcmp(worker.db.host, "h") == 0 && worker.allowed_hosts.n == 2 &&
	    !worker.truncate_long_values &&
	    strcmp(worker.static_prefix, "/m") == 0 &&
	    strcmp(worker.artifacts_destination, "/x y") == 0, "with equal values");
	setenv("CAIRN_CONF", "/dev/null", 1);
	buf_fini(&text);
	conf_describe(&conf, &mem, count_line);
	/* the five above and the file of CAIRN_CONF */
	tap_ok(described == 6 && !told_secret, "the log tells six, no secret");
	write_file("port = 1\n");
	setenv("CAIRN_CONF", file_name, 1);
	tap_ok(conf_load_worker(&mem, &worker, &error) == -1 &&
	    strstr(error, "MLFLOW_BACKEND_STORE_URI") != NULL,
	    "a worker needs a database");
}

static void
test_environment_is_cleaned(void)
{
	setenv("DEFAULT_ARTIFACT_ROOT", "x", 1);
	conf_clean_environment();
	tap_ok(getenv("DEFAULT_ARTIFACT_ROOT") == NULL &&
	    getenv("CAIRN_CONF") == NULL && getenv("PATH") != NULL,
	    "only our variables leave the environment");
}

int
main(void)
{
	int fd = mkstemp(file_name);

	if (fd == -1)
		abort();
	close(fd);
	log_init("conf_options", LOG_ERROR);
	arena_init(&mem);
	conf_clean_environment();
	/* not the one that may be installed here */
	setenv("CAIRN_CONF", "/dev/null", 1);
	test_sources();
	test_refusals();
	test_environment_refusals();
	test_file_refusals();
	test_paths();
	test_artifacts();
	test_database();
	test_secrets();
	test_round_trip();
	test_environment_is_cleaned();
	arena_fini(&mem);
	unlink(file_name);
	return tap_done();
}
