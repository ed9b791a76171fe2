/*
 * A filter of trace metrics: one clause,
 *
 *	<view>.<field>[.<key>] = '<text>'
 *
 * MLflow reads these in a way of their own; tokens and groups are those of searches.
 */
#ifndef SEARCH_METRIC_FILTER_H
#define SEARCH_METRIC_FILTER_H

#include "search/search.h"

/* What is counted: an index of names, in the order in which MLflow lists them. */
enum metric_view { METRIC_TRACES, METRIC_SPANS, METRIC_ASSESSMENTS, METRIC_VIEW__MAX };
extern const char *const metric_view_names[METRIC_VIEW__MAX];

enum metric_field {
	METRIC_TRACE_STATUS, METRIC_TRACE_TAG, METRIC_TRACE_METADATA,
	METRIC_SPAN_NAME, METRIC_SPAN_STATUS, METRIC_SPAN_TYPE,
	METRIC_ASSESSMENT_NAME, METRIC_ASSESSMENT_TYPE,
	METRIC_FIELD__MAX
};

struct metric_filter {
	enum metric_view	view;	/* of the field */
	enum metric_field	field;
	struct str		key;	/* of a tag or metadata */
	struct str		value;
};

/*
 * `text` must be valid UTF-8; the filter points into it.  Fields of traces may be used in
 * every view, others in their own.  0, or 1 with *err.
 */
int	metric_filter_parse(struct arena *, enum metric_view asked, struct str text,
	    struct metric_filter *, struct search_error *err);

#endif
