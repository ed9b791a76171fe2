"""Large answers in little memory: what is read is written and forgotten, piece by piece."""

import json
import re

import pytest
import requests
from test_behaviour import API, get, post

V3 = "/api/3.0/mlflow/"


@pytest.fixture
def small(start):
    """A worker that may hold 16 MiB for a request."""
    return start("--max-memory=16", "--workers=1")


def ok(r):
    assert r.status_code == 200, r.text[:300]
    return r.json()


def statements(server):
    return int(re.search(r"(?m)^cairn_database_statements_total (\d+)$",
                         requests.get(server.url + "/metrics", timeout=60).text).group(1))


def test_records(small):
    """24 records of 1 MB, in pages that would not fit."""
    dataset = ok(requests.post(small.url + V3 + "datasets/create", json={"name": "d"},
                               timeout=60))["dataset"]["dataset_id"]
    path = f"{V3}datasets/{dataset}/records"
    for i in range(24):
        text = "é\"\\\n" + str(i) + "x" * 1_000_000
        ok(requests.post(small.url + path, json={"records": json.dumps(
            [{"inputs": {"q": i}, "outputs": text}])}, timeout=60))
    page = ok(get(small, path))
    assert "next_page_token" not in page
    found = json.loads(page["records"])
    assert sorted(r["inputs"]["q"] for r in found) == list(range(24))
    assert all(r["outputs"] == "é\"\\\n" + str(r["inputs"]["q"]) + "x" * 1_000_000 for r in found)
    page = ok(get(small, path + "?max_results=20"))
    rest = ok(get(small, f"{path}?page_token={page['next_page_token']}"))
    assert [r["dataset_record_id"] for p in (page, rest) for r in json.loads(p["records"])] == [
        r["dataset_record_id"] for r in found]


def test_versions(small):
    """400 versions with 60 kB of tags each."""
    ok(post(small, "registered-models/create", {"name": "m"}))
    for _ in range(400):
        ok(post(small, "model-versions/create", {"name": "m", "source": "s3://b/x", "tags": [
            {"key": "text", "value": "x" * 60000}]}))
    found = ok(get(small, f"{API}model-versions/search"))["model_versions"]
    assert sorted(int(v["version"]) for v in found) == list(range(1, 401))
    assert all(len(v["tags"][0]["value"]) == 60000 for v in found)


def test_models(small):
    """500 models with 50 kB of tags each."""
    tags = [{"key": f"k{i}", "value": "x" * 5000} for i in range(10)]
    for i in range(500):
        ok(post(small, "registered-models/create", {"name": f"m{i:03}", "tags": tags}))
    found = ok(get(small, f"{API}registered-models/search?max_results=1000"))
    assert [m["name"] for m in found["registered_models"]] == [f"m{i:03}" for i in range(500)]
    assert all(len(m["tags"]) == 10 for m in found["registered_models"])


def test_experiments(small):
    """1,100 experiments with 20 kB of tags each."""
    for i in range(1100):
        ok(post(small, "experiments/create", {"name": f"e{i}", "tags": [
            {"key": "k", "value": "x" * 20000}]}))
    found = ok(post(small, "experiments/search", {"max_results": 2000}))["experiments"]
    assert len(found) == 1101
    assert all(len(e["tags"][0]["value"]) == 20000 for e in found if e["name"] != "Default")


def test_graphql_stops(small):
    """What one field may read is reached: the runs behind it are not read any more."""
    for i in range(1500):
        ok(post(small, "runs/create", {"experiment_id": "0", "tags": [
            {"key": "a", "value": "x" * 8000}, {"key": "b", "value": "x" * 8000}]}))
    before = statements(small)
    assert len(ok(post(small, "runs/search", {
        "experiment_ids": ["0"], "max_results": 1500}))["runs"]) == 1500
    whole = statements(small) - before
    r = requests.post(small.url + "/graphql", timeout=60, json={
        "query": "query($i: MlflowSearchRunsInput) { mlflowSearchRuns(input: $i) "
                 "{ runs { info { runId } } } }",
        "variables": {"i": {"experimentIds": ["0"], "maxResults": 1500}}})
    assert "more than 8 MiB" in r.text
    assert statements(small) - before - whole < whole - 4
