"""The services of etc/, each started by systemd as `make install` leaves them.

The machine is a container with systemd as its first process.  It may mount, as
systemd does for its sandboxes, and is not privileged otherwise.
"""

import time
import uuid

import pytest
import requests
from conftest import TOP, docker, figure, wait_until

POOLS = {"api": 4, "files": 2, "probe": 1}
WORKERS = [f"cairn-workers@{pool}" for pool in POOLS]
UNITS = ("cairn", "cairn-workers@", "cairn-lighttpd")
# systemd's own measure, times ten: below 20 is what it calls OK.
EXPOSURE = 20

CONF = """\
db-socket = /run/mysqld/mysqld.sock
db-name = mlflow
db-user = cairn
db-password = x #y
artifacts-destination = /var/lib/cairn/artifacts
"""
SITE = """\
ServerName localhost
Listen 5000
<VirtualHost *:5000>
	Include /usr/local/etc/cairn/apache.conf
</VirtualHost>
"""
DATABASE = """
CREATE DATABASE mlflow;
CREATE USER cairn@localhost IDENTIFIED BY 'x #y';
GRANT ALL ON mlflow.* TO cairn@localhost;
"""


class Machine:
    def __init__(self, name):
        self.name = name

    def run(self, *argv, check=True, said=None):
        stdin = ["-i"] if said is not None else []
        return docker("exec", *stdin, self.name, *argv, check=check, input=said)

    def write(self, path, text):
        self.run("sh", "-c", f"mkdir -p $(dirname {path}) && cat >{path}", said=text)

    def start(self, *units):
        self.run("systemctl", "daemon-reload")
        self.run("systemctl", "start", *units)
        wait_until(self.is_ready, f"{units} answer")

    def is_ready(self):
        try:
            return requests.get(self.url + "/ready", timeout=30).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self, *units):
        self.run("systemctl", "stop", *units)
        for unit in units:
            assert self.run("systemctl", "show", "-P", "Result", unit) == "success"

    @property
    def url(self):
        return "http://" + docker("port", self.name, "5000").splitlines()[0]

    def processes(self, name):
        return self.run("pgrep", "-x", name, check=False).split()


@pytest.fixture(scope="module")
def machine(building):
    name = f"cairntest-services-{uuid.uuid4().hex[:8]}"
    base = name + "-base"
    try:
        docker("build", "--force-rm", "-f", "docker/Dockerfile-as-root", "-t", base, ".", cwd=TOP)
        docker("build", "--force-rm", "--build-arg", f"IMAGE={base}", "-t", name,
               "tests/stack/services", cwd=TOP)  # fmt: skip
        docker(
            "run", "-d", "--name", name, "--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined",
            "--security-opt", "apparmor=unconfined", "--cgroupns=private", "--tmpfs", "/run",
            "--tmpfs", "/tmp", "-p", "127.0.0.1::5000", name,
        )  # fmt: skip
        running = Machine(name)
        state = ("systemctl", "is-system-running")
        wait_until(lambda: running.run(*state, check=False) in ("running", "degraded"), "systemd")
        assert running.run(*state) == "running"
        yield running
    finally:
        docker("rm", "-f", name, check=False)
        docker("image", "rm", "-f", name, base, check=False)


@pytest.fixture(scope="module")
def database(machine):
    """The machine's own MariaDB, as the units under a web server need one."""
    machine.run("systemctl", "start", "mariadb")
    machine.run("mariadb", said=DATABASE)
    machine.write("/usr/local/etc/cairn/cairn.conf", CONF)
    machine.run("sh", "-c", "cd /usr/local/etc/cairn && chgrp www-data cairn.conf && chmod 640 cairn.conf")
    machine.run("sh", "-c", "rm -rf /var/lib/cairn; install -d -o www-data -g www-data /var/lib/cairn /var/lib/cairn/artifacts")


def use(machine):
    """What a client does: an experiment, an artifact up and down."""
    name = uuid.uuid4().hex
    answer = requests.post(
        machine.url + "/api/2.0/mlflow/experiments/create", json={"name": name}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    place = f"{machine.url}/api/2.0/mlflow-artifacts/artifacts/{name}/file.bin"
    data = name.encode() * 100_000
    answer = requests.put(place, data=data, timeout=60)
    assert answer.status_code == 200, answer.text
    answer = requests.get(place, timeout=60)
    assert (answer.status_code, answer.content == data) == (200, True)
    page = requests.get(machine.url + "/", timeout=60)
    assert page.status_code == 200 and "static-files" in page.text


def confined(machine, pid):
    """The kernel's own view of a process: a filter of system calls, no way to more."""
    status = machine.run("cat", f"/proc/{pid}/status")
    wanted = {"NoNewPrivs": "1", "Seccomp": "2", "CapBnd": "0" * 16}
    found = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {name: found[name] for name in wanted} == wanted
    assert found["Uid"].split("\t")[0] != "0"


def test_units_are_well_formed(machine):
    paths = [f"/usr/local/lib/systemd/system/{unit}.service" for unit in UNITS]
    assert machine.run("systemd-analyze", "verify", "--man=no", *paths) == ""
    for unit in UNITS:
        name = unit + "api" if unit.endswith("@") else unit
        said = machine.run("systemd-analyze", "security", f"--threshold={EXPOSURE}", name)
        figure(f"exposure of {unit}.service by systemd-analyze", said.split(": ")[-1])


def test_cairn_service(machine):
    """The whole server with its own MariaDB, within its sandbox."""
    machine.run("systemd-sysusers")
    drop_in = "[Service]\nEnvironment=MLFLOW_HOST=0.0.0.0\n"
    machine.write("/etc/systemd/system/cairn.service.d/address.conf", drop_in)
    machine.start("cairn")
    use(machine)
    for name in ("cairn", "cairn.fcgi", "lighttpd", "mariadbd"):
        assert machine.processes(name), name
        for pid in machine.processes(name):
            confined(machine, pid)
    main = machine.run("systemctl", "show", "-P", "MainPID", "cairn")
    machine.run("kill", "-9", main)
    wait_until(
        lambda: machine.run("systemctl", "show", "-P", "MainPID", "cairn") not in (main, "0"),
        "systemd starts it again",
    )
    wait_until(machine.is_ready, "it answers again")
    use(machine)
    machine.stop("cairn")
    assert not machine.processes("mariadbd")


def test_lighttpd_and_spawn_fcgi(machine, database):
    """A service and three pools; a worker that ends is replaced."""
    lighttpd = "/usr/local/etc/cairn/lighttpd-workers.conf"
    machine.run("sed", "-i", 's/^var.address .*/var.address = "0.0.0.0"/', lighttpd)
    machine.start("cairn-lighttpd")
    use(machine)
    before = machine.processes("cairn.fcgi")
    assert len(before) == sum(POOLS.values())
    for pid in [*before, *machine.processes("lighttpd")]:
        confined(machine, pid)
    machine.run("kill", "-9", before[0])
    wait_until(
        lambda: len(now := machine.processes("cairn.fcgi")) == len(before) and before[0] not in now,
        "the worker is replaced",
    )
    use(machine)
    start = time.monotonic()
    machine.stop("cairn-lighttpd", *WORKERS)
    assert time.monotonic() - start < 15
    assert not machine.processes("cairn.fcgi")


def test_lighttpd_alone(machine, database):
    """It starts the workers itself."""
    lighttpd = "/usr/local/etc/cairn/lighttpd.conf"
    machine.run("sed", "-i", 's/^var.address .*/var.address = "0.0.0.0"/', lighttpd)
    unit = ["-p", "User=www-data", "-p", "RuntimeDirectory=cairn", "-p", "CacheDirectory=lighttpd/uploads"]
    machine.run("systemd-run", "-q", "-u", "bin-path", *unit, "lighttpd", "-D", "-f", lighttpd)
    wait_until(machine.is_ready, "lighttpd answers")
    use(machine)
    assert len(machine.processes("cairn.fcgi")) == sum(POOLS.values())
    machine.run("systemctl", "stop", "bin-path")


def test_apache(machine, database):
    """Debian's own service, with a site that includes ours."""
    machine.write("/etc/apache2/sites-available/cairn.conf", SITE)
    machine.run("a2ensite", "-q", "cairn")
    machine.start("apache2")
    use(machine)
    machine.stop("apache2")
