/* Experiments over the wire. */
#include <string.h>

#include "api/common.h"
#include "api/experiments.h"
#include "store/location.h"

struct experiment_create {
	struct str	name;
	struct str	artifact_location;
	struct list	tags;
};

struct experiment_get {
	struct str	experiment_id;
};

struct experiment_get_by_name {
	struct str	experiment_name;
};

struct experiment_update {
	struct str	experiment_id;
	struct str	new_name;
};

struct experiment_set_tag {
	struct str	experiment_id;
	struct str	key;
	struct str	value;
};

struct experiment_delete_tag {
	struct str	experiment_id;
	struct str	key;
};

struct experiment_search_in {
	struct opt_i64	max_results;
	struct str	page_token;
	struct str	filter;
	struct strs	order_by;
	struct opt_enum	view_type;
};

/* Experiments read and written at a time: bounds the memory of a large page. */
#define EXPERIMENT_PIECE	500

static const struct field experiment_create_fields[] = {
	F_STR(experiment_create, name, REQUIRED),
	F_STR(experiment_create, artifact_location, 0),
	F_LIST(experiment_create, tags, 0, kv_in, loose_kv_fields),
	F_END
};

static const struct field experiment_get_fields[] = {
	F_STR(experiment_get, experiment_id, REQUIRED),
	F_END
};

static const struct field experiment_get_by_name_fields[] = {
	F_STR(experiment_get_by_name, experiment_name, REQUIRED),
	F_END
};

static const struct field experiment_update_fields[] = {
	F_STR(experiment_update, experiment_id, REQUIRED),
	F_STR(experiment_update, new_name, REQUIRED),
	F_END
};

static const struct field experiment_set_tag_fields[] = {
	F_STR(experiment_set_tag, experiment_id, REQUIRED),
	F_STR(experiment_set_tag, key, REQUIRED),
	F_STR(experiment_set_tag, value, 0),
	F_END
};

static const struct field experiment_delete_tag_fields[] = {
	F_STR(experiment_delete_tag, experiment_id, REQUIRED),
	F_STR(experiment_delete_tag, key, REQUIRED),
	F_END
};

static const struct field experiment_search_in_fields[] = {
	F_I64(experiment_search_in, max_results, 0),
	F_STR(experiment_search_in, page_token, 0),
	F_STR(experiment_search_in, filter, 0),
	F_STRS(experiment_search_in, order_by, 0),
	F_ENUM(experiment_search_in, view_type, 0, view_types),
	F_END
};

static int
check_tag(struct ctx *c, struct str key, struct str value)
{
	if (check_name(c, "key", key) == -1 ||
	    check_length(c, "key", key, NAME_MAX_LENGTH) == -1)
		return -1;
	return check_length(c, "value", value, EXPERIMENT_TAG_MAX);
}

/* MLflow takes ";" for parameters in paths and in these schemes only. */
static bool
has_params(struct str location)
{
	static const char *const schemes[] = { "", "http", "https", "ftp", "sftp" };
	struct str scheme = location_scheme(location);
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (str_is_nocase(scheme, schemes[i]))
			return memchr(location.p, ';', location.len) != NULL;
	return false;
}

static int
check_location(struct ctx *c, struct str location)
{
	const char *hash;

	if (utf8_length(location) > c->conf->artifact_location_max)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid artifact path length. The "
		    "length of the artifact path cannot be greater than %u characters. To "
		    "configure this limit, please set the "
		    "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.",
		    c->conf->artifact_location_max);
	hash = location.len == 0 ? NULL : memchr(location.p, '#', location.len);
	if ((hash != NULL && hash + 1 < location.p + location.len) || has_params(location))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "'artifact_location' URL can't include fragments or params.");
	if (str_is_nocase(location_scheme(location), "runs"))
		return fail(c, INVALID_PARAMETER_VALUE, "Artifact location cannot be a runs:/ "
		    "URI. Given: '%s'", location.p);
	if (location_is_remote_file(location))
		return fail(c, INVALID_PARAMETER_VALUE, "'artifact_location' is a file: URI with "
		    "a host; write file:/// and an absolute path.");
	if (memchr(location.p, '\0', location.len) != NULL)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "'artifact_location' must not hold a NUL character.");
	return 0;
}

static int
check_tags(struct ctx *c, const struct kvs *tags)
{
	size_t i;

	for (i = 0; i < tags->n; i++)
		if (check_tag(c, tags->items[i].key, tags->items[i].value) == -1)
			return -1;
	return 0;
}

/*
 * Why a name is taken; on a database that folds case the other spelling is
 * named.  A deleted experiment's name is taken too.
 */
static int
fail_taken(struct ctx *c, enum error_code code, struct str name)
{
	struct experiment other;

	if (db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	if (store_experiment_find_by_name(&c->work, name, &other) == 1 &&
	    !str_eq(other.name, name))
		return fail(c, code, "Experiment(name=%s) already exists. It is spelt '%s' "
		    "there, and this database does not tell the two names apart.", name.p,
		    other.name.p);
	return fail(c, code, "Experiment(name=%s) already exists. Choose another name, or "
	    "restore the experiment if it was deleted.", name.p);
}

static int
experiment_create(struct ctx *c)
{
	const struct experiment_create *in = c->in;
	struct str location = in->artifact_location;
	struct kvs tags;
	int64_t id;

	take_kvs(c, &in->tags, &tags);
	if (check_length(c, "name", in->name, EXPERIMENT_NAME_MAX) == -1 ||
	    check_tags(c, &tags) == -1 ||
	    permit(c, EDIT, EXPERIMENT) == -1)
		return -1;
	if (str_empty(location))
		location = (struct str){ NULL, 0 };
	else if (check_location(c, location) == -1)
		return -1;
	else
		location = location_absolute(c->mem, location, c->conf->work_dir);
	if (check_column(c, "name", in->name, WIDTH_EXPERIMENTS_NAME) == -1 ||
	    check_column(c, "artifact_location", location,
	        WIDTH_EXPERIMENTS_ARTIFACT_LOCATION) == -1 ||
	    check_repeated(c, &tags, RESOURCE_ALREADY_EXISTS) == -1)
		return -1;
	if (store_experiment_create(&c->work, in->name, location,
	    c->conf->default_artifact_root, &tags, &id) == -1)
		return fail_taken(c, RESOURCE_ALREADY_EXISTS, in->name);
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "experiment_id", arena_printf(c->mem, "%lld", (long long)id));
	json_end(&c->out);
	return 0;
}

static void
put_experiment(struct ctx *c, const char *name, const struct experiment *e)
{
	json_begin(&c->out, name);
	json_put_str(&c->out, "experiment_id", arena_printf(c->mem, "%lld", (long long)e->id));
	json_put_str(&c->out, "name", e->name);
	json_put_str(&c->out, "artifact_location", e->artifact_location);
	json_put_str(&c->out, "lifecycle_stage", e->lifecycle_stage);
	if (e->has_times) {
		json_put_i64(&c->out, "last_update_time", e->last_update_time);
		json_put_i64(&c->out, "creation_time", e->creation_time);
	}
	put_kvs(c, "tags", &e->tags);
	json_put_str(&c->out, "workspace", STR("default"));
	json_end(&c->out);
}

static int
answer_experiment(struct ctx *c, struct experiment *e)
{
	if (store_experiment_fill(&c->work, e, 1) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_experiment(c, "experiment", e);
	json_end(&c->out);
	return 0;
}

static int
experiment_get(struct ctx *c)
{
	const struct experiment_get *in = c->in;
	struct experiment e;

	if (load_experiment(c, in->experiment_id, READ, &e) == -1)
		return -1;
	return answer_experiment(c, &e);
}

static int
experiment_get_by_name(struct ctx *c)
{
	const struct experiment_get_by_name *in = c->in;
	struct experiment e;

	switch (store_experiment_find_by_name(&c->work, in->experiment_name, &e)) {
	case -1:
		return fail_db(c);
	case 0:
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST,
		    "Could not find experiment with name '", in->experiment_name, "'");
	}
	if (permit(c, READ, EXPERIMENT, .id = in->experiment_name, .experiment_id = e.id) == -1)
		return -1;
	return answer_experiment(c, &e);
}

static int
experiment_update(struct ctx *c)
{
	const struct experiment_update *in = c->in;
	struct experiment e;

	if (check_length(c, "name", in->new_name, EXPERIMENT_NAME_MAX) == -1 ||
	    load_experiment(c, in->experiment_id, EDIT, &e) == -1)
		return -1;
	if (!str_is(e.lifecycle_stage, "active"))
		return fail_client(c, INVALID_STATE, "Cannot rename a non-active experiment.");
	if (check_column(c, "new_name", in->new_name, WIDTH_EXPERIMENTS_NAME) == -1)
		return -1;
	if (store_experiment_rename(&c->work, e.id, in->new_name) == -1)
		return fail_taken(c, BAD_REQUEST, in->new_name);
	return answer_empty(c);
}

/* Deleting a deleted one or restoring an active one finds no such experiment. */
static int
change_stage(struct ctx *c, int (*change)(struct work *, int64_t))
{
	const struct experiment_get *in = c->in;
	struct experiment e;
	int rc;

	if (load_experiment(c, in->experiment_id, MANAGE, &e) == -1)
		return -1;
	rc = change(&c->work, e.id);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=%lld exists",
		    (long long)e.id);
	return answer_empty(c);
}

static int
experiment_delete(struct ctx *c)
{
	return change_stage(c, store_experiment_delete);
}

static int
experiment_restore(struct ctx *c)
{
	return change_stage(c, store_experiment_restore);
}

static int
experiment_set_tag(struct ctx *c)
{
	const struct experiment_set_tag *in = c->in;
	struct str value = str_or_empty(in->value);
	struct experiment e;

	if (check_tag(c, in->key, value) == -1 ||
	    load_active_experiment(c, in->experiment_id, EDIT, &e) == -1)
		return -1;
	if (store_experiment_tag_set(&c->work, e.id, in->key, value) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
experiment_delete_tag(struct ctx *c)
{
	const struct experiment_delete_tag *in = c->in;
	struct experiment e;
	int rc;

	if (load_active_experiment(c, in->experiment_id, EDIT, &e) == -1)
		return -1;
	rc = store_experiment_tag_delete(&c->work, e.id, in->key);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "No tag with name: %s in experiment "
		    "with id %s", in->key.p, in->experiment_id.p);
	return answer_empty(c);
}

/* Write the experiments of a page, a piece at a time. */
static int
put_page(struct ctx *c, const struct search_page *page)
{
	struct experiment *list = arena_array(c->mem, EXPERIMENT_PIECE, sizeof(*list));
	struct arena_mark mark = arena_mark(c->mem);
	const int64_t *ids = page->items;
	size_t at, piece;
	int64_t n, i;

	json_begin(&c->out, NULL);
	if (page->n > 0)
		json_list_begin(&c->out, "experiments");
	for (at = 0; at < page->n; at += piece) {
		piece = page->n - at < EXPERIMENT_PIECE ? page->n - at : EXPERIMENT_PIECE;
		n = store_experiment_list(&c->work, ids + at, piece, list);
		if (n == -1 || store_experiment_fill(&c->work, list, (size_t)n) == -1)
			return fail_db(c);
		for (i = 0; i < n; i++)
			put_experiment(c, NULL, &list[i]);
		arena_release(c->mem, mark);
	}
	if (page->n > 0)
		json_list_end(&c->out);
	put_optional(c, "next_page_token", page->next_page_token);
	json_end(&c->out);
	return 0;
}

static int
experiment_search(struct ctx *c)
{
	const struct experiment_search_in *in = c->in;
	struct search_query q = {
		.filter = in->filter, .order_by = in->order_by.items,
		.norder = in->order_by.n, .max_results = in->max_results.v,
		.page_token = in->page_token,
		.view = in->view_type.set ? (enum view_type)(in->view_type.v - 1) : VIEW_ACTIVE_ONLY,
	};
	struct search_page page;

	if (check_max_results(c, in->max_results.v, "0") == -1 || permit_search(c) == -1)
		return -1;
	if (find_page(c, &experiment_plan, &q, &page) == -1)
		return -1;
	return put_page(c, &page);
}

/* clang-format off */
const struct route experiment_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/experiments/create", 0, WR, JSON,
	    IN(experiment_create), experiment_create },
	{ "GET",    AT_API,  2, "/mlflow/experiments/get", 0, RD, QUERY,
	    IN(experiment_get), experiment_get },
	{ "GET",    AT_API,  2, "/mlflow/experiments/get-by-name", 0, RD, QUERY,
	    IN(experiment_get_by_name), experiment_get_by_name },
	{ "GET",    AT_API,  2, "/mlflow/experiments/search", 0, RD, QUERY,
	    IN(experiment_search_in), experiment_search },
	{ "POST",   AT_API,  2, "/mlflow/experiments/search", 0, RD, JSON,
	    IN(experiment_search_in), experiment_search },
	{ "POST",   AT_API,  2, "/mlflow/experiments/update", 0, WR, JSON,
	    IN(experiment_update), experiment_update },
	{ "POST",   AT_API,  2, "/mlflow/experiments/delete", 0, WR, JSON,
	    IN(experiment_get), experiment_delete },
	{ "POST",   AT_API,  2, "/mlflow/experiments/restore", 0, WR, JSON,
	    IN(experiment_get), experiment_restore },
	{ "POST",   AT_API,  2, "/mlflow/experiments/set-experiment-tag", 0, WR, JSON,
	    IN(experiment_set_tag), experiment_set_tag },
	{ "POST",   AT_API,  2, "/mlflow/experiments/delete-experiment-tag", 0, WR, JSON,
	    IN(experiment_delete_tag), experiment_delete_tag },
	{ .method = NULL }
};
/* clang-format on */
