/*
 * Every search: a filter, an order and a page, run over the tables of a plan.
 *
 * A new entity with a filter is a dialect (search/dialect.h), a plan here and a file
 * with its sources; code of its own only for what no other has.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "search/order.h"
#include "store/keyset.h"
#include "store/where.h"

/* What a client asks for. */
struct search_query {
	const int64_t		*experiment_ids;	/* runs, logged models: none, no rows */
	size_t			 nexperiments;
	/* as they were written; datasets: none, all rows */
	const struct str	*experiments;
	size_t			 nwritten;
	struct str		 filter;	/* may be absent */
	const struct str	*order_by;
	size_t			 norder;
	enum view_type		 view;		/* where rows have a stage */
	/* of 0 or less: no rows, and a token when there are any */
	int64_t			 max_results;
	struct str		 page_token;	/* may be absent */
	const void		*own;		/* what one entity has besides */
};

struct search_page {
	void		*items;		/* in order; see the plans below */
	size_t		 n;
	struct str	 next_page_token;	/* absent: the last page */
};

/* How rows are put in order by a column. */
struct search_sort {
	/*
	 * Where the column may be NULL: "x IS NULL", for rows without it come last; with
	 * .nulls_low of the plan "x IS NOT NULL", for NULL is less than anything.
	 */
	struct sql_name	rank;
	struct sql_name	value;
	enum db_type	type;
	bool		is_long;	/* see struct keyset_key */
};

struct search_default {
	int	column;
	bool	descending;
};

/* A list of these ends where .column is COLUMN_NONE. */
#define SEARCH_DEFAULTS_MAX	3
#define SEARCH_NO_DEFAULT	{ COLUMN_NONE, false }

/* A search under way. */
struct search {
	const struct search_plan	*plan;
	const struct search_query	*query;
	struct search_node		*filter;
	struct search_order		 order[SEARCH_ORDER_MAX];
	size_t				 norder;
	unsigned			 ordered;	/* 1u << columns among the keys */
	struct keyset			 keyset;
	bool				 hides_prompts;	/* see registry_filter.h */
	bool				 walk;		/* see walk.h */
	const void			*own;		/* of .prepare */
};

struct search_plan {
	const char			*name;		/* in the log */
	const struct search_dialect	*dialect;
	const struct where_source	*sources;	/* by the fields' columns */
	const struct search_sort	*sorts;		/* the same */
	bool				 nulls_low;
	/* the order when none is asked for, and what is added to any; ends in an id */
	struct search_default		 unasked[SEARCH_DEFAULTS_MAX];
	struct search_default		 ties[SEARCH_DEFAULTS_MAX];
	struct sql_name			 stage;		/* the column of the view, if there is one */

	/* the columns of a row, their types ("sid"), and an item made of them */
	struct sql_name			 columns;
	const char			*types;
	size_t				 item_size;
	void				(*take)(const struct db_val *row, void *item);

	/* " FROM ... WHERE ...", to which tests are added */
	void	(*add_from)(struct sql *, const struct search *);

	/* What most have not; NULL then. */
	/* looks at the token before anything else.  0, or 1 with *err */
	int	(*read_token)(struct arena *, struct search *, struct search_error *);
	/* reads an order that is no list of texts.  0, or 1 with *err */
	int	(*read_order)(struct arena *, struct search *, struct search_error *);
	/* sort keys of the clause `i`, which no column of the row gives */
	void	(*add_keys)(struct search *, size_t i);
	/* once all texts are understood: 1, 0 when nothing can be found, -1 */
	int	(*prepare)(struct work *, struct search *);
	void	(*add_with)(struct sql *, const struct search *);
	/* the tests of the filter in another way than by the sources */
	void	(*add_tests)(struct sql *, const struct search *);
};

/*
 * Mistakes are found in MLflow's order: filter, order_by, token.  0 with *page in the
 * work's memory, 1 with the client's mistake in *err, -1 when the database fails.
 */
int	store_search(struct work *, const struct search_plan *, const struct search_query *,
	    struct search_page *, struct search_error *err);

/*
 * Was the last failure of the database the filter's: a pattern that is none or too much
 * for it, texts that could not be searched in time?  1 with that in *err, else -1.
 */
int	store_search_failed(struct work *, const struct search_node *,
	    const struct where_source *, struct search_error *err);

/* A regular expression that goes on without end must not hold a worker; adds the limit. */
void	store_search_add_limit(struct sql *, const struct search_node *);

/* Items that are the row's first column: struct str, int64_t. */
void	store_search_take_text(const struct db_val *row, void *item);
void	store_search_take_i64(const struct db_val *row, void *item);

/*
 * struct str: ids.  Order: the user's keys, then the newest, then the id.  In each key
 * missing values come last and NaN before them, whatever the direction.
 */
extern const struct search_plan	run_plan;
/* The same, of active models; .own is a struct logged_model_search. */
extern const struct search_plan	logged_model_plan;
/*
 * int64_t: ids.  Order: the newest first, then the id; or the user's keys, then the id
 * descending.  NULL sorts below everything.
 */
extern const struct search_plan	experiment_plan;
/* struct registered_model, bare.  Order: the user's keys, then the name. */
extern const struct search_plan	registered_model_plan;
/*
 * struct model_version, without tags.  Order: the latest change first; or the user's
 * keys; then the name, then the higher version.  Versions of a model that has prompts
 * among its versions are found by a search for prompts only, as in MLflow.
 */
extern const struct search_plan	model_version_plan;
/* struct str: ids.  Order: the user's keys, then the newest, then the id; NULL last. */
extern const struct search_plan	trace_plan;
/* struct eval_dataset, without tags.  Order: the user's keys, then the newest. */
extern const struct search_plan	eval_dataset_plan;

#endif
