/*
 * Scorers and their versions, and how often one is sampled online.  Every
 * function returns 1 or 0 (found or not, or the rows changed) or -1 with
 * db_error set, unless it says otherwise.
 */
#ifndef STORE_SCORER_H
#define STORE_SCORER_H

#include "store/db.h"

/* A version of a scorer. */
struct scorer {
	int64_t		experiment_id;
	struct str	name;		/* as stored */
	struct str	scorer_id;
	int64_t		version;	/* from 1 */
	struct str	serialized;	/* JSON */
	int64_t		creation_time;	/* ms */
};

struct online_config {
	struct str	config_id;
	struct str	scorer_id;
	double		sample_rate;	/* 0 .. 1 */
	int64_t		experiment_id;
	struct str	filter;		/* .p NULL: none */
};

/* A scorer by name: its id and stored name are filled in. */
int	store_scorer_find(struct work *, int64_t experiment_id, struct str name,
	    struct scorer *);
/*
 * A new version of the scorer of that experiment and name, which is made if it
 * is not there; everything else is set here.  0 or -1.
 */
int	store_scorer_register(struct work *, struct scorer *);
/* The newest version of a scorer. */
int	store_scorer_get_latest(struct work *, struct str scorer_id,
	    struct scorer *);
int	store_scorer_get_version(struct work *, struct str scorer_id,
	    int64_t version, struct scorer *);
/* Every version of a scorer, the first one first; their number or -1. */
int64_t	store_scorer_versions(struct work *, struct str scorer_id,
	    struct scorer **out);
/*
 * The newest version of each scorer of an experiment by name, or of all active
 * experiments (NULL); their number or -1.
 */
int64_t	store_scorer_list(struct work *, const int64_t *experiment_id,
	    struct scorer **out);
/* With all its versions and its configuration. */
int	store_scorer_delete(struct work *, struct str scorer_id);
int	store_scorer_version_delete(struct work *, struct str scorer_id, int64_t version);

/* Replace the configuration of a scorer; config_id is set here.  0 or -1. */
int	store_online_config_set(struct work *, struct online_config *);
/* The configurations of some scorers by scorer id; their number or -1. */
int64_t	store_online_config_list(struct work *, const struct str *scorer_ids,
	    size_t n, struct online_config **out);

#endif
