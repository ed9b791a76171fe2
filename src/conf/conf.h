/*
 * The configuration: one struct, filled from flags, then the environment, then
 * cairn.conf, by one table of options (conf/options.def).
 *
 * `cairn server` resolves everything and hands it to its workers as a
 * cairn.conf in memory; a worker started by another web server reads the
 * environment and the file named by CAIRN_CONF.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "conf/host.h"

/* OPT_<id> of options.def */
enum option_id {
#define OPT(id, ...)	   OPT_##id,
#define NO_EFFECT(id, ...) OPT_##id,
#include "conf/options.def"
#undef OPT
#undef NO_EFFECT
	OPT__MAX
};

/* Where a value came from; the later wins. */
enum option_source { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

/* The database behind a backend URI or the CAIRN_DB_* variables. */
struct conf_db {
	const char	*host;		/* NULL when a socket is given */
	const char	*socket;
	const char	*name;
	const char	*user;
	const char	*password;	/* never logged, never printed */
	const char	*ssl_ca;
	const char	*ssl_cert;
	const char	*ssl_key;
	bool		 ssl;		/* TLS or no connection; set too by the others */
	bool		 ssl_verify;	/* the host name as well */
	unsigned	 port;		/* 0: the default */
	bool		 allow_foreign_tables;	/* of another program, beside ours */
	int64_t		 wait_ms;	/* how long a start waits for a login */
};

/* A comma-separated option. */
struct conf_list {
	const char	**items;
	size_t		 n;
};

struct conf {
	struct conf_db	 db;
	const char	*config_file;		/* NULL: none was read */
	const char	*backend_store_uri;	/* NULL: see conf_is_embedded */
	const char	*registry_store_uri;
	const char	*db_password_file;
	const char	*default_artifact_root;	/* absolute if a path */
	const char	*artifacts_destination;	/* an absolute path when artifacts are served */
	struct conf_list artifact_roots;	/* as named; see roots */
	struct conf_list roots;			/* all folders that may be read below; absolute */
	const char	*ui_dir;		/* absolute */
	bool		 serve_artifacts;
	bool		 artifacts_only;
	const char	*host;
	unsigned	 port;
	unsigned	 workers;		/* of the API */
	unsigned	 file_workers;
	unsigned	 max_body;		/* MiB; 0: no limit */
	unsigned	 max_zip;		/* MiB of content; 0: no limit */
	const char	*upload_dir;		/* NULL: `cairn server` finds one */
	const char	*access_log;		/* NULL: none; "-": standard output */
	const char	*static_prefix;		/* "" or "/x" without a last slash */
	struct conf_list allowed_hosts;		/* as written; n == 0: the default set */
	struct conf_list cors_allowed_origins;
	struct host_patterns hosts, origins;	/* the two read */
	const char	*x_frame_options;	/* "NONE" drops the header */
	bool		 disable_security;
	bool		 truncate_long_values;	/* MLFLOW_TRUNCATE_LONG_VALUES */
	unsigned	 artifact_location_max;	/* characters */
	unsigned	 graphql_max_root_fields;
	unsigned	 graphql_max_aliases;
	const char	*model_source_regex;	/* POSIX extended; NULL: any source */
	struct conf_list host_schemes;		/* refused as sources unless named */
	unsigned	 max_seconds;		/* of a request, until its last statement begins */
	unsigned	 max_memory;		/* MiB of a request's arena */
	unsigned	 max_values;		/* of a request's JSON, as json_read() counts */
	unsigned	 max_requests;		/* a worker leaves after so many; 0: never */
	const char	*expose_prometheus;	/* directory; accepted, shown */
	const char	*stats_file;		/* shared counters; NULL: none */
	bool		 dev;
	const char	*data_dir;		/* of the embedded default; absolute */
	unsigned	 data_memory;		/* its buffer pool, MiB */
	const char	*work_dir;		/* absolute; relative artifact locations hang here */
	enum option_source from[OPT__MAX];
};

/*
 * Fill `conf` for a worker: defaults, then the file of CAIRN_CONF (or the
 * installed cairn.conf), then the environment above it.  Strings live in `mem`.
 * A worker has no embedded default: without a database this fails.
 * 0, or -1 with one line in *error that names the variable and the remedy.
 */
int	conf_load_worker(struct arena *mem, struct conf *conf,
	    const char **error);

/*
 * Fill `conf` for a command: as a worker, then the flags in argv[1] and on.
 * Flags are taken out of argv, secrets in them wiped from the process list;
 * the operands are left in argv[1] .. argv[*argc - 1].
 * 0; 1 when --help was asked for; -1 with *error as above.
 */
int	conf_load_args(struct arena *mem, struct conf *conf, int *argc,
	    char **argv, const char **error);

/*
 * What the list of hosts leaves out that somebody on this machine will miss, as a
 * sentence for the log; NULL if nothing.
 */
const char *conf_host_advice(const struct conf *conf, struct arena *mem);

/* No database was named: `cairn server` runs its own in data_dir. */
bool	conf_is_embedded(const struct conf *conf);

/*
 * A backend URI (mysql://, mysql+pymysql://, mysql+mysqldb://, mariadb://, ...)
 * into its parts, percent-decoded.  0, or -1 with *error; the text never holds
 * the password.
 */
int	conf_parse_backend(struct arena *mem, const char *uri,
	    struct conf_db *db, const char **error);

/* The resolved options as a cairn.conf for workers: holds the password. */
void	conf_write(const struct conf *conf, struct arena *mem, struct buf *to);
/* One line an option that is not its default: no secrets, for the log. */
void	conf_describe(const struct conf *conf, struct arena *mem,
	    void (*line)(const char *text));
/* Every option with its variables and default, for --help. */
void	conf_help(struct buf *to);
/* Take every variable of the table out of the environment. */
void	conf_clean_environment(void);

#endif
