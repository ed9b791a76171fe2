"""The real Python client, against the server: one script, every client at hand."""

import json

import pytest

from conftest import client_name, interpreters, run_client

SCRIPT = r'''
import json, os, sys, time
import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

name, root = os.environ["TEST_NAME"], os.environ["TEST_ROOT"]
out = {"version": mlflow.__version__}
client = MlflowClient()

def refused(call, *args, **kw):
    try:
        call(*args, **kw)
    except MlflowException as e:
        return [e.error_code, e.message]
    return None

# experiments
e = out["experiment"] = client.create_experiment(name, artifact_location=root, tags={"a": "1"})
out["set_experiment"] = mlflow.set_experiment(name).experiment_id
out["fresh"] = mlflow.set_experiment(name + "-fresh").experiment_id
out["same"] = mlflow.set_experiment(name + "-fresh").experiment_id
mlflow.set_experiment(name)
client.set_experiment_tag(e, "b", "two words")
out["duplicate"] = refused(client.create_experiment, name)

# a run, by the fluent interface
with mlflow.start_run(run_name="first", tags={"given": "yes"}) as run:
    first = out["first"] = run.info.run_id
    mlflow.log_param("p", 1)
    mlflow.log_params({"q": "x", "r": "\u00fc \U0001F600", "wide": "w" * 200})
    for step in range(5):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metrics({"nan": float("nan"), "inf": float("inf"), "ninf": float("-inf"),
                        "tiny": 5e-324, "third": 1 / 3}, step=3)
    mlflow.set_tag("t", "v")
    mlflow.set_tags({"t2": "v2", "number": 5})
    with open("file.txt", "w") as f:
        f.write("hello")
    mlflow.log_artifact("file.txt", "dir")
    mlflow.log_text("note", "note.txt")
    if int(mlflow.__version__.split(".")[0]) >= 3:
        import pandas
        frame = pandas.DataFrame({"x": [1, 2, 3], "y": [0.5, 1.5, 2.5]})
        mlflow.log_input(mlflow.data.from_pandas(frame, name="frame"), context="training")
    with mlflow.start_run(run_name="child", nested=True) as child:
        out["child"] = child.info.run_id
        mlflow.log_metric("loss", 9)

try:
    with mlflow.start_run(run_name="crash") as crash:
        out["crash"] = crash.info.run_id
        raise ValueError("on purpose")
except ValueError:
    pass

# reading back
got = client.get_run(first)
out["params"], out["tags"] = got.data.params, got.data.tags
out["metrics"] = {k: repr(v) for k, v in got.data.metrics.items()}
out["status"], out["stage"] = got.info.status, got.info.lifecycle_stage
out["run_name"] = got.info.run_name
out["history"] = [[m.step, m.value] for m in client.get_metric_history(first, "loss")]
out["no_history"] = len(client.get_metric_history(first, "nope"))

# searching
def names(runs):
    return [r.info.run_name for r in runs]

out["frame"] = sorted(mlflow.search_runs([e])["run_id"])
out["by_metric"] = names(client.search_runs([e], "metrics.loss < 0.5"))
out["by_parent"] = names(client.search_runs([e], "tags.mlflow.parentRunId = '%s'" % first))
out["by_name"] = names(client.search_runs([e], "run_name LIKE 'c%'", order_by=["run_name"]))
page = client.search_runs([e], max_results=2, order_by=["attributes.run_name ASC"])
out["page"] = names(page)
out["next"] = names(client.search_runs([e], max_results=2, page_token=page.token,
                                       order_by=["attributes.run_name ASC"]))

# the low interface
low = client.create_run(e, tags={"k": "v"}, run_name="low", start_time=1234)
out["low"] = low.info.run_id
now = int(time.time() * 1000)
client.log_batch(low.info.run_id,
                 metrics=[Metric("b%d" % i, i, now, 0) for i in range(1000)])
client.log_batch(low.info.run_id, params=[Param("p%d" % i, str(i)) for i in range(100)],
                 tags=[RunTag("t%d" % i, str(i)) for i in range(100)])
client.delete_tag(low.info.run_id, "k")
client.update_run(low.info.run_id, status="SCHEDULED", name="renamed")
client.set_terminated(low.info.run_id, "KILLED", end_time=5678)
client.log_param(low.info.run_id, "once", "1")
client.log_param(low.info.run_id, "once", "1")
out["changed_param"] = refused(client.log_param, low.info.run_id, "once", "2")
out["bad_name"] = refused(client.log_metric, low.info.run_id, "a$b", 1)

# deleting
gone = client.create_run(e, run_name="gone").info.run_id
client.delete_run(gone)
out["gone"] = client.get_run(gone).info.lifecycle_stage
out["on_deleted"] = refused(client.log_metric, gone, "m", 1)
out["deleted"] = names(client.search_runs([e], run_view_type=ViewType.DELETED_ONLY))
client.restore_run(gone)
out["back"] = client.get_run(gone).info.lifecycle_stage
out["no_run"] = refused(client.get_run, "nope")
out["no_experiment"] = refused(client.get_experiment, "999999999")
out["by_no_name"] = client.get_experiment_by_name(name + "-nope") is None

f = out["fresh"]
client.rename_experiment(f, name + "-renamed")
client.delete_experiment(f)
out["dead"] = [x.name for x in client.search_experiments(
    view_type=ViewType.DELETED_ONLY, filter_string="name LIKE '%s%%'" % name)]
client.restore_experiment(f)
out["alive"] = [x.name for x in client.search_experiments(
    filter_string="name LIKE '%s%%'" % name, order_by=["name ASC"])]
out["by_tag"] = [x.name for x in client.search_experiments(
    filter_string="tags.b = 'two words' AND name = '%s'" % name)]
out["experiment_tags"] = client.get_experiment(e).tags
print("\nRESULT " + json.dumps(out))
'''


@pytest.fixture(scope="module", params=interpreters(), ids=client_name)
def client(request, server, tmp_path_factory):
    """What the script saw, run once by each interpreter."""
    where = tmp_path_factory.mktemp("client")
    return {**run_client(request.param, SCRIPT, server, where), "root": where / "artifacts"}


def tags(run):
    return {t["key"]: t["value"] for t in run["data"]["tags"]}


def test_experiment(client, api):
    got = api.read("experiments/get", {"experiment_id": client["experiment"]})["experiment"]
    assert got["name"] == client["name"]
    assert got["artifact_location"] == str(client["root"])
    assert client["set_experiment"] == client["experiment"]
    assert client["fresh"] == client["same"] != client["experiment"]
    assert {"a": "1", "b": "two words"}.items() <= client["experiment_tags"].items()
    assert {"key": "b", "value": "two words"} in got["tags"]


def test_run(client, api):
    run = api.get_run(client["first"])
    info = run["info"]
    assert info["run_name"] == client["run_name"] == "first"
    assert info["status"] == client["status"] == "FINISHED"
    assert info["start_time"] <= info["end_time"]
    assert client["stage"] == "active"
    assert tags(run) == client["tags"]
    assert tags(run)["mlflow.runName"] == "first"
    assert {"given": "yes", "t": "v", "t2": "v2", "number": "5"}.items() <= tags(run).items()
    assert info["user_id"] == tags(run)["mlflow.user"]


def test_params(client, api):
    expected = {"p": "1", "q": "x", "r": "ü 😀", "wide": "w" * 200}
    assert client["params"] == expected
    got = {p["key"]: p["value"] for p in api.get_run(client["first"])["data"]["params"]}
    assert got == expected


def test_metrics(client, sql):
    assert client["metrics"] == {
        "loss": "0.2",
        "nan": "nan",
        "inf": "1.7976931348623157e+308",
        "ninf": "-1.7976931348623157e+308",
        "tiny": "5e-324",
        "third": "0.3333333333333333",
    }
    rows = sql(
        "SELECT `key`, value, is_nan, step FROM latest_metrics WHERE run_uuid = %s",
        (client["first"],),
    )
    assert ("nan", 0.0, 1, 3) in rows and ("loss", 0.2, 0, 4) in rows


def test_history(client, sql):
    assert client["history"] == [[s, 1.0 / (s + 1)] for s in range(5)]
    assert client["no_history"] == 0
    rows = sql(
        "SELECT step FROM metrics WHERE run_uuid = %s AND `key` = 'loss' ORDER BY step",
        (client["first"],),
    )
    assert [r[0] for r in rows] == [0, 1, 2, 3, 4]


def test_artifacts(client):
    """Below a local root the client writes by itself, at the uri that the server gave.

    (list_artifacts of 3.x asks logged-models/search too, which is not tested here.)
    """
    root = client["root"] / client["first"] / "artifacts"
    assert (root / "dir" / "file.txt").read_text() == "hello"
    assert (root / "note.txt").read_text() == "note"


def test_dataset(client, api, sql):
    inputs = api.get_run(client["first"])["inputs"]
    if int(client["version"].split(".")[0]) < 3:
        assert inputs == {}  # only clients from 3.0 log datasets here
        return
    (given,) = inputs["dataset_inputs"]
    assert given["tags"] == [{"key": "mlflow.data.context", "value": "training"}]
    assert given["dataset"]["name"] == "frame"
    assert json.loads(given["dataset"]["profile"])["num_rows"] == 3
    rows = sql(
        "SELECT name, digest FROM datasets WHERE experiment_id = %s", (client["experiment"],)
    )
    assert rows == (("frame", given["dataset"]["digest"]),)


def test_nested_and_crashed(client, api):
    child, crash = api.get_run(client["child"]), api.get_run(client["crash"])
    assert tags(child)["mlflow.parentRunId"] == client["first"]
    assert (child["info"]["status"], crash["info"]["status"]) == ("FINISHED", "FAILED")


def test_searches(client):
    assert client["frame"] == sorted([client["first"], client["child"], client["crash"]])
    assert client["by_metric"] == ["first"]
    assert client["by_parent"] == ["child"]
    assert client["by_name"] == ["child", "crash"]
    assert client["page"] == ["child", "crash"] and client["next"] == ["first"]


def test_low_interface(client, api, sql):
    run = api.get_run(client["low"])
    info = run["info"]
    assert (info["run_name"], info["status"]) == ("renamed", "KILLED")
    assert (info["start_time"], info["end_time"]) == (1234, 5678)
    assert len(run["data"]["metrics"]) == 1000
    assert len(run["data"]["params"]) == 101
    assert "k" not in tags(run) and tags(run)["mlflow.runName"] == "renamed"
    rows = sql("SELECT COUNT(*) FROM metrics WHERE run_uuid = %s", (client["low"],))
    assert rows == ((1000,),)


def test_deleting(client, api):
    assert (client["gone"], client["back"]) == ("deleted", "active")
    assert client["deleted"] == ["gone"]
    assert client["dead"] == [client["name"] + "-renamed"]
    assert client["alive"] == [client["name"], client["name"] + "-renamed"]
    assert client["by_tag"] == [client["name"]]
    got = api.read("experiments/get", {"experiment_id": client["fresh"]})["experiment"]
    assert (got["name"], got["lifecycle_stage"]) == (client["name"] + "-renamed", "active")


@pytest.mark.parametrize(
    "what, code, text",
    [
        ("duplicate", "RESOURCE_ALREADY_EXISTS", "already exists"),
        ("changed_param", "INVALID_PARAMETER_VALUE", "Changing param values is not allowed"),
        ("bad_name", "INVALID_PARAMETER_VALUE", "a$b"),
        ("on_deleted", "INVALID_PARAMETER_VALUE", "must be in the 'active' state"),
        ("no_run", "RESOURCE_DOES_NOT_EXIST", "nope"),
        ("no_experiment", "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=999999999 exists"),
    ],
)
def test_errors_reach_the_user(client, what, code, text):
    got_code, message = client[what]
    assert got_code == code
    assert text in message


def test_missing_name_is_none(client):
    assert client["by_no_name"] is True
