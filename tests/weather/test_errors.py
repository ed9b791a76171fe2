"""What the database says when it cannot, one number after the other.

A trigger raises each while rows of a table are written: the answer, whether a client
may try again, that nothing is half-written, and that the next request works.
"""

import contextlib
import json
import socket
import threading
import time

import pytest
import requests
from conftest import call, connect, new_run, query

# numbers of MariaDB, and how the client hears of them
BUSY = (503, "TEMPORARILY_UNAVAILABLE", "1")
FULL = (507, "TEMPORARILY_UNAVAILABLE", None)
ERRORS = {
    1317: BUSY,  # KILL QUERY
    1969: BUSY,  # max_statement_time
    1205: BUSY,  # a lock that was not to be had
    1213: BUSY,  # a deadlock; in a cluster, at COMMIT too
    1020: BUSY,  # a row that has changed since it was read
    1047: BUSY,  # a node that has left its cluster
    1290: BUSY,  # --read-only
    1792: BUSY,  # a transaction that may only read
    1836: BUSY,  # --innodb-read-only
    1053: BUSY,  # a server that shuts down
    1180: BUSY,  # it failed at COMMIT, and what became of it is not known
    1041: BUSY,  # out of resources
    1037: BUSY,  # out of memory
    1412: BUSY,  # a table that was altered meanwhile
    1615: BUSY,  # the same
    1021: FULL,  # its disk
    1114: FULL,  # a table
    1026: FULL,  # a file of its own
    1030: FULL,  # the storage engine's own number, ENOSPC
    1142: (403, "PERMISSION_DENIED", None),
    1644: (500, "INTERNAL_ERROR", None),  # nothing that we know
}


@pytest.fixture(scope="module")
def server():
    import servers

    with servers.serving("cairn", options=["--workers=1"]) as running:
        yield running


def raising(db, table, number):
    """Make each write to `table` end in that error."""
    query(
        db,
        f"CREATE OR REPLACE TRIGGER raises BEFORE INSERT ON {table} FOR EACH ROW "
        f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {int(number)}, MESSAGE_TEXT = 'signalled: error 28 '",
    )


def connection_of(db):
    rows = query(
        db,
        "SELECT id FROM information_schema.processlist "
        "WHERE user = 'cairn' AND id <> CONNECTION_ID()",
    )
    return {number for (number,) in rows}


def check(r, status, code, retry):
    assert r.status_code == status, r.text
    assert r.json()["error_code"] == code
    assert r.headers.get("retry-after") == retry
    assert "signalled" not in r.text


@pytest.mark.parametrize("number", ERRORS)
def test_in_a_transaction(server, number):
    """Of params and tags, which a batch writes after the metrics, the second fails."""
    run = new_run(server.url)
    batch = {
        "run_id": run,
        "params": [{"key": "p", "value": "v"}],
        "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 1}],
        "tags": [{"key": "t", "value": "v"}],
    }
    raising(server.db, "tags", number)
    try:
        check(call(server.url, "runs/log-batch", batch), *ERRORS[number])
        for table in ("params", "metrics", "latest_metrics"):
            found = query(server.db, f"SELECT COUNT(*) FROM {table} WHERE run_uuid = %s", run)
            assert found == ((0,),), table
    finally:
        query(server.db, "DROP TRIGGER raises")
    assert call(server.url, "runs/log-batch", batch).status_code == 200


@pytest.mark.parametrize("number", ERRORS)
def test_alone(server, number):
    """A statement without a transaction."""
    run = new_run(server.url)
    tag = {"run_id": run, "key": "t", "value": "v"}
    raising(server.db, "tags", number)
    try:
        check(call(server.url, "runs/set-tag", tag), *ERRORS[number])
    finally:
        query(server.db, "DROP TRIGGER raises")
    assert call(server.url, "runs/set-tag", tag).status_code == 200


@pytest.mark.parametrize("number, leaves", [
    (1047, True), (1290, True), (1792, True), (1836, True), (1180, True), (1317, False), (1021, False), (1142, False)])
def test_leaving_a_node(server, number, leaves):
    """What another node may do better is asked of a new connection, and only that."""
    run = new_run(server.url)
    before = connection_of(server.db)
    raising(server.db, "tags", number)
    try:
        assert call(server.url, "runs/set-tag", {"run_id": run, "key": "t"}).status_code > 400
    finally:
        query(server.db, "DROP TRIGGER raises")
    new_run(server.url)
    assert (before & connection_of(server.db) == set()) == leaves


class Proxy:
    """Between a server and its database: it answers COMMIT with an error."""

    def __init__(self, db, number):
        self.port, self.number, self.left = db.port, number, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def uri(self, db):
        return db.uri().replace(f":{self.port}/", f":{self.socket.getsockname()[1]}/")

    def accept(self):
        while True:
            try:
                client = self.socket.accept()[0]
            except OSError:  # closed
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            for one, other, change in (
                (client, server, self.to_server), (server, client, self.to_client)
            ):
                threading.Thread(target=self.pump, args=(one, other, change), daemon=True).start()

    def pump(self, one, other, change):
        with contextlib.suppress(OSError):  # either may go first
            while data := one.recv(1 << 16):
                other.sendall(change(data))
        other.close()

    def to_server(self, data):
        if self.left == 0 or data != b"\x07\0\0\0\x03COMMIT":
            return data
        self.left -= 1
        self.replaces = True
        return b"\x09\0\0\0\x03ROLLBACK"

    def to_client(self, data):
        if not getattr(self, "replaces", False):
            return data
        self.replaces = False
        error = b"\xff" + self.number.to_bytes(2, "little") + b"#HY000signalled"
        return len(error).to_bytes(3, "little") + b"\x01" + error

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture(scope="module")
def database():
    import servers

    with servers.folder() as folder, servers.MariaDB(folder) as db:
        yield db


@contextlib.contextmanager
def behind(proxy, db):
    import servers

    with servers.folder() as folder:
        db_uri = proxy.uri(db)
        server = servers.CairnServer(
            folder, None, env={"MLFLOW_BACKEND_STORE_URI": db_uri}, options=["--workers=1"])
        with server:
            yield server
    proxy.close()


@pytest.mark.parametrize("number", [1213, 1205, 1047, 1021, 1290])
def test_at_commit(database, number):
    """As a cluster refuses one: said again where that helps, and nothing is left."""
    proxy = Proxy(database, number)
    with behind(proxy, database) as server:
        run = new_run(server.url)
        batch = {"run_id": run, "tags": [{"key": "t", "value": "v"}],
                 "params": [{"key": "p", "value": "v"}]}  # fmt: skip
        count = "SELECT COUNT(*) FROM params WHERE run_uuid = %s"
        if number in (1213, 1205):
            proxy.left = 2
            assert call(server.url, "runs/log-batch", batch).status_code == 200
            assert proxy.left == 0
        else:
            proxy.left = 1
            check(call(server.url, "runs/log-batch", batch), *ERRORS[number])
            assert query(database, count, run) == ((0,),)
            assert call(server.url, "runs/log-batch", batch).status_code == 200
        assert query(database, count, run) == ((1,),)


def test_at_every_commit(database):
    proxy = Proxy(database, 1213)
    with behind(proxy, database) as server:
        run = new_run(server.url)
        batch = {"run_id": run, "params": [{"key": "p", "value": "v"}]}
        proxy.left = 1000
        check(call(server.url, "runs/log-batch", batch), *BUSY)
        proxy.left = 0
        assert query(database, "SELECT COUNT(*) FROM params WHERE run_uuid = %s", run) == ((0,),)
        assert call(server.url, "runs/log-batch", batch).status_code == 200


def test_more_than_a_packet(server):
    """What the database would hang up at is the client's mistake, and nothing is tried."""
    query(server.db, "SET GLOBAL max_allowed_packet = 2097152")
    # connections made before keep theirs
    for number in connection_of(server.db):
        query(server.db, f"KILL {int(number)}")
    url = f"{server.url}/api/3.0/mlflow/datasets"
    made = requests.post(f"{url}/create", json={"name": "large", "experiment_ids": ["0"]})
    records = f"{url}/{made.json()['dataset']['dataset_id']}/records"

    def post(size):
        record = {"inputs": {"a": "x" * size}}
        return requests.post(records, json={"records": json.dumps([record])}, timeout=60)

    assert post(500_000).status_code == 200
    for size in (1_500_000, 3_000_000, 20_000_000):
        check(post(size), 400, "BAD_REQUEST", None)
        assert "max_allowed_packet" in post(size).json()["message"]
    assert query(server.db, "SELECT COUNT(*) FROM evaluation_dataset_records") == ((1,),)
    query(server.db, "SET GLOBAL max_allowed_packet = 16777216")


# the waits of all tries together, and what comes on top on a busy machine
WAIT, SLACK = 10, 10


def test_a_row_that_stays_locked(server):
    run = new_run(server.url)
    batch = {"run_id": run, "tags": [{"key": "t", "value": "2"}],
             "params": [{"key": "p", "value": "v"}]}  # fmt: skip
    assert call(server.url, "runs/set-tag", {"run_id": run, "key": "t", "value": "1"}).ok
    holder = connect(server.db)
    try:
        holder.begin()
        with holder.cursor() as cursor:
            cursor.execute("SELECT * FROM tags WHERE run_uuid = %s FOR UPDATE", (run,))
        start = time.monotonic()
        check(call(server.url, "runs/log-batch", batch), *BUSY)
        assert time.monotonic() - start < WAIT + SLACK
    finally:
        holder.close()
    assert query(server.db, "SELECT COUNT(*) FROM params WHERE run_uuid = %s", run) == ((0,),)
    found = query(server.db, "SELECT value FROM tags WHERE run_uuid = %s AND `key` = 't'", run)
    assert found == (("1",),)
    assert call(server.url, "runs/log-batch", batch).status_code == 200


def test_the_deadline_of_a_request(serve):
    """A statement that sleeps is ended with its request, and nothing of it stays."""
    server = serve(env={"CAIRN_MAX_SECONDS": "2"}, options=["--workers=1"])
    run = new_run(server.url)
    batch = {"run_id": run, "tags": [{"key": "t", "value": "v"}],
             "params": [{"key": "p", "value": "v"}]}  # fmt: skip
    query(
        server.db,
        "CREATE TRIGGER sleeps BEFORE INSERT ON tags FOR EACH ROW SET NEW.value = SLEEP(600)",
    )
    check(call(server.url, "runs/log-batch", batch), *BUSY)
    query(server.db, "DROP TRIGGER sleeps")
    assert query(server.db, "SELECT COUNT(*) FROM params WHERE run_uuid = %s", run) == ((0,),)
    assert call(server.url, "runs/log-batch", batch).status_code == 200
