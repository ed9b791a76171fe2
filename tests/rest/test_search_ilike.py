"""ILIKE in every search that takes it: letters of any case.

Whether accents are folded too is a matter of the database's collation.
"""

import uuid

import pytest

VALUES = ["agent", "Agént", "AGÉNT", "straße", "STRASSE", "STRAẞE", "İ", "ı", "Trail ", "100%", "ΣΑΣ"]

# a pattern, what it finds, and what more where the collation folds
PATTERNS = [
    ("%é%", ["Agént", "AGÉNT"], ["agent", "straße", "STRASSE", "STRAẞE"]),
    ("agÉnt", ["Agént", "AGÉNT"], ["agent"]),
    ("AGENT", ["agent"], ["Agént", "AGÉNT"]),
    ("%e%", ["agent", "straße", "STRASSE", "STRAẞE"], ["Agént", "AGÉNT"]),
    ("%SS%", ["STRASSE"], []),
    ("%ß%", ["straße"], ["STRASSE", "STRAẞE"]),
    ("%ẞ%", ["STRAẞE"], []),  # to MariaDB it has no other case
    ("i", ["İ"], ["ı"]),
    ("I", ["İ"], ["ı"]),
    ("İ", ["İ"], ["ı"]),
    ("ı", ["ı"], ["İ"]),
    ("tRAIL", [], []),
    ("tRAIL ", ["Trail "], []),
    ("tRAIL_", ["Trail "], []),
    ("100\\%", ["100%"], []),
    ("σας", [], ["ΣΑΣ"]),
    ("σασ", ["ΣΑΣ"], []),
]


class World:
    """Each value in each place where ILIKE can look, behind its number and a tilde.

    The number keeps names apart that are one to a collation which folds.
    """

    def __init__(self, api):
        self.api, self.mark = api, uuid.uuid4().hex
        self.exp = api.new_experiment()
        for number, value in enumerate(VALUES):
            value = f"{number}~{value}"
            tags = [{"key": "t", "value": value}, {"key": "mark", "value": self.mark}]
            api.ok("experiments/create", {"name": self.mark + value, "tags": tags})
            self.run(value, tags)
            self.logged(value, tags)
            api.ok("registered-models/create", {"name": self.mark + value, "tags": tags})
            api.ok("model-versions/create", {
                "name": self.mark + value, "source": "s3://b/" + value, "run_id": value,
                "tags": tags})
            api.ok("datasets/create", {
                "name": self.mark + value, "experiment_ids": [self.exp],
                "tags": '{"t": "%s", "mlflow.user": "%s"}' % (value, value)}, version="3.0")

    def run(self, value, tags):
        run = self.api.new_run(self.exp, run_name=value, user_id=value, tags=tags)
        self.api.ok("runs/log-parameter", {"run_id": run, "key": "p", "value": value})
        self.api.ok("runs/log-inputs", {"run_id": run, "datasets": [
            {"dataset": {"name": value, "digest": value, "source_type": "t", "source": "s"},
             "tags": [{"key": "mlflow.data.context", "value": value}]}]})

    def logged(self, value, tags):
        name = "m" if "%" in value else value
        self.api.ok("logged-models", {
            "experiment_id": self.exp, "name": name, "tags": tags, "model_type": value,
            "source_run_id": value, "params": [{"key": "p", "value": value}]})

    # one for each search: the values of the rows that a filter finds
    def runs(self, filter):
        return bare(r["info"]["run_name"] for r in self.api.search(self.exp, filter))

    def experiments(self, filter):
        r = self.api.ok("experiments/search", {
            "max_results": 100, "filter": f"{filter} AND tags.mark = '{self.mark}'"})
        return bare(t["name"] for t in r.get("experiments", []))

    def registered(self, filter):
        r = self.api.read("registered-models/search", {
            "filter": f"{filter} AND tags.mark = '{self.mark}'"})
        return bare(t["name"] for t in r.get("registered_models", []))

    def versions(self, filter):
        r = self.api.read("model-versions/search", {
            "filter": f"{filter} AND tags.mark = '{self.mark}'"})
        return bare(t["name"] for t in r.get("model_versions", []))

    def models(self, filter):
        r = self.api.ok("logged-models/search", {"experiment_ids": [self.exp], "filter": filter})
        return bare(next(t["value"] for t in m["info"]["tags"] if t["key"] == "t")
                    for m in r.get("models", []))

    def datasets(self, filter):
        r = self.api.ok("datasets/search", {
            "experiment_ids": [self.exp], "filter_string": filter}, version="3.0")
        return bare(t["name"] for t in r.get("datasets", []))


def bare(names):
    return sorted(name.split("~")[1] for name in names)


@pytest.fixture(scope="module")
def world(api):
    return World(api)


@pytest.fixture(scope="module")
def folds(sql):
    [[collation]] = sql("SELECT collation_name FROM information_schema.columns WHERE table_schema ="
                        " DATABASE() AND table_name = 'params' AND column_name = 'value'")
    return collation != "utf8mb4_nopad_bin"


PLACES = [
    ("runs", "run_name"), ("runs", "user_id"), ("runs", "params.p"), ("runs", "tags.t"),
    ("runs", "dataset.name"), ("runs", "dataset.digest"), ("runs", "dataset.context"),
    ("experiments", "name"), ("experiments", "tags.t"),
    ("registered", "name"), ("registered", "tags.t"),
    ("versions", "name"), ("versions", "run_id"), ("versions", "source_path"),
    ("versions", "tags.t"),
    ("models", "name"), ("models", "model_type"), ("models", "source_run_id"),
    ("models", "params.p"), ("models", "tags.t"),
    ("datasets", "name"), ("datasets", "created_by"), ("datasets", "last_updated_by"),
    ("datasets", "tags.t"),
]


@pytest.mark.parametrize("search, word", PLACES)
def test_ilike(world, folds, search, word):
    found, wanted = {}, {}
    for pattern, values, more in PATTERNS:
        found[pattern] = getattr(world, search)(f"{word} ILIKE '%~{pattern}'")
        wanted[pattern] = sorted(values + (more if folds else []))
    if (search, word) == ("models", "name"):  # which may not have a percent sign
        wanted["100\\%"] = []
    assert found == wanted
