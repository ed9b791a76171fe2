#!/usr/bin/env python3
"""Tracking servers for the tests, each on a private MariaDB.

    python3 tests/servers.py --kind KIND [--build DIR] -- COMMAND ...

runs COMMAND with CAIRN_TEST_SERVER (http://127.0.0.1:PORT) and CAIRN_TEST_DB
(mysql://USER:PASSWORD@127.0.0.1:PORT/NAME?unix_socket=PATH) in its environment
and ends with its exit status.  The kinds:

    cairn     `cairn server`
    apache    Apache with mod_fcgid and the shipped etc/apache.conf
    lighttpd  lighttpd with the shipped etc/lighttpd.conf, "bin-path"
    spawn     the same with workers started by spawn-fcgi
    mlflow    `mlflow server`, of the interpreter in CAIRN_MLFLOW_PYTHON

--charset latin1, utf8mb3, mixed or collations makes the tables beforehand, in that
character set, as MLflow does in a database that was made with it.

Everything listens on free loopback ports, lives in a temporary folder and is
stopped at the end, whatever the end is.  Only the standard library is used, so
any interpreter will do.
"""

import argparse
import contextlib
import ctypes
import glob
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("CAIRN_BUILD", TOP)
START_TIMEOUT = 60  # seconds; the reference needs up to 30 on a busy machine
STOP_TIMEOUT = 30

DATABASE = "cairn"
USER = "cairn"

# of all tables but those named; foreign keys tie some of them together
CHARSETS = {
    "latin1": ("latin1 COLLATE latin1_swedish_ci", {}),
    "utf8mb3": ("utf8mb3 COLLATE utf8mb3_general_ci", {}),
    "collations": (
        "utf8mb4 COLLATE utf8mb4_general_ci",
        {
            "datasets": "utf8mb4 COLLATE utf8mb4_unicode_ci",
            "evaluation_dataset": "utf8mb4 COLLATE utf8mb4_unicode_520_ci",
            "experiment": "utf8mb4 COLLATE utf8mb4_unicode_ci",
            "input": "utf8mb4 COLLATE utf8mb4_swedish_ci",
            "model_version": "utf8mb4 COLLATE utf8mb4_unicode_ci",
            "registered_model": "utf8mb4 COLLATE utf8mb4_unicode_ci",
        },
    ),
    "mixed": (
        "utf8mb3 COLLATE utf8mb3_general_ci",
        {
            "experiment": "utf8mb4 COLLATE utf8mb4_general_ci",
            "datasets": "utf8mb4 COLLATE utf8mb4_unicode_ci",
            "input": "latin1 COLLATE latin1_swedish_ci",
            "model_version": "latin1 COLLATE latin1_swedish_ci",
            "registered_model": "latin1 COLLATE latin1_swedish_ci",
            "evaluation_dataset": "utf8mb4 COLLATE utf8mb4_unicode_ci",
        },
    ),
}


def schema_in(charset):
    """The statements of MLflow's tables, each table in its character set."""
    rest, others = CHARSETS[charset]
    path = os.path.join(TOP, "src", "store", "schema", "3.17.2.sql")
    with open(path, encoding="utf-8") as f:
        blocks = f.read().split("\n\n")
    script = [f"CREATE DATABASE {DATABASE};", f"USE {DATABASE};"]
    for block in blocks:
        table = re.match(r"CREATE TABLE IF NOT EXISTS `?(\w+)", block)
        if table:
            own = [v for k, v in others.items() if table.group(1).startswith(k)]
            script.append(f"ALTER DATABASE {DATABASE} CHARACTER SET {(own + [rest])[0]};")
        if table or block.startswith("INSERT"):
            script.append(block)
    return "\n".join(script) + "\n"


def find_program(name):
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise SystemExit(f"servers.py: {name} is not installed")
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def die_with_parent():
    """In a child before exec: the kernel ends it when this process is killed."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Process:
    """A program with its output in a file, in a session of its own."""

    def __init__(self, argv, log, env=None, cwd=None):
        self.argv = argv
        self.log = log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def fail(self, why):
        tail = "\n".join(self.output().splitlines()[-30:])
        raise RuntimeError(f"{self.argv[0]}: {why}\n{tail}")

    def wait_until(self, ready, timeout=START_TIMEOUT):
        """Call ready() until it gives something true, which is returned."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            value = ready()
            if value:
                return value
            if self.popen.poll() is not None:
                self.fail(f"ended with {self.popen.returncode}")
            time.sleep(0.05)
        return self.fail(f"not ready after {timeout} s")

    def signal_group(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self, number=signal.SIGTERM, timeout=STOP_TIMEOUT, group=False):
        """End it, and what it left behind in its session; its exit status."""
        if self.popen.poll() is None:
            if group:
                self.signal_group(number)
            else:
                self.popen.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(timeout)
        self.signal_group(signal.SIGKILL)
        return self.popen.wait(timeout)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as r:
            return r.status == 200
    except (OSError, urllib.error.URLError):
        return False


class MariaDB:
    """A private mariadbd with an empty database, on a port and a socket."""

    def __init__(
        self, folder, max_connections=300, collation="utf8mb4_nopad_bin", charset=None
    ):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.socket = os.path.join(folder, "sock")
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self.max_connections = max_connections
        self.collation = collation
        self.charset = charset  # one of CHARSETS: with tables
        self.more = []  # further arguments
        self.process = None

    def uri(self, scheme="mysql"):
        return (
            f"{scheme}://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"
        )

    def _base_argv(self):
        argv = [find_program("mariadbd"), "--no-defaults", f"--datadir={self.data}"]
        if os.geteuid() == 0:
            argv.append("--user=root")
        return argv

    def make(self):
        os.makedirs(self.data)
        scripts = ["CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"]
        for name in ("system_tables", "performance_tables", "system_tables_data"):
            found = glob.glob(f"/usr/share/m*/m*_{name}.sql")
            with open(found[0], encoding="utf-8") as f:
                scripts.append(f.read())
        if self.charset is not None:
            scripts.append(schema_in(self.charset))
        made = subprocess.run(
            self._base_argv()
            + ["--bootstrap", "--innodb-log-file-size=48M", f"--tmpdir={self.folder}"],
            input="".join(scripts).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=START_TIMEOUT,
        )
        if made.returncode != 0:
            raise RuntimeError("mariadbd --bootstrap failed:\n" + made.stdout.decode())
        with open(os.path.join(self.folder, "init.sql"), "w", encoding="utf-8") as f:
            f.write(
                f"CREATE DATABASE IF NOT EXISTS {DATABASE}"
                f" CHARACTER SET utf8mb4 COLLATE {self.collation};\n"
                f"CREATE USER IF NOT EXISTS {USER}@'127.0.0.1' IDENTIFIED BY '{self.password}';\n"
                f"CREATE USER IF NOT EXISTS {USER}@localhost IDENTIFIED BY '{self.password}';\n"
                f"GRANT ALL ON *.* TO {USER}@'127.0.0.1' WITH GRANT OPTION;\n"
                f"GRANT ALL ON *.* TO {USER}@localhost WITH GRANT OPTION;\n"
            )

    def start(self):
        self.process = Process(
            self._base_argv()
            + [
                f"--socket={self.socket}",
                f"--pid-file={self.folder}/pid",
                # a starting server sweeps its temporary folder, whoever shares it
                f"--tmpdir={self.folder}",
                "--bind-address=127.0.0.1",
                f"--port={self.port}",
                f"--init-file={self.folder}/init.sql",
                f"--max-connections={self.max_connections}",
                "--skip-name-resolve",
                "--skip-log-bin",
                "--performance-schema=OFF",
                "--character-set-server=utf8mb4",
                f"--collation-server={self.collation}",
                "--innodb-buffer-pool-size=128M",
                "--innodb-log-file-size=48M",
                *self.more,
            ],
            os.path.join(self.folder, "mariadb.log"),
        )
        self.process.wait_until(self._greets)

    def _greets(self):
        """It listens only after the init file is done."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
                return len(s.recv(4)) == 4
        except OSError:
            return False

    def stop(self, number=signal.SIGTERM):
        if self.process is not None:
            self.process.stop(number)
            self.process = None

    def __enter__(self):
        self.make()
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class Server:
    """A tracking server on a MariaDB; its address is .url once it is up."""

    def __init__(self, folder, db, build=BUILD, env=None, options=()):
        self.folder = folder
        self.db = db
        self.build = os.path.abspath(build)
        self.env = clean_environment()
        self.env.update(env or {})
        self.options = list(options)
        self.artifacts = os.path.join(folder, "mlruns")
        self.destination = os.path.join(folder, "mlartifacts")
        self.log = os.path.join(folder, "server.log")
        self.port = None
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def program(self, name):
        path = os.path.join(self.build, name)
        if not os.access(path, os.X_OK):
            raise SystemExit(f"servers.py: {path} is not built")
        return path

    def start(self):
        raise NotImplementedError

    def stop(self):
        return self.process.stop() if self.process is not None else None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


def clean_environment():
    """Ours without the variables that a tracking server listens to."""
    named = {"BACKEND_STORE_URI", "DEFAULT_ARTIFACT_ROOT", "DEFAULT_ARTIFACTS_DESTINATION"}
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in named and not k.startswith(("MLFLOW_", "CAIRN_"))
    }
    # nor the file that may be installed on this machine
    env["CAIRN_CONF"] = os.devnull
    return env


class CairnServer(Server):
    """`cairn server`."""

    def start(self):
        env = dict(self.env)
        if self.db is not None:
            env["MLFLOW_BACKEND_STORE_URI"] = self.db.uri()
        self.process = Process(
            [
                self.program("cairn"),
                "server",
                "--port=0",
                f"--default-artifact-root={self.artifacts}",
                f"--artifacts-destination={self.destination}",
                *self.options,
            ],
            self.log,
            env=env,
            cwd=self.folder,
        )
        self.port = int(self.process.wait_until(self._address))

    def _address(self):
        found = re.search(r"^Cairn answers at http://.*?:(\d+)(?:[/ ]|$)", self.process.output(), re.M)
        return found and found.group(1)


class FrontEnd(Server):
    """Workers under somebody else's web server: a cairn.conf and `cairn db init`."""

    def prepare(self):
        self.port = free_port()
        self.conf = os.path.join(self.folder, "cairn.conf")
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(f"backend-store-uri = {self.db.uri()}\n")
            f.write(f"default-artifact-root = {self.artifacts}\n")
            f.write(f"artifacts-destination = {self.destination}\n")
            f.write(f"work-dir = {self.folder}\n")
            f.write(f"stats-file = {self.folder}/stats\n")
        os.chmod(self.conf, 0o600)
        for name in ("run", "uploads", "root"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        for path in (self.artifacts, self.destination):
            os.makedirs(path, exist_ok=True)
        self.env["CAIRN_CONF"] = self.conf
        subprocess.run(
            [self.program("cairn"), "db", "init"],
            env=self.env,
            check=True,
            timeout=START_TIMEOUT,
            stdout=subprocess.DEVNULL,
        )

    def wait(self):
        self.process.wait_until(lambda: answers(self.url + "/health"))


def lighttpd_value(value):
    if isinstance(value, tuple):
        return "( " + ", ".join(map(lighttpd_value, value)) + " )"
    return str(value) if isinstance(value, int) else f'"{value}"'


class LighttpdServer(FrontEnd):
    """lighttpd with etc/lighttpd.conf, changed in its var. lines only."""

    def write_conf(self, drop=None):
        values = {
            "cairn_fcgi": self.program("cairn.fcgi"),
            "cairn_conf": self.conf,
            "run_dir": os.path.join(self.folder, "run"),
            "upload_dir": os.path.join(self.folder, "uploads"),
            "root": os.path.join(self.folder, "root"),
            "files": (os.path.realpath(self.folder), os.path.join(self.build, "ui")),
            "port": self.port,
        }
        path = os.path.join(self.folder, "lighttpd.conf")
        with open(os.path.join(self.build, "etc", "lighttpd.conf"), encoding="utf-8") as f:
            lines = f.read().splitlines()
        with open(path, "w", encoding="utf-8") as f:
            for line in lines:
                name = re.match(r"var\.(\w+)\s*=", line)
                if name and name.group(1) in values:
                    value = values[name.group(1)]
                    line = f"var.{name.group(1)} = {lighttpd_value(value)}"
                if drop is None or drop not in line:
                    f.write(line + "\n")
        return path

    def start(self):
        self.prepare()
        conf = self.write_conf()
        self.process = Process(
            [find_program("lighttpd"), "-D", "-f", conf], self.log, env=self.env
        )
        self.wait()


class SpawnServer(LighttpdServer):
    """The same, its workers started by spawn-fcgi and multiwatch."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.workers = []

    def start_workers(self, pool, count):
        return Process(
            [
                find_program("spawn-fcgi"),
                "-n",
                "-s" + os.path.join(self.folder, "run", pool + ".sock"),
                "--",
                find_program("multiwatch"),
                "-f",
                str(count),
                "--",
                self.program("cairn.fcgi"),
                pool,
            ],
            os.path.join(self.folder, "workers.log"),
            env=self.env,
        )

    def start(self):
        self.prepare()
        conf = self.write_conf(drop="# bin-path only")
        for pool, count in (("api", 4), ("files", 2), ("probe", 1)):
            self.workers.append(self.start_workers(pool, count))
        self.process = Process(
            [find_program("lighttpd"), "-D", "-f", conf], self.log, env=self.env
        )
        self.wait()

    def stop(self):
        status = super().stop()
        for workers in self.workers:
            workers.stop(group=True)
        return status


class ApacheServer(FrontEnd):
    """Apache with mod_fcgid and etc/apache.conf."""

    MODULES = "/usr/lib/apache2/modules"
    CONF = """\
ServerRoot {folder}
ServerName 127.0.0.1
PidFile {folder}/run/apache.pid
DefaultRuntimeDir {folder}/run
Mutex file:{folder}/run default
ErrorLog {folder}/server.log
LogLevel warn
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule rewrite_module {modules}/mod_rewrite.so
LoadModule fcgid_module {modules}/mod_fcgid.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule reqtimeout_module {modules}/mod_reqtimeout.so
LoadModule xsendfile_module {modules}/mod_xsendfile.so
{user}
FcgidIPCDir {folder}/run
FcgidProcessTableFile {folder}/run/fcgid
<VirtualHost 127.0.0.1:{port}>
	Define CAIRN_FCGI {fcgi}
	Define CAIRN_CONF {conf}
	Define CAIRN_FILES {files}
	Define CAIRN_UI {build}/ui
	Include {build}/etc/apache.conf
</VirtualHost>
"""

    def start(self):
        self.prepare()
        path = os.path.join(self.folder, "apache.conf")
        user = ""
        if os.geteuid() == 0:
            # apache's children give up root
            user = "User www-data\nGroup www-data"
            self.give_to("www-data")
        with open(path, "w", encoding="utf-8") as f:
            f.write(
                self.CONF.format(
                    folder=self.folder,
                    port=self.port,
                    modules=self.MODULES,
                    user=user,
                    fcgi=self.program("cairn.fcgi"),
                    conf=self.conf,
                    files=os.path.realpath(self.folder),
                    build=self.build,
                )
            )
        self.process = Process(
            [find_program("apache2"), "-DFOREGROUND", "-f", path], self.log, env=self.env
        )
        self.wait()

    def give_to(self, user):
        """The workers run as `user`, who must read the configuration."""
        os.chmod(self.folder, 0o755)
        for name in ("cairn.conf", "run", "uploads", "mlruns", "mlartifacts"):
            shutil.chown(os.path.join(self.folder, name), user)


class MlflowServer(Server):
    """The reference: one worker of `mlflow server` on the same kind of database."""

    def start(self):
        python = os.environ.get("CAIRN_MLFLOW_PYTHON")
        if not python:
            raise SystemExit("servers.py: CAIRN_MLFLOW_PYTHON names no interpreter")
        self.port = free_port()
        # as Cairn does at its start
        for path in (self.artifacts, self.destination):
            os.makedirs(path, exist_ok=True)
        # telemetry off: it would call out
        self.env.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
        self.process = Process(
            [
                python,
                "-m",
                "mlflow",
                "server",
                "--backend-store-uri",
                self.db.uri("mysql+pymysql"),
                "--default-artifact-root",
                self.artifacts,
                "--artifacts-destination",
                self.destination,
                "--host=127.0.0.1",
                f"--port={self.port}",
                "--workers=1",
                *self.options,
            ],
            self.log,
            env=self.env,
            cwd=self.folder,
        )
        self.process.wait_until(lambda: answers(self.url + "/health"), timeout=180)

    def stop(self):
        return self.process.stop(group=True) if self.process is not None else None


KINDS = {
    "cairn": CairnServer,
    "apache": ApacheServer,
    "lighttpd": LighttpdServer,
    "spawn": SpawnServer,
    "mlflow": MlflowServer,
}


@contextlib.contextmanager
def folder(where=None):
    path = tempfile.mkdtemp(prefix="cairn-test-", dir=where)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def serving(
    kind, build=BUILD, max_connections=300, env=None, options=(), charset=None
):
    """A server of `kind` on a fresh database; yields it (.url, .db, .folder)."""
    collation = "utf8mb4_general_ci" if kind == "mlflow" else "utf8mb4_nopad_bin"
    with folder() as top, contextlib.ExitStack() as stack:
        os.makedirs(os.path.join(top, "db"))
        os.makedirs(os.path.join(top, "server"))
        db = stack.enter_context(
            MariaDB(os.path.join(top, "db"), max_connections, collation, charset)
        )
        if kind == "apache":
            os.chmod(top, 0o755)
        yield stack.enter_context(
            KINDS[kind](os.path.join(top, "server"), db, build, env, options)
        )


def stop_on_signal(number, _frame):
    raise SystemExit(128 + number)


def run_command(argv, env, timeout):
    """The exit status of argv; its whole session is ended with it."""
    command = subprocess.Popen(
        argv, env=env, start_new_session=True, preexec_fn=die_with_parent
    )
    try:
        return command.wait(timeout)
    except subprocess.TimeoutExpired:
        print(f"servers.py: {argv[0]} still runs after {timeout} s", file=sys.stderr)
        return 124
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(command.pid, signal.SIGKILL)
        command.wait()


def main():
    parser = argparse.ArgumentParser(
        description="Run a command beside a tracking server."
    )
    parser.add_argument("--kind", choices=sorted(KINDS), required=True)
    parser.add_argument("--build", default=BUILD, help="where cairn and cairn.fcgi are")
    parser.add_argument("--max-connections", type=int, default=300)
    parser.add_argument("--charset", choices=sorted(CHARSETS), help="of the tables")
    parser.add_argument("--timeout", type=float, default=3000, help="seconds")
    parser.add_argument("--log", help="keep the server's log in this file")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        parser.error("no command")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    with serving(
        args.kind, args.build, args.max_connections, charset=args.charset
    ) as server:
        env = dict(
            os.environ,
            CAIRN_TEST_SERVER=server.url,
            CAIRN_TEST_DB=server.db.uri() + f"?unix_socket={server.db.socket}",
            CAIRN_TEST_KIND=args.kind,
            CAIRN_TEST_CHARSET=args.charset or "utf8mb4",
            CAIRN_TEST_ARTIFACTS=server.artifacts,
            CAIRN_TEST_DESTINATION=server.destination,
        )
        try:
            return run_command(command, env, args.timeout)
        finally:
            if args.log:
                shutil.copyfile(server.log, args.log)


if __name__ == "__main__":
    sys.exit(main())
