"""Random sessions: what a client might do, from a seed; a failing one is shrunk.

A session is a list of steps over names that earlier steps bind.  Only mistakes
that both servers should tell alike are made: known differences would hide others.
"""

import random

from play import delete, get, patch, post, within

KEYS = ["a", "A", "b", "a ", "é", "key with blanks", "x/y", "loss.val", "m-1"]
TEXTS = ["", "1", "x", "X", "é😀", "a'b", 'a"b', "%_\\", "x" * 6001, " lead", "trail "]
NUMBERS = [0, 1, -1, 0.1, 1e-300, 1.7976931348623157e308, "NaN", "Infinity", "-Infinity", -0.0,
           12345678901234567, 0.30000000000000004, 2.5, "1.5"]
STEPS = [0, 1, 1, 2, -1, 9223372036854775807]
STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
VIEWS = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]
STAGES = ["None", "Staging", "Production", "Archived", "staging", "nope"]
ORDERS = ["start_time", "start_time DESC", "metrics.a", "metrics.a DESC", "params.a", "tags.b DESC",
          "name", "end_time", "status DESC"]
FILTERS = ["", "metrics.a > 0", "metrics.a <= 1", "params.a = 'x'", "tags.b IS NULL",
           "params.b IS NOT NULL", "status = 'FINISHED'", "run_name LIKE 'r%'",
           "params.a ILIKE 'X' AND metrics.b != 1", "dataset.name = 'd1'", "user_id = 'u'"]


class Session:
    """Makes the steps of one session."""

    def __init__(self, rng):
        self.rng = rng
        self.made = {"exp": [], "run": [], "lm": [], "ds": []}
        self.models = []
        self.start = 1000

    def name(self, kind):
        return f"{kind}{len(self.made[kind])}"

    def bind(self, kind):
        new = self.name(kind)
        self.made[kind].append(new)
        return new

    def one(self, kind):
        """A placeholder of something made, seldom of what is not there."""
        if not self.made[kind] or self.rng.random() < 0.03:
            return "f" * 32
        return "$" + self.rng.choice(self.made[kind])

    def pick(self, values):
        return self.rng.choice(values)

    def model(self):
        return self.pick(self.models) if self.models and self.rng.random() > 0.03 else "no model"

    def steps(self, length):
        made = [self.experiment(), self.run()]
        doings = [(getattr(self, name), weight) for name, weight in WEIGHTS.items()]
        functions, weights = zip(*doings)
        while len(made) < length:
            made.append(self.rng.choices(functions, weights)[0]())
        return made + [self.look() for _ in range(3)] + [self.search()]

    # --- experiments and runs ---------------------------------------------------

    def experiment(self):
        name = self.pick(["e1", "e2", "E1", "é", f"e-{len(self.made['exp'])}"])
        return post("experiments/create", {"name": name},
                    bind={self.bind("exp"): "experiment_id"})

    def change_experiment(self):
        id = self.one("exp")
        return self.pick([
            post("experiments/delete", {"experiment_id": id}),
            post("experiments/restore", {"experiment_id": id}),
            post("experiments/restore", {"experiment_id": id}),
            post("experiments/update", {"experiment_id": id, "new_name": self.pick(["n1", "n2"])}),
            post("experiments/set-experiment-tag", {
                "experiment_id": id, "key": self.pick(KEYS), "value": self.pick(TEXTS)}),
            post("experiments/delete-experiment-tag", {
                "experiment_id": id, "key": self.pick(KEYS)})])

    def run(self):
        self.start += 1  # ids are random and break ties
        new = self.bind("run")
        return post("runs/create", {
            "experiment_id": self.one("exp"), "start_time": self.start, "run_name": new,
            "user_id": self.pick(["u", "v", ""]),
            "tags": [{"key": k, "value": self.pick(TEXTS[:8])}
                     for k in self.rng.sample(KEYS, self.rng.randrange(3))]},
            bind={new: "run.info.run_id"})

    def change_run(self):
        id = self.one("run")
        return self.pick([
            post("runs/delete", {"run_id": id}), post("runs/restore", {"run_id": id}),
            post("runs/restore", {"run_id": id}),
            post("runs/update", {"run_id": id, "status": self.pick(STATUSES),
                                 "end_time": self.pick([0, 5000, 7000])}),
            post("runs/update", {"run_id": id, "run_name": self.pick(["", "new", "é"])}),
            post("runs/delete-tag", {"run_id": id, "key": self.pick(KEYS)})])

    def point(self):
        point = {"key": self.pick(KEYS), "value": self.pick(NUMBERS),
                 "timestamp": self.pick([0, 1, 2, 9223372036854775807]),
                 "step": self.pick(STEPS)}
        return point

    def pair(self):
        return {"key": self.pick(KEYS), "value": self.pick(TEXTS)}

    def log(self):
        id = self.one("run")
        return self.pick([
            post("runs/log-metric", {"run_id": id, **self.point()}),
            post("runs/log-parameter", {"run_id": id, **self.pair()}),
            post("runs/set-tag", {"run_id": id, **self.pair()}),
            post("runs/log-batch", {
                "run_id": id, "metrics": [self.point() for _ in range(self.rng.randrange(6))],
                "params": [self.pair() for _ in range(self.rng.randrange(3))],
                "tags": [self.pair() for _ in range(self.rng.randrange(3))]})])

    def inputs(self):
        return post("runs/log-inputs", {"run_id": self.one("run"), "datasets": [
            {"dataset": {"name": self.pick(["d1", "d2"]), "digest": self.pick(["g1", "g2"]),
                         "source_type": "t", "source": self.pick(["s", "u"])},
             "tags": [{"key": "mlflow.data.context", "value": self.pick(["train", "eval"])}]}]})

    def look(self):
        id = self.one("run")
        return self.pick([
            get("runs/get", {"run_id": id}), get("runs/get", {"run_id": id}),
            get("metrics/get-history", {"run_id": id, "metric_key": self.pick(KEYS[:3])}),
            get("metrics/get-history-bulk-interval", {
                "run_ids": [self.one("run"), self.one("run")], "metric_key": self.pick(KEYS[:3]),
                "max_results": self.pick([1, 2, 5])}),
            get("experiments/get", {"experiment_id": "$" + self.pick(self.made["exp"])})])

    def search(self):
        return self.pick([
            post("runs/search", {
                "experiment_ids": ["$" + e for e in self.made["exp"]][:3],
                "filter": self.pick(FILTERS), "order_by": [self.pick(ORDERS)],
                "run_view_type": self.pick(VIEWS), "max_results": self.pick([1, 3, 1000])}),
            post("experiments/search", {"max_results": self.pick([1, 2, 100]),
                                        "view_type": self.pick(VIEWS), "order_by": ["name"]}),
            get("registered-models/search", {"max_results": self.pick([1, 100]),
                                             "filter": self.pick(["", "name LIKE 'm%'",
                                                                  "tags.a = 'x'"])}),
            get("model-versions/search", {
                "filter": self.pick(["", "name = 'm1'", "run_id = 'x'"]),
                "order_by": ["name", "version_number DESC"]}),
            post("logged-models/search", {
                "experiment_ids": ["$" + e for e in self.made["exp"]][:3],
                "filter": self.pick(["", "metrics.a > 0", "params.a = 'x'", "name = 'l1'"]),
                "order_by": [{"field_name": "creation_timestamp", "ascending": True}]})])

    # --- registry, logged models ------------------------------------------------

    def register(self):
        name = self.pick(["m1", "m2", "M1"])
        self.models.append(name)
        return post("registered-models/create", {
            "name": name, "description": self.pick(["", "d"]),
            "tags": [{"key": "a", "value": self.pick(TEXTS[:4])}]})

    def version(self):
        return post("model-versions/create", {
            "name": self.model(), "source": self.pick(["s3://b/1", "s3://b/2"]),
            "run_id": self.one("run"), "description": self.pick(["", "text"])})

    def change_model(self):
        name, version = self.model(), self.pick(["1", "1", "2", "3"])
        both = {"name": name, "version": version}
        return self.pick([
            post("model-versions/transition-stage", {
                **both, "stage": self.pick(STAGES), "archive_existing_versions": False}),
            post("model-versions/transition-stage", {
                **both, "stage": self.pick(["Staging", "Production"]),
                "archive_existing_versions": True}),
            delete("model-versions/delete", both), delete("registered-models/delete",
                                                          {"name": name}),
            patch("model-versions/update", {**both, "description": self.pick(["", "new"])}),
            patch("registered-models/update", {"name": name, "description": "é"}),
            post("registered-models/rename", {"name": name, "new_name": self.pick(["m1", "m3"])}),
            post("registered-models/alias", {**both, "alias": self.pick(["best", "Best", "x"])}),
            delete("registered-models/alias", {"name": name, "alias": self.pick(["best", "x"])}),
            post("registered-models/set-tag", {"name": name, **self.pair()}),
            delete("registered-models/delete-tag", {"name": name, "key": self.pick(KEYS)}),
            post("model-versions/set-tag", {**both, **self.pair()}),
            delete("model-versions/delete-tag", {**both, "key": self.pick(KEYS)})])

    def look_model(self):
        name = self.model()
        return self.pick([
            get("registered-models/get", {"name": name}),
            post("registered-models/get-latest-versions", {"name": name}),
            get("registered-models/alias", {"name": name, "alias": "best"}),
            get("model-versions/get", {"name": name, "version": self.pick("123")}),
            get("model-versions/get-download-uri", {"name": name, "version": "1"})])

    def logged_model(self):
        return post("logged-models", {
            "experiment_id": self.one("exp"), "name": self.pick(["l1", "l2"]),
            "source_run_id": self.one("run"), "params": [self.pair()],
            "tags": [{"key": "a", "value": "x"}]},
            bind={self.bind("lm"): "model.info.model_id"})

    def change_logged_model(self):
        id = "m-" + "f" * 32 if not self.made["lm"] else "$" + self.pick(self.made["lm"])
        path = "logged-models/" + id
        return self.pick([
            patch(path, {"model_id": id, "status": "LOGGED_MODEL_READY"}), delete(path),
            get(path), patch(path + "/tags", {"tags": [self.pair()]}),
            delete(path + "/tags/a"),
            post("runs/outputs", {"run_id": self.one("run"),
                                  "models": [{"model_id": id, "step": self.pick([0, 1])}]})])


WEIGHTS = {"experiment": 2, "change_experiment": 4, "run": 5, "change_run": 5, "log": 18,
           "inputs": 2, "look": 6, "search": 5, "register": 3, "version": 4, "change_model": 10,
           "look_model": 4, "logged_model": 2, "change_logged_model": 4}




def play(player, report, steps):
    """The first difference that is not known, or None."""
    player.fresh()
    for step in steps:
        for difference in player.step(step):
            if report.known.find("sessions/step", difference) is None:
                return difference
    for difference in player.rows():
        if report.known.find("sessions/rows", difference) is None:
            return difference
    return None


def shrink(player, report, steps, kind):
    """Fewer steps that still differ in the same way: first by halves, then one by one."""
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size:]
            difference = fewer and play(player, report, fewer)
            if difference and difference[0] == kind:
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


def show(report, name, steps):
    report.say(f"a scenario to keep:\n    Scenario(\n        {name!r},")
    for step in steps:
        report.say(f"        {step!r},")
    report.say("    ),")


def run(args, player, report):
    count = 0
    for count in within(args.seconds, args.sessions):
        seed = args.seed * 1000003 + count - 1
        rng = random.Random(seed)
        steps = Session(rng).steps(rng.randrange(8, 40))
        difference = play(player, report, steps)
        name = f"sessions/{seed}"
        if difference:
            steps = shrink(player, report, steps, difference[0])
            difference = play(player, report, steps) or difference
            show(report, f"session {seed}", steps)
        report.case(name, [difference] if difference else [])
    report.note(f"sessions: {count} of seed {args.seed}, {player.requests} requests")


