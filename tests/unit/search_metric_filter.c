/*
 * Filters of trace metrics: what is read out of them, and MLflow's words of refusal.
 */
#include "search/metric_filter.h"
#include "tap.h"

#define CLAUSES		"Invalid clause(s) in filter string: "
#define QUOTED(what)	"Expected a quoted string value for " what " value (e.g. 'my-value'). " \
	"Got value "
#define UNQUOTED(v)							\
	"Parameter value is either not quoted or unidentified quote types "	\
	"used for string value " v ". Use either single or double quotes."

static const struct {
	enum metric_view	 asked;
	const char		*filter;
	enum metric_field	 field;
	const char		*key, *value;
} taken[] = {
	{ METRIC_TRACES, "trace.status = 'OK'", METRIC_TRACE_STATUS, "", "OK" },
	{ METRIC_SPANS, " trace.status=\"OK\" ", METRIC_TRACE_STATUS, "", "OK" },
	{ METRIC_ASSESSMENTS, "`trace`.status = ''", METRIC_TRACE_STATUS, "", "" },
	{ METRIC_TRACES, "trace.tag.env = 'p'", METRIC_TRACE_TAG, "env", "p" },
	{ METRIC_TRACES, "trace.tag.`mlflow.traceName` = 'p'", METRIC_TRACE_TAG,
	    "mlflow.traceName", "p" },
	{ METRIC_TRACES, "trace.tag.\"a b\" = 'it''s'", METRIC_TRACE_TAG, "a b", "it''s" },
	{ METRIC_TRACES, "trace.metadata.mlflow.sourceRun = 'r'", METRIC_TRACE_METADATA,
	    "mlflow.sourceRun", "r" },
	{ METRIC_SPANS, "span.name = 'n'", METRIC_SPAN_NAME, "", "n" },
	{ METRIC_SPANS, "span.status = 'n'", METRIC_SPAN_STATUS, "", "n" },
	{ METRIC_SPANS, "span.type = 'TOOL'", METRIC_SPAN_TYPE, "", "TOOL" },
	{ METRIC_ASSESSMENTS, "assessment.name = 'n'", METRIC_ASSESSMENT_NAME, "", "n" },
	{ METRIC_ASSESSMENTS, "assessment.type = \"feedback\"", METRIC_ASSESSMENT_TYPE, "",
	    "feedback" },
};

static const struct {
	const char	*filter, *error;	/* of TRACES */
} refused[] = {
	{ "", "Invalid filter: ''. Expected one filter clause." },
	{ "  ", "Invalid filter '  '. Could not be parsed." },
	{ "trace.status = 'OK' AND trace.status = 'OK'", CLAUSES "AND" },
	{ "AND", CLAUSES "AND" },
	{ "nope", CLAUSES "nope" },
	{ "trace.status IN ('OK')", CLAUSES "trace.status, IN, ('OK')" },
	{ "trace.status NOT IN ('OK')", CLAUSES "trace.status, NOT, IN, ('OK')" },
	{ "trace.status IS NULL", CLAUSES "trace.status, IS, NULL" },
	{ "trace.status = 'OK' trace.status = 'OK'",
	    "Invalid filter: 'trace.status = 'OK' trace.status = 'OK''. "
	    "Expected one filter clause." },
	{ "trace.status = 'a'; trace.status = 'b'", "Search filter contained multiple expression "
	    "\"trace.status = 'a'; trace.status = 'b'\". Provide AND-ed expression list." },
	{ "'OK' = trace.status",
	    "Invalid comparison clause. Expected 'Identifier' found ''OK''" },
	{ "trace.status != 'OK'", "Invalid comparator: '!=', only '=' operator is supported" },
	{ "trace.status like 'OK'", "Invalid comparator: 'like', only '=' operator is supported" },
	{ "status = 'OK'", "Invalid identifier 'status'. Columns should be specified as "
	    "'trace.<key>', 'span.<key>', 'assessment.<key>'." },
	{ "foo.bar = 'OK'", "Invalid view type 'foo'. Valid values are "
	    "dict_keys(['trace', 'span', 'assessment'])" },
	{ "trace.name = 'x'", "Invalid entity 'name' specified for view type 'trace'. "
	    "Valid entities are ['status', 'tag', 'metadata']" },
	{ "span.foo = 'x'", "Invalid entity 'foo' specified for view type 'span'. "
	    "Valid entities are ['name', 'status', 'type']" },
	{ "assessment.value = 'x'", "Invalid entity 'value' specified for view type 'assessment'. "
	    "Valid entities are ['name', 'type']" },
	{ "trace.tag = 'x'", "Filtering by tag requires a key, e.g. 'trace.tag.<key> = <value>'" },
	{ "trace.metadata = 'x'",
	    "Filtering by metadata requires a key, e.g. 'trace.metadata.<key> = <value>'" },
	{ "trace.status.x = 'x'",
	    "Filtering by status does not require a key, use 'trace.status' instead" },
	{ "span.name = 'x'", "Filtering by span is only supported for SPANS view type, got TRACES" },
	{ "assessment.name = 'x'",
	    "Filtering by assessment is only supported for ASSESSMENTS view type, got TRACES" },
	{ "trace.status = 5", QUOTED("status") "5" },
	{ "trace.tag.k = (1)", QUOTED("tag") "(1)" },
	{ "trace.status = OK", UNQUOTED("OK") },
};

int
main(void)
{
	struct metric_filter f;
	struct search_error err;
	struct arena mem;
	size_t i;

	arena_init(&mem);
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		int rc = metric_filter_parse(&mem, taken[i].asked, str_of(taken[i].filter), &f,
		    &err);

		if (!tap_ok(rc == 0 && f.field == taken[i].field &&
		    str_is(str_or_empty(f.key), taken[i].key) &&
		    str_is(f.value, taken[i].value), "%s", taken[i].filter))
			printf("# %s\n", rc == 0 ? "taken otherwise" : err.text.p);
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int rc = metric_filter_parse(&mem, METRIC_TRACES, str_of(refused[i].filter), &f,
		    &err);

		if (!tap_ok(rc == 1 && str_is(err.text, refused[i].error), "refused: %s",
		    refused[i].filter))
			printf("# %s\n", rc == 0 ? "taken" : err.text.p);
	}
	arena_fini(&mem);
	return tap_done();
}
