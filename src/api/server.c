/* Probes and facts about the server. */
#include <errno.h>
#include <string.h>

#include "config.h"

#include "api/common.h"
#include "api/server.h"
#include "artifact/root.h"
#include "base/stats.h"
#include "store/migrate.h"

struct gateway_proxy {
	struct str	gateway_path;
};

static const struct field gateway_proxy_fields[] = {
	F_STR(gateway_proxy, gateway_path, 0),
	F_END
};

static int
health(struct ctx *c)
{
	c->res.content_type = "text/plain; charset=utf-8";
	buf_puts(&c->res.body, "OK");
	return 0;
}

/* The MLflow release that this server is compatible with. */
static int
version(struct ctx *c)
{
	c->res.content_type = "text/html; charset=utf-8";
	buf_puts(&c->res.body, MLFLOW_RELEASE);
	return 0;
}

/*
 * Can artifacts be stored where they should be?  Anybody may ask, so this looks and
 * writes nothing.  A folder that is not there may be one that only the clients have.
 */
static const char *
artifacts_state(const struct conf *conf)
{
	const char *folder = conf->serve_artifacts ? conf->artifacts_destination :
	    conf->roots.n > 0 ? conf->roots.items[0] : NULL;

	if (folder == NULL || root_look(folder) == 0)
		return "ok";
	return errno == ENOENT && !conf->serve_artifacts ? "ok" : strerror(errno);
}

static void
put_database_state(struct ctx *c, bool *ready)
{
	struct migrate_state state = { .kind = MIGRATE_EMPTY };
	bool reached = migrate_state(&c->work, &state) == 0;
	bool head = reached && state.kind == MIGRATE_HEAD;

	json_put_str(&c->out, "database", str_of(reached ? "ok" : "cannot be reached"));
	json_put_str(&c->out, "revision", str_of(head ? "ok" :
	    reached ? state.problem : "unknown"));
	*ready = *ready && head;
}

/* Artifact folder, database, revision: 200 when all are well, else 503. */
static int
ready(struct ctx *c)
{
	const char *artifacts = artifacts_state(c->conf);
	bool ready = strcmp(artifacts, "ok") == 0;

	json_begin(&c->out, NULL);
	json_put_str(&c->out, "artifact_root", str_of(artifacts));
	if (!c->conf->artifacts_only)
		put_database_state(c, &ready);
	json_put_str(&c->out, "status", str_of(ready ? "ready" : "not ready"));
	json_end(&c->out);
	if (!ready) {
		c->res.status = 503;
		buf_puts(&c->res.headers, "Retry-After: 1\r\n");
	}
	return 0;
}

/* The counters of all workers, in Prometheus' text form. */
static int
metrics(struct ctx *c)
{
	static const struct {
		const char	*metric, *label, *help;
	} rows[STAT__MAX] = {
#define STAT(name, metric, label, help) [STAT_##name] = { metric, label, help },
#include "base/stats.def"
#undef STAT
	};
	struct buf *to = &c->res.body;
	int i;

	c->res.content_type = "text/plain; version=0.0.4; charset=utf-8";
	for (i = 0; i < STAT__MAX; i++) {
		if (i == 0 || strcmp(rows[i].metric, rows[i - 1].metric) != 0)
			buf_printf(to, "# HELP %s %s\n# TYPE %s counter\n", rows[i].metric,
			    rows[i].help, rows[i].metric);
		buf_printf(to, rows[i].label[0] == '\0' ? "%s%s %llu\n" : "%s{%s} %llu\n",
		    rows[i].metric, rows[i].label,
		    (unsigned long long)stats_get((enum stat_counter)i));
	}
	return 0;
}

static int
server_info(struct ctx *c)
{
	struct json_out *o = &c->out;

	json_begin(o, NULL);
	json_put_str(o, "store_type", STR("SqlStore"));
	json_put_bool(o, "workspaces_enabled", false);
	json_put_bool(o, "trace_archival_enabled", false);
	json_put_bool(o, "multipart_uploads_enabled", false);
	json_put_bool(o, "multipart_downloads_enabled", false);
	json_put_bool(o, "presigned_upload_run_id_supported", true);
	json_put_bool(o, "presigned_upload_model_id_supported", true);
	json_begin(o, "features_enabled");
	/* there is no AI gateway here, and the UI hides what needs one */
	json_put_bool(o, "gateway", false);
	json_end(o);
	json_end(o);
	return 0;
}

/* No telemetry, ever: the UI is told not to send any. */
static int
ui_telemetry_get(struct ctx *c)
{
	json_begin(&c->out, NULL);
	json_list_begin(&c->out, "disable_ui_events");
	json_list_end(&c->out);
	json_put_bool(&c->out, "disable_ui_telemetry", true);
	json_put_i64(&c->out, "ui_rollout_percentage", 0);
	json_end(&c->out);
	return 0;
}

static int
ui_telemetry_post(struct ctx *c)
{
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "status", STR("disabled"));
	json_end(&c->out);
	return 0;
}

/* The table of runs asks, and shows an error for any answer but this. */
static int
gateway_proxy_get(struct ctx *c)
{
	json_begin(&c->out, NULL);
	json_list_begin(&c->out, "endpoints");
	json_list_end(&c->out);
	json_end(&c->out);
	return 0;
}

/* "gateway/NAME/invocations", slashes around it aside. */
static bool
is_invocation(struct str path)
{
	static const char head[] = "gateway/", tail[] = "/invocations";
	size_t around = sizeof(head) + sizeof(tail) - 2;

	while (path.len > 0 && path.p[0] == '/')
		path = (struct str){ path.p + 1, path.len - 1 };
	while (path.len > 0 && path.p[path.len - 1] == '/')
		path.len--;
	return path.len > around && str_starts(path, head) && str_ends(path, tail) &&
	    memchr(path.p + sizeof(head) - 1, '/', path.len - around) == NULL;
}

/* What it needs is asked for, as by a server with a gateway. */
static int
gateway_proxy_post(struct ctx *c)
{
	const struct gateway_proxy *in = c->in;

	if (str_empty(in->gateway_path))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Deployments proxy request must specify a gateway_path.");
	if (!is_invocation(in->gateway_path))
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid gateway_path: ",
		    in->gateway_path, " for method: POST");
	return gateway_proxy_get(c);
}

/* clang-format off */
const struct route server_routes[] = {
	{ "GET",    AT_ROOT, 0, "/health", PROBE, NO_DB, NO_BODY, NO_IN, health },
	{ "GET",    AT_ROOT, 0, "/version", PROBE, NO_DB, NO_BODY, NO_IN, version },
	{ "GET",    AT_ROOT, 0, "/ready", PROBE, RD, NO_BODY, NO_IN, ready },
	{ "GET",    AT_ROOT, 0, "/metrics", PROBE, NO_DB, NO_BODY, NO_IN, metrics },
	{ "GET",    AT_API,  3, "/mlflow/server-info", OPEN | ALWAYS | ANY_WORKSPACE, NO_DB, NO_BODY,
	    NO_IN, server_info },
	{ "GET",    AT_AJAX, 3, "/mlflow/ui-telemetry", OPEN | ALWAYS, NO_DB, NO_BODY,
	    NO_IN, ui_telemetry_get },
	{ "POST",   AT_AJAX, 3, "/mlflow/ui-telemetry", OPEN | ALWAYS, NO_DB, NO_BODY,
	    NO_IN, ui_telemetry_post },
	{ "GET",    AT_AJAX, 2, "/mlflow/gateway-proxy", OPEN | ALWAYS, NO_DB, NO_BODY,
	    NO_IN, gateway_proxy_get },
	{ "POST",   AT_AJAX, 2, "/mlflow/gateway-proxy", OPEN | ALWAYS, NO_DB, JSON,
	    IN(gateway_proxy), gateway_proxy_post },
	{ .method = NULL }
};
/* clang-format on */
