"""traces/metrics: every view, aggregation, dimension, bucket and filter; bad input."""

import json
import time
import uuid

import pytest
from conftest import check_error, check_missing, check_refused, check_type
from test_traces import V3, new_id, start

DAY = 86_400_000
T0 = 1_700_006_400_000  # 2023-11-15T00:00:00Z
IPV = "INVALID_PARAMETER_VALUE"


def ask(api, exp, view, metric, *aggregations, **kw):
    body = {"experiment_ids": [exp] if isinstance(exp, str) else exp, "view_type": view,
            "metric_name": metric, "aggregations": [
                a if isinstance(a, dict) else p(a) if not isinstance(a, str)
                else {"aggregation_type": a} for a in aggregations]}
    return api.post("traces/metrics", {**body, **kw}, **V3)


def p(value):
    return {"aggregation_type": "PERCENTILE", "percentile_value": value}


def points(api, exp, view, metric, *aggregations, **kw):
    """(dimensions, values) of each point; the numbers are near."""
    r = ask(api, exp, view, metric, *aggregations, **kw)
    assert r.status_code == 200, r.text
    assert set(r.json()) <= {"data_points"}
    got = r.json().get("data_points", [])
    assert all(x["metric_name"] == metric for x in got)
    assert "data_points" not in r.json() or got
    return [(x.get("dimensions"), x["values"]) for x in got]


def values(*a, **kw):
    """The values of the only point, or {}."""
    got = points(*a, **kw)
    assert len(got) <= 1 and all(d is None for d, v in got), got
    return got[0][1] if got else {}


def near(expected):
    return pytest.approx(expected, rel=1e-12)


def iso(ms):
    s, ms = divmod(ms, 1000)
    t = time.gmtime(s)
    return time.strftime("%Y-%m-%dT%H:%M:%S", t) + (f".{ms:03d}Z" if ms else "Z")


def trace(api, exp, at=T0, ms=None, name=None, session=None, tokens=None, cost=None, state="OK",
          tags=None, metadata=None):
    meta = dict(metadata or {})
    if session is not None:
        meta["mlflow.trace.session"] = session
    if tokens is not None:
        meta["mlflow.trace.tokenUsage"] = json.dumps(tokens)
    if cost is not None:
        meta["mlflow.trace.cost"] = json.dumps(cost)
    body = {"trace_id": new_id(), "state": state, "request_time": iso(at), "trace_metadata": meta,
            "trace_location": {"type": "MLFLOW_EXPERIMENT",
                               "mlflow_experiment": {"experiment_id": exp}},
            "tags": {**({"mlflow.traceName": name} if name is not None else {}), **(tags or {})}}
    if ms is not None:
        body["execution_duration"] = f"{ms / 1000}s"
    r = start(api, body)
    assert r.status_code == 200, r.text
    return body["trace_id"]


def span(sql, exp, trace_id, name="s", type=None, status="OK", at=T0, ms=1, costs=(None,) * 3,
         model=None, provider=None):
    start_ns = at * 1_000_000
    sql("INSERT INTO spans (trace_id, experiment_id, span_id, name, type, status, "
        "start_time_unix_nano, end_time_unix_nano, content, input_cost, output_cost, total_cost, "
        "model_name, model_provider) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '{}', %s, %s, %s, "
        "%s, %s)", [trace_id, int(exp), uuid.uuid4().hex[:16], name, type, status, start_ns,
                    None if ms is None else start_ns + int(ms * 1_000_000), *costs, model,
                    provider])


def assess(api, trace_id, name, value, kind="feedback", **kw):
    r = api.post(f"traces/{trace_id}/assessments", {"assessment": {
        "assessment_name": name, "source": {"source_type": "HUMAN", "source_id": "ann"},
        kind: {"value": value}, **kw}}, **V3)
    assert r.status_code == 200, r.text
    return r.json()["assessment"]["assessment_id"]


@pytest.fixture
def exp(api):
    return api.new_experiment()


@pytest.fixture
def five(api, exp):
    """Five traces, one without a duration."""
    for i, ms in enumerate([100, 200, 400, 800, 1600]):
        trace(api, exp, at=T0 + i * 1000, ms=ms, name="ab"[i % 2], session=f"s{i // 2}",
              state="ERROR" if i == 4 else "OK",
              tokens={"input_tokens": i, "output_tokens": 10 * i, "total_tokens": 11 * i,
                      "cache_read_input_tokens": 1, "cache_creation_input_tokens": 2})
    trace(api, exp, at=T0 + 9000)
    return exp


# --- traces -------------------------------------------------------------------


def test_the_sample(api, exp):
    trace(api, exp, at=1_700_000_000_123, ms=1500)
    assert points(api, exp, "TRACES", "latency", "AVG", 50, time_interval_seconds=86400,
                  start_time_ms=1699920000000, end_time_ms=1700092800000) == \
        [({"time_bucket": "2023-11-14T00:00:00+00:00"}, {"AVG": 1500.0, "P50.0": 1500.0})]


def test_counts(api, five):
    assert values(api, five, "TRACES", "trace_count", "COUNT") == {"COUNT": 6.0}
    assert values(api, five, "TRACES", "session_count", "COUNT") == {"COUNT": 3.0}
    assert points(api, five, "TRACES", "trace_count", "COUNT", dimensions=["trace_status"]) == \
        [({"trace_status": "ERROR"}, {"COUNT": 1.0}), ({"trace_status": "OK"}, {"COUNT": 5.0})]
    assert points(api, five, "TRACES", "trace_count", "COUNT",
                  dimensions=["trace_name", "trace_status"]) == [
        ({"trace_name": "a", "trace_status": "ERROR"}, {"COUNT": 1.0}),
        ({"trace_name": "a", "trace_status": "OK"}, {"COUNT": 2.0}),
        ({"trace_name": "b", "trace_status": "OK"}, {"COUNT": 2.0})]


def test_the_order_is_that_of_the_request(api, five):
    got = points(api, five, "TRACES", "trace_count", "COUNT",
                 dimensions=["trace_status", "trace_name"])
    assert [(d["trace_status"], d["trace_name"]) for d, v in got] == \
        [("ERROR", "a"), ("OK", "a"), ("OK", "b")]


def test_latency(api, five):
    got = values(api, five, "TRACES", "latency", "AVG", "MIN", "MAX", 50, 90, 99, 0, 100, 50.5)
    assert got == near({"AVG": 620.0, "MIN": 100.0, "MAX": 1600.0, "P50.0": 400.0, "P90.0": 1280.0,
                        "P99.0": 1568.0, "P0.0": 100.0, "P100.0": 1600.0, "P50.5": 408.0})
    got = points(api, five, "TRACES", "latency", 50, "AVG", dimensions=["trace_name"])
    assert got == [({"trace_name": "a"}, {"P50.0": 400.0, "AVG": 700.0}),
                   ({"trace_name": "b"}, {"P50.0": 500.0, "AVG": 500.0})]


def test_averages_of_integers_have_four_digits(api, exp):
    for ms in (500, 600, 800):
        trace(api, exp, ms=ms)
    assert values(api, exp, "TRACES", "latency", "AVG") == {"AVG": 633.3333}


@pytest.mark.parametrize("name, numbers", [
    ("input_tokens", [0, 1, 2, 3, 4]), ("output_tokens", [0, 10, 20, 30, 40]),
    ("total_tokens", [0, 11, 22, 33, 44]), ("cache_read_input_tokens", [1] * 5),
    ("cache_creation_input_tokens", [2] * 5)])
def test_tokens(api, five, name, numbers):
    assert values(api, five, "TRACES", name, "SUM", "AVG", "MIN", "MAX", 50) == {
        "SUM": float(sum(numbers)), "AVG": sum(numbers) / 5, "MIN": float(min(numbers)),
        "MAX": float(max(numbers)), "P50.0": float(numbers[2])}
    assert [d for d, v in points(api, five, "TRACES", name, "SUM", dimensions=["trace_name"])] == \
        [{"trace_name": "a"}, {"trace_name": "b"}]


def test_ties(api, exp, either):
    for ms in (1000, 1000, 1000, 5000, 9000):
        trace(api, exp, ms=ms)
    got = values(api, exp, "TRACES", "latency", 50, 75, 80)
    assert got == near(either(
        cairn={"P50.0": 1000.0, "P75.0": 5000.0, "P80.0": 5800.0},
        mlflow={"P50.0": 3666.6666666666665, "P75.0": 5000.0, "P80.0": 5800.0}))


def test_nothing(api, exp):
    assert values(api, exp, "TRACES", "trace_count", "COUNT") == {"COUNT": 0.0}
    assert values(api, exp, "TRACES", "latency", "AVG", "MIN", 50) == {}
    assert values(api, exp, "TRACES", "total_tokens", "SUM") == {}
    assert values(api, exp, "SPANS", "span_count", "COUNT") == {"COUNT": 0.0}
    assert values(api, exp, "ASSESSMENTS", "assessment_count", "COUNT") == {"COUNT": 0.0}
    assert points(api, exp, "TRACES", "trace_count", "COUNT", dimensions=["trace_name"]) == []
    assert points(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=60,
                  start_time_ms=T0, end_time_ms=T0 + DAY) == []
    for nowhere in ([], ["987654321"], ["99999999999999999999"]):
        if nowhere != ["99999999999999999999"]:
            assert values(api, nowhere, "TRACES", "trace_count", "COUNT") == {"COUNT": 0.0}


def test_several_experiments(api, exp):
    other = api.new_experiment()
    for e in (exp, other, other):
        trace(api, e, ms=1)
    assert values(api, [exp, other], "TRACES", "trace_count", "COUNT") == {"COUNT": 3.0}
    assert values(api, [other, exp, other], "TRACES", "latency", 50) == {"P50.0": 1.0}


def test_names_are_exact(api, exp, either):
    """A folding database makes one group of them in the reference."""
    for name in ("b", "B", "é", "e"):
        trace(api, exp, ms=5, name=name)
    got = points(api, exp, "TRACES", "latency", 50, dimensions=["trace_name"])
    assert len(got) == either(cairn=4, mlflow=2)
    if len(got) == 4:
        assert [d["trace_name"] for d, v in got] == ["B", "b", "e", "é"]
        assert all(v == {"P50.0": 5.0} for d, v in got)


@pytest.mark.cairn_only("the reference ranks names that begin alike as one, and gives no P50")
def test_long_names(api, exp, sql):
    """The database orders no more than the first bytes of a long text."""
    one = trace(api, exp)
    for i, ms in enumerate([1, 5, 2, 6, 3, 7]):
        span(sql, exp, one, name="n" * 2000 + "ab"[i % 2], ms=ms)
    got = points(api, exp, "SPANS", "latency", 50, "MAX", dimensions=["span_name"])
    assert sorted((d["span_name"][-1], v["P50.0"], v["MAX"]) for d, v in got) == \
        [("a", 2.0, 3.0), ("b", 6.0, 7.0)]


# --- time -----------------------------------------------------------------------


def test_ranges_are_inclusive(api, five):
    def count(**kw):
        return values(api, five, "TRACES", "trace_count", "COUNT", **kw)["COUNT"]

    assert count(start_time_ms=T0 + 1000) == 5.0
    assert count(start_time_ms=T0 + 1001) == 4.0
    assert count(end_time_ms=T0 + 1000) == 2.0
    assert count(end_time_ms=T0 + 999) == 1.0
    assert count(start_time_ms=str(T0 + 1000), end_time_ms=T0 + 1000) == 1.0
    assert count(start_time_ms=T0 + 1000, end_time_ms=T0) == 0.0
    assert count(start_time_ms=-2**63, end_time_ms=2**63 - 1) == 6.0
    assert count(start_time_ms=0, end_time_ms=2**62, time_interval_seconds=0) == 6.0


def test_buckets(api, exp):
    for at, ms in ((T0 - 1, 1), (T0, 2), (T0 + 3_599_999, 4), (T0 + 2 * 3_600_000, 9)):
        trace(api, exp, at=at, ms=ms, name="n")
    got = points(api, exp, "TRACES", "latency", "MAX", 50, time_interval_seconds=3600,
                 start_time_ms=0, end_time_ms=T0 + DAY)
    assert got == [
        ({"time_bucket": "2023-11-14T23:00:00+00:00"}, {"MAX": 1.0, "P50.0": 1.0}),
        ({"time_bucket": "2023-11-15T00:00:00+00:00"}, {"MAX": 4.0, "P50.0": 3.0}),
        ({"time_bucket": "2023-11-15T02:00:00+00:00"}, {"MAX": 9.0, "P50.0": 9.0})]
    got = points(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=86400,
                 start_time_ms=T0, end_time_ms=T0 + DAY, dimensions=["trace_name"])
    assert got == [({"time_bucket": "2023-11-15T00:00:00+00:00", "trace_name": "n"},
                    {"COUNT": 3.0})]


def test_odd_intervals(api, exp):
    trace(api, exp, at=T0 + 61_000)
    got = points(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=7,
                 start_time_ms=T0, end_time_ms=T0 + DAY)
    at = (T0 + 61_000) // 7000 * 7
    assert got == [({"time_bucket": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at))},
                    {"COUNT": 1.0})]
    got = points(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=10**11,
                 start_time_ms=T0, end_time_ms=T0 + DAY)
    assert got == [({"time_bucket": "1970-01-01T00:00:00+00:00"}, {"COUNT": 1.0})]


def test_before_the_epoch(api, exp):
    trace(api, exp, at=-1)
    got = points(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=3600,
                 start_time_ms=-DAY, end_time_ms=DAY)
    assert got == [({"time_bucket": "1969-12-31T23:00:00+00:00"}, {"COUNT": 1.0})]


def test_intervals_need_a_range(api, exp):
    text = "start_time_ms and end_time_ms are required if time_interval_seconds is set"
    for kw in ({}, {"start_time_ms": 0}, {"end_time_ms": 0}):
        r = ask(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=60, **kw)
        check_error(r, 400, IPV, text)


@pytest.mark.parametrize("interval", [-1, -2**63])
@pytest.mark.cairn_only("the reference makes odd buckets")
def test_negative_intervals(api, exp, interval):
    r = ask(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=interval,
            start_time_ms=0, end_time_ms=T0)
    check_error(r, 400, IPV, f"Invalid value {interval} for parameter 'time_interval_seconds' "
                "supplied. It must not be negative.")


def test_intervals_without_end(api, exp):
    trace(api, exp)
    for interval in (10**12, 2**63 - 1):
        got = points(api, exp, "TRACES", "trace_count", "COUNT", time_interval_seconds=interval,
                     start_time_ms=-2**63, end_time_ms=2**63 - 1)
        assert got == [({"time_bucket": "1970-01-01T00:00:00+00:00"}, {"COUNT": 1.0})]


def test_max_results(api, exp):
    for i in range(4):
        trace(api, exp, ms=i + 1, name=f"n{i}")

    def names(n, *a):
        return [d["trace_name"] for d, v in points(
            api, exp, "TRACES", "latency", *a, dimensions=["trace_name"], max_results=n)]

    assert names(2, "MAX") == ["n0", "n1"] == names(2, 50)
    assert names(0, "MAX") == [] == names(0, 50)
    assert names(5000, "MAX") == ["n0", "n1", "n2", "n3"]
    assert values(api, exp, "TRACES", "trace_count", "COUNT", max_results=0) == {}
    assert values(api, exp, "TRACES", "trace_count", "COUNT", page_token="x") == {"COUNT": 4.0}


# --- spans ------------------------------------------------------------------------


@pytest.fixture
def spans(api, exp, sql):
    one = trace(api, exp, at=T0, ms=10, name="t", tags={"env": "p"})
    two = trace(api, exp, at=T0 + DAY, ms=10, state="ERROR")
    span(sql, exp, one, "a", "TOOL", ms=1, costs=(1e-6, 2e-6, 3e-6), model="m1", provider="p")
    span(sql, exp, one, "a", "TOOL", "ERROR", ms=2.999999, at=T0 + 3_600_000,
         costs=(0.5, None, 0.5), model="m2", provider="p")
    span(sql, exp, one, "b", None, ms=None, at=T0 + 1)
    span(sql, exp, two, "b", "LLM", ms=8, at=T0 + DAY, costs=(0.25, 0.25, 0.5), model="m1")
    return exp


def test_span_counts(api, spans):
    assert values(api, spans, "SPANS", "span_count", "COUNT") == {"COUNT": 4.0}
    for dimension, expected in (
            ("span_name", {"a": 2.0, "b": 2.0}), ("span_type", {"LLM": 1.0, "TOOL": 2.0}),
            ("span_status", {"ERROR": 1.0, "OK": 3.0}), ("span_model_name", {"m1": 2.0, "m2": 1.0}),
            ("span_model_provider", {"p": 2.0})):
        got = points(api, spans, "SPANS", "span_count", "COUNT", dimensions=[dimension])
        assert [(d[dimension], v["COUNT"]) for d, v in got] == list(expected.items())


def test_all_dimensions(api, spans):
    every = ["span_name", "span_type", "span_status", "span_model_name", "span_model_provider"]
    got = points(api, spans, "SPANS", "span_count", "COUNT", dimensions=every,
                 time_interval_seconds=3600, start_time_ms=0, end_time_ms=T0 + 9 * DAY)
    assert [[d[name] for name in ["time_bucket", *every]] for d, v in got] == [
        ["2023-11-15T00:00:00+00:00", "a", "TOOL", "OK", "m1", "p"],
        ["2023-11-15T01:00:00+00:00", "a", "TOOL", "ERROR", "m2", "p"]]


def test_span_latency(api, spans):
    """In whole milliseconds; without an end there is none."""
    assert values(api, spans, "SPANS", "latency", "AVG", "MIN", "MAX", 50, 75) == \
        near({"AVG": 3.6667, "MIN": 1.0, "MAX": 8.0, "P50.0": 2.0, "P75.0": 5.0})
    got = points(api, spans, "SPANS", "latency", "AVG", dimensions=["span_name", "span_status"])
    assert got == [({"span_name": "a", "span_status": "ERROR"}, {"AVG": 2.0}),
                   ({"span_name": "a", "span_status": "OK"}, {"AVG": 1.0}),
                   ({"span_name": "b", "span_status": "OK"}, {"AVG": 8.0})]


def test_costs(api, spans):
    got = values(api, spans, "SPANS", "total_cost", "SUM", "AVG", "MIN", "MAX", 50)
    assert got == near({"SUM": 1.000003, "AVG": 1.000003 / 3, "MIN": 3e-6, "MAX": 0.5,
                        "P50.0": 0.5})
    assert values(api, spans, "SPANS", "input_cost", "MIN") == {"MIN": 1e-6}
    assert values(api, spans, "SPANS", "output_cost", "SUM") == near({"SUM": 0.250002})
    got = points(api, spans, "SPANS", "total_cost", "SUM", dimensions=["span_model_name"])
    assert got == [({"span_model_name": "m1"}, {"SUM": pytest.approx(0.500003)}),
                   ({"span_model_name": "m2"}, {"SUM": 0.5})]
    got = points(api, spans, "SPANS", "total_cost", "SUM", dimensions=["span_model_provider"])
    assert [d for d, v in got] == [{"span_model_provider": "p"}]


def test_times_of_spans(api, exp, sql):
    """Counts go by the trace's time, costs by the span's; buckets by the span's."""
    one = trace(api, exp, at=T0)
    span(sql, exp, one, at=T0 + DAY, costs=(1, 1, 1))

    def both(lo, hi, **kw):
        kw.update(start_time_ms=lo, end_time_ms=hi)
        return (points(api, exp, "SPANS", "span_count", "COUNT", **kw),
                points(api, exp, "SPANS", "total_cost", "SUM", **kw))

    assert both(T0, T0) == ([(None, {"COUNT": 1.0})], [])
    assert both(T0 + DAY, T0 + DAY) == ([(None, {"COUNT": 0.0})], [(None, {"SUM": 1.0})])
    assert both(T0 + DAY + 1, T0 + 2 * DAY) == ([(None, {"COUNT": 0.0})], [])
    bucket = {"time_bucket": "2023-11-16T00:00:00+00:00"}
    assert both(T0, T0 + DAY, time_interval_seconds=86400) == \
        ([(bucket, {"COUNT": 1.0})], [(bucket, {"SUM": 1.0})])
    assert both(-2**63, 2**63 - 1) == ([(None, {"COUNT": 1.0})], [(None, {"SUM": 1.0})])


def test_the_last_millisecond_is_whole(api, exp, sql):
    one = trace(api, exp)
    span(sql, exp, one, costs=(1, 1, 1))
    sql("UPDATE spans SET start_time_unix_nano = start_time_unix_nano + 999999 "
        "WHERE trace_id = %s", [one])
    assert values(api, exp, "SPANS", "total_cost", "SUM", end_time_ms=T0) == {"SUM": 1.0}
    assert values(api, exp, "SPANS", "total_cost", "SUM", end_time_ms=T0 - 1) == {}


# --- assessments ----------------------------------------------------------------


@pytest.fixture
def assessed(api, exp):
    one = trace(api, exp, at=T0, tags={"env": "p"})
    two = trace(api, exp, at=T0 + DAY, state="ERROR")
    for t, name, value in ((one, "q", "yes"), (two, "q", "no"), (one, "n", 5), (two, "n", 2.5),
                           (one, "b", True), (one, "t", "text")):
        assess(api, t, name, value)
    assess(api, one, "e", "an answer", "expectation")
    return exp


def test_assessment_counts(api, assessed):
    assert values(api, assessed, "ASSESSMENTS", "assessment_count", "COUNT") == {"COUNT": 7.0}
    got = points(api, assessed, "ASSESSMENTS", "assessment_count", "COUNT",
                 dimensions=["assessment_name", "assessment_value"])
    assert [(d["assessment_name"], d["assessment_value"], v["COUNT"]) for d, v in got] == [
        ("b", "true", 1.0), ("e", '"an answer"', 1.0), ("n", "2.5", 1.0), ("n", "5.0", 1.0),
        ("q", '"no"', 1.0), ("q", '"yes"', 1.0), ("t", '"text"', 1.0)]


def test_assessment_values(api, assessed):
    got = points(api, assessed, "ASSESSMENTS", "assessment_value", "AVG", "MIN", "MAX", 50,
                 dimensions=["assessment_name"])
    assert got == [
        ({"assessment_name": "b"}, {"AVG": 1.0, "MIN": 1.0, "MAX": 1.0, "P50.0": 1.0}),
        ({"assessment_name": "n"}, {"AVG": 3.75, "MIN": 2.5, "MAX": 5.0, "P50.0": 3.75}),
        ({"assessment_name": "q"}, {"AVG": 0.5, "MIN": 0.0, "MAX": 1.0, "P50.0": 0.5})]
    got = points(api, assessed, "ASSESSMENTS", "assessment_value", "AVG",
                 dimensions=["assessment_name"], time_interval_seconds=86400,
                 start_time_ms=T0 + 1, end_time_ms=T0 + DAY)
    bucket = "2023-11-16T00:00:00+00:00"
    assert got == [({"time_bucket": bucket, "assessment_name": "n"}, {"AVG": 2.5}),
                   ({"time_bucket": bucket, "assessment_name": "q"}, {"AVG": 0.0})]


def test_averages_of_assessments_are_whole(api, exp):
    one = trace(api, exp)
    for value in (1, 0, 0):
        assess(api, one, "q", value)
    assert values(api, exp, "ASSESSMENTS", "assessment_value", "AVG") == {"AVG": 1 / 3}


def test_overridden_ones_do_not_count(api, exp):
    one = trace(api, exp)
    first = assess(api, one, "q", 1)
    assess(api, one, "q", 0, overrides=first)
    assert values(api, exp, "ASSESSMENTS", "assessment_count", "COUNT") == {"COUNT": 1.0}
    assert values(api, exp, "ASSESSMENTS", "assessment_value", "MAX") == {"MAX": 0.0}


# --- filters ----------------------------------------------------------------------


@pytest.fixture
def filtered(api, exp, sql):
    """Two traces that differ in all, each with two spans and an assessment."""
    run = api.new_run(exp)
    one = trace(api, exp, name="n1", session="s1", tokens={"input_tokens": 1, "total_tokens": 3},
                cost={"input_cost": 1e-7, "total_cost": 3}, tags={"env": "p", "a b": "x"},
                metadata={"m": "v", "mlflow.sourceRun": run})
    two = trace(api, exp, name="n2", session="s2", tokens={"input_tokens": 1}, state="ERROR",
                cost={"total_cost": 3}, tags={"env": "q"}, metadata={"m": "w"})
    for t in (one, two):
        span(sql, exp, t, "a", "TOOL")
        span(sql, exp, t, "b", "LLM", "ERROR")
        assess(api, t, "q", 1)
    return exp, run, one, two


@pytest.mark.parametrize("text", [
    "trace.status = 'OK'", 'trace.status = "OK"', "trace.tag.env = 'p'", "trace.tag.`a b` = 'x'",
    "trace.tag.\"a b\" = 'x'", "trace.tag.`mlflow.traceName` = 'n1'",
    "trace.tag.mlflow.traceName = 'n1'", "trace.metadata.m = 'v'",
    "trace.metadata.mlflow.trace.session = 's1'",
    "trace.metadata.`mlflow.trace.tokenUsage` = '{\"input_tokens\": 1, \"total_tokens\": 3}'",
    "trace.metadata.`mlflow.trace.cost` = '{\"input_cost\": 1e-07, \"total_cost\": 3.0}'"])
def test_filters_of_traces(api, filtered, text):
    exp, run, one, two = filtered
    for view, metric, n in (("TRACES", "trace_count", 1.0), ("SPANS", "span_count", 2.0),
                            ("ASSESSMENTS", "assessment_count", 1.0)):
        assert values(api, exp, view, metric, "COUNT", filters=[text]) == {"COUNT": n}
        assert values(api, exp, view, metric, "COUNT",
                      filters=[text, "trace.status = 'ERROR'"]) == {"COUNT": 0.0}


@pytest.mark.parametrize("text", [
    "trace.status = ''", "trace.tag.env = ''", "trace.tag.ENV = 'p'", "trace.metadata.env = 'p'",
    "trace.metadata.m = 'q'", "trace.tag.m = 'v'", "trace.tag.`a b` = 'x '",
    "trace.metadata.`mlflow.trace.tokenUsage` = '{\"input_tokens\":1,\"total_tokens\":3}'",
    "trace.metadata.`mlflow.trace.tokenUsage` = '{\"total_tokens\": 3, \"input_tokens\": 1}'",
    "trace.metadata.`mlflow.trace.tokenUsage` = '{\"input_tokens\": 1, \"total_tokens\": 3} '",
    "trace.metadata.`mlflow.trace.tokenUsage` = '{}'",
    "trace.metadata.`mlflow.trace.tokenUsage` = ''",
    "trace.metadata.`mlflow.trace.tokenUsage` = '{\"input_tokens\": 01}'",
    "trace.metadata.`mlflow.trace.cost` = '{\"total_cost\": 3}'",
    "trace.metadata.`mlflow.trace.cost` = '{\"total_cost\": nan}'",
    "trace.metadata.`mlflow.trace.cost` = '{\"total_cost\": '"])
def test_filters_that_find_nothing(api, filtered, either, text):
    # names and values fold case and blanks on a folding database
    folds = text in ("trace.tag.ENV = 'p'", "trace.tag.`a b` = 'x '")
    assert values(api, filtered[0], "TRACES", "trace_count", "COUNT", filters=[text]) == \
        {"COUNT": either(cairn=0.0, mlflow=1.0 if folds else 0.0)}


def test_filter_by_run(api, filtered):
    """The run that a trace names, or that it was linked to."""
    exp, run, one, two = filtered
    text = f'trace.metadata.`mlflow.sourceRun` = "{run}"'
    for n in (1.0, 2.0):
        assert values(api, exp, "TRACES", "trace_count", "COUNT", filters=[text]) == {"COUNT": n}
        assert values(api, exp, "ASSESSMENTS", "assessment_count", "COUNT",
                      filters=[text]) == {"COUNT": n}
        assert values(api, exp, "SPANS", "span_count", "COUNT", filters=[text]) == {"COUNT": 2 * n}
        api.ok("traces/link-to-run", {"run_id": run, "trace_ids": [two]})


def test_filters_of_views(api, filtered):
    exp = filtered[0]
    for text, n in (("span.name = 'a'", 2.0), ("span.type = 'LLM'", 2.0),
                    ("span.status = 'ERROR'", 2.0), ("span.type = 'x'", 0.0)):
        assert values(api, exp, "SPANS", "span_count", "COUNT", filters=[text]) == {"COUNT": n}
    assert values(api, exp, "SPANS", "latency", 50, filters=[
        "span.name = 'a'", "trace.status = 'OK'"]) == {"P50.0": 1.0}
    for text, n in (("assessment.name = 'q'", 2.0), ('assessment.type = "feedback"', 2.0),
                    ("assessment.type = 'expectation'", 0.0)):
        assert values(api, exp, "ASSESSMENTS", "assessment_count", "COUNT",
                      filters=[text]) == {"COUNT": n}


def test_filters_keep_the_range(api, filtered):
    exp = filtered[0]
    for view, metric in (("TRACES", "trace_count"), ("SPANS", "span_count"),
                         ("ASSESSMENTS", "assessment_count")):
        assert values(api, exp, view, metric, "COUNT", filters=["trace.status = 'OK'"],
                      start_time_ms=T0 + 1) == {"COUNT": 0.0}


UNQUOTED = ("Parameter value is either not quoted or unidentified quote types used for string "
            "value OK. Use either single or double quotes.")


@pytest.mark.parametrize("view, text, message", [
    ("TRACES", "trace.status = 'OK' AND trace.status = 'OK'",
     "Invalid clause(s) in filter string: AND"),
    ("TRACES", "", "Invalid filter: ''. Expected one filter clause."),
    ("TRACES", "  ", "Invalid filter '  '. Could not be parsed."),
    ("TRACES", "nope", "Invalid clause(s) in filter string: nope"),
    ("TRACES", "trace.status IN ('OK')",
     "Invalid clause(s) in filter string: trace.status, IN, ('OK')"),
    ("TRACES", "trace.status NOT IN ('OK')",
     "Invalid clause(s) in filter string: trace.status, NOT, IN, ('OK')"),
    ("TRACES", "trace.status IS NULL",
     "Invalid clause(s) in filter string: trace.status, IS, NULL"),
    ("TRACES", "trace.status = 'a' trace.status = 'b'",
     "Invalid filter: 'trace.status = 'a' trace.status = 'b''. Expected one filter clause."),
    ("TRACES", "trace.status = 'a'; trace.status = 'b'",
     "Search filter contained multiple expression \"trace.status = 'a'; trace.status = 'b'\". "
     "Provide AND-ed expression list."),
    ("TRACES", "'OK' = trace.status",
     "Invalid comparison clause. Expected 'Identifier' found ''OK''"),
    ("TRACES", "trace.status != 'OK'", "Invalid comparator: '!=', only '=' operator is supported"),
    ("TRACES", "trace.status like 'O%'",
     "Invalid comparator: 'like', only '=' operator is supported"),
    ("TRACES", "status = 'OK'",
     "Invalid identifier 'status'. Columns should be specified as 'trace.<key>', 'span.<key>', "
     "'assessment.<key>'."),
    ("TRACES", "foo.bar = 'OK'", "Invalid view type 'foo'. Valid values are "
     "dict_keys(['trace', 'span', 'assessment'])"),
    ("TRACES", "trace.name = 'x'", "Invalid entity 'name' specified for view type 'trace'. "
     "Valid entities are ['status', 'tag', 'metadata']"),
    ("SPANS", "span.foo = 'x'", "Invalid entity 'foo' specified for view type 'span'. "
     "Valid entities are ['name', 'status', 'type']"),
    ("ASSESSMENTS", "assessment.value = 'x'", "Invalid entity 'value' specified for view type "
     "'assessment'. Valid entities are ['name', 'type']"),
    ("TRACES", "trace.tag = 'x'",
     "Filtering by tag requires a key, e.g. 'trace.tag.<key> = <value>'"),
    ("TRACES", "trace.status.x = 'x'",
     "Filtering by status does not require a key, use 'trace.status' instead"),
    ("TRACES", "span.name = 'x'",
     "Filtering by span is only supported for SPANS view type, got TRACES"),
    ("ASSESSMENTS", "span.name = 'x'",
     "Filtering by span is only supported for SPANS view type, got ASSESSMENTS"),
    ("SPANS", "assessment.name = 'x'",
     "Filtering by assessment is only supported for ASSESSMENTS view type, got SPANS"),
    ("TRACES", "trace.status = 5",
     "Expected a quoted string value for status value (e.g. 'my-value'). Got value 5"),
    ("TRACES", "trace.tag.k = ('x')",
     "Expected a quoted string value for tag value (e.g. 'my-value'). Got value ('x')"),
    ("TRACES", "trace.status = OK", UNQUOTED),
    ("TRACES", "trace.status = `OK`", UNQUOTED.replace("OK", "`OK`")),
    ("TRACES", "trace.status = 'OK' AND", "Invalid clause(s) in filter string: AND"),
    ("TRACES", "(trace.status = 'OK')",
     "Invalid clause(s) in filter string: (trace.status = 'OK')"),
    ("TRACES", "trace.status = 'OK' -- x", "Invalid clause(s) in filter string: -- x"),
    ("TRACES", "trace.status = 'OK';", "Invalid clause(s) in filter string: ;"),
    ("TRACES", "trace.status = NULL",
     "Expected a quoted string value for status value (e.g. 'my-value'). Got value NULL"),
    ("TRACES", "trace.status BETWEEN 'a' AND 'b'",
     "Invalid clause(s) in filter string: trace.status, BETWEEN, 'a', AND, 'b'"),
    ("TRACES", "trace.status IS NOT NULL",
     "Invalid clause(s) in filter string: trace.status, IS, NOT NULL"),
    ("TRACES", "trace.tag.a b = 'x'", "Invalid clause(s) in filter string: trace.tag.a"),
    ("TRACES", "TRACE.status = 'x'", "Invalid view type 'TRACE'. Valid values are "
     "dict_keys(['trace', 'span', 'assessment'])"),
    ("TRACES", "trace.`status` = 'x'", "Invalid entity '`status`' specified for view type 'trace'. "
     "Valid entities are ['status', 'tag', 'metadata']"),
])
def test_bad_filters(api, exp, view, text, message):
    metric = {"TRACES": "trace_count", "SPANS": "span_count",
              "ASSESSMENTS": "assessment_count"}[view]
    r = ask(api, exp, view, metric, "COUNT", filters=["trace.status = 'OK'", text])
    check_error(r, 400, IPV, message)


# --- bad input --------------------------------------------------------------------


def test_missing(api, exp):
    body = {"experiment_ids": [exp], "view_type": "TRACES", "metric_name": "trace_count",
            "aggregations": [{"aggregation_type": "COUNT"}]}
    for name in body:
        r = api.post("traces/metrics", {k: v for k, v in body.items() if k != name}, **V3)
        check_missing(r, name)
    check_missing(api.post("traces/metrics", {}, **V3), "experiment_ids")
    assert api.post("traces/metrics", body, prefix="ajax-api", **V3).status_code == 200


@pytest.mark.parametrize("view, names", [
    ("TRACES", "['trace_count', 'session_count', 'latency', 'input_tokens', 'output_tokens', "
               "'total_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens']"),
    (2, "['span_count', 'latency', 'input_cost', 'output_cost', 'total_cost']"),
    ("ASSESSMENTS", "['assessment_count', 'assessment_value']")])
def test_unknown_metrics(api, exp, view, names):
    r = ask(api, exp, view, "nope", "COUNT")
    check_error(r, 400, IPV, f"metric_name must be one of {names}, got 'nope'")


@pytest.mark.parametrize("view, metric, asked, message", [
    ("TRACES", "trace_count", ["SUM"], "['SUM']. Supported aggregation types: ['COUNT']"),
    ("TRACES", "latency", ["SUM", "COUNT", "SUM", "AVG"],
     "['COUNT', 'SUM']. Supported aggregation types: ['AVG', 'MAX', 'MIN', 'PERCENTILE']"),
    ("SPANS", "total_cost", ["COUNT"],
     "['COUNT']. Supported aggregation types: ['AVG', 'MAX', 'MIN', 'PERCENTILE', 'SUM']"),
    ("ASSESSMENTS", "assessment_count", [50],
     "['PERCENTILE']. Supported aggregation types: ['COUNT']")])
def test_refused_aggregations(api, exp, view, metric, asked, message):
    check_error(ask(api, exp, view, metric, *asked), 400, IPV,
                "Found invalid aggregation_type(s): " + message)


@pytest.mark.parametrize("view, metric, asked, message", [
    ("TRACES", "trace_count", ["nope"],
     "['nope']. Supported dimensions: ['trace_name', 'trace_status']"),
    ("TRACES", "session_count", ["trace_name"], "['trace_name']. Supported dimensions: []"),
    ("TRACES", "trace_count", ["x", "trace_name", "a'", "x"],
     "[\"a'\", 'x']. Supported dimensions: ['trace_name', 'trace_status']"),
    ("SPANS", "span_count", ["time_bucket"], "['time_bucket']. Supported dimensions: "
     "['span_model_name', 'span_model_provider', 'span_name', 'span_status', 'span_type']"),
])
def test_refused_dimensions(api, exp, view, metric, asked, message):
    check_error(ask(api, exp, view, metric, "COUNT", dimensions=asked), 400, IPV,
                "Found invalid dimension(s): " + message)


def test_twice_is_once(api, five):
    assert values(api, five, "TRACES", "latency", "AVG", "AVG", 50, 50.0) == \
        {"AVG": 620.0, "P50.0": 400.0}


def test_dimensions_twice(api, five):
    assert points(api, five, "TRACES", "latency", "MAX", dimensions=["trace_name"] * 3) == \
        [({"trace_name": "a"}, {"MAX": 1600.0}), ({"trace_name": "b"}, {"MAX": 800.0})]


def test_no_aggregations(api, exp):
    check_error(ask(api, exp, "TRACES", "latency"), 400, "BAD_REQUEST",
                "Query contains no columns with which to SELECT from.")
    trace(api, exp, ms=1, name="n")
    assert points(api, exp, "TRACES", "latency", dimensions=["trace_name"]) == []


def test_bad_experiments(api, exp):
    check_error(ask(api, [exp, "x"], "TRACES", "trace_count", "COUNT"), 400, IPV,
                "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")


@pytest.mark.parametrize("name, value, kind", [
    ("experiment_ids", "1", "str"), ("metric_name", 5, "int"), ("aggregations", "x", "str"),
    ("dimensions", "x", "str"), ("filters", {}, "dict"), ("time_interval_seconds", "x", "str"),
    ("start_time_ms", "", "str"), ("end_time_ms", "z", "str"), ("max_results", "y", "str"),
    ("page_token", 5, "int")])
def test_wrong_types(api, exp, name, value, kind):
    r = ask(api, exp, "TRACES", "trace_count", "COUNT", **{name: value})
    check_type(r, name, json.dumps(value), kind)


@pytest.mark.parametrize("name, value", [
    ("start_time_ms", []), ("end_time_ms", True), ("max_results", 2**31),
    ("time_interval_seconds", 1.5), ("start_time_ms", 2**63)])
def test_lost_values(api, exp, on_cairn, name, value):
    """Decisions c and d: a 500, or another question answered, in the reference."""
    r = ask(api, exp, "TRACES", "trace_count", "COUNT", **{name: value})
    if on_cairn:
        check_refused(r, name, json.dumps(value))
    else:
        assert r.status_code in (200, 400, 500)


@pytest.mark.parametrize("name, value", [
    ("experiment_ids", [5]), ("dimensions", [None]), ("filters", [{}])])
def test_wrong_items(api, exp, name, value):
    r = ask(api, exp, "TRACES", "trace_count", "COUNT", **{name: value})
    assert r.status_code == 400, r.text


@pytest.mark.parametrize("view", ["nope", "METRIC_VIEW_TYPE_UNSPECIFIED", 0, 9])
def test_unknown_views(api, exp, either, on_cairn, view):
    """Decision d: the reference takes them for TRACES."""
    r = ask(api, exp, view, "trace_count", "COUNT")
    # numbers that it does not know make it forget the rest of the body
    refused = isinstance(view, int)
    assert r.status_code == either(cairn=400, mlflow=400 if refused else 200), r.text
    if on_cairn:
        check_refused(r, "view_type", json.dumps(view))


@pytest.mark.parametrize("item", [
    {"aggregation_type": "nope"}, {}, {"aggregation_type": 0},
    {"aggregation_type": "AGGREGATION_TYPE_UNSPECIFIED"}])
def test_unknown_aggregations(api, exp, either, item):
    """Decision d: the reference takes them for COUNT."""
    r = ask(api, exp, "TRACES", "trace_count", item)
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    if r.status_code == 400:
        assert "aggregations[0].aggregation_type" in r.json()["message"]


@pytest.mark.parametrize("item", [
    {"aggregation_type": "PERCENTILE"}, p(-1), p(100.1), p("NaN"),
    {"aggregation_type": "AVG", "percentile_value": 5}])
def test_bad_percentiles(api, exp, either, on_cairn, item):
    """Decision c: 500 in the reference."""
    r = ask(api, exp, "TRACES", "latency", "MIN", item)
    nan = item.get("percentile_value") == "NaN"
    assert r.status_code == either(cairn=400, mlflow=400 if nan else 500), r.text
    if on_cairn:
        check_error(r, 400, IPV, contains="'aggregations[1].percentile_value'")


def test_negative_max_results(api, exp, on_cairn):
    r = ask(api, exp, "TRACES", "trace_count", "COUNT", max_results=-1)
    check_error(r, 400, "BAD_REQUEST")
    if on_cairn:
        assert r.json()["message"] == ("Invalid value -1 for parameter 'max_results' supplied. "
                                       "It must not be negative.")


@pytest.mark.cairn_only("the reference sets no limits of its own")
@pytest.mark.parametrize("name, item, most", [
    ("aggregations", {"aggregation_type": "COUNT"}, 100), ("filters", "trace.status = 'OK'", 100),
    ("dimensions", "trace_name", 100)])
def test_limits(api, exp, name, item, most):
    assert ask(api, exp, "TRACES", "trace_count", "COUNT", **{name: [item] * most}) \
        .status_code == 200
    r = ask(api, exp, "TRACES", "trace_count", "COUNT", **{name: [item] * (most + 1)})
    check_error(r, 400, IPV, f"Invalid value for parameter '{name}' supplied: it has {most + 1} "
                f"items. At most {most} are taken.")


@pytest.mark.cairn_only("more than the reference's database is asked in one statement")
def test_many_experiments(api):
    assert values(api, ["1"] * 50_000, "TRACES", "trace_count", "COUNT",
                  filters=["trace.status = 'x'"] * 100) == {"COUNT": 0.0}


@pytest.mark.cairn_only("the reference has no limit")
def test_many_percentiles(api, five):
    got = values(api, five, "TRACES", "latency", *range(0, 100))
    assert len(got) == 100 and got["P25.0"] == 200.0 and got["P75.0"] == 800.0


def test_texts_of_any_kind(api, exp, sql):
    for name in ("é😀", 'a"b\\', " "):
        trace(api, exp, ms=3, name=name)
    got = points(api, exp, "TRACES", "latency", 50, dimensions=["trace_name"])
    assert sorted(d["trace_name"] for d, v in got) == [" ", 'a"b\\', "é😀"]
    assert values(api, exp, "TRACES", "trace_count", "COUNT",
                  filters=["trace.tag.`mlflow.traceName` = 'é😀'"]) == {"COUNT": 1.0}
