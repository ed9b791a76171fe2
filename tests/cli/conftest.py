"""What the tests of the command line share: the program, a database, a server."""

import contextlib
import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import pymysql
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import servers  # noqa: E402

# a run under nohup would hand that on to every server
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def missing(what):
    """Skip a test whose tool is not here, or fail it where all must run."""
    if os.environ.get("REQUIRE") == "all":
        pytest.fail(f"{what} is missing and REQUIRE=all")
    pytest.skip(f"{what} is missing")


def tool(name):
    return shutil.which(name) or missing(name)


@pytest.fixture(scope="session")
def program():
    path = os.path.join(os.path.abspath(servers.BUILD), "cairn")
    assert os.access(path, os.X_OK), f"{path} is not built"
    return path


@pytest.fixture
def cairn(program):
    """Run cairn to its end: cairn("server", "--port=x", MLFLOW_HOST="...")."""

    def run(*arguments, cwd=None, **environment):
        return subprocess.run(
            [program, *arguments],
            env=dict(servers.clean_environment(), **environment),
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def start(program, tmp_path):
    """
    Start a server on the embedded default in tmp_path, or where the options say;
    wait=False does not wait for its address.
    """
    with contextlib.ExitStack() as stack:

        def run(*options, wait=True, cwd=tmp_path, **environment):
            server = EmbeddedServer(
                str(cwd), None, env=environment, options=options
            )
            # not below tmp_path: the names of sockets have to be short
            server.run_base = tempfile.mkdtemp(prefix="cairn-run-")
            stack.callback(shutil.rmtree, server.run_base, ignore_errors=True)
            stack.callback(server.stop)
            server.start(wait)
            return server

        yield run


class EmbeddedServer(servers.CairnServer):
    """A `cairn server` whose run directory is known."""

    def start(self, wait=True):
        self.env.setdefault("XDG_RUNTIME_DIR", self.run_base)
        self.log = os.path.join(self.run_base, "log")
        argv = [self.program("cairn"), "server", "--port=0", *self.options]
        self.process = servers.Process(argv, self.log, env=self.env, cwd=self.folder)
        if wait:
            self.wait()

    def wait(self):
        self.port = int(self.process.wait_until(self._address))

    def output(self):
        return self.process.output()

    def run_dirs(self):
        return glob.glob(self.env["XDG_RUNTIME_DIR"] + "/cairn-server.*")

    def children(self, name=None):
        """Process ids of our children, or of those that run `name`."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as f:
            pids = [int(p) for p in f.read().split()]
        return [p for p in pids if name is None or command_line(p)[0].endswith(name)]

    def workers(self, pool):
        """Process ids of the workers of one pool."""
        return [p for p in self.children("cairn.fcgi") if command_line(p)[1:2] == [pool]]

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)

    def wait_for(self, condition, timeout=servers.START_TIMEOUT):
        return self.process.wait_until(condition, timeout)

    def healthy(self):
        return servers.answers(self.url + "/health")


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().decode().split("\0")
    except OSError:
        return [""]


def processes_with(text):
    """Process ids of all processes with `text` in an argument."""
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        pid = int(path[6:])
        if pid != os.getpid() and any(text in a for a in command_line(pid)):
            found.append(pid)
    return found


def connect(server, **options):
    """A connection to the private database of a server."""
    socket = os.path.join(server.folder, "cairn-data", "mariadb.sock")
    options.setdefault("autocommit", True)
    return pymysql.connect(unix_socket=socket, user="cairn", database="mlflow", **options)


def waiting(connection, text):
    """How many statements with `text` in them the database has under way."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW FULL PROCESSLIST")
        return sum(text in (row[7] or "") for row in cursor.fetchall())


@pytest.fixture
def database(tmp_path):
    """A private MariaDB, made but not started."""
    folder = tmp_path / "db"
    folder.mkdir()
    db = servers.MariaDB(str(folder))
    db.make()
    yield db
    db.stop()
