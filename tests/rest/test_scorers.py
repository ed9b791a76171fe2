"""Scorers: register, list, versions, get, delete, online configurations; bad input for each."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Api, check_constraint, check_error, check_missing, check_type

V3 = {"version": "3.0"}
GATEWAY = (" does not use a gateway model. Automatic evaluation is only supported for scorers "
           "that use gateway models.")


def register(api, exp, name, serialized='{"a": 1}'):
    return api.ok("scorers/register", {
        "experiment_id": exp, "name": name, "serialized_scorer": serialized}, **V3)


def post(api, **body):
    return api.post("scorers/register", body, **V3)


def get(api, path, **params):
    return api.get(f"scorers/{path}", params, **V3)


def delete(api, **body):
    return api.call("DELETE", "scorers/delete", json=body, **V3)


def names(r):
    assert r.status_code == 200, r.text
    return [(s["scorer_name"], s["scorer_version"]) for s in r.json().get("scorers", [])]


def bad(r, message):
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


def missing(r, message):
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", message)


# --- register ---------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_register(api, exp, prefix):
    text = '{"name":"é","x":1.0, "l":[1,2]}'
    body = {"experiment_id": exp, "name": "é 😀/'\"%", "serialized_scorer": text}
    made = api.ok("scorers/register", body, prefix=prefix, **V3)
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                        made["scorer_id"])
    assert abs(made["creation_time"] - time.time() * 1000) < 120000
    assert made == {"version": 1, "scorer_id": made["scorer_id"],
                    "creation_time": made["creation_time"], **body}
    again = api.ok("scorers/register", body, prefix=prefix, **V3)
    assert (again["version"], again["scorer_id"]) == (2, made["scorer_id"])


def test_register_missing(api, exp):
    body = {"experiment_id": exp, "name": "n", "serialized_scorer": "{}"}
    for field in body:
        for absent in ({}, {field: None}, {field: ""}):
            rest = {k: v for k, v in body.items() if k != field}
            check_missing(post(api, **rest, **absent), field)
    check_missing(api.raw("scorers/register", b"nope", **V3), "experiment_id")
    assert names(get(api, "list", experiment_id=exp)) == []


def test_register_types(api, exp):
    body = {"experiment_id": exp, "name": "n", "serialized_scorer": "{}"}
    check_type(post(api, **{**body, "experiment_id": 5}), "experiment_id", "5", "int")
    check_type(post(api, **{**body, "name": 5}), "name", "5", "int")
    check_type(post(api, **{**body, "serialized_scorer": {}}), "serialized_scorer", "{}", "dict")


def test_register_experiments(api):
    body = {"name": "n", "serialized_scorer": "{}"}
    missing(post(api, experiment_id="99999999", **body), "No Experiment with id=99999999 exists")
    bad(post(api, experiment_id="abc", **body),
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")


def test_register_names(api, exp, on_cairn):
    bad(post(api, experiment_id=exp, name=" \t", serialized_scorer="{}"),
        "Scorer name cannot be empty or contain only whitespace.")
    for name in ("n" * 256, "n\0u", " x "):
        assert register(api, exp, name)["name"] == name
    check_constraint(post(api, experiment_id=exp, name="n" * 257, serialized_scorer="{}"),
                     on_cairn, names=["name"])
    check_constraint(post(api, experiment_id=exp, name="big",
                          serialized_scorer=json.dumps({"a": "v" * 65536})),
                     on_cairn, names=["serialized_scorer"])
    assert "big" not in dict(names(get(api, "list", experiment_id=exp)))


@pytest.mark.parametrize("text", [
    "{}", " {} ", '{"a": NaN}', '{"a": 1e400}', '{"model": "gateway:/x"}',
    '{"instructions_judge_pydantic_data": null}', '{"instructions_judge_pydantic_data": {}}',
    '{"instructions_judge_pydantic_data": []}', '{"instructions_judge_pydantic_data": 0}',
    '{"instructions_judge_pydantic_data": {"model": null}}',
    '{"instructions_judge_pydantic_data": {"model": "openai:/x"}}',
    '{"instructions_judge_pydantic_data": {"model": "gateway:/"}}',
])
def test_register_texts(api, exp, text):
    assert register(api, exp, "n", text)["serialized_scorer"] == text
    assert get(api, "get", experiment_id=exp, name="n").json()["scorer"]["serialized_scorer"] == text


def test_register_no_json(api, exp):
    for text in ("nope", "{", "{'a': 1}"):
        bad(post(api, experiment_id=exp, name="n", serialized_scorer=text),
            "serialized_scorer must be valid JSON")


@pytest.mark.parametrize("text", [
    "[1]", "5", "null", '"x"', '{"instructions_judge_pydantic_data": 5}',
    '{"instructions_judge_pydantic_data": "x"}', '{"builtin_scorer_pydantic_data": 5}',
])
def test_register_no_object(api, exp, either, text):
    check_error(post(api, experiment_id=exp, name="n", serialized_scorer=text),
                either(cairn=400, mlflow=500), "INTERNAL_ERROR")


def test_register_models(api, exp):
    def judge(model):
        return post(api, experiment_id=exp, name="n", serialized_scorer=json.dumps(
            {"instructions_judge_pydantic_data": {"model": model}}))

    bad(judge(5), "Scorer model must be a string, got int.")
    bad(judge(""), "Scorer model cannot be empty or contain only whitespace.")
    missing(judge("gateway:/x"), "GatewayEndpoint not found (name='x')")
    for wrapped in ({"builtin_scorer_pydantic_data": {"model": "gateway:/x"}},
                    {"memory_augmented_judge_data": {"base_judge": {
                        "instructions_judge_pydantic_data": {"model": "gateway:/x"}}}}):
        missing(post(api, experiment_id=exp, name="n", serialized_scorer=json.dumps(wrapped)),
                "GatewayEndpoint not found (name='x')")
    assert names(get(api, "list", experiment_id=exp)) == []


def test_register_at_once(api, exp, server):
    """Versions are 1..N, each once; the reference may refuse some of a race."""
    def one(_):
        return Api(server).post("scorers/register", {
            "experiment_id": exp, "name": "race", "serialized_scorer": "{}"}, **V3)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(24)))
    made = sorted(r.json()["version"] for r in answers if r.status_code == 200)
    assert made == list(range(1, len(made) + 1))
    assert len({r.json()["scorer_id"] for r in answers if r.status_code == 200}) == 1


@pytest.mark.cairn_only("the reference answers some of a race with an error")
def test_no_race_is_lost(api, exp, server):
    def one(_):
        return register(Api(server), exp, "race")["version"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(40))) == list(range(1, 41))


# --- list, versions, get ----------------------------------------------------


def test_list(api, exp):
    assert get(api, "list", experiment_id=exp).json() == {}
    for name in ("b", "a", "B2", "é", "Z", "_", "a"):
        made = register(api, exp, name, '{"é":1.0,"b":[1,2],"a":1e400}')
    found = get(api, "list", experiment_id=exp)
    assert names(found) == [("B2", 1), ("Z", 1), ("_", 1), ("a", 2), ("b", 1), ("é", 1)]
    # lists write the JSON anew, and the experiment as a number
    assert found.json()["scorers"][3] == {
        "experiment_id": int(exp), "scorer_name": "a", "scorer_version": 2,
        "serialized_scorer": '{"\\u00e9": 1.0, "b": [1, 2], "a": Infinity}',
        "creation_time": made["creation_time"], "scorer_id": made["scorer_id"]}


def test_list_all(api, exp):
    register(api, exp, "one of all")
    gone = api.new_experiment()
    register(api, gone, "gone")
    api.ok("experiments/delete", {"experiment_id": gone})
    for params in ({}, {"experiment_id": ""}):
        found = get(api, "list", **params).json()["scorers"]
        assert [s["scorer_name"] for s in found if s["experiment_id"] == int(exp)] == ["one of all"]
        assert int(gone) not in {s["experiment_id"] for s in found}
        assert found == sorted(found, key=lambda s: (s["experiment_id"], s["scorer_name"]))


def test_versions(api, exp):
    for i in range(3):
        register(api, exp, "n", json.dumps({"i": i}))
    found = get(api, "versions", experiment_id=exp, name="n")
    assert names(found) == [("n", 1), ("n", 2), ("n", 3)]
    assert [s["serialized_scorer"] for s in found.json()["scorers"]] == [
        '{"i": 0}', '{"i": 1}', '{"i": 2}']


def test_get(api, exp):
    for i in range(2):
        made = register(api, exp, "n", '{"i":%d}' % i)
    last = {"experiment_id": int(exp), "scorer_name": "n", "scorer_version": 2,
            "serialized_scorer": '{"i":1}', "creation_time": made["creation_time"],
            "scorer_id": made["scorer_id"]}
    assert get(api, "get", experiment_id=exp, name="n").json() == {"scorer": last}
    assert get(api, "get", experiment_id=exp, name="n", version=2).json() == {"scorer": last}
    first = get(api, "get", experiment_id=exp, name="n", version=1).json()["scorer"]
    assert (first["scorer_version"], first["serialized_scorer"]) == (1, '{"i":0}')
    for version in (9, 0, -1):
        missing(get(api, "get", experiment_id=exp, name="n", version=version),
                f"Scorer with name 'n' and version {version} not found for experiment {exp}.")
    for version in ("abc", "1.5", ""):
        check_type(get(api, "get", experiment_id=exp, name="n", version=version), "version",
                   f'"{version}"', "str")


@pytest.mark.parametrize("path", ["get", "versions"])
def test_not_there(api, exp, path):
    missing(get(api, path, experiment_id=exp, name="no"),
            f"Scorer with name 'no' not found for experiment {exp}.")
    missing(get(api, path, experiment_id="99999999", name="n"),
            "No Experiment with id=99999999 exists")
    bad(get(api, path, experiment_id="abc", name="n"),
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
    check_missing(get(api, path, experiment_id=exp), "name")
    check_missing(get(api, path, name="n"), "experiment_id")
    check_missing(get(api, path), "experiment_id")


def test_list_refused(api):
    missing(get(api, "list", experiment_id="99999999"), "No Experiment with id=99999999 exists")
    bad(get(api, "list", experiment_id="abc"),
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")


def test_deleted_experiment(api, exp):
    register(api, exp, "n")
    api.ok("experiments/delete", {"experiment_id": exp})
    state = f"The experiment {exp} must be in the 'active' state. Current state is deleted."
    bad(post(api, experiment_id=exp, name="n", serialized_scorer="{}"), state)
    bad(get(api, "list", experiment_id=exp), state)
    bad(get(api, "versions", experiment_id=exp, name="n"), state)
    bad(get(api, "get", experiment_id=exp, name="n"), state)
    bad(delete(api, experiment_id=exp, name="n"), state)


# --- delete -----------------------------------------------------------------


def test_delete_version(api, exp):
    for _ in range(3):
        made = register(api, exp, "n")
    assert delete(api, experiment_id=exp, name="n", version=2).json() == {}
    assert names(get(api, "versions", experiment_id=exp, name="n")) == [("n", 1), ("n", 3)]
    missing(delete(api, experiment_id=exp, name="n", version=2),
            f"Scorer with name 'n' and version 2 not found for experiment {exp}.")
    assert delete(api, experiment_id=exp, name="n", version="3").json() == {}
    assert get(api, "get", experiment_id=exp, name="n").json()["scorer"]["scorer_version"] == 1
    assert register(api, exp, "n")["version"] == 2
    for version in (1, 2):
        delete(api, experiment_id=exp, name="n", version=version)
    for path in ("get", "versions"):
        missing(get(api, path, experiment_id=exp, name="n"),
                f"Scorer with name 'n' not found for experiment {exp}.")
    assert names(get(api, "list", experiment_id=exp)) == []
    again = register(api, exp, "n")
    assert (again["version"], again["scorer_id"]) == (1, made["scorer_id"])


def test_delete_all(api, exp):
    for _ in range(2):
        made = register(api, exp, "n")
    register(api, exp, "other")
    assert delete(api, experiment_id=exp, name="n").json() == {}
    missing(delete(api, experiment_id=exp, name="n"),
            f"Scorer with name 'n' not found for experiment {exp}.")
    assert names(get(api, "list", experiment_id=exp)) == [("other", 1)]
    again = register(api, exp, "n")
    assert again["version"] == 1 and again["scorer_id"] != made["scorer_id"]


def test_delete_refused(api, exp, either):
    register(api, exp, "n")
    check_missing(delete(api), "experiment_id")
    check_missing(delete(api, experiment_id=exp), "name")
    check_missing(delete(api, name="n"), "experiment_id")
    check_type(delete(api, experiment_id=5, name="n"), "experiment_id", "5", "int")
    check_type(delete(api, experiment_id=exp, name="n", version="x"), "version", '"x"', "str")
    missing(delete(api, experiment_id=exp, name="n", version=0),
            f"Scorer with name 'n' and version 0 not found for experiment {exp}.")
    missing(delete(api, experiment_id=exp, name="no", version=1),
            f"Scorer with name 'no' not found for experiment {exp}.")
    # the query of a DELETE is not read
    check_missing(api.call("DELETE", "scorers/delete", params={"experiment_id": exp, "name": "n"},
                           **V3), "experiment_id")
    # decision d: the reference drops a version it cannot read, and deletes all of them
    r = delete(api, experiment_id=exp, name="n", version=1.5)
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    assert names(get(api, "list", experiment_id=exp)) == either(cairn=[("n", 1)], mlflow=[])


# --- online configurations --------------------------------------------------


def put(api, **body):
    return api.call("PUT", "scorers/online-config", json=body, **V3)


def configs(api, *ids):
    r = get(api, "online-configs", scorer_ids=list(ids))
    assert r.status_code == 200, r.text
    return r.json()["configs"]


def test_online_config(api, exp):
    scorer = register(api, exp, "n")["scorer_id"]
    other = register(api, exp, "o")["scorer_id"]
    assert configs(api, scorer, "x") == configs(api, "") == []
    r = put(api, experiment_id=exp, name="n", sample_rate=0)
    config = r.json()["config"]
    assert r.json() == {"config": {
        "online_scoring_config_id": config["online_scoring_config_id"], "scorer_id": scorer,
        "sample_rate": 0.0, "experiment_id": exp}}
    assert re.fullmatch("[0-9a-f]{32}", config["online_scoring_config_id"])
    assert configs(api, scorer) == [config]
    # another one takes its place
    config = put(api, experiment_id=exp, name="n", sample_rate="0.0", filter_string="").json()["config"]
    assert config["filter_string"] == ""
    assert configs(api, scorer, other) == [config]
    second = put(api, experiment_id=exp, name="o", sample_rate=0).json()["config"]
    assert configs(api, scorer, other) == sorted([config, second], key=lambda c: c["scorer_id"])
    delete(api, experiment_id=exp, name="n")
    assert configs(api, scorer, other) == [second]


def test_online_config_refused(api, exp, either):
    register(api, exp, "n")
    body = {"experiment_id": exp, "name": "n", "sample_rate": 0}
    for field in body:
        check_missing(put(api, **{k: v for k, v in body.items() if k != field}), field)
    check_missing(get(api, "online-configs"), "scorer_ids")
    for rate, shown in ((2, "2.0"), (-1, "-1.0"), ("NaN", "nan"), (1e300, "1e+300")):
        bad(put(api, **{**body, "sample_rate": rate}),
            f"sample_rate must be between 0.0 and 1.0, got {shown}")
    for rate in (0.5, 1, True):
        bad(put(api, **{**body, "sample_rate": rate}), "Scorer 'n'" + GATEWAY)
    missing(put(api, **{**body, "name": "no"}),
            f"Scorer with name 'no' not found for experiment {exp}.")
    missing(put(api, **{**body, "experiment_id": "99999999"}),
            "No Experiment with id=99999999 exists")
    assert put(api, **{**body, "sample_rate": "x"}).status_code == either(cairn=400, mlflow=500)
    assert put(api, **{**body, "filter_string": "x"}).status_code == 400
    check_type(put(api, **{**body, "experiment_id": 5}), "experiment_id", "5", "int")
    bad(api.raw("scorers/online-config", b"{}", content_type="text/plain", method="PUT", **V3),
        "Bad Request. Content-Type must be one of ['application/json'].")


@pytest.mark.parametrize("method, path", [
    ("GET", "register"), ("POST", "list"), ("POST", "get"), ("POST", "delete"),
    ("POST", "online-config"), ("DELETE", "online-configs"),
])
def test_methods(api, method, path):
    r = api.call(method, f"scorers/{path}", json={}, **V3)
    assert r.status_code == 405, r.text
