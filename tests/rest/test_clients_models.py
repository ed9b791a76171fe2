"""Logged models, evaluation datasets and scorers by the real client of 3.x.

Clients of 2.x know nothing of this and are left out.
"""

import pytest

from conftest import client_name, interpreters, run_client

SCRIPT = r'''
import json, os
import mlflow
from mlflow.entities import LoggedModelStatus
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

e = out["experiment"] = client.create_experiment(name, artifact_location=root)
mlflow.set_experiment(name)

# logged models
with mlflow.start_run(run_name="trains") as run:
    out["run"] = run.info.run_id
    made = mlflow.initialize_logged_model(name="first", params={"lr": 0.1}, tags={"t": "v"},
                                          model_type="agent")
    first = out["first"] = made.model_id
    out["made"] = [made.name, str(made.status), made.source_run_id == run.info.run_id,
                   made.model_type, made.params, made.tags]
    mlflow.log_metric("loss", 0.5, step=1, model_id=first)
    mlflow.log_metrics({"loss": 0.25, "acc": 0.9}, step=2, model_id=first)
    ready = mlflow.finalize_logged_model(first, LoggedModelStatus.READY)
    out["ready"] = str(ready.status)
second = out["second"] = mlflow.create_external_model(
    name="second", tags={"t": "w"}, params={"lr": "0.2"}).model_id
mlflow.log_model_params({"late": "yes"}, model_id=second)
mlflow.set_logged_model_tags(second, {"more": "tags", "gone": "1"})
mlflow.delete_logged_model_tag(second, "gone")
with mlflow.start_run(run_name="evaluates") as judge:
    out["judge"] = judge.info.run_id
    import pandas
    data = mlflow.data.from_pandas(pandas.DataFrame({"x": [1, 2]}), name="eval")
    mlflow.log_metric("loss", 0.75, model_id=second, dataset=data)
    out["digest"] = data.digest

got = mlflow.get_logged_model(first)
out["metrics"] = sorted([m.key, m.value, m.step] for m in got.metrics)
got = mlflow.get_logged_model(second)
out["second_tags"], out["second_params"] = got.tags, got.params
out["second_metric"] = [[m.key, m.value, m.dataset_name] for m in got.metrics]
out["last"] = mlflow.last_logged_model().model_id

def found(**kw):
    return [m.name for m in mlflow.search_logged_models(
        experiment_ids=[e], output_format="list", **kw)]

out["all"] = sorted(found())
out["by_metric"] = found(filter_string="metrics.loss < 0.6")
out["by_param"] = found(filter_string="params.lr = '0.2'")
out["by_name"] = found(filter_string="name = 'first' AND tags.t = 'v'")
out["by_dataset"] = found(datasets=[{"dataset_name": "eval", "dataset_digest": data.digest}])
out["ordered"] = found(order_by=[{"field_name": "metrics.loss", "ascending": False}])
out["frame"] = len(mlflow.search_logged_models(experiment_ids=[e]))
page = client.search_logged_models([e], max_results=1)
out["pages"] = [[m.name for m in page], [m.name for m in client.search_logged_models(
    [e], max_results=1, page_token=page.token)]]
out["bad_name"] = refused(mlflow.create_external_model, name="a/b")
out["bad_filter"] = refused(found, filter_string="name")
client.delete_logged_model(second)
out["deleted"] = refused(mlflow.get_logged_model, second)
out["left"] = found()

# evaluation datasets
from mlflow.genai.datasets import create_dataset, delete_dataset, get_dataset, search_datasets
made = create_dataset(name=name + "-set", experiment_id=e, tags={"team": "one"})
out["dataset"] = made.dataset_id
made.merge_records([
    {"inputs": {"question": "q%d" % i}, "expectations": {"answer": "a%d" % i}} for i in range(3)])
made.merge_records([{"inputs": {"question": "q1"}, "expectations": {"score": 5},
                     "tags": {"again": "yes"}}])
got = get_dataset(dataset_id=made.dataset_id)
out["got"] = [got.name, got.tags["team"], json.loads(got.profile)["num_records"],
              got.experiment_ids]
frame = got.to_df()
out["questions"] = sorted(i["question"] for i in frame["inputs"])
out["merged"] = [x for x in frame["expectations"] if "score" in x]
out["found"] = [d.name for d in search_datasets(
    experiment_ids=[e], filter_string="name LIKE '%%-set'", order_by=["created_time DESC"])]
from mlflow.genai.datasets import set_dataset_tags, delete_dataset_tag
set_dataset_tags(dataset_id=made.dataset_id, tags={"team": "two", "x": "1"})
delete_dataset_tag(dataset_id=made.dataset_id, key="x")
out["tags"] = {k: v for k, v in get_dataset(dataset_id=made.dataset_id).tags.items()
               if not k.startswith("mlflow.")}
delete_dataset(dataset_id=made.dataset_id)
out["no_dataset"] = refused(get_dataset, dataset_id=made.dataset_id)

# scorers
from mlflow.genai.scorers import Guidelines, delete_scorer, get_scorer, list_scorers
scorer = Guidelines(name="polite", guidelines=["be polite"])
scorer.register(experiment_id=e)
scorer.register(experiment_id=e)
out["scorers"] = [s.name for s in list_scorers(experiment_id=e)]
out["scorer"] = get_scorer(name="polite", experiment_id=e).name
delete_scorer(name="polite", experiment_id=e, version="all")
out["no_scorers"] = [s.name for s in list_scorers(experiment_id=e)]
print("\nRESULT " + json.dumps(out))
'''


@pytest.fixture(scope="module", params=interpreters(oldest=3), ids=client_name)
def client(request, server, tmp_path_factory):
    """What the script saw, run once by each interpreter."""
    return run_client(request.param, SCRIPT, server, tmp_path_factory.mktemp("client"))


def test_made(client):
    name, status, of_run, kind, params, tags = client["made"]
    assert (name, status.split(".")[-1], of_run, kind) == ("first", "PENDING", True, "agent")
    assert params == {"lr": "0.1"} and tags["t"] == "v"
    assert client["ready"].endswith("READY")


def test_model(client, api):
    model = api.read(f"logged-models/{client['first']}")["model"]
    assert model["info"]["source_run_id"] == client["run"]
    assert model["info"]["status"] == "LOGGED_MODEL_READY"
    assert {"key": "lr", "value": "0.1"} in model["data"]["params"]
    assert client["metrics"] == [["acc", 0.9, 2], ["loss", 0.25, 2], ["loss", 0.5, 1]]


def test_external_model(client):
    assert {"t": "w", "more": "tags"}.items() <= client["second_tags"].items()
    assert "gone" not in client["second_tags"]
    assert client["second_params"] == {"lr": "0.2", "late": "yes"}
    assert client["second_metric"] == [["loss", 0.75, "eval"]]


def test_rows(client, sql):
    found = sql("SELECT metric_name, metric_value, dataset_name, dataset_digest, run_id"
                " FROM logged_model_metrics WHERE model_id = %s", (client["second"],))
    assert found == (("loss", 0.75, "eval", client["digest"], client["judge"]),)


def test_searches(client):
    assert client["all"] == ["first", "second"] and client["frame"] == 2
    assert client["by_metric"] == client["by_name"] == ["first"]
    assert client["by_param"] == client["by_dataset"] == ["second"]
    assert client["ordered"] == ["second", "first"]
    assert client["pages"] == [["second"], ["first"]]
    assert client["left"] == ["first"]


@pytest.mark.parametrize("what, code, text", [
    ("bad_name", "INVALID_PARAMETER_VALUE", "Invalid model name ('a/b') provided."),
    ("bad_filter", "INVALID_PARAMETER_VALUE", "Invalid filter string: 'name'."),
    ("deleted", "RESOURCE_DOES_NOT_EXIST", "not found."),
    ("no_dataset", "RESOURCE_DOES_NOT_EXIST", "not found"),
])
def test_errors_reach_the_user(client, what, code, text):
    assert client[what][0] == code
    assert text in client[what][1]


def test_dataset(client):
    assert client["got"] == [client["name"] + "-set", "one", 3, [client["experiment"]]]
    assert client["questions"] == ["q0", "q1", "q2"]
    assert client["merged"] == [{"answer": "a1", "score": 5}]
    assert client["found"] == [client["name"] + "-set"]
    assert client["tags"] == {"team": "two"}


def test_scorers(client):
    assert client["scorers"] == ["polite"] and client["scorer"] == "polite"
    assert client["no_scorers"] == []
