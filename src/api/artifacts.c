/* Artifacts of runs, logged models and model versions. */
#include <string.h>

#include "api/artifact_common.h"
#include "api/artifacts.h"
#include "api/common.h"
#include "api/registry_common.h"
#include "artifact/path.h"
#include "store/location.h"
#include "store/logged_model.h"

struct artifact_list_in {
	struct str	run_id, run_uuid;
	struct str	path;		/* absent: the run's root */
};

struct artifact_get {
	struct str	run_id, run_uuid;
	struct str	path;
	struct str	format;		/* "zip": a directory as an archive */
};

struct version_artifact_get {
	struct str	name;
	struct str	version;
	struct str	path;
	struct str	format;
};

struct artifact_upload_in {
	struct str	run_uuid;
	struct str	path;
};

struct model_directory_in {
	struct str	model_id;
	struct str	artifact_directory_path;
};

struct model_file_in {
	struct str	model_id;
	struct str	artifact_file_path;
	struct str	format;
};

struct presigned_in {
	struct str	run_id;
	struct str	model_id;	/* of uploads */
	struct str	path;
};

/* Bytes that the UI may upload in one request, as the reference. */
#define UPLOAD_MAX	(10 * 1024 * 1024)

static const struct field artifact_list_in_fields[] = {
	F_RUN_ID(artifact_list_in),
	F_STR(artifact_list_in, path, 0),
	F_END
};

static const struct field artifact_get_fields[] = {
	F_STR(artifact_get, run_id, 0),
	F_STR(artifact_get, run_uuid, 0),
	F_STR(artifact_get, path, 0),
	F_STR(artifact_get, format, 0),
	F_END
};

static const struct field version_artifact_get_fields[] = {
	F_STR(version_artifact_get, name, 0),
	F_STR(version_artifact_get, version, 0),
	F_STR(version_artifact_get, path, 0),
	F_STR(version_artifact_get, format, 0),
	F_END
};

static const struct field artifact_upload_in_fields[] = {
	F_STR(artifact_upload_in, run_uuid, 0),
	F_STR(artifact_upload_in, path, 0),
	F_END
};

static const struct field model_directory_in_fields[] = {
	F_STR(model_directory_in, model_id, REQUIRED),
	F_STR(model_directory_in, artifact_directory_path, 0),
	F_END
};

static const struct field model_file_in_fields[] = {
	F_STR(model_file_in, model_id, REQUIRED),
	F_STR(model_file_in, artifact_file_path, 0),
	F_STR(model_file_in, format, 0),
	F_END
};

static const struct field presigned_download_fields[] = {
	F_STR(presigned_in, run_id, REQUIRED),
	F_STR(presigned_in, path, REQUIRED),
	F_END
};

static const struct field presigned_upload_fields[] = {
	F_STR(presigned_in, path, REQUIRED),
	F_STR(presigned_in, run_id, 0),
	F_STR(presigned_in, model_id, 0),
	F_END
};

/* A run, deleted or not; its artifacts stay. */
static int
load_run_location(struct ctx *c, struct str run_id, enum right right, struct str *location)
{
	struct run r;
	int rc = store_run_find(&c->work, run_id, &r);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Run with id=", run_id,
		    " not found");
	*location = r.artifact_uri.p == NULL ? STR("") : r.artifact_uri;
	return permit(c, right, RUN, .id = r.run_id, .experiment_id = r.experiment_id);
}

static int
load_model_location(struct ctx *c, struct str model_id, enum right right, struct str *location)
{
	struct logged_model m;
	int rc = store_logged_model_find(&c->work, model_id, &m);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0 || !m.is_active)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Logged model with ID '",
		    model_id, "' not found.");
	*location = m.artifact_location;
	return permit(c, right, LOGGED_MODEL, .id = m.model_id, .experiment_id = m.experiment_id);
}

/* {"root_uri": ..., "files": [...]}, with paths below the root. */
static int
answer_list(struct ctx *c, struct str location, struct str path)
{
	struct place place;

	if (locate(c, location, path, &place) == -1)
		return -1;
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "root_uri", location);
	if (put_files(c, &place, path_clean(c->mem, path)) == -1)
		return -1;
	json_end(&c->out);
	return 0;
}

static int
artifact_list(struct ctx *c)
{
	const struct artifact_list_in *in = c->in;
	struct str path = in->path.p == NULL ? STR("") : in->path, location;

	if (check_artifact_path(c, path) == -1 ||
	    load_run_location(c, either_run_id(in->run_id, in->run_uuid), READ,
	    &location) == -1)
		return -1;
	return answer_list(c, location, path);
}

static int
check_given(struct ctx *c, const char *name, struct str value)
{
	if (value.p != NULL)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Missing value for required parameter '%s'.",
	    name);
}

static int
check_format(struct ctx *c, struct str format)
{
	if (format.p == NULL || str_is(format, "zip"))
		return 0;
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid value '", format,
	    "' for parameter 'format' supplied: leave it out for a file, or say zip for a "
	    "directory as an archive.");
}

/* `name` is what an archive of the whole location is called. */
static int
answer_file(struct ctx *c, struct str location, struct str path, struct str format,
    struct str name)
{
	struct str clean = path_clean(c->mem, path);
	struct place place;

	if (locate(c, location, path, &place) == -1)
		return -1;
	if (format.p != NULL)
		return answer_archive(c, &place, path,
		    clean.len == 0 ? name : path_name(clean));
	return answer_artifact(c, &place, path, false);
}

static int
artifact_get(struct ctx *c)
{
	const struct artifact_get *in = c->in;
	struct str run_id = either_run_id(in->run_id, in->run_uuid), location;

	/* the reference prints what Python has for nothing */
	if (run_id.p == NULL)
		run_id = STR("None");

	if (check_given(c, "path", in->path) == -1 ||
	    check_artifact_path(c, in->path) == -1 || check_format(c, in->format) == -1 ||
	    load_run_location(c, run_id, READ, &location) == -1)
		return -1;
	return answer_file(c, location, in->path, in->format, run_id);
}

/* Where a version's files are: runs:/<run_id>/<path> leads to its run's. */
static int
load_version_location(struct ctx *c, const struct model_version *v, struct str *location)
{
	struct str source = v->storage_location.p == NULL ? v->source : v->storage_location;
	struct str rest, run_id, run;
	const char *slash;

	*location = source;
	if (!str_starts(source, "runs:/"))
		return 0;
	rest = (struct str){ source.p + 6, source.len - 6 };
	while (str_starts(rest, "/"))
		rest = (struct str){ rest.p + 1, rest.len - 1 };
	slash = strchr(rest.p, '/');
	run_id = slash == NULL ? rest :
	    arena_str(c->mem, (struct str){ rest.p, (size_t)(slash - rest.p) });
	if (load_run_location(c, run_id, READ, &run) == -1)
		return -1;
	*location = slash == NULL ? run : location_join(c->mem, run, str_of(slash + 1));
	return 0;
}

static int
version_artifact_get(struct ctx *c)
{
	const struct version_artifact_get *in = c->in;
	struct version_number number;
	struct model_version v;
	struct str location;

	if (check_given(c, "path", in->path) == -1 ||
	    check_artifact_path(c, in->path) == -1 || check_format(c, in->format) == -1 ||
	    check_given(c, "name", in->name) == -1 ||
	    check_given(c, "version", in->version) == -1 ||
	    check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, READ, &v) == -1 ||
	    load_version_location(c, &v, &location) == -1)
		return -1;
	return answer_file(c, location, in->path, in->format, in->name);
}

static int
check_upload(struct ctx *c, const struct artifact_upload_in *in)
{
	if (str_empty(in->run_uuid))
		return fail(c, INVALID_PARAMETER_VALUE, "Request must specify run_uuid.");
	if (str_empty(in->path))
		return fail(c, INVALID_PARAMETER_VALUE, "Request must specify path.");
	if (check_artifact_path(c, in->path) == -1)
		return -1;
	if (c->req.length > UPLOAD_MAX)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Artifact size is too large. Max size is 10MB.");
	if (c->req.length == 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Request must specify data.");
	return 0;
}

static int
artifact_upload(struct ctx *c)
{
	const struct artifact_upload_in *in = c->in;
	struct str location;
	struct place place;

	if (check_upload(c, in) == -1 ||
	    load_run_location(c, in->run_uuid, EDIT, &location) == -1 ||
	    locate(c, location, in->path, &place) == -1)
		return -1;
	return receive_artifact(c, &place, in->path);
}

static int
logged_model_list_directory(struct ctx *c)
{
	const struct model_directory_in *in = c->in;
	struct str path = in->artifact_directory_path, location;

	path = path.p == NULL ? STR("") : path;
	if (check_artifact_path(c, path) == -1 ||
	    load_model_location(c, in->model_id, READ, &location) == -1)
		return -1;
	return answer_list(c, location, path);
}

static int
logged_model_get_file(struct ctx *c)
{
	const struct model_file_in *in = c->in;
	struct str location;

	if (str_empty(in->artifact_file_path))
		return fail(c, BAD_REQUEST,
		    "Request must include the \"artifact_file_path\" query parameter.");
	if (check_artifact_path(c, in->artifact_file_path) == -1 ||
	    check_format(c, in->format) == -1 ||
	    load_model_location(c, in->model_id, READ, &location) == -1)
		return -1;
	return answer_file(c, location, in->artifact_file_path, in->format, in->model_id);
}

static bool
is_proxied(struct str location)
{
	return str_is_nocase(location_scheme(location), "mlflow-artifacts");
}

static int
artifact_presigned_download(struct ctx *c)
{
	const struct presigned_in *in = c->in;
	struct str location;

	if (check_artifact_path(c, in->path) == -1 ||
	    load_run_location(c, in->run_id, READ, &location) == -1)
		return -1;
	if (is_proxied(location))
		return fail(c, INVALID_PARAMETER_VALUE, "Presigned download is not supported "
		    "for runs with proxied artifact storage (artifact URI scheme: "
		    "mlflow-artifacts). This endpoint requires a run with a direct cloud "
		    "storage artifact URI.");
	return fail(c, NOT_IMPLEMENTED,
	    "Presigned download is not supported for the current artifact repository");
}

static int
artifact_presigned_upload(struct ctx *c)
{
	const struct presigned_in *in = c->in;
	bool run = !str_empty(in->run_id), model = !str_empty(in->model_id);
	struct str location;

	if (check_artifact_path(c, in->path) == -1)
		return -1;
	if (run == model)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Exactly one of run_id and model_id must be provided.");
	if ((run ? load_run_location(c, in->run_id, EDIT, &location) :
	    load_model_location(c, in->model_id, EDIT, &location)) == -1)
		return -1;
	if (is_proxied(location))
		return fail(c, INVALID_PARAMETER_VALUE, "Presigned upload is not supported "
		    "for proxied artifact storage (artifact URI scheme: mlflow-artifacts). "
		    "This endpoint requires a direct cloud storage artifact URI.");
	return fail(c, NOT_IMPLEMENTED,
	    "Presigned upload is not supported for the current artifact repository");
}

/* clang-format off */
const struct route artifact_routes[] = {
	{ "GET",    AT_API,  2, "/mlflow/artifacts/list", FILES, RD, QUERY,
	    IN(artifact_list_in), artifact_list },
	{ "GET",    AT_ROOT, 0, "/get-artifact", FILES, RD, QUERY, IN(artifact_get), artifact_get },
	{ "GET",    AT_ROOT, 0, "/model-versions/get-artifact", FILES, RD, QUERY,
	    IN(version_artifact_get), version_artifact_get },
	{ "POST",   AT_AJAX, 2, "/mlflow/upload-artifact", FILES, RD, STREAM,
	    IN(artifact_upload_in), artifact_upload },
	{ "POST",   AT_API,  2, "/mlflow/artifacts/presigned-download-url", FILES, RD, JSON,
	    IN_AS(presigned_download_fields, presigned_in), artifact_presigned_download },
	{ "POST",   AT_API,  2, "/mlflow/artifacts/presigned-upload-url", FILES, RD, JSON,
	    IN_AS(presigned_upload_fields, presigned_in), artifact_presigned_upload },
	{ "GET",    AT_API,  2, "/mlflow/logged-models/{model_id}/artifacts/directories", FILES, RD, QUERY,
	    IN(model_directory_in), logged_model_list_directory },
	{ "GET",    AT_AJAX, 2, "/mlflow/logged-models/{model_id}/artifacts/files", FILES, RD, QUERY,
	    IN(model_file_in), logged_model_get_file },
	{ .method = NULL }
};
/* clang-format on */
