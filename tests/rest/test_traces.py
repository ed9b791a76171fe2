"""Traces: starts in both versions, infos, tags, links, deletion; bad input for each."""

import json
import uuid

import pytest
from conftest import DOCS, check_constraint, check_error, check_missing, check_type

V3 = {"version": "3.0"}
TIME = "2023-11-14T22:13:20.123Z"
MS = 1700000000123


def new_id():
    return "tr-" + uuid.uuid4().hex


def info(exp, trace_id=None, **kw):
    return {
        "trace_id": trace_id or new_id(),
        "trace_location": {"type": "MLFLOW_EXPERIMENT",
                           "mlflow_experiment": {"experiment_id": exp}},
        "request_time": TIME, "execution_duration": "1.500s", "state": "OK", **kw,
    }


def start(api, body):
    return api.post("traces", {"trace": {"trace_info": body}}, **V3)


def started(api, exp, **kw):
    r = start(api, info(exp, **kw))
    assert r.status_code == 200, r.text
    return r.json()["trace"]["trace_info"]


def get(api, trace_id):
    return api.read(f"traces/{trace_id}", **V3)["trace"]["trace_info"]


def missing(r, trace_id):
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", f"Trace with ID '{trace_id}' not found.")


def fine(r):
    assert (r.status_code, r.json()) == (200, {}), r.text


@pytest.fixture
def exp(api):
    return api.new_experiment()


@pytest.fixture
def trace(api, exp):
    return started(api, exp)["trace_id"]


# --- start --------------------------------------------------------------------


def test_start(api, exp, sql):
    body = info(
        exp, client_request_id="cr-1", request_preview="in é", response_preview="out",
        trace_metadata={
            "mlflow.trace.session": "s-1", "m": "v", "mlflow.trace_schema.version": "3",
            "mlflow.trace.tokenUsage": '{"input_tokens": 1, "output_tokens": "2", "x": 9}',
            "mlflow.trace.cost": '{"input_cost": 1e-07, "total_cost": 3}'},
        tags={"mlflow.traceName": "named", "env": "prod", "a\"b": ""})
    r = start(api, body)
    got = r.json()["trace"]["trace_info"]
    location = got["tags"].pop("mlflow.artifactLocation")
    assert location.endswith(f"/traces/{body['trace_id']}/artifacts")
    assert got == {
        **body,
        "trace_metadata": {
            "mlflow.trace.session": "s-1", "m": "v", "mlflow.trace_schema.version": "3",
            "mlflow.trace.infoFinalized": "true",
            "mlflow.trace.tokenUsage": '{"input_tokens": 1, "output_tokens": 2}',
            "mlflow.trace.cost": '{"input_cost": 1e-07, "total_cost": 3.0}'},
        "tags": body["tags"],
    }
    again = get(api, body["trace_id"])
    again["tags"].pop("mlflow.artifactLocation")
    assert again == got
    [row] = sql("SELECT experiment_id, timestamp_ms, execution_time_ms, status, trace_name, "
                "session_id, input_tokens, output_tokens, total_tokens, total_cost, "
                "db_payload_generation FROM trace_info WHERE request_id = %s", [body["trace_id"]])
    assert row == (int(exp), MS, 1500, "OK", "named", "s-1", 1, 2, None, 3.0, 0)
    keys = [k for k, in sql("SELECT `key` FROM trace_request_metadata WHERE request_id = %s "
                            "ORDER BY `key`", [body["trace_id"]])]
    assert keys == ["m", "mlflow.trace.infoFinalized", "mlflow.trace_schema.version"]


def test_least(api, exp):
    body = info(exp)
    for name in ("request_time", "execution_duration", "state"):
        del body[name]
    r = start(api, body)
    got = r.json()["trace"]["trace_info"]
    assert got["request_time"] == "1970-01-01T00:00:00Z" and got["state"] == "STATE_UNSPECIFIED"
    assert "execution_duration" not in got and "client_request_id" not in got
    assert got["trace_metadata"] == {"mlflow.trace.infoFinalized": "true"}


@pytest.mark.parametrize("time, shown", [
    ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
    ("2023-11-14T23:13:20.123456789+01:00", "2023-11-14T22:13:20.123Z"),
    ("1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500Z"),
])
def test_times(api, exp, time, shown):
    assert started(api, exp, request_time=time)["request_time"] == shown


@pytest.mark.parametrize("duration, shown", [
    ("0s", "0s"), ("3s", "3s"), ("1.23456789s", "1.234s"), ("-1s", "-1s"), ("0.001s", "0.001s"),
])
def test_durations(api, exp, duration, shown):
    assert started(api, exp, execution_duration=duration)["execution_duration"] == shown


def test_start_again(api, exp):
    """Facts are replaced, names and previews kept, maps merged by key."""
    first = started(api, exp, request_preview="in", client_request_id="c",
                    tags={"mlflow.traceName": "n", "a": "1", "b": "1"},
                    trace_metadata={"m": "1", "mlflow.trace.session": "s",
                                    "mlflow.trace.tokenUsage": '{"input_tokens": 1}'})
    body = info(exp, first["trace_id"], state="ERROR", response_preview="out",
                tags={"b": "2"},
                trace_metadata={"k": "2", "mlflow.trace.tokenUsage": '{"output_tokens": 2}'})
    del body["execution_duration"]
    assert start(api, body).status_code == 200
    got = get(api, first["trace_id"])
    got["tags"].pop("mlflow.artifactLocation")
    assert got["state"] == "ERROR" and "execution_duration" not in got
    assert "client_request_id" not in got
    assert (got["request_preview"], got["response_preview"]) == ("in", "out")
    assert got["tags"] == {"mlflow.traceName": "n", "a": "1", "b": "2"}
    assert got["trace_metadata"] == {
        "m": "1", "k": "2", "mlflow.trace.session": "s", "mlflow.trace.infoFinalized": "true",
        "mlflow.trace.tokenUsage": '{"input_tokens": 1, "output_tokens": 2}'}


def test_start_in_another_experiment(api, exp, trace, either):
    """Release 3.18 refuses it as well; 3.17 moves the trace."""
    other = api.new_experiment()
    r = start(api, info(other, trace))
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    assert get(api, trace)["trace_location"]["mlflow_experiment"]["experiment_id"] == \
        either(cairn=exp, mlflow=other)


@pytest.mark.parametrize("usage", ["nope", "[1]", "{}", '{"input_tokens": 1.5}', ""])
def test_usage_that_is_none(api, exp, usage):
    got = started(api, exp, trace_metadata={"mlflow.trace.tokenUsage": usage,
                                            "mlflow.trace.cost": usage})
    assert got["trace_metadata"] == {"mlflow.trace.infoFinalized": "true"}


def test_start_with_assessments(api, exp):
    got = started(api, exp, assessments=[
        {"assessment_name": "q", "feedback": {"value": True},
         "source": {"source_type": "CODE", "source_id": "x"}}])
    [a] = got["assessments"]
    assert (a["assessment_name"], a["feedback"], a["valid"]) == ("q", {"value": True}, True)
    assert a["source"] == {"source_type": "CODE", "source_id": "x"}
    assert get(api, got["trace_id"])["assessments"] == [a]


def test_start_missing(api):
    for body in ({}, {"trace": None}, {"other": 1}):
        check_missing(api.post("traces", body, **V3), "trace")
    check_missing(api.raw("traces", b"nope", **V3), "trace")


@pytest.mark.parametrize("location", [None, {}, {"type": "INFERENCE_TABLE"}])
def test_start_nowhere(api, either, location):
    body = {"trace_id": new_id()}
    if location is not None:
        body["trace_location"] = location
    r = start(api, body)
    assert r.status_code == either(cairn=400, mlflow=500), r.text
    missing(api.get(f"traces/{body['trace_id']}", **V3), body["trace_id"])


def test_experiments(api, exp):
    check_error(start(api, info("abc")), 400, "INVALID_PARAMETER_VALUE",
                "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
    check_error(start(api, info("99999999")), 404, "RESOURCE_DOES_NOT_EXIST",
                "No Experiment with id=99999999 exists")
    untyped = info(exp)
    del untyped["trace_location"]["type"]
    check_error(start(api, untyped), 400, "INVALID_PARAMETER_VALUE",
                starts="Trace location type TraceLocationType.TRACE_LOCATION_TYPE_UNSPECIFIED "
                "does not match the provided location")
    api.ok("experiments/delete", {"experiment_id": exp})
    check_error(start(api, info(exp)), 400, "INVALID_PARAMETER_VALUE",
                contains="must be in the 'active' state")


@pytest.mark.parametrize("field, value", [
    ("request_time", "nope"), ("request_time", "2023-13-01T00:00:00Z"), ("execution_duration", "1.5"),
    ("execution_duration", "xs"), ("state", "GOOD"), ("tags", {"a": 5}), ("tags", {"a": None}),
    ("tags", []), ("trace_metadata", {"a": {}}), ("trace_metadata", "x"),
])
def test_malformed_members(api, exp, either, field, value):
    """Decision d: the reference drops the member and all behind it."""
    body = info(exp, **{field: value})
    r = start(api, body)
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    if either(cairn=True, mlflow=False):
        missing(api.get(f"traces/{body['trace_id']}", **V3), body["trace_id"])


@pytest.mark.parametrize("kw, name", [
    ({"trace_id": "t" * 51}, "trace_id"),
    ({"client_request_id": "c" * 51}, "client_request_id"),
    ({"request_preview": "p" * 1001}, "request_preview"),
    ({"response_preview": "p" * 1001}, "response_preview"),
    ({"tags": {"k" * 251: "v"}}, "tags.key"),
    ({"tags": {"k": "v" * 8001}}, "tags.value"),
    ({"trace_metadata": {"k" * 251: "v"}}, "request_metadata.key"),
    ({"trace_metadata": {"k": "v" * 8001}}, "request_metadata.value"),
])
def test_too_long(api, exp, on_cairn, kw, name):
    check_constraint(start(api, {**info(exp), **kw}), on_cairn, names=[name])


def test_too_long_with_a_text_of_its_own(api, exp):
    check_error(start(api, info(exp, tags={"mlflow.traceName": "n" * 4097})), 400,
                "INVALID_PARAMETER_VALUE", "'Trace name' exceeds the maximum length of 4096 characters")
    check_error(start(api, info(exp, trace_metadata={"mlflow.trace.session": "s" * 251})), 400,
                "INVALID_PARAMETER_VALUE", "'Session ID' exceeds the maximum length of 250 characters")


def test_artifact_location_of_a_client(api, exp, either):
    """Decision P1: the reference takes it for a duplicate key and says the trace is gone."""
    body = info(exp, tags={"mlflow.artifactLocation": "/etc"})
    r = start(api, body)
    assert r.status_code == either(cairn=200, mlflow=404), r.text
    if either(cairn=True, mlflow=False):
        assert r.json()["trace"]["trace_info"]["tags"]["mlflow.artifactLocation"] != "/etc"


# --- infos --------------------------------------------------------------------


def test_get_missing(api):
    for trace_id in ("nosuch", "search", "tr-" + "0" * 32):
        missing(api.get(f"traces/{trace_id}", **V3), trace_id)


def test_infos(api, exp):
    ids = [started(api, exp, tags={"n": str(i)})["trace_id"] for i in range(3)]
    wanted = [ids[2], "nosuch", ids[0]]
    got = api.ok("traces/batchGetInfos", {"trace_ids": wanted}, **V3)["trace_infos"]
    assert [t["trace_id"] for t in got] == [ids[2], ids[0]]
    assert got[0] == get(api, ids[2])
    twice = api.ok("traces/batchGetInfos", {"trace_ids": ids + ids}, **V3)["trace_infos"]
    assert sorted(t["trace_id"] for t in twice) == sorted(ids)
    other = api.new_experiment()
    for experiments, n in (([exp], 3), ([other], 0), ([other, exp], 3), ([], 0)):
        r = api.ok("traces/batchGetInfos", {"trace_ids": ids, "experiment_ids": experiments}, **V3)
        assert len(r.get("trace_infos", [])) == n
    assert api.ok("traces/batchGetInfos", {"trace_ids": []}, **V3) == {}
    check_missing(api.post("traces/batchGetInfos", {}, **V3), "trace_ids")
    check_type(api.post("traces/batchGetInfos", {"trace_ids": "x"}, **V3), "trace_ids", '"x"', "str")


def test_a_deleted_experiment_keeps_its_traces(api, exp, trace):
    api.ok("experiments/delete", {"experiment_id": exp})
    assert get(api, trace)["trace_id"] == trace
    fine(api.call("PATCH", f"traces/{trace}/tags", json={"key": "a", "value": "b"}, **V3))


# --- tags ---------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_tags(api, trace, version, sql):
    def patch(**body):
        return api.call("PATCH", f"traces/{trace}/tags", json=body, version=version)

    def delete(**body):
        return api.call("DELETE", f"traces/{trace}/tags", json=body, version=version)

    fine(patch(key="a", value="1"))
    fine(patch(key="a", value="2"))
    fine(patch(key="empty"))
    fine(patch(key="mlflow.traceName", value="n"))
    fine(patch(key="long", value="v" * 9000))
    tags = get(api, trace)["tags"]
    assert (tags["a"], tags["empty"], tags["mlflow.traceName"]) == ("2", "", "n")
    # cut for the column, and once more in answers
    assert tags["long"] == "v" * 4096
    assert sql("SELECT value FROM trace_tags WHERE request_id = %s AND `key` = 'long'",
               [trace])[0] == ("v" * 8000,)
    for key in ("a", "mlflow.traceName"):
        fine(delete(key=key))
        check_error(delete(key=key), 404, "RESOURCE_DOES_NOT_EXIST",
                    f"No trace tag with key '{key}' for trace with ID '{trace}'")
    assert not {"a", "mlflow.traceName"} & set(get(api, trace)["tags"])


def test_tags_refused(api, trace, either):
    def patch(trace=trace, **body):
        return api.call("PATCH", f"traces/{trace}/tags", json=body, **V3)

    for body in ({}, {"key": ""}, {"value": "v"}):
        check_missing(patch(**body), "key")
    check_type(patch(key="a", value=5), "value", "5", "int")
    check_error(patch(key="k" * 251, value="v"), 400, "INVALID_PARAMETER_VALUE",
                "'key' exceeds the maximum length of 250 characters")
    check_error(patch(key="a$b", value="v"), 400, "INVALID_PARAMETER_VALUE",
                starts="Invalid value \"a$b\" for parameter 'key' supplied")
    for key in ("mlflow.trace.spansLocation", "mlflow.trace.archiveLocation",
                "mlflow.trace.archivalFailure"):
        check_error(patch(key=key, value="v"), 400, "INVALID_PARAMETER_VALUE",
                    f"Tag '{key}' is immutable and cannot be set on a trace.")
    r = patch(trace="nosuch", key="a", value="b")
    assert r.status_code == either(cairn=404, mlflow=400), r.text
    missing(patch(trace="nosuch", key="mlflow.traceName", value="b"), "nosuch")
    r = api.call("DELETE", f"traces/{trace}/tags", json={"key": "mlflow.trace.spansLocation"}, **V3)
    check_error(r, 400, "INVALID_PARAMETER_VALUE",
                "Tag 'mlflow.trace.spansLocation' is immutable and cannot be deleted on a trace.")


# --- links --------------------------------------------------------------------


def test_link_to_run(api, exp, sql, either):
    run = api.new_run(exp)
    ids = [started(api, exp)["trace_id"] for _ in range(2)]
    fine(api.post("traces/link-to-run", {"trace_ids": ids[:1], "run_id": run}))
    fine(api.post("traces/link-to-run", {"trace_ids": ids, "run_id": run}))
    fine(api.post("traces/link-to-run", {"trace_ids": [], "run_id": run}))
    r = api.post("traces/link-to-run", {"trace_ids": [ids[0], ids[0]], "run_id": api.new_run(exp)})
    assert r.status_code == either(cairn=200, mlflow=400), r.text
    rows = sql("SELECT source_type, source_id, destination_type FROM entity_associations "
               "WHERE destination_id = %s ORDER BY source_id", [run])
    assert list(rows) == [("trace", i, "run") for i in sorted(ids)]
    check_missing(api.post("traces/link-to-run", {"run_id": run}), "trace_ids")
    check_missing(api.post("traces/link-to-run", {"trace_ids": ids}), "run_id")
    check_error(api.post("traces/link-to-run", {"trace_ids": [str(i) for i in range(101)], "run_id": run}),
                400, "INVALID_PARAMETER_VALUE",
                "Cannot link more than 100 traces to a run in a single request. Provided 101 traces.")


def test_link_prompts(api, trace, sql, either):
    body = {"trace_id": trace, "prompt_versions": [{"name": "p", "version": "1"},
                                                   {"name": "q", "version": "2"}]}
    fine(api.post("traces/link-prompts", body))
    fine(api.post("traces/link-prompts", body))
    rows = sql("SELECT destination_id FROM entity_associations WHERE source_id = %s "
               "ORDER BY destination_id", [trace])
    assert list(rows) == [("p/1",), ("q/2",)]
    fine(api.post("traces/link-prompts", {"trace_id": trace, "prompt_versions": []}))
    check_missing(api.post("traces/link-prompts", {}), "trace_id")
    missing(api.post("traces/link-prompts", {**body, "trace_id": "nosuch"}), "nosuch")
    r = api.post("traces/link-prompts", {"trace_id": trace, "prompt_versions": [{"name": "p", "version": "x"}]})
    assert r.status_code == either(cairn=400, mlflow=500)


# --- deletion -----------------------------------------------------------------


def deleted(api, exp, **body):
    r = api.ok("traces/delete-traces", {"experiment_id": exp, **body}, **V3)
    assert list(r) == ["traces_deleted"]
    return r["traces_deleted"]


def test_delete_by_id(api, exp, sql):
    ids = [started(api, exp, tags={"a": "b"})["trace_id"] for _ in range(3)]
    other = started(api, api.new_experiment())["trace_id"]
    assert deleted(api, exp, request_ids=[ids[0], "nosuch", ids[0], other]) == 1
    missing(api.get(f"traces/{ids[0]}", **V3), ids[0])
    assert get(api, other)["trace_id"] == other
    assert deleted(api, exp, request_ids=ids) == 2
    for table in ("trace_tags", "trace_request_metadata", "trace_info"):
        assert sql(f"SELECT COUNT(*) FROM {table} WHERE request_id IN (%s, %s, %s)", ids)[0] == (0,)
    assert deleted(api, exp, request_ids=ids) == 0


def test_delete_by_time(api, exp):
    times = [f"2023-11-14T22:13:{s:02}Z" for s in (20, 21, 22, 23)]
    ids = [started(api, exp, request_time=t)["trace_id"] for t in times]
    assert deleted(api, exp, max_timestamp_millis=1700000002000, max_traces=1) == 1
    missing(api.get(f"traces/{ids[0]}", **V3), ids[0])
    assert deleted(api, exp, max_timestamp_millis=1700000002000) == 2
    assert get(api, ids[3])["trace_id"] == ids[3]
    assert deleted(api, exp, max_timestamp_millis=1) == 0


def test_delete_refused(api, exp):
    def refused(message, **body):
        r = api.post("traces/delete-traces", {"experiment_id": exp, **body}, **V3)
        check_error(r, 400, "INVALID_PARAMETER_VALUE", message)

    check_missing(api.post("traces/delete-traces", {}, **V3), "experiment_id")
    refused("Either `max_timestamp_millis` or `trace_ids` must be specified.")
    refused("Either `max_timestamp_millis` or `trace_ids` must be specified.", request_ids=[])
    refused("Only one of `max_timestamp_millis` and `trace_ids` can be specified.",
            request_ids=["a"], max_timestamp_millis=5)
    refused("`max_traces` can't be specified if `trace_ids` is specified.",
            request_ids=["a"], max_traces=5)
    refused("`max_traces` must be a positive integer, received 0.", max_timestamp_millis=5, max_traces=0)
    check_error(api.post("traces/delete-traces", {"experiment_id": "abc", "request_ids": ["a"]}, **V3),
                400, "INVALID_PARAMETER_VALUE",
                "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")


# --- version 2 ----------------------------------------------------------------


def kvs(**kw):
    return [{"key": k, "value": v} for k, v in kw.items()]


def as_dict(items):
    return {i["key"]: i["value"] for i in items}


def test_v2(api, exp, sql):
    made = api.ok("traces", {
        "experiment_id": exp, "timestamp_ms": MS, "request_metadata": kvs(m="1", long="v" * 300),
        "tags": [{"key": "mlflow.traceName", "value": "n"}, {"key": "a"}]})["trace_info"]
    assert (made["experiment_id"], made["timestamp_ms"], made["execution_time_ms"], made["status"]) == \
        (exp, MS, 0, "IN_PROGRESS")
    assert as_dict(made["request_metadata"]) == {"m": "1", "long": "v" * 250}
    assert made["tags"][-1] == {"key": "mlflow.traceName", "value": "n"}
    assert as_dict(made["tags"])["a"] == ""
    trace = made["request_id"]
    assert len(trace) == 32 and api.read(f"traces/{trace}/info")["trace_info"] == made
    ended = api.call("PATCH", f"traces/{trace}", json={
        "timestamp_ms": MS + 1234, "status": "OK", "request_metadata": kvs(k="2"), "tags": kvs(b="3")})
    got = ended.json()["trace_info"]
    assert (got["execution_time_ms"], got["status"], got["timestamp_ms"]) == (1234, "OK", MS)
    assert as_dict(got["request_metadata"]) == {"m": "1", "k": "2", "long": "v" * 250}
    assert {"a": "", "b": "3", "mlflow.traceName": "n"}.items() <= as_dict(got["tags"]).items()
    whole = get(api, trace)
    assert whole["state"] == "OK" and whole["execution_duration"] == "1.234s"
    assert whole["trace_metadata"]["long"] == "v" * 250
    assert sql("SELECT value FROM trace_request_metadata WHERE request_id = %s AND `key` = 'long'",
               [trace])[0] == ("v" * 300,)
    assert "mlflow.trace.infoFinalized" not in whole["trace_metadata"]


def test_v2_of_a_v3_trace(api, exp, trace):
    assert api.read(f"traces/{trace}/info")["trace_info"]["execution_time_ms"] == 1500
    r = api.call("PATCH", f"traces/{trace}", json={"timestamp_ms": MS + 7, "status": "ERROR"})
    assert r.json()["trace_info"]["execution_time_ms"] == 7
    assert get(api, trace)["state"] == "ERROR"


def test_v2_refused(api, exp, trace, either):
    r = api.post("traces", {})
    assert r.status_code == either(cairn=400, mlflow=500), r.text
    check_type(api.post("traces", {"experiment_id": exp, "timestamp_ms": "x"}), "timestamp_ms", '"x"', "str")
    check_type(api.post("traces", {"experiment_id": 5}), "experiment_id", "5", "int")
    r = api.call("PATCH", f"traces/{trace}", json={"timestamp_ms": 5})
    assert r.status_code == either(cairn=400, mlflow=500), r.text
    missing(api.call("PATCH", "traces/nosuch", json={"timestamp_ms": 5, "status": "OK"}), "nosuch")
    missing(api.get("traces/nosuch/info"), "nosuch")


# --- times --------------------------------------------------------------------


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"])
def test_the_first_and_the_last_year(api, exp, time):
    trace = started(api, exp, request_time=time)
    assert (trace["request_time"], get(api, trace["trace_id"])["request_time"]) == (time, time)


@pytest.mark.cairn_only("the reference takes them as no time, or answers 500")
@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
                                  "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z"])
def test_times_that_are_none(api, exp, time):
    assert start(api, info(exp, request_time=time)).status_code == 400


@pytest.mark.cairn_only("the reference answers 500 to every search then")
@pytest.mark.parametrize("ms", [-2**63, -62135596800001, 253402300800000, 2**63 - 1])
def test_v2_times_that_have_no_date(api, exp, trace, ms):
    r = api.post("traces", {"experiment_id": exp, "timestamp_ms": ms})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts=f"Invalid value {ms} for parameter 'timestamp_ms'")
    r = api.call("PATCH", f"traces/{trace}", json={"timestamp_ms": ms, "status": "OK"})
    assert r.status_code == 400, r.text
