"""Long lists: what a request may hold, what it may not, and what is done with doubles."""

import json
import uuid

import pytest
from conftest import check_error

V3 = {"version": "3.0"}


def unique():
    return uuid.uuid4().hex


def tags(n):
    return [{"key": f"k{i}", "value": str(i)} for i in range(n)]


def kept(found):
    return {t["key"]: t["value"] for t in found["tags"]}


@pytest.fixture(scope="module")
def exp(api):
    return api.new_experiment()


@pytest.fixture
def run(api, exp):
    return api.new_run(exp)


@pytest.fixture
def dataset(api):
    return api.ok("datasets/create", {"name": unique()}, **V3)["dataset"]["dataset_id"]


# --- what is long and goes ----------------------------------------------------


def test_many_tags(api, exp):
    want = {t["key"]: t["value"] for t in tags(3000)}
    run = api.ok("runs/create", {"experiment_id": exp, "tags": tags(3000)})["run"]
    assert want.items() <= kept(api.get_run(run["info"]["run_id"])["data"]).items()
    new = api.new_experiment(tags=tags(3000))
    assert kept(api.read("experiments/get", {"experiment_id": new})["experiment"]) == want
    name = unique()
    api.ok("registered-models/create", {"name": name, "tags": tags(3000)})
    assert kept(api.read("registered-models/get", {"name": name})["registered_model"]) == want
    api.ok("model-versions/create", {"name": name, "source": "s3://b/m", "tags": tags(3000)})
    version = api.read("model-versions/get", {"name": name, "version": "1"})["model_version"]
    assert kept(version) == want


def test_many_keys_of_a_logged_model(api, exp):
    model = api.ok("logged-models", {
        "experiment_id": exp, "name": "m", "tags": tags(1500), "params": tags(1500)})["model"]
    path = f"logged-models/{model['info']['model_id']}"
    more = [{"key": f"n{i}", "value": str(i)} for i in range(1500)]
    api.ok(f"{path}/params", {"model_id": model["info"]["model_id"], "params": more})
    assert api.call("PATCH", f"{path}/tags", json={"tags": more}).status_code == 200
    found = api.read(path)["model"]
    assert len(found["data"]["params"]) == len(found["info"]["tags"]) == 3000


def test_many_inputs_and_outputs(api, exp, run, sql):
    api.ok("runs/log-inputs", {
        "run_id": run,
        "datasets": [{"tags": tags(3), "dataset": {
            "name": f"d{i}", "digest": "g", "source_type": "t", "source": "s"}}
            for i in range(300)],
        "models": [{"model_id": f"m-{i}"} for i in range(1000)]})
    api.ok("runs/outputs", {"run_id": run, "models": [
        {"model_id": f"m-{i}", "step": i} for i in range(1000)]})
    found = api.get_run(run)
    assert len(found["inputs"]["dataset_inputs"]) == 300
    assert all(len(d["tags"]) == 3 for d in found["inputs"]["dataset_inputs"])
    assert {m["model_id"]: m["step"] for m in found["outputs"]["model_outputs"]} == {
        f"m-{i}": i for i in range(1000)}


def test_many_experiments_of_a_search(api, exp, run):
    ids = [exp] + [str(10**6 + i) for i in range(5000)]
    found = api.ok("runs/search", {"experiment_ids": ids, "max_results": 10})["runs"]
    assert run in [r["info"]["run_id"] for r in found]


def test_many_records(api, dataset, either):
    """In pieces that nobody sees; the deletion of most of them names each."""
    n = either(cairn=30000, mlflow=2500)
    sent = [{"inputs": {"q": i}, "expectations": {"a": i}} for i in range(n)]
    r = api.ok(f"datasets/{dataset}/records", {"records": json.dumps(sent)}, **V3)
    assert r == {"inserted_count": n, "updated_count": 0}
    r = api.ok(f"datasets/{dataset}/records", {"records": json.dumps(
        [{"inputs": {"q": i}, "outputs": i} for i in range(n - 10, n + 10)])}, **V3)
    assert r == {"inserted_count": 10, "updated_count": 10}
    found = json.loads(api.read(f"datasets/{dataset}/records", {"max_results": 50000}, **V3)[
        "records"])
    assert {r["inputs"]["q"]: r["outputs"] or None for r in found} == {
        i: i if i >= n - 10 else None for i in range(n + 10)}
    gone = [r["dataset_record_id"] for r in found if r["inputs"]["q"] < n + 5]
    r = api.call("DELETE", f"datasets/{dataset}/records", json={"dataset_record_ids": gone}, **V3)
    assert r.json() == {"deleted_count": n + 5}
    shown = api.read(f"datasets/{dataset}", **V3)["dataset"]
    assert json.loads(shown["profile"]) == {"num_records": 5}


def test_records_of_equal_inputs(api, dataset):
    """One after the other in one request, as if each had come alone."""
    def put(*records):
        return tuple(api.ok(f"datasets/{dataset}/records", {"records": json.dumps(records)},
                            **V3).values())

    def get():
        found = json.loads(api.read(f"datasets/{dataset}/records", **V3)["records"])
        return {r["inputs"]["q"]: (r.get("expectations"), r["tags"], r.get("outputs"),
                                   r.get("created_by"), r.get("last_updated_by"))
                for r in found if r["inputs"]["q"] in ("a", "b")}

    other = [{"inputs": {"q": i}} for i in range(300)]
    first = {"inputs": {"q": "a"}, "expectations": {"x": 1, "y": 1}, "outputs": 1,
             "tags": {"mlflow.user": "u"}}
    second = {"inputs": {"q": "a"}, "expectations": {"y": 2, "z": 2}, "tags": {"t": 2}}
    third = {"inputs": {"q": "a"}, "outputs": 3, "tags": {"mlflow.user": "w"}}
    assert put(first, second, {"inputs": {"q": "b"}}, *other, third, second) == (302, 3)
    assert get()["a"] == ({"x": 1, "y": 2, "z": 2}, {"mlflow.user": "w", "t": 2}, 3,
                          "u", "w")
    assert put(second, {"inputs": {"q": "a"}, "expectations": {"x": 9}},
               {"inputs": {"q": "b"}, "outputs": 4}) == (0, 3)
    assert get()["a"][0] == {"x": 9, "y": 2, "z": 2}
    assert get()["b"][2] == 4


def test_many_links(api, dataset, exp):
    ids = [exp] + [api.new_experiment() for _ in range(60)]
    api.ok(f"datasets/{dataset}/add-experiments", {"experiment_ids": ids[:30]}, **V3)
    api.ok(f"datasets/{dataset}/add-experiments", {"experiment_ids": ids}, **V3)
    found = api.read(f"datasets/{dataset}/experiment-ids", **V3)["experiment_ids"]
    assert sorted(found) == sorted(ids)
    r = api.post(f"datasets/{dataset}/add-experiments", {
        "experiment_ids": [exp, "999999999", "999999998"]}, **V3)
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=999999999")
    api.ok(f"datasets/{dataset}/remove-experiments", {
        "experiment_ids": ids[:50] + ["999999999"]}, **V3)
    found = api.read(f"datasets/{dataset}/experiment-ids", **V3)["experiment_ids"]
    assert sorted(found) == sorted(ids[50:])


def test_more_versions_than_a_piece(api, sql, either):
    """12,000 versions of one model: all of them, each once, in pages of any size."""
    name, last = unique(), either(cairn=12000, mlflow=1200)
    api.ok("registered-models/create", {"name": name})
    api.ok("model-versions/create", {"name": name, "source": "s3://b/m"})
    columns = ("source, run_id, run_link, storage_location, current_stage, status, "
               "description, user_id, status_message, workspace")
    for start in range(2, last + 1, 1000):
        numbers = ",".join(f"({i})" for i in range(start, min(start + 1000, last + 1)))
        sql(f"INSERT INTO model_versions (name, version, creation_time, last_updated_time, "
            f"{columns}) SELECT v.name, n.i, v.creation_time, v.creation_time + n.i DIV 7, "
            f"{columns} FROM model_versions v JOIN (WITH n (i) AS (VALUES {numbers}) "
            f"SELECT i FROM n) n WHERE v.name = %s AND v.version = 1", (name,))
    filter = {"filter": f"name = '{name}'"}
    whole = api.read("model-versions/search", filter)
    assert "next_page_token" not in whole
    order = [int(v["version"]) for v in whole["model_versions"]]
    assert sorted(order) == list(range(1, last + 1))
    page = api.read("model-versions/search", {**filter, "max_results": last - 200})
    rest = api.read("model-versions/search", {
        **filter, "max_results": last - 200, "page_token": page["next_page_token"]})
    assert "next_page_token" not in rest
    assert [int(v["version"]) for p in (page, rest) for v in p["model_versions"]] == order


# --- what is refused ----------------------------------------------------------


@pytest.mark.cairn_only("the reference takes lists of any length")
@pytest.mark.parametrize("path, body, name, most", [
    ("runs/create", {"experiment_id": "0", "tags": [{}]}, "tags", 10000),
    ("experiments/create", {"name": "n", "tags": [{}]}, "tags", 10000),
    ("registered-models/create", {"name": "n", "tags": [{}]}, "tags", 10000),
    ("model-versions/create", {"name": "n", "source": "s", "tags": [{}]}, "tags", 10000),
    ("runs/log-inputs", {"run_id": "r", "datasets": [{}]}, "datasets", 1000),
    ("runs/log-inputs", {"run_id": "r", "models": [{}]}, "models", 10000),
    ("runs/outputs", {"run_id": "r", "models": [{}]}, "models", 10000),
    ("logged-models", {"experiment_id": "0", "params": [{}]}, "params", 10000),
    ("runs/search", {"experiment_ids": ["0"]}, "experiment_ids", 50000),
])
def test_too_long(api, path, body, name, most):
    body = {k: v * (most + 1) if isinstance(v, list) else v for k, v in body.items()}
    check_error(api.post(path, body), 400, "INVALID_PARAMETER_VALUE",
                f"The list '{name}' has {most + 1} items; one request takes at most {most}. "
                "Split it into several requests.")


@pytest.mark.cairn_only("the reference takes lists of any length")
def test_too_many_records(api, dataset):
    records = "[" + ",".join(["{}"] * 50001) + "]"
    check_error(api.post(f"datasets/{dataset}/records", {"records": records}, **V3), 400,
                "INVALID_PARAMETER_VALUE", "The list 'records' has 50001 items; one request "
                "takes at most 50000. Split it into several requests.")
    records = json.dumps([{"inputs": {f"m{i}": 1}} for i in range(10001)])
    check_error(api.post(f"datasets/{dataset}/records", {"records": records}, **V3), 400,
                "INVALID_PARAMETER_VALUE", starts="The 'inputs' of the dataset's records have "
                "more than 10000 different members.")
    assert api.read(f"datasets/{dataset}/records", **V3) == {"records": "[]"}


@pytest.mark.parametrize("text", [
    "[", "[,]", "[{},]", "[{}] x", "[{}", '[{"a": "]}]', "[{}}]", "[{]}]", "[{} {}]", "]",
    '[{"inputs": {"a": 1}}, {"inputs": nothing}]',
])
def test_broken_records(api, dataset, text, on_cairn):
    r = api.post(f"datasets/{dataset}/records", {"records": text}, **V3)
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", "'records' must be the text of a JSON "
                    "list, but it is no valid JSON.")
    assert r.status_code >= 400
    assert json.loads(api.read(f"datasets/{dataset}/records", **V3)["records"]) == []


def test_too_long_within(api, on_cairn):
    r = api.post("runs/log-inputs", {"run_id": "r", "datasets": [
        {"dataset": {}}, {"dataset": {}, "tags": [{}] * 10001}]})
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE",
                    "The list 'datasets[1].tags' has 10001 items; one request takes at most "
                    "10000. Split it into several requests.")


@pytest.mark.parametrize("what, most, item", [
    ("metrics", 1000, {"key": "k", "value": 1, "timestamp": 1}),
    ("params", 100, {"key": "k", "value": "1"}),
    ("tags", 100, {"key": "k", "value": "1"}),
])
@pytest.mark.parametrize("more", [1, 12000])
def test_batches(api, run, what, most, item, more):
    """MLflow's own limits keep their words, however long the list."""
    r = api.post("runs/log-batch", {"run_id": run, what: [item] * (most + more)})
    check_error(r, 400, "INVALID_PARAMETER_VALUE",
                f"A batch logging request can contain at most {most} {what}. Got {most + more} "
                f"{what}. Please split up {what} across multiple requests and try again.")


@pytest.mark.parametrize("ids", [["0"] * 21, ["x"] + ["0"] * 20, ["0"] * 60000])
def test_search_datasets(api, ids):
    r = api.post("experiments/search-datasets", {"experiment_ids": ids}, prefix="ajax-api")
    check_error(r, 400, "INVALID_PARAMETER_VALUE",
                "SearchDatasets request cannot specify more than 20 experiment_ids. Received "
                f"{len(ids)} experiment_ids.")


@pytest.mark.parametrize("path", ["model-versions/create", "model-versions/set-tag"])
def test_prompt_text(api, path):
    name, text = unique(), "é" * 100_001
    api.ok("registered-models/create", {"name": name})
    api.ok("model-versions/create", {"name": name, "source": "s3://b/m"})

    def send(key, value):
        tag = {"key": key, "value": value}
        return api.post(path, {"name": name, "version": "1", **tag, "source": "s3://b/m",
                               "tags": [tag]})

    check_error(send("mlflow.prompt.text", text), 400, "INVALID_PARAMETER_VALUE",
                "Prompt text exceeds max length of 100000 characters.")
    check_error(send("other", text), 400, "INVALID_PARAMETER_VALUE",
                "'value' exceeds the maximum length of 100000 characters")
    assert send("mlflow.prompt.text", "é" * 30_000).status_code == 200


def test_outputs_twice(api, run, either, sql):
    """The first model that is given twice, or is an output already, is named."""
    def send(*ids):
        return api.post("runs/outputs", {"run_id": run, "models": [
            {"model_id": i, "step": 1} for i in ids]})

    assert send("m-1").status_code == 200
    for ids in (["m-2", "m-1"], ["m-2", "m-3", "m-2"]):
        r = send(*ids)
        assert r.status_code == 400, r.text
        message = f"The model '{ids[-1]}' is an output of run {run} already."
        assert r.json()["message"] == message or not either(cairn=True, mlflow=False)
    assert sql("SELECT destination_id FROM inputs WHERE source_id = %s", (run,)) == (("m-1",),)
