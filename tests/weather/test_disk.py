"""A disk that is full, and clients that send and read a kilobyte a second."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from urllib.parse import urlsplit

import pytest
import requests
from conftest import call, new_run

ROOM = 8 * 2**20  # bytes of the small disk
SHM = "/dev/shm"
SHM_MOST = 256 * 2**20  # a larger one is no small disk
# below, lighttpd keeps a body in memory, and the worker is the first to meet the disk
IN_MEMORY = 40000
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"


def as_root(*command):
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    return subprocess.run([*sudo, *command], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk():
    """A folder on a file system of 8 MiB."""
    folder = tempfile.mkdtemp()
    try:
        options = f"size={ROOM},mode=0777"
        if as_root("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder):
            yield folder
            assert as_root("umount", "-l", folder)
            return
        # containers may not mount, and have a small one
        stat = os.statvfs(SHM)
        free = stat.f_bavail * stat.f_frsize
        assert free < SHM_MOST, f"no mount is allowed here, and {SHM} is no small disk"
        with tempfile.NamedTemporaryFile(dir=SHM) as ballast:
            os.posix_fallocate(ballast.fileno(), 0, free - ROOM)
            inner = tempfile.mkdtemp(dir=SHM)
            yield inner
            shutil.rmtree(inner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def files(folder):
    """Names and sizes of what holds any bytes, hidden or not, but for the server's lock."""
    return {
        os.path.relpath(os.path.join(top, name), folder): size
        for top, _, names in os.walk(folder)
        for name in names
        if name != "lock"
        if (size := os.stat(os.path.join(top, name)).st_size)
    }


def fill(folder):
    with open(os.path.join(folder, "ballast"), "wb", buffering=0) as f:
        try:
            while f.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass


def chunks(data):
    for at in range(0, len(data), 65536):
        yield data[at : at + 65536]


@pytest.mark.parametrize("form", [bytes, chunks])
def test_upload_to_a_full_disk(serve, small_disk, form):
    """503 with the remedy, no piece left, and the next one that fits is taken."""
    place = os.path.join(small_disk, "artifacts")
    server = serve(options=["--artifacts-destination", place])
    target = server.url + PROXY
    data = os.urandom(3 * 2**20)
    for name in ("a", "b"):
        assert requests.put(target + name, data=form(data), timeout=60).status_code == 200
    before = files(place)
    assert before == {"a": len(data), "b": len(data)}
    # lighttpd meets the end of the disk while the body comes in, and goes on elsewhere
    r = requests.put(target + "c", data=form(data), timeout=60)
    assert r.status_code == 503, (r.status_code, r.text[:500])
    assert r.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "'c' was not stored" in r.json()["message"] and "Make room" in r.json()["message"]
    # lighttpd removes what it kept of the body after the answer
    end = time.monotonic() + 30
    while files(place) != before and time.monotonic() < end:
        time.sleep(0.02)
    assert files(place) == before
    # not so when the body was short
    fill(small_disk)
    r = requests.put(target + "c", data=form(data[:IN_MEMORY]), timeout=60)
    assert r.status_code == 503, (r.status_code, r.text[:500])
    assert r.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "'c' was not stored" in r.json()["message"] and "Make room" in r.json()["message"]
    assert files(place) == before
    # the rest of the server goes on
    run = new_run(server.url)
    point = {"run_id": run, "key": "m", "value": 1, "timestamp": 1}
    assert call(server.url, "runs/log-metric", point).status_code == 200
    assert requests.get(target + "a", timeout=60).content == data
    os.unlink(os.path.join(small_disk, "ballast"))
    assert requests.delete(target + "b", timeout=60).status_code == 200
    assert requests.put(target + "c", data=form(data), timeout=60).status_code == 200
    assert files(place) == {"a": len(data), "c": len(data)}


def test_slow_clients_hold_no_worker(serve):
    """Eight that have sent half of what they promised, eight that read nothing."""
    server = serve(options=["--workers=1"])
    where = urlsplit(server.url)
    large = os.urandom(2**20) * 16
    assert requests.put(server.url + PROXY + "large", data=large, timeout=60).status_code == 200
    slow = []
    for number in range(8):
        for head, rest in (
            (f"PUT {PROXY}slow{number}", f"Content-Length: {len(large)}\r\n\r\n" + "x" * 1024),
            (f"GET {PROXY}large", "\r\n"),
            ("POST /api/2.0/mlflow/runs/log-metric", "Content-Length: 500\r\n\r\n{"),
        ):
            s = socket.create_connection((where.hostname, where.port), timeout=60)
            s.sendall(f"{head} HTTP/1.1\r\nHost: {where.netloc}\r\n{rest}".encode())
            slow.append(s)
    run = new_run(server.url)
    for step in range(50):
        point = {"run_id": run, "key": "m", "value": 1, "timestamp": 1, "step": step}
        assert call(server.url, "runs/log-metric", point).status_code == 200
        assert requests.put(server.url + PROXY + "quick", data=b"1", timeout=60).ok
        assert requests.get(server.url + PROXY + "quick", timeout=60).content == b"1"
    for s in slow:
        s.close()
    assert not [name for name in files(server.destination) if name.startswith("slow")]
