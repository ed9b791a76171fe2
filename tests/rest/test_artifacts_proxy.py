"""The artifact proxy: put, get, list, delete below the artifacts destination."""

import os
import stat

import pytest

from artifacts import (
    INVALID_PATH, IPV, NO_FILENAME, NOT_THERE, PROXY, Folder, allowed, check_refused_4xx,
    destination, entries, unique,
)  # fmt: skip
from conftest import check_error

AJAX = PROXY.replace("/api/", "/ajax-api/")
IS_FOLDER = "Artifact path refers to a directory, not a file: '%s'"


def at(stored, path=""):
    return f"{PROXY}/{stored.path.name}/{path}"


def names(raw, stored, below=""):
    path = f"{stored.path.name}/{below}" if below else stored.path.name
    return entries(raw.read(PROXY, path=path))


# --- put ---------------------------------------------------------------------


def test_put_answers_nothing_and_stores_all(raw, stored):
    r = raw("PUT", at(stored, "a/b/x.bin"), bytes(range(256)))
    assert (r.status_code, r.content) == (200, b"")
    assert r.headers["content-length"] == "0"
    assert "content-type" not in r.headers
    assert r.headers["x-content-type-options"] == "nosniff"
    assert stored.files() == {"a/b/x.bin": bytes(range(256))}
    assert raw("GET", at(stored, "a/b/x.bin")).content == bytes(range(256))


def test_put_again_replaces(raw, stored):
    for body in (b"a long first text", b"short", b""):
        assert raw("PUT", at(stored, "x"), body).status_code == 200
        assert raw("GET", at(stored, "x")).content == body
        assert stored.files() == {"x": body}


@pytest.mark.parametrize("kind", [
    "text/plain", "application/json", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", None,
])  # fmt: skip
def test_put_cares_for_no_content_type(raw, stored, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    assert raw("PUT", at(stored, "x"), b'{"a": 1}&b=2', headers).status_code == 200
    assert stored.files() == {"x": b'{"a": 1}&b=2'}


def test_put_stores_encoded_bodies_as_they_come(raw, stored):
    assert raw("PUT", at(stored, "x.gz"), b"not gzip", {"Content-Encoding": "gzip"}).status_code == 200
    r = raw("GET", at(stored, "x.gz"))
    assert r.content == b"not gzip"
    assert "content-encoding" not in r.headers


def test_put_without_a_body_is_an_empty_file(raw, stored):
    assert raw("PUT", at(stored, "x"), headers={"Content-Length": "0"}).status_code == 200
    assert stored.files() == {"x": b""}


def test_put_chunked(raw, stored):
    body = b"3\r\nabc\r\n4;extension=1\r\nde\r\n\r\n0\r\n\r\n"
    assert raw("PUT", at(stored, "x"), body, {"Transfer-Encoding": "chunked"}).status_code == 200
    assert stored.files() == {"x": b"abcde\r\n"}


def test_put_file_and_folder_modes(raw, stored):
    raw("PUT", at(stored, "a/x"), b"1")
    for path, expected in ((stored / "a/x", 0o644), (stored / "a", 0o755)):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        # nobody but the owner may write
        assert mode & ~expected == 0, oct(mode)
        assert mode & 0o600 == 0o600


@pytest.mark.parametrize("path", ["", "a/", "new/", "a//", "x.txt/"])
def test_put_needs_a_file_name(raw, stored, path):
    stored.write("a/kept")
    stored.write("x.txt")
    r = raw("PUT", at(stored, path), b"1")
    assert (r.status_code, r.json()) == (400, NO_FILENAME)
    assert r.headers["content-type"] == "application/json"
    assert stored.files() == {"a/kept": b"data", "x.txt": b"data"}


def test_put_on_the_root(raw):
    r = raw("PUT", PROXY + "/", b"1")
    assert (r.status_code, r.json()) == (400, NO_FILENAME)


@pytest.mark.parametrize("path", ["a", "f/x", "f/x/y"])
def test_put_onto_a_folder_or_below_a_file(raw, stored, either, path):
    """Decision c: the reference answers 500."""
    stored.write("a/kept")
    stored.write("f")
    r = raw("PUT", at(stored, path), b"1")
    if either(cairn=False, mlflow=True):
        assert (r.status_code, r.text) == (500, "Internal Server Error")
    else:
        check_error(r, 400, IPV)
    assert stored.files() == {"a/kept": b"data", "f": b"data"}


# --- get ---------------------------------------------------------------------


def test_get_missing(raw, stored):
    stored.write("f")
    name = stored.path.name
    for path in ("none", "none/x", "f/x"):
        check_error(raw("GET", at(stored, path)), 404, NOT_THERE, f"No such artifact: '{name}/{path}'")
        r = raw("HEAD", at(stored, path))
        assert (r.status_code, r.content) == (404, b"")


@pytest.mark.parametrize("path", ["a", "a/", "a/b", "empty"])
def test_get_folder(raw, stored, path):
    stored.write("a/b/x")
    stored.make("empty")
    r = raw("GET", at(stored, path))
    assert r.status_code == 400
    assert r.json() == {"detail": IS_FOLDER % f"{stored.path.name}/{path}"}
    r = raw("HEAD", at(stored, path))
    assert (r.status_code, r.content) == (400, b"")


def test_get_root(raw):
    r = raw("GET", PROXY + "/")
    assert (r.status_code, r.json()) == (400, {"detail": IS_FOLDER % ""})


def test_get_file_with_a_slash_behind(raw, stored, either):
    """The reference serves it without a name."""
    stored.write("x.txt")
    r = raw("GET", at(stored, "x.txt/"))
    assert r.status_code in either(cairn=(200, 404), mlflow=(200,))


# --- list --------------------------------------------------------------------


def test_list_is_sorted_basenames_with_sizes(raw, stored):
    for name, size in (("b", 3), ("a b", 1), ("Z", 2), ("é", 4), ("empty", 0), ("d/deep", 9), ("..x", 5)):
        stored.write(name, b"x" * size)
    stored.make("nothing")
    assert names(raw, stored) == {
        "..x": 5, "Z": 2, "a b": 1, "b": 3, "d": None, "empty": 0, "nothing": None, "é": 4,
    }  # fmt: skip
    assert names(raw, stored, "d") == {"deep": 9}
    assert set(raw.read(PROXY, path=stored.path.name)) == {"files"}


def test_list_of_nothing_is_empty(raw, stored):
    stored.write("f")
    stored.make("nothing")
    for path in ("none", "nothing", "f", "f/x", "none/x"):
        assert raw.read(PROXY, path=f"{stored.path.name}/{path}") == {}


def test_list_root(raw, stored):
    stored.write("f")
    for query in ("", "?path=", "?foo=1", "?path=."):
        assert stored.path.name in entries(raw.read(PROXY + query))


@pytest.mark.parametrize("form", ["%s/a", "%s/a/", "./%s/a", "%s/./a", "%s/a/.", "%s//a"])
def test_list_forms_of_a_path(raw, stored, form):
    stored.write("a/f")
    assert entries(raw.read(PROXY, path=form % stored.path.name)) == {"f": 4}


def test_list_takes_the_first_path_and_no_page(raw, stored):
    stored.write("a/f")
    name = stored.path.name
    assert entries(raw.read(f"{PROXY}?path={name}/a&path={name}&page_token=x&max_results=1")) == {"f": 4}


def test_list_head(raw, stored):
    stored.write("f")
    r = raw("HEAD", PROXY, path=stored.path.name)
    assert (r.status_code, r.content) == (200, b"")
    assert r.headers["content-type"] == "application/json"


def test_list_of_many(raw, stored):
    expected = {f"f{i:04}": i for i in range(1500)}
    for name, size in expected.items():
        stored.write(name, b"x" * size)
    assert names(raw, stored) == expected


# --- delete ------------------------------------------------------------------


def test_delete_file_and_folder(raw, stored):
    for name in ("a/b/x", "a/b/y", "a/c", "d/e/f", "g/h"):
        stored.write(name)
    for path, left in (
        ("a/b/x", {"a/b/y", "a/c", "d/e/f", "g/h"}),
        ("a", {"d/e/f", "g/h"}),
        ("d/", {"g/h"}),
        ("none", {"g/h"}),
        ("g/h/below", {"g/h"}),
        ("g/h", set()),
    ):
        r = raw("DELETE", at(stored, path))
        assert (r.status_code, r.json()) == (200, {}), path
        assert r.headers["content-type"] == "application/json"
        assert set(stored.files()) == left
    # the folder of the last file stays
    assert (stored / "g").is_dir()
    assert names(raw, stored) == {"g": None}


def test_delete_takes_any_content_type(raw, stored):
    stored.write("x")
    assert raw("DELETE", at(stored, "x"), b"{}", {"Content-Type": "text/plain"}).status_code == 200
    assert stored.files() == {}


@pytest.mark.cairn_only("the reference deletes the whole store, then fails")
@pytest.mark.parametrize("path", [".", "%2e", "./", "./.", ".//"])
def test_delete_the_root(raw, stored, path):
    stored.write("kept")
    check_refused_4xx(raw("DELETE", f"{PROXY}/{path}"))
    assert stored.files() == {"kept": b"data"}


@pytest.mark.parametrize("path", ["//%s/kept", "/%%2f%s/kept"])
def test_delete_with_slashes_merged(raw, stored, either, path):
    """Decision l: the reference answers a redirect to the path without them."""
    stored.write("kept")
    r = raw("DELETE", PROXY + path % stored.path.name)
    if either(cairn=False, mlflow=True):
        assert r.status_code == 308
    else:
        check_error(r, 400, IPV, INVALID_PATH)
    assert stored.files() == {"kept": b"data"}


# --- the routes --------------------------------------------------------------


def test_the_other_prefix(raw, stored):
    path = AJAX + f"/{stored.path.name}/x"
    assert raw("PUT", path, b"1").status_code == 200
    assert raw("GET", path).content == b"1"
    assert raw("HEAD", path).status_code == 200
    assert entries(raw.read(AJAX, path=stored.path.name)) == {"x": 1}
    assert raw("DELETE", path).json() == {}
    assert stored.files() == {}


def test_double_slash_in_front(raw, stored):
    stored.write("x")
    assert raw("GET", "/" + at(stored, "x")).content == b"data"
    assert entries(raw.read("/" + PROXY, path=stored.path.name)) == {"x": 4}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_wrong_method_on_a_file(raw, stored, method):
    stored.write("x")
    r = raw(method, at(stored, "x"), b"1")
    assert r.status_code == 405
    assert allowed(r) == {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}
    assert stored.files() == {"x": b"data"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_wrong_method_on_the_list(raw, method):
    r = raw(method, PROXY, b"1")
    assert r.status_code == 405
    assert allowed(r) == {"GET", "HEAD", "OPTIONS"}


def test_options(raw, stored):
    r = raw("OPTIONS", at(stored, "x"))
    assert (r.status_code, r.content) == (204, b"")
    assert allowed(r) == {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}
    r = raw("OPTIONS", PROXY)
    assert r.status_code == 204
    assert allowed(r) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", [
    "/api/3.0/mlflow-artifacts/artifacts/%s/x", "/API/2.0/mlflow-artifacts/artifacts/%s/x",
    "/api/2.0/mlflow-artifacts/%s/x", "/mlflow-artifacts/artifacts/%s/x",
    "/api/2.0/mlflow/mlflow-artifacts/artifacts/%s/x",
])  # fmt: skip
def test_no_such_route(raw, stored, path):
    stored.write("x")
    for method in ("GET", "PUT", "DELETE"):
        r = raw(method, path % stored.path.name, b"1" if method == "PUT" else None)
        assert r.status_code == 404
        assert r.headers["content-type"].startswith("text/html")
    assert stored.files() == {"x": b"data"}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_foreign_origin(raw, stored, method):
    stored.write("x")
    r = raw(method, at(stored, "x"), b"new" if method == "PUT" else None, {"Origin": "http://evil.com"})
    assert r.status_code == 403
    assert r.text.startswith("Cross-origin request blocked")
    assert stored.files() == {"x": b"data"}
    assert raw("GET", at(stored, "x"), headers={"Origin": "http://evil.com"}).status_code == 200


# --- what a local store does not have ----------------------------------------

UPLOAD_TEXT = "Multipart upload is not supported for the current artifact repository"
DOWNLOAD_TEXT = "Multipart download is not supported for the current artifact repository"
PARTS = [{"part_number": 1, "etag": "x"}]
MPU = {
    "create": {"path": "x", "num_parts": 1},
    "complete": {"path": "x", "upload_id": "u", "parts": PARTS},
    "abort": {"path": "x", "upload_id": "u"},
}


def check_501(r, text):
    assert r.status_code == 501, r
    assert r.headers["content-type"] == "application/json"
    assert r.json() == {"error_code": "NOT_IMPLEMENTED", "message": text}


@pytest.mark.parametrize("prefix", ["/api", "/ajax-api"])
@pytest.mark.parametrize("step", MPU)
def test_multipart_upload(raw, prefix, step):
    base = f"{prefix}/2.0/mlflow-artifacts/mpu/{step}/"
    check_501(raw.post(base + "a/x", MPU[step]), UPLOAD_TEXT)
    # the path of the body is nobody's path
    check_501(raw.post(base + "a", {**MPU[step], "path": "../x"}), UPLOAD_TEXT)


@pytest.mark.parametrize("step", MPU)
def test_multipart_upload_checks(raw, step):
    base = f"/api/2.0/mlflow-artifacts/mpu/{step}/"
    full = MPU[step]
    missing = "Missing value for required parameter '%s'."
    check_error(raw.post(base + "..%2fx", full), 400, IPV, INVALID_PATH)
    check_error(raw("POST", base + "x", b"{}"), 400, IPV, "Bad Request. Content-Type header is missing.")
    check_error(raw.post(base + "x", {}), 400, IPV, starts=missing % "path")
    check_error(raw.post(base + "x", {**full, "path": ""}), 400, IPV, starts=missing % "path")
    if "parts" in full:
        body = {"path": "x", "upload_id": "u"}
        check_error(raw.post(base + "x", body), 400, IPV, starts=missing % "parts")
    for target in (base, base[:-1]):
        assert raw.post(target, full).status_code == 404
    r = raw("GET", base + "x")
    assert r.status_code == 405
    assert allowed(r) == {"POST", "OPTIONS"}


@pytest.mark.parametrize("path", ["f", "none", "", "a/b"])
def test_presigned_download(raw, stored, path):
    stored.write("f")
    target = f"/api/2.0/mlflow-artifacts/presigned/{stored.path.name}/{path}"
    check_501(raw("GET", target), DOWNLOAD_TEXT)


def test_presigned_download_checks(raw):
    base = "/api/2.0/mlflow-artifacts/presigned"
    check_error(raw("GET", base + "/../x"), 400, IPV, INVALID_PATH)
    check_error(raw("GET", base + "/%2e%2e"), 400, IPV, INVALID_PATH)
    assert raw("GET", base + "/").status_code == 404
    r = raw("POST", base + "/x", b"")
    assert r.status_code == 405
    assert allowed(r) == {"GET", "HEAD", "OPTIONS"}


def test_folders_are_made_where_they_belong(raw):
    """A path of its own below the root: nothing else appears beside it."""
    before = set(os.listdir(destination()))
    name = unique()
    assert raw("PUT", f"{PROXY}/{name}/deep/er/x", b"1").status_code == 200
    assert set(os.listdir(destination())) == before | {name}
    assert Folder(destination(), name).files() == {"deep/er/x": b"1"}
