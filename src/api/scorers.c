/* Scorers over the wire. */
#include <math.h>
#include <string.h>

#include "api/common.h"
#include "api/scorers.h"
#include "json/number.h"
#include "store/scorer.h"

struct scorer_register {
	struct str	experiment_id, name, serialized_scorer;
};

struct scorer_list_in {
	struct str	experiment_id;
};

struct scorer_get {
	struct str	experiment_id, name;
	struct opt_i64	version;
};

struct scorer_online_config_in {
	struct str	experiment_id, name;
	struct opt_dbl	sample_rate;
	struct str	filter_string;
};

struct scorer_online_configs_in {
	struct strs	scorer_ids;
};

/* A model behind a gateway endpoint. */
#define GATEWAY_MODEL		"gateway:/"

static const struct field scorer_register_fields[] = {
	F_STR(scorer_register, experiment_id, REQUIRED),
	F_STR(scorer_register, name, REQUIRED),
	F_STR(scorer_register, serialized_scorer, REQUIRED),
	F_END
};

static const struct field scorer_list_in_fields[] = {
	F_STR(scorer_list_in, experiment_id, 0),
	F_END
};

static const struct field scorer_versions_fields[] = {
	F_STR(scorer_get, experiment_id, REQUIRED),
	F_STR(scorer_get, name, REQUIRED),
	F_END
};

static const struct field scorer_get_fields[] = {
	F_STR(scorer_get, experiment_id, REQUIRED),
	F_STR(scorer_get, name, REQUIRED),
	F_I64(scorer_get, version, 0),
	F_END
};

static const struct field scorer_online_config_in_fields[] = {
	F_STR(scorer_online_config_in, experiment_id, REQUIRED),
	F_STR(scorer_online_config_in, name, REQUIRED),
	F_DBL(scorer_online_config_in, sample_rate, REQUIRED),
	F_STR(scorer_online_config_in, filter_string, 0),
	F_END
};

static const struct field scorer_online_configs_in_fields[] = {
	F_STRS(scorer_online_configs_in, scorer_ids, REQUIRED),
	F_END
};

static int
fail_scorer(struct ctx *c, struct str name, int64_t experiment_id)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Scorer with name '", name,
	    arena_printf(c->mem, "' not found for experiment %lld.",
	    (long long)experiment_id).p);
}

static int
fail_version(struct ctx *c, struct str name, int64_t version, int64_t experiment_id)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Scorer with name '", name,
	    arena_printf(c->mem, "' and version %lld not found for experiment %lld.",
	    (long long)version, (long long)experiment_id).p);
}

/* A scorer of an active experiment, or 404. */
static int
load_scorer(struct ctx *c, struct str experiment_id, struct str name, enum right right,
    struct scorer *s)
{
	struct experiment e;
	int rc;

	if (load_active_experiment(c, experiment_id, right, &e) == -1)
		return -1;
	rc = store_scorer_find(&c->work, e.id, name, s);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_scorer(c, name, e.id);
	return 0;
}

/* Does Python take the value for true? */
static bool
is_true(struct ctx *c, const struct json_object *v)
{
	static const char *const falses[] = { "null", "false", "0", "0.0", "\"\"", "[]", "{}" };
	struct str text = json_text(c->mem, v);
	size_t i;

	for (i = 0; i < sizeof(falses) / sizeof(falses[0]); i++)
		if (str_is(text, falses[i]))
			return false;
	return true;
}

static int
check_model(struct ctx *c, const struct json_object *data)
{
	struct json_object *model = NULL;
	struct str text;

	if (json_kind(data) != JSON_OBJECT)
		return fail_client(c, INTERNAL_ERROR, "The data of a scorer must be a JSON "
		    "object, not a %s.", json_type_name(data));
	json_member(data, "model", &model);
	if (model == NULL)
		return 0;
	if (json_kind(model) != JSON_STRING)
		return fail(c, INVALID_PARAMETER_VALUE, "Scorer model must be a string, got "
		    "%s.", json_type_name(model));
	text = json_string(model);
	if (str_empty(str_trim(text)))
		return fail(c, INVALID_PARAMETER_VALUE, "Scorer model cannot be empty or "
		    "contain only whitespace.");
	/* no endpoint of a gateway is known here */
	if (str_starts(text, GATEWAY_MODEL) && text.len > strlen(GATEWAY_MODEL))
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST,
		    "GatewayEndpoint not found (name='", (struct str){
		    text.p + strlen(GATEWAY_MODEL), text.len - strlen(GATEWAY_MODEL) }, "')");
	return 0;
}

/* A scorer as sent: its model, wherever its kind of scorer keeps it. */
static int
check_scorer(struct ctx *c, const struct json_object *scorer)
{
	static const char *const places[] = {
		"instructions_judge_pydantic_data", "builtin_scorer_pydantic_data"
	};
	struct json_object *data, *base;
	size_t i;

	if (json_kind(scorer) != JSON_OBJECT)
		return fail_client(c, INTERNAL_ERROR, "serialized_scorer must be a JSON object, "
		    "not a %s.", json_type_name(scorer));
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (json_member(scorer, places[i], &data) && is_true(c, data) &&
		    check_model(c, data) == -1)
			return -1;
	/* a judge around another one */
	if (json_member(scorer, "memory_augmented_judge_data", &data) &&
	    json_kind(data) == JSON_OBJECT && json_member(data, "base_judge", &base) &&
	    json_kind(base) == JSON_OBJECT)
		return check_scorer(c, base);
	return 0;
}

static int
check_serialized(struct ctx *c, struct str text)
{
	struct json_object *json;
	enum json_outcome outcome = json_read(text, c->work.budget.values, &json);
	int rc;

	if (outcome == JSON_TOO_MANY)
		return fail_too_many(c);
	if (outcome != JSON_FINE)
		return fail(c, INVALID_PARAMETER_VALUE, "serialized_scorer must be valid JSON");
	rc = check_scorer(c, json);
	json_free(json);
	return rc;
}

static struct str
id_text(struct ctx *c, int64_t id)
{
	return arena_printf(c->mem, "%lld", (long long)id);
}

static int
scorer_register(struct ctx *c)
{
	const struct scorer_register *in = c->in;
	struct scorer s = { .name = in->name, .serialized = in->serialized_scorer };
	struct experiment e;

	if (str_empty(str_trim(in->name)))
		return fail(c, INVALID_PARAMETER_VALUE, "Scorer name cannot be empty or contain "
		    "only whitespace.");
	if (load_active_experiment(c, in->experiment_id, EDIT, &e) == -1 ||
	    check_serialized(c, s.serialized) == -1 ||
	    check_column(c, "name", s.name, WIDTH_SCORERS_SCORER_NAME) == -1)
		return -1;
	s.experiment_id = e.id;
	if (store_scorer_register(&c->work, &s) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	json_put_i64(&c->out, "version", s.version);
	json_put_str(&c->out, "scorer_id", s.scorer_id);
	json_put_str(&c->out, "experiment_id", id_text(c, s.experiment_id));
	json_put_str(&c->out, "name", s.name);
	json_put_str(&c->out, "serialized_scorer", s.serialized);
	json_put_i64(&c->out, "creation_time", s.creation_time);
	json_end(&c->out);
	return 0;
}

/* Lists show the JSON as Python would write it anew. */
static struct str
rewrite(struct ctx *c, struct str text)
{
	struct json_object *json;
	struct buf out = { 0 };

	if (json_read(text, c->work.budget.values, &json) != JSON_FINE)
		return text;
	json_text_spaced(&out, json);
	json_free(json);
	text = arena_str(c->mem, buf_str(&out));
	buf_fini(&out);
	return text;
}

static void
put_scorer(struct ctx *c, const char *name, const struct scorer *s, struct str serialized)
{
	json_begin(&c->out, name);
	json_put_i64(&c->out, "experiment_id", s->experiment_id);
	json_put_str(&c->out, "scorer_name", s->name);
	json_put_i64(&c->out, "scorer_version", s->version);
	json_put_str(&c->out, "serialized_scorer", serialized);
	json_put_i64(&c->out, "creation_time", s->creation_time);
	json_put_str(&c->out, "scorer_id", s->scorer_id);
	json_end(&c->out);
}

static int
answer_scorers(struct ctx *c, const struct scorer *list, int64_t n)
{
	int64_t i;

	json_begin(&c->out, NULL);
	if (n > 0) {
		json_list_begin(&c->out, "scorers");
		for (i = 0; i < n; i++)
			put_scorer(c, NULL, &list[i], rewrite(c, list[i].serialized));
		json_list_end(&c->out);
	}
	json_end(&c->out);
	return 0;
}

static int
scorer_list(struct ctx *c)
{
	const struct scorer_list_in *in = c->in;
	bool all = str_empty(in->experiment_id);
	struct experiment e;
	struct scorer *list;
	int64_t n;

	if ((all ? permit_search(c) :
	    load_active_experiment(c, in->experiment_id, READ, &e)) == -1)
		return -1;
	n = store_scorer_list(&c->work, all ? NULL : &e.id, &list);
	if (n == -1)
		return fail_db(c);
	return answer_scorers(c, list, n);
}

static int
scorer_list_versions(struct ctx *c)
{
	const struct scorer_get *in = c->in;
	struct scorer s, *list;
	int64_t n;

	if (load_scorer(c, in->experiment_id, in->name, READ, &s) == -1)
		return -1;
	n = store_scorer_versions(&c->work, s.scorer_id, &list);
	if (n == -1)
		return fail_db(c);
	if (n == 0)
		return fail_scorer(c, in->name, s.experiment_id);
	return answer_scorers(c, list, n);
}

static int
scorer_get(struct ctx *c)
{
	const struct scorer_get *in = c->in;
	struct scorer s;
	int rc;

	if (load_scorer(c, in->experiment_id, in->name, READ, &s) == -1)
		return -1;
	rc = in->version.set ? store_scorer_get_version(&c->work, s.scorer_id,
	    in->version.v, &s) : store_scorer_get_latest(&c->work, s.scorer_id, &s);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0 && in->version.set)
		return fail_version(c, in->name, in->version.v, s.experiment_id);
	if (rc == 0)
		return fail_scorer(c, in->name, s.experiment_id);
	json_begin(&c->out, NULL);
	put_scorer(c, "scorer", &s, s.serialized);
	json_end(&c->out);
	return 0;
}

static int
scorer_delete(struct ctx *c)
{
	const struct scorer_get *in = c->in;
	struct scorer s;
	int rc;

	if (load_scorer(c, in->experiment_id, in->name, MANAGE, &s) == -1)
		return -1;
	rc = in->version.set ? store_scorer_version_delete(&c->work, s.scorer_id, in->version.v) :
	    store_scorer_delete(&c->work, s.scorer_id);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return in->version.set ? fail_version(c, in->name, in->version.v,
		    s.experiment_id) : fail_scorer(c, in->name, s.experiment_id);
	return answer_empty(c);
}

static void
put_config(struct ctx *c, const char *name, const struct online_config *o)
{
	json_begin(&c->out, name);
	json_put_str(&c->out, "online_scoring_config_id", o->config_id);
	json_put_str(&c->out, "scorer_id", o->scorer_id);
	json_put_dbl(&c->out, "sample_rate", o->sample_rate);
	json_put_str(&c->out, "experiment_id", id_text(c, o->experiment_id));
	if (o->filter.p != NULL)
		json_put_str(&c->out, "filter_string", o->filter);
	json_end(&c->out);
}

static const char *
rate_text(struct ctx *c, double rate)
{
	char *text = arena_alloc(c->mem, JSON_NUMBER_SIZE);

	if (!isfinite(rate))
		return isnan(rate) ? "nan" : rate > 0 ? "inf" : "-inf";
	json_format_dbl(rate, text);
	return text;
}

/*
 * Only scorers whose model is behind a gateway may be sampled, and there is none
 * of those here: what can be set is that nothing is.
 */
static int
scorer_set_online_config(struct ctx *c)
{
	const struct scorer_online_config_in *in = c->in;
	double rate = in->sample_rate.v;
	struct online_config o;
	struct scorer s;

	if (!(rate >= 0.0 && rate <= 1.0))
		return fail(c, INVALID_PARAMETER_VALUE, "sample_rate must be between 0.0 and "
		    "1.0, got %s", rate_text(c, rate));
	if (!str_empty(in->filter_string))
		return fail(c, INVALID_PARAMETER_VALUE, "'filter_string' cannot be used: this "
		    "server does not score traces online.");
	if (load_scorer(c, in->experiment_id, in->name, EDIT, &s) == -1)
		return -1;
	if (rate > 0.0)
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "Scorer '", in->name, "' does "
		    "not use a gateway model. Automatic evaluation is only supported for "
		    "scorers that use gateway models.");
	o = (struct online_config){ .scorer_id = s.scorer_id, .sample_rate = rate,
	    .experiment_id = s.experiment_id, .filter = in->filter_string };
	if (store_online_config_set(&c->work, &o) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_config(c, "config", &o);
	json_end(&c->out);
	return 0;
}

static int
scorer_get_online_configs(struct ctx *c)
{
	const struct scorer_online_configs_in *in = c->in;
	struct online_config *list;
	int64_t n, i;

	if (permit_search(c) == -1)
		return -1;
	n = store_online_config_list(&c->work, in->scorer_ids.items, in->scorer_ids.n, &list);
	if (n == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	json_list_begin(&c->out, "configs");
	for (i = 0; i < n; i++)
		put_config(c, NULL, &list[i]);
	json_list_end(&c->out);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route scorer_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/scorers/register", 0, WR, JSON,
	    IN(scorer_register), scorer_register },
	{ "GET",    AT_API,  3, "/mlflow/scorers/list", 0, RD, QUERY,
	    IN(scorer_list_in), scorer_list },
	{ "GET",    AT_API,  3, "/mlflow/scorers/versions", 0, RD, QUERY,
	    IN_AS(scorer_versions_fields, scorer_get), scorer_list_versions },
	{ "GET",    AT_API,  3, "/mlflow/scorers/get", 0, RD, QUERY, IN(scorer_get), scorer_get },
	{ "DELETE", AT_API,  3, "/mlflow/scorers/delete", 0, WR, JSON,
	    IN(scorer_get), scorer_delete },
	{ "PUT",    AT_API,  3, "/mlflow/scorers/online-config", 0, WR, JSON,
	    IN(scorer_online_config_in), scorer_set_online_config },
	{ "GET",    AT_API,  3, "/mlflow/scorers/online-configs", 0, RD, QUERY,
	    IN(scorer_online_configs_in), scorer_get_online_configs },
	{ .method = NULL }
};
/* clang-format on */
