/* Evaluation datasets over the wire. */
#include "api/common.h"
#include "api/eval_datasets.h"
#include "store/eval_dataset.h"

struct eval_dataset_create {
	struct str	name;
	struct strs	experiment_ids;
	struct str	tags;		/* JSON */
};

struct eval_dataset_get {
	struct str	dataset_id;
};

struct eval_dataset_tags_in {
	struct str	tags;		/* JSON */
};

struct eval_dataset_tag_delete {
	struct str	dataset_id, key;
};

struct eval_dataset_experiments_in {
	struct strs	experiment_ids;
};

struct eval_dataset_search_in {
	struct strs	experiment_ids;
	struct str	filter_string;
	struct opt_i64	max_results;
	struct strs	order_by;
	struct str	page_token;
};

/* Datasets of a page when max_results is not given. */
#define EVAL_PAGE_DEFAULT	1000

static const struct field eval_dataset_create_fields[] = {
	F_STR(eval_dataset_create, name, REQUIRED),
	F_STRS(eval_dataset_create, experiment_ids, 0),
	F_STR(eval_dataset_create, tags, 0),
	F_END
};

static const struct field eval_dataset_get_fields[] = {
	F_STR(eval_dataset_get, dataset_id, REQUIRED),
	F_END
};

static const struct field eval_dataset_tags_in_fields[] = {
	F_STR(eval_dataset_tags_in, tags, REQUIRED),
	F_END
};

static const struct field eval_dataset_tag_delete_fields[] = {
	F_STR(eval_dataset_tag_delete, dataset_id, REQUIRED),
	F_STR(eval_dataset_tag_delete, key, REQUIRED),
	F_END
};

static const struct field eval_dataset_experiments_in_fields[] = {
	F_STRS(eval_dataset_experiments_in, experiment_ids, 0),
	F_END
};

static const struct field eval_dataset_search_in_fields[] = {
	F_STRS(eval_dataset_search_in, experiment_ids, 0),
	F_STR(eval_dataset_search_in, filter_string, 0),
	F_I64(eval_dataset_search_in, max_results, 0),
	F_STRS(eval_dataset_search_in, order_by, 0),
	F_STR(eval_dataset_search_in, page_token, 0),
	F_END
};

struct str
eval_tag_text(struct arena *mem, const struct json_object *v)
{
	switch (json_kind(v)) {
	case JSON_STRING:
		return arena_str(mem, json_string(v));
	case JSON_BOOL:
		return json_truth(v) ? STR("True") : STR("False");
	case JSON_INT:
	case JSON_FLOAT:
		return json_text(mem, v);
	case JSON_NULL:
	case JSON_LIST:
	case JSON_OBJECT:
		break;
	}
	return (struct str){ NULL, 0 };
}

/* Tags as they come out of their JSON text. */
struct tag_reader {
	struct ctx	*c;
	struct kvs	*tags;
	int		 rc;
};

/* The first tag that does not fit ends the reading. */
static void
read_tag(void *arg, const char *name, const struct json_object *value)
{
	struct tag_reader *r = arg;
	struct arena *mem = r->c->mem;
	struct str key = arena_str(mem, str_of(name)), text = eval_tag_text(mem, value);

	if (r->rc == -1)
		return;
	if (text.p == NULL && json_kind(value) != JSON_NULL)
		r->rc = fail(r->c, INVALID_PARAMETER_VALUE, "The value of tag '%s' must be a "
		    "string, not a %s.", name, json_type_name(value));
	else if (check_column(r->c, "tags.key", key, WIDTH_EVALUATION_DATASET_TAGS_KEY) == -1 ||
	    check_column(r->c, "tags.value", text, WIDTH_EVALUATION_DATASET_TAGS_VALUE) == -1)
		r->rc = -1;
	kvs_add(mem, r->tags, key, text);
	/* null is told apart from "" */
	r->tags->items[r->tags->n - 1].value = text;
}

/* The text of a JSON object; `null` is none where tags are optional. */
static int
take_tags(struct ctx *c, struct str text, bool optional, struct kvs *tags)
{
	struct tag_reader reader = { c, tags, 0 };
	struct json_object *json = NULL;
	enum json_outcome outcome = JSON_FINE;

	*tags = (struct kvs){ 0 };
	if (!str_empty(text))
		outcome = json_read(text, c->work.budget.values, &json);
	if (outcome == JSON_FINE && json_kind(json) == JSON_OBJECT)
		json_each(json, read_tag, &reader);
	else if (outcome == JSON_TOO_MANY)
		fail_too_many(c);
	else if (outcome != JSON_FINE)
		fail(c, INVALID_PARAMETER_VALUE, "'tags' must be the text of a JSON object, but "
		    "it is no valid JSON.");
	else if (!optional || json_kind(json) != JSON_NULL)
		fail(c, INVALID_PARAMETER_VALUE, "'tags' must be the text of a JSON object, not "
		    "of a %s.", json_type_name(json));
	json_free(json);
	return c->error.status != 0 ? -1 : 0;
}

/* {"key": "value"} as Python's dumps writes it. */
static struct str
tags_text(struct ctx *c, const struct kvs *tags)
{
	struct buf text = { 0 };
	struct str out;
	size_t i;

	buf_putc(&text, '{');
	for (i = 0; i < tags->n; i++) {
		buf_puts(&text, i == 0 ? "" : ", ");
		json_quote(&text, tags->items[i].key);
		buf_puts(&text, ": ");
		if (tags->items[i].value.p == NULL)
			buf_puts(&text, "null");
		else
			json_quote(&text, tags->items[i].value);
	}
	buf_putc(&text, '}');
	out = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return out;
}

static void
put_given(struct ctx *c, const char *name, struct str value)
{
	if (value.p != NULL)
		json_put_str(&c->out, name, value);
}

static void
put_texts(struct ctx *c, const char *name, const struct str *items, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	json_list_begin(&c->out, name);
	for (i = 0; i < n; i++)
		json_put_str(&c->out, NULL, items[i]);
	json_list_end(&c->out);
}

/* Only the answer to create tells the experiments. */
static void
put_dataset(struct ctx *c, const char *name, const struct eval_dataset *d,
    const struct strs *experiments)
{
	json_begin(&c->out, name);
	json_put_str(&c->out, "dataset_id", d->dataset_id);
	json_put_str(&c->out, "name", d->name);
	json_put_str(&c->out, "tags", tags_text(c, &d->tags));
	put_given(c, "schema", d->schema);
	put_given(c, "profile", d->profile);
	put_given(c, "digest", d->digest);
	json_put_i64(&c->out, "created_time", d->created_time);
	json_put_i64(&c->out, "last_update_time", d->last_update_time);
	put_given(c, "created_by", d->created_by);
	put_given(c, "last_updated_by", d->last_updated_by);
	if (experiments != NULL)
		put_texts(c, "experiment_ids", experiments->items, experiments->n);
	json_end(&c->out);
}

int
find_eval_dataset(struct ctx *c, struct str id, enum right right, struct eval_dataset *d)
{
	int rc = right >= EDIT ? store_eval_dataset_lock(&c->work, id, d) :
	    store_eval_dataset_find(&c->work, id, d);

	if (rc == -1)
		return fail_db(c);
	if (rc == 1 && permit(c, right, EVAL_DATASET, .id = d->dataset_id) == -1)
		return -1;
	return rc;
}

/* {"num_records": N}; JSON's null when none is left. */
int
eval_dataset_profile(struct ctx *c, struct str dataset_id, struct str *profile)
{
	int64_t n = store_eval_record_count(&c->work, dataset_id);

	if (n == -1)
		return fail_db(c);
	*profile = n == 0 ? STR("null") :
	    arena_printf(c->mem, "{\"num_records\": %lld}", (long long)n);
	return 0;
}

/* The dataset as it is now. */
static int
answer_dataset(struct ctx *c, struct str id, const struct strs *experiments)
{
	struct eval_dataset d;
	int rc = find_eval_dataset(c, id, READ, &d);

	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Evaluation dataset with id '",
		    id, "' not found");
	if (rc == -1)
		return -1;
	if (store_eval_dataset_fill(&c->work, &d, 1) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_dataset(c, "dataset", &d, experiments);
	json_end(&c->out);
	return 0;
}

static int
check_experiment_ids(struct ctx *c, const struct strs *ids)
{
	size_t i;

	for (i = 0; i < ids->n; i++)
		if (check_column(c, "experiment_ids", ids->items[i],
		    WIDTH_ENTITY_ASSOCIATIONS_DESTINATION_ID) == -1)
			return -1;
	return 0;
}

static int
eval_dataset_create(struct ctx *c)
{
	const struct eval_dataset_create *in = c->in;
	struct eval_dataset d = { .name = in->name };
	const struct kv *user;

	if (take_tags(c, in->tags, true, &d.tags) == -1 ||
	    check_column(c, "name", in->name, WIDTH_EVALUATION_DATASETS_NAME) == -1 ||
	    check_experiment_ids(c, &in->experiment_ids) == -1)
		return -1;
	user = kvs_find(&d.tags, STR(EVAL_USER_TAG));
	if (user != NULL)
		d.created_by = user->value;
	if (check_column(c, "created_by", d.created_by,
	    WIDTH_EVALUATION_DATASETS_CREATED_BY) == -1 ||
	    permit(c, EDIT, EVAL_DATASET) == -1)
		return -1;
	if (store_eval_dataset_create(&c->work, &d, in->experiment_ids.items,
	    in->experiment_ids.n) == -1)
		return fail_db(c);
	return answer_dataset(c, d.dataset_id, &in->experiment_ids);
}

static int
eval_dataset_get(struct ctx *c)
{
	const struct eval_dataset_get *in = c->in;

	return answer_dataset(c, in->dataset_id, NULL);
}

static int
eval_dataset_delete(struct ctx *c)
{
	const struct eval_dataset_get *in = c->in;

	if (permit(c, MANAGE, EVAL_DATASET, .id = in->dataset_id) == -1)
		return -1;
	if (store_eval_dataset_delete(&c->work, in->dataset_id) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
eval_dataset_set_tags(struct ctx *c)
{
	const struct eval_dataset_tags_in *in = c->in;
	struct eval_dataset d;
	struct kvs tags;
	size_t i, n = 0;
	int rc;

	if (take_tags(c, in->tags, false, &tags) == -1)
		return -1;
	rc = find_eval_dataset(c, c->params[0], EDIT, &d);
	if (rc == -1)
		return -1;
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST,
		    "Could not find evaluation dataset with ID ", c->params[0], "");
	/* null leaves a tag as it is */
	for (i = 0; i < tags.n; i++)
		if (tags.items[i].value.p != NULL)
			tags.items[n++] = tags.items[i];
	tags.n = n;
	if (store_eval_dataset_tags_set(&c->work, d.dataset_id, &tags) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
eval_dataset_delete_tag(struct ctx *c)
{
	const struct eval_dataset_tag_delete *in = c->in;

	if (permit(c, EDIT, EVAL_DATASET, .id = in->dataset_id) == -1)
		return -1;
	if (store_eval_dataset_tag_delete(&c->work, in->dataset_id, in->key) == -1)
		return fail_db(c);
	return answer_empty(c);
}

/* The dataset of the path, held until the end, or 404. */
static int
lock_dataset(struct ctx *c, struct eval_dataset *d)
{
	int rc = find_eval_dataset(c, c->params[0], EDIT, d);

	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Dataset '", c->params[0],
		    "' not found");
	return rc == 1 ? 0 : -1;
}

/* What is no id of an experiment is one that does not exist. */
static int
check_experiment(struct ctx *c, struct str text)
{
	struct experiment e;
	int64_t id;
	int rc = 0;

	if (str_to_i64(text, &id) && id >= 0 && id <= INT32_MAX)
		rc = store_experiment_find(&c->work, id, &e);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=", text,
		    "");
	return 0;
}

static int
eval_dataset_add_experiments(struct ctx *c)
{
	const struct eval_dataset_experiments_in *in = c->in;
	struct eval_dataset d;
	size_t i;

	if (lock_dataset(c, &d) == -1)
		return -1;
	for (i = 0; i < in->experiment_ids.n; i++)
		if (check_experiment(c, in->experiment_ids.items[i]) == -1)
			return -1;
	if (store_eval_dataset_link(&c->work, d.dataset_id, in->experiment_ids.items,
	    in->experiment_ids.n) == -1 ||
	    store_eval_dataset_touch(&c->work, d.dataset_id) == -1)
		return fail_db(c);
	return answer_dataset(c, d.dataset_id, NULL);
}

static int
eval_dataset_remove_experiments(struct ctx *c)
{
	const struct eval_dataset_experiments_in *in = c->in;
	struct eval_dataset d;
	int64_t gone;

	if (lock_dataset(c, &d) == -1)
		return -1;
	gone = store_eval_dataset_unlink(&c->work, d.dataset_id, in->experiment_ids.items,
	    in->experiment_ids.n);
	if (gone == -1 || (gone > 0 && store_eval_dataset_touch(&c->work, d.dataset_id) == -1))
		return fail_db(c);
	return answer_dataset(c, d.dataset_id, NULL);
}

static int
eval_dataset_experiment_ids(struct ctx *c)
{
	const struct eval_dataset_get *in = c->in;
	struct str *ids;
	int64_t n;

	if (permit(c, READ, EVAL_DATASET, .id = in->dataset_id) == -1)
		return -1;
	n = store_eval_dataset_experiments(&c->work, in->dataset_id, &ids);
	if (n == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_texts(c, "experiment_ids", ids, (size_t)n);
	json_end(&c->out);
	return 0;
}

static int
eval_dataset_search(struct ctx *c)
{
	const struct eval_dataset_search_in *in = c->in;
	struct search_query q = {
		.experiments = in->experiment_ids.items,
		.nwritten = in->experiment_ids.n, .filter = in->filter_string,
		.order_by = in->order_by.items, .norder = in->order_by.n,
		.max_results = in->max_results.set ? in->max_results.v : EVAL_PAGE_DEFAULT,
		.page_token = in->page_token,
	};
	struct search_page page;
	struct eval_dataset *datasets;
	size_t i;

	if (check_max_results(c, q.max_results, "None") == -1 || permit_search(c) == -1)
		return -1;
	if (find_page(c, &eval_dataset_plan, &q, &page) == -1)
		return -1;
	datasets = page.items;
	if (store_eval_dataset_fill(&c->work, datasets, page.n) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	if (page.n > 0) {
		json_list_begin(&c->out, "datasets");
		for (i = 0; i < page.n; i++)
			put_dataset(c, NULL, &datasets[i], NULL);
		json_list_end(&c->out);
	}
	put_optional(c, "next_page_token", page.next_page_token);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route eval_dataset_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/datasets/create", 0, WR, JSON,
	    IN(eval_dataset_create), eval_dataset_create },
	{ "GET",    AT_API,  3, "/mlflow/datasets/search", 0, RD, QUERY,
	    IN(eval_dataset_search_in), eval_dataset_search },
	{ "POST",   AT_API,  3, "/mlflow/datasets/search", 0, RD, JSON,
	    IN(eval_dataset_search_in), eval_dataset_search },
	{ "GET",    AT_API,  3, "/mlflow/datasets/{dataset_id}", 0, RD, QUERY,
	    IN(eval_dataset_get), eval_dataset_get },
	{ "DELETE", AT_API,  3, "/mlflow/datasets/{dataset_id}", 0, WR, JSON,
	    IN(eval_dataset_get), eval_dataset_delete },
	{ "PATCH",  AT_API,  3, "/mlflow/datasets/{dataset_id}/tags", 0, WR, JSON,
	    IN(eval_dataset_tags_in), eval_dataset_set_tags },
	{ "DELETE", AT_API,  3, "/mlflow/datasets/{dataset_id}/tags/{key}", 0, WR, JSON,
	    IN(eval_dataset_tag_delete), eval_dataset_delete_tag },
	{ "POST",   AT_API,  3, "/mlflow/datasets/{dataset_id}/add-experiments", 0, WR, JSON,
	    IN(eval_dataset_experiments_in), eval_dataset_add_experiments },
	{ "POST",   AT_API,  3, "/mlflow/datasets/{dataset_id}/remove-experiments", 0, WR, JSON,
	    IN(eval_dataset_experiments_in), eval_dataset_remove_experiments },
	{ "GET",    AT_API,  3, "/mlflow/datasets/{dataset_id}/experiment-ids", 0, RD, QUERY,
	    IN(eval_dataset_get), eval_dataset_experiment_ids },
	{ .method = NULL }
};
/* clang-format on */
