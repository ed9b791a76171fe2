"""The REST suite's one way in: a server's address, and helpers to speak to it.

Every file here runs against any tracking server: Cairn behind lighttpd, Cairn
behind Apache, or the reference (`mlflow server`).  A test that fails on the
reference is wrong, unless it tests a decision to differ: such a test states
both behaviours with `either(cairn=..., mlflow=...)`.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
import uuid
from urllib.parse import parse_qsl, urlsplit, unquote

import pytest
import requests

import artifacts


def pytest_addoption(parser):
    parser.addoption(
        "--server",
        default=os.environ.get("CAIRN_TEST_SERVER", "http://127.0.0.1:5000"),
        help="address of the server under test",
    )
    parser.addoption(
        "--db",
        default=os.environ.get("CAIRN_TEST_DB", ""),
        help="its database: mysql://user:password@host:port/name[?unix_socket=...]",
    )


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "cairn_only(reason): the reference cannot be asked this; the reason says why"
    )


def is_cairn(server):
    """Only Cairn has /ready."""
    return requests.get(server.rstrip("/") + "/ready", timeout=60).status_code != 404


def pytest_collection_modifyitems(config, items):
    """On the reference, tests marked cairn_only are no part of the suite."""
    if not is_cairn(config.getoption("--server")):
        only = [item for item in items if item.get_closest_marker("cairn_only")]
        config.hook.pytest_deselected(items=only)
        items[:] = [item for item in items if item not in only]


class Api:
    """Speaks to the tracking API; every call returns the requests.Response."""

    TIMEOUT = 60  # seconds; a server that needs longer is broken

    def __init__(self, base):
        self.base = base.rstrip("/")
        self.http = requests.Session()

    def url(self, path, version="2.0", prefix="api"):
        if path.startswith("/"):
            return self.base + path
        return f"{self.base}/{prefix}/{version}/mlflow/{path}"

    def call(self, method, path, version="2.0", prefix="api", **kw):
        kw.setdefault("timeout", self.TIMEOUT)
        kw.setdefault("allow_redirects", False)
        return self.http.request(method, self.url(path, version, prefix), **kw)

    def post(self, path, body=None, **kw):
        return self.call("POST", path, json={} if body is None else body, **kw)

    def raw(self, path, data, content_type="application/json", method="POST", **kw):
        """A body as exact bytes, for malformed JSON."""
        headers = {} if content_type is None else {"Content-Type": content_type}
        return self.call(method, path, data=data, headers=headers, **kw)

    def get(self, path, params=None, **kw):
        return self.call("GET", path, params=params, **kw)

    def ok(self, path, body=None, **kw):
        """POST that must succeed; the parsed answer."""
        r = self.post(path, body, **kw)
        assert r.status_code == 200, (path, body, r.status_code, r.text)
        return r.json()

    def read(self, path, params=None, **kw):
        """GET that must succeed; the parsed answer."""
        r = self.get(path, params, **kw)
        assert r.status_code == 200, (path, params, r.status_code, r.text)
        return r.json()

    # What nearly every test needs.
    def new_experiment(self, name=None, **kw):
        name = name or "t-" + uuid.uuid4().hex
        return self.ok("experiments/create", {"name": name, **kw})["experiment_id"]

    def new_run(self, experiment_id, **kw):
        body = {"experiment_id": experiment_id, "start_time": int(time.time() * 1000)}
        body.update(kw)
        return self.ok("runs/create", body)["run"]["info"]["run_id"]

    def get_run(self, run_id):
        return self.read("runs/get", {"run_id": run_id})["run"]

    def search(self, experiment_id, filter=None, **kw):
        """runs/search in one experiment: the list of runs."""
        body = {"experiment_ids": [experiment_id], **kw}
        if filter is not None:
            body["filter"] = filter
        return self.ok("runs/search", body).get("runs", [])


SQLSTATES = {
    "INVALID_PARAMETER_VALUE": ("KAM00", "INVALID_PARAMETER_VALUE"),
    "BAD_REQUEST": ("KAM00", "INVALID_PARAMETER_VALUE"),
    "RESOURCE_DOES_NOT_EXIST": ("KAM00", "RESOURCE_NOT_FOUND"),
    "NOT_FOUND": ("KAM00", "RESOURCE_NOT_FOUND"),
    "ENDPOINT_NOT_FOUND": ("KAM00", "RESOURCE_NOT_FOUND"),
    "RESOURCE_ALREADY_EXISTS": ("KAM00", "RESOURCE_ALREADY_EXISTS"),
    "PERMISSION_DENIED": ("KAM00", "PERMISSION_DENIED"),
    "FEATURE_DISABLED": ("KAM00", "FEATURE_DISABLED"),
    "INTERNAL_ERROR": ("XXM00", "CLIENT_INTERNAL_ERROR"),
    "INVALID_STATE": ("XXM00", "CLIENT_INTERNAL_ERROR"),
    "TEMPORARILY_UNAVAILABLE": ("XXM00", "CLIENT_INTERNAL_ERROR"),
}

DOCS = " See the API docs for more information about request parameters."


def check_error(r, status, code, message=None, starts=None, contains=None):
    """The whole error body: status, type, four members, and the message."""
    assert r.status_code == status, (r.status_code, r.text[:500])
    assert r.headers["content-type"] == "application/json", r.headers
    body = r.json()
    sqlstate, error_class = SQLSTATES[code]
    assert body["error_code"] == code, body
    assert body["sqlstate"] == sqlstate, body
    assert body["error_class"] == error_class, body
    if message is not None:
        assert body["message"] == message, body
    if starts is not None:
        assert body["message"].startswith(starts), body
    if contains is not None:
        assert contains in body["message"], body
    return body


def check_missing(r, parameter):
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        f"Missing value for required parameter '{parameter}'." + DOCS,
    )


def check_type(r, parameter, value, pytype=None):
    """The reference's wrong-type error; `value` is the JSON text sent."""
    hint = f" Hint: Value was of type '{pytype}'." if pytype else ""
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        f"Invalid value {value} for parameter '{parameter}' supplied: {hint}" + DOCS,
    )


def interpreters(oldest=0):
    """Pythons with a client of at least this major release.

    CAIRN_TEST_CLIENTS holds them, separated by commas; without it the
    interpreter of this test is taken, if it has mlflow.
    """
    wanted = [p for p in os.environ.get("CAIRN_TEST_CLIENTS", "").split(",") if p]
    if not wanted:
        return [sys.executable] if importlib.util.find_spec("mlflow") else []
    if oldest == 0:
        return wanted
    ask = "import mlflow.version as v; print(v.VERSION.split('.')[0])"
    return [p for p in wanted if int(subprocess.run(
        [p, "-c", ask], capture_output=True, text=True, timeout=110, check=True).stdout) >= oldest]


def client_name(python):
    """How a test is told apart from the same one with another client."""
    return python.split(os.sep)[-3]


def run_client(python, script, server, where, **environment):
    """What a client's script printed as JSON behind "RESULT ", with its name added.

    It runs in the empty folder `where` with TEST_NAME, a fresh name, TEST_ROOT, a
    local artifact root, and `environment` in its environment.
    """
    name = "client-" + uuid.uuid4().hex
    done = subprocess.run(
        [python, "-c", script],
        cwd=where,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(where),
            "MLFLOW_TRACKING_URI": server,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # a 5xx is a failure, not a wait
            "GIT_PYTHON_REFRESH": "quiet",
            "TEST_NAME": name,
            "TEST_ROOT": str(where / "artifacts"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return {**json.loads(done.stdout.rsplit("RESULT ", 1)[1]), "name": name}


@pytest.fixture(scope="session")
def server(request):
    return request.config.getoption("--server").rstrip("/")


@pytest.fixture(scope="session")
def api(server):
    return Api(server)


@pytest.fixture(scope="session")
def on_cairn(server):
    """True on Cairn, False on the reference."""
    return is_cairn(server)


@pytest.fixture(scope="session")
def either(on_cairn):
    """either(cairn=x, mlflow=y): what this server must do, of a decision."""

    def pick(cairn, mlflow):
        return cairn if on_cairn else mlflow

    return pick


@pytest.fixture(scope="session")
def sql(request):
    """sql("SELECT ...", args) -> rows of the server's own database."""
    uri = request.config.getoption("--db")
    if not uri:
        pytest.fail("this test reads the database: pass --db mysql://...")
    import pymysql

    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query))
    where = (
        {"unix_socket": query["unix_socket"]}
        if "unix_socket" in query
        else {"host": parts.hostname, "port": parts.port or 3306}
    )
    connection = pymysql.connect(
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.lstrip("/"),
        charset="utf8mb4",
        autocommit=True,
        **where,
    )

    def run(statement, args=None):
        with connection.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall()

    yield run
    connection.close()


# The artifact tests, with artifacts.py.
@pytest.fixture(scope="session")
def raw(server):
    return artifacts.Raw(server)


@pytest.fixture(params=["local", "proxied"])
def place(request, api):
    """A fresh run below the local root, and one below the artifacts destination."""
    return artifacts.place_of(api, request.param)


@pytest.fixture
def stored():
    """A fresh folder below the artifacts destination; its name is .path.name."""
    return artifacts.Folder(artifacts.destination(), artifacts.unique())


@pytest.fixture
def outside():
    """Canaries beside the roots, compared at the end of the test."""
    canaries = artifacts.Outside()
    yield canaries.path
    canaries.check()
    canaries.remove()


@pytest.fixture
def exp(api):
    """A fresh experiment's id."""
    return api.new_experiment()


@pytest.fixture
def run(api, exp):
    """A fresh run's id, in the experiment of `exp`."""
    return api.new_run(exp)


def check_refused(r, parameter, value):
    """Decision d: what the reference loses in silence is a type error in Cairn.

    The path inside a list (`metrics[0].value`) may be told more exactly.
    """
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        starts=f"Invalid value {value} for parameter '{parameter}",
    )
    assert " supplied:" in r.json()["message"], r.text
    assert r.json()["message"].endswith(DOCS), r.text


def check_constraint(r, on_cairn, code="BAD_REQUEST", names=()):
    """Decision e: what the database rejects is told without its text in Cairn."""
    message = check_error(r, 400, code)["message"]
    if not on_cairn:
        assert "pymysql" in message, message
        return
    for word in ("pymysql", "sqlalche", "SQL", "INSERT", "UPDATE"):
        assert word not in message, message
    for word in names:
        assert word in message, message
