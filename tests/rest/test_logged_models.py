"""Logged models: create, get, finalize, delete, tags, params, metrics; bad input for each."""

import uuid

import pytest
from conftest import check_constraint, check_error, check_missing, check_type

FORBIDDEN = ("Model name must be a non-empty string and cannot contain the following characters: "
             "('/', ':', '.', '%', '\"', \"'\")")


def create(api, exp, **kw):
    return api.ok("logged-models", {"experiment_id": exp, **kw})["model"]


@pytest.fixture
def model(api, exp):
    """A fresh model's id."""
    return create(api, exp, name="model")["info"]["model_id"]


def get(api, model, **params):
    return api.read(f"logged-models/{model}", params)["model"]


def patch(api, path, body, **kw):
    return api.call("PATCH", path, json=body, **kw)


def delete(api, path, **kw):
    return api.call("DELETE", path, **kw)


def fine(r):
    assert (r.status_code, r.json()) == (200, {}), r.text


def bad(r, message):
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


def missing(r, model="nosuch"):
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", f"Logged model with ID '{model}' not found.")


# --- create -----------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_create(api, exp, run, prefix):
    made = api.ok("logged-models", {
        "experiment_id": exp, "name": "né 😀", "model_type": "agent", "source_run_id": run,
        "params": [{"key": "b", "value": "1"}, {"key": "a", "value": ""}],
        "tags": [{"key": "z", "value": "1"}, {"key": "t"}],
    }, prefix=prefix)["model"]
    info = made["info"]
    model = info["model_id"]
    assert model.startswith("m-") and len(model) == 34
    root = api.read("experiments/get", {"experiment_id": exp})["experiment"]["artifact_location"]
    assert made == {
        "info": {
            "model_id": model, "experiment_id": exp, "name": "né 😀",
            "creation_timestamp_ms": info["creation_timestamp_ms"],
            "last_updated_timestamp_ms": info["creation_timestamp_ms"],
            "artifact_uri": f"{root}/models/{model}/artifacts",
            "status": "LOGGED_MODEL_PENDING", "model_type": "agent", "source_run_id": run,
            "tags": [{"key": "t", "value": ""}, {"key": "z", "value": "1"}],
        },
        "data": {"params": [{"key": "a", "value": ""}, {"key": "b", "value": "1"}]},
    }
    assert isinstance(info["creation_timestamp_ms"], int)
    assert api.read(f"logged-models/{model}", prefix=prefix)["model"] == made


def test_least(api, exp):
    made = create(api, exp)
    assert set(made["info"]) == {
        "model_id", "experiment_id", "name", "creation_timestamp_ms",
        "last_updated_timestamp_ms", "artifact_uri", "status", "model_type", "source_run_id",
    }
    assert (made["info"]["model_type"], made["info"]["source_run_id"]) == ("", "")
    assert made["data"] == {}
    first, second, number = made["info"]["name"].split("-")
    assert first.isalpha() and second.isalpha() and number.isdigit()
    assert create(api, exp, name="")["info"]["name"].count("-") == 2


@pytest.mark.parametrize("name", [" ", "a b", "x" * 500, "n\0x", "日本", "a#b?c&d", "-", "a\\b"])
def test_names(api, exp, name):
    assert create(api, exp, name=name)["info"]["name"] == name


@pytest.mark.parametrize("name, shown", [
    ("a/b", "'a/b'"), ("a:b", "'a:b'"), ("a.b", "'a.b'"), ("a%b", "'a%b'"),
    ('a"b', "'a\"b'"), ("a'b", '"a\'b"'), ("é/\n", "'é/\\n'"), ("'\"", "'\\'\"'"),
])
def test_forbidden_names(api, exp, name, shown):
    bad(api.post("logged-models", {"experiment_id": exp, "name": name}),
        f"Invalid model name ({shown}) provided. {FORBIDDEN}")


def test_name_before_experiment(api):
    bad(api.post("logged-models", {"experiment_id": "99999999", "name": "a/b"}),
        f"Invalid model name ('a/b') provided. {FORBIDDEN}")


def test_experiments(api):
    for body in ({}, {"experiment_id": ""}, {"experiment_id": None}, {"name": "n"}):
        check_missing(api.post("logged-models", body), "experiment_id")
    check_type(api.post("logged-models", {"experiment_id": 4}), "experiment_id", "4", "int")
    bad(api.post("logged-models", {"experiment_id": "abc"}),
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
    for wrong in ("99999999", "-1"):
        check_error(api.post("logged-models", {"experiment_id": wrong}), 404,
                    "RESOURCE_DOES_NOT_EXIST", f"No Experiment with id={wrong} exists")


def test_bodies(api):
    for body in (b"nope", b"", b"null", b'{"experiment_id":"\xff"}'):
        check_missing(api.raw("logged-models", body), "experiment_id")
    bad(api.raw("logged-models", b"{}", content_type="text/plain"),
        "Bad Request. Content-Type must be one of ['application/json'].")


@pytest.mark.parametrize("field, value, kind", [
    ("name", 5, "int"), ("name", ["a"], "list"), ("model_type", 1.5, "float"),
    ("source_run_id", True, "bool"), ("params", {"key": "k"}, "dict"), ("params", "x", "str"),
    ("tags", {"key": "k"}, "dict"), ("tags", "x", "str"),
])
def test_wrong_types(api, exp, field, value, kind):
    r = api.post("logged-models", {"experiment_id": exp, field: value})
    text = {"name": {5: "5"}.get(value if isinstance(value, int) else None, '["a"]'),
            "model_type": "1.5", "source_run_id": "true"}.get(field)
    if field in ("params", "tags"):
        text = '{"key":"k"}' if isinstance(value, dict) else '"x"'
    check_type(r, field, text, kind)


@pytest.mark.parametrize("field", ["params", "tags"])
@pytest.mark.parametrize("item", [5, {"key": 1, "value": "x"}, {"key": "k", "value": 2}])
def test_wrong_items(api, exp, either, field, item):
    """Decision d: what the reference stores as "" is refused."""
    r = api.post("logged-models", {"experiment_id": exp, "name": "w", field: [item]})
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    if either(cairn=True, mlflow=False):
        assert r.json()["error_code"] == "INVALID_PARAMETER_VALUE"
        assert field in r.json()["message"]
        assert api.ok("logged-models/search", {"experiment_ids": [exp]}) == {}


@pytest.mark.parametrize("body, names", [
    ({"name": "x" * 501}, ["name"]),
    ({"model_type": "y" * 501}, ["model_type"]),
    ({"source_run_id": "r" * 33}, ["source_run_id"]),
    ({"params": [{"key": "k" * 256}]}, ["params.key"]),
    ({"params": [{"key": "k", "value": "v" * 65536}]}, ["params.value"]),
    ({"tags": [{"key": "k" * 256}]}, ["tags.key"]),
    ({"tags": [{"key": "k", "value": "é" * 32768}]}, ["tags.value"]),
    ({"params": [{"key": "k", "value": "1"}, {"key": "k", "value": "1"}]}, []),
    ({"tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "1"}]}, []),
])
def test_too_much(api, exp, on_cairn, body, names):
    """Nothing of it is written."""
    check_constraint(api.post("logged-models", {"experiment_id": exp, **body}), on_cairn,
                     names=names)
    assert api.ok("logged-models/search", {"experiment_ids": [exp]}) == {}


def test_long_enough(api, exp):
    made = create(
        api, exp, model_type="t" * 500, source_run_id="no such run, not checked",
        params=[{"key": "k" * 255, "value": "v" * 65535}, {"key": "a$b//../c", "value": "é" * 6001}],
        tags=[{"key": "k" * 255, "value": "v" * 65535}, {"value": "no key"}],
    )
    assert made["data"]["params"] == [
        {"key": "a$b//../c", "value": "é" * 6001}, {"key": "k" * 255, "value": "v" * 65535}]
    assert made["info"]["tags"] == [
        {"key": "", "value": "no key"}, {"key": "k" * 255, "value": "v" * 65535}]


# --- get, delete ------------------------------------------------------------


def test_missing(api):
    for path, shown in (("nosuch", "nosuch"), ("m%20x", "m x"), ("%F0%9F%98%80", "😀"),
                        ("a'b\"c", "a'b\"c"), ("m" * 300, "m" * 300)):
        missing(api.get(f"logged-models/{path}"), shown)
    missing(delete(api, "logged-models/nosuch"))
    missing(patch(api, "logged-models/nosuch",
                  {"model_id": "nosuch", "status": "LOGGED_MODEL_READY"}))
    for tags in ([], [{"key": "a", "value": "b"}]):
        missing(patch(api, "logged-models/nosuch/tags", {"tags": tags}))
        missing(api.post("logged-models/nosuch/params", {"model_id": "nosuch", "params": tags}))
    missing(delete(api, "logged-models/nosuch/tags/a"))


def test_nul_in_a_path(api):
    """Refused by the server, or by the front end before it."""
    assert api.get("logged-models/m-%00").status_code in (400, 404)
    assert api.get("datasets/d-%00", version="3.0").status_code in (400, 404)


def test_delete(api, exp, model):
    before = get(api, model)
    fine(delete(api, f"logged-models/{model}"))
    fine(delete(api, f"logged-models/{model}"))
    missing(api.get(f"logged-models/{model}"), model)
    missing(api.get(f"logged-models/{model}", {"allow_deleted": "false"}), model)
    for word in ("true", "True"):
        after = get(api, model, allow_deleted=word)
        assert after["info"].pop("last_updated_timestamp_ms") >= \
            before["info"]["creation_timestamp_ms"]
        assert after["info"] == {k: v for k, v in before["info"].items()
                                 if k != "last_updated_timestamp_ms"}
    assert api.ok("logged-models/search", {"experiment_ids": [exp]}) == {}


def test_allow_deleted_is_a_truth_value(api, model, either):
    r = api.get(f"logged-models/{model}", {"allow_deleted": "maybe"})
    assert r.status_code == either(cairn=400, mlflow=200), r.text


def test_deleted_can_be_changed(api, model):
    """As in the reference: only get and search hide a deleted model."""
    delete(api, f"logged-models/{model}")
    r = patch(api, f"logged-models/{model}", {"model_id": model, "status": "LOGGED_MODEL_READY"})
    assert r.json()["model"]["info"]["status"] == "LOGGED_MODEL_READY"
    fine(patch(api, f"logged-models/{model}/tags", {"tags": [{"key": "x", "value": "y"}]}))
    fine(delete(api, f"logged-models/{model}/tags/x"))
    fine(api.post(f"logged-models/{model}/params",
                  {"model_id": model, "params": [{"key": "q", "value": "1"}]}))
    missing(api.get(f"logged-models/{model}"), model)


def test_deleted_experiment(api, exp, model):
    api.ok("experiments/delete", {"experiment_id": exp})
    bad(api.post("logged-models", {"experiment_id": exp}),
        f"The experiment {exp} must be in the 'active' state. Current state is deleted.")
    assert get(api, model)["info"]["name"] == "model"
    fine(patch(api, f"logged-models/{model}/tags", {"tags": [{"key": "x", "value": "y"}]}))


# --- finalize ---------------------------------------------------------------


@pytest.mark.parametrize("status, name", [
    ("LOGGED_MODEL_READY", "READY"), ("LOGGED_MODEL_UPLOAD_FAILED", "UPLOAD_FAILED"),
    ("LOGGED_MODEL_PENDING", "PENDING"), ("LOGGED_MODEL_STATUS_UNSPECIFIED", "STATUS_UNSPECIFIED"),
    (2, "READY"), ("2", "READY"), (2.0, "READY"), (0, "STATUS_UNSPECIFIED"),
])
def test_finalize(api, model, status, name):
    before = get(api, model)["info"]
    r = patch(api, f"logged-models/{model}", {"model_id": model, "status": status})
    assert r.status_code == 200, r.text
    info = r.json()["model"]["info"]
    assert info["status"] == "LOGGED_MODEL_" + name
    assert info["last_updated_timestamp_ms"] >= before["last_updated_timestamp_ms"]
    assert get(api, model) == r.json()["model"]


def test_finalize_content_type(api, model):
    r = api.raw(f"logged-models/{model}",
                b'{"model_id": "%s", "status": "LOGGED_MODEL_READY"}' % model.encode(),
                content_type="text/plain", method="PATCH")
    assert r.status_code == 200, r.text


def test_finalize_missing(api, model):
    path = f"logged-models/{model}"
    check_missing(patch(api, path, {}), "model_id")
    check_missing(patch(api, path, {"status": "LOGGED_MODEL_READY"}), "model_id")
    for status in ({}, {"status": None}, {"status": ""}):
        check_missing(patch(api, path, {"model_id": model, **status}), "status")
    check_missing(api.raw(path, b"nope", method="PATCH"), "model_id")
    check_type(patch(api, path, {"model_id": 5, "status": 1}), "model_id", "5", "int")


@pytest.mark.parametrize("status", ["NOPE", 99, [], "ready"])
def test_finalize_bad_status(api, model, either, status):
    """Decision d: the reference stores LOGGED_MODEL_STATUS_UNSPECIFIED, or fails."""
    r = patch(api, f"logged-models/{model}", {"model_id": model, "status": status})
    assert r.status_code in either(cairn=(400,), mlflow=(200, 500)), r.text
    if either(cairn=True, mlflow=False):
        assert r.json()["message"].startswith("Invalid value ")
        assert "'status'" in r.json()["message"]
        assert get(api, model)["info"]["status"] == "LOGGED_MODEL_PENDING"


@pytest.mark.parametrize("method, path, body, there", [
    ("PATCH", "", {"status": "LOGGED_MODEL_READY"}, 404),
    ("PATCH", "/tags", {"tags": [{"key": "a", "value": "b"}]}, 200),
    ("POST", "/params", {"params": [{"key": "a", "value": "b"}]}, 200),
])
def test_two_models_in_one_request(api, model, either, method, path, body, there):
    """The reference takes one of the two and leaves the other unread."""
    before = get(api, model)
    r = api.call(method, f"logged-models/{model}{path}", json={"model_id": "m-other", **body})
    assert r.status_code == either(cairn=400, mlflow=there), r.text
    if either(cairn=True, mlflow=False):
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains="two values of 'model_id'")
        assert get(api, model) == before


# --- tags -------------------------------------------------------------------


def tags_of(api, model):
    return {t["key"]: t["value"] for t in get(api, model)["info"].get("tags", [])}


def test_tags(api, model):
    path = f"logged-models/{model}/tags"
    for body in ({}, {"tags": []}, {"model_id": model}, {"model_id": model, "tags": []}):
        fine(patch(api, path, body))
    before = get(api, model)["info"]
    fine(patch(api, path, {"tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"},
                                    {"key": "a", "value": "3"}]}))
    assert tags_of(api, model) == {"a": "3", "b": "2"}
    fine(patch(api, path, {"model_id": model, "tags": [
        {"key": "b"}, {"key": "c", "value": None}, {"value": "no key"},
        {"key": "é😀", "value": "'\"\0"}, {"key": "k" * 255, "value": "v" * 65535}]}))
    assert tags_of(api, model) == {
        "": "no key", "a": "3", "b": "", "c": "", "é😀": "'\"\0", "k" * 255: "v" * 65535}
    after = get(api, model)["info"]
    assert after["last_updated_timestamp_ms"] == before["last_updated_timestamp_ms"]


def test_tags_refused(api, model, on_cairn):
    path = f"logged-models/{model}/tags"
    check_type(patch(api, path, {"tags": {"key": "a"}}), "tags", '{"key":"a"}', "dict")
    check_type(patch(api, path, {"tags": "x"}), "tags", '"x"', "str")
    good = {"key": "good", "value": "1"}
    for tag, name in (({"key": "k" * 256, "value": "v"}, "tags.key"),
                      ({"key": "k", "value": "v" * 65536}, "tags.value")):
        check_constraint(patch(api, path, {"tags": [good, tag]}), on_cairn, names=[name])
    assert tags_of(api, model) == {}


@pytest.mark.parametrize("tag", [5, {"key": 5, "value": "x"}, {"key": "k", "value": 5}])
def test_tags_wrong_types(api, model, either, tag):
    r = patch(api, f"logged-models/{model}/tags", {"tags": [tag]})
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    assert either(cairn=tags_of(api, model) == {}, mlflow=True)


def test_delete_tag(api, exp):
    names = ["a", "b c", "é😀", "a$b", "m.x"]
    model = create(api, exp, tags=[{"key": n, "value": "1"} for n in names])["info"]["model_id"]
    for encoded in ("a", "b%20c", "%C3%A9%F0%9F%98%80", "a$b", "m.x"):
        fine(delete(api, f"logged-models/{model}/tags/{encoded}"))
    assert tags_of(api, model) == {}
    for encoded, shown in (("a", "'a'"), ("x%20y", "'x y'"), ("%C3%A9", "'é'"),
                           ("q'", "\"q'\""), ("q'\"", "'q\\'\"'")):
        check_error(delete(api, f"logged-models/{model}/tags/{encoded}"), 404,
                    "RESOURCE_DOES_NOT_EXIST",
                    f"No tag with key {shown} found for model with ID '{model}'.")


# --- params -----------------------------------------------------------------


def params_of(api, model):
    return {p["key"]: p["value"] for p in get(api, model)["data"].get("params", [])}


def test_params(api, model):
    path = f"logged-models/{model}/params"
    fine(api.post(path, {"model_id": model}))
    fine(api.post(path, {"model_id": model, "params": []}))
    fine(api.post(path, {"model_id": model, "params": [{"key": "a", "value": "1"}]}))
    fine(api.post(path, {"model_id": model, "params": [
        {"key": "b"}, {"key": "e", "value": ""}, {"key": "é😀\0", "value": "\0"},
        {"key": "a$b", "value": "v" * 65535}, {"key": "k" * 255, "value": "é" * 6001}]}))
    assert params_of(api, model) == {
        "a": "1", "b": "", "e": "", "é😀\0": "\0", "a$b": "v" * 65535, "k" * 255: "é" * 6001}


def test_params_missing(api, model):
    path = f"logged-models/{model}/params"
    for body in ({}, {"params": [{"key": "a", "value": "b"}]}, {"model_id": ""}):
        check_missing(api.post(path, body), "model_id")
    check_missing(api.raw(path, b"nope"), "model_id")
    check_type(api.post(path, {"model_id": 5}), "model_id", "5", "int")
    check_type(api.post(path, {"model_id": model, "params": "x"}), "params", '"x"', "str")
    assert params_of(api, model) == {}


def test_params_do_not_change(api, exp, on_cairn):
    model = create(api, exp, params=[{"key": "a", "value": "1"}])["info"]["model_id"]
    path = f"logged-models/{model}/params"
    for params in ([{"key": "a", "value": "1"}], [{"key": "n", "value": "1"}, {"key": "a"}],
                   [{"key": "d", "value": "1"}, {"key": "d", "value": "1"}]):
        check_constraint(api.post(path, {"model_id": model, "params": params}), on_cairn)
    for param, name in (({"key": "k" * 256}, "params.key"),
                        ({"key": "k", "value": "v" * 65536}, "params.value")):
        check_constraint(api.post(path, {"model_id": model, "params": [{"key": "g"}, param]}),
                         on_cairn, names=[name])
    assert params_of(api, model) == {"a": "1"}


# --- metrics, runs ----------------------------------------------------------


def test_metrics(api, exp, model):
    """Every logged point is shown, by name, time, step and run."""
    first, second = sorted([api.new_run(exp), api.new_run(exp)])

    def log(run, key, value, timestamp, step, **kw):
        api.ok("runs/log-metric", {"run_id": run, "model_id": model, "key": key, "value": value,
                                   "timestamp": timestamp, "step": step, **kw})

    log(first, "z", 1, 10, 0)
    log(first, "z", 9, 20, 0)
    log(first, "z", 2, 5, 1)
    log(second, "z", 3, 5, 1)
    log(first, "a", "NaN", 1, 0)
    log(first, "b", "Infinity", 2, 0, dataset_name="d", dataset_digest="g")
    log(second, "b", -0.5, 2, -1)
    shown = [
        (m["key"], m["value"], m["timestamp"], m["step"], m["run_id"], m.get("dataset_name"),
         m.get("dataset_digest"))
        for m in get(api, model)["data"]["metrics"]
    ]
    assert shown == [
        ("a", 0.0, 1, 0, first, None, None),
        ("b", -0.5, 2, -1, second, None, None),
        ("b", 1.7976931348623157e308, 2, 0, first, "d", "g"),
        ("z", 2.0, 5, 1, first, None, None),
        ("z", 3.0, 5, 1, second, None, None),
        ("z", 1.0, 10, 0, first, None, None),
        ("z", 9.0, 20, 0, first, None, None),
    ]
    assert {m["model_id"] for m in get(api, model)["data"]["metrics"]} == {model}
    found = api.ok("logged-models/search", {"experiment_ids": [exp]})["models"]
    assert found == [get(api, model)]
    # the run has its own metrics, the newest of each
    assert {m["key"]: m["value"] for m in api.get_run(first)["data"]["metrics"]}["z"] == 2.0


def test_batch_with_model(api, exp, run, model):
    api.ok("runs/log-batch", {"run_id": run, "metrics": [
        {"key": f"m{i}", "value": i, "timestamp": 1, "step": 0, "model_id": model}
        for i in range(20)]})
    assert [m["value"] for m in sorted(get(api, model)["data"]["metrics"],
                                       key=lambda m: m["value"])] == list(range(20))


def test_run_links(api, exp, run, model):
    fine(api.post("runs/outputs", {"run_id": run, "models": [{"model_id": model, "step": 3}]}))
    other = api.new_run(exp)
    fine(api.post("runs/log-inputs", {"run_id": other, "models": [{"model_id": model}]}))
    assert api.get_run(run)["outputs"] == {"model_outputs": [{"model_id": model, "step": 3}]}
    assert api.get_run(other)["inputs"] == {"model_inputs": [{"model_id": model}]}


def test_many_at_once(api, exp):
    """Two models never share an id."""
    made = {create(api, exp)["info"]["model_id"] for _ in range(20)}
    assert len(made) == 20


def test_location_of_the_experiment(api):
    for root in ("s3://bucket/path", "/somewhere/else", "s3://b/x?y=1"):
        exp = api.new_experiment("l-" + uuid.uuid4().hex, artifact_location=root)
        info = create(api, exp)["info"]
        tail = f"/models/{info['model_id']}/artifacts"
        head, mark, query = root.partition("?")
        assert info["artifact_uri"] == head + tail + mark + query
