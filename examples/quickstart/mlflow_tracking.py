"""A first run, logged to a tracking server.

    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python mlflow_tracking.py

Works with every MLflow client from 2.2.1 to 3.17.2.  Without the variable it
talks to http://127.0.0.1:5000.
"""

import getpass
import math
import os
import shutil
import tempfile

import mlflow

TRACKING_URI = os.environ.get("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
EXPERIMENT = "quickstart"
STEPS = 20


def train(step):
    """Something that improves while one looks at it."""
    loss = math.exp(-step / 6)
    return {"loss": loss, "accuracy": 1 - loss / 2}


def log_a_file():
    """Artifacts go from a temporary folder to the run's artifact location."""
    folder = tempfile.mkdtemp(prefix="quickstart-")
    try:
        with open(os.path.join(folder, "features.txt"), "w", encoding="utf-8") as file:
            file.write("rooms, zipcode, median_price\n")
        mlflow.log_artifacts(folder, artifact_path="features")
    finally:
        shutil.rmtree(folder)


def main():
    mlflow.set_tracking_uri(TRACKING_URI)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run() as run:
        print("Process ID:   ", os.getpid())
        print("Run ID:       ", run.info.run_id)
        print("Run name:     ", run.data.tags.get("mlflow.runName"))
        print("Status:       ", run.info.status)
        print("Owner:        ", run.data.tags.get("mlflow.user", getpass.getuser()))
        print("Tracking URI: ", mlflow.get_tracking_uri())

        mlflow.log_param("steps", STEPS)
        mlflow.log_param("optimizer", "sgd")
        for step in range(STEPS):
            mlflow.log_metrics(train(step), step=step)
        mlflow.set_tag("purpose", "quickstart")
        log_a_file()
        print("Artifacts at: ", mlflow.get_artifact_uri())

    found = mlflow.search_runs(
        experiment_names=[EXPERIMENT],
        filter_string="metrics.accuracy > 0.9 and tags.purpose = 'quickstart'",
        order_by=["start_time DESC"],
        max_results=1,
    )
    print("Found again:  ", found.loc[0, "run_id"], found.loc[0, "status"])


if __name__ == "__main__":
    main()
