"""The shipped configurations of other web servers: pools, limits, slow clients."""

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit

import pymysql
import pytest
import requests

import servers
from conftest import missing, waiting

API = "/api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
KINDS = {
    "lighttpd": ("lighttpd",), "spawn": ("lighttpd", "spawn-fcgi", "multiwatch"),
    "apache": ("apache2",),
}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def server(request):
    for name in KINDS[request.param]:
        try:
            servers.find_program(name)
        except SystemExit:
            missing(name)
    with servers.serving(request.param) as running:
        running.kind = request.param
        yield running


def connect(server, **options):
    return pymysql.connect(
        unix_socket=server.db.socket, user=servers.USER, password=server.db.password,
        database=servers.DATABASE, **options,
    )  # fmt: skip


def test_a_locked_row_keeps_nobody_else_waiting(server):
    assert requests.put(server.url + PROXY + "a", data=b"1", timeout=30).status_code == 200
    url = server.url + API + "experiments/set-experiment-tag"
    statuses = []

    def send(n):
        body = {"experiment_id": "0", "key": f"k{n}", "value": "v"}
        statuses.append(requests.post(url, json=body, timeout=120).status_code)

    holder, watch = connect(server), connect(server, autocommit=True)
    with holder.cursor() as cursor:
        cursor.execute("SELECT * FROM experiments WHERE experiment_id = 0 FOR UPDATE")
    clients = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for client in clients:
        client.start()
    end = time.monotonic() + 60
    # all four workers of the API are at it
    while waiting(watch, "experiment") < 4:
        assert time.monotonic() < end
        time.sleep(0.05)
    for probe in ("/health", "/version", "/ready", "/metrics", "//health"):
        assert requests.get(server.url + probe, timeout=5).status_code == 200, probe
    assert requests.get(server.url + PROXY + "a", timeout=5).content == b"1"
    assert not statuses
    holder.close()
    for client in clients:
        client.join()
    watch.close()
    assert statuses == [200] * 8


def secured(r):
    return (r.headers.get("x-content-type-options"), r.headers.get("x-frame-options")) == (
        "nosniff", "SAMEORIGIN",
    )  # fmt: skip


def test_a_large_json_body_is_refused_by_its_length(server):
    large = {"Content-Length": str(65 * 2**20), "Content-Type": "application/json"}
    for path in (API + "runs/create", "/graphql", "/health", "/nowhere", PROXY.rstrip("/")):
        r = requests.post(server.url + path, headers=large, timeout=30)
        assert (r.status_code, r.json()["error_code"]) == (413, "INVALID_PARAMETER_VALUE"), path
        assert "64 MiB" in r.json()["message"] and secured(r)
    data = b"x" * (65 * 2**20)
    for path in (PROXY + "big", "/ajax-api" + PROXY[4:] + "b%20g/b%2Fg"):
        assert requests.put(server.url + path, data=data, timeout=60).status_code == 200, path
    r = requests.head(server.url + PROXY + "big", timeout=30)
    assert r.headers["content-length"] == str(len(data))


def test_a_body_without_a_length_is_refused_in_the_end(server):
    def pieces():
        yield b'{"experiment_id": "0", "tags": ['
        for _ in range(66):
            yield b" " * 2**20
        yield b"]}"

    headers = {"Content-Type": "application/json"}
    with contextlib.suppress(requests.ConnectionError):
        r = requests.post(server.url + API + "runs/create", data=pieces(), headers=headers, timeout=60)
        assert r.status_code in (400, 413)


def raw(server, request):
    """The first bytes of the answer to what no client library would send."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as s:
        s.sendall(request)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := s.recv(65536):
                answer += piece
        return answer.decode("latin-1").lower()


def test_what_the_web_server_refuses_has_the_headers(server):
    for request, status in (
        (b"GET /health HTTP/1.1\r\nHost : x\r\nConnection: close\r\n\r\n", ("400",)),
        (b"GET /health HTTP/1.1\r\n\r\n", ("400",)),
        # lighttpd does not tell it from a first line that is too long
        (b"NONSENSE\r\n\r\n", ("400", "414")),
    ):
        answer = raw(server, request)
        assert answer.split(" ")[1] in status, answer
        for header in ("\r\nx-content-type-options: nosniff\r\n", "\r\nx-frame-options: sameorigin\r\n"):
            assert answer.count(header) == 1, answer


def test_headers_are_sent_once(server):
    for path in ("/health", API + "experiments/get?experiment_id=0", "/nowhere", PROXY + "none"):
        r = requests.get(server.url + path, timeout=30)
        # requests joins what comes twice
        assert secured(r), (path, r.headers)


def test_a_range_behind_the_end(server):
    assert requests.put(server.url + PROXY + "short", data=b"123", timeout=30).ok
    r = requests.get(server.url + PROXY + "short", headers={"Range": "bytes=9-"}, timeout=30)
    assert r.status_code == 416
    # lighttpd's own page has no other headers than its own
    assert secured(r) == (server.kind == "apache")


def test_an_upload_that_breaks_off_leaves_nothing(server):
    """More than Apache's own limit for bodies, 1 GiB, which would make it an empty one."""
    head = f"PUT {PROXY}broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2**31}\r\n\r\n"
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as s:
        s.sendall(head.encode() + b"x" * 100000)
        s.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            assert b" 200 " not in s.recv(100)
    assert requests.get(server.url + PROXY + "broken", timeout=30).status_code == 404


def test_slow_readers_hold_no_worker(server):
    """More of them than there are workers, each with an answer of 4 MB."""
    for n in range(800):
        body = {"name": f"slow {n}", "tags": [{"key": "k", "value": "v" * 5000}]}
        assert requests.post(server.url + API + "experiments/create", json=body, timeout=30).ok
    where = urlsplit(server.url)
    body = b'{"max_results": 1000}'
    slow = []
    for _ in range(8):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect((where.hostname, where.port))
        s.sendall(
            f"POST {API}experiments/search HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        slow.append(s)
    for s in slow:
        # the answer is under way
        s.settimeout(60)
        assert s.recv(9) == b"HTTP/1.1 "
    r = requests.get(server.url + API + "experiments/get?experiment_id=0", timeout=30)
    assert r.status_code == 200
    for s in slow:
        s.close()
