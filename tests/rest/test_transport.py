"""How requests and answers travel (contract 1.1-1.8): misses, methods, bodies,
queries, headers, hosts, origins.

Requests that an HTTP library would not send go through `raw`.
"""

import gzip
import json
import re
import socket
import uuid
from urllib.parse import urlsplit

import pytest

from conftest import DOCS, check_error, check_missing, check_type

IPV = "INVALID_PARAMETER_VALUE"
HTML = "text/html; charset=utf-8"
TAG = "experiments/set-experiment-tag"
GET = "/api/2.0/mlflow/experiments/get"
BY_NAME = "/api/2.0/mlflow/experiments/get-by-name"


class Answer:
    """A response read off a socket."""

    def __init__(self, data):
        while data.startswith(b"HTTP/1.1 100"):
            data = data.split(b"\r\n\r\n", 1)[1]
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status_code = int(first.split()[1]) if first else 0
        self.headers = {}
        for line in lines:
            key, _, value = line.partition(":")
            self.headers[key.lower()] = value.strip()
        if self.headers.get("transfer-encoding") == "chunked":
            self.body = unchunk(self.body)
        self.text = self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


def unchunk(data):
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        n = int(size.split(b";")[0], 16)
        if n == 0:
            break
        out, data = out + data[:n], data[n + 2 :]
    return out


@pytest.fixture(scope="module")
def raw(server):
    """raw("GET /x", {...}, body): one request as written, on a connection of its own."""
    where = urlsplit(server)

    def send(line, headers=None, body=b"", host=None, http="HTTP/1.1"):
        host = f"{where.hostname}:{where.port or 80}" if host is None else host
        lines = [f"{line} {http}", f"Host: {host}"] if host is not False else [f"{line} {http}"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()] + ["Connection: close"]
        data = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
        with socket.create_connection((where.hostname, where.port or 80), timeout=60) as s:
            s.sendall(data)
            got = b""
            while chunk := s.recv(65536):
                got += chunk
        return Answer(got)

    return send


@pytest.fixture(scope="module")
def thing(api):
    """An experiment's id and name that all tests here may tag."""
    name = "transport-" + uuid.uuid4().hex
    return api.new_experiment(name), name


@pytest.fixture(scope="module")
def tag(thing):
    """A good body for set-experiment-tag."""
    return {"experiment_id": thing[0], "key": "k", "value": "v"}


def tags_of(api, thing):
    e = api.read("experiments/get", {"experiment_id": thing[0]})["experiment"]
    return {t["key"]: t["value"] for t in e.get("tags", [])}


# ---- misses and methods -----------------------------------------------------

MISSES = [
    "/api/2.0/mlflow/nope",
    "/api/2.0/mlflow/runs/get/",
    "/api/2.0/mlflow/runs/search/",
    "/API/2.0/mlflow/runs/get",
    "/api/2.0/mlflow/Runs/Get",
    "/api/2.0/mlflow",
    "/api/2.0/mlflow/",
    "/api",
    "/api/",
    "/api/3.0/mlflow/runs/create",
    "/api/1.0/mlflow/runs/create",
    "/api/2.0/preview/mlflow/experiments/get",
    "/api/2.0/mlflow/experiments/list",
    "/api/2.0/mlflow/experiments/search-datasets",
    "/api/2.0/mlflow/metrics/get-history-bulk",
    "/api/2.0/mlflow/experiments/get;x",
    "/index.html",
    "/favicon.ico",
    "/nope",
]


@pytest.mark.parametrize("path", MISSES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_miss(api, method, path):
    r = api.call(method, path, json={} if method != "GET" else None)
    assert (r.status_code, r.headers["content-type"]) == (404, HTML)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_miss_of_other_methods(api, method):
    r = api.call(method, "/api/2.0/mlflow/nope")
    assert (r.status_code, r.headers["content-type"]) == (404, HTML)


@pytest.mark.parametrize("method", ["TRACE", "BREW"])
def test_miss_of_odd_methods(api, on_cairn, method):
    """A front end may refuse such methods before it looks at the path."""
    r = api.call(method, "/api/2.0/mlflow/nope")
    assert r.status_code in ((400, 404, 405, 501) if on_cairn else (404,))


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/api/2.0/mlflow/get-online-trace-details"),
     ("POST", "/api/2.0mlflow/experiments/search-datasets")],
)  # fmt: skip
def test_route_without_a_handler(api, method, path):
    r = api.call(method, path, json={} if method == "POST" else None)
    assert (r.status_code, r.headers["content-type"]) == (404, HTML)


ALLOW = {
    "runs/create": "OPTIONS POST",
    "runs/search": "OPTIONS POST",
    "experiments/delete": "OPTIONS POST",
    "runs/log-batch": "OPTIONS POST",
    "runs/get": "GET HEAD OPTIONS",
    "experiments/get": "GET HEAD OPTIONS",
    "experiments/get-by-name": "GET HEAD OPTIONS",
    "metrics/get-history": "GET HEAD OPTIONS",
    "experiments/search": "GET HEAD OPTIONS POST",
    "/health": "GET HEAD OPTIONS",
    "/version": "GET HEAD OPTIONS",
}
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def allowed(r):
    return " ".join(sorted(re.split(r",\s*", r.headers["allow"])))


@pytest.mark.parametrize(
    "path, method", [(p, m) for p in ALLOW for m in METHODS if m not in ALLOW[p].split()]
)
def test_wrong_method(api, path, method):
    r = api.call(method, path, json={} if method in ("POST", "PUT", "PATCH") else None)
    assert (r.status_code, r.headers["content-type"]) == (405, HTML)
    assert allowed(r) == ALLOW[path]


@pytest.mark.parametrize("path", ["runs/create", "runs/get", "/health"])
@pytest.mark.parametrize("method", ["TRACE", "BREW"])
def test_odd_method(api, on_cairn, method, path):
    r = api.call(method, path)
    assert r.status_code in ((400, 405, 501) if on_cairn else (405,))
    if not on_cairn:
        assert allowed(r) == ALLOW[path]


@pytest.mark.parametrize("path", [p for p in ALLOW if "HEAD" not in ALLOW[p]])
def test_head_of_a_post_route(api, path):
    r = api.call("HEAD", path)
    assert (r.status_code, r.content) == (405, b"")
    assert allowed(r) == ALLOW[path]


def test_wrong_method_comes_before_the_body(api):
    r = api.raw("runs/create", b"{", "text/plain", method="PUT")
    assert r.status_code == 405


@pytest.mark.parametrize("path", [p for p in ALLOW if not p.startswith("/")])
@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_options(api, path, prefix):
    r = api.call("OPTIONS", path, prefix=prefix)
    assert (r.status_code, r.content, allowed(r)) == (204, b"", ALLOW[path])


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_options_at_the_root(api, path):
    r = api.call("OPTIONS", path)
    assert (r.status_code, r.content) == (200, b"")


def test_head_is_get_without_a_body(api, thing, on_cairn):
    """The reference reads no query of a HEAD and answers 400 (-> i)."""
    r = api.call("HEAD", GET, params={"experiment_id": thing[0]})
    assert r.content == b""
    assert r.headers["content-type"] == "application/json"
    assert r.status_code == (200 if on_cairn else 400)


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_head_at_the_root(api, path):
    r = api.call("HEAD", path)
    assert (r.status_code, r.content) == (200, b"")


def test_head_of_a_missing_experiment(api, either):
    r = api.call("HEAD", GET, params={"experiment_id": "999999999"})
    assert (r.status_code, r.content) == (either(cairn=404, mlflow=400), b"")


# ---- paths ------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/experiments/get",
        "/ajax-api/2.0/mlflow/experiments/get",
        "//api/2.0/mlflow/experiments/get",
        "/api/2.0/mlflow/experiments/ge%74",
        "/%61pi/2.0/mlflow/experiments/get",
    ],
)
def test_spellings_of_a_path(raw, thing, path):
    r = raw(f"GET {path}?experiment_id={thing[0]}")
    assert r.status_code == 200, r.text
    assert r.json()["experiment"]["name"] == thing[1]


def test_double_slash_post(raw, api, thing, tag):
    body = json.dumps({**tag, "key": "double"}).encode()
    r = raw(
        f"POST //api/2.0/mlflow/{TAG}",
        {"Content-Type": "application/json", "Content-Length": len(body)}, body,
    )  # fmt: skip
    assert (r.status_code, r.json()) == (200, {})
    assert "double" in tags_of(api, thing)


@pytest.mark.parametrize("path", ["/api//2.0/mlflow/experiments/get", "/api/2.0/mlflow/runs//get"])
def test_inner_double_slash(raw, path):
    """The reference redirects, which would turn a client's POST into a GET."""
    assert raw(f"GET {path}").status_code in (200, 308, 400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/nope/../../../../etc/passwd",
        "/../../etc/passwd",
        "/static-files/../../../../etc/passwd",
        "/static-files/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static-files/..%2f..%2f..%2fetc%2fpasswd",
        "/%00",
        "/api/2.0/mlflow/runs/get%00",
        "/api/2.0/mlflow/runs/get%0d%0aX-Evil:1",
        "/%",
        "/%zz",
        "/" + "a" * 6000,
    ],
)
def test_odd_paths(raw, path):
    r = raw(f"GET {path}")
    assert r.status_code in (400, 404, 414), (r.status_code, r.text[:200])
    assert "root:" not in r.text and "x-evil" not in r.headers


# ---- headers of an answer ---------------------------------------------------

ANSWERS = [
    ("GET", "/health", 200, "text/plain; charset=utf-8"),
    ("GET", "/version", 200, HTML),
    ("GET", "/nope", 404, HTML),
    ("GET", GET + "?experiment_id=0", 200, "application/json"),
    ("GET", GET, 400, "application/json"),
    ("GET", GET + "?experiment_id=999999999", 404, "application/json"),
    ("POST", "/api/2.0/mlflow/runs/search", 200, "application/json"),
    ("POST", GET, 405, HTML),
    ("OPTIONS", GET, 204, None),
]


@pytest.mark.parametrize("method, path, status, content_type", ANSWERS)
def test_security_headers(api, method, path, status, content_type):
    r = api.call(method, path, json={} if method == "POST" else None)
    assert r.status_code == status
    if content_type:
        assert r.headers["content-type"] == content_type
    assert r.headers["x-content-type-options"] == "nosniff"
    assert r.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Origin" in re.split(r",\s*", r.headers["vary"])
    assert r.headers["date"]


def test_content_length_is_the_body(api):
    r = api.http.get(api.base + GET + "?experiment_id=0", headers={"Accept-Encoding": "identity"})
    assert int(r.headers["content-length"]) == len(r.content)
    assert "content-encoding" not in r.headers


def test_health_and_version(api):
    assert api.get("/health").text == "OK"
    assert api.get("/version").text == "3.17.2"


def test_keep_alive(server):
    """Several requests on one connection."""
    where = urlsplit(server)
    with socket.create_connection((where.hostname, where.port or 80), timeout=60) as s:
        for _ in range(3):
            s.sendall(f"GET /version HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
            got = b""
            while not got.endswith(b"\r\n\r\n3.17.2"):
                chunk = s.recv(4096)
                assert chunk, got
                got += chunk


# ---- content types ----------------------------------------------------------

BAD_TYPE = "Bad Request. Content-Type must be one of ['application/json']."


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/json;charset=latin1",
     "application/json;", "application/json; x=\"y;z\""],
)  # fmt: skip
def test_good_content_type(api, tag, content_type):
    r = api.raw(TAG, json.dumps(tag), content_type)
    assert (r.status_code, r.json()) == (200, {})


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/jsonx",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json, text/plain",
        "text/plain; application/json",
        "*/*",
        ";",
        "application",
        "<script>alert(1)</script>",
    ],
)
def test_bad_content_type(api, thing, tag, content_type):
    """text/plain is what a foreign web page may send without asking (CVE-2023-43472)."""
    r = api.raw(TAG, json.dumps({**tag, "key": "evil"}), content_type)
    check_error(r, 400, IPV, BAD_TYPE)
    assert "evil" not in tags_of(api, thing)


def test_empty_content_type(raw, tag):
    body = json.dumps(tag).encode()
    r = raw(f"POST /api/2.0/mlflow/{TAG}", {"Content-Type": "", "Content-Length": len(body)}, body)
    assert r.status_code == 400
    assert r.json()["message"].startswith("Bad Request. Content-Type ")


def test_no_content_type(raw, api, thing, tag):
    body = json.dumps({**tag, "key": "evil"}).encode()
    r = raw(f"POST /api/2.0/mlflow/{TAG}", {"Content-Length": len(body)}, body)
    assert r.status_code == 400
    assert r.json()["message"] == "Bad Request. Content-Type header is missing."
    assert "evil" not in tags_of(api, thing)


def test_no_content_type_and_no_body(raw):
    r = raw("POST /api/2.0/mlflow/runs/search", {"Content-Length": 0})
    assert r.status_code == 400
    assert r.json()["message"] == "Bad Request. Content-Type header is missing."


@pytest.mark.parametrize("content_type", ["APPLICATION/JSON", "Application/Json; x=y",
                                          "application/json ; charset=utf-8"])  # fmt: skip
def test_spellings_of_content_type(api, tag, on_cairn, content_type):
    r = api.raw(TAG, json.dumps(tag), content_type)
    if on_cairn:
        assert (r.status_code, r.json()) == (200, {})
    else:
        check_error(r, 400, IPV, BAD_TYPE)


def test_content_type_of_a_get_is_not_looked_at(api, thing):
    r = api.get(GET, {"experiment_id": thing[0]}, headers={"Content-Type": "text/plain"})
    assert r.status_code == 200


def test_answer_is_json_whatever_is_accepted(api, tag):
    r = api.post(TAG, tag, headers={"Accept": "text/xml"})
    assert (r.status_code, r.headers["content-type"]) == (200, "application/json")


# ---- bodies -----------------------------------------------------------------

AS_EMPTY = [
    b"",
    b" ",
    b"{}",
    b"null",
    b'"null"',
    b"{",
    b'{"a":}',
    b"{'experiment_id':'1'}",
    b'{"experiment_id":"1","key":"evil",}',
    b'{"experiment_id":"1","key":"evil"}x',
    b'{"experiment_id":"1","key":"evil"} {}',
    b'{"experiment_id":"1" "key":"evil"}',
    b'// c\n{"experiment_id":"1","key":"evil"}',
    b'{"experiment_id":"1","key":"\xff"}',
    b'{"experiment_id":"1","key":"\xc3("}',
    b'{"experiment_id":"1","key":"a\x00b"}',
    b'{"experiment_id":"1","key":"a\tb"}',
    b'{"experiment_id":"1","key":"\\x"}',
    b'{"experiment_id":"1","key":"\\u12"}',
    b'{"experiment_id":"1","key":"evil","n":01}',
    b'{"experiment_id":"1","key":"evil","n":1.}',
    b'{"experiment_id":"1","key":"evil","n":.5}',
    b'{"experiment_id":"1","key":"evil","n":+1}',
    b'{"experiment_id":"1","key":"evil","n":nan}',
    b'\x0c{"experiment_id":"1","key":"evil"}',
    b"experiment_id=1&key=evil",
    b"<xml/>",
    b"{{",
    b'"',
    b"undefined",
]


@pytest.mark.parametrize("body", AS_EMPTY)
def test_body_that_counts_as_empty(api, body):
    check_missing(api.raw(TAG, body), "experiment_id")


@pytest.mark.parametrize(
    "body",
    [b"5", b"-0", b"1.5", b"true", b"false", b"NaN", b"Infinity", b'""', b'"x"', b'"5"', b'"[]"',
     b'"\\"{}\\""', b"[]", b"[1]", b'[{"experiment_id":"1","key":"evil"}]'],
)  # fmt: skip
def test_body_that_is_no_object(api, on_cairn, body):
    """500 in the reference (-> c)."""
    r = api.raw(TAG, body)
    if on_cairn:
        check_error(r, 400, IPV)
    else:
        assert (r.status_code, r.headers["content-type"]) == (500, HTML)


@pytest.mark.parametrize("body", [b"[]", b"[1]", b"5", b'"x"'])
def test_such_a_body_with_optional_members_only(api, on_cairn, body):
    r = api.raw("runs/search", body)
    if on_cairn:
        assert r.status_code in (200, 400)
    else:
        assert r.status_code in (200, 500)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda t: t.encode(),
        lambda t: b"\xef\xbb\xbf" + t.encode(),
        lambda t: b"\n\t " + t.encode() + b"\r\n ",
        lambda t: json.dumps(t).encode(),  # a JSON string that holds JSON
        lambda t: t.replace("body", "b\\u006fdy").encode(),
        lambda t: t.replace('"key"', '"\\u006bey"').encode(),
    ],
    ids=["plain", "bom", "blanks", "string", "escape", "escaped member"],
)
def test_good_body(api, thing, tag, wrap):
    mark = uuid.uuid4().hex
    r = api.raw(TAG, wrap(json.dumps({**tag, "key": "body", "value": mark})))
    assert (r.status_code, r.json()) == (200, {})
    assert tags_of(api, thing)["body"] == mark


def test_last_of_two_members_wins(api, thing):
    body = '{"experiment_id":"999999999","experiment_id":"%s","key":"dup","value":"1","value":"2"}'
    assert api.raw(TAG, body % thing[0]).status_code == 200
    assert tags_of(api, thing)["dup"] == "2"


def test_unknown_members_are_ignored(api, thing, tag):
    body = {**tag, "key": "unknown", "bogus": {"a": [1, None, {"b": []}]}, "": 1, "é": "é"}
    assert api.post(TAG, body).status_code == 200
    assert "unknown" in tags_of(api, thing)


def test_members_in_another_case_are_unknown(api, tag):
    body = {"EXPERIMENT_ID": tag["experiment_id"], "Key": "k"}
    check_missing(api.post(TAG, body), "experiment_id")


def test_camel_case_of_optional_members(api, thing):
    r = api.post("runs/search", {"experimentIds": [thing[0]], "maxResults": 1, "orderBy": []})
    assert (r.status_code, r.json()) == (200, {})


def test_camel_case_of_a_required_member(api, tag):
    """Looked for under its own name only, though it would be understood."""
    body = {"experimentId": tag["experiment_id"], "key": "k"}
    check_missing(api.post(TAG, body), "experiment_id")


def test_both_spellings_at_once(api, tag):
    r = api.post(TAG, {**tag, "experimentId": "1"})
    check_error(
        r, 400, IPV,
        "Request specifies both 'experiment_id' and 'experimentId'; provide only one of them.",
    )  # fmt: skip


def test_deep_but_ignored(api, tag):
    body = json.dumps(tag)[:-1] + ',"bogus":' + "[" * 200 + "]" * 200 + "}"
    assert api.raw(TAG, body).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10000 + b"]" * 10000,
        b'{"a":' * 10000 + b"1" + b"}" * 10000,
        b'{"experiment_id":"0","key":"evil","bogus":' + b"[" * 10000 + b"]" * 10000 + b"}",
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
    ],
    ids=["lists", "objects", "unknown", "open lists", "open objects"],
)
def test_depth(api, on_cairn, body):
    """Uncaught recursion in the reference; a plain 400 here."""
    r = api.raw(TAG, body)
    if on_cairn:
        check_error(r, 400, IPV)
    else:
        assert r.status_code in (400, 500)
    assert api.get("/health").text == "OK"


def test_number_of_five_thousand_digits(api, tag):
    body = json.dumps(tag)[:-1] + ',"value":' + "9" * 5000 + "}"
    check_error(api.raw(TAG, body), 400, IPV)


def test_number_beyond_a_double_is_infinity(api, tag):
    body = json.dumps({"experiment_id": tag["experiment_id"], "key": "k"})[:-1] + ',"value":1e999}'
    check_type(api.raw(TAG, body), "value", "Infinity", "float")


def test_lone_surrogate(api, thing, tag):
    """It cannot be stored as UTF-8; nothing may be half-written."""
    before = tags_of(api, thing)
    r = api.raw(TAG, json.dumps(tag).replace('"k"', '"\\ud800"'))
    check_error(r, 400, IPV)
    assert tags_of(api, thing) == before


def test_post_ignores_the_query(api, thing):
    r = api.post(TAG + f"?experiment_id={thing[0]}&key=query")
    check_missing(r, "experiment_id")
    body = {"experiment_id": thing[0], "key": "both"}
    assert api.post(TAG + "?experiment_id=999999999&key=query", body).status_code == 200
    assert "both" in tags_of(api, thing) and "query" not in tags_of(api, thing)


def test_compressed_body_is_not_decoded(api, thing, tag, on_cairn):
    data = gzip.compress(json.dumps({**tag, "key": "gzip"}).encode())
    r = api.call(
        "POST", TAG, data=data,
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )  # fmt: skip
    if on_cairn and r.status_code == 415:
        return
    check_missing(r, "experiment_id")
    assert "gzip" not in tags_of(api, thing)


def test_chunked_body(api, thing, tag, on_cairn):
    data = json.dumps({**tag, "key": "chunked"}).encode()
    r = api.call(
        "POST", TAG, data=(data[i : i + 7] for i in range(0, len(data), 7)),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    if on_cairn:
        assert (r.status_code, r.json()) == (200, {})
        assert "chunked" in tags_of(api, thing)
    else:  # the reference does not see it (-> i)
        check_missing(r, "experiment_id")


def test_expect_100_continue(raw, tag):
    body = json.dumps(tag).encode()
    r = raw(
        f"POST /api/2.0/mlflow/{TAG}",
        {"Content-Type": "application/json", "Content-Length": len(body),
         "Expect": "100-continue"},
        body,
    )  # fmt: skip
    assert r.status_code == 200


def test_no_content_length(raw):
    r = raw(f"POST /api/2.0/mlflow/{TAG}", {"Content-Type": "application/json"})
    assert r.status_code in (400, 411)  # a front end may want a length
    if r.status_code == 400:
        assert r.json()["message"] == (
            "Missing value for required parameter 'experiment_id'." + DOCS
        )


@pytest.mark.parametrize("length", ["abc", "-1", "1e3"])
def test_bad_content_length(raw, length):
    headers = {"Content-Type": "application/json", "Content-Length": length}
    assert raw(f"POST /api/2.0/mlflow/{TAG}", headers).status_code in (400, 411)


def test_http_1_0(raw, thing):
    r = raw(f"GET {GET}?experiment_id={thing[0]}", http="HTTP/1.0")
    assert (r.status_code, r.json()["experiment"]["name"]) == (200, thing[1])


def test_method_override_is_ignored(api, tag):
    r = api.post(TAG, tag, headers={"X-HTTP-Method-Override": "DELETE"})
    assert (r.status_code, r.json()) == (200, {})


def test_large_body(api, exp, run):
    """A batch of 1.4 MB passes."""
    tags = [{"key": f"k{i}", "value": "v" * 8000} for i in range(100)]
    params = [{"key": f"p{i}", "value": "v" * 6000} for i in range(100)]
    assert api.ok("runs/log-batch", {"run_id": run, "tags": tags, "params": params}) == {}


# ---- queries ----------------------------------------------------------------


def test_first_of_repeated_wins(api, thing):
    r = api.get(GET + f"?experiment_id={thing[0]}&experiment_id=999999999")
    assert r.json()["experiment"]["name"] == thing[1]
    r = api.get(GET + f"?experiment_id=999999999&experiment_id={thing[0]}")
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=999999999 exists")


@pytest.mark.parametrize(
    "query",
    ["experiment_id={}&bogus=1", "bogus=1&experiment_id={}", "&&experiment_id={}&",
     "experiment%5Fid={}", "experiment_id=%20{}", "experiment_id={}+", "%62=1&experiment_id={}"],
)  # fmt: skip
def test_good_query(api, thing, query):
    assert api.get(GET + "?" + query.format(thing[0])).json()["experiment"]["name"] == thing[1]


@pytest.mark.parametrize(
    "query",
    ["experimentId={}", "EXPERIMENT_ID={}", "experiment_id", "experiment_id=", "=x", "a=1",
     "a=1;experiment_id={}", "experiment_id[]={}"],
)  # fmt: skip
def test_query_without_it(api, thing, query):
    check_missing(api.get(GET + "?" + query.format(thing[0])), "experiment_id")


def test_body_of_a_get(api, thing):
    """A query wins over a body; without one the body counts."""
    body = json.dumps({"experiment_id": thing[0]})
    kw = {"data": body, "headers": {"Content-Type": "application/json"}}
    assert api.get(GET, **kw).json()["experiment"]["name"] == thing[1]
    assert api.get(GET + "?", **kw).json()["experiment"]["name"] == thing[1]
    check_missing(api.get(GET + "?bogus=1", **kw), "experiment_id")
    check_missing(api.get(GET + "?experiment_id=", **kw), "experiment_id")


@pytest.mark.parametrize(
    "name, query",
    [
        ("a b", "a+b"),
        ("a b", "a%20b"),
        ("a+b", "a%2Bb"),
        ("é", "%C3%A9"),
        ("😀", "%F0%9F%98%80"),
        ("a&b=c", "a%26b%3dc"),
        ("a;b", "a;b"),
        ("a%41", "a%2541"),
        ("a=b", "a=b"),
        ("a/b?c", "a/b?c"),
    ],
)
def test_decoding(api, name, query):
    tail = uuid.uuid4().hex
    i = api.new_experiment(name + tail)
    r = api.get(BY_NAME + "?experiment_name=" + query + tail)
    assert r.json()["experiment"]["experiment_id"] == i


def not_found(name):
    return f"Could not find experiment with name '{name}'"


@pytest.mark.parametrize("query", ["%FF", "%E9x", "%zz", "a%", "%C3", "%F0%9F", "%ED%A0%80"])
def test_bytes_that_are_no_text_stay(raw, query):
    r = raw(f"GET {BY_NAME}?experiment_name={query}")
    assert r.status_code == 404
    assert r.json()["message"] == not_found(query)


def test_nul_in_a_query(raw, on_cairn):
    r = raw(f"GET {BY_NAME}?experiment_name=a%00b")
    if on_cairn and r.status_code == 400:
        return  # a front end may refuse it
    assert (r.status_code, r.json()["message"]) == (404, not_found("a\0b"))


def test_long_query(api):
    name = "x" * 5000
    check_error(
        api.get(BY_NAME, {"experiment_name": name}), 404, "RESOURCE_DOES_NOT_EXIST",
        not_found(name),
    )  # fmt: skip


@pytest.mark.parametrize("target", ["?experiment_name=\xc3\xa9", "?experiment_name=\xff", "\xff"])
def test_bare_bytes_in_the_target(raw, target):
    assert raw(f"GET {BY_NAME}{target}").status_code in (400, 404)


# ---- X-MLFLOW-WORKSPACE -----------------------------------------------------

NO_WORKSPACES = "Workspace APIs are not available: workspaces are not enabled on this server"


@pytest.mark.parametrize("value", ["foo", "default", "../x", "a" * 300])
@pytest.mark.parametrize("path", [TAG, GET + "?experiment_id=0", "runs/search"])
def test_workspace(api, thing, tag, either, path, value):
    method = "GET" if path.startswith("/") else "POST"
    r = api.call(
        method, path, json={**tag, "key": "workspace"} if method == "POST" else None,
        headers={"X-MLFLOW-WORKSPACE": value},
    )  # fmt: skip
    check_error(r, either(cairn=400, mlflow=500), "FEATURE_DISABLED", NO_WORKSPACES)
    assert "workspace" not in tags_of(api, thing)


def test_empty_workspace(api, tag):
    assert api.post(TAG, tag, headers={"X-MLFLOW-WORKSPACE": ""}).status_code == 200


# ---- hosts ------------------------------------------------------------------

GOOD_HOSTS = [
    "127.0.0.1", "127.0.0.1:15000", "127.0.0.1:9", "localhost", "localhost:5000", "[::1]",
    "[::1]:5000", "10.0.0.1", "10.255.255.255:5000", "192.168.1.5", "192.168.1.5:80",
    "172.16.0.1", "172.31.255.255",
]  # fmt: skip
BAD_HOSTS = [
    "evil.com", "evil.com:5000", "mlflow", "mlflow:5000", "", "8.8.8.8", "8.8.8.8:5000",
    "172.32.0.1", "172.15.0.1", "192.169.0.1", "11.0.0.1", "[2001:db8::1]",
    "localhost.evil.com", "127.0.0.1.evil.com", "127.0.0.1@evil.com", "evil.com@127.0.0.1",
    "127.0.0.1/evil", "evil.localhost.com", "0x7f000001", "2130706433", "[::1", "::1]", "a" * 300,
]  # fmt: skip
# (-> g) Cairn reads the host; the reference compares texts: (host, Cairn, reference).
DIFFERENT_HOSTS = [
    ("10.evil.com", 403, 200),
    ("172.16.evil.io", 403, 200),
    ("172.31.0.1.evil.io:5000", 403, 200),
    ("192.168.1.5.attacker.net", 403, 200),
    ("192.168.1.5.attacker.net:5000", 403, 200),
    ("10.0.0.256", 403, 200),
    ("LOCALHOST", 200, 403),
    ("LocalHost:5000", 200, 403),
    ("[fd00::1]:5000", 200, 403),
    ("[fd00::1]", 200, 403),
    ("[0:0:0:0:0:0:0:1]:5000", 200, 403),
]


def visit(raw, host, path=GET + "?experiment_id=0"):
    return raw(f"GET {path}", host=host)


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_good_host(raw, host):
    assert visit(raw, host).status_code == 200


def check_bad_host(r, host, on_cairn):
    if on_cairn and r.status_code == 400:  # a front end may refuse nonsense by itself
        assert not re.fullmatch(r"(?!\d+$)[a-z0-9.]+(:\d+)?", host) or len(host) > 255
        return
    assert r.status_code == 403, (host, r.text)
    assert r.headers["content-type"].startswith("text/plain")
    if on_cairn:
        assert host in r.text or len(host) > 255
        assert "MLFLOW_SERVER_ALLOWED_HOSTS" in r.text
        assert r.headers["x-content-type-options"] == "nosniff"
        assert r.headers["x-frame-options"] == "SAMEORIGIN"
    else:
        assert r.text == "Invalid Host header - possible DNS rebinding attack detected"


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_bad_host(raw, on_cairn, host):
    check_bad_host(visit(raw, host), host, on_cairn)


@pytest.mark.parametrize("host, cairn, mlflow", DIFFERENT_HOSTS)
def test_host_is_read_not_matched(raw, on_cairn, host, cairn, mlflow):
    r = visit(raw, host)
    if (cairn if on_cairn else mlflow) == 200:
        assert r.status_code == 200
    else:
        check_bad_host(r, host, on_cairn)


def test_no_host(raw):
    assert raw(f"GET {GET}?experiment_id=0", host=False).status_code in (400, 403)


def test_two_hosts(raw):
    r = raw(f"GET {GET}?experiment_id=0", {"Host": "evil.com"})
    assert r.status_code in (400, 403)


def test_forwarded_host_is_ignored(raw):
    r = raw(f"GET {GET}?experiment_id=0", {"X-Forwarded-Host": "evil.com"})
    assert r.status_code == 200


@pytest.mark.parametrize("path", ["/", "/nope", "/static-files/x", "/graphql", "runs/get", TAG])
def test_bad_host_anywhere(raw, on_cairn, path):
    path = path if path.startswith("/") else "/api/2.0/mlflow/" + path
    check_bad_host(visit(raw, "evil.com", path), "evil.com", on_cairn)


@pytest.mark.parametrize("path, text", [("/health", "OK"), ("/version", "3.17.2")])
def test_probes_answer_any_host(raw, path, text):
    r = visit(raw, "evil.com", path)
    assert (r.status_code, r.text) == (200, text)


@pytest.mark.parametrize("path", ["/ready", "/metrics"])
def test_own_probes_answer_any_host(raw, on_cairn, path):
    r = visit(raw, "evil.com", path)
    assert r.status_code == (200 if on_cairn else 403)


def test_bad_host_writes_nothing(raw, api, thing, tag):
    body = json.dumps({**tag, "key": "rebinding"}).encode()
    r = raw(
        f"POST /api/2.0/mlflow/{TAG}",
        {"Content-Type": "application/json", "Content-Length": len(body)}, body, host="evil.com",
    )  # fmt: skip
    assert r.status_code == 403
    assert "rebinding" not in tags_of(api, thing)


# ---- origins ----------------------------------------------------------------

ECHOED = [
    "http://localhost", "http://localhost:3000", "http://127.0.0.1", "http://127.0.0.1:15000",
    "http://[::1]", "http://[::1]:5",
]  # fmt: skip
PASSED = ["https://localhost", "https://127.0.0.1:5000"]
BLOCKED = [
    "http://evil.com", "https://evil.com:5000", "null", "http://localhost.evil.com",
    "http://127.0.0.1.evil.com", "http://10.0.0.1", "http://192.168.1.1:5000",
    "chrome-extension://x", "http://evil.com#localhost", "http://localhost@evil.com",
    "http://evillocalhost", "localhost",
]  # fmt: skip


def cors(r):
    return {k.lower(): v for k, v in r.headers.items() if k.lower().startswith("access-control")}


def post_from(api, tag, origin, key="cors", **headers):
    return api.post(TAG, {**tag, "key": key}, headers={"Origin": origin, **headers})


def test_no_origin(api, tag):
    r = api.post(TAG, tag)
    assert r.status_code == 200 and cors(r) == {}


@pytest.mark.parametrize("origin", ECHOED)
def test_own_origin(api, tag, origin):
    r = post_from(api, tag, origin)
    assert r.status_code == 200
    assert cors(r) == {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "*",
    }
    assert "Origin" in re.split(r",\s*", r.headers["vary"])


@pytest.mark.parametrize("origin", PASSED)
def test_own_origin_by_https(api, tag, origin):
    r = post_from(api, tag, origin)
    assert r.status_code == 200
    assert "access-control-allow-origin" not in cors(r)


def check_blocked(r, on_cairn):
    assert r.status_code == 403
    assert r.headers["content-type"].startswith("text/plain")
    assert "access-control-allow-origin" not in cors(r)
    if on_cairn:
        assert r.headers["x-content-type-options"] == "nosniff"
        assert r.headers["x-frame-options"] == "SAMEORIGIN"
        assert r.text.startswith("Cross-origin request blocked")
        assert "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS" in r.text
    else:
        assert r.text == "Cross-origin request blocked"


@pytest.mark.parametrize("origin", BLOCKED)
def test_foreign_origin(api, thing, tag, on_cairn, origin):
    check_blocked(post_from(api, tag, origin, "foreign"), on_cairn)
    assert "foreign" not in tags_of(api, thing)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_foreign_origin_of_every_writing_method(api, on_cairn, method, prefix):
    r = api.call(method, TAG, prefix=prefix, json={}, headers={"Origin": "http://evil.com"})
    check_blocked(r, on_cairn)


@pytest.mark.parametrize(
    "path", ["runs/search", "experiments/search", "runs/log-batch", "runs/create"]
)
def test_foreign_origin_on_every_post(api, on_cairn, path):
    check_blocked(api.post(path, {}, headers={"Origin": "http://evil.com"}), on_cairn)


@pytest.mark.parametrize("path", ["/graphql", "/v1/traces"])
def test_foreign_origin_at_the_root(api, on_cairn, path):
    r = api.call("POST", path, json={}, headers={"Origin": "http://evil.com"})
    if on_cairn and r.status_code != 404:
        check_blocked(r, on_cairn)
    elif not on_cairn:
        assert r.status_code in (422, 500)  # it went through


@pytest.mark.parametrize("path", [GET + "?experiment_id=0", "/version", "/health"])
def test_foreign_origin_may_get(api, path):
    """Sent, but not readable for the page: no allow-origin."""
    r = api.get(path, headers={"Origin": "http://evil.com"})
    assert r.status_code == 200
    assert "access-control-allow-origin" not in cors(r)


@pytest.mark.parametrize("path", [GET + "?experiment_id=0", "/version"])
def test_own_origin_may_read(api, path):
    r = api.get(path, headers={"Origin": "http://localhost:3000"})
    assert cors(r)["access-control-allow-origin"] == "http://localhost:3000"
    assert cors(r)["access-control-allow-credentials"] == "true"


def preflight(api, origin, method="POST", headers=None, path=TAG):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return api.call("OPTIONS", path, headers=asked)


@pytest.mark.parametrize("origin", ECHOED)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_preflight(api, origin, method):
    r = preflight(api, origin, method, "content-type, x-foo")
    assert (r.status_code, r.text) == (200, "OK")
    assert r.headers["content-type"].startswith("text/plain")
    got = cors(r)
    assert got["access-control-allow-origin"] == origin
    assert got["access-control-allow-credentials"] == "true"
    assert got["access-control-max-age"] == "600"
    assert got["access-control-allow-headers"] == "content-type, x-foo"
    assert sorted(re.split(r",\s*", got["access-control-allow-methods"])) == [
        "DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"
    ]  # fmt: skip
    vary = set(re.split(r",\s*", r.headers["vary"]))
    assert {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"} <= vary


@pytest.mark.parametrize("origin", BLOCKED + PASSED)
def test_preflight_of_a_foreign_origin(api, origin):
    r = preflight(api, origin, headers="content-type")
    assert (r.status_code, r.text) == (400, "Disallowed CORS origin")
    assert "access-control-allow-origin" not in cors(r)


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "BREW"])
def test_preflight_of_an_odd_method(api, method):
    r = preflight(api, "http://localhost", method)
    assert (r.status_code, r.text) == (400, "Disallowed CORS method")


def test_options_with_origin_only(api):
    r = api.call("OPTIONS", TAG, headers={"Origin": "http://localhost:3000"})
    assert (r.status_code, allowed(r)) == (204, "OPTIONS POST")
    assert cors(r)["access-control-allow-origin"] == "http://localhost:3000"


def test_options_without_origin(api):
    r = api.call("OPTIONS", TAG, headers={"Access-Control-Request-Method": "POST"})
    assert r.status_code == 204 and cors(r) == {}


def test_preflight_then_post(api, thing, tag):
    """What a browser does for a page of localhost."""
    assert preflight(api, "http://localhost:3000", headers="content-type").status_code == 200
    assert post_from(api, tag, "http://localhost:3000", "browser").status_code == 200
    assert "browser" in tags_of(api, thing)
