"""Artifacts of a server with options of its own, or whose volume goes away."""

import json
import os
import urllib.error
import urllib.request

import pytest

PROXY = "/api/2.0/mlflow-artifacts/artifacts"
MIB = 2**20


def ask(server, method, target, body=None):
    """(status, headers, body)"""
    request = urllib.request.Request(server.url + target, body, method=method)
    if body is not None and not target.startswith((PROXY, "/ajax-api")):
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def post(server, path, **body):
    status, _, answer = ask(server, "POST", "/api/2.0/mlflow/" + path, json.dumps(body).encode())
    assert status == 200, answer
    return json.loads(answer)


def new_run(server, **experiment):
    experiment = post(server, "experiments/create", name=os.urandom(8).hex(), **experiment)
    return post(server, "runs/create", experiment_id=experiment["experiment_id"])["run"]["info"]


def ready(server):
    status, _, body = ask(server, "GET", "/ready")
    return status, json.loads(body)["artifact_root"]


def test_ready_looks_and_does_not_write(start, tmp_path):
    """Another server's probes, with our very pids, are in nobody's way."""
    server = start("--artifacts-destination=dest")
    dest = tmp_path / "dest"
    left = {f".cairn-probe.{pid}" for pid in server.children("cairn.fcgi")}
    assert left
    for name in left:
        (dest / name).touch()
    before = os.stat(dest).st_mtime_ns
    for _ in range(20):
        assert ready(server) == (200, "ok")
    assert os.stat(dest).st_mtime_ns == before
    assert {n for n in os.listdir(dest) if "probe" in n} == left


def test_a_start_leaves_no_probe(start, tmp_path):
    start("--artifacts-destination=dest")
    assert not [n for n in os.listdir(tmp_path / "dest") if "probe" in n]


def test_a_volume_that_goes_away(start, tmp_path):
    """503 until it is back, for all that it holds; nobody makes another in its place."""
    server = start("--artifacts-destination=dest")
    run = new_run(server)["run_id"]
    target = f"{PROXY}/a/b"
    assert ask(server, "PUT", target, b"hello")[0] == 200
    os.rename(tmp_path / "dest", tmp_path / "away")
    assert ready(server) == (503, os.strerror(2))
    for method, where, body in (
        ("PUT", target, b"other"), ("GET", target, None), ("DELETE", target, None),
        ("GET", PROXY + "?path=a", None), ("GET", f"/get-artifact?run_id={run}&path=x", None),
        ("GET", f"/api/2.0/mlflow/artifacts/list?run_id={run}", None),
        ("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=x", b"other"),
    ):  # fmt: skip
        status, headers, answer = ask(server, method, where, body)
        assert status == 503, (method, where, answer)
        assert "mount the volume" in json.loads(answer)["message"]
        assert "Retry-After" in headers
    assert not (tmp_path / "dest").exists()
    os.rename(tmp_path / "away", tmp_path / "dest")
    assert ready(server) == (200, "ok")
    assert ask(server, "GET", target)[2] == b"hello"


def test_a_local_root_that_only_clients_have(start, tmp_path):
    """Nothing to show is no error; uploads through the server have no place."""
    server = start("--no-serve-artifacts", f"--default-artifact-root={tmp_path}/none/here")
    run = new_run(server)["run_id"]
    assert ready(server) == (200, "ok")
    status, _, answer = ask(server, "GET", f"/api/2.0/mlflow/artifacts/list?run_id={run}")
    assert status == 200 and "files" not in json.loads(answer)
    upload = f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=x"
    assert ask(server, "POST", upload, b"x")[0] == 503
    assert not (tmp_path / "none").exists()


def test_max_zip(start, tmp_path):
    server = start("--artifacts-destination=dest", "--max-zip=1")
    info = new_run(server)
    folder = tmp_path / "dest" / info["artifact_uri"].removeprefix("mlflow-artifacts:/")
    target = f"/get-artifact?run_id={info['run_id']}&path=%s&format=zip"
    for name, size in (("small", MIB // 2), ("large", MIB // 2 + 1)):
        (folder / name).mkdir(parents=True)
        for part in "ab":
            (folder / name / part).write_bytes(bytes(size))
    assert ask(server, "GET", target % "small")[0] == 200
    status, headers, answer = ask(server, "GET", target % "large")
    assert status == 400 and "Content-Disposition" not in headers
    message = json.loads(answer)["message"]
    assert "'large' holds more than 1 MiB" in message and "--max-zip" in message
    assert "one by one" in message
    # a file is no archive
    assert len(ask(server, "GET", target % "large/a")[2]) == MIB // 2 + 1


def check_proxied(server, dest, run):
    """A run whose location is this server's proxy: all that a client and the UI ask."""
    uri = run["artifact_uri"]
    below = uri.split("/artifacts/", 1)[1] if uri.startswith("http") else uri.split("/", 3)[3]
    assert ask(server, "PUT", f"{PROXY}/{below}/d/f", b"hello")[0] == 200
    assert (dest / below / "d/f").read_bytes() == b"hello"
    run_id = run["run_id"]
    status, _, answer = ask(server, "GET", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}&path=d")
    assert (status, json.loads(answer).get("files")) == (
        200, [{"path": "d/f", "is_dir": False, "file_size": 5}]), answer  # fmt: skip
    assert ask(server, "GET", f"/get-artifact?run_id={run_id}&path=d/f")[2] == b"hello"
    upload = f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path=d/g"
    assert ask(server, "POST", upload, b"there")[0] == 200
    assert (dest / below / "d/g").read_bytes() == b"there"


def check_foreign(server, location):
    run = new_run(server, artifact_location=location)["run_id"]
    for target in (f"/api/2.0/mlflow/artifacts/list?run_id={run}", f"/get-artifact?run_id={run}&path=x"):
        status, _, answer = ask(server, "GET", target)
        assert status == 400 and "--allowed-hosts" in json.loads(answer)["message"], (location, answer)


@pytest.mark.parametrize("form", ["http://127.0.0.1:%d/api/2.0/mlflow-artifacts/artifacts",
                                  "http://localhost:%d/api/2.0/mlflow-artifacts/artifacts",
                                  "mlflow-artifacts://127.0.0.1:%d/x", "mlflow-artifacts://LOCALHOST:%d/x"])  # fmt: skip
def test_locations_at_our_own_address(start, tmp_path, form):
    server = start("--artifacts-destination=dest")
    check_proxied(server, tmp_path / "dest", new_run(server, artifact_location=form % server.port + "/own"))
    check_foreign(server, form % (server.port - 1) + "/own")


@pytest.mark.parametrize("form", ["http://tracking.example:5000/ml/api/2.0/mlflow-artifacts/artifacts",
                                  "https://tracking.example/api/2.0/mlflow-artifacts/artifacts",
                                  "mlflow-artifacts://tracking.example:5000/x"])  # fmt: skip
def test_an_address_that_only_the_operator_knows(start, tmp_path, form):
    """The default artifact root names it, or the allowed hosts do; a Host header does not."""
    server = start("--artifacts-destination=dest", f"--default-artifact-root={form}")
    check_proxied(server, tmp_path / "dest", new_run(server))
    check_foreign(server, "http://other.example:5000/api/2.0/mlflow-artifacts/artifacts")


def test_an_address_among_the_allowed_hosts(start, tmp_path):
    server = start("--artifacts-destination=dest", "--allowed-hosts=127.0.0.1:*,127.0.0.1,tracking.example,*.some")
    for form in ("https://tracking.example", f"http://TRACKING.example:{server.port}"):
        location = form + "/api/2.0/mlflow-artifacts/artifacts/x"
        check_proxied(server, tmp_path / "dest", new_run(server, artifact_location=location))
    for form in ("http://tracking.example:1", "http://a.some", "http://evil.example"):
        check_foreign(server, form + "/api/2.0/mlflow-artifacts/artifacts/x")


def test_no_location_leads_out_of_the_proxy(start, tmp_path):
    server = start("--artifacts-destination=dest")
    (tmp_path / "canary").write_text("alive")
    for tail in ("/..", "/%2e%2e", "/x/../..", "/x%2F..%2F.."):
        location = f"http://127.0.0.1:{server.port}{PROXY}{tail}"
        try:
            run = new_run(server, artifact_location=location)["run_id"]
        except AssertionError:
            continue
        status, _, answer = ask(server, "GET", f"/get-artifact?run_id={run}&path=canary")
        assert status in (400, 404) and b"alive" not in answer


def peak(server):
    """The largest worker's peak, in bytes."""
    def of(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) * 1024
    return max(map(of, server.children("cairn.fcgi")))


FILES = 100_000


def test_a_folder_of_many_files(start, tmp_path):
    """Sorted, and sent while it is written: 1,000,000 would take less than 200 MB."""
    server = start("--artifacts-destination=dest", "--workers=1")
    info = new_run(server)
    below = info["artifact_uri"].removeprefix("mlflow-artifacts:/")
    folder = tmp_path / "dest" / below / ("long" * 50)
    folder.mkdir(parents=True)
    for i in range(FILES):
        os.close(os.open(folder / f"file-{i:07}.txt", os.O_CREAT | os.O_WRONLY))
    before = peak(server)
    status, _, answer = ask(server, "GET", f"/api/2.0/mlflow/artifacts/list?run_id={info['run_id']}&path={folder.name}")
    assert status == 200
    paths = [f["path"] for f in json.loads(answer)["files"]]
    assert len(paths) == FILES and paths == sorted(paths)
    assert peak(server) - before < FILES * 200
    zipped = f"/get-artifact?run_id={info['run_id']}&path={folder.name}&format=zip"
    assert ask(server, "GET", zipped)[0] == 200
    (folder / "one-more").touch()
    status, _, answer = ask(server, "GET", zipped)
    assert status == 400 and f"{FILES} files" in json.loads(answer)["message"]
