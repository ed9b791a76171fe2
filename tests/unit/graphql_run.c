/* GraphQL over trees given here: what is written, and what is bound to arguments. */
#include <string.h>

#include "graphql/run.h"
#include "tap.h"

static struct arena mem;

/* The last arguments that a resolver was given, and its answer. */
static char args_seen[1024];
static const char *tree;

static enum gql_found
resolve(void *arg, const struct gql_field *field, const struct json_object *args,
    const struct json_object *parent, struct json_object **value, struct str *error)
{
	(void)arg;
	(void)parent;
	snprintf(args_seen, sizeof(args_seen), "%s",
	    args == NULL ? "none" : json_text(&mem, args).p);
	*error = STR("no such run");
	if (strcmp(field->name, "mlflowGetRun") == 0)
		return GQL_REFUSED;
	if (strcmp(field->name, "mlflowListArtifacts") == 0)
		return GQL_FAILED;
	if (field->resolver != GQL_NOTHING)
		json_read(str_of(tree), JSON_ANY, value);
	return GQL_FOUND;
}

static enum gql_outcome
run(const char *query, const char *variables, struct buf *to)
{
	struct gql_request req = {
		.query = str_of(query), .limits = { 10, 10 }, .resolve = resolve
	};
	struct json_object *values = NULL;
	enum gql_outcome outcome;

	if (variables != NULL)
		json_read(str_of(variables), JSON_ANY, &values);
	req.variables = values;
	outcome = gql_run(&mem, &req, to);
	json_free(values);
	return outcome;
}

static const struct {
	const char	*query, *tree, *answer;
} answered[] = {
	/* members that are not there, and lists */
	{ "{mlflowSearchRuns(input:{}){nextPageToken runs{info{runId startTime status}}}}", "{}",
	    "{\"mlflowSearchRuns\":{\"nextPageToken\":\"\",\"runs\":[]}}" },
	{ "{mlflowSearchRuns(input:{}){runs{info{runId endTime status} data{tags{key}}}}}",
	    "{\"runs\": [{\"info\": {\"run_id\": \"r\", \"status\": \"KILLED\"}}]}",
	    "{\"mlflowSearchRuns\":{\"runs\":[{\"info\":{\"runId\":\"r\",\"endTime\":\"0\","
	    "\"status\":\"KILLED\"},\"data\":null}]}}" },
	/* numbers */
	{ "{mlflowGetMetricHistoryBulkInterval(input:{}){metrics{value step}}}",
	    "{\"metrics\": [{\"value\": 1, \"step\": 9007199254740993},"
	    " {\"value\": \"NaN\", \"step\": -1}, {\"value\": 1e300}]}",
	    "{\"mlflowGetMetricHistoryBulkInterval\":{\"metrics\":["
	    "{\"value\":1.0,\"step\":\"9007199254740993\"},{\"value\":null,\"step\":\"-1\"},"
	    "{\"value\":1e+300,\"step\":\"0\"}]}}" },
	/* the value below a parent is the member of the field's name */
	{ "{mlflowSearchRuns(input:{}){runs{experiment{name workspace}}}}",
	    "{\"runs\": [{}], \"experiment\": {\"name\": \"e\"}}",
	    "{\"mlflowSearchRuns\":{\"runs\":[{\"experiment\":{\"name\":\"e\","
	    "\"workspace\":\"default\"}}]}}" },
	/* merging, in the order of the first; a fragment counts once */
	{ "{a:test(inputString:\"\"){...F output x:__typename} a:test(inputString:\"\"){y:output"
	    " ...F}} fragment F on Test{o:output}", "{\"output\": \"o\"}",
	    "{\"a\":{\"o\":\"o\",\"output\":\"o\",\"x\":\"Test\",\"y\":\"o\"}}" },
	{ "{test(inputString:\"\"){output @skip(if:true) a:output @skip(if:false)"
	    " b:output @include(if:true) ...@include(if:false){c:output}}}",
	    "{\"output\": \"o\"}", "{\"test\":{\"a\":\"o\",\"b\":\"o\"}}" },
	{ "mutation{testMutation{output}}", "{}", "{\"testMutation\":null}" },
};

static const struct {
	const char	*query, *variables, *args;
} bound[] = {
	{ "{mlflowSearchRuns(input:{experimentIds:\"1\",maxResults:5,runViewType:ALL,"
	    "filter:null,orderBy:[\"a\",null]}){nextPageToken}}", NULL,
	    "{\"input\":{\"experiment_ids\":[\"1\"],\"filter\":null,\"max_results\":5,"
	    "\"order_by\":[\"a\",null],\"run_view_type\":\"ALL\"}}" },
	{ "query($e:[String!]!,$m:Int=7,$f:String,$v:MlflowViewType){mlflowSearchRuns(input:"
	    "{experimentIds:$e,maxResults:$m,filter:$f,runViewType:$v}){nextPageToken}}",
	    "{\"e\": \"1\", \"v\": \"ACTIVE_ONLY\"}",
	    "{\"input\":{\"experiment_ids\":[\"1\"],\"max_results\":7,"
	    "\"run_view_type\":\"ACTIVE_ONLY\"}}" },
	{ "query($i:MlflowSearchRunsInput){mlflowSearchRuns(input:$i){nextPageToken}}",
	    "{\"i\": {\"experimentIds\": [\"1\", null], \"maxResults\": 3.0, \"filter\": null}}",
	    "{\"input\":{\"experiment_ids\":[\"1\",null],\"filter\":null,\"max_results\":3.0}}" },
	{ "query($n:LongString){mlflowSearchModelVersions(input:{maxResults:$n}){nextPageToken}}",
	    "{\"n\": \"12\"}", "{\"input\":{\"max_results\":\"12\"}}" },
	{ "query($a:String){mlflowGetMetricHistoryBulkInterval(input:{runIds:[$a]}){metrics{key}}}",
	    NULL, "{\"input\":{\"run_ids\":[null]}}" },
	{ "{mlflowSearchRuns{nextPageToken}}", NULL, "{}" },
};

static void
check_text(const char *what, const char *got, const char *wanted)
{
	if (!tap_ok(strcmp(got, wanted) == 0, "%s", what))
		printf("# %s\n# instead of\n# %s\n", got, wanted);
}

static void
check_answered(const char *query, const char *answer)
{
	struct buf text = { 0 };

	tap_ok(run(query, NULL, &text) == GQL_ANSWERED, "%s", query);
	check_text("... answered", text.p,
	    arena_printf(&mem, "{\"data\":%s,\"errors\":null}", answer).p);
	buf_fini(&text);
}

static void
check_bound(const char *query, const char *variables, const char *args)
{
	struct buf text = { 0 };

	run(query, variables, &text);
	check_text(query, args_seen, args);
	buf_fini(&text);
}

static void
check_outcomes(void)
{
	struct buf text = { 0 };

	tap_ok(run("{mlflowGetRun(input:{}){run{info{runId}}} b:__typename}", NULL, &text) ==
	    GQL_ANSWERED, "a resolver refuses");
	check_text("... its field is null, the others are there", text.p,
	    "{\"data\":{\"mlflowGetRun\":null,\"b\":\"Query\"},\"errors\":[\"no such run\"]}");
	buf_reset(&text);
	tap_ok(run("{mlflowListArtifacts(input:{}){rootUri}}", NULL, &text) == GQL_GAVE_UP,
	    "a resolver fails");
	buf_reset(&text);
	tap_ok(run("{", NULL, &text) == GQL_BROKEN, "no document");
	buf_fini(&text);
}

/* More than GQL_ANSWER_MAX out of less than a megabyte. */
static void
check_too_large(void)
{
	struct buf list = { 0 }, text = { 0 };
	size_t i;

	buf_puts(&list, "{\"files\": [");
	for (i = 0; i < 200000; i++)
		buf_puts(&list, i == 0 ? "{}" : ",{}");
	buf_puts(&list, "]}");
	tree = arena_str(&mem, buf_str(&list)).p;
	tree = arena_printf(&mem, "{\"metrics\": %s", strchr(tree, '[')).p;
	tap_ok(run("{mlflowGetMetricHistoryBulkInterval(input:{}){metrics{__typename key value"
	    " timestamp step runId}}}", NULL, &text) == GQL_BROKEN, "too large an answer");
	check_text("... is none", text.p, "{\"data\":null,\"errors\":[\"The answer is larger than "
	    "16 MiB. Ask for fewer rows or fields at a time.\"]}");
	buf_fini(&list);
	buf_fini(&text);
}

int
main(void)
{
	size_t i;

	arena_init(&mem);
	for (i = 0; i < sizeof(answered) / sizeof(answered[0]); i++) {
		tree = answered[i].tree;
		check_answered(answered[i].query, answered[i].answer);
	}
	tree = "{}";
	for (i = 0; i < sizeof(bound) / sizeof(bound[0]); i++)
		check_bound(bound[i].query, bound[i].variables, bound[i].args);
	check_outcomes();
	check_too_large();
	arena_fini(&mem);
	return tap_done();
}
