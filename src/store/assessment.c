/* Assessments of traces. */
#include "store/assessment.h"

void
assessment_of_row(const struct db_val *row, struct assessment *a)
{
	*a = (struct assessment){
		.trace_id = row[0].str, .assessment_id = row[1].str, .name = row[2].str,
		.type = row[3].str, .value = row[4].str, .error = row[5].str,
		.created_ms = row[6].i64, .updated_ms = row[7].i64, .source_type = row[8].str,
		.source_id = row[9].str, .run_id = row[10].str, .span_id = row[11].str,
		.rationale = row[12].str, .overrides = row[13].str, .valid = row[14].i64 != 0,
		.metadata = row[15].str, .number = row[16], .is_number = row[17].i64 != 0,
	};
}

static int
add(struct work *work, enum stmt id, const struct assessment *a)
{
	return db_exec(work, id, db_str(a->assessment_id), db_str(a->name), db_str(a->type),
	    db_str(a->value), db_str(a->error), db_i64(a->created_ms), db_i64(a->updated_ms),
	    db_str(a->source_type), db_str(a->source_id), db_str(a->run_id),
	    db_str(a->span_id), db_str(a->rationale), db_str(a->overrides),
	    db_i64(a->valid), db_str(a->metadata), a->number, db_i64(a->is_number),
	    db_str(a->trace_id)) == -1 ? -1 : 0;
}

int
store_assessment_add(struct work *work, const struct assessment *a)
{
	return add(work, STMT_ASSESSMENT_INSERT, a);
}

int
store_assessment_put(struct work *work, const struct assessment *a)
{
	return add(work, STMT_ASSESSMENT_PUT, a);
}

static int
get(struct work *work, enum stmt id, struct str trace_id, struct str assessment_id,
    struct assessment *a)
{
	struct db_val row[ASSESSMENT_WIDTH];
	int rc = db_get(work, id, row, db_str(trace_id), db_str(assessment_id));

	if (rc == 1)
		assessment_of_row(row, a);
	return rc;
}

int
store_assessment_find(struct work *work, struct str trace_id, struct str assessment_id,
    struct assessment *a)
{
	return get(work, STMT_ASSESSMENT_GET, trace_id, assessment_id, a);
}

int
store_assessment_lock(struct work *work, struct str trace_id, struct str assessment_id,
    struct assessment *a)
{
	return get(work, STMT_ASSESSMENT_LOCK, trace_id, assessment_id, a);
}

int
store_assessment_update(struct work *work, const struct assessment *a)
{
	return (int)db_exec(work, STMT_ASSESSMENT_UPDATE, db_str(a->name), db_str(a->value),
	    db_str(a->error), db_i64(work->now), db_str(a->rationale), db_str(a->metadata),
	    a->number, db_i64(a->is_number), db_str(a->assessment_id));
}

int
store_assessment_set_valid(struct work *work, struct str trace_id, struct str assessment_id,
    bool valid)
{
	return (int)db_exec(work, STMT_ASSESSMENT_SET_VALID, db_i64(valid), db_str(trace_id),
	    db_str(assessment_id));
}

int
store_assessment_delete(struct work *work, struct str trace_id, struct str assessment_id)
{
	return (int)db_exec(work, STMT_ASSESSMENT_DELETE, db_str(trace_id),
	    db_str(assessment_id));
}
