/*
 * Traces: their facts, tags and metadata.  Spans are in span.h, assessments in
 * assessment.h.  Every function returns 1 or 0 (found or not, or the rows changed) or
 * -1 with db_error set, unless it says otherwise.
 *
 * Two writers fill one trace, a start (what the client knows of it) and its spans, in
 * either order and more than once.  Each is an upsert.
 */
#ifndef STORE_TRACE_H
#define STORE_TRACE_H

#include "store/assessment.h"
#include "store/db.h"
#include "store/kv.h"

/* Token counts and costs, in the order in which they are shown. */
enum { TRACE_TOKENS = 6, TRACE_COSTS = 3 };
extern const char *const trace_token_names[TRACE_TOKENS];
extern const char *const trace_cost_names[TRACE_COSTS];

/* Tags and metadata that are columns, or mean something to the server. */
#define TRACE_NAME_TAG		"mlflow.traceName"
#define TRACE_LOCATION_TAG	"mlflow.artifactLocation"
#define TRACE_SPANS_TAG		"mlflow.trace.spansLocation"
#define TRACE_SPANS_HERE	"TRACKING_STORE"
#define TRACE_FINAL_KEY		"mlflow.trace.infoFinalized"
#define TRACE_RUN_KEY		"mlflow.sourceRun"

/* Session, token usage and cost: columns that are shown as metadata. */
#define TRACE_SESSION_KEY	"mlflow.trace.session"
#define TRACE_TOKENS_KEY	"mlflow.trace.tokenUsage"
#define TRACE_COST_KEY		"mlflow.trace.cost"
bool	trace_key_is_column(struct str metadata_key);

/* The time of a trace that was made for its spans a moment ago. */
#define TRACE_NO_TIME	INT64_MAX

struct trace {
	struct str	 trace_id;
	int64_t		 experiment_id;
	int64_t		 timestamp_ms;
	struct db_val	 execution_time_ms;	/* DB_NULL: not known */
	struct str	 status;		/* OK, ERROR, IN_PROGRESS, STATE_UNSPECIFIED */
	struct str	 client_request_id;	/* absent where NULL, as all below */
	struct str	 request_preview;
	struct str	 response_preview;
	struct str	 name;
	struct str	 session_id;
	struct db_val	 tokens[TRACE_TOKENS];	/* DB_I64 or DB_NULL */
	struct db_val	 costs[TRACE_COSTS];	/* DB_DBL or DB_NULL */
	/* by store_trace_fill; what is a column is no item of these */
	struct kvs	 tags;
	struct kvs	 metadata;
	struct assessments assessments;
};

int	store_trace_find(struct work *, struct str trace_id, struct trace *);
/* The same, held until the end of the transaction. */
int	store_trace_lock(struct work *, struct str trace_id, struct trace *);
/* The traces of `ids` that there are, in that order, each once; their number or -1. */
int64_t	store_trace_list(struct work *, const struct str *ids, size_t n, struct trace *out);
/* Read tags, metadata and assessments of n traces.  0 or -1. */
int	store_trace_fill(struct work *, struct trace *, size_t n);
/* ... but no assessments. */
int	store_trace_fill_kvs(struct work *, struct trace *, size_t n);

/*
 * Write a start: what is there already is replaced by what is given; of names, previews,
 * session, tokens and costs only what is not absent.  Tags and metadata are upserted by
 * key; both must be folded (kvs_fold).  0 or -1.
 */
int	store_trace_start(struct work *, const struct trace *);

int	store_trace_tags_set(struct work *, struct str trace_id, const struct kvs *folded);
int	store_trace_metadata_set(struct work *, struct str trace_id, const struct kvs *folded);
int	store_trace_tag_delete(struct work *, struct str trace_id, struct str key);
/* The name, which looks like a tag; absent: none.  1, or 0 if nothing changed. */
int	store_trace_name_set(struct work *, struct str trace_id, struct str name);
int	store_trace_name_delete(struct work *, struct str trace_id);

/* What delete-traces asks for: ids, or the oldest up to a time. */
struct trace_choice {
	int64_t		  experiment_id;
	const struct str *ids;		/* NULL: by time */
	size_t		  nids;
	int64_t		  until_ms;
	int64_t		  most;		/* 0: all */
};
/*
 * The next ids of those chosen, at most `room`, oldest first; their number or -1.
 * Deleting them makes the next call give others; of ids each is given once, from *at on.
 */
int64_t	store_trace_choose(struct work *, const struct trace_choice *, size_t *at,
	    struct str *ids, size_t room);
/* With all that hangs on them; their number or -1. */
int64_t	store_trace_delete(struct work *, int64_t experiment_id, const struct str *ids, size_t n);

/* Characters of the ids that a link takes: its columns. */
#define TRACE_LINK_MAX	36
/*
 * Link traces to a run, or prompt versions ("name/version") to a trace; a link that is
 * there already stays.  The ids must differ.  0 or -1.
 */
int	store_trace_link_run(struct work *, struct str run_id, const struct str *trace_ids,
	    size_t n);
int	store_trace_link_prompts(struct work *, struct str trace_id, const struct str *versions,
	    size_t n);

#endif
