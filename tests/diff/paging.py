"""Pages of every search at several sizes, while other clients insert and delete.

On each side: no row twice, none lost that was there throughout, the rows that stay
in the same order on both; the reference's own pages are offsets, so that what it
repeats or loses under writes is its known difference, not compared.
"""

import json

from play import delete, get, post, same_run_ids

SIZES = (1, 2, 7, 1000)
ROWS = 23
EVERY = 2  # pages between two writes


class Walk:
    """One search: its request for a page, and how to read the answer."""

    def __init__(self, name, page, key, label, insert, remove):
        self.name, self.page, self.key, self.label = name, page, key, label
        self.insert, self.remove = insert, remove


def searched(method, path, body, v=2):
    def page(size, token):
        asked = {**body, "max_results": size, **({"page_token": token} if token else {})}
        return (post(path, asked, v=v) if method == "POST"
                else get(path, asked, v=v))
    return page


def run_name(row):
    return row["info"]["run_name"]


def new_run(i):
    return post("runs/create", {"experiment_id": "$exp", "run_name": f"new{i}",
                                "start_time": 5000 + i}, bind={f"new{i}": "run.info.run_id"})


WALKS = [
    Walk("runs", searched("POST", "runs/search", {"experiment_ids": ["$exp"]}), "runs", run_name,
         new_run, lambda i: post("runs/delete", {"run_id": f"$new{i}"})),
    Walk("runs by metric", searched("POST", "runs/search", {
        "experiment_ids": ["$exp"], "order_by": ["metrics.m DESC", "params.p"]}), "runs", run_name,
         new_run, lambda i: post("runs/delete", {"run_id": f"$new{i}"})),
    Walk("experiments", searched("POST", "experiments/search", {"order_by": ["name"]}),
         "experiments", lambda row: row["name"],
         lambda i: post("experiments/create", {"name": f"a{i}"},
                        bind={f"e{i}": "experiment_id"}),
         lambda i: post("experiments/delete", {"experiment_id": f"$e{i}"})),
    Walk("registered models", searched("GET", "registered-models/search", {}),
         "registered_models", lambda row: row["name"],
         lambda i: post("registered-models/create", {"name": f"a{i}"}),
         lambda i: delete("registered-models/delete", {"name": f"a{i}"})),
    Walk("model versions", searched("GET", "model-versions/search", {"order_by": "name"}),
         "model_versions", lambda row: row["name"] + row["version"],
         lambda i: post("model-versions/create", {"name": "M00", "source": "s3://b/x"},
                        bind={f"v{i}": "model_version.version"}),
         lambda i: delete("model-versions/delete", {"name": "M00", "version": f"$v{i}"})),
    Walk("logged models", searched("POST", "logged-models/search", {
        "experiment_ids": ["$exp"], "order_by": [{"field_name": "name", "ascending": True}]}),
         "models", lambda row: row["info"]["name"],
         lambda i: post("logged-models", {"experiment_id": "$exp", "name": f"a{i}"},
                        bind={f"l{i}": "model.info.model_id"}),
         lambda i: delete(f"logged-models/$l{i}")),
    Walk("history", searched("GET", "metrics/get-history", {"run_id": "$run00",
                                                            "metric_key": "h"}),
         "metrics", lambda row: row["step"],
         lambda i: post("runs/log-metric", {"run_id": "$run00", "key": "h", "value": 1,
                                            "timestamp": 99, "step": 1000 + i}),
         lambda i: post("runs/set-tag", {"run_id": "$run00", "key": "t", "value": str(i)})),
    Walk("datasets", searched("POST", "datasets/search", {"order_by": ["name"]}, v=3),
         "datasets", lambda row: row["name"],
         lambda i: post("datasets/create", {"name": f"a{i}"}, v=3,
                        bind={f"d{i}": "dataset.dataset_id"}),
         lambda i: delete(f"datasets/$d{i}", v=3)),
]


def rows():
    yield post("experiments/create", {"name": "exp"}, bind={"exp": "experiment_id"})
    for i in range(ROWS):
        name = f"{i:02}"
        yield post("runs/create", {"experiment_id": "$exp", "run_name": "r" + name,
                                   "start_time": 100 * (i // 4)},
                   bind={"run" + name: "run.info.run_id"})
        yield post("runs/log-batch", {
            "run_id": "$run" + name, "params": [{"key": "p", "value": str(i % 2)}],
            "metrics": [{"key": "m", "value": [1.0, "NaN", i, "Infinity"][i % 4],
                         "timestamp": 1}] if i % 5 else []})
        yield post("experiments/create", {"name": "E" + name})
        yield post("registered-models/create", {"name": "M" + name})
        yield post("model-versions/create", {"name": "M" + name, "source": "s3://b/x"})
        yield post("logged-models", {"experiment_id": "$exp", "name": "L" + name})
        yield post("datasets/create", {"name": "D" + name}, v=3)
    yield post("runs/log-batch", {"run_id": "$run00", "metrics": [
        {"key": "h", "value": i, "timestamp": i // 3, "step": i} for i in range(ROWS)]})
    # the ids that break ties; a bound name follows its run
    yield from same_run_ids()
    yield post("runs/search", {"experiment_ids": ["$exp"], "filter": "run_name = 'r00'"},
               bind={"run00": "runs.0.info.run_id"})


def walk(player, walk_, size, writing):
    """(labels on Cairn, labels on the reference) of all pages to the end."""
    seen, tokens, pages = ([], []), [None, None], 0
    live = [True, True]
    sides = (player.pair.cairn, player.pair.mlflow)
    while any(live):
        for at, side in enumerate(sides):
            if not live[at]:
                continue
            answer = side.send(*walk_.page(size, tokens[at]).request(player.bound[at]))
            tree = json.loads(answer.body) if answer.status == 200 else {}
            if answer.status != 200:
                # an entry that no row has: the walk differs from the other side's
                tree = {walk_.key: []}
                seen[at].append(f"status {answer.status}")
            seen[at].extend(walk_.label(row) for row in tree.get(walk_.key, []))
            tokens[at] = tree.get("next_page_token")
            live[at] = bool(tokens[at])
        player.requests += 1
        pages += 1
        if writing and pages % EVERY == 0:
            number = player.count
            player.step(walk_.insert(number))
            player.step(walk_.remove(number))
    return seen


def differences(seen, base, writing):
    """Of one walk; `base` are the rows there throughout, in the reference's order."""
    found = []
    for side, labels in zip(("cairn", "mlflow"), seen):
        stay = [x for x in labels if x in base or str(x).startswith("status ")]
        if side == "mlflow" and writing:
            continue
        if len(set(stay)) != len(stay):
            found.append((f"{side} repeats rows", json.dumps(labels), json.dumps(base)))
        elif stay != base:
            found.append((f"{side} loses rows or their order", json.dumps(labels),
                          json.dumps(base)))
    return found


def run(args, player, report):
    for search in WALKS:
        player.fresh()
        for number, step in enumerate(rows()):
            report.case(f"paging/{search.name} row {number}", player.step(step), step)
        whole = walk(player, search, 1000, False)
        base = whole[1]
        report.case(f"paging/{search.name} whole", [] if whole[0] == whole[1] and whole[0]
                    else [("order", json.dumps(whole[0]), json.dumps(whole[1]))])
        for size in SIZES:
            for writing in (False, True):
                seen = walk(player, search, size, writing)
                report.case(f"paging/{search.name} by {size}{' under writes' * writing}",
                            differences(seen, base, writing))
    report.note(f"paging: {len(WALKS)} searches, {player.requests} requests")

