"""Model versions: sources, stages, soft delete, search and paging."""

import time
import uuid

import pytest
from conftest import DOCS, check_constraint, check_error, check_missing
from registry import IS_PROMPT, PROMPT, SOURCE, STAGES, Registry, pairs, tags, unique

IPV, GONE = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"

START = "Invalid model version source: '%s'. "
LOCAL = START + ("To use a local path as a model version source, the {0} request parameter has to "
                 "be specified and the local path has to be contained within the artifact directory "
                 "of the run specified by the {0}.")
RELATIVE = START + ("If supplying a source as an http, https, local file path, ftp, objectstore, or "
                    "mlflow-artifacts uri, an absolute path must be provided without relative path "
                    "references present. Please provide an absolute path.")
OWNER = START + "The {0} request parameter must identify the resource that contains the source."
HOST = ("'source' cannot use the '{0}' scheme: the '{0}' scheme addresses a host other than the "
        "tracking server's configured artifact storage, so the server would connect to the host "
        "named in the URI. Set the MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment "
        "variable on the server to allow it.")


@pytest.fixture(scope="module")
def reg(api):
    return Registry(api)


@pytest.fixture
def model(reg):
    return reg.model()


def no_version(r, name, version):
    check_error(r, 404, GONE, f"Model Version (name={name}, version={version}) not found")


# --- create, get ----------------------------------------------------------------


def test_create(reg, model):
    made = reg.version(model)
    assert abs(made["creation_timestamp"] - time.time() * 1000) < 120000
    assert made == {
        "name": model, "version": "1", "creation_timestamp": made["creation_timestamp"],
        "last_updated_timestamp": made["creation_timestamp"], "current_stage": "None",
        "description": "", "source": SOURCE, "run_id": "", "status": "READY", "run_link": "",
    }
    assert reg.get_version(model, 1) == made
    assert reg.get(model)["last_updated_timestamp"] == made["creation_timestamp"]


def test_create_with_all(reg, model):
    given = [{"key": "b", "value": "2"}, {"key": "a"}, {"key": "b", "value": "é"}]
    made = reg.version(model, run_id="no such run", run_link="http://l", description="d", tags=given)
    assert made["run_id"] == "no such run" and made["run_link"] == "http://l"
    assert made["description"] == "d"
    assert made["tags"] == [{"key": "b", "value": "é"}, {"key": "a", "value": ""}]
    got = reg.get_version(model, 1)
    assert got["tags"] == [{"key": "a", "value": ""}, {"key": "b", "value": "é"}]
    assert {**got, "tags": 0} == {**made, "tags": 0}


def test_what_only_the_server_says(reg, model):
    made = reg.version(model, version="77", user_id="u", current_stage="Production", status="FAILED_REGISTRATION")
    assert (made["version"], made["current_stage"], made["status"]) == ("1", "None", "READY")
    assert "user_id" not in made


def test_numbers_are_not_used_again(reg, model):
    assert [reg.version(model)["version"] for _ in range(3)] == ["1", "2", "3"]
    reg.delete_version(model, 3)
    reg.delete_version(model, 1)
    assert reg.version(model)["version"] == "4"


def test_model_must_exist(reg):
    name = unique()
    for source in [SOURCE, "dummy-source"]:
        body = {"name": name, "source": source, "tags": [IS_PROMPT] if source != SOURCE else []}
        check_error(reg.mv("create", body), 404, GONE, f"Registered Model with name={name} not found")


def test_required(reg, model):
    check_missing(reg.mv("create", {"source": SOURCE}), "name")
    for source in [{}, {"source": None}, {"source": ""}]:
        check_missing(reg.mv("create", {"name": model, **source}), "source")


def test_source_before_name_before_tags(reg):
    check_error(reg.mv("create", {"name": "a/b", "source": "/x"}), 400, IPV, LOCAL.format("run_id") % "/x")
    r = reg.mv("create", {"name": "a/b", "source": SOURCE, "tags": [{"key": "a$b"}]})
    check_error(r, 400, IPV, "Invalid model name 'a/b'. Names cannot contain '/' or ':'.")
    r = reg.mv("create", {"name": unique(), "source": SOURCE, "tags": [{"key": "a$b"}]})
    check_error(r, 400, IPV, starts="Invalid value \"a$b\" for parameter 'key' supplied")


def test_limits(reg, model, on_cairn):
    reg.version(model, "s3://b/" + "é" * 493, description="é" * 5000, run_id="r" * 32, run_link="é" * 500)
    for body, what in [({"source": "s3://b/" + "x" * 494}, "source"), ({"description": "x" * 5001}, "description"),
                       ({"run_id": "x" * 33}, "run_id"), ({"run_link": "x" * 501}, "run_link")]:
        check_constraint(reg.mv("create", {"name": model, "source": SOURCE, **body}), on_cairn, names=[what])
    check_constraint(
        reg.mv("update", {"name": model, "version": "1", "description": "x" * 5001}, "PATCH"),
        on_cairn, names=["description"])
    assert [v for _, v in reg.versions(filter=f"name = '{model}'")] == ["1"]


def test_tag_limits(reg, model, on_cairn):
    reg.version(model, tags=[{"key": "x" * 250, "value": "v" * 65535}])
    for body, what, most in [({"key": "x" * 251, "value": "v"}, "key", 250),
                             ({"key": "k", "value": "x" * 100001}, "value", 100000)]:
        for r in [reg.mv("create", {"name": model, "source": SOURCE, "tags": [body]}),
                  reg.mv("set-tag", {"name": model, "version": "1", **body})]:
            check_error(r, 400, IPV, f"'{what}' exceeds the maximum length of {most} characters")
    for value in ["x" * 65536, "é" * 40000]:
        for r in [reg.mv("create", {"name": model, "source": SOURCE, "tags": [{"key": "k", "value": value}]}),
                  reg.mv("set-tag", {"name": model, "version": "1", "key": "k", "value": value})]:
            check_constraint(r, on_cairn, names=["value", "65535"])
    assert [v for _, v in reg.versions(filter=f"name = '{model}'")] == ["1"]


@pytest.mark.parametrize("text", ["1", "01", " 1", "1 ", "+1"])
def test_numbers(reg, model, text):
    reg.version(model)
    assert reg.get_version(model, text)["version"] == "1"


@pytest.mark.parametrize("text, shown", [
    ("9", "9"), ("0", "0"), ("-1", "-1"), ("2147483648", "2147483648"), ("009", "9"),
    ("99999999999999999999", "99999999999999999999"),
])
def test_missing_numbers(reg, model, text, shown):
    reg.version(model)
    body = {"name": model, "version": text}
    no_version(reg.read("model-versions/get", **body), model, shown)
    no_version(reg.read("model-versions/get-download-uri", **body), model, shown)
    no_version(reg.mv("update", {**body, "description": "x"}, "PATCH"), model, shown)
    no_version(reg.mv("delete", body, "DELETE"), model, shown)
    no_version(reg.mv("transition-stage", {**body, "stage": "Staging"}), model, shown)
    no_version(reg.mv("set-tag", {**body, "key": "k", "value": "v"}), model, shown)
    no_version(reg.mv("delete-tag", {**body, "key": "k"}, "DELETE"), model, shown)
    no_version(reg.rm("alias", {**body, "alias": "x"}), model, shown)


@pytest.mark.parametrize("text", ["abc", "1.5", "1e3", "0x1", "--1", "1\0", "latest"])
def test_no_numbers(reg, model, text):
    body = {"name": model, "version": text}
    for r in [reg.read("model-versions/get", **body), reg.read("model-versions/get-download-uri", **body),
              reg.mv("update", body, "PATCH"), reg.mv("delete", body, "DELETE"),
              reg.mv("transition-stage", {**body, "stage": "Staging"}),
              reg.mv("set-tag", {**body, "key": "k"}), reg.mv("delete-tag", {**body, "key": "k"}, "DELETE"),
              reg.rm("alias", {**body, "alias": "x"})]:  # fmt: skip
        check_error(r, 400, IPV, f"Parameter 'version' must be an integer, got '{text}'.")


def test_missing_model(reg):
    name = unique()
    no_version(reg.read("model-versions/get", name=name, version="1"), name, 1)
    no_version(reg.mv("update", {"name": name, "version": "1"}, "PATCH"), name, 1)
    no_version(reg.mv("transition-stage", {"name": name, "version": "1", "stage": "None"}), name, 1)


def test_download_uri(reg, model):
    reg.version(model)
    answer = reg.ok(reg.read("model-versions/get-download-uri", name=model, version="1"))
    assert answer == {"artifact_uri": SOURCE}
    # this row looks at the values only
    check_error(reg.read("model-versions/get-download-uri", version="1"), 400, IPV,
                "Missing value for required parameter 'name'.")
    check_error(reg.read("model-versions/get-download-uri", name=model), 400, IPV,
                "Parameter 'version' must be an integer, got ''.")


# --- update, tags, stages ---------------------------------------------------------


def test_update(reg, model):
    before = reg.version(model, description="first", tags=tags(a="b"))
    parent = reg.get(model)["last_updated_timestamp"]
    time.sleep(0.01)
    body = {"name": model, "version": "1"}
    got = reg.ok(reg.mv("update", {**body, "description": "new"}, "PATCH"))["model_version"]
    assert got == {**before, "description": "new", "last_updated_timestamp": got["last_updated_timestamp"]}
    assert got["last_updated_timestamp"] > before["last_updated_timestamp"]
    assert reg.get(model)["last_updated_timestamp"] == parent
    got = reg.ok(reg.mv("update", {**body, "description": ""}, "PATCH"))["model_version"]
    assert got["description"] == ""
    for empty in [{}, {"description": None}]:
        got = reg.ok(reg.mv("update", {**body, **empty}, "PATCH"))["model_version"]
        assert "description" not in got and got == reg.get_version(model, 1)


def test_tags(reg, model):
    made = reg.version(model)
    body = {"name": model, "version": "1"}
    for key, value in [("k", "v"), ("k", "w"), ("empty", ""), ("a b/c.d", "é\0\n")]:
        assert reg.ok(reg.mv("set-tag", {**body, "key": key, "value": value})) == {}
    assert reg.ok(reg.mv("set-tag", {**body, "key": "none"})) == {}
    got = reg.get_version(model, 1)
    assert pairs(got) == {"k": "w", "empty": "", "a b/c.d": "é\0\n", "none": ""}
    assert got["last_updated_timestamp"] == made["last_updated_timestamp"]
    for _ in range(2):
        assert reg.ok(reg.mv("delete-tag", {**body, "key": "k"}, "DELETE")) == {}
    assert "k" not in pairs(reg.get_version(model, 1))


@pytest.mark.parametrize("given, stored", [
    ("Staging", "Staging"), ("staging", "Staging"), ("PRODUCTION", "Production"), ("none", "None"),
    ("aRcHiVeD", "Archived"),
])
def test_stages(reg, model, given, stored):
    made = reg.version(model)
    time.sleep(0.005)
    got = reg.stage(model, 1, given, archive_existing_versions=False)
    assert got["current_stage"] == stored and got == reg.get_version(model, 1)
    assert got["last_updated_timestamp"] > made["last_updated_timestamp"]
    assert reg.get(model)["last_updated_timestamp"] == got["last_updated_timestamp"]


def test_archiving(reg, model):
    for _ in range(4):
        reg.version(model)
    for version, stage in [(1, "Staging"), (2, "Staging"), (3, "Production")]:
        reg.stage(model, version, stage)
    time.sleep(0.005)
    got = reg.stage(model, 4, "staging", archive_existing_versions=True)
    now = {v: reg.get_version(model, v) for v in [1, 2, 3, 4]}
    assert [now[v]["current_stage"] for v in now] == ["Archived", "Archived", "Production", "Staging"]
    assert {now[v]["last_updated_timestamp"] for v in [1, 2, 4]} == {got["last_updated_timestamp"]}
    assert now[3]["last_updated_timestamp"] < got["last_updated_timestamp"]
    # once more: it does not archive itself
    assert reg.stage(model, 4, "Staging", archive_existing_versions=True)["current_stage"] == "Staging"


@pytest.mark.parametrize("stage", ["None", "archived"])
def test_archiving_for_other_stages(reg, model, either, stage):
    reg.version(model)
    body = {"name": model, "version": "1", "stage": stage, "archive_existing_versions": True}
    check_error(reg.mv("transition-stage", body), either(cairn=400, mlflow=500), "INTERNAL_ERROR",
                f"Model version transition cannot archive existing model versions because '{stage}' "
                "is not an Active stage. Valid stages are ['Staging', 'Production']")


def test_bad_stage(reg, model):
    reg.version(model)
    for body in [{"version": "1", "stage": "bad"}, {"version": "abc", "stage": "bad"},
                 {"version": "1", "stage": "Deleted_Internal"}]:
        check_error(reg.mv("transition-stage", {"name": model, **body}), 400, IPV,
                    f"Invalid Model Version stage: {body['stage']}. Value must be one of {STAGES}.")
    check_missing(reg.mv("transition-stage", {"name": model, "version": "1"}), "stage")
    assert reg.get_version(model, 1)["current_stage"] == "None"


# --- delete -------------------------------------------------------------------------


def test_delete(reg, model):
    reg.version(model, tags=tags(a="b"))
    reg.version(model)
    reg.stage(model, 1, "Production")
    reg.alias(model, "champion", 1)
    before = reg.get(model)["last_updated_timestamp"]
    time.sleep(0.005)
    body = {"name": model, "version": "1"}
    reg.delete_version(model, 1)
    assert reg.get(model)["last_updated_timestamp"] > before
    for r in [reg.mv("delete", body, "DELETE"), reg.read("model-versions/get", **body),
              reg.read("model-versions/get-download-uri", **body), reg.mv("update", body, "PATCH"),
              reg.mv("transition-stage", {**body, "stage": "Staging"}),
              reg.mv("set-tag", {**body, "key": "a", "value": "b"}),
              reg.mv("delete-tag", {**body, "key": "a"}, "DELETE"),
              reg.rm("alias", {**body, "alias": "x"})]:  # fmt: skip
        no_version(r, model, 1)
    assert reg.versions(filter=f"name = '{model}'") == [(model, "2")]
    assert [v["version"] for v in reg.latest(model)] == ["2"]
    assert "aliases" not in reg.get(model)


# --- sources ------------------------------------------------------------------------


class Place:
    """An experiment with a run and a logged model, as rows where the server has no route."""

    def __init__(self, api, sql, location=None):
        where = {} if location is None else {"artifact_location": location}
        self.experiment = api.new_experiment(**where)
        self.run = api.new_run(self.experiment)
        self.uri = api.get_run(self.run)["info"]["artifact_uri"]
        self.model = "m-" + uuid.uuid4().hex
        root = self.uri[: -len(f"/{self.run}/artifacts")]
        self.model_uri = f"{root}/models/{self.model}/artifacts"
        self.sql = sql
        self.add(self.model, self.run)

    def add(self, model, run, stage="active"):
        self.sql("INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,"
                 " creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage,"
                 " source_run_id) VALUES (%s, %s, 'lm', %s, 7, 7, 2, %s, %s)",
                 (model, self.experiment, self.model_uri, stage, run))

    def versions_tag(self, model=None):
        rows = self.sql("SELECT tag_value FROM logged_model_tags WHERE model_id = %s AND"
                        " tag_key = 'mlflow.modelVersions'", (model or self.model,))
        return rows[0][0] if rows else None


@pytest.fixture(scope="module")
def places(api, sql):
    """By name: local, file, proxied, s3."""
    tail = uuid.uuid4().hex
    return {"local": Place(api, sql, f"/srv/a/{tail}"), "file": Place(api, sql, f"file:///srv/b/{tail}"),
            "proxied": Place(api, sql, f"mlflow-artifacts:/c/{tail}"), "s3": Place(api, sql, f"s3://b/{tail}")}


@pytest.fixture
def create(reg, model):
    """create(source, ...) -> the answer, whatever it is."""
    return lambda source, **kw: reg.mv("create", {"name": model, "source": source, **kw})


def storage(sql, r):
    v = r.json()["model_version"]
    [row] = sql("SELECT source, storage_location, run_id FROM model_versions WHERE name = %s"
                " AND version = %s", (v["name"], v["version"]))  # fmt: skip
    return row


@pytest.mark.parametrize("source", [
    "s3://b/x", "s3://b/x/", "s3:/b/x", "s3:///x/y", "s3://b//x", "S3://b/x", " s3://b/x", "gs://b/x",
    "wasbs://c@a.blob.core.windows.net/x", "dbfs:/x", "nosuch://h/x", "databricks://x/y", "s3://u:p@b/x",
    "s3://b/é \U0001F600", "s3://b/a\nb", "s3://b/..x/x../...", "s3://b/x?a=1", "s3://b/x#f", "C:/x",
    "mlflow-artifacts-x:/a", "ssh://h/x", "s3://b/a\\b",
])  # fmt: skip
def test_remote(reg, create, sql, source):
    made = reg.ok(create(source))["model_version"]
    assert made["source"] == source
    assert storage(sql, create(source)) == (source, source, "")


@pytest.mark.parametrize("source", [
    "s3://b/../x", "s3://b/%2e%2e/x", "s3://b/%252e%252e/x", "s3://b/./x", "s3://b/%2e/x", "s3://b/..",
    "s3://b/x?a=../..", "s3://b/x#/../..", "s3://b/;/..", "s3://../x", "s3://b/%2fx%2f..%2f", "dbfs:/../x",
    "s3:\n//b/../x", "s3://b/.\n./x", "s3://b/.%09./x", "s3://b", "s3://b/", "s3:b", "x:y", "C:\\x",
    "data:text/plain,x", "javascript:alert(1)", "s3://b/%00x", "s3://b/a\0b", "mlflow-artifacts:",
    "mlflow-artifacts:x", "mlflow-artifacts:/a/../b", "runs:/", "runs:x", "runs:/r/../x", "runs:/r/%2e%2e/x",
    "git+ssh://h/x",
])  # fmt: skip
def test_relative(create, source):
    check_error(create(source), 400, IPV, RELATIVE % source)


def test_open_bracket(create, on_cairn):
    r = create("s3://[::1/x")
    if on_cairn:
        check_error(r, 400, IPV, RELATIVE % "s3://[::1/x")
    else:
        assert r.status_code == 500


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "sftp", "hdfs", "viewfs", "abfss", "r2", "b2"])
def test_schemes_with_a_host(create, scheme):
    for source in [scheme + "://h/x", scheme.upper() + "://h/x", scheme + ":/x", scheme + "://h/../x"]:
        check_error(create(source), 400, IPV, HOST.format(scheme))


def test_proxy_with_a_host(create, places):
    p = places["proxied"]
    for source in ["mlflow-artifacts://h:5000/x", "mlflow-artifacts://h" + p.uri[len("mlflow-artifacts:"):]]:
        check_error(create(source, run_id=p.run), 400, IPV, HOST.format("mlflow-artifacts"))


@pytest.mark.parametrize("where", ["local", "file"])
def test_local(create, places, sql, where):
    p = places[where]
    path = p.uri.replace("file://", "")
    for source in [path, path + "/", path + "/m", path + "/a/../m", path + "/./m", path + "//m",
                   path + "/a..b", path + "/...", "file://" + path + "/m", "file:" + path,
                   "file://localhost" + path + "/m"]:  # fmt: skip
        assert storage(sql, create(source, run_id=p.run)) == (source, source, p.run)


@pytest.mark.parametrize("where", ["local", "file"])
def test_local_outside(create, places, where):
    p = places[where]
    path = p.uri.replace("file://", "")
    up = path.rsplit("/", 1)[0]
    for source, seen in [("/etc/passwd", "/etc/passwd"), ("/", "/"), ("file:///etc", "/etc"),
                         (path + "/../m", up + "/m"), (path + "/%2e%2e/m", up + "/m"),
                         (path + "x/m", path + "x/m"), (path + "/a/../../m", up + "/m"),
                         (p.model_uri.replace("file://", ""), p.model_uri.replace("file://", ""))]:
        check_error(create(source, run_id=p.run), 400, IPV, LOCAL.format("run_id") % seen)


@pytest.mark.parametrize("source", ["model", "./model", "~/x", "dummy-source", "://x", "//h/x", "\\\\srv\\x"])
def test_bare_words(create, places, source):
    check_error(create(source), 400, IPV, LOCAL.format("run_id") % source)
    r = create(source, run_id=places["local"].run)
    check_error(r, 400, IPV, starts="Invalid model version source: '")
    assert r.json()["message"].endswith(LOCAL.format("run_id").split("%s")[1]), r.text


def test_local_without_its_run(create, places):
    p = places["local"]
    for kw in [{}, {"run_id": ""}, {"run_id": None}]:
        check_error(create(p.uri, **kw), 400, IPV, LOCAL.format("run_id") % p.uri)
    check_error(create(p.uri, run_id="nope"), 400, IPV, OWNER.format("run_id") % p.uri)
    check_error(create(p.uri, run_id=places["s3"].run), 400, IPV, LOCAL.format("run_id") % p.uri)


def test_local_of_a_logged_model(create, places, sql):
    p = places["local"]
    for source in [p.model_uri, p.model_uri + "/x"]:
        assert storage(sql, create(source, model_id=p.model)) == (source, source, p.run)
    for source in ["/etc/passwd", p.uri]:
        check_error(create(source, model_id=p.model), 400, IPV, LOCAL.format("model_id") % source)
    check_error(create(p.uri, model_id="m-nope"), 400, IPV, OWNER.format("model_id") % p.uri)


def test_local_on_another_machine(create, places, either):
    p = places["local"]
    source = "file://evil" + p.uri
    for source in (source, "file://123.456.789.123/path"):
        check_error(create(source, run_id=p.run), *either(cairn=(400, IPV), mlflow=(500, "INTERNAL_ERROR")),
                    f"{source} is not a valid remote uri. For remote access on windows, please consider "
                    "using a different scheme such as SMB (e.g. smb://<hostname>/<path>).")


@pytest.mark.parametrize("source", ["a\0b", "{uri}/a\0b"])
def test_nul_in_path(create, places, on_cairn, source):
    p = places["local"]
    r = create(source.format(uri=p.uri), run_id=p.run)
    if on_cairn:
        check_error(r, 400, IPV, contains="NUL")
    else:
        assert r.status_code == 500


def test_proxied(create, places, sql):
    p = places["proxied"]
    for source in [p.uri, p.uri + "/", p.uri + "/m", p.uri + "?x=1", p.uri.replace(":/", ":///"),
                   p.uri.replace("mlflow-artifacts", "MLFLOW-ARTIFACTS")]:  # fmt: skip
        assert storage(sql, create(source, run_id=p.run)) == (source, source, p.run)
    for source in [p.model_uri, p.model_uri + "/a"]:
        assert storage(sql, create(source, model_id=p.model)) == (source, source, p.run)


def test_proxied_outside(create, places):
    p = places["proxied"]
    for source in [p.uri + "x", p.model_uri, "mlflow-artifacts:/x/y"]:
        check_error(create(source, run_id=p.run), 400, IPV, OWNER.format("run_id") % source)
    for source in [p.uri, p.uri + "/m"]:
        check_error(create(source), 400, IPV, OWNER.format("run_id") % source)
        check_error(create(source, run_id="nope"), 400, IPV, OWNER.format("run_id") % source)
        check_error(create(source, run_id=places["local"].run), 400, IPV, OWNER.format("run_id") % source)
        check_error(create(source, run_id=p.run, model_id=p.model), 400, IPV,
                    OWNER.format("model_id") % source)


def test_runs(create, places, sql):
    run = places["local"].run
    for source in [f"runs:/{run}/model", f"runs:/{run}", f"runs:/{run}/a/b/", f"runs:///{run}/m", f"RUNS:/{run}/m"]:
        assert storage(sql, create(source, run_id=run)) == (source, source, run)
    assert create("runs:/nope/model", run_id="nope").status_code == 200


def test_runs_of_another(create, places):
    run, other = places["local"].run, places["s3"].run
    source = f"runs:/{run}/model"
    for kw in [{}, {"run_id": other}, {"run_id": ""}]:
        check_error(create(source, **kw), 400, IPV, OWNER.format("run_id") % source)
    for kw in [{}, {"run_id": run}]:
        r = create(source, model_id=places["local"].model, **kw)
        check_error(r, 400, IPV, OWNER.format("model_id") % source)
    for source in [f"runs://{run}/model", f"runs://profile@databricks/{run}/a"]:
        check_error(create(source, run_id=run), 400, IPV, OWNER.format("run_id") % source)


# --- sources that are models -----------------------------------------------------------


def test_version_of_another_model(reg, create, sql):
    other = reg.model()
    reg.version(other, "s3://b/first", run_id="r1")
    reg.version(other, "s3://b/second", run_id="r2")
    reg.stage(other, 1, "Production")
    reg.alias(other, "champion", 1)
    for source in ["1", "01", "Production", "production"]:
        r = create(f"models:/{other}/{source}")
        assert storage(sql, r) == (f"models:/{other}/1", "s3://b/first", "r1")
        assert r.json()["model_version"]["source"] == f"models:/{other}/1"
    for source in [f"models:/{other}@champion", f"models:///{other}/1", f"MODELS:/{other}/1",
                   f"models:/{other}/1?x=1"]:  # fmt: skip
        assert storage(sql, create(source)) == (f"models:/{other}/1", "s3://b/first", "r1")
    for source in [f"models:/{other}/latest", f"models:/{other}/LATEST", f"models:/{other}@latest"]:
        assert storage(sql, create(source)) == (f"models:/{other}/2", "s3://b/second", "r2")
    assert create(f"models:/{other}/1", run_id="r1").status_code == 200
    for kw in [{"run_id": "r2"}, {"model_id": "m-x"}]:
        check_error(create(f"models:/{other}/1", **kw), 400, IPV,
                    f"Invalid model version source: 'models:/{other}/1'. The run_id and model_id "
                    "request parameters must match the referenced model version.")


def test_chain_of_models(reg, create, sql, model):
    """Each link is resolved when it is made: to where the first one leads."""
    reg.version(model, "s3://b/x", run_id="r")
    create(f"models:/{model}/1")
    assert storage(sql, create(f"models:/{model}/2")) == (f"models:/{model}/2", "s3://b/x", "r")
    reg.delete_version(model, 1)
    answer = reg.ok(reg.read("model-versions/get-download-uri", name=model, version="3"))
    assert answer == {"artifact_uri": "s3://b/x"}


def test_missing_versions(reg, create, either):
    other, name = reg.model(), unique()
    crash = either(cairn=400, mlflow=500)
    no_version(create(f"models:/{other}/9"), other, 9)
    check_error(create(f"models:/{name}/1"), 404, GONE, f"Registered Model with name={name} not found")
    check_error(create(f"models:/{name}/latest"), 404, GONE, f"Registered Model with name={name} not found")
    check_error(create(f"models:/{name}@x"), 404, GONE, f"Registered Model with name={name} not found")
    check_error(create(f"models:/{other}@x"), 400, IPV, "Registered model alias x not found.")
    check_error(create(f"models:/{other}/latest"), crash, "INTERNAL_ERROR",
                f"No versions of model with name '{other}' found")
    check_error(create(f"models:/{other}/staging"), crash, "INTERNAL_ERROR",
                f"No versions of model with name '{other}' and stage 'staging' found")
    for stage in ["abc", "-1", " 1", "1#f", "%31"]:
        check_error(create(f"models:/{other}/{stage}"), 400, IPV,
                    f"Invalid Model Version stage: {stage}. Value must be one of {STAGES}.")
    reg.version(other)
    reg.delete_version(other, 1)
    no_version(create(f"models:/{other}/1"), other, 1)


@pytest.mark.parametrize("source", ["models:/", "models:x", "models:/n", "models:/n/1/x", "models:/n/1/../x",
                                    "models:/n/", "models:/n@", "models:/ /1"])  # fmt: skip
def test_no_reference(create, source):
    check_error(create(source), 400, IPV, OWNER.format("model_id") % source)


def test_registry_of_another_server(create):
    check_error(create("models://host/n/1"), 400, IPV, "Invalid model version source: 'models://host/n/1'."
                " Registered model sources must use the active model registry.")  # fmt: skip


def test_logged_model(create, reg, model, places, sql):
    p = Place(reg.api, sql)
    source = "models:/" + p.model
    assert storage(sql, create(source, model_id=p.model)) == (source, p.model_uri, p.run)
    assert storage(sql, create(source, model_id=p.model, run_id="other")) == (source, p.model_uri, "other")
    assert storage(sql, create("s3://b/x", model_id=p.model)) == ("s3://b/x", "s3://b/x", p.run)
    assert p.versions_tag() == (f'[{{"name": "{model}", "version": 1}}, {{"name": "{model}", "version": 2}}, '
                                f'{{"name": "{model}", "version": 3}}]')  # fmt: skip
    answer = reg.ok(reg.read("model-versions/get-download-uri", name=model, version="1"))
    assert answer == {"artifact_uri": p.model_uri}
    rows = sql("SELECT last_updated_timestamp_ms FROM logged_models WHERE model_id = %s", (p.model,))
    assert rows == ((7,),)


def test_logged_model_without_run(create, reg, sql):
    p = Place(reg.api, sql)
    alone = "m-" + uuid.uuid4().hex
    p.add(alone, None)
    assert storage(sql, create("models:/" + alone, model_id=alone))[2] in ("", None)


def test_name_in_the_tag(reg, sql):
    """JSON in ASCII, as Python writes it."""
    p = Place(reg.api, sql)
    name = reg.model(unique('é"\U0001F600'))
    reg.version(name, "models:/" + p.model, model_id=p.model)
    shown = name.replace("é", "\\u00e9").replace("\U0001F600", "\\ud83d\\ude00").replace('"', '\\"', 1)
    assert p.versions_tag() == f'[{{"name": "{shown}", "version": 1}}]'


def test_other_logged_models(create, places, either, sql):
    p, other = places["local"], places["s3"]
    source = "models:/" + p.model
    for kw in [{}, {"model_id": other.model}, {"run_id": p.run}]:
        check_error(create(source, **kw), 400, IPV, OWNER.format("model_id") % source)
    deleted = "m-" + uuid.uuid4().hex
    p.add(deleted, p.run, "deleted")
    for gone in ["m-nope", deleted]:
        check_error(create("models:/" + gone, model_id=gone), either(cairn=400, mlflow=500), "INTERNAL_ERROR",
                    "Unable to fetch model from model URI source artifact location "
                    f"'models:/{gone}'.Error: Logged model with ID '{gone}' not found.")
        check_error(create(SOURCE, model_id=gone), 404, GONE, f"Logged model with ID '{gone}' not found.")


@pytest.mark.cairn_only("the reference fails with 500")
@pytest.mark.parametrize("value", ["no list", "{}", "5", ""])
def test_spoiled_tag(create, reg, sql, value):
    p = Place(reg.api, sql)
    sql("INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value)"
        " VALUES (%s, %s, 'mlflow.modelVersions', %s)", (p.model, p.experiment, value))
    r = create("models:/" + p.model, model_id=p.model)
    if value == "":
        assert r.status_code == 200
    else:
        check_error(r, 400, IPV, contains="mlflow.modelVersions")
        assert p.versions_tag() == value


# --- prompts ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_prompt(reg, sql, value):
    name = reg.model(tags=[IS_PROMPT])
    text = [{"key": PROMPT, "value": value}, {"key": "mlflow.prompt.text", "value": "Hi {{x}}"}]
    for source in ["dummy-source", "prompt-template"]:
        made = reg.version(name, source, tags=text)
        assert made["source"] == source and pairs(made)["mlflow.prompt.text"] == "Hi {{x}}"
    rows = sql("SELECT storage_location FROM model_versions WHERE name = %s", (name,))
    assert sorted(rows) == [("dummy-source",), ("prompt-template",)]


@pytest.mark.parametrize("source", ["/etc/passwd", "../../x", "s3://b/x", "http://h/x", "models:/n/1", "dummy",
                                    "Dummy-Source", " dummy-source", "dummy-source/", "d\0"])  # fmt: skip
def test_prompt_source(create, source):
    check_error(create(source, tags=[IS_PROMPT]), 400, IPV,
                f"Invalid prompt source: '{source}'. Prompt sources must use an MLflow placeholder.")


@pytest.mark.parametrize("value", ["false", "", "yes"])
def test_no_prompt_by_its_tag(create, value):
    check_error(create("dummy-source", tags=[{"key": PROMPT, "value": value}]), 400, IPV,
                LOCAL.format("run_id") % "dummy-source")


# --- search ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(reg):
    """Models N (versions 1, 2, 3 and a deleted 4), N2 (1, 2) and the prompt Np (1)."""
    name = "w" + uuid.uuid4().hex + "z"
    for suffix in ["", "2"]:
        reg.model(name + suffix)
    reg.model(name + "p", tags=[IS_PROMPT])
    for suffix, kw in [
        ("", {"run_id": "r1", "tags": tags(t="a", all="x")}),
        ("", {"run_id": "r2", "tags": tags(t="b", all="x")}),
        ("2", {"run_id": "R1", "tags": tags(t="a")}),
        ("", {"source": "s3://b/Y"}),
        ("2", {}),
        ("", {}),
    ]:
        reg.version(name + suffix, **kw)
        time.sleep(0.003)
    reg.delete_version(name, 4)
    reg.version(name + "p", "dummy-source", tags=[IS_PROMPT])
    return name


@pytest.fixture
def find(reg, crowd):
    """find(filter, ...) -> "N/1 N2/1": the versions found in the crowd."""

    def run(filter="", **params):
        both = f"name LIKE '{crowd}%'" + (f" AND {filter}" if filter else "")
        found = reg.versions(filter=both.replace("P+", crowd), **params)
        return " ".join(f"{n.replace(crowd, 'N')}/{v}" for n, v in found)

    return run


@pytest.mark.parametrize("filter, found", [
    ("", "N2/2 N/3 N2/1 N/2 N/1"),
    ("name = 'P+'", "N/3 N/2 N/1"), ("name IN ('P+2')", "N2/2 N2/1"), ("name NOT IN ('P+2')", "N/3 N/2 N/1"),
    ("name = 'P+p'", ""), ("name LIKE '%z2'", "N2/2 N2/1"), ("name ILIKE 'W%Z2'", "N2/2 N2/1"),
    ("version_number = 1", "N2/1 N/1"), ("version_number = '1'", "N2/1 N/1"), ("version_number > 1", "N2/2 N/3 N/2"),
    ("version_number >= '2'", "N2/2 N/3 N/2"), ("version_number != 1", "N2/2 N/3 N/2"), ("version_number > -1 AND version_number < 2", "N2/1 N/1"),
    ("version_number = 4", ""), ("version_number = 99999999999999999999", ""),
    ("run_id = 'r1'", "N/1"), ("run_id IN ('r1', 'r2')", "N/2 N/1"), ("run_id != 'r1'", "N2/2 N/3 N2/1 N/2"),
    ("run_id LIKE 'r%'", "N/2 N/1"), ("run_id ILIKE 'r%'", "N2/1 N/2 N/1"), ("run_id = ''", "N2/2 N/3"),
    ("attribute.run_id = 'r2'", "N/2"), ("source_path = 's3://b/Y'", "N/3"), ("source_path = 's3://B/Y'", ""),
    ("source_path LIKE 's3://bucket/%'", "N2/2 N2/1 N/2 N/1"), ("source_path ILIKE '%/y'", "N/3"),
    ("tags.t = 'a'", "N2/1 N/1"), ("tags.t != 'a'", "N/2"), ("tag.t LIKE 'a'", "N2/1 N/1"),
    ("tags.t = 'a' AND tags.all = 'x'", "N/1"), ("tags.`t` = 'b'", "N/2"), ("tags.none != 'x'", ""),
])
def test_filter(find, filter, found):
    assert find(filter) == found


@pytest.mark.parametrize("test, found", [
    ("= 'true'", "Np/1"), ("!= 'false'", "Np/1"), ("!= 'true' AND run_id = 'r1'", "N/1"),
    ("= 'false' AND run_id = 'r1'", "N/1"), ("= 'x' AND run_id = 'r1'", "N/1"), ("= 'True'", ""),
])
def test_prompt_filter(find, test, found):
    assert find(f"tags.`mlflow.prompt.is_prompt` {test}") == found


def test_model_with_a_prompt_among_its_versions(reg, model):
    """MLflow hides all of a model's versions when one of them is a prompt's, even a deleted one."""
    reg.version(model)
    reg.version(model, "dummy-source", tags=[IS_PROMPT])
    prompts = f"name = '{model}' AND tags.`mlflow.prompt.is_prompt` = 'true'"
    assert reg.versions(filter=f"name = '{model}'") == []
    assert reg.versions(filter=prompts) == [(model, "2")]
    reg.delete_version(model, 2)
    assert reg.versions(filter=f"name = '{model}'") == reg.versions(filter=prompts) == []


@pytest.mark.parametrize("order, found", [
    (["name"], "N/3 N/2 N/1 N2/2 N2/1"), (["name DESC"], "N2/2 N2/1 N/3 N/2 N/1"),
    (["version_number"], "N/1 N2/1 N/2 N2/2 N/3"), (["version_number DESC"], "N/3 N/2 N2/2 N/1 N2/1"),
    (["creation_timestamp"], "N/1 N/2 N2/1 N/3 N2/2"), (["last_updated_timestamp DESC"], "N2/2 N/3 N2/1 N/2 N/1"),
    (["name", "version_number"], "N/1 N/2 N/3 N2/1 N2/2"),
])
def test_order(find, order, found):
    assert find(order_by=order) == found


def test_default_order(reg, model):
    for _ in range(3):
        reg.version(model)
        time.sleep(0.003)
    reg.ok(reg.mv("update", {"name": model, "version": "1", "description": "x"}, "PATCH"))
    filter = f"name = '{model}'"
    assert [v for _, v in reg.versions(filter=filter)] == ["1", "3", "2"]
    assert [v for _, v in reg.versions(filter=filter, order_by="name")] == ["3", "2", "1"]


def keys(message, *names):
    """Are these the keys that a message lists, in any order?"""
    return sorted(message.split("{")[1].split("}")[0].split(", ")) == sorted(f"'{n}'" for n in names)


@pytest.mark.parametrize("key", ["foo", "current_stage", "status", "last_updated_timestamp", "user_id", "`run_id`"])
def test_unknown_filter_key(reg, key):
    message = check_error(reg.read("model-versions/search", filter=f"{key} = 'x'"), 400, IPV,
                          starts=f"Invalid attribute key '{key}' specified. Valid keys are '")["message"]
    assert keys(message, "name", "run_id", "source_path", "version_number")


@pytest.mark.parametrize("key, start", [
    ("bogus", "Invalid attribute key 'bogus' specified. Valid keys are '{"),
    ("run_id", "Invalid attribute key 'run_id' specified. Valid keys are '{"),
    ("timestamp", "Invalid attribute key 'timestamp' specified. Valid keys are '{"),
    ("tags.t", "Invalid order by key 't' specified. Valid keys are {"),
])
def test_unknown_order_key(reg, key, start):
    message = check_error(reg.read("model-versions/search", order_by=key), 400, IPV, starts=start)["message"]
    assert keys(message, "name", "version_number", "creation_timestamp", "last_updated_timestamp")


@pytest.mark.parametrize("filter, text", [
    ("  ", "Invalid filter '  '. Could not be parsed."),
    ("run_id = ", "Invalid clause(s) in filter string: run_id, ="),
    ("version = '1'", "Invalid clause(s) in filter string: version, =, '1'"),
    ("run_id = 'a' OR run_id = 'b'", "Invalid clause(s) in filter string: OR"),
    ("version_number < 2.5", "Invalid value for numeric attribute 'version_number': 2.5"),
    ("version_number = 1.0", "Invalid value for numeric attribute 'version_number': 1.0"),
    ("version_number = 'x'", "Invalid value for numeric attribute 'version_number': 'x'"),
    ("version_number = \"x\"", "Invalid value for numeric attribute 'version_number': 'x'"),
    ("version_number = 'it''s\\'", "Invalid value for numeric attribute 'version_number': \"it''s\\\\\""),
    ("version_number = abc", "Parameter value is either not quoted or unidentified quote types used for string "
                             "value abc. Use either single or double quotes."),
    ("version_number LIKE 'x'", "Invalid comparator for attribute version_number: LIKE"),
    ("version_number = NULL", "Expected a quoted string value or a list of quoted string values for attributes. "
                              "Got value NULL"),
    ("name > NULL", "Expected a quoted string value or a list of quoted string values for attributes. "
                    "Got value NULL"),
    ("version_number LIKE '1'", "Invalid comparator for attribute version_number: LIKE"),
    ("version_number IN (1, 2)", "Only ['name', 'run_id'] attributes support comparison with a list of quoted "
                                 "string values."),
    ("source_path IN ('a')", "Only ['name', 'run_id'] attributes support comparison with a list of quoted string "
                             "values."),
    ("run_id IN ()", "While parsing a list in the query, expected a non-empty list of string values, but got "
                     "empty list"),
    ("run_id > 'a'", "Invalid comparator for attribute: >"),
    ("run_id == 'a'", "Invalid comparator for attribute: =="),
    ("tags.t > 'a'", "Invalid comparator for tag: >"),
    ("tags.t = 5", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 5"),
    ("foo.bar = 'x'", "Invalid entity type 'foo'. Valid entity types are ('attribute', 'tag', 'tags')"),
])
def test_bad_filter(reg, filter, text):
    check_error(reg.read("model-versions/search", filter=filter), 400, IPV, text)


@pytest.mark.parametrize("key", ["name", "run_id"])
def test_number_for_a_text(reg, key):
    message = check_error(reg.read("model-versions/search", filter=f"{key} = 5"), 400, IPV, starts="Only the '{")["message"]
    assert keys(message, "version_number", "creation_timestamp", "last_updated_timestamp")
    assert message.endswith("}' attributes support comparison with numeric values.")


@pytest.mark.parametrize("order", [["name", "name"], ["version_number", "version_number DESC"]])
def test_repeated_order(reg, either, order):
    check_error(reg.read("model-versions/search", order_by=order), either(cairn=400, mlflow=500),
                "INTERNAL_ERROR", f"`order_by` contains duplicate fields: {order}")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("order", [[], ["name"], ["version_number DESC"]])
def test_paging(reg, crowd, size, order):
    params = {"filter": f"name LIKE '{crowd}%'", "order_by": order}
    whole = reg.versions(**params)
    got, token = [], None
    for left in range(5, 0, -size):
        hits, token = reg.search("model-versions", max_results=size, **params, **({"page_token": token} if token else {}))
        got += [(v["name"], v["version"]) for v in hits]
        assert (token is not None) == (left > size)  # none on an exactly full last page
    assert got == whole and len(whole) == 5


@pytest.mark.parametrize("value", ["0", "-1"])
def test_page_of_nothing(reg, value):
    check_error(reg.read("model-versions/search", max_results=value), 400, IPV,
                f"Invalid value for max_results. It must be a positive integer, but got {value}")


def test_page_sizes(reg, crowd):
    assert len(reg.versions(filter=f"name = '{crowd}'", max_results=200000)) == 3
    for value in ["200001", "x", "1.5"]:
        check_error(reg.read("model-versions/search", max_results=value), 400, IPV,
                    f"Invalid value \"{value}\" for parameter 'max_results' supplied:  Hint: Value was of "
                    "type 'str'." + DOCS)


def test_hits(reg, model):
    """As get shows them, but for the aliases."""
    reg.version(model, description="d", tags=tags(a="b"))
    reg.alias(model, "x", 1)
    [hit], _ = reg.search("model-versions", filter=f"name = '{model}'")
    got = reg.get_version(model, 1)
    assert got.pop("aliases") == ["x"] and hit == got


# --- the cost of a page -----------------------------------------------------------------------


@pytest.mark.cairn_only("the reference counts no statements")
def test_statements_of_a_page(reg, sql, api):
    """500 models with 5,000 versions: a page of 100 costs a fixed number of statements."""
    prefix = "n" + uuid.uuid4().hex
    names = [f"{prefix}-{i:03}" for i in range(500)]
    fill(sql, names)

    def cost(read):
        before = statements(api)
        read()
        # the counter itself, read twice, asks the database nothing
        return statements(api) - before

    def page(what, size, **params):
        def read():
            hits, token = reg.search(what, filter=f"name LIKE '{prefix}%'", max_results=size, **params)
            assert len(hits) == size and token
            assert all(h["tags"] for h in hits)
        return read

    for order in [[], ["name DESC"]]:
        small, large = (cost(page("registered-models", n, order_by=order)) for n in (1, 100))
        assert small == large <= 4
        small, large = (cost(page("model-versions", n, order_by=order)) for n in (1, 100))
        assert small == large <= 4
    [hit], _ = reg.search(filter=f"name = '{names[7]}'")
    assert [v["version"] for v in hit["latest_versions"]] == ["10"] and hit["aliases"]


def statements(api):
    for line in api.get("/metrics").text.splitlines():
        if line.startswith("cairn_database_statements_total "):
            return int(float(line.split()[1]))
    pytest.fail("no counter of statements")


def fill(sql, names):
    """Ten versions each, tags and aliases, as rows."""
    sql("START TRANSACTION")
    for at in range(0, len(names), 100):
        some = names[at : at + 100]
        sql("INSERT INTO registered_models (name, creation_time, last_updated_time, description) VALUES "
            + ", ".join(["(%s, 1, 1, 'd')"] * len(some)), some)
        sql("INSERT INTO registered_model_tags (name, `key`, value) VALUES "
            + ", ".join(["(%s, 'a', 'b')"] * len(some)), some)
        sql("INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, source,"
            " run_id, run_link, storage_location, current_stage, status) VALUES "
            + ", ".join(["(%s, %s, 1, 1, '', 's', '', '', 's', 'None', 'READY')"] * (10 * len(some))),
            [x for n in some for v in range(1, 11) for x in (n, v)])
        sql("INSERT INTO model_version_tags (name, version, `key`, value) VALUES "
            + ", ".join(["(%s, %s, 'a', 'b')"] * (10 * len(some))),
            [x for n in some for v in range(1, 11) for x in (n, v)])
        sql("INSERT INTO registered_model_aliases (name, alias, version) VALUES "
            + ", ".join(["(%s, 'al', 3)"] * len(some)), some)
    sql("COMMIT")
