"""Spans of traces as they are read: traces/get, batchGet and get-trace-artifact.

The rows are written by SQL, with the texts that the reference stores.
"""

import base64
import json
import uuid

import pytest
from conftest import check_error, check_missing
from test_traces import V3, fine, info, new_id, start

NS = 1_700_000_000_000_000_000
IPV = "INVALID_PARAMETER_VALUE"
RDNE = "RESOURCE_DOES_NOT_EXIST"
NOT_HERE = "Trace data not stored in tracking store"
WIRE = "/ajax-api/3.0/mlflow/get-trace-artifact"


def b64(hexadecimal):
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def place(sql, trace_id, where="TRACKING_STORE"):
    """The tag that says where spans are; those that write them set it."""
    sql("REPLACE INTO trace_tags (`key`, value, request_id) VALUES "
        "('mlflow.trace.spansLocation', %s, %s)", [where, trace_id])


def text(trace_id, span_id, parent=None, name="s", at=NS, attributes=None, events=(), links=(),
         code="UNSET", message=""):
    """A span as it is stored; attributes are given as the texts they are stored as."""
    return json.dumps({
        "trace_id": b64(trace_id[3:]), "span_id": b64(span_id),
        "parent_span_id": parent and b64(parent), "name": name, "start_time_unix_nano": at,
        "end_time_unix_nano": at + 1500, "events": list(events),
        "status": {"code": "STATUS_CODE_" + code, "message": message},
        "attributes": {"mlflow.traceRequestId": json.dumps(trace_id), **(attributes or {})},
        "links": list(links)}, ensure_ascii=False)


def row(sql, exp, trace_id, span_id, content, parent=None, at=NS):
    sql("INSERT INTO spans (trace_id, experiment_id, span_id, parent_span_id, name, status, "
        "start_time_unix_nano, end_time_unix_nano, content) "
        "VALUES (%s, %s, %s, %s, 's', 'OK', %s, %s, %s)",
        [trace_id, int(exp), span_id, parent, at, at + 1500, content])


def span(sql, exp, trace_id, span_id, parent=None, at=NS, **kw):
    content = text(trace_id, span_id, parent, at=at, **kw)
    row(sql, exp, trace_id, span_id, content, parent, at)
    return content


def get(api, trace_id, partial=None):
    params = {"trace_id": trace_id, **({} if partial is None else {"allow_partial": partial})}
    return api.get("traces/get", params, **V3)


def spans(api, trace_id, partial="true"):
    r = get(api, trace_id, partial)
    assert r.status_code == 200, r.text
    return r.json()["trace"].get("spans", [])


def ids(got):
    return [base64.b64decode(s["span_id"]).hex() for s in got]


def artifact(api, version="3.0", **params):
    return api.http.get(api.url("get-trace-artifact", version, "ajax-api"), params=params,
                        timeout=60)


@pytest.fixture
def exp(api):
    return api.new_experiment()


def make(api, sql, exp, where="TRACKING_STORE", **kw):
    trace_id = new_id()
    r = start(api, info(exp, trace_id, **kw))
    assert r.status_code == 200, r.text
    if where is not None:
        place(sql, trace_id, where)
    return trace_id


@pytest.fixture
def trace(api, sql, exp):
    return make(api, sql, exp)


A, B, C, D = ("%016x" % i for i in (0xa1, 0xa2, 0xa3, 0xa4))


# --- traces/get -----------------------------------------------------------------


def test_a_whole_span(api, sql, exp, trace):
    other = "b2" * 16
    span(sql, exp, trace, A, name="root é", code="ERROR", message="bad",
         attributes={"k": '"v"'},
         events=[{"name": "ev", "time_unix_nano": NS + 5,
                  "attributes": {"k": "v", "n": 3, "l": [1.5], "z": None}},
                 {"name": "bare", "time_unix_nano": NS, "attributes": {}}],
         links=[{"trace_id": "tr-" + other, "span_id": B, "attributes": {"why": "x"}},
                {"trace_id": "tr-" + other, "span_id": C, "attributes": None}])
    r = get(api, trace)
    assert r.status_code == 200, r.text
    body = r.json()["trace"]
    assert body["trace_info"] == api.read(f"traces/{trace}", **V3)["trace"]["trace_info"]
    assert body["spans"] == [{
        "trace_id": b64(trace[3:]), "span_id": b64(A), "name": "root é",
        "start_time_unix_nano": NS, "end_time_unix_nano": NS + 1500,
        "attributes": [{"key": "mlflow.traceRequestId", "value": {"string_value": trace}},
                       {"key": "k", "value": {"string_value": "v"}}],
        "events": [
            {"time_unix_nano": NS + 5, "name": "ev", "attributes": [
                {"key": "k", "value": {"string_value": "v"}},
                {"key": "n", "value": {"int_value": 3}},
                {"key": "l", "value": {"array_value": {"values": [{"double_value": 1.5}]}}},
                {"key": "z"}]},
            {"time_unix_nano": NS, "name": "bare"}],
        "links": [
            {"trace_id": b64(other), "span_id": b64(B),
             "attributes": [{"key": "why", "value": {"string_value": "x"}}]},
            {"trace_id": b64(other), "span_id": b64(C)}],
        "status": {"message": "bad", "code": "STATUS_CODE_ERROR"}}]


@pytest.mark.parametrize("stored, value", [
    ('"v"', {"string_value": "v"}), ('""', {"string_value": ""}), ("5", {"int_value": 5}),
    ("-1", {"int_value": -1}), ("9223372036854775807", {"int_value": 2**63 - 1}),
    ("1.5", {"double_value": 1.5}), ("3.0", {"double_value": 3.0}), ("1e+16", {"double_value": 1e16}),
    ("1e-05", {"double_value": 1e-5}), ("true", {"bool_value": True}),
    ("NaN", {"double_value": "NaN"}), ("Infinity", {"double_value": "Infinity"}),
    ("-Infinity", {"double_value": "-Infinity"}),
    ("false", {"bool_value": False}), ("null", None), ("[]", {"array_value": {}}),
    ('[1, "a", null]', {"array_value": {"values": [
        {"int_value": 1}, {"string_value": "a"}, {}]}}),
    ('{"k": "v", "n": {"z": 1}}', {"kvlist_value": {"values": [
        {"key": "k", "value": {"string_value": "v"}},
        {"key": "n", "value": {"kvlist_value": {"values": [
            {"key": "z", "value": {"int_value": 1}}]}}}]}}),
    ('"{\\"a\\": 1}"', {"string_value": '{"a": 1}'}),
    ('"\\u0000\\ud83d\\ude00 é\\n"', {"string_value": "\0😀 é\n"}),
    ("no json", {"string_value": "no json"}), ("{", {"string_value": "{"}),
    ("", None), ("'x'", {"string_value": "'x'"}),
    ("01", {"string_value": "01"}), ("1 2", {"string_value": "1 2"}),
    (" 5 ", {"int_value": 5}),
])
def test_attributes(api, sql, exp, trace, stored, value):
    span(sql, exp, trace, A, attributes={"k": stored})
    [s] = spans(api, trace)
    expected = {"key": "k"} if value is None else {"key": "k", "value": value}
    assert s["attributes"][1] == expected


@pytest.mark.parametrize("key", ["", "a b", "é", "a\"b\\", "mlflow.spanInputs"])
def test_attribute_names(api, sql, exp, trace, key):
    span(sql, exp, trace, A, attributes={key: "1"})
    [s] = spans(api, trace)
    [got] = [a for a in s["attributes"] if a.get("value") == {"int_value": 1}]
    assert got.get("key", "") == key


def test_status(api, sql, exp, trace):
    span(sql, exp, trace, A, code="OK")
    span(sql, exp, trace, B, at=NS + 1, code="ERROR")
    # only errors have a message
    span(sql, exp, trace, C, at=NS + 2, message="odd")
    span(sql, exp, trace, D, at=NS + 3, code="OK", message="odd")
    assert [s["status"] for s in spans(api, trace)] == \
        [{"code": "STATUS_CODE_OK"}, {"code": "STATUS_CODE_ERROR"}, {}, {"code": "STATUS_CODE_OK"}]


def test_order(api, sql, exp, trace):
    """Roots, then by start, then by id; an orphan is a child."""
    span(sql, exp, trace, A, parent=D, at=NS)
    span(sql, exp, trace, D, at=NS + 9)
    span(sql, exp, trace, C, parent="f" * 16, at=NS + 5)
    span(sql, exp, trace, B, parent=D, at=NS + 5)
    got = spans(api, trace)
    assert ids(got) == [D, A, B, C]
    assert [s.get("parent_span_id") for s in got] == [None, b64(D), b64(D), b64("f" * 16)]


def test_no_spans(api, trace, sql, exp):
    unfinished = f"Trace with ID {trace} is not fully exported yet, please try again later."
    for partial in (None, "false", "FALSE"):
        check_error(get(api, trace, partial), 404, RDNE, unfinished)
    for partial in ("true", "True", "TRUE"):
        assert spans(api, trace, partial) == []
    row(sql, exp, trace, A, "")
    check_error(get(api, trace), 404, RDNE, unfinished)
    assert "spans" not in get(api, trace, "true").json()["trace"]


@pytest.mark.parametrize("stats, needed", [
    ('{"num_spans": 2}', 2), ('{"total_size_bytes": 9, "num_spans": 3, "max": 1}', 3),
    ('{"num_spans": 0}', 1), ("{}", 1)])
def test_incomplete(api, sql, exp, stats, needed):
    trace = make(api, sql, exp, trace_metadata={"mlflow.trace.sizeStats": stats})
    for i in range(needed):
        if needed > 1:
            r = get(api, trace)
            assert r.status_code == 404 and "not fully exported" in r.text
        assert len(spans(api, trace)) == i
        span(sql, exp, trace, "%016x" % (i + 1))
    assert len(spans(api, trace, "false")) == needed


@pytest.mark.parametrize("stats", ["nope", "[]", "5", '{"num_spans": "2"}', '{"num_spans": null}'])
@pytest.mark.cairn_only("the reference reads them in different ways, a 500 among them")
def test_odd_sizes(api, sql, exp, stats):
    trace = make(api, sql, exp, trace_metadata={"mlflow.trace.sizeStats": stats})
    span(sql, exp, trace, A)
    assert len(spans(api, trace, "false")) == 1


def test_not_here(api, sql, exp, either):
    for where in (None, "ARTIFACT_REPO", "odd"):
        trace = make(api, sql, exp, where)
        for partial in ("true", "false"):
            check_error(get(api, trace, partial), either(cairn=400, mlflow=500), "INTERNAL_ERROR",
                        NOT_HERE)


def test_archived(api, sql, exp, on_cairn):
    """Of another server, whose archive is out of reach."""
    trace = make(api, sql, exp, "ARCHIVE_REPO")
    row(sql, exp, trace, A, "")
    r = get(api, trace, "true")
    if on_cairn:
        assert r.status_code == 200 and "spans" not in r.json()["trace"]
    else:
        check_error(r, 500, "INVALID_STATE", f"Trace data is corrupted for request_id={trace}")


def test_unknown(api):
    for partial in ("true", "false"):
        check_error(get(api, "tr-nope", partial), 404, RDNE, "Trace with ID tr-nope is not found.")
    check_missing(api.get("traces/get", {}, **V3), "trace_id")
    check_missing(api.get("traces/get", {"trace_id": ""}, **V3), "trace_id")


@pytest.mark.parametrize("value", ["x", "1", "yes", "true "])
def test_bad_switch(api, trace, value):
    check_error(get(api, trace, value), 400, IPV,
                f"Invalid boolean value: {value}, must be 'true' or 'false'.")


# --- odd content ------------------------------------------------------------------


@pytest.mark.parametrize("content", [
    "{", "nope", '"x"', "5", "null", "[]", "[1, 2]", "{}", '{"attributes": 5}',
    '{"attributes": {}, "events": {}, "links": 5, "status": []}',
    '{"name": 5, "trace_id": [], "start_time_unix_nano": "x"}',
    '{"events": [5, null, [], {"attributes": []}], "links": [5, null, {"trace_id": 5}]}',
    "\0", "[" * 100_000, '{"a":' * 10_000, '{"attributes": {"a": ' + "[" * 5000])
@pytest.mark.cairn_only("the reference answers 500")
def test_broken_content(api, sql, exp, trace, content):
    """What nobody wrote takes nothing else with it."""
    row(sql, exp, trace, A, content)
    span(sql, exp, trace, B, at=NS + 1)
    got = spans(api, trace, "false")
    assert b64(B) in [s.get("span_id") for s in got]
    r = artifact(api, request_id=trace)
    assert r.status_code == 200 and content in r.text
    r = api.get("traces/batchGet", {"trace_ids": trace}, **V3)
    assert len(r.json()["traces"]) == 1


@pytest.mark.parametrize("depth", [20, pytest.param(90, marks=pytest.mark.cairn_only(
    "the reference answers 500"))])
def test_nested_attributes(api, sql, exp, trace, depth):
    span(sql, exp, trace, A, attributes={"k": "[" * depth + "]" * depth})
    [s] = spans(api, trace)
    value = s["attributes"][1]["value"]
    for i in range(depth - 1):
        [value] = value["array_value"]["values"]
    assert value == {"array_value": {}}


@pytest.mark.cairn_only("the reference answers 500")
@pytest.mark.parametrize("kind", ["[", '{"a":'])
def test_deep_attributes(api, sql, exp, trace, kind):
    """Too deep to be looked into: the text itself."""
    deep = kind * 10_000 + "1" + ("]" if kind == "[" else "}") * 10_000
    span(sql, exp, trace, A, attributes={"k": deep})
    [s] = spans(api, trace)
    assert s["attributes"][1] == {"key": "k", "value": {"string_value": deep}}
    assert deep in json.loads(artifact(api, request_id=trace).text)["spans"][0]["attributes"]["k"]


def test_odd_links(api, sql, exp, trace, on_cairn):
    """Ids that are no bytes of the right number are left out."""
    wide = {"trace_id": "tr-" + "b2" * 17, "span_id": B, "attributes": {}}
    good = {"trace_id": "tr-" + "b2" * 16, "span_id": B, "attributes": {}}
    span(sql, exp, trace, A, links=[wide, good])
    [s] = spans(api, trace)
    assert s["links"] == [{"trace_id": b64("b2" * 16), "span_id": b64(B)}]


def test_many_and_long(api, sql, exp, trace):
    long = "é" * 300_000
    span(sql, exp, trace, A, attributes={"long": json.dumps(long, ensure_ascii=False)})
    for i in range(300):
        span(sql, exp, trace, "%016x" % (i + 1000), parent=A, at=NS + i)
    got = spans(api, trace, "false")
    assert len(got) == 301 and got[0]["attributes"][1]["value"]["string_value"] == long
    assert ids(got[1:]) == ["%016x" % (i + 1000) for i in range(300)]


# --- batchGet ---------------------------------------------------------------------


def batch(api, *trace_ids, **params):
    return api.get("traces/batchGet", {"trace_ids": list(trace_ids), **params}, **V3)


def test_batch(api, sql, exp):
    one, two, empty = (make(api, sql, exp) for i in range(3))
    for t in (one, two):
        span(sql, exp, t, A, name=t)
    got = batch(api, two, "tr-nope", one, empty).json()["traces"]
    assert [t["trace_info"]["trace_id"] for t in got] == [two, one]
    assert [t["spans"][0]["name"] for t in got] == [two, one]
    assert got[0] == get(api, two).json()["trace"]
    assert len(batch(api, two, one, two).json()["traces"]) == 2
    for nothing in (empty, "tr-nope"):
        fine(batch(api, nothing))
    check_missing(api.get("traces/batchGet", {}, **V3), "trace_ids")


def test_batch_of_experiments(api, sql, exp):
    other = api.new_experiment()
    one, two = make(api, sql, exp), make(api, sql, other)
    for e, t in ((exp, one), (other, two)):
        span(sql, e, t, A)

    def found(*experiments):
        r = batch(api, one, two, experiment_ids=list(experiments))
        return [t["trace_info"]["trace_id"] for t in r.json().get("traces", [])]

    assert found() == [one, two] == found(exp, other)
    assert found(other) == [two] and found("987654321") == []
    check_error(batch(api, one, experiment_ids=["x"]), 400, IPV,
                "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")


def test_one_elsewhere_spoils_a_batch(api, sql, exp, either):
    here, away = make(api, sql, exp), make(api, sql, exp, "ARTIFACT_REPO")
    span(sql, exp, here, A)
    check_error(batch(api, here, away), either(cairn=400, mlflow=500), "INTERNAL_ERROR", NOT_HERE)


# --- get-trace-artifact -------------------------------------------------------------


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_artifact(api, sql, exp, trace, version):
    """The stored texts, byte for byte."""
    r = artifact(api, version, request_id=trace)
    assert (r.status_code, r.text) == (200, '{"spans":[]}')
    texts = [span(sql, exp, trace, A, name="é\u2028\x7f", attributes={"k": '"v"'}),
             span(sql, exp, trace, B, parent=A, at=NS + 1)]
    row(sql, exp, trace, C, "")
    r = artifact(api, version, request_id=trace)
    assert r.status_code == 200
    assert r.content.decode() == '{"spans":[' + ",".join(texts) + "]}"
    assert r.headers["content-type"].startswith("text/plain")
    assert r.headers["content-disposition"] == "attachment; filename=traces.json"
    assert r.headers["cache-control"] == "no-cache"


def test_artifact_errors(api, trace):
    check_error(artifact(api), 400, "BAD_REQUEST",
                'Request must include the "request_id" query parameter.')
    check_error(artifact(api, request_id="tr-nope"), 404, RDNE,
                "Trace with ID tr-nope is not found.")


def test_no_file(api, sql, exp):
    for where in (None, "ARTIFACT_REPO"):
        r = artifact(api, request_id=make(api, sql, exp, where))
        assert r.status_code == 404, r.text
        assert "Trace data not found for path=traces.json" in r.json()["message"]


def upload(api, exp, trace, name, content):
    r = api.http.put(api.base + "/api/2.0/mlflow-artifacts/artifacts/"
                     f"{exp}/traces/{trace}/artifacts/{name}", data=content, timeout=60)
    assert r.status_code == 200, r.text


def proxied(api):
    """An experiment whose artifacts the server keeps."""
    return api.new_experiment(artifact_location="mlflow-artifacts:/" + uuid.uuid4().hex)


def located(api, exp):
    return api.read("experiments/get", {"experiment_id": exp})["experiment"]["artifact_location"]


def test_file(api, sql):
    """A client's own traces.json, whatever is in it."""
    exp = proxied(api)
    folder = located(api, exp).split(":/")[1].strip("/")
    for where, content in ((None, b'{"spans": []}'), ("ARTIFACT_REPO", b"not json \xff")):
        trace = make(api, sql, exp, where)
        upload(api, folder, trace, "traces.json", content)
        r = artifact(api, request_id=trace)
        assert (r.status_code, r.content) == (200, content)
        assert "filename=traces.json" in r.headers["content-disposition"]


def test_attachments(api, sql):
    exp = proxied(api)
    folder = located(api, exp).split(":/")[1].strip("/")
    trace, name = make(api, sql, exp), str(uuid.uuid4())
    upload(api, folder, trace, "attachments/" + name, b"\x89PNG\0")
    r = artifact(api, request_id=trace, path=name)
    assert (r.status_code, r.content) == (200, b"\x89PNG\0")
    assert r.headers["content-type"] == "application/octet-stream"
    assert r.headers["content-disposition"] == f"attachment; filename={name}"
    other = str(uuid.uuid4())
    check_error(artifact(api, request_id=trace, path=other), 404, RDNE,
                f"No such artifact: 'attachments/{other}'")
    r = artifact(api, request_id=trace, path="pic.png")
    assert r.status_code == 400 and r.json()["message"] == \
        "Invalid attachment path: 'pic.png'. Attachment path must be a valid UUID."
    assert (r.json()["sqlstate"], r.json()["error_class"]) == ("KAM04", "ATTRIBUTE_NOT_FOUND")
    for path in ("..", "../x", "a/../../b"):
        check_error(artifact(api, request_id=trace, path=path), 400, IPV, "Invalid path")
    assert artifact(api, request_id=trace, path="").text == '{"spans":[]}'
