/* Reading spans. */
#include "store/span.h"

static int
read_trace(struct work *work, struct str id, span_take *take, void *arg)
{
	struct db_result *r = db_stream(work, STMT_SPAN_LIST, db_str(id));
	struct arena_mark mark = arena_mark(work->mem);
	struct db_val row[1];
	int rc = -1;

	while (r != NULL && (rc = db_next(r, row)) == 1) {
		rc = take(arg, id, row[0].str);
		/* what it says of a failure is kept */
		if (rc != 0)
			break;
		arena_release(work->mem, mark);
	}
	db_close(r);
	return rc;
}

int
store_span_read(struct work *work, const struct str *ids, size_t n, span_take *take, void *arg)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = read_trace(work, ids[i], take, arg);
	return rc;
}

int
store_span_count(struct work *work, const struct str *ids, size_t n, int64_t *counts)
{
	struct db_val row[1];
	size_t i;

	for (i = 0; i < n; i++) {
		if (db_get(work, STMT_SPAN_COUNT, row, db_str(ids[i])) != 1)
			return -1;
		counts[i] = row[0].i64;
	}
	return 0;
}
