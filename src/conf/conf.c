/*
 * Loading: the sources in order of strength, then the checks that look at more
 * than one option or at the machine.
 */
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/percent.h"
#include "conf/option.h"

#define INSTALLED_FILE	SYSCONFDIR "/cairn.conf"

static int
load_defaults(struct loader *l)
{
	int id;

	*l->conf = (struct conf){ 0 };
	for (id = 0; id < OPT__MAX; id++) {
		const struct option_row *row = &option_rows[id];

		if (row->value != NULL && option_set(l, (enum option_id)id,
		    FROM_DEFAULT, row->name, row->value) == -1)
			return -1;
	}
	return 0;
}

static int
load_environment(struct loader *l)
{
	int id;

	for (id = 0; id < OPT__MAX; id++) {
		const char *value;
		struct str name = option_variable(l->mem, (enum option_id)id, &value);

		if (name.p == NULL)
			continue;
		if (option_rows[id].kind == OPTION_NO_EFFECT)
			log_info("%s: %s", name.p, option_rows[id].help);
		if (option_set(l, (enum option_id)id, FROM_ENVIRONMENT, name.p,
		    value) == -1)
			return -1;
	}
	return 0;
}

/* "..." with \", \\ and \n inside; anything else stands for itself. */
static int
unquote(struct loader *l, const char *as, char *value)
{
	char *from = value + 1, *to = value;

	for (; *from != '"'; from++) {
		if (*from == '\\' && from[1] != '\0') {
			from++;
			*to++ = *from == 'n' ? '\n' : *from;
		} else if (*from != '\0') {
			*to++ = *from;
		} else {
			return loader_fail(l, "%s: the value opens a '\"' that is "
			    "not closed: close it", as);
		}
	}
	if (from[1] != '\0')
		return loader_fail(l, "%s: text behind the closing '\"': put a "
		    "backslash before a '\"' within the value", as);
	*to = '\0';
	return 0;
}

static int
load_line(struct loader *l, const char *path, unsigned number, char *line)
{
	struct str text = str_trim(str_of(line)), name;
	char *value;
	const char *as;
	int id;

	if (text.len == 0 || text.p[0] == '#')
		return 0;
	line = arena_strdup(l->mem, arena_str(l->mem, text).p);
	value = strchr(line, '=');
	if (value == NULL)
		return loader_fail(l, "%s line %u: no '=': write NAME = VALUE", path,
		    number);
	*value++ = '\0';
	value += strspn(value, " \t");
	name = arena_str(l->mem, str_trim(str_of(line)));
	as = arena_printf(l->mem, "%s in %s line %u", name.p, path, number).p;
	id = option_find(name);
	if (id == -1)
		return loader_fail(l, "%s line %u: there is no option '%s'%s", path,
		    number, name.p, option_near(l->mem, name.p, ""));
	if (option_rows[id].attributes & OPT_NOT_FILE)
		return loader_fail(l, "%s: this option cannot stand in a file", as);
	if (*value == '"' && unquote(l, as, value) == -1)
		return -1;
	if (option_rows[id].kind == OPTION_NO_EFFECT)
		log_info("%s: %s", as, option_rows[id].help);
	return option_set(l, (enum option_id)id, FROM_FILE, as, value);
}

/* The installed file may be missing, one that was asked for may not. */
static int
load_file(struct loader *l, const char *asked)
{
	const char *path = asked == NULL ? INSTALLED_FILE : asked;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	int rc = 0;

	if (f == NULL && asked == NULL && errno == ENOENT)
		return 0;
	if (f == NULL)
		return loader_fail(l, "cannot read %s: %s: name a configuration file "
		    "that this user may read in --config or CAIRN_CONF", path,
		    strerror(errno));
	while (rc == 0 && getline(&line, &size, f) != -1)
		rc = load_line(l, path, ++number, line);
	if (rc == 0 && ferror(f))
		rc = loader_fail(l, "cannot read %s: %s", path, strerror(errno));
	free(line);
	fclose(f);
	l->conf->config_file = arena_strdup(l->mem, path);
	return rc;
}

/* A flag as found in argv. */
struct flag {
	int		 id;
	const char	*as;		/* "--port" */
	char		*value;		/* behind '=' or in the next argument */
	bool		 on;		/* a switch without "no-" */
};

static int
parse_long_flag(struct loader *l, char *arg, struct flag *f)
{
	char *equals = strchr(arg, '=');
	struct str name = { arg + 2, equals == NULL ? strlen(arg + 2) :
	    (size_t)(equals - arg - 2) };

	name = arena_str(l->mem, name);
	f->as = arena_printf(l->mem, "--%s", name.p).p;
	f->value = equals == NULL ? NULL : equals + 1;
	f->on = true;
	f->id = option_find(name);
	if (f->id == -1 && str_starts(name, "no-")) {
		f->on = false;
		f->id = option_find(str_of(name.p + 3));
		if (f->id != -1 && option_rows[f->id].kind != OPTION_SWITCH)
			f->id = -1;
	}
	if (f->id != -1 && !(option_rows[f->id].attributes & OPT_NOT_FLAG))
		return 0;
	if (f->id != -1)
		return loader_fail(l, "--%s would show its value to everyone on this "
		    "machine: set %s or db-password-file instead", name.p,
		    option_rows[f->id].environment);
	return loader_fail(l, "there is no option --%s%s (--help lists them)",
	    name.p, option_near(l->mem, name.p, "--"));
}

static int
parse_short_flag(struct loader *l, char *arg, struct flag *f)
{
	f->as = arena_printf(l->mem, "-%c", arg[1]).p;
	f->id = option_find_letter(arg[1]);
	f->value = arg[2] == '\0' ? NULL : arg + 2 + (arg[2] == '=');
	f->on = true;
	if (f->id != -1)
		return 0;
	return loader_fail(l, "there is no option %s (--help lists them)", f->as);
}

static int
set_flag(struct loader *l, const struct flag *f)
{
	const struct option_row *row = &option_rows[f->id];

	if (row->kind == OPTION_SWITCH)
		return option_set(l, (enum option_id)f->id, FROM_FLAG, f->as,
		    f->on ? "true" : "false");
	if (row->kind == OPTION_NO_EFFECT)
		log_info("%s: %s", f->as, row->help);
	if (option_set(l, (enum option_id)f->id, FROM_FLAG, f->as, f->value) == -1)
		return -1;
	/* argv is what ps shows */
	if (row->attributes & OPT_SECRET)
		memset(f->value, 'x', strlen(f->value));
	return 0;
}

/*
 * Read the flags; what is not one is moved to the front of argv.  Called twice:
 * `only` is OPT_CONFIG to find the file first, then OPT__MAX for all the rest.
 */
static int
load_flags(struct loader *l, int *argc, char **argv, enum option_id only)
{
	int i, kept = 1;

	for (i = 1; i < *argc; i++) {
		struct flag f;

		if (strcmp(argv[i], "--") == 0)
			break;
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			if (only == OPT__MAX)
				argv[kept++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--help") == 0)
			return 1;
		if ((argv[i][1] == '-' ? parse_long_flag : parse_short_flag)(l,
		    argv[i], &f) == -1)
			return -1;
		if (option_rows[f.id].kind == OPTION_SWITCH) {
			if (f.value != NULL)
				return loader_fail(l, "%s takes no value: write %s or "
				    "--no-%s", f.as, f.as, option_rows[f.id].name);
		} else if (f.value == NULL && i + 1 < *argc) {
			f.value = argv[++i];
		} else if (f.value == NULL) {
			return loader_fail(l, "%s lacks its value: write %s %s", f.as,
			    f.as, option_rows[f.id].argument);
		}
		if ((only == OPT__MAX || f.id == (int)only) && set_flag(l, &f) == -1)
			return -1;
	}
	if (only != OPT__MAX)
		return 0;
	for (i++; i < *argc; i++)
		argv[kept++] = argv[i];
	*argc = kept;
	return 0;
}

static int
check_prefix(struct loader *l)
{
	const char *prefix = l->conf->static_prefix;
	size_t n = strlen(prefix);

	if (n == 0)
		return 0;
	if (prefix[0] != '/' || prefix[n - 1] == '/' ||
	    strstr(prefix, "//") != NULL || strstr(prefix, "/.") != NULL)
		return loader_fail(l, "static-prefix (MLFLOW_STATIC_PREFIX): '%s' must "
		    "start with '/' and not end with one: write e.g. /ml", prefix);
	if (prefix[strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789/-._~")] != '\0')
		return loader_fail(l, "static-prefix (MLFLOW_STATIC_PREFIX): '%s' may "
		    "hold letters, digits and /-._~ only: write e.g. /ml", prefix);
	return 0;
}

static int
check_frame_options(struct loader *l)
{
	static const char *const words[] = { "SAMEORIGIN", "DENY", "NONE" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(l->conf->x_frame_options, words[i]) == 0) {
			l->conf->x_frame_options = words[i];
			return 0;
		}
	return loader_fail(l, "x-frame-options (MLFLOW_SERVER_X_FRAME_OPTIONS): '%s' "
	    "is not known: write SAMEORIGIN, DENY or NONE",
	    l->conf->x_frame_options);
}

static int
check_host(struct loader *l)
{
	const char *host = l->conf->host;

	if (host[0] != '\0' && host[strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789.:-_%")] == '\0')
		return 0;
	return loader_fail(l, "host (MLFLOW_HOST): '%s' is no address: write e.g. "
	    "127.0.0.1, :: or a host name, without a port", host);
}

static int
check_lists(struct loader *l)
{
	struct conf *conf = l->conf;
	const char *error;

	if (host_patterns_read(l->mem, conf->allowed_hosts.items, conf->allowed_hosts.n,
	    &conf->hosts, &error) == -1)
		return loader_fail(l, "allowed-hosts (MLFLOW_SERVER_ALLOWED_HOSTS): %s", error);
	if (origin_patterns_read(l->mem, conf->cors_allowed_origins.items,
	    conf->cors_allowed_origins.n, &conf->origins, &error) == -1)
		return loader_fail(l, "cors-allowed-origins "
		    "(MLFLOW_SERVER_CORS_ALLOWED_ORIGINS): %s", error);
	return 0;
}

const char *
conf_host_advice(const struct conf *conf, struct arena *mem)
{
	static const char *const local[] = { "localhost", "127.0.0.1" };
	const char *missing = NULL;
	size_t i;

	if (conf->hosts.n == 0 || conf->disable_security)
		return NULL;
	for (i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (!host_name_is_listed(&conf->hosts, local[i]))
			missing = missing == NULL ? local[i] :
			    arena_printf(mem, "%s,%s", missing, local[i]).p;
	return missing == NULL ? NULL : arena_printf(mem, "allowed-hosts leaves out %s: requests "
	    "to this server by that name get 403, from this machine too. The probes /health, "
	    "/ready, /version and /metrics are answered under any name; for more, add %s to "
	    "--allowed-hosts (MLFLOW_SERVER_ALLOWED_HOSTS)", missing, missing).p;
}

/* It is compiled where it is used; a mistake in it stops the start. */
static int
check_source_regex(struct loader *l)
{
	const char *regex = l->conf->model_source_regex;
	char why[128];
	regex_t compiled;
	int rc;

	if (regex == NULL)
		return 0;
	rc = regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB);
	if (rc == 0) {
		regfree(&compiled);
		return 0;
	}
	regerror(rc, &compiled, why, sizeof(why));
	return loader_fail(l, "create-model-version-source-validation-regex "
	    "(MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX): '%s' is no POSIX "
	    "extended regular expression (%s): write e.g. ^(s3://models/|runs:/|models:/)",
	    regex, why);
}

/* Has it a scheme ("s3://...", "mlflow-artifacts:/")? */
static bool
is_uri(const char *location)
{
	size_t n = strspn(location, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	return n > 1 && location[n] == ':';
}

/* A path made absolute, "./" and slashes at the end taken off; URIs stay. */
static const char *
settle_path(struct loader *l, const char *path)
{
	size_t n;

	if (path == NULL || is_uri(path))
		return path;
	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	if (path[0] != '/')
		path = strcmp(path, ".") == 0 || path[0] == '\0' ?
		    l->conf->work_dir : arena_printf(l->mem, "%s/%s",
		    strcmp(l->conf->work_dir, "/") == 0 ? "" : l->conf->work_dir,
		    path).p;
	for (n = strlen(path); n > 1 && path[n - 1] == '/';)
		n--;
	return arena_str(l->mem, (struct str){ path, n }).p;
}

/* file:///home/x is /home/x; NULL for what is no path of this machine. */
static const char *
local_folder(struct loader *l, const char *location)
{
	struct str s = str_of(location);

	if (str_starts(s, "file://localhost/"))
		s = (struct str){ s.p + 16, s.len - 16 };
	else if (str_starts(s, "file:///"))
		s = (struct str){ s.p + 7, s.len - 7 };
	else if (str_starts(s, "file:/") && !str_starts(s, "file://"))
		s = (struct str){ s.p + 5, s.len - 5 };
	else
		return is_uri(location) ? NULL : location;
	return settle_path(l, percent_decode(l->mem, s).p);
}

/* "/" is never a root: it would give away the whole machine. */
static void
add_root(struct loader *l, const char **items, size_t *n, const char *location)
{
	const char *folder = local_folder(l, location);

	if (folder != NULL && strcmp(folder, "/") != 0)
		items[(*n)++] = folder;
}

/* The folders that may be read below: the operator's list, and those of the options. */
static void
settle_roots(struct loader *l)
{
	struct conf *conf = l->conf;
	const struct conf_list named = conf->artifact_roots;
	const char **items = arena_array(l->mem, named.n + 2, sizeof(*items));
	size_t n = 0, i;

	add_root(l, items, &n, conf->default_artifact_root);
	if (conf->serve_artifacts)
		add_root(l, items, &n, conf->artifacts_destination);
	for (i = 0; i < named.n; i++)
		add_root(l, items, &n, settle_path(l, named.items[i]));
	conf->roots = (struct conf_list){ items, n };
}

/* Served artifacts lie in a folder of this machine, and not in all of it. */
static int
settle_destination(struct loader *l)
{
	struct conf *conf = l->conf;
	const char *asked = conf->artifacts_destination;

	if (!conf->serve_artifacts)
		return conf->artifacts_only ? loader_fail(l, "artifacts-only "
		    "(MLFLOW_ARTIFACTS_ONLY) with artifacts that are not served leaves "
		    "nothing to do: leave out --no-serve-artifacts") : 0;
	conf->artifacts_destination = local_folder(l, asked);
	if (conf->artifacts_destination == NULL)
		return loader_fail(l, "artifacts-destination "
		    "(MLFLOW_ARTIFACTS_DESTINATION): '%s' is no folder of this machine: "
		    "name one, or let clients reach it themselves with "
		    "--no-serve-artifacts --default-artifact-root %s", asked, asked);
	if (strcmp(conf->artifacts_destination, "/") != 0)
		return 0;
	return loader_fail(l, "artifacts-destination (MLFLOW_ARTIFACTS_DESTINATION): '/' "
	    "would serve every file of this machine: name a folder of its own, such as "
	    "/srv/mlartifacts, or do not serve artifacts (--no-serve-artifacts)");
}

/* Beside this program in a build tree, else where it is installed. */
static const char *
find_ui(struct loader *l)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *path;

	if (n <= 0)
		return DATADIR "/ui";
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	path = arena_printf(l->mem, "%s/ui", self).p;
	return access(arena_printf(l->mem, "%s/index.html", path).p, R_OK) == 0 ? path :
	    DATADIR "/ui";
}

static int
settle_paths(struct loader *l)
{
	struct conf *conf = l->conf;
	const char *asked = conf->work_dir;
	char *here = getcwd(NULL, 0);

	if (here == NULL)
		return loader_fail(l, "cannot tell the current directory: %s: change "
		    "to one that exists", strerror(errno));
	conf->work_dir = arena_strdup(l->mem, here);
	free(here);
	conf->work_dir = settle_path(l, asked);
	if (conf->default_artifact_root == NULL)
		conf->default_artifact_root = conf->serve_artifacts ? "mlflow-artifacts:/" :
		    "mlruns";
	conf->default_artifact_root = settle_path(l, conf->default_artifact_root);
	conf->artifacts_destination = settle_path(l, conf->artifacts_destination);
	conf->data_dir = settle_path(l, conf->data_dir);
	conf->upload_dir = settle_path(l, conf->upload_dir);
	conf->stats_file = settle_path(l, conf->stats_file);
	if (conf->access_log != NULL && strcmp(conf->access_log, "-") != 0)
		conf->access_log = settle_path(l, conf->access_log);
	conf->ui_dir = conf->ui_dir == NULL ? find_ui(l) : settle_path(l, conf->ui_dir);
	if (settle_destination(l) == -1)
		return -1;
	settle_roots(l);
	return 0;
}

static int
settle(struct loader *l)
{
	if (backend_resolve(l) == -1 || check_prefix(l) == -1 ||
	    check_frame_options(l) == -1 || check_host(l) == -1 ||
	    check_lists(l) == -1 ||
	    check_source_regex(l) == -1 ||
	    settle_paths(l) == -1)
		return -1;
	if (l->conf->artifacts_only && !conf_is_embedded(l->conf))
		return loader_fail(l, "artifacts-only (MLFLOW_ARTIFACTS_ONLY) serves "
		    "no tracking data: leave out the backend store URI");
	return 0;
}

/* The file is weaker than the rest, but they say which file. */
static const char *
file_asked_for(const struct loader *l)
{
	const char *env = getenv("CAIRN_CONF");

	if (l->conf->config_file != NULL)
		return l->conf->config_file;
	return env != NULL && *env != '\0' ? env : NULL;
}

int
conf_load_worker(struct arena *mem, struct conf *conf, const char **error)
{
	struct loader l = { .mem = mem, .conf = conf };

	if (load_defaults(&l) == 0 && load_file(&l, file_asked_for(&l)) == 0 &&
	    load_environment(&l) == 0 && settle(&l) == 0 &&
	    conf_is_embedded(conf) && !conf->artifacts_only)
		loader_fail(&l, "no database is named: set MLFLOW_BACKEND_STORE_URI "
		    "or backend-store-uri in the file of CAIRN_CONF (only `cairn "
		    "server` can run one of its own)");
	*error = l.error;
	return l.error == NULL ? 0 : -1;
}

int
conf_load_args(struct arena *mem, struct conf *conf, int *argc, char **argv,
    const char **error)
{
	struct loader l = { .mem = mem, .conf = conf };
	int rc = 0;

	if (load_defaults(&l) == 0 &&
	    (rc = load_flags(&l, argc, argv, OPT_CONFIG)) == 0 &&
	    load_file(&l, file_asked_for(&l)) == 0 &&
	    load_environment(&l) == 0 &&
	    (rc = load_flags(&l, argc, argv, OPT__MAX)) == 0)
		settle(&l);
	*error = l.error;
	return l.error == NULL ? rc : -1;
}
