"""The table of `cairn routes` against the endpoint list of the installed mlflow."""

import json
import os
import re
import subprocess
import sys

import pytest

# Cairn's own; the reference has /metrics only with a flag.
OWN = {("GET", "/ready"), ("GET", "/metrics")}
# Resources of which nothing may be missing.
WHOLE = ["experiments", "runs", "metrics", "traces"]

# Of those, what is not planned: it needs the AI gateway.
LEFT_OUT = {("POST", "/ajax-api/2.0/mlflow/runs/create-promptlab-run")}

LIST_ENDPOINTS = """
import json
from mlflow.server import app
from mlflow.server.fastapi_app import create_fastapi_app

found = {(m, str(r)) for r in app.url_map.iter_rules() for m in r.methods}
# routers within it show their routes nowhere else
for path, methods in create_fastapi_app().openapi()["paths"].items():
    found |= {(m.upper(), path) for m in methods}
print(json.dumps(sorted(found)))
"""


@pytest.fixture(scope="module")
def reference():
    said = subprocess.run(
        [sys.executable, "-c", LIST_ENDPOINTS],
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(os.environ, MLFLOW_BACKEND_STORE_URI="sqlite:///:memory:"),
    )
    assert said.returncode == 0, said.stderr
    return {(method, shape(path)) for method, path in json.loads(said.stdout.splitlines()[-1])}


@pytest.fixture(scope="module")
def cairn():
    program = os.path.join(os.environ["CAIRN_BUILD"], "cairn")
    lines = subprocess.run([program, "routes"], capture_output=True, text=True, check=True)
    found = set()
    for line in lines.stdout.splitlines():
        method, path = line.split()[:2]
        for prefix in ("/api", "/ajax-api") if path.startswith("{/api,") else ("",):
            found.add((method, shape(prefix + re.sub(r"^\{/api,/ajax-api\}", "", path))))
    return found


def shape(path):
    """Names of parameters do not matter."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "*", path)


def test_nothing_is_invented(cairn, reference):
    assert len(cairn) > 60
    assert cairn - reference == OWN


@pytest.mark.parametrize("resource", WHOLE)
def test_nothing_is_missing(cairn, reference, resource):
    ours = re.compile(rf"/(ajax-)?api/\d\.0/mlflow/{resource}(/|$)")
    wanted = {
        (m, p) for m, p in reference if ours.match(p) and m not in ("HEAD", "OPTIONS")
    }
    assert wanted
    assert wanted - cairn <= LEFT_OUT
