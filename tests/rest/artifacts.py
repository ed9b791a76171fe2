"""What the artifact tests share: exact requests, the server's disk, runs of both kinds."""

import errno
import http.client
import json
import os
import pathlib
import posixpath
import shutil
import uuid
from urllib.parse import quote, urlsplit

import pytest
from requests.structures import CaseInsensitiveDict

PROXY = "/api/2.0/mlflow-artifacts/artifacts"
LIST = "/api/2.0/mlflow/artifacts/list"
GET = "/get-artifact"
UPLOAD = "/ajax-api/2.0/mlflow/upload-artifact"
VERSION_GET = "/model-versions/get-artifact"

IPV = "INVALID_PARAMETER_VALUE"
NOT_THERE = "RESOURCE_DOES_NOT_EXIST"
INVALID_PATH = "Invalid path"
NO_FILENAME = {"detail": "Artifact path must include a filename (cannot end with '/')."}

TIMEOUT = 120  # seconds; a server that needs longer is broken


class Answer:
    """The members of requests.Response that the checks of conftest.py read."""

    def __init__(self, response):
        self.status_code = response.status
        self.headers = CaseInsensitiveDict(response.getheaders())
        self.content = response.read()

    @property
    def text(self):
        return self.content.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.content)

    def __repr__(self):
        return f"{self.status_code} {dict(self.headers)} {self.content[:300]}"


class Raw:
    """Requests whose target and headers reach the server byte for byte.

    (The library of the other tests would normalise both.)
    """

    def __init__(self, server):
        self.host = urlsplit(server).netloc

    def __call__(self, method, target, body=None, headers=(), **query):
        """`query` is encoded and appended; `headers` is a dictionary."""
        if query:
            target += "?" + "&".join(f"{k}={quote(str(v), safe='')}" for k, v in query.items())
        headers = dict(headers)
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            if body is not None and "Transfer-Encoding" not in headers:
                headers.setdefault("Content-Length", str(len(body)))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def post(self, target, body):
        """JSON."""
        return self("POST", target, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def read(self, target, **query):
        """A GET that must succeed; the parsed answer."""
        r = self("GET", target, **query)
        assert r.status_code == 200, (target, query, r)
        assert r.headers["content-type"] == "application/json", r
        return r.json()


def unique(prefix="a"):
    return f"{prefix}-{uuid.uuid4().hex}"


def folder_of(variable):
    path = os.environ.get(variable)
    if not path:
        pytest.fail(f"this test reads the server's disk: set {variable}")
    return pathlib.Path(path)


def give(path, like):
    """Hand what root made here to the user the server's workers run as."""
    if os.geteuid() == 0:
        owner = os.stat(like)
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


class Folder:
    """A folder of the server's disk below one of its roots."""

    def __init__(self, root, path):
        self.root = root
        self.path = root / path

    def __truediv__(self, name):
        return self.path / name

    def make(self, name=""):
        """The folder `name` below, with all above it."""
        path = self.path / name if name else self.path
        missing = []
        at = path
        while not at.exists():
            missing.append(at)
            at = at.parent
        for at in reversed(missing):
            at.mkdir()
            give(at, self.root if at != self.root else self.root.parent)
        return path

    def write(self, name, data=b"data"):
        path = self.path / name
        self.make(os.path.dirname(name))
        path.write_bytes(data)
        give(path, self.root)
        return path

    def link(self, name, target):
        path = self.path / name
        self.make(os.path.dirname(name))
        path.symlink_to(target)
        give(path, self.root)
        return path

    def files(self):
        """{relative name: bytes} of all files; a link is told by its target."""
        found = {}
        for top, folders, names in os.walk(self.path):
            for name in names + [f for f in folders if os.path.islink(os.path.join(top, f))]:
                path = pathlib.Path(top, name)
                key = str(path.relative_to(self.path))
                found[key] = os.readlink(path) if path.is_symlink() else path.read_bytes()
        return found


class Place:
    """A run (or logged model) with its artifacts: where they are, how messages name them.

    `below` is the folder's path below the destination when the proxy serves it,
    None for a local root.
    """

    def __init__(self, experiment, run, uri, folder, below):
        self.experiment = experiment
        self.run = run
        self.uri = uri
        self.folder = folder
        self.below = below

    def named(self, r, path):
        """Is `path` quoted in the message: as given, or below the destination?

        The reference names a proxied artifact by its path below the destination.
        """
        quoted = r.json()["message"].partition("'")[2][:-1]
        if quoted == path or self.below is None:
            return quoted == path
        return posixpath.normpath(quoted) == posixpath.normpath(f"{self.below}/{path}")


def local_root():
    return folder_of("CAIRN_TEST_ARTIFACTS")


def destination():
    return folder_of("CAIRN_TEST_DESTINATION")


def longest_name():
    """Bytes of the longest name that the file system of the artifacts takes."""
    for n in range(255, 0, -1):
        path = local_root() / ("n" * n)
        try:
            path.touch()
        except OSError as e:
            assert e.errno == errno.ENAMETOOLONG, e
        else:
            path.unlink()
            return n
    raise AssertionError(f"{local_root()} takes no name")


def place_of(api, kind):
    """A fresh experiment of that kind with a run."""
    if kind == "local":
        experiment = api.new_experiment()
        root, top = local_root(), experiment
    else:
        top = unique("p")
        root = destination()
        experiment = api.new_experiment(artifact_location="mlflow-artifacts:/" + top)
    run = api.new_run(experiment)
    uri = api.get_run(run)["info"]["artifact_uri"]
    below = f"{top}/{run}/artifacts"
    folder = Folder(root, below)
    return Place(experiment, run, uri, folder, None if kind == "local" else below)


def model_of(api, place):
    """A fresh logged model in the experiment of `place`."""
    info = api.ok("logged-models", {"experiment_id": place.experiment, "name": "m"})["model"]["info"]
    model = info["model_id"]
    below = f"{place.experiment}/models/{model}/artifacts"
    root = local_root()
    if place.below is not None:
        root = destination()
        below = f"{place.below.split('/')[0]}/models/{model}/artifacts"
    folder = Folder(root, below)
    return Place(
        place.experiment, model, info["artifact_uri"], folder,
        None if place.below is None else below,
    )  # fmt: skip


class Outside:
    """Canaries beside the server's roots: no request may read, change or remove them."""

    CANARY = b"canary: nobody may read this\n"

    def __init__(self):
        self.top = destination().parent
        self.path = self.top / unique("outside")
        self.path.mkdir()
        self.path.chmod(0o777)
        (self.path / "sub").mkdir()
        (self.path / "sub").chmod(0o777)
        for name in ("canary.txt", "sub/canary.txt"):
            (self.path / name).write_bytes(self.CANARY)
            (self.path / name).chmod(0o666)
        self.before = self.state()

    def state(self):
        """Names beside the roots; names, bytes and times of the canaries."""
        canaries = {}
        for top, folders, names in os.walk(self.path):
            for name in folders + names:
                path = pathlib.Path(top, name)
                canaries[str(path)] = (
                    path.stat().st_mtime_ns,
                    path.read_bytes() if path.is_file() else None,
                )
        beside = {n for n in os.listdir(self.top) if not n.endswith(".log")}
        return canaries, beside

    def check(self):
        assert self.state() == self.before

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


def entries(listing):
    """{path: size, or None for a folder} of a listing; order and members checked."""
    found = listing.get("files", [])
    for entry in found:
        assert set(entry) <= {"path", "is_dir", "file_size"}, entry
        assert isinstance(entry["is_dir"], bool)
        if entry["is_dir"] or "file_size" not in entry:
            assert "file_size" not in entry, entry
        else:
            assert entry["file_size"] > 0, entry  # 0 is left out
    paths = [entry["path"] for entry in found]
    assert paths == sorted(paths)
    assert "files" not in listing or found
    return {e["path"]: None if e["is_dir"] else e.get("file_size", 0) for e in found}


def allowed(r):
    """The methods of an Allow header."""
    return {m.strip() for m in r.headers["allow"].split(",")}


def check_refused_4xx(r):
    """A user's mistake, told as JSON."""
    assert 400 <= r.status_code < 500, r
    assert r.headers["content-type"] == "application/json", r
    assert r.json(), r
