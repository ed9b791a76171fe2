/*
 * The records of evaluation datasets.  They come and go as JSON inside a JSON
 * text; records with equal inputs are one, and the dataset keeps a schema: what
 * type each member had when it was first seen.
 */
#include <string.h>

#include "api/common.h"
#include "api/eval_datasets.h"
#include "search/page.h"
#include "store/eval_dataset.h"

struct eval_record_upsert {
	struct str	records;	/* JSON */
};

struct eval_record_list_in {
	struct str	dataset_id;
	struct opt_i64	max_results;
	struct str	page_token;
};

struct eval_record_delete {
	struct str	dataset_id;
	struct strs	dataset_record_ids;
};

/* Records of a page when max_results is not given. */
#define RECORD_PAGE_DEFAULT	1000

/* Outputs of any type are stored in an object with this one member. */
#define WRAPPED			"mlflow_wrapped"

#define EMPTY_SCHEMA	"{\"inputs\": {}, \"outputs\": {}, \"expectations\": {}, " \
			"\"version\": \"1.0\"}"

static const struct field eval_record_upsert_fields[] = {
	F_STR(eval_record_upsert, records, REQUIRED),
	F_END
};

static const struct field eval_record_list_in_fields[] = {
	F_STR(eval_record_list_in, dataset_id, REQUIRED),
	F_I64(eval_record_list_in, max_results, 0),
	F_STR(eval_record_list_in, page_token, 0),
	F_END
};

static const struct field eval_record_delete_fields[] = {
	F_STR(eval_record_delete, dataset_id, REQUIRED),
	F_STRS(eval_record_delete, dataset_record_ids, 0),
	F_END
};

/* A request's records on their way into a dataset. */
struct batch {
	struct ctx		*c;
	struct str		 dataset_id;
	struct json_object	*schema;
	int64_t			 inserted, updated;
	struct str		 user;	/* of the last record that names one */
};

/* The parts of one record; absent and null are NULL. */
struct parts {
	struct json_object	*inputs, *expectations, *tags, *source, *outputs;
	bool			 has_inputs, has_outputs;
};

static struct str
text_of(struct arena *mem, void (*write)(struct buf *, const struct json_object *),
    const struct json_object *o)
{
	struct buf text = { 0 };
	struct str out;

	write(&text, o);
	out = arena_str(mem, buf_str(&text));
	buf_fini(&text);
	return out;
}

static struct str
dumps(struct arena *mem, const struct json_object *o)
{
	return text_of(mem, json_text_spaced, o);
}

static struct str
type_of(const struct json_object *o)
{
	switch (json_kind(o)) {
	case JSON_NULL:
		return STR("null");
	case JSON_BOOL:
		return STR("boolean");
	case JSON_INT:
		return STR("integer");
	case JSON_FLOAT:
		/* one beyond 64 bits is no float to Python */
		return strcmp(json_type_name(o), "int") == 0 ? STR("integer") : STR("float");
	case JSON_STRING:
		return STR("string");
	case JSON_LIST:
		return STR("array");
	case JSON_OBJECT:
		break;
	}
	return STR("object");
}

static void
add_type(void *types, const char *name, const struct json_object *value)
{
	json_add_first(types, name, type_of(value));
}

/* Note the members' types, unless they are known. */
static void
note_types(struct json_object *schema, const char *part, const struct json_object *value)
{
	struct json_object *types;

	if (json_kind(value) == JSON_OBJECT && json_member(schema, part, &types) &&
	    json_kind(types) == JSON_OBJECT)
		json_each(value, add_type, types);
}

/* Outputs that are no object have one type, if none was noted before. */
static void
note_outputs(struct arena *mem, struct json_object *schema, const struct json_object *value)
{
	struct json_object *types, *whole;

	note_types(schema, "outputs", value);
	if (value == NULL || json_kind(value) == JSON_OBJECT ||
	    !json_member(schema, "outputs", &types) ||
	    !str_is(json_text(mem, types), "{}"))
		return;
	whole = json_new_object();
	json_add_first(whole, "outputs", type_of(value));
	json_merge(schema, whole);
	json_free(whole);
}

static struct json_object *
open_schema(const struct eval_dataset *d)
{
	struct json_object *schema;

	if (d->schema.p != NULL && json_read(d->schema, JSON_ANY, &schema) == JSON_FINE) {
		if (json_kind(schema) == JSON_OBJECT)
			return schema;
		json_free(schema);
	}
	json_read(STR(EMPTY_SCHEMA), JSON_ANY, &schema);
	return schema;
}

/* A part that is an object if it is there. */
static int
take_object(struct ctx *c, const struct json_object *record, const char *name,
    struct json_object **part)
{
	*part = NULL;
	json_member(record, name, part);
	if (*part == NULL || json_kind(*part) == JSON_OBJECT)
		return 0;
	return fail_client(c, INTERNAL_ERROR, "Attribute '%s' does not accept objects of type "
	    "<class '%s'>", name, json_type_name(*part));
}

static int
take_parts(struct ctx *c, const struct json_object *record, size_t i, struct parts *p)
{
	if (json_kind(record) != JSON_OBJECT)
		return fail_client(c, INTERNAL_ERROR, "records[%zu] must be a JSON object, not "
		    "a %s.", i, json_type_name(record));
	p->has_inputs = json_member(record, "inputs", &p->inputs);
	p->outputs = NULL;
	p->has_outputs = json_member(record, "outputs", &p->outputs);
	if (p->has_inputs && p->inputs == NULL)
		return fail_client(c, INTERNAL_ERROR, "inputs must be provided");
	if (take_object(c, record, "inputs", &p->inputs) == -1 ||
	    take_object(c, record, "expectations", &p->expectations) == -1 ||
	    take_object(c, record, "tags", &p->tags) == -1 ||
	    take_object(c, record, "source", &p->source) == -1)
		return -1;
	return 0;
}

/* ASCII letters in upper case, as MLflow compares and shows source types. */
static struct str
upper(struct arena *mem, struct str s)
{
	char *to = arena_alloc(mem, s.len + 1);
	size_t i;

	for (i = 0; i < s.len; i++)
		to[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
	return (struct str){ to, s.len };
}

static int
take_source_type(struct ctx *c, const struct json_object *value, struct str *type)
{
	static const char *const types[] = {
		"UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE"
	};
	size_t i;

	if (json_kind(value) != JSON_STRING)
		return fail_client(c, INTERNAL_ERROR, "The 'source_type' of a record's source "
		    "must be a string.");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is_nocase(json_string(value), types[i])) {
			*type = str_of(types[i]);
			return 0;
		}
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid dataset record source type: ",
	    upper(c->mem, json_string(value)), ". Valid source types: ['UNSPECIFIED', "
	    "'TRACE', 'HUMAN', 'DOCUMENT', 'CODE']");
}

/* Members that a source has not. */
static void
check_source_member(void *arg, const char *name, const struct json_object *value)
{
	struct ctx *c = arg;

	(void)value;
	if (strcmp(name, "source_type") != 0 && strcmp(name, "source_data") != 0)
		fail_client(c, INTERNAL_ERROR, "A record's source has no member '%s'.", name);
}

/* Where a record comes from; {} is nowhere. */
static int
take_source(struct ctx *c, const struct json_object *source, struct eval_record *r)
{
	struct json_object *type = NULL, *data = NULL, *trace = NULL;
	struct str data_text = STR("{}");

	r->source = STR("null");
	if (source == NULL || str_is(json_text(c->mem, source), "{}"))
		return 0;
	json_each(source, check_source_member, c);
	if (c->error.status != 0)
		return -1;
	json_member(source, "source_type", &type);
	if (take_source_type(c, type, &r->source_type) == -1 ||
	    take_object(c, source, "source_data", &data) == -1)
		return -1;
	if (data != NULL) {
		data_text = dumps(c->mem, data);
		json_member(data, "trace_id", &trace);
	}
	if (str_is(r->source_type, "TRACE"))
		r->source_id = eval_tag_text(c->mem, trace);
	r->source = arena_printf(c->mem, "{\"source_type\": \"%s\", \"source_data\": %s}",
	    r->source_type.p, data_text.p);
	return check_column(c, "source_id", r->source_id,
	    WIDTH_EVALUATION_DATASET_RECORDS_SOURCE_ID);
}

static struct str
wrap(struct arena *mem, const struct json_object *outputs)
{
	if (outputs == NULL)
		return STR("null");
	return arena_printf(mem, "{\"" WRAPPED "\": %s}", dumps(mem, outputs).p);
}

/* Put the members of an object over the stored one's, if there are any. */
static struct str
merge(struct arena *mem, struct str stored, const struct json_object *fresh)
{
	struct json_object *both = NULL;
	struct str text;

	if (fresh == NULL || str_is(json_text(mem, fresh), "{}"))
		return stored;
	if (stored.p != NULL)
		json_read(stored, JSON_ANY, &both);
	if (json_kind(both) != JSON_OBJECT) {
		json_free(both);
		both = json_new_object();
	}
	json_merge(both, fresh);
	text = dumps(mem, both);
	json_free(both);
	return text;
}

static int
update_record(struct batch *b, const struct parts *p, struct eval_record *stored,
    struct str user)
{
	struct arena *mem = b->c->mem;

	stored->expectations = merge(mem, stored->expectations, p->expectations);
	stored->tags = merge(mem, stored->tags, p->tags);
	if (p->has_outputs)
		stored->outputs = wrap(mem, p->outputs);
	stored->last_updated_by = user;
	if (store_eval_record_update(&b->c->work, stored) == -1)
		return fail_db(b->c);
	b->updated++;
	return 0;
}

static int
insert_record(struct batch *b, const struct parts *p, struct eval_record *r, struct str user)
{
	struct arena *mem = b->c->mem;

	if (take_source(b->c, p->source, r) == -1)
		return -1;
	r->expectations = dumps(mem, p->expectations);
	r->tags = p->tags == NULL ? STR("{}") : dumps(mem, p->tags);
	r->outputs = p->has_outputs ? wrap(mem, p->outputs) : STR("{\"" WRAPPED "\": {}}");
	r->created_by = r->last_updated_by = user;
	if (store_eval_record_insert(&b->c->work, b->dataset_id, r) == -1)
		return fail_db(b->c);
	b->inserted++;
	return 0;
}

static int
upsert_record(struct batch *b, const struct json_object *record, size_t i)
{
	struct eval_record r = { .inputs = STR("{}"), .sorted_inputs = STR("{}") }, stored;
	struct json_object *user = NULL;
	struct parts p;
	struct str by;
	int rc;

	if (take_parts(b->c, record, i, &p) == -1)
		return -1;
	if (p.inputs != NULL) {
		r.inputs = dumps(b->c->mem, p.inputs);
		r.sorted_inputs = text_of(b->c->mem, json_text_sorted, p.inputs);
	}
	if (p.tags != NULL)
		json_member(p.tags, EVAL_USER_TAG, &user);
	by = eval_tag_text(b->c->mem, user);
	if (by.p != NULL)
		b->user = by;
	if (check_column(b->c, "tags." EVAL_USER_TAG, by,
	    WIDTH_EVALUATION_DATASETS_LAST_UPDATED_BY) == -1)
		return -1;
	note_types(b->schema, "inputs", p.inputs);
	note_types(b->schema, "expectations", p.expectations);
	note_outputs(b->c->mem, b->schema, p.outputs);
	rc = store_eval_record_find(&b->c->work, b->dataset_id, r.sorted_inputs,
	    &stored);
	if (rc == -1)
		return fail_db(b->c);
	return rc == 1 ? update_record(b, &p, &stored, by) : insert_record(b, &p, &r, by);
}

/* {"num_records": N}; JSON's null when none is left. */
static int
make_profile(struct ctx *c, struct str dataset_id, struct str *profile)
{
	int64_t n = store_eval_record_count(&c->work, dataset_id);

	if (n == -1)
		return fail_db(c);
	*profile = n == 0 ? STR("null") :
	    arena_printf(c->mem, "{\"num_records\": %lld}", (long long)n);
	return 0;
}

static int
upsert_all(struct batch *b, const struct eval_dataset *d, const struct json_object *records)
{
	struct ctx *c = b->c;
	struct str profile;
	size_t i, n = json_length(records);

	for (i = 0; i < n; i++)
		if (upsert_record(b, json_item(records, i), i) == -1)
			return -1;
	if (store_eval_dataset_set_changed(&c->work, d, b->user) == -1)
		return fail_db(c);
	if (n == 0)
		return 0;
	if (make_profile(c, d->dataset_id, &profile) == -1)
		return -1;
	if (store_eval_dataset_set_content(&c->work, d->dataset_id, dumps(c->mem, b->schema),
	    profile) == -1)
		return fail_db(c);
	return 0;
}

/* The list inside the request's text; release it with json_free. */
static int
read_records(struct ctx *c, struct str text, struct json_object **records)
{
	switch (json_read(text, c->work.budget.values, records)) {
	case JSON_TOO_MANY:
		return fail_too_many(c);
	case JSON_TOO_DEEP:
		return fail(c, INVALID_PARAMETER_VALUE, "'records' is nested deeper than %d "
		    "levels.", JSON_DEPTH_MAX);
	case JSON_BROKEN:
		return fail(c, INVALID_PARAMETER_VALUE, "'records' must be the text of a JSON "
		    "list, but it is no valid JSON.");
	case JSON_FINE:
		break;
	}
	if (json_kind(*records) == JSON_LIST)
		return 0;
	fail(c, INVALID_PARAMETER_VALUE, "'records' must be the text of a JSON list, not of a "
	    "%s.", json_type_name(*records));
	json_free(*records);
	return -1;
}

static int
eval_record_upsert(struct ctx *c)
{
	const struct eval_record_upsert *in = c->in;
	struct batch b = { .c = c };
	struct json_object *records;
	struct eval_dataset d;
	int rc = find_eval_dataset(c, c->params[0], EDIT, &d);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return fail_quoting(c, BAD_REQUEST, "There is no evaluation dataset with id '",
		    c->params[0], "'.");
	if (read_records(c, in->records, &records) == -1)
		return -1;
	b.dataset_id = d.dataset_id;
	b.schema = open_schema(&d);
	rc = upsert_all(&b, &d, records);
	json_free(b.schema);
	json_free(records);
	if (rc == -1)
		return -1;
	json_begin(&c->out, NULL);
	json_put_i64(&c->out, "inserted_count", b.inserted);
	json_put_i64(&c->out, "updated_count", b.updated);
	json_end(&c->out);
	return 0;
}

/* ", "name": JSON" unless it is null. */
static void
add_json(struct buf *to, const char *name, struct str json)
{
	if (json.p != NULL && !str_is(json, "null")) {
		buf_printf(to, ", \"%s\": ", name);
		buf_add_str(to, json);
	}
}

static void
add_text(struct buf *to, const char *name, struct str text)
{
	if (text.p != NULL) {
		buf_printf(to, ", \"%s\": ", name);
		json_quote(to, text);
	}
}

/* Outputs without what they were wrapped in. */
static struct str
unwrap(struct arena *mem, struct str stored)
{
	struct json_object *json = NULL, *inner;
	struct str text = stored;

	if (stored.p != NULL && json_read(stored, JSON_ANY, &json) == JSON_FINE &&
	    json_kind(json) == JSON_OBJECT && json_member(json, WRAPPED, &inner))
		text = dumps(mem, inner);
	json_free(json);
	return text;
}

static void
add_record(struct ctx *c, struct buf *to, const struct eval_record *r, struct str dataset_id)
{
	buf_puts(to, "{\"dataset_record_id\": ");
	json_quote(to, r->record_id);
	add_text(to, "dataset_id", dataset_id);
	add_json(to, "inputs", r->inputs);
	add_json(to, "expectations", r->expectations);
	add_json(to, "tags", r->tags);
	add_json(to, "source", r->source);
	add_text(to, "source_id", r->source_id);
	add_text(to, "source_type", r->source_type);
	buf_printf(to, ", \"created_time\": %lld, \"last_update_time\": %lld",
	    (long long)r->created_time, (long long)r->last_update_time);
	add_text(to, "created_by", r->created_by);
	add_text(to, "last_updated_by", r->last_updated_by);
	add_json(to, "outputs", unwrap(c->mem, r->outputs));
	buf_putc(to, '}');
}

/* Values in a page token: the last record's time and id. */
#define CURSOR_VALUES	2

static int
read_cursor(struct ctx *c, const struct eval_record_list_in *in, uint64_t hash,
    int64_t *time, struct str *id)
{
	struct page_value v[CURSOR_VALUES];
	struct search_error error;
	size_t n;
	int rc;

	*time = INT64_MIN;
	*id = STR("");
	if (str_empty(in->page_token))
		return 0;
	rc = page_token_read(c->mem, in->page_token, hash, v, CURSOR_VALUES, &n, &error);
	if (rc == 0 && (n != CURSOR_VALUES || v[0].type != PAGE_I64 || v[1].type != PAGE_TEXT))
		rc = page_token_fail(c->mem, &error);
	if (rc != 0)
		return fail_search(c, &error);
	*time = v[0].i64;
	*id = v[1].text;
	return 0;
}

static void
put_records(struct ctx *c, const struct eval_record *list, size_t n, bool more, uint64_t hash,
    struct str dataset_id)
{
	struct buf text = { 0 };
	size_t i;

	buf_putc(&text, '[');
	for (i = 0; i < n; i++) {
		buf_puts(&text, i == 0 ? "" : ", ");
		add_record(c, &text, &list[i], dataset_id);
	}
	buf_putc(&text, ']');
	json_begin(&c->out, NULL);
	json_put_str(&c->out, "records", buf_str(&text));
	if (more) {
		struct page_value v[CURSOR_VALUES] = {
			{ .type = PAGE_I64, .i64 = list[n - 1].created_time },
			{ .type = PAGE_TEXT, .text = list[n - 1].record_id },
		};

		json_put_str(&c->out, "next_page_token",
		    page_token_write(c->mem, hash, v, CURSOR_VALUES));
	}
	json_end(&c->out);
	buf_fini(&text);
}

static int
eval_record_list(struct ctx *c)
{
	const struct eval_record_list_in *in = c->in;
	uint64_t hash = page_hash_str(page_hash_str(0, STR("records")), in->dataset_id);
	int64_t limit = in->max_results.v == 0 ? RECORD_PAGE_DEFAULT : in->max_results.v;
	struct eval_record *list;
	int64_t n, after;
	struct str after_id;

	if (limit < 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %lld for parameter "
		    "'max_results' supplied. It must not be negative.", (long long)limit);
	if (limit > SEARCH_PAGE_MAX)
		limit = SEARCH_PAGE_MAX;
	if (read_cursor(c, in, hash, &after, &after_id) == -1 ||
	    permit(c, READ, EVAL_DATASET, .id = in->dataset_id) == -1)
		return -1;
	n = store_eval_record_list(&c->work, in->dataset_id, after, after_id, limit + 1,
	    &list);
	if (n == -1)
		return fail_db(c);
	put_records(c, list, (size_t)(n > limit ? limit : n), n > limit, hash, in->dataset_id);
	return 0;
}

static int
eval_record_delete(struct ctx *c)
{
	const struct eval_record_delete *in = c->in;
	struct eval_dataset d;
	struct str profile;
	int64_t gone = 0;
	int rc;

	if (permit(c, EDIT, EVAL_DATASET, .id = in->dataset_id) == -1)
		return -1;
	rc = store_eval_dataset_lock(&c->work, in->dataset_id, &d);
	if (rc == 1)
		gone = store_eval_record_delete(&c->work, d.dataset_id,
		    in->dataset_record_ids.items, in->dataset_record_ids.n);
	if (rc == -1 || gone == -1)
		return fail_db(c);
	if (gone > 0 && make_profile(c, d.dataset_id, &profile) == -1)
		return -1;
	if (gone > 0 && store_eval_dataset_set_profile(&c->work, d.dataset_id, profile) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	json_put_i64(&c->out, "deleted_count", gone);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route eval_record_routes[] = {
	{ "GET",    AT_API,  3, "/mlflow/datasets/{dataset_id}/records", 0, RD, QUERY,
	    IN(eval_record_list_in), eval_record_list },
	{ "POST",   AT_API,  3, "/mlflow/datasets/{dataset_id}/records", 0, WR, JSON,
	    IN(eval_record_upsert), eval_record_upsert },
	{ "DELETE", AT_API,  3, "/mlflow/datasets/{dataset_id}/records", 0, WR, JSON,
	    IN(eval_record_delete), eval_record_delete },
	{ .method = NULL }
};
/* clang-format on */
