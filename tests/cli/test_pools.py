"""Three pools of workers: what one waits for keeps nobody of another waiting."""

import contextlib
import os
import re
import threading

import requests

import servers
from conftest import connect, waiting

API = "/api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
PROBES = ("/health", "/version", "/ready", "/metrics")


class Requests:
    """Requests under way in threads of their own; their statuses in the end."""

    def __init__(self):
        self.threads, self.statuses = [], []

    def send(self, method, url, **options):
        def run():
            r = requests.request(method, url, timeout=120, **options)
            self.statuses.append(r.status_code)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def join(self):
        for thread in self.threads:
            thread.join()
        return self.statuses


@contextlib.contextmanager
def locked(server, *statements):
    """A transaction of somebody else's that holds what it locked."""
    holder = connect(server, autocommit=False)
    try:
        with holder.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield
    finally:
        holder.close()


def test_a_locked_row_keeps_no_probe_and_no_file_waiting(start):
    server = start("--workers=2", "--static-prefix=/ml")
    assert requests.put(server.url + PROXY + "a", data=b"1", timeout=30).status_code == 200
    url = server.url + "/ml" + API + "experiments/set-experiment-tag"
    many, watch = Requests(), connect(server)
    with locked(server, "SELECT * FROM experiments WHERE experiment_id = 0 FOR UPDATE"):
        for n in range(6):
            body = {"experiment_id": "0", "key": f"k{n}", "value": "v"}
            many.send("POST", url, json=body)
        server.wait_for(lambda: waiting(watch, "experiment") >= 2)
        for prefix in ("", "/ml"):
            for probe in PROBES:
                r = requests.get(server.url + prefix + probe, timeout=5)
                assert r.status_code == 200, probe
        assert requests.get(server.url + PROXY + "a", timeout=5).content == b"1"
        # what the web server refuses is said by one that is free
        r = requests.post(url, headers={"Content-Length": str(2**40)}, timeout=5)
        assert r.status_code == 413
        assert not many.statuses
    assert many.join() == [200] * 6
    watch.close()


def test_waiting_file_workers_keep_nobody_waiting(start):
    server = start("--workers=2", "--file-workers=2")
    run = requests.post(
        server.url + API + "runs/create", json={"experiment_id": "0"}, timeout=30
    ).json()["run"]["info"]["run_id"]
    many, watch = Requests(), connect(server)
    with locked(server, "LOCK TABLES runs WRITE"):
        for _ in range(5):
            many.send("GET", f"{server.url}{API}artifacts/list?run_id={run}")
        server.wait_for(lambda: waiting(watch, "runs") >= 2)
        for _ in range(20):
            r = requests.get(server.url + API + "experiments/get?experiment_id=0", timeout=5)
            assert r.status_code == 200
        assert requests.get(server.url + "/health", timeout=5).status_code == 200
        assert not many.statuses
    assert many.join() == [200] * 5
    watch.close()


def test_the_number_of_workers(start):
    server = start("--workers=3", CAIRN_FILE_WORKERS="1")
    counts = [len(server.workers(pool)) for pool in ("api", "files", "probe")]
    assert counts == [3, 1, 1]
    assert "cairn_workers" not in server.output()
    # all count together
    text = requests.get(server.url + "/metrics", timeout=30).text
    assert re.search(r"^cairn_worker_starts_total 5$", text, re.M)


def test_a_large_json_body_is_refused_before_it_is_read(start):
    """Files may be larger; everything else is refused by what it promises."""
    server = start()
    large = {"Content-Length": str(65 * 2**20), "Content-Type": "application/json"}
    for path in (API + "runs/create", "/graphql", API + "artifacts/presigned-upload-url",
                 "/health", "/nowhere", PROXY.rstrip("/"), "/x" + PROXY):  # fmt: skip
        r = requests.post(server.url + path, headers=large, timeout=30)
        assert r.status_code == 413, path
        assert "64 MiB" in r.json()["message"]
        assert r.headers["x-content-type-options"] == "nosniff"
        assert r.headers["x-frame-options"] == "SAMEORIGIN"
    data = b"x" * (65 * 2**20)
    for path in (PROXY + "a", "/ajax-api" + PROXY[4:] + "b", "//" + PROXY[1:] + "c/%20"):
        r = requests.put(server.url + path, data=data, timeout=60)
        assert r.status_code == 200, path


def rules(cairn, option):
    r = cairn("routes", option)
    assert r.returncode == 0
    return r.stdout


def shipped(name):
    with open(os.path.join(servers.BUILD, "etc", name), encoding="utf-8") as f:
        return f.read()


def test_shipped_configurations_have_the_rules(cairn):
    assert rules(cairn, "--lighttpd") in shipped("lighttpd.conf")
    assert rules(cairn, "--lighttpd") in shipped("lighttpd-workers.conf")
    assert rules(cairn, "--apache") in shipped("apache.conf")


def rule(cairn, then, prefix):
    """The regular expression of the rule that says `then`."""
    text = rules(cairn, "--lighttpd").replace('" + var.prefix + "', prefix)
    (found,) = re.findall(r'=~ "([^"]*)" \{\n\t' + re.escape(then) + "$", text, re.M)
    return re.compile(found)


def test_rules_fit_the_table_of_endpoints(cairn):
    """Every endpoint by its path, and by none that only looks like it."""
    listed = [line.split() for line in cairn("routes").stdout.splitlines()]
    files = rule(cairn, "fastcgi.server = var.files_workers", "/ml")
    probe = rule(cairn, "fastcgi.server = var.probe_workers", "/ml")
    upload = rule(cairn, "server.max-request-size = var.upload_most", "/ml")
    for method, path, *_, pool in listed:
        for start in ("/api", "/ajax-api"):
            url = path.replace("{/api,/ajax-api}", start)
            url = re.sub(r"\{\*?\w+\}", "x1", url)
            for full in (url, "/ml" + url, "//ml" + url):
                assert bool(probe.match(full)) == (pool == "probe"), full
                assert bool(files.match(full)) == (pool == "files"), full
                for wrong in ("/x" + full, full.replace("/ml", "/mlx") if "ml/" in full else "/y" + full):
                    assert not probe.match(wrong) and not files.match(wrong), wrong
            takes = method == "PUT" and "artifacts/{*path}" in path or "upload-artifact" in path
            assert not takes or upload.match(url), path
            if pool != "files":
                assert not upload.match(url), path
