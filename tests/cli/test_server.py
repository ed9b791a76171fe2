"""`cairn server` on the embedded default: its life, its end, its accidents."""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time
import urllib.request

import pytest

import servers
from conftest import command_line, processes_with, tool


def call(server, path, body=None):
    request = urllib.request.Request(
        server.url + "/api/2.0/mlflow/" + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as r:
        return json.load(r)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_from_nothing_to_an_answer_and_back(start, tmp_path):
    server = start()
    data = tmp_path / "cairn-data"
    assert mode(data) == 0o700
    assert (data / "mariadb.sock").is_socket()
    run_dir = server.run_dirs()[0]
    assert mode(run_dir) == 0o700
    # settings, with the password, are in no file
    assert sorted(os.listdir(run_dir)) == [
        "api.sock", "files.sock", "lock", "probe.sock", "root", "uploads",
    ]  # fmt: skip
    found = call(server, "experiments/get?experiment_id=0")["experiment"]
    assert found["name"] == "Default"
    assert found["artifact_location"] == "mlflow-artifacts:/0"
    for phase in ("connection: made", "login: cairn at mlflow", "schema: MLflow 3.17.2"):
        assert f"database: {phase}" in server.output()
    assert server.stop() == 0
    # nothing is left: no process, no run directory, no lock
    assert processes_with(str(tmp_path)) == []
    assert server.run_dirs() == []


def test_what_was_logged_is_there_after_a_restart(start):
    server = start()
    made = call(server, "experiments/create", {"name": "kept"})
    server.stop()
    server = start()
    assert "making" not in server.output()
    found = call(server, "experiments/get-by-name?experiment_name=kept")
    assert found["experiment"]["experiment_id"] == made["experiment_id"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_stop_it_cleanly(start, tmp_path, number):
    server = start("--workers=1")
    assert server.process.stop(number) == 0
    assert processes_with(str(tmp_path)) == []
    assert server.run_dirs() == []
    assert "Shutdown complete" in (tmp_path / "cairn-data/mariadb.log").read_text()


def test_nohup_is_respected(start):
    server = start("--workers=1")
    server.stop()
    # the disposition is inherited over exec
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = start("--workers=1")
    finally:
        signal.signal(signal.SIGHUP, old)
    os.kill(server.pid, signal.SIGHUP)
    time.sleep(1)
    assert server.healthy()


def test_a_second_server_on_one_data_directory(start):
    first = start()
    second = start(wait=False)
    assert second.process.popen.wait(30) == 1
    assert f"is in use by another cairn server (process {first.pid})" in second.output()
    assert "--data-dir" in second.output()
    assert second.run_dirs() == []
    assert first.healthy()


def test_a_killed_server_is_recovered(start, tmp_path):
    server = start()
    made = call(server, "experiments/create", {"name": "kept"})
    server.kill(server.pid)
    server.process.popen.wait()
    stale = server.run_dirs()
    assert len(stale) == 1
    # at once: its mariadbd may still be ending
    again = start(XDG_RUNTIME_DIR=server.env["XDG_RUNTIME_DIR"])
    found = call(again, "experiments/get-by-name?experiment_name=kept")
    assert found["experiment"]["experiment_id"] == made["experiment_id"]
    assert again.run_dirs() != stale and len(again.run_dirs()) == 1
    again.stop()
    assert processes_with(str(tmp_path)) == []


def test_everything_killed_at_once_is_recovered(start, tmp_path):
    server = start()
    made = call(server, "experiments/create", {"name": "kept"})
    for pid in [server.pid, *server.children()]:
        server.kill(pid)
    server.process.popen.wait()
    again = start()
    found = call(again, "experiments/get-by-name?experiment_name=kept")
    assert found["experiment"]["experiment_id"] == made["experiment_id"]


def test_killed_while_the_database_is_made(start, tmp_path):
    server = start(wait=False)
    fresh = tmp_path / "cairn-data" / "mariadb.new"
    server.wait_for(fresh.exists)
    for pid in [server.pid, *server.children()]:
        server.kill(pid)
    server.process.popen.wait()
    server = start()
    assert server.healthy()
    assert not fresh.exists()


@pytest.mark.parametrize("name", ["cairn.fcgi", "lighttpd", "mariadbd"])
def test_a_killed_child_is_replaced(start, name):
    server = start("--workers=2", "--file-workers=1")
    before = server.children(name)
    # of the workers: two of the API, one of files, one for probes
    assert len(before) == (4 if name == "cairn.fcgi" else 1)
    for pid in before:
        server.kill(pid)
    server.wait_for(
        lambda: len(server.children(name)) == len(before)
        and not set(before) & set(server.children(name))
    )

    def works():
        try:
            return call(server, "experiments/get?experiment_id=0")
        except OSError:
            return None

    server.wait_for(works)
    assert "(signal 9): starting another" in server.output()


def test_workers_that_leave_are_replaced(start):
    server = start("--workers=1", "--max-requests=3")
    first = server.workers("api")
    for _ in range(20):
        assert call(server, "experiments/get?experiment_id=0")
    assert server.workers("api") != first
    assert "starting another" not in server.output()


def test_a_worker_may_leave_however_soon(start):
    """A request takes it less than 10 ms: one end after another is no fault."""
    server = start("--workers=1", "--max-requests=1")
    for _ in range(60):
        assert call(server, "experiments/get?experiment_id=0")
    assert "again and again" not in server.output()


def test_a_stop_while_it_waits_for_a_database(start):
    server = start(
        "--backend-store-uri=mysql://u@127.0.0.1:1/d", "--db-wait=600", wait=False
    )
    server.wait_for(lambda: "waiting up to 600 s" in server.output())
    assert server.stop() == 0
    assert server.run_dirs() == []


def test_somebody_elses_folder_is_not_taken(start, tmp_path):
    (tmp_path / "home").mkdir(mode=0o755)
    (tmp_path / "home" / "letter").write_text("x")
    server = start("--data-dir=home", wait=False)
    assert server.process.popen.wait(30) == 1
    assert "not a data directory of Cairn" in server.output()
    assert mode(tmp_path / "home") == 0o755


def test_an_empty_folder_is_made_private(start, tmp_path):
    (tmp_path / "empty").mkdir(mode=0o755)
    start(CAIRN_DATA=str(tmp_path / "empty"))
    assert mode(tmp_path / "empty") == 0o700


def test_a_long_name_of_the_data_directory(start, tmp_path):
    folder = tmp_path / ("x" * 100)
    server = start(f"--data-dir={folder}")
    assert call(server, "experiments/get?experiment_id=0")
    assert not (folder / "mariadb.sock").exists()


def test_the_private_database_has_no_port(start):
    server = start()
    argv = command_line(server.children("mariadbd")[0])
    assert "--skip-networking" in argv
    assert "--innodb-flush-log-at-trx-commit=1" in argv
    # another one that starts would remove its temporary tables from /tmp
    assert f"--tmpdir={server.folder}/cairn-data" in argv


def test_workers_see_no_option_in_their_environment(start):
    server = start(MLFLOW_SERVE_ARTIFACTS="true", CAIRN_DB_PASSWORD="geheim")
    for pid in server.children("cairn.fcgi"):
        with open(f"/proc/{pid}/environ", "rb") as f:
            names = {v.split("=")[0] for v in f.read().decode().split("\0")}
        assert "CAIRN_CONF" in names
        assert not {n for n in names if n.startswith("MLFLOW_")}
        assert "CAIRN_DB_PASSWORD" not in names


def test_options_without_effect_are_told(start):
    server = start("--gunicorn-opts", "--timeout 9", MLFLOW_UVICORN_OPTS="--x")
    assert server.output().count("--gunicorn-opts: accepted without effect") == 1
    assert server.output().count("MLFLOW_UVICORN_OPTS: accepted without effect") == 1


def test_options_are_shown_with_their_source(start):
    server = start(
        "--no-serve-artifacts",
        "--artifacts-destination=s3://b",
        DEFAULT_ARTIFACT_ROOT="roots",
        MLFLOW_TRACKING_URI="http://user:secret@elsewhere:5000",
    )
    assert "secret" not in server.output()
    for line in (
        "MLFLOW_TRACKING_URI is no option of the server and has no effect here: clients read it",
        "option serve-artifacts = false (flag)",
        "option artifacts-destination = s3://b (flag)",
        f"option default-artifact-root = {server.folder}/roots (environment, DEFAULT_ARTIFACT_ROOT)",
    ):
        assert line in server.output()


def test_a_long_name_of_the_runtime_directory(start, tmp_path):
    """A socket's name would not fit below it: the server goes elsewhere."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    server = start(XDG_RUNTIME_DIR=str(folder))
    assert server.healthy()
    assert list(folder.iterdir()) == []


def test_below_a_prefix(start):
    server = start("--static-prefix=/ml")
    assert f"{server.url}/ml " in server.output()
    assert servers.answers(server.url + "/ml/health")
    url = server.url + "/ml/api/2.0/mlflow/experiments/get?experiment_id=0"
    assert servers.answers(url)


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as s:
        s.bind(("::1", 0))
        return True
    return False


def test_on_ipv6(start):
    """Or, where there is none, what is said of it."""
    if not has_ipv6():
        server = start("--host=::1", wait=False)
        assert server.process.popen.wait(servers.START_TIMEOUT) == 1
        assert re.search("cannot listen on ::1 port 0: .*: name another one in --host",
                         server.output())
        return
    server = start("--host=::1")
    assert f"http://[::1]:{server.port} " in server.output()
    assert servers.answers(f"http://[::1]:{server.port}/health")


def test_healthcheck_of_a_running_server(start, cairn):
    server = start()
    assert cairn("healthcheck", server.url + "/health").returncode == 0
    assert cairn("healthcheck", server.url).returncode == 0
    r = cairn("healthcheck", server.url + "/no-such-path")
    assert r.returncode == 1 and "HTTP status 404" in r.stderr


def test_a_body_that_is_too_large(start):
    server = start("--max-body=1")
    with pytest.raises(urllib.error.HTTPError) as e:
        call(server, "experiments/create", {"name": "x" * 2**20})
    assert e.value.code == 413
    answer = json.load(e.value)
    assert answer["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "larger than the 1 MiB" in answer["message"]


def test_an_upload_directory_that_is_not_there(start):
    server = start("--upload-dir=none", wait=False)
    assert server.process.popen.wait(60) == 1
    assert f"cannot write in the upload directory {server.folder}/none" in server.output()
    assert server.run_dirs() == []


def test_a_stop_finishes_what_is_under_way(start):
    """A client that has sent half a request when the signal comes."""
    server = start("--workers=1")
    body = b'{"name": "late"}'
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as s:
        s.sendall(
            b"POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body[:5]
        )
        time.sleep(0.5)
        server.process.popen.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        s.sendall(body[5:])
        assert s.recv(100).startswith(b"HTTP/1.1 200 ")
    assert server.process.popen.wait(60) == 0


def test_a_killed_worker_takes_one_request_with_it(start):
    """Sixteen clients, one worker killed: the other requests are answered."""
    server = start("--workers=2")
    failed, done = [], threading.Event()

    def client():
        while not done.is_set():
            try:
                call(server, "experiments/search", {"max_results": 1})
            except OSError as e:
                failed.append(e)

    clients = [threading.Thread(target=client) for _ in range(16)]
    for c in clients:
        c.start()
    for _ in range(4):
        time.sleep(0.3)
        server.kill(server.workers("api")[0])
    time.sleep(0.5)
    done.set()
    for c in clients:
        c.join()
    assert len(failed) <= 4, failed


def test_the_access_log(start, tmp_path):
    server = start("--access-log=access.log")
    call(server, "experiments/get?experiment_id=0")
    server.stop()
    assert "GET /api/2.0/mlflow/experiments/get" in (tmp_path / "access.log").read_text()


def test_the_access_log_on_standard_error(start):
    server = start("--access-log=-")
    call(server, "experiments/get?experiment_id=0")
    server.stop()
    assert "GET /api/2.0/mlflow/experiments/get" in server.output()


def test_the_access_log_takes_no_socket(program, tmp_path):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [program, "server", "--port=0", "--access-log=-"],
            env=servers.clean_environment(),
            cwd=tmp_path,
            stderr=theirs,
            timeout=60,
        )
        assert done.returncode == 1
        assert b"name a file in --access-log" in ours.recv(65536)
    assert not (tmp_path / "cairn-data").exists()


HIDDEN = """
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
access(const char *path, int mode)
{
	const char *name = strrchr(path, '/');

	if (name == NULL || strcmp(name, "/mariadbd") != 0)
		return faccessat(AT_FDCWD, path, mode, 0);
	errno = ENOENT;
	return -1;
}
"""


def test_without_mariadbd_it_says_what_to_install(cairn, tmp_path):
    """A library before all others hides the program; that takes no privilege."""
    library = tmp_path / "hidden.so"
    compile_it = [tool("cc"), "-shared", "-fPIC", "-o", library, "-xc", "-"]
    subprocess.run(compile_it, input=HIDDEN, text=True, check=True)
    r = cairn("server", "--port=0", cwd=tmp_path, LD_PRELOAD=str(library))
    assert r.returncode == 1
    assert "install the package mariadb-server-core" in r.stderr
