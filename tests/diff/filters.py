"""filter and order_by texts from a grammar, valid and nearly valid, for every search.

The rows are made once, so that each clause matters: names with quotes, blanks,
letters of any case and script; NaN, infinities, 17 digits, 64-bit extremes; values
that are empty and values that are not there.
"""

import random

from play import get, patch, post, same_run_ids, within

LONG = 9223372036854775807
NAMES = ["a", "A", "a ", "é", "É", "it's", 'say "x"', "back`tick", "two words", "100%", "a_b", "ß",
         "😀", "back\\slash", "İ", "x.y"]
NUMBERS = [0.0, 1.0, -1.0, 0.1, 0.30000000000000004, 1e-300, 1e300, "NaN", "Infinity",
           "-Infinity", 9007199254740993.0, 2.5, 1 / 3, 123456789.12345679]
QUOTED = NAMES + ["", "%", "a%", "%a%", "%é%", "A_", "\\%", "100\\%", "FINISHED", "RUNNING",
                  "active", "nothing", "1", "dn", "train", "READY"]
NUMERALS = ["0", "1", "-1", "0.1", "0.30000000000000004", "1e300", "1e-300", "2.5", ".5", "1.",
            "9223372036854775807", "-9223372036854775808", "9007199254740993", "1e3", "1E3",
            "300", "1000", "00", "1.7976931348623157e308", "-0"]
COMPARISONS = ["=", "!=", ">", ">=", "<", "<=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL",
               "IS NOT NULL"]
ODD_COMPARISONS = ["==", "<>", "~", "RLIKE", "IS", "BETWEEN", "not like", "NOT ILIKE", "!<", ""]
NEARLY = ["OR", "or", "NOT", "AND AND", ",", "&&", "", ";"]


class Language:
    """What one search can be asked for; `random` are the words that are random ids."""

    def __init__(self, name, request, words, odd, orders, random=()):
        self.name, self.request = name, request
        self.words, self.odd, self.orders, self.random = words, odd, orders, random


def keyed(scopes, keys):
    return [f"{scope}.{quote}{key}{quote}" for scope in scopes for key in keys
            for quote in (["`", '"'] if " " in key or not key.isascii() else ["", "`"])]


def runs(filter, order):
    return post("runs/search", {"experiment_ids": ["$exp", "0"], "filter": filter,
                                "order_by": order})


def experiments(filter, order):
    return post("experiments/search", {"max_results": 100, "view_type": "ALL", "filter": filter,
                                       "order_by": order})


def registered(filter, order):
    return get("registered-models/search", {"filter": filter, "order_by": order})


def versions(filter, order):
    return get("model-versions/search", {"filter": filter, "order_by": order})


def logged(filter, order):
    return post("logged-models/search", {
        "experiment_ids": ["$exp"], "filter": filter,
        "order_by": [{"field_name": o.split(" ")[0], "ascending": "DESC" not in o}
                     for o in order]})


def datasets(filter, order):
    return post("datasets/search", {"filter_string": filter, "order_by": order}, v=3)


LANGUAGES = [
    Language("runs", runs,
             keyed(["metrics", "metric"], ["m", "n", "two words"]) +
             keyed(["params", "parameters", "param"], ["p", "q", "two words", "é"]) +
             keyed(["tags", "tag"], ["t", "u", "mlflow.runName"]) +
             ["status", "attributes.status", "attribute.start_time", "start_time", "end_time",
              "run_id", "run_name", "user_id", "artifact_uri", "created", "`run name`",
              "dataset.name", "dataset.digest", "dataset.context", "attr.run_name"],
             ["foo.m", "lifecycle_stage", "m", "metrics.", "dataset.foo", "'a'", "1", "metric"],
             ["start_time", "end_time", "metrics.m", "metrics.`two words`", "params.p", "tags.t",
              "status", "run_name", "name", "run_id", "user_id", "created", "params.nothing",
              "bogus", "metrics.m.n", "dataset", "duration"]),
    Language("experiments", experiments,
             ["name", "creation_time", "last_update_time", "experiment_id", "attribute.name",
              "attributes.creation_time", "tags.t", "tag.u", "tags.`two words`"],
             ["lifecycle_stage", "foo", "metrics.m", "params.p", "'a'", "tags."],
             ["name", "creation_time", "last_update_time", "experiment_id", "bogus", "tags.t"]),
    Language("registered models", registered,
             ["name", "tags.t", "tag.u", "tags.`two words`", "attribute.name"],
             ["version", "run_id", "foo", "creation_timestamp", "tags."],
             ["name", "timestamp", "last_updated_timestamp", "creation_timestamp", "bogus"]),
    Language("model versions", versions,
             ["name", "version_number", "run_id", "source_path", "tags.t", "tags.`two words`",
              "attribute.name"],
             ["version", "foo", "current_stage", "tags.", "source"],
             ["name", "version_number", "creation_timestamp", "last_updated_timestamp", "bogus"],
             random=["run_id"]),
    Language("logged models", logged,
             ["name", "model_id", "status", "creation_timestamp", "metrics.m", "params.p",
              "params.`two words`", "tags.t", "model_type", "source_run_id", "attributes.name",
              "last_updated_timestamp", "attribute.name"],
             ["foo", "metrics", "'a'", "bogus.x"],
             ["name", "creation_timestamp", "metrics.m", "params.p", "last_updated_timestamp",
              "bogus"], random=["model_id"]),
    Language("datasets", datasets,
             ["name", "created_time", "last_update_time", "created_by", "last_updated_by",
              "tags.t", "dataset_id", "attribute.name"],
             ["foo", "digest", "metrics.m", "'a'"],
             ["name", "created_time", "last_update_time", "created_by", "bogus"]),
]


def rows():
    """The steps that make the data."""
    yield post("experiments/create", {"name": "exp"}, bind={"exp": "experiment_id"})
    for i, name in enumerate(NAMES):
        tags = [{"key": "t", "value": name}] + ([{"key": "two words", "value": ""}]
                                                if i % 3 == 0 else [])
        yield from row(i, name, tags)
    yield from same_run_ids()


def row(i, name, tags):
    run = f"run{i}"
    yield post("experiments/create", {"name": "e" + name, "tags": tags},
               bind={f"e{i}": "experiment_id"})
    yield post("runs/create", {"experiment_id": "$exp", "start_time": 100 * (i // 2),
                               "run_name": name, "user_id": "u" if i % 2 else "", "tags": tags},
               bind={run: "run.info.run_id"})
    points = [{"key": "m", "value": NUMBERS[i % len(NUMBERS)], "timestamp": 1, "step": 0}]
    if i % 2:
        points.append({"key": "two words", "value": i, "timestamp": 1, "step": 0})
    yield post("runs/log-batch", {
        "run_id": "$" + run, "metrics": points,
        "params": [{"key": "p", "value": name}] + (
            [{"key": "é", "value": str(i)}, {"key": "two words", "value": ""}] if i % 3 else [])})
    if i % 4 == 1:
        yield post("runs/update", {"run_id": "$" + run, "status": "FINISHED",
                                   "end_time": [0, 1000, LONG][i % 3]})
    if i % 4 == 2:
        yield post("runs/log-inputs", {"run_id": "$" + run, "datasets": [
            {"dataset": {"name": "dn" + name[:2], "digest": f"g{i}", "source_type": "t",
                         "source": "s"},
             "tags": [{"key": "mlflow.data.context", "value": "train"}]}]})
    if i == 6:
        yield post("experiments/delete", {"experiment_id": f"$e{i}"})
    yield post("registered-models/create", {"name": "M" + name, "tags": tags})
    yield post("model-versions/create", {"name": "M" + name, "source": f"s3://b/{i}",
                                         "run_id": "$" + run, "tags": tags})
    if "/" not in name and not set(name) & set("/:.%\"'"):
        yield post("logged-models", {"experiment_id": "$exp", "name": name, "tags": tags,
                                     "model_type": "" if i % 2 else "agent",
                                     "params": [{"key": "p", "value": name}]},
                   bind={f"lm{i}": "model.info.model_id"})
        yield patch(f"logged-models/$lm{i}", {
            "model_id": f"$lm{i}", "status": ["LOGGED_MODEL_READY",
                                              "LOGGED_MODEL_UPLOAD_FAILED"][i % 2]})
        yield post("runs/log-metric", {"run_id": "$" + run, "key": "m", "timestamp": 2, "step": 1,
                                       "value": NUMBERS[i % len(NUMBERS)], "model_id": f"$lm{i}"})
    yield post("datasets/create", {"name": "D" + name, "tags": '{"t": "x%d"}' % i}, v=3)


def quote(rng, text):
    mark = rng.choice("''\"")
    return mark + text + mark


def value(rng, comparison):
    if comparison in ("IN", "NOT IN") and rng.random() < 0.8:
        items = [quote(rng, rng.choice(QUOTED)) for _ in range(rng.randrange(4))]
        return "(" + ", ".join(items) + ")"
    if comparison.startswith("IS "):
        return ""
    dice = rng.random()
    if dice < 0.5:
        return quote(rng, rng.choice(QUOTED))
    return rng.choice(NUMERALS) if dice < 0.97 else rng.choice(["abc", "NULL", "'", "", "(1)"])


def clause(rng, language):
    odd = rng.random() < 0.04
    word = rng.choice(language.odd if odd else language.words)
    comparison = rng.choice(COMPARISONS if rng.random() < 0.96 else ODD_COMPARISONS)
    if word in language.random and "LIKE" in comparison.upper():
        comparison = "="  # which ids have an "a" in them is a matter of luck
    if rng.random() < 0.3:
        comparison = comparison.lower()
    blank = rng.choice(["", " ", " ", " ", "  ", "\t", "\n"])
    if comparison[:1].isalpha():
        blank = blank or " "
    return f"{word}{blank}{comparison}{blank}{value(rng, comparison.upper())}".rstrip()


def filter_clauses(rng, language):
    """The clauses of a filter, and what stands between them."""
    clauses = [clause(rng, language) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3]))]
    return clauses, rng.choice([" AND "] * 12 + [" and "] * 4 + [f" {n} " for n in NEARLY])


def order_texts(rng, language):
    def one():
        way = rng.choice(["", "", " ASC", " DESC", " desc", " DESC", " foo", " ASC DESC"])
        return rng.choice(language.orders) + way
    return [one() for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3]))]


def shrink(ask, clauses, order):
    """A shorter request that still differs: no clause and no order can be left out."""
    for i in range(len(clauses) - 1, -1, -1):
        if ask(clauses[:i] + clauses[i + 1:], order):
            clauses = clauses[:i] + clauses[i + 1:]
    for i in range(len(order) - 1, -1, -1):
        if ask(clauses, order[:i] + order[i + 1:]):
            order = order[:i] + order[i + 1:]
    return clauses, order


def play_one(player, report, language, clauses, joint, order):
    """A case "filters/NAME", or "filters/NAME, several" when no single clause or order
    differs by itself: with several mistakes in a request, either side may tell another."""
    name = f"filters/{language.name}"

    def ask(clauses, order):
        step = language.request(joint.join(clauses), order)
        return [d for d in player.step(step) if report.known.find(name, d) is None]

    found = ask(clauses, order)
    if found:
        clauses, order = shrink(ask, clauses, order)
        found = ask(clauses, order) or found
        if len(clauses) + len(order) > 1:
            name += ", several"
    report.case(name, found, language.request(joint.join(clauses), order))


def run(args, player, report):
    player.fresh()
    for number, step in enumerate(rows()):
        report.case(f"filters/row {number}", player.step(step), step)
    rng = random.Random(args.seed)
    count = 0
    for count in within(args.seconds, args.filters):
        language = LANGUAGES[(count - 1) % len(LANGUAGES)]
        clauses, joint = filter_clauses(rng, language)
        play_one(player, report, language, clauses, joint, order_texts(rng, language))
    report.note(f"filters: {count} requests of seed {args.seed}")
