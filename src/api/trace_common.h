/* What the endpoints of traces share: a trace over the wire, in both versions. */
#ifndef API_TRACE_COMMON_H
#define API_TRACE_COMMON_H

#include "api/common.h"
#include "store/trace.h"

/* The trace, on which the right must be had, or 404 "Trace with ID 'X' not found.". */
int	load_trace(struct ctx *, struct str trace_id, enum right, struct trace *);
/* The same to be read, with tags, metadata and assessments. */
int	load_whole_trace(struct ctx *, struct str trace_id, struct trace *);
int	fail_no_trace(struct ctx *, struct str trace_id);

/*
 * An object below the request's own fields, by a table of its own; `place` is what
 * messages call it.
 */
int	take_part(struct ctx *, const char *place, const struct json_object *,
	    const struct field *, void *to);
/* A map of texts, an object over the wire; `place` is what messages call it. */
int	take_map(struct ctx *, const char *place, const struct json_object *, struct kvs *to);

/*
 * Sort tags and metadata into the trace's columns and lists: names, sessions, tokens and
 * costs are columns, and what is no JSON object of numbers vanishes, as in MLflow.  The
 * texts' lengths are checked.
 */
int	take_trace_tags(struct ctx *, struct trace *, const struct kvs *);
int	take_trace_metadata(struct ctx *, struct trace *, const struct kvs *);
/* The tag with the place of the trace's artifacts, which no client chooses. */
void	add_artifact_location(struct ctx *, struct trace *, struct str experiment_location);

/* "trace_info": {...} as version 3 has it. */
void	put_trace_info(struct ctx *, const char *name, const struct trace *);
/* As version 2: lists of keys and values. */
void	put_trace_info_v2(struct ctx *, const char *name, const struct trace *);
void	put_assessment(struct ctx *, const char *name, const struct assessment *);

#endif
