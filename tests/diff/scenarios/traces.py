"""Traces: starts, infos, tags, links, assessments, spans, searches, metrics; ill input."""

import json

from play import Scenario, Step, delete, get, patch, post

from scenarios.flows import experiment, run

BIG = 9223372036854775807
MS = 1700000000123
NS = 1_700_000_000_000_000_000
TIME = "2023-11-14T22:13:20.123Z"
DAY = 86_400_000


def tid(n):
    """Ids are chosen here: they are in base64 in spans, and break ties."""
    return f"tr-{n:032x}"


def where(exp="$exp"):
    return {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": exp}}


def info(trace, exp="$exp", **kw):
    return {"trace_id": trace if isinstance(trace, str) else tid(trace),
            "trace_location": where(exp), "request_time": TIME, "execution_duration": "1.500s",
            "state": "OK", **kw}


def start(trace, name=None, **kw):
    return post("traces", {"trace": {"trace_info": info(trace, **kw)}}, v=3, name=name)


def least(trace, name, **kw):
    """A start of what is given only."""
    return post("traces", {"trace": {"trace_info": {"trace_id": tid(trace), **kw}}}, v=3, name=name)


def seen(trace, **kw):
    return get(f"traces/{trace if isinstance(trace, str) else tid(trace)}", v=3, **kw)


def whole(trace, **kw):
    return get("traces/get", {"trace_id": tid(trace), **kw}, v=3)


def artifact(v=3, **query):
    return get("get-trace-artifact", query, v=v, prefix="ajax-api")


def session(text):
    return {"mlflow.trace.session": text}


def usage(**tokens):
    return {"mlflow.trace.tokenUsage": json.dumps(tokens)}


STARTS = [
    Scenario(
        "traces start", experiment(), start(
            1, client_request_id="cr-1", request_preview="in é", response_preview="out",
            trace_metadata={
                "m": "v", "mlflow.trace_schema.version": "3", **session("s-1"),
                "mlflow.trace.tokenUsage": '{"input_tokens": 1, "output_tokens": "2", "x": 9}',
                "mlflow.trace.cost": '{"input_cost": 1e-07, "total_cost": 3}'},
            tags={"mlflow.traceName": "named", "env": "prod", 'a"b': "", "a$b": "x"}), seen(1),
        least(2, None, trace_location=where()), seen(2),
        *[start(10 + i, request_time=t) for i, t in enumerate((
            "2023-11-14T22:13:20Z", "2023-11-14T23:13:20.123456789+01:00",
            "1969-12-31T23:59:59.500Z", "2023-11-14T22:13:20.5Z"))],
        *[start(20 + i, execution_duration=d) for i, d in enumerate((
            "0s", "3s", "1.23456789s", "-1s", "0.001s"))],
        *[start(30 + i, state=s) for i, s in enumerate((
            "ERROR", "IN_PROGRESS", "STATE_UNSPECIFIED", 1))],
        *[start(40 + i, trace_metadata={"mlflow.trace.tokenUsage": u, "mlflow.trace.cost": u})
          for i, u in enumerate(("nope", "[1]", "{}", '{"input_tokens": 1.5}', "",
                                 '{"total_tokens": -1, "total_cost": "2.5"}'))],
        start(50, client_request_id="c" * 50, request_preview="p" * 1000,
              tags={"k" * 250: "v" * 8000}, trace_metadata={"k" * 250: "v" * 8000})),
    Scenario(
        "traces start again", experiment(),
        start(1, request_preview="in", client_request_id="c",
              tags={"mlflow.traceName": "n", "b": "1"},
              trace_metadata={"m": "1", **session("s"), **usage(input_tokens=1)}),
        start(1, state="ERROR", response_preview="out", execution_duration="3s",
              tags={"b": "2"}, trace_metadata={"k": "2", **usage(output_tokens=2)}), seen(1),
        start(1, state="OK", request_time="2023-11-14T22:13:21Z", request_preview="other",
              tags={"mlflow.traceName": "m"}, trace_metadata=session("t")), seen(1)),
    Scenario(
        "traces start, ill", experiment(), experiment("gone", "gone"),
        post("experiments/delete", {"experiment_id": "$gone"}), cases=[
            *[post("traces", body, v=3, name=f"body {body}") for body in (
                {}, {"trace": None}, {"other": 1}, {"trace": 5}, {"trace": []}, {"trace": {}})],
            Step("POST", "traces", v=3, raw=b"nope", name="no JSON",
                 headers={"Content-Type": "application/json"}),
            *[start(1, f"experiment {e}", exp=e) for e in ("abc", "7999999", "$gone", "", 5)],
            *[least(1, f"location {x}", trace_location=x) for x in (
                {}, {"type": "INFERENCE_TABLE"}, {"type": "MLFLOW_EXPERIMENT"},
                {"mlflow_experiment": {"experiment_id": "$exp"}})],
            least(1, "no location"),
            *[start(1, f"with {field}={value!r}", **{field: value}) for field, value in (
                ("request_time", "nope"), ("request_time", "2023-13-01T00:00:00Z"),
                ("request_time", 5), ("execution_duration", "1.5"), ("execution_duration", 5),
                ("state", "GOOD"), ("tags", {"a": 5}), ("tags", {"a": None}), ("tags", []),
                ("trace_metadata", {"a": {}}), ("trace_metadata", "x"), ("request_preview", 5),
                ("client_request_id", []))],
            *[start(1, f"long {next(iter(kw))} {i}", **kw) for i, kw in enumerate((
                {"client_request_id": "c" * 51}, {"request_preview": "p" * 1001},
                {"response_preview": "p" * 1001}, {"tags": {"k" * 251: "v"}},
                {"tags": {"k": "v" * 8001}}, {"trace_metadata": {"k" * 251: "v"}},
                {"trace_metadata": {"k": "v" * 8001}}, {"tags": {"mlflow.traceName": "n" * 4097}},
                {"trace_metadata": session("s" * 251)}))],
            start("t" * 51, "long trace_id"),
            start(1, "artifact location", tags={"mlflow.artifactLocation": "/etc"})]),
    Scenario(
        "traces of another experiment", experiment(), experiment("two", "two"), start(1),
        cases=[start(1, "start", exp="$two"), start(2, "start of another", exp="$two")]),
    Scenario(
        "traces version 2", experiment(),
        post("traces", {"experiment_id": "$exp", "timestamp_ms": MS,
                        "request_metadata": [{"key": "long", "value": "v" * 300}],
                        "tags": [{"key": "mlflow.traceName", "value": "n"}]},
             bind={"t": "trace_info.request_id"}),
        get("traces/$t/info"), seen("$t"),
        post("traces", {"experiment_id": "$exp", "timestamp_ms": MS + 1}),
        start(1), get(f"traces/{tid(1)}/info"),
        *[get("traces", {"experiment_ids": "$exp", **more}) for more in (
            {"order_by": "timestamp_ms DESC", "filter": "status = 'ERROR'"},
            {"filter": "name = 'm'"}, {"filter": "name = 'none'"}, {"filter": "foo = 1"},
            {"max_results": 0}, {"max_results": 501}, {"max_results": "x"}, {"order_by": "foo"},
            {"page_token": "abc"})],
        get("traces"), get("traces", {"experiment_ids": "7999999"}),
        get("traces", {"experiment_ids": "abc"})),
    Scenario(
        "traces version 2, ill", experiment(), start(1), cases=[
            *[post("traces", body, name=f"start {body}") for body in (
                {}, {"experiment_id": "abc", "timestamp_ms": 1},
                {"experiment_id": "7999999", "timestamp_ms": 1}, {"experiment_id": 5},
                {"experiment_id": "$exp", "timestamp_ms": "x"},
                {"experiment_id": "$exp", "tags": {"a": "b"}},
                {"experiment_id": "$exp", "tags": [{"value": "b"}]})],
            *[patch(f"traces/{tid(1)}", body, name=f"end {body}") for body in (
                {}, {"timestamp_ms": 5}, {"timestamp_ms": "x", "status": "OK"},
                {"timestamp_ms": 5, "status": "NOPE"},
                {"timestamp_ms": 5, "status": "OK", "tags": "x"})],
            patch("traces/nosuch", {"timestamp_ms": 5, "status": "OK"}),
            get("traces/nosuch/info")]),
]


def tag(trace, v=3, **body):
    return patch(f"traces/{trace}/tags", body, v=v, name=f"tag {v} {trace} {str(body):.60}")


def untag(trace, v=3, **body):
    return delete(f"traces/{trace}/tags", body, v=v, name=f"untag {v} {trace} {str(body):.60}")


ROWS = [
    Scenario("traces infos", experiment(), experiment("two", "two"), *[
        start(i, tags={"n": str(i)}) for i in (1, 2, 3)], seen("nosuch"), seen("search"),
        seen(99), *[
            post("traces/batchGetInfos", body, v=3) for body in (
                {"trace_ids": [tid(3), "nosuch", tid(1)]}, {"trace_ids": [tid(1)] * 2},
                {"trace_ids": []}, {}, {"trace_ids": "x"}, {"trace_ids": [5]},
                {"trace_ids": [tid(1)], "experiment_ids": ["$exp"]},
                {"trace_ids": [tid(1)], "experiment_ids": ["$two"]},
                {"trace_ids": [tid(1)], "experiment_ids": []},
                {"trace_ids": [tid(1)], "experiment_ids": ["abc"]})],
        post("experiments/delete", {"experiment_id": "$exp"}), seen(1)),
    *[Scenario(
        f"traces tags {v}", experiment(), start(1), *[
            tag(tid(1), v, **body) for body in (
                {"key": "a", "value": "1"}, {"key": "a", "value": "2"}, {"key": "empty"},
                {"key": "mlflow.traceName", "value": "n"}, {"key": "long", "value": "v" * 8001},
                {"key": "", "value": "v"}, {"value": "v"}, {}, {"key": "a", "value": 5},
                {"key": 5, "value": "v"}, {"key": "k" * 250, "value": "v"},
                {"key": "k" * 251, "value": "v"}, {"key": "a$b", "value": "v"},
                {"key": "mlflow.trace.spansLocation", "value": "v"},
                {"key": "mlflow.trace.archiveLocation", "value": "v"},
                {"key": "mlflow.trace.archivalFailure", "value": "v"})],
        seen(1), tag("nosuch", v, key="a", value="b"),
        tag("nosuch", v, key="mlflow.traceName", value="b"),
        *[untag(tid(1), v, **body) for body in (
            {"key": "a"}, {"key": "a"}, {"key": "mlflow.traceName"}, {"key": "mlflow.traceName"},
            {"key": "mlflow.trace.spansLocation"}, {}, {"key": ""}, {"key": 5})],
        untag("nosuch", v, key="a"), seen(1)) for v in (2, 3)],
    *[Scenario(
        f"traces delete {v}", experiment(), experiment("two", "two"), *[
            start(i, request_time=f"2023-11-14T22:13:2{i}Z", tags={"a": "b"},
                  assessments=[{"assessment_name": "q", "feedback": {"value": 1},
                                "create_time": TIME, "last_update_time": TIME}])
            for i in range(1, 8)], start(8, exp="$two"), *[
            post("traces/delete-traces", body, v=v) for body in (
                {}, *[{"experiment_id": "$exp", **more} for more in (
                    {}, {"request_ids": []}, {"request_ids": ["a"], "max_timestamp_millis": 5},
                    {"request_ids": ["a"], "max_traces": 5}, {"request_ids": "a"},
                    {"max_timestamp_millis": 5, "max_traces": 0}, {"max_timestamp_millis": "x"},
                    {"max_timestamp_millis": 5, "max_traces": -1}, {"trace_ids": [tid(1)]},
                    {"request_ids": [tid(1), "nosuch", tid(1), tid(8)]}, {"request_ids": [tid(1)]},
                    {"max_timestamp_millis": 1}, {"max_timestamp_millis": 1700000004000,
                                                  "max_traces": 2},
                    {"max_timestamp_millis": 1700000004000})],
                {"experiment_id": "abc", "request_ids": ["a"]},
                {"experiment_id": "7999999", "max_timestamp_millis": 1},
                {"experiment_id": 5, "max_timestamp_millis": 1})],
        seen(1), seen(7), seen(8)) for v in (2, 3)],
    Scenario(
        "traces links to runs", experiment(), run(), run("other"), start(1), start(2), *[
            post("traces/link-to-run", body) for body in (
                {"trace_ids": [tid(1)], "run_id": "$run"},
                {"trace_ids": [tid(1), tid(2)], "run_id": "$run"},
                {"trace_ids": [], "run_id": "$run"}, {"run_id": "$run"}, {"trace_ids": [tid(1)]},
                {}, {"trace_ids": "x", "run_id": "$run"}, {"trace_ids": [tid(1)], "run_id": 5},
                {"trace_ids": [tid(i) for i in range(101)], "run_id": "$run"})],
        post("traces/search", {"locations": [where()], "filter": "run_id = '$run'"}, v=3),
        post("traces/search", {"locations": [where()], "filter": "run_id = '$other'"}, v=3),
        cases=[post("traces/link-to-run", {"trace_ids": [tid(1)] * 2, "run_id": "$other"},
                    name="twice")]),
    Scenario(
        "traces links to prompts", experiment(), start(1), start(2), *[
            post("traces/link-prompts", body) for body in (
                {"trace_id": tid(1), "prompt_versions": [{"name": "p", "version": "1"},
                                                         {"name": "q", "version": "2"}]},
                {"trace_id": tid(1), "prompt_versions": [{"name": "p", "version": "1"}]},
                {"trace_id": tid(2), "prompt_versions": []}, {}, {"trace_id": tid(2)},
                {"trace_id": "nosuch", "prompt_versions": [{"name": "p", "version": "1"}]},
                {"trace_id": tid(2), "prompt_versions": "x"},
                {"trace_id": tid(2), "prompt_versions": [{"name": "p", "version": "x"}]},
                {"trace_id": tid(2), "prompt_versions": [{"name": "p"}]})],
        post("traces/search", {"locations": [where()], "filter": "prompt = 'p/1'"}, v=3)),
]

HUMAN = {"source_type": "HUMAN", "source_id": "ann"}


def assess(n, trace=None, name=None, **kw):
    """An assessment whose id and times are chosen: it is `n` ms younger than the trace."""
    return post(f"traces/{trace or tid(1)}/assessments", {"assessment": {
        "assessment_id": f"a-{n}", "assessment_name": "q", "source": HUMAN,
        "create_time": TIME, "last_update_time": TIME, **kw}}, v=3, name=name)


def assessment(n, trace=None):
    return get(f"traces/{trace or tid(1)}/assessments/a-{n}", v=3)


def change(n, mask, name=None, trace=None, **kw):
    return patch(f"traces/{trace or tid(1)}/assessments/a-{n}",
                 {"assessment": kw, "update_mask": mask}, v=3, name=name)


def forget(n, trace=None):
    return delete(f"traces/{trace or tid(1)}/assessments/a-{n}", v=3)


VALUES = ["yes", " No ", "maybe", True, False, 5, 0.25, None, [1, "é"], {"a": 1}, "", -0.0, 1e300]
JUDGED = [
    Scenario(
        "traces assessments", experiment(), start(1), *[
            step for i, value in enumerate(VALUES) for step in (
                assess(i, feedback={"value": value}, rationale="why", metadata={"m": "1"},
                       span_id="s1"), assessment(i))],
        *[assess(20 + i, expectation={"value": value})
          for i, value in enumerate(VALUES) if value is not None],
        assess(40, expectation={"serialized_value": {
            "serialization_format": "JSON_FORMAT", "value": '{"z": 1}'}}),
        assess(41, feedback={"error": {"error_code": "E1", "error_message": "bad"}}),
        assess(42, feedback={"value": 1, "error": {"error_code": "E1", "stack_trace": "at"}}),
        assess(43, assessment_name="iss-1", issue={"issue_name": "Bad tone"}),
        assess(44, feedback={}), assess(45, feedback={"value": 1}, valid=False, trace_id="no"),
        assess(46, feedback={"value": 1}, metadata={"mlflow.assessment.sourceRunId": "r"}),
        *[assess(50 + i, feedback={"value": 1}, source={"source_type": s, "source_id": "x"})
          for i, s in enumerate(("LLM_JUDGE", "CODE", "SOURCE_TYPE_UNSPECIFIED"))],
        post(f"traces/{tid(1)}/assessments", {"assessment": {
            "assessment_name": "q", "feedback": {"value": 1}, "source": HUMAN}}, v=3,
             bind={"a": "assessment.assessment_id"}),
        get(f"traces/{tid(1)}/assessments/$a", v=3)),
    Scenario(
        "traces assessments of a start", experiment(),
        start(1, assessments=[{"assessment_id": "a-1", "assessment_name": "q", "source": HUMAN,
                               "feedback": {"value": True}, "create_time": TIME,
                               "last_update_time": TIME}]), seen(1), assessment(1)),
    Scenario(
        "traces assessments changed", experiment(), start(1),
        assess(1, feedback={"value": 1}, metadata={"m": "1"}, rationale="r"),
        assess(2, expectation={"value": 1}),
        change(1, "assessmentName,feedback", assessment_name="q2", feedback={"value": "yes"},
               rationale="unread"),
        change(1, "metadata,rationale", metadata={"n": "2"}, rationale=""),
        change(1, "nothing,assessment_name", assessment_name="no"),
        change(1, "assessmentName", assessment_name="n"),
        change(1, "feedback", feedback={"value": 2, "error": {"error_code": "E"}}),
        change(1, "feedback"), change(2, "expectation", expectation={"value": [1]}),
        change(2, "expectation", expectation={"value": "x"}),
        assessment(1), assessment(2), seen(1)),
    Scenario(
        "traces assessments overridden", experiment(), start(1), assess(1, feedback={"value": 1}),
        assess(2, feedback={"value": 2}, overrides="a-1"), assessment(1), assessment(2),
        assess(3, feedback={"value": 3}, overrides="a-2"), forget(3), assessment(2), forget(2),
        assessment(1), assessment(2), forget(1), forget(1), forget(1, "nosuch"), assessment(1),
        assessment(1, "nosuch"), assess(4, feedback={"value": 1}, overrides="a-nope"), seen(1)),
    Scenario(
        "traces assessments, ill", experiment(), start(1), assess(1, feedback={"value": 1}),
        assess(2, expectation={"value": 1}), assess(3, issue={"issue_name": "x"}), cases=[
            *[post(f"traces/{tid(1)}/assessments", body, v=3, name=f"create {body}")
              for body in ({}, {"assessment": {}}, {"assessment": None}, {"assessment": 5},
                           {"assessment": {"assessment_name": "q"}})],
            assess(4, "nosuch", "unknown trace", feedback={"value": 1}),
            *[assess(4, None, f"with {str(kw):.70}", **kw) for kw in (
                {"expectation": {}}, {"expectation": {"value": None}},
                {"expectation": {"serialized_value": {"serialization_format": "XX",
                                                      "value": "1"}}},
                {"expectation": {"serialized_value": {"serialization_format": "JSON_FORMAT",
                                                      "value": "nope"}}},
                {"feedback": {"value": 1}, "overrides": "a-nope"},
                {"feedback": {"value": 1}, "expectation": {"value": 2}},
                {"feedback": {"value": 1}, "metadata": {"a": 5}},
                {"feedback": {"value": 1}, "source": {"source_type": "ROBOT"}},
                {"feedback": {"value": 1}, "create_time": "yesterday"},
                {"assessment_name": "n" * 251, "feedback": {"value": 1}},
                {"span_id": "s" * 51, "feedback": {"value": 1}},
                {"source": {"source_type": "HUMAN", "source_id": "s" * 251},
                 "feedback": {"value": 1}})],
            assess(1, None, "twice", feedback={"value": 1}),
            *[patch(f"traces/{tid(1)}/assessments/a-1", body, v=3, name=f"change {body}")
              for body in ({}, {"update_mask": "feedback"},
                           {"assessment": {"feedback": {"value": 1}}},
                           {"assessment": {"feedback": {"value": 1}}, "update_mask": ""})],
            change(1, "expectation", "feedback to expectation", expectation={"value": 1}),
            change(2, "feedback", "expectation to feedback", feedback={"value": 1}),
            change(2, "expectation", "expectation without value"),
            change(3, "feedback", "issue to feedback", feedback={"value": 1}),
            change(9, "rationale", "unknown assessment", rationale="x"),
            change(1, "rationale", "unknown trace of a change", "nosuch", rationale="x")]),
]


# --- spans ----------------------------------------------------------------------


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
    return {} if v is None else {"stringValue": v}


def attributes(d):
    return [{"key": k, "value": value(v)} for k, v in d.items()]


def span(trace, number, parent=None, begin=0, end=1000, status=1, name=None, more=None,
         **attrs):
    """Times in ms from NS; `__` in the names of attributes is a dot."""
    return {"traceId": tid(trace)[3:], "spanId": f"{number:016x}",
            "name": name or f"s{number}",
            **({} if parent is None else {"parentSpanId": f"{parent:016x}"}),
            "startTimeUnixNano": str(NS + begin * 1_000_000),
            "endTimeUnixNano": str(NS + end * 1_000_000), "status": {"code": status},
            "attributes": attributes({k.replace("__", "."): v for k, v in attrs.items()}),
            **(more or {})}


def body(*spans, resource=None):
    return {"resourceSpans": [{"resource": {"attributes": attributes(resource or {})},
                               "scopeSpans": [{"scope": {"name": "x"}, "spans": list(spans)}]}]}


# The scenario's first experiment; a header has no placeholders.
FIRST = "7000001"


def otlp(data, name, exp=FIRST, kind="application/json", **headers):
    sent = {k.replace("_", "-"): v for k, v in headers.items()}
    if exp is not None:
        sent["x-mlflow-experiment-id"] = exp
    if kind is not None:
        sent["Content-Type"] = kind
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Step("POST", "/v1/traces", raw=raw, headers=sent, name=f"spans: {name}")


def logged(*spans, name="more", **kw):
    return otlp(body(*spans, **kw), name)


CHAT = '{"messages": [{"role": "user", "content": "hello"}]}'
TREE = [
    span(1, 2, 1, 100, 900, 2, n=5, mlflow__spanType="LLM", more={
        "status": {"code": 2, "message": "bad"}}),
    span(1, 1, None, 0, 1500, 1, "root é", mlflow__spanType="CHAIN", d=1.5, e=1e16, b=True,
         l=[1, "a"], o={"k": {"z": 1}}, none=None, text="5", json='{"a":1}', q='say "hi"\n',
         mlflow__spanInputs=CHAT, mlflow__spanOutputs="answer", session__id="s-1",
         user__id="u-1", more={"events": [
             {"timeUnixNano": str(NS + 5), "name": "ev",
              "attributes": attributes({"k": "v", "n": 3, "f": 1.5, "l": ["a"]})},
             {"timeUnixNano": str(NS), "name": "bare"}]}),
]
SPANS = [
    Scenario(
        "traces spans", experiment(), logged(*TREE, resource={
            "service.name": "svc", "telemetry.sdk.name": "x", "n": 3}, name="a tree"),
        seen(1), whole(1), whole(1, allow_partial="true"), artifact(request_id=tid(1)),
        artifact(2, request_id=tid(1)),
        get("traces/batchGet", {"trace_ids": [tid(1), "nosuch", tid(1)]}, v=3),
        get("traces/batchGet", {"trace_ids": tid(1), "experiment_ids": "7999999"}, v=3),
        get("traces/batchGet", {"trace_ids": tid(1), "experiment_ids": "$exp"}, v=3),
        get("traces/batchGet", {"trace_ids": tid(1), "experiment_ids": "x"}, v=3),
        get("traces/batchGet", {"trace_ids": "nosuch"}, v=3), get("traces/batchGet", v=3),
        start(1, state="ERROR", request_preview="pre"), whole(1),
        logged(span(1, 3, 1, 1000, 4000), name="a late child"), whole(1),
        logged(span(1, 2, 1, 100, 950, name="again"), name="a child again"), whole(1)),
    Scenario(
        "traces spans read, ill", experiment(), start(1), *[
            get("traces/get", query, v=3) for query in (
                {}, {"trace_id": ""}, {"trace_id": "nosuch"},
                {"trace_id": "nosuch", "allow_partial": "true"},
                {"trace_id": tid(1), "allow_partial": "x"}, {"trace_id": tid(1)})],
        get("traces/batchGet", {"trace_ids": tid(1)}, v=3),
        *[artifact(v, **query) for v in (2, 3) for query in (
            {}, {"request_id": "nosuch"},
            {"request_id": tid(1), "path": "pic.png"}, {"request_id": tid(1), "path": "../x"},
            {"request_id": tid(1), "path": "00000000-0000-4000-8000-000000000001"})],
        logged(span(2, 2, 1), name="no root"), whole(2), start(2, trace_metadata={
            "mlflow.trace.sizeStats": '{"num_spans": 2}'}), whole(2),
        whole(2, allow_partial="true")),
    Scenario(
        "traces spans before and after", experiment(),
        start(1, state="IN_PROGRESS", execution_duration="0s"),
        logged(span(1, 1, None, 0, 2000, mlflow__spanInputs="in"), name="after a start"), seen(1),
        whole(1), logged(span(2, 1, None, 0, 2000, 2), name="before a start"), seen(2),
        start(2, tags={"mlflow.traceName": "late"}), seen(2), whole(2),
        logged(span(3, 2, 1, 100, 200), name="child only"), seen(3),
        logged(span(3, 1, None, 0, 300, 0), name="its root"), seen(3), whole(3),
        logged(span(4, 1), span(5, 1), name="two traces"), seen(4), seen(5)),
    Scenario(
        "traces spans and their tokens", experiment(), logged(
            span(1, 1), span(1, 2, 1, **{"mlflow.chat.tokenUsage":
                                         '{"input_tokens": 3, "output_tokens": 4,'
                                         ' "total_tokens": 7}'}),
            span(1, 3, 1, **{"mlflow.chat.tokenUsage": '{"input_tokens": 1}',
                             "mlflow.llm.cost": '{"input_cost": 0.5, "total_cost": 0.5}',
                             "mlflow.llm.model": "m", "mlflow.llm.provider": "p"}),
            name="tokens"), seen(1), logged(span(1, 4, 1, **{
                "mlflow.chat.tokenUsage": '{"input_tokens": 10}', "session.id": "s"}),
                                            name="more tokens"), seen(1), whole(1)),
    Scenario(
        "traces spans of other conventions", experiment(), logged(
            span(1, 1, openinference__span__kind="LLM", input__value="in", output__value="out",
                 llm__token_count__prompt=3, llm__token_count__completion=4),
            name="OpenInference"), whole(1), logged(
                span(2, 1, gen_ai__operation__name="chat", gen_ai__usage__input_tokens=3,
                     gen_ai__usage__output_tokens=4, gen_ai__conversation__id="c-1",
                     gen_ai__input__messages='[{"role": "user", "content": "é"}]'),
                name="GenAI"), whole(2), logged(
                    span(3, 1, traceloop__span__kind="tool", traceloop__entity__input='{"a": 1}'),
                    name="Traceloop"), whole(3), logged(
                        span(4, 1, langfuse__observation__type="generation",
                             langfuse__observation__input='"x"'), name="Langfuse"), whole(4)),
    Scenario(
        "traces spans, envelope", experiment(), cases=[
            logged(span(1, 1), name="fine"),
            otlp(body(span(1, 1)), "no experiment", exp=None),
            *[otlp(body(span(1, 1)), f"experiment {e}", exp=e) for e in ("abc", "7999999")],
            *[otlp(body(span(1, 1)), f"type {t}", kind=t) for t in (
                "text/plain", "application/json; charset=utf-8", "application/xml")],
            otlp(body(span(1, 1)), "encoding br", Content_Encoding="br"),
            otlp(body(span(1, 1)), "no gzip", Content_Encoding="gzip"),
            otlp(body(span(1, 1)), "no deflate", Content_Encoding="deflate"),
            otlp(b"\xff\xff", "no protobuf", kind="application/x-protobuf"),
            otlp(b"", "empty protobuf", kind="application/x-protobuf"),
            otlp(b"", "empty JSON"), otlp(b"{", "no JSON"), otlp({}, "no spans"),
            otlp({"resourceSpans": []}, "no resources"), otlp({"resourceSpans": [{}]}, "no scope"),
            otlp({"resourceSpans": 5}, "no list"),
            *[logged(span(1, 1, more={k: v}), name=f"{k}={v!r}") for k, v in (
                ("traceId", ""), ("traceId", "zz"), ("traceId", "abc"), ("traceId", "ab" * 17),
                ("traceId", 5), ("spanId", ""), ("spanId", "zz"), ("spanId", "ab" * 9),
                ("startTimeUnixNano", "x"), ("startTimeUnixNano", "1.5"),
                ("startTimeUnixNano", "-1"), ("startTimeUnixNano", NS), ("name", 5),
                ("name", ""), ("attributes", "x"), ("status", {"code": "STATUS_CODE_ERROR"}),
                ("status", {}), ("unknown", 1), ("traceId", "AB" * 16))],
            logged(span(1, 1, session__id="s" * 251), name="a long session")]),
    Scenario(
        "traces spans, odd", experiment(), start(1, request_time="2023-11-14T22:13:20Z"), start(2),
        cases=[
            logged(span(1, 1, more={"endTimeUnixNano": "0"}), name="no end"),
            logged(span(1, 1), span(1, 1, end=2000, name="again"), name="one span twice"),
            logged(span(1, 1, more={"links": [{"traceId": tid(2)[3:], "spanId": f"{2:016x}"}]}),
                   name="a link"),
            logged(span(1, 1, **{"mlflow.traceTag.a": "1",
                                 "mlflow.traceTag.mlflow.traceName": "n"}), name="tags of a root"),
            logged(span(1, 1, **{"mlflow.traceTag.mlflow.trace.spansLocation": "x"}),
                   name="a tag of the server's own")]),
]


# --- searches ---------------------------------------------------------------------


def row(n, state, ms, duration, tags=None, metadata=None, **kw):
    """Traces of one minute of 1970."""
    return start(n, state=state, request_time=f"1970-01-01T00:00:{ms / 1000:06.3f}Z",
                 execution_duration=f"{duration / 1000}s", tags=tags or {},
                 trace_metadata=metadata or {}, **kw)


def rows_of_a_search():
    return [
        experiment(), run(), run("linked"),
        row(1, "OK", 20000, 10, {"mlflow.traceName": "alpha", "env": "prod", "dot.key": "1",
                                 "a b": "x"},
            {"m": "v1", "mlflow.trace.user": "ann", **session("s1"),
             **usage(input_tokens=1, total_tokens=3), "mlflow.trace.cost": '{"total_cost": 0.5}'},
            client_request_id="c-A"),
        row(2, "ERROR", 30000, 20, {"mlflow.traceName": "beta", "env": "dev"},
            {"m": "v2", "mlflow.sourceRun": "$run", **usage(input_tokens=2),
             "mlflow.trace.cost": '{"total_cost": 3}'}, client_request_id="c-B"),
        row(3, "IN_PROGRESS", 40000, 0, None, session("s1")),
        row(4, "OK", 50000, 5, {"mlflow.traceName": "Alpha", "env": "PROD", "n": "10"},
            {"M": "v1", **session("S2")}, client_request_id="c-a"),
        row(5, "STATE_UNSPECIFIED", 50000, 20, {"env": "50%", "note": "it's", "timestamp": "1"}),
        post("traces/link-to-run", {"run_id": "$linked", "trace_ids": [tid(3)]}),
        post("traces/link-prompts", {"trace_id": tid(4), "prompt_versions": [
            {"name": "pr", "version": "1"}]}),
        logged(span(6, 1, None, 0, 40, mlflow__spanType="CHAIN", model="gpt-4", n=5, name="root"),
               span(6, 2, 1, 10, 20, mlflow__spanType="LLM", model="claude", name="llm")),
        logged(span(7, 1, None, 9000, 9100, 2, mlflow__spanType="LLM", name="root")),
        assess(1, tid(1), assessment_name="good", feedback={"value": "yes"}),
        assess(2, tid(2), assessment_name="good", feedback={"value": "no"}),
        assess(3, tid(3), assessment_name="score", feedback={"value": 5}),
        assess(4, tid(4), assessment_name="score", feedback={"value": 0.5}),
        assess(5, tid(5), assessment_name="gold", expectation={"value": "x"}),
        assess(6, tid(6), assessment_name="I-1", issue={"issue_name": "broken"}),
    ]


FILTERS = [
    "", "  ", "status = 'OK'", "status = 'OK' AND", "status != 'OK'", "status = 'ok'",
    "status LIKE '%R%'", "status ILIKE 'ok'", "status RLIKE '^(OK|ERR)'",
    "status IN ('OK', \"ERROR\")", "status NOT IN ('OK','ERROR')", "attributes.status = 'ERROR'",
    "trace.status = 'ERROR'", "client_request_id = 'c-A'", "client_request_id != 'c-A'",
    "client_request_id ILIKE 'C-a'", "request_id LIKE '%1'", "timestamp_ms = 30000",
    "timestamp_ms > 30000", "attributes.timestamp >= 30000", "timestamp_ms <= 3e4",
    "timestamp_ms > '30000'", "execution_time_ms = 20", "execution_time >= 10",
    "end_time_ms = 40000", "end_time > 50005", "name = 'alpha'", "name != 'alpha'",
    "name LIKE '%lph%'", "name ILIKE 'ALPHA'", "name IS NULL", "name IS NOT NULL",
    "tags.name = 'beta'", "tags.`mlflow.traceName` = 'beta'", "tags.env = 'prod'",
    "tag.env != 'prod'", "tags.ENV = 'prod'", "tags.env ILIKE 'p%'", "tags.env LIKE '50\\%'",
    "tags.env IS NULL", "tags.env IS NOT NULL", "tags.dot.key = '1'", "tags.`a b` = 'x'",
    "tags.note = \"it's\"", "metadata.m = 'v1'", "request_metadata.m != 'v1'",
    "metadata.mlflow.trace.user = 'ann'", "metadata.mlflow.trace.session = 's1'",
    "metadata.`mlflow.trace.session` IS NULL", "metadata.mlflow.trace.tokenUsage IS NOT NULL",
    "metadata.mlflow.trace.tokenUsage = '{\"input_tokens\": 2}'",
    "metadata.mlflow.trace.cost = '{\"total_cost\": 3.0}'", "run_id = '$run'",
    "run_id = '$linked'", "run_id IS NULL", "run_id != '$run'", "prompt = 'pr/1'",
    "prompt = 'pr/2'", "span.name = 'root'", "span.name != 'root'", "span.type = 'LLM'",
    "span.name = 'root' AND span.type = 'LLM'", "span.status = 'ERROR'",
    "span.content LIKE '%claude%'", "trace.text ILIKE '%GPT-4%'",
    "span.attributes.model LIKE '%gpt%'", "span.attributes.model RLIKE 'gpt-\\d'",
    "span.name = 'root' AND timestamp_ms >= 1700000008000", "feedback.good = 'yes'",
    "feedback.good != 'yes'", "feedback.score > 1", "feedback.score = '5.0'",
    "feedback.good IS NULL", "feedback.good IS NOT NULL", "expectation.gold = 'x'",
    "issue.id = 'I-1'",
    "foo = 'x'", "STATUS = 'x'", "assessment.x = '1'", "metrics.m > 1", "status > 'OK'",
    "status IS NULL", "name IN ('x')", "run_id IN ('x')", "tags.x IN ('x')", "name = 5",
    "timestamp_ms IN (1)", "tags.n = 10", "feedback.s = 5", "feedback.s > 'x'",
    "tags.env = prod", "prompt LIKE 'a/1'", "prompt = 'pr'", "span.foo = 'x'",
    "span.name IS NULL", "span.content = 'x'", "issue.foo = 'x'", "feedback. = 'x'",
    "metadata.mlflow.trace.tokenUsage LIKE 'x'", "status IN ()", "status IN (5)",
    "status = 'OK' OR status = 'ERROR'", "NOT status = 'OK'", "(status = 'OK')",
    "status = 'OK';", "status = 'OK' -- x", "status = ", "'OK' = status", "status RLIKE '('",
    "text LIKE '%claude%'", "timestamp_ms > 'soon'", "run_id = '$run' AND run_id = '$linked'",
    "span.name like 'r%'", "tags.timestamp = '1'",
]
ORDERS = ["timestamp_ms DESC", "timestamp ASC", "timestamp_ms desc", "attributes.timestamp_ms ASC",
          "execution_time_ms", "execution_time DESC", "status", "request_id DESC", "name DESC",
          "tags.n", "tags.`dot.key`", "metadata.mlflow.trace.user DESC",
          "metadata.mlflow.trace.session", "run_id", "experiment_id", "`timestamp_ms` ASC",
          "end_time DESC", "metadata.mlflow.trace.tokenUsage", "feedback.x", "span.name", "",
          "text", "a, b", "timestamp_ms;", "foo", "client_request_id", "prompt"]


def search(name, **kw):
    return post("traces/search", {"locations": [where()], **kw}, v=3, name=name)


def correlation(name=None, **kw):
    return post("traces/calculate-filter-correlation", {
        "experiment_ids": ["$exp"], "filter_string1": "status = 'OK'",
        "filter_string2": "tags.env = 'prod'", **kw}, v=3, name=name)


SEARCHES = [
    Scenario("traces search", *rows_of_a_search(), cases=[
        *[search(f"filter {f}", filter=f) for f in FILTERS],
        *[search(f"order {o}", order_by=[o]) for o in ORDERS],
        *[search(f"with {more}", **more) for more in (
            {"max_results": 2}, {"max_results": "2"}, {"max_results": 7}, {"max_results": 0},
            {"max_results": -1}, {"max_results": 501}, {"max_results": "x"}, {"max_results": 1.5},
            {"max_results": None}, {"filter": 5}, {"order_by": "x"}, {"order_by": [5]},
            {"page_token": 5}, {"page_token": "abc"}, {"page_token": "eA=="},
            {"page_token": "e30="}, {"order_by": ["timestamp_ms", "timestamp DESC"]},
            {"order_by": ["status DESC", "timestamp"]})],
        *[search(f"locations {where_to}", locations=where_to) for where_to in (
            [], [{}], "x", [where("7999999")], [where("abc")], [where(), where()],
            [{"type": "INFERENCE_TABLE", "inference_table": {"full_table_name": "a.b.c"}}],
            [{"mlflow_experiment": {"experiment_id": "$exp"}}])],
        post("traces/search", {}, v=3, name="empty body")]),
    Scenario("traces search, pages", *rows_of_a_search(), *[
        post("traces/search", {"locations": [where()], "max_results": 3, **more}, v=3,
             bind={"next": "next_page_token"}) for more in (
                 {}, {"page_token": "$next"}, {"page_token": "$next"})],
        *[get("traces", {"experiment_ids": "$exp", "max_results": 4, **more},
              bind={"later": "next_page_token"}) for more in ({}, {"page_token": "$later"})]),
    Scenario("traces correlation", *rows_of_a_search(), correlation(), *[
        correlation(**more) for more in (
            {"base_filter": "tags.env IS NOT NULL"}, {"base_filter": ""},
            {"filter_string2": "status = 'ERROR'"}, {"filter_string2": "timestamp_ms > 0"},
            {"filter_string2": "status = 'x'"}, {"filter_string2": "span.name = 'root'"},
            {"filter_string1": "timestamp_ms > 0", "filter_string2": "timestamp_ms > 1"},
            {"experiment_ids": ["7999999"]}, {"experiment_ids": []}, {"experiment_ids": ["abc"]},
            {"experiment_ids": "x"}, {"experiment_ids": None}, {"filter_string1": None},
            {"filter_string2": ""}, {"filter_string1": 5}, {"filter_string2": "foo = 'x'"},
            {"base_filter": "foo = 'x'"}, {"base_filter": 5},
            {"filter_string1": "status RLIKE '('"})],
        post("traces/calculate-filter-correlation", {}, v=3)),
]


# --- metrics ------------------------------------------------------------------------


def metrics(view, metric, *aggregations, **kw):
    return post("traces/metrics", {
        "experiment_ids": ["$exp"], "view_type": view, "metric_name": metric, "aggregations": [
            a if isinstance(a, dict) else {"aggregation_type": a} if isinstance(a, str)
            else {"aggregation_type": "PERCENTILE", "percentile_value": a}
            for a in aggregations], **kw}, v=3,
                name=f"{view} {metric} {aggregations} {kw or ''}")


NUMBERS = ("SUM", "AVG", "MIN", "MAX", 50)
SPREAD = ("AVG", "MIN", "MAX", 50, 90, 99, 0, 100)
RANGE = {"start_time_ms": MS - DAY, "end_time_ms": MS + DAY}
MEASURED = [
    experiment(), *[start(
        10 + i, execution_duration=f"{ms / 1000}s", request_time=f"2023-11-14T22:1{i}:20Z",
        state="ERROR" if i == 4 else "OK",
        tags={"mlflow.traceName": "ab"[i % 2], "env": "xy"[i % 2]},
        trace_metadata={"m": "12"[i % 2], "five": "5", **session(f"s{i // 2}"), **usage(
            input_tokens=i, output_tokens=10 * i, total_tokens=11 * i, cache_read_input_tokens=1,
            cache_creation_input_tokens=2)}) for i, ms in enumerate((100, 200, 400, 800, 1600))],
    start(20, request_time="2023-11-14T23:20:00Z"),
    logged(span(1, 1, None, 0, 100, mlflow__spanType="CHAIN", name="a"),
           span(1, 2, 1, 5, 17, mlflow__spanType="TOOL", name="t"),
           span(1, 3, 1, 20, 40, 2, name="t", **{
               "mlflow.llm.cost": '{"input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75}',
               "mlflow.llm.model": "m1", "mlflow.llm.provider": "p"}),
           span(1, 4, 1, 50, 99, name="t", **{
               "mlflow.llm.cost": '{"input_cost": 1.5, "total_cost": 1.5}',
               "mlflow.llm.model": "m2", "mlflow.llm.provider": "p"})),
    *[assess(i, tid(10 + i % 3), assessment_name="qr"[i % 2], feedback={"value": v})
      for i, v in enumerate(("yes", 5, "no", 0.5, True, 2, "x"))],
    assess(9, tid(10), assessment_name="e", expectation={"value": 3}),
]
METRICS = [
    Scenario("traces metrics", *MEASURED, cases=[
        metrics("TRACES", "trace_count", "COUNT"), metrics("TRACES", "session_count", "COUNT"),
        *[metrics("TRACES", "trace_count", "COUNT", dimensions=d) for d in (
            ["trace_status"], ["trace_name"], ["trace_name", "trace_status"],
            ["trace_status", "trace_name"])],
        metrics("TRACES", "latency", *SPREAD, filters=["trace.metadata.five = '5'"]),
        metrics("TRACES", "latency", 50, "AVG", dimensions=["trace_name"]),
        *[metrics("TRACES", f"{kind}_tokens", *NUMBERS) for kind in ("input", "output", "total")],
        metrics("TRACES", "total_tokens", "SUM", dimensions=["trace_name"]),
        metrics("TRACES", "cache_read_input_tokens", "SUM", "AVG"),
        metrics("TRACES", "cache_creation_input_tokens", "SUM", "MAX"),
        *[metrics("TRACES", "trace_count", "COUNT", time_interval_seconds=s, **RANGE)
          for s in (60, 3600, 86400, 7, 0)],
        metrics("TRACES", "latency", "MAX", 50, time_interval_seconds=3600,
                dimensions=["trace_name"], **RANGE),
        *[metrics("TRACES", "trace_count", "COUNT", **kw) for kw in (
            {"start_time_ms": MS}, {"end_time_ms": MS}, {"start_time_ms": MS, "end_time_ms": 0},
            {"start_time_ms": str(MS)}, {"max_results": 0}, {"max_results": 1},
            {"page_token": "x"}, {"experiment_ids": []}, {"experiment_ids": ["7999999"]})],
        *[metrics("TRACES", "trace_count", "COUNT", filters=[f]) for f in (
            "trace.status = 'OK'", "trace.tag.env = 'x'", "trace.metadata.m = '1'",
            "trace.metadata.`mlflow.trace.session` = 's0'",
            "trace.tag.`mlflow.traceName` = \"a\"", "trace.status = 'none'")],
        metrics("TRACES", "trace_count", "COUNT", filters=["trace.status = 'OK'",
                                                           "trace.tag.env = 'x'"]),
        metrics("SPANS", "span_count", "COUNT"),
        *[metrics("SPANS", "span_count", "COUNT", dimensions=[d]) for d in (
            "span_name", "span_type", "span_status", "span_model_name", "span_model_provider")],
        metrics("SPANS", "latency", *SPREAD),
        metrics("SPANS", "latency", "AVG", 50, dimensions=["span_name", "span_status"]),
        *[metrics("SPANS", f"{kind}_cost", *NUMBERS) for kind in ("input", "output", "total")],
        metrics("SPANS", "total_cost", "SUM", dimensions=["span_model_name"]),
        metrics("SPANS", "span_count", "COUNT", time_interval_seconds=3600, **RANGE),
        *[metrics("SPANS", "span_count", "COUNT", filters=[f]) for f in (
            "span.name = 't'", "span.type = 'TOOL'", "span.status = 'ERROR'",
            "trace.status = 'OK'")],
        metrics("ASSESSMENTS", "assessment_count", "COUNT"),
        *[metrics("ASSESSMENTS", "assessment_count", "COUNT", dimensions=d) for d in (
            ["assessment_name"], ["assessment_value"], ["assessment_name", "assessment_value"])],
        metrics("ASSESSMENTS", "assessment_value", "AVG", "MIN", "MAX", 50),
        metrics("ASSESSMENTS", "assessment_value", "AVG", dimensions=["assessment_name"]),
        *[metrics("ASSESSMENTS", "assessment_count", "COUNT", filters=[f]) for f in (
            "assessment.name = 'q'", "assessment.type = \"feedback\"",
            "assessment.type = 'expectation'")]]),
    Scenario("traces metrics, ill", *MEASURED, cases=[
        *[post("traces/metrics", body, v=3, name=f"body {body}") for body in (
            {}, {"experiment_ids": ["0"]}, {"experiment_ids": ["0"], "view_type": "TRACES"},
            {"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency"})],
        metrics("TRACES", "nope", "COUNT"), metrics("SPANS", "trace_count", "COUNT"),
        metrics("ASSESSMENTS", "latency", "COUNT"), metrics("TRACES", "trace_count", "SUM"),
        metrics("TRACES", "latency", "COUNT", "SUM"), metrics("SPANS", "total_cost", "COUNT"),
        metrics("ASSESSMENTS", "assessment_count", 50), metrics("TRACES", "latency"),
        metrics("nope", "trace_count", "COUNT"), metrics("TRACES", "trace_count", "nope"),
        *[metrics("TRACES", "latency", a) for a in (
            {"aggregation_type": "PERCENTILE"}, -1, 100.1,
            {"aggregation_type": "AVG", "percentile_value": 5})],
        *[metrics("TRACES", "trace_count", "COUNT", dimensions=d) for d in (
            ["nope"], ["x", "trace_name", "a'", "x"], "x")],
        metrics("TRACES", "session_count", "COUNT", dimensions=["trace_name"]),
        *[metrics("TRACES", "trace_count", "COUNT", filters=[f]) for f in (
            "", "nope", "trace.status = 'OK' AND trace.status = 'OK'", "trace.status IN ('OK')",
            "trace.status != 'OK'", "trace.status LIKE 'OK'", "status = 'OK'", "foo.bar = 'x'",
            "trace.name = 'x'", "trace.tag = 'x'", "trace.status.x = 'y'", "span.name = 'x'",
            "assessment.name = 'x'", "trace.status = 5", "trace.status = OK")],
        metrics("SPANS", "span_count", "COUNT", filters=["span.foo = 'x'"]),
        metrics("ASSESSMENTS", "assessment_count", "COUNT", filters=["assessment.foo = 'x'"]),
        *[metrics("TRACES", "trace_count", "COUNT", **kw) for kw in (
            {"time_interval_seconds": 60}, {"time_interval_seconds": 60, "start_time_ms": 0},
            {"time_interval_seconds": -1, "start_time_ms": 0, "end_time_ms": MS},
            {"experiment_ids": "1"}, {"experiment_ids": ["x"]}, {"experiment_ids": [5]},
            {"metric_name": 5}, {"aggregations": "x"}, {"filters": {}}, {"filters": [{}]},
            {"time_interval_seconds": "x"}, {"start_time_ms": ""}, {"end_time_ms": "z"},
            {"max_results": "y"}, {"max_results": -1}, {"page_token": 5},
            {"start_time_ms": BIG + 1})]]),
]

SCENARIOS = STARTS + ROWS + JUDGED + SPANS + SEARCHES + METRICS
