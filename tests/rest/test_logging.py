"""Metrics, params and tags: log-metric, log-parameter, set-tag, delete-tag, log-batch."""

import json
import math

import pytest
from conftest import (
    check_constraint, check_error, check_missing, check_refused, check_type,
)

MAX = 1.7976931348623157e308
CHARACTERS = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.),"
    " spaces ( ), colon(:) and slashes (/)."
)
RESOLVES = (
    "Names may be treated as files in certain cases, and must not resolve to other"
    " names when treated as such. This name would resolve to "
)
NEGATIVE = "Timestamp must be a nonnegative long (64-bit integer) "


@pytest.fixture(scope="module")
def home(api):
    """The experiment of all runs here; it only holds them."""
    return api.new_experiment()


@pytest.fixture
def run(api, home):
    return api.new_run(home)


def data(api, run):
    """What a run holds: metrics, params, tags without the name, as dictionaries."""
    found = api.get_run(run)["data"]
    return (
        {m["key"]: (m["value"], m["timestamp"], m["step"]) for m in found.get("metrics", [])},
        {p["key"]: p["value"] for p in found.get("params", [])},
        {t["key"]: t["value"] for t in found.get("tags", []) if t["key"] != "mlflow.runName"},
    )


def metric(api, run, value="1.5", timestamp="5", step="2", key='"m"'):
    """log-metric with members as JSON texts; None leaves one out."""
    members = {"key": key, "value": value, "timestamp": timestamp, "step": step}
    text = "".join(f',"{k}":{v}' for k, v in members.items() if v is not None)
    return api.raw("runs/log-metric", f'{{"run_id":"{run}"{text}}}')


def batch(api, run, text):
    """log-batch with further members as JSON text."""
    return api.raw("runs/log-batch", f'{{"run_id":"{run}",{text}}}')


def fine(r):
    assert (r.status_code, r.json()) == (200, {}), r.text
    assert r.headers["content-type"] == "application/json"


def bad(r, message):
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


# --- one metric -------------------------------------------------------------


@pytest.mark.parametrize("text, value", [
    ("1.5", 1.5), ("3", 3.0), ("-7", -7.0), ("0", 0.0), ("0.1", 0.1), ("true", 1.0),
    ("false", 0.0), ('"1.5"', 1.5), ('" 1"', 1.0), ('"1e-5"', 1e-05),
    ("0.30000000000000004", 0.30000000000000004), ("1e16", 1e16), ("1e-320", 1e-320),
    ("5e-324", 5e-324), ("2.2250738585072014e-308", 2.2250738585072014e-308),
    ("1.7976931348623157e308", MAX), ("-1.7976931348623157e308", -MAX),
    ("12345678901234567890", 12345678901234567890.0), ("9007199254740993", 9007199254740992.0),
    ('"Infinity"', MAX), ('"-Infinity"', -MAX), ('"inf"', MAX), ('"-inf"', -MAX),
    ('"1e400"', MAX), ('"NaN"', "NaN"),
])
def test_values(api, run, text, value):
    fine(metric(api, run, value=text))
    assert data(api, run)[0] == {"m": (value, 5, 2)}


@pytest.mark.parametrize("text", ["-0.0", '"-0.0"', "-0", "-1e-400"])
def test_minus_zero_is_zero(api, run, text):
    fine(metric(api, run, value=text))
    value = data(api, run)[0]["m"][0]
    assert value == 0 and math.copysign(1, value) == 1


def test_numbers_keep_their_form(api, run):
    for i, text in enumerate(["3", "1e16", "1e-5", "5e-324", "123456.789"]):
        metric(api, run, value=text, key=f'"m{i}"')
    shown = api.get("runs/get", {"run_id": run}).text
    for text in ("3.0", "1e+16", "1e-05", "5e-324", "123456.789"):
        assert f'"value":{text},' in shown.replace('": ', '":'), text


@pytest.mark.parametrize("text, value", [
    ("NaN", "NaN"), ("Infinity", MAX), ("-Infinity", -MAX),
])
def test_bare_literals(api, run, either, text, value):
    fine(metric(api, run, value=text))
    assert data(api, run)[0] == either(cairn={"m": (value, 5, 2)}, mlflow={"m": (0.0, 0, 0)})


@pytest.mark.parametrize("text, told", [
    ("1e400", "1e400"), ("-1e400", "-1e400"), ('"nan"', '"nan"'),
])
def test_value_lost(api, run, on_cairn, text, told):
    r = metric(api, run, value=text)
    if on_cairn and text == '"nan"' and r.status_code == 200:  # taken like "NaN"
        assert data(api, run)[0] == {"m": ("NaN", 5, 2)}
    elif on_cairn:
        check_refused(r, "value", told)
        assert data(api, run)[0] == {}
    else:
        fine(r)
        assert data(api, run)[0] == {"m": (0.0, 0, 0)}


@pytest.mark.parametrize("text, pytype", [('"x"', "str"), ('"0x10"', "str"), ('"1,5"', "str")])
def test_value_refused(api, run, text, pytype):
    check_type(metric(api, run, value=text), "value", text, pytype)
    assert data(api, run)[0] == {}


@pytest.mark.parametrize("field", ["value", "timestamp", "step"])
@pytest.mark.parametrize("text", ["[]", "{}", "[1]"])
def test_number_given_a_container(api, run, on_cairn, field, text):
    r = metric(api, run, **{field: text})
    if on_cairn:
        check_refused(r, field, text)
    else:
        assert r.status_code == 500
    assert data(api, run)[0] == {}


@pytest.mark.parametrize("field, text", [
    ("key", None), ("key", "null"), ("key", '""'),
    ("value", None), ("value", "null"), ("value", '""'),
    ("timestamp", None), ("timestamp", "null"),
])
def test_metric_missing(api, run, field, text):
    check_missing(metric(api, run, **{field: text}), field)
    assert data(api, run)[0] == {}


@pytest.mark.parametrize("body, parameter", [
    ({}, "run_id"), ({"run_id": ""}, "run_id"), ({"run_id": None, "key": "m"}, "run_id"),
    ({"run_id": "nope"}, "key"), ({"run_id": "nope", "key": "a$"}, "value"),
    ({"run_id": "nope", "key": "a$", "value": 1}, "timestamp"),
])
def test_metric_missing_in_order(api, body, parameter):
    check_missing(api.post("runs/log-metric", body), parameter)


@pytest.mark.parametrize("text, stored", [
    ("0", 0), ("1.0", 1), ('"7"', 7), ("1e3", 1000),
    ("9223372036854775807", 9223372036854775807),
])
def test_timestamps(api, run, text, stored):
    fine(metric(api, run, timestamp=text))
    assert data(api, run)[0] == {"m": (1.5, stored, 2)}


@pytest.mark.parametrize("text, stored", [
    (None, 0), ("null", 0), ("-3", -3), ("1.0", 1), ('"7"', 7),
    ("9223372036854775807", 9223372036854775807),
    ("-9223372036854775808", -9223372036854775808),
])
def test_steps(api, run, text, stored):
    fine(metric(api, run, step=text))
    assert data(api, run)[0] == {"m": (1.5, 5, stored)}


@pytest.mark.parametrize("field", ["timestamp", "step"])
@pytest.mark.parametrize("text", ['""', '"x"', '"1.5"'])
def test_integers_refused(api, run, field, text):
    check_type(metric(api, run, **{field: text}), field, text, "str")
    assert data(api, run)[0] == {}


@pytest.mark.parametrize("field, text", [
    ("timestamp", "1.5"), ("timestamp", "true"), ("timestamp", "9223372036854775808"),
    ("step", "1.5"), ("step", "true"), ("step", "9223372036854775808"),
    ("step", "-9223372036854775809"),
])
def test_integers_lost(api, run, on_cairn, field, text):
    """The reference drops the member and all that follow it in the body."""
    r = metric(api, run, **{field: text})
    if on_cairn:
        check_refused(r, field, text)
        assert data(api, run)[0] == {}
    else:
        fine(r)
        assert data(api, run)[0] == {"m": (1.5, 5 if field == "step" else 0, 0)}


@pytest.mark.parametrize("value, pytype", [
    ("5", "int"), ("1.5", "float"), ("true", "bool"), ("[]", "list"), ("{}", "dict"),
])
def test_texts_given_something_else(api, run, value, pytype):
    ids = f'"run_id":"{run}"'
    for path, body, field in [
        ("log-metric", f'{{"run_id":{value}}}', "run_id"),
        ("log-metric", f'{{{ids},"key":{value},"value":1,"timestamp":1}}', "key"),
        ("log-metric", f'{{{ids},"key":"m","value":1,"timestamp":1,"model_id":{value}}}',
         "model_id"),
        ("log-parameter", f'{{"run_id":{value}}}', "run_id"),
        ("log-parameter", f'{{{ids},"key":{value}}}', "key"),
        ("log-parameter", f'{{{ids},"key":"p","value":{value}}}', "value"),
        ("set-tag", f'{{"run_id":{value}}}', "run_id"),
        ("set-tag", f'{{{ids},"key":{value}}}', "key"),
        ("set-tag", f'{{{ids},"key":"t","value":{value}}}', "value"),
        ("delete-tag", f'{{"run_id":{value}}}', "run_id"),
        ("delete-tag", f'{{{ids},"key":{value}}}', "key"),
        ("log-batch", f'{{"run_id":{value}}}', "run_id"),
    ]:
        check_type(api.raw("runs/" + path, body), field, value, pytype)
    assert data(api, run) == ({}, {}, {})


def test_first_wrong_field_of_the_api(api):
    """Not the first of the body."""
    r = api.raw("runs/log-metric", '{"key":5,"value":"x","timestamp":"y","run_id":6}')
    check_type(r, "run_id", "6", "int")


def test_metric_negative_timestamp(api, run):
    bad(metric(api, run, timestamp="-1"),
        f"Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=1.5). {NEGATIVE}")
    assert data(api, run)[0] == {}


def test_duplicate_member_last_wins(api, run):
    fine(api.raw("runs/log-metric",
                 f'{{"run_id":"{run}","key":"m","value":1,"timestamp":1,"value":2}}'))
    assert data(api, run)[0] == {"m": (2.0, 1, 0)}


def test_unknown_members_are_ignored(api, run):
    api.ok("runs/log-metric", {
        "run_id": run, "key": "m", "value": 1, "timestamp": 1, "new": {"a": [1]},
    })
    assert data(api, run)[0] == {"m": (1.0, 1, 0)}


# --- names ------------------------------------------------------------------

GOOD_NAMES = ["a b", "a/b", "a:b", "a.b", "a-b_c", "é", "名", "٣", "ª", "²", " ", " a", "a ",
              "a..", "a/..b", "a/...", "a..b", ".a", "a/ b", " /a", "k" * 250, "é" * 250]
BAD_CHARACTERS = ["a$b", "a\\b", "a@", "a+b", "a,b", "a(b", "a%b", "a\tb", "a\nb", "a\u0000b",
                  "a😀", "a\u0301", "a’b", 'a"b', "$", "k" * 251 + "$"]
BAD_PATHS = [("a//b", "a/b"), ("../b", "../b"), (".", "."), ("..", ".."), ("/a", "/a"),
             ("a/", "a"), ("a/./b", "a/b"), ("a/../b", "b"), ("./a", "a"), ("a/..", "."),
             ("...", "..."), ("..a", "..a"), ("..a/b", "..a/b"), ("a/.", "a"), ("/", "/"),
             ("//", "//"), ("//a", "//a"), ("///a", "/a"), ("a///b", "a/b"), ("./", "."),
             ("../", ".."), ("a/b/../../..", ".."), ("a/../../b", "../b")]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_names(api, run, name):
    fine(metric(api, run, key=json.dumps(name)))
    api.ok("runs/log-parameter", {"run_id": run, "key": name, "value": "1"})
    api.ok("runs/set-tag", {"run_id": run, "key": name, "value": "1"})
    assert data(api, run) == ({name: (1.5, 5, 2)}, {name: "1"}, {name: "1"})


@pytest.mark.parametrize("name", BAD_CHARACTERS)
def test_bad_characters(api, run, name):
    """The message quotes the name as JSON in ASCII."""
    def told(parameter):
        return f"Invalid value {json.dumps(name)} for parameter '{parameter}' supplied: {CHARACTERS}"

    item = {"key": name, "value": "1", "timestamp": 1}
    bad(api.post("runs/log-metric", {"run_id": run, **item}), told("name"))
    bad(api.post("runs/log-parameter", {"run_id": run, **item}), told("key"))
    bad(api.post("runs/set-tag", {"run_id": run, **item}), told("key"))
    for field, path in (("metrics", "name"), ("params", "key"), ("tags", "key")):
        r = api.post("runs/log-batch", {
            "run_id": run, field: [{"key": "ok", "value": "1", "timestamp": 1}, item],
        })
        bad(r, told(f"{field}[1].{path}"))
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("name, told", BAD_PATHS)
def test_bad_paths(api, run, name, told):
    text = f"Invalid value \"{name}\" for parameter '%s' supplied: {RESOLVES}'{told}'"
    item = {"key": name, "value": "1", "timestamp": 1}
    bad(api.post("runs/log-metric", {"run_id": run, **item}), text % "name")
    bad(api.post("runs/log-parameter", {"run_id": run, **item}), text % "key")
    bad(api.post("runs/set-tag", {"run_id": run, **item}), text % "key")
    for field, path in (("metrics", "name"), ("params", "key"), ("tags", "key")):
        r = api.post("runs/log-batch", {"run_id": run, field: [item]})
        bad(r, text % f"{field}[0].{path}")
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("name", ["k" * 251, "é" * 251])
def test_long_names(api, run, name):
    item = {"key": name, "value": "1", "timestamp": 1}
    limit = " exceeds the maximum length of 250 characters"
    for path, field, told in [
        ("log-metric", None, "'Metric name'"), ("log-parameter", None, "'Param key'"),
        ("set-tag", None, "'key'"),
        ("log-batch", "metrics", "'Metric name'"), ("log-batch", "params", "'Param key'"),
        ("log-batch", "tags", "'tags[0].key'"),
    ]:
        r = api.post("runs/" + path, {"run_id": run, **({field: [item]} if field else item)})
        bad(r, told + limit)
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("path", ["log-metric", "log-parameter", "set-tag"])
def test_names_come_before_the_run(api, path):
    item = {"run_id": "nope", "value": "1", "timestamp": 1}
    r = api.post("runs/" + path, {**item, "key": "a$"})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", contains=CHARACTERS)
    r = api.post("runs/" + path, {**item, "key": "a"})
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", "Run with id=nope not found")


def test_timestamp_comes_before_the_run(api):
    r = metric(api, "nope", timestamp="-1")
    check_error(r, 400, "INVALID_PARAMETER_VALUE", contains=NEGATIVE)


@pytest.mark.parametrize("path, body, index", [
    ("log-metric", {"key": "k", "value": 1.0, "timestamp": 1}, 0),
    ("log-parameter", {"key": "k", "value": "1"}, 1),
    ("set-tag", {"key": "k", "value": "1"}, 2),
])
@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_run_uuid_and_prefix(api, run, path, body, index, prefix):
    api.ok("runs/" + path, {"run_uuid": run, **body}, prefix=prefix)
    assert list(data(api, run)[index]) == ["k"]
    api.ok("runs/" + path, {"run_id": run, "run_uuid": "nope", **body}, prefix=prefix)
    r = api.post("runs/" + path, {"run_id": "nope", "run_uuid": run, **body}, prefix=prefix)
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", "Run with id=nope not found")
    check_missing(api.post("runs/" + path, {}, prefix=prefix), "run_id")


# --- the newest point -------------------------------------------------------


@pytest.mark.parametrize("together", [False, True], ids=["singly", "batch"])
@pytest.mark.parametrize("points, newest", [
    ([(1, 5, 1), (1, 4, 9)], (1, 5, 1)),
    ([(1, 5, 1), (0, 9, 9)], (1, 5, 1)),
    ([(0, 9, 9), (1, 5, 1)], (1, 5, 1)),
    ([(1, 5, 1), (1, 5, 2)], (1, 5, 2)),
    ([(1, 5, 2), (1, 5, 1)], (1, 5, 2)),
    ([(-5, 1, 1), (-6, 9, 9)], (-5, 1, 1)),
    # NaN counts as the 0 it is stored as.
    ([(1, 5, -1), (1, 5, "NaN")], (1, 5, "NaN")),
    ([(1, 5, "NaN"), (1, 5, -1)], (1, 5, "NaN")),
    ([(1, 5, "NaN"), (1, 5, 1)], (1, 5, 1)),
    ([(1, 5, 0), (1, 5, "NaN")], (1, 5, 0)),
    ([(1, 5, "NaN"), (1, 5, 0)], (1, 5, "NaN")),
    ([(1, 5, "Infinity"), (1, 5, "NaN")], (1, 5, MAX)),
    ([(3, 1, 1), (1, 1, 1), (4, 1, 1), (2, 1, 1)], (4, 1, 1)),
])
def test_newest(api, run, together, points, newest):
    items = [{"key": "m", "step": s, "timestamp": t, "value": v} for s, t, v in points]
    if together:
        api.ok("runs/log-batch", {"run_id": run, "metrics": items})
    else:
        for item in items:
            api.ok("runs/log-metric", {"run_id": run, **item})
    step, timestamp, value = newest
    assert data(api, run)[0] == {"m": (value, timestamp, step)}


def test_repeats_are_harmless(api, run):
    items = [{"key": "m", "value": v, "timestamp": 1, "step": 0}
             for v in (1, 1, 2, "NaN", "NaN", 0, "-0.0", 1)]
    for _ in range(2):
        api.ok("runs/log-batch", {"run_id": run, "metrics": items})
    history = api.read("metrics/get-history", {"run_id": run, "metric_key": "m"})["metrics"]
    assert sorted(str(m["value"]) for m in history) == ["0.0", "1.0", "2.0", "NaN"]


# --- params -----------------------------------------------------------------


@pytest.mark.parametrize("sent, stored", [
    ({"value": "v"}, "v"), ({"value": ""}, ""), ({"value": None}, ""), ({}, ""),
    ({"value": "a\u0000b"}, "a\u0000b"), ({"value": "é😀\n\"\\\u2028/"}, "é😀\n\"\\\u2028/"),
    ({"value": "é" * 6000}, "é" * 6000), ({"value": "😀" * 6001}, "😀" * 6000),
])
def test_param_and_tag_values(api, run, sent, stored):
    fine(api.post("runs/log-parameter", {"run_id": run, "key": "k", **sent}))
    fine(api.post("runs/log-batch", {"run_id": run, "params": [{"key": "b", **sent}]}))
    assert data(api, run)[1] == {"k": stored, "b": stored}


@pytest.mark.parametrize("body, parameter", [
    ({}, "run_id"), ({"key": "p", "value": "v"}, "run_id"), ({"run_id": "nope"}, "key"),
    ({"run_id": "nope", "key": ""}, "key"), ({"run_id": "nope", "key": None}, "key"),
])
@pytest.mark.parametrize("path", ["log-parameter", "set-tag", "delete-tag"])
def test_key_value_missing(api, path, body, parameter):
    check_missing(api.post("runs/" + path, body), parameter)


def test_param_again(api, run):
    for _ in range(2):
        fine(api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"}))
    assert data(api, run)[1] == {"p": "1"}


@pytest.mark.parametrize("value", ["2", "it's", 'q" \n é', ""])
def test_param_change(api, run, value):
    api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
    bad(api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": value}),
        "Changing param values is not allowed. Param with key='p' was already logged with"
        f" value='1' for run ID='{run}'. Attempted logging new value '{value}'.")
    assert data(api, run)[1] == {"p": "1"}


def test_param_compared_after_truncation(api, run):
    for tail in ("x", "yz"):
        fine(api.post("runs/log-parameter",
                      {"run_id": run, "key": "p", "value": "v" * 6000 + tail}))
    r = api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "v" * 5999})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts="Changing param values")


@pytest.mark.parametrize("first, second", [("k", "K"), ("k", "k "), ("e", "é")])
def test_params_that_differ_by_collation(api, run, on_cairn, first, second):
    api.ok("runs/log-parameter", {"run_id": run, "key": first, "value": "1"})
    r = api.post("runs/log-parameter", {"run_id": run, "key": second, "value": "2"})
    if on_cairn:
        fine(r)
        assert data(api, run)[1] == {first: "1", second: "2"}
    else:
        check_constraint(r, on_cairn)
        assert data(api, run)[1] == {first: "1"}


@pytest.mark.parametrize("first, second", [("k", "K"), ("k", "k "), ("e", "é")])
def test_metrics_that_differ_by_collation(api, run, on_cairn, first, second):
    fine(metric(api, run, key=json.dumps(first)))
    r = metric(api, run, key=json.dumps(second), timestamp="6")
    if on_cairn:
        fine(r)
        assert list(data(api, run)[0]) == sorted([first, second])
    else:
        check_constraint(r, on_cairn)
        assert list(data(api, run)[0]) == [first]


@pytest.mark.parametrize("first, second", [("k", "K"), ("k", "k "), ("e", "é")])
def test_tags_that_differ_by_collation(api, run, on_cairn, first, second):
    for key, value in ((first, "1"), (second, "2")):
        api.ok("runs/set-tag", {"run_id": run, "key": key, "value": value})
    if on_cairn:
        assert data(api, run)[2] == {first: "1", second: "2"}
    else:  # the second has replaced the first
        assert list(data(api, run)[2].values()) == ["2"]


@pytest.mark.cairn_only("the reference says INTERNAL_ERROR after 13 s of retries")
@pytest.mark.parametrize("first, second", [("k", "K"), ("k", "k "), ("e", "é")])
def test_batch_of_tags_that_differ_by_collation(api, run, first, second):
    pair = {first: "1", second: "2"}
    api.ok("runs/log-batch", {
        "run_id": run, "tags": [{"key": k, "value": v} for k, v in pair.items()],
    })
    assert data(api, run)[2] == pair


# --- tags -------------------------------------------------------------------


@pytest.mark.parametrize("sent, stored", [
    ({"value": "v"}, "v"), ({"value": ""}, ""), ({"value": None}, ""), ({}, ""),
    ({"value": "a\u0000b"}, "a\u0000b"), ({"value": "é😀\n\"\\\u2028/"}, "é😀\n\"\\\u2028/"),
    ({"value": "é" * 8000}, "é" * 8000), ({"value": "😀" * 8001}, "😀" * 8000),
])
def test_tag_values(api, run, sent, stored):
    fine(api.post("runs/set-tag", {"run_id": run, "key": "k", **sent}))
    fine(api.post("runs/log-batch", {"run_id": run, "tags": [{"key": "b", **sent}]}))
    assert data(api, run)[2] == {"k": stored, "b": stored}


def test_tag_overwrites(api, run):
    for value in ("1", "2", ""):
        api.ok("runs/set-tag", {"run_id": run, "key": "t", "value": value})
        assert data(api, run)[2] == {"t": value}


def test_user_tag_does_not_change_the_user(api, run):
    before = api.get_run(run)["info"]
    api.ok("runs/set-tag", {"run_id": run, "key": "mlflow.user", "value": "other"})
    assert api.get_run(run)["info"] == before


def test_delete_tag(api, run):
    for key in ("a", "b"):
        api.ok("runs/set-tag", {"run_id": run, "key": key, "value": key})
    fine(api.post("runs/delete-tag", {"run_id": run, "key": "a"}))
    assert data(api, run)[2] == {"b": "b"}


@pytest.mark.parametrize("key", ["absent", "a$", "a//b"])
def test_delete_absent_tag(api, run, key):
    check_error(
        api.post("runs/delete-tag", {"run_id": run, "key": key}),
        404, "RESOURCE_DOES_NOT_EXIST", f"No tag with name: {key} in run with id {run}",
    )


@pytest.mark.parametrize("run_id, told", [({"run_id": "nope"}, "nope"), ({"run_uuid": "R"}, "")])
def test_delete_tag_of_unknown_run(api, run, run_id, told):
    api.ok("runs/set-tag", {"run_id": run, "key": "k", "value": "v"})
    ids = {k: v.replace("R", run) for k, v in run_id.items()}
    check_error(
        api.post("runs/delete-tag", {**ids, "key": "k"}),
        404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={told} not found",
    )
    assert data(api, run)[2] == {"k": "v"}


# --- log-batch --------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_batch_of_everything(api, run, prefix):
    r = api.post("runs/log-batch", {
        "run_id": run,
        "metrics": [{"key": "b", "value": 1, "timestamp": 7},
                    {"key": "a", "value": "NaN", "timestamp": 8, "step": -1, "run_id": "x"}],
        "params": [{"key": "p", "value": "1"}, {"key": "o"}],
        "tags": [{"key": "t", "value": "1"}, {"key": "s"}],
    }, prefix=prefix)
    fine(r)
    found = api.get_run(run)["data"]
    assert found["metrics"] == [
        {"key": "a", "value": "NaN", "timestamp": 8, "step": -1},
        {"key": "b", "value": 1.0, "timestamp": 7, "step": 0},
    ]
    assert found["params"] == [{"key": "o", "value": ""}, {"key": "p", "value": "1"}]
    assert [t["key"] for t in found["tags"]] == ["mlflow.runName", "s", "t"]


@pytest.mark.parametrize("body", [
    {}, {"metrics": []}, {"params": []}, {"tags": []}, {"metrics": [], "params": [], "tags": []},
])
def test_empty_batch(api, run, body):
    fine(api.post("runs/log-batch", {"run_id": run, **body}))
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("field", ["metrics", "params", "tags"])
def test_batch_null_list(api, run, on_cairn, field):
    r = batch(api, run, f'"{field}":null')
    if on_cairn:
        fine(r)
    else:
        assert r.status_code == 500


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"null", b"[]", b'{"run_id":"\xff"}'])
def test_batch_unreadable(api, on_cairn, body):
    """Only this route of the reference reads the body a second time, and fails."""
    r = api.raw("runs/log-batch", body)
    if on_cairn:
        check_missing(r, "run_id")
    else:
        assert r.status_code == 500


def test_batch_ids(api, run):
    check_missing(api.post("runs/log-batch", {}), "run_id")
    check_missing(api.post("runs/log-batch", {"run_id": ""}), "run_id")
    bad(api.post("runs/log-batch", {"run_uuid": run}),
        "Invalid value \"\" for parameter 'run_id' supplied.")
    check_error(api.post("runs/log-batch", {"run_id": "nope"}), 404,
                "RESOURCE_DOES_NOT_EXIST", "Run with id=nope not found")


@pytest.mark.parametrize("field", ["metrics", "params", "tags"])
@pytest.mark.parametrize("value, pytype", [
    ("5", "int"), ("true", "bool"), ('"x"', "str"), ("{}", "dict"),
])
def test_batch_no_list(api, run, field, value, pytype):
    check_type(batch(api, run, f'"{field}":{value}'), field, value, pytype)


@pytest.mark.parametrize("field", ["metrics", "params", "tags"])
@pytest.mark.parametrize("item", ["5", '"a"', "[]", "null"])
def test_batch_no_objects(api, run, on_cairn, field, item):
    r = batch(api, run, f'"{field}":[{item}]')
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains=field)
    else:
        assert r.status_code == 500
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("text, parameter", [
    ('"metrics":[{}]', "metrics[0].key"),
    ('"metrics":[{"key":"","value":1,"timestamp":1}]', "metrics[0].key"),
    ('"metrics":[{"key":"a"}]', "metrics[0].value"),
    ('"metrics":[{"key":"a","value":null,"timestamp":1}]', "metrics[0].value"),
    ('"metrics":[{"key":"a","value":1}]', "metrics[0].timestamp"),
    ('"metrics":[{"key":"a","value":1,"timestamp":null}]', "metrics[0].timestamp"),
    ('"metrics":[{"key":"a","value":1,"timestamp":1},{"key":"b","value":1}]',
     "metrics[1].timestamp"),
    ('"params":[{}]', "params[0].key"),
    ('"params":[{"key":"a"},{"key":""}]', "params[1].key"),
    ('"tags":[{"value":"x"}]', "tags[0].key"),
    ('"tags":[{"key":null}]', "tags[0].key"),
])
def test_batch_missing(api, run, text, parameter):
    check_missing(batch(api, run, text), parameter)
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("text, told, wrong, left", [
    ('"metrics":[{"key":"b","value":"z","timestamp":1}]', "metrics[0]", '"z"',
     ({"b": (0.0, 0, 0)}, {}, {})),
    ('"metrics":[{"key":"b","value":1,"timestamp":"x"}]', "metrics[0]", '"x"',
     ({"b": (1.0, 0, 0)}, {}, {})),
    ('"metrics":[{"key":"b","value":1,"timestamp":1.5}]', "metrics[0]", "1.5",
     ({"b": (1.0, 0, 0)}, {}, {})),
    ('"metrics":[{"key":"b","value":1,"timestamp":9223372036854775808}]', "metrics[0]",
     "9223372036854775808", ({"b": (1.0, 0, 0)}, {}, {})),
    ('"metrics":[{"key":"b","value":1,"timestamp":1,"step":"x"}]', "metrics[0]", '"x"',
     ({"b": (1.0, 1, 0)}, {}, {})),
    ('"metrics":[{"key":"b","value":1e400,"timestamp":1}],"params":[{"key":"p","value":"1"}]',
     "metrics[0]", "1e400", ({"b": (0.0, 0, 0)}, {}, {})),
    ('"params":[{"key":"p","value":5}]', "params[0]", "5", ({}, {"p": ""}, {})),
    ('"tags":[{"key":"t","value":true}]', "tags[0]", "true", ({}, {}, {"t": ""})),
])
def test_batch_lost(api, run, on_cairn, text, told, wrong, left):
    r = batch(api, run, text)
    if on_cairn:
        check_refused(r, told, wrong)
        assert data(api, run) == ({}, {}, {})
    else:
        fine(r)
        assert data(api, run) == left


@pytest.mark.parametrize("field, path", [
    ("metrics", "name"), ("params", "key"), ("tags", "key"),
])
def test_batch_key_of_wrong_type(api, run, on_cairn, field, path):
    r = batch(api, run, f'"{field}":[{{"key":5,"value":"1","timestamp":1}}]')
    if on_cairn:
        check_refused(r, f"{field}[0].", "5")
    else:
        bad(r, f"Invalid value \"\" for parameter '{field}[0].{path}' supplied: {RESOLVES}'.'")
    assert data(api, run) == ({}, {}, {})


def test_batch_negative_timestamp(api, run):
    bad(batch(api, run, '"metrics":[{"key":"a","value":1,"timestamp":1},'
                        '{"key":"b","value":2,"timestamp":-5}]'),
        "Invalid value -5 for parameter 'metrics[1].timestamp' supplied: metric 'b'"
        f" (value=2.0). {NEGATIVE}")
    assert data(api, run) == ({}, {}, {})


def points(count, key="k%d"):
    return [{"key": key % i, "value": 1, "timestamp": 1} for i in range(count)]


def pairs(count, key="k%d"):
    return [{"key": key % i, "value": "1"} for i in range(count)]


def too_many(what, limit, got):
    return (
        f"A batch logging request can contain at most {limit} {what}. Got {got} {what}."
        f" Please split up {what} across multiple requests and try again."
    )


@pytest.mark.parametrize("body, message", [
    ({"metrics": points(1001)}, too_many("metrics", 1000, 1001)),
    ({"params": pairs(101)}, too_many("params", 100, 101)),
    ({"tags": pairs(101)}, too_many("tags", 100, 101)),
    ({"metrics": points(1000), "params": pairs(1)},
     too_many("metrics, params, and tags", 1000, 1001)),
    ({"metrics": points(900), "params": pairs(60), "tags": pairs(60)},
     too_many("metrics, params, and tags", 1000, 1020)),
    ({"metrics": points(1001), "params": pairs(101)}, too_many("metrics", 1000, 1001)),
    ({"params": pairs(101), "tags": pairs(101)}, too_many("params", 100, 101)),
])
def test_batch_limits(api, run, body, message):
    bad(api.post("runs/log-batch", {"run_id": run, **body}), message)
    assert data(api, run) == ({}, {}, {})


def test_batch_full(api, run):
    fine(api.post("runs/log-batch", {
        "run_id": run, "metrics": points(800), "params": pairs(100), "tags": pairs(100),
    }))
    assert [len(d) for d in data(api, run)] == [800, 100, 100]


@pytest.mark.parametrize("body, message", [
    # names before limits
    ({"metrics": [{"key": "$", "value": 1, "timestamp": 1}] * 1001},
     f"Invalid value \"$\" for parameter 'metrics[0].name' supplied: {CHARACTERS}"),
    # metrics, then params, then tags
    ({"metrics": [{"key": "m$", "value": 1, "timestamp": 1}], "params": [{"key": "p$"}]},
     f"Invalid value \"m$\" for parameter 'metrics[0].name' supplied: {CHARACTERS}"),
    ({"params": [{"key": "p$"}], "tags": [{"key": "t$"}]},
     f"Invalid value \"p$\" for parameter 'params[0].key' supplied: {CHARACTERS}"),
    # names before duplicates, limits before duplicates
    ({"params": [{"key": "d"}, {"key": "d"}], "tags": [{"key": "t$"}]},
     f"Invalid value \"t$\" for parameter 'tags[0].key' supplied: {CHARACTERS}"),
    ({"params": [{"key": "d"}] * 101}, too_many("params", 100, 101)),
])
@pytest.mark.parametrize("known", [True, False])
def test_batch_order_of_checks(api, run, body, message, known):
    """All of them before the run is looked for."""
    bad(api.post("runs/log-batch", {"run_id": run if known else "nope", **body}), message)
    assert data(api, run) == ({}, {}, {})


@pytest.mark.parametrize("params, told", [
    ([("d", "1"), ("d", "1")], "['d']"),
    ([("d", "1"), ("d", "2"), ("e", "1"), ("f", "1"), ("e", "1")], "['d', 'e']"),
])
@pytest.mark.parametrize("known", [True, False])
def test_batch_duplicate_params(api, run, params, told, known):
    r = api.post("runs/log-batch", {
        "run_id": run if known else "nope",
        "params": [{"key": k, "value": v} for k, v in params],
    })
    bad(r, f"Duplicate parameter keys have been submitted: {told}. Please ensure the request"
           " contains only one param value per param key.")
    assert data(api, run) == ({}, {}, {})


def test_batch_duplicate_tags_last_wins(api, run):
    fine(batch(api, run, '"tags":[{"key":"t","value":"1"},{"key":"t","value":"2"}]'))
    assert data(api, run)[2] == {"t": "2"}


def test_batch_equal_params_are_fine(api, run):
    for more in ([], [{"key": "c", "value": "3"}]):
        api.ok("runs/log-batch", {"run_id": run, "params": [
            {"key": "a", "value": "1"}, {"key": "b", "value": "2"}, *more,
        ]})
    assert data(api, run)[1] == {"a": "1", "b": "2", "c": "3"}


@pytest.mark.parametrize("value, shown", [
    ("x", "'x'"), ("y'z", '"y\'z"'), ('é"', "'é\"'"), ("a'b\"c", "'a\\'b\"c'"),
    ("t\tn\nb\\", "'t\\tn\\nb\\\\'"), ("", "''"),
])
def test_batch_param_change(api, run, value, shown):
    """A Python list of dictionaries; and nothing of the batch is kept."""
    api.ok("runs/log-batch", {"run_id": run, "params": pairs(3)})
    before = data(api, run)
    r = api.post("runs/log-batch", {
        "run_id": run,
        "params": [{"key": "new", "value": "4"}, {"key": "k2", "value": "other"},
                   {"key": "k1", "value": "1"}, {"key": "k0", "value": value}],
        "metrics": points(1), "tags": pairs(1),
    })
    bad(r, "Changing param values is not allowed. Params were already logged='["
           "{'key': 'k2', 'old_value': '1', 'new_value': 'other'},"
           f" {{'key': 'k0', 'old_value': '1', 'new_value': {shown}}}]'"
           f" for run ID='{run}'.")
    assert data(api, run) == before


def test_batch_refused_by_its_last_list(api, run, either):
    """One transaction in Cairn, three in the reference."""
    r = api.post("runs/log-batch", {
        "run_id": run, "metrics": points(1), "params": pairs(1),
        "tags": [{"key": "t", "value": "1"}, {"key": "mlflow.runName", "value": "n" * 251}],
    })
    check_error(r, 400, "BAD_REQUEST")
    assert data(api, run) == either(
        cairn=({}, {}, {}), mlflow=({"k0": (1.0, 1, 0)}, {"k0": "1"}, {})
    )


def test_big_batch(api, run):
    """1.4 MB in one body."""
    tags = [{"key": f"t{i}", "value": "é" * 7000} for i in range(100)]
    fine(api.post("runs/log-batch", {"run_id": run, "tags": tags}))
    assert data(api, run)[2] == {t["key"]: t["value"] for t in tags}


# --- metrics of a model -----------------------------------------------------


@pytest.mark.parametrize("half", [{"dataset_name": "d"}, {"dataset_digest": "g"}])
def test_dataset_needs_both(api, run, half):
    text = "Both dataset_name and dataset_digest must be provided if one is provided"
    item = {"key": "m", "value": 1, "timestamp": 1, **half}
    bad(api.post("runs/log-metric", {"run_id": run, **item}), text)
    bad(api.post("runs/log-batch", {"run_id": run, "metrics": [item]}), text)
    assert data(api, run)[0] == {}


def test_unknown_model(api, run, on_cairn, either):
    item = {"key": "m", "value": 1, "timestamp": 1, "model_id": "m-none"}
    check_constraint(api.post("runs/log-metric", {"run_id": run, **item}), on_cairn,
                     names=["m-none"])
    assert data(api, run)[0] == {}
    r = api.post("runs/log-batch", {"run_id": run, "metrics": [item]})
    check_constraint(r, on_cairn, names=["m-none"])
    assert data(api, run)[0] == either(cairn={}, mlflow={"m": (1.0, 1, 0)})


def test_changed_param_is_told_as_it_would_be_stored(api, run):
    fine(api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"}))
    bad(api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "x" * 6001}),
        "Changing param values is not allowed. Param with key='p' was already logged with"
        f" value='1' for run ID='{run}'. Attempted logging new value '{'x' * 6000}'.")


@pytest.mark.parametrize("extra", [
    {"model_id": ""}, {"model_id": None}, {"dataset_name": "d", "dataset_digest": "g"},
])
def test_no_model(api, run, extra):
    item = {"key": "m", "value": 1, "timestamp": 1, **extra}
    fine(api.post("runs/log-metric", {"run_id": run, **item}))
    fine(api.post("runs/log-batch", {"run_id": run, "metrics": [{**item, "key": "n"}]}))
    assert data(api, run)[0] == {"m": (1.0, 1, 0), "n": (1.0, 1, 0)}
