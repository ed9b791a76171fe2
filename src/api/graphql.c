/*
 * GraphQL over the handlers of the tracking API: a field of a query is a request
 * to one of them, its arguments that request's parameters, and its answer the
 * tree that the selection is read from.  No query to the database is written
 * twice.
 */
#include "api/common.h"
#include "api/graphql.h"
#include "graphql/run.h"
#include "http/request.h"
#include "json/decode.h"

/*
 * The largest answer of a handler that is read back: as a tree it takes up to
 * twenty times the memory.
 */
#define INNER_ANSWER_MAX	(8 * 1024 * 1024)

/*
 * Handlers run for one request: its runs' experiments and model versions are one
 * each.  So many take some two seconds.
 */
#define INNER_CALLS_MAX		10000

/* What the resolvers share. */
struct asker {
	struct ctx	*c;
	unsigned	 calls;
};

/* What a handler writes; one that is too much is dropped, and the handler may stop. */
static void
drop_answer(void *arg)
{
	struct json_out *o = arg;

	o->closed = true;
	buf_reset(o->buf);
}

/* The recorded error as the executor wants it; those of the server stay recorded. */
static enum gql_found
take_error(struct ctx *c, struct str *error)
{
	if (c->error.status >= 500)
		return GQL_FAILED;
	*error = c->error.message;
	c->error = (struct error_info){ 0 };
	return GQL_REFUSED;
}

/*
 * Ask a row of the tracking API, with what it writes in `answer` unless that is too large:
 * parameters, rights and errors are those of a request to it.
 */
static int
ask_row(struct ctx *c, const char *path, struct json_object *params, struct buf *answer,
    bool *too_large)
{
	const struct route *own_route = c->route;
	struct json_object *own_json = c->json;
	struct json_out own_out = c->out;
	void *own_in = c->in;
	int rc;

	json_out_init(&c->out, answer);
	c->out.flush = drop_answer;
	c->out.flush_at = INNER_ANSWER_MAX;
	c->out.arg = &c->out;
	c->route = route_named(c, path);
	c->json = params;
	rc = request_decode_tree(c);
	if (rc == 0)
		rc = route_run(c);
	*too_large = c->out.closed || answer->len > INNER_ANSWER_MAX;
	c->route = own_route;
	c->json = own_json;
	c->out = own_out;
	c->in = own_in;
	return rc;
}

static enum gql_found
ask(struct ctx *c, const char *row, struct json_object *params,
    struct json_object **value, struct str *error)
{
	struct buf answer = { 0 };
	struct arena_mark mark = arena_mark(c->mem);
	enum gql_found found = GQL_FOUND;
	bool too_large;

	if (ask_row(c, row, params, &answer, &too_large) == -1) {
		found = take_error(c, error);
	} else if (too_large) {
		*error = arena_printf(c->mem, "The answer has more than %d MiB. Ask for fewer rows "
		    "with maxResults, and for the next ones with pageToken.",
		    INNER_ANSWER_MAX / (1024 * 1024));
		found = GQL_REFUSED;
	} else {
		/* our own JSON; the tree keeps nothing of the arena */
		json_read(buf_str(&answer), JSON_ANY, value);
		arena_release(c->mem, mark);
	}
	buf_fini(&answer);
	return found;
}

/* ask() with one parameter. */
static enum gql_found
ask_about(struct ctx *c, const char *row, const char *name, struct str text,
    struct json_object **value, struct str *error)
{
	struct json_object *params = json_new_object();
	enum gql_found found;

	json_add_first(params, name, text);
	found = ask(c, row, params, value, error);
	json_free(params);
	return found;
}

/* A text of the run's info. */
static struct str
info_text(const struct json_object *run, const char *name)
{
	struct json_object *info = NULL, *text = NULL;

	if (!json_member(run, "info", &info) || !json_member(info, name, &text))
		return STR("");
	return json_string(text);
}

static enum gql_found
missing(struct str *error, struct str sentence)
{
	*error = sentence;
	return GQL_REFUSED;
}

/* {"output": inputString} */
static enum gql_found
echo(const struct json_object *args, struct json_object **value, struct str *error)
{
	struct json_object *text = NULL;

	if (!json_member(args, "input_string", &text))
		return missing(error, STR("Missing value for required argument 'inputString'."));
	*value = json_new_object();
	if (text != NULL)
		json_add_first(*value, "output", json_string(text));
	return GQL_FOUND;
}

/* No id is the default experiment's, as in the reference. */
static enum gql_found
ask_experiment(struct ctx *c, const char *row, const struct json_object *input,
    struct json_object **value, struct str *error)
{
	struct json_object *id = NULL;

	json_member(input, "experiment_id", &id);
	return ask_about(c, row, "experiment_id",
	    id == NULL || json_string(id).len == 0 ? STR("0") : json_string(id), value, error);
}

static int
count_call(struct asker *asker)
{
	if (++asker->calls <= INNER_CALLS_MAX)
		return 0;
	return fail(asker->c, INVALID_PARAMETER_VALUE, "The experiments and model versions of "
	    "more than %d runs are asked for. Ask for fewer runs with maxResults.",
	    INNER_CALLS_MAX);
}

static enum gql_found
resolve(void *arg, const struct gql_field *field, const struct json_object *args,
    const struct json_object *parent, struct json_object **value, struct str *error)
{
	struct asker *asker = arg;
	struct ctx *c = asker->c;
	struct json_object *input = NULL;

	if (count_call(asker) == -1)
		return GQL_FAILED;
	switch (field->resolver) {
	case GQL_NOTHING:
		return GQL_FOUND;
	case GQL_ECHO:
		return echo(args, value, error);
	case GQL_RUN_EXPERIMENT:
		return ask_about(c, field->row, "experiment_id",
		    info_text(parent, "experiment_id"), value, error);
	case GQL_RUN_VERSIONS:
		return ask_about(c, field->row, "filter", arena_printf(c->mem, "run_id = '%s'",
		    info_text(parent, "run_id").p), value, error);
	default:
		break;
	}
	if (!json_member(args, "input", &input) || input == NULL)
		return missing(error, STR("Missing value for required argument 'input'."));
	return field->resolver == GQL_ASK_EXPERIMENT ?
	    ask_experiment(c, field->row, input, value, error) :
	    ask(c, field->row, input, value, error);
}

/* An answer of status 400 in GraphQL's form. */
static int
answer_error(struct ctx *c, struct str sentence)
{
	c->res.status = 400;
	gql_write_error(c->out.buf, sentence);
	return 0;
}

static int
answer(struct ctx *c, const struct gql_request *req)
{
	struct buf text = { 0 };
	struct str error;
	enum gql_outcome outcome = gql_run(c->mem, req, &text);

	if (outcome != GQL_GAVE_UP)
		buf_add_str(c->out.buf, buf_str(&text));
	if (outcome == GQL_BROKEN)
		c->res.status = 400;
	buf_fini(&text);
	/* given up for a recorded error: the server's own is the answer as it is */
	if (outcome != GQL_GAVE_UP || c->error.status >= 500)
		return outcome == GQL_GAVE_UP ? -1 : 0;
	error = c->error.message;
	c->error = (struct error_info){ 0 };
	return answer_error(c, error);
}

static int
graphql(struct ctx *c)
{
	struct json_object *query = NULL, *name = NULL, *variables = NULL;
	struct asker asker = { c, 0 };
	struct gql_request req = {
		.limits = { c->conf->graphql_max_root_fields, c->conf->graphql_max_aliases },
		.resolve = resolve, .arg = &asker,
	};

	json_member(c->json, "query", &query);
	json_member(c->json, "operationName", &name);
	json_member(c->json, "variables", &variables);
	if (json_kind(query) != JSON_STRING)
		return answer_error(c, STR("The request must have a JSON object as its body, with "
		    "the GraphQL document as the text 'query'."));
	if (variables != NULL && json_kind(variables) != JSON_OBJECT)
		return answer_error(c, STR("'variables' must be an object: a member for each "
		    "variable of the operation."));
	if (name != NULL)
		req.operation = json_kind(name) == JSON_STRING ? json_string(name) :
		    json_text(c->mem, name);
	req.query = json_string(query);
	req.variables = variables;
	return answer(c, &req);
}

/* Its members are looked at one by one: what is wrong with them is said in GraphQL's form. */
static const struct field no_fields[] = { F_END };

/* Nothing is permitted here: the rows that it asks do that. */
/* clang-format off */
const struct route graphql_routes[] = {
	{ "POST",   AT_ROOT, 0, "/graphql", OPEN, RD, JSON, no_fields, 1, graphql },
	{ "GET",    AT_ROOT, 0, "/graphql", OPEN, RD, QUERY, no_fields, 1, graphql },
	{ .method = NULL }
};
/* clang-format on */
