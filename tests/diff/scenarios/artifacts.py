"""Artifacts through the server, to a run and to a logged model, and GraphQL."""

from urllib.parse import quote

from play import Scenario, Step, delete, get, head, post, put

from scenarios.flows import experiment

PROXY = "/api/2.0/mlflow-artifacts/"
FILES = PROXY + "artifacts"
BYTES = {"Content-Type": "application/octet-stream"}

# one part of a path as it stands in a URL: taken or refused, never decoded twice
NAMES = ["a%20b", "p%25", "a%2Bb", "a+b", "%C3%BC", "%E6%97%A5", "q'%22", "a;b", "a&b", "a=b",
         ".hidden", "a.", "~", "$x", "a:b", "%23", "%3F", "a%5Cb", "MLmodel", "x" * 255]
# what may not leave the root, and its disguises
ESCAPES = ["..", "../x", "a/../b", "a/..", "%2e%2e/x", "%2e%2e%2fx", "..%2fx", "%252e%252e%252fx",
           "/etc/passwd", "%2Fetc%2Fpasswd", "//etc/passwd", "a//b", "./a", "a/./b", ".", "%2e",
           "..%5cx", "C:%5cx", "%00", "a%00b", "file:%2f%2f%2fetc", "x" * 256]


def stored(name, data=b"1"):
    return put(FILES + "/" + name, raw=data, headers=BYTES, name=f"PUT {name[:60]}")


def proxy_cases(name):
    return [
        stored(name), get(FILES + "/" + name, name=f"GET {name[:60]}"),
        Step("GET", FILES, query="path=" + name, name=f"list {name[:60]}"),
        delete(FILES + "/" + name, name=f"DELETE {name[:60]}"),
    ]


def run():
    return post("runs/create", {"experiment_id": "$exp", "start_time": 5},
                bind={"run": "run.info.run_id"})


def uploaded(path, body=b"1", run="$run", **options):
    return post("upload-artifact", raw=body, headers=BYTES, prefix="ajax-api",
                query={"run_uuid": run, "path": path}, name=f"upload {path[:60]}", **options)


def shown(path, query="run_uuid=$run"):
    return Step("GET", "/get-artifact", query=f"{query}&path={path}",
                name=f"get-artifact {path[:60]} {query}")


def listed(**query):
    return get("artifacts/list", query, name=f"artifacts/list {query}")


UPLOADS = ["a.txt", "d/b.json", "d/e/c.bin", "page.html", "i.svg", "t.csv", "x.unknown", "MLmodel",
           "ü b.txt", "100%.txt"]

MODEL = post("logged-models", {"experiment_id": "$exp", "name": "m"},
             bind={"model": "model.info.model_id"})


def ask(query, variables=None, **more):
    body = {"query": query, **({} if variables is None else {"variables": variables}), **more}
    return post("/graphql", body, name=f"graphql {query[:70]!r}")


GET_RUN = "query Q($i: MlflowGetRunInput!) { mlflowGetRun(input: $i) %s }"
RUN_INPUT = {"i": {"runId": "$run"}}
INFO = "{ run { info { runId runName status experimentId startTime lifecycleStage } } }"
DEEP = "{ run { " + "info { " * 12 + "runId" + " }" * 14

GRAPHQL = [
    ask(GET_RUN % INFO, RUN_INPUT),
    ask(GET_RUN % "{ __typename run { __typename data { params { key value } } } apiError"
                  " { code message } }", RUN_INPUT),
    ask(GET_RUN % "{ one: run { info { id: runId } } }", RUN_INPUT),
    ask("query Q($i: MlflowGetRunInput!) { mlflowGetRun(input: $i) { run { ...f } } }"
        " fragment f on MlflowRunExtension { info { runId } }", RUN_INPUT),
    ask('{ mlflowGetExperiment(input: {experimentId: "0"}) { experiment { name } } }'),
    ask('{ mlflowGetExperiment(input: {experimentId: "9"}) { experiment { name } apiError'
        " { code message } } }"),
    ask('{ mlflowGetExperiment(input: {experimentId: 0}) { experiment { name } } }'),
    ask('{ mlflowGetExperiment { experiment { name } } }'),
    ask('{ a: mlflowGetExperiment(input: {experimentId: "0"}) { experiment { name } }'
        ' b: mlflowGetExperiment(input: {experimentId: "0"}) { experiment { tags { key } } } }'),
    ask("{ nope }"), ask("{"), ask(""), ask("{ __typename }"), ask("query { }"),
    ask(GET_RUN % INFO), ask(GET_RUN % INFO, {}), ask(GET_RUN % INFO, {"i": None}),
    ask(GET_RUN % INFO, {"i": {"runId": 1}}), ask(GET_RUN % INFO, {"i": {"nope": "x"}}),
    ask(GET_RUN % INFO, {"i": {"runId": "x"}}), ask(GET_RUN % DEEP, RUN_INPUT),
    ask("query A { __typename } query B { __typename }"),
    ask("query A { __typename } query B { __typename }", operationName="B"),
    ask("query A { __typename }", operationName="C"),
    ask("mutation { nope }"), ask("subscription { nope }"),
    ask("{ mlflowGetRun(input: {runId: \"x\"}) { run @skip(if: true) { info { runId } } } }"),
    post("/graphql", {}, name="graphql without a query"),
    post("/graphql", raw=b"[]", name="graphql with a list",
         headers={"Content-Type": "application/json"}),
    post("/graphql", raw=b"{", name="graphql with half an object",
         headers={"Content-Type": "application/json"}),
    get("/graphql", name="graphql by GET"),
]

SCENARIOS = [
    Scenario("proxy", stored("f", b"hello"), get(FILES + "/f"), head(FILES + "/f"),
             get(FILES + "/f", headers={"Range": "bytes=1-2"}), stored("f", b""),
             get(FILES + "/f"), stored("d/e/g", b"12"), stored("d/h", b"3"), get(FILES),
             get(FILES, {"path": "d"}), get(FILES, {"path": "d/"}), get(FILES, {"path": "d/e"}),
             get(FILES, {"path": "f"}), get(FILES, {"path": "none"}), get(FILES, {"path": ""}),
             get(FILES + "/none"), get(FILES + "/d"), stored("d"), stored("f/below"),
             delete(FILES + "/d/e"), get(FILES, {"path": "d"}), delete(FILES + "/f"),
             delete(FILES + "/f"), delete(FILES + "/d"), get(FILES), post(FILES + "/x", {}),
             put(FILES, raw=b"1", headers=BYTES), delete(FILES)),
    Scenario("proxy names", *[step for name in NAMES for step in proxy_cases(name)], get(FILES)),
    Scenario("proxy escapes", *[step for name in ESCAPES for step in proxy_cases(name)],
             get(FILES)),
    Scenario("proxy in parts",
             post(PROXY + "mpu/create/f", {"path": "f", "num_parts": 2}),
             post(PROXY + "mpu/create/f", {}), post(PROXY + "mpu/create/../f", {}),
             post(PROXY + "mpu/complete/f", {"path": "f", "upload_id": "u", "parts": []}),
             post(PROXY + "mpu/abort/f", {"path": "f", "upload_id": "u"}),
             get(PROXY + "presigned/f"), get(PROXY + "presigned/../f"),
             post("artifacts/presigned-download-url", {"run_id": "x", "path": "f"}),
             post("artifacts/presigned-upload-url", {"run_id": "x", "path": "f"})),
    Scenario("artifacts of a run", experiment(), run(), *[uploaded(path) for path in UPLOADS],
             uploaded("a.txt", b"again"), listed(run_id="$run"), listed(run_uuid="$run"),
             *[listed(run_id="$run", path=p) for p in (
                 "d", "d/", "d/e", "a.txt", "none", "..", "/etc", "%2e%2e", "")],
             listed(run_id="none"), listed(), listed(run_id="$run", page_token="x"),
             *[shown(quote(path, safe="")) for path in UPLOADS],
             *[shown(path) for path in (
                 "none", "d", "..%2fa", "%2Fetc%2Fpasswd", "a.txt%00", "", "%252e%252e%252fa")],
             shown("a.txt", "run_id=$run"), shown("a.txt", "run_uuid=none"),
             shown("a.txt", "run_uuid="), shown("a.txt", "x=1"),
             Step("GET", "/get-artifact", query="run_uuid=$run", name="get-artifact of no path"),
             *[uploaded(path) for path in ("../x", "/x", "", "a.txt/x", "d", "x" * 256)],
             uploaded("x", run="none"), uploaded("x", run=""),
             post("upload-artifact", raw=b"1", headers=BYTES, prefix="ajax-api"),
             post("runs/delete", {"run_id": "$run"}), listed(run_id="$run"), shown("a.txt"),
             uploaded("late")),
    Scenario("artifacts of a logged model", experiment(), MODEL,
             *[get(f"logged-models/{model}/artifacts/directories", query)
               for model in ("$model", "none") for query in (
                   None, {"artifact_directory_path": "d"}, {"artifact_directory_path": ".."})],
             *[get(f"logged-models/{model}/artifacts/files", query, prefix="ajax-api")
               for model in ("$model", "none") for query in (
                   None, {"artifact_file_path": "f"}, {"artifact_file_path": "../f"})]),
    Scenario("artifacts of a model version",
             post("registered-models/create", {"name": "m"}),
             post("model-versions/create", {"name": "m", "source": "mlflow-artifacts:/m"}),
             stored("m/MLmodel", b"flavors: {}"),
             *[Step("GET", "/model-versions/get-artifact", query=query, name=query)
               for query in ("name=m&version=1&path=MLmodel", "name=m&version=1&path=none",
                             "name=m&version=2&path=MLmodel", "name=n&version=1&path=MLmodel",
                             "name=m&path=MLmodel", "version=1&path=MLmodel", "name=m&version=1",
                             "name=m&version=x&path=MLmodel", "name=m&version=1&path=..%2fx")]),
    Scenario("graphql", experiment(), run(), cases=GRAPHQL),
]
