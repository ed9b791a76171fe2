"""What a filter may cost, in every search: wildcards of a pattern, clauses."""

import pytest
from conftest import check_error
from test_search_ilike import PLACES
from test_traces import info, start
from test_traces_search import ask

WILDCARDS = 500
CLAUSES = 500

SEARCHES = {
    "runs": lambda api, exp, f: api.post("runs/search", {"experiment_ids": [exp], "filter": f}),
    "experiments": lambda api, exp, f: api.post("experiments/search", {
        "max_results": 9, "filter": f}),
    "registered": lambda api, exp, f: api.get("registered-models/search", {"filter": f}),
    "versions": lambda api, exp, f: api.get("model-versions/search", {"filter": f}),
    "models": lambda api, exp, f: api.post("logged-models/search", {
        "experiment_ids": [exp], "filter": f}),
    "datasets": lambda api, exp, f: api.post("datasets/search", {"filter_string": f},
                                             version="3.0"),
    "traces": lambda api, exp, f: ask(api, exp, f),
}
FOUND = {
    "runs": "runs", "experiments": "experiments", "registered": "registered_models",
    "versions": "model_versions", "models": "models", "datasets": "datasets",
    "traces": "traces",
}


class World:
    """A row in each search with a tag "t" that has many letters."""

    def __init__(self, api):
        self.api, self.exp = api, api.new_experiment()
        tags = [{"key": "t", "value": "a" * 600}]
        name = "limits" + self.exp
        api.ok("experiments/create", {"name": name, "tags": tags})
        run = api.new_run(self.exp, tags=tags)
        api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": "a"})
        api.ok("runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": 1})
        api.ok("registered-models/create", {"name": name, "tags": tags})
        api.ok("model-versions/create", {"name": name, "source": "s3://b/x", "tags": tags})
        api.ok("logged-models", {"experiment_id": self.exp, "name": "m", "tags": tags})
        api.ok("datasets/create", {"name": name, "tags": '{"t": "%s"}' % ("a" * 600)},
               version="3.0")
        assert start(api, info(self.exp, tags={"t": "a" * 600})).status_code == 200

    def ask(self, search, filter):
        return SEARCHES[search](self.api, self.exp, filter)


@pytest.fixture(scope="module")
def world(api):
    return World(api)


def pattern(wildcards):
    return "%a" * (wildcards - 1) + "%"


@pytest.mark.parametrize("op", ["LIKE", "ILIKE"])
@pytest.mark.parametrize("search", SEARCHES)
def test_many_wildcards(world, search, op):
    r = world.ask(search, f"tags.t {op} '{pattern(WILDCARDS)}'")
    assert r.status_code == 200, r.text
    assert r.json().get(FOUND[search]), "a pattern of so many wildcards finds what it should"


@pytest.mark.parametrize("op", ["LIKE", "ILIKE"])
@pytest.mark.parametrize("search, word", PLACES)
def test_too_many_wildcards(world, on_cairn, search, word, op):
    """MariaDB's stack ends in a pattern of 3,000."""
    r = world.ask(search, f"{word} {op} '{pattern(3000)}'")
    if on_cairn:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", contains="has 3000 wildcards '%'. At most "
                    f"{WILDCARDS} are taken.")


@pytest.mark.cairn_only("more than 61 joined tables are a 503 there")
@pytest.mark.parametrize("search, clause", [
    ("runs", "tags.t LIKE 'a%'"), ("runs", "params.p = 'a'"), ("runs", "metrics.m > 0"),
    ("runs", "tags.none IS NULL"), ("experiments", "tags.t LIKE 'a%'"),
    ("registered", "tags.t != 'b'"), ("versions", "tags.t LIKE 'a%'"),
    ("models", "tags.t LIKE 'a%'"), ("datasets", "tags.t LIKE 'a%'"),
    ("traces", "tags.t LIKE 'a%'"), ("traces", "tags.t RLIKE 'a'"), ("traces", "feedback.f IS NULL"),
])
def test_many_joined_clauses(world, search, clause):
    r = world.ask(search, " AND ".join([clause] * CLAUSES))
    assert r.status_code == 200, r.text
    assert r.json().get(FOUND[search])
    check_error(world.ask(search, " AND ".join([clause] * (CLAUSES + 1))), 400,
                "INVALID_PARAMETER_VALUE",
                f"Invalid filter: it has more than {CLAUSES} clauses.")
