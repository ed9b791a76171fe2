/* Assessments of traces: feedback, expectations, issues. */
#ifndef API_ASSESSMENTS_H
#define API_ASSESSMENTS_H

#include "api/trace_common.h"
#include "http/route.h"

/* An assessment as it comes in. */
struct assessment_source_in {
	struct opt_enum	source_type;
	struct str	source_id;
};

struct assessment_error_in {
	struct str	error_code, error_message, stack_trace;
};

struct feedback_in {
	const struct json_object	*value;
	const struct json_object	*error;
};

struct serialized_in {
	struct str	serialization_format, value;
};

struct expectation_in {
	const struct json_object	*value;
	const struct json_object	*serialized_value;
};

struct assessment_in {
	struct str			 assessment_id, assessment_name, span_id;
	struct assessment_source_in	 source;
	struct str			 create_time, last_update_time;
	const struct json_object	*feedback, *expectation, *issue, *metadata;
	struct str			 rationale, overrides;
};

extern const struct field assessment_in_fields[];

/* An assessment of the trace, ready to be written: its id and times are made up if need be. */
int	take_assessment(struct ctx *, const struct assessment_in *, struct str trace_id,
	    struct assessment *);

extern const struct route assessment_routes[];

#endif
