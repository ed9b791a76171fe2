"""upload-artifact, the UI's way to put a file into a run."""

import pytest

from artifacts import (
    GET, INVALID_PATH, IPV, LIST, NOT_THERE, UPLOAD, allowed, destination, entries, place_of,
)  # fmt: skip
from conftest import check_error

MAX = 10 * 1024 * 1024


def upload(raw, place, path, body=b"data", headers=()):
    return raw("POST", UPLOAD, body, headers, run_uuid=place.run, path=path)


def files(place, on_cairn):
    """What is below the run's artifacts.

    The reference puts those of a proxied run below the experiment's id, whatever the
    experiment's location is, and does not find them again.
    """
    if place.below is not None and not on_cairn:
        root = destination() / place.experiment / place.run / "artifacts"
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return place.folder.files()


def test_upload(raw, place, on_cairn):
    r = upload(raw, place, "d/e/x.bin", bytes(range(256)))
    assert (r.status_code, r.content) == (200, b"")
    assert r.headers["content-type"] == "application/json"
    assert r.headers["content-length"] == "0"
    assert files(place, on_cairn) == {"d/e/x.bin": bytes(range(256))}
    if on_cairn or place.below is None:
        assert raw("GET", GET, run_id=place.run, path="d/e/x.bin").content == bytes(range(256))


def test_uploaded_is_listed(raw, api, on_cairn):
    place = place_of(api, "local")
    upload(raw, place, "d/x", b"hello")
    assert entries(raw.read(LIST, run_id=place.run)) == {"d": None}
    assert entries(raw.read(LIST, run_id=place.run, path="d")) == {"d/x": 5}


def test_upload_replaces(raw, place, on_cairn):
    for body in (b"a long first text", b"short"):
        assert upload(raw, place, "x", body).status_code == 200
        assert files(place, on_cairn) == {"x": body}


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/octet-stream", None])
def test_upload_cares_for_no_content_type(raw, place, on_cairn, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    assert upload(raw, place, "x", b'{"a": &=1', headers).status_code == 200
    assert files(place, on_cairn) == {"x": b'{"a": &=1'}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_upload_of_a_form(raw, place, on_cairn, kind):
    """The reference swallows a form, and then misses it."""
    r = upload(raw, place, "x", b"a=1&path=other", {"Content-Type": kind})
    if on_cairn and r.status_code == 200:
        assert files(place, on_cairn) == {"x": b"a=1&path=other"}
    else:
        check_error(r, 400, IPV, "Request must specify data.")


def test_upload_chunked(raw, place, either, on_cairn):
    """Decision i."""
    r = upload(raw, place, "x", b"3\r\nabc\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"})
    if either(cairn=True, mlflow=False):
        assert r.status_code == 200
        assert files(place, on_cairn) == {"x": b"abc"}
    else:
        check_error(r, 400, IPV, "Request must specify data.")


def test_upload_size(raw, place, on_cairn):
    """10 MB and not a byte more."""
    body = bytes(range(256)) * (MAX // 256)
    assert upload(raw, place, "largest", body).status_code == 200
    assert files(place, on_cairn) == {"largest": body}
    r = upload(raw, place, "larger", body + b"x")
    check_error(r, 400, IPV, "Artifact size is too large. Max size is 10MB.")
    assert set(files(place, on_cairn)) == {"largest"}


def test_upload_checks_in_this_order(raw, place, on_cairn):
    """run_uuid, path, the form of the path, size, data, the run."""
    large = b"x" * (MAX + 1)
    run = place.run
    for query in ("", "?path=x", "?path=..", "?run_uuid=&path=x", f"?run_id={run}&path=x"):
        r = raw("POST", UPLOAD + query, b"")
        check_error(r, 400, IPV, "Request must specify run_uuid.")
    for query in ("?run_uuid=nope", "?run_uuid=nope&path="):
        for body in (b"x", b"", large):
            check_error(raw("POST", UPLOAD + query, body), 400, IPV, "Request must specify path.")
    for body in (b"x", b"", large):
        r = raw("POST", f"{UPLOAD}?run_uuid=nope&path=..", body)
        check_error(r, 400, IPV, INVALID_PATH)
    r = raw("POST", f"{UPLOAD}?run_uuid=nope&path=x", large)
    check_error(r, 400, IPV, "Artifact size is too large. Max size is 10MB.")
    r = raw("POST", f"{UPLOAD}?run_uuid=nope&path=x", b"")
    check_error(r, 400, IPV, "Request must specify data.")
    r = raw("POST", f"{UPLOAD}?run_uuid=nope&path=x", b"x")
    check_error(r, 404, NOT_THERE, "Run with id=nope not found")
    r = raw("POST", f"{UPLOAD}?run_uuid={run}&path=x")
    # a front end may want the length, be it 0
    if r.status_code != 411:
        check_error(r, 400, IPV, "Request must specify data.")
    assert files(place, on_cairn) == {}


@pytest.mark.parametrize("path", ["d", "d/", "d/e", "f/x", "f/x/y", ".", "d/."])
def test_upload_onto_a_folder_or_below_a_file(raw, place, either, on_cairn, path):
    """Decision c: the reference answers 500."""
    for name in ("d/e/kept", "f"):
        assert upload(raw, place, name).status_code == 200
    before = files(place, on_cairn)
    r = upload(raw, place, path, b"new")
    if either(cairn=False, mlflow=True):
        assert r.status_code == 500
    else:
        check_error(r, 400, IPV)
    assert files(place, on_cairn) == before


def test_upload_to_a_deleted_run(raw, api, place, on_cairn):
    api.ok("runs/delete", {"run_id": place.run})
    assert upload(raw, place, "x").status_code == 200
    assert files(place, on_cairn) == {"x": b"data"}


def test_upload_is_below_ajax_only_and_a_post(raw, place, on_cairn):
    api_twin = UPLOAD.replace("/ajax-api/", "/api/")
    assert raw("POST", api_twin, b"x", run_uuid=place.run, path="x").status_code == 404
    for method in ("GET", "PUT", "DELETE"):
        r = raw(method, UPLOAD, None if method == "GET" else b"x", run_uuid=place.run, path="x")
        assert r.status_code == 405
        assert allowed(r) == {"POST", "OPTIONS"}
    r = raw("OPTIONS", UPLOAD)
    assert r.status_code == 204
    assert allowed(r) == {"POST", "OPTIONS"}
    assert files(place, on_cairn) == {}


def test_upload_from_a_foreign_page(raw, place, on_cairn):
    r = upload(raw, place, "x", b"data", {"Origin": "http://evil.com"})
    assert r.status_code == 403
    assert r.text.startswith("Cross-origin request blocked")
    assert files(place, on_cairn) == {}
