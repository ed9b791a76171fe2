/*
 * A GraphQL document, and behind the first NUL the variables: whatever they are,
 * the answer is JSON with "data" and "errors".
 */
#include <string.h>

#include "graphql/run.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Answers of every shape that fields read, and of shapes that they do not. */
static const char *const answers[] = {
	"{\"run\": {\"info\": {\"run_id\": \"a\", \"status\": \"FINISHED\", \"start_time\": 5},"
	" \"data\": {\"metrics\": [{\"key\": \"m\", \"value\": \"NaN\", \"step\": -1},"
	" {\"value\": 1e308}, 5, null]}}, \"runs\": [{}, {\"info\": []}], \"experiment\": {},"
	" \"metrics\": [{\"value\": 0.5}], \"files\": [{\"is_dir\": true, \"file_size\": 9}],"
	" \"model_versions\": [{\"aliases\": [\"x\", 7], \"status\": 3}], \"output\": \"o\"}",
	"[]",
	"\"text\"",
};

static enum gql_found
resolve(void *arg, const struct gql_field *field, const struct json_object *args,
    const struct json_object *parent, struct json_object **value, struct str *error)
{
	unsigned *calls = arg;
	const char *text = answers[(*calls)++ % (sizeof(answers) / sizeof(answers[0]))];

	(void)args;
	if (field->resolver == GQL_NOTHING)
		return GQL_FOUND;
	if (strcmp(field->name, "mlflowSearchDatasets") == 0)
		return GQL_FAILED;
	/* every field of an operation reads the first, to get below it */
	if (parent == NULL)
		text = answers[0];
	if (strcmp(field->name, "mlflowListArtifacts") == 0) {
		*error = STR("refused");
		return GQL_REFUSED;
	}
	json_read(str_of(text), JSON_ANY, value);
	return GQL_FOUND;
}

static void
check_answer(const struct buf *answer)
{
	struct json_object *o = NULL, *member;

	if (json_read(buf_str(answer), JSON_ANY, &o) != JSON_FINE || !json_member(o, "data", &member) ||
	    !json_member(o, "errors", &member))
		__builtin_trap();
	json_free(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned calls = 0;
	struct gql_request req = { .limits = { 10, 10 }, .resolve = resolve, .arg = &calls };
	struct json_object *variables = NULL;
	struct buf answer = { 0 };
	struct arena mem;
	const uint8_t *nul = size == 0 ? NULL : memchr(data, '\0', size);
	size_t n = nul == NULL ? size : (size_t)(nul - data);

	if (!utf8_is_valid((struct str){ (const char *)data, n }))
		return 0;
	arena_init(&mem);
	req.query = n == 0 ? STR("") : arena_str(&mem, (struct str){ (const char *)data, n });
	if (n < size)
		json_read(arena_str(&mem, (struct str){ (const char *)nul + 1, size - n - 1 }),
		    JSON_ANY, &variables);
	if (json_kind(variables) == JSON_OBJECT)
		req.variables = variables;
	if (gql_run(&mem, &req, &answer) != GQL_GAVE_UP)
		check_answer(&answer);
	json_free(variables);
	buf_fini(&answer);
	arena_fini(&mem);
	return 0;
}
