"""Many writers at once: nothing is lost, refused or left half done."""

import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Api

WRITERS = 16


@pytest.fixture
def crowd(server):
    """crowd(n, work) -> what work(api, i) gave for i = 0..n-1, all started together."""

    def gather(count, work):
        start = threading.Barrier(count)

        def one(i):
            own = Api(server)
            start.wait()
            return work(own, i)

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return gather


@pytest.fixture
def settled(on_cairn):
    """settled(statuses): all writes were taken.  The reference refuses some of them.

    It meets its own rows of the same moment as duplicates (400), or gives up (500).
    """

    def check(statuses):
        if on_cairn:
            assert statuses == [200] * len(statuses)
        else:
            assert set(statuses) <= {200, 400, 500} and 200 in statuses

    return check


def newest(points):
    """By key, the greatest (step, timestamp, value)."""
    best = {}
    for key, *point in points:
        best[key] = max(best.get(key, tuple(point)), tuple(point))
    return best


def test_writers_of_one_run(api, run, sql, crowd, either, on_cairn):
    """Batches of 50 of 150 keys in random order: the recipe for deadlocks."""
    rounds = either(cairn=60, mlflow=3)

    def work(own, writer):
        dice = random.Random(writer)
        sent, failed = [], []
        for _ in range(rounds):
            batch = [(f"k{k}", dice.randrange(40), dice.randrange(20), float(dice.randrange(9)))
                     for k in dice.sample(range(150), 50)]
            r = own.post("runs/log-batch", {"run_id": run, "metrics": [
                {"key": k, "step": s, "timestamp": t, "value": v} for k, s, t, v in batch
            ]})
            if (r.status_code, r.text.replace(" ", "")) == (200, "{}"):
                sent += batch
            else:
                failed.append((r.status_code, r.text[:200]))
        return sent, failed

    results = crowd(WRITERS, work)
    sent = {p for points, _ in results for p in points}
    kept = set(sql("SELECT `key`, step, timestamp, value FROM metrics WHERE run_uuid = %s", (run,)))
    latest = sql(
        "SELECT `key`, step, timestamp, value FROM latest_metrics WHERE run_uuid = %s", (run,)
    )
    shown = {m["key"]: (m["step"], m["timestamp"], m["value"])
             for m in api.get_run(run)["data"]["metrics"]}
    assert {row[0]: row[1:] for row in latest} == shown
    if on_cairn:
        assert [f for _, failures in results for f in failures] == []
        assert kept == sent
        assert shown == newest(sent)
    else:  # refuses some, keeps parts of them, and may lose the newest
        assert sent and sent <= kept
        assert {(key, *point) for key, point in shown.items()} <= kept


def test_writers_of_one_metric(api, run, crowd, settled, on_cairn):
    """Every point is kept, and the newest is the newest of all."""
    def work(own, writer):
        return [(own.post("runs/log-metric", {
            "run_id": run, "key": "m", "value": writer, "timestamp": 1, "step": step,
        }).status_code, step, float(writer)) for step in random.Random(writer).sample(range(5), 5)]

    answers = [a for writer in crowd(8, work) for a in writer]
    settled([status for status, *_ in answers])
    history = api.read("metrics/get-history", {"run_id": run, "metric_key": "m"})["metrics"]
    kept = [(m["step"], m["value"]) for m in history]
    assert kept == sorted(kept)
    assert {(step, value) for status, step, value in answers if status == 200} <= set(kept)
    [shown] = api.get_run(run)["data"]["metrics"]
    if on_cairn:
        assert len(kept) == 40
        assert (shown["step"], shown["value"]) == (4, 7.0)
    else:
        assert (shown["step"], shown["value"]) in kept


def test_writers_of_everything(api, run, crowd, settled, on_cairn):
    def work(own, writer):
        dice = random.Random(writer)
        return [own.post("runs/log-batch", {
            "run_id": run,
            "metrics": [{"key": f"m{k}", "value": writer, "timestamp": i}
                        for k in dice.sample(range(10), 10)],
            "params": [{"key": f"p{k}", "value": "same"} for k in dice.sample(range(10), 10)],
            "tags": [{"key": f"t{k}", "value": str(writer)} for k in dice.sample(range(10), 10)],
        }).status_code for i in range(3)]

    settled([status for writer in crowd(8, work) for status in writer])
    data = api.get_run(run)["data"]
    assert {p["key"]: p["value"] for p in data["params"]} == {f"p{k}": "same" for k in range(10)}
    assert {m["key"] for m in data["metrics"]} == {f"m{k}" for k in range(10)}
    if on_cairn:
        assert {(m["timestamp"], m["value"]) for m in data["metrics"]} == {(2, 7.0)}
    tags = {t["key"]: t["value"] for t in data["tags"] if t["key"] != "mlflow.runName"}
    assert set(tags) == {f"t{k}" for k in range(10)}
    assert set(tags.values()) <= set(map(str, range(8)))


def test_one_param_many_values(api, run, crowd):
    """One value wins, and every other writer is told so."""
    answers = crowd(8, lambda own, i: own.post(
        "runs/log-parameter", {"run_id": run, "key": "p", "value": str(i)}))
    won = [i for i, r in enumerate(answers) if r.status_code == 200]
    assert len(won) == 1
    assert {r.status_code for r in answers} == {200, 400}
    [param] = api.get_run(run)["data"]["params"]
    assert param == {"key": "p", "value": str(won[0])}


def test_one_experiment_name(api, crowd):
    """What set_experiment relies on."""
    name = "c-" + uuid.uuid4().hex
    answers = crowd(WRITERS, lambda own, i: own.post("experiments/create", {"name": name}))
    won = [r.json()["experiment_id"] for r in answers if r.status_code == 200]
    assert len(won) == 1
    lost = [(r.status_code, r.json()["error_code"]) for r in answers if r.status_code != 200]
    assert lost == [(400, "RESOURCE_ALREADY_EXISTS")] * (WRITERS - 1)
    found = api.read("experiments/get-by-name", {"experiment_name": name})["experiment"]
    assert found["experiment_id"] == won[0]


def test_many_new_runs(api, exp, crowd):
    def work(own, i):
        return [own.ok("runs/create", {"experiment_id": exp, "run_name": f"{i}-{j}"})
                ["run"]["info"]["run_id"] for j in range(4)]

    made = [run for runs in crowd(WRITERS, work) for run in runs]
    assert len(set(made)) == 4 * WRITERS
    found = api.search(exp, max_results=1000)
    assert sorted(r["info"]["run_id"] for r in found) == sorted(made)
    assert {r["info"]["run_name"] for r in found} == {
        f"{i}-{j}" for i in range(WRITERS) for j in range(4)
    }


def test_one_tag(api, run, crowd, settled):
    answers = crowd(8, lambda own, i: [own.post(
        "runs/set-tag", {"run_id": run, "key": "t", "value": str(i)}).status_code
        for _ in range(4)])
    settled([status for writer in answers for status in writer])
    [value] = [t["value"] for t in api.get_run(run)["data"]["tags"] if t["key"] == "t"]
    assert value in set(map(str, range(8)))


def test_one_dataset(api, exp, crowd, sql, either):
    """Runs of one experiment that log the same dataset share its row."""
    runs = [api.new_run(exp) for _ in range(8)]
    answers = crowd(8, lambda own, i: own.post("runs/log-inputs", {
        "run_id": runs[i],
        "datasets": [{"dataset": {"name": "d", "digest": "g", "source_type": "t",
                                  "source": "s"}}],
    }).status_code)
    done = [run for run, status in zip(runs, answers) if status == 200]
    assert len(done) >= either(cairn=8, mlflow=1), answers
    assert len(sql("SELECT * FROM datasets WHERE experiment_id = %s", (exp,))) == 1
    for run in done:
        [found] = api.get_run(run)["inputs"]["dataset_inputs"]
        assert found["dataset"]["name"] == "d"


def test_deletion_against_writers(api, exp, crowd, on_cairn):
    """A run is deleted while others write: each write is whole, or refused."""
    run = api.new_run(exp)

    def work(own, i):
        if i == 0:
            own.ok("runs/delete", {"run_id": run})
            return []
        return [(own.post("runs/log-batch", {
            "run_id": run,
            "metrics": [{"key": f"m{i}-{j}", "value": 1, "timestamp": 1}],
            "tags": [{"key": f"m{i}-{j}", "value": "1"}],
        }).status_code, f"m{i}-{j}") for j in range(5)]

    answers = [a for writer in crowd(6, work) for a in writer]
    assert {status for status, _ in answers} <= {200, 400}
    found = api.get_run(run)
    assert found["info"]["lifecycle_stage"] == "deleted"
    metrics = {m["key"] for m in found["data"].get("metrics", [])}
    tags = {t["key"] for t in found["data"]["tags"]}
    for status, key in answers:
        if status == 200:
            assert key in metrics and key in tags
        elif on_cairn:
            assert key not in metrics and key not in tags
