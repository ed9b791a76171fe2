"""The article's stack: its own compose file, images and scripts, on a Docker daemon.

The tests play a person with a clone of their own: a user who may use the Docker
socket and is not root.  The three public images are used when they are here or
can be pulled; else standins/make makes some of the same names.

Figures and pictures go to the folder named by CAIRN_STACK_OUTPUT; the figures are
shown at the end.  Without a daemon everything is skipped, or fails if REQUIRE=all.
"""

import concurrent.futures
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pymysql
import pytest
import requests

TOP = pathlib.Path(__file__).resolve().parents[2]
SOCKET = "/var/run/docker.sock"
# Nobody's on any machine: what belongs to it was made by it.
USER_ID = 43210
PATIENCE = 180  # seconds; nothing waits this long when it works
SERVICES = ("mysql", "phpmyadmin", "mlflow")

# Each character that a shell, YAML, SQL, a URI or Compose may take for its own.
AWKWARD = "!@#%:/?[]=&+ '\"\\$`"
FOREIGN = "Zürich-пароль-密碼"

figures = []
given_ports = set()


def docker(*argv, check=True, timeout=900, **kw):
    """What it says, on both streams."""
    done = subprocess.run(
        ["docker", *map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=timeout, **kw,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout[-5000:]
    return done.stdout.strip()


def compose(*argv, **kw):
    """As the scripts do it: Compose v2 where it is, else docker-compose."""
    v2 = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    command = ["docker", "compose"] if v2.returncode == 0 else ["docker-compose"]
    return subprocess.run(
        [*command, *argv], capture_output=True, text=True, check=True, timeout=120, **kw
    )


def figure(name, value):
    figures.append(f"{name}: {value}")


def output():
    folder = pathlib.Path(os.environ.get("CAIRN_STACK_OUTPUT", TOP / "build-stack"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_collection_modifyitems(items):
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
        return
    if os.environ.get("REQUIRE") == "all":
        pytest.exit("no Docker daemon answers, and REQUIRE=all", returncode=1)
    for item in items:
        item.add_marker(pytest.mark.skip(reason="no Docker daemon answers"))


def pytest_terminal_summary(terminalreporter):
    for line in figures:
        terminalreporter.write_line(f"figure: {line}")
    if figures:
        (output() / "figures.txt").write_text("\n".join(figures) + "\n", encoding="utf-8")


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.1)


def free_ports(count):
    """Free now, and given to nobody else in this session."""
    ports = []
    while len(ports) < count:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in given_ports:
            given_ports.add(port)
            ports.append(port)
    return ports


def copy_tree(to):
    """What a clone would have, with what is not committed yet."""
    if (TOP / ".git").exists():
        names = subprocess.run(
            ["git", "-c", f"safe.directory={TOP}", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
            cwd=TOP, capture_output=True, check=True, text=True,
        ).stdout.split("\0")  # fmt: skip
        for name in filter(None, names):
            if (TOP / name).exists():
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TOP / name, to / name)
    else:
        shutil.copytree(TOP, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build*"))


def as_user(keep_reading=False):
    """What goes before a command so that the user runs it."""
    if os.getuid() != 0:
        return []
    argv = ["setpriv", f"--reuid={USER_ID}", f"--regid={USER_ID}"]
    argv += [f"--groups={os.stat(SOCKET).st_gid}"]
    if keep_reading:
        # Python and its packages may lie in root's home
        argv += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return argv


class Stack:
    """A clone of its own, and what was brought up from it."""

    def __init__(self, folder, name, password, root_password, **settings):
        self.folder = folder / name
        self.folder.mkdir()
        self.home = folder / (name + "-home")
        self.home.mkdir()
        self.artifacts = self.home / "mlflow" / "mlruns"
        self.project = f"cairntest{os.getpid()}{name}"
        self.password, self.root_password = password, root_password
        self.uid = USER_ID if os.getuid() == 0 else os.getuid()
        self.gid = USER_ID if os.getuid() == 0 else os.getgid()
        self.settings = settings
        self.user, self.database = "mlflow_user", "mlflow_db"
        copy_tree(self.folder)
        self.give()

    def give(self):
        if os.getuid() == 0:
            subprocess.run(
                ["chown", "-R", f"{USER_ID}:{USER_ID}", self.folder, self.home], check=True
            )

    def script(self, *argv, check=True, said=""):
        """One of the scripts, run by the user as a person would."""
        keep = {"PATH", "LANG", "http_proxy", "https_proxy"}
        env = {k: v for k, v in os.environ.items() if k in keep}
        done = subprocess.run(
            [*as_user(), *argv],
            cwd=self.folder,
            env=dict(env, HOME=str(self.home)),
            input=said,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        done.all = done.stdout + done.stderr
        assert not check or done.returncode == 0, done.all[-6000:]
        return done

    def configure(self):
        """.env and .secrets by stack_init.sh, then what the tests want to be other."""
        self.script("./stack_init.sh", str(self.artifacts))
        ports = free_ports(4)
        names = ("MYSQL_PORT1", "MYSQL_PORT2", "PHPMYADMIN_PORT", "MLFLOW_PORT")
        self.ports = dict(zip(names, ports))
        self.change_env(COMPOSE_PROJECT_NAME=self.project, **self.ports, **self.settings)
        (self.folder / ".secrets/mysql_password").write_text(self.password, encoding="utf-8")
        (self.folder / ".secrets/mysql_root_password").write_text(
            self.root_password + "\n", encoding="utf-8"
        )

    def change_env(self, **changes):
        path = self.folder / ".env"
        lines = path.read_text(encoding="utf-8").splitlines()
        for name, value in changes.items():
            at = [i for i, line in enumerate(lines) if line.startswith(name + "=")]
            assert len(at) == 1, f"{name} is not in .env"
            lines[at[0]] = f"{name}={value}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def deploy(self):
        done = self.script("./stack_deploy.sh")
        self.said = done.all
        return done

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports['MLFLOW_PORT']}"

    @property
    def phpmyadmin(self):
        return f"http://127.0.0.1:{self.ports['PHPMYADMIN_PORT']}/"

    def container(self, service):
        port = {"mysql": "MYSQL_PORT1", "phpmyadmin": "PHPMYADMIN_PORT", "mlflow": "MLFLOW_PORT"}
        return f"{service}-{self.ports[port[service]]}"

    def inspect(self, service, path):
        return docker("inspect", "-f", "{{" + path + "}}", self.container(service))

    def is_healthy(self, service):
        return self.inspect(service, ".State.Health.Status") == "healthy"

    def wait_healthy(self, service):
        wait_until(lambda: self.is_healthy(service), f"{service} is healthy")

    def get(self, path, /, **params):
        return requests.get(f"{self.url}/api/2.0/mlflow/{path}", params, timeout=60)

    def post(self, path, /, **body):
        return requests.post(f"{self.url}/api/2.0/mlflow/{path}", json=body, timeout=60)

    def connect(self, user=None, password=None, database=None, port="MYSQL_PORT1"):
        return pymysql.connect(
            host="127.0.0.1",
            port=self.ports[port],
            user=user or self.user,
            password=(password or self.password).encode(),
            database=database,
            charset="utf8mb4",
            autocommit=True,
        )

    def sql(self, statement, *args, **kw):
        kw.setdefault("database", self.database)
        connection = self.connect(**kw)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall()

    def clean(self):
        """Whatever state the tests left it in."""
        (self.folder / ".env").exists() and self.script(
            "./stack_remove.sh", "--volumes", "--yes", check=False
        )
        docker("image", "rm", "-f", f"{self.project}-mlflow", check=False)


@pytest.fixture(scope="session")
def images():
    start = time.monotonic()
    subprocess.run([TOP / "tests/stack/standins/make"], check=True, timeout=1200)
    figure("images of MariaDB, phpMyAdmin and Debian", f"{time.monotonic() - start:.0f} s")


@pytest.fixture(scope="session")
def clones():
    """Under a short path that everybody may enter."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cairn-stack-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def build_without_network(stack):
    """From what fetch-local has put there; the deployment finds each step done."""
    stack.script("docker/fetch-local")
    arguments = ["LOCAL=docker/local", "USER_NAME=cairn"]
    arguments += [f"USER_UID={stack.uid}", f"USER_GID={stack.gid}"]
    start = time.monotonic()
    docker(
        "build", "--network", "none", "--force-rm", "-f", "docker/Dockerfile-minimal",
        *(part for a in arguments for part in ("--build-arg", a)), ".", cwd=stack.folder,
    )  # fmt: skip
    figure("Dockerfile-minimal built without a network", f"{time.monotonic() - start:.0f} s")


@pytest.fixture(scope="session")
def building(images, clones):
    """The second clone, whose image is built while the first tests run."""
    settings = {
        "MLFLOW_DOCKERFILE": "Dockerfile-minimal",
        "MLFLOW_COMMAND": "cairn server",
        "CAIRN_WORKERS": 2,
        "BUILD_LOCAL": "docker/local",
        "USER_NAME": "cairn",
    }
    second = Stack(clones, "two", FOREIGN, AWKWARD, **settings)
    second.configure()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield second, pool.submit(build_without_network, second)


@pytest.fixture(scope="session")
def stack(building, clones):
    """The stack as it comes: Dockerfile-as-user, four workers."""
    first = Stack(clones, "one", AWKWARD, FOREIGN)
    first.configure()
    try:
        first.deploy()
        yield first
    finally:
        first.clean()


@pytest.fixture(scope="session")
def second(stack, building):
    """Beside the first by its .env alone: the minimal image, two workers."""
    second, build = building
    build.result()
    try:
        second.deploy()
        yield second
    finally:
        second.clean()
