"""Flows of both client releases against both servers.

client_flow.py runs under each client's interpreter and prints what the client
returned as JSON; that, and the rows left in the tables, are compared.
"""

import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import compare
from sides import now_ms

HERE = os.path.dirname(os.path.abspath(__file__))
# Flows of one process; a new interpreter needs seconds to import its client.
GROUPS = (("fluent", "nested", "batch", "client", "search", "registry", "sklearn",
           "async_logging", "logged_model"), ("command_line",), ("system_metrics",))
TIMEOUT = 400  # seconds for one client's flows, on a shared machine
# What it writes depends on the moment of a sample.
VARYING = {"system_metrics"}


def environment(server, home):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "CAIRN_"))}
    env.update(MLFLOW_TRACKING_URI=server.url, MLFLOW_DISABLE_TELEMETRY="true",
               DO_NOT_TRACK="true", HOME=home, GIT_PYTHON_REFRESH="quiet", LOGNAME="tester",
               USER="tester", PYTHONDONTWRITEBYTECODE="1", MLFLOW_HTTP_REQUEST_MAX_RETRIES="1",
               PYTHONWARNINGS="ignore", OMP_NUM_THREADS="1")
    return env


def start(python, flows, server, home):
    """The finished process; each side has its own folder."""
    work = os.path.join(home, "work")
    os.makedirs(work, exist_ok=True)
    return subprocess.run(
        [python, os.path.join(HERE, "client_flow.py"), *flows], cwd=work,
        env=environment(server, home), capture_output=True, text=True, timeout=TIMEOUT,
        check=False)


def told(process, names, home):
    """{flow: what it printed}, by stable names; a text if it failed."""
    lines = process.stdout.splitlines()
    if process.returncode != 0 or not lines:
        return f"exit {process.returncode}: {process.stdout[-500:]} {process.stderr[-1500:]}"
    names.roots.append((home, "<home>"))
    return names.value(json.loads(lines[-1]))


def play(player, python, version, flows, report):
    player.fresh()
    for names in player.names:
        names.begin_step(now_ms())
    sides = (player.pair.cairn, player.pair.mlflow)
    with tempfile.TemporaryDirectory(prefix="cairn-client-") as top, ThreadPoolExecutor(2) as pool:
        homes = [os.path.join(top, side.name) for side in sides]
        runs = [pool.submit(start, python, flows, side.server, home)
                for side, home in zip(sides, homes)]
        answers = [told(run.result(), names, home)
                   for run, names, home in zip(runs, player.names, homes)]
    if any(isinstance(a, str) for a in answers):
        report.case(f"clients/{version} {flows[0]}", [("failed", *answers)])
        return
    for flow in flows:
        texts = [compare.canonical(a[flow]) for a in answers]
        report.case(f"clients/{version} {flow}",
                    [] if texts[0] == texts[1] else [("returned", *texts)])
    if not VARYING & set(flows):
        report.case(f"clients/{version} rows of {flows[0]}", player.rows())


def release(python):
    return subprocess.run([python, "-c", "import mlflow; print(mlflow.__version__)"],
                          capture_output=True, text=True, timeout=TIMEOUT,
                          check=True).stdout.strip()


def run(args, player, report):
    clients = [c for c in args.clients.split(",") if c]
    if not clients:
        report.fault("no client is named: --clients or CAIRN_TEST_CLIENTS")
    count = 0
    for python in clients:
        version = release(python)
        for flows in GROUPS:
            play(player, python, version, flows, report)
            count += len(flows)
    report.note(f"clients: {count} flows")
