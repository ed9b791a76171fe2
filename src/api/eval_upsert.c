/*
 * The records of evaluation datasets as they are written.  They come as JSON inside a JSON
 * text; records with equal inputs are one, and the dataset keeps a schema: what type each
 * member had when it was first seen.
 */
#include <string.h>

#include "api/common.h"
#include "api/eval_datasets.h"
#include "api/eval_upsert.h"
#include "store/eval_dataset.h"
#include "store/owners.h"

struct eval_record_upsert {
	struct str	records;	/* JSON */
};

/* Records looked up and written in one statement, and bytes of their inputs in it. */
#define RECORD_PIECE		100
#define RECORD_PIECE_BYTES	(1024 * 1024)
/* Records of one request: as many as the largest page that reads them. */
#define RECORDS_MAX		50000
/* Members of all records that a schema tells apart: one of them takes 300 bytes. */
#define SCHEMA_MEMBERS_MAX	10000

#define EMPTY_SCHEMA	"{\"inputs\": {}, \"outputs\": {}, \"expectations\": {}, " \
			"\"version\": \"1.0\"}"

static const struct field eval_record_upsert_fields[] = {
	F_STR(eval_record_upsert, records, REQUIRED),
	F_END
};

/* A request's records on their way into a dataset. */
struct batch {
	struct ctx		*c;
	struct str		 dataset_id;
	struct json_object	*schema;
	int64_t			 inserted, updated;
	struct str		 user;	/* of the last record that names one */
	char			 user_text[WIDTH_EVALUATION_DATASETS_LAST_UPDATED_BY * 4];
};

/* The parts of one record; absent and null are NULL. */
struct parts {
	struct json_object	*inputs, *expectations, *tags, *source, *outputs;
	bool			 has_inputs, has_outputs;
	struct str		 input_text, sorted_inputs;
	struct str		 user;
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
static int
note_types(struct ctx *c, struct json_object *schema, const char *part,
    const struct json_object *value)
{
	struct json_object *types;

	if (json_kind(value) != JSON_OBJECT || !json_member(schema, part, &types) ||
	    json_kind(types) != JSON_OBJECT)
		return 0;
	json_each(value, add_type, types);
	if (json_length(types) <= SCHEMA_MEMBERS_MAX)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "The '%s' of the dataset's records have more than "
	    "%d different members. Put what differs from record to record into values.", part,
	    SCHEMA_MEMBERS_MAX);
}

/* Outputs that are no object have one type, if none was noted before. */
static void
note_outputs(struct json_object *schema, const struct json_object *value)
{
	struct json_object *types, *whole;

	if (value == NULL || json_kind(value) == JSON_OBJECT ||
	    !json_member(schema, "outputs", &types) ||
	    json_kind(types) != JSON_OBJECT || json_length(types) > 0)
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
	return arena_printf(mem, "{\"" EVAL_WRAPPED "\": %s}", dumps(mem, outputs).p);
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

/* Put a record over one with the same inputs, stored or about to be. */
static void
merge_record(struct arena *mem, const struct parts *p, struct eval_record *r)
{
	r->expectations = merge(mem, r->expectations, p->expectations);
	r->tags = merge(mem, r->tags, p->tags);
	if (p->has_outputs)
		r->outputs = wrap(mem, p->outputs);
	if (p->user.p != NULL)
		r->last_updated_by = p->user;
}

static int
make_record(struct ctx *c, const struct parts *p, struct eval_record *r)
{
	r->inputs = p->input_text;
	r->sorted_inputs = p->sorted_inputs;
	r->expectations = dumps(c->mem, p->expectations);
	r->tags = p->tags == NULL ? STR("{}") : dumps(c->mem, p->tags);
	r->outputs = p->has_outputs ? wrap(c->mem, p->outputs) :
	    STR("{\"" EVAL_WRAPPED "\": {}}");
	r->created_by = r->last_updated_by = p->user;
	return take_source(c, p->source, r);
}

/* What a record says of the schema. */
static int
note_parts(struct batch *b, const struct parts *p)
{
	if (note_types(b->c, b->schema, "inputs", p->inputs) == -1 ||
	    note_types(b->c, b->schema, "expectations", p->expectations) == -1 ||
	    note_types(b->c, b->schema, "outputs", p->outputs) == -1)
		return -1;
	note_outputs(b->schema, p->outputs);
	return 0;
}

/* A record's parts and texts. */
static int
take_record(struct batch *b, const struct json_object *record, size_t i, struct parts *p)
{
	struct arena *mem = b->c->mem;
	struct json_object *user = NULL;

	if (take_parts(b->c, record, i, p) == -1)
		return -1;
	p->input_text = p->inputs == NULL ? STR("{}") : dumps(mem, p->inputs);
	p->sorted_inputs = p->inputs == NULL ? STR("{}") :
	    text_of(mem, json_text_sorted, p->inputs);
	if (p->tags != NULL)
		json_member(p->tags, EVAL_USER_TAG, &user);
	p->user = eval_tag_text(mem, user);
	if (check_column(b->c, "tags." EVAL_USER_TAG, p->user,
	    WIDTH_EVALUATION_DATASETS_LAST_UPDATED_BY) == -1)
		return -1;
	if (p->user.p != NULL) {
		memcpy(b->user_text, p->user.p, p->user.len);
		b->user = (struct str){ b->user_text, p->user.len };
	}
	return note_parts(b, p);
}

/* Records that are looked up and written together. */
struct piece {
	struct parts		 parts[RECORD_PIECE];
	struct eval_record	 records[RECORD_PIECE];
	struct eval_record	*fresh[RECORD_PIECE], *changed[RECORD_PIECE];
	struct str		 hashes[RECORD_PIECE];
	struct json_object	*trees[RECORD_PIECE];
	size_t			 n, nfresh, nchanged;
};

static int
fail_broken(struct ctx *c)
{
	return fail(c, INVALID_PARAMETER_VALUE, "'records' must be the text of a JSON list, but "
	    "it is no valid JSON.");
}

static int
fail_outcome(struct ctx *c, enum json_outcome outcome)
{
	switch (outcome) {
	case JSON_TOO_MANY:
		return fail_too_many(c);
	case JSON_TOO_DEEP:
		return fail(c, INVALID_PARAMETER_VALUE, "'records' is nested deeper than %d "
		    "levels.", JSON_DEPTH_MAX);
	case JSON_BROKEN:
	case JSON_FINE:
		break;
	}
	return fail_broken(c);
}

/* Fill a piece with what comes next in the list; 0 records at its end. */
static int
fill_piece(struct batch *b, struct piece *p, struct json_items *items)
{
	enum json_outcome outcome;
	size_t bytes = 0;
	struct str text;
	int rc = 0;

	for (p->n = 0; p->n < RECORD_PIECE && bytes < RECORD_PIECE_BYTES; p->n++) {
		rc = json_items_next(items, &text);
		if (rc != 1)
			break;
		outcome = json_read(text, b->c->work.budget.values, &p->trees[p->n]);
		if (outcome != JSON_FINE)
			return fail_outcome(b->c, outcome);
		rc = take_record(b, p->trees[p->n], items->n - 1, &p->parts[p->n]);
		if (rc == -1) {
			p->n++;
			return -1;
		}
		bytes += text.len;
	}
	return rc == -1 ? fail_broken(b->c) : 0;
}

/* Which of them are there already. */
static int
look_up(struct batch *b, struct piece *p)
{
	struct str texts[RECORD_PIECE];
	size_t i;

	for (i = 0; i < p->n; i++)
		texts[i] = p->parts[i].sorted_inputs;
	if (store_eval_record_hash(&b->c->work, texts, p->n, p->hashes) == -1 ||
	    store_eval_record_find(&b->c->work, b->dataset_id, p->hashes, p->n,
	    p->records) == -1)
		return fail_db(b->c);
	return 0;
}

/* What becomes of each record: one with the inputs of an earlier one goes into that. */
static int
settle_piece(struct batch *b, struct piece *p)
{
	struct owners owners = owners_of_ids(b->c->mem, p->hashes, p->n);
	size_t i;

	p->nfresh = p->nchanged = 0;
	for (i = 0; i < p->n; i++) {
		size_t first = owners_find(&owners, p->hashes[i], 0);
		struct eval_record *r = &p->records[first];
		bool stored = r->record_id.p != NULL;

		if (first == i && !stored) {
			if (make_record(b->c, &p->parts[i], r) == -1)
				return -1;
			p->fresh[p->nfresh++] = r;
			continue;
		}
		if (first == i)
			p->changed[p->nchanged++] = r;
		merge_record(b->c->mem, &p->parts[i], r);
		b->updated++;
	}
	b->inserted += (int64_t)p->nfresh;
	return 0;
}

static int
upsert_piece(struct batch *b, struct piece *p)
{
	struct ctx *c = b->c;

	if (look_up(b, p) == -1 || settle_piece(b, p) == -1)
		return -1;
	if (store_eval_records_insert(&c->work, b->dataset_id, p->fresh, p->nfresh) == -1 ||
	    store_eval_records_update(&c->work, p->changed, p->nchanged) == -1)
		return fail_db(c);
	return 0;
}

/* The next piece from its text into the dataset: its records, or -1. */
static int64_t
take_piece(struct batch *b, struct piece *p, struct json_items *items)
{
	int rc = fill_piece(b, p, items);
	size_t i;

	if (rc == 0 && p->n > 0)
		rc = upsert_piece(b, p);
	for (i = 0; i < p->n; i++)
		json_free(p->trees[i]);
	return rc == -1 ? -1 : (int64_t)p->n;
}

static int
upsert_all(struct batch *b, const struct eval_dataset *d, struct json_items *items)
{
	struct ctx *c = b->c;
	struct piece *piece = arena_alloc(c->mem, sizeof(*piece));
	struct arena_mark mark = arena_mark(c->mem);
	struct str profile;
	int64_t n;

	while ((n = take_piece(b, piece, items)) > 0)
		arena_release(c->mem, mark);
	if (n == -1)
		return -1;
	if (store_eval_dataset_set_changed(&c->work, d, b->user) == -1)
		return fail_db(c);
	if (items->n == 0)
		return 0;
	if (eval_dataset_profile(c, d->dataset_id, &profile) == -1)
		return -1;
	if (store_eval_dataset_set_content(&c->work, d->dataset_id, dumps(c->mem, b->schema),
	    profile) == -1)
		return fail_db(c);
	return 0;
}

/* Why a text does not begin with a bracket. */
static int
fail_no_list(struct ctx *c, struct str text)
{
	struct json_object *other;
	enum json_outcome outcome = json_read(text, c->work.budget.values, &other);

	if (outcome != JSON_FINE)
		return fail_outcome(c, outcome);
	fail(c, INVALID_PARAMETER_VALUE, "'records' must be the text of a JSON list, not of a "
	    "%s.", json_type_name(other));
	json_free(other);
	return -1;
}

/* The list inside the request's text, of a length that is taken. */
static int
open_records(struct ctx *c, struct str text, struct json_items *items)
{
	struct json_items all;
	struct str item;
	int rc;

	if (!json_items_open(items, text))
		return fail_no_list(c, text);
	for (all = *items; (rc = json_items_next(&all, &item)) == 1;)
		continue;
	if (rc == -1)
		return fail_broken(c);
	if (all.n <= RECORDS_MAX)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "The list 'records' has %zu items; one request "
	    "takes at most %d. Split it into several requests.", all.n, RECORDS_MAX);
}

static int
eval_record_upsert(struct ctx *c)
{
	const struct eval_record_upsert *in = c->in;
	struct batch b = { .c = c };
	struct json_items records;
	struct eval_dataset d;
	int rc = find_eval_dataset(c, c->params[0], EDIT, &d);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return fail_quoting(c, BAD_REQUEST, "There is no evaluation dataset with id '",
		    c->params[0], "'.");
	if (open_records(c, in->records, &records) == -1)
		return -1;
	b.dataset_id = d.dataset_id;
	b.schema = open_schema(&d);
	rc = upsert_all(&b, &d, &records);
	json_free(b.schema);
	if (rc == -1)
		return -1;
	json_begin(&c->out, NULL);
	json_put_i64(&c->out, "inserted_count", b.inserted);
	json_put_i64(&c->out, "updated_count", b.updated);
	json_end(&c->out);
	return 0;
}

/* clang-format off */
const struct route eval_upsert_routes[] = {
	{ "POST",   AT_API,  3, "/mlflow/datasets/{dataset_id}/records", 0, WR, JSON,
	    IN(eval_record_upsert), eval_record_upsert },
	{ .method = NULL }
};
/* clang-format on */
