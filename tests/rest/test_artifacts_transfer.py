"""Transfers: broken, interleaved and large ones.

CAIRN_TEST_ARTIFACT_MB sets the size of the large one (default 64).
"""

import glob
import hashlib
import http.client
import io
import os
import socket
import threading
import time
import zipfile
from urllib.parse import urlsplit

import pytest

from artifacts import GET, LIST, PROXY, TIMEOUT, UPLOAD, destination, entries
from conftest import check_error

MEGABYTES = int(os.environ.get("CAIRN_TEST_ARTIFACT_MB", "64"))
BLOCK = 1024 * 1024
# A worker's peak of resident memory, whatever the size of the transfer.
# (A sanitizer keeps what was freed for a while, and shadows of all of it.)
WORKER_MAX_KB = (512 if "ASAN_OPTIONS" in os.environ else 32) * 1024


def eventually(condition, what):
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


class Upload:
    """A PUT, or a POST of a run's file, in pieces."""

    def __init__(self, server, target, length, method="PUT", headers=()):
        where = urlsplit(server)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=TIMEOUT)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {where.netloc}", *headers]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def send(self, data):
        self.socket.sendall(data)

    def status(self):
        """The status of the answer, and the rest of it."""
        answer = http.client.HTTPResponse(self.socket)
        answer.begin()
        return answer.status, answer.read()

    def reset(self):
        """Break off so that the server sees an error, not an end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def close(self):
        self.socket.close()


def target_of(stored, name):
    return f"{PROXY}/{stored.path.name}/{name}"


# --- broken uploads ----------------------------------------------------------


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("sent", [0, 1000, 3 * BLOCK])
def test_broken_off(server, raw, stored, end, sent):
    """Nothing is left, and what was there stays."""
    stored.write("old", b"old")
    for name in ("old", "new", "sub/new"):
        upload = Upload(server, target_of(stored, name), 5 * BLOCK)
        upload.send(b"x" * sent)
        getattr(upload, end)()
    # the server goes on
    assert raw("PUT", target_of(stored, "other"), b"other").status_code == 200
    expected = {"old": b"old", "other": b"other"}
    eventually(lambda: stored.files() == expected, "a broken upload left a file")
    assert raw("GET", target_of(stored, "old")).content == b"old"
    assert raw("GET", target_of(stored, "new")).status_code == 404
    listed = entries(raw.read(PROXY, path=stored.path.name))
    listed.pop("sub", None)
    assert listed == {"old": 3, "other": 5}


def test_broken_off_to_a_run(server, raw, place):
    place.folder.write("old", b"old")
    for name in ("old", "new"):
        target = f"{UPLOAD}?run_uuid={place.run}&path={name}"
        upload = Upload(server, target, BLOCK, "POST")
        upload.send(b"x" * 1000)
        upload.reset()
    assert entries(raw.read(LIST, run_id=place.run)) == {"old": 3}
    eventually(lambda: place.folder.files() == {"old": b"old"}, "a broken upload left a file")


def test_half_an_upload_is_invisible(server, raw, stored):
    """Until the last byte is there, the old file is."""
    stored.write("x", b"old")
    upload = Upload(server, target_of(stored, "x"), 2 * BLOCK)
    upload.send(b"n" * BLOCK)
    fresh = Upload(server, target_of(stored, "fresh"), 2 * BLOCK)
    fresh.send(b"f" * BLOCK)
    assert raw("GET", target_of(stored, "x")).content == b"old"
    assert raw("GET", target_of(stored, "fresh")).status_code == 404
    for upload_, byte in ((upload, b"n"), (fresh, b"f")):
        upload_.send(byte * BLOCK)
        assert upload_.status() == (200, b"")
        upload_.close()
    assert stored.files() == {"x": b"n" * 2 * BLOCK, "fresh": b"f" * 2 * BLOCK}


def test_temporary_files_are_hidden(server, raw, stored, on_cairn):
    """What an upload in progress, or a killed worker, leaves is in no list."""
    stored.write("real", b"r")
    upload = Upload(server, target_of(stored, "x"), 2 * BLOCK)
    upload.send(b"n" * BLOCK)
    for _ in range(20):  # at some moment of it
        found = entries(raw.read(PROXY, path=stored.path.name))
        if on_cairn:
            assert found == {"real": 1}
    upload.send(b"n" * BLOCK)
    assert upload.status()[0] == 200
    upload.close()
    assert set(entries(raw.read(PROXY, path=stored.path.name))) == {"real", "x"}


@pytest.mark.parametrize("body", [b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n",
                                  b"ffffffffffffffffff\r\nabc"])  # fmt: skip
def test_bad_chunks(server, raw, stored, body):
    """Refused or hung up on: nothing is stored."""
    upload = Upload(server, target_of(stored, "x"), None, headers=["Transfer-Encoding: chunked"])
    upload.send(body)
    upload.socket.shutdown(socket.SHUT_WR)
    try:
        status, _ = upload.status()
        if status == 200:
            # Apache reads such chunks its own way, and hands a whole body on
            assert os.environ.get("CAIRN_TEST_KIND") == "apache"
            raw("DELETE", target_of(stored, "x"))
        else:
            assert 400 <= status < 500, status
    except (http.client.HTTPException, ConnectionError):
        pass
    upload.close()
    assert raw("PUT", target_of(stored, "other"), b"1").status_code == 200
    eventually(lambda: stored.files() == {"other": b"1"}, "a bad upload left a file")


def test_chunked_broken_off(server, raw, stored):
    stored.write("x", b"old")
    upload = Upload(server, target_of(stored, "x"), None, headers=["Transfer-Encoding: chunked"])
    upload.send(b"5\r\nhello\r\n")
    upload.close()
    assert raw("PUT", target_of(stored, "other"), b"1").status_code == 200
    eventually(lambda: stored.files() == {"x": b"old", "other": b"1"}, "a broken upload left a file")


def test_expect_continue(server, stored):
    upload = Upload(server, target_of(stored, "x"), 5, headers=["Expect: 100-continue"])
    first = upload.socket.recv(25)
    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    upload.send(b"hello")
    assert upload.status()[0] == 200
    upload.close()
    assert stored.files() == {"x": b"hello"}


def test_two_requests_on_one_connection(server, stored):
    """An upload's body is read whole, so the next request starts where it ends."""
    where = urlsplit(server)
    connection = http.client.HTTPConnection(where.netloc, timeout=TIMEOUT)
    for body, status in ((b"GET / HTTP/1.1\r\n\r\n", 200), (b"x" * 100000, 200)):
        connection.request("PUT", target_of(stored, "x"), body)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (status, b"")
        # refused without a look at the body
        connection.request("PUT", target_of(stored, "d/"), body)
        answer = connection.getresponse()
        assert answer.status == 400
        answer.read()
        connection.request("GET", target_of(stored, "x"))
        assert connection.getresponse().read() == body
    connection.close()


# --- interleaved -------------------------------------------------------------


def test_a_reader_sees_one_version_whole(server, raw, stored):
    """Files are replaced at once: never a mix, never an empty one, never a gap."""
    target = target_of(stored, "x")
    size = 300000
    bodies = [bytes([c]) * size for c in b"abcdefgh"]
    assert raw("PUT", target, bodies[0]).status_code == 200
    done = threading.Event()
    wrong = []

    def write():
        try:
            for _ in range(4):
                for body in bodies:
                    r = raw("PUT", target, body)
                    if r.status_code != 200:
                        wrong.append(r)
        finally:
            done.set()

    def read():
        while not done.is_set():
            r = raw("GET", target)
            if r.status_code != 200 or r.content not in bodies:
                wrong.append((r.status_code, len(r.content), set(r.content)))

    threads = [threading.Thread(target=f) for f in (write, read, read)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
    assert stored.files() == {"x": bodies[-1]}


def test_many_writers_of_one_file(raw, stored):
    """One of them wins, whole; nothing else is left."""
    bodies = [bytes([97 + i]) * 200000 for i in range(8)]
    answers = []

    def write(body):
        answers.append(raw("PUT", target_of(stored, "d/x"), body).status_code)

    threads = [threading.Thread(target=write, args=(b,)) for b in bodies]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert answers == [200] * len(bodies)
    assert list(stored.files()) == ["d/x"]
    assert stored.files()["d/x"] in bodies


@pytest.mark.cairn_only("the reference answers 500 to one whose folder is removed under it")
def test_writers_and_a_deleter(raw, stored):
    """A folder removed under a writer: either comes first, none is a 5xx."""
    answers = []

    def write(i):
        for j in range(15):
            answers.append(raw("PUT", target_of(stored, f"d/e/x{i}-{j}"), b"1").status_code)

    def delete():
        for _ in range(15):
            answers.append(raw("DELETE", target_of(stored, "d")).status_code)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(3)]
    threads.append(threading.Thread(target=delete))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert raw("DELETE", target_of(stored, "d")).status_code == 200
    assert stored.files() == {}
    assert set(answers) <= {200, 404, 409}, answers


# --- large -------------------------------------------------------------------


def blocks():
    """MEGABYTES blocks, no two alike."""
    seed = os.urandom(32)
    for i in range(MEGABYTES):
        block = hashlib.sha256(seed + i.to_bytes(4, "big")).digest()
        yield block * (BLOCK // len(block))


def digest(pieces):
    made = hashlib.sha256()
    size = 0
    for piece in pieces:
        made.update(piece)
        size += len(piece)
    return made.hexdigest(), size


class Counted:
    """Sends blocks, and keeps their digest."""

    def __init__(self):
        self.made = hashlib.sha256()

    def __iter__(self):
        for block in blocks():
            self.made.update(block)
            yield block


def download(server, target, headers=()):
    """The digest and size of what is got."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=TIMEOUT)
    connection.request("GET", target, headers=dict(headers))
    answer = connection.getresponse()
    assert answer.status in (200, 206)
    found = digest(iter(lambda: answer.read(BLOCK), b""))
    connection.close()
    return found


def workers():
    """Process ids of this server's workers: their configuration names our destination."""
    wanted = str(destination())
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        try:
            with open(path + "/cmdline", "rb") as f:
                if not f.read().split(b"\0")[0].endswith(b"cairn.fcgi"):
                    continue
            with open(path + "/environ", "rb") as f:
                environment = dict(v.split(b"=", 1) for v in f.read().split(b"\0") if b"=" in v)
            # `cairn server` hands it over in memory
            conf = environment[b"CAIRN_CONF"].decode().replace("/proc/self/", path + "/")
            with open(conf, encoding="utf-8") as f:
                if wanted in f.read():
                    found.append(int(path[6:]))
        except (OSError, KeyError):
            continue  # gone, or not ours to see
    return found


def peaks():
    """{worker: its peak of resident memory in kB}"""
    found = {}
    for pid in workers():
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            found[pid] = next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))
    return found


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_large_up_and_down(server, raw, stored, chunked):
    body = Counted()
    headers = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(MEGABYTES * BLOCK)}
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=TIMEOUT)
    connection.request(
        "PUT", target_of(stored, "large.bin"), iter(body), headers, encode_chunked=chunked
    )
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.close()
    sent = body.made.hexdigest()
    with open(stored / "large.bin", "rb") as f:
        assert digest(iter(lambda: f.read(BLOCK), b"")) == (sent, MEGABYTES * BLOCK)
    assert list(stored.path.iterdir()) == [stored / "large.bin"]
    target = target_of(stored, "large.bin")
    assert download(server, target) == (sent, MEGABYTES * BLOCK)
    # the last block, by a range
    start = (MEGABYTES - 1) * BLOCK
    with open(stored / "large.bin", "rb") as f:
        f.seek(start)
        last = digest([f.read()])
    assert download(server, target, {"Range": f"bytes={start}-"}) == last
    assert raw("HEAD", target).headers["content-length"] == str(MEGABYTES * BLOCK)


@pytest.mark.cairn_only("the reference's memory is its own affair")
def test_large_transfers_need_little_memory(server, raw, stored, place):
    """Up, down and as zip: a worker's peak does not grow with the file."""
    assert workers(), "no worker found"
    test_large_up_and_down(server, raw, stored, False)
    test_large_up_and_down(server, raw, stored, True)
    with open(place.folder.write("d/large.bin", b""), "wb") as f:
        sent = Counted()
        for block in sent:
            f.write(block)
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=TIMEOUT)
    connection.request("GET", f"{GET}?run_id={place.run}&path=d&format=zip")
    answer = connection.getresponse()
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.read())) as z:
        (name,) = [n for n in z.namelist() if not n.endswith("/")]
        with z.open(name) as inner:
            assert digest(iter(lambda: inner.read(BLOCK), b""))[0] == sent.made.hexdigest()
    connection.close()
    found = peaks()
    assert found and max(found.values()) < WORKER_MAX_KB, found


def test_slow_reader_of_a_large_file(server, raw, stored):
    """One that stops reading keeps nobody else waiting, and gets the rest later."""
    stored.write("large.bin", b"x" * 32 * BLOCK)
    target = target_of(stored, "large.bin")
    slow = []
    for _ in range(8):  # more than there are workers
        connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=TIMEOUT)
        connection.request("GET", target)
        slow.append((connection, connection.getresponse()))
    for name in ("a", "b"):
        assert raw("PUT", target_of(stored, name), b"1").status_code == 200
        assert raw("GET", target_of(stored, name)).content == b"1"
    for connection, answer in slow:
        assert digest(iter(lambda a=answer: a.read(BLOCK), b""))[1] == 32 * BLOCK
        connection.close()


def test_too_large_for_the_ui(raw, place):
    """Told early or late, but told."""
    r = raw("POST", UPLOAD, b"x" * 12 * BLOCK, run_uuid=place.run, path="x")
    check_error(r, 400, "INVALID_PARAMETER_VALUE", "Artifact size is too large. Max size is 10MB.")
    assert place.folder.files() == {}
