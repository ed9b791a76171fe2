"""Steps, scenarios, and the playing of them on both sides.

A step is one request.  "$name" in its path, query or body stands for a value that
an earlier step of the scenario bound, on each side its own:

    post("experiments/create", {"name": "a"}, bind={"exp": "experiment_id"})
    post("runs/create", {"experiment_id": "$exp"}, bind={"run": "run.info.run_id"})
"""

import json
import re
import time
from urllib.parse import quote, urlencode

import compare
from names import Names
from sides import now_ms

PLACE = re.compile(r"\$([a-z][a-z0-9_]*)")
RAW = re.compile(r'"@raw:([^"]*)@"')


class Step:
    """One request; see the functions below, which make them."""

    def __init__(self, method, path, body=None, query=None, bind=None, name=None, v=2,
                 prefix="api", raw=None, headers=None):
        self.method, self.path, self.body, self.query = method, path, body, query
        self.bind, self.name, self.v, self.prefix = bind or {}, name, v, prefix
        self.raw, self.headers = raw, headers

    def __repr__(self):
        """The step as a line of Python, to be kept in a scenario."""
        options = [
            f"{k}={getattr(self, k)!r}" for k, usual in (
                ("query", None), ("bind", {}), ("v", 2), ("prefix", "api"), ("raw", None),
                ("headers", None), ("name", None))
            if getattr(self, k) != usual]
        body = [] if self.body is None else [repr(self.body)]
        return f"{self.method.lower()}({', '.join([repr(self.path), *body, *options])})"

    def target(self, bound):
        path = fill(self.path, bound, lambda s: quote(str(s), safe=""))
        if not path.startswith("/"):
            path = f"/{self.prefix}/{self.v}.0/mlflow/{path}"
        if self.query is not None:
            query = fill(self.query, bound)
            query = query if isinstance(query, str) else urlencode(query, doseq=True)
            path += "?" + query
        return path

    def payload(self, bound):
        if self.raw is not None:
            return self.raw if isinstance(self.raw, bytes) else self.raw.encode()
        if self.body is None:
            return None
        text = json.dumps(fill(self.body, bound))
        return RAW.sub(lambda m: m.group(1), text).encode()

    def request(self, bound):
        body = self.payload(bound)
        headers = {} if body is None else {"Content-Type": "application/json"}
        if self.headers is not None:
            headers = self.headers
        return self.method, self.target(bound), body, headers


def maker(method):
    def make(path, body=None, **options):
        return Step(method, path, body, **options)
    return make


post, patch, put, delete = maker("POST"), maker("PATCH"), maker("PUT"), maker("DELETE")
head, options = maker("HEAD"), maker("OPTIONS")


def within(seconds, most):
    """1, 2, 3 ... while there is time, and up to `most` if that is given."""
    end = time.monotonic() + seconds
    count = 0
    while count != most and time.monotonic() < end:
        count += 1
        yield count


def sql(statement):
    """A statement run in both databases: for rows that no request can make equal."""
    return Step("SQL", statement)


def same_run_ids():
    """Steps that make the id of each run the digest of its name, on both sides.

    Ids are random and break ties: with equal ones even that order can be compared.
    """
    own = "MD5(r.name)"
    return [
        sql("SET foreign_key_checks = 0"),
        *[sql(f"UPDATE {table} c JOIN runs r ON c.run_uuid = r.run_uuid SET c.run_uuid = {own}")
          for table in ("tags", "params", "metrics", "latest_metrics")],
        sql(f"UPDATE inputs c JOIN runs r ON c.destination_id = r.run_uuid"
            f" SET c.destination_id = {own}"),
        sql(f"UPDATE runs r SET r.artifact_uri = REPLACE(r.artifact_uri, r.run_uuid, {own}),"
            f" r.run_uuid = {own}"),
        sql("SET foreign_key_checks = 1"),
    ]


def get(path, query=None, **options):
    return Step("GET", path, query=query, **options)


def literal(text):
    """A JSON token that Python cannot write: literal("1e400")."""
    return f"@raw:{text}@"


def fill(value, bound, change=lambda v: v):
    """Placeholders by their values; one that nothing bound stays as it is."""
    if isinstance(value, str):
        whole = PLACE.fullmatch(value)
        if whole and whole.group(1) in bound:
            return change(bound[whole.group(1)])
        return PLACE.sub(
            lambda m: str(change(bound[m.group(1)])) if m.group(1) in bound else m.group(),
            value)
    if isinstance(value, dict):
        return {fill(k, bound): fill(v, bound) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill(v, bound) for v in value]
    return value


def reach(value, path):
    """"run.info.run_id" and "runs.0.info" inside an answer; None if it is not there."""
    for part in path.split("."):
        try:
            value = value[int(part) if isinstance(value, list) else part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


class Scenario:
    """Steps played in a row, the tables compared at the end.

    With `cases`, the steps are their fixture: each case is played on the fixture's
    rows, and the rows that it leaves are compared and put back.
    """

    def __init__(self, name, *steps, cases=None):
        self.name, self.steps, self.cases = name, list(steps), cases


class Player:
    """Plays steps on both sides in lockstep; gives the differences of each."""

    def __init__(self, pair):
        self.pair = pair
        self.requests = 0
        self.begin()

    def begin(self):
        self.bound = ({}, {})
        self.names = (Names(self.pair.cairn), Names(self.pair.mlflow))
        self.count = 0

    def fresh(self):
        self.pair.reset()
        self.begin()

    def step(self, step):
        """[(path, cairn, mlflow), ...]: how the two answers differ."""
        if step.method == "SQL":
            self.pair.both(lambda side: side.rows_of(step.path))
            return []
        # a millisecond belongs to one step only
        time.sleep(0.002)
        start = now_ms()
        for names in self.names:
            names.begin_step(start)
        requests = [step.request(bound) for bound in self.bound]
        answers = self.pair.both(lambda side, r: side.send(*r), requests)
        self.requests += 1
        self.count += 1
        for bound, answer in zip(self.bound, answers):
            self.bind(step, bound, answer)
        self.refused = answers[0].status >= 400 and answers[1].status < 400
        return compare.answers(answers, self.names)

    @staticmethod
    def bind(step, bound, answer):
        if not step.bind:
            return
        try:
            tree = json.loads(answer.body)
        except ValueError:
            tree = None
        for name, path in step.bind.items():
            value = reach(tree, path)
            if value is not None:  # a refused repeat leaves what was bound
                bound[name] = value

    def dumps(self):
        return self.pair.both(lambda side: side.dump())

    def rows(self, dumps=None):
        """How the tables differ."""
        dumps = dumps or self.dumps()
        rows = [names.rows(side, dump) for names, side, dump in zip(
            self.names, (self.pair.cairn, self.pair.mlflow), dumps)]
        return compare.rows(*rows)

    def case_rows(self, fixture, dumps):
        """How one case's rows differ; a refusal explains that Cairn wrote none."""
        if not self.refused:
            return self.rows(dumps)
        if dumps[0] == fixture[0]:
            return []
        return [("refused", "and yet rows changed", "")]

    # --- scenarios --------------------------------------------------------------

    def play(self, scenario, report):
        self.fresh()
        for number, step in enumerate(scenario.steps):
            label = step.name or f"{number + 1} {step.method} {step.path}"
            report.case(f"{scenario.name}/{label}", self.step(step), step)
        report.case(f"{scenario.name}/rows", self.rows())
        if scenario.cases:
            self.play_cases(scenario, report)

    def play_cases(self, scenario, report):
        fixture = self.dumps()
        state = (dict(self.bound[0]), dict(self.bound[1]),
                 [(dict(n.ids), dict(n.randoms), list(n.starts)) for n in self.names])
        for step in scenario.cases:
            self.bound = (dict(state[0]), dict(state[1]))
            for names, (ids, randoms, starts) in zip(self.names, state[2]):
                names.ids, names.randoms, names.starts = dict(ids), dict(randoms), list(starts)
            found = self.step(step)
            if step.method != "GET" and not step.path.endswith("/search"):
                dumps = self.dumps()
                if dumps[0] != fixture[0] or dumps[1] != fixture[1]:
                    found += self.case_rows(fixture, dumps)
                    self.pair.both(lambda side, want, now: side.restore(want, now), fixture, dumps)
            report.case(f"{scenario.name}/{step.name or step.path}", found, step)
