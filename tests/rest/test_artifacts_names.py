"""Names and paths of artifacts: what works, what is refused, and that a path is decoded once."""

import os
from urllib.parse import quote, unquote_to_bytes

import pytest

from artifacts import (
    GET, INVALID_PATH, IPV, LIST, NOT_THERE, PROXY, UPLOAD, check_refused_4xx, entries, longest_name,
)  # fmt: skip
from conftest import check_error

LONGEST = "(longest)"  # stands for what the file system says
# As they stand in the path of a request: put, got, listed and removed again.
WORK = [
    "sp%20ace.txt", "plus+plus.txt", "pct%25.txt", "a%zz.txt", "semi;x.txt", "semi%3Bx.txt",
    "quote%22q.txt", "apos'.txt", "b%5Cslash.txt", "..%5Cx", "uml%C3%A9.txt",
    "emoji%F0%9F%98%80.txt", "q%3Fm.txt", "tilde~x", "...", "....", ".hidden", "a..b", "x..",
    "..x", "com,ma", "eq=x", "amp&x", "at@x", "col:on", "C:path", "br%5B1%5D", "cur%7B1%7D",
    "pipe%7Cx", "lt%3C%3E", "star*", "back%60tick", "x%20", "%20x", "%41bc", LONGEST,
    "d/e/f.txt", "images/pics+step+1+timestamp+1700000000000+0b1f.png", "file:x", "http:x",
    "%C3%A9/%C3%A9", "e%CC%81", "$(x)", "!x", "-rf", "--", "%7Fx".replace("%7F", "_"),
]  # fmt: skip


def written_out(path):
    return "n" * longest_name() if path == LONGEST else path


def on_disk(raw_path):
    """The name that a path decoded once has."""
    return os.fsdecode(unquote_to_bytes(raw_path))


@pytest.mark.parametrize("path", WORK, ids=lambda p: p[:40])
def test_name_on_the_proxy(raw, stored, path, either):
    path = written_out(path)
    target = f"{PROXY}/{stored.path.name}/{path}"
    put = raw("PUT", target, b"hi")
    if put.status_code == 400 and "%zz" in path:
        # Apache refuses what is no escape
        assert either(cairn=True, mlflow=False)
        assert stored.files() == {}
        return
    assert put.status_code == 200
    assert stored.files() == {on_disk(path): b"hi"}
    for method, body in (("GET", b"hi"), ("HEAD", b"")):
        r = raw(method, target)
        assert (r.status_code, r.content) == (200, body)
    above, _, name = on_disk(path).rpartition("/")
    below = f"{stored.path.name}/{above}" if above else stored.path.name
    assert entries(raw.read(PROXY, path=below)) == {name: 2}
    assert raw("DELETE", target).json() == {}
    assert stored.files() == {}


# (The reference strips the blanks around a query's value, and decodes it once more.)
STRIPPED = {"x%20", "%20x"}


@pytest.mark.parametrize("path", WORK, ids=lambda p: p[:40])
def test_name_in_a_run(raw, place, path, either):
    name = on_disk(written_out(path))
    if path in STRIPPED and not either(cairn=True, mlflow=False):
        return
    if name.startswith(("file:", "http:", "C:")):
        # a URI or a drive: refused where a name may stand at the front, by either
        name = "d/" + name
    assert raw("POST", UPLOAD, b"hi", run_uuid=place.run, path=name).status_code == 200
    if place.below is not None and not either(cairn=True, mlflow=False):
        place.folder.write(name, b"hi")  # the reference put it elsewhere
    assert place.folder.files() == {name: b"hi"}
    assert raw("GET", GET, run_uuid=place.run, path=name).content == b"hi"
    above = name.rpartition("/")[0]
    assert entries(raw.read(LIST, run_id=place.run, path=above)) == {name: 2}


# Cairn decodes once, whatever is left is the name; the reference goes on decoding.
ONCE = {
    "pct%2541.txt": "pct%41.txt",
    "sp%2520ace": "sp%20ace",
    "hash%23x.txt": "hash#x.txt",
    "%23": "#",
    "a%2523b": "a%23b",
    "q%253Fm": "q%3Fm",
    "a%250Ab": "a%0Ab",
}


@pytest.mark.cairn_only("the reference decodes again and cuts at '#'")
@pytest.mark.parametrize("path", ONCE)
def test_decoded_once(raw, stored, place, path):
    name = ONCE[path]
    target = f"{PROXY}/{stored.path.name}/{path}"
    assert raw("PUT", target, b"hi").status_code == 200
    assert stored.files() == {name: b"hi"}
    assert raw("GET", target).content == b"hi"
    assert entries(raw.read(PROXY, path=stored.path.name)) == {name: 2}
    assert raw("DELETE", target).json() == {}
    assert stored.files() == {}
    assert raw("POST", UPLOAD, b"hi", run_uuid=place.run, path=name).status_code == 200
    assert place.folder.files() == {name: b"hi"}
    assert raw("GET", GET, run_uuid=place.run, path=name).content == b"hi"
    assert entries(raw.read(LIST, run_id=place.run)) == {name: 2}


# Work or are refused, never a 5xx; what was put is got back, and one file at most is made.
ODD = [
    "tab%09x", "nl%0Ax", "cr%0Dx", "ctl%01x", "del%7Fx", "latin%E9", "%FF%FE", "%C0%AE%C0%AE/x",
    "..%C0%AFx", "%E2%80%A5/x", "%EF%BC%8E%EF%BC%8E/x", "nonchar%EF%BF%BE", "a%252Fb", "%ED%A0%80",
    "x%0D%0AX-Injected:%201", "%1B%5B31m", "d//e", "d/%2Fe", "%2", "%", "%G1", "a%2Fb", "a%2fb",
    "CON", "%E2%80%AEx", "con%2Etxt", "a%20%20b", "%2e%2e%20/x", "%20../x", ".%20/x",
]  # fmt: skip


@pytest.mark.parametrize("path", ODD)
def test_odd_name(raw, stored, either, path):
    target = f"{PROXY}/{stored.path.name}/{path}"
    r = raw("PUT", target, b"hi")
    assert "X-Injected" not in r.headers
    found = stored.files()
    if r.status_code != 200:
        assert 400 <= r.status_code < 500, r
        assert found == {}
        return
    assert list(found.values()) == [b"hi"]
    r = raw("GET", target)
    assert (r.status_code, r.content) == (200, b"hi")
    assert "X-Injected" not in r.headers
    assert raw("HEAD", target).status_code == 200
    r = raw("GET", PROXY, path=stored.path.name)
    assert r.status_code == 200
    assert len(r.json()["files"]) == 1


# --- names that only a program makes -----------------------------------------

CONTROL = ["tab\tx", "nl\nx", "cr\rx", "ctl\x01x", "del\x7fx", "\x1b[31m", "x\r\nX-Injected: 1", "\t", "x\n"]


@pytest.mark.cairn_only("the reference looks for %09 where the name has a tab")
@pytest.mark.parametrize("name", CONTROL, ids=repr)
def test_control_characters(raw, stored, place, name):
    """What is listed can be got: as part of a folder, and as its only file."""
    for folder in (stored, place.folder):
        folder.write(f"d/{name}", b"hello")
        folder.write(f"{name}/f", b"hello")
    for path in (f"d/{name}", f"{name}/f"):
        above = path.rpartition("/")[0]
        assert entries(raw.read(LIST, run_id=place.run, path=above)) == {path: 5}
        for method, body in (("GET", b"hello"), ("HEAD", b"")):
            r = raw(method, GET, run_id=place.run, path=path)
            assert (r.status_code, r.content) == (200, body), r
            assert "x-injected" not in r.headers
            r = raw(method, f"{PROXY}/{stored.path.name}/{quote(path)}")
            assert (r.status_code, r.content) == (200, body), r
            assert "x-injected" not in r.headers


BYTES = [b"latin\xe9", b"\xff\xfe", b"\xc0\xae", b"cut\xf0\x9f\x98", b"\xed\xa0\x80"]


@pytest.mark.cairn_only("the reference answers 500 or another name")
def test_names_of_no_utf8(raw, place, stored):
    """Left out of lists, so that a folder can be downloaded; refused with the byte's name."""
    place.folder.write("d/good")
    for name in BYTES:
        with open(os.fsencode(place.folder / "d") + b"/" + name, "wb") as f:
            f.write(b"data")
    assert entries(raw.read(LIST, run_id=place.run, path="d")) == {"d/good": 4}
    for name in BYTES:
        bad = next(b for b in name if b > 127)
        for method, body in (("PUT", b"hi"), ("GET", None), ("DELETE", None)):
            r = raw(method, f"{PROXY}/{stored.path.name}/{quote(name)}", body)
            check_error(r, 400, IPV, starts=f"Invalid path: the byte 0x{bad:02X} in it is no UTF-8")
        # in a query such a byte stays the escape that it was sent as
        r = raw("GET", f"{GET}?run_id={place.run}&path=d/{quote(name)}")
        check_error(r, 404, NOT_THERE, starts="No such artifact: 'd/")
    r = raw("GET", f"{GET}?run_id={place.run}&path=d/a%00b")
    check_error(r, 400, IPV, starts="Invalid path: the byte 0x00 in it is NUL")


# "Invalid path", in a path and in a query.
OUTWARDS = [
    "..", "../x", "d/../x", "d/..", "../../../../etc/passwd", "./../x", "d/./../../x",
]  # fmt: skip
DEPTHS = 5


def encoded(path, depth):
    """Dots and slashes as %xx, `depth` times over."""
    if depth == 0:
        return path
    path = path.replace(".", "%2e").replace("/", "%2F")
    for _ in range(depth - 1):
        path = path.replace("%", "%25")
    return path


@pytest.mark.parametrize("depth", range(DEPTHS + 1))
@pytest.mark.parametrize("path", OUTWARDS)
def test_dots_on_the_proxy(raw, stored, outside, path, depth):
    stored.write("d/kept")
    target = f"{PROXY}/{stored.path.name}/{encoded(path, depth)}"
    for method, body in (("GET", None), ("HEAD", None), ("PUT", b"hi"), ("DELETE", None)):
        r = raw(method, target, body)
        assert r.status_code == 400, (method, r)
        if method != "HEAD":
            check_error(r, 400, IPV, INVALID_PATH)
    inner = f"{stored.path.name}/{path}"
    for _ in range(depth):
        inner = quote(inner, safe="").replace(".", "%2e")
    check_error(raw("GET", PROXY, path=inner), 400, IPV, INVALID_PATH)
    assert stored.files() == {"d/kept": b"data"}


ABSOLUTE = ["/x", "//x", "/etc/passwd", "file:x", "file:///etc/passwd", "/file://etc/passwd", "C:\\x",
            "\\\\srv\\x"]  # fmt: skip


@pytest.mark.parametrize("depth", range(DEPTHS))
@pytest.mark.parametrize("path", OUTWARDS + ABSOLUTE)
def test_bad_path_of_a_run(raw, place, outside, path, depth):
    for _ in range(depth):
        path = quote(path, safe="").replace(".", "%2e")
    place.folder.write("d/kept")
    for r in (
        raw("GET", LIST, run_id=place.run, path=path),
        raw("GET", GET, run_id=place.run, path=path),
        raw("POST", UPLOAD, b"hi", run_uuid=place.run, path=path),
    ):
        check_error(r, 400, IPV, INVALID_PATH)
    assert place.folder.files() == {"d/kept": b"data"}


@pytest.mark.parametrize("path", ["/etc/passwd", "%2fetc/passwd", "%252fetc/passwd", "file:///etc/passwd",
                                  "file%3a///etc/passwd", "C:%5Cx", "%2F%2Fetc/passwd"])  # fmt: skip
def test_absolute_on_the_proxy(raw, outside, path):
    check_error(raw("GET", f"{PROXY}/{path}"), 400, IPV, INVALID_PATH)
    check_error(raw("PUT", f"{PROXY}/{path}", b"hi"), 400, IPV, INVALID_PATH)


# A dot as a part: harmless, so it is served, missing or refused; never a 5xx in Cairn.
@pytest.mark.parametrize("path", ["./x", "d/./x", "%2e/x", ".//x", "d/.", "file:///etc/y", "http://h/x"])
def test_parts_that_say_nothing(raw, stored, either, path):
    stored.write("x")
    stored.write("d/x")
    target = f"{PROXY}/{stored.path.name}/{path}"
    r = raw("GET", target)
    if r.status_code == 200:
        assert r.content == b"data"
    else:
        assert 400 <= r.status_code < 500, r
    r = raw("PUT", target, b"hi")
    if r.status_code == 500:
        assert not either(cairn=True, mlflow=False), r
    elif r.status_code == 200:
        assert raw("GET", target).content == b"hi"
    else:
        check_refused_4xx(r)
    assert set(stored.files().values()) <= {b"data", b"hi"}


@pytest.mark.parametrize("form", ["./d/f.txt", "d//f.txt", "d/./f.txt"])
def test_forms_that_a_run_serves(raw, place, form):
    place.folder.write("d/f.txt", b"hello")
    r = raw("GET", GET, run_id=place.run, path=form)
    assert (r.status_code, r.content) == (200, b"hello")
    assert r.headers["content-disposition"] == "attachment; filename=f.txt"


# --- NUL, and too long -------------------------------------------------------


@pytest.mark.cairn_only("the reference stores the three characters %00")
@pytest.mark.parametrize("path", ["a%00b", "%00", "x.txt%00.jpg", "a%00/b", "d/%00"])
def test_nul(raw, stored, place, path):
    """400 (l); a front end may refuse the path itself, with a page of its own."""
    stored.write("x.txt")
    for method, body in (("GET", None), ("PUT", b"hi"), ("DELETE", None)):
        r = raw(method, f"{PROXY}/{stored.path.name}/{path}", body)
        assert r.status_code in (400, 404), r
    assert stored.files() == {"x.txt": b"data"}
    place.folder.write("x.txt")
    for target in (
        f"{PROXY}?path={stored.path.name}/{path}",
        f"{LIST}?run_id={place.run}&path={path}",
        f"{GET}?run_id={place.run}&path={path}",
        f"/api/2.0/mlflow-artifacts/presigned/{path}",
    ):
        r = raw("GET", target)
        assert r.status_code == 400 or ("presigned" in target and r.status_code == 404), r
    assert raw("POST", f"{UPLOAD}?run_uuid={place.run}&path={path}", b"hi").status_code == 400
    assert place.folder.files() == {"x.txt": b"data"}


@pytest.mark.parametrize("path", ["n" * 256, "%C3%A9" * 128, "a/" * 2000 + "x", "x/" + "n" * 5000],
                         ids=["256", "256 wide", "4001", "5002"])  # fmt: skip
def test_too_long(raw, stored, place, either, path):
    """Told as 4xx; the reference answers 500 for some."""
    good = either(cairn=range(400, 500), mlflow=range(400, 501))
    target = f"{PROXY}/{stored.path.name}/{path}"
    for method, body in (("PUT", b"hi"), ("GET", None), ("HEAD", None)):
        assert raw(method, target, body).status_code in good, method
    assert raw("DELETE", target).status_code in either(cairn=[200, *range(400, 500)], mlflow=(200, 500))
    assert raw("GET", f"{PROXY}?path={path}").status_code in either(
        cairn=[200, *range(400, 500)], mlflow=(200, 500)
    )
    assert raw("GET", f"{GET}?run_id={place.run}&path={path}").status_code in good
    assert raw("GET", f"{LIST}?run_id={place.run}&path={path}").status_code in either(
        cairn=[200, *range(400, 500)], mlflow=(200, 500)
    )
    assert raw("POST", f"{UPLOAD}?run_uuid={place.run}&path={path}", b"hi").status_code in good
    assert stored.files() == {}
    assert place.folder.files() == {}


def test_deep_paths_work(raw, stored):
    path = "d/" * 200 + "x"
    target = f"{PROXY}/{stored.path.name}/{path}"
    assert raw("PUT", target, b"hi").status_code == 200
    assert raw("GET", target).content == b"hi"
    assert entries(raw.read(PROXY, path=f"{stored.path.name}/" + "d/" * 200)) == {"x": 2}
    assert raw("DELETE", f"{PROXY}/{stored.path.name}/d").json() == {}
    assert stored.files() == {}


def test_case_and_forms_of_unicode_are_names(raw, stored):
    """é as one character and as two, a and A: four files."""
    for path in ("a", "A", "%C3%A9", "e%CC%81"):
        assert raw("PUT", f"{PROXY}/{stored.path.name}/{path}", path.encode()).status_code == 200
    assert stored.files() == {on_disk(p): p.encode() for p in ("a", "A", "%C3%A9", "e%CC%81")}
    check_error(raw("GET", f"{PROXY}/{stored.path.name}/%C3%89"), 404, NOT_THERE)
