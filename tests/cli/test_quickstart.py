"""examples/quickstart with each client release, and its run read back three ways."""

import os
import pathlib
import re
import subprocess
import sys

import pymysql
import pytest
import requests
import servers

SCRIPT = pathlib.Path(servers.TOP, "examples/quickstart/mlflow_tracking.py")
CLIENTS = [p for p in os.environ.get("CAIRN_TEST_CLIENTS", sys.executable).split(",") if p]


# a folder that client and server share, or behind the server
ROOTS = {"local": [], "proxied": ["--default-artifact-root=mlflow-artifacts:/"]}


@pytest.fixture(scope="module", params=ROOTS)
def server(request):
    with servers.serving("cairn", options=ROOTS[request.param]) as running:
        yield running


def run_script(python, server):
    said = subprocess.run(
        [python, SCRIPT],
        env=dict(servers.clean_environment(), MLFLOW_TRACKING_URI=server.url),
        cwd=server.folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert said.returncode == 0, said.stderr
    return dict(re.findall(r"^([A-Z][\w ]*): +(.*)$", said.stdout, re.M))


def rows(db, statement, *args):
    connection = pymysql.connect(
        unix_socket=db.socket, user=servers.USER, password=db.password, database=servers.DATABASE
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, args)
        return cursor.fetchall()


@pytest.mark.parametrize("python", CLIENTS, ids=range(len(CLIENTS)))
def test_quickstart(server, python):
    said = run_script(python, server)
    run = said["Run ID"]
    assert said["Found again"] == f"{run} FINISHED"
    assert said["Status"] == "RUNNING" and said["Tracking URI"] == server.url

    got = requests.get(
        server.url + "/api/2.0/mlflow/runs/get", {"run_id": run}, timeout=30
    ).json()["run"]
    assert got["info"]["status"] == "FINISHED"
    assert got["info"]["artifact_uri"] == said["Artifacts at"]
    assert {p["key"]: p["value"] for p in got["data"]["params"]} == {
        "steps": "20", "optimizer": "sgd",
    }  # fmt: skip
    tags = {t["key"]: t["value"] for t in got["data"]["tags"]}
    assert tags["purpose"] == "quickstart" and tags["mlflow.user"] == said["Owner"]
    metrics = {m["key"]: m for m in got["data"]["metrics"]}
    assert set(metrics) == {"loss", "accuracy"} and metrics["loss"]["step"] == 19

    assert rows(server.db, "SELECT status, lifecycle_stage FROM runs WHERE run_uuid = %s", run) == (
        ("FINISHED", "active"),
    )
    assert rows(server.db, "SELECT COUNT(*) FROM metrics WHERE run_uuid = %s", run) == ((40,),)
    assert rows(server.db, "SELECT COUNT(*) FROM params WHERE run_uuid = %s", run) == ((2,),)
    assert rows(server.db, "SELECT name FROM experiments WHERE name = 'quickstart'")
    folder = said["Artifacts at"].replace("mlflow-artifacts:", server.destination)
    file = pathlib.Path(folder, "features", "features.txt")
    assert file.read_text().startswith("rooms")
