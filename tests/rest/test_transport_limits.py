"""Long queries and headers, compressed answers, and what is left of a broken one."""

import os
import uuid

import pytest

from conftest import check_error

EXPERIMENT = "/api/2.0/mlflow/experiments/get"
# what a query may have on Cairn, under every front end
QUERY_MAX = 61440


def padded(size):
    """A query of so many bytes that asks for experiment 0."""
    start = "experiment_id=0&padding="
    return start + "x" * (size - len(start))


# ---- queries ----------------------------------------------------------------


@pytest.mark.parametrize("size", [4000, 4200, 30000, 33000, 40000, 60000, QUERY_MAX])
def test_long_query(api, size):
    r = api.get(f"{EXPERIMENT}?{padded(size)}")
    assert (r.status_code, r.json()["experiment"]["experiment_id"]) == (200, "0")


@pytest.mark.parametrize("prefix", ["/api", "//api", "/%61pi", "/ajax-api"])
def test_path_of_a_long_query(api, prefix):
    r = api.get(f"{prefix}/2.0/mlflow/experiments/get?{padded(40000)}")
    assert r.status_code == 200


@pytest.mark.parametrize("count", [800, 1000])
def test_filter_of_many_runs(api, count):
    """What the pages of the web UI ask for a table of so many runs."""
    name = "long-" + uuid.uuid4().hex
    run = uuid.uuid4().hex
    api.ok("registered-models/create", {"name": name})
    body = {"name": name, "source": "s3://bucket/x", "run_id": run}
    version = api.ok("model-versions/create", body)["model_version"]
    runs = [uuid.uuid4().hex for _ in range(count - 1)] + [run]
    ids = ",".join(f"'{r}'" for r in runs)
    answer = api.read("model-versions/search", {"filter": f"run_id IN ({ids})"})
    assert [v["name"] for v in answer["model_versions"]] == [version["name"]]


def test_long_query_is_decoded_once(api):
    name = "é+ %41&=?/" * 1500
    r = api.get("experiments/get-by-name", {"experiment_name": name})
    check_error(
        r, 404, "RESOURCE_DOES_NOT_EXIST", f"Could not find experiment with name '{name}'"
    )


@pytest.mark.parametrize("size", [QUERY_MAX + 1, 62500, 64000, 66000, 70000, 100000])
@pytest.mark.cairn_only("the reference has another limit, in its HTTP parser")
def test_query_beyond_the_limit(api, size):
    r = api.get(f"{EXPERIMENT}?{padded(size)}")
    assert (r.status_code, r.headers["content-type"]) == (414, "application/json")
    body = r.json()
    assert body["error_code"] == "INVALID_PARAMETER_VALUE"
    assert str(QUERY_MAX) in body["message"]
    assert "by POST where the path takes it, else by GET without a query" in body["message"]


def test_the_same_in_a_body(api):
    """The remedy that the message names."""
    body = {"experiment_id": "0", "padding": "x" * 100000}
    r = api.call("GET", EXPERIMENT, json=body)
    assert (r.status_code, r.json()["experiment"]["experiment_id"]) == (200, "0")


# ---- headers ----------------------------------------------------------------


@pytest.mark.parametrize("size", [7000, 20000, 50000])
def test_long_cookie(api, size):
    """Of another program on the same host: browsers send it whatever the port is."""
    r = api.get(EXPERIMENT, {"experiment_id": "0"}, headers={"Cookie": "a=" + "x" * size})
    assert r.status_code == 200


@pytest.mark.cairn_only("the reference has one limit for both together")
def test_long_cookie_and_query(api):
    r = api.get(f"{EXPERIMENT}?{padded(40000)}", headers={"Cookie": "a=" + "x" * 20000})
    assert r.status_code == 200


@pytest.mark.parametrize("name", ["Cookie", "X-Anything"])
@pytest.mark.cairn_only("the reference has another limit, in its HTTP parser")
def test_header_beyond_the_limit(api, name):
    r = api.get(EXPERIMENT, {"experiment_id": "0"}, headers={name: "x" * 70000})
    assert r.status_code in (400, 431)
    if r.headers["content-type"] == "application/json":  # Apache has a page of its own
        assert "fewer and shorter headers and cookies" in r.json()["message"]


# ---- compression ------------------------------------------------------------


@pytest.fixture(scope="module")
def large(api):
    """An experiment whose answer is worth compressing."""
    e = api.new_experiment()
    tag = {"experiment_id": e, "key": "k", "value": "v" * 4000}
    api.ok("experiments/set-experiment-tag", tag)
    return {"experiment_id": e}


def encoding(api, large, accepted, method="GET"):
    r = api.call(method, EXPERIMENT, params=large, headers={"Accept-Encoding": accepted})
    assert r.status_code == 200
    return r.headers.get("content-encoding", "identity")


@pytest.mark.parametrize(
    "accepted",
    ["gzip", "gzip;q=0.5", "gzip; q=0.1", "GZIP", "br, gzip;q=0.8", "*", "identity;q=0.5, *;q=0.6"],
)  # fmt: skip
@pytest.mark.cairn_only("the reference compresses nothing")
def test_gzip(api, large, accepted):
    assert encoding(api, large, accepted) == "gzip"


@pytest.mark.parametrize(
    "accepted",
    ["identity", "gzip;q=0", "gzip; q=0", "gzip ; q=0.000", "*;q=0", "br", "gzip;q=0, *",
     "identity, gzip;q=0.5", "gzip;q=x", "nogzip"],
)  # fmt: skip
def test_no_gzip(api, large, accepted):
    assert encoding(api, large, accepted) == "identity"


@pytest.mark.cairn_only("the reference reads no query of a HEAD")
def test_head_is_not_compressed(api, large):
    assert encoding(api, large, "gzip", method="HEAD") == "identity"


# ---- an answer that broke off -----------------------------------------------


@pytest.fixture(scope="module")
def bottomless(api):
    """A run whose artifacts no archive can hold: folders below folders."""
    e = api.new_experiment()
    run = api.get_run(api.new_run(e))["info"]
    path = run["artifact_uri"].removeprefix("file://")
    os.makedirs(path + "/top")
    with open(path + "/top/first.txt", "w", encoding="ascii") as f:
        f.write("first")
    here = os.open(path + "/top", os.O_RDONLY)
    for _ in range(700):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    return {"run_id": run["run_id"], "path": "top", "format": "zip"}


@pytest.mark.cairn_only("the reference has no archives here")
def test_failed_archive_is_no_attachment(api, bottomless):
    r = api.get("/get-artifact", bottomless)
    assert r.status_code >= 400, r.headers
    assert r.headers["content-type"] == "application/json"
    assert "error_code" in r.json()
    assert "content-disposition" not in r.headers
    assert "content-security-policy" not in r.headers


@pytest.mark.cairn_only("the reference has no archives here")
def test_head_of_an_archive_makes_none(api, bottomless):
    """It would find out that it cannot: the headers are those of the start."""
    r = api.call("HEAD", "/get-artifact", params=bottomless)
    assert (r.status_code, r.content) == (200, b"")
    assert r.headers["content-type"] == "application/zip"
    assert r.headers["content-disposition"].startswith("attachment")
    assert r.headers.get("content-length", "1") != "0"


# ---- bodies that are no JSON ------------------------------------------------

# The experiment is not there: the reference reads UTF-16, if it is JSON.
BROKEN = [
    '{"experiment_ids":["987654321"]}'.encode("utf-16"), b"{'experiment_ids':['987654321']}",
    b'{"experiment_ids":["987654321"],}', b'{"experiment_ids":["987654321"]} x', b"{", b'{"a":"\xff"}',
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("path", ["runs/search", "experiments/search"])
def test_broken_body_where_nothing_is_required(api, on_cairn, path, body):
    """{} for the reference: the answer has nothing to do with what was asked (-> d)."""
    r = api.raw(path, body)
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", starts="The request body is no JSON.")
    elif path == "runs/search":
        assert (r.status_code, r.json()) == (200, {})
    else:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains="'max_results'")


@pytest.mark.parametrize("body", BROKEN)
def test_broken_body_without_what_is_required(api, body):
    """The sentence that clients know."""
    r = api.raw("registered-models/create", body)
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        starts="Missing value for required parameter 'name'.",
    )  # fmt: skip


@pytest.mark.parametrize("body", [b"", b" \r\n", b"{}", b"null", b"[]"])
def test_empty_body_where_nothing_is_required(api, body):
    assert api.raw("runs/search", body).status_code == 200


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" + "0" * 400])
@pytest.mark.parametrize("field", ["value", "step", "timestamp"])
@pytest.mark.cairn_only("infinite in the reference, or a 500")
def test_number_out_of_range(api, number, field):
    run = api.new_run(api.new_experiment())
    values = {"value": "1", "step": "1", "timestamp": "1", field: number}
    body = f'{{"run_id":"{run}","key":"k",' + ",".join(f'"{k}":{v}' for k, v in values.items())
    r = api.raw("runs/log-metric", body + "}")
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE", starts=f"Invalid value {number[:40]}",
        contains=f"for parameter '{field}' supplied:  Hint: The number is out of range.",
    )  # fmt: skip
    batch = f'{{"run_id":"{run}","metrics":[{{"key":"k",' + body.split('"k",')[1] + "}]}"
    r = api.raw("runs/log-batch", batch)
    check_error(r, 400, "INVALID_PARAMETER_VALUE", contains=f"'metrics[0].{field}'")
    assert "out of range" in r.json()["message"]
    assert "metrics" not in api.get_run(run)["data"]


# ---- answers that the web server makes itself -------------------------------


@pytest.fixture(scope="module")
def logged(api):
    """A file of a run, which the web server sends."""
    run = api.get_run(api.new_run(api.new_experiment()))["info"]
    path = run["artifact_uri"].removeprefix("file://")
    os.makedirs(path)
    with open(path + "/ten.txt", "w", encoding="ascii") as f:
        f.write("0123456789")
    return {"run_id": run["run_id"], "path": "ten.txt"}


SERVED = [({}, 200), ({"Range": "bytes=2-4"}, 206), ({"Range": "bytes=20-"}, 416)]


@pytest.mark.parametrize("headers, status", SERVED)
def test_security_headers_of_a_file(api, logged, headers, status):
    r = api.get("/get-artifact", logged, headers={"Accept-Encoding": "identity", **headers})
    assert r.status_code == status
    if status == 416 and r.headers["server"] == "cairn":
        return  # a page of lighttpd's with nothing of the client's in it, and no way to add to it
    assert r.headers["x-content-type-options"] == "nosniff"
    assert r.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("headers", [{"X": "x" * 70000}, {"X\x01": "1"}])
@pytest.mark.cairn_only("the reference has no web server before it")
def test_security_headers_of_a_refusal(api, headers):
    r = api.get(EXPERIMENT, {"experiment_id": "0"}, headers=headers)
    assert r.status_code in (400, 431)
    assert r.headers["x-content-type-options"] == "nosniff"
    assert r.headers["x-frame-options"] == "SAMEORIGIN"
