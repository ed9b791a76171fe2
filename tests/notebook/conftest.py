"""The notebook's flow on two servers: run it, read the tables, make them comparable.

CAIRN_TEST_CLIENTS holds the interpreters that run the notebook, separated by
commas; without it the interpreter of this test is taken, if it can.
"""

import concurrent.futures
import contextlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
from urllib.parse import unquote, urlsplit

import pymysql
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import servers  # noqa: E402

KINDS = ("cairn", "mlflow")
# where the artifacts are: a folder that client and server share, or behind the server
ROOTS = {"local": [], "proxied": ["--default-artifact-root=mlflow-artifacts:/"]}
EXAMPLE = pathlib.Path(servers.TOP) / "examples" / "palmer_penguins"
TIMEOUT = 240  # seconds for one notebook; it needs 30 on an idle machine
STARTING = threading.Lock()  # two databases in the making would share a folder

# Ids get their numbers in this order, so that a row is told by what it says and
# not by its own id: a run has a name, a logged model has a run.
FIRST = ("experiments", "runs", "logged_models", "datasets", "inputs")


def interpreters():
    wanted = os.environ.get("CAIRN_TEST_CLIENTS", "")
    if wanted:
        return [p for p in wanted.split(",") if p]
    needed = ("mlflow", "nbconvert", "ipykernel", "matplotlib")
    return [sys.executable] if all(map(importlib.util.find_spec, needed)) else []


def pytest_generate_tests(metafunc):
    """Every test of a flow is run for every client and root; flow is made once for each."""
    if "flow" in metafunc.fixturenames:
        metafunc.parametrize(
            "flow",
            [(python, root) for python in interpreters() for root in ROOTS],
            indirect=True,
            scope="session",
            ids=lambda p: f"{p[0].split(os.sep)[-3]} {p[1]}",
        )


class Outcome:
    """What one run of the notebook has left on one kind of server."""

    def __init__(self, status, log, executed, tables, files):
        self.status = status
        self.log = log
        self.executed = executed
        self.tables = tables
        self.files = files


@pytest.fixture(scope="session")
def flow(request, tmp_path_factory):
    """{kind: Outcome} for the client; both servers at the same time."""
    where = tmp_path_factory.mktemp("penguins")
    python, root = request.param
    with concurrent.futures.ThreadPoolExecutor(len(KINDS)) as pool:
        jobs = {k: pool.submit(run_on, k, python, root, where / k) for k in KINDS}
        return {kind: job.result() for kind, job in jobs.items()}


def run_on(kind, python, root, home):
    home.mkdir()
    work = home / "work"
    shutil.copytree(EXAMPLE, work)
    with contextlib.ExitStack() as stack:
        with STARTING:
            server = stack.enter_context(servers.serving(kind, options=ROOTS[root]))
        artifacts = server.artifacts if root == "local" else server.destination
        status, log = execute(python, work, home, server.url)
        names = Names(
            {
                artifacts: "<artifacts>",
                server.folder: "<server>",
                server.url: "<url>",
                str(work): "<work>",
                str(home): "<home>",
            }
        )
        tables = snapshot(server.db, names)
        files = sorted(
            names.text(str(path.relative_to(artifacts)))
            for path in pathlib.Path(artifacts).rglob("*")
            if path.is_file() and ".cairn-" not in str(path)
        )
    result = work / "executed.ipynb"
    return Outcome(
        status, log, json.loads(result.read_text()) if result.exists() else None, tables, files
    )


def execute(python, work, home, url):
    """Run the notebook as the README says; its exit status and what it said."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "MLFLOW_TRACKING_URI": url,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # a 5xx is a failure, not a wait
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    arguments = ["--to", "notebook", "--execute", "--output", "executed", "palmer_penguins.ipynb"]
    process = servers.Process(
        [python, "-m", "nbconvert", *arguments],
        str(home / "nbconvert.log"),
        env=environment,
        cwd=work,
    )
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(TIMEOUT)
    finally:
        status = process.stop(group=True)
    return status, process.output()


class Names:
    """Turns what differs from run to run into what does not.

    Ids become numbers in the order in which they are met, times a word, known
    folders and addresses a word each.
    """

    # of a logged model, a run and the like; or with dashes
    ID = re.compile(
        r"\b(?:m-)?[0-9a-f]{32}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    )
    TIME = re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?\b")
    TIMES = re.compile(r"time|timestamp")
    SINCE_2001 = 10**12  # milliseconds; a smaller number is no time of ours

    def __init__(self, places):
        # the longest first: one may lie in another
        self.places = sorted(places.items(), key=lambda p: -len(p[0]))
        self.ids = {}

    def number(self, found):
        kind = "model" if found[0].startswith("m-") else "id"
        return self.ids.setdefault(found[0], f"<{kind} {len(self.ids) + 1}>")

    def masked(self, found):
        return self.ids.get(found[0], "<new>")

    def text(self, value, replace=None):
        for place, word in self.places:
            value = value.replace(place, word)
        return self.ID.sub(replace or self.number, self.TIME.sub("<time>", value))

    def cell(self, column, value, replace):
        if isinstance(value, bytes):
            value = value.decode("utf-8", "backslashreplace")
        if isinstance(value, str):
            return self.text(value, replace)
        if isinstance(value, int) and value > self.SINCE_2001 and self.TIMES.search(column):
            return "<time>"
        return value

    def row(self, row, replace):
        return {c: self.cell(c, v, replace) for c, v in sorted(row.items())}

    def rows(self, rows):
        """The rows, sorted by what they say apart from ids not met before."""
        rows = sorted(rows, key=lambda row: repr(self.row(row, self.masked)))
        return [self.row(row, self.number) for row in rows]


def snapshot(db, names):
    """{table: rows} of the whole database, made comparable."""
    parts = urlsplit(db.uri())
    connection = pymysql.connect(
        unix_socket=db.socket,
        user=parts.username,
        password=unquote(parts.password),
        database=parts.path.lstrip("/"),
        charset="utf8mb4",
        cursorclass=pymysql.cursors.DictCursor,
    )
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        found = {name for row in cursor.fetchall() for name in row.values()}
        tables = {}
        for table in [*FIRST, *sorted(found.difference(FIRST))]:
            cursor.execute(f"SELECT * FROM `{table}`")
            tables[table] = names.rows(cursor.fetchall())
        return tables
