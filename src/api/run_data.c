/* Metrics, params and tags of a run, one by one and in batches. */
#include <math.h>
#include <string.h>

#include "api/common.h"
#include "api/run_data.h"
#include "base/repr.h"
#include "json/number.h"
#include "store/metric.h"

struct metric_in {
	struct str	run_id, run_uuid;
	struct str	key;
	struct opt_dbl	value;
	struct opt_i64	timestamp;
	struct opt_i64	step;
	struct str	model_id;
	struct str	dataset_name;
	struct str	dataset_digest;
};

struct param_in {
	struct str	run_id, run_uuid;
	struct str	key;
	struct str	value;
};

struct tag_delete_in {
	struct str	run_id, run_uuid;
	struct str	key;
};

struct batch_in {
	struct str	run_id, run_uuid;
	struct list	metrics;
	struct list	params;
	struct list	tags;
};

/* What one batch may hold. */
#define BATCH_METRICS	1000
#define BATCH_PARAMS	100
#define BATCH_TAGS	100
#define BATCH_ALL	1000

static const struct field metric_in_fields[] = {
	F_RUN_ID(metric_in),
	F_STR(metric_in, key, REQUIRED),
	F_DBL(metric_in, value, REQUIRED),
	F_I64(metric_in, timestamp, REQUIRED),
	F_I64(metric_in, step, 0),
	F_STR(metric_in, model_id, 0),
	F_STR(metric_in, dataset_name, 0),
	F_STR(metric_in, dataset_digest, 0),
	F_END
};

static const struct field param_in_fields[] = {
	F_RUN_ID(param_in),
	F_STR(param_in, key, REQUIRED),
	F_STR(param_in, value, 0),
	F_END
};

static const struct field tag_delete_in_fields[] = {
	F_RUN_ID(tag_delete_in),
	F_STR(tag_delete_in, key, REQUIRED),
	F_END
};

static const struct field batch_metric_fields[] = {
	F_STR(metric_in, key, REQUIRED),
	F_DBL(metric_in, value, REQUIRED),
	F_I64(metric_in, timestamp, REQUIRED),
	F_I64(metric_in, step, 0),
	F_STR(metric_in, model_id, 0),
	F_STR(metric_in, dataset_name, 0),
	F_STR(metric_in, dataset_digest, 0),
	F_END
};

static const struct field batch_in_fields[] = {
	F_RUN_ID(batch_in),
	F_LIST_MAX(batch_in, metrics, 0, metric_in, batch_metric_fields, LIST_ANY),
	F_LIST_MAX(batch_in, params, 0, kv_in, kv_fields, LIST_ANY),
	F_LIST_MAX(batch_in, tags, 0, kv_in, kv_fields, LIST_ANY),
	F_END
};

/* A metric value as Python prints it. */
static const char *
python_float(struct ctx *c, double v)
{
	char *text = arena_alloc(c->mem, JSON_NUMBER_SIZE);

	if (!isfinite(v))
		return isnan(v) ? "nan" : v > 0 ? "inf" : "-inf";
	json_format_dbl(v, text);
	return text;
}

/* `at` is "" or "metrics[3].". */
static int
check_metric(struct ctx *c, const char *at, const struct metric_in *m)
{
	if (check_name(c, arena_printf(c->mem, "%sname", at).p, m->key) == -1 ||
	    check_length(c, "Metric name", m->key, NAME_MAX_LENGTH) == -1)
		return -1;
	if (m->timestamp.v < 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %lld for parameter "
		    "'%stimestamp' supplied: metric '%s' (value=%s). Timestamp must be a "
		    "nonnegative long (64-bit integer) ", (long long)m->timestamp.v, at,
		    m->key.p, python_float(c, m->value.v));
	if (str_empty(m->dataset_name) != str_empty(m->dataset_digest))
		return fail(c, INVALID_PARAMETER_VALUE, "Both dataset_name and dataset_digest "
		    "must be provided if one is provided");
	return 0;
}

static void
take_metric(const struct metric_in *m, struct metric_point *p)
{
	*p = (struct metric_point){
		.key = m->key, .value = m->value.v, .timestamp = m->timestamp.v,
		.step = m->step.v, .model_id = m->model_id,
		.dataset_name = m->dataset_name, .dataset_digest = m->dataset_digest,
	};
}

/*
 * On a database that folds case, a metric whose name differs from a stored one
 * only in case or trailing blanks has taken that one's place: refuse it, and the
 * transaction with it.
 */
static int
check_spelling(struct ctx *c, const struct run_state *run,
    const struct metric_point *points, size_t n)
{
	struct str other, key;
	int rc = db_names_are_exact(&c->work);

	if (rc == 1)
		return 0;
	if (rc == 0)
		rc = store_metrics_clash(&c->work, run->run_id, points, n, &key, &other);
	if (rc == -1)
		return fail_db(c);
	if (rc == 1)
		return fail(c, BAD_REQUEST, "The metric '%s' is logged as '%s' in run %s, and "
		    "this database does not tell the two names apart.", key.p, other.p,
		    run->run_id.p);
	return 0;
}

static struct str
take_text(struct ctx *c, struct buf *text)
{
	struct str s = arena_str(c->mem, buf_str(text));

	buf_fini(text);
	return s;
}

/* The models that the points name, for a message. */
static const char *
list_models(struct ctx *c, const struct metric_point *points, size_t n)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		if (!str_empty(points[i].model_id) && (i == 0 ||
		    !str_eq(points[i].model_id, points[i - 1].model_id)))
			buf_printf(&text, "%s'%s'", text.len == 0 ? "" : ", ",
			    points[i].model_id.p);
	return take_text(c, &text).p;
}

static int
log_metrics(struct ctx *c, const struct run_state *run, struct metric_point *points,
    size_t n)
{
	if (n == 0)
		return 0;
	switch (store_metrics_log(&c->work, run, points, n)) {
	case 0:
		return check_spelling(c, run, points, n);
	case 1:
		return fail(c, BAD_REQUEST, "A metric of a logged model (%s) is in run %s already "
		    "with the same name, time and step but another value or dataset. Log it with "
		    "another time or step.", list_models(c, points, n), run->run_id.p);
	}
	if (db_error(c->work.db) == DB_REFERENCE)
		return fail(c, BAD_REQUEST, "A metric's 'model_id' names no logged model: %s.",
		    list_models(c, points, n));
	return fail_db(c);
}

static int
run_log_metric(struct ctx *c)
{
	const struct metric_in *in = c->in;
	struct run_state run = { .run_id = either_run_id(in->run_id, in->run_uuid) };
	struct metric_point point;
	int rc = 0;

	if (check_metric(c, "", in) == -1)
		return -1;
	if (permit(c, EDIT, RUN, .id = run.run_id) == -1)
		return -1;
	take_metric(in, &point);
	/* in the fewest statements; where they write nothing it is said below why */
	if (str_empty(point.model_id))
		rc = store_metric_log_active(&c->work, run.run_id, &point);
	if (rc == -1)
		return fail_db(c);
	if (rc == 1)
		return check_spelling(c, &run, &point, 1) == -1 ? -1 : answer_empty(c);
	if (load_active_run(c, run.run_id, EDIT, &run) == -1 ||
	    log_metrics(c, &run, &point, 1) == -1)
		return -1;
	return answer_empty(c);
}

/* How params that were logged before relate to the new ones. */
struct param_fate {
	struct kvs	fresh;		/* to be written */
	struct kvs	old;		/* of the changed ones, as stored */
	struct kvs	changed;	/* in request order */
};

/*
 * A stored param that the database found for one of our keys though the bytes of
 * its key are those of none: another spelling.
 */
static int
check_param_spelling(struct ctx *c, const struct kvs *params, const struct kvs *stored,
    struct str run_id)
{
	size_t i;

	for (i = 0; i < stored->n; i++)
		if (kvs_find(params, stored->items[i].key) == NULL)
			return fail(c, BAD_REQUEST, "A param of this request is already logged as "
			    "'%s' in run %s, and this database does not tell names apart that "
			    "differ only in case or trailing blanks.",
			    stored->items[i].key.p, run_id.p);
	return 0;
}

static int
compare_params(struct ctx *c, struct str run_id, const struct kvs *params,
    struct param_fate *fate)
{
	struct kvs stored;
	size_t i;

	*fate = (struct param_fate){ .fresh = { NULL, 0 } };
	if (store_params_find(&c->work, run_id, params, &stored) == -1)
		return fail_db(c);
	if (check_param_spelling(c, params, &stored, run_id) == -1)
		return -1;
	for (i = 0; i < params->n; i++) {
		const struct kv *p = &params->items[i], *old = kvs_find(&stored, p->key);

		if (old == NULL) {
			kvs_add(c->mem, &fate->fresh, p->key, p->value);
		} else if (!str_eq(old->value, p->value)) {
			kvs_add(c->mem, &fate->changed, p->key, p->value);
			kvs_add(c->mem, &fate->old, old->key, old->value);
		}
	}
	return 0;
}

static int
add_params(struct ctx *c, struct str run_id, struct kvs *fresh)
{
	struct kvs stored;

	kvs_fold(c->mem, fresh);
	if (store_params_add(&c->work, run_id, fresh) == 0)
		return 0;
	if (db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	if (store_params_find(&c->work, run_id, fresh, &stored) == -1)
		return fail_db(c);
	if (stored.n == 0)
		return fail(c, BAD_REQUEST, "Two params of this request have names that differ "
		    "only in case or trailing blanks, which this database does not tell apart.");
	/* another request logged one of them meanwhile: begin anew */
	db_retry(c->work.db);
	return fail_db(c);
}

static int
fail_changed(struct ctx *c, struct str run_id, const struct param_fate *fate)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < fate->changed.n; i++) {
		buf_puts(&text, i == 0 ? "{'key': " : ", {'key': ");
		repr_add(&text, fate->changed.items[i].key);
		buf_puts(&text, ", 'old_value': ");
		repr_add(&text, fate->old.items[i].value);
		buf_puts(&text, ", 'new_value': ");
		repr_add(&text, fate->changed.items[i].value);
		buf_putc(&text, '}');
	}
	return fail(c, INVALID_PARAMETER_VALUE, "Changing param values is not allowed. Params "
	    "were already logged='[%s]' for run ID='%s'.", take_text(c, &text).p, run_id.p);
}

static int
check_param(struct ctx *c, const char *place, struct kv *p)
{
	if (check_name(c, place, p->key) == -1 ||
	    check_length(c, "Param key", p->key, NAME_MAX_LENGTH) == -1)
		return -1;
	return check_truncate(c, "Param value", &p->value, PARAM_MAX);
}

static int
run_log_param(struct ctx *c)
{
	const struct param_in *in = c->in;
	struct kv param = { in->key, str_or_empty(in->value) };
	struct kvs params = { &param, 1 };
	struct str run_id = either_run_id(in->run_id, in->run_uuid);
	struct param_fate fate;
	struct run_state run;
	int rc;

	if (check_param(c, "key", &param) == -1 ||
	    permit(c, EDIT, RUN, .id = run_id) == -1)
		return -1;
	/* a new one takes one statement; all else is sorted out below */
	rc = store_param_add_active(&c->work, run_id, &param);
	if (rc == 1)
		return answer_empty(c);
	if (rc == -1 && db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	if (load_active_run(c, run_id, EDIT, &run) == -1 ||
	    compare_params(c, run.run_id, &params, &fate) == -1)
		return -1;
	if (fate.changed.n > 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Changing param values is not allowed. "
		    "Param with key='%s' was already logged with value='%s' for run ID='%s'. "
		    "Attempted logging new value '%s'.", param.key.p,
		    fate.old.items[0].value.p, run.run_id.p,
		    arena_str(c->mem, param.value).p);
	if (add_params(c, run.run_id, &fate.fresh) == -1)
		return -1;
	return answer_empty(c);
}

/* `at` is "" or "tags[3].". */
static int
check_tag(struct ctx *c, const char *at, struct kv *tag)
{
	const char *key = arena_printf(c->mem, "%skey", at).p;

	if (check_name(c, key, tag->key) == -1 ||
	    check_length(c, key, tag->key, NAME_MAX_LENGTH) == -1)
		return -1;
	return check_truncate(c, arena_printf(c->mem, "%svalue", at).p, &tag->value,
	    RUN_TAG_MAX);
}

static int
fail_folded_tags(struct ctx *c, const struct kvs *tags)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < tags->n; i++) {
		buf_puts(&text, i == 0 ? "" : ", ");
		repr_add(&text, tags->items[i].key);
	}
	return fail_client(c, INTERNAL_ERROR, "Failed to set tags with given within 3 retries. "
	    "Keys: [%s]", take_text(c, &text).p);
}

/* On a database that folds case, two tags of one request may have become one. */
static int
check_tag_spelling(struct ctx *c, const struct run_state *run, const struct kvs *tags)
{
	int rc = tags->n < 2 ? 1 : db_names_are_exact(&c->work);

	if (rc == 0)
		rc = store_tags_are_stored(&c->work, run->run_id, tags);
	if (rc == -1)
		return fail_db(c);
	return rc == 1 ? 0 : fail_folded_tags(c, tags);
}

static int
set_tags(struct ctx *c, const struct run_state *run, const struct kvs *tags)
{
	const struct kv *name = kvs_find(tags, STR(RUN_NAME_TAG));

	if (name != NULL && check_column(c, RUN_NAME_TAG, name->value, WIDTH_RUNS_NAME) == -1)
		return -1;
	if (store_tags_set(&c->work, run->run_id, tags) == -1)
		return fail_db(c);
	return check_tag_spelling(c, run, tags);
}

static int
run_set_tag(struct ctx *c)
{
	const struct param_in *in = c->in;
	struct kv tag = { in->key, str_or_empty(in->value) };
	struct kvs tags = { &tag, 1 };
	struct str run_id = either_run_id(in->run_id, in->run_uuid);
	struct run_state run;
	int rc = 0;

	if (check_tag(c, "", &tag) == -1 ||
	    permit(c, EDIT, RUN, .id = run_id) == -1)
		return -1;
	/* in one statement; where it writes nothing it is said below why */
	if (!str_is(tag.key, RUN_NAME_TAG))
		rc = store_tag_set_active(&c->work, run_id, &tag);
	if (rc == 1)
		return answer_empty(c);
	if (rc == -1)
		return fail_db(c);
	if (load_active_run(c, run_id, EDIT, &run) == -1 ||
	    set_tags(c, &run, &tags) == -1)
		return -1;
	return answer_empty(c);
}

static int
run_delete_tag(struct ctx *c)
{
	const struct tag_delete_in *in = c->in;
	struct run_state run;
	int rc;

	if (load_active_run(c, in->run_id, EDIT, &run) == -1)
		return -1;
	rc = store_tag_delete(&c->work, run.run_id, in->key);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "No tag with name: %s in run with id %s",
		    in->key.p, run.run_id.p);
	return answer_empty(c);
}

static int
check_batch_names(struct ctx *c, const struct batch_in *in, struct kvs *params,
    struct kvs *tags)
{
	const struct metric_in *metrics = in->metrics.items;
	size_t i;

	for (i = 0; i < in->metrics.n; i++)
		if (check_metric(c, arena_printf(c->mem, "metrics[%zu].", i).p,
		    &metrics[i]) == -1)
			return -1;
	for (i = 0; i < params->n; i++)
		if (check_param(c, arena_printf(c->mem, "params[%zu].key", i).p,
		    &params->items[i]) == -1)
			return -1;
	for (i = 0; i < tags->n; i++)
		if (check_tag(c, arena_printf(c->mem, "tags[%zu].", i).p,
		    &tags->items[i]) == -1)
			return -1;
	return 0;
}

static int
check_count(struct ctx *c, const char *what, size_t got, size_t most)
{
	if (got <= most)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "A batch logging request can contain at most "
	    "%zu %s. Got %zu %s. Please split up %s across multiple requests and try "
	    "again.", most, what, got, what, what);
}

static int
check_batch_size(struct ctx *c, const struct batch_in *in)
{
	if (check_count(c, "metrics", in->metrics.n, BATCH_METRICS) == -1 ||
	    check_count(c, "params", in->params.n, BATCH_PARAMS) == -1 ||
	    check_count(c, "tags", in->tags.n, BATCH_TAGS) == -1)
		return -1;
	return check_count(c, "metrics, params, and tags",
	    in->metrics.n + in->params.n + in->tags.n, BATCH_ALL);
}

static int
check_repeated_params(struct ctx *c, const struct kvs *params)
{
	struct buf text = { 0 };
	struct kvs repeated;
	size_t i;

	kvs_repeats(c->mem, params, &repeated);
	if (repeated.n == 0)
		return 0;
	for (i = 0; i < repeated.n; i++) {
		buf_puts(&text, i == 0 ? "" : ", ");
		repr_add(&text, repeated.items[i].key);
	}
	return fail(c, INVALID_PARAMETER_VALUE, "Duplicate parameter keys have been submitted: "
	    "[%s]. Please ensure the request contains only one param value per param key.",
	    take_text(c, &text).p);
}

static int
write_batch(struct ctx *c, const struct run_state *run, const struct batch_in *in,
    const struct kvs *params, struct kvs *tags)
{
	const struct metric_in *metrics = in->metrics.items;
	struct metric_point *points = arena_array(c->mem, in->metrics.n, sizeof(*points));
	struct param_fate fate;
	size_t i;

	if (compare_params(c, run->run_id, params, &fate) == -1)
		return -1;
	if (fate.changed.n > 0)
		return fail_changed(c, run->run_id, &fate);
	for (i = 0; i < in->metrics.n; i++)
		take_metric(&metrics[i], &points[i]);
	kvs_fold(c->mem, tags);
	if (add_params(c, run->run_id, &fate.fresh) == -1 ||
	    log_metrics(c, run, points, in->metrics.n) == -1)
		return -1;
	return set_tags(c, run, tags);
}

static int
run_log_batch(struct ctx *c)
{
	const struct batch_in *in = c->in;
	struct kvs params, tags;
	struct run_state run;

	take_kvs(c, &in->params, &params);
	take_kvs(c, &in->tags, &tags);
	/* unlike the single calls, a batch knows only the new name of the id */
	if (check_run_id(c, in->run_id) == -1 ||
	    check_batch_names(c, in, &params, &tags) == -1 ||
	    check_batch_size(c, in) == -1 || check_repeated_params(c, &params) == -1 ||
	    load_active_run(c, in->run_id, EDIT, &run) == -1 ||
	    write_batch(c, &run, in, &params, &tags) == -1)
		return -1;
	return answer_empty(c);
}

/* clang-format off */
const struct route run_data_routes[] = {
	{ "POST",   AT_API,  2, "/mlflow/runs/log-metric", 0, WR, JSON,
	    IN(metric_in), run_log_metric },
	{ "POST",   AT_API,  2, "/mlflow/runs/log-parameter", 0, WR, JSON,
	    IN(param_in), run_log_param },
	{ "POST",   AT_API,  2, "/mlflow/runs/log-batch", 0, WR, JSON,
	    IN(batch_in), run_log_batch },
	{ "POST",   AT_API,  2, "/mlflow/runs/set-tag", 0, WR, JSON, IN(param_in), run_set_tag },
	{ "POST",   AT_API,  2, "/mlflow/runs/delete-tag", 0, WR, JSON,
	    IN(tag_delete_in), run_delete_tag },
	{ .method = NULL }
};
/* clang-format on */
