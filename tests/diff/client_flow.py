"""Flows of a client, named on the command line; prints what they saw as JSON.

Runs under each client release: what a release does not have is said, not tried.
"""

import json
import math
import os
import re
import subprocess
import sys

import mlflow
from mlflow.tracking import MlflowClient

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*")
NEW = int(mlflow.__version__.split(".")[0]) >= 3


def plain(value):
    """JSON of whatever a client returns."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)) or type(value).__name__ == "PagedList":
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


def run_of(run):
    return plain({"data": run.data.to_dictionary(), "info": {
        k: getattr(run.info, k) for k in ("run_id", "experiment_id", "status", "lifecycle_stage",
                                          "artifact_uri", "run_name", "start_time", "end_time")}})


def frame_of(frame):
    """A pandas frame: names and values; times only whether they are there."""
    out = {}
    for column in sorted(frame.columns):
        values = frame[column].tolist()
        out[column] = [str(v) != "NaT" for v in values] if column.endswith("_time") else values
    return plain(out)


def fluent():
    mlflow.set_experiment("fluent")
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("p", 1)
        mlflow.log_params({"a": "x", "b": 2.5})
        for step in range(3):
            mlflow.log_metric("m", step / 2, step=step)
        mlflow.log_metrics({"n": float("nan"), "i": float("inf")}, step=1)
        mlflow.set_tag("t", "v")
        mlflow.set_tags({"u": "é", "w": 3})
        mlflow.log_text("hello", "dir/a.txt")
        mlflow.log_dict({"k": [1]}, "d.json")
    client = MlflowClient()
    try:
        mlflow.start_run(run_id=run.info.run_id)
        mlflow.log_param("p", 2)
        refused = None
    except Exception as e:
        refused = str(e)
    mlflow.end_run()
    mlflow.delete_experiment(mlflow.set_experiment("gone").experiment_id)
    return {
        "run": run_of(mlflow.get_run(run.info.run_id)), "refused": refused,
        "files": sorted(f.path for f in client.list_artifacts(run.info.run_id)),
        "inside": [f.path for f in client.list_artifacts(run.info.run_id, "dir")],
        "text": mlflow.artifacts.load_text(run.info.artifact_uri + "/dir/a.txt"),
        "history": [(m.value, m.step) for m in client.get_metric_history(run.info.run_id, "m")],
        "experiments": sorted(e.name for e in mlflow.search_experiments(view_type=3)),
    }


def nested():
    mlflow.set_experiment("nested")
    with mlflow.start_run(run_name="parent") as parent:
        for i in range(2):
            with mlflow.start_run(run_name=f"child{i}", nested=True):
                mlflow.log_metric("m", i)
    found = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.m DESC"], experiment_names=["nested"])
    return frame_of(found)


def batch():
    from mlflow.entities import Metric, Param, RunTag

    client = MlflowClient()
    experiment = client.create_experiment("batch", tags={"k": "v"})
    run = client.create_run(experiment, start_time=1000, tags={"a": "b"}, run_name="r")
    id = run.info.run_id
    client.log_batch(id, [Metric(f"m{i}", i / 7, i, i) for i in range(1000)],
                     [], [])
    client.log_batch(id, [], [Param(f"p{i}", str(i)) for i in range(100)],
                     [RunTag(f"t{i}", "x" * i) for i in range(100)])
    client.set_terminated(id, "FAILED", 5000)
    return run_of(client.get_run(id))


def refused(call, *args, **kw):
    try:
        return plain(call(*args, **kw))
    except Exception as e:
        return [getattr(e, "error_code", type(e).__name__), str(e)]


def client():
    c = MlflowClient()
    experiment = c.create_experiment("one", artifact_location="s3://bucket/x")
    run = c.create_run(experiment, run_name="r", start_time=1)
    id = run.info.run_id
    out = {
        # the rest of the text is the database's, which Cairn does not show
        "again": refused(c.create_experiment, "one")[0],
        "none": refused(c.get_run, "0" * 32), "bad id": refused(c.get_experiment, "abc"),
        "no name": c.get_experiment_by_name("nope"),
        "bad metric": refused(c.log_metric, id, "a$b", 1),
        "bad filter": refused(c.search_runs, [experiment], "foo > 1"),
        "bad max": refused(c.search_runs, [experiment], max_results=50001),
    }
    c.rename_experiment(experiment, "two")
    c.set_experiment_tag(experiment, "k", "v")
    c.log_param(id, "p", "1")
    c.set_tag(id, "t", "1")
    c.delete_tag(id, "t")
    out["no tag"] = refused(c.delete_tag, id, "t")
    c.delete_run(id)
    out["deleted"] = refused(c.log_metric, id, "m", 1)
    c.restore_run(id)
    c.update_run(id, name="new", status="FINISHED")
    c.delete_experiment(experiment)
    out["experiment"] = {k: getattr(c.get_experiment(experiment), k)
                         for k in ("name", "lifecycle_stage", "artifact_location", "tags")}
    c.restore_experiment(experiment)
    return {**out, "run": run_of(c.get_run(id))}


def search():
    mlflow.set_experiment("search")
    for i in range(5):
        with mlflow.start_run(run_name=f"r{i}"):
            mlflow.log_metric("m", [1.0, float("nan"), -1.0, 3.5, 0.0][i])
            mlflow.log_param("p", "ab"[i % 2])
            if i % 2:
                mlflow.set_tag("t", "x")
    frames = [frame_of(mlflow.search_runs(experiment_names=["search"], filter_string=f,
                                          order_by=o, max_results=n))
              for f, o, n in (("", None, 100), ("metrics.m > 0", ["metrics.m"], 100),
                              ("params.p = 'a' and metrics.m <= 1", ["start_time ASC"], 100),
                              ("tags.t = 'x'", ["metrics.m DESC"], 1),
                              ("attributes.run_name LIKE 'r%'", ["run_name DESC"], 3))]
    c = MlflowClient()
    id = c.get_experiment_by_name("search").experiment_id
    pages, token = [], None
    while token is not None or not pages:
        page = c.search_runs([id], max_results=2, page_token=token, order_by=["start_time ASC"])
        pages.append([r.info.run_name for r in page])
        token = page.token
    return {"frames": frames, "pages": pages}


def registry():
    c = MlflowClient()
    c.create_registered_model("M", tags={"k": "v"}, description="text")
    run = c.create_run("0", run_name="r")
    for i in range(3):
        c.create_model_version("M", f"s3://b/{i}", run.info.run_id, tags={"n": str(i)})
    c.transition_model_version_stage("M", "1", "Production")
    c.transition_model_version_stage("M", "2", "Production", archive_existing_versions=True)
    c.update_model_version("M", "1", "about")
    c.set_model_version_tag("M", "1", "a", "b")
    c.delete_model_version_tag("M", "1", "n")
    c.set_registered_model_tag("M", "z", "y")
    c.delete_model_version("M", "3")
    out = {
        "again": refused(c.create_registered_model, "M")[0], "none": refused(
            c.get_registered_model, "nope"), "gone": refused(c.get_model_version, "M", "3"),
        "latest": [(v.version, v.current_stage) for v in c.get_latest_versions("M")],
        "uri": c.get_model_version_download_uri("M", "2"),
        "found": [(v.version, v.description, v.tags) for v in
                  c.search_model_versions("name = 'M'")],
        "models": [(m.name, m.tags) for m in c.search_registered_models("name LIKE 'M%'")],
    }
    if NEW:
        c.set_registered_model_alias("M", "best", "2")
        out["alias"] = c.get_model_version_by_alias("M", "best").version
        prompt = mlflow.genai.register_prompt("greet", "Hello {{name}}")
        out["prompt"] = (prompt.name, prompt.version, prompt.template)
        out["prompts"] = [p.name for p in mlflow.genai.search_prompts()]
    c.rename_registered_model("M", "N")
    out["renamed"] = sorted(m.name for m in c.search_registered_models())
    c.delete_registered_model("N")
    out["left"] = sorted(m.name for m in c.search_registered_models())
    return plain(out)


def command_line():
    def call(*args):
        done = subprocess.run([sys.executable, "-m", "mlflow", *args], capture_output=True,
                              text=True, timeout=120, check=False)
        # columns are as wide as their widest cell, which may be a path
        text = re.sub("[ -]{2,}", "  ", done.stdout)
        return [done.returncode, MOMENT.sub("<moment>", text)]

    out = [call("experiments", "create", "-n", "cli")]
    id = MlflowClient().get_experiment_by_name("cli").experiment_id
    run = MlflowClient().create_run(id, run_name="r", start_time=0).info.run_id
    with open("file.txt", "w", encoding="utf-8") as f:
        f.write("x")
    for args in (("experiments", "rename", "-x", id, "--new-name", "new"),
                 ("experiments", "search"), ("experiments", "csv", "-x", id),
                 ("runs", "list", "--experiment-id", id), ("runs", "describe", "--run-id", run),
                 ("artifacts", "log-artifact", "--local-file", "file.txt", "--run-id", run),
                 ("artifacts", "list", "--run-id", run), ("runs", "delete", "--run-id", run),
                 ("runs", "restore", "--run-id", run), ("experiments", "delete", "-x", id),
                 ("experiments", "restore", "-x", id)):
        out.append(call(*args))
    return out


def sklearn():
    import numpy
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(log_models=False, silent=True)
    x = numpy.arange(40, dtype=float).reshape(20, 2)
    with mlflow.start_run(run_name="fit") as run:
        LogisticRegression(max_iter=50, C=0.5).fit(x, numpy.arange(20) % 2)
    return run_of(mlflow.get_run(run.info.run_id))


def async_logging():
    if not NEW:
        return "not in this release"
    mlflow.set_experiment("async")
    with mlflow.start_run(run_name="r") as run:
        for i in range(50):
            mlflow.log_metric("m", i, step=i, timestamp=i, synchronous=False)
        mlflow.log_params({"a": 1, "b": 2}, synchronous=False)
        mlflow.set_tag("t", "v", synchronous=False)
        mlflow.flush_async_logging()
    return run_of(mlflow.get_run(run.info.run_id))


def system_metrics():
    if not NEW:
        return "not in this release"
    import time

    mlflow.set_experiment("system")
    mlflow.set_system_metrics_sampling_interval(0.2)
    mlflow.set_system_metrics_samples_before_logging(1)
    with mlflow.start_run(run_name="r", log_system_metrics=True) as run:
        keys = set()
        end = time.monotonic() + 30
        while not keys and time.monotonic() < end:
            keys = {k for k in MlflowClient().get_run(run.info.run_id).data.metrics
                    if k.startswith("system/")}
    return sorted(k for k in MlflowClient().get_run(run.info.run_id).data.metrics)


def logged_model():
    import mlflow.pyfunc

    mlflow.set_experiment("models")

    class Echo(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input

    kw = {"pip_requirements": []}
    with mlflow.start_run(run_name="r") as run:
        if NEW:
            info = mlflow.pyfunc.log_model(name="model", python_model=Echo(), **kw)
        else:
            info = mlflow.pyfunc.log_model("model", python_model=Echo(), **kw)
    out = {"run": sorted(mlflow.get_run(run.info.run_id).data.tags)}
    version = mlflow.register_model(info.model_uri, "Echo")
    out["version"] = (version.version, version.name, version.status)
    loaded = mlflow.pyfunc.load_model("models:/Echo/1")
    out["predicted"] = loaded.predict([1, 2])
    if NEW:
        found = mlflow.search_logged_models(
            experiment_ids=[run.info.experiment_id], output_format="list")
        out["found"] = [(m.name, str(m.status), m.model_type) for m in found]
    return plain(out)


if __name__ == "__main__":
    os.environ.setdefault("MLFLOW_ENABLE_ASYNC_LOGGING", "false")
    answer = {name: plain(globals()[name]()) for name in sys.argv[1:]}
    sys.stderr.flush()
    print()
    print(json.dumps(answer))
