"""What the pages of the browser tests show: made with the real client.

    fill.py SERVER

fills an empty server and prints the ids that the pages' addresses need, in JSON.
Names, numbers and times of runs are fixed, so that two servers show the same.
"""

import json
import os
import sys
import tempfile

import mlflow
import pandas
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from names import EDIT_MODEL, MODEL
from PIL import Image

DAY = 86_400_000  # milliseconds
START = 1_767_261_600_000  # 2026-01-01 10:00 UTC

RUNS = [
    # name, optimizer, depth, learning rate, last loss, status, seconds
    ("alpha", "adam", 3, 0.1, 0.25, "FINISHED", 61),
    ("beta", "sgd", 5, 0.01, 0.5, "FINISHED", 125),
    ("gamma", "sgd", 7, 0.001, 0.75, "FAILED", 3),
]
CHILDREN = ["alpha-1", "alpha-2"]
STEPS = 10


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2


def log_doubler(name, **kw):
    """A small model with a signature, logged to the active run."""
    frame = pandas.DataFrame({"x": [1.0, 2.0]})
    return mlflow.pyfunc.log_model(
        name=name,
        python_model=Doubler(),
        signature=mlflow.models.infer_signature(frame, frame * 2, params={"scale": 2}),
        pip_requirements=["mlflow"],
        **kw,
    )


def points(key, values, at):
    return [Metric(key, v, at + step * 1000, step) for step, v in enumerate(values)]


def new_run(client, experiment, number, row, parent=None):
    name, optimizer, depth, rate, loss, status, seconds = row
    at = START + number * DAY
    tags = {"team": "red" if number % 2 else "blue"}
    if parent:
        tags["mlflow.parentRunId"] = parent
    run = client.create_run(experiment, start_time=at, run_name=name, tags=tags).info.run_id
    metrics = points("loss", [loss + (STEPS - 1 - i) / 10 for i in range(STEPS)], at)
    metrics += points("val/accuracy", [1 - loss / (i + 1) for i in range(STEPS)], at)
    metrics += [Metric("single", loss * 10, at, 0)]
    params = [Param("optimizer", optimizer), Param("depth", str(depth)), Param("rate", str(rate))]
    client.log_batch(run, metrics=metrics, params=params)
    client.set_terminated(run, status, at + seconds * 1000)
    return run


def log_dataset(client, run, digest, context):
    """One a run: the reference tells several in the order of their random ids."""
    dataset = Dataset(
        name=f"houses-{context}",
        digest=digest,
        source_type="http",
        source=json.dumps({"url": "http://example.org/houses.csv"}),
        schema=json.dumps(
            {"mlflow_colspec": [{"type": "double", "name": "rooms", "required": True}]}
        ),
        profile=json.dumps({"num_rows": 100, "num_elements": 200}),
    )
    client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", context)])])


def log_artifacts(client, run):
    client.log_text(run, "first line\nsecond line <b>not bold</b>\n", "note.txt")
    client.log_text(run, "rooms,price\n2,100\n3,150\n", "table.csv")
    client.log_dict(run, {"nested": {"list": [1, 2, 3]}, "text": "grüße"}, "data.json")
    client.log_dict(run, {"key": ["a", "b"]}, "conf/data.yaml")
    client.log_text(run, "<h1>A heading of a page</h1><p>and its text</p>", "page.html")
    client.log_text(run, "# A markdown heading\n\nsome *text*\n", "read me 100%.md")
    client.log_image(run, Image.new("RGB", (64, 32), (200, 30, 30)), "plots/red.png")
    client.log_table(run, {"question": ["why", "how"], "score": [1, 2]}, "scores.json")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bytes.bin")
        with open(path, "wb") as f:
            f.write(bytes(range(256)))
        client.log_artifact(run, path)


def log_system_metrics(client, run):
    for key, base in (("cpu_utilization_percentage", 40), ("system_memory_usage_megabytes", 900)):
        batch = points(f"system/{key}", [base + i for i in range(STEPS)], START)
        client.log_batch(run, metrics=batch)


def log_model(run, name, **kw):
    """One logged model a run, for the same reason, with a metric of its own."""
    with mlflow.start_run(run_id=run):
        info = log_doubler(name, **kw)
        mlflow.log_metric("score", 0.5, step=1, model_id=info.model_id)
    return info


def register(client, run, info):
    client.create_registered_model(MODEL, tags={"domain": "toys"}, description="Doubles numbers.")
    first = client.create_model_version(
        MODEL,
        info.model_uri,
        run_id=run,
        model_id=info.model_id,
        description="The first.",
        tags={"checked": "yes"},
    )
    client.create_model_version(MODEL, info.model_uri, run_id=run, model_id=info.model_id)
    client.set_registered_model_alias(MODEL, "champion", first.version)
    client.transition_model_version_stage(MODEL, first.version, "Staging")
    client.create_registered_model(EDIT_MODEL)
    client.create_model_version(EDIT_MODEL, info.model_uri, run_id=run, model_id=info.model_id)


def fill(server):
    """Fill an empty server; the ids that the pages' addresses need."""
    # as in a first session with it
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    mlflow.set_tracking_uri(server)
    client = mlflow.MlflowClient()
    ids = {"experiment": client.create_experiment("browser", tags={"purpose": "shown"})}
    client.set_experiment_tag(ids["experiment"], "mlflow.note.content", "What the tests look at.")
    mlflow.set_experiment(experiment_id=ids["experiment"])
    for number, row in enumerate(RUNS):
        ids[row[0]] = new_run(client, ids["experiment"], number, row)
    for number, name in enumerate(CHILDREN):
        row = (name, "adam", number, 0.5, 0.1, "FINISHED", 10)
        ids[name] = new_run(client, ids["experiment"], 10 + number, row, ids["alpha"])
    client.set_tag(ids["alpha"], "mlflow.note.content", "The **best** of them.")
    log_dataset(client, ids["alpha"], "d1", "training")
    log_dataset(client, ids["beta"], "d2", "evaluation")
    log_artifacts(client, ids["alpha"])
    log_system_metrics(client, ids["alpha"])
    info = log_model(ids["alpha"], "doubler", params={"k": "v"}, tags={"kind": "toy"})
    ids["model"] = info.model_id
    log_model(ids["beta"], "other")
    for number, name in enumerate(("alpha", "beta")):
        end = START + number * DAY + RUNS[number][6] * 1000
        client.set_terminated(ids[name], "FINISHED", end)
    register(client, ids["alpha"], info)

    ids["edited"] = client.create_experiment("browser-edited")
    for number, row in enumerate(RUNS):
        ids["edited-" + row[0]] = new_run(client, ids["edited"], number, row)
    return ids


if __name__ == "__main__":
    print(json.dumps(fill(sys.argv[1])))
