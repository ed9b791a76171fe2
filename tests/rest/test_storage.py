"""What each call leaves in the tables, which the other server must be able to read."""

import json
import math
import re
import time
import uuid

import pytest

MAX = 1.7976931348623157e308
HEX = re.compile("[0-9a-f]{32}")


def now():
    return int(time.time() * 1000)


def tick():
    """Returns in the next millisecond, so that a time written after it is later."""
    started = now()
    while now() == started:
        pass


def recent(value):
    """A time in ms of this test, though the clocks of two machines may differ a little."""
    return isinstance(value, int) and abs(value - now()) < 120000


@pytest.fixture(scope="session")
def rows(sql):
    """rows(table, "column = %s", value) -> list of dictionaries, every column."""

    def read(table, where, *args):
        columns = [c[0] for c in sql(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND table_name = %s ORDER BY ordinal_position",
            (table,),
        )]
        return [dict(zip(columns, row))
                for row in sql(f"SELECT * FROM `{table}` WHERE {where}", args)]

    return read


# --- experiments ------------------------------------------------------------


def test_experiment(api, rows):
    made = api.new_experiment("s " + uuid.uuid4().hex, tags=[{"key": "k", "value": "é"}, {"key": "e"}])
    [row] = rows("experiments", "experiment_id = %s", made)
    root = api.read("experiments/get", {"experiment_id": "0"})["experiment"]["artifact_location"]
    assert recent(row["creation_time"])
    assert row == {
        "experiment_id": int(made),
        "name": row["name"],
        "artifact_location": root[:-1] + made,
        "lifecycle_stage": "active",
        "creation_time": row["creation_time"],
        "last_update_time": row["creation_time"],
        "workspace": "default",
    }
    assert row["name"].startswith("s ")
    assert sorted((t["key"], t["value"]) for t in
                  rows("experiment_tags", "experiment_id = %s", made)) == [("e", ""), ("k", "é")]


def test_experiment_location_as_given(api, rows):
    made = api.new_experiment(artifact_location="s3://b/x/")
    [row] = rows("experiments", "experiment_id = %s", made)
    assert row["artifact_location"] == "s3://b/x/"


def test_default_experiment(rows):
    [row] = rows("experiments", "experiment_id = 0")
    assert row["name"] == "Default" and row["artifact_location"].endswith("/0")


def test_experiment_deletion(api, exp, rows):
    """Every run is marked anew, and restoring clears every one."""
    runs = [api.new_run(exp) for _ in range(2)]
    api.ok("runs/delete", {"run_id": runs[0]})
    [earlier] = rows("runs", "run_uuid = %s", runs[0])
    tick()
    api.ok("experiments/delete", {"experiment_id": exp})
    [row] = rows("experiments", "experiment_id = %s", exp)
    assert row["lifecycle_stage"] == "deleted"
    assert row["last_update_time"] > row["creation_time"]
    marked = rows("runs", "experiment_id = %s", exp)
    assert [r["lifecycle_stage"] for r in marked] == ["deleted", "deleted"]
    assert all(recent(r["deleted_time"]) for r in marked)
    assert all(r["deleted_time"] > earlier["deleted_time"] for r in marked)
    api.ok("experiments/restore", {"experiment_id": exp})
    [restored] = rows("experiments", "experiment_id = %s", exp)
    assert restored["lifecycle_stage"] == "active"
    assert restored["last_update_time"] >= row["last_update_time"]
    for run in rows("runs", "experiment_id = %s", exp):
        assert (run["lifecycle_stage"], run["deleted_time"]) == ("active", None)


def test_experiment_tag_deletion(api, exp, rows):
    api.ok("experiments/set-experiment-tag", {"experiment_id": exp, "key": "k"})
    assert len(rows("experiment_tags", "experiment_id = %s", exp)) == 1
    api.ok("experiments/delete-experiment-tag", {"experiment_id": exp, "key": "k"})
    assert rows("experiment_tags", "experiment_id = %s", exp) == []


# --- runs -------------------------------------------------------------------


@pytest.mark.parametrize("sent, user, start", [
    ({}, "", 0), ({"user_id": "u", "start_time": 7}, "u", 7),
])
def test_run(api, exp, rows, sent, user, start):
    info = api.ok("runs/create", {"experiment_id": exp, **sent})["run"]["info"]
    assert rows("runs", "run_uuid = %s", info["run_id"]) == [{
        "run_uuid": info["run_id"],
        "name": info["run_name"],
        "source_type": "UNKNOWN",
        "source_name": "",
        "entry_point_name": "",
        "user_id": user,
        "status": "RUNNING",
        "start_time": start,
        "end_time": None,
        "source_version": "",
        "lifecycle_stage": "active",
        "artifact_uri": info["artifact_uri"],
        "experiment_id": int(exp),
        "deleted_time": None,
    }]
    assert rows("tags", "run_uuid = %s", info["run_id"]) == [
        {"key": "mlflow.runName", "value": info["run_name"], "run_uuid": info["run_id"]}
    ]


def test_run_update(api, run, rows):
    [before] = rows("runs", "run_uuid = %s", run)
    api.ok("runs/update", {"run_id": run, "status": "FAILED", "end_time": 0, "run_name": "new"})
    assert rows("runs", "run_uuid = %s", run) == [
        {**before, "status": "FAILED", "end_time": 0, "name": "new"}
    ]
    assert [t["value"] for t in rows("tags", "run_uuid = %s", run)] == ["new"]


def test_run_deletion(api, run, rows):
    api.ok("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 9})
    [before] = rows("runs", "run_uuid = %s", run)
    api.ok("runs/delete", {"run_id": run})
    [row] = rows("runs", "run_uuid = %s", run)
    assert recent(row["deleted_time"])
    assert row == {**before, "lifecycle_stage": "deleted", "deleted_time": row["deleted_time"]}
    api.ok("runs/restore", {"run_id": run})
    assert rows("runs", "run_uuid = %s", run) == [before]


@pytest.mark.parametrize("path, body", [
    ("set-tag", {"key": "mlflow.runName", "value": "é"}),
    ("log-batch", {"tags": [{"key": "mlflow.runName", "value": "é"}]}),
])
def test_name_tag_writes_the_name(api, run, rows, path, body):
    api.ok("runs/" + path, {"run_id": run, **body})
    assert [r["name"] for r in rows("runs", "run_uuid = %s", run)] == ["é"]


def test_name_survives_its_tag(api, run, rows):
    [before] = rows("runs", "run_uuid = %s", run)
    api.ok("runs/delete-tag", {"run_id": run, "key": "mlflow.runName"})
    assert rows("runs", "run_uuid = %s", run) == [before]
    assert rows("tags", "run_uuid = %s", run) == []


# --- metrics, params, tags --------------------------------------------------


@pytest.mark.parametrize("value, stored, is_nan", [
    (1.5, 1.5, 0), (0.1, 0.1, 0), (0.30000000000000004, 0.30000000000000004, 0),
    (5e-324, 5e-324, 0), (1e-320, 1e-320, 0), (MAX, MAX, 0), (-MAX, -MAX, 0),
    ("NaN", 0.0, 1), ("Infinity", MAX, 0), ("-Infinity", -MAX, 0), (-0.0, 0.0, 0),
    (123456789.123456789, 123456789.123456789, 0), (1 / 3, 1 / 3, 0),
])
def test_metric(api, run, sql, value, stored, is_nan):
    api.ok("runs/log-metric",
           {"run_id": run, "key": "m", "value": value, "timestamp": 5, "step": -2})
    for table in ("metrics", "latest_metrics"):
        [row] = sql(
            f"SELECT `key`, value, timestamp, step, is_nan FROM {table} WHERE run_uuid = %s",
            (run,),
        )
        assert row == ("m", stored, 5, -2, is_nan)
        assert math.copysign(1, row[1]) == math.copysign(1, stored)


def test_points_and_the_newest(api, run, sql):
    points = [(3, 1, 1.0), (3, 2, 0.5), (1, 9, 9.0), (3, 2, 0.25), (3, 2, 0.5), (2, 9, "NaN")]
    for step, timestamp, value in points:
        api.ok("runs/log-metric", {
            "run_id": run, "key": "m", "value": value, "timestamp": timestamp, "step": step,
        })
    kept = sql("SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = %s"
               " ORDER BY step, timestamp, value", (run,))
    assert list(kept) == [
        (1, 9, 9.0, 0), (2, 9, 0.0, 1), (3, 1, 1.0, 0), (3, 2, 0.25, 0), (3, 2, 0.5, 0),
    ]
    newest = sql("SELECT step, timestamp, value, is_nan FROM latest_metrics"
                 " WHERE run_uuid = %s", (run,))
    assert list(newest) == [(3, 2, 0.5, 0)]


def test_nan_and_zero_are_two_points(api, run, sql):
    api.ok("runs/log-batch", {"run_id": run, "metrics": [
        {"key": "m", "value": v, "timestamp": 1} for v in (0, "NaN", -0.0, "NaN")
    ]})
    kept = sql("SELECT value, is_nan FROM metrics WHERE run_uuid = %s ORDER BY is_nan", (run,))
    assert list(kept) == [(0.0, 0), (0.0, 1)]


def test_param_and_tag(api, run, rows):
    api.ok("runs/log-batch", {
        "run_id": run, "params": [{"key": "p", "value": "é\u0000\n"}, {"key": "q"}],
        "tags": [{"key": "t", "value": "😀"}, {"key": "u"}],
    })
    found = rows("params", "run_uuid = %s ORDER BY `key`", run)
    assert found == [
        {"key": "p", "value": "é\u0000\n", "run_uuid": run},
        {"key": "q", "value": "", "run_uuid": run},
    ]
    found = rows("tags", "run_uuid = %s AND `key` <> 'mlflow.runName' ORDER BY `key`", run)
    assert found == [
        {"key": "t", "value": "😀", "run_uuid": run}, {"key": "u", "value": "", "run_uuid": run},
    ]


def test_truncation_counts_characters(api, run, sql):
    api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": "é" * 6001})
    api.ok("runs/set-tag", {"run_id": run, "key": "t", "value": "😀" * 8001})
    [[length]] = sql("SELECT CHAR_LENGTH(value) FROM params WHERE run_uuid = %s", (run,))
    assert length == 6000
    [[length]] = sql(
        "SELECT CHAR_LENGTH(value) FROM tags WHERE run_uuid = %s AND `key` = 't'", (run,)
    )
    assert length == 8000


@pytest.mark.parametrize("path, body", [
    ("log-metric", {"key": "a$", "value": 1, "timestamp": 1}),
    ("log-metric", {"key": "a", "value": 1, "timestamp": -1}),
    ("log-batch", {"metrics": [{"key": "a", "value": 1, "timestamp": 1}],
                   "params": [{"key": "d"}, {"key": "d"}]}),
    ("log-batch", {"metrics": [{"key": "a", "value": 1, "timestamp": 1}],
                   "tags": [{"key": "a//b"}]}),
    ("log-batch", {"metrics": [{"key": "a", "value": 1, "timestamp": 1}],
                   "params": [{"key": "p", "value": "other"}]}),
])
def test_a_refused_write_leaves_no_row(api, run, rows, path, body):
    api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
    assert api.post("runs/" + path, {"run_id": run, **body}).status_code == 400
    for table, count in (("metrics", 0), ("latest_metrics", 0), ("params", 1), ("tags", 1)):
        assert len(rows(table, "run_uuid = %s", run)) == count


def test_log_model(api, run, rows):
    model = {"artifact_path": "m", "flavors": {"b": 1, "a": 2}, "utc_time_created": "x",
             "run_id": run}
    api.ok("runs/log-model", {"run_id": run, "model_json": json.dumps(model)})
    [row] = rows("tags", "run_uuid = %s AND `key` = 'mlflow.log-model.history'", run)
    assert row["value"] == (
        f'[{{"run_id": "{run}", "artifact_path": "m", "utc_time_created": "x",'
        ' "model_uuid": null, "flavors": {"b": 1, "a": 2}}]'
    )


def test_metrics_of_a_model(api, exp, run, rows, sql):
    """One more table; the dataset is only named there."""
    model = "m-" + run
    sql(
        "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,"
        " creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage)"
        " VALUES (%s, %s, 'mod', '/nowhere', 1, 1, 2, 'active')", (model, exp),
    )
    named = {"dataset_name": "ds", "dataset_digest": "dg"}
    for _ in range(2):  # a repeat is harmless
        api.ok("runs/log-batch", {"run_id": run, "metrics": [
            {"key": "a", "value": 1, "timestamp": 1, "model_id": model},
            {"key": "b", "value": 2, "timestamp": 3, "step": 4, "model_id": model, **named},
            {"key": "c", "value": 3, "timestamp": 1, **named},
        ]})
    api.ok("runs/log-metric", {
        "run_id": run, "key": "d", "value": 4, "timestamp": 1, "model_id": model, **named,
    })
    found = rows("logged_model_metrics", "model_id = %s ORDER BY metric_name", model)
    assert found == [
        {"model_id": model, "metric_name": key, "metric_timestamp_ms": timestamp,
         "metric_step": step, "metric_value": value, "experiment_id": int(exp), "run_id": run,
         "dataset_uuid": None, "dataset_name": name, "dataset_digest": digest}
        for key, timestamp, step, value, name, digest in [
            ("a", 1, 0, 1.0, None, None), ("b", 3, 4, 2.0, "ds", "dg"),
            ("d", 1, 0, 4.0, "ds", "dg"),
        ]
    ]
    for table in ("metrics", "latest_metrics"):
        assert [r["key"] for r in rows(table, "run_uuid = %s ORDER BY `key`", run)] == [*"abcd"]
    assert rows("datasets", "experiment_id = %s", exp) == []


# --- inputs and outputs -----------------------------------------------------


def test_dataset_inputs(api, exp, run, rows):
    api.ok("runs/log-inputs", {"run_id": run, "datasets": [
        {"tags": [{"key": "mlflow.data.context", "value": "train"}, {"key": "z", "value": ""}],
         "dataset": {"name": "a", "digest": "1", "source_type": "local", "source": "src",
                     "schema": "s", "profile": "p"}},
        {"dataset": {"name": "b", "digest": "2", "source_type": "http", "source": "{}"}},
        {"dataset": {"name": "c", "digest": "3", "schema": "", "profile": ""}},
    ]})
    a, b, c = rows("datasets", "experiment_id = %s ORDER BY name", exp)
    for row in (a, b, c):
        assert HEX.fullmatch(row.pop("dataset_uuid")) and row.pop("experiment_id") == int(exp)
    assert a == {"name": "a", "digest": "1", "dataset_source_type": "local",
                 "dataset_source": "src", "dataset_schema": "s", "dataset_profile": "p"}
    assert b == {"name": "b", "digest": "2", "dataset_source_type": "http",
                 "dataset_source": "{}", "dataset_schema": None, "dataset_profile": None}
    assert c == {"name": "c", "digest": "3", "dataset_source_type": "",
                 "dataset_source": "", "dataset_schema": "", "dataset_profile": ""}

    a, b, c = [r["dataset_uuid"]
               for r in rows("datasets", "experiment_id = %s ORDER BY name", exp)]
    found = {r["source_id"]: r for r in rows("inputs", "destination_id = %s", run)}
    assert set(found) == {a, b, c}
    for row in found.values():
        assert HEX.fullmatch(row["input_uuid"])
        assert (row["source_type"], row["destination_type"], row["step"]) == ("DATASET", "RUN", 0)
    tags = rows("input_tags", "input_uuid = %s ORDER BY name", found[a]["input_uuid"])
    assert [(t["name"], t["value"]) for t in tags] == [
        ("mlflow.data.context", "train"), ("z", ""),
    ]
    assert rows("input_tags", "input_uuid = %s", found[b]["input_uuid"]) == []


def test_repeated_dataset_inputs(api, exp, run, rows):
    """One dataset row for an experiment, one input for a run, and the first texts stay."""
    def log(run, source, context):
        api.ok("runs/log-inputs", {"run_id": run, "datasets": [{
            "tags": [{"key": "mlflow.data.context", "value": context}],
            "dataset": {"name": "a", "digest": "1", "source_type": "t", "source": source},
        }]})

    log(run, "first", "train")
    before = rows("datasets", "experiment_id = %s", exp), rows("inputs", "destination_id = %s", run)
    log(run, "second", "eval")
    other = api.new_run(exp)
    log(other, "third", "test")
    assert before == (
        rows("datasets", "experiment_id = %s", exp), rows("inputs", "destination_id = %s", run)
    )
    [row] = rows("inputs", "destination_id = %s", other)
    assert row["source_id"] == before[0][0]["dataset_uuid"]
    [tag] = rows("input_tags", "input_uuid = %s", row["input_uuid"])
    assert tag["value"] == "test"
    [tag] = rows("input_tags", "input_uuid = %s", before[1][0]["input_uuid"])
    assert tag["value"] == "train"


def test_model_inputs_and_outputs(api, run, rows):
    for _ in range(2):
        api.ok("runs/log-inputs", {"run_id": run, "models": [{"model_id": "m-in"}]})
    api.ok("runs/outputs", {"run_id": run, "models": [{"model_id": "m-out", "step": 3}]})
    found = rows("inputs", "source_id = %s ORDER BY destination_id", run)
    for row in found:
        assert HEX.fullmatch(row.pop("input_uuid")) and row.pop("source_id") == run
    assert found == [
        {"source_type": "RUN_INPUT", "destination_type": "MODEL_INPUT",
         "destination_id": "m-in", "step": 0},
        {"source_type": "RUN_OUTPUT", "destination_type": "MODEL_OUTPUT",
         "destination_id": "m-out", "step": 3},
    ]


def test_reads_write_nothing(api, exp, run, sql):
    api.ok("runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": 1})
    def state():
        return [sql(f"SELECT * FROM {t} WHERE {c} = %s", (v,)) for t, c, v in [
            ("experiments", "experiment_id", exp), ("runs", "run_uuid", run),
            ("tags", "run_uuid", run), ("metrics", "run_uuid", run),
            ("latest_metrics", "run_uuid", run), ("inputs", "destination_id", run),
        ]]

    before = state()
    api.get_run(run)
    api.search(exp)
    api.read("experiments/get", {"experiment_id": exp})
    api.read("metrics/get-history", {"run_id": run, "metric_key": "m"})
    api.read("metrics/get-history-bulk-interval", {"run_ids": run, "metric_key": "m"})
    api.read("metrics/get-history-bulk", {"run_id": run, "metric_key": "m"}, prefix="ajax-api")
    assert state() == before


# --- rows that came from elsewhere ------------------------------------------


def test_run_with_nulls(api, exp, sql):
    """As older releases left them."""
    run = uuid.uuid4().hex
    sql("INSERT INTO runs (run_uuid, name, user_id, status, start_time, lifecycle_stage,"
        " experiment_id) VALUES (%s, 'old', '', 'FINISHED', 5, 'active', %s)", (run, exp))
    assert api.get_run(run) == {
        "info": {
            "run_uuid": run, "run_id": run, "experiment_id": exp, "run_name": "old",
            "user_id": "", "status": "FINISHED", "start_time": 5, "lifecycle_stage": "active",
        },
        "data": {}, "inputs": {}, "outputs": {},
    }


@pytest.mark.parametrize("name", ["", None])
def test_empty_name_shows_the_tag(api, run, sql, name):
    sql("UPDATE runs SET name = %s WHERE run_uuid = %s", (name, run))
    sql("UPDATE tags SET value = 'from tag' WHERE run_uuid = %s", (run,))
    assert api.get_run(run)["info"]["run_name"] == "from tag"


@pytest.mark.parametrize("name, shown", [("", ""), (None, "absent")])
def test_empty_name_without_tag(api, run, sql, name, shown):
    sql("UPDATE runs SET name = %s WHERE run_uuid = %s", (name, run))
    sql("DELETE FROM tags WHERE run_uuid = %s", (run,))
    assert api.get_run(run)["info"].get("run_name", "absent") == shown


def test_null_tag_has_no_text(api, exp, run, sql):
    sql("INSERT INTO tags (`key`, value, run_uuid) VALUES ('k', NULL, %s)", (run,))
    sql("INSERT INTO experiment_tags (`key`, value, experiment_id) VALUES ('k', NULL, %s)", (exp,))
    [of_run] = [t for t in api.get_run(run)["data"]["tags"] if t["key"] == "k"]
    found = api.read("experiments/get", {"experiment_id": exp})["experiment"]
    for tag in (of_run, *found["tags"]):
        assert tag["key"] == "k" and tag.get("value", "") == ""


def test_experiment_without_times(api, exp, sql):
    sql("UPDATE experiments SET creation_time = NULL, last_update_time = NULL"
        " WHERE experiment_id = %s", (exp,))
    found = api.read("experiments/get", {"experiment_id": exp})["experiment"]
    assert set(found) == {
        "experiment_id", "name", "artifact_location", "lifecycle_stage", "workspace",
    }
    sql("UPDATE experiments SET creation_time = 1, last_update_time = 1"
        " WHERE experiment_id = %s", (exp,))


@pytest.mark.cairn_only("such a row breaks the lists of the reference, for other tests too")
def test_null_location(api, exp, sql):
    sql("UPDATE experiments SET artifact_location = NULL WHERE experiment_id = %s", (exp,))
    found = api.read("experiments/get", {"experiment_id": exp})["experiment"]
    assert found["artifact_location"] == ""
