"""Bad weather: what several clients live through while parts of a server fail.

Every test has a server and a database of its own, kills something, and counts
what the clients were told against what the tables hold.
"""

import contextlib
import os
import pathlib
import sys
import threading
import time
from urllib.parse import unquote, urlsplit

import pymysql
import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import servers  # noqa: E402


@pytest.fixture
def serve():
    """serve(kind="cairn", ...) -> a running server; stopped with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda kind="cairn", **kw: stack.enter_context(servers.serving(kind, **kw))


def connect(db):
    parts = urlsplit(db.uri())
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        password=unquote(parts.password),
        database=parts.path.lstrip("/"),
        charset="utf8mb4",
        autocommit=True,
    )


def query(db, statement, *args):
    connection = connect(db)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall()
    finally:
        connection.close()


def call(url, path, body):
    return requests.post(f"{url}/api/2.0/mlflow/{path}", json=body, timeout=60)


def new_run(url):
    r = call(url, "runs/create", {"experiment_id": "0"})
    assert r.status_code == 200, r.text
    return r.json()["run"]["info"]["run_id"]


class Writers:
    """Clients that log points, each a step of its own, and remember every answer."""

    def __init__(self, url, run, count):
        self.url, self.run = url, run
        self.acknowledged, self.answers, self.broken = set(), [], []
        self.lock = threading.Lock()
        self.halt = threading.Event()
        self.threads = [
            threading.Thread(target=self.work, args=(n, count)) for n in range(count)
        ]

    def work(self, number, count):
        step = number
        with requests.Session() as session:
            while not self.halt.is_set():
                self.log(session, step)
                step += count

    def log(self, session, step):
        body = {"run_id": self.run, "key": "m", "value": step, "timestamp": step, "step": step}
        try:
            r = session.post(
                f"{self.url}/api/2.0/mlflow/runs/log-metric", json=body, timeout=60
            )
        except requests.RequestException as e:
            with self.lock:
                self.broken.append(repr(e))
            return
        with self.lock:
            self.answers.append((time.monotonic(), r.status_code, r.headers.get("retry-after")))
            if r.status_code == 200:
                self.acknowledged.add(step)

    def statuses(self, since=0.0):
        with self.lock:
            return [status for at, status, _ in self.answers if at >= since]

    def until(self, condition, timeout=60):
        end = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.halt.set()
        for thread in self.threads:
            thread.join()


def check_nothing_lost(db, writers):
    """Every acknowledged point is there, and none twice."""
    rows = query(db, "SELECT step FROM metrics WHERE run_uuid = %s", writers.run)
    steps = [step for (step,) in rows]
    assert len(steps) == len(set(steps))
    assert not writers.acknowledged - set(steps)
    [(latest,)] = query(
        db, "SELECT step FROM latest_metrics WHERE run_uuid = %s", writers.run
    )
    assert latest == max(steps)


def workers():
    """Those of the servers of this test, whoever has started them."""
    return children(os.getpid(), "cairn.fcgi")


def children(pid, name):
    """Process ids of the living children of `pid`, and theirs, that run `name`."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as f:
                head, tail = f.read().rsplit(")", 1)
        except OSError:
            continue
        state, parent = tail.split()[:2]
        if int(parent) == pid:
            if head.split("(", 1)[1] == name and state != "Z":
                found.append(int(entry))
            found += children(int(entry), name)
    return found
