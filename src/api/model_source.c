/*
 * The rules for sources, with MLflow's texts.  They look at the text in several
 * readings: as sent, with white space as Python's URL reader drops it, and with
 * every layer of percent-encoding taken off.
 */
#include <ctype.h>
#include <regex.h>
#include <string.h>

#include "api/model_source.h"
#include "api/registry_common.h"
#include "http/query.h"
#include "store/location.h"
#include "store/registry_filter.h"

/* Layers of percent-encoding; no client has more than one. */
#define LAYERS_MAX	8

/* The parts of a URI, in its text. */
struct uri {
	struct str	scheme;		/* empty: a path */
	struct str	authority;	/* behind "//"; may be empty */
	struct str	path;		/* up to "?" or "#" */
};

static int
fail_source(struct ctx *c, struct str source, const char *why)
{
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid model version source: '",
	    source, arena_printf(c->mem, "'. %s", why).p);
}

static int
fail_relative(struct ctx *c, struct str source)
{
	return fail_source(c, source, "If supplying a source as an http, https, local file "
	    "path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be "
	    "provided without relative path references present. Please provide an absolute "
	    "path.");
}

/* What the request must name for its source: a logged model if it names one. */
static const char *
owner_name(const struct model_source *s)
{
	return s->model_id.len > 0 ? "model_id" : "run_id";
}

static int
fail_owner(struct ctx *c, struct str source, const char *owner)
{
	return fail_source(c, source, arena_printf(c->mem, "The %s request parameter must "
	    "identify the resource that contains the source.", owner).p);
}

static int
fail_local(struct ctx *c, struct str path, const char *owner)
{
	return fail_source(c, path, arena_printf(c->mem, "To use a local path as a model "
	    "version source, the %s request parameter has to be specified and the local path "
	    "has to be contained within the artifact directory of the run specified by the "
	    "%s.", owner, owner).p);
}

/* As Python reads URLs: no blanks before, no tabs and line ends anywhere. */
static struct str
drop_space(struct arena *mem, struct str s)
{
	char *to = arena_alloc(mem, s.len + 1);
	size_t i = 0, n = 0;

	while (i < s.len && (unsigned char)s.p[i] <= ' ')
		i++;
	for (; i < s.len; i++)
		if (s.p[i] != '\t' && s.p[i] != '\r' && s.p[i] != '\n')
			to[n++] = s.p[i];
	return (struct str){ to, n };
}

/* Every layer off; false when there are more than anybody needs. */
static bool
decode_fully(struct arena *mem, struct str *s)
{
	int layer;

	for (layer = 0; layer < LAYERS_MAX; layer++) {
		struct str next = query_decode(mem, *s, false);

		if (str_eq(next, *s))
			return true;
		*s = next;
	}
	return false;
}

/* The first of these characters at or behind `from`, or the end. */
static size_t
find_any(struct str s, size_t from, const char *set)
{
	while (from < s.len && (s.p[from] == '\0' || strchr(set, s.p[from]) == NULL))
		from++;
	return from;
}

/* One letter is a scheme here, as in MLflow. */
static struct uri
split_uri(struct str s)
{
	struct uri u = { STR(""), STR(""), s };
	size_t i = 0, end;

	while (i < s.len && (isalnum((unsigned char)s.p[i]) || (s.p[i] != '\0' &&
	    strchr("+-.", s.p[i]) != NULL)))
		i++;
	if (i == 0 || i == s.len || s.p[i] != ':' || !isalpha((unsigned char)s.p[0]))
		return u;
	u.scheme = (struct str){ s.p, i++ };
	if (s.len - i >= 2 && memcmp(s.p + i, "//", 2) == 0) {
		end = find_any(s, i + 2, "/?#");
		u.authority = (struct str){ s.p + i + 2, end - i - 2 };
		i = end;
	}
	u.path = (struct str){ s.p + i, find_any(s, i, "?#") - i };
	return u;
}

/* Is one of the parts between slashes this one? */
static bool
has_part(struct str s, const char *part)
{
	size_t i = 0, end;

	for (; i <= s.len; i = end + 1) {
		end = find_any(s, i, "/");
		if (str_is((struct str){ s.p + i, end - i }, part))
			return true;
	}
	return false;
}

/* Does `path` lie in `root`, both as normal paths? */
static bool
is_within(struct str path, struct str root)
{
	while (root.len > 1 && root.p[root.len - 1] == '/')
		root.len--;
	return path.len >= root.len && memcmp(path.p, root.p, root.len) == 0 &&
	    (path.len == root.len || path.p[root.len] == '/');
}

/* An absolute path that leads somewhere, in every reading. */
static bool
is_absolute(struct ctx *c, struct str source)
{
	struct str plain = drop_space(c->mem, source), decoded = plain;
	struct uri u = split_uri(plain);
	bool open = memchr(u.authority.p, '[', u.authority.len) != NULL;
	bool closed = memchr(u.authority.p, ']', u.authority.len) != NULL;

	if (u.path.len < 2 || u.path.p[0] != '/' || open != closed ||
	    memchr(u.scheme.p, '+', u.scheme.len) != NULL ||
	    !decode_fully(c->mem, &decoded))
		return false;
	/* what was encoded may be white space again */
	decoded = drop_space(c->mem, decoded);
	return memchr(decoded.p, '\0', decoded.len) == NULL && !has_part(decoded, "..") &&
	    !has_part(split_uri(decoded).path, ".");
}

/* Schemes that name a machine which a server would have to trust. */
static int
check_scheme(struct ctx *c, const struct uri *u)
{
	static const char *const hosts[] = {
		"http", "https", "ftp", "sftp", "hdfs", "viewfs", "abfss", "r2", "b2",
	};
	const struct conf_list *allowed = &c->conf->host_schemes;
	const char *name = NULL;
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (str_is_nocase(u->scheme, hosts[i]))
			name = hosts[i];
	if (str_is_nocase(u->scheme, "mlflow-artifacts") && u->authority.len > 0)
		name = "mlflow-artifacts";
	for (i = 0; name != NULL && i < allowed->n; i++)
		if (str_is_nocase(str_of(name), allowed->items[i]))
			name = NULL;
	if (name == NULL)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "'source' cannot use the '%s' scheme: the "
	    "'%s' scheme addresses a host other than the tracking server's configured "
	    "artifact storage, so the server would connect to the host named in the URI. Set "
	    "the MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the "
	    "server to allow it.", name, name);
}

/* The artifact directory of the logged model or run that the request names. */
static int
load_root(struct ctx *c, const struct model_source *s, struct str *root)
{
	struct model_origin origin;
	struct run run;
	int rc = 0;

	if (s->model_id.len > 0) {
		rc = store_model_origin_find(&c->work, s->model_id, &origin);
		if (rc == 1)
			*root = origin.artifact_location;
	} else if (s->run_id.len > 0) {
		rc = store_run_find(&c->work, s->run_id, &run);
		if (rc == 1)
			*root = run.artifact_uri;
	}
	if (rc == -1)
		return fail_db(c);
	return rc == 0 ? fail_owner(c, s->source, owner_name(s)) : 0;
}

/* The path of a local location, absolute and normal. */
static struct str
local_path(struct ctx *c, struct str location)
{
	if (str_starts(location, "file://localhost/"))
		location = (struct str){ location.p + 16, location.len - 16 };
	else if (str_starts(location, "file://"))
		location = (struct str){ location.p + 7, location.len - 7 };
	else if (str_starts(location, "file:"))
		location = (struct str){ location.p + 5, location.len - 5 };
	/* a colon makes no scheme here, so the path is joined by hand */
	if (!str_starts(location, "/"))
		location = arena_printf(c->mem, "%s/%s", c->conf->work_dir,
		    arena_str(c->mem, location).p);
	return name_as_path(c->mem, location);
}

static int
check_local(struct ctx *c, const struct model_source *s)
{
	struct str decoded = s->source, root, path;
	bool fine;

	if (s->run_id.len == 0 && s->model_id.len == 0)
		return fail_local(c, s->source, "run_id");
	if (load_root(c, s, &root) == -1)
		return -1;
	if (memchr(s->source.p, '\0', s->source.len) != NULL)
		return fail_source(c, s->source, "A path must not hold a NUL character.");
	if (location_is_remote_file(s->source))
		return fail(c, INVALID_PARAMETER_VALUE, "%s is not a valid remote uri. For remote "
		    "access on windows, please consider using a different scheme such as SMB "
		    "(e.g. smb://<hostname>/<path>).", s->source.p);
	fine = decode_fully(c->mem, &decoded) &&
	    memchr(decoded.p, '\0', decoded.len) == NULL;
	path = local_path(c, fine ? decoded : s->source);
	/* as it is written, and as it reads without percent-encoding */
	if (fine && is_within(local_path(c, s->source), local_path(c, root)) &&
	    decode_fully(c->mem, &root) && is_within(path, local_path(c, root)))
		return 0;
	return fail_local(c, path, owner_name(s));
}

/* runs:/<run_id>/...: the run must be the request's; it need not exist. */
static int
check_run(struct ctx *c, const struct model_source *s, const struct uri *u)
{
	size_t first = 0, end;

	while (first < u->path.len && u->path.p[first] == '/')
		first++;
	end = find_any(u->path, first, "/");
	if (s->model_id.len > 0 || u->authority.len > 0 ||
	    !str_eq((struct str){ u->path.p + first, end - first }, s->run_id))
		return fail_owner(c, s->source, owner_name(s));
	return 0;
}

static int
check_proxied(struct ctx *c, const struct model_source *s, const struct uri *u)
{
	struct str root;
	struct uri r;

	if (load_root(c, s, &root) == -1)
		return -1;
	r = split_uri(root);
	if (!str_is_nocase(r.scheme, "mlflow-artifacts") ||
	    !str_eq(r.authority, u->authority) ||
	    !is_within(name_as_path(c->mem, u->path), name_as_path(c->mem, r.path)))
		return fail_owner(c, s->source, owner_name(s));
	return 0;
}

/* What models:/ refers to. */
struct reference {
	struct str	name;
	struct str	version;	/* a number, a stage or "latest" */
	struct str	alias;
	bool		is_alias;
};

/* models:/NAME/VERSION or models:/NAME@ALIAS; false if it is neither. */
static bool
read_reference(struct arena *mem, struct str path, struct reference *ref)
{
	struct str rest;
	size_t slash, at;

	if (path.len < 2 || path.p[0] != '/')
		return false;
	rest = (struct str){ path.p + 1, path.len - 1 };
	slash = find_any(rest, 0, "/");
	for (at = rest.len; at > 0 && rest.p[at - 1] != '@'; at--)
		continue;
	*ref = (struct reference){ .is_alias = slash == rest.len };
	if (ref->is_alias && (at == 0 || at == rest.len))
		return false;
	if (!ref->is_alias && (slash == 0 || slash + 1 == rest.len ||
	    find_any(rest, slash + 1, "/") < rest.len ||
	    str_trim((struct str){ rest.p, slash }).len == 0))
		return false;
	ref->name = arena_str(mem, (struct str){ rest.p,
	    ref->is_alias ? at - 1 : slash });
	if (ref->is_alias)
		ref->alias = arena_str(mem, (struct str){ rest.p + at, rest.len - at });
	else
		ref->version = arena_str(mem, (struct str){ rest.p + slash + 1,
		    rest.len - slash - 1 });
	return true;
}

/* The latest version of a stage, or of all of them. */
static int
load_stage(struct ctx *c, const struct reference *ref, struct registered_model *m,
    struct model_version *v)
{
	bool newest = str_is_nocase(ref->version, "latest");
	struct str stage = { NULL, 0 };
	size_t i;

	if (!newest && take_stage(c, ref->version, &stage) == -1)
		return -1;
	if (store_registered_model_latest(&c->work, m) == -1)
		return fail_db(c);
	*v = (struct model_version){ 0 };
	for (i = 0; i < m->latest.n; i++)
		if ((newest || str_eq(m->latest.items[i].current_stage, stage)) &&
		    m->latest.items[i].version > v->version)
			*v = m->latest.items[i];
	if (v->version > 0)
		return 0;
	return fail_client(c, INTERNAL_ERROR, "No versions of model with name '%s'%s%s%s found",
	    ref->name.p, newest ? "" : " and stage '", newest ? "" : ref->version.p,
	    newest ? "" : "'");
}

static int
load_reference(struct ctx *c, const struct reference *ref, struct model_version *v)
{
	struct version_number number;
	struct registered_model m;
	size_t i = 0;

	if (ref->is_alias)
		return load_alias(c, ref->name, ref->alias, v);
	if (check_model_name(c, "name", ref->name) == -1 ||
	    load_model(c, ref->name, READ, &m) == -1)
		return -1;
	while (i < ref->version.len && isdigit((unsigned char)ref->version.p[i]))
		i++;
	if (i < ref->version.len)
		return load_stage(c, ref, &m, v);
	if (take_version(c, ref->version, &number) == -1)
		return -1;
	return load_version(c, ref->name, &number, READ, v);
}

/* models:/...: a version is replaced by what it was made of. */
static int
check_model(struct ctx *c, struct model_source *s, const struct uri *u)
{
	struct reference ref;
	struct model_version v;
	struct str path = u->path;

	/* MLflow reads no fragment here */
	path.len = (size_t)(s->source.p + s->source.len - path.p);
	path.len = find_any(path, 0, "?");
	if (u->authority.len > 0)
		return fail_source(c, s->source,
		    "Registered model sources must use the active model registry.");
	if (!read_reference(c->mem, path, &ref)) {
		if (s->model_id.len > 0 && path.len > 1 && path.p[0] == '/' &&
		    str_eq((struct str){ path.p + 1, path.len - 1 }, s->model_id))
			return 0;
		return fail_owner(c, s->source, "model_id");
	}
	if (load_reference(c, &ref, &v) == -1)
		return -1;
	if (s->model_id.len > 0 || (s->run_id.len > 0 && !str_eq(s->run_id, v.run_id)))
		return fail_source(c, s->source, "The run_id and model_id request parameters "
		    "must match the referenced model version.");
	s->source = arena_printf(c->mem, "models:/%s/%lld", ref.name.p, (long long)v.version);
	s->storage_location = v.storage_location.p == NULL ? v.source : v.storage_location;
	s->run_id = v.run_id;
	return 0;
}

static int
check_remote(struct ctx *c, const struct model_source *s, const struct uri *u)
{
	if (check_scheme(c, u) == -1)
		return -1;
	if (!is_absolute(c, s->source))
		return fail_relative(c, s->source);
	if (str_is_nocase(u->scheme, "runs"))
		return check_run(c, s, u);
	return str_is_nocase(u->scheme, "mlflow-artifacts") ? check_proxied(c, s, u) : 0;
}

static int
check_regex(struct ctx *c, struct str source)
{
	regex_t regex;
	bool match;

	if (c->conf->model_source_regex == NULL)
		return 0;
	/* POSIX dots match line ends, which would hide what follows from a pattern */
	if (str_has_control(source))
		return fail_source(c, source, "A source must not hold control characters.");
	/* the configuration was refused if it does not compile */
	if (regcomp(&regex, c->conf->model_source_regex, REG_EXTENDED | REG_NOSUB) != 0)
		return fail(c, INTERNAL_ERROR, "The pattern for model version sources cannot "
		    "be read.");
	match = regexec(&regex, source.p, 0, NULL, 0) == 0;
	regfree(&regex);
	if (match)
		return 0;
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid model version source: '",
	    source, "'.");
}

/* A prompt has no artifacts; its source is one of two words that say so. */
static int
check_prompt(struct ctx *c, struct str source)
{
	if (str_is(source, "dummy-source") || str_is(source, "prompt-template"))
		return 0;
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid prompt source: '", source,
	    "'. Prompt sources must use an MLflow placeholder.");
}

int
model_source_check(struct ctx *c, struct model_source *s, const struct kvs *tags)
{
	const struct kv *prompt = kvs_find(tags, STR(PROMPT_TAG));
	struct uri u;

	if (check_regex(c, s->source) == -1)
		return -1;
	if (prompt != NULL && str_is_nocase(prompt->value, "true"))
		return check_prompt(c, s->source);
	/* a path keeps the blanks that a URI may lose */
	u = split_uri(drop_space(c->mem, s->source));
	if (u.scheme.len == 0 || str_is_nocase(u.scheme, "file"))
		return check_local(c, s);
	if (str_is_nocase(u.scheme, "models")) {
		u = split_uri(s->source);
		return check_model(c, s, &u);
	}
	return check_remote(c, s, &u);
}

bool
model_source_is_logged(struct ctx *c, struct str source)
{
	struct uri u = split_uri(source);
	struct reference ref;

	return str_is_nocase(u.scheme, "models") && !read_reference(c->mem, u.path, &ref);
}
