"""Assessments of traces: feedback, expectations, issues; bad input for each."""

import json

import pytest
from conftest import check_constraint, check_error, check_missing
from test_traces import V3, exp, fine, get, missing, trace  # noqa: F401

HUMAN = {"source_type": "HUMAN", "source_id": "ann"}


def post(api, trace, **body):
    return api.post(f"traces/{trace}/assessments", {"assessment": body}, **V3)


def add(api, trace, **body):
    r = post(api, trace, **{"assessment_name": "q", "source": HUMAN, **body})
    assert r.status_code == 200, r.text
    return r.json()["assessment"]


def patch(api, trace, a, mask, **body):
    return api.call("PATCH", f"traces/{trace}/assessments/{a['assessment_id']}",
                    json={"assessment": body, "update_mask": mask}, **V3)


def read(api, trace, assessment_id):
    return api.get(f"traces/{trace}/assessments/{assessment_id}", **V3)


@pytest.mark.parametrize("value, stored, number, numeric", [
    ("yes", '"yes"', 1.0, 0), (" No ", '" No "', 0.0, 0), ("maybe", '"maybe"', None, 0),
    (True, "true", 1.0, 0), (False, "false", 0.0, 0), (5, "5.0", 5.0, 1), (0.25, "0.25", 0.25, 1),
    (None, "null", None, 0), ([1, "é"], '[1.0, "\\u00e9"]', None, 0), ({"a": 1}, '{"a": 1.0}', None, 0),
])
def test_feedback(api, trace, sql, value, stored, number, numeric):
    a = add(api, trace, feedback={"value": value}, rationale="why", metadata={"m": "1"}, span_id="s1")
    assert a["feedback"] == {"value": json.loads(stored)}
    assert (a["trace_id"], a["valid"], a["rationale"], a["metadata"], a["span_id"]) == \
        (trace, True, "why", {"m": "1"}, "s1")
    assert read(api, trace, a["assessment_id"]).json() == {"assessment": a}
    assert get(api, trace)["assessments"] == [a]
    [row] = sql("SELECT value, aggregate_value, is_numeric_value, trace_timestamp_ms, assessment_type "
                "FROM assessments WHERE assessment_id = %s", [a["assessment_id"]])
    assert row == (stored, number, numeric, 1700000000123, "feedback")


def test_times_and_ids(api, trace):
    a = add(api, trace, assessment_id="a-own-" + trace[:20], feedback={"value": 1},
            create_time="2023-11-14T22:13:21.000Z", last_update_time="2023-11-14T22:13:22.5Z",
            valid=False, trace_id="ignored")
    assert (a["create_time"], a["last_update_time"]) == ("2023-11-14T22:13:21Z", "2023-11-14T22:13:22.500Z")
    assert a["valid"] and a["trace_id"] == trace and a["assessment_id"].startswith("a-own-")


def test_an_error(api, trace):
    a = add(api, trace, feedback={"error": {"error_code": "E1", "error_message": "bad"}})
    assert a["feedback"] == {"value": None, "error": {"error_code": "E1", "error_message": "bad"}}


def test_expectations(api, trace):
    assert add(api, trace, expectation={"value": 5})["expectation"] == {"value": 5.0}
    for value, text in (([1, 2], "[1.0, 2.0]"), ({"k": "v"}, '{"k": "v"}')):
        got = add(api, trace, expectation={"value": value})["expectation"]
        assert got == {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": text}}
    text = '{"z": 1}'
    got = add(api, trace, expectation={"serialized_value": {"serialization_format": "JSON_FORMAT",
                                                           "value": text}})["expectation"]
    assert got["serialized_value"]["value"] == text


def test_issues(api, trace, sql):
    a = add(api, trace, assessment_name="iss-1", issue={"issue_name": "Bad tone"})
    assert a["issue"] == {"issue_name": "Bad tone"}
    assert sql("SELECT assessment_type, value FROM assessments WHERE assessment_id = %s",
               [a["assessment_id"]])[0] == ("issue", '{"issue_name": "Bad tone"}')


def test_update(api, trace):
    a = add(api, trace, feedback={"value": 1}, metadata={"m": "1"}, rationale="r")
    b = patch(api, trace, a, "assessmentName,feedback", assessment_name="q2",
              feedback={"value": "yes"}, rationale="unread").json()["assessment"]
    assert (b["assessment_name"], b["feedback"], b["rationale"]) == ("q2", {"value": "yes"}, "r")
    assert b["last_update_time"] > a["last_update_time"] and b["create_time"] == a["create_time"]
    b = patch(api, trace, a, "metadata,rationale", metadata={"n": "2"}, rationale="").json()["assessment"]
    assert (b["metadata"], b["rationale"]) == ({"m": "1", "n": "2"}, "")
    assert read(api, trace, a["assessment_id"]).json() == {"assessment": b}
    b = patch(api, trace, a, "nothing,assessment_name", assessment_name="no").json()["assessment"]
    assert b["assessment_name"] == "q2"
    b = patch(api, trace, a, "feedback").json()["assessment"]
    assert b["feedback"] == {"value": None}


def test_update_of_a_name_keeps_the_number(api, trace, sql):
    a = add(api, trace, feedback={"value": 7})
    patch(api, trace, a, "assessmentName", assessment_name="n")
    assert sql("SELECT aggregate_value, is_numeric_value FROM assessments WHERE assessment_id = %s",
               [a["assessment_id"]])[0] == (7.0, 1)


def test_update_refused(api, trace, either):
    a, e = add(api, trace, feedback={"value": 1}), add(api, trace, expectation={"value": 1})
    path = f"traces/{trace}/assessments/{a['assessment_id']}"
    check_missing(api.call("PATCH", path, json={"update_mask": "feedback"}, **V3), "assessment")
    for mask in ({}, {"update_mask": ""}):
        check_missing(api.call("PATCH", path, json={"assessment": {"feedback": {"value": 1}}, **mask}, **V3),
                      "update_mask")
    check_error(patch(api, trace, a, "expectation", expectation={"value": 1}), 400,
                "INVALID_PARAMETER_VALUE", "Cannot update expectation value on a Feedback assessment.")
    check_error(patch(api, trace, e, "feedback", feedback={"value": 1}), 400,
                "INVALID_PARAMETER_VALUE", "Cannot update feedback value on an Expectation assessment.")
    i = add(api, trace, assessment_name="i", issue={"issue_name": "x"})
    check_error(patch(api, trace, i, "feedback", feedback={"value": 1}), 400,
                "INVALID_PARAMETER_VALUE", "Cannot update feedback value on an Expectation assessment.")
    r = patch(api, trace, i, "rationale", rationale="x")
    assert r.status_code == either(cairn=200, mlflow=500)


def test_overrides(api, trace):
    a = add(api, trace, feedback={"value": 1})
    b = add(api, trace, feedback={"value": 2}, overrides=a["assessment_id"])
    assert b["overrides"] == a["assessment_id"]
    assert read(api, trace, a["assessment_id"]).json()["assessment"]["valid"] is False
    fine(api.call("DELETE", f"traces/{trace}/assessments/{b['assessment_id']}", **V3))
    assert read(api, trace, a["assessment_id"]).json()["assessment"]["valid"] is True
    check_error(post(api, trace, assessment_name="q", feedback={"value": 1}, overrides="a-nope"), 404,
                "RESOURCE_DOES_NOT_EXIST", f"Assessment with ID 'a-nope' not found for trace '{trace}'")


def test_delete(api, trace):
    a = add(api, trace, feedback={"value": 1})
    path = f"traces/{trace}/assessments/{a['assessment_id']}"
    fine(api.call("DELETE", path, **V3))
    fine(api.call("DELETE", path, **V3))
    fine(api.call("DELETE", "traces/nosuch/assessments/a-x", **V3))
    check_error(read(api, trace, a["assessment_id"]), 404, "RESOURCE_DOES_NOT_EXIST",
                f"Assessment with ID '{a['assessment_id']}' not found for trace '{trace}'")
    check_error(read(api, "nosuch", "a"), 404, "RESOURCE_DOES_NOT_EXIST",
                "Trace with request_id 'nosuch' not found")


def test_create_refused(api, trace, either, on_cairn):
    check_missing(api.post(f"traces/{trace}/assessments", {}, **V3), "assessment")
    check_error(post(api, trace), 400, "INVALID_PARAMETER_VALUE", "Unknown assessment type: None")
    missing(post(api, "nosuch", assessment_name="q", feedback={"value": 1}), "nosuch")
    for expectation in ({}, {"value": None}):
        check_error(post(api, trace, expectation=expectation), 400, "INVALID_PARAMETER_VALUE",
                    "The `value` field must be specified.")
    check_error(post(api, trace, expectation={"serialized_value": {"serialization_format": "XX", "value": "1"}}),
                400, "INVALID_PARAMETER_VALUE",
                "Unknown serialization format: XX. Only JSON_FORMAT is supported.")
    a = add(api, trace, feedback={"value": 1})
    r = post(api, trace, assessment_id=a["assessment_id"], feedback={"value": 1})
    assert r.status_code == either(cairn=400, mlflow=500), r.text
    for kw, name in (({"assessment_name": "n" * 251}, "assessment_name"), ({"span_id": "s" * 51}, "span_id"),
                     ({"source": {"source_type": "HUMAN", "source_id": "s" * 251}}, "source_id")):
        check_constraint(post(api, trace, **{"feedback": {"value": 1}, **kw}), on_cairn, names=[name])


@pytest.mark.parametrize("body", [
    {"feedback": {"value": 1}, "expectation": {"value": 2}},
    {"feedback": {"value": 1}, "metadata": {"a": 5}},
    {"feedback": {"value": 1}, "source": {"source_type": "ROBOT"}},
    {"feedback": {"value": 1}, "create_time": "yesterday"},
])
def test_malformed_members(api, trace, either, body):
    """Decision d: the reference drops what it cannot read."""
    assert post(api, trace, **body).status_code == either(cairn=400, mlflow=200)


@pytest.mark.cairn_only("the reference answers 500, or drops what it cannot read")
@pytest.mark.parametrize("value", ["[NaN, 1]", '{"a": [1e400]}', "-Infinity"])
@pytest.mark.parametrize("kind", ["feedback", "expectation"])
def test_numbers_that_json_has_not(api, trace, kind, value):
    """The client could not read the page of a search with such a trace."""
    body = '{"assessment": {"assessment_name": "q", "source": {"source_type": "HUMAN"}, "%s": {"value": %s}}}'
    r = api.raw(f"traces/{trace}/assessments", (body % (kind, value)).encode(), **V3)
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts="Invalid value for parameter 'assessment." + kind)
    assert "assessments" not in get(api, trace)


@pytest.mark.cairn_only("the reference drops what it cannot read")
@pytest.mark.parametrize("given", [{"k": None}, {"k": {"x": 1}}, {"a": 1}])
def test_metadata_that_is_none(api, trace, given):
    a = add(api, trace, feedback={"value": 1}, metadata={"k": "v"})
    r = patch(api, trace, a, "metadata", metadata=given)
    assert r.status_code == 400, r.text
    assert read(api, trace, a["assessment_id"]).json()["assessment"]["metadata"] == {"k": "v"}


def test_metadata_is_merged(api, trace):
    a = add(api, trace, feedback={"value": 1}, metadata={"k": "v", "l": "w"})
    r = patch(api, trace, a, "metadata", metadata={"l": "x", "m": "y"})
    assert r.status_code == 200, r.text
    assert r.json()["assessment"]["metadata"] == {"k": "v", "l": "x", "m": "y"}
