"""Histories of metrics: get-history, get-history-bulk, get-history-bulk-interval."""

import math
import random

import pytest
from conftest import DOCS, check_constraint, check_error, check_missing

ONE = "metrics/get-history"
BULK = "metrics/get-history-bulk"
INTERVAL = "metrics/get-history-bulk-interval"
MAX = 1.7976931348623157e308

# (step, timestamp, value), neither in order of step nor of time
POINTS = [(3, 9, 5.0), (3, 0, 7.0)] + [(s, s // 2, float(s)) for s in range(9, -1, -1)]


def log(api, run, points, key="m"):
    for i in range(0, len(points), 1000):
        api.ok("runs/log-batch", {"run_id": run, "metrics": [
            {"key": key, "step": s, "timestamp": t, "value": v}
            for s, t, v in points[i:i + 1000]
        ]})


def triples(metrics):
    return [(m["step"], m["timestamp"], m["value"]) for m in metrics]


def by_time(points):
    return sorted(points, key=lambda p: (p[1], p[0], p[2]))


def bad(r, message):
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


@pytest.fixture(scope="module")
def filled(api):
    """A run with POINTS; no test here writes to it."""
    run = api.new_run(api.new_experiment())
    log(api, run, POINTS)
    return run


# --- get-history ------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_order_is_timestamp_step_value(api, filled, prefix):
    r = api.get(ONE, {"run_id": filled, "metric_key": "m"}, prefix=prefix)
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    assert list(r.json()) == ["metrics"]
    assert triples(r.json()["metrics"]) == by_time(POINTS)
    for point in r.json()["metrics"]:
        assert set(point) == {"key", "value", "timestamp", "step"} and point["key"] == "m"


@pytest.mark.parametrize("params, parameter", [
    ({}, "run_id"), ({"metric_key": "m"}, "run_id"), ({"run_id": "", "metric_key": "m"}, "run_id"),
    ({"run_id": "nope"}, "metric_key"), ({"run_id": "nope", "metric_key": ""}, "metric_key"),
])
@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_missing(api, params, parameter, prefix):
    check_missing(api.get(ONE, params, prefix=prefix), parameter)


@pytest.mark.parametrize("run, key", [("nope", "m"), (None, "other")])
def test_nothing(api, filled, run, key):
    assert api.read(ONE, {"run_id": run or filled, "metric_key": key}) == {}


def test_by_run_uuid(api, filled):
    want = api.read(ONE, {"run_id": filled, "metric_key": "m"})
    assert api.read(ONE, {"run_uuid": filled, "metric_key": "m"}) == want
    assert api.read(ONE, {"run_id": filled, "run_uuid": "x", "metric_key": "m"}) == want
    assert api.read(ONE, {"run_id": "x", "run_uuid": filled, "metric_key": "m"}) == {}


@pytest.mark.parametrize("key", ["M", "m "])
def test_keys_that_differ_by_collation(api, filled, either, key):
    got = api.read(ONE, {"run_id": filled, "metric_key": key}).get("metrics", [])
    assert {m["key"] for m in got} == either(cairn=set(), mlflow={"m"})


@pytest.mark.parametrize("size", [1, 2, 5, 11])
def test_pages(api, filled, size):
    seen, token, pages = [], None, 0
    while pages < 20:
        params = {"run_id": filled, "metric_key": "m", "max_results": size}
        if token:
            params["page_token"] = token
        answer = api.read(ONE, params)
        pages += 1
        assert 0 < len(answer["metrics"]) <= size
        seen += triples(answer["metrics"])
        token = answer.get("next_page_token")
        if token is None:
            break
    assert seen == by_time(POINTS)
    assert pages == math.ceil(len(POINTS) / size)


@pytest.mark.parametrize("size", [12, 13, 25001, 99999999999])
def test_no_token_on_a_last_page(api, filled, size):
    answer = api.read(ONE, {"run_id": filled, "metric_key": "m", "max_results": size})
    assert triples(answer["metrics"]) == by_time(POINTS)
    assert "next_page_token" not in answer


def test_token_without_max_results(api, filled):
    params = {"run_id": filled, "metric_key": "m", "max_results": 5}
    token = api.read(ONE, params)["next_page_token"]
    rest = api.read(ONE, {"run_id": filled, "metric_key": "m", "page_token": token})
    assert triples(rest["metrics"]) == by_time(POINTS)[5:]


def test_empty_token_is_none(api, filled):
    params = {"run_id": filled, "metric_key": "m", "page_token": "", "max_results": 3}
    assert triples(api.read(ONE, params)["metrics"]) == by_time(POINTS)[:3]


@pytest.mark.parametrize("token", ["abc", "x"])
@pytest.mark.parametrize("run", ["nope", None])
def test_bad_token(api, filled, token, run):
    for more in ({}, {"max_results": 2}):
        r = api.get(ONE, {"run_id": run or filled, "metric_key": "m", "page_token": token, **more})
        bad(r, "Invalid page token, could not base64-decode")


@pytest.mark.parametrize("size", [0, -1])
@pytest.mark.parametrize("run", ["nope", None])
def test_size_not_positive(api, filled, size, run):
    r = api.get(ONE, {"run_id": run or filled, "metric_key": "m", "max_results": size})
    bad(r, f"Invalid value {size} for parameter 'max_results' supplied."
           " It must be a positive integer.")


@pytest.mark.parametrize("size", ["x", "", "1.5"])
def test_size_not_a_number(api, filled, on_cairn, size):
    """Ignored by the reference; Cairn may refuse it (decision d)."""
    r = api.get(ONE, {"run_id": filled, "metric_key": "m", "max_results": size})
    if on_cairn and r.status_code == 400:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains="'max_results'")
    else:
        assert triples(r.json()["metrics"]) == by_time(POINTS)


def test_all_of_a_long_history_at_once(api, run, sql):
    """No cap without max_results, nor with a large one."""
    points = [(s, s, float(s)) for s in range(26000)]
    sql("INSERT INTO metrics (`key`, value, timestamp, run_uuid, step, is_nan)"
        " SELECT 'm', seq, seq, %s, seq, 0 FROM seq_0_to_25999", (run,))
    assert triples(api.read(ONE, {"run_id": run, "metric_key": "m"})["metrics"]) == points
    answer = api.read(ONE, {"run_id": run, "metric_key": "m", "max_results": 25500})
    assert triples(answer["metrics"]) == points[:25500]
    rest = api.read(ONE, {
        "run_id": run, "metric_key": "m", "page_token": answer["next_page_token"],
    })
    assert triples(rest["metrics"]) == points[25500:]


SPECIAL = [(1, 1, "NaN"), (1, 1, "-Infinity"), (1, 1, 0.5), (1, 1, -0.0), (1, 1, "Infinity"),
           (1, 1, 5e-324)]


def test_special_values(api, run):
    """NaN sorts as the 0 it is stored as, so beside 0."""
    log(api, run, SPECIAL)
    found = api.read(ONE, {"run_id": run, "metric_key": "m"})["metrics"]
    values = [m["value"] for m in found]
    assert values[0] == -MAX and values[3:] == [5e-324, 0.5, MAX]
    assert sorted(map(str, values[1:3])) == ["0.0", "NaN"]


def test_deleted_runs_are_told(api, run):
    log(api, run, POINTS[:2])
    api.ok("runs/delete", {"run_id": run})
    assert len(api.read(ONE, {"run_id": run, "metric_key": "m"})["metrics"]) == 2
    bulk = api.read(BULK, {"run_id": run, "metric_key": "m"}, prefix="ajax-api")
    assert len(bulk["metrics"]) == 2
    assert len(api.read(INTERVAL, {"run_ids": run, "metric_key": "m"})["metrics"]) == 2


# --- get-history-bulk -------------------------------------------------------


def bulk(api, *params):
    return api.get(BULK, list(params), prefix="ajax-api")


@pytest.fixture(scope="module")
def two(api):
    """Two runs in order of id, with 4 and 3 points."""
    experiment = api.new_experiment()
    runs = sorted([api.new_run(experiment), api.new_run(experiment)])
    log(api, runs[0], [(0, 5, 1.0), (1, 4, 2.0), (1, 4, 1.0), (0, 4, 9.0)])
    log(api, runs[1], [(5, 1, 1.0), (6, 0, 1.0), (7, 0, 0.0)])
    return runs


def test_bulk_order_is_run_timestamp_step_value(api, two):
    first, second = two
    r = bulk(api, ("run_id", second), ("run_id", first), ("run_id", "nope"), ("metric_key", "m"))
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    assert r.json() == {"metrics": [
        {"key": "m", "run_id": run, "step": s, "timestamp": t, "value": v}
        for run, s, t, v in [
            (first, 0, 4, 9.0), (first, 1, 4, 1.0), (first, 1, 4, 2.0), (first, 0, 5, 1.0),
            (second, 6, 0, 1.0), (second, 7, 0, 0.0), (second, 5, 1, 1.0),
        ]
    ]}


def test_bulk_max_results_counts_over_all_runs(api, two):
    r = bulk(api, *(("run_id", x) for x in two), ("metric_key", "m"), ("max_results", "5"))
    assert [m["run_id"] for m in r.json()["metrics"]] == [two[0]] * 4 + [two[1]]


def test_bulk_repeated_run_is_one(api, two):
    r = bulk(api, ("run_id", two[0]), ("run_id", two[0]), ("metric_key", "m"))
    assert len(r.json()["metrics"]) == 4


def test_bulk_nan_is_bare(api, run):
    log(api, run, [(1, 1, "NaN"), (2, 2, "Infinity")])
    r = bulk(api, ("run_id", run), ("metric_key", "m"))
    assert '"value":NaN' in r.text.replace(" ", "")
    values = [m["value"] for m in r.json()["metrics"]]
    assert math.isnan(values[0]) and values[1] == MAX


@pytest.mark.parametrize("params", [
    [("run_id", "nope"), ("metric_key", "m")], [("run_id", "R"), ("metric_key", "")],
    [("run_id", ""), ("metric_key", "m")], [("run_id", "R"), ("metric_key", "other")],
    [("run_id", f"x{i}") for i in range(100)] + [("metric_key", "m")],
    [("run_id", "R"), ("metric_key", "m"), ("max_results", "0")],
])
def test_bulk_nothing(api, two, params):
    r = bulk(api, *((k, v.replace("R", two[0])) for k, v in params))
    assert (r.status_code, r.json()) == (200, {"metrics": []})


HUNDRED_ONE = [("run_id", f"x{i}") for i in range(101)]


@pytest.mark.parametrize("params, message", [
    ([], "GetMetricHistoryBulk request must specify at least one run_id."),
    ([("metric_key", "m")], "GetMetricHistoryBulk request must specify at least one run_id."),
    ([("run_ids", "x"), ("metric_key", "m")],
     "GetMetricHistoryBulk request must specify at least one run_id."),
    ([("run_uuid", "x"), ("metric_key", "m")],
     "GetMetricHistoryBulk request must specify at least one run_id."),
    ([("run_id", "x")], "GetMetricHistoryBulk request must specify a metric_key."),
    (HUNDRED_ONE,
     "GetMetricHistoryBulk request cannot specify more than 100 run_ids."
     " Received 101 run_ids."),
    (HUNDRED_ONE + [("metric_key", "m")],
     "GetMetricHistoryBulk request cannot specify more than 100 run_ids."
     " Received 101 run_ids."),
])
def test_bulk_refused(api, params, message):
    bad(bulk(api, *params), message)


@pytest.mark.parametrize("size", ["x", "", "1.5"])
def test_bulk_size_not_a_number(api, two, on_cairn, size):
    r = bulk(api, ("run_id", two[0]), ("metric_key", "m"), ("max_results", size))
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains="max_results")
    else:
        assert r.status_code == 500


def test_bulk_negative_size(api, two, on_cairn):
    r = bulk(api, ("run_id", two[0]), ("metric_key", "m"), ("max_results", "-1"))
    check_constraint(r, on_cairn, names=["max_results"])


def test_bulk_is_ajax_only_and_get_only(api, two):
    r = api.get(BULK, {"run_id": two[0], "metric_key": "m"})
    assert r.status_code == 404 and r.headers["content-type"].startswith("text/html")
    r = api.post(BULK, {"run_id": [two[0]], "metric_key": "m"}, prefix="ajax-api")
    assert r.status_code == 405 and "GET" in r.headers["allow"]


# --- get-history-bulk-interval ----------------------------------------------


def interval(api, runs, key="m", prefix="api", **kw):
    params = [("run_ids", r) for r in runs] + [("metric_key", key)] + list(kw.items())
    return api.get(INTERVAL, params, prefix=prefix)


def rows(r):
    assert r.status_code == 200, r.text
    return [(m["run_id"], m["step"], m["timestamp"], m["value"]) for m in r.json()["metrics"]]


def sample(points, size, low=None, high=None):
    """Of a run's points: the first of each of `size` equal buckets, and the last point.

    The buckets are SQL's NTILE: the first ones take what is left over.
    """
    points = sorted(p for p in points if low is None or low <= p[0] <= high)
    if len(points) <= size:
        return points
    least, over = divmod(len(points), size)
    starts = [i * least + min(i, over) for i in range(size)]
    return [points[i] for i in starts[:-1]] + [points[-1]]


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_interval_whole(api, two, prefix):
    first, second = two
    r = interval(api, [second, "nope", first], prefix=prefix)
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    assert r.json() == {"metrics": [
        {"key": "m", "value": v, "timestamp": t, "step": s, "run_id": run}
        for run, s, t, v in [
            (second, 5, 1, 1.0), (second, 6, 0, 1.0), (second, 7, 0, 0.0),
            (first, 0, 4, 9.0), (first, 0, 5, 1.0), (first, 1, 4, 1.0), (first, 1, 4, 2.0),
        ]
    ]}


def test_interval_repeated_run_repeats(api, two):
    assert len(rows(interval(api, [two[0], two[0]]))) == 8


@pytest.mark.parametrize("runs, key", [(["nope"], "m"), ([""], "m"), (None, "other")])
def test_interval_nothing(api, two, runs, key):
    r = interval(api, runs or two, key)
    assert (r.status_code, r.json()) == (200, {})


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9, 10, 11, 12, 13])
def test_interval_small_samples(api, filled, size):
    got = [row[1:] for row in rows(interval(api, [filled], max_results=size))]
    assert got == sample(POINTS, size)
    assert len(got) == min(size, len(POINTS))


@pytest.fixture(scope="module")
def long(api):
    """Two runs with many points: ragged steps, several points on a step."""
    dice = random.Random(4)
    experiment = api.new_experiment()
    a = {(s, dice.randrange(9), float(dice.randrange(-9, 9)))
         for s in dice.choices(range(-50, 5000), k=1600)}
    b = {(s, 1, float(s)) for s in dice.sample(range(1000, 9000), 900)}
    filled = {}
    for points in (a, b):
        run = api.new_run(experiment)
        log(api, run, sorted(points, key=lambda p: dice.random()))
        filled[run] = points
    return filled


@pytest.mark.parametrize("low, high", [
    (None, None), (0, 3000), (1000, 4999), (8000, 9000), (-50, -50),
])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 320, 899, 900, 901, 1599, 2500])
def test_interval_samples_each_run_by_itself(api, long, size, low, high):
    window = {} if low is None else {"start_step": low, "end_step": high}
    r = interval(api, list(long), max_results=size, **window)
    want = [
        (run, *point)
        for run, points in long.items() for point in sample(points, size, low, high)
    ]
    assert (rows(r) if r.json() else []) == want


def test_interval_default_is_2500_for_each_run(api):
    experiment = api.new_experiment()
    runs = [api.new_run(experiment) for _ in range(2)]
    points = [(s, 0, float(s)) for s in range(2600)]
    for run in runs:
        log(api, run, points)
    want = [(run, *p) for run in runs for p in sample(points, 2500)]
    assert rows(interval(api, runs)) == want and len(want) == 5000


def test_interval_special_values(api, run):
    log(api, run, SPECIAL)
    values = [m["value"] for m in interval(api, [run]).json()["metrics"]]
    assert values[0] == -MAX and values[3:] == [5e-324, 0.5, MAX]
    assert sorted(map(str, values[1:3])) == ["0.0", "NaN"]


@pytest.mark.parametrize("params, parameter", [
    ([], "run_ids"), ([("metric_key", "m")], "run_ids"),
    ([("run_id", "x"), ("metric_key", "m")], "run_ids"),
    ([("run_ids", "x")], "metric_key"), ([("run_ids", "x"), ("metric_key", "")], "metric_key"),
])
def test_interval_missing(api, params, parameter):
    check_missing(api.get(INTERVAL, params), parameter)


EITHER = "If either start step or end step are specified, both must be specified."


@pytest.mark.parametrize("params, message", [
    ({"max_results": 0}, "max_results must be between 1 and 2500." + DOCS),
    ({"max_results": -1}, "max_results must be between 1 and 2500." + DOCS),
    ({"max_results": 2501}, "max_results must be between 1 and 2500." + DOCS),
    ({"start_step": 1}, EITHER),
    ({"end_step": 0}, EITHER),
    ({"start_step": 3, "end_step": 1},
     "end_step must be greater than start_step. Found start_step=3 and end_step=1."),
])
def test_interval_refused(api, filled, params, message):
    bad(interval(api, [filled], **params), message)


@pytest.mark.parametrize("field", ["max_results", "start_step", "end_step"])
@pytest.mark.parametrize("text", ["x", "1.5", ""])
def test_interval_not_a_number(api, filled, field, text):
    params = {"start_step": 0, "end_step": 9, field: text}
    bad(interval(api, [filled], **params),
        f"Invalid value \"{text}\" for parameter '{field}' supplied:"
        f"  Hint: Value was of type 'str'.{DOCS}")


def test_interval_more_than_100_runs(api):
    text = ("GetMetricHistoryBulkInterval request must specify at most 100 run_ids."
            " Received 101 run_ids." + DOCS)
    bad(interval(api, [f"x{i}" for i in range(101)]), text)
    bad(interval(api, [f"x{i}" for i in range(101)], max_results=0), text)
    r = interval(api, [f"x{i}" for i in range(100)])
    assert (r.status_code, r.json()) == (200, {})
