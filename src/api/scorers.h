/* Scorers over the wire. */
#ifndef API_SCORERS_H
#define API_SCORERS_H

#include "http/ctx.h"
#include "json/field.h"

struct scorer_register {
	struct str	experiment_id, name, serialized_scorer;
};

struct scorer_list_in {
	struct str	experiment_id;
};

struct scorer_get {
	struct str	experiment_id, name;
	struct opt_i64	version;
};

struct scorer_online_config_in {
	struct str	experiment_id, name;
	struct opt_dbl	sample_rate;
	struct str	filter_string;
};

struct scorer_online_configs_in {
	struct strs	scorer_ids;
};

extern const struct field	scorer_register_fields[];
extern const struct field	scorer_list_fields[];
extern const struct field	scorer_versions_fields[];
extern const struct field	scorer_get_fields[];
extern const struct field	scorer_online_config_fields[];
extern const struct field	scorer_online_configs_fields[];

int	api_scorer_register(struct ctx *);
int	api_scorer_list(struct ctx *);
int	api_scorer_list_versions(struct ctx *);
int	api_scorer_get(struct ctx *);
int	api_scorer_delete(struct ctx *);
int	api_scorer_set_online_config(struct ctx *);
int	api_scorer_get_online_configs(struct ctx *);

#endif
