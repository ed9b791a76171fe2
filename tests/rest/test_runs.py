"""Runs: create, get, update, delete, restore, log-model."""

import json
import re
import uuid

import pytest
from conftest import (
    check_constraint, check_error, check_missing, check_refused, check_type,
)

UNKNOWN = "99999999"
NAMED = "mlflow.runName"


@pytest.fixture(scope="module")
def home(api):
    """The experiment of the runs of `run` here; it only holds them."""
    return api.new_experiment()


@pytest.fixture
def run(api, home):
    return api.new_run(home)


def create(api, body, **kw):
    return api.ok("runs/create", body, **kw)["run"]


def tags(run):
    return {t["key"]: t["value"] for t in run["data"].get("tags", [])}


def not_found(r, run_id):
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={run_id} not found")


def not_active(r, run_id):
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        f"The run {run_id} must be in the 'active' state. Current state is deleted.",
    )


# --- create -----------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_create_whole_answer(api, exp, prefix):
    r = api.post("runs/create", {
        "experiment_id": exp, "user_id": "me", "start_time": 1700000000000,
        "run_name": "given", "tags": [{"key": "z", "value": "1"}, {"key": "a", "value": "é"}],
    }, prefix=prefix)
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    run = r.json()["run"]
    run_id = run["info"]["run_id"]
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    location = api.read("experiments/get", {"experiment_id": exp})
    location = location["experiment"]["artifact_location"]
    assert r.json() == {"run": {
        "info": {
            "run_uuid": run_id, "run_id": run_id, "experiment_id": exp, "run_name": "given",
            "user_id": "me", "status": "RUNNING", "start_time": 1700000000000,
            "artifact_uri": f"{location}/{run_id}/artifacts", "lifecycle_stage": "active",
        },
        "data": {"tags": [
            {"key": "z", "value": "1"}, {"key": "a", "value": "é"},
            {"key": NAMED, "value": "given"},
        ]},
        "inputs": {},
    }}


def test_get_after_create(api, exp):
    """Tags in order of key, and outputs beside inputs."""
    made = create(api, {"experiment_id": exp, "tags": [{"key": "z"}, {"key": "a"}]})
    name = made["info"]["run_name"]
    assert api.get_run(made["info"]["run_id"]) == {
        "info": made["info"],
        "data": {"tags": [
            {"key": "a", "value": ""}, {"key": NAMED, "value": name}, {"key": "z", "value": ""},
        ]},
        "inputs": {},
        "outputs": {},
    }


def test_create_bare(api, exp):
    info = create(api, {"experiment_id": exp})["info"]
    assert (info["user_id"], info["start_time"], info["status"]) == ("", 0, "RUNNING")
    assert "end_time" not in info


def test_random_names(api, exp):
    names = [create(api, {"experiment_id": exp})["info"]["run_name"] for _ in range(8)]
    for name in names:
        assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,4}", name), name
    assert len(set(names)) > 1


@pytest.mark.parametrize("name", ["", None])
def test_empty_name_is_replaced(api, exp, name):
    run = create(api, {"experiment_id": exp, "run_name": name})
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,4}", run["info"]["run_name"])
    assert tags(run) == {NAMED: run["info"]["run_name"]}


@pytest.mark.parametrize("name", [" ", "é'😀\"", "n" * 250, "é" * 250])
def test_given_names(api, exp, name):
    run = create(api, {"experiment_id": exp, "run_name": name})
    assert run["info"]["run_name"] == name
    found = api.get_run(run["info"]["run_id"])
    assert (found["info"]["run_name"], tags(found)) == (name, {NAMED: name})


def test_name_from_tag_keeps_its_place(api, exp):
    run = create(api, {
        "experiment_id": exp,
        "tags": [{"key": NAMED, "value": "bytag"}, {"key": "x", "value": "y"}],
    })
    assert run["info"]["run_name"] == "bytag"
    assert [t["key"] for t in run["data"]["tags"]] == [NAMED, "x"]


def test_name_and_equal_tag(api, exp):
    tag = {"key": NAMED, "value": "same"}
    run = create(api, {"experiment_id": exp, "run_name": "same", "tags": [tag]})
    assert (run["info"]["run_name"], run["data"]["tags"]) == ("same", [tag])


def test_name_and_different_tag(api, exp):
    r = api.post("runs/create", {
        "experiment_id": exp, "run_name": "a", "tags": [{"key": NAMED, "value": "b"}],
    })
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different"
        " values (run_name='a', mlflow.runName='b').",
    )


def test_two_name_tags(api, exp, on_cairn):
    r = api.post("runs/create", {
        "experiment_id": exp,
        "tags": [{"key": NAMED, "value": "a"}, {"key": NAMED, "value": "b"}],
    })
    check_constraint(r, on_cairn, names=[NAMED])


def test_one_tag_key_twice(api, exp, on_cairn):
    r = api.post("runs/create", {
        "experiment_id": exp, "tags": [{"key": "twice", "value": v} for v in "ab"],
    })
    check_constraint(r, on_cairn, names=["twice"])
    assert api.search(exp) == []


@pytest.mark.parametrize("key", ["a b$", "a//b", "../x", "tab\there"])
def test_create_does_not_check_tag_keys(api, exp, key):
    run = create(api, {"experiment_id": exp, "tags": [{"key": key, "value": "v"}]})
    assert tags(api.get_run(run["info"]["run_id"]))[key] == "v"


def test_user_tag_is_not_the_user(api, exp):
    run = create(api, {
        "experiment_id": exp, "user_id": "a", "tags": [{"key": "mlflow.user", "value": "b"}],
    })
    assert run["info"]["user_id"] == "a"


def test_create_ignores_what_is_not_its_own(api, exp):
    run_id = uuid.uuid4().hex
    info = create(api, {
        "experiment_id": exp, "run_id": run_id, "status": "FAILED", "end_time": 5,
        "lifecycle_stage": "deleted", "artifact_uri": "s3://x",
    })["info"]
    assert info["run_id"] != run_id
    assert (info["status"], info["lifecycle_stage"]) == ("RUNNING", "active")
    assert "end_time" not in info and info["artifact_uri"] != "s3://x"


@pytest.mark.parametrize("field, limit", [("run_name", 250), ("user_id", 256)])
def test_create_too_long(api, exp, on_cairn, field, limit):
    r = api.post("runs/create", {"experiment_id": exp, field: "x" * (limit + 1)})
    check_constraint(r, on_cairn, names=[str(limit)])
    run = create(api, {"experiment_id": exp, field: "é" * limit})
    assert run["info"][field] == "é" * limit


@pytest.mark.parametrize("tag, limit", [
    ({"key": "k", "value": "v" * 8001}, "8000"),
    ({"key": "k" * 251, "value": "v"}, "250"),
    ({"key": NAMED, "value": "v" * 251}, "250"),
])
def test_create_tag_too_long(api, exp, on_cairn, tag, limit):
    """No truncation here."""
    r = api.post("runs/create", {"experiment_id": exp, "tags": [tag]})
    check_constraint(r, on_cairn, names=[limit])
    assert api.search(exp) == []


def test_create_tag_of_8000(api, exp):
    run = create(api, {"experiment_id": exp, "tags": [{"key": "k", "value": "é" * 8000}]})
    assert tags(api.get_run(run["info"]["run_id"]))["k"] == "é" * 8000


@pytest.mark.parametrize("body", [{}, {"experiment_id": ""}, {"experiment_id": None}])
def test_create_without_experiment(api, on_cairn, body):
    check_constraint(api.post("runs/create", body), on_cairn, names=["experiment_id"])


def test_create_in_unknown_experiment(api):
    """Also told before the mismatch of names and before lengths."""
    for rest in ({}, {"run_name": "a", "tags": [{"key": NAMED, "value": "b"}]},
                 {"run_name": "x" * 300}):
        r = api.post("runs/create", {"experiment_id": UNKNOWN, **rest})
        check_error(
            r, 404, "RESOURCE_DOES_NOT_EXIST", f"No Experiment with id={UNKNOWN} exists"
        )


def test_create_with_bad_experiment_id(api):
    check_error(
        api.post("runs/create", {"experiment_id": "abc"}), 400, "INVALID_PARAMETER_VALUE",
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.",
    )


# --- types ------------------------------------------------------------------

WRONG = [("5", "int"), ("1.5", "float"), ("true", "bool"), ('["a"]', "list"), ("{}", "dict")]


@pytest.mark.parametrize("value, pytype", WRONG)
def test_wrong_type_of_texts(api, exp, run, value, pytype):
    r = api.raw("runs/create", f'{{"experiment_id":{value}}}')
    check_type(r, "experiment_id", value, pytype)
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","run_name":{value}}}')
    check_type(r, "run_name", value, pytype)
    r = api.raw("runs/update", f'{{"run_id":"{run}","run_name":{value}}}')
    check_type(r, "run_name", value, pytype)
    for path in ("update", "delete", "restore", "log-model"):
        check_type(api.raw("runs/" + path, f'{{"run_id":{value}}}'), "run_id", value, pytype)


@pytest.mark.parametrize("value", [value for value, _ in WRONG])
def test_wrong_type_of_user_id(api, exp, on_cairn, value):
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","user_id":{value}}}')
    if on_cairn:
        check_refused(r, "user_id", value)
    else:
        assert r.json()["run"]["info"]["user_id"] == ""


@pytest.mark.parametrize("value, stored", [
    ("0", 0), ("1.0", 1), ("1e3", 1000), ('"5"', 5), ('"5.0"', 5), ("-1", -1),
    ("9223372036854775807", 9223372036854775807),
    ("-9223372036854775808", -9223372036854775808), ("null", 0),
])
def test_start_time(api, exp, value, stored):
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","start_time":{value}}}')
    assert r.status_code == 200, r.text
    info = r.json()["run"]["info"]
    assert info["start_time"] == stored
    assert api.get_run(info["run_id"])["info"]["start_time"] == stored


@pytest.mark.parametrize("value, pytype", [
    ('"x"', "str"), ('""', "str"), ("NaN", "float"),
])
def test_start_and_end_time_refused(api, exp, run, value, pytype):
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","start_time":{value}}}')
    check_type(r, "start_time", value, pytype)
    r = api.raw("runs/update", f'{{"run_id":"{run}","end_time":{value}}}')
    check_type(r, "end_time", value, pytype)


@pytest.mark.parametrize("value", [
    "1.5", "true", "9223372036854775808", "-9223372036854775809",
])
def test_start_and_end_time_lost(api, exp, run, on_cairn, value):
    created = api.raw("runs/create", f'{{"experiment_id":"{exp}","start_time":{value}}}')
    updated = api.raw("runs/update", f'{{"run_id":"{run}","end_time":{value}}}')
    if on_cairn:
        check_refused(created, "start_time", value)
        check_refused(updated, "end_time", value)
        assert api.search(exp) == []
        assert "end_time" not in api.get_run(run)["info"]
    else:
        assert created.json()["run"]["info"]["start_time"] == 0
        assert "end_time" not in updated.json()["run_info"]


@pytest.mark.parametrize("value, told", [("[]", "[]"), ("{}", "{}"), ("1e400", "1e400")])
def test_start_and_end_time_fatal(api, exp, run, on_cairn, value, told):
    created = api.raw("runs/create", f'{{"experiment_id":"{exp}","start_time":{value}}}')
    updated = api.raw("runs/update", f'{{"run_id":"{run}","end_time":{value}}}')
    if on_cairn:
        check_refused(created, "start_time", told)
        check_refused(updated, "end_time", told)
    else:
        assert (created.status_code, updated.status_code) == (500, 500)
        assert created.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("value", ["{}", '"x"', "5", '{"key":"a","value":"b"}'])
def test_create_tags_no_list(api, exp, on_cairn, value):
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","tags":{value}}}')
    if on_cairn:
        check_refused(r, "tags", value)
        assert api.search(exp) == []
    else:
        assert list(tags(r.json()["run"])) == [NAMED]


@pytest.mark.parametrize("value, bad", [
    ("[5]", "5"), ('["a"]', '"a"'), ("[[]]", "[]"),
    ('[{"key":5,"value":"b"}]', "5"), ('[{"key":"a","value":5}]', "5"),
    ('[{"key":"a","value":true}]', "true"),
])
def test_create_tags_bad_items(api, exp, on_cairn, value, bad):
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","tags":{value}}}')
    if on_cairn:
        check_refused(r, "tags", bad)
        assert api.search(exp) == []
    else:
        key = "a" if '"key":"a"' in value else ""
        assert tags(r.json()["run"])[key] == ""


@pytest.mark.parametrize("value", ["null", "[]"])
def test_create_no_tags(api, exp, value):
    r = api.raw("runs/create", f'{{"experiment_id":"{exp}","tags":{value}}}')
    assert list(tags(r.json()["run"])) == [NAMED]


# --- get --------------------------------------------------------------------


@pytest.mark.parametrize("params", [{}, {"run_id": ""}, {"run_uuid": ""}])
def test_get_missing(api, params):
    check_missing(api.get("runs/get", params), "run_id")


def test_get_by_either_id(api, run):
    found = api.get_run(run)
    for params in ({"run_uuid": run}, {"run_id": run, "run_uuid": run},
                   {"run_id": run, "run_uuid": "nope"}):
        assert api.read("runs/get", params)["run"] == found
    assert api.read("runs/get", {"run_id": run}, prefix="ajax-api")["run"] == found


@pytest.mark.parametrize("params", [
    {"run_id": "nope"}, {"run_uuid": "nope"}, {"run_id": "nope", "run_uuid": "RUN"},
])
def test_get_unknown(api, run, params):
    params = {k: v.replace("RUN", run) for k, v in params.items()}
    not_found(api.get("runs/get", params), "nope")


@pytest.mark.parametrize("variant", [str.upper, lambda s: s + " "], ids=["case", "blank"])
def test_get_by_id_variant(api, run, on_cairn, variant):
    r = api.get("runs/get", {"run_id": variant(run)})
    if on_cairn:
        not_found(r, variant(run))
    else:
        assert r.json()["run"]["info"]["run_id"] == run


# --- update -----------------------------------------------------------------


def test_update_whole_answer(api, run):
    info = api.get_run(run)["info"]
    r = api.post("runs/update", {
        "run_id": run, "status": "FINISHED", "end_time": 1700000001000, "run_name": "new",
    })
    want = {**info, "status": "FINISHED", "end_time": 1700000001000, "run_name": "new"}
    assert (r.status_code, r.json()) == (200, {"run_info": want})
    found = api.get_run(run)
    assert found["info"] == want
    assert tags(found)[NAMED] == "new"


@pytest.mark.parametrize("body", [
    {}, {"run_name": ""}, {"run_name": None}, {"end_time": None}, {"status": None},
])
def test_update_without_news(api, run, body):
    api.ok("runs/update", {"run_id": run, "status": "FAILED", "end_time": 7, "run_name": "n"})
    before = api.get_run(run)
    assert api.ok("runs/update", {"run_id": run, **body}) == {"run_info": before["info"]}
    assert api.get_run(run) == before


@pytest.mark.parametrize("body", [
    {"status": "KILLED"}, {"end_time": 9}, {"run_name": "other"},
])
def test_update_touches_one_field(api, run, body):
    api.ok("runs/update", {"run_id": run, "status": "FAILED", "end_time": 7, "run_name": "n"})
    before = api.get_run(run)["info"]
    api.ok("runs/update", {"run_id": run, **body})
    assert api.get_run(run)["info"] == {**before, **body}


def test_update_by_run_uuid(api, run):
    assert api.ok("runs/update", {"run_uuid": run, "run_name": "x"})["run_info"]["run_id"] == run


def test_end_time_zero_is_omitted(api, run):
    api.ok("runs/update", {"run_id": run, "end_time": 5})
    assert "end_time" not in api.ok("runs/update", {"run_id": run, "end_time": 0})["run_info"]
    assert "end_time" not in api.get_run(run)["info"]


@pytest.mark.parametrize("value, status", [
    ('"RUNNING"', "RUNNING"), ('"SCHEDULED"', "SCHEDULED"), ('"FINISHED"', "FINISHED"),
    ('"FAILED"', "FAILED"), ('"KILLED"', "KILLED"),
    ("1", "RUNNING"), ("2", "SCHEDULED"), ("3", "FINISHED"), ("4", "FAILED"),
    ("5", "KILLED"), ("2.0", "SCHEDULED"), ('"3"', "FINISHED"),
])
def test_status(api, run, value, status):
    start = "FAILED" if status != "FAILED" else "KILLED"
    api.ok("runs/update", {"run_id": run, "status": start})
    r = api.raw("runs/update", f'{{"run_id":"{run}","status":{value}}}')
    assert r.json()["run_info"]["status"] == status
    assert api.get_run(run)["info"]["status"] == status


@pytest.mark.parametrize("value, pytype", [
    ("0", "int"), ("99", "int"), ("-1", "int"), ("[]", "list"), ("{}", "dict"),
])
def test_status_refused(api, run, value, pytype):
    r = api.raw("runs/update", f'{{"run_id":"{run}","status":{value}}}')
    check_type(r, "status", value, pytype)


@pytest.mark.parametrize("value", [
    '"finished"', '"Failed"', '" FAILED"', '"NOPE"', '""', '"2.0"',
])
def test_status_lost(api, run, on_cairn, value):
    api.ok("runs/update", {"run_id": run, "status": "KILLED"})
    r = api.raw("runs/update", f'{{"run_id":"{run}","status":{value}}}')
    if on_cairn:
        check_refused(r, "status", value)
    else:
        assert r.json()["run_info"]["status"] == "KILLED"
    assert api.get_run(run)["info"]["status"] == "KILLED"


@pytest.mark.parametrize("value", ["1.5", "true"])
def test_status_cut(api, run, on_cairn, value):
    """The reference takes either as 1."""
    api.ok("runs/update", {"run_id": run, "status": "KILLED"})
    r = api.raw("runs/update", f'{{"run_id":"{run}","status":{value}}}')
    if on_cairn:
        check_refused(r, "status", value)
        assert api.get_run(run)["info"]["status"] == "KILLED"
    else:
        assert r.json()["run_info"]["status"] == "RUNNING"


def test_update_name_too_long(api, run, on_cairn):
    before = api.get_run(run)
    r = api.post("runs/update", {"run_id": run, "run_name": "x" * 251, "end_time": 9})
    check_constraint(r, on_cairn, names=["250"])
    assert api.get_run(run) == before


# --- the name and its tag ---------------------------------------------------


def named(api, run):
    found = api.get_run(run)
    return found["info"]["run_name"], tags(found).get(NAMED)


def test_set_tag_renames(api, run):
    api.ok("runs/set-tag", {"run_id": run, "key": NAMED, "value": "bytag"})
    assert named(api, run) == ("bytag", "bytag")


def test_log_batch_renames(api, run):
    api.ok("runs/log-batch", {"run_id": run, "tags": [{"key": NAMED, "value": "batch"}]})
    assert named(api, run) == ("batch", "batch")


def test_empty_name_tag_is_ignored(api, run):
    before = named(api, run)
    api.ok("runs/set-tag", {"run_id": run, "key": NAMED, "value": ""})
    api.ok("runs/log-batch", {"run_id": run, "tags": [{"key": NAMED, "value": ""}]})
    assert named(api, run) == before and before[0] == before[1] != ""


def test_deleted_name_tag(api, run):
    """The name stays, and a new one brings the tag back."""
    name, _ = named(api, run)
    api.ok("runs/delete-tag", {"run_id": run, "key": NAMED})
    assert named(api, run) == (name, None)
    api.ok("runs/update", {"run_id": run, "status": "KILLED"})
    assert named(api, run) == (name, None)
    api.ok("runs/update", {"run_id": run, "run_name": "back"})
    assert named(api, run) == ("back", "back")


def test_name_tag_too_long(api, run, on_cairn):
    before = named(api, run)
    for path, body in (
        ("set-tag", {"key": NAMED, "value": "n" * 251}),
        ("log-batch", {"tags": [{"key": NAMED, "value": "n" * 251}]}),
    ):
        r = api.post("runs/" + path, {"run_id": run, **body})
        check_constraint(r, on_cairn, names=["250"])
    assert named(api, run) == before


def test_name_tag_of_250(api, run):
    api.ok("runs/set-tag", {"run_id": run, "key": NAMED, "value": "é" * 250})
    assert named(api, run) == ("é" * 250, "é" * 250)


# --- delete and restore -----------------------------------------------------


def test_delete_and_restore(api, run):
    before = api.get_run(run)
    for _ in range(2):  # neither minds a repeat
        r = api.post("runs/delete", {"run_id": run})
        assert (r.status_code, r.json()) == (200, {})
        deleted = {**before, "info": {**before["info"], "lifecycle_stage": "deleted"}}
        assert api.get_run(run) == deleted
    for _ in range(2):
        r = api.post("runs/restore", {"run_id": run})
        assert (r.status_code, r.json()) == (200, {})
        assert api.get_run(run) == before


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
@pytest.mark.parametrize("path", ["update", "delete", "restore", "log-model"])
def test_missing_and_unknown(api, prefix, path):
    check_missing(api.post("runs/" + path, {}, prefix=prefix), "run_id")
    check_missing(api.post("runs/" + path, {"run_id": ""}, prefix=prefix), "run_id")
    if path != "log-model":
        not_found(api.post("runs/" + path, {"run_id": "nope"}, prefix=prefix), "nope")


@pytest.mark.parametrize("path", ["delete", "restore"])
def test_run_uuid_alone(api, run, path):
    not_found(api.post("runs/" + path, {"run_uuid": run}), "")


def model_json(**kw):
    return json.dumps({
        "artifact_path": "m", "flavors": {}, "utc_time_created": "x", "run_id": "r", **kw,
    })


@pytest.mark.parametrize("path, body", [
    ("update", {}),
    ("update", {"status": "FAILED"}),
    ("set-tag", {"key": "k", "value": "v"}),
    ("delete-tag", {"key": NAMED}),
    ("delete-tag", {"key": "absent"}),
    ("log-metric", {"key": "m", "value": 1, "timestamp": 1}),
    ("log-parameter", {"key": "p", "value": "1"}),
    ("log-batch", {}),
    ("log-batch", {"metrics": [{"key": "m", "value": 1, "timestamp": 1}]}),
    ("log-inputs", {}),
    ("log-inputs", {"models": [{"model_id": "m-1"}]}),
    ("outputs", {"models": [{"model_id": "m-1"}]}),
    ("log-model", {"model_json": model_json()}),
])
def test_deleted_run_takes_nothing(api, run, path, body):
    api.ok("runs/delete", {"run_id": run})
    before = api.get_run(run)
    not_active(api.post("runs/" + path, {"run_id": run, **body}), run)
    assert api.get_run(run) == before


# --- log-model --------------------------------------------------------------

HISTORY = "mlflow.log-model.history"


def log_model(api, run, text):
    return api.post("runs/log-model", {"run_id": run, "model_json": text})


def test_log_model_tag(api, run):
    """Five members, in this order, whatever else was sent."""
    text = model_json(
        run_id=run, model_uuid="é", mlflow_version="2.2.1", metadata={"a": 1}, other=5,
        flavors={"python_function": {"env": {"conda": "c"}, "loader": "x"}, "aaa": [1, 2.5]},
    )
    r = log_model(api, run, text)
    assert (r.status_code, r.json()) == (200, {})
    assert tags(api.get_run(run))[HISTORY] == (
        '[{"run_id": "' + run + '", "artifact_path": "m", "utc_time_created": "x",'
        ' "model_uuid": "\\u00e9", "flavors": {"python_function": {"env": {"conda": "c"},'
        ' "loader": "x"}, "aaa": [1, 2.5]}}]'
    )


def test_log_model_appends(api, run):
    for path in ("one", "two"):
        assert log_model(api, run, model_json(artifact_path=path)).status_code == 200
    kept = json.loads(tags(api.get_run(run))[HISTORY])
    assert [(m["artifact_path"], m["model_uuid"]) for m in kept] == [("one", None), ("two", None)]


def test_log_model_does_not_compare_run_ids(api, run):
    log_model(api, run, model_json(run_id="another"))
    assert json.loads(tags(api.get_run(run))[HISTORY])[0]["run_id"] == "another"


def test_log_model_takes_a_signature(api, run):
    signature = {
        "inputs": '[{"name": "a", "type": "double"}]',
        "outputs": '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]',
    }
    assert log_model(api, run, model_json(signature=signature)).status_code == 200
    assert "signature" not in json.loads(tags(api.get_run(run))[HISTORY])[0]


@pytest.mark.parametrize("gone", [
    ["artifact_path"], ["flavors"], ["utc_time_created"], ["run_id"],
    ["flavors", "run_id"], ["artifact_path", "flavors", "utc_time_created", "run_id"],
])
@pytest.mark.parametrize("known", [True, False])
def test_log_model_missing_members(api, run, gone, known):
    """Told before the run is looked for."""
    text = json.dumps({k: v for k, v in json.loads(model_json()).items() if k not in gone})
    r = log_model(api, run if known else "nope", text)
    body = check_error(r, 400, "INVALID_PARAMETER_VALUE")
    start = "Model json is missing mandatory fields: "
    assert body["message"].startswith(start)
    told = body["message"][len(start):]  # a Python set: any order
    assert (told[0], told[-1]) == ("{", "}")
    assert sorted(told[1:-1].split(", ")) == sorted(f"'{name}'" for name in gone)


@pytest.mark.parametrize("text", ["{", "x", "{'a': 1}"])
def test_log_model_not_json(api, run, text):
    check_error(
        log_model(api, run, text), 400, "INVALID_PARAMETER_VALUE",
        f"Malformed model info. \n {text} \n is not a valid JSON.",
    )


@pytest.mark.parametrize("text", ["[]", "5", '"x"', "null"])
def test_log_model_not_an_object(api, run, on_cairn, text):
    r = log_model(api, run, text)
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains="model_json")
    else:
        assert r.status_code == 500


@pytest.mark.parametrize("body", [{}, {"model_json": ""}, {"model_json": None}])
def test_log_model_without_model(api, run, body):
    check_missing(api.post("runs/log-model", {"run_id": run, **body}), "model_json")


def test_log_model_wrong_type(api, run):
    r = api.raw("runs/log-model", f'{{"run_id":"{run}","model_json":{{"a":1}}}}')
    check_type(r, "model_json", '{"a":1}', "dict")


def test_log_model_unknown_run(api):
    not_found(log_model(api, "nope", model_json()), "nope")


def test_log_model_history_too_long(api, run, on_cairn):
    """The tag is not truncated, or it would be no JSON any more."""
    assert log_model(api, run, model_json(artifact_path="a" * 5000)).status_code == 200
    before = api.get_run(run)
    check_constraint(log_model(api, run, model_json(artifact_path="b" * 5000)), on_cairn,
                     names=["8000"])
    assert api.get_run(run) == before
