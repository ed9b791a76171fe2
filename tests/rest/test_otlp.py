"""Spans of OpenTelemetry: in, out again, and what they say of their traces."""

import gzip
import json
import time
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Api, check_error
from test_traces import V3, exp, get, info, missing, start  # noqa: F401

S = 1_700_000_000_000_000_000  # ns
MS = 1_000_000


def hex_id(n):
    return uuid.uuid4().hex[:n]


def value(v):
    if isinstance(v, bool):
        return {"boolValue": v}
    if isinstance(v, int):
        return {"intValue": str(v)}
    if isinstance(v, float):
        return {"doubleValue": v}
    if isinstance(v, list):
        return {"arrayValue": {"values": [value(x) for x in v]}}
    if isinstance(v, dict):
        return {"kvlistValue": {"values": attributes(v)}}
    return {"stringValue": v}


def attributes(d):
    return [{"key": k, "value": value(v)} for k, v in d.items()]


def span(trace, name="s", parent=None, start=0, end=1000, status=0, span_id=None, **attrs):
    """Times in ms from S."""
    made = {
        "traceId": trace, "spanId": span_id or hex_id(16), "name": name,
        "startTimeUnixNano": str(S + start * MS), "endTimeUnixNano": str(S + end * MS),
        "status": {"code": status},
        "attributes": attributes({k.replace("__", "."): v for k, v in attrs.items()}),
    }
    if parent is not None:
        made["parentSpanId"] = parent
    return made


def body(*spans, resource=None):
    return {"resourceSpans": [{
        "resource": {"attributes": attributes(resource or {})},
        "scopeSpans": [{"scope": {"name": "x"}, "spans": list(spans)}]}]}


def send(api, exp, spans, resource=None, **headers):
    data = spans if isinstance(spans, dict) else body(*spans, resource=resource)
    return raw(api, exp, json.dumps(data).encode(), **headers)


def raw(api, exp, data, content_type="application/json", **headers):
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    if exp is not None:
        headers["x-mlflow-experiment-id"] = exp
    if content_type is not None:
        headers["Content-Type"] = content_type
    return api.call("POST", "/v1/traces", data=data, headers=headers)


def logged(api, exp, *spans, **kw):
    r = send(api, exp, spans, **kw)
    assert r.status_code == 200, r.text
    return "tr-" + spans[0]["traceId"]


def whole(api, trace, partial=False):
    return api.read("traces/get", {"trace_id": trace, "allow_partial": str(partial).lower()}, **V3)["trace"]


def detail(r, status, text):
    assert (r.status_code, r.json()) == (status, {"detail": text})


@pytest.fixture
def trace_id():
    return hex_id(32)


def test_spans(api, exp, trace_id, either):
    root, child = hex_id(16), hex_id(16)
    r = send(api, exp, [
        span(trace_id, "child", root, 100, 900, 2, child, n=5),
        span(trace_id, "root é", None, 0, 1500, 1, root, mlflow__spanType="CHAIN", d=1.5, b=True, l=[1, "a"],
             mlflow__spanInputs='{"messages": [{"role": "user", "content": "hello"}]}',
             mlflow__spanOutputs="answer", session__id="s-1", user__id="u-1"),
    ], resource={"service.name": "svc", "telemetry.sdk.name": "x", "n": 3})
    assert r.status_code == 200 and r.headers["content-type"] == \
        either(cairn="application/json", mlflow="application/x-protobuf")
    trace = "tr-" + trace_id
    got = whole(api, trace)
    i = got["trace_info"]
    assert i == get(api, trace)
    assert (i["state"], i["request_time"], i["execution_duration"]) == ("OK", "2023-11-14T22:13:20Z", "1.500s")
    assert (i["request_preview"], i["response_preview"]) == ("hello", '"answer"')
    assert i["trace_metadata"] == {"mlflow.trace.session": "s-1", "mlflow.trace.user": "u-1"}
    i["tags"].pop("mlflow.artifactLocation")
    assert i["tags"] == {"service.name": "svc", "n": "3", "mlflow.trace.spansLocation": "TRACKING_STORE"}
    first, second = got["spans"]
    assert (first["name"], second["name"]) == ("root é", "child")
    assert "parent_span_id" not in first and second["parent_span_id"] == first["span_id"]
    assert first["status"] == {"code": "STATUS_CODE_OK"} and second["status"] == {"code": "STATUS_CODE_ERROR"}
    values = {a["key"]: a["value"] for a in first["attributes"]}
    assert values["d"] == {"double_value": 1.5} and values["b"] == {"bool_value": True}
    assert values["l"] == {"array_value": {"values": [{"int_value": 1}, {"string_value": "a"}]}}
    assert values["mlflow.traceRequestId"] == {"string_value": trace}
    raw = api.get("get-trace-artifact", {"request_id": trace}, prefix="ajax-api", **V3)
    assert raw.headers["content-disposition"] == "attachment; filename=traces.json"
    stored = json.loads(raw.content)["spans"]
    assert [s["span_id"] for s in stored] == [first["span_id"], second["span_id"]]
    assert stored[0]["attributes"]["mlflow.spanType"] == '"CHAIN"'


def test_a_row(api, exp, trace_id, sql):
    root = hex_id(16)
    logged(api, exp, span(trace_id, "r", None, 0, 2, 1, root, mlflow__spanType="LLM",
                          mlflow__llm__model="m", mlflow__llm__provider="p",
                          mlflow__llm__cost='{"input_cost": 1.5, "total_cost": 2}'))
    [row] = sql("SELECT experiment_id, parent_span_id, name, type, status, start_time_unix_nano, "
                "end_time_unix_nano, duration_ns, model_name, model_provider, input_cost, output_cost, "
                "total_cost FROM spans WHERE trace_id = %s AND span_id = %s", ["tr-" + trace_id, root])
    assert row == (int(exp), None, "r", "LLM", "OK", S, S + 2 * MS, 2 * MS, "m", "p", 1.5, None, 2.0)


def test_protobuf_and_packing(api, exp):
    proto = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    for pack, encoding in ((bytes, None), (gzip.compress, "gzip"), (zlib.compress, "deflate"),
                           (lambda b: zlib.compress(b)[2:-4], "deflate")):
        request = proto.ExportTraceServiceRequest()
        s = request.resource_spans.add().scope_spans.add().spans.add()
        s.trace_id, s.span_id, s.name = uuid.uuid4().bytes, b"\x01" * 8, "p"
        s.start_time_unix_nano, s.end_time_unix_nano = S, S + MS
        headers = {} if encoding is None else {"Content_Encoding": encoding}
        r = raw(api, exp, pack(request.SerializeToString()), "application/x-protobuf", **headers)
        assert (r.status_code, r.content) == (200, b""), r.text
        assert whole(api, "tr-" + s.trace_id.hex())["spans"][0]["name"] == "p"


def test_batches_of_one_trace(api, exp, trace_id, either):
    """The end of a trace is the last there was, in whatever order spans come (P7)."""
    root = hex_id(16)
    logged(api, exp, span(trace_id, "late", root, 10_000, 20_000))
    assert get(api, "tr-" + trace_id)["state"] == "IN_PROGRESS"
    logged(api, exp, span(trace_id, "early", root, 0, 5_000))
    i = get(api, "tr-" + trace_id)
    assert i["request_time"] == "2023-11-14T22:13:20Z"
    assert i["execution_duration"] == either(cairn="20s", mlflow="10s")
    logged(api, exp, span(trace_id, "root", None, 0, 20_000, 2, root))
    assert get(api, "tr-" + trace_id)["state"] == "ERROR"
    logged(api, exp, span(trace_id, "root again", None, 0, 20_000, 1, root))
    got = whole(api, "tr-" + trace_id)
    assert got["trace_info"]["state"] == "ERROR"
    assert sorted(s["name"] for s in got["spans"]) == ["early", "late", "root again"]


def test_sums_of_tokens_and_costs(api, exp, trace_id):
    def usage(i, o):
        return {"mlflow__chat__tokenUsage": json.dumps({"input_tokens": i, "output_tokens": o}),
                "mlflow__llm__cost": json.dumps({"input_cost": i / 4, "output_cost": 0, "total_cost": i / 4})}

    root, a, b = hex_id(16), hex_id(16), hex_id(16)
    logged(api, exp, span(trace_id, "a", root, span_id=a, **usage(1, 2)),
           span(trace_id, "below a", a, **usage(100, 100)))
    logged(api, exp, span(trace_id, "root", span_id=root))
    logged(api, exp, span(trace_id, "b", root, span_id=b, **usage(10, 20)))
    metadata = get(api, "tr-" + trace_id)["trace_metadata"]
    tokens = json.loads(metadata["mlflow.trace.tokenUsage"])
    assert (tokens["input_tokens"], tokens["output_tokens"]) == (11, 22)
    assert json.loads(metadata["mlflow.trace.cost"])["total_cost"] == 2.75
    # sent again, a span counts once
    logged(api, exp, span(trace_id, "b", root, span_id=b, **usage(20, 20)))
    tokens = json.loads(get(api, "tr-" + trace_id)["trace_metadata"]["mlflow.trace.tokenUsage"])
    assert tokens["input_tokens"] == 21


@pytest.mark.parametrize("spans_first", [True, False])
def test_start_and_spans(api, exp, trace_id, spans_first):
    """Either writer may come first; what the start says of tokens stands."""
    trace = "tr-" + trace_id
    started = info(exp, trace, request_preview="mine", tags={"mlflow.traceName": "n"},
                   trace_metadata={"mlflow.trace.tokenUsage": '{"input_tokens": 7}'})
    root = span(trace_id, "r", mlflow__chat__tokenUsage='{"input_tokens": 1, "output_tokens": 1}',
                mlflow__spanInputs="x")
    if spans_first:
        logged(api, exp, root)
        r = start(api, started)
        assert r.json()["trace"]["trace_info"]["tags"]["mlflow.trace.spansLocation"] == "TRACKING_STORE"
    else:
        assert start(api, started).status_code == 200
        logged(api, exp, root)
    got = whole(api, trace)
    i = got["trace_info"]
    assert (i["state"], i["request_preview"], i["tags"]["mlflow.traceName"]) == ("OK", "mine", "n")
    assert json.loads(i["trace_metadata"]["mlflow.trace.tokenUsage"])["input_tokens"] == 7
    assert i["execution_duration"] == "1.500s" and len(got["spans"]) == 1


def test_partial(api, exp, trace_id):
    trace = "tr-" + trace_id
    logged(api, exp, span(trace_id))
    start(api, info(exp, trace, trace_metadata={"mlflow.trace.sizeStats": '{"num_spans": 2}'}))
    assert len(whole(api, trace, partial=True)["spans"]) == 1
    check_error(api.get("traces/get", {"trace_id": trace}, **V3), 404, "RESOURCE_DOES_NOT_EXIST",
                f"Trace with ID {trace} is not fully exported yet, please try again later.")
    assert api.read("traces/batchGet", {"trace_ids": [trace]}, **V3) == {}
    logged(api, exp, span(trace_id))
    assert len(whole(api, trace)["spans"]) == 2
    assert len(api.read("traces/batchGet", {"trace_ids": [trace, "nosuch"]}, **V3)["traces"]) == 1


def test_tags_from_spans(api, exp, trace_id):
    trace = logged(api, exp, span(trace_id, mlflow__traceTag__a="1", **{"mlflow__traceTag__mlflow.traceName": "n"}),
                   resource={"a": "0", "b": [1, "x"], "mlflow.c": "no", "bad$name": "no"})
    tags = get(api, trace)["tags"]
    tags.pop("mlflow.artifactLocation")
    assert tags == {"a": "1", "b": '[1, "x"]', "mlflow.traceName": "n", "mlflow.trace.spansLocation": "TRACKING_STORE"}


def test_link_to_a_run(api, exp, trace_id, sql):
    run = api.new_run(exp)
    trace = logged(api, exp, span(trace_id), x_mlflow_run_id=run)
    assert sql("SELECT COUNT(*) FROM entity_associations WHERE source_id = %s AND destination_id = %s",
               [trace, run])[0] == (1,)


def test_envelope(api, exp, trace_id, either):
    good = body(span(trace_id))
    r = raw(api, None, json.dumps(good).encode())
    assert r.status_code == 422 and r.json()["detail"][0]["loc"] == ["header", "x-mlflow-experiment-id"]
    for content_type, shown in (("text/plain", "text/plain"), ("application/x-protobuf2", "application/x-protobuf2")):
        detail(raw(api, exp, b"{}", content_type), 400, f"Invalid Content-Type: {shown}. "
               "Expected: application/x-protobuf or application/json")
    detail(raw(api, exp, b"{}", Content_Encoding="br"), 400, "Unsupported Content-Encoding: br")
    for encoding in ("gzip", "deflate"):
        detail(raw(api, exp, b"nope", Content_Encoding=encoding), 400, f"Failed to decompress {encoding} payload")
    # the reference answers nothing at all to an empty body
    for content in (*either(cairn=(b"",), mlflow=()), b"nope", b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xyz"}]}]}]}'):
        detail(raw(api, exp, content), 400, "Invalid OpenTelemetry format")
    detail(raw(api, exp, b"{}"), 400, "Invalid OpenTelemetry format - no spans found")
    detail(raw(api, exp, b"\xff\xff", "application/x-protobuf"), 400, "Invalid OpenTelemetry format")
    if either(cairn=True, mlflow=False):
        detail(raw(api, exp, b"", "application/x-protobuf"), 400, "Invalid OpenTelemetry format - no spans found")
    assert send(api, exp, {"resourceSpans": [{}]}).status_code == 200
    # a page of status 500, or no answer
    for content in either(cairn=(b"[]", b"null", b'{"resourceSpans": null}'), mlflow=()):
        assert raw(api, exp, content).status_code == 400


def test_experiments(api, exp, trace_id, either):
    check_error(send(api, "abc", [span(trace_id)]), 400, "INVALID_PARAMETER_VALUE",
                "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
    check_error(send(api, "99999999", [span(trace_id)]), 404, "RESOURCE_DOES_NOT_EXIST",
                "No Experiment with id=99999999 exists")
    trace = logged(api, exp, span(trace_id))
    # a trace that is there has its experiment
    logged(api, "99999999", span(trace_id, "two"))
    assert len(whole(api, trace)["spans"]) == 2
    api.ok("experiments/delete", {"experiment_id": exp})
    assert send(api, exp, [span(hex_id(32))]).status_code == either(cairn=400, mlflow=200)


def test_all_or_nothing(api, exp, trace_id, either):
    good = span(trace_id)
    for bad in ({**span(trace_id), "traceId": ""}, {**span(trace_id), "spanId": ""}):
        detail(send(api, exp, [good, bad]), 422, "Cannot convert OpenTelemetry span to MLflow span")
    detail(send(api, exp, [good, span(trace_id, mlflow__llm__cost="nope")]), 422,
           "Failed to log OpenTelemetry spans")
    check_error(send(api, exp, [good, span(trace_id, session__id="s" * 251)]), 400,
                "INVALID_PARAMETER_VALUE", "'Session ID' exceeds the maximum length of 250 characters")
    assert send(api, exp, [good, span(trace_id, mlflow__spanType="t" * 501)]).status_code == 400
    missing(api.get(f"traces/tr-{trace_id}", **V3), "tr-" + trace_id)


def test_a_bomb(api, exp, on_cairn):
    """64 MiB are taken, unpacked; more is refused before it is there."""
    if not on_cairn:
        return
    r = raw(api, exp, gzip.compress(b" " * (65 * 1024 * 1024)), Content_Encoding="gzip")
    assert r.status_code == 413, r.text


def test_many_writers_of_one_trace(api, server, exp, trace_id):
    root = hex_id(16)

    def one(i):
        mine = Api(server)
        if i % 4 == 0:
            r = start(mine, info(exp, "tr-" + trace_id))
        else:
            r = send(mine, exp, [span(trace_id, f"s{i}", root, i, i + 10)])
        return r.status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, range(64))) == {200}
    logged(api, exp, span(trace_id, "root", span_id=root, end=80))
    assert len(whole(api, "tr-" + trace_id)["spans"]) == 49


def test_deep_and_wide(api, exp, trace_id):
    deep = {"stringValue": "x"}
    for _ in range(20):
        deep = {"arrayValue": {"values": [deep]}}
    s = span(trace_id, links=1)
    s["attributes"].append({"key": "deep", "value": deep})
    s["events"] = [{"timeUnixNano": str(S), "name": f"e{i}", "attributes": attributes({"n": i})} for i in range(300)]
    s["links"] = [{"traceId": hex_id(32), "spanId": hex_id(16)}]
    trace = logged(api, exp, s)
    [got] = whole(api, trace)["spans"]
    assert len(got["events"]) == 300
    assert json.dumps(got["attributes"]).count("array_value") == 20


@pytest.mark.cairn_only("a minute in the reference")
def test_spans_without_ids(api, exp):
    """Those behind the first do not matter any more: a few bytes make millions of them."""
    many = b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"{}," * 20_000_000 + b"{}]}]}]}"
    r = raw(api, exp, gzip.compress(many), Content_Encoding="gzip")
    assert r.status_code == 422, r.text


@pytest.mark.cairn_only("the reference locks nothing here")
def test_a_trace_that_is_deleted_meanwhile(api, server, exp, trace_id, sql):
    """It is made again: exporters do not send again what was a mistake."""
    trace = logged(api, exp, span(trace_id, "first"))
    with ThreadPoolExecutor(1) as pool:
        sql("BEGIN")
        sql("SELECT 1 FROM trace_info WHERE request_id = %s FOR UPDATE", [trace])
        sent = pool.submit(send, Api(server), exp, [span(trace_id, "second")])
        while not sent.done() and sql("SELECT COUNT(*) FROM information_schema.innodb_trx "
                                      "WHERE trx_state = 'LOCK WAIT'") == ((0,),):
            time.sleep(0.3)  # the table is made anew when nobody has asked for a while
        sql("DELETE FROM trace_info WHERE request_id = %s", [trace])
        sql("COMMIT")
        assert sent.result().status_code == 200, sent.result().text
    assert [s["name"] for s in whole(api, trace)["spans"]] == ["second"]


@pytest.mark.cairn_only("minutes in the reference")
def test_many_traces_in_one_request(api, exp):
    """What the batch of a collector may have: 8192 spans."""
    r = send(api, exp, [span(hex_id(32), end=1) for _ in range(8192)])
    assert r.status_code == 200, r.text
