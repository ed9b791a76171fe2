/* Model versions over the wire. */
#include <assert.h>
#include <string.h>

#include "api/model_source.h"
#include "api/model_versions.h"
#include "api/registry_common.h"
#include "store/search.h"

struct version_create {
	struct str	name;
	struct str	source;
	struct str	run_id;
	struct list	tags;		/* of struct kv_in */
	struct str	run_link;
	struct str	description;
	struct str	model_id;
};

struct version_in {
	struct str	name;
	struct str	version;
};

struct version_update {
	struct str	name;
	struct str	version;
	struct str	description;	/* absent: NULL */
};

struct version_stage {
	struct str	name;
	struct str	version;
	struct str	stage;
	struct opt_bool	archive_existing_versions;
};

struct version_search_in {
	struct str	filter;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct version_set_tag {
	struct str	name;
	struct str	version;
	struct str	key;
	struct str	value;
};

struct version_delete_tag {
	struct str	name;
	struct str	version;
	struct str	key;
};

/* Versions of a search page: what MLflow gives unasked, and at most. */
#define PAGE_MOST	200000
/* Versions found by one statement, and of those whose tags are read by one. */
#define VERSION_PIECE	10000
#define TAG_PIECE	200

static const struct field version_create_fields[] = {
	F_STR(version_create, name, REQUIRED),
	F_STR(version_create, source, REQUIRED),
	F_STR(version_create, run_id, 0),
	F_LIST(version_create, tags, 0, kv_in, loose_kv_fields),
	F_STR(version_create, run_link, 0),
	F_STR(version_create, description, 0),
	F_STR(version_create, model_id, 0),
	F_END
};

static const struct field version_fields[] = {
	F_STR(version_in, name, REQUIRED),
	F_STR(version_in, version, REQUIRED),
	F_END
};

/* Of get-download-uri, where MLflow looks at the values only. */
static const struct field version_uri_fields[] = {
	F_STR(version_in, name, 0),
	F_STR(version_in, version, 0),
	F_END
};

static const struct field version_update_fields[] = {
	F_STR(version_update, name, REQUIRED),
	F_STR(version_update, version, REQUIRED),
	F_STR(version_update, description, 0),
	F_END
};

static const struct field version_stage_fields[] = {
	F_STR(version_stage, name, REQUIRED),
	F_STR(version_stage, version, REQUIRED),
	F_STR(version_stage, stage, REQUIRED),
	F_BOOL(version_stage, archive_existing_versions, 0),
	F_END
};

static const struct field version_search_in_fields[] = {
	F_STR(version_search_in, filter, 0),
	F_I64_MAX(version_search_in, max_results, 0, PAGE_MOST),
	F_STRS(version_search_in, order_by, 0),
	F_STR(version_search_in, page_token, 0),
	F_END
};

static const struct field version_set_tag_fields[] = {
	F_STR(version_set_tag, name, REQUIRED),
	F_STR(version_set_tag, version, REQUIRED),
	F_STR(version_set_tag, key, REQUIRED),
	F_STR(version_set_tag, value, 0),
	F_END
};

static const struct field version_delete_tag_fields[] = {
	F_STR(version_delete_tag, name, REQUIRED),
	F_STR(version_delete_tag, version, REQUIRED),
	F_STR(version_delete_tag, key, REQUIRED),
	F_END
};

/* A logged model as the source: what it means, or MLflow's long sentence. */
static int
resolve_logged(struct ctx *c, struct model_source *s)
{
	struct model_origin origin;
	int rc;

	if (s->storage_location.p != NULL || !model_source_is_logged(c, s->source))
		return 0;
	rc = store_model_origin_find(&c->work, s->model_id, &origin);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_client(c, INTERNAL_ERROR, "Unable to fetch model from model URI "
		    "source artifact location '%s'.Error: Logged model with ID '%s' not found.",
		    s->source.p, s->model_id.p);
	s->storage_location = origin.artifact_location;
	return 0;
}

/* The logged model that the request names; its run unless another is given. */
static int
load_origin(struct ctx *c, struct model_source *s, struct model_origin *origin)
{
	int rc;

	if (s->model_id.len == 0)
		return 0;
	rc = store_model_origin_find(&c->work, s->model_id, origin);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Logged model with ID '",
		    s->model_id, "' not found.");
	if (s->run_id.len == 0)
		s->run_id = origin->run_id;
	return 0;
}

/* Add the version to a JSON list of versions; false if it is no list. */
static bool
append_version(struct buf *to, struct str list, const struct model_version *v)
{
	struct json_object *old = NULL;
	bool fine;

	if (str_empty(list))
		list = STR("[]");
	fine = json_read(list, JSON_ANY, &old) == JSON_FINE && json_kind(old) == JSON_LIST;
	if (fine) {
		json_text_spaced(to, old);
		to->len--;	/* the bracket */
		buf_printf(to, "%s{\"name\": ", json_length(old) == 0 ? "" : ", ");
		json_quote(to, v->name);
		buf_printf(to, ", \"version\": %lld}]", (long long)v->version);
	}
	json_free(old);
	return fine;
}

/* The logged model keeps a list of the versions made of it, in a tag. */
static int
tag_origin(struct ctx *c, const struct model_origin *origin, const struct model_version *v)
{
	struct buf list = { 0 };
	struct str old;
	int rc = store_model_origin_lock_tag(&c->work, origin, &old);

	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Logged model with ID '",
		    origin->model_id, "' not found.");
	if (rc == 1 && !append_version(&list, old, v)) {
		buf_fini(&list);
		return fail(c, INVALID_PARAMETER_VALUE, "The tag 'mlflow.modelVersions' of the "
		    "logged model '%s' is no JSON list; delete or correct it.",
		    origin->model_id.p);
	}
	if (rc == 1)
		rc = store_model_origin_set_tag(&c->work, origin, buf_str(&list));
	buf_fini(&list);
	return rc == -1 ? fail_db(c) : 0;
}

/* A column that counts bytes. */
static int
check_tag_column(struct ctx *c, struct str value)
{
	if (value.len <= WIDTH_MODEL_VERSION_TAGS_VALUE)
		return 0;
	return fail(c, BAD_REQUEST, "The value of 'value' has %zu bytes; the database holds at "
	    "most %d. Shorten it.", value.len, WIDTH_MODEL_VERSION_TAGS_VALUE);
}

static int
check_columns(struct ctx *c, const struct model_version *v)
{
	size_t i;

	for (i = 0; i < v->tags.n; i++)
		if (check_tag_column(c, v->tags.items[i].value) == -1)
			return -1;
	if (check_column(c, "source", v->source, WIDTH_MODEL_VERSIONS_SOURCE) == -1 ||
	    check_column(c, "run_id", v->run_id, WIDTH_MODEL_VERSIONS_RUN_ID) == -1 ||
	    check_column(c, "run_link", v->run_link, WIDTH_MODEL_VERSIONS_RUN_LINK) == -1)
		return -1;
	return check_column(c, "description", v->description, WIDTH_MODEL_VERSIONS_DESCRIPTION);
}

static int
model_version_create(struct ctx *c)
{
	const struct version_create *in = c->in;
	struct model_source s = { in->source, str_or_empty(in->run_id), str_or_empty(in->model_id),
	    { NULL, 0 } };
	struct model_version v = { .description = str_or_empty(in->description),
	    .run_link = str_or_empty(in->run_link) };
	struct registered_model m;
	struct model_origin origin;

	take_tags(c, &in->tags, &v.tags);
	if (model_source_check(c, &s, &v.tags) == -1 ||
	    check_model_name(c, "name", in->name) == -1 ||
	    check_registry_tags(c, &v.tags, check_version_tag) == -1 || resolve_logged(c, &s) == -1 ||
	    load_origin(c, &s, &origin) == -1 || load_model(c, in->name, EDIT, &m) == -1)
		return -1;
	v.name = m.name;
	v.source = s.source;
	v.run_id = s.run_id;
	v.storage_location = s.storage_location.p == NULL ? s.source : s.storage_location;
	if (check_columns(c, &v) == -1)
		return -1;
	if (store_model_version_add(&c->work, &v) == -1)
		return fail_tags(c);
	if (s.model_id.len > 0 && tag_origin(c, &origin, &v) == -1)
		return -1;
	json_begin(&c->out, NULL);
	put_version(c, "model_version", &v);
	json_end(&c->out);
	return 0;
}

static int
model_version_get(struct ctx *c)
{
	const struct version_in *in = c->in;
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, READ, &v) == -1)
		return -1;
	return answer_version(c, &v);
}

static int
model_version_update(struct ctx *c)
{
	const struct version_update *in = c->in;
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, EDIT, &v) == -1 ||
	    check_column(c, "description", in->description, WIDTH_MODEL_VERSIONS_DESCRIPTION) == -1)
		return -1;
	if (store_model_version_set_description(&c->work, &v, in->description) == -1)
		return fail_db(c);
	if (load_version(c, in->name, &number, READ, &v) == -1)
		return -1;
	return answer_version(c, &v);
}

static int
model_version_delete(struct ctx *c)
{
	const struct version_in *in = c->in;
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, MANAGE, &v) == -1)
		return -1;
	if (store_model_version_delete(&c->work, &v) == -1)
		return fail_db(c);
	return answer_empty(c);
}

/* Write versions; their tags are read a piece at a time. */
static int
put_versions(struct ctx *c, struct model_version *list, size_t n)
{
	struct arena_mark mark = arena_mark(c->mem);
	size_t at, piece, i;

	for (at = 0; at < n && !c->out.closed; at += piece) {
		piece = n - at < TAG_PIECE ? n - at : TAG_PIECE;
		if (store_model_version_fill_tags(&c->work, list + at, piece) == -1)
			return fail_db(c);
		for (i = at; i < at + piece; i++)
			put_version(c, NULL, &list[i]);
		arena_release(c->mem, mark);
	}
	return 0;
}

/*
 * Write the versions of `page`, and of those behind it while `left` are wanted: a page of
 * MLflow's may have more of them than memory should hold.
 */
static int
put_pages(struct ctx *c, struct search_query *q, struct search_page *page, int64_t left)
{
	char *token = arena_alloc(c->mem, SEARCH_TOKEN_MAX);
	struct arena_mark mark = arena_mark(c->mem);

	for (;;) {
		if (put_versions(c, page->items, page->n) == -1)
			return -1;
		left -= (int64_t)page->n;
		if (str_empty(page->next_page_token) || left == 0 || c->out.closed)
			return 0;
		assert(page->next_page_token.len <= SEARCH_TOKEN_MAX);
		memcpy(token, page->next_page_token.p, page->next_page_token.len);
		q->page_token = (struct str){ token, page->next_page_token.len };
		q->max_results = left < VERSION_PIECE ? left : VERSION_PIECE;
		arena_release(c->mem, mark);
		if (find_page(c, &model_version_plan, q, page) == -1)
			return -1;
	}
}

static int
model_version_search(struct ctx *c)
{
	const struct version_search_in *in = c->in;
	int64_t most = in->max_results.set ? in->max_results.v : PAGE_MOST;
	struct search_query q = {
		.filter = in->filter, .order_by = in->order_by.items,
		.norder = in->order_by.n, .page_token = in->page_token,
		.max_results = most < VERSION_PIECE ? most : VERSION_PIECE,
	};
	struct search_page page;

	if (most <= 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value for max_results. It must "
		    "be a positive integer, but got %lld", (long long)most);
	if (permit_search(c) == -1 || find_page(c, &model_version_plan, &q, &page) == -1)
		return -1;
	json_begin(&c->out, NULL);
	if (page.n > 0) {
		json_list_begin(&c->out, "model_versions");
		if (put_pages(c, &q, &page, most) == -1)
			return -1;
		json_list_end(&c->out);
	}
	put_optional(c, "next_page_token", page.next_page_token);
	json_end(&c->out);
	return 0;
}

static int
model_version_get_download_uri(struct ctx *c)
{
	const struct version_in *in = c->in;
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, READ, &v) == -1)
		return -1;
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "artifact_uri",
	    v.storage_location.p == NULL ? v.source : v.storage_location);
	json_end(&c->out);
	return 0;
}

static int
model_version_transition(struct ctx *c)
{
	const struct version_stage *in = c->in;
	bool archive = in->archive_existing_versions.set && in->archive_existing_versions.v;
	struct version_number number;
	struct model_version v;
	struct str stage;

	if (take_stage(c, in->stage, &stage) == -1)
		return -1;
	if (archive && !str_is(stage, "Staging") && !str_is(stage, "Production"))
		return fail_client(c, INTERNAL_ERROR, "Model version transition cannot archive "
		    "existing model versions because '%s' is not an Active stage. Valid stages "
		    "are ['Staging', 'Production']", in->stage.p);
	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, EDIT, &v) == -1)
		return -1;
	if (store_model_version_set_stage(&c->work, &v, stage, archive) == -1)
		return fail_db(c);
	if (load_version(c, in->name, &number, READ, &v) == -1)
		return -1;
	return answer_version(c, &v);
}

static int
model_version_set_tag(struct ctx *c)
{
	const struct version_set_tag *in = c->in;
	struct str value = str_or_empty(in->value);
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    check_version_tag(c, in->key, value) == -1 ||
	    load_version(c, in->name, &number, EDIT, &v) == -1 ||
	    check_tag_column(c, value) == -1)
		return -1;
	if (store_model_version_tag_set(&c->work, &v, in->key, value) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
model_version_delete_tag(struct ctx *c)
{
	const struct version_delete_tag *in = c->in;
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    check_name(c, "key", in->key) == -1 ||
	    load_version(c, in->name, &number, MANAGE, &v) == -1)
		return -1;
	if (store_model_version_tag_delete(&c->work, &v, in->key) == -1)
		return fail_db(c);
	return answer_empty(c);
}

/* clang-format off */
const struct route model_version_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/model-versions/create", 0, WR, JSON,
	    IN(version_create), model_version_create },
	{ "GET",    AT_API,  2, "/mlflow/model-versions/get", 0, RD, QUERY,
	    IN_AS(version_fields, version_in), model_version_get },
	{ "PATCH",  AT_API,  2, "/mlflow/model-versions/update", 0, WR, JSON,
	    IN(version_update), model_version_update },
	{ "DELETE", AT_API,  2, "/mlflow/model-versions/delete", 0, WR, JSON,
	    IN_AS(version_fields, version_in), model_version_delete },
	{ "GET",    AT_API,  2, "/mlflow/model-versions/search", 0, RD, QUERY,
	    IN(version_search_in), model_version_search },
	{ "GET",    AT_API,  2, "/mlflow/model-versions/get-download-uri", 0, RD, QUERY,
	    IN_AS(version_uri_fields, version_in), model_version_get_download_uri },
	{ "POST",   AT_API,  2, "/mlflow/model-versions/transition-stage", 0, WR, JSON,
	    IN(version_stage), model_version_transition },
	{ "POST",   AT_API,  2, "/mlflow/model-versions/set-tag", 0, WR, JSON,
	    IN(version_set_tag), model_version_set_tag },
	{ "DELETE", AT_API,  2, "/mlflow/model-versions/delete-tag", 0, WR, JSON,
	    IN(version_delete_tag), model_version_delete_tag },
	{ .method = NULL }
};
/* clang-format on */
