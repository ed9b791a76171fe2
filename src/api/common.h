/*
 * What several resources need: checks with MLflow's texts, lookups that must
 * succeed, and the members that entities share.
 *
 * Checks return 0, or -1 with the error recorded.
 */
#ifndef API_COMMON_H
#define API_COMMON_H

#include "auth/permit.h"
#include "base/name.h"
#include "http/error.h"
#include "json/field.h"
#include "store/experiment.h"
#include "store/run.h"
#include "store/schema/columns.h"
#include "store/search.h"

/* The tail of messages about request parameters. */
#define DOCS	" See the API docs for more information about request parameters."

/* Characters of a metric's, param's or tag's name: their columns. */
#define NAME_MAX_LENGTH		250
#define EXPERIMENT_NAME_MAX	500
#define EXPERIMENT_TAG_MAX	20000
#define RUN_ID_MAX		256
#define RUN_TAG_MAX		8000
#define PARAM_MAX		6000
/* Rows of a search page. */
#define SEARCH_PAGE_MAX		50000

/* A failure of the database as an answer: 503, 400 or 500, never its text. */
int	fail_db(struct ctx *);
/* A client's mistake that the search layer found. */
int	fail_search(struct ctx *, const struct search_error *);
/* The page that a search gives; 0, or -1 with the error told. */
int	find_page(struct ctx *, const struct search_plan *, const struct search_query *,
	    struct search_page *);

/*
 * A name of a metric, param or tag: its characters, and that it stays itself when
 * taken for a path.  `place` is what the message calls it: "metrics[0].name".
 */
int	check_name(struct ctx *, const char *place, struct str name);
/* "'<what>' exceeds the maximum length of N characters". */
int	check_length(struct ctx *, const char *what, struct str value, size_t most);
/* A value that MLflow leaves to the database to refuse: BAD_REQUEST. */
int	check_column(struct ctx *, const char *what, struct str value, size_t most);
/* The same for a column that counts bytes. */
int	check_bytes(struct ctx *, const char *what, struct str value, size_t most);
/*
 * Cut a value to `most` characters, or refuse it when the server is told not to
 * truncate.
 */
int	check_truncate(struct ctx *, const char *what, struct str *value, size_t most);

/*
 * The size of a page, from 1 to SEARCH_PAGE_MAX; `zero` is how the message shows a 0,
 * which MLflow takes for nothing in some places.
 */
int	check_max_results(struct ctx *, int64_t max_results, const char *zero);
/* Where 0 is no mistake. */
int	check_not_negative(struct ctx *, enum error_code, struct opt_i64 max_results);

/* An experiment id as text; surrounding blanks are tolerated as in Python. */
int	take_experiment_id(struct ctx *, struct str text, int64_t *id);
/* What a text that is none gets. */
int	fail_experiment_id(struct ctx *, struct str text);
/*
 * Several; ids that cannot exist are left out.  NULL, or the first text that is
 * none, and *n is 0 then: a search may be asked what else is wrong before it fails.
 */
const struct str *take_experiment_ids(struct ctx *, const struct strs *texts, int64_t **ids,
	    size_t *n);
/* The experiment, on which the right must be had, or 404. */
int	load_experiment(struct ctx *, struct str id, enum right, struct experiment *);
/* ... which must not be deleted. */
int	load_active_experiment(struct ctx *, struct str id, enum right, struct experiment *);
/* Can runs and models be made in it?  An old or damaged row may have no location. */
int	check_has_location(struct ctx *, const struct experiment *);
/* The form of a run id, where MLflow looks at it: a letter or digit, words, "-". */
int	check_run_id(struct ctx *, struct str run_id);
/* A run's id has an old name too, which loses when both are given. */
#define F_RUN_ID(st)	F_STR(st, run_id, REQUIRED | OR_NEXT), F_STR(st, run_uuid, 0)
struct str either_run_id(struct str run_id, struct str run_uuid);
/* The state of a run, on which the right must be had, or 404. */
int	load_run(struct ctx *, struct str run_id, enum right, struct run_state *);
/* ... which must not be deleted. */
int	load_active_run(struct ctx *, struct str run_id, enum right, struct run_state *);

/* "tags": [{"key", "value"}], left out when there are none. */
void	put_kvs(struct ctx *, const char *name, const struct kvs *);
/* An absent or empty text is left out. */
void	put_optional(struct ctx *, const char *name, struct str);
/* The answer {}. */
int	answer_empty(struct ctx *);

/* A decoded key and value; shared by tags and params. */
struct kv_in {
	struct str	key;
	struct str	value;
};
/* kv_fields demands the key; loose_kv_fields takes anything. */
extern const struct field kv_fields[];
extern const struct field loose_kv_fields[];
/* That no key is given twice. */
int	check_repeated(struct ctx *, const struct kvs *tags, enum error_code);
/* The items of a decoded list as keys and values. */
void	take_kvs(struct ctx *, const struct list *from, struct kvs *to);

/* ACTIVE_ONLY and so on, by name and number. */
extern const struct enum_name view_types[];

#endif
