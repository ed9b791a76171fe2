/*
 * What the best server that can be thought of would ask the database for each
 * call: the check of the run is folded into the write where one row is written,
 * many rows go as one array, and reading takes one statement a table.
 */
#include "floor.h"

#define METRIC_COLUMNS	"(`key`, value, timestamp, step, run_uuid, is_nan)"
#define IS_NEWER							\
	"(VALUES(step), VALUES(timestamp), VALUES(value)) > (step, timestamp, value)"
#define UPSERT								\
	" ON DUPLICATE KEY UPDATE value = IF(" IS_NEWER ", VALUES(value), value), "	\
	"timestamp = IF(" IS_NEWER ", VALUES(timestamp), timestamp), "	\
	"step = IF(" IS_NEWER ", VALUES(step), step)"
#define ACTIVE_RUN	" FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'active'"
#define CHECK_RUN	"SELECT experiment_id" ACTIVE_RUN
#define METRIC_ROWS	"INSERT INTO metrics " METRIC_COLUMNS " VALUES (?, ?, ?, ?, ?, 0)"
#define LATEST_ROWS							\
	"INSERT INTO latest_metrics " METRIC_COLUMNS " VALUES (?, ?, ?, ?, ?, 0)" UPSERT

#define RUN_COLUMNS							\
	"r.run_uuid, r.name, r.user_id, r.status, r.start_time, r.end_time, "	\
	"r.lifecycle_stage, r.artifact_uri, r.experiment_id"
#define SEARCHED							\
	" r.experiment_id BETWEEN 1 AND ? AND r.lifecycle_stage = 'active' "
/*
 * Ids are sorted, and then the rows read: long rows cost a sort more than that.
 * Where nearly all runs are asked for, the index of experiments is a detour.
 */
#define RUNS_OF(ids)							\
	"SELECT " RUN_COLUMNS " FROM (" ids ") page JOIN runs r ON r.run_uuid = page.run_uuid"
#define NEWEST(limit)							\
	RUNS_OF("SELECT r.run_uuid FROM runs r IGNORE INDEX (experiment_id) WHERE" SEARCHED \
	    "ORDER BY r.start_time DESC, r.run_uuid LIMIT " limit)
/* the plan that was the fastest of four; the optimizer begins with the runs */
#define BY_METRIC							\
	RUNS_OF("SELECT STRAIGHT_JOIN r.run_uuid FROM latest_metrics m "	\
	    "JOIN latest_metrics o ON o.run_uuid = m.run_uuid AND o.`key` = 'metric_1' "	\
	    "JOIN runs r ON r.run_uuid = m.run_uuid "			\
	    "WHERE m.`key` = 'metric_0' AND m.value > 0.5 AND" SEARCHED	\
	    "ORDER BY o.value DESC, r.start_time DESC, r.run_uuid LIMIT 100")
#define METRICS_OF							\
	"SELECT run_uuid, `key`, value, timestamp, step, is_nan FROM latest_metrics "	\
	"WHERE run_uuid "
#define PARAMS_OF	"SELECT run_uuid, `key`, value FROM params WHERE run_uuid "
#define TAGS_OF		"SELECT run_uuid, `key`, value FROM tags WHERE run_uuid "
#define DATA_OF(n)							\
	{ METRICS_OF "IN (*)", "P", 0, n }, { PARAMS_OF "IN (*)", "P", 0, n },	\
	{ TAGS_OF "IN (*)", "P", 0, n }

#define HISTORY								\
	"SELECT value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ? "	\
	"AND `key` = 'loss' ORDER BY timestamp, step, value"

#define MODELS								\
	"SELECT name, creation_time, last_updated_time, description "	\
	"FROM registered_models WHERE workspace = 'default' ORDER BY name LIMIT 100"
#define VERSION_COLUMNS							\
	"name, version, creation_time, last_updated_time, description, user_id, "	\
	"current_stage, source, run_id, status, status_message, run_link"

const struct floor_op floor_ops[] = {
	{ "create-run", 1, {
		{ "INSERT INTO runs (run_uuid, name, source_type, source_name, "
		    "entry_point_name, user_id, status, start_time, source_version, "
		    "lifecycle_stage, artifact_uri, experiment_id) "
		    "SELECT ?, ?, 'UNKNOWN', '', '', 'bench', 'RUNNING', ?, '', 'active', "
		    "CONCAT(artifact_location, '/', ?, '/artifacts'), experiment_id "
		    "FROM experiments WHERE experiment_id = ? AND lifecycle_stage = 'active'",
		    "xutxw", 0, 0 },
		{ "INSERT INTO tags (`key`, value, run_uuid) VALUES "
		    "('mlflow.user', 'bench', ?), ('mlflow.runName', ?, ?)", "xux", 0, 0 },
	} },
	{ "log-metric", 1, {
		{ "INSERT INTO metrics " METRIC_COLUMNS
		    " SELECT ?, ?, ?, ?, run_uuid, 0" ACTIVE_RUN, "kvtsr", 0, 0 },
		{ LATEST_ROWS, "kvtsr", 0, 0 },
	} },
	{ "log-parameter", 1, {
		{ "INSERT INTO params (`key`, value, run_uuid) SELECT ?, 'value', run_uuid"
		    ACTIVE_RUN, "ur", 0, 0 },
	} },
	{ "set-tag", 1, {
		{ "INSERT INTO tags (`key`, value, run_uuid) SELECT 'tag.0', ?, run_uuid"
		    ACTIVE_RUN " ON DUPLICATE KEY UPDATE value = VALUES(value)", "ur", 0, 0 },
	} },
	{ "log-batch-3", 1, {
		{ CHECK_RUN, "r", 0, 0 },
		{ METRIC_ROWS, "kvtsr", 3, 0 },
		{ LATEST_ROWS, "kvtsr", 3, 0 },
	} },
	{ "log-batch-one", 1, {
		{ CHECK_RUN, "1", 0, 0 },
		{ METRIC_ROWS, "kvts1", FLOOR_KEYS, 0 },
		{ LATEST_ROWS, "kvts1", FLOOR_KEYS, 0 },
	} },
	{ "log-batch-1000", 100, {
		{ CHECK_RUN, "r", 0, 0 },
		{ METRIC_ROWS, "kvtsr", FLOOR_ROWS, 0 },
		{ LATEST_ROWS, "kvtsr", FLOOR_KEYS, 0 },
	} },
	{ "get-run", 1, {
		{ "SELECT " RUN_COLUMNS " FROM runs r WHERE r.run_uuid = ?", "R", 0, 0 },
		{ METRICS_OF "= ?", "R", 0, 0 },
		{ PARAMS_OF "= ?", "R", 0, 0 },
		{ TAGS_OF "= ?", "R", 0, 0 },
	} },
	{ "search-1000", 1, {
		{ NEWEST("1000"), "E", 0, 0 },
		DATA_OF(1000),
	} },
	{ "search-metric", 1, {
		{ BY_METRIC, "E", 0, 0 },
		DATA_OF(100),
	} },
	{ "page", 1, {
		{ NEWEST("50"), "E", 0, 0 },
		DATA_OF(50),
	} },
	{ "history-25000", 1, { { HISTORY " LIMIT 25000", "H", 0, 0 } } },
	{ "history-all", 1, { { HISTORY, "H", 0, 0 } } },
	{ "interval", 1, {
		{ "SELECT run_uuid, value, timestamp, step, is_nan FROM metrics "
		    "WHERE run_uuid IN (?, ?, ?, ?, ?) AND `key` = 'loss' AND step % 6 = 0",
		    "CCCCC", 0, 0 },
	} },
	{ "experiments", 1, {
		{ "SELECT experiment_id, name, artifact_location, lifecycle_stage, "
		    "creation_time, last_update_time FROM experiments "
		    "WHERE lifecycle_stage = 'active' ORDER BY last_update_time DESC", "", 0, 0 },
		{ "SELECT experiment_id, `key`, value FROM experiment_tags", "", 0, 0 },
	} },
	{ "models", 1, {
		{ MODELS, "", 0, 0 },
		{ "SELECT name, `key`, value FROM registered_model_tags "
		    "WHERE workspace = 'default' AND name IN (*)", "P", 0, 100 },
		{ "SELECT " VERSION_COLUMNS " FROM model_versions "
		    "WHERE workspace = 'default' AND name IN (*) AND version = 10", "P", 0, 100 },
		{ "SELECT name, alias, version FROM registered_model_aliases "
		    "WHERE workspace = 'default' AND name IN (*)", "P", 0, 100 },
	} },
	{ "versions", 1, {
		{ "SELECT " VERSION_COLUMNS " FROM model_versions "
		    "WHERE workspace = 'default' AND current_stage <> 'Deleted_Internal' "
		    "ORDER BY last_updated_time DESC, name, version DESC LIMIT 100", "", 0, 0 },
		{ "SELECT name, version, `key`, value FROM model_version_tags "
		    "WHERE workspace = 'default' AND name IN (*)", "P", 0, 100 },
	} },
	{ 0 }
};
