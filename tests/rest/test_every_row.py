"""Every row of the table is answered, with the right that it needs looked at.

A handler that permits nothing answers 500, whoever asks: so it is enough that each row
succeeds once.
"""

import json
import pathlib
import re
import uuid

import artifacts
import pytest

pytestmark = pytest.mark.cairn_only("doc/ROUTES.md is Cairn's table")

ASSESSMENT = {"assessment_name": "q", "source": {"source_type": "HUMAN", "source_id": "a"},
              "feedback": {"value": True}}

# What no request can have done to it here, and what is said instead.
NOT_HERE = {
    ("GET", "/"): {200, 404, 503},  # the web UI need not be installed
    ("GET", "/static-files/{*path}"): {200, 404, 503},
    ("GET", "/build/{*path}"): {200, 404, 503},
    ("POST", "mlflow-artifacts/mpu/create/{*path}"): {501},
    ("POST", "mlflow-artifacts/mpu/complete/{*path}"): {501},
    ("POST", "mlflow-artifacts/mpu/abort/{*path}"): {501},
    ("GET", "mlflow-artifacts/presigned/{*path}"): {400, 501},
    ("POST", "artifacts/presigned-download-url"): {200, 400, 501},
    ("POST", "artifacts/presigned-upload-url"): {200, 400, 501},
}


def rows():
    """(method, path) of the table, without the part that all have in common.

    3.0/ stays: some paths are there in both versions.
    """
    page = pathlib.Path(__file__).parents[2] / "doc" / "ROUTES.md"
    for method, path in re.findall(r"(?m)^\| ([A-Z]+) \| `([^`]+)`", page.read_text()):
        path = re.sub(r"^(\{/api,/ajax-api\}|/ajax-api)/([23]\.0)/(mlflow/)?", r"\2/", path)
        yield method, path.removeprefix("2.0/")


class World:
    """Makes what a request is about; each call gives a fresh one."""

    def __init__(self, api):
        self.api = api
        self.place = artifacts.place_of(api, "proxied")
        self.place.folder.write("a.txt", b"a")
        self.exp, self.run = self.place.experiment, self.place.run
        self.below = self.place.below
        api.ok("runs/log-metric", {"run_id": self.run, "key": "m", "value": 1, "timestamp": 1})

    def name(self):
        return uuid.uuid4().hex

    def tagged(self, kind):
        """A fresh experiment or run with the tag t."""
        tags = [{"key": "t", "value": "v"}]
        if kind == "run":
            return self.api.new_run(self.exp, tags=tags)
        return self.api.new_experiment(tags=tags)

    def logged(self):
        return self.api.ok("logged-models", {
            "experiment_id": self.exp, "name": "m", "tags": [{"key": "t", "value": "v"}]})[
                "model"]["info"]["model_id"]

    def files(self):
        """A logged model with a file."""
        model = artifacts.model_of(self.api, self.place)
        model.folder.write("a.txt", b"a")
        return model.run

    def model(self):
        name = self.name()
        self.api.ok("registered-models/create", {
            "name": name, "tags": [{"key": "t", "value": "v"}]})
        return name

    def version(self):
        name = self.model()
        self.api.ok("model-versions/create", {
            "name": name, "source": f"runs:/{self.run}", "run_id": self.run,
            "tags": [{"key": "t", "value": "v"}]})
        self.api.ok("registered-models/alias", {"name": name, "alias": "a", "version": "1"})
        return {"name": name, "version": "1"}

    def dataset(self):
        made = self.api.ok("datasets/create", {
            "name": self.name(), "tags": json.dumps({"t": "v"}), "experiment_ids": [self.exp]},
            version="3.0")["dataset"]["dataset_id"]
        self.api.ok(f"datasets/{made}/records", {"records": '[{"inputs": {"q": 1}}]'},
                    version="3.0")
        return made

    def scorer(self):
        name = self.name()
        made = self.api.ok("scorers/register", {
            "experiment_id": self.exp, "name": name, "serialized_scorer": "{}"}, version="3.0")
        return {"experiment_id": self.exp, "name": name}, made["scorer_id"]


    def trace_info(self):
        return {"trace_id": "tr-" + uuid.uuid4().hex, "state": "OK", "tags": {"t": "v"},
                "request_time": "2023-11-14T22:13:20Z", "trace_location": {
                    "type": "MLFLOW_EXPERIMENT",
                    "mlflow_experiment": {"experiment_id": self.exp}}}

    def trace(self):
        info = self.trace_info()
        self.api.ok("traces", {"trace": {"trace_info": info}}, version="3.0")
        return info["trace_id"]

    def spans(self, trace):
        """A request of OpenTelemetry with one span."""
        return {"*headers": {"x-mlflow-experiment-id": self.exp}, "resourceSpans": [{
            "scopeSpans": [{"spans": [{
                "traceId": trace, "spanId": trace[:16], "name": "s",
                "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]}

    def traced(self):
        """A trace with a span."""
        trace = uuid.uuid4().hex
        r = send(self.api, "POST", "/v1/traces", "", "", self.spans(trace))
        assert r.status_code == 200, r.text
        return "tr-" + trace

    def assessed(self):
        trace = self.trace()
        made = self.api.ok(f"traces/{trace}/assessments", {"assessment": ASSESSMENT},
                           version="3.0")["assessment"]
        return {"trace_id": trace, "assessment_id": made["assessment_id"]}


def of_server(w):
    return {
        ("GET", "/health"): {}, ("GET", "/version"): {}, ("GET", "/ready"): {},
        ("GET", "/metrics"): {}, ("GET", "3.0/server-info"): {}, ("GET", "3.0/ui-telemetry"): {},
        ("POST", "3.0/ui-telemetry"): {}, ("GET", "gateway-proxy"): {},
        ("POST", "gateway-proxy"): {"gateway_path": "gateway/x/invocations"},
        ("GET", "/"): {}, ("GET", "/static-files/{*path}"): {"*path": "x"},
        ("GET", "/build/{*path}"): {"*path": "x"},
        ("POST", "/graphql"): {"query": "{__typename}"},
        ("GET", "/graphql"): {"query": "{__typename}"},
    }


def of_experiments(w):
    return {
        ("POST", "experiments/create"): {"name": w.name()},
        ("GET", "experiments/get"): {"experiment_id": w.exp},
        ("GET", "experiments/get-by-name"): {"experiment_name": "Default"},
        ("GET", "experiments/search"): {"max_results": 5},
        ("POST", "experiments/search"): {"max_results": 5},
        ("POST", "experiments/update"): {
            "experiment_id": w.tagged("experiment"), "new_name": w.name()},
        ("POST", "experiments/delete"): {"experiment_id": w.tagged("experiment")},
        ("POST", "experiments/restore"): {"experiment_id": deleted(
            w, "experiments", "experiment_id", w.tagged("experiment"))},
        ("POST", "experiments/set-experiment-tag"): {
            "experiment_id": w.exp, "key": "k", "value": "v"},
        ("POST", "experiments/delete-experiment-tag"): {
            "experiment_id": w.tagged("experiment"), "key": "t"},
        ("POST", "experiments/search-datasets"): {"experiment_ids": [w.exp]},
    }


def deleted(w, resource, member, made):
    w.api.ok(f"{resource}/delete", {member: made})
    return made


def of_runs(w):
    run = {"run_id": w.run}
    return {
        ("POST", "runs/create"): {"experiment_id": w.exp},
        ("GET", "runs/get"): run,
        ("POST", "runs/search"): {"experiment_ids": [w.exp]},
        ("POST", "runs/update"): {**run, "run_name": "n"},
        ("POST", "runs/delete"): {"run_id": w.tagged("run")},
        ("POST", "runs/restore"): {"run_id": deleted(w, "runs", "run_id", w.tagged("run"))},
        ("POST", "runs/log-model"): {**run, "model_json": json.dumps({
            "run_id": w.run, "artifact_path": "m", "utc_time_created": "t", "flavors": {}})},
        ("POST", "runs/log-metric"): {**run, "key": "m", "value": 2, "timestamp": 2},
        ("POST", "runs/log-parameter"): {**run, "key": w.name(), "value": "2"},
        ("POST", "runs/log-batch"): {**run, "tags": [{"key": "k", "value": "v"}]},
        ("POST", "runs/set-tag"): {**run, "key": "k", "value": "v"},
        ("POST", "runs/delete-tag"): {"run_id": w.tagged("run"), "key": "t"},
        ("POST", "runs/log-inputs"): {**run, "models": [{"model_id": "m-1"}]},
        ("POST", "runs/outputs"): {**run, "models": [{"model_id": w.logged(), "step": 1}]},
        ("GET", "metrics/get-history"): {**run, "metric_key": "m"},
        ("GET", "metrics/get-history-bulk"): {**run, "metric_key": "m"},
        ("GET", "metrics/get-history-bulk-interval"): {"run_ids": w.run, "metric_key": "m"},
    }


def of_artifacts(w):
    run, stored, path = {"run_id": w.run}, f"{w.below}/a.txt", "mlflow-artifacts/artifacts"
    return {
        ("GET", "artifacts/list"): run,
        ("GET", "/get-artifact"): {**run, "path": "a.txt"},
        ("GET", "/model-versions/get-artifact"): {**w.version(), "path": "a.txt"},
        ("POST", "upload-artifact"): {"?run_uuid": w.run, "?path": "b.txt", "*body": b"b"},
        ("POST", "artifacts/presigned-download-url"): {**run, "path": "a.txt"},
        ("POST", "artifacts/presigned-upload-url"): {**run, "path": "c.txt"},
        ("GET", "logged-models/{model_id}/artifacts/directories"): {"model_id": w.files()},
        ("GET", "logged-models/{model_id}/artifacts/files"): {
            "model_id": w.files(), "?artifact_file_path": "a.txt"},
        ("GET", path): {"path": w.below},
        ("GET", path + "/{*path}"): {"*path": stored},
        ("PUT", path + "/{*path}"): {"*path": f"{w.below}/d.txt", "*body": b"d"},
        ("DELETE", path + "/{*path}"): {"*path": f"{w.below}/d.txt"},
        ("POST", "mlflow-artifacts/mpu/create/{*path}"): {
            "*path": stored, "path": "x", "num_parts": 1},
        ("POST", "mlflow-artifacts/mpu/complete/{*path}"): {
            "*path": stored, "path": "x", "upload_id": "u", "parts": [
                {"part_number": 1, "etag": "e", "url": "u"}]},
        ("POST", "mlflow-artifacts/mpu/abort/{*path}"): {
            "*path": stored, "path": "x", "upload_id": "u"},
        ("GET", "mlflow-artifacts/presigned/{*path}"): {"*path": stored},
    }


def of_logged_models(w):
    def one(**more):
        return {"model_id": w.logged(), **more}

    kvs = [{"key": "k", "value": "v"}]
    path = "logged-models/{model_id}"
    return {
        ("POST", "logged-models"): {"experiment_id": w.exp, "name": "m"},
        ("POST", "logged-models/search"): {"experiment_ids": [w.exp]},
        ("GET", path): one(), ("PATCH", path): one(**{"+model_id": None, "status": 2}),
        ("DELETE", path): one(),
        ("POST", path + "/params"): one(**{"+model_id": None, "params": kvs}),
        ("PATCH", path + "/tags"): one(tags=kvs),
        ("DELETE", path + "/tags/{tag_key}"): one(tag_key="t"),
    }


def of_registry(w):
    version, named = w.version(), {"name": w.version()["name"]}
    alias = {**version, "alias": "a"}
    stage = {**version, "stage": "Staging"}
    return {
        ("POST", "registered-models/create"): {"name": w.name()},
        ("GET", "registered-models/get"): named,
        ("POST", "registered-models/rename"): {"name": w.model(), "new_name": w.name()},
        ("PATCH", "registered-models/update"): {**named, "description": "d"},
        ("DELETE", "registered-models/delete"): {"name": w.model()},
        ("GET", "registered-models/search"): {},
        ("GET", "registered-models/get-latest-versions"): named,
        ("POST", "registered-models/get-latest-versions"): named,
        ("POST", "registered-models/set-tag"): {**named, "key": "k", "value": "v"},
        ("DELETE", "registered-models/delete-tag"): {**named, "key": "t"},
        ("POST", "registered-models/alias"): alias,
        ("GET", "registered-models/alias"): {"name": version["name"], "alias": "a"},
        ("DELETE", "registered-models/alias"): {**named, "alias": "a"},
        ("POST", "model-versions/create"): {**named, "source": "s3://b/m"},
        ("GET", "model-versions/get"): version,
        ("PATCH", "model-versions/update"): {**version, "description": "d"},
        ("DELETE", "model-versions/delete"): w.version(),
        ("GET", "model-versions/search"): {},
        ("GET", "model-versions/get-download-uri"): version,
        ("POST", "model-versions/transition-stage"): stage,
        ("POST", "model-versions/set-tag"): {**version, "key": "k", "value": "v"},
        ("DELETE", "model-versions/delete-tag"): {**version, "key": "t"},
    }


def of_datasets(w):
    def one(**more):
        return {"dataset_id": w.dataset(), **more}

    path = "3.0/datasets/{dataset_id}"
    return {
        ("POST", "3.0/datasets/create"): {"name": w.name()},
        ("GET", "3.0/datasets/search"): {}, ("POST", "3.0/datasets/search"): {},
        ("GET", path): one(), ("DELETE", path): one(),
        ("PATCH", path + "/tags"): one(tags='{"k": "v"}'),
        ("DELETE", path + "/tags/{key}"): one(key="t"),
        ("POST", path + "/add-experiments"): one(experiment_ids=[w.exp]),
        ("POST", path + "/remove-experiments"): one(experiment_ids=[w.exp]),
        ("GET", path + "/experiment-ids"): one(),
        ("GET", path + "/records"): one(),
        ("POST", path + "/records"): one(records='[{"inputs": {"q": 2}}]'),
        ("DELETE", path + "/records"): one(dataset_record_ids=["x"]),
    }


def of_scorers(w):
    scorer, scorer_id = w.scorer()
    return {
        ("POST", "3.0/scorers/register"): {**scorer, "serialized_scorer": "{}"},
        ("GET", "3.0/scorers/list"): {"experiment_id": w.exp},
        ("GET", "3.0/scorers/versions"): scorer, ("GET", "3.0/scorers/get"): scorer,
        ("DELETE", "3.0/scorers/delete"): w.scorer()[0],
        ("PUT", "3.0/scorers/online-config"): {**scorer, "sample_rate": 0},
        ("GET", "3.0/scorers/online-configs"): {"scorer_ids": scorer_id},
    }


def of_traces(w):
    def one(**more):
        return {"trace_id": w.trace(), **more}

    run, path = {"run_id": w.run}, "traces/{trace_id}"
    assessed = w.assessed()
    delete = {"experiment_id": w.exp, "request_ids": []}
    return {
        ("POST", "3.0/traces/search"): {"locations": [
            {"mlflow_experiment": {"experiment_id": w.exp}}]},
        ("GET", "traces"): {"experiment_ids": w.exp},
        ("POST", "3.0/traces/calculate-filter-correlation"): {
            "experiment_ids": [w.exp], "filter_string1": "status = 'OK'",
            "filter_string2": "name = 'x'"},
        ("POST", "3.0/traces/metrics"): {
            "experiment_ids": [w.exp], "view_type": "TRACES", "metric_name": "trace_count",
            "aggregations": [{"aggregation_type": "COUNT"}]},
        ("POST", "3.0/traces"): {"trace": {"trace_info": w.trace_info()}},
        ("GET", "3.0/traces/get"): {"trace_id": w.traced()},
        ("GET", "3.0/traces/batchGet"): {"trace_ids": w.traced()},
        ("POST", "3.0/traces/batchGetInfos"): {"trace_ids": [w.trace()]},
        ("GET", "get-trace-artifact"): {"request_id": w.traced()},
        ("GET", "3.0/get-trace-artifact"): {"request_id": w.traced(), "path": ""},
        ("POST", "3.0/traces/delete-traces"): {**delete, "request_ids": [w.trace()]},
        ("POST", "traces/delete-traces"): {**delete, "request_ids": [w.trace()]},
        ("POST", "traces/link-to-run"): {**run, "trace_ids": [w.trace()]},
        ("POST", "traces/link-prompts"): one(prompt_versions=[{"name": "p", "version": "1"}]),
        ("GET", "3.0/" + path): one(),
        ("PATCH", "3.0/" + path + "/tags"): one(key="k", value="v"),
        ("DELETE", "3.0/" + path + "/tags"): one(key="t"),
        ("PATCH", path + "/tags"): one(key="k", value="v"),
        ("DELETE", path + "/tags"): one(key="t"),
        ("POST", "traces"): {"experiment_id": w.exp, "timestamp_ms": 1},
        ("PATCH", "traces/{request_id}"): {
            "request_id": w.trace(), "timestamp_ms": 2, "status": "OK"},
        ("GET", "traces/{request_id}/info"): {"request_id": w.trace()},
        ("POST", "3.0/" + path + "/assessments"): one(assessment=ASSESSMENT),
        ("GET", "3.0/" + path + "/assessments/{assessment_id}"): assessed,
        ("PATCH", "3.0/" + path + "/assessments/{assessment_id}"): {
            **assessed, "assessment": {"rationale": "r"}, "update_mask": "rationale"},
        ("DELETE", "3.0/" + path + "/assessments/{assessment_id}"): w.assessed(),
        ("POST", "/v1/traces"): w.spans(uuid.uuid4().hex),
    }


RESOURCES = [of_server, of_experiments, of_runs, of_artifacts, of_logged_models, of_registry,
             of_datasets, of_scorers, of_traces]


@pytest.fixture(scope="module")
def world(api):
    return World(api)


def send(api, method, path, prefix, version, body):
    """{name}s go into the path, ?names into the query, *body as it is, all else as JSON."""
    body = dict(body)
    for name in re.findall(r"\{([^}]+)\}", path):
        value = body.pop(name)
        path = path.replace("{%s}" % name, value)
        if "+" + name in body:
            body["+" + name] = value
    query = {k[1:]: body.pop(k) for k in list(body) if k.startswith("?")}
    body = {k.removeprefix("+"): v for k, v in body.items()}
    kw = {"params": query, "headers": body.pop("*headers", {})}
    if "*body" in body:
        kw["data"] = body.pop("*body")
        kw["headers"] = {"Content-Type": "application/octet-stream"}
    elif method == "GET" and path != "/graphql":
        kw["params"] = {**query, **body}
    else:
        kw["json"] = body
    if path.startswith("/"):
        return api.call(method, path, **kw)
    top = "" if path.startswith("mlflow-artifacts") else "mlflow/"
    return api.call(method, f"/{prefix}/{version}/{top}{path}", **kw)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda f: f.__name__)
def test_rows(api, world, resource):
    known = set(rows())
    for (method, path), body in resource(world).items():
        assert (method, path) in known, "no such row"
        version = "3.0" if path.startswith("3.0/") else "2.0"
        r = send(api, method, path.removeprefix("3.0/"), "ajax-api", version, body)
        allowed = NOT_HERE.get((method, path), {200})
        assert r.status_code in allowed, (method, path, r.status_code, r.text[:500])
        assert "did not look at the rights" not in r.text


def test_no_row_is_left_out(world):
    asked = {row for resource in RESOURCES for row in resource(world)}
    assert set(rows()) == asked
