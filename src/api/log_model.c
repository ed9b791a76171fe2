/*
 * runs/log-model: the list of models that old clients keep in a run's tag.
 */
#include "api/common.h"
#include "api/runs.h"

struct run_log_model {
	struct str	run_id;
	struct str	model_json;
};

/* The run tag: a JSON list, the oldest model first. */
#define HISTORY_TAG	"mlflow.log-model.history"

static const struct field run_log_model_fields[] = {
	F_STR(run_log_model, run_id, REQUIRED),
	F_STR(run_log_model, model_json, REQUIRED),
	F_END
};

/* What is kept of a model, in this order. */
static const struct {
	const char	*name;
	bool		 mandatory;
} members[] = {
	{ "run_id", true },
	{ "artifact_path", true },
	{ "utc_time_created", true },
	{ "model_uuid", false },
	{ "flavors", true },
};

#define NMEMBERS	(sizeof(members) / sizeof(members[0]))

static int
check_members(struct ctx *c, const struct json_object *model)
{
	struct buf missing = { 0 };
	struct json_object *flavors = NULL;
	struct str list;
	size_t i;

	for (i = 0; i < NMEMBERS; i++)
		if (members[i].mandatory && !json_member(model, members[i].name, NULL))
			buf_printf(&missing, "%s'%s'", missing.len == 0 ? "" : ", ",
			    members[i].name);
	list = arena_str(c->mem, buf_str(&missing));
	buf_fini(&missing);
	if (list.len > 0)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Model json is missing mandatory fields: {%s}", list.p);
	json_member(model, "flavors", &flavors);
	if (json_kind(flavors) != JSON_OBJECT)
		return fail(c, INVALID_PARAMETER_VALUE, "The member 'flavors' of 'model_json' "
		    "must be an object that names the model's flavors.");
	return 0;
}

static void
write_model(struct buf *to, const struct json_object *model)
{
	size_t i;

	buf_putc(to, '{');
	for (i = 0; i < NMEMBERS; i++) {
		struct json_object *value = NULL;

		json_member(model, members[i].name, &value);
		buf_printf(to, "%s\"%s\": ", i == 0 ? "" : ", ", members[i].name);
		json_text_spaced(to, value);
	}
	buf_putc(to, '}');
}

/* The tag's new value: its list with the model behind it. */
static int
append_model(struct ctx *c, struct str old, const struct json_object *model, struct str *out)
{
	struct json_object *list = NULL;
	struct buf text = { 0 };
	size_t i, n = 0;

	if (old.p != NULL && (json_read(old, JSON_ANY, &list) != JSON_FINE ||
	    json_kind(list) != JSON_LIST)) {
		json_free(list);
		return fail_client(c, INTERNAL_ERROR, "The run's tag '" HISTORY_TAG "' does "
		    "not hold a JSON list. Delete the tag, or mend its value.");
	}
	buf_putc(&text, '[');
	if (list != NULL)
		n = json_length(list);
	for (i = 0; i < n; i++) {
		json_text_spaced(&text, json_item(list, i));
		buf_puts(&text, ", ");
	}
	write_model(&text, model);
	buf_putc(&text, ']');
	*out = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	json_free(list);
	return 0;
}

static int
log_model(struct ctx *c, struct str run_id, const struct json_object *model)
{
	struct kv tag = { STR(HISTORY_TAG), { NULL, 0 } };
	struct kvs tags = { &tag, 1 };
	struct run_state state;
	struct str old = { NULL, 0 };

	if (json_kind(model) != JSON_OBJECT)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "'model_json' must hold a JSON object that describes the model.");
	if (check_members(c, model) == -1)
		return -1;
	if (store_run_lock(&c->work, run_id) == -1)
		return fail_db(c);
	if (load_active_run(c, run_id, EDIT, &state) == -1)
		return -1;
	if (store_tag_find(&c->work, state.run_id, tag.key, &old) == -1)
		return fail_db(c);
	if (append_model(c, old, model, &tag.value) == -1 ||
	    check_column(c, HISTORY_TAG, tag.value, RUN_TAG_MAX) == -1)
		return -1;
	if (store_tags_set(&c->work, state.run_id, &tags) == -1)
		return fail_db(c);
	return answer_empty(c);
}

static int
run_log_model(struct ctx *c)
{
	const struct run_log_model *in = c->in;
	struct json_object *model;
	enum json_outcome outcome = json_read(in->model_json, c->work.budget.values, &model);
	int rc;

	if (outcome == JSON_TOO_MANY)
		return fail_too_many(c);
	if (outcome != JSON_FINE)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Malformed model info. \n %s \n is not a valid JSON.", in->model_json.p);
	rc = log_model(c, in->run_id, model);
	json_free(model);
	return rc;
}

/* clang-format off */
const struct route log_model_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/runs/log-model", 0, WR, JSON,
	    IN(run_log_model), run_log_model },
	{ .method = NULL }
};
/* clang-format on */
