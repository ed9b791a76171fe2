"""Artifacts of logged models and of model versions."""

import pytest

from artifacts import (
    GET, INVALID_PATH, IPV, NOT_THERE, VERSION_GET, allowed, check_refused_4xx, entries, model_of,
    place_of, unique,
)  # fmt: skip
from conftest import check_error
from registry import IS_PROMPT, Registry

BASE = "/api/2.0/mlflow/logged-models"
AJAX = "/ajax-api/2.0/mlflow/logged-models"
IS_FOLDER = "Artifact path refers to a directory, not a file: "
NO_FILE_PATH = 'Request must include the "artifact_file_path" query parameter.'


@pytest.fixture
def model(api, place):
    made = model_of(api, place)
    for name, data in (
        ("MLmodel", b"flavors: {}\n"), ("d/f.txt", b"hello"), ("empty", b""), ("d/sub/g", b"12"),
    ):  # fmt: skip
        made.folder.write(name, data)
    return made


def directories(model, base=BASE):
    return f"{base}/{model.run}/artifacts/directories"


def files(model):
    return f"{AJAX}/{model.run}/artifacts/files"


# --- logged models: directories ----------------------------------------------


@pytest.mark.parametrize("base", [BASE, AJAX])
def test_directories(raw, model, base):
    got = raw.read(directories(model, base))
    assert set(got) == {"root_uri", "files"}
    assert got["root_uri"] == model.uri
    assert entries(got) == {"MLmodel": 12, "d": None, "empty": 0}
    assert raw.read(directories(model, base), artifact_directory_path="") == got


@pytest.mark.parametrize("path", ["d", "d/"])
def test_directories_give_paths_from_the_root(raw, model, path):
    got = raw.read(directories(model), artifact_directory_path=path)
    assert got["root_uri"] == model.uri
    assert entries(got) == {"d/f.txt": 5, "d/sub": None}
    assert entries(raw.read(directories(model), artifact_directory_path="d/sub")) == {"d/sub/g": 2}


@pytest.mark.parametrize("path", ["none", "MLmodel", "MLmodel/x", "none/x"])
def test_directories_of_nothing(raw, model, path):
    assert raw.read(directories(model), artifact_directory_path=path) == {"root_uri": model.uri}


def test_directories_before_the_first_artifact(raw, api, place):
    fresh = model_of(api, place)
    assert raw.read(directories(fresh)) == {"root_uri": fresh.uri}


def test_directories_know_no_other_parameter(raw, model):
    whole = raw.read(directories(model))
    for query in ("path=d", "path=..", "page_token=x", "max_results=1"):
        assert raw.read(f"{directories(model)}?{query}") == whole


def test_directories_check_the_path_first(raw, model):
    for path in ("..", "/d", "d/..", "%2e%2e", "file:///etc"):
        r = raw("GET", directories(model), artifact_directory_path=path)
        check_error(r, 400, IPV, INVALID_PATH)
    none = f"{BASE}/m-none/artifacts/directories"
    check_error(raw("GET", none, artifact_directory_path=".."), 400, IPV, INVALID_PATH)
    check_error(raw("GET", none), 404, NOT_THERE, "Logged model with ID 'm-none' not found.")


def test_directories_method(raw, model):
    r = raw("HEAD", directories(model))
    assert (r.status_code, r.content) == (200, b"")
    r = raw("POST", directories(model), b"{}", {"Content-Type": "application/json"})
    assert r.status_code == 405
    assert allowed(r) == {"GET", "HEAD", "OPTIONS"}


# --- logged models: files ----------------------------------------------------


@pytest.mark.parametrize("path, data", [
    ("MLmodel", b"flavors: {}\n"), ("d/f.txt", b"hello"), ("empty", b""), ("./MLmodel", b"flavors: {}\n"),
    ("d//f.txt", b"hello"), ("d/sub/g", b"12"),
])  # fmt: skip
def test_files(raw, model, path, data):
    r = raw("GET", files(model), artifact_file_path=path)
    assert (r.status_code, r.content) == (200, data)
    name = path.rsplit("/", 1)[-1]
    assert r.headers["content-disposition"] == f"attachment; filename={name}"


@pytest.mark.parametrize("path", ["none", "d/none", "MLmodel/x"])
def test_files_missing(raw, model, path):
    r = raw("GET", files(model), artifact_file_path=path)
    check_error(r, 404, NOT_THERE, starts="No such artifact: '")
    assert model.named(r, path)


@pytest.mark.parametrize("path", ["d", "d/", "d/sub"])
def test_files_of_a_folder(raw, model, path):
    r = raw("GET", files(model), artifact_file_path=path)
    check_error(r, 400, IPV, starts=IS_FOLDER)
    assert model.named(r, path)


def test_files_check_in_this_order(raw, model):
    """The parameter, the path, the model."""
    none = f"{AJAX}/m-none/artifacts/files"
    for target in (files(model), none):
        for query in ("", "?artifact_file_path=", "?path=MLmodel"):
            check_error(raw("GET", target + query), 400, "BAD_REQUEST", NO_FILE_PATH)
        for path in ("..", "/etc/passwd", "d/../..", "%2e%2e"):
            check_error(raw("GET", target, artifact_file_path=path), 400, IPV, INVALID_PATH)
    r = raw("GET", none, artifact_file_path="x")
    check_error(r, 404, NOT_THERE, "Logged model with ID 'm-none' not found.")


def test_files_method_and_prefix(raw, model):
    api_twin = files(model).replace("/ajax-api/", "/api/")
    assert raw("GET", api_twin, artifact_file_path="MLmodel").status_code == 404
    r = raw("POST", files(model), b"", artifact_file_path="MLmodel")
    assert r.status_code == 405
    assert allowed(r) == {"GET", "HEAD", "OPTIONS"}
    assert raw("OPTIONS", files(model)).status_code == 204


def test_a_deleted_model_shows_nothing(raw, api, model):
    """Unlike a deleted run."""
    assert api.call("DELETE", f"logged-models/{model.run}").status_code == 200
    message = f"Logged model with ID '{model.run}' not found."
    check_error(raw("GET", directories(model)), 404, NOT_THERE, message)
    check_error(raw("GET", files(model), artifact_file_path="MLmodel"), 404, NOT_THERE, message)


@pytest.mark.parametrize("path", ["/artifacts", "/artifacts/directories/", "/artifacts/none"])
def test_no_such_route(raw, model, path):
    r = raw("GET", f"{BASE}/{model.run}{path}")
    assert r.status_code == 404
    assert r.headers["content-type"].startswith("text/html")


# --- model versions ----------------------------------------------------------


@pytest.fixture
def reg(api):
    return Registry(api)


@pytest.fixture
def source(place):
    """A run with a model's files in the folder "model"."""
    for name, data in (("model/MLmodel", b"flavors: {}\n"), ("model/d/f.txt", b"hello"), ("secret", b"s")):
        place.folder.write(name, data)
    return place


def get(raw, name, version, path):
    return raw("GET", VERSION_GET, name=name, version=version, path=path)


@pytest.mark.parametrize("form", ["%s/model", "%s/model/"])
def test_version_of_a_run(raw, reg, source, form):
    name = reg.model()
    version = reg.version(name, form % source.uri, run_id=source.run)["version"]
    r = get(raw, name, version, "MLmodel")
    assert (r.status_code, r.content) == (200, b"flavors: {}\n")
    assert r.headers["content-disposition"] == "attachment; filename=MLmodel"
    assert r.headers["content-type"] == "text/plain"
    assert r.headers["cache-control"] == "no-cache"
    assert get(raw, name, version, "d/f.txt").content == b"hello"
    for path in ("none", "d/none", "secret", "MLmodel/x"):
        r = get(raw, name, version, path)
        check_error(r, 404, NOT_THERE, starts="No such artifact: '")
        assert r.json()["message"].endswith(f"{path}'")
    for path in ("d", "d/", ""):
        r = get(raw, name, version, path)
        check_error(r, 400, IPV, starts=IS_FOLDER)
        assert r.json()["message"].rstrip("/'").endswith(path.rstrip("/"))
    for path in ("../secret", "d/../../secret", "/etc/passwd", "%2e%2e/secret", "file:///etc/passwd"):
        check_error(get(raw, name, version, path), 400, IPV, INVALID_PATH)


def test_version_of_a_file_uri(raw, api, reg):
    place = place_of(api, "local")
    place.folder.write("model/MLmodel", b"x")
    name = reg.model()
    version = reg.version(name, f"file://{place.uri}/model", run_id=place.run)["version"]
    assert get(raw, name, version, "MLmodel").content == b"x"


def test_version_of_runs_uri(raw, reg, source, either):
    """The reference cannot follow it to a proxied run."""
    name = reg.model()
    version = reg.version(name, f"runs:/{source.run}/model", run_id=source.run)["version"]
    r = get(raw, name, version, "d/f.txt")
    if either(cairn=True, mlflow=source.below is None):
        assert (r.status_code, r.content) == (200, b"hello")
        check_error(get(raw, name, version, "none"), 404, NOT_THERE, contains="'none")
        check_error(get(raw, name, version, "d"), 400, IPV, starts=IS_FOLDER)
        check_error(get(raw, name, version, "../secret"), 400, IPV, INVALID_PATH)
    else:
        assert r.status_code == 500


def test_version_of_a_logged_model(raw, reg, model):
    name = reg.model()
    version = reg.version(name, f"models:/{model.run}", model_id=model.run)["version"]
    assert get(raw, name, version, "MLmodel").content == b"flavors: {}\n"
    assert get(raw, name, version, "d/f.txt").content == b"hello"
    check_error(get(raw, name, version, "none"), 404, NOT_THERE, starts="No such artifact: '")


def test_version_of_a_version(raw, reg, source):
    name = reg.model()
    first = reg.version(name, f"{source.uri}/model", run_id=source.run)["version"]
    other = reg.model()
    second = reg.version(other, f"models:/{name}/{first}")["version"]
    assert get(raw, other, second, "d/f.txt").content == b"hello"
    reg.delete_version(name, first)
    check_error(
        get(raw, name, first, "MLmodel"),
        404, NOT_THERE, f"Model Version (name={name}, version={first}) not found",
    )  # fmt: skip
    assert get(raw, other, second, "d/f.txt").content == b"hello"


def test_version_outlives_its_run(raw, api, reg, source):
    name = reg.model()
    version = reg.version(name, f"{source.uri}/model", run_id=source.run)["version"]
    api.ok("runs/delete", {"run_id": source.run})
    assert get(raw, name, version, "MLmodel").content == b"flavors: {}\n"


@pytest.mark.parametrize("uri", ["s3://bucket/x", "dbfs:/etc", "gs://b/x", "wasbs://c@a/x"])
def test_version_elsewhere(raw, reg, either, uri):
    """The clients reach it themselves; the reference lacks the library and answers 500."""
    name = reg.model()
    version = reg.version(name, uri)["version"]
    r = get(raw, name, version, "MLmodel")
    if either(cairn=True, mlflow=False):
        check_refused_4xx(r)
    else:
        assert r.status_code == 500


def test_version_of_a_prompt(raw, reg):
    name = reg.model(unique("prompt"), tags=[IS_PROMPT])
    version = reg.version(name, "dummy-source", tags=[IS_PROMPT])["version"]
    for path in ("MLmodel", "", "passwd"):
        check_refused_4xx(get(raw, name, version, path))


def test_version_checks_in_this_order(raw, reg, either):
    """Presence of the path, its form, the name, the version, whether there is one."""
    name = reg.model()
    for query in ("", f"?name={name}", f"?name={name}&version=1", "?version=x"):
        r = raw("GET", VERSION_GET + query)
        if either(cairn=False, mlflow=True):
            assert r.status_code == 400
            assert r.headers["content-type"].startswith("text/html")
        else:
            check_error(r, 400, IPV, contains="path")
    for query in ("?path=..", "?name=nope&version=x&path=.."):
        check_error(raw("GET", VERSION_GET + query), 400, IPV, INVALID_PATH)
    for query in ("?path=x", "?version=1&path=x", "?name=&version=x&path=x"):
        r = raw("GET", VERSION_GET + query)
        check_error(r, 400, IPV, "Missing value for required parameter 'name'.")
    r = raw("GET", VERSION_GET, name=name, path="x")
    assert r.status_code == either(cairn=400, mlflow=500)
    assert r.json()["error_code"] in ("INTERNAL_ERROR", IPV)
    for version in ("abc", "1.0", "", "0x1"):
        r = get(raw, "nope", version, "x")
        check_error(r, 400, IPV, f"Parameter 'version' must be an integer, got '{version}'.")
    for version in ("1", "-1", "0", "99999999999999999999"):
        r = get(raw, name, version, "x")
        check_error(r, 404, NOT_THERE, f"Model Version (name={name}, version={version}) not found")


def test_version_forms_of_a_number(raw, reg, source):
    name = reg.model()
    reg.version(name, f"{source.uri}/model", run_id=source.run)
    for version in ("1", "01", " 1"):
        assert get(raw, name, version, "MLmodel").content == b"flavors: {}\n"


def test_version_method(raw):
    for method in ("POST", "PUT", "DELETE"):
        r = raw(method, VERSION_GET, b"")
        assert r.status_code == 405
        assert allowed(r) == {"GET", "HEAD", "OPTIONS"}
    r = raw("OPTIONS", VERSION_GET)
    assert r.status_code == 200
    for base in ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow"):
        assert raw("GET", base + VERSION_GET).status_code == 404


def test_get_artifact_knows_no_model(raw, model):
    """A model's id is no run's."""
    r = raw("GET", GET, run_id=model.run, path="MLmodel")
    check_error(r, 404, NOT_THERE, f"Run with id={model.run} not found")
