"""What a running server lives through: folders that go away, and its own end."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest
import requests

import servers
from conftest import connect, missing, processes_with, tool, waiting

API = "/api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
GRACE = 10  # seconds until `docker stop` kills
LARGE = b"x" * 2**20  # more than the web server keeps in memory


def get_default(server):
    return requests.get(server.url + API + "experiments/get?experiment_id=0", timeout=30)


def put(server, name, data=LARGE):
    return requests.put(server.url + PROXY + name, data=data, timeout=30).status_code


def run_dir(server):
    return pathlib.Path(server.run_dirs()[0])


def uploads(server):
    folder = pathlib.Path(server.folder) / "mlartifacts"
    return [p for p in folder.iterdir() if p.name.startswith(".cairn-uploads.")]


def test_workers_start_without_the_run_directory(start):
    """All of it is gone, as a cleaner of /tmp does it, and then each child dies."""
    server = start("--workers=1", "--file-workers=1", "--max-requests=5")
    place = run_dir(server)
    shutil.rmtree(place)
    server.wait_for(lambda: "was removed: made anew" in server.output())
    server.wait_for(lambda: (place / "probe.sock").exists() and server.healthy())
    assert place.stat().st_mode & 0o777 == 0o700
    for pid in server.children("cairn.fcgi") + server.children("lighttpd"):
        server.kill(pid)
    server.wait_for(server.healthy)
    # and more than five of them leave by themselves
    for n in range(40):
        server.wait_for(lambda: get_default(server).status_code == 200)
        assert put(server, f"f{n}") == 200
    metrics = requests.get(server.url + "/metrics", timeout=30).text
    assert int(re.search(r"^cairn_worker_starts_total (\d+)", metrics, re.M)[1]) > 10
    assert server.stop() == 0
    assert server.run_dirs() == []


def test_the_database_s_socket_goes_with_the_run_directory(start, tmp_path):
    """It is there when the data directory's name is too long for one."""
    server = start(f"--data-dir={tmp_path / ('x' * 100)}")
    place = run_dir(server)
    assert "mariadb.sock" in os.listdir(place)
    shutil.rmtree(place)
    server.wait_for(lambda: (place / "mariadb.sock").exists())

    def works():
        with contextlib.suppress(requests.RequestException):
            return get_default(server).status_code == 200

    server.wait_for(works)


def test_one_socket_is_removed(start):
    server = start("--workers=1")
    (run_dir(server) / "api.sock").unlink()
    server.wait_for(lambda: "api.sock was removed: made anew" in server.output())
    server.wait_for(lambda: get_default(server).status_code == 200)


def test_somebody_elses_folder_is_not_taken_for_ours(start, tmp_path):
    """In /tmp anybody may make a folder of that name first."""
    if os.geteuid() != 0:
        missing("root, to make a folder of another user")
    server = start("--workers=1")
    place = run_dir(server)
    aside = place.parent / "aside"
    place.rename(aside)
    place.mkdir()
    (place / "lock").write_text("")
    os.chown(place, 12345, 12345)
    server.wait_for(lambda: "cannot be made anew" in server.output())
    assert [p.name for p in place.iterdir()] == ["lock"]
    shutil.rmtree(place)
    server.wait_for(lambda: server.healthy())


def test_the_upload_folder_heals(start):
    server = start()
    (folder,) = uploads(server)
    shutil.rmtree(folder)
    # the run directory takes bodies until it is there again
    assert put(server, "at-once") == 200
    server.wait_for(lambda: uploads(server) == [folder])
    assert put(server, "later") == 200
    shutil.rmtree(folder.parent)
    folder.parent.mkdir()
    server.wait_for(lambda: uploads(server) == [folder])
    assert put(server, "on-a-new-volume") == 200
    assert server.stop() == 0
    assert sorted(os.listdir(folder.parent)) == ["on-a-new-volume"]


def test_a_start_leaves_the_folder_of_another_host(start, tmp_path):
    """Its lock is not seen on some network file systems; its name and its beat are."""
    artifacts = tmp_path / "mlartifacts"
    here = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    other = "00000000-0000-0000-0000-000000000000"
    for name, owner, age in (
        ("live", other, 0), ("quiet", other, 23 * 3600), ("dead", other, 2 * 86400),
        ("ours", here, 0), ("old", "", 2 * 86400), ("fresh", "", 0),
    ):  # fmt: skip
        folder = artifacts / f".cairn-uploads.{name}"
        folder.mkdir(parents=True)
        lock = folder / "lock"
        lock.write_text(owner)
        then = time.time() - age
        os.utime(lock, (then, then))
    server = start()
    left = {p.name.split(".")[-1] for p in uploads(server)}
    assert {"live", "quiet", "fresh"} < left
    assert not left & {"dead", "ours", "old"}


@contextlib.contextmanager
def blocked_request(server):
    """One that waits for a locked row; yields where its status will be."""
    statuses = []

    def send():
        body = {"experiment_id": "0", "key": "k", "value": "v"}
        url = server.url + API + "experiments/set-experiment-tag"
        with contextlib.suppress(requests.ConnectionError):
            statuses.append(requests.post(url, json=body, timeout=60).status_code)

    holder = connect(server, autocommit=False)
    with holder.cursor() as cursor:
        cursor.execute("SELECT * FROM experiments WHERE experiment_id = 0 FOR UPDATE")
    client = threading.Thread(target=send)
    client.start()
    watch = connect(server)

    server.wait_for(lambda: waiting(watch, "experiment") > 0)
    watch.close()
    yield statuses, holder
    client.join()
    with contextlib.suppress(Exception):
        holder.close()


def test_a_stop_with_a_blocked_request_is_in_time(start, tmp_path):
    """It is cut, and the private database still ends cleanly."""
    server = start("--workers=2")
    with blocked_request(server) as (statuses, _):
        began = time.monotonic()
        os.kill(server.pid, signal.SIGTERM)
        assert server.process.popen.wait(60) == 0
        assert time.monotonic() - began < GRACE
    assert statuses != [200]
    assert processes_with(str(tmp_path)) == []
    assert "Shutdown complete" in (tmp_path / "cairn-data/mariadb.log").read_text()


def test_a_stop_waits_for_what_ends_in_time(start, tmp_path):
    server = start("--workers=2")
    with blocked_request(server) as (statuses, holder):
        os.kill(server.pid, signal.SIGTERM)
        # new clients are refused from the signal on
        def refuses():
            try:
                requests.get(server.url + "/health", timeout=5)
            except requests.ConnectionError:
                return True
            return False

        server.wait_for(refuses)
        holder.close()
        assert server.process.popen.wait(60) == 0
    assert statuses == [200]


def test_two_signals_at_once_are_one(start, tmp_path):
    """timeout(1) sends one to its child and one to the whole group."""
    server = start("--workers=1")
    with blocked_request(server) as (statuses, holder):
        for _ in range(5):
            os.kill(server.pid, signal.SIGTERM)
            time.sleep(0.02)
        holder.close()
        assert server.process.popen.wait(60) == 0
    assert statuses == [200]
    assert "killing" not in server.output()
    assert "Shutdown complete" in (tmp_path / "cairn-data/mariadb.log").read_text()


def test_a_second_signal_hurries(start):
    server = start("--workers=1")
    with blocked_request(server):
        began = time.monotonic()
        os.kill(server.pid, signal.SIGTERM)
        time.sleep(1.2)
        os.kill(server.pid, signal.SIGTERM)
        server.wait_for(lambda: "lighttpd does not end: killing it" in server.output())
        assert time.monotonic() - began < 5
        assert server.process.popen.wait(60) == 0


def two_addresses(tmp_path, script):
    """Run a script where the name `both` stands for 127.0.0.1 and ::1."""
    if subprocess.run([tool("unshare"), "-m", "true"], check=False).returncode != 0:
        missing("the right to unshare -m")
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost both\n::1 both\n127.0.0.1 both\n")
    return ["unshare", "-m", "sh", "-c", f"mount --bind {hosts} /etc/hosts && {script}"]


def test_all_addresses_of_a_name(start, program, tmp_path):
    try:
        servers.socket.create_server(("::1", 0), family=servers.socket.AF_INET6).close()
    except OSError:
        missing("IPv6")
    script = f"exec {program} server --port=0 --host=both --allowed-hosts='*'"
    log = tmp_path / "log"
    process = servers.Process(
        two_addresses(tmp_path, script), str(log), env=servers.clean_environment(), cwd=tmp_path
    )
    try:
        line = process.wait_until(
            lambda: [s for s in process.output().splitlines() if s.startswith("Cairn answers")]
        )[0]
        port = line.split(" ")[3].split(":")[-1]
        for address in ("127.0.0.1", "[::1]"):
            r = requests.get(f"http://{address}:{port}/ready", timeout=30)
            assert r.status_code == 200, address
        # also by a web server that was replaced
        (lighttpd,) = [p for p in processes_with("lighttpd") if parent(p) == process.pid]
        os.kill(lighttpd, signal.SIGKILL)
        for address in ("127.0.0.1", "[::1]"):
            process.wait_until(lambda: servers.answers(f"http://{address}:{port}/health"))
    finally:
        assert process.stop() == 0


def parent(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        return int(f.read().rsplit(")", 1)[1].split()[1])


def test_a_port_in_use_at_one_of_them(program, tmp_path):
    with servers.socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        script = f"exec {program} server --port={port} --host=both"
        r = subprocess.run(
            two_addresses(tmp_path, script), env=servers.clean_environment(), cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert r.returncode == 1
    assert f"cannot listen on both port {port}: Address already in use" in r.stderr


def test_dev_logs_each_request(start):
    server = start("--dev")
    assert get_default(server).status_code == 200
    requests.get(server.url + API + "runs/get?run_id=secret", timeout=30)
    server.wait_for(lambda: f"debug: GET {API}runs/get 404 " in server.output())
    assert f"debug: GET {API}experiments/get 200 " in server.output()
    assert "secret" not in server.output()


@pytest.mark.parametrize("option", [(), ("--no-dev",)])
def test_without_dev_no_request_is_logged(start, option):
    server = start(*option)
    assert get_default(server).status_code == 200
    assert "experiments/get" not in server.output()
