/* What several resources need. */
#include <ctype.h>
#include <string.h>

#include "api/common.h"

const struct field kv_fields[] = {
	F_STR(kv_in, key, REQUIRED),
	F_STR(kv_in, value, 0),
	F_END
};

const struct field loose_kv_fields[] = {
	F_STR(kv_in, key, 0),
	F_STR(kv_in, value, 0),
	F_END
};

const struct enum_name view_types[] = {
	{ "ACTIVE_ONLY", 1 + VIEW_ACTIVE_ONLY },
	{ "DELETED_ONLY", 1 + VIEW_DELETED_ONLY },
	{ "ALL", 1 + VIEW_ALL },
	{ NULL, 0 }
};

int
fail_db(struct ctx *c)
{
	const char *column = db_error_column(c->work.db);

	switch (db_error(c->work.db)) {
	case DB_LOST:
		return fail(c, TEMPORARILY_UNAVAILABLE, "The database cannot be reached. "
		    "Try again in a moment.");
	case DB_RETRY:
	case DB_TIMEOUT:
		return fail(c, TEMPORARILY_UNAVAILABLE, "The database is too busy for this "
		    "request. Try again in a moment.");
	case DB_READ_ONLY:
		return fail(c, TEMPORARILY_UNAVAILABLE, "The database takes no changes at the "
		    "moment: its server is read-only. Try again in a moment.");
	case DB_DENIED:
		return fail(c, PERMISSION_DENIED, "The server's account at the database has no "
		    "right to do this. Where it may only read, nothing can be changed; its "
		    "operator finds the missing right in the server's log.");
	case DB_FULL:
		return fail_status(c, 507, TEMPORARILY_UNAVAILABLE, "The database has no room "
		    "left: its disk or a table is full. Make room there, then try again.");
	case DB_DUPLICATE:
		return fail(c, BAD_REQUEST, "The request writes a row that is there already, "
		    "or the same one twice.");
	case DB_TOO_LONG:
		return fail(c, BAD_REQUEST, "The value of '%s' is longer than the database "
		    "can hold. Shorten it.", column);
	case DB_TOO_LARGE:
		return fail(c, BAD_REQUEST, "The request's values are larger than the database "
		    "takes in one statement (its max_allowed_packet). Send fewer or shorter ones "
		    "at a time, or have that limit raised.");
	case DB_RANGE:
		return fail(c, BAD_REQUEST, "The number '%s' is outside the range that the "
		    "database can hold.", column);
	case DB_REFERENCE:
		return fail(c, BAD_REQUEST, "The request refers to something that does not "
		    "exist.");
	case DB_CHARACTERS:
		return fail(c, BAD_REQUEST, "The value of '%s' has characters that the "
		    "database cannot hold: its tables are not in utf8mb4. Leave them out, or "
		    "have the database changed: `cairn db check` prints how.", column);
	case DB_REFUSED:
		return fail(c, BAD_REQUEST, "The database does not take the value of '%s'.",
		    column);
	case DB_OK:
	case DB_UNLIKE:
	case DB_OTHER:
		break;
	}
	return fail(c, INTERNAL_ERROR, "The database failed; the server's log says how.");
}

int
fail_search(struct ctx *c, const struct search_error *e)
{
	switch (e->kind) {
	case SEARCH_INTERNAL:
		return fail_client(c, INTERNAL_ERROR, "%s", e->text.p);
	case SEARCH_BAD_REQUEST:
		return fail(c, BAD_REQUEST, "%s", e->text.p);
	case SEARCH_NO_ATTRIBUTE:
		return fail(c, ATTRIBUTE_NOT_FOUND, "%s", e->text.p);
	case SEARCH_INVALID:
		break;
	}
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "", e->text, "");
}

int
find_page(struct ctx *c, const struct search_plan *plan, const struct search_query *q,
    struct search_page *page)
{
	struct search_error error;

	switch (store_search(&c->work, plan, q, page, &error)) {
	case -1:
		return fail_db(c);
	case 1:
		return fail_search(c, &error);
	}
	return 0;
}

static struct str
quoted(struct ctx *c, struct str s)
{
	struct buf text = { 0 };
	struct str out;

	json_quote(&text, s);
	out = arena_str(c->mem, buf_str(&text));
	buf_fini(&text);
	return out;
}

int
check_name(struct ctx *c, const char *place, struct str name)
{
	struct str normal;

	name = str_or_empty(name);
	if (!name_has_characters(name))
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter '%s' "
		    "supplied: Names may only contain alphanumerics, underscores (_), "
		    "dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).",
		    quoted(c, name).p, place);
	normal = name_as_path(c->mem, name);
	if (!name_is_path(name, normal))
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter '%s' "
		    "supplied: Names may be treated as files in certain cases, and must not "
		    "resolve to other names when treated as such. This name would resolve "
		    "to '%s'", quoted(c, name).p, place, normal.p);
	return 0;
}

int
check_length(struct ctx *c, const char *what, struct str value, size_t most)
{
	/* so many bytes can be no more characters */
	if (value.len <= most || utf8_length(value) <= most)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE,
	    "'%s' exceeds the maximum length of %zu characters", what, most);
}

int
check_column(struct ctx *c, const char *what, struct str value, size_t most)
{
	size_t n = value.len <= most ? 0 : utf8_length(value);

	if (n <= most)
		return 0;
	return fail(c, BAD_REQUEST, "The value of '%s' has %zu characters; the database "
	    "holds at most %zu. Shorten it.", what, n, most);
}

int
check_bytes(struct ctx *c, const char *what, struct str value, size_t most)
{
	if (value.len <= most)
		return 0;
	return fail(c, BAD_REQUEST, "The value of '%s' has %zu bytes; the database holds at most "
	    "%zu. Shorten it.", what, value.len, most);
}

int
check_truncate(struct ctx *c, const char *what, struct str *value, size_t most)
{
	if (!c->conf->truncate_long_values)
		return check_length(c, what, *value, most);
	if (value->len > most)
		*value = utf8_prefix(*value, most);
	return 0;
}

static bool
read_experiment_id(struct ctx *c, struct str text, int64_t *id)
{
	struct str s = str_trim(text);
	size_t i = s.len > 0 && (s.p[0] == '-' || s.p[0] == '+');

	if (str_to_i64(arena_str(c->mem, s), id))
		return true;
	/* a number beyond all ids: it names an experiment that is not there */
	for (*id = -1; i < s.len && isdigit((unsigned char)s.p[i]); i++)
		continue;
	return s.len > 1 && i == s.len;
}

int
fail_experiment_id(struct ctx *c, struct str text)
{
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid experiment ID '", text,
	    "'. Experiment ID must be a valid integer.");
}

int
take_experiment_id(struct ctx *c, struct str text, int64_t *id)
{
	return read_experiment_id(c, text, id) ? 0 : fail_experiment_id(c, text);
}

const struct str *
take_experiment_ids(struct ctx *c, const struct strs *texts, int64_t **ids, size_t *n)
{
	size_t i;

	*ids = arena_array(c->mem, texts->n + 1, sizeof(**ids));
	for (i = *n = 0; i < texts->n; i++) {
		if (!read_experiment_id(c, texts->items[i], &(*ids)[*n])) {
			*n = 0;
			return &texts->items[i];
		}
		if ((*ids)[*n] >= 0 && (*ids)[*n] <= INT32_MAX)
			++*n;
	}
	return NULL;
}

int
load_experiment(struct ctx *c, struct str text, enum right right, struct experiment *e)
{
	int64_t id;
	int rc = 0;

	if (take_experiment_id(c, text, &id) == -1)
		return -1;
	if (id >= 0 && id <= INT32_MAX)
		rc = store_experiment_find(&c->work, id, e);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0 && id != -1)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=%lld exists",
		    (long long)id);
	if (rc == 0)
		return fail(c, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=%s exists",
		    text.p);
	return permit(c, right, EXPERIMENT, .id = text, .experiment_id = id);
}

int
load_active_experiment(struct ctx *c, struct str id, enum right right, struct experiment *e)
{
	if (load_experiment(c, id, right, e) == -1)
		return -1;
	if (!str_is(e->lifecycle_stage, "active"))
		return fail(c, INVALID_PARAMETER_VALUE, "The experiment %lld must be in the "
		    "'active' state. Current state is %s.", (long long)e->id,
		    e->lifecycle_stage.p);
	return 0;
}

int
check_has_location(struct ctx *c, const struct experiment *e)
{
	if (!str_empty(e->artifact_location))
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "The experiment %lld has no artifact location in "
	    "the database, so that nothing new in it would have a place for its artifacts. Use "
	    "another experiment, or have experiments.artifact_location set.", (long long)e->id);
}

int
load_run(struct ctx *c, struct str run_id, enum right right, struct run_state *s)
{
	int rc;

	run_id = str_or_empty(run_id);
	rc = store_run_state(&c->work, run_id, s);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Run with id=", run_id,
		    " not found");
	return permit(c, right, RUN, .id = s->run_id, .experiment_id = s->experiment_id);
}

int
check_run_id(struct ctx *c, struct str run_id)
{
	size_t i = 0, n = 0;
	bool fine = run_id.len > 0 && isalnum((unsigned char)run_id.p[0]);

	while (fine && i < run_id.len) {
		uint32_t cp = utf8_next(run_id, &i);

		fine = ++n <= RUN_ID_MAX && (utf8_is_word(cp) || cp == '-');
	}
	if (fine)
		return 0;
	return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter 'run_id' "
	    "supplied.", quoted(c, run_id).p);
}

int
load_active_run(struct ctx *c, struct str run_id, enum right right, struct run_state *s)
{
	if (load_run(c, run_id, right, s) == -1)
		return -1;
	if (!s->active)
		return fail(c, INVALID_PARAMETER_VALUE, "The run %s must be in the 'active' "
		    "state. Current state is deleted.", s->run_id.p);
	return 0;
}

void
put_kvs(struct ctx *c, const char *name, const struct kvs *list)
{
	size_t i;

	if (list->n == 0)
		return;
	json_list_begin(&c->out, name);
	for (i = 0; i < list->n; i++) {
		json_begin(&c->out, NULL);
		json_put_str(&c->out, "key", list->items[i].key);
		json_put_str(&c->out, "value", list->items[i].value);
		json_end(&c->out);
	}
	json_list_end(&c->out);
}

void
put_optional(struct ctx *c, const char *name, struct str value)
{
	if (!str_empty(value))
		json_put_str(&c->out, name, value);
}

int
answer_empty(struct ctx *c)
{
	json_begin(&c->out, NULL);
	json_end(&c->out);
	return 0;
}

void
take_kvs(struct ctx *c, const struct list *from, struct kvs *to)
{
	const struct kv_in *items = from->items;
	size_t i;

	to->n = from->n;
	to->items = arena_array(c->mem, from->n + 1, sizeof(*to->items));
	for (i = 0; i < from->n; i++)
		to->items[i] = (struct kv){
			str_or_empty(items[i].key),
			str_or_empty(items[i].value),
		};
}

int
check_repeated(struct ctx *c, const struct kvs *tags, enum error_code code)
{
	struct kvs repeated;

	kvs_repeats(c->mem, tags, &repeated);
	if (repeated.n == 0)
		return 0;
	return fail(c, code, "The tag key '%s' is given more than once.", repeated.items[0].key.p);
}

int
check_max_results(struct ctx *c, int64_t max_results, const char *zero)
{
	if (max_results <= 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter "
		    "'max_results' supplied. It must be a positive integer",
		    max_results == 0 ? zero :
		    arena_printf(c->mem, "%lld", (long long)max_results).p);
	if (max_results > SEARCH_PAGE_MAX)
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value %lld for parameter "
		    "'max_results' supplied. It must be at most %d",
		    (long long)max_results, SEARCH_PAGE_MAX);
	return 0;
}

int
check_not_negative(struct ctx *c, enum error_code code, struct opt_i64 max_results)
{
	if (!max_results.set || max_results.v >= 0)
		return 0;
	return fail(c, code, "Invalid value %lld for parameter 'max_results' supplied. It must "
	    "not be negative.", (long long)max_results.v);
}

struct str
either_run_id(struct str run_id, struct str run_uuid)
{
	return str_empty(run_id) ? run_uuid : run_id;
}
