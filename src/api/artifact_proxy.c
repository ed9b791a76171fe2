/* The artifact proxy. */
#include "api/artifact_common.h"
#include "api/artifact_proxy.h"
#include "api/common.h"
#include "http/request.h"

struct proxy_list_in {
	struct str	path;
};

static const struct field proxy_list_in_fields[] = {
	F_STR(proxy_list_in, path, 0),
	F_END
};

/* Of an upload in parts only the fields that are demanded are looked at. */
struct multipart_in {
	struct str	path;
	struct list	parts;
};

static const struct field multipart_fields[] = {
	F_STR(multipart_in, path, REQUIRED),
	F_END
};

static const struct field part_fields[] = {
	F_END
};

struct part_in {
	char	none;
};

static const struct field multipart_complete_fields[] = {
	F_STR(multipart_in, path, REQUIRED),
	F_LIST(multipart_in, parts, REQUIRED, part_in, part_fields),
	F_END
};

/* The switch --no-serve-artifacts, in the two forms of the reference. */
static int
check_served(struct ctx *c, bool detail)
{
	if (c->conf->serve_artifacts)
		return 0;
	if (detail)
		return fail_detail(c, 503, "Artifact serving is disabled. Run `mlflow server` "
		    "with `--serve-artifacts` to enable.", STR(""), "");
	return fail_page(c, 503, HTML_PAGE, STR("<!doctype html>\n<title>Artifacts are not "
	    "served</title>\n<p>This server does not serve artifacts: it was started with "
	    "<code>--no-serve-artifacts</code>. With <code>--serve-artifacts</code> it "
	    "does.</p>\n"));
}

static int
permit_files(struct ctx *c, enum right right, struct str path)
{
	return permit(c, right, STORED_FILES, .id = path);
}

static int
artifact_proxy_list(struct ctx *c)
{
	const struct proxy_list_in *in = c->in;
	struct str path = in->path.p == NULL ? STR("") : in->path;
	struct place place;

	if (check_served(c, false) == -1 || check_artifact_path(c, path) == -1 ||
	    permit_files(c, READ, path) == -1)
		return -1;
	locate_served(c, path, &place);
	json_begin(&c->out, NULL);
	if (put_files(c, &place, STR("")) == -1)
		return -1;
	json_end(&c->out);
	return 0;
}

static int
artifact_proxy_get(struct ctx *c)
{
	struct str path = c->params[0];
	struct place place;

	if (check_served(c, true) == -1 || check_artifact_path(c, path) == -1 ||
	    permit_files(c, READ, path) == -1)
		return -1;
	locate_served(c, path, &place);
	return answer_artifact(c, &place, path, true);
}

static int
artifact_proxy_put(struct ctx *c)
{
	struct str path = c->params[0];
	struct place place;

	if (check_served(c, true) == -1)
		return -1;
	if (path.len == 0 || str_ends(path, "/"))
		return fail_detail(c, 400, "Artifact path must include a filename (cannot end "
		    "with '/').", STR(""), "");
	if (check_artifact_path(c, path) == -1 || permit_files(c, EDIT, path) == -1)
		return -1;
	locate_served(c, path, &place);
	if (receive_artifact(c, &place, path) == -1)
		return -1;
	c->res.content_type = "";
	return 0;
}

static int
artifact_proxy_delete(struct ctx *c)
{
	struct place place;

	if (check_served(c, false) == -1 || check_artifact_path(c, c->params[0]) == -1 ||
	    permit_files(c, MANAGE, c->params[0]) == -1)
		return -1;
	locate_served(c, c->params[0], &place);
	/* not all of it at once, by mistake */
	if (place.path.len == 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid path");
	return remove_artifact(c, &place, c->params[0]) == -1 ? -1 : answer_empty(c);
}

/* The path comes first, then the body. */
static int
refuse_multipart(struct ctx *c, const struct field *fields)
{
	if (check_served(c, false) == -1 || check_artifact_path(c, c->params[0]) == -1 ||
	    permit_files(c, EDIT, c->params[0]) == -1 ||
	    request_decode_as(c, fields, sizeof(struct multipart_in)) == -1)
		return -1;
	return fail(c, NOT_IMPLEMENTED,
	    "Multipart upload is not supported for the current artifact repository");
}

static int
artifact_multipart(struct ctx *c)
{
	return refuse_multipart(c, multipart_fields);
}

static int
artifact_multipart_complete(struct ctx *c)
{
	return refuse_multipart(c, multipart_complete_fields);
}

static int
artifact_proxy_presigned(struct ctx *c)
{
	if (check_served(c, false) == -1 || check_artifact_path(c, c->params[0]) == -1 ||
	    permit_files(c, READ, c->params[0]) == -1)
		return -1;
	return fail(c, NOT_IMPLEMENTED,
	    "Multipart download is not supported for the current artifact repository");
}

/* clang-format off */
const struct route artifact_proxy_routes[] = {
	{ "GET",    AT_API,  2, "/mlflow-artifacts/artifacts", ALWAYS | FILES, NO_DB, QUERY,
	    IN(proxy_list_in), artifact_proxy_list },
	{ "GET",    AT_FILES,2, "/mlflow-artifacts/artifacts/{*path}", ALWAYS | FILES, NO_DB, NO_BODY,
	    NO_IN, artifact_proxy_get },
	{ "PUT",    AT_FILES,2, "/mlflow-artifacts/artifacts/{*path}", ALWAYS | FILES, NO_DB, STREAM,
	    NO_IN, artifact_proxy_put },
	{ "DELETE", AT_API,  2, "/mlflow-artifacts/artifacts/{*path}", ALWAYS | FILES, NO_DB, NO_BODY,
	    NO_IN, artifact_proxy_delete },
	{ "POST",   AT_API,  2, "/mlflow-artifacts/mpu/create/{*path}", ALWAYS | FILES, NO_DB, NO_BODY,
	    NO_IN, artifact_multipart },
	{ "POST",   AT_API,  2, "/mlflow-artifacts/mpu/complete/{*path}", ALWAYS | FILES, NO_DB, NO_BODY,
	    NO_IN, artifact_multipart_complete },
	{ "POST",   AT_API,  2, "/mlflow-artifacts/mpu/abort/{*path}", ALWAYS | FILES, NO_DB, NO_BODY,
	    NO_IN, artifact_multipart },
	{ "GET",    AT_API,  2, "/mlflow-artifacts/presigned/{*path}", ALWAYS | FILES, NO_DB, NO_BODY,
	    NO_IN, artifact_proxy_presigned },
	{ .method = NULL }
};
/* clang-format on */
