"""Every leaf that GraphQL can be asked for, beside the REST answer of the same object.

The types come from introspection and the names of members from those of the fields, so
that a member which is renamed on one side alone is found: it would be an empty text on
the other, in silence.
"""

import re
import uuid

import artifacts
import pytest

# What no answer of REST has: of other products, or of other calls.
NEVER = {
    "ApiError.*", "ErrorDetail.*", "MlflowModelParam.*", "MlflowModelMetric.*",
    "MlflowModelVersionDeploymentJobState.*", "MlflowExperiment.effectiveTraceArchivalRetention",
    "MlflowMetricExtension.datasetName", "MlflowMetricExtension.datasetDigest",
    "MlflowMetricExtension.modelId", "MlflowMetricExtension.runId",
    "MlflowModelVersion.userId", "MlflowModelVersion.statusMessage",
    "MlflowModelVersion.modelId", "MlflowModelVersion.aliases",
    "MlflowListArtifactsResponse.nextPageToken",
}
# Members of REST that GraphQL has no field for.
REST_ONLY = set()

POINT = 1700000000000


def snake(name):
    return re.sub("[A-Z]", lambda m: "_" + m.group().lower(), name)


class Schema:
    def __init__(self, ask):
        found = ask("""{__schema {queryType {name} mutationType {name} types {name kind fields {
            name type {name kind ofType {name kind ofType {name kind ofType {name kind}}}}}}}}""")
        self.types = {t["name"]: t for t in found["__schema"]["types"]}
        self.roots = [found["__schema"][root]["name"] for root in ("queryType", "mutationType")]

    def fields(self, name):
        """(field, the name of its innermost type, is it an object)"""
        for field in self.types[name]["fields"]:
            inner = field["type"]
            while inner.get("ofType"):
                inner = inner["ofType"]
            yield field["name"], inner["name"], inner["kind"] == "OBJECT"

    def selection(self, name):
        return " ".join(
            f"{field} {{{self.selection(type)}}}" if is_object else field
            for field, type, is_object in self.fields(name))

    def leaves(self, name):
        """Type.field of all leaves below a type."""
        for field, type, is_object in self.fields(name):
            if is_object:
                yield from self.leaves(type)
            else:
                yield f"{name}.{field}"


def as_leaf(type, value):
    """What GraphQL makes of a member; None where it is not there."""
    if type == "LongString":
        return str(value or 0)
    if type == "Float":
        return 0.0 if value is None else None if value == "NaN" else float(value)
    if type == "Boolean":
        return bool(value)
    if type == "String":
        return "" if value is None else value
    return value


class Comparison:
    """Walks both answers; .met are the leaves that REST had a value for."""

    def __init__(self, schema):
        self.schema = schema
        self.met = set()

    def objects(self, name, got, want):
        if isinstance(got, list):
            assert len(got) == len(want or []), (name, got, want)
            for one, other in zip(got, want or []):
                self.objects(name, one, other)
        elif got is not None:
            self.fields(name, got, want or {})
        else:
            assert not want, (name, want)

    def fields(self, name, got, want):
        known = {snake(field) for field, _, _ in self.schema.fields(name)}
        assert set(want) - known <= REST_ONLY, (name, set(want) - known)
        for field, type, is_object in self.schema.fields(name):
            member = want.get(snake(field))
            if is_object:
                self.objects(type, got[field], member)
                continue
            if member not in (None, "", []):
                self.met.add(f"{name}.{field}")
            expected = (member or []) if isinstance(got[field], list) else as_leaf(type, member)
            assert got[field] == expected, (name, field, got[field], member)


@pytest.fixture(scope="module")
def ask(api):
    def run(query, variables=None):
        r = api.post("/graphql", {"query": query, "variables": variables or {}})
        assert r.status_code == 200, r.text
        return r.json()["data"]

    return run


@pytest.fixture(scope="module")
def filled(api):
    """A run whose every member has a value, and what hangs on it."""
    place = artifacts.place_of(api, "proxied")
    place.folder.write("b/c.txt", b"12345")
    place.folder.write("d.txt", b"1")
    run, experiment = place.run, place.experiment
    api.ok("experiments/set-experiment-tag", {
        "experiment_id": experiment, "key": "ek", "value": "ev"})
    api.ok("runs/update", {"run_id": run, "run_name": "named", "status": "FINISHED",
                           "end_time": POINT + 1})
    api.ok("runs/log-batch", {
        "run_id": run, "params": [{"key": "p", "value": "pv"}],
        "tags": [{"key": "t", "value": "tv"}],
        "metrics": [{"key": "m", "value": 0.5, "timestamp": POINT, "step": s} for s in (1, 2)]})
    model = api.ok("logged-models", {"experiment_id": experiment, "name": "m"})["model"]["info"]
    api.ok("runs/log-inputs", {
        "run_id": run, "models": [{"model_id": model["model_id"]}],
        "datasets": [{
            "tags": [{"key": "mlflow.data.context", "value": "train"}],
            "dataset": {"name": "d", "digest": "g", "source_type": "st", "source": "{}",
                        "schema": "{}s", "profile": "{}p"}}]})
    api.ok("runs/outputs", {"run_id": run, "models": [{"model_id": model["model_id"], "step": 3}]})
    name = "g-" + uuid.uuid4().hex
    api.ok("registered-models/create", {"name": name})
    for _ in range(2):
        api.ok("model-versions/create", {
            "name": name, "source": f"runs:/{run}/m", "run_id": run, "description": "d",
            "run_link": "http://link", "tags": [{"key": "k", "value": "v"}]})
    # the account is not always given by these calls; a run of its own has one
    other = api.new_run(experiment, user_id="somebody", start_time=POINT)
    return {"experiment": experiment, "run": run, "other": other, "name": name}


@pytest.fixture(scope="module")
def questions(api, filled):
    """Field of a root: the inputs it is asked with, and what REST says to them."""
    run, experiment = filled["run"], filled["experiment"]
    versions = {"filter": f"name = '{filled['name']}'"}
    search = {"experiment_ids": [experiment], "max_results": 1}
    history = {"run_ids": [run], "metric_key": "m", "max_results": 5}

    def datasets(_):
        return api.ok("experiments/search-datasets", {"experiment_ids": [experiment]},
                      prefix="ajax-api")

    return {
        "mlflowGetExperiment": [({"experimentId": experiment}, lambda _: api.read(
            "experiments/get", {"experiment_id": experiment}))],
        "mlflowGetRun": [({"runId": r}, lambda i: api.read("runs/get", {"run_id": i["runId"]}))
                         for r in (run, filled["other"])],
        "mlflowSearchRuns": [
            ({"experimentIds": [experiment]}, lambda _: api.ok("runs/search", {
                "experiment_ids": [experiment]})),
            ({"experimentIds": [experiment], "maxResults": 1},
             lambda _: api.ok("runs/search", search))],
        "mlflowSearchModelVersions": [
            (versions, lambda _: api.read("model-versions/search", versions)),
            ({**versions, "maxResults": 1}, lambda _: api.read(
                "model-versions/search", {**versions, "max_results": 1}))],
        "mlflowListArtifacts": [
            ({"runId": run, **more}, lambda i: api.read("artifacts/list", {
                "run_id": run, "path": i.get("path", "")})) for more in ({}, {"path": "b"})],
        "mlflowGetMetricHistoryBulkInterval": [
            ({"runIds": [run], "metricKey": "m"}, lambda _: api.read(
                "metrics/get-history-bulk-interval", history))],
        "mlflowSearchDatasets": [({"experimentIds": [experiment]}, datasets)],
    }


def add_neighbours(api, answer):
    """A run's experiment and versions, which REST is asked for on their own."""
    runs = answer.get("runs", [answer["run"]] if "run" in answer else [])
    for run in runs:
        run["experiment"] = api.read("experiments/get", {
            "experiment_id": run["info"]["experiment_id"]})["experiment"]
        run["model_versions"] = api.read("model-versions/search", {
            "filter": f"run_id = '{run['info']['run_id']}'"}).get("model_versions", [])
    return answer


def literal(input):
    """An input object as GraphQL writes it."""
    def value(v):
        return f'"{v}"' if isinstance(v, str) else str(v) if isinstance(v, int) else (
            "[" + ", ".join(map(value, v)) + "]")

    return "{" + ", ".join(f"{k}: {value(v)}" for k, v in input.items()) + "}"


def without_jobs(schema, name):
    """The selection; on the reference enums of a deployment job are errors."""
    return re.sub(r"deploymentJobState \{[^}]*\}", "", schema.selection(name))


def test_every_leaf(api, ask, questions):
    schema = Schema(ask)
    seen = Comparison(schema)
    wanted = set()
    for root in schema.roots:
        for field, type, is_object in schema.fields(root):
            if field in ("test", "testMutation"):
                continue
            wanted |= set(schema.leaves(type))
            for input, rest in questions[field]:
                word = "query" if root == schema.roots[0] else "mutation"
                got = ask(f"{word} {{{field}(input: {literal(input)}) "
                          f"{{{without_jobs(schema, type)}}}}}")[field]
                want = add_neighbours(api, rest(input))
                seen.objects(type, fill_jobs(got), want)
    never = {leaf for leaf in wanted
             if leaf in NEVER or leaf.split(".")[0] + ".*" in NEVER}
    assert wanted - never - seen.met == set()
    # the list above is no place to forget things in
    assert never & seen.met == set()


def fill_jobs(got):
    """The field that was not asked for, as nothing."""
    if isinstance(got, list):
        return [fill_jobs(item) for item in got]
    if not isinstance(got, dict):
        return got
    got = {k: fill_jobs(v) for k, v in got.items()}
    if "modelMetrics" in got:
        got["deploymentJobState"] = None
    return got
