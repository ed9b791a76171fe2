"""Published attacks that concern experiments and runs (abuse list, D0, D2, D5)."""

import json
import uuid

import pytest

from conftest import check_error

IPV = "INVALID_PARAMETER_VALUE"
NO_FRAGMENT = "'artifact_location' URL can't include fragments or params."

# Stored as they are: the client opens them, the server does not (D2).
STORED = [
    "s3://bucket/x?y=1",
    "file:///a/../etc",
    "file:/proc/self/root",
    "file:///etc",
    "nosuch://",
    "nosuch://host/../x",
    "wasbs://c@a.blob.core.windows.net/x",
    "s3://b/%2E%2E%2Fpath",
    "s3://b/%252E%252E%252F",
    "s3://b/..%5cx",
    "s3://b/x;y",
    "s3://b/x#",
    "file:///x;p=1",
    "mlflow-artifacts:/x",
    "file://localhost/x",
    "gopher://127.0.0.1:25/_x",
    "javascript://alert(1)",
    "dbfs:/x",
    "s3://b/é",
    "s3://b/a b",
]
# Refused: parsers disagree about what stands after these (CVE-2024-1483, -1593).
REFUSED = [
    "http:///#/../../etc/",
    "file://a#/..//tmp",
    "s3://b/x#f",
    "s3://b/x?y#z",
    "mlflow-artifacts:/x#y",
    "nosuch:x#y",
    "x#y",
    "/x#y",
    "x;y",
    "/x;y",
    "http://host/?q#f",
]
# The reference refuses schemes that name a host to connect to; D2 allows storing them.
HOSTS = {
    "http": "http://169.254.169.254/latest/meta-data",
    "https": "https://h/x",
    "ftp": "ftp://h/x",
    "sftp": "sftp://h/x",
    "hdfs": "hdfs://h/x",
    "abfss": "abfss://x/y",
    "mlflow-artifacts": "mlflow-artifacts://h:5/x",
}


def create(api, **kw):
    return api.post("experiments/create", {"name": "abuse-" + uuid.uuid4().hex, **kw})


@pytest.mark.parametrize("location", STORED)
def test_location_is_stored(api, sql, location):
    r = create(api, artifact_location=location)
    assert r.status_code == 200, r.text
    e = r.json()["experiment_id"]
    got = api.read("experiments/get", {"experiment_id": e})["experiment"]["artifact_location"]
    assert got == location
    (row,) = sql("SELECT artifact_location FROM experiments WHERE experiment_id = %s", (e,))
    assert row == (location,)


@pytest.mark.parametrize("location", REFUSED)
def test_location_is_refused(api, location):
    name = "abuse-" + uuid.uuid4().hex
    r = api.post("experiments/create", {"name": name, "artifact_location": location})
    check_error(r, 400, IPV, NO_FRAGMENT)
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404


@pytest.mark.parametrize("scheme", HOSTS)
def test_location_on_a_host(api, on_cairn, scheme):
    r = create(api, artifact_location=HOSTS[scheme])
    if on_cairn and r.status_code == 200:
        e = r.json()["experiment_id"]
        got = api.read("experiments/get", {"experiment_id": e})["experiment"]
        assert got["artifact_location"] == HOSTS[scheme]
        return
    check_error(
        r, 400, IPV,
        f"'artifact_location' cannot use the '{scheme}' scheme: the '{scheme}' scheme addresses "
        "a host other than the tracking server's configured artifact storage, so the server "
        "would connect to the host named in the URI. Set the "
        "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to "
        "allow it.",
    )  # fmt: skip


def test_location_in_a_run(api):
    r = create(api, artifact_location="runs:/x")
    check_error(r, 400, IPV, "Artifact location cannot be a runs:/ URI. Given: 'runs:/x'")


def test_query_that_climbs(api, on_cairn):
    """CVE-2023-6909.  The reference refuses it by now; Cairn may store it (D2)."""
    r = create(api, artifact_location="http:///?/../../etc/")
    assert r.status_code in ((200, 400) if on_cairn else (400,))


@pytest.mark.parametrize("location", ["../x", "x", "a/../../x", "path/../to/file", "x?y"])
def test_relative_location(api, location):
    """Made absolute by putting the working directory before it, without normalising."""
    r = create(api, artifact_location=location)
    e = r.json()["experiment_id"]
    got = api.read("experiments/get", {"experiment_id": e})["experiment"]["artifact_location"]
    assert got.startswith("/") and got.endswith("/" + location)


@pytest.mark.parametrize("location", ["", None])
def test_empty_location_is_no_location(api, location):
    r = create(api, artifact_location=location)
    e = r.json()["experiment_id"]
    got = api.read("experiments/get", {"experiment_id": e})["experiment"]["artifact_location"]
    assert got.endswith("/" + e)


@pytest.mark.parametrize(
    "location",
    ["file:///etc", "file:///proc/self/root/etc", "/etc", "nosuch://x/../../etc",
     "s3://b/../../etc", "//proc/self/root", "file:/etc", "file:///tmp/../etc"],
)  # fmt: skip
def test_nothing_is_read_through_a_location(api, on_cairn, location):
    """A run below such a location lists nothing of the disk (CVE-2024-3573, CVE-2023-6909).

    The reference does list local folders that exist; it is asked only for one that does
    not, so that it only has to live.
    """
    e = create(api, artifact_location=location).json()["experiment_id"]
    run = api.new_run(e)
    for path in (["", "..", "../..", "passwd", "../../passwd"] if on_cairn else [""]):
        query = {"run_id": run, **({"path": path} if path else {})}
        r = api.get("artifacts/list", query)
        if r.status_code == 404 and r.headers["content-type"].startswith("text/html"):
            assert "passwd" not in r.text  # no artifact routes: no way to the disk at all
            continue
        assert "passwd" not in r.text.replace("../passwd", "").replace("'passwd'", "") or (
            r.status_code >= 400
        )
        assert not (r.status_code == 200 and r.json().get("files"))


def test_run_below_a_hostile_location(api):
    """The uri of the run is text, joined without being understood."""
    e = create(api, artifact_location="nosuch:///x/../../etc").json()["experiment_id"]
    run = api.new_run(e)
    uri = api.get_run(run)["info"]["artifact_uri"]
    assert uri.startswith("nosuch:/") and uri.endswith(f"/x/../../etc/{run}/artifacts")


@pytest.mark.parametrize("length", [2049, 10_000, 1_000_000])
def test_endless_location(api, length):
    r = create(api, artifact_location="s3://" + "x" * length)
    check_error(r, 400, IPV, starts="Invalid artifact path length.")


@pytest.mark.parametrize("length", [501, 10_000, 1_000_000])
def test_endless_name(api, length):
    """CVE-2024-6838: long names froze the page."""
    r = api.post("experiments/create", {"name": "x" * length})
    check_error(r, 400, IPV, "'name' exceeds the maximum length of 500 characters")


TRAVERSAL = [
    "../path",
    "./../path",
    "path/../to/file",
    "/etc/passwd",
    "file://a#/..//tmp",
    "file://a%23/..//tmp/",
    "/etc/passwd%00.jpg",
    "/file://etc/passwd",
    "%2E%2E%2Fpath",
    "%252E%252E%252Fpath",
    "%2\t52e%2\n52e/x",
    "..\\path",
    "C:path",
    "C:\\path",
    "\\\\server\\share",
    "?..",
    "?%252E%252E%252F",
    ";params",
    "#fragment",
    "a\0b",
]


@pytest.mark.parametrize("name", TRAVERSAL)
def test_names_are_only_text(api, name):
    """As names of experiments and runs, and as tag values, they come back unchanged."""
    full = name + uuid.uuid4().hex
    e = api.new_experiment(full)
    got = api.read("experiments/get", {"experiment_id": e})["experiment"]
    assert got["name"] == full
    assert full not in got["artifact_location"]
    run = api.new_run(e, run_name=name, tags=[{"key": "t", "value": name}])
    info = api.get_run(run)
    assert info["info"]["run_name"] == name
    assert {"key": "t", "value": name} in info["data"]["tags"]
    assert info["info"]["artifact_uri"].endswith(f"/{run}/artifacts")


KEYS_WITH_PATHS = [k for k in TRAVERSAL if k not in ("C:path",)]


@pytest.mark.parametrize("key", KEYS_WITH_PATHS)
def test_keys_are_no_paths(api, run, key):
    """The rule for names of metrics, params and tags keeps every path out."""
    for path, body in [
        ("runs/log-metric", {"key": key, "value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": key, "value": "1"}),
        ("runs/set-tag", {"key": key, "value": "1"}),
    ]:
        r = api.post(path, {"run_id": run, **body})
        check_error(r, 400, IPV, starts=f"Invalid value {json.dumps(key)} for parameter ")
    data = api.get_run(run)["data"]
    assert "metrics" not in data and "params" not in data


SQL = ["'", "\\", "' OR '1'='1", "'; DROP TABLE runs; --", "\\'; DROP TABLE runs; --", "%s", "%(a)s",
       "\x1a", "`", "\"", "{0}", "/*", "\u02bc", "\uff07"]  # fmt: skip


@pytest.mark.parametrize("text", SQL)
def test_sql_is_only_text(api, exp, text):
    run = api.new_run(exp, run_name=text, user_id=text, tags=[{"key": "t", "value": text}])
    api.new_run(exp, run_name="other", user_id="other", tags=[{"key": "t", "value": "other"}])
    api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": text})
    api.ok("experiments/set-experiment-tag", {"experiment_id": exp, "key": "t", "value": text})
    got = api.get_run(run)
    assert got["info"]["run_name"] == got["info"]["user_id"] == text
    assert got["data"]["params"] == [{"key": "p", "value": text}]
    quote = "'" if '"' in text else '"'
    for key in ["params.p", "tags.t", "run_name", "user_id"]:
        found = api.search(exp, f"{key} = {quote}{text}{quote}")
        assert [r["info"]["run_id"] for r in found] == [run], key


@pytest.mark.parametrize(
    "filter",
    ["run_id = '' OR 1=1", "run_id IN (SELECT run_uuid FROM runs)", "run_id IN ('a') UNION SELECT 1",
     "metrics.m > (SELECT 1)", "metrics.m > SLEEP(9)", "params.p = 'a' --", "params.p = 'a' #",
     "params.`p` = 'a'; DROP TABLE runs", "metrics.m > 0 OR 1", "metrics.m > 1 /*!50000 OR 1*/"],
)  # fmt: skip
def test_sql_in_a_filter(api, exp, run, filter, on_cairn):
    r = api.post("runs/search", {"experiment_ids": [exp], "filter": filter})
    if on_cairn:
        check_error(r, 400, IPV)
    else:
        assert r.status_code >= 400
    assert len(api.search(exp)) == 1


@pytest.mark.parametrize(
    "key", ["p` = 'x' OR 1=1 -- ", "' OR '1'='1", "a\\", "%s", "a'b"]
)
def test_sql_in_a_quoted_key(api, exp, run, key):
    """Backticks and double quotes around a key: whatever stands inside is the key."""
    quote = '"' if "`" in key else "`"
    r = api.post(
        "runs/search",
        {"experiment_ids": [exp], "filter": f"params.{quote}{key}{quote} = 'x'"},
    )
    assert r.status_code in (200, 400)
    assert r.status_code == 400 or r.json() == {}


MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "request_of",
    [
        lambda api: api.get("experiments/get", {"experiment_id": MARKUP}),
        lambda api: api.get("experiments/get-by-name", {"experiment_name": MARKUP}),
        lambda api: api.get("runs/get", {"run_id": MARKUP}),
        lambda api: api.post("runs/search", {"filter": MARKUP}),
        lambda api: api.raw("runs/search", b"{}", MARKUP),
        lambda api: api.get("/" + MARKUP),
        lambda api: api.get("/api/2.0/mlflow/" + MARKUP),
        lambda api: api.call("POST", "runs/get", params={"x": MARKUP}),
        lambda api: api.get("/", headers={"X-Forwarded-Host": MARKUP}),
    ],
    ids=range(9),
)
def test_markup_never_comes_back_as_html(api, request_of):
    """CVE-2023-6568: input echoed into a page."""
    r = request_of(api)
    assert r.headers["x-content-type-options"] == "nosniff"
    if r.headers["content-type"].startswith("text/html"):
        assert "<script>alert" not in r.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded",
                                          "multipart/form-data; boundary=x"])  # fmt: skip
def test_simple_cross_site_requests_write_nothing(api, exp, content_type):
    """CVE-2023-43472: what a form on a foreign page can send."""
    body = json.dumps({"experiment_id": exp})
    for path in ["runs/create", "experiments/delete"]:
        check_error(api.raw(path, body, content_type), 400, IPV)
    assert api.search(exp, run_view_type="ALL") == []
    got = api.read("experiments/get", {"experiment_id": exp})["experiment"]
    assert got["lifecycle_stage"] == "active"


@pytest.mark.parametrize(
    "value", [2**63 - 1, -(2**63), 2**53 + 1, 0, 10**18], ids=str
)
def test_extreme_steps(api, run, value):
    api.ok(
        "runs/log-metric",
        {"run_id": run, "key": "m", "value": 1, "timestamp": 1, "step": value},
    )
    (metric,) = api.get_run(run)["data"]["metrics"]
    assert metric["step"] == value


@pytest.mark.parametrize("value", [2**63 - 1, 2**53 + 1, 10**18], ids=str)
def test_extreme_timestamps(api, exp, value):
    run = api.new_run(exp, start_time=value)
    api.ok("runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": value})
    api.ok("runs/update", {"run_id": run, "end_time": value})
    got = api.get_run(run)
    assert got["info"]["start_time"] == got["info"]["end_time"] == value
    assert got["data"]["metrics"][0]["timestamp"] == value
