"""What a request may weigh: a second of a worker's time and 200 MB, whatever is sent.

The short form sends the heaviest bodies to a few rows only; with CAIRN_WEIGHT=all in the
environment every row that takes a body gets every one of them.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import threading

import pytest
import requests
from test_behaviour import new_run, post

SECONDS = 1.0
MEGABYTES = 200
# one text of 60 MB is there as it was sent, as it is read, as it is kept, and in a message
MEGABYTES_OF_A_TEXT = 280
ITEMS = 100_000
BODY = 60 * 1000 * 1000
TICK = os.sysconf("SC_CLK_TCK")
TOP = pathlib.Path(__file__).parents[2]
ALL = os.environ.get("CAIRN_WEIGHT") == "all"

# Bodies that are files.
FILES = {("PUT", "/mlflow-artifacts/artifacts/{*path}"), ("POST", "/mlflow/upload-artifact")}
# Of the others, those that are asked in the short form.
FEW = {"/mlflow/runs/create", "/mlflow/datasets/{dataset_id}/records", "/graphql"}


# --- the rows and their lists, out of the sources ------------------------------------

ROW = re.compile(r'\{ "(POST|PUT|PATCH|DELETE)",\s*AT_(\w+),\s*(\d), "([^"]+)",[^{}]*?'
                 r"(?:IN\((\w+)\)|IN_AS\((\w+), \w+\)|no_fields|NO_IN)", re.S)
LIST = re.compile(r"F_(LIST|STRS)(?:_MAX)?\(\w+, (\w+)")


def sources():
    return [path.read_text() for path in sorted((TOP / "src" / "api").glob("*.c"))]


def rows():
    """(method, path, the address with {names}, the names of its lists)"""
    for text in sources():
        tables = dict(re.findall(r"struct field (\w+)\[\] = \{(.*?)\n\};", text, re.S))
        for method, where, version, path, own, table in ROW.findall(text):
            if (method, path) in FILES:
                continue
            prefix = {"ROOT": "", "AJAX": f"/ajax-api/{version}.0"}.get(where, f"/api/{version}.0")
            fields = tables.get(table or f"{own}_fields", "")
            yield method, path, prefix + path, LIST.findall(fields)


ROWS = sorted(set((m, p, a) for m, p, a, _ in rows()))
LISTS = sorted((m, a, kind, name) for m, _, a, lists in rows() for kind, name in lists)


def test_the_sources_were_understood(program):
    """As many rows that take a body as the table has, and most of the lists."""
    table = subprocess.run([program, "routes", "--markdown"], capture_output=True, text=True,
                           timeout=60, check=True).stdout
    lines = re.findall(r"(?m)^\| (POST|PUT|PATCH|DELETE) \|", table)
    assert len(ROWS) + len(FILES) == len(lines)
    assert len(LISTS) > 25


# --- the scales --------------------------------------------------------------------


def read_status(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(rf"(?m)^{name}:\s+(\d+) kB", f.read()).group(1))


def read_ticks(pid, first, last):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return sum(int(v) for v in fields[first - 3:last - 2])


class Scales:
    """The workers' time and memory while a request is under way."""

    def __init__(self, server):
        self.server = server

    def workers(self):
        return self.server.children("cairn.fcgi")

    def ticks(self):
        """Of the workers that live, and of those that have left."""
        total = read_ticks(self.server.pid, 16, 17)
        for pid in self.workers():
            with contextlib.suppress(OSError):
                total += read_ticks(pid, 14, 15)
        return total

    def watch(self, done, peaks):
        while not done.wait(0.01):
            for pid in self.workers():
                with contextlib.suppress(OSError, AttributeError):
                    peaks.append(read_status(pid, "VmHWM"))

    def weigh(self, method, address, body, megabytes=MEGABYTES):
        """The answer to a request that was light enough."""
        for pid in self.workers():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/clear_refs", "w") as f:
                f.write("5")
        before, peaks, done = self.ticks(), [0], threading.Event()
        watcher = threading.Thread(target=self.watch, args=(done, peaks))
        watcher.start()
        try:
            r = requests.request(method, self.server.url + address, data=body, timeout=60,
                                 headers={"Content-Type": "application/json"})
        finally:
            done.set()
            watcher.join()
        assert r.status_code < 500, (method, address, r.status_code, r.text[:300])
        seconds = (self.ticks() - before) / TICK
        assert seconds < SECONDS, (method, address, body[:100], seconds, r.text[:200])
        assert max(peaks) < megabytes * 1000, (method, address, body[:100], max(peaks))
        return r


@pytest.fixture(scope="module")
def scales(program, tmp_path_factory):
    """A server that all of these share, with what its requests may name."""
    from conftest import EmbeddedServer

    folder = tmp_path_factory.mktemp("weight")
    base = tmp_path_factory.mktemp("r")
    server = EmbeddedServer(str(folder), None, options=("--workers=1",))
    server.run_base = str(base)
    try:
        server.start()
        scales = Scales(server)
        run = new_run(server)
        model = post(server, "logged-models", {"experiment_id": "0", "name": "m"}).json()
        post(server, "registered-models/create", {"name": "r"})
        dataset = requests.post(server.url + "/api/3.0/mlflow/datasets/create", timeout=60,
                                json={"name": "d"}).json()["dataset"]["dataset_id"]
        scales.known = {
            "run_id": run, "experiment_id": "0", "name": "r", "source": "s3://b/m",
            "model_id": model["model"]["info"]["model_id"], "dataset_id": dataset,
            "metric_key": "m", "path": "p", "upload_id": "u", "num_parts": 1, "key": "k",
            "tag_key": "k", "version": "1", "max_results": 10,
        }
        yield scales
    finally:
        server.stop()


def fill(address, known):
    """The address with its {names}, and the body's members that are not in it."""
    names = re.findall(r"\{\*?(\w+)\}", address)
    address = re.sub(r"\{\*?(\w+)\}", lambda m: known.get(m.group(1), "x"), address)
    return address, {k: v for k, v in known.items() if k not in names or k == "model_id"}


# --- lists -------------------------------------------------------------------------


def items(kind, n):
    """Forms of a list of n small items."""
    if kind == "STRS":
        return [[str(i) for i in range(n)], ["x"] * n]
    return [[{}] * n, [{"key": f"k{i}", "model_id": f"m-{i}"} for i in range(n)]]


@pytest.mark.parametrize("method, address, kind, name", LISTS)
def test_lists(scales, method, address, kind, name):
    """100,000 items, as many as the budget of values has room for, and as many as may be."""
    where, members = fill(address, scales.known)
    for n in (ITEMS, 40_000, 50_000 if kind == "STRS" else 10_000):
        for form in items(kind, n):
            fresh = {"name": f"n{os.urandom(8).hex()}"} if address.endswith("create") and (
                "model-versions" not in address) else {}
            scales.weigh(method, where, json.dumps({**members, **fresh, name: form}))


def test_lists_within(scales):
    for form in items("LIST", ITEMS):
        scales.weigh("POST", "/api/2.0/mlflow/runs/log-inputs", json.dumps({
            **scales.known, "datasets": [{"dataset": {}, "tags": form}]}))


@pytest.mark.parametrize("address, member, text", [
    ("/api/3.0/mlflow/datasets/{dataset_id}/records", "records", "[%s]"),
    ("/api/3.0/mlflow/datasets/create", "tags", "{%s}"),
    ("/api/3.0/mlflow/scorers/register", "serialized_scorer", "[%s]"),
    ("/api/2.0/mlflow/runs/log-model", "model_json", "[%s]"),
])
def test_lists_in_texts(scales, address, member, text):
    where, members = fill(address, scales.known)
    inner = '"k%d":"v"' if text[0] == "{" else '{"inputs":{"q":%d}}'
    for form in (",".join(inner % i for i in range(ITEMS)), ",".join("{}" for _ in range(ITEMS)),
                 ",".join("1" for _ in range(ITEMS))):
        scales.weigh("POST", where, json.dumps({**members, member: text % form}))


# --- bodies of 60 MB -----------------------------------------------------------------

BODIES = {
    "blanks": b"{" + b" " * BODY + b"}",
    "objects": b'{"a":[' + b"{}," * (BODY // 3) + b"{}]}",
    "numbers": b'{"a":[' + b"1," * (BODY // 2) + b"1]}",
    "members": b"{" + b",".join(b'"m%d":1' % i for i in range(BODY // 13)) + b"}",
    "nesting": b'{"a":' * (BODY // 10) + b"1" + b"}" * (BODY // 10),
    "brackets": b"[" * BODY,
    "text": b'{"name":"' + b"x" * BODY + b'"}',
    "escapes": b'{"name":"' + b"\\u00e9" * (BODY // 6) + b'"}',
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("method, path, address", [
    row for row in ROWS if ALL or row[1] in FEW])
def test_bodies(scales, method, path, address, body):
    where, _ = fill(address, scales.known)
    scales.weigh(method, where, BODIES[body],
                 MEGABYTES_OF_A_TEXT if body == "text" else MEGABYTES)


# --- who waits -----------------------------------------------------------------------


def test_health_while_others_work(start):
    """Probes have workers of their own: they are answered while a large body is read."""
    server = start("--workers=1")
    body = BODIES["members"]
    busy = threading.Event()

    def chunks():
        # the worker has the whole of a body before it begins: more of them are on the way
        for at in range(0, len(body), 1 << 20):
            yield body[at:at + (1 << 20)]

    def work():
        for _ in range(4):
            requests.post(server.url + "/api/2.0/mlflow/runs/create", data=chunks(), timeout=60,
                          headers={"Content-Type": "application/json"})
        busy.set()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    answers = 0
    while not busy.is_set():
        r = requests.get(server.url + "/health", timeout=60)
        assert r.status_code == 200
        answers += 1
    for thread in threads:
        thread.join()
    # one worker for all would have answered once for each of the bodies at best
    assert answers > 12
