/* A request of OpenTelemetry in JSON: read, converted, summed. */
#include "json/read.h"
#include "otlp/batch.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct otlp_batch batch;
	struct otlp_sums sums;
	struct arena mem;
	struct str body;
	size_t i;

	arena_init(&mem);
	/* the request's body ends in NUL too */
	body = arena_str(&mem, (struct str){ size == 0 ? "" : (const char *)data, size });
	if (otlp_batch_json(&mem, body, JSON_ANY, NULL, &batch) == OTLP_FINE)
		for (i = 0; i < batch.ntraces; i++)
			otlp_sum(&mem, batch.traces[i]->nodes, batch.traces[i]->nnodes, &sums);
	/* what is stored is UTF-8, whatever came in */
	for (i = 0; i < batch.nrows; i++)
		if (!utf8_is_valid(batch.rows[i]->content))
			__builtin_trap();
	arena_fini(&mem);
	return 0;
}
