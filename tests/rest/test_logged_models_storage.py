"""What logged models, evaluation datasets and scorers leave in the tables."""

import hashlib
import json
import re
import time

import pytest

V3 = {"version": "3.0"}
HEX = "[0-9a-f]{32}"


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


def recent(value):
    """A time in ms of this test, though the clocks of two machines may differ a little."""
    return isinstance(value, int) and abs(value - time.time() * 1000) < 120000


# --- logged models ----------------------------------------------------------


def create(api, exp, **kw):
    return api.ok("logged-models", {"experiment_id": exp, **kw})["model"]["info"]["model_id"]


def test_model(api, exp, rows):
    model = create(api, exp, name="n", model_type="agent", source_run_id="r",
                   params=[{"key": "p", "value": "1"}, {"key": "e"}],
                   tags=[{"key": "t", "value": "é"}, {"key": "e"}])
    root = api.read("experiments/get", {"experiment_id": exp})["experiment"]["artifact_location"]
    [row] = rows("logged_models", "model_id = %s", model)
    assert recent(row["creation_timestamp_ms"])
    assert row == {
        "model_id": model, "experiment_id": int(exp), "name": "n",
        "artifact_location": f"{root}/models/{model}/artifacts",
        "creation_timestamp_ms": row["creation_timestamp_ms"],
        "last_updated_timestamp_ms": row["creation_timestamp_ms"], "status": 1,
        "lifecycle_stage": "active", "model_type": "agent", "source_run_id": "r",
        "status_message": None}
    assert rows("logged_model_params", "model_id = %s ORDER BY param_key", model) == [
        {"model_id": model, "experiment_id": int(exp), "param_key": k, "param_value": v}
        for k, v in (("e", ""), ("p", "1"))]
    assert rows("logged_model_tags", "model_id = %s ORDER BY tag_key", model) == [
        {"model_id": model, "experiment_id": int(exp), "tag_key": k, "tag_value": v}
        for k, v in (("e", ""), ("t", "é"))]


def test_least_model(api, exp, rows):
    [row] = rows("logged_models", "model_id = %s", create(api, exp))
    assert (row["model_type"], row["source_run_id"], row["status_message"]) == ("", "", None)


def test_model_changes(api, exp, rows):
    model = create(api, exp, tags=[{"key": "t", "value": "1"}, {"key": "u", "value": "1"}])

    def row():
        return rows("logged_models", "model_id = %s", model)[0]

    def tags():
        return {r["tag_key"]: r["tag_value"]
                for r in rows("logged_model_tags", "model_id = %s", model)}

    last = row()["last_updated_timestamp_ms"]
    for status, number in (("READY", 2), ("UPLOAD_FAILED", 3), ("PENDING", 1)):
        time.sleep(0.003)
        api.call("PATCH", f"logged-models/{model}",
                 json={"model_id": model, "status": "LOGGED_MODEL_" + status})
        assert row()["status"] == number
        assert row()["last_updated_timestamp_ms"] > last
        last = row()["last_updated_timestamp_ms"]
    api.call("PATCH", f"logged-models/{model}/tags",
             json={"tags": [{"key": "t", "value": "2"}, {"key": "v", "value": "3"}]})
    api.call("DELETE", f"logged-models/{model}/tags/u")
    assert tags() == {"t": "2", "v": "3"}
    assert row()["last_updated_timestamp_ms"] == last
    time.sleep(0.003)
    api.call("DELETE", f"logged-models/{model}")
    assert row()["lifecycle_stage"] == "deleted" and row()["last_updated_timestamp_ms"] > last
    assert tags() == {"t": "2", "v": "3"}


def test_model_metrics(api, exp, run, rows):
    """In metrics and latest_metrics of the run, and beside them."""
    model = create(api, exp)
    api.ok("runs/log-metric", {"run_id": run, "model_id": model, "key": "m", "value": 1.5,
                               "timestamp": 7, "step": 3, "dataset_name": "d",
                               "dataset_digest": "g"})
    api.ok("runs/log-batch", {"run_id": run, "metrics": [
        {"key": "n", "value": "NaN", "timestamp": 8, "step": 0, "model_id": model},
        {"key": "i", "value": "-Infinity", "timestamp": 9, "step": 0, "model_id": model}]})
    common = {"model_id": model, "experiment_id": int(exp), "run_id": run, "dataset_uuid": None}
    assert rows("logged_model_metrics", "model_id = %s ORDER BY metric_timestamp_ms", model) == [
        {**common, "metric_name": "m", "metric_timestamp_ms": 7, "metric_step": 3,
         "metric_value": 1.5, "dataset_name": "d", "dataset_digest": "g"},
        {**common, "metric_name": "n", "metric_timestamp_ms": 8, "metric_step": 0,
         "metric_value": 0.0, "dataset_name": None, "dataset_digest": None},
        {**common, "metric_name": "i", "metric_timestamp_ms": 9, "metric_step": 0,
         "metric_value": -1.7976931348623157e308, "dataset_name": None, "dataset_digest": None}]
    for table in ("metrics", "latest_metrics"):
        assert {r["key"]: (r["timestamp"], r["is_nan"])
                for r in rows(table, "run_uuid = %s", run)} == {
                    "m": (7, 0), "n": (8, 1), "i": (9, 0)}


def test_model_metric_of_another_value(api, exp, run, rows):
    """A point of a model that is there already is absorbed; another value is refused."""
    model = create(api, exp)
    point = {"model_id": model, "key": "m", "value": 1.5, "timestamp": 7, "step": 3}
    for _ in range(2):
        api.ok("runs/log-metric", {"run_id": run, **point})
        api.ok("runs/log-batch", {"run_id": run, "metrics": [point, {**point, "key": "n"}]})
    for other in ({"value": 2.5}, {"value": "NaN"}, {"dataset_name": "d", "dataset_digest": "g"}):
        r = api.post("runs/log-metric", {"run_id": run, **point, **other})
        assert (r.status_code, r.json()["error_code"]) == (400, "BAD_REQUEST"), r.text
        assert [x["value"] for x in rows("metrics", "run_uuid = %s AND `key` = 'm'", run)] == [1.5]
    r = api.post("runs/log-batch", {"run_id": run, "metrics": [
        {**point, "key": "b", "value": 1}, {**point, "key": "b", "value": 2}]})
    assert (r.status_code, r.json()["error_code"]) == (400, "BAD_REQUEST"), r.text
    assert [(x["metric_name"], x["metric_value"], x["dataset_name"]) for x in rows(
        "logged_model_metrics", "model_id = %s ORDER BY metric_name", model)] == [
            ("m", 1.5, None), ("n", 1.5, None)]


# --- evaluation datasets ----------------------------------------------------


def test_dataset(api, exp, rows):
    made = api.ok("datasets/create", {
        "name": "né", "experiment_ids": [exp, "no id"],
        "tags": '{"a":"1","mlflow.user":"bob","none":null}'}, **V3)["dataset"]
    dataset = made["dataset_id"]
    [row] = rows("evaluation_datasets", "dataset_id = %s", dataset)
    assert row == {
        "dataset_id": dataset, "name": "né", "schema": None, "profile": None,
        "digest": hashlib.sha256(f"né:{made['created_time']}".encode()).hexdigest()[:8],
        "created_time": made["created_time"], "last_update_time": made["created_time"],
        "created_by": "bob", "last_updated_by": "bob", "workspace": "default"}
    assert rows("evaluation_dataset_tags", "dataset_id = %s ORDER BY `key`", dataset) == [
        {"dataset_id": dataset, "key": k, "value": v}
        for k, v in (("a", "1"), ("mlflow.user", "bob"), ("none", None))]
    links = rows("entity_associations", "source_id = %s ORDER BY destination_id", dataset)
    assert sorted(r["destination_id"] for r in links) == sorted([exp, "no id"])
    for link in links:
        assert re.fullmatch("a-" + HEX, link["association_id"]) and recent(link["created_time"])
        assert (link["source_type"], link["destination_type"]) == ("evaluation_dataset", "experiment")
    other = api.new_experiment()
    api.ok(f"datasets/{dataset}/add-experiments", {"experiment_ids": [other]}, **V3)
    [link] = rows("entity_associations", "source_id = %s AND destination_id = %s", dataset, other)
    assert re.fullmatch(HEX, link["association_id"])
    api.call("DELETE", f"datasets/{dataset}", **V3)
    for table, column in (("evaluation_datasets", "dataset_id"), ("entity_associations", "source_id"),
                          ("evaluation_dataset_tags", "dataset_id")):
        assert rows(table, f"{column} = %s", dataset) == []


def upsert(api, dataset, *records):
    return api.ok(f"datasets/{dataset}/records", {"records": json.dumps(records)}, **V3)


@pytest.fixture
def dataset(api):
    return api.ok("datasets/create", {"name": "ds"}, **V3)["dataset"]["dataset_id"]


def test_records(api, dataset, rows):
    """Texts as Python's json.dumps writes them; JSON's null is not SQL's."""
    inputs = {"b": {"z": 1.0, "é": [1, None]}, "a": 1}
    upsert(api, dataset, {"inputs": inputs})
    [row] = rows("evaluation_dataset_records", "dataset_id = %s", dataset)
    assert re.fullmatch("dr-" + HEX, row["dataset_record_id"]) and recent(row["created_time"])
    assert row == {
        "dataset_record_id": row["dataset_record_id"], "dataset_id": dataset,
        "inputs": json.dumps(inputs), "expectations": "null", "tags": "{}", "source": "null",
        "source_id": None, "source_type": None, "created_time": row["created_time"],
        "last_update_time": row["created_time"], "created_by": None, "last_updated_by": None,
        "input_hash": hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest(),
        "outputs": '{"mlflow_wrapped": {}}'}
    upsert(api, dataset, {
        "inputs": inputs, "expectations": {"y": "é"}, "outputs": "text",
        "tags": {"k": "v", "mlflow.user": "ann"}, "source": {"source_type": "CODE"}})
    [after] = rows("evaluation_dataset_records", "dataset_id = %s", dataset)
    assert after == {
        **row, "expectations": '{"y": "\\u00e9"}', "outputs": '{"mlflow_wrapped": "text"}',
        "tags": '{"k": "v", "mlflow.user": "ann"}', "last_updated_by": "ann",
        "last_update_time": after["last_update_time"]}
    upsert(api, dataset, {"inputs": inputs, "outputs": None})
    [after] = rows("evaluation_dataset_records", "dataset_id = %s", dataset)
    assert after["outputs"] == "null"
    [row] = rows("evaluation_datasets", "dataset_id = %s", dataset)
    assert row["schema"] == ('{"inputs": {"b": "object", "a": "integer"}, "outputs": "string", '
                             '"expectations": {"y": "string"}, "version": "1.0"}')
    assert row["profile"] == '{"num_records": 1}'
    assert row["digest"] == hashlib.sha256(f"ds:{row['last_update_time']}".encode()).hexdigest()[:8]


def test_record_sources(api, dataset, rows):
    upsert(api, dataset, {"inputs": {"a": 1}, "source": {
        "source_type": "trace", "source_data": {"trace_id": "tr-1"}}})
    [row] = rows("evaluation_dataset_records", "dataset_id = %s", dataset)
    assert (row["source"], row["source_id"], row["source_type"]) == (
        '{"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}', "tr-1", "TRACE")
    api.call("DELETE", f"datasets/{dataset}/records",
             json={"dataset_record_ids": [row["dataset_record_id"]]}, **V3)
    assert rows("evaluation_dataset_records", "dataset_id = %s", dataset) == []
    [row] = rows("evaluation_datasets", "dataset_id = %s", dataset)
    assert row["profile"] == "null" and row["schema"] is not None


# --- scorers ----------------------------------------------------------------


def test_scorer(api, exp, rows):
    text = '{"é":1.0, "a":[1]}'
    for version in (1, 2):
        made = api.ok("scorers/register", {
            "experiment_id": exp, "name": "n", "serialized_scorer": text}, **V3)
        assert made["version"] == version
    scorer = made["scorer_id"]
    assert rows("scorers", "scorer_id = %s", scorer) == [
        {"experiment_id": int(exp), "scorer_name": "n", "scorer_id": scorer}]
    found = rows("scorer_versions", "scorer_id = %s ORDER BY scorer_version", scorer)
    assert all(recent(r.pop("creation_time")) for r in found)
    assert found == [{"scorer_id": scorer, "scorer_version": v, "serialized_scorer": text}
                     for v in (1, 2)]
    api.call("PUT", "scorers/online-config",
             json={"experiment_id": exp, "name": "n", "sample_rate": 0}, **V3)
    [row] = rows("online_scoring_configs", "scorer_id = %s", scorer)
    assert row == {"online_scoring_config_id": row["online_scoring_config_id"],
                   "scorer_id": scorer, "sample_rate": 0.0, "experiment_id": int(exp),
                   "filter_string": None}
    api.call("DELETE", "scorers/delete", json={"experiment_id": exp, "name": "n"}, **V3)
    for table in ("scorers", "scorer_versions", "online_scoring_configs"):
        assert rows(table, "scorer_id = %s", scorer) == []
