/*
 * Assessments of traces: feedback, expectations, issues.  Functions return 1 or 0
 * (found or not, or the rows changed) or -1 with db_error set.
 */
#ifndef STORE_ASSESSMENT_H
#define STORE_ASSESSMENT_H

#include "store/db.h"

struct assessment {
	struct str	 assessment_id;
	struct str	 trace_id;
	struct str	 name;
	struct str	 type;			/* feedback, expectation, issue */
	struct str	 value;			/* JSON text */
	struct str	 error;			/* JSON text; absent where NULL, as all below */
	int64_t		 created_ms;
	int64_t		 updated_ms;
	struct str	 source_type;
	struct str	 source_id;
	struct str	 run_id;
	struct str	 span_id;
	struct str	 rationale;
	struct str	 overrides;
	bool		 valid;
	struct str	 metadata;		/* JSON text */
	struct db_val	 number;		/* for comparisons and means; DB_NULL: none */
	bool		 is_number;		/* ... and no yes, no, true or false */
};

struct assessments {
	struct assessment	*items;
	size_t			 n;
};

/* Write one; its experiment and time are the trace's.  DB_DUPLICATE: the id is taken. */
int	store_assessment_add(struct work *, const struct assessment *);
/* The same where the id may be there already. */
int	store_assessment_put(struct work *, const struct assessment *);
int	store_assessment_find(struct work *, struct str trace_id, struct str assessment_id,
	    struct assessment *);
/* The same, held until the end of the transaction. */
int	store_assessment_lock(struct work *, struct str trace_id, struct str assessment_id,
	    struct assessment *);
/* Name, value, error, rationale, metadata, numbers and the time of the update. */
int	store_assessment_update(struct work *, const struct assessment *);
int	store_assessment_set_valid(struct work *, struct str trace_id, struct str assessment_id,
	    bool valid);
int	store_assessment_delete(struct work *, struct str trace_id, struct str assessment_id);

/* Of a result with the columns of ASSESSMENT_COLUMNS (stmt.def). */
enum { ASSESSMENT_WIDTH = 18 };
void	assessment_of_row(const struct db_val *row, struct assessment *);

#endif
