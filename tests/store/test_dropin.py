"""Drop-in, both ways: Cairn and `mlflow server` on one database.

One server fills a database over REST, the other must answer the same about it,
write more, and be read in turn by the first.  Once on a database that Cairn
made, once on one that MLflow made.

CAIRN_MLFLOW_PYTHON names a Python that has mlflow 3.17.2 and pymysql.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from private import clean_environment, missing, program

START_SECONDS = 120  # MLflow migrates an empty database first
STOP_SECONDS = 30
RELEASE = "3.17.2"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Tracking:
    """A tracking server in a process group of its own."""

    def __init__(self, command, log):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"],
                stdout=out, stderr=out, start_new_session=True,
                env=clean_environment(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false"))

    def __enter__(self):
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(self.base + "/health", timeout=5).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.__exit__()
                    pytest.fail(self.log.read_text()[-4000:])
                time.sleep(0.2)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def call(self, method, path, body=None, prefix="api"):
        request = urllib.request.Request(
            f"{self.base}/{prefix}/2.0/mlflow/{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            pytest.fail(f"{method} {path} {body}: {e.code} {e.read().decode()[:1000]}")

    def post(self, path, body, **kw):
        return self.call("POST", path, body, **kw)

    def get(self, path):
        return self.call("GET", path)


class Side:
    """How to start one of the two servers on a database."""

    def __init__(self, database, directory):
        self.database = database
        self.directory = directory
        self.artifacts = str(directory / "artifacts")


class Cairn(Side):
    def start(self):
        return Tracking(
            [program("cairn"), "server", "--backend-store-uri", self.database.uri(),
             "--default-artifact-root", self.artifacts], self.directory / "cairn.log")


class Mlflow(Side):
    def start(self):
        return Tracking(
            [mlflow_python(), "-m", "mlflow", "server",
             "--backend-store-uri", self.database.uri("mysql+pymysql") + "&charset=utf8mb4",
             "--default-artifact-root", self.artifacts], self.directory / "mlflow.log")


def mlflow_python():
    python = os.environ.get("CAIRN_MLFLOW_PYTHON")
    if not python:
        missing("CAIRN_MLFLOW_PYTHON is not set")
    found = subprocess.run(
        [python, "-c", "import importlib.metadata as m, pymysql; print(m.version('mlflow'))"],
        capture_output=True, text=True)
    if found.stdout.strip() != RELEASE:
        missing(f"{python} has no mlflow {RELEASE} with pymysql")
    return python


# What is written


VALUES = [0.1, 0.30000000000000004, -0.0, 5e-324, 1.7976931348623157e308, -3, 1e22, 2.5]
NAMED_VALUES = ["NaN", "Infinity", "-Infinity"]


def metrics_of(name):
    plain = [{"key": f"{name}/v", "value": v, "timestamp": 1000 + i, "step": i}
             for i, v in enumerate(VALUES)]
    named = [{"key": f"{name} {v}", "value": v, "timestamp": 7, "step": -1}
             for v in NAMED_VALUES]
    return plain + named + [
        # the newest by step wins, then by timestamp, then by value
        {"key": "latest", "value": 1, "timestamp": 9, "step": 2},
        {"key": "latest", "value": 3, "timestamp": 8, "step": 3},
        {"key": "latest", "value": 2, "timestamp": 8, "step": 3},
        {"key": "latest", "value": "NaN", "timestamp": 8, "step": 3},
        {"key": "grösse", "value": 1.5, "timestamp": 0, "step": 2**62},
    ]


def fill_run(server, experiment, name):
    run = server.post("runs/create", {
        "experiment_id": experiment, "run_name": f"{name} run ✓", "user_id": "u",
        "start_time": 1700000000000,
        "tags": [{"key": "t", "value": "a\nb"}, {"key": "mlflow.source.type", "value": "LOCAL"}],
    })["run"]["info"]["run_id"]
    server.post("runs/log-batch", {
        "run_id": run, "metrics": metrics_of(name),
        "params": [{"key": "p", "value": "x" * 6000}, {"key": "empty", "value": ""},
                   {"key": "uni/é", "value": "日本 🙂 '\"\\%"}],
        "tags": [{"key": "long", "value": "y" * 5000}]})
    server.post("runs/log-metric", {
        "run_id": run, "key": "single", "value": "Infinity", "timestamp": 5})
    server.post("runs/log-inputs", {"run_id": run, "datasets": [
        {"tags": [{"key": "mlflow.data.context", "value": "train"}],
         "dataset": {"name": f"{name}-data", "digest": "d1", "source_type": "local",
                     "source": '{"uri": "/x"}', "schema": "{}", "profile": '{"rows": 3}'}},
        {"dataset": {"name": f"{name}-bare", "digest": "d2", "source_type": "http",
                     "source": "s"}}]})
    server.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 1700000000500})
    return run


def fill(server, name):
    """One experiment of each state, runs of each state, everything they hold."""
    experiment = server.post("experiments/create", {
        "name": f"{name} experiment é", "tags": [{"key": "a", "value": "1"}]})["experiment_id"]
    server.post("experiments/set-experiment-tag", {
        "experiment_id": experiment, "key": "note", "value": "# Titel\n\nübung 🙂"})
    fill_run(server, experiment, name)
    deleted = fill_run(server, experiment, name + "-deleted")
    server.post("runs/delete", {"run_id": deleted})
    server.post("runs/create", {"experiment_id": experiment})
    gone = server.post("experiments/create", {"name": f"{name} gone"})["experiment_id"]
    fill_run(server, gone, name + "-gone")
    server.post("experiments/delete", {"experiment_id": gone})
    server.post("runs/create", {"experiment_id": "0", "run_name": f"{name} in Default"})


# What is read


def ordered(value):
    """Lists whose order means nothing, in one order."""
    if isinstance(value, dict):
        return {k: ordered(v) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return sorted((ordered(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    return value


def history(server, run, key):
    quoted = urllib.parse.quote(key, safe="")
    return server.get(f"metrics/get-history?run_id={run}&metric_key={quoted}")


def snapshot(server):
    """All that a client can read of experiments and runs, as comparable text."""
    experiments = server.post("experiments/search", {
        "max_results": 1000, "view_type": "ALL"})["experiments"]
    ids = [e["experiment_id"] for e in experiments]
    runs = server.post("runs/search", {
        "experiment_ids": ids, "run_view_type": "ALL", "max_results": 1000})["runs"]
    single = [server.get("runs/get?run_id=" + r["info"]["run_id"])["run"] for r in runs]
    histories = [
        history(server, r["info"]["run_id"], m["key"])
        for r in runs for m in r["data"].get("metrics", [])]
    datasets = server.post(
        "experiments/search-datasets", {"experiment_ids": ids}, prefix="ajax-api")
    return json.dumps(ordered({
        "experiments": experiments, "runs": runs, "single": single,
        "histories": histories, "datasets": datasets}), indent=1, ensure_ascii=False)


def filtered(server):
    """Names of runs that some filters find."""
    ids = [e["experiment_id"] for e in server.post(
        "experiments/search", {"max_results": 1000})["experiments"]]
    return [
        sorted(r["info"]["run_name"] for r in server.post("runs/search", {
            "experiment_ids": ids, "filter": f, "max_results": 1000}).get("runs", []))
        for f in ("metrics.latest = 3", "metrics.single > 1e300", "params.empty = ''",
                  "tags.t = 'a\nb'", "params.`uni/é` LIKE '日本%'", "attributes.status = 'FINISHED'",
                  "attributes.run_name ILIKE '%RUN%'", "datasets.name LIKE '%-data'")]


def read(server):
    return snapshot(server), filtered(server)


def exchange(first, second):
    """first fills; second reads, adds; first reads that again."""
    with first.start() as server:
        fill(server, "first")
        written = read(server)
    with second.start() as server:
        assert read(server) == written
        fill(server, "second")
        written = read(server)
    with first.start() as server:
        assert read(server) == written


def test_a_database_made_by_cairn(cairn, database, tmp_path):
    mlflow_python()
    done = cairn("db", "init", "--backend-store-uri", database.uri())
    assert done.returncode == 0, done.stderr
    exchange(Cairn(database, tmp_path), Mlflow(database, tmp_path))
    assert cairn("db", "check", "--backend-store-uri", database.uri()).returncode == 0


def test_a_database_made_by_mlflow(cairn, database, tmp_path):
    mlflow_python()
    exchange(Mlflow(database, tmp_path), Cairn(database, tmp_path))
    done = cairn("db", "check", "--backend-store-uri", database.uri())
    assert done.returncode == 0, done.stdout


def mlflow(*arguments):
    return subprocess.run([mlflow_python(), "-m", "mlflow", *arguments],
                          capture_output=True, text=True, env=clean_environment())


def test_with_the_indexes_of_cairn(cairn, database, tmp_path):
    """On what MLflow made: MLflow works with them, upgrades and is upgraded to."""
    with Mlflow(database, tmp_path).start() as server:
        fill(server, "before")
    done = cairn("db", "index", "--backend-store-uri", database.uri())
    assert done.returncode == 0, done.stderr
    exchange(Cairn(database, tmp_path), Mlflow(database, tmp_path))
    done = mlflow("db", "upgrade", database.uri("mysql+pymysql") + "&charset=utf8mb4")
    assert done.returncode == 0, done.stderr
    done = cairn("db", "check", "--backend-store-uri", database.uri())
    assert done.returncode == 0, done.stdout


def test_cairn_makes_what_it_needs_at_the_first_start(cairn, database, tmp_path):
    with Cairn(database, tmp_path).start() as server:
        experiment = server.get("experiments/get?experiment_id=0")["experiment"]
    assert experiment["name"] == "Default"
    assert experiment["artifact_location"] == f"{tmp_path}/artifacts/0"
    assert cairn("db", "check", "--backend-store-uri", database.uri()).returncode == 0


DEFAULTS = {
    "renamed": "UPDATE experiments SET name = 'other' WHERE experiment_id = 0",
    "deleted": "UPDATE experiments SET lifecycle_stage = 'deleted' WHERE experiment_id = 0",
    "purged": "DELETE FROM experiments WHERE experiment_id = 0;"
              "INSERT INTO experiments (experiment_id, name) VALUES (5, 'other')",
}


@pytest.mark.parametrize("how", DEFAULTS)
@pytest.mark.parametrize("side", [Cairn, Mlflow])
def test_experiment_0_at_the_next_start(database, tmp_path, side, how):
    server = side(database, tmp_path)
    with server.start():
        pass
    database.run(DEFAULTS[how])
    with server.start():
        pass
    rows = database.run("SELECT experiment_id, name, lifecycle_stage FROM experiments")
    assert rows == {
        "renamed": [["0", "other", "active"]],
        "deleted": [["0", "Default", "deleted"]],
        "purged": [["0", "Default", "active"], ["5", "other", "NULL"]],
    }[how]
