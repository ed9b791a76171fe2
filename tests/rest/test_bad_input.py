"""Malformed requests on every tracking route: never a 5xx, never half a row.

One table of routes; every field has a kind, every kind has values that are
wrong for it.  What the reference drops in silence is refused by Cairn (0.2 d),
what crashes the reference is a 400 there (0.2 c).
"""

import json
import uuid

import pytest

from conftest import check_error, check_missing, check_type

IPV = "INVALID_PARAMETER_VALUE"
PYTHON = {int: "int", float: "float", bool: "bool", str: "str", list: "list", dict: "dict"}


def unique():
    return "bad-" + uuid.uuid4().hex


class Target:
    """An experiment and a run that good requests of the matrix write to."""

    def __init__(self, api):
        self.api = api
        self.name = unique()
        self.experiment = api.new_experiment(self.name)
        self.run = api.new_run(self.experiment, run_name="target")
        self.quiet = api.new_experiment()
        self.spare = api.new_experiment()  # for runs that good requests use up

        self.bodies = {}

    def body(self, path):
        """A good body that only requests to be refused use, so that it stays good."""
        if path not in self.bodies:
            self.bodies[path] = ROUTES[path].good(self)
        return dict(self.bodies[path])

    def deleted_experiment(self):
        e = self.api.new_experiment()
        self.api.ok("experiments/delete", {"experiment_id": e})
        return e

    def tagged(self):
        """A run with a tag to delete."""
        run = self.api.new_run(self.spare, tags=[{"key": "t", "value": "v"}])
        return {"run_id": run, "key": "t"}

    def tagged_experiment(self):
        return {"experiment_id": self.api.new_experiment(tags=[{"key": "t"}]), "key": "t"}

    def model(self):
        model = {"artifact_path": "m", "flavors": {}, "utc_time_created": "x", "run_id": self.run}
        return json.dumps(model)


@pytest.fixture(scope="module")
def target(api):
    return Target(api)


class Route:
    def __init__(self, good, required="", method="POST", prefix="api", **fields):
        self.good, self.required = good, required.split()
        self.method, self.prefix, self.fields = method, prefix, fields


# Kinds: text (checked), loose (text that the reference does not check), int,
# list (checked), loose_list, enum.
ROUTES = {
    "experiments/create": Route(
        lambda t: {"name": unique()}, "name",
        name="text", artifact_location="text", tags="list"),
    "experiments/get": Route(
        lambda t: {"experiment_id": t.experiment}, "experiment_id", "GET"),
    "experiments/get-by-name": Route(
        lambda t: {"experiment_name": t.name}, "experiment_name", "GET"),
    "experiments/update": Route(
        lambda t: {"experiment_id": t.api.new_experiment(), "new_name": unique()},
        "experiment_id new_name", experiment_id="text", new_name="text"),
    "experiments/delete": Route(
        lambda t: {"experiment_id": t.api.new_experiment()}, "experiment_id",
        experiment_id="text"),
    "experiments/restore": Route(
        lambda t: {"experiment_id": t.deleted_experiment()}, "experiment_id",
        experiment_id="text"),
    "experiments/set-experiment-tag": Route(
        lambda t: {"experiment_id": t.experiment, "key": "k", "value": "v"},
        "experiment_id key", experiment_id="text", key="text", value="text"),
    "experiments/delete-experiment-tag": Route(
        Target.tagged_experiment, "experiment_id key", experiment_id="text", key="text"),
    "experiments/search": Route(
        lambda t: {"max_results": 1},
        max_results="int", filter="text", order_by="list", page_token="text", view_type="enum"),
    "experiments/search-datasets": Route(
        lambda t: {"experiment_ids": [t.experiment]}, prefix="ajax-api"),
    "runs/create": Route(
        lambda t: {"experiment_id": t.experiment},
        experiment_id="text", user_id="loose", run_name="text", start_time="int",
        tags="loose_list"),
    "runs/get": Route(lambda t: {"run_id": t.run}, "run_id", "GET"),
    "runs/update": Route(
        lambda t: {"run_id": t.run}, "run_id",
        run_id="text", status="enum", end_time="int", run_name="text"),
    "runs/delete": Route(
        lambda t: {"run_id": t.api.new_run(t.spare)}, "run_id", run_id="text"),
    "runs/restore": Route(lambda t: {"run_id": t.run}, "run_id", run_id="text"),
    "runs/log-metric": Route(
        lambda t: {"run_id": t.run, "key": "m", "value": 1.5, "timestamp": 7},
        "run_id key value timestamp",
        run_id="text", key="text", timestamp="int", step="int", model_id="text",
        dataset_name="text", dataset_digest="text"),
    "runs/log-parameter": Route(
        lambda t: {"run_id": t.run, "key": unique(), "value": "1"}, "run_id key",
        run_id="text", key="text", value="text"),
    "runs/set-tag": Route(
        lambda t: {"run_id": t.run, "key": "t", "value": "1"}, "run_id key",
        run_id="text", key="text", value="text"),
    "runs/delete-tag": Route(Target.tagged, "run_id key", run_id="text", key="text"),
    "runs/log-batch": Route(
        lambda t: {"run_id": t.run}, "run_id",
        run_id="text", metrics="list", params="list", tags="list"),
    "runs/log-model": Route(
        lambda t: {"run_id": t.run, "model_json": t.model()}, "run_id model_json",
        run_id="text", model_json="text"),
    "runs/log-inputs": Route(
        lambda t: {"run_id": t.run}, "run_id", run_id="text", datasets="list", models="list"),
    "runs/outputs": Route(
        lambda t: {"run_id": t.run, "models": []}, "run_id models",
        run_id="text", models="list"),
    "runs/search": Route(
        lambda t: {"experiment_ids": [t.quiet]},
        experiment_ids="list", filter="text", order_by="list", page_token="loose",
        run_view_type="enum", max_results="int"),
    "metrics/get-history": Route(
        lambda t: {"run_id": t.run, "metric_key": "m"}, "run_id metric_key", "GET"),
    "metrics/get-history-bulk": Route(
        lambda t: {"run_id": t.run, "metric_key": "m"}, "", "GET", "ajax-api"),
    "metrics/get-history-bulk-interval": Route(
        lambda t: {"run_ids": t.run, "metric_key": "m"}, "run_ids metric_key", "GET"),
}  # fmt: skip
POSTS = [p for p, r in ROUTES.items() if r.method == "POST"]


def send(api, path, body, **kw):
    route = ROUTES[path]
    if route.method == "GET":
        return api.get(path, body, prefix=route.prefix, **kw)
    return api.post(path, body, prefix=route.prefix, **kw)


def send_raw(api, path, data, **kw):
    return api.raw(path, data, prefix=ROUTES[path].prefix, **kw)


# What a request that is refused must leave alone, in one row.
STATE = """SELECT
  (SELECT CONCAT_WS('|', name, lifecycle_stage, last_update_time)
   FROM experiments WHERE experiment_id = %(e)s),
  (SELECT SUM(CRC32(CONCAT_WS('|', `key`, value)))
   FROM experiment_tags WHERE experiment_id = %(e)s),
  (SELECT CONCAT_WS('|', name, status, end_time, lifecycle_stage)
   FROM runs WHERE run_uuid = %(r)s),
  (SELECT COUNT(*) FROM runs WHERE experiment_id = %(e)s),
  (SELECT SUM(CRC32(CONCAT_WS('|', `key`, value))) FROM tags WHERE run_uuid = %(r)s),
  (SELECT SUM(CRC32(CONCAT_WS('|', `key`, value))) FROM params WHERE run_uuid = %(r)s),
  (SELECT COUNT(*) FROM metrics WHERE run_uuid = %(r)s),
  (SELECT SUM(CRC32(CONCAT_WS('|', `key`, value, timestamp, step)))
   FROM latest_metrics WHERE run_uuid = %(r)s),
  (SELECT COUNT(*) FROM datasets WHERE experiment_id = %(e)s),
  (SELECT COUNT(*) FROM inputs WHERE destination_id = %(r)s OR source_id = %(r)s),
  (SELECT COUNT(*) FROM input_tags JOIN inputs USING (input_uuid) WHERE destination_id = %(r)s)
"""


@pytest.fixture
def intact(sql, target):
    """Fails the test if its refused requests changed anything of the target."""
    where = {"e": target.experiment, "r": target.run}
    for path in ROUTES:
        target.body(path)
    before = sql(STATE, where)

    def check():
        assert sql(STATE, where) == before

    return check


def refused(r, field, on_cairn, intact, mlflow=(200, 400, 500)):
    """Cairn: 400 that names the field, nothing written.  Reference: whatever it does."""
    if on_cairn:
        check_error(r, 400, IPV, contains=field)
        intact()
    else:
        assert r.status_code in mlflow, r.text


def cases(kinds, values):
    return [
        (path, field, value)
        for path, route in ROUTES.items()
        for field, kind in route.fields.items()
        if kind in kinds.split()
        for value in values
    ]


def ids(v):
    return json.dumps(v)[:30] if not isinstance(v, str) else v[:40] or "empty"


# ---- the table itself -------------------------------------------------------


@pytest.mark.parametrize("path", ROUTES)
def test_good_request(api, target, path):
    """The matrix starts from requests that work."""
    assert send(api, path, ROUTES[path].good(target)).status_code == 200


@pytest.mark.parametrize("path", ROUTES)
def test_unknown_members(api, target, path):
    extra = {"bogus": "x", "run_uid": "y"}
    if ROUTES[path].method == "POST":
        extra.update({"nested": {"a": [{"b": None}]}, "Name": 5, "": 0})
    assert send(api, path, {**ROUTES[path].good(target), **extra}).status_code == 200


@pytest.mark.parametrize(
    "path, method",
    [(p, m) for p, r in ROUTES.items() for m in ["GET", "POST", "PUT", "DELETE", "PATCH"]
     if m != r.method and (p, m) != ("experiments/search", "GET")],
)  # fmt: skip
def test_wrong_method(api, path, method):
    route = ROUTES[path]
    r = api.call(method, path, prefix=route.prefix, json={})
    assert r.status_code == 405
    assert r.headers["content-type"] == "text/html; charset=utf-8"
    assert route.method in r.headers["allow"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_wrong_content_type(api, target, intact, path, content_type):
    data = json.dumps(target.body(path))
    r = send_raw(api, path, data, content_type=content_type)
    if path == "experiments/search-datasets":  # reads its body by hand
        assert r.status_code in (200, 400)
        return
    check_error(
        r, 400, IPV, "Bad Request. Content-Type must be one of ['application/json']."
    )


@pytest.mark.parametrize("path", [p for p, r in ROUTES.items() if r.required])
def test_no_body(api, path, on_cairn):
    first = ROUTES[path].required[0]
    if ROUTES[path].method == "GET":
        check_missing(api.get(path), first)
        return
    check_missing(send_raw(api, path, b"{}"), first)
    for body in [b"", b"null", b"{", b"x=1", b"\xff\xfe\xfd"]:
        r = send_raw(api, path, body)
        if path == "runs/log-batch" and not on_cairn:
            assert r.status_code == 500
        else:
            check_missing(r, first)


@pytest.mark.parametrize(
    "path, field", [(p, f) for p, r in ROUTES.items() for f in r.required]
)
def test_required_field(api, target, intact, path, field):
    """Absent, null and "" are the same: missing."""
    body = target.body(path)
    del body[field]
    check_missing(send(api, path, body), field)
    forms = [""] if ROUTES[path].method == "GET" else [None, ""]
    for value in forms:
        # "" is a wrong number, or one empty element of a list.
        if (field, value) not in [("timestamp", ""), ("run_ids", "")]:
            check_missing(send(api, path, {**body, field: value}), field)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"[]", b"5", b'"x"'])
def test_body_that_is_no_object(api, on_cairn, intact, path, body):
    r = send_raw(api, path, body)
    assert r.status_code in ((200, 400) if on_cairn else (200, 400, 500))
    if on_cairn and ROUTES[path].required:
        check_error(r, 400, IPV)
    intact()


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "deep", [b"[" * 10000 + b"]" * 10000, b'{"a":' * 10000], ids=["lists", "open objects"]
)
def test_deep_body(api, on_cairn, intact, path, deep):
    r = send_raw(api, path, deep)
    assert r.status_code in ((200, 400) if on_cairn else (200, 400, 500))
    intact()


@pytest.mark.parametrize("path", [p for p in POSTS if ROUTES[p].fields])
def test_deep_field(api, target, on_cairn, path):
    """Depth inside each known field."""
    good = target.body(path)
    for field in ROUTES[path].fields:
        text = json.dumps({**good, field: "DEEP"}).replace('"DEEP"', "[" * 10000 + "]" * 10000)
        r = send_raw(api, path, text)
        if on_cairn:
            assert r.status_code == 400, (field, r.text[:200])
        else:
            assert r.status_code in (400, 500)


# ---- kinds of fields --------------------------------------------------------

NO_TEXT = [5, 1.5, True, [None], {"a": "b"}]


@pytest.mark.parametrize("path, field, value", cases("text", NO_TEXT), ids=ids)
def test_text(api, target, intact, path, field, value):
    body = {**target.body(path), field: value}
    r = send(api, path, body)
    check_type(r, field, json.dumps(value, separators=(",", ":")), PYTHON[type(value)])
    intact()


@pytest.mark.parametrize("path, field, value", cases("loose", NO_TEXT), ids=ids)
def test_loose_text(api, target, on_cairn, path, field, value, intact):
    r = send(api, path, {**target.body(path), field: value})
    refused(r, field, on_cairn, intact, mlflow=(200,))


@pytest.mark.parametrize("path, field, value", cases("int", ["x", "", "1.5", "0x1"]), ids=ids)
def test_int_from_text(api, target, intact, path, field, value):
    r = send(api, path, {**target.body(path), field: value})
    check_type(r, field, json.dumps(value), "str")
    intact()


@pytest.mark.parametrize("path, field, value", cases("int", ["3", 3.0, 3e0]), ids=ids)
def test_int_forms(api, target, path, field, value):
    assert send(api, path, {**ROUTES[path].good(target), field: value}).status_code == 200


@pytest.mark.parametrize(
    "path, field, value",
    cases("int", [1.5, True, False, 2**63, -(2**63) - 1, 10**30, 1e300, [], {}, [5]]),
    ids=ids,
)
def test_int_that_is_none(api, target, on_cairn, intact, path, field, value):
    """Dropped in silence or a crash in the reference."""
    r = send(api, path, {**target.body(path), field: value})
    refused(r, field, on_cairn, intact)


@pytest.mark.parametrize("path, field, value", cases("list", [5, 1.5, True, "x", {}]), ids=ids)
def test_list(api, target, intact, path, field, value):
    r = send(api, path, {**target.body(path), field: value})
    check_type(r, field, json.dumps(value), PYTHON[type(value)])
    intact()


@pytest.mark.parametrize(
    "path, field, value", cases("loose_list", [5, 1.5, True, "x", {}, {"a": "b"}]), ids=ids
)
def test_loose_list(api, target, on_cairn, intact, path, field, value):
    r = send(api, path, {**target.body(path), field: value})
    refused(r, field, on_cairn, intact, mlflow=(200,))


@pytest.mark.parametrize(
    "path, field, value", cases("list loose_list", [[5], [None], [[]], [True]]), ids=ids
)
def test_wrong_elements(api, target, on_cairn, intact, path, field, value):
    r = send(api, path, {**target.body(path), field: value})
    refused(r, field, on_cairn, intact)


LISTS_OF_TEXTS = ["order_by", "experiment_ids"]


@pytest.mark.parametrize(
    "path, field",
    [c[:2] for c in cases("list loose_list", [0]) if c[1] not in LISTS_OF_TEXTS],
)
def test_text_for_an_object(api, target, on_cairn, intact, path, field):
    r = send(api, path, {**target.body(path), field: ["x"]})
    refused(r, field, on_cairn, intact)


@pytest.mark.parametrize(
    "path, field, value",
    cases("enum", ["NOPE", "running", "active_only", True, 1.5, 99, -1, 2**31, 2**63, [], {}]),
    ids=ids,
)
def test_enum(api, target, on_cairn, intact, path, field, value):
    r = send(api, path, {**target.body(path), field: value})
    refused(r, field, on_cairn, intact)


@pytest.mark.parametrize("value, pytype", [([], "list"), ({}, "dict"), (-1, "int"), (2**31, "int")])
def test_status_type(api, target, intact, value, pytype):
    r = api.post("runs/update", {"run_id": target.run, "status": value})
    check_type(r, "status", json.dumps(value), pytype)
    intact()


@pytest.mark.parametrize(
    "path, field",
    [(p, f) for p, r in ROUTES.items() for f in r.fields if f not in r.required],
)
def test_null_means_absent(api, target, on_cairn, path, field):
    body = {**ROUTES[path].good(target), field: None}
    r = send(api, path, body)
    if (path, field) == ("runs/create", "experiment_id"):
        check_error(r, 400, "BAD_REQUEST")
    elif (path, field) == ("experiments/search", "max_results"):
        check_error(r, 400, IPV, starts="Invalid value 0 for parameter 'max_results'")
    elif (path, field) == ("runs/search", "max_results"):
        assert r.status_code in ((200, 400) if on_cairn else (500,))
    elif path == "runs/log-batch":
        assert r.status_code == (200 if on_cairn else 500)
    else:
        assert r.status_code == 200, r.text


@pytest.mark.parametrize("path, field", [c[:2] for c in cases("text loose", [0])])
def test_nul(api, target, on_cairn, path, field):
    """Stored or refused, never a crash."""
    r = send(api, path, {**ROUTES[path].good(target), field: uuid.uuid4().hex + "\0b"})
    assert r.status_code in (200, 400, 404), r.text
    assert r.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path, field", [c[:2] for c in cases("text loose", [0])])
@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf"])
def test_bad_utf8(api, target, intact, path, field, bad):
    """The whole body counts as broken: nothing of it is used."""
    body = json.dumps({**target.body(path), field: "BAD"}).encode()
    broken = send_raw(api, path, b"{")
    r = send_raw(api, path, body.replace(b'"BAD"', b'"' + bad + b'"'))
    assert r.status_code == broken.status_code
    if r.headers["content-type"] == "application/json":
        assert r.json().get("error_code") == broken.json().get("error_code")
    intact()


@pytest.mark.parametrize("path, field", [c[:2] for c in cases("text loose", [0])])
def test_surrogate_in_utf8(api, target, on_cairn, path, field):
    """U+D800 in three bytes: no text for a database."""
    body = json.dumps({**target.body(path), field: "BAD"}).encode()
    r = send_raw(api, path, body.replace(b'"BAD"', b'"\xed\xa0\x80"'))
    assert r.status_code < 500 or not on_cairn


@pytest.mark.parametrize("path, field", [c[:2] for c in cases("text loose", [0])])
def test_huge_text(api, target, on_cairn, path, field):
    """A hundred thousand characters in each text field: an answer in JSON, and the server lives."""
    r = send(api, path, {**target.body(path), field: "é" * 100_000})
    if (path, field) in [("runs/log-parameter", "value"), ("runs/set-tag", "value")]:
        if r.status_code == 400:  # the same key has another value already
            check_error(r, 400, IPV, starts="Changing param values")
        else:
            assert r.json() == {}
    else:
        if field == "page_token":  # not ASCII: a crash in the reference
            assert r.status_code == (400 if on_cairn else 500)
        else:
            assert r.status_code in (400, 404), r.text[:300]
        assert set(r.json()) == {"error_code", "message", "sqlstate", "error_class"}


# ---- limits -----------------------------------------------------------------


def exceeds(what, n):
    return f"'{what}' exceeds the maximum length of {n} characters"


def dataset(**kw):
    tags = kw.pop("tags", [])
    fields = {"name": "n", "digest": "d", "source_type": "s", "source": "x", **kw}
    return {"datasets": [{"dataset": fields, "tags": tags}]}


KEY, LONG_TAG = "k" * 251, "v" * 20001
TOO_LONG = [
    ("experiments/create", {"name": "x" * 501}, exceeds("name", 500)),
    ("experiments/create", {"name": "é" * 501}, exceeds("name", 500)),
    ("experiments/create", {"tags": [{"key": KEY, "value": "v"}]}, exceeds("key", 250)),
    ("experiments/create", {"tags": [{"key": "k", "value": LONG_TAG}]}, exceeds("value", 20000)),
    ("experiments/update", {"new_name": "x" * 501}, exceeds("name", 500)),
    ("experiments/set-experiment-tag", {"key": KEY}, exceeds("key", 250)),
    ("experiments/set-experiment-tag", {"value": LONG_TAG}, exceeds("value", 20000)),
    ("runs/log-metric", {"key": KEY}, exceeds("Metric name", 250)),
    ("runs/log-parameter", {"key": KEY}, exceeds("Param key", 250)),
    ("runs/set-tag", {"key": KEY}, exceeds("key", 250)),
    ("runs/log-batch", {"metrics": [{"key": KEY, "value": 1, "timestamp": 1}]},
     exceeds("Metric name", 250)),
    ("runs/log-batch", {"params": [{"key": KEY, "value": "1"}]}, exceeds("Param key", 250)),
    ("runs/log-batch", {"tags": [{"key": "a"}, {"key": KEY}]}, exceeds("tags[1].key", 250)),
    ("runs/log-inputs", dataset(name="x" * 501), exceeds("name", 500)),
    ("runs/log-inputs", dataset(digest="d" * 37), exceeds("digest", 36)),
    ("runs/log-inputs", dataset(source="x" * 65536), exceeds("source", 65535)),
    ("runs/log-inputs", dataset(tags=[{"key": "k" * 256, "value": "v"}]), exceeds("key", 255)),
    ("runs/log-inputs", dataset(tags=[{"key": "k", "value": "v" * 501}]), exceeds("value", 500)),
]  # fmt: skip


@pytest.mark.parametrize("path, change, message", TOO_LONG)
def test_too_long(api, target, intact, path, change, message):
    body = {**target.body(path), **change}
    check_error(send(api, path, body), 400, IPV, message)
    intact()


def test_artifact_location_too_long(api):
    name = unique()
    r = api.post("experiments/create", {"name": name, "artifact_location": "s3://" + "x" * 2044})
    check_error(
        r, 400, IPV,
        starts="Invalid artifact path length. The length of the artifact path cannot be "
        "greater than 2048 characters",
    )  # fmt: skip
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404


# Longer than the column, shorter than the check: BAD_REQUEST, in Cairn without SQL (-> e).
BEYOND_THE_COLUMN = [
    ("experiments/create", {"name": "x" * 257}),
    ("experiments/create", {"artifact_location": "s3://" + "x" * 300}),
    ("experiments/update", {"new_name": "x" * 257}),
    ("runs/create", {"run_name": "x" * 251}),
    ("runs/create", {"user_id": "x" * 257}),
    ("runs/create", {"tags": [{"key": KEY, "value": "v"}]}),
    ("runs/create", {"tags": [{"key": "k", "value": "v" * 8001}]}),
    ("runs/update", {"run_name": "x" * 251}),
    ("runs/log-inputs", dataset(source_type="s" * 37)),
]


@pytest.mark.parametrize("path, change", BEYOND_THE_COLUMN)
def test_beyond_the_column(api, target, intact, on_cairn, path, change):
    r = send(api, path, {**ROUTES[path].good(target), **change})
    body = check_error(r, 400, "BAD_REQUEST")
    if on_cairn:
        assert "SQL" not in body["message"] and "Data too long" not in body["message"]
    intact()


def test_lengths_at_the_limit(api, target):
    """One character less than too long, in characters of four bytes."""
    wide = "😀"
    for path, change in [
        ("experiments/create", {"name": uuid.uuid4().hex + wide * 224}),
        ("experiments/create", {"tags": [{"key": "k" * 250, "value": wide * 20000}]}),
        ("experiments/set-experiment-tag", {"key": "k" * 250, "value": wide * 20000}),
        ("runs/create", {"run_name": wide * 250, "user_id": wide * 256}),
        ("runs/log-metric", {"key": "m" * 250}),
        ("runs/log-parameter", {"key": "p" * 250, "value": wide * 6000}),
        ("runs/set-tag", {"key": "t" * 250, "value": wide * 8000}),
        ("runs/log-inputs", dataset(name=wide * 500, digest=wide * 36, source_type=wide * 36)),
        ("runs/log-inputs", dataset(digest="x", tags=[{"key": "k" * 255, "value": wide * 500}])),
    ]:
        r = send(api, path, {**ROUTES[path].good(target), **change})
        assert r.status_code == 200, (path, r.text[:300])


@pytest.mark.parametrize("path", [p for p in ROUTES if ROUTES[p].required[:1] == ["run_id"]])
@pytest.mark.parametrize("run", ["x", "x" * 300, "é", "' OR 1=1", "../x", "%"])
def test_unknown_run(api, target, path, run):
    """Two of the routes look at the form of the id first."""
    r = send(api, path, {**target.body(path), "run_id": run})
    if path == "metrics/get-history":
        assert (r.status_code, r.json()) == (200, {})
    elif path in ("runs/log-batch", "runs/log-inputs") and run != "x":
        check_error(
            r, 400, IPV, f"Invalid value {json.dumps(run)} for parameter 'run_id' supplied."
        )
    else:
        check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={run} not found")


@pytest.mark.parametrize("path", ["runs/log-batch", "runs/log-inputs"])
@pytest.mark.parametrize(
    "run, well_formed",
    [("a", True), ("A-b_c", True), ("1", True), ("a" * 256, True), ("aé", True),
     ("a.b", False), ("a b", False), ("-a", False), ("_a", False), ("a" * 257, False),
     ("a/b", False), ("a:b", False)],
)  # fmt: skip
def test_form_of_a_run_id(api, path, run, well_formed):
    r = api.post(path, {"run_id": run})
    if well_formed:
        check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={run} not found")
    else:
        check_error(
            r, 400, IPV, f"Invalid value {json.dumps(run)} for parameter 'run_id' supplied."
        )


EXPERIMENT_POSTS = ["experiments/update", "experiments/delete", "experiments/restore",
                    "experiments/set-experiment-tag", "runs/create"]  # fmt: skip


@pytest.mark.parametrize("path", EXPERIMENT_POSTS + ["experiments/get"])
@pytest.mark.parametrize("wanted", ["abc", "1.5", "1e3", "0x1", "1 2", "' OR 1=1"])
def test_experiment_id_that_is_no_number(api, target, path, wanted):
    r = send(api, path, {**target.body(path), "experiment_id": wanted})
    check_error(
        r, 400, IPV,
        f"Invalid experiment ID '{wanted}'. Experiment ID must be a valid integer.",
    )  # fmt: skip


@pytest.mark.parametrize("path", EXPERIMENT_POSTS + ["experiments/get"])
@pytest.mark.parametrize("wanted", ["999999999", "-1", "9" * 30, "2147483648"])
def test_unknown_experiment(api, target, path, wanted):
    r = send(api, path, {**target.body(path), "experiment_id": wanted})
    check_error(
        r, 404, "RESOURCE_DOES_NOT_EXIST", f"No Experiment with id={wanted} exists"
    )


# ---- members of lists -------------------------------------------------------

M = {"key": "a", "value": 1, "timestamp": 1}


def without(d, *keys):
    return {k: v for k, v in d.items() if k not in keys}


@pytest.mark.parametrize(
    "field, element, missing",
    [
        ("metrics", {}, "key"),
        ("metrics", without(M, "key"), "key"),
        ("metrics", {**M, "key": ""}, "key"),
        ("metrics", {**M, "key": None}, "key"),
        ("metrics", without(M, "value"), "value"),
        ("metrics", {**M, "value": None}, "value"),
        ("metrics", without(M, "value", "timestamp"), "value"),
        ("metrics", without(M, "timestamp"), "timestamp"),
        ("metrics", {**M, "timestamp": None}, "timestamp"),
        ("params", {}, "key"),
        ("params", {"value": "v"}, "key"),
        ("params", {"key": "", "value": "v"}, "key"),
        ("params", {"key": None, "value": "v"}, "key"),
        ("tags", {}, "key"),
        ("tags", {"value": "v"}, "key"),
        ("tags", {"key": "", "value": "v"}, "key"),
    ],
)
def test_batch_element_lacks(api, target, intact, field, element, missing):
    good = {**M, "key": "good"} if field == "metrics" else {"key": "good", "value": "v"}
    r = api.post("runs/log-batch", {"run_id": target.run, field: [good, element]})
    check_missing(r, f"{field}[1].{missing}")
    intact()


@pytest.mark.parametrize(
    "field, element",
    [
        *[("metrics", {**M, k: v}) for k, v in [
            ("key", 5), ("key", []), ("key", True), ("value", "z"), ("value", []),
            ("value", {}), ("timestamp", "x"), ("timestamp", 1.5), ("timestamp", True),
            ("timestamp", []), ("timestamp", 2**63), ("step", "x"), ("step", 1.5),
            ("step", {}), ("step", 2**63), ("step", -(2**63) - 1), ("model_id", 5),
            ("dataset_name", 5),
        ]],
        *[(f, {"key": "a", "value": v}) for f in ["params", "tags"]
          for v in [5, 1.5, True, [], {}, ["x"]]],
        *[(f, {"key": k, "value": "v"}) for f in ["params", "tags"] for k in [5, True, [], {}]],
    ],
    ids=lambda v: json.dumps(v),
)  # fmt: skip
def test_batch_element_of_wrong_type(api, target, on_cairn, intact, field, element):
    """The reference mostly stores something else, in silence (-> d)."""
    good = {**M, "key": "good"} if field == "metrics" else {"key": "good", "value": "v"}
    body = {"run_id": target.run, field: [good, element]}
    refused(api.post("runs/log-batch", body), field, on_cairn, intact)


@pytest.mark.parametrize(
    "body",
    [
        {"metrics": [{"key": "good", "value": 1, "timestamp": 1}],
         "params": [{"key": "good2", "value": "1"}], "tags": [{"value": "no key"}]},
        {"metrics": [{"key": "good", "value": 1, "timestamp": -1}],
         "params": [{"key": "good2", "value": "1"}], "tags": [{"key": "good3", "value": "1"}]},
        {"metrics": [{"key": "a$", "value": 1, "timestamp": 1}],
         "params": [{"key": "good2", "value": "1"}], "tags": [{"key": "good3", "value": "1"}]},
        {"params": [{"key": "good2", "value": "1"}, {"key": "../x", "value": "1"}],
         "tags": [{"key": "good3", "value": "1"}]},
        {"params": [{"key": "good2", "value": "1"}, {"key": "good2", "value": "1"}]},
        {"metrics": [{"key": "good", "value": 1, "timestamp": 1}] * 1001,
         "params": [{"key": "good2", "value": "1"}]},
        {"params": [{"key": f"p{i}", "value": "1"} for i in range(101)]},
        {"tags": [{"key": f"t{i}", "value": "1"} for i in range(101)]},
    ],
    ids=range(8),
)  # fmt: skip
def test_refused_batch_writes_nothing(api, target, intact, body):
    check_error(api.post("runs/log-batch", {"run_id": target.run, **body}), 400, IPV)
    intact()


@pytest.mark.parametrize(
    "tag",
    [{"key": 5, "value": "v"}, {"key": "c", "value": 5}, {"key": "c", "value": True},
     {"key": [], "value": "v"}, {"key": "c", "value": {}}],
    ids=json.dumps,
)  # fmt: skip
@pytest.mark.parametrize("path", ["runs/create", "experiments/create"])
def test_tag_of_wrong_type_in_create(api, target, on_cairn, intact, path, tag):
    body = {**target.body(path), "tags": [tag]}
    refused(send(api, path, body), "tags", on_cairn, intact)


@pytest.mark.parametrize("tag", [{}, {"value": "v"}, {"key": ""}, {"key": None}])
def test_experiment_tag_without_key(api, tag, on_cairn):
    name = unique()
    r = api.post("experiments/create", {"name": name, "tags": [{"key": "good"}, tag]})
    check_error(r, 400, IPV)
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404


D = {"name": "n", "digest": "d", "source_type": "s", "source": "x"}


@pytest.mark.parametrize(
    "element",
    [
        {"dataset": 5},
        {"dataset": "x"},
        {"dataset": []},
        {"dataset": {**D, "name": 5}},
        {"dataset": {**D, "digest": []}},
        {"dataset": {**D, "source": {}}},
        {"dataset": {**D, "source_type": True}},
        {"dataset": D, "tags": 5},
        {"dataset": D, "tags": {}},
        {"dataset": D, "tags": [5]},
        {"dataset": D, "tags": [{"key": 5, "value": "v"}]},
        {"dataset": D, "tags": [{"key": "k", "value": []}]},
    ],
    ids=json.dumps,
)
def test_dataset_of_wrong_type(api, target, on_cairn, intact, element):
    body = {"run_id": target.run, "datasets": [element]}
    refused(api.post("runs/log-inputs", body), "datasets", on_cairn, intact)


@pytest.mark.parametrize("path", ["runs/log-inputs", "runs/outputs"])
@pytest.mark.parametrize(
    "element", [{"model_id": 5}, {"model_id": []}, {"model_id": True}], ids=json.dumps
)
def test_model_of_wrong_type(api, target, on_cairn, intact, path, element):
    body = {"run_id": target.run, "models": [element]}
    refused(api.post(path, body), "models", on_cairn, intact)


@pytest.mark.parametrize("step", ["a", 1.5, True, [], 2**63])
def test_step_of_an_output(api, target, on_cairn, intact, step):
    models = [{"model_id": "m-" + uuid.uuid4().hex, "step": step}]
    r = api.post("runs/outputs", {"run_id": target.run, "models": models})
    refused(r, "models", on_cairn, intact)


# ---- single values ----------------------------------------------------------


@pytest.mark.parametrize("value", ["x", "1,5", "0x10", "nane", "--1", "1e"])
def test_metric_value_from_text(api, target, intact, value):
    body = {**target.body("runs/log-metric"), "value": value}
    check_type(api.post("runs/log-metric", body), "value", json.dumps(value), "str")
    intact()


@pytest.mark.parametrize("value", [[], {}, [5], [None]])
def test_metric_value_of_another_kind(api, target, on_cairn, intact, value):
    body = {**target.body("runs/log-metric"), "value": value}
    refused(api.post("runs/log-metric", body), "value", on_cairn, intact, mlflow=(500,))


@pytest.mark.parametrize("number", ["1e400", "-1e999", "9" * 400])
def test_number_beyond_a_double(api, target, on_cairn, intact, number):
    body = json.dumps({**target.body("runs/log-metric"), "value": "N"})
    r = api.raw("runs/log-metric", body.replace('"N"', number))
    refused(r, "value", on_cairn, intact)


@pytest.mark.parametrize("timestamp", [-1, -(2**63)])
@pytest.mark.parametrize("batch", [False, True])
def test_negative_timestamp(api, target, intact, batch, timestamp):
    metric = {"key": "m", "value": 1.0, "timestamp": timestamp}
    if batch:
        body = {"run_id": target.run, "metrics": [metric]}
        r = api.post("runs/log-batch", body)
    else:
        r = api.post("runs/log-metric", {"run_id": target.run, **metric})
    name = "metrics[0].timestamp" if batch else "timestamp"
    check_error(
        r, 400, IPV,
        f"Invalid value {timestamp} for parameter '{name}' supplied: metric 'm' (value=1.0). "
        "Timestamp must be a nonnegative long (64-bit integer) ",
    )  # fmt: skip
    intact()


@pytest.mark.parametrize("change", [{"dataset_name": "x"}, {"dataset_digest": "x"}])
def test_half_a_dataset(api, target, intact, change):
    body = {**target.body("runs/log-metric"), **change}
    check_error(
        api.post("runs/log-metric", body), 400, IPV,
        "Both dataset_name and dataset_digest must be provided if one is provided",
    )  # fmt: skip
    intact()


def test_metric_of_an_unknown_model(api, target, intact, on_cairn):
    body = {**target.body("runs/log-metric"), "model_id": "m-" + uuid.uuid4().hex}
    r = check_error(api.post("runs/log-metric", body), 400, "BAD_REQUEST")
    assert not on_cairn or "SQL" not in r["message"]
    intact()


MODEL = {"artifact_path": "m", "flavors": {}, "utc_time_created": "x", "run_id": "r"}


@pytest.mark.parametrize("text", ["x", "{", "[", "{'a':1}", "[" * 10000, '{"a":1}x'])
def test_model_that_is_no_json(api, target, intact, text):
    r = api.post("runs/log-model", {"run_id": target.run, "model_json": text})
    check_error(r, 400, IPV, f"Malformed model info. \n {text} \n is not a valid JSON.")
    intact()


@pytest.mark.parametrize("gone", list(MODEL))
def test_model_that_lacks(api, target, intact, gone):
    text = json.dumps(without(MODEL, gone))
    r = api.post("runs/log-model", {"run_id": target.run, "model_json": text})
    message = "Model json is missing mandatory fields: {'%s'}" % gone
    check_error(r, 400, IPV, message)
    intact()


@pytest.mark.parametrize("text", ["5", "[]", "null", '""', "true", "1e999", '[{"a":1}]'])
def test_model_that_is_no_object(api, target, on_cairn, intact, text):
    r = api.post("runs/log-model", {"run_id": target.run, "model_json": text})
    if on_cairn:
        check_error(r, 400, IPV)
    else:
        assert r.status_code == 500
    intact()


@pytest.mark.parametrize(
    "field, value", [("artifact_path", 5), ("flavors", 5), ("flavors", []), ("run_id", [])]
)
def test_model_with_wrong_members(api, target, on_cairn, intact, field, value):
    text = json.dumps({**MODEL, field: value})
    r = api.post("runs/log-model", {"run_id": target.run, "model_json": text})
    assert r.status_code in ((200, 400) if on_cairn else (200, 400, 500))
    if r.status_code != 200:
        intact()


@pytest.mark.parametrize(
    "value", [5, 1.5, True, "x", [], {}, [5], [None], [{}], None, "", {"a": 1}], ids=json.dumps
)
def test_search_datasets(api, value, on_cairn):
    r = api.post("experiments/search-datasets", {"experiment_ids": value}, prefix="ajax-api")
    message = "SearchDatasets request must specify at least one experiment_id."
    strict = value in (None, []) or not on_cairn
    check_error(r, 400, IPV, message if strict else None)


# ---- queries of the history routes ------------------------------------------


@pytest.mark.parametrize("value", ["x", "1.5", "0x1"])
@pytest.mark.parametrize("field", ["max_results", "start_step", "end_step"])
def test_interval_number(api, target, field, value):
    query = {"run_ids": target.run, "metric_key": "m", field: value}
    r = api.get("metrics/get-history-bulk-interval", query)
    check_type(r, field, f'"{value}"', "str")


@pytest.mark.parametrize("value", [0, -1, 2501, 2**31])
def test_interval_max_results(api, target, value):
    query = {"run_ids": target.run, "metric_key": "m", "max_results": value}
    r = api.get("metrics/get-history-bulk-interval", query)
    check_error(r, 400, IPV, starts="max_results must be between 1 and 2500.")


@pytest.mark.parametrize("value", ["0", "-1", str(-(2**31))])
def test_history_max_results(api, target, value):
    query = {"run_id": target.run, "metric_key": "m", "max_results": value}
    check_error(
        api.get("metrics/get-history", query), 400, IPV,
        f"Invalid value {value} for parameter 'max_results' supplied. "
        "It must be a positive integer.",
    )  # fmt: skip


@pytest.mark.parametrize("value", ["x", "1.5", "99999999999999999999"])
def test_history_max_results_that_is_none(api, target, on_cairn, value):
    query = {"run_id": target.run, "metric_key": "m", "max_results": value}
    r = api.get("metrics/get-history", query)
    if on_cairn:
        assert r.status_code in (200, 400)  # 4.4 says ignored, 0.2 d says refused
    else:
        assert r.status_code == 200


def bulk(api, query):
    return api.get("metrics/get-history-bulk", query, prefix="ajax-api")


@pytest.mark.parametrize(
    "query, message",
    [
        ([], "must specify at least one run_id."),
        ([("metric_key", "m")], "must specify at least one run_id."),
        ([("run_id", "x")], "must specify a metric_key."),
        ([("run_id", str(i)) for i in range(101)] + [("metric_key", "m")],
         "cannot specify more than 100 run_ids. Received 101 run_ids."),
    ],
    ids=range(4),
)  # fmt: skip
def test_history_bulk(api, query, message):
    check_error(bulk(api, query), 400, IPV, "GetMetricHistoryBulk request " + message)


@pytest.mark.parametrize("value", ["x", "1.5", "9" * 30, "0", "-1"])
def test_history_bulk_max_results(api, target, on_cairn, value):
    r = bulk(api, {"run_id": target.run, "metric_key": "m", "max_results": value})
    if on_cairn:
        assert r.status_code in (200, 400)
        if value in ("x", "1.5"):
            check_error(r, 400, IPV, contains="max_results")
    else:
        assert r.status_code in (200, 400, 500)


@pytest.mark.parametrize("path", ["metrics/get-history", "metrics/get-history-bulk",
                                  "metrics/get-history-bulk-interval"])  # fmt: skip
@pytest.mark.parametrize("key", ["x" * 5000, "é", "' OR 1=1 --", "%", "a\nb"])
def test_odd_metric_key(api, target, path, key):
    r = send(api, path, {**target.body(path), "metric_key": key})
    assert r.status_code == 200
    assert not r.json().get("metrics")
