"""A private mariadbd on a unix socket, and the built programs.

CAIRN_BUILD names the directory with the built programs (default: the current
one).  A missing tool skips the tests that need it; with REQUIRE=all it fails
them.
"""

import os
import pathlib
import shutil
import subprocess
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("CAIRN_BUILD", ".")).resolve()
START_SECONDS = 60


def missing(what):
    if os.environ.get("REQUIRE") == "all":
        pytest.fail(what)
    pytest.skip(what)


def tool(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    return path or missing(f"{name} is not installed")


class Server:
    """A mariadbd of our own; databases are made and dropped by the tests."""

    def __init__(self, directory):
        self.socket = str(directory / "sock")
        self.log = directory / "log"
        self.directory = directory
        self.process = None

    def start(self):
        data = self.directory / "data"
        user = ["--user=root"] if os.geteuid() == 0 else []
        # a mariadbd removes at its start what others keep in a shared one
        scratch = self.directory / "tmp"
        scratch.mkdir()
        with open(self.log, "wb") as log:
            subprocess.run(
                [tool("mariadb-install-db"), "--no-defaults", f"--datadir={data}",
                 f"--tmpdir={scratch}",
                 "--auth-root-authentication-method=normal", "--skip-test-db", *user],
                stdout=log, stderr=log, check=True)
            # collation and strictness of a server out of the box, no more
            self.process = subprocess.Popen(
                [tool("mariadbd"), "--no-defaults", f"--datadir={data}", f"--tmpdir={scratch}",
                 f"--socket={self.socket}", f"--pid-file={self.directory}/pid",
                 "--skip-networking", "--innodb-buffer-pool-size=64M",
                 "--innodb-flush-log-at-trx-commit=0", *user],
                stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while self.run("SELECT 1", check=False).returncode != 0:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=START_SECONDS)

    def run(self, sql, database=None, check=True):
        done = subprocess.run(
            [tool("mariadb"), "--no-defaults", "-uroot", "-S", self.socket, "-N", "-B",
             *([database] if database else [])],
            input=sql, capture_output=True, text=True)
        assert not check or done.returncode == 0, (sql, done.stderr)
        return done


class Database:
    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.socket = server.socket

    def run(self, sql):
        """Rows as lists of text."""
        out = self.server.run(sql, self.name).stdout
        return [line.split("\t") for line in out.splitlines()]

    def value(self, sql):
        return self.run(sql)[0][0]

    def uri(self, scheme="mysql"):
        return f"{scheme}://root@localhost/{self.name}?unix_socket={self.socket}"

    def dump(self, directory):
        """{file: text} of dump-schema, collations of the database made one."""
        subprocess.run([HERE / "dump-schema", self.socket, self.name, directory], check=True)
        own = self.value("SELECT @@collation_database")
        return {
            f.name: f.read_text().replace(own, "utf8mb4_general_ci")
            for f in sorted(directory.iterdir())
        }


def program(name):
    path = BUILD / name
    if not os.access(path, os.X_OK):
        missing(f"{path} is not built")
    return str(path)


def clean_environment(**more):
    """Ours without anything that configures a server."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("MLFLOW_", "CAIRN_", "BACKEND_", "DEFAULT_ARTIFACT"))}
    return {**env, **more}
