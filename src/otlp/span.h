/*
 * A span as it comes in, whichever way it is written.  Everything is borrowed from the
 * reader and dies when it reads the next.
 */
#ifndef OTLP_SPAN_H
#define OTLP_SPAN_H

#include "otlp/value.h"

/* Bytes of the ids of OpenTelemetry; shorter ones are padded on the left. */
#define OTLP_TRACE_ID	16
#define OTLP_SPAN_ID	8

struct otlp_event {
	struct str		name;
	uint64_t		time;	/* ns since the epoch, as all times here */
	struct otlp_attrs	attrs;
};

struct otlp_link {
	struct str		trace_id, span_id;	/* bytes of any number */
	struct otlp_attrs	attrs;
};

/* OpenTelemetry's numbers; others mean UNSET. */
enum otlp_status { OTLP_STATUS_UNSET = 0, OTLP_STATUS_OK = 1, OTLP_STATUS_ERROR = 2 };

struct otlp_span {
	struct str		 trace_id, span_id, parent_id;	/* bytes, "" if absent */
	struct str		 name;
	uint64_t		 start, end;			/* 0: absent */
	int			 status;
	struct str		 message;
	struct otlp_attrs	 attrs;				/* each key once */
	struct otlp_event	*events;
	size_t			 nevents;
	struct otlp_link	*links;
	size_t			 nlinks;
};

/*
 * What a reader tells, in the order of the request.  `resource` comes before the spans of
 * a resource, with its attributes, and may be called for one that has no spans.  `span`
 * says whether the rest may still count: the reader stops if not.
 */
struct otlp_sink {
	void	(*resource)(void *arg, const struct otlp_attrs *);
	bool	(*span)(void *arg, const struct otlp_span *);
	void	 *arg;
};

/*
 * What became of a request, the worst last: an answer tells the worst.  A broken request
 * is broken wherever else it fails, up to a span that has no id; nothing of it counts.
 */
enum otlp_outcome {
	OTLP_FINE,
	OTLP_LATE,		/* a time beyond int64 */
	OTLP_LONG_TYPE,
	OTLP_LONG_SESSION,
	OTLP_LONG_USER,
	OTLP_LONG_TRACE_NAME,
	OTLP_NOT_LOGGED,	/* ids too wide, usage or cost that is none */
	OTLP_NOT_CONVERTED,	/* no trace id or span id */
	OTLP_NO_SPANS,		/* no resource at all */
	OTLP_TOO_MANY,		/* JSON of more values than asked for */
	OTLP_BROKEN		/* not OpenTelemetry */
};

/*
 * Read a body, span by span: OTLP_FINE, or one of the last three.  `scratch` is
 * emptied before each span.
 */
enum otlp_outcome otlp_read_protobuf(struct arena *scratch, struct str body,
	    const struct otlp_sink *);
/* The JSON form; `most` is json_read()'s limit, for each span. */
enum otlp_outcome otlp_read_json(struct arena *scratch, struct str body, size_t most,
	    const struct otlp_sink *);

#endif
