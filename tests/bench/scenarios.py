"""The scenarios: which requests, what each reply must hold, and the targets."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Callable, NamedTuple
from urllib.parse import urlencode

import seed

API = "/api/2.0/mlflow/"
AJAX = "/ajax-api/2.0/mlflow/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"
TOKEN = "@TOKEN@"  # the client puts the last reply's page token there
MIB = 1 << 20
WIDE = 32  # connections of the scenarios for many clients
BATCH = 10  # metrics a request in the one of them that writes to one run
PAGES = 25
PAGE = 50
FAR_PAGE = 300


class Request(NamedTuple):
    method: str
    path: str
    body: bytes = b""
    needle: str = "-"  # stands `count` times in the reply
    count: int = 0
    reply: int = -1  # length of the reply, or -1
    fill: int = 0  # length of a body without content


def write_script(path, requests):
    """In the form that script.h tells."""
    with open(path, "wb") as f:
        for r in requests:
            length = f"={r.fill}" if r.fill else str(len(r.body))
            f.write(
                f"{r.method} {r.path} 200 {r.needle} {r.count} {r.reply} {length}\n".encode()
            )
            if not r.fill:
                f.write(r.body + b"\n")


def post(path, body, needle="{", count=1):
    """A call; one that writes is answered with an empty object."""
    return Request("POST", API + path, json.dumps(body).encode(), needle, count)


def get(path, needle, count, api=API, **query):
    return Request("GET", f"{api}{path}?{urlencode(query, doseq=True)}", b"", needle, count)


@dataclass
class Block:
    """What a script is made for: `n` requests, named apart from all others."""

    size: seed.Size
    name: str  # of server and round
    n: int
    far_token: str = ""
    random: Random = field(default_factory=lambda: Random(1))


def some_run(b):
    return seed.run_id(f"run-{b.random.randint(1, b.size.runs)}")


def write_run(i):
    return seed.run_id(f"write-{1 + i % seed.WRITE_RUNS}")


def time_of(i):
    return seed.EPOCH + 86_400_000 + i


# --- writes


def create_run(b):
    for i in range(b.n):
        yield post(
            "runs/create",
            {
                "experiment_id": str(seed.writes(b.size)),
                "user_id": "bench",
                "run_name": f"new-{i}",
                "start_time": time_of(i),
                "tags": [{"key": "mlflow.user", "value": "bench"}],
            },
            '"run_uuid"',
        )


def log_metric(b):
    for i in range(b.n):
        yield post(
            "runs/log-metric",
            {
                "run_id": write_run(i),
                "key": b.name,
                "value": i / 7,
                "timestamp": time_of(i),
                "step": i,
            },
        )


def log_param(b):
    for i in range(b.n):
        yield post(
            "runs/log-parameter",
            {"run_id": write_run(i), "key": f"{b.name}.{i}", "value": f"value {i}"},
        )


def set_tag(b):
    for i in range(b.n):
        yield post(
            "runs/set-tag",
            {"run_id": write_run(i), "key": f"tag.{i % 640 // 64}", "value": f"{b.name} {i}"},
        )


def batches(b, run, keys, steps):
    for i in range(b.n):
        metrics = [
            {"key": f"{b.name}.{k}", "value": (i + k) / 7, "timestamp": time_of(i), "step": s}
            for s in range(i * steps, (i + 1) * steps)
            for k in range(keys)
        ]
        yield post("runs/log-batch", {"run_id": run(i), "metrics": metrics})


def log_batch_3(b):
    return batches(b, write_run, 3, 1)


def log_batch_1000(b):
    return batches(b, write_run, 10, 100)


def log_batch_one_run(b):
    return batches(b, lambda i: write_run(0), BATCH, 1)


# --- reads


def empty(b):
    for _ in range(b.n):
        yield Request("GET", "/health", reply=2)


def get_run(b):
    for _ in range(b.n):
        yield get("runs/get", '"timestamp"', seed.METRICS, run_id=some_run(b))


def search(b, limit, **more):
    body = {
        "experiment_ids": [str(i) for i in range(1, b.size.experiments + 1)],
        "max_results": limit,
        **more,
    }
    return post("runs/search", body, '"timestamp"', seed.METRICS * min(limit, b.size.runs))


def search_1000(b):
    for _ in range(b.n):
        yield search(b, 1000)


def search_metric(b):
    for _ in range(b.n):
        yield search(
            b, 100, filter="metrics.metric_0 > 0.5", order_by=["metrics.metric_1 DESC"]
        )


def pages(b):
    for i in range(b.n):
        yield search(b, PAGE, **({"page_token": TOKEN} if i % PAGES else {}))


def first_page(b):
    for _ in range(b.n):
        yield search(b, PAGE)


def far_pages_before(size):
    """Runs before the far page; a small seed has fewer pages."""
    return PAGE * (min(FAR_PAGE, size.runs // PAGE) - 1)


def far_page(b):
    for _ in range(b.n):
        yield search(b, PAGE, page_token=b.far_token)


def history(b, limit, count):
    query = {"run_id": seed.run_id("history-1"), "metric_key": "loss"}
    if limit:
        query["max_results"] = limit
    for _ in range(b.n):
        yield get("metrics/get-history", '"timestamp"', count, **query)


def history_first(b):
    return history(b, 25_000, min(25_000, b.size.history))


def history_all(b):
    return history(b, 0, b.size.history)


def interval(b):
    ids = [seed.run_id(f"curve-{i}") for i in range(1, seed.CURVES + 1)]
    for _ in range(b.n):
        yield get(
            "metrics/get-history-bulk-interval",
            '"timestamp"',
            320 * seed.CURVES,
            AJAX,
            run_ids=ids,
            metric_key="loss",
            max_results=320,
        )


def search_experiments(b):
    for _ in range(b.n):
        yield post(
            "experiments/search", {"max_results": 1000}, '"experiment_id"', seed.experiments(b.size)
        )


def search_models(b):
    for _ in range(b.n):
        yield get("registered-models/search", '"latest_versions"', 100, max_results=100)


def search_versions(b):
    for _ in range(b.n):
        yield get("model-versions/search", '"version":', 100, max_results=100)


def mixed(b):
    """Half get a run, three of ten search 50 runs, two read a metric of a run."""
    for _ in range(b.n):
        dice = b.random.random()
        if dice < 0.5:
            yield get("runs/get", '"timestamp"', seed.METRICS, run_id=some_run(b))
        elif dice < 0.8:
            yield search(b, PAGE)
        else:
            yield get(
                "metrics/get-history",
                '"timestamp"',
                b.size.points,
                run_id=some_run(b),
                metric_key="metric_0",
                max_results=25_000,
            )


# --- artifacts


SMALL_FILES = 4  # as many as the warm requests make


def small_path(i):
    return f"{ARTIFACTS}bench/small-{i % SMALL_FILES}"


LARGE_PATH = ARTIFACTS + "bench/large"


def put_1m(b):
    for i in range(b.n):
        yield Request("PUT", small_path(i), fill=MIB)


def get_1m(b):
    for i in range(b.n):
        yield Request("GET", small_path(i), reply=MIB)


def put_1g(b):
    for _ in range(b.n):
        yield Request("PUT", LARGE_PATH, fill=b.size.artifact)


def get_1g(b):
    for _ in range(b.n):
        yield Request("GET", LARGE_PATH, reply=b.size.artifact)


@dataclass(frozen=True, eq=False)
class Scenario:
    key: str
    title: str
    make: Callable
    n: int  # requests in a block, which may end earlier by time
    target: dict  # p50, cpu (server tree), first: ms; rate: 1/s; speed: MB/s; growth: MB
    floor: str = ""  # the operation of the floor program
    connections: int = 1
    warm: int = 5
    single: bool = False  # a write of one row
    rows: int = 0  # stored by each request under the block's name: to be counted
    watch: bool = False  # the memory of the server's processes
    bytes: int = 0  # of a transfer; -1: of the large artifact
    needs: str = ""  # the scenario that makes what this one reads


# the reads first: they find what was seeded
SCENARIOS = [
    Scenario("empty", "empty round trip, GET /health", empty, 20_000, {}),
    Scenario("get-run", "get run", get_run, 20_000, {"p50": 0.4}, "get-run"),
    Scenario("search-1000", "runs/search, 1,000 runs", search_1000, 200, {"p50": 25},
             "search-1000", warm=2),
    Scenario("search-metric", "search by metric filter, ordered by another, 100", search_metric,
             500, {"p50": 15}, "search-metric", warm=2),
    Scenario("pages", "25 pages of 50, a page", pages, 40 * PAGES, {"p50": 5}, "page", warm=PAGES),
    Scenario("page-1", "page 1 of 50", first_page, 1000, {"p50": 5}, "page", warm=2),
    Scenario("page-300", "page 300 of 50", far_page, 1000, {"p50": 5}, "", warm=2),
    Scenario("history-25000", "history, first 25,000 points", history_first, 200,
             {"p50": 35, "first": 5}, "history-25000", warm=1),
    Scenario("history-all", "history, all 100,000 points", history_all, 50,
             {"p50": 140, "first": 5}, "history-all", warm=1),
    Scenario("interval", "bulk-interval, 5 runs x 320", interval, 1000, {"p50": 5}, "interval"),
    Scenario("experiments", "experiments/search", search_experiments, 10_000, {"p50": 0.5},
             "experiments"),
    Scenario("models", "registered-models/search of 100", search_models, 3000, {"p50": 2},
             "models"),
    Scenario("versions", "model-versions/search of 100", search_versions, 3000, {"p50": 2},
             "versions"),
    Scenario("mixed-32", "32 connections, mixed reads", mixed, 20_000, {"rate": 1500}, "",
             WIDE, warm=WIDE),
    Scenario("create-run", "create run", create_run, 10_000, {"p50": 1.0}, "create-run"),
    Scenario("log-metric", "log-metric", log_metric, 10_000, {"p50": 0.8, "cpu": 0.15},
             "log-metric", single=True, rows=1),
    Scenario("log-parameter", "log-parameter", log_param, 10_000, {"p50": 0.8, "cpu": 0.15},
             "log-parameter", single=True),
    Scenario("set-tag", "set-tag", set_tag, 10_000, {"p50": 0.8, "cpu": 0.15}, "set-tag",
             single=True),
    Scenario("log-batch-3", "log-batch of 3", log_batch_3, 10_000, {"p50": 1.0}, "log-batch-3"),
    Scenario("log-batch-1000", "log-batch of 1,000", log_batch_1000, 400, {"p50": 9},
             "log-batch-1000", warm=2),
    Scenario("log-metric-32", "32 connections, log-metric on different runs", log_metric, 40_000,
             {"rate": 4000}, "log-metric", WIDE, warm=WIDE, rows=1),
    Scenario("log-batch-32", "32 connections, log-batch of 10 on ONE run", log_batch_one_run,
             20_000, {"rate": 1500}, "log-batch-one", WIDE, warm=WIDE, rows=BATCH),
    Scenario("put-1m", "artifact PUT of 1 MB", put_1m, 2000, {"p50": 3}, warm=SMALL_FILES,
             bytes=MIB),
    Scenario("get-1m", "artifact GET of 1 MB", get_1m, 4000, {"p50": 1.2}, warm=SMALL_FILES,
             bytes=MIB, needs="put-1m"),
    Scenario("put-1g", "artifact PUT of 1 GB", put_1g, 2, {"speed": 500, "growth": 2}, warm=0,
             watch=True, bytes=-1),
    Scenario("get-1g", "artifact GET of 1 GB", get_1g, 2, {"speed": 1000, "growth": 2}, warm=0,
             watch=True, bytes=-1, needs="put-1g"),
]
