/* Registered models over the wire. */
#include <ctype.h>
#include <string.h>

#include "api/registered_models.h"
#include "api/registry_common.h"
#include "store/registry_filter.h"

struct model_create {
	struct str	name;
	struct list	tags;		/* of struct kv_in */
	struct str	description;
};

struct model_name_in {
	struct str	name;
};

struct model_rename {
	struct str	name;
	struct str	new_name;
};

struct model_update {
	struct str	name;
	struct str	description;	/* absent: emptied */
};

struct model_search_in {
	struct str	filter;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

struct model_latest_in {
	struct str	name;
	struct strs	stages;
};

struct model_set_tag {
	struct str	name;
	struct str	key;
	struct str	value;
};

struct model_delete_tag {
	struct str	name;
	struct str	key;
};

struct model_set_alias {
	struct str	name;
	struct str	alias;
	struct str	version;
};

struct model_alias_in {
	struct str	name;
	struct str	alias;
};

/* Models of a search page: what MLflow gives unasked, and at most. */
#define PAGE_DEFAULT	100
#define PAGE_MOST	1000
/* Models whose tags and versions are read and written at a time. */
#define MODEL_PIECE	100

static const struct field model_create_fields[] = {
	F_STR(model_create, name, REQUIRED),
	F_LIST(model_create, tags, 0, kv_in, loose_kv_fields),
	F_STR(model_create, description, 0),
	F_END
};

static const struct field model_name_in_fields[] = {
	F_STR(model_name_in, name, REQUIRED),
	F_END
};

static const struct field model_rename_fields[] = {
	F_STR(model_rename, name, REQUIRED),
	F_STR(model_rename, new_name, REQUIRED),
	F_END
};

static const struct field model_update_fields[] = {
	F_STR(model_update, name, REQUIRED),
	F_STR(model_update, description, 0),
	F_END
};

static const struct field model_search_in_fields[] = {
	F_STR(model_search_in, filter, 0),
	F_I64_MAX(model_search_in, max_results, 0, PAGE_MOST),
	F_STRS(model_search_in, order_by, 0),
	F_STR(model_search_in, page_token, 0),
	F_END
};

static const struct field model_latest_in_fields[] = {
	F_STR(model_latest_in, name, REQUIRED),
	F_STRS(model_latest_in, stages, 0),
	F_END
};

static const struct field model_set_tag_fields[] = {
	F_STR(model_set_tag, name, REQUIRED),
	F_STR(model_set_tag, key, REQUIRED),
	F_STR(model_set_tag, value, 0),
	F_END
};

static const struct field model_delete_tag_fields[] = {
	F_STR(model_delete_tag, name, REQUIRED),
	F_STR(model_delete_tag, key, REQUIRED),
	F_END
};

static const struct field model_set_alias_fields[] = {
	F_STR(model_set_alias, name, REQUIRED),
	F_STR(model_set_alias, alias, REQUIRED),
	F_STR(model_set_alias, version, REQUIRED),
	F_END
};

static const struct field model_alias_in_fields[] = {
	F_STR(model_alias_in, name, REQUIRED),
	F_STR(model_alias_in, alias, REQUIRED),
	F_END
};

static void
put_aliases(struct ctx *c, const struct kvs *aliases)
{
	size_t i;

	if (aliases->n == 0)
		return;
	json_list_begin(&c->out, "aliases");
	for (i = 0; i < aliases->n; i++) {
		json_begin(&c->out, NULL);
		json_put_str(&c->out, "alias", aliases->items[i].key);
		json_put_str(&c->out, "version", aliases->items[i].value);
		json_end(&c->out);
	}
	json_list_end(&c->out);
}

static void
put_versions(struct ctx *c, const char *key, const struct model_versions *list)
{
	size_t i;

	if (list->n == 0)
		return;
	json_list_begin(&c->out, key);
	for (i = 0; i < list->n; i++)
		put_version(c, NULL, &list->items[i]);
	json_list_end(&c->out);
}

static void
put_model(struct ctx *c, const char *key, const struct registered_model *m)
{
	json_begin(&c->out, key);
	json_put_str(&c->out, "name", m->name);
	json_put_i64(&c->out, "creation_timestamp", m->creation_time);
	json_put_i64(&c->out, "last_updated_timestamp", m->last_updated_time);
	put_optional(c, "description", m->description);
	put_versions(c, "latest_versions", &m->latest);
	put_kvs(c, "tags", &m->tags);
	put_aliases(c, &m->aliases);
	json_end(&c->out);
}

static int
answer_model(struct ctx *c, const struct registered_model *m)
{
	json_begin(&c->out, NULL);
	put_model(c, "registered_model", m);
	json_end(&c->out);
	return 0;
}

/* The answer with all that hangs on the model, which is read here. */
static int
answer_full_model(struct ctx *c, struct registered_model *m)
{
	if (store_registered_model_fill(&c->work, m, 1, LATEST_BY_USE) == -1)
		return fail_db(c);
	return answer_model(c, m);
}

/* The name stands for a model or for a prompt: the tag decides, with any value. */
static int
fail_name_exists(struct ctx *c, struct str name, bool prompt, bool is_prompt,
    struct str spelt)
{
	const char *more = str_eq(spelt, name) ? "" : arena_printf(c->mem, " It is spelt '%s' "
	    "there, and this database does not tell the two names apart.", spelt.p).p;
	struct buf text = { 0 };
	int rc;

	if (prompt != is_prompt)
		buf_printf(&text, "', but the name is already taken by a %s. MLflow does not "
		    "allow creating a model and a prompt with the same name.%s",
		    is_prompt ? "prompt" : "registered model", more);
	else
		buf_printf(&text, ") already exists.%s", more);
	rc = fail_quoting(c, RESOURCE_ALREADY_EXISTS, prompt == is_prompt ?
	    (prompt ? "Prompt (name=" : "Registered Model (name=") :
	    (prompt ? "Tried to create a prompt with name '" :
	    "Tried to create a registered model with name '"), name, text.p);
	buf_fini(&text);
	return rc;
}

/* Why a model could not be made. */
static int
fail_create(struct ctx *c, const struct registered_model *m)
{
	bool prompt = kvs_find(&m->tags, STR(PROMPT_TAG)) != NULL;
	struct registered_model other;
	struct str value;
	int rc;

	if (db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	rc = store_registered_model_find(&c->work, m->name, &other);
	if (rc != 1)
		return fail_db(c);
	rc = store_registered_model_tag_find(&c->work, m->name, STR(PROMPT_TAG), &value);
	if (rc == -1)
		return fail_db(c);
	return fail_name_exists(c, m->name, prompt, rc == 1, other.name);
}

static int
check_columns(struct ctx *c, const struct registered_model *m)
{
	size_t i;

	if (check_column(c, "name", m->name, WIDTH_REGISTERED_MODELS_NAME) == -1 ||
	    check_column(c, "description", m->description,
	        WIDTH_REGISTERED_MODELS_DESCRIPTION) == -1)
		return -1;
	for (i = 0; i < m->tags.n; i++)
		if (check_column(c, "value", m->tags.items[i].value,
		    WIDTH_REGISTERED_MODEL_TAGS_VALUE) == -1)
			return -1;
	return 0;
}

static int
registered_model_create(struct ctx *c)
{
	const struct model_create *in = c->in;
	struct registered_model m = { .name = in->name,
	    .description = str_or_empty(in->description) };

	take_tags(c, &in->tags, &m.tags);
	if (check_model_name(c, "name", m.name) == -1 ||
	    check_registry_tags(c, &m.tags, check_registry_tag) == -1 || check_columns(c, &m) == -1 ||
	    permit(c, EDIT, REGISTERED_MODEL) == -1)
		return -1;
	if (store_registered_model_create(&c->work, &m) == -1)
		return fail_create(c, &m);
	if (store_registered_model_add_tags(&c->work, &m) == -1)
		return fail_tags(c);
	return answer_model(c, &m);
}

static int
registered_model_get(struct ctx *c)
{
	const struct model_name_in *in = c->in;
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 ||
	    load_model(c, in->name, READ, &m) == -1)
		return -1;
	return answer_full_model(c, &m);
}

static int
registered_model_rename(struct ctx *c)
{
	const struct model_rename *in = c->in;
	struct registered_model m, other;

	/* MLflow looks at the new name first */
	if (check_model_name(c, "new_name", in->new_name) == -1 ||
	    check_model_name(c, "name", in->name) == -1 ||
	    load_model(c, in->name, EDIT, &m) == -1 ||
	    check_column(c, "new_name", in->new_name, WIDTH_REGISTERED_MODELS_NAME) == -1)
		return -1;
	if (store_registered_model_rename(&c->work, &m, in->new_name) == 0)
		return answer_full_model(c, &m);
	if (db_error(c->work.db) != DB_DUPLICATE ||
	    store_registered_model_find(&c->work, in->new_name, &other) != 1)
		return fail_db(c);
	return fail_name_exists(c, in->new_name, false, false, other.name);
}

static int
registered_model_update(struct ctx *c)
{
	const struct model_update *in = c->in;
	struct str description = str_or_empty(in->description);
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 ||
	    load_model(c, in->name, EDIT, &m) == -1 ||
	    check_column(c, "description", description, WIDTH_REGISTERED_MODELS_DESCRIPTION) == -1)
		return -1;
	if (store_registered_model_set_description(&c->work, &m, description) == -1)
		return fail_db(c);
	return answer_full_model(c, &m);
}

static int
registered_model_delete(struct ctx *c)
{
	const struct model_name_in *in = c->in;
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 ||
	    load_model(c, in->name, MANAGE, &m) == -1)
		return -1;
	if (store_registered_model_delete(&c->work, m.name) == -1)
		return fail_db(c);
	return answer_empty(c);
}

/* Write the models of a page; what hangs on them is read a piece at a time. */
static int
put_page(struct ctx *c, struct registered_model *models, size_t n)
{
	struct arena_mark mark = arena_mark(c->mem);
	size_t at, piece, i;

	for (at = 0; at < n; at += piece) {
		piece = n - at < MODEL_PIECE ? n - at : MODEL_PIECE;
		if (store_registered_model_fill(&c->work, models + at, piece,
		    LATEST_BY_STAGE) == -1)
			return fail_db(c);
		for (i = at; i < at + piece; i++)
			put_model(c, NULL, &models[i]);
		arena_release(c->mem, mark);
	}
	return 0;
}

static int
registered_model_search(struct ctx *c)
{
	const struct model_search_in *in = c->in;
	struct search_query q = {
		.filter = in->filter, .order_by = in->order_by.items,
		.norder = in->order_by.n, .page_token = in->page_token,
		.max_results = in->max_results.set ? in->max_results.v : PAGE_DEFAULT,
	};
	struct search_page page;

	if (permit_search(c) == -1 ||
	    find_page(c, &registered_model_plan, &q, &page) == -1)
		return -1;
	json_begin(&c->out, NULL);
	if (page.n > 0) {
		json_list_begin(&c->out, "registered_models");
		if (put_page(c, page.items, page.n) == -1)
			return -1;
		json_list_end(&c->out);
	}
	put_optional(c, "next_page_token", page.next_page_token);
	json_end(&c->out);
	return 0;
}

/* Keep the versions whose stage is asked for; no stages ask for all. */
static int
keep_stages(struct ctx *c, const struct strs *stages, struct model_versions *list)
{
	struct str *wanted = arena_array(c->mem, stages->n, sizeof(*wanted));
	size_t i, k, n = 0;

	for (k = 0; k < stages->n; k++)
		if (take_stage(c, stages->items[k], &wanted[k]) == -1)
			return -1;
	for (i = 0; i < list->n && stages->n > 0; i++) {
		for (k = 0; k < stages->n &&
		    !str_eq(list->items[i].current_stage, wanted[k]); k++)
			continue;
		if (k < stages->n)
			list->items[n++] = list->items[i];
	}
	if (stages->n > 0)
		list->n = n;
	return 0;
}

static int
registered_model_get_latest_versions(struct ctx *c)
{
	const struct model_latest_in *in = c->in;
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 ||
	    load_model(c, in->name, READ, &m) == -1)
		return -1;
	if (store_registered_model_latest(&c->work, &m) == -1)
		return fail_db(c);
	if (keep_stages(c, &in->stages, &m.latest) == -1)
		return -1;
	if (store_model_version_fill_tags(&c->work, m.latest.items, m.latest.n) == -1 ||
	    store_model_version_fill_aliases(&c->work, m.latest.items,
	    m.latest.n) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_versions(c, "model_versions", &m.latest);
	json_end(&c->out);
	return 0;
}

static int
registered_model_set_tag(struct ctx *c)
{
	const struct model_set_tag *in = c->in;
	struct str value = str_or_empty(in->value);
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 ||
	    check_registry_tag(c, in->key, value) == -1 ||
	    load_model(c, in->name, EDIT, &m) == -1 ||
	    check_column(c, "value", value, WIDTH_REGISTERED_MODEL_TAGS_VALUE) == -1)
		return -1;
	if (store_registered_model_tag_set(&c->work, m.name, in->key, value) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
registered_model_delete_tag(struct ctx *c)
{
	const struct model_delete_tag *in = c->in;
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 ||
	    check_name(c, "key", in->key) == -1 || load_model(c, in->name, EDIT, &m) == -1)
		return -1;
	if (store_registered_model_tag_delete(&c->work, m.name, in->key) == -1)
		return fail_db(c);
	return answer_empty(c);
}

/* "latest" and v1, V2, ... mean versions already. */
static int
check_reserved(struct ctx *c, struct str alias)
{
	size_t i = 1;

	if (str_is_nocase(alias, "latest"))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "'latest' alias name (case insensitive) is reserved.");
	if (!str_starts(alias, "v") && !str_starts(alias, "V"))
		return 0;
	while (i < alias.len && isdigit((unsigned char)alias.p[i]))
		i++;
	if (alias.len == 1 || i < alias.len)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Version alias name '%s' is reserved.",
	    alias.p);
}

static int
registered_model_set_alias(struct ctx *c)
{
	const struct model_set_alias *in = c->in;
	struct version_number number;
	struct model_version v;

	if (check_model_name(c, "name", in->name) == -1 || check_alias(c, in->alias) == -1 ||
	    check_reserved(c, in->alias) == -1 ||
	    take_version(c, in->version, &number) == -1 ||
	    load_version(c, in->name, &number, EDIT, &v) == -1)
		return -1;
	if (store_registered_model_alias_set(&c->work, v.name, in->alias, v.version) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
registered_model_delete_alias(struct ctx *c)
{
	const struct model_alias_in *in = c->in;
	struct registered_model m;

	if (check_model_name(c, "name", in->name) == -1 || check_alias(c, in->alias) == -1 ||
	    load_model(c, in->name, MANAGE, &m) == -1)
		return -1;
	if (store_registered_model_alias_delete(&c->work, m.name, in->alias) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
registered_model_get_alias(struct ctx *c)
{
	const struct model_alias_in *in = c->in;
	struct model_version v;

	if (load_alias(c, in->name, in->alias, &v) == -1)
		return -1;
	return answer_version(c, &v);
}

/* clang-format off */
const struct route registered_model_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/registered-models/create", 0, WR, JSON,
	    IN(model_create), registered_model_create },
	{ "GET",    AT_API,  2, "/mlflow/registered-models/get", 0, RD, QUERY,
	    IN(model_name_in), registered_model_get },
	{ "POST",   AT_API,  2, "/mlflow/registered-models/rename", 0, WR, JSON,
	    IN(model_rename), registered_model_rename },
	{ "PATCH",  AT_API,  2, "/mlflow/registered-models/update", 0, WR, JSON,
	    IN(model_update), registered_model_update },
	{ "DELETE", AT_API,  2, "/mlflow/registered-models/delete", 0, WR, JSON,
	    IN(model_name_in), registered_model_delete },
	{ "GET",    AT_API,  2, "/mlflow/registered-models/search", 0, RD, QUERY,
	    IN(model_search_in), registered_model_search },
	{ "GET",    AT_API,  2, "/mlflow/registered-models/get-latest-versions", 0, RD, QUERY,
	    IN(model_latest_in), registered_model_get_latest_versions },
	{ "POST",   AT_API,  2, "/mlflow/registered-models/get-latest-versions", 0, RD, JSON,
	    IN(model_latest_in), registered_model_get_latest_versions },
	{ "POST",   AT_API,  2, "/mlflow/registered-models/set-tag", 0, WR, JSON,
	    IN(model_set_tag), registered_model_set_tag },
	{ "DELETE", AT_API,  2, "/mlflow/registered-models/delete-tag", 0, WR, JSON,
	    IN(model_delete_tag), registered_model_delete_tag },
	{ "POST",   AT_API,  2, "/mlflow/registered-models/alias", 0, WR, JSON,
	    IN(model_set_alias), registered_model_set_alias },
	{ "DELETE", AT_API,  2, "/mlflow/registered-models/alias", 0, WR, JSON,
	    IN(model_alias_in), registered_model_delete_alias },
	{ "GET",    AT_API,  2, "/mlflow/registered-models/alias", 0, RD, QUERY,
	    IN(model_alias_in), registered_model_get_alias },
	{ .method = NULL }
};
/* clang-format on */
