"""GraphQL: what the pages of the web UI ask, and everything that can be wrong with it."""

import json
import math

import pytest
from conftest import check_error

ECHO = '{test(inputString: "x") {output}}'
MAX = 1.7976931348623157e308

EXPERIMENT = """experiment {
    experimentId name artifactLocation lifecycleStage lastUpdateTime creationTime
    tags { key value } effectiveTraceArchivalRetention workspace
}"""
VERSION = """name version creationTimestamp lastUpdatedTimestamp userId currentStage description
    source runId status statusMessage tags { key value } runLink aliases modelId
    modelParams { name value } modelMetrics { key value }"""
RUN = """info {
    runId runUuid runName experimentId userId status startTime endTime artifactUri lifecycleStage
} data {
    metrics { key value timestamp step datasetName datasetDigest modelId runId }
    params { key value } tags { key value }
} inputs {
    datasetInputs {
        tags { key value } dataset { name digest sourceType source schema profile }
    }
    modelInputs { modelId }
} outputs { modelOutputs { modelId step } }"""
API_ERROR = "apiError { code message helpUrl traceId errorDetails { field message } }"


@pytest.fixture(scope="module")
def ask(api):
    """ask(query, variables, name) -> the whole answer of a request that is served."""

    def run(query, variables=None, name=None):
        body = {"query": query}
        if variables is not None:
            body["variables"] = variables
        if name is not None:
            body["operationName"] = name
        r = api.post("/graphql", body)
        assert r.status_code == 200, (query, r.status_code, r.text)
        assert r.headers["content-type"] == "application/json"
        answer = r.json()
        assert set(answer) == {"data", "errors"}, answer
        return answer

    return run


@pytest.fixture(scope="module")
def data(ask):
    """data(query, ...) -> the data of an answer without errors."""

    def run(*args):
        answer = ask(*args)
        assert answer["errors"] is None, answer
        return answer["data"]

    return run


@pytest.fixture(scope="module")
def errors(ask):
    """errors(query, ...) -> the sorted errors of an answer without data."""

    def run(*args):
        answer = ask(*args)
        assert answer["data"] is None, answer
        assert answer["errors"], answer
        return sorted(answer["errors"])

    return run


@pytest.fixture(scope="module")
def filled(api):
    """A run with everything, an empty one and a deleted one; no test here writes to them."""
    experiment = api.new_experiment(tags=[{"key": "a", "value": "b"}])
    run = api.new_run(
        experiment, run_name="full", user_id="somebody", start_time=1700000000123,
        tags=[{"key": "t", "value": "v"}],
    )
    points = [
        ("loss", 0.5, 0), ("loss", 0.25, 1), ("loss", 0.125, 2), ("nan", "NaN", 0),
        ("inf", "Infinity", 3), ("ninf", "-Infinity", -5), ("big", 1e300, 2**53 + 1),
        ("tiny", 1e-7, 0), ("whole", 3, 0),
    ]
    for key, value, step in points:
        api.ok("runs/log-metric", {
            "run_id": run, "key": key, "value": value, "timestamp": 1700000000000 + step % 1000,
            "step": step,
        })
    api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": "pv"})
    dataset = {"name": "d" + run, "digest": "1", "source_type": "local", "source": "{}",
               "schema": '{"s":1}', "profile": '{"p":1}'}
    tags = [{"key": "mlflow.data.context", "value": "train"}]
    api.ok("runs/log-inputs", {"run_id": run, "datasets": [{"tags": tags, "dataset": dataset}]})
    model = api.ok("logged-models", {
        "experiment_id": experiment, "name": "m", "source_run_id": run,
    })["model"]["info"]["model_id"]
    api.ok("runs/log-inputs", {"run_id": run, "models": [{"model_id": model}]})
    api.ok("runs/outputs", {"run_id": run, "models": [{"model_id": model, "step": 3}]})
    name = "g-" + run
    api.ok("registered-models/create", {"name": name})
    for i in range(3):
        api.ok("model-versions/create", {
            "name": name, "source": f"runs:/{run}/m", "run_id": run, "description": "d" * i,
            "tags": [{"key": "k", "value": "v"}] if i == 1 else [],
        })
    api.ok("registered-models/alias", {"name": name, "alias": "champion", "version": "2"})
    api.ok("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 1700000000999})
    empty = api.new_run(experiment, start_time=1600000000000)
    deleted = api.new_run(experiment, start_time=1500000000000)
    api.ok("runs/delete", {"run_id": deleted})
    return {"experiment": experiment, "run": run, "empty": empty, "deleted": deleted,
            "model": model, "name": name}


# What an answer of the REST API says, in GraphQL's words.

def text(source, *names):
    """Texts are empty when they are not there."""
    return {camel(n): source.get(n, "") for n in names}


def long(source, *names):
    """64 bits do not fit in a number of JavaScript."""
    return {camel(n): str(source.get(n, 0)) for n in names}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def pairs(source, name):
    return [{"key": p["key"], "value": p["value"]} for p in source.get(name, [])]


def as_experiment(e):
    return {
        **text(e, "experiment_id", "name", "artifact_location", "lifecycle_stage"),
        **long(e, "last_update_time", "creation_time"),
        "tags": pairs(e, "tags"), "effectiveTraceArchivalRetention": "", "workspace": "default",
    }


def as_version(v):
    return {
        **text(v, "name", "version", "user_id", "current_stage", "description", "source", "run_id",
               "status", "status_message", "run_link", "model_id"),
        **long(v, "creation_timestamp", "last_updated_timestamp"),
        "tags": pairs(v, "tags"), "aliases": v.get("aliases", []), "modelParams": [],
        "modelMetrics": [],
    }


def as_value(value):
    return None if value == "NaN" else float(value)


def as_run(run):
    data, inputs = run["data"], run.get("inputs", {})
    return {
        "info": {
            **text(run["info"], "run_id", "run_uuid", "run_name", "experiment_id", "user_id",
                   "status", "artifact_uri", "lifecycle_stage"),
            **long(run["info"], "start_time", "end_time"),
        },
        "data": {
            "metrics": [
                {"key": m["key"], "value": as_value(m["value"]), **long(m, "timestamp", "step"),
                 **text(m, "dataset_name", "dataset_digest", "model_id", "run_id")}
                for m in data.get("metrics", [])
            ],
            "params": pairs(data, "params"), "tags": pairs(data, "tags"),
        },
        "inputs": {
            "datasetInputs": [
                {"tags": pairs(d, "tags"),
                 "dataset": text(d["dataset"], "name", "digest", "source_type", "source", "schema",
                                 "profile")}
                for d in inputs.get("dataset_inputs", [])
            ],
            "modelInputs": [text(m, "model_id") for m in inputs.get("model_inputs", [])],
        },
        "outputs": {
            "modelOutputs": [
                {**text(m, "model_id"), **long(m, "step")}
                for m in run.get("outputs", {}).get("model_outputs", [])
            ],
        },
    }


# The operations of the pages, in words of our own.

def test_experiment(api, data, filled):
    query = f"""query One($input: MlflowGetExperimentInput!) @component(name: "test") {{
        mlflowGetExperiment(input: $input) {{ {API_ERROR} {EXPERIMENT} }}
    }}"""
    got = data(query, {"input": {"experimentId": filled["experiment"]}})["mlflowGetExperiment"]
    e = api.read("experiments/get", {"experiment_id": filled["experiment"]})["experiment"]
    assert got == {"apiError": None, "experiment": as_experiment(e)}
    assert got["experiment"]["tags"] == [{"key": "a", "value": "b"}]
    assert int(got["experiment"]["creationTime"]) > 1600000000000


@pytest.mark.parametrize("given", ["{}", '{experimentId: ""}', "{experimentId: null}"])
def test_no_experiment_id_is_the_default_experiment(data, given):
    got = data(f"{{mlflowGetExperiment(input: {given}) {{experiment {{experimentId}}}}}}")
    assert got == {"mlflowGetExperiment": {"experiment": {"experimentId": "0"}}}


def test_typename_of_every_object(data, filled):
    query = """query($i: MlflowGetRunInput!) { __typename mlflowGetRun(input: $i) { __typename run {
        __typename info { __typename } experiment { __typename tags { __typename } }
        modelVersions { __typename tags { __typename } }
        data { __typename metrics { __typename } params { __typename } tags { __typename } }
        inputs {
            __typename datasetInputs { __typename dataset { __typename } tags { __typename } }
            modelInputs { __typename }
        }
        outputs { __typename modelOutputs { __typename } }
    } } }"""
    got = data(query, {"i": {"runId": filled["run"]}})
    assert got["__typename"] == "Query"
    assert got["mlflowGetRun"]["__typename"] == "MlflowGetRunResponse"
    run = got["mlflowGetRun"]["run"]
    assert run["__typename"] == "MlflowRunExtension"
    assert run["info"] == {"__typename": "MlflowRunInfo"}
    assert run["experiment"] == {
        "__typename": "MlflowExperiment", "tags": [{"__typename": "MlflowExperimentTag"}]}
    assert run["modelVersions"][1] == {
        "__typename": "MlflowModelVersion", "tags": [{"__typename": "MlflowModelVersionTag"}]}
    assert run["data"]["__typename"] == "MlflowRunData"
    assert run["data"]["metrics"][0] == {"__typename": "MlflowMetricExtension"}
    assert run["data"]["params"] == [{"__typename": "MlflowParam"}]
    assert run["data"]["tags"][0] == {"__typename": "MlflowRunTag"}
    assert run["inputs"] == {
        "__typename": "MlflowRunInputs",
        "datasetInputs": [{
            "__typename": "MlflowDatasetInput", "dataset": {"__typename": "MlflowDataset"},
            "tags": [{"__typename": "MlflowInputTag"}]}],
        "modelInputs": [{"__typename": "MlflowModelInput"}],
    }
    assert run["outputs"] == {"__typename": "MlflowRunOutputs",
                              "modelOutputs": [{"__typename": "MlflowModelOutput"}]}


@pytest.mark.parametrize("which", ["run", "empty", "deleted"])
def test_run_is_what_rest_says(api, data, filled, which):
    query = f"""query One($data: MlflowGetRunInput!) @component(name: "test") {{
        mlflowGetRun(input: $data) {{
            {API_ERROR} run {{ {RUN} {EXPERIMENT} modelVersions {{ {VERSION} }} }}
        }}
    }}"""
    got = data(query, {"data": {"runId": filled[which]}})["mlflowGetRun"]
    assert got["apiError"] is None
    run = got["run"]
    e = api.read("experiments/get", {"experiment_id": filled["experiment"]})["experiment"]
    assert run.pop("experiment") == as_experiment(e)
    found = api.read("model-versions/search", {"filter": f"run_id='{filled[which]}'"})
    assert run.pop("modelVersions") == [as_version(v) for v in found.get("model_versions", [])]
    assert run == as_run(api.get_run(filled[which]))


def test_run_of_all_kinds_of_values(data, filled):
    query = f'{{mlflowGetRun(input: {{runId: "{filled["run"]}"}}) {{run {{ {RUN} modelVersions {{ {VERSION} }} }}}}}}'
    run = data(query)["mlflowGetRun"]["run"]
    values = {m["key"]: m["value"] for m in run["data"]["metrics"]}
    assert values == {"loss": 0.125, "nan": None, "inf": MAX, "ninf": -MAX, "big": 1e300,
                      "tiny": 1e-7, "whole": 3.0}
    steps = {m["key"]: m["step"] for m in run["data"]["metrics"]}
    assert steps["big"] == str(2**53 + 1) and steps["ninf"] == "-5"
    assert run["info"]["startTime"] == "1700000000123"
    assert run["info"]["endTime"] == "1700000000999"
    assert run["info"]["status"] == "FINISHED"
    assert run["inputs"]["modelInputs"] == [{"modelId": filled["model"]}]
    assert run["outputs"]["modelOutputs"] == [{"modelId": filled["model"], "step": "3"}]
    assert [v["version"] for v in run["modelVersions"]] == ["3", "2", "1"]
    assert [v["description"] for v in run["modelVersions"]] == ["dd", "d", ""]


def test_run_by_its_old_name(data, filled):
    got = data(f'{{mlflowGetRun(input: {{runUuid: "{filled["run"]}"}}) {{run {{info {{runId}}}}}}}}')
    assert got == {"mlflowGetRun": {"run": {"info": {"runId": filled["run"]}}}}


def test_what_is_not_there_is_an_error_and_null(ask):
    got = ask("""{
        a: mlflowGetRun(input: {runId: "nope"}) {run {info {runId}}}
        b: mlflowGetExperiment(input: {experimentId: "987654321"}) {experiment {name}}
        c: mlflowListArtifacts(input: {runId: "neither"}) {rootUri}
        d: mlflowGetExperiment(input: {experimentId: "x"}) {experiment {name}}
        e: __typename
    }""")
    assert got["data"] == {"a": None, "b": None, "c": None, "d": None, "e": "Query"}
    assert sorted(got["errors"]) == [
        "Invalid experiment ID 'x'. Experiment ID must be a valid integer.",
        "No Experiment with id=987654321 exists",
        "Run with id=neither not found",
        "Run with id=nope not found",
    ]


def history(ask, filled, more, key="loss"):
    return ask(f"""{{mlflowGetMetricHistoryBulkInterval(
        input: {{runIds: ["{filled['run']}", "{filled['empty']}"], metricKey: "{key}" {more}}}
    ) {{ apiError {{code}} metrics {{ key value timestamp step runId }} }}}}""")


def test_history(api, ask, filled):
    got = history(ask, filled, "maxResults: 320 startStep: null endStep: null")
    assert got["errors"] is None
    got = got["data"]["mlflowGetMetricHistoryBulkInterval"]
    rest = api.read("metrics/get-history-bulk-interval", {
        "run_ids": [filled["run"], filled["empty"]], "metric_key": "loss", "max_results": 320})
    assert got == {"apiError": None, "metrics": [
        {"key": "loss", "value": float(m["value"]), "runId": m["run_id"],
         **long(m, "timestamp", "step")} for m in rest["metrics"]]}
    assert [m["step"] for m in got["metrics"]] == ["0", "1", "2"]


def test_history_without_points(ask, filled):
    got = history(ask, filled, "", key="nothing")
    assert got == {"data": {"mlflowGetMetricHistoryBulkInterval": {"apiError": None, "metrics": []}},
                   "errors": None}


@pytest.mark.parametrize("key, value", [("inf", MAX), ("ninf", -MAX), ("whole", 3.0)])
def test_history_of_numbers(ask, filled, key, value):
    got = history(ask, filled, "", key=key)
    metrics = got["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"]
    assert [m["value"] for m in metrics] == [value] and got["errors"] is None


def test_history_of_nan_is_null(ask, either, filled):
    got = history(ask, filled, "", key="nan")
    metrics = got["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"]
    assert [m["value"] for m in metrics] == [None]
    assert got["errors"] == either(
        cairn=None, mlflow=["Float cannot represent non numeric value: nan"])


def test_history_of_an_interval(ask, either, filled):
    got = history(ask, filled, "startStep: 1 endStep: 1")
    metrics = got["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"]
    assert [m["step"] for m in metrics] == either(cairn=["1"], mlflow=["0", "1", "2"])


@pytest.mark.parametrize("more, message", [
    ("maxResults: 0", "max_results must be between 1 and 2500"),
    ("maxResults: 2501", "max_results must be between 1 and 2500"),
    ("startStep: 1", "If either start step or end step are specified, both must be specified."),
    ("startStep: 2 endStep: 1", "end_step must be greater than start_step."),
])
def test_history_bad_parameters(ask, on_cairn, filled, more, message):
    got = history(ask, filled, more)
    if on_cairn:
        assert got["data"] == {"mlflowGetMetricHistoryBulkInterval": None}
        assert len(got["errors"]) == 1 and got["errors"][0].startswith(message)
    else:
        assert len(got["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"]) == 3


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_search_runs(api, data, filled, kind):
    query = f"""{kind} Find($input: MlflowSearchRunsInput) {{ mlflowSearchRuns(input: $input) {{
        nextPageToken {API_ERROR} runs {{ {RUN} {EXPERIMENT} modelVersions {{ version }} }}
    }} }}"""
    body = {"experimentIds": [filled["experiment"]], "filter": "attributes.user_id != 'x'",
            "orderBy": ["attributes.start_time ASC"], "maxResults": 10, "pageToken": None}
    got = data(query, {"input": body})["mlflowSearchRuns"]
    assert got["nextPageToken"] == "" and got["apiError"] is None
    e = as_experiment(
        api.read("experiments/get", {"experiment_id": filled["experiment"]})["experiment"])
    assert [r.pop("experiment") for r in got["runs"]] == [e, e]
    assert [r.pop("modelVersions") for r in got["runs"]] == [
        [], [{"version": "3"}, {"version": "2"}, {"version": "1"}]]
    rest = api.search(filled["experiment"], order_by=["attributes.start_time ASC"])
    assert got["runs"] == [as_run(r) for r in rest]
    assert [r["info"]["runId"] for r in got["runs"]] == [filled["empty"], filled["run"]]


def test_search_runs_in_pages(data, filled):
    query = """query($e: String, $t: String) {mlflowSearchRuns(
        input: {experimentIds: [$e], maxResults: 1, pageToken: $t, orderBy: "start_time"}
    ) {runs {info {runId}} nextPageToken}}"""
    first = data(query, {"e": filled["experiment"]})["mlflowSearchRuns"]
    assert [r["info"]["runId"] for r in first["runs"]] == [filled["empty"]]
    assert first["nextPageToken"]
    second = data(query, {"e": filled["experiment"], "t": first["nextPageToken"]})
    second = second["mlflowSearchRuns"]
    assert [r["info"]["runId"] for r in second["runs"]] == [filled["run"]]


@pytest.mark.cairn_only("a limit of its own: the reference holds whatever it is asked for")
def test_search_runs_with_too_much_in_them(api, ask):
    """Ten runs of a megabyte each; two of them are an answer."""
    experiment = api.new_experiment()
    tags = [{"key": f"k{i}", "value": "x" * 8000} for i in range(100)]
    for _ in range(11):
        api.ok("runs/log-batch", {"run_id": api.new_run(experiment), "tags": tags})
    query = """query($e: String, $n: Int) {mlflowSearchRuns(
        input: {experimentIds: [$e], maxResults: $n}) {runs {data {tags {value}}}}}"""
    got = ask(query, {"e": experiment, "n": 100})
    assert got == {"data": {"mlflowSearchRuns": None}, "errors": [
        "The answer has more than 8 MiB. Ask for fewer rows with maxResults, and for the next "
        "ones with pageToken."]}
    got = ask(query, {"e": experiment, "n": 2})
    assert got["errors"] is None
    runs = got["data"]["mlflowSearchRuns"]["runs"]
    assert [sum(t["value"] == "x" * 8000 for t in r["data"]["tags"]) for r in runs] == [100, 100]


@pytest.mark.cairn_only("a limit of its own: the reference works on for minutes")
def test_search_runs_with_too_much_around_them(api, sql):
    """A query to the database for the experiment of each run: no more than 10,000."""
    experiment = api.new_experiment()
    sql("INSERT INTO runs (run_uuid, name, experiment_id, status, lifecycle_stage, start_time) "
        "SELECT CONCAT(%s, 'x', seq), 'n', %s, 'FINISHED', 'active', seq FROM seq_1_to_10001",
        (experiment, experiment))
    r = api.post("/graphql", {"query": f"""{{mlflowSearchRuns(
        input: {{experimentIds: ["{experiment}"], maxResults: 10001}}
    ) {{runs {{experiment {{name}}}}}}}}"""})
    sql("DELETE FROM runs WHERE experiment_id = %s", (experiment,))
    assert r.status_code == 400
    assert r.json() == {"data": None, "errors": [
        "The experiments and model versions of more than 10000 runs are asked for. Ask for fewer "
        "runs with maxResults."]}


def test_search_runs_by_view(ask, on_cairn, filled):
    """Any value of the enum is an error in the reference."""
    query = """query($e: [String]) {
        a: mlflowSearchRuns(input: {experimentIds: $e, runViewType: ALL}) {runs {info {runId}}}
        b: mlflowSearchRuns(input: {experimentIds: $e, runViewType: DELETED_ONLY}) {
            runs {info {runId}}}
    }"""
    got = ask(query, {"e": filled["experiment"]})
    if on_cairn:
        assert got["errors"] is None
        assert len(got["data"]["a"]["runs"]) == 3
        assert got["data"]["b"]["runs"] == [{"info": {"runId": filled["deleted"]}}]
    else:
        assert got["data"] == {"a": None, "b": None} and len(got["errors"]) == 2


@pytest.mark.parametrize("more, message", [
    ("maxResults: 0", "Invalid value 0 for parameter 'max_results' supplied."),
    ("maxResults: 50001", "Invalid value 50001 for parameter 'max_results' supplied"),
    ('filter: "x"', "Invalid clause(s) in filter string: 'x'"),
    ('orderBy: ["foo"]', "Invalid attribute key 'foo' specified."),
    ('pageToken: "zz"', "Invalid page token, could not base64-decode"),
])
def test_search_runs_refused(ask, filled, more, message):
    got = ask(f"""{{mlflowSearchRuns(
        input: {{experimentIds: ["{filled['experiment']}"] {more}}}) {{nextPageToken}}}}""")
    assert got["data"] == {"mlflowSearchRuns": None}
    assert len(got["errors"]) == 1 and got["errors"][0].startswith(message), got


def test_search_model_versions(api, data, filled):
    query = f"""query($f: String, $n: LongString) {{
        mlflowSearchModelVersions(input: {{filter: $f, maxResults: $n}}) {{
            modelVersions {{ {VERSION} }} nextPageToken {API_ERROR}
        }}
    }}"""
    rest = api.read("model-versions/search", {"filter": f"name='{filled['name']}'"})
    want = [as_version(v) for v in rest["model_versions"]]
    got = data(query, {"f": f"name='{filled['name']}'"})["mlflowSearchModelVersions"]
    assert got == {"modelVersions": want, "nextPageToken": "", "apiError": None}
    for most in (2, "2"):
        got = data(query, {"f": f"name='{filled['name']}'", "n": most})
        got = got["mlflowSearchModelVersions"]
        assert got["modelVersions"] == want[:2] and got["nextPageToken"]


def test_deployment_jobs_are_unset(ask, either, filled):
    """The reference has an empty one, and an error for each enum in it."""
    got = ask(f"""{{mlflowSearchModelVersions(input: {{filter: "name='{filled['name']}'"}}) {{
        modelVersions {{ deploymentJobState {{ jobId jobState }} }} }}}}""")
    versions = got["data"]["mlflowSearchModelVersions"]["modelVersions"]
    assert versions == 3 * [{
        "deploymentJobState": either(cairn=None, mlflow={"jobId": "", "jobState": None})}]
    assert len(got["errors"] or []) == either(cairn=0, mlflow=3)


def test_search_datasets(api, data, filled):
    got = data("""mutation($e: [String]) { mlflowSearchDatasets(input: {experimentIds: $e}) {
        datasetSummaries { experimentId name digest context } apiError { message } } }""",
               {"e": filled["experiment"]})
    assert got == {"mlflowSearchDatasets": {"apiError": None, "datasetSummaries": [
        {"experimentId": filled["experiment"], "name": "d" + filled["run"], "digest": "1",
         "context": "train"}]}}


def test_search_datasets_without_experiment(ask):
    got = ask("mutation {mlflowSearchDatasets(input: {}) {datasetSummaries {name}}}")
    assert got == {"data": {"mlflowSearchDatasets": None}, "errors": [
        "SearchDatasets request must specify at least one experiment_id."]}


def test_list_artifacts(api, data, place):
    place.folder.write("b/c.txt", b"12345")
    query = f"""query($r: String!, $p: String) {{
        mlflowListArtifacts(input: {{runId: $r, path: $p}}) {{
            rootUri nextPageToken files {{ path isDir fileSize }} {API_ERROR}
        }}
    }}"""
    uri = api.get_run(place.run)["info"]["artifact_uri"]
    got = data(query, {"r": place.run})["mlflowListArtifacts"]
    assert got == {"rootUri": uri, "nextPageToken": "", "apiError": None,
                   "files": [{"path": "b", "isDir": True, "fileSize": "0"}]}
    got = data(query, {"r": place.run, "p": "b"})["mlflowListArtifacts"]
    assert got["files"] == [{"path": "b/c.txt", "isDir": False, "fileSize": "5"}]
    got = data(query, {"r": place.run, "p": "nothing"})["mlflowListArtifacts"]
    assert got["files"] == []


def test_echo(data):
    assert data(ECHO) == {"test": {"output": "x"}}
    assert data('mutation {testMutation(inputString: "x") {output}}') == {"testMutation": None}


@pytest.mark.parametrize("query", [
    "{a {output}}", "{mlflowGetRun {run {info {runId}}}}", "{mlflowSearchRuns {nextPageToken}}",
    "{mlflowGetExperiment {experiment {name}}}", "{mlflowGetExperiment(input: null) {apiError {code}}}",
])
def test_missing_arguments(ask, on_cairn, query):
    field = query.strip("{").split(" ")[0].split("(")[0]
    if field == "a":
        field, query = "test", "{test {output}}"
    got = ask(query)
    assert got["data"] == {field: None} and len(got["errors"]) == 1
    name = "inputString" if field == "test" else "input"
    if on_cairn:
        assert got["errors"] == [f"Missing value for required argument '{name}'."]


# The language.

@pytest.mark.parametrize("literal, value", [
    (r'"\u00e9\t\"\\\/\b\f\n\r"', "\u00e9\t\"\\/\b\f\n\r"),
    (r'"\u{1F600}"', "\U0001f600"),
    (r'"\uD83D\uDE00"', "\U0001f600"),
    ('"\u00e9\U0001f600"', "\u00e9\U0001f600"),
    ('""', ""),
    ('"\x01\t"', "\x01\t"),
    (r'"\u0000"', "\0"),
    ('""""""', ""),
    ('"""  """', ""),
    ('"""block\n    two\n      three\n  """', "block\ntwo\n  three"),
    ('"""\n\n  a\r\n    b\r  c\n\n"""', "a\n  b\nc"),
    (r'"""a\"""b\n"""', 'a"""b\\n'),
])
def test_strings(data, literal, value):
    assert data("{test(inputString: %s) {output}}" % literal) == {"test": {"output": value}}


@pytest.mark.parametrize("query, want", [
    ("{,,,__typename,,,}", {"__typename": "Query"}),
    ("# one\n{__typename # two\r\n}", {"__typename": "Query"}),
    ("\ufeff{__typename}", {"__typename": "Query"}),
    ("query{query:__typename}", {"query": "Query"}),
    ("query on {__typename}", {"__typename": "Query"}),
    ('"what it does" query Q {__typename}', {"__typename": "Query"}),
    ("{fragment:__typename true:__typename}", {"fragment": "Query", "true": "Query"}),
    ("mutation M {__typename}", {"__typename": "Mutation"}),
    ('{a:__typename b:test(inputString:"x"){c:output d:__typename}}',
     {"a": "Query", "b": {"c": "x", "d": "Test"}}),
    ('{...F} fragment F on Query{test(inputString:"x"){output}}', {"test": {"output": "x"}}),
    ('{...{__typename} ...on Query{...G}} fragment G on Query{a:__typename}',
     {"__typename": "Query", "a": "Query"}),
    # equal fields are one, and their selections are joined
    (ECHO[:-1] + ECHO[1:], {"test": {"output": "x"}}),
    ('{a:test(inputString:"x"){output} a:test(inputString:"x"){o:output}}',
     {"a": {"output": "x", "o": "x"}}),
    ('query @component(name:"a"){__typename}', {"__typename": "Query"}),
    ('mutation @component(name:"a"){__typename}', {"__typename": "Mutation"}),
])
def test_documents(data, query, want):
    assert data(query) == want


@pytest.mark.parametrize("query, variables, want", [
    ("query($v:String){test(inputString:$v){output}}", {"v": "a", "unused": 1}, "a"),
    ('query($v:String="d"){test(inputString:$v){output}}', {}, "d"),
    ('query($v:String="d"){test(inputString:$v){output}}', None, "d"),
    ('query($v:String="d"){test(inputString:$v){output}}', {"v": "e"}, "e"),
    ('query($v:String!="d"){test(inputString:$v){output}}', None, "d"),
    ("query($v:String!){...F} fragment F on Query{test(inputString:$v){output}}", {"v": "f"}, "f"),
    ('query($v:String!)@component(name:$v){test(inputString:$v){output}}', {"v": "g"}, "g"),
])
def test_variables(data, query, variables, want):
    assert data(query, variables) == {"test": {"output": want}}


def test_operation_by_name(ask, data, errors):
    two = "query A {__typename} query B {b: __typename}"
    assert data(two, None, "A") == {"__typename": "Query"}
    assert data(two, None, "B") == {"b": "Query"}
    assert errors(two) == ["Must provide operation name if query contains multiple operations."]
    assert errors(two, None, "C") == ["Unknown operation named 'C'."]
    assert errors(two, None, "b") == ["Unknown operation named 'b'."]
    assert errors(ECHO, None, "") == ["Unknown operation named ''."]


@pytest.mark.parametrize("query, want", [
    ('{test(inputString:"x") @skip(if:true) {output}}', {}),
    ('{test(inputString:"x") {output @skip(if:false)}}', {"test": {"output": "x"}}),
    ('{test(inputString:"x") {output a:output @include(if:false)}}', {"test": {"output": "x"}}),
    ('query($s:Boolean!) {test(inputString:"x") {output ...@skip(if:$s){a:output}}}',
     {"test": {"output": "x"}}),
])
def test_skip_and_include(ask, either, query, want):
    """The reference knows neither."""
    got = ask(query, {"s": True})
    assert got["data"] == either(cairn=want, mlflow=None)
    if got["errors"]:
        assert got["errors"][0].startswith("Unknown directive '@"), got


FRAGMENT = '{test(inputString:"x"){...F}} fragment F on Test'


@pytest.mark.parametrize("query, want", [
    # fields
    ("{nosuch}", ["Cannot query field 'nosuch' on type 'Query'."]),
    ("{nosuch{a(b:$c)}}", ["Cannot query field 'nosuch' on type 'Query'.",
                           "Variable '$c' is not defined."]),
    ("mutation{test}", ["Cannot query field 'test' on type 'Mutation'."]),
    ('{test(inputString:"x"){outputs}}',
     ["Cannot query field 'outputs' on type 'Test'. Did you mean 'output'?"]),
    ("{mlflowGetRunn{a}}", ["Cannot query field 'mlflowGetRunn' on type 'Query'. "
                            "Did you mean 'mlflowGetRun' or 'mlflowSearchRuns'?"]),
    ("{mlflowGetRun(input:{}){run{info{startime}}}}",
     ["Cannot query field 'startime' on type 'MlflowRunInfo'. "
      "Did you mean 'startTime', 'endTime', or 'status'?"]),
    ('{test(inputString:"x")}', ["Field 'test' of type 'Test' must have a selection of subfields. "
                                 "Did you mean 'test { ... }'?"]),
    ("{mlflowSearchRuns(input:{}){runs}}",
     ["Field 'runs' of type '[MlflowRunExtension!]' must have a selection of subfields. "
      "Did you mean 'runs { ... }'?"]),
    ('{test(inputString:"x"){output{a}}}',
     ["Field 'output' must not have a selection since type 'String' has no subfields."]),
    ("{__typename{a}}",
     ["Field '__typename' must not have a selection since type 'String!' has no subfields."]),
    # arguments
    ("{test(foo:1){output}}", ["Unknown argument 'foo' on field 'Query.test'."]),
    ('{test(inputstring:""){output}}',
     ["Unknown argument 'inputstring' on field 'Query.test'. Did you mean 'inputString'?"]),
    ('{test(inputString:"x",inputString:"y"){output}}',
     ["There can be only one argument named 'inputString'."]),
    ("{__type{name}}",
     ["Field '__type' argument 'name' of type 'String!' is required, but it was not provided."]),
    # values
    *[(f"{{test(inputString:{v}){{output}}}}",
       [f"String cannot represent a non string value: {v}"])
      for v in ("1", "-0", "1.5", "true", "FOO", "[1]", '{a: "b"}')],
    *[(f"{{mlflowSearchRuns(input:{{maxResults:{v}}}){{nextPageToken}}}}",
       [f"Int cannot represent non-integer value: {v}"]) for v in ('"1"', "1.0", "1e2", "true")],
    ("{mlflowSearchRuns(input:{maxResults:2147483648}){nextPageToken}}",
     ["Int cannot represent non 32-bit signed integer value: 2147483648"]),
    ('{mlflowSearchRuns(input:{experimentIds:["a",5]}){nextPageToken}}',
     ["String cannot represent a non string value: 5"]),
    ("{mlflowSearchRuns(input:{runViewType:FOO}){nextPageToken}}",
     ["Value 'FOO' does not exist in 'MlflowViewType' enum."]),
    ("{mlflowSearchRuns(input:{runViewType:ACTIV_ONLY}){nextPageToken}}",
     ["Value 'ACTIV_ONLY' does not exist in 'MlflowViewType' enum. "
      "Did you mean the enum value 'ACTIVE_ONLY'?"]),
    ('{mlflowSearchRuns(input:{runViewType:"ALL"}){nextPageToken}}',
     ["Enum 'MlflowViewType' cannot represent non-enum value: \"ALL\". "
      "Did you mean the enum value 'ALL'?"]),
    ('{mlflowGetRun(input:"x"){apiError{code}}}',
     ["Expected value of type 'MlflowGetRunInput', found \"x\"."]),
    ("{mlflowGetRun(input:{run_id:1}){apiError{code}}}",
     ["Field 'run_id' is not defined by type 'MlflowGetRunInput'. "
      "Did you mean 'runId' or 'runUuid'?"]),
    ('{mlflowGetRun(input:{runId:"a",runId:"b"}){apiError{code}}}',
     ["There can be only one input field named 'runId'."]),
    ("{__type(name:null){name}}", ["Expected value of type 'String!', found null."]),
    ('{__type(name:"Test"){fields(includeDeprecated:"x"){name}}}',
     ["Boolean cannot represent a non boolean value: \"x\""]),
    # operations
    ("query A{a:__typename} query A{__typename}",
     ["There can be only one operation named 'A'."]),
    ("query A{__typename} {__typename}",
     ["This anonymous operation must be the only defined operation."]),
    ("subscription{a}", ["Schema is not configured to execute subscription operation."]),
    # fragments
    ("{...F}", ["Unknown fragment 'F'."]),
    ("{__typename} fragment F on Query{__typename}", ["Fragment 'F' is never used."]),
    ("{...F} fragment F on Nope{a}", ["Unknown type 'Nope'."]),
    ("{...on Querry{__typename}}", ["Unknown type 'Querry'. Did you mean 'Query'?"]),
    ("{...on String{a}}", ["Fragment cannot condition on non composite type 'String'."]),
    ("{...on Mutation{__typename}}", ["Fragment cannot be spread here as objects of type 'Query' "
                                      "can never be of type 'Mutation'."]),
    ("{...F} fragment F on Test{output}", ["Fragment 'F' cannot be spread here as objects of type "
                                           "'Query' can never be of type 'Test'."]),
    (FRAGMENT + "{...F}", ["Cannot spread fragment 'F' within itself."]),
    (FRAGMENT + "{...G} fragment G on Test{...F}",
     ["Cannot spread fragment 'F' within itself via 'G'."]),
    (FRAGMENT + "{output} fragment F on Test{output}",
     ["There can be only one fragment named 'F'."]),
    # conflicts
    ('{a:test(inputString:"x"){output} a:test(inputString:"y"){output}}',
     ["Fields 'a' conflict because they have differing arguments. Use different aliases on the "
      "fields to fetch both if this was intentional."]),
    ('{a:test(inputString:"x"){o:output} a:test(inputString:"x"){o:__typename}}',
     ["Fields 'a' conflict because subfields 'o' conflict because 'output' and '__typename' are "
      "different fields. Use different aliases on the fields to fetch both if this was "
      "intentional."]),
    # directives
    ("query @foo(a:1){__typename}", ["Unknown directive '@foo'."]),
    ('{__typename @component(name:"x")}', ["Directive '@component' may not be used on field."]),
    ("query @component{__typename}", ["Directive '@component' argument 'name' of type 'String!' is "
                                      "required, but it was not provided."]),
    ('query @component(name:"a") @component(name:"b"){__typename}',
     ["The directive '@component' can only be used once at this location."]),
    # variables
    ("{test(inputString:$v){output}}", ["Variable '$v' is not defined."]),
    ("query A{test(inputString:$v){output}}",
     ["Variable '$v' is not defined by operation 'A'."]),
    ("query($v:String){__typename}", ["Variable '$v' is never used."]),
    ("query A($v:String){__typename}", ["Variable '$v' is never used in operation 'A'."]),
    ("query($v:String,$v:String){test(inputString:$v){output}}",
     ["There can be only one variable named '$v'."]),
    ("query($v:Int){test(inputString:$v){output}}",
     ["Variable '$v' of type 'Int' used in position expecting type 'String'."]),
    ("query($v:[String!]){test(inputString:$v){output}}",
     ["Variable '$v' of type '[String!]' used in position expecting type 'String'."]),
    ("query($v:String){__type(name:$v){name}}",
     ["Variable '$v' of type 'String' used in position expecting type 'String!'."]),
    ("query($v:Strin){test(inputString:$v){output}}",
     ["Unknown type 'Strin'. Did you mean 'String'?"]),
    ("query($v:Test){__typename}", ["Variable '$v' cannot be non-input type 'Test'.",
                                    "Variable '$v' is never used."]),
    ("query($v:String=5){test(inputString:$v){output}}",
     ["String cannot represent a non string value: 5"]),
])
def test_documents_refused(errors, query, want):
    assert errors(query) == sorted(want)


RUN_QUERY = "query($v:MlflowGetRunInput!){mlflowGetRun(input:$v){apiError{code}}}"
SEARCH_QUERY = "query($v:%s){mlflowSearchRuns(input:{%s:$v}){nextPageToken}}"


@pytest.mark.parametrize("query, value, want", [
    ("query($v:String){test(inputString:$v){output}}", 5,
     "Variable '$v' got invalid value 5; String cannot represent a non string value: 5"),
    (RUN_QUERY, {"runId": 0}, "Variable '$v' got invalid value 0 at 'v.runId'; "
     "String cannot represent a non string value: 0"),
    (RUN_QUERY, {"foo": None}, "Variable '$v' got invalid value {'foo': None}; "
     "Field 'foo' is not defined by type 'MlflowGetRunInput'."),
    (RUN_QUERY, "x", "Variable '$v' got invalid value 'x'; "
     "Expected type 'MlflowGetRunInput' to be a mapping."),
    (RUN_QUERY, None, "Variable '$v' of non-null type 'MlflowGetRunInput!' must not be null."),
    (SEARCH_QUERY % ("[String!]!", "experimentIds"), ["a", None],
     "Variable '$v' got invalid value None at 'v[1]'; "
     "Expected non-nullable type 'String!' not to be None."),
    (SEARCH_QUERY % ("[String!]!", "experimentIds"), ["a", True],
     "Variable '$v' got invalid value True at 'v[1]'; "
     "String cannot represent a non string value: True"),
    (SEARCH_QUERY % ("Int", "maxResults"), 1.5,
     "Variable '$v' got invalid value 1.5; Int cannot represent non-integer value: 1.5"),
    (SEARCH_QUERY % ("Int", "maxResults"), "1",
     "Variable '$v' got invalid value '1'; Int cannot represent non-integer value: '1'"),
    (SEARCH_QUERY % ("Int", "maxResults"), 2**31, "Variable '$v' got invalid value 2147483648; "
     "Int cannot represent non 32-bit signed integer value: 2147483648"),
    (SEARCH_QUERY % ("MlflowViewType", "runViewType"), "all",
     "Variable '$v' got invalid value 'all'; Value 'all' does not exist in 'MlflowViewType' enum. "
     "Did you mean the enum value 'ALL'?"),
    (SEARCH_QUERY % ("MlflowViewType", "runViewType"), 3,
     "Variable '$v' got invalid value 3; "
     "Enum 'MlflowViewType' cannot represent non-string value: 3."),
])
def test_variables_refused(errors, query, value, want):
    assert errors(query, {"v": value}) == [want]


def test_variable_not_given(errors):
    assert errors("query($v:String!){test(inputString:$v){output}}") == [
        "Variable '$v' of required type 'String!' was not provided."]


@pytest.mark.parametrize("value", ["x", [1], {}])
def test_long_variable_refused(errors, value):
    got = errors("query($v:LongString){mlflowSearchModelVersions(input:{maxResults:$v})"
                 "{nextPageToken}}", {"v": value})
    assert len(got) == 1 and "; Expected type 'LongString'. " in got[0], got


@pytest.mark.parametrize("literal", ['"x"', "1.5", "true", "[1]", "X"])
def test_long_literal_refused(ask, on_cairn, literal):
    """The reference takes each of them for none at all (decision d)."""
    got = ask("{mlflowSearchModelVersions(input:{maxResults:%s}){__typename}}" % literal)
    if on_cairn:
        assert got == {"data": None, "errors": [
            f"LongString cannot represent non-integer value: {literal}"]}
    else:
        assert got["errors"] is None


# Guards.

ROOTS = ("GraphQL queries should have at most 10 root fields, got %d root fields. To increase the "
         "limit, set the MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS environment variable.")
ALIASES = ("GraphQL queries should have at most 10 aliases, got %d aliases. To increase the limit, "
           "set the MLFLOW_SERVER_GRAPHQL_MAX_ALIASES environment variable.")
DEPTH = "Query exceeds maximum depth of 10"
SELECTIONS = "Query exceeds maximum total selections of 1000"


def aliases(n, field="__typename"):
    return "{" + " ".join(f"a{i}:{field}" for i in range(n)) + "}"


def nested(n, leaf="{name}"):
    """A query of n + 2 fields within each other."""
    return '{__type(name:"Test")' + "{ofType" * n + leaf + "}" * (n + 1)


@pytest.mark.parametrize("query", [
    aliases(10),
    "{" + "...F " * 11 + "} fragment F on Query{__typename}",
    '{test(inputString:"x")' + aliases(10, "output") + "}",
    '{a:test(inputString:"x")' + aliases(6, "output") + ' b:test(inputString:"x")'
    + aliases(6, "output") + "}",
    nested(8),
    nested(8, "{...F}") + " fragment F on __Type{name}",
    '{__type(name:"Test"){' + "...{" * 12 + "name" + "}" * 14,
    '{test(inputString:"x"){' + "output " * 100 + "}}",
    '{test(inputString:"x"){' + "...F " * 1100 + "}} fragment F on Test{output}",
])
def test_within_the_limits(data, query):
    data(query)


@pytest.mark.parametrize("query, want", [
    (aliases(11), ROOTS % 11),
    ("{" + "__typename " * 11 + "}", ROOTS % 11),
    ("{" + "...{__typename} " * 11 + "}", ROOTS % 11),
    ("{...F} fragment F on Query{...G} fragment G on Query" + aliases(11), ROOTS % 11),
    ("query A" + aliases(6) + " query B" + aliases(6), ROOTS % 12),
    ("mutation" + aliases(11), ROOTS % 11),
    ("{" + "nosuch " * 11 + "}", ROOTS % 11),
    ('{test(inputString:"x")' + aliases(11, "output") + "}", ALIASES % 11),
    ('{test(inputString:"x"){' + "a:output " * 11 + "}}", ALIASES % 11),
    ('{test(inputString:"x"){...F ...G}} fragment F on Test' + aliases(6, "output")
     + " fragment G on Test" + aliases(6, "output"), ALIASES % 12),
    (nested(9), DEPTH),
    (nested(9, "{...F}") + " fragment F on __Type{name}", DEPTH),
    (nested(4, "{...F}") + " fragment F on __Type" + "{ofType" * 5 + "{name" + "}" * 6, DEPTH),
    ('{__type(name:"x"){...F}} fragment F on __Type{ofType{...F}}', DEPTH),
    ("query A {__typename} query B" + nested(9), DEPTH),
    ('{test(inputString:"x"){' + "output " * 1000 + "}}", SELECTIONS),
    ('{test(inputString:"x"){...F}} fragment F on Test{' + "output " * 1000 + "}", SELECTIONS),
    ("{" + " ".join(f'{a}:test(inputString:"x"){{...F}}' for a in "abc")
     + "} fragment F on Test{" + "output " * 400 + "}", SELECTIONS),
])
def test_over_the_limits(errors, query, want):
    assert errors(query) == [want]


def test_errors_have_an_end(errors):
    got = errors('{test(inputString:"x"){' + " ".join(f"n{i}" for i in range(150)) + "}}")
    assert len(got) == 101
    assert "Too many validation errors, error limit reached. Validation aborted." in got


def flood(names, first, last):
    """Fragments that each use the next one twice, 2 to the power of their number."""
    uses = "".join(
        f" fragment {names}{i} on Query{{...{names}{i + 1} ...{names}{i + 1}}}"
        for i in range(first, last))
    return f"{{...{names}{first}}}{uses} fragment {names}{last} on Query{{__typename}}"


def test_fragments_of_fragments_cost_nothing(data):
    assert data(flood("F", 0, 60)) == {"__typename": "Query"}


# Introspection.

TYPE_REF = "kind name ofType { kind name ofType { kind name ofType { kind name } } }"


def test_introspection_of_types(data, filled):
    got = data("""{ __schema {
        queryType { name } mutationType { name } subscriptionType { name } description
        types {
            kind name specifiedByURL isOneOf interfaces { name } possibleTypes { name }
            fields { name isDeprecated deprecationReason args { name defaultValue type { %s } }
                     type { %s } }
            inputFields { name defaultValue type { %s } }
            enumValues { name isDeprecated }
        }
    } }""" % (TYPE_REF, TYPE_REF, TYPE_REF))["__schema"]
    assert got["queryType"] == {"name": "Query"}
    assert got["mutationType"] == {"name": "Mutation"}
    assert got["subscriptionType"] is None and got["description"] is None
    types = {t["name"]: t for t in got["types"]}
    assert len(types) == len(got["types"]) == 61
    assert [f["name"] for f in types["Query"]["fields"]] == [
        "mlflowGetExperiment", "mlflowGetMetricHistoryBulkInterval", "mlflowGetRun",
        "mlflowListArtifacts", "mlflowSearchModelVersions", "test", "mlflowSearchRuns"]
    assert [f["name"] for f in types["Mutation"]["fields"]] == [
        "mlflowSearchDatasets", "mlflowSearchRuns", "testMutation"]
    run = types["MlflowSearchRunsResponse"]
    assert run["kind"] == "OBJECT" and run["interfaces"] == []
    assert run["inputFields"] is run["enumValues"] is run["possibleTypes"] is run["isOneOf"] is None
    assert run["fields"][0] == {
        "name": "runs", "isDeprecated": False, "deprecationReason": None, "args": [],
        "type": {"kind": "LIST", "name": None, "ofType": {
            "kind": "NON_NULL", "name": None, "ofType": {
                "kind": "OBJECT", "name": "MlflowRunExtension", "ofType": None}}}}
    search = types["MlflowSearchRunsInput"]
    assert search["kind"] == "INPUT_OBJECT" and search["fields"] is None
    assert search["isOneOf"] is False
    assert {f["name"]: f["defaultValue"] for f in search["inputFields"]} == {
        "experimentIds": None, "filter": None, "runViewType": "null", "maxResults": None,
        "orderBy": None, "pageToken": None}
    assert [v["name"] for v in types["MlflowRunStatus"]["enumValues"]] == [
        "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
    assert types["LongString"]["kind"] == "SCALAR" and types["LongString"]["fields"] is None
    meta = {f["name"]: f for f in types["__Type"]["fields"]}
    assert meta["kind"]["type"] == {"kind": "NON_NULL", "name": None, "ofType": {
        "kind": "ENUM", "name": "__TypeKind", "ofType": None}}
    assert meta["fields"]["args"] == [{
        "name": "includeDeprecated", "defaultValue": "false",
        "type": {"kind": "SCALAR", "name": "Boolean", "ofType": None}}]


def test_introspection_of_a_type(data):
    query = "query($n:String!){__type(name:$n){__typename name kind fields{name __typename}}}"
    assert data(query, {"n": "Test"}) == {"__type": {
        "__typename": "__Type", "name": "Test", "kind": "OBJECT",
        "fields": [{"name": "output", "__typename": "__Field"}]}}
    assert data(query, {"n": "Nope"}) == {"__type": None}


def test_introspection_of_directives(data, either):
    got = data("""{__schema {directives {
        name locations isRepeatable args {name defaultValue type {kind ofType {name}}}}}}""")
    string = {"kind": "NON_NULL", "ofType": {"name": "String"}}
    assert got["__schema"]["directives"][0] == {
        "name": "component", "locations": ["QUERY", "MUTATION"], "isRepeatable": False,
        "args": [{"name": "name", "defaultValue": None, "type": string}]}
    assert [d["name"] for d in got["__schema"]["directives"]] == either(
        cairn=["component", "skip", "include"], mlflow=["component"])


@pytest.mark.parametrize("query", ["mutation{__schema{queryType{name}}}",
                                   '{test(inputString:"x"){__schema{queryType{name}}}}'])
def test_introspection_is_a_field_of_queries(errors, query):
    got = errors(query)
    assert len(got) == 1 and got[0].startswith("Cannot query field '__schema' on type '"), got


# The way in.

def test_get_takes_the_same_body(api):
    r = api.raw("/graphql", json.dumps({"query": ECHO}), None, method="GET")
    assert r.status_code == 200, r.text
    assert r.json() == {"data": {"test": {"output": "x"}}, "errors": None}


@pytest.mark.parametrize("content_type, message", [
    (None, "Bad Request. Content-Type header is missing."),
    ("text/plain", "Bad Request. Content-Type must be one of ['application/json']."),
    ("application/graphql", "Bad Request. Content-Type must be one of ['application/json']."),
])
def test_content_type_of_post(api, content_type, message):
    r = api.raw("/graphql", json.dumps({"query": ECHO}), content_type)
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


def test_null_beside_the_query_is_nothing(api):
    body = {"query": ECHO, "variables": None, "operationName": None, "extensions": {}}
    assert api.ok("/graphql", body) == {"data": {"test": {"output": "x"}}, "errors": None}


@pytest.mark.parametrize("body, message", [
    *[(body, "The request must have a JSON object as its body")
      for body in ("", "nope", "{}", "[]", "null", '{"query": null}', '{"query": 5}',
                   '[{"query": "{__typename}"}]')],
    *[('{"query": "{__typename}", "variables": %s}' % v, "'variables' must be an object")
      for v in ("[]", '"{}"', "5")],
])
def test_requests_without_a_document(api, either, body, message):
    check_broken(api.raw("/graphql", body), either, message)


def check_broken(r, either, message):
    """A page of status 500 in the reference (decision c)."""
    assert r.status_code == either(cairn=400, mlflow=500), r.text
    if r.status_code == 400:
        answer = r.json()
        assert answer["data"] is None and len(answer["errors"]) == 1
        assert answer["errors"][0].startswith(message), answer


@pytest.mark.parametrize("query, message", [
    ("", "expected an operation, found the end of the document (line 1, column 1)."),
    ("{}", "expected a field, found '}' (line 1, column 2)."),
    ("{__typename", "expected '}', found the end of the document (line 1, column 12)."),
    ("{__typename} ;", "this character begins no token (line 1, column 14)."),
    ("{t\u00ebst}", "this character begins no token (line 1, column 3)."),
    ("{__typename}\0", "this character begins no token (line 1, column 13)."),
    ("{test(){output}}", "expected an argument, found ')' (line 1, column 7)."),
    ("query(){__typename}", "expected a variable, found ')' (line 1, column 7)."),
    ("{a:b:c}", "expected the name of a field, found ':' (line 1, column 5)."),
    ("fragment on on Query{a} {...on}", "expected the name of a fragment, found 'on'"),
    ("query($v:String=$w){test(inputString:$v){output}}", "expected a default without variables"),
    ('{test(inputString:"\\ud800"){output}}', "this is no escape sequence of a string"),
    ('{test(inputString:"\\x"){output}}', "this is no escape sequence of a string"),
    ('{test(inputString:"a\nb"){output}}', "a string must end on its line"),
    ("{test(inputString:01){output}}", "a number must not begin with 0"),
    ("{test(inputString:1.){output}}", "digits must follow the point of a number"),
    ('"about" {__typename}', "expected an operation or a fragment, found '{'"),
])
def test_broken_documents(api, either, query, message):
    check_broken(api.post("/graphql", {"query": query}), either, "Syntax error: " + message)


@pytest.mark.parametrize("query", ["type A {a: Int}", "extend type Query {a: Int} {__typename}",
                                   "scalar X", "directive @a on FIELD"])
def test_types_cannot_be_defined(api, either, query):
    r = api.post("/graphql", {"query": query})
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    assert r.json()["data"] is None and len(r.json()["errors"]) == 1


@pytest.mark.parametrize("query", [
    "{a" * 100000, "{test(inputString:" + "[" * 100000, "query($a:" + "[" * 100000,
    "{test(inputString:" + "{a:" * 100000, "{" + "a " * 30000 + "}", "{...F}" * 10000,
    "{...F0}" + "".join(f" fragment F{i} on Query{{...F{i + 1}}}" for i in range(600)),
    "{a(b:" + '"' * 100001, "{a(b:" + "-" * 100000,
])
def test_hostile_documents(api, on_cairn, query):
    r = api.post("/graphql", {"query": query})
    if on_cairn:
        assert r.status_code == 400, r.text[:500]
        assert r.json()["errors"][0].startswith("Syntax error: "), r.text[:500]
    if r.status_code != 500:
        assert r.json()["data"] is None, r.text[:500]


def test_nothing_is_lost_of_a_large_number(data, filled):
    """What the UI divides by a million must arrive to the last digit."""
    got = data(f"""{{mlflowGetMetricHistoryBulkInterval(
        input: {{runIds: ["{filled['run']}"], metricKey: "big"}}) {{metrics {{step value}}}}}}""")
    metric = got["mlflowGetMetricHistoryBulkInterval"]["metrics"][0]
    assert metric["step"] == "9007199254740993"
    assert math.isclose(metric["value"], 1e300)
