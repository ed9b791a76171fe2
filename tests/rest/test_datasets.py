"""What went into a run and came out of it: log-inputs, outputs, search-datasets."""

import pytest
from conftest import (
    check_constraint, check_error, check_missing, check_refused, check_type,
)

CONTEXT = "mlflow.data.context"
NONE = "SearchDatasets request must specify at least one experiment_id."


def dataset(name="d", digest="g", **kw):
    return {"name": name, "digest": digest, "source_type": "local", "source": "src", **kw}


def tagged(data, *pairs):
    return {"tags": [{"key": k, "value": v} for k, v in pairs], "dataset": data}


def log_inputs(api, run, *inputs, **kw):
    return api.post("runs/log-inputs", {"run_id": run, "datasets": list(inputs), **kw})


def inputs(api, run):
    """(dataset inputs by all they tell, model ids)."""
    found = api.get_run(run)["inputs"]
    return (
        sorted(found.get("dataset_inputs", []), key=lambda d: sorted(d["dataset"].items())),
        [m["model_id"] for m in found.get("model_inputs", [])],
    )


def fine(r):
    assert (r.status_code, r.json()) == (200, {}), r.text
    assert r.headers["content-type"] == "application/json"


def bad(r, message):
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


# --- log-inputs -------------------------------------------------------------


@pytest.mark.cairn_only("the reference's order is that of its database's plan")
def test_order(api, exp, run):
    """By name, then digest, whatever the order of logging."""
    pairs = [("d", "2"), ("b", "1"), ("f", "1"), ("d", "1"), ("a", "3"), ("e", "1"), ("c", "9")]
    for name, digest in pairs[:3]:
        fine(log_inputs(api, run, tagged(dataset(name, digest), ("k", "v"), ("l", "w"))))
    fine(log_inputs(api, run, *[tagged(dataset(*p), ("k", "v")) for p in pairs[3:]]))
    searched = api.post("runs/search", {"experiment_ids": [exp]}).json()["runs"]
    for found in (api.get_run(run), *searched):
        logged = [d["dataset"] for d in found["inputs"]["dataset_inputs"]]
        assert [(d["name"], d["digest"]) for d in logged] == sorted(pairs)


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_read_back(api, run, prefix):
    r = api.post("runs/log-inputs", {
        "run_id": run,
        "datasets": [
            tagged(dataset("one", schema='{"s":1}', profile="p"), (CONTEXT, "train"), ("a", "")),
            {"dataset": dataset("two")},
        ],
        "models": [{"model_id": "m-b"}, {"model_id": "m-a"}],
    }, prefix=prefix)
    fine(r)
    found = api.get_run(run)
    assert set(found["inputs"]) == {"dataset_inputs", "model_inputs"}
    assert found["outputs"] == {}
    assert inputs(api, run)[0] == [
        {
            "tags": [{"key": "a", "value": ""}, {"key": CONTEXT, "value": "train"}],
            "dataset": {
                "name": "one", "digest": "g", "source_type": "local", "source": "src",
                "schema": '{"s":1}', "profile": "p",
            },
        },
        {"dataset": {"name": "two", "digest": "g", "source_type": "local", "source": "src"}},
    ]
    assert found["inputs"]["model_inputs"] == [{"model_id": "m-a"}, {"model_id": "m-b"}]


@pytest.mark.parametrize("body", [
    {}, {"datasets": []}, {"models": []}, {"datasets": None}, {"models": None},
])
def test_nothing_to_log(api, run, body):
    fine(api.post("runs/log-inputs", {"run_id": run, **body}))
    assert api.get_run(run)["inputs"] == {}


def test_ids(api, run):
    check_missing(api.post("runs/log-inputs", {}), "run_id")
    check_missing(api.post("runs/log-inputs", {"run_id": ""}), "run_id")
    bad(api.post("runs/log-inputs", {"run_uuid": run}),
        "Invalid value \"\" for parameter 'run_id' supplied.")
    check_type(api.raw("runs/log-inputs", '{"run_id":5}'), "run_id", "5", "int")
    check_error(api.post("runs/log-inputs", {"run_id": "nope"}), 404,
                "RESOURCE_DOES_NOT_EXIST", "Run with id=nope not found")


@pytest.mark.parametrize("field", ["datasets", "models"])
@pytest.mark.parametrize("value, pytype", [("5", "int"), ('"x"', "str"), ("{}", "dict")])
def test_no_list(api, run, field, value, pytype):
    r = api.raw("runs/log-inputs", f'{{"run_id":"{run}","{field}":{value}}}')
    check_type(r, field, value, pytype)


@pytest.mark.parametrize("text, wrong", [
    ('"datasets":[5]', "5"), ('"datasets":["a"]', '"a"'),
    ('"datasets":[{"dataset":5}]', "5"), ('"datasets":[{"dataset":"x"}]', '"x"'),
    ('"datasets":[{"dataset":{"name":5}}]', "5"),
    ('"datasets":[{"tags":5,"dataset":{"name":"n","digest":"d"}}]', "5"),
])
def test_datasets_of_wrong_types(api, run, on_cairn, text, wrong):
    """The reference stores a dataset of empty texts."""
    r = api.raw("runs/log-inputs", f'{{"run_id":"{run}",{text}}}')
    if on_cairn:
        check_refused(r, "datasets", wrong)
        assert api.get_run(run)["inputs"] == {}
    else:
        fine(r)
        [found] = inputs(api, run)[0]
        assert found == {
            "dataset": {"name": "", "digest": "", "source_type": "", "source": ""}
        }


@pytest.mark.parametrize("text, wrong", [
    ('"models":[5]', "5"), ('"models":[{"model_id":5}]', "5"),
])
def test_models_of_wrong_types(api, run, on_cairn, text, wrong):
    r = api.raw("runs/log-inputs", f'{{"run_id":"{run}",{text}}}')
    if on_cairn:
        check_refused(r, "models", wrong)
        assert api.get_run(run)["inputs"] == {}
    else:
        fine(r)
        assert inputs(api, run)[1] == [""]


@pytest.mark.parametrize("sent, stored", [
    ({}, {"name": "", "digest": "", "source_type": "", "source": ""}),
    ({"name": "n"}, {"name": "n", "digest": "", "source_type": "", "source": ""}),
    (dataset(schema="", profile=""), dataset()),
    (dataset("é😀 a$//b"), dataset("é😀 a$//b")),
    (dataset("é" * 500, "é" * 36), dataset("é" * 500, "é" * 36)),
    (dataset(source_type="s" * 36), dataset(source_type="s" * 36)),
    (dataset(source="s" * 65535), dataset(source="s" * 65535)),
    (dataset(schema="s" * 70000), dataset(schema="s" * 70000)),
])
def test_what_is_accepted(api, run, sent, stored):
    fine(log_inputs(api, run, {"dataset": sent}))
    assert inputs(api, run)[0] == [{"dataset": stored}]


@pytest.mark.parametrize("item, name, limit", [
    ({"dataset": dataset("n" * 501)}, "name", 500),
    ({"dataset": dataset("é" * 501)}, "name", 500),
    ({"dataset": dataset(digest="g" * 37)}, "digest", 36),
    ({"dataset": dataset(source="s" * 65536)}, "source", 65535),
    ({"dataset": dataset(schema="s" * 1048576)}, "schema", 1048575),
    (tagged(dataset(), ("k" * 256, "v")), "key", 255),
    (tagged(dataset(), ("k", "v" * 501)), "value", 500),
])
def test_limits(api, run, item, name, limit):
    """Nothing of the request is kept."""
    r = log_inputs(api, run, {"dataset": dataset("good")}, item)
    bad(r, f"'{name}' exceeds the maximum length of {limit} characters")
    assert api.get_run(run)["inputs"] == {}


def test_source_type_over_the_column(api, run, on_cairn):
    r = log_inputs(api, run, {"dataset": dataset(source_type="s" * 37)})
    check_constraint(r, on_cairn, names=["36"])
    assert api.get_run(run)["inputs"] == {}


def test_source_over_the_column(api, run, on_cairn):
    """The limit counts characters, the column bytes."""
    r = log_inputs(api, run, {"dataset": dataset(source="é" * 65535)})
    check_constraint(r, on_cairn, names=["65535"])


def test_tags_at_their_limits(api, run):
    pair = ("é" * 255, "é" * 500)
    fine(log_inputs(api, run, tagged(dataset(), pair)))
    assert inputs(api, run)[0] == [tagged(dataset(), pair)]


def test_tag_keys_are_not_checked(api, run):
    fine(log_inputs(api, run, tagged(dataset(), ("a$//", "1"))))
    assert inputs(api, run)[0] == [tagged(dataset(), ("a$//", "1"))]


def test_one_tag_twice(api, run, on_cairn):
    r = log_inputs(api, run, tagged(dataset(), ("twice", "1"), ("twice", "2")))
    check_constraint(r, on_cairn, names=["twice"])
    assert api.get_run(run)["inputs"] == {}


def test_one_dataset_twice(api, run):
    fine(log_inputs(api, run, {"dataset": dataset()}, {"dataset": dataset()}))
    assert inputs(api, run)[0] == [{"dataset": dataset()}]


def test_repeat_changes_nothing(api, run):
    """The first source, schema, profile and tags stay."""
    first = tagged(dataset(schema="s"), (CONTEXT, "train"))
    fine(log_inputs(api, run, first, models=[{"model_id": "m-a"}]))
    again = {"name": "d", "digest": "g", "source_type": "http", "source": "other",
             "schema": "t", "profile": "p"}
    fine(log_inputs(api, run, tagged(again, (CONTEXT, "eval"), ("new", "1")),
                    models=[{"model_id": "m-a"}]))
    assert inputs(api, run) == ([first], ["m-a"])


def test_another_run_has_its_own_tags(api, exp, run):
    other = api.new_run(exp)
    fine(log_inputs(api, run, tagged(dataset(), (CONTEXT, "train"))))
    fine(log_inputs(api, other, tagged(dataset(), (CONTEXT, "eval"))))
    assert inputs(api, run)[0] == [tagged(dataset(), (CONTEXT, "train"))]
    assert inputs(api, other)[0] == [tagged(dataset(), (CONTEXT, "eval"))]


def test_digests_tell_datasets_apart(api, run):
    fine(log_inputs(api, run, {"dataset": dataset(digest="1")}, {"dataset": dataset(digest="2")}))
    assert [d["dataset"]["digest"] for d in inputs(api, run)[0]] == ["1", "2"]


def test_datasets_that_differ_by_case(api, run, on_cairn):
    r = log_inputs(api, run, {"dataset": dataset("dd")}, {"dataset": dataset("DD")})
    if on_cairn:
        fine(r)
        assert {d["dataset"]["name"] for d in inputs(api, run)[0]} == {"dd", "DD"}
    else:
        check_constraint(r, on_cairn)
        assert api.get_run(run)["inputs"] == {}


def test_many(api, run):
    names = {f"x{i:04}" for i in range(300)}
    fine(log_inputs(api, run, *({"dataset": dataset(n)} for n in names)))
    assert {d["dataset"]["name"] for d in inputs(api, run)[0]} == names


# --- outputs ----------------------------------------------------------------


def outputs(api, run):
    found = api.get_run(run)["outputs"].get("model_outputs", [])
    return [(m["model_id"], m["step"]) for m in found]


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_outputs(api, run, prefix):
    """In order of model id; models need not exist."""
    fine(api.post("runs/outputs", {"run_id": run, "models": [
        {"model_id": "m-c", "step": 3}, {"model_id": "m-a"}, {"model_id": "m-b", "step": -2},
    ]}, prefix=prefix))
    assert api.get_run(run)["outputs"] == {"model_outputs": [
        {"model_id": "m-a", "step": 0}, {"model_id": "m-b", "step": -2},
        {"model_id": "m-c", "step": 3},
    ]}
    assert api.get_run(run)["inputs"] == {}


@pytest.mark.parametrize("step, stored", [
    ("null", 0), ('"7"', 7), ("1.0", 1), ("9223372036854775807", 9223372036854775807),
])
def test_output_steps(api, run, step, stored):
    fine(api.raw("runs/outputs",
                 f'{{"run_id":"{run}","models":[{{"model_id":"m-a","step":{step}}}]}}'))
    assert outputs(api, run) == [("m-a", stored)]


@pytest.mark.parametrize("text, wrong, left", [
    ('[5]', "5", [("", 0)]),
    ('[{"model_id":5}]', "5", [("", 0)]),
    ('[{"model_id":"m-a","step":"x"}]', '"x"', [("m-a", 0)]),
    ('[{"model_id":"m-a","step":1.5}]', "1.5", [("m-a", 0)]),
])
def test_outputs_of_wrong_types(api, run, on_cairn, text, wrong, left):
    r = api.raw("runs/outputs", f'{{"run_id":"{run}","models":{text}}}')
    if on_cairn:
        check_refused(r, "models", wrong)
        assert outputs(api, run) == []
    else:
        fine(r)
        assert outputs(api, run) == left


def test_outputs_missing(api, run):
    check_missing(api.post("runs/outputs", {}), "run_id")
    check_missing(api.post("runs/outputs", {"models": [{"model_id": "m-a"}]}), "run_id")
    check_missing(api.post("runs/outputs", {"run_id": run}), "models")
    check_missing(api.post("runs/outputs", {"run_id": run, "models": None}), "models")
    check_type(api.raw("runs/outputs", f'{{"run_id":"{run}","models":5}}'), "models", "5", "int")
    fine(api.post("runs/outputs", {"run_id": run, "models": []}))
    assert outputs(api, run) == []


@pytest.mark.parametrize("field, value, told", [
    ("run_id", "nope", "nope"), ("run_uuid", "nope", ""),
])
def test_outputs_of_unknown_run(api, field, value, told):
    r = api.post("runs/outputs", {field: value, "models": [{"model_id": "m-a"}]})
    check_error(r, 404, "RESOURCE_DOES_NOT_EXIST", f"Run with id={told} not found")


def test_one_output_twice(api, run, on_cairn):
    """Whether in two requests or in one, the second request leaves nothing."""
    fine(api.post("runs/outputs", {"run_id": run, "models": [{"model_id": "m-a", "step": 1}]}))
    for models in (["m-b", "m-a"], ["m-c", "m-c"]):
        r = api.post("runs/outputs", {
            "run_id": run, "models": [{"model_id": m, "step": 2} for m in models],
        })
        check_constraint(r, on_cairn, names=[models[1]])
    assert outputs(api, run) == [("m-a", 1)]


# --- search-datasets --------------------------------------------------------


def search(api, *experiment_ids, **kw):
    return api.post("experiments/search-datasets",
                    {"experiment_ids": list(experiment_ids), **kw}, prefix="ajax-api")


def summaries(r):
    """As a sorted list: the answer has no order of its own."""
    assert r.status_code == 200, r.text
    assert r.headers["content-type"] == "application/json"
    assert set(r.json()) <= {"dataset_summaries"}
    return sorted(
        (s["experiment_id"], s["name"], s["digest"], s.get("context"))
        for s in r.json().get("dataset_summaries", [])
    )


def test_search_tells_each_once(api, exp):
    for pairs in (
        [("a", "train"), ("b", "train")], [("a", "train"), ("b", "eval")], [("a", "eval")],
    ):
        run = api.new_run(exp)
        fine(log_inputs(api, run, *(tagged(dataset(n), (CONTEXT, c)) for n, c in pairs)))
    assert summaries(search(api, exp)) == [
        (exp, "a", "g", "eval"), (exp, "a", "g", "train"),
        (exp, "b", "g", "eval"), (exp, "b", "g", "train"),
    ]


def test_search_form(api, exp, run):
    """context only where there is one."""
    fine(log_inputs(api, run, tagged(dataset("a", "1"), ("other", "x"))))
    assert search(api, exp).json() == {
        "dataset_summaries": [{"experiment_id": exp, "name": "a", "digest": "1"}]
    }
    other = api.new_run(exp)
    fine(log_inputs(api, other, tagged(dataset("b"), (CONTEXT, ""))))
    assert {"experiment_id": exp, "name": "b", "digest": "g"} in (
        search(api, exp).json()["dataset_summaries"]
    )


def test_search_several(api, exp, run):
    other = api.new_experiment()
    fine(log_inputs(api, run, {"dataset": dataset("a")}))
    fine(log_inputs(api, api.new_run(other), {"dataset": dataset("b")}))
    want = sorted([(exp, "a", "g", None), (other, "b", "g", None)])
    assert summaries(search(api, exp, other, "99999999")) == want
    assert summaries(search(api, exp, exp)) == [(exp, "a", "g", None)]


def test_search_includes_deleted(api, exp, run):
    fine(log_inputs(api, run, {"dataset": dataset("a")}))
    api.ok("runs/delete", {"run_id": run})
    assert summaries(search(api, exp)) == [(exp, "a", "g", None)]
    api.ok("experiments/delete", {"experiment_id": exp})
    assert summaries(search(api, exp)) == [(exp, "a", "g", None)]


def test_search_nothing(api, exp):
    for experiment_id in (exp, "99999999"):
        r = search(api, experiment_id)
        assert (r.status_code, r.json()) == (200, {})


def test_search_at_most_1000(api, exp, run):
    for i in range(3):
        fine(log_inputs(api, run, *({"dataset": dataset(f"{i}-{j}")} for j in range(400))))
    assert len(set(summaries(search(api, exp)))) == 1000


@pytest.mark.parametrize("body", [{}, {"experiment_ids": []}, {"experiment_ids": None}])
def test_search_needs_an_experiment(api, body):
    bad(api.post("experiments/search-datasets", body, prefix="ajax-api"), NONE)


@pytest.mark.parametrize("text", ['"1"', "[5]", "{}"])
def test_search_wrong_types(api, on_cairn, text):
    r = api.raw("experiments/search-datasets", f'{{"experiment_ids":{text}}}', prefix="ajax-api")
    body = check_error(r, 400, "INVALID_PARAMETER_VALUE")
    assert body["message"] == NONE or (on_cairn and "'experiment_ids" in body["message"])


@pytest.mark.parametrize("text", ["abc", "", "1.5"])
def test_search_bad_id(api, text):
    bad(search(api, text),
        f"Invalid experiment ID '{text}'. Experiment ID must be a valid integer.")


def test_search_is_ajax_only_and_post_only(api, exp):
    r = api.post("experiments/search-datasets", {"experiment_ids": [exp]})
    assert r.status_code == 404 and r.headers["content-type"].startswith("text/html")
    r = api.get("experiments/search-datasets", {"experiment_ids": exp}, prefix="ajax-api")
    assert r.status_code == 405 and "POST" in r.headers["allow"]


def test_a_search_shows_datasets_and_outputs(api, exp, run):
    """But not the models that a run took in."""
    api.ok("runs/log-inputs", {
        "run_id": run, "models": [{"model_id": "m-in"}],
        "datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "s", "source": ""}}],
    })
    api.ok("runs/outputs", {
        "run_id": run, "models": [{"model_id": "m-b", "step": 2}, {"model_id": "m-a", "step": 1}],
    })
    [found] = api.search(exp)
    assert list(found["inputs"]) == ["dataset_inputs"]
    assert found["outputs"] == {
        "model_outputs": [{"model_id": "m-a", "step": 1}, {"model_id": "m-b", "step": 2}]
    }
