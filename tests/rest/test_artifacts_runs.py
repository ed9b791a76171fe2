"""Artifacts of runs: artifacts/list and get-artifact."""

import io
import os
import zipfile

import pytest

from artifacts import (
    GET, INVALID_PATH, IPV, LIST, NOT_THERE, UPLOAD, Folder, allowed, check_refused_4xx, destination,
    entries, local_root, model_of, place_of, unique,
)  # fmt: skip
from conftest import DOCS, check_error, check_missing

AJAX_LIST = LIST.replace("/api/", "/ajax-api/")
IS_FOLDER = "Artifact path refers to a directory, not a file: "


@pytest.fixture
def filled(place):
    for name, data in (
        ("top.txt", b"top"), ("Z", b"z"), ("a b", b"ab"), ("d/f.txt", b"hello"), ("empty", b""),
        ("d/sub/g", b"12"), ("é", b"1234"),
    ):  # fmt: skip
        place.folder.write(name, data)
    place.folder.make("nothing")
    return place


TOP = {"Z": 1, "a b": 2, "d": None, "empty": 0, "nothing": None, "top.txt": 3, "é": 4}


# --- artifacts/list ----------------------------------------------------------


def test_list(raw, filled):
    got = raw.read(LIST, run_id=filled.run)
    assert set(got) == {"root_uri", "files"}
    assert got["root_uri"] == filled.uri
    assert entries(got) == TOP
    assert raw.read(LIST, run_id=filled.run, path="") == got
    assert raw.read(AJAX_LIST, run_id=filled.run) == got
    assert raw.read("/" + LIST, run_id=filled.run) == got


@pytest.mark.parametrize("path", ["d", "d/"])
def test_list_gives_paths_from_the_root_of_the_run(raw, filled, path):
    got = raw.read(LIST, run_id=filled.run, path=path)
    assert got["root_uri"] == filled.uri
    assert entries(got) == {"d/f.txt": 5, "d/sub": None}
    assert entries(raw.read(LIST, run_id=filled.run, path="d/sub")) == {"d/sub/g": 2}


@pytest.mark.parametrize("path, bare, below", [
    (".", "", TOP),
    ("./d", "d/", {"f.txt": 5, "sub": None}),
    ("d/.", "d/", {"f.txt": 5, "sub": None}),
    ("d//sub", "d/sub/", {"g": 2}),
])  # fmt: skip
def test_list_forms_of_a_path(raw, filled, path, bare, below):
    """The names are put behind the path as it was given, or as it is without its dots."""
    got = entries(raw.read(LIST, run_id=filled.run, path=path))
    assert got in (
        {bare + k: v for k, v in below.items()},
        {f"{path.rstrip('/')}/{k}": v for k, v in below.items()},
    )


@pytest.mark.parametrize("path", ["none", "nothing", "top.txt", "top.txt/x", "none/x", "~", "a;b",
                                  "a?b", "\\\\srv", "http://x/"])  # fmt: skip
def test_list_of_nothing(raw, filled, path):
    assert raw.read(LIST, run_id=filled.run, path=path) == {"root_uri": filled.uri}


def test_list_before_the_first_artifact(raw, place):
    assert not place.folder.path.exists()
    assert raw.read(LIST, run_id=place.run) == {"root_uri": place.uri}
    assert not place.folder.path.exists()


def test_list_ignores_pages(raw, filled):
    assert entries(raw.read(LIST, run_id=filled.run, page_token="x", max_results="1")) == TOP
    assert entries(raw.read(LIST, run_id=filled.run, page_token="")) == TOP


def test_list_of_many(raw, place):
    expected = {f"f{i:04}": i % 3 for i in range(1500)}
    for name, size in expected.items():
        place.folder.write(name, b"x" * size)
    assert entries(raw.read(LIST, run_id=place.run)) == expected


def test_list_names_the_run_by_either_parameter(raw, filled):
    assert entries(raw.read(LIST, run_uuid=filled.run)) == TOP
    assert entries(raw.read(LIST, run_id=filled.run, run_uuid="nope")) == TOP
    r = raw("GET", LIST, run_id="nope", run_uuid=filled.run)
    check_error(r, 404, NOT_THERE, "Run with id=nope not found")


def test_list_takes_the_first_of_a_parameter(raw, filled):
    got = raw.read(f"{LIST}?run_id={filled.run}&path=d&path=none&run_id=nope")
    assert entries(got) == {"d/f.txt": 5, "d/sub": None}


def test_list_takes_a_body(raw, filled):
    body = b'{"run_id": "%s", "path": "d"}' % filled.run.encode()
    r = raw("GET", LIST, body, {"Content-Type": "application/json"})
    assert r.status_code == 200
    assert entries(r.json()) == {"d/f.txt": 5, "d/sub": None}


def test_list_checks_in_this_order(raw):
    """The parameter, the path, the run."""
    check_missing(raw("GET", LIST), "run_id")
    check_missing(raw("GET", LIST, run_id=""), "run_id")
    check_missing(raw("GET", LIST, path=".."), "run_id")
    check_error(raw("GET", LIST, run_id="nope", path=".."), 400, IPV, INVALID_PATH)
    check_error(raw("GET", LIST, run_id="nope"), 404, NOT_THERE, "Run with id=nope not found")


def test_list_head(raw, filled, either):
    """Decision i."""
    r = raw("HEAD", LIST, run_id=filled.run)
    assert (r.status_code, r.content) == (either(cairn=200, mlflow=400), b"")


def test_list_method(raw):
    for method in ("POST", "PUT", "DELETE"):
        r = raw(method, LIST, b"{}", {"Content-Type": "application/json"})
        assert r.status_code == 405
        assert allowed(r) == {"GET", "HEAD", "OPTIONS"}


def test_a_deleted_run_keeps_its_artifacts(raw, api, filled):
    api.ok("runs/delete", {"run_id": filled.run})
    assert entries(raw.read(LIST, run_id=filled.run)) == TOP
    assert raw("GET", GET, run_id=filled.run, path="d/f.txt").content == b"hello"
    api.ok("runs/restore", {"run_id": filled.run})
    assert raw("GET", GET, run_id=filled.run, path="d/f.txt").content == b"hello"


def test_a_deleted_experiment_keeps_its_artifacts(raw, api, filled):
    api.ok("experiments/delete", {"experiment_id": filled.experiment})
    assert entries(raw.read(LIST, run_id=filled.run)) == TOP
    assert raw("GET", GET, run_id=filled.run, path="d/f.txt").content == b"hello"


# --- get-artifact ------------------------------------------------------------


@pytest.mark.parametrize("path, data", [
    ("d/f.txt", b"hello"), ("a b", b"ab"), ("empty", b""), ("d/sub/g", b"12"), ("é", b"1234"),
])  # fmt: skip
def test_get(raw, filled, path, data):
    for parameter in ("run_id", "run_uuid"):
        r = raw("GET", GET, **{parameter: filled.run}, path=path)
        assert (r.status_code, r.content) == (200, data)


def test_get_plus_is_a_blank(raw, filled):
    assert raw("GET", f"{GET}?run_id={filled.run}&path=a+b").content == b"ab"
    check_error(raw("GET", f"{GET}?run_id={filled.run}&path=a%2Bb"), 404, NOT_THERE)


@pytest.mark.parametrize("path", ["none", "d/none", "none/x", "top.txt/x", "a+b", "D/f.txt"])
def test_get_missing(raw, filled, path):
    r = raw("GET", GET, run_id=filled.run, path=path)
    check_error(r, 404, NOT_THERE, starts="No such artifact: '")
    assert filled.named(r, path)
    r = raw("HEAD", GET, run_id=filled.run, path=path)
    assert (r.status_code, r.content) == (404, b"")


def test_get_before_the_first_artifact(raw, place):
    r = raw("GET", GET, run_id=place.run, path="x")
    check_error(r, 404, NOT_THERE, starts="No such artifact: '")
    assert place.named(r, "x")


@pytest.mark.parametrize("path", ["d", "d/", "d/sub", "nothing", ".", ""])
def test_get_folder(raw, filled, path):
    r = raw("GET", GET, run_id=filled.run, path=path)
    check_error(r, 400, IPV, starts=IS_FOLDER)
    assert filled.named(r, path)


def test_get_file_with_a_slash_behind(raw, filled, either):
    r = raw("GET", GET, run_id=filled.run, path="d/f.txt/")
    assert r.status_code in either(cairn=(200, 404), mlflow=(200,))


def test_get_cuts_nothing_off(raw, filled, either):
    """Decision l: the reference cuts at "#" and at the end of the line."""
    for path in ("Z#", "Z#frag", "Z\n"):
        r = raw("GET", GET, run_id=filled.run, path=path)
        if either(cairn=False, mlflow=True):
            assert r.status_code in (200, 400)
        else:
            assert r.status_code in (400, 404), r


def test_get_checks_in_this_order(raw, filled, either):
    """The presence of the path (a page in the reference), its form, the run."""
    for query in ("", f"?run_id={filled.run}", "?run_id=nope", "?foo=1"):
        r = raw("GET", GET + query)
        if either(cairn=False, mlflow=True):
            assert r.status_code == 400
            assert r.headers["content-type"].startswith("text/html")
        else:
            check_error(r, 400, IPV, contains="path")
    check_error(raw("GET", GET, path=".."), 400, IPV, INVALID_PATH)
    check_error(raw("GET", GET, run_id="nope", path=".."), 400, IPV, INVALID_PATH)
    check_error(raw("GET", GET, run_id="nope", path="x"), 404, NOT_THERE, "Run with id=nope not found")
    check_error(raw("GET", GET, run_uuid="nope", path="x"), 404, NOT_THERE, "Run with id=nope not found")
    for query in ("?path=x", "?run_id=&path=x"):
        check_error(raw("GET", GET + query), 404, NOT_THERE, "Run with id=None not found")
    check_error(raw("GET", GET + "?run_uuid=&path=x"), 404, NOT_THERE, starts="Run with id=")


def test_get_names_the_run_by_either_parameter(raw, filled):
    assert raw("GET", GET, run_id=filled.run, run_uuid="nope", path="Z").content == b"z"
    check_error(
        raw("GET", GET, run_id="nope", run_uuid=filled.run, path="Z"),
        404, NOT_THERE, "Run with id=nope not found",
    )  # fmt: skip
    got = raw("GET", f"{GET}?run_id={filled.run}&run_id=nope&path=Z&path=d")
    assert got.content == b"z"


def test_get_method(raw, filled):
    for method in ("POST", "PUT", "DELETE"):
        r = raw(method, GET, b"", run_id=filled.run, path="Z")
        assert r.status_code == 405
        assert allowed(r) == {"GET", "HEAD", "OPTIONS"}
    r = raw("OPTIONS", GET, run_id=filled.run, path="Z")
    assert (r.status_code, r.content) == (200, b"")
    assert allowed(r) == {"GET", "HEAD", "OPTIONS"}


def test_get_is_at_the_root_only(raw, filled):
    for base in ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api"):
        assert raw("GET", base + GET, run_id=filled.run, path="Z").status_code == 404


# --- locations the server opens ----------------------------------------------


@pytest.mark.parametrize("location, below", [
    ("mlflow-artifacts:/%s", "%s"),
    ("mlflow-artifacts:///%s", "%s"),
    ("mlflow-artifacts:%s", "%s"),
    ("mlflow-artifacts:/%s/deep/er", "%s/deep/er"),
    ("mlflow-artifacts:/%s sp", "%s sp"),
    ("mlflow-artifacts:/%s+p", "%s+p"),
])  # fmt: skip
def test_location_below_the_destination(raw, api, location, below):
    top = unique()
    experiment = api.new_experiment(artifact_location=location % top)
    run = api.new_run(experiment)
    folder = Folder(destination(), f"{below % top}/{run}/artifacts")
    folder.write("d/f", b"hello")
    assert entries(raw.read(LIST, run_id=run, path="d")) == {"d/f": 5}
    assert raw("GET", GET, run_id=run, path="d/f").content == b"hello"


@pytest.mark.parametrize("form", ["%s/own", "file://%s/own", "file:%s/own", "%s/own sp"])
def test_location_below_the_local_root(raw, api, form):
    top = unique()
    location = form % (local_root() / top)
    run = api.new_run(api.new_experiment(artifact_location=location))
    folder = Folder(local_root(), f"{top}/{'own sp' if 'sp' in form else 'own'}/{run}/artifacts")
    folder.write("d/f", b"hello")
    assert entries(raw.read(LIST, run_id=run, path="d")) == {"d/f": 5}
    assert raw("GET", GET, run_id=run, path="d/f").content == b"hello"


@pytest.mark.parametrize("form", ["./mlruns/{}", "mlruns/{}", "mlruns/./{}/", "file:mlruns/{}", "file:./mlruns/{}"])
def test_relative_locations_of_old_releases(raw, api, sql, form):
    """They begin where the server was started, and must be below a root."""
    run = api.new_run(api.new_experiment())
    folder = Folder(local_root(), unique("old") + "/9001/10/artifacts")
    folder.write("d/f", b"hello")
    below = str(folder.path.relative_to(local_root()))
    sql("UPDATE runs SET artifact_uri = %s WHERE run_uuid = %s", (form.format(below), run))
    assert entries(raw.read(LIST, run_id=run, path="d")) == {"d/f": 5}
    assert raw("GET", GET, run_id=run, path="d/f").content == b"hello"
    assert raw("POST", UPLOAD, b"there", run_uuid=run, path="g").status_code == 200


@pytest.mark.cairn_only("the reference opens whatever is stored")
@pytest.mark.parametrize("location", ["./{}", "../{}", "mlruns/../{}", "file:{}", "file:../{}", "./mlruns/../{}", ".", ""])
def test_relative_locations_elsewhere(raw, api, sql, outside, location):
    run = api.new_run(api.new_experiment())
    stored = location.format(outside.name)
    sql("UPDATE runs SET artifact_uri = %s WHERE run_uuid = %s", (stored, run))
    for target in (LIST, GET):
        check_refused_4xx(raw("GET", target, run_id=run, path="canary.txt"))


# --- folders as zip ----------------------------------------------------------

ONLY_HERE = "the reference has no zip downloads"


def unzipped(r):
    assert r.status_code == 200, r
    assert r.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(r.content)) as z:
        assert z.testzip() is None
        return {i.filename: z.read(i) for i in z.infolist() if not i.is_dir()}


@pytest.mark.cairn_only(ONLY_HERE)
@pytest.mark.parametrize("path, name, expected", [
    ("d", "d.zip", {"f.txt": b"hello", "sub/g": b"12"}),
    ("d/sub", "sub.zip", {"g": b"12"}),
    ("nothing", "nothing.zip", {}),
])  # fmt: skip
def test_zip_of_a_folder(raw, filled, path, name, expected):
    r = raw("GET", GET, run_id=filled.run, path=path, format="zip")
    found = unzipped(r)
    # whether the folder's own name stands in front is the server's choice, but one for all
    last = path.rsplit("/", 1)[-1]
    assert found in (expected, {f"{last}/{k}": v for k, v in expected.items()})
    assert r.headers["content-disposition"] == f"attachment; filename={name}"


@pytest.mark.cairn_only(ONLY_HERE)
def test_zip_of_a_run(raw, filled):
    r = raw("GET", GET, run_id=filled.run, path="", format="zip")
    found = unzipped(r)
    assert sorted(found.values()) == sorted(filled.folder.files().values())
    assert {k.split("/")[-1] for k in found} == {"top.txt", "Z", "a b", "f.txt", "empty", "g", "é"}


@pytest.mark.cairn_only(ONLY_HERE)
def test_zip_of_many_and_of_large(raw, place):
    data = bytes(range(256)) * 4096
    expected = {"large.bin": data * 8}
    for i in range(300):
        expected[f"x{i}"] = b"%d" % i
    for name, body in expected.items():
        place.folder.write("m/" + name, body)
    found = unzipped(raw("GET", GET, run_id=place.run, path="m", format="zip"))
    assert {k.split("/")[-1]: v for k, v in found.items()} == expected


@pytest.mark.cairn_only(ONLY_HERE)
def test_zip_follows_no_link(raw, place, outside):
    place.folder.write("d/real", b"real")
    place.folder.link("d/file", outside / "canary.txt")
    place.folder.link("d/dir", outside)
    found = unzipped(raw("GET", GET, run_id=place.run, path="d", format="zip"))
    assert {k.split("/")[-1]: v for k, v in found.items()} == {"real": b"real"}


@pytest.mark.cairn_only(ONLY_HERE)
def test_zip_head(raw, filled):
    """The headers, without a length that nobody knows before the archive is made."""
    r = raw("HEAD", GET, run_id=filled.run, path="d", format="zip")
    assert (r.status_code, r.content) == (200, b"")
    assert r.headers["content-type"] == "application/zip"
    assert r.headers["content-disposition"] == "attachment; filename=d.zip"
    assert "content-length" not in r.headers
    assert raw("HEAD", GET, run_id=filled.run, path="none", format="zip").status_code == 404


@pytest.mark.cairn_only(ONLY_HERE)
def test_zip_of_a_tree_too_deep(raw, place):
    """Told before the first byte: 4xx, and no attachment."""
    folder = os.open(place.folder.make("deep"), os.O_RDONLY)
    for _ in range(600):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    r = raw("GET", GET, run_id=place.run, path="deep", format="zip")
    check_error(r, 400, IPV, contains="500 levels")
    assert "content-disposition" not in r.headers and "content-security-policy" not in r.headers
    assert raw("HEAD", GET, run_id=place.run, path="deep", format="zip").status_code == 200


@pytest.mark.cairn_only(ONLY_HERE)
def test_zip_refusals(raw, filled):
    r = raw("GET", GET, run_id=filled.run, path="none", format="zip")
    check_error(r, 404, NOT_THERE, starts="No such artifact: '")
    check_error(raw("GET", GET, run_id=filled.run, path="..", format="zip"), 400, IPV, INVALID_PATH)
    check_error(raw("GET", GET, run_id="nope", path="d", format="zip"), 404, NOT_THERE)
    check_error(raw("GET", GET, run_id=filled.run, path="d", format="rar"), 400, IPV, contains="rar")


# --- presigned urls ----------------------------------------------------------

PRESIGNED = "/api/2.0/mlflow/artifacts/presigned-%s-url"
NO_CLOUD = {
    "download": "Presigned download is not supported for runs with proxied artifact storage"
    " (artifact URI scheme: mlflow-artifacts). This endpoint requires a run with a direct cloud"
    " storage artifact URI.",
    "upload": "Presigned upload is not supported for proxied artifact storage (artifact URI"
    " scheme: mlflow-artifacts). This endpoint requires a direct cloud storage artifact URI.",
}
ONE_OF = "Exactly one of run_id and model_id must be provided."


def check_not_signed(r, place, way):
    if place.below is not None:
        check_error(r, 400, IPV, NO_CLOUD[way])
        return
    assert r.status_code == 501, r
    assert r.json() == {
        "error_code": "NOT_IMPLEMENTED",
        "message": f"Presigned {way} is not supported for the current artifact repository",
    }


@pytest.mark.parametrize("way", ["download", "upload"])
def test_presigned(raw, place, way):
    target = PRESIGNED % way
    place.folder.write("f")
    for path in ("f", "none", "a/b"):
        check_not_signed(raw.post(target, {"run_id": place.run, "path": path}), place, way)
    ajax = target.replace("/api/", "/ajax-api/")
    check_not_signed(raw.post(ajax, {"run_id": place.run, "path": "f"}), place, way)
    for path in ("..", "/f", "d/../f", "%2e%2e/f"):
        check_error(raw.post(target, {"run_id": place.run, "path": path}), 400, IPV, INVALID_PATH)
    check_error(raw.post(target, {"run_id": "nope", "path": ".."}), 400, IPV, INVALID_PATH)
    check_error(
        raw.post(target, {"run_id": "nope", "path": "f"}), 404, NOT_THERE, "Run with id=nope not found"
    )
    check_missing(raw.post(target, {"run_id": place.run}), "path")
    check_missing(raw.post(target, {"run_id": place.run, "path": ""}), "path")
    for name in ("run_id", "path"):
        r = raw.post(target, {"run_id": place.run, "path": "f", name: 5})
        check_error(
            r, 400, IPV,
            f"Invalid value 5 for parameter '{name}' supplied:  Hint: Value was of type 'int'.{DOCS}",
        )  # fmt: skip
    check_error(raw("POST", target, b"{}"), 400, IPV, "Bad Request. Content-Type header is missing.")
    r = raw("GET", target)
    assert r.status_code == 405
    assert allowed(r) == {"POST", "OPTIONS"}


def test_presigned_download_is_of_a_run(raw, place):
    target = PRESIGNED % "download"
    for body in ({}, {"path": "f"}, {"model_id": "m-x", "path": "f"}):
        check_missing(raw.post(target, body), "run_id")
    check_not_signed(
        raw.post(target, {"run_id": place.run, "model_id": "m-x", "path": "f"}), place, "download"
    )


def test_presigned_upload_is_of_a_run_or_a_model(raw, api, place):
    target = PRESIGNED % "upload"
    model = model_of(api, place).run
    check_missing(raw.post(target, {}), "path")
    check_error(raw.post(target, {"path": "f"}), 400, IPV, ONE_OF)
    both = {"run_id": place.run, "model_id": model, "path": "f"}
    check_error(raw.post(target, both), 400, IPV, ONE_OF)
    check_error(
        raw.post(target, {"model_id": "m-x", "path": "f"}),
        404, NOT_THERE, "Logged model with ID 'm-x' not found.",
    )  # fmt: skip
    check_not_signed(raw.post(target, {"model_id": model, "path": "f"}), place, "upload")


@pytest.mark.parametrize("way", ["download", "upload"])
def test_presigned_elsewhere(raw, api, way, either):
    """A store that the server cannot sign for; the reference lacks its library here."""
    run = api.new_run(api.new_experiment(artifact_location="s3://bucket/x"))
    r = raw.post(PRESIGNED % way, {"run_id": run, "path": "f"})
    assert r.status_code in either(cairn=(400, 501), mlflow=(500,)), r


def test_two_kinds_in_one_server(raw, api):
    local, proxied = place_of(api, "local"), place_of(api, "proxied")
    local.folder.write("x", b"local")
    proxied.folder.write("x", b"proxied")
    assert raw("GET", GET, run_id=local.run, path="x").content == b"local"
    assert raw("GET", GET, run_id=proxied.run, path="x").content == b"proxied"
