"""Many clients at one model: numbers without gaps, nothing lost, no 5xx."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Api
from registry import SOURCE, Registry, pairs, unique

CLIENTS = 16


@pytest.fixture(scope="module")
def reg(api):
    return Registry(api)


@pytest.fixture
def crowd(server):
    """crowd(work) -> what work(registry, i) gave for each of the clients, started together."""

    def gather(work):
        start = threading.Barrier(CLIENTS)

        def one(i):
            own = Registry(Api(server))
            start.wait()
            return work(own, i)

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(one, range(CLIENTS)))

    return gather


@pytest.fixture
def taken(on_cairn):
    """taken(answers): all were taken.  The reference gives up some of them with an error."""

    def check(answers):
        codes = [r.status_code for r in answers]
        if on_cairn:
            assert codes == [200] * len(codes), [r.text for r in answers if r.status_code != 200]
        else:
            assert 200 in codes
        return [r for r in answers if r.status_code == 200]

    return check


def test_numbers(reg, crowd, taken, either, on_cairn):
    """16 clients create versions of one model: they get 1 .. N, each once."""
    name, rounds = reg.model(), either(cairn=15, mlflow=3)

    def work(own, i):
        return [own.mv("create", {"name": name, "source": f"{SOURCE}/{i}/{n}", "tags": [{"key": "i", "value": str(i)}]})
                for n in range(rounds)]

    answers = taken([r for each in crowd(work) for r in each])
    versions = [r.json()["model_version"] for r in answers]
    numbers = sorted(int(v["version"]) for v in versions)
    assert len(set(numbers)) == len(numbers)
    if on_cairn:
        assert numbers == list(range(1, CLIENTS * rounds + 1))
    stored = reg.search("model-versions", filter=f"name = '{name}'")[0]
    assert {(v["version"], v["source"]) for v in stored} == {(v["version"], v["source"]) for v in versions}
    assert all(pairs(v)["i"] == v["source"].split("/")[-2] for v in stored)


def test_numbers_while_versions_are_deleted(reg, crowd, taken, either, on_cairn):
    name = reg.model()

    def work(own, i):
        out = []
        for _ in range(either(cairn=8, mlflow=2)):
            made = own.mv("create", {"name": name, "source": SOURCE})
            out.append(made)
            if made.status_code == 200:
                body = {"name": name, "version": made.json()["model_version"]["version"]}
                gone = own.mv("delete", body, "DELETE")
                assert gone.status_code == 200 or not on_cairn, gone.text
        return out

    answers = taken([r for each in crowd(work) for r in each])
    numbers = sorted(int(r.json()["model_version"]["version"]) for r in answers)
    assert len(set(numbers)) == len(numbers)
    if on_cairn:
        assert numbers == list(range(1, len(numbers) + 1))


def test_one_name(crowd, on_cairn):
    """One client makes it, the others are told so."""
    name = unique()
    answers = crowd(lambda own, i: own.rm("create", {"name": name, "tags": [{"key": "i", "value": str(i)}]}))
    assert sorted(r.status_code for r in answers) == [200] + [400] * (CLIENTS - 1)
    for r in answers:
        # a busy machine: the reference has 15 connections for 16 clients
        starved = not on_cairn and "QueuePool limit" in r.text
        if r.status_code == 400 and not starved:
            assert r.json()["error_code"] == "RESOURCE_ALREADY_EXISTS", r.text


def test_stages(reg, crowd, taken, on_cairn):
    """Each takes another version to Production and archives the rest: one is left there."""
    name = reg.model()
    for _ in range(CLIENTS):
        reg.version(name)
    body = {"name": name, "stage": "Production", "archive_existing_versions": True}
    taken(crowd(lambda own, i: own.mv("transition-stage", {**body, "version": str(i + 1)})))
    stages = [reg.get_version(name, i + 1)["current_stage"] for i in range(CLIENTS)]
    if on_cairn:
        assert sorted(stages) == ["Archived"] * (CLIENTS - 1) + ["Production"]


def test_aliases_and_tags(reg, crowd, taken, on_cairn):
    name = reg.model()
    for _ in range(CLIENTS):
        reg.version(name)

    def work(own, i):
        version = {"name": name, "version": str(i + 1)}
        return [own.rm("alias", {**version, "alias": "champion"}),
                own.rm("set-tag", {"name": name, "key": f"k{i}", "value": "v"}),
                own.rm("set-tag", {"name": name, "key": "same", "value": str(i)}),
                own.mv("set-tag", {**version, "key": "k", "value": str(i)}),
                own.mv("set-tag", {"name": name, "version": "1", "key": "same", "value": str(i)})]  # fmt: skip

    taken([r for each in crowd(work) for r in each])
    if on_cairn:
        got = reg.get(name)
        assert [a["alias"] for a in got["aliases"]] == ["champion"]
        assert {f"k{i}" for i in range(CLIENTS)} <= set(pairs(got))


def test_versions_while_a_model_is_renamed(reg, crowd, on_cairn):
    """A version goes to the model, or the name is not there any more; never anything else."""
    names = [unique(), unique()]
    reg.model(names[0])

    def work(own, i):
        if i == 0:
            return [own.rm("rename", {"name": names[n % 2], "new_name": names[(n + 1) % 2]}) for n in range(10)]
        return [own.mv("create", {"name": names[n % 2], "source": SOURCE}) for n in range(10)]

    answers = [r for each in crowd(work) for r in each]
    codes = {r.status_code for r in answers}
    assert codes <= ({200, 404} if on_cairn else {200, 400, 404, 500}), codes
    if on_cairn:
        made = [r for r in answers if r.status_code == 200 and "model_version" in r.json()]
        assert len(reg.versions(filter=f"name = '{names[0]}'")) == len(made)
