/*
 * The records of evaluation datasets as they are read: JSON inside a JSON text, written
 * row by row.
 */
#include <stdio.h>
#include <string.h>

#include "api/common.h"
#include "api/eval_datasets.h"
#include "search/page.h"
#include "store/eval_dataset.h"

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
/* The 36 characters of a record's id, and two members with two numbers. */
#define RECORD_ID_BYTES		(36 * 4)
#define RECORD_TIMES_SIZE	96
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

/* What the records of one answer share. */
struct records_out {
	struct ctx	*c;
	struct str	 dataset_id;	/* as asked for */
	int64_t		 limit, n;
	bool		 more;		/* there is one behind the page */
	int64_t		 last_time;
	char		 last_id[RECORD_ID_BYTES];
	size_t		 last_id_len;
};

/* ", "name": JSON" unless it is null. */
static void
add_json(struct json_out *o, const char *name, struct str json)
{
	if (json.p == NULL || str_is(json, "null"))
		return;
	json_text_add(o, STR(", \""));
	json_text_add(o, str_of(name));
	json_text_add(o, STR("\": "));
	json_text_add(o, json);
}

static void
add_text(struct json_out *o, const char *name, struct str text)
{
	struct buf quoted = { 0 };

	if (text.p == NULL)
		return;
	json_quote(&quoted, text);
	add_json(o, name, buf_str(&quoted));
	buf_fini(&quoted);
}

/*
 * Outputs without what they were wrapped in: an object of that one member, as whoever
 * stored it wrote it.  A tree of them would take twenty times the memory.
 */
static struct str
unwrap(struct str stored)
{
	static const char head[] = "{\"" EVAL_WRAPPED "\": ";
	size_t n = sizeof(head) - 1;

	if (stored.p == NULL || !str_starts(stored, head) || !str_ends(stored, "}"))
		return stored;
	return (struct str){ stored.p + n, stored.len - n - 1 };
}

/* A record as JSON inside the JSON text of the answer. */
static void
add_record(struct json_out *o, const struct eval_record *r, struct str dataset_id, bool first)
{
	char times[RECORD_TIMES_SIZE];
	int n = snprintf(times, sizeof(times), ", \"created_time\": %lld, "
	    "\"last_update_time\": %lld", (long long)r->created_time,
	    (long long)r->last_update_time);

	json_text_add(o, first ? STR("{\"dataset_record_id\": \"") :
	    STR(", {\"dataset_record_id\": \""));
	json_text_add(o, r->record_id);
	json_text_add(o, STR("\""));
	add_text(o, "dataset_id", dataset_id);
	add_json(o, "inputs", r->inputs);
	add_json(o, "expectations", r->expectations);
	add_json(o, "tags", r->tags);
	add_json(o, "source", r->source);
	add_text(o, "source_id", r->source_id);
	add_text(o, "source_type", r->source_type);
	json_text_add(o, (struct str){ times, (size_t)n });
	add_text(o, "created_by", r->created_by);
	add_text(o, "last_updated_by", r->last_updated_by);
	add_json(o, "outputs", unwrap(r->outputs));
	json_text_add(o, STR("}"));
}

static void
take_record(void *arg, const struct eval_record *r)
{
	struct records_out *out = arg;

	if (out->n == out->limit) {
		out->more = true;
		return;
	}
	add_record(&out->c->out, r, out->dataset_id, out->n++ == 0);
	out->last_time = r->created_time;
	out->last_id_len = r->record_id.len < RECORD_ID_BYTES ? r->record_id.len :
	    RECORD_ID_BYTES;
	memcpy(out->last_id, r->record_id.p, out->last_id_len);
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
put_token(struct records_out *out, uint64_t hash)
{
	struct page_value v[CURSOR_VALUES] = {
		{ .type = PAGE_I64, .i64 = out->last_time },
		{ .type = PAGE_TEXT, .text = { out->last_id, out->last_id_len } },
	};

	if (out->more)
		json_put_str(&out->c->out, "next_page_token",
		    page_token_write(out->c->mem, hash, v, CURSOR_VALUES));
}

static int
eval_record_list(struct ctx *c)
{
	const struct eval_record_list_in *in = c->in;
	uint64_t hash = page_hash_str(page_hash_str(0, STR("records")), in->dataset_id);
	int64_t limit = in->max_results.v == 0 ? RECORD_PAGE_DEFAULT : in->max_results.v;
	struct records_out out = { .c = c, .dataset_id = in->dataset_id };
	struct str after_id;
	int64_t after;

	if (check_not_negative(c, INVALID_PARAMETER_VALUE, in->max_results) == -1)
		return -1;
	if (limit > SEARCH_PAGE_MAX)
		limit = SEARCH_PAGE_MAX;
	if (read_cursor(c, in, hash, &after, &after_id) == -1 ||
	    permit(c, READ, EVAL_DATASET, .id = in->dataset_id) == -1)
		return -1;
	out.limit = limit;
	json_begin(&c->out, NULL);
	json_text_begin(&c->out, "records");
	json_text_add(&c->out, STR("["));
	if (store_eval_record_read(&c->work, in->dataset_id, after, after_id, limit + 1,
	    take_record, &out) == -1)
		return fail_db(c);
	json_text_add(&c->out, STR("]"));
	json_text_end(&c->out);
	put_token(&out, hash);
	json_end(&c->out);
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
	if (gone > 0 && eval_dataset_profile(c, d.dataset_id, &profile) == -1)
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
	{ "DELETE", AT_API,  3, "/mlflow/datasets/{dataset_id}/records", 0, WR, JSON,
	    IN(eval_record_delete), eval_record_delete },
	{ .method = NULL }
};
/* clang-format on */
