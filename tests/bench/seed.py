"""The data that the benchmark works on: SQL that fills MLflow's tables.

Every row follows from its number alone, so that two databases filled by the same
text hold the same, whoever made their tables.
"""

import hashlib
from dataclasses import dataclass

EPOCH = 1_700_000_000_000  # of the first run, ms
METRICS = 4  # keys of a run
PARAMS = 5
TAGS = 2
WRITE_RUNS = 64  # what the write scenarios write to
CURVES = 5  # runs with CURVE_POINTS each, for charts
CURVE_POINTS = 2000
VERSIONS = 10  # of a model


@dataclass(frozen=True)
class Size:
    experiments: int
    runs: int
    points: int  # of each of a run's metrics
    history: int  # points of the one long history
    models: int
    artifact: int  # bytes of the large artifact


SIZES = {
    "small": Size(5, 2000, 5, 5_000, 120, 64 << 20),
    "medium": Size(40, 20_000, 20, 100_000, 500, 1 << 30),
    "large": Size(300, 40_000, 125, 100_000, 500, 1 << 30),
}


def run_id(name):
    return hashlib.md5(name.encode()).hexdigest()


def writes(size):
    """The experiment whose runs are written to; no read looks at it."""
    return size.experiments + 1


def curves(size):
    """The experiment of the long histories."""
    return size.experiments + 2


def experiments(size):
    """Everything that experiments/search finds, the default one too."""
    return size.experiments + 3


def runs_sql(numbers, prefix, experiment):
    """Runs with their tags; `experiment` is an SQL expression of i."""
    name = f"CONCAT('{prefix}-', i)"
    return f"""
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id,
    status, start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
SELECT MD5({name}), {name}, 'UNKNOWN', '', '', 'bench', 'RUNNING', {EPOCH} + 1000 * i, NULL,
    '', 'active', CONCAT('mlflow-artifacts:/', {experiment}, '/', MD5({name}), '/artifacts'),
    {experiment} FROM {numbers};
INSERT INTO tags (`key`, value, run_uuid)
SELECT 'mlflow.runName', {name}, MD5({name}) FROM {numbers};
INSERT INTO tags (`key`, value, run_uuid)
SELECT 'mlflow.user', 'bench', MD5({name}) FROM {numbers};
"""


def sequence(last):
    return f"(SELECT seq AS i FROM seq_1_to_{last}) numbers"


def metrics_sql(size):
    """Points, and the last of each as the latest; even numbers of a long fraction."""
    value = "((i * 7919 + k * 104729 + s * 1299709) % 1000003) / 1000003e0"
    source = f"""FROM (SELECT seq AS k FROM seq_0_to_{METRICS - 1}) ks
    JOIN (SELECT seq AS s FROM seq_0_to_{size.points - 1}) ss
    JOIN (SELECT seq AS i, MD5(CONCAT('run-', seq)) AS id FROM seq_1_to_{size.runs}) rs"""
    columns = f"CONCAT('metric_', k), {value}, {EPOCH} + 1000 * i + 10 * s, s, 0, id"
    names = "(`key`, value, timestamp, step, is_nan, run_uuid)"
    return f"""
INSERT INTO metrics {names} SELECT {columns} {source};
INSERT INTO latest_metrics {names} SELECT {columns} {source} WHERE s = {size.points - 1};
INSERT INTO params (`key`, value, run_uuid)
SELECT CONCAT('param_', k), CONCAT('value ', (i * 31 + k) % 97), MD5(CONCAT('run-', i))
FROM (SELECT seq AS k FROM seq_0_to_{PARAMS - 1}) ks JOIN {sequence(size.runs)};
"""


def history_sql(name, key, points):
    value = "(i * 7919 % 1000003) / 1000003e0"
    return f"""
INSERT INTO metrics (`key`, value, timestamp, step, is_nan, run_uuid)
SELECT '{key}', {value}, {EPOCH} + 100 * i, i, 0, '{run_id(name)}' FROM {sequence(points)};
INSERT INTO latest_metrics (`key`, value, timestamp, step, is_nan, run_uuid)
SELECT `key`, value, timestamp, step, is_nan, run_uuid FROM metrics
WHERE run_uuid = '{run_id(name)}' AND `key` = '{key}' AND step = {points};
"""


def models_sql(size):
    return f"""
INSERT INTO registered_models (name, creation_time, last_updated_time, description)
SELECT CONCAT('model-', LPAD(i, 5, '0')), {EPOCH} + i, {EPOCH} + 1000 * i, 'of the benchmark'
FROM {sequence(size.models)};
INSERT INTO registered_model_tags (name, `key`, value)
SELECT CONCAT('model-', LPAD(i, 5, '0')), 'team', CONCAT('team ', i % 7)
FROM {sequence(size.models)};
INSERT INTO model_versions (name, version, creation_time, last_updated_time, description,
    current_stage, source, run_id, status, run_link, storage_location)
SELECT CONCAT('model-', LPAD(i, 5, '0')), v, {EPOCH} + 100 * i + v, {EPOCH} + 1000 * i + v, '',
    'None', CONCAT('mlflow-artifacts:/1/models/', i, '/', v), MD5(CONCAT('run-', i)), 'READY',
    '', CONCAT('mlflow-artifacts:/1/models/', i, '/', v)
FROM {sequence(size.models)} JOIN (SELECT seq AS v FROM seq_1_to_{VERSIONS}) vs;
INSERT INTO model_version_tags (name, version, `key`, value)
SELECT name, version, 'stage', 'candidate' FROM model_versions;
"""


def sql(size):
    """The whole seed, for an empty database with MLflow's tables."""
    parts = [
        # into empty tables InnoDB then sorts rows and builds whole indexes
        "SET SESSION unique_checks = 0, foreign_key_checks = 0;",
        f"""
INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time,
    last_update_time)
SELECT i, CASE i WHEN {writes(size)} THEN 'bench-writes' WHEN {curves(size)} THEN 'bench-curves'
    ELSE CONCAT('bench-', i) END, CONCAT('mlflow-artifacts:/', i), 'active', {EPOCH} + i,
    {EPOCH} + i FROM {sequence(size.experiments + 2)};
INSERT INTO experiment_tags (`key`, value, experiment_id)
SELECT 'team', CONCAT('team ', i % 7), i FROM {sequence(size.experiments)};
""",
        metrics_sql(size),
        runs_sql(sequence(size.runs), "run", f"1 + i % {size.experiments}"),
        runs_sql(sequence(WRITE_RUNS), "write", str(writes(size))),
        runs_sql(sequence(CURVES), "curve", str(curves(size))),
        runs_sql(sequence(1), "history", str(curves(size))),
        history_sql("history-1", "loss", size.history),
        *(history_sql(f"curve-{i}", "loss", CURVE_POINTS) for i in range(1, CURVES + 1)),
        models_sql(size),
        "ANALYZE TABLE experiments, runs, metrics, latest_metrics, params, tags,"
        " registered_models, model_versions;",
    ]
    return "\n".join(parts)
