"""Every field of every request, wrong in every way: the cases are made, not written.

A Base is a request that works on the fixture; for each of its fields by kind the
request is sent again with that field missing, null, of another type, at and over
its limits, and with the next field wrong as well (the order of checks).
"""

import copy

from play import Scenario, Step, literal, post

LONG = 9223372036854775807
CHARACTERS = {"1": "a", "2": "é", "3": "€", "4": "😀"}  # by their bytes in UTF-8

WRONG = {
    "number": 5, "negative": -1, "zero": 0, "fraction": 1.5, "whole": 1.0, "true": True,
    "list": [], "list1": ["x"], "object": {}, "object1": {"a": 1}, "null": None, "empty": "",
    "nan": literal("NaN"), "infinity": literal("Infinity"), "huge": literal("1e400"),
    "text": "x", "digits": "7", "max": LONG, "over": LONG + 1, "min": -LONG - 1,
    "under": -LONG - 2, "int32": 2**31, "textnan": "NaN", "textinf": "-Infinity",
    "textfraction": "1.5", "blank": " ", "spaced": " 7 ", "exponent": literal("1e2"),
    "negzero": literal("-0.0"), "textmax": str(LONG), "textover": str(LONG + 1),
}
BY_KIND = {
    "str": "number fraction true list1 object1 null empty blank nan",
    "id": "number true list object null empty blank text negative nan over",
    "int": "fraction whole true list object null empty text digits nan infinity huge negative"
           " zero max over min under int32 textfraction spaced exponent textmax textover",
    "float": "true list object null empty text digits nan infinity huge negative zero max over"
             " negzero textnan textinf textfraction blank number",
    "bool": "number zero text digits null empty list object nan",
    "enum": "number negative true list object null empty text digits fraction",
    "strs": "number text empty null true object list list1",
    "list": "number text null true object object1 list list1",
    "object": "number text null true list object",
    "json": "number text null true list1 object1 empty blank",
}
MISSING = object()


class Base:
    """One request: its fields as {"path.to.field": "kind" or "kind:limit"}."""

    def __init__(self, method, path, body, fields, v=2, prefix="api"):
        self.method, self.path, self.body, self.fields = method, path, body, fields
        self.v, self.prefix = v, prefix

    def step(self, body, name):
        return Step(self.method, self.path, body, v=self.v, prefix=self.prefix,
                    name=f"{self.method} {self.path}:{name}")

    def changed(self, *changes):
        """A copy of the body with (field, value) put in, MISSING taken out."""
        body = copy.deepcopy(self.body)
        for field, value in changes:
            *way, last = field.split(".")
            at = body
            for part in way:
                at = at[int(part) if isinstance(at, list) else part]
            last = int(last) if isinstance(at, list) else last
            if value is MISSING:
                at.pop(last, None) if isinstance(at, dict) else at.pop(last)
            else:
                at[last] = value
        return body

    def cases(self):
        yield self.step(self.body, "typical")
        yield self.step({**self.body, "unknown_field": {"a": [1]}}, "unknown")
        yield self.step({}, "empty body")
        for field, kind in self.fields.items():
            kind, _, limit = kind.partition(":")
            yield self.step(self.changed((field, MISSING)), f"{field}=missing")
            for wrong in BY_KIND[kind].split():
                yield self.step(self.changed((field, WRONG[wrong])), f"{field}={wrong}")
            for case in self.limits(field, limit):
                yield case
        yield from self.two_wrong()

    def limits(self, field, limit):
        if not limit:
            return
        for size, character in CHARACTERS.items():
            for over in (0, 1):
                yield self.step(self.changed((field, character * (int(limit) + over))),
                                f"{field}=max{'+1' * over} of {size} bytes")

    def two_wrong(self):
        names = list(self.fields)
        for first, second in zip(names, names[1:]):
            if first.startswith(second) or second.startswith(first):
                continue
            for value, how in ((MISSING, "missing"), ({"a": 1}, "object1")):
                yield self.step(self.changed((first, value), (second, {"a": 1})),
                                f"{first}+{second}={how}+object1")


PAIR = {"key": "k", "value": "v"}
METRIC = {"key": "m", "value": 1.5, "timestamp": 5, "step": 2}
DATASET = {"name": "d", "digest": "dig", "source_type": "local", "source": "s", "schema": "sc",
           "profile": "pr"}
MODEL = "logged-models/$lm"
DATA = "datasets/$ds"

FIXTURE = [
    post("experiments/create", {"name": "one", "tags": [{"key": "k", "value": "v"}]},
         bind={"exp": "experiment_id"}),
    post("runs/create", {"experiment_id": "$exp", "run_name": "r", "start_time": 1000,
                         "user_id": "u"}, bind={"run": "run.info.run_id"}),
    post("runs/log-batch", {
        "run_id": "$run", "metrics": [{"key": "acc", "value": v, "timestamp": t, "step": s}
                                      for v, t, s in ((0.5, 10, 0), (0.75, 11, 1), (1.0, 12, 2))],
        "params": [{"key": "lr", "value": "0.1"}], "tags": [{"key": "t", "value": "x"}]}),
    post("logged-models", {"experiment_id": "$exp", "name": "lm", "source_run_id": "$run"},
         bind={"lm": "model.info.model_id"}),
    post("registered-models/create", {"name": "M"}),
    post("registered-models/create", {"name": "other"}),
    post("model-versions/create", {"name": "M", "source": "s3://b/1"}),
    post("model-versions/create", {"name": "M", "source": "s3://b/2"}),
    post("registered-models/alias", {"name": "M", "alias": "best", "version": "1"}),
    post("registered-models/set-tag", {"name": "M", "key": "k", "value": "v"}),
    post("model-versions/set-tag", {"name": "M", "version": "1", "key": "k", "value": "v"}),
    post("datasets/create", {"name": "ds", "experiment_ids": ["$exp"], "tags": '{"a": "b"}'},
         v=3, bind={"ds": "dataset.dataset_id"}),
    post("datasets/$ds/records", {"records": '[{"inputs": {"q": 1}}]'}, v=3),
    post("scorers/register", {"experiment_id": "$exp", "name": "sc", "serialized_scorer": "{}"},
         v=3, bind={"scorer": "scorer_id"}),
]

BASES = {
    "experiments": [
        Base("POST", "experiments/create", {"name": "two", "artifact_location": "s3://b/x",
                                            "tags": [PAIR]},
             {"name": "str:256", "artifact_location": "str", "tags": "list",
              "tags.0.key": "str:250", "tags.0.value": "str"}),
        Base("POST", "experiments/update", {"experiment_id": "$exp", "new_name": "new"},
             {"experiment_id": "id", "new_name": "str:256"}),
        Base("POST", "experiments/delete", {"experiment_id": "$exp"}, {"experiment_id": "id"}),
        Base("POST", "experiments/restore", {"experiment_id": "$exp"}, {"experiment_id": "id"}),
        Base("POST", "experiments/set-experiment-tag",
             {"experiment_id": "$exp", "key": "a", "value": "b"},
             {"experiment_id": "id", "key": "str:250", "value": "str:20000"}),
        Base("POST", "experiments/delete-experiment-tag", {"experiment_id": "$exp", "key": "k"},
             {"experiment_id": "id", "key": "str:250"}),
        Base("POST", "experiments/search",
             {"max_results": 5, "filter": "name = 'one'", "order_by": ["name"], "page_token": ""},
             {"max_results": "int", "filter": "str", "order_by": "strs", "order_by.0": "str",
              "page_token": "str"}),
        Base("POST", "experiments/search", {"max_results": 5, "view_type": "ALL"},
             {"view_type": "enum"}),
        Base("POST", "experiments/search-datasets", {"experiment_ids": ["$exp"]},
             {"experiment_ids": "strs", "experiment_ids.0": "id"}, prefix="ajax-api"),
    ],
    "runs": [
        Base("POST", "runs/create",
             {"experiment_id": "$exp", "run_name": "n", "user_id": "u", "start_time": 7,
              "tags": [PAIR]},
             {"experiment_id": "id", "run_name": "str:250", "user_id": "str:256",
              "start_time": "int", "tags": "list", "tags.0.key": "str:250",
              "tags.0.value": "str:8000"}),
        Base("POST", "runs/update",
             {"run_id": "$run", "end_time": 9, "run_name": "n"},
             {"run_id": "str", "end_time": "int", "run_name": "str:250"}),
        Base("POST", "runs/update", {"run_id": "$run", "status": "FINISHED"},
             {"status": "enum"}),
        Base("POST", "runs/delete", {"run_id": "$run"}, {"run_id": "str"}),
        Base("POST", "runs/restore", {"run_id": "$run"}, {"run_id": "str"}),
        Base("POST", "runs/search",
             {"experiment_ids": ["$exp"], "filter": "metrics.acc > 0", "max_results": 3,
              "order_by": ["metrics.acc"], "page_token": ""},
             {"experiment_ids": "strs", "experiment_ids.0": "id", "filter": "str",
              "max_results": "int", "order_by": "strs", "order_by.0": "str",
              "page_token": "str"}),
        Base("POST", "runs/search", {"experiment_ids": ["$exp"], "run_view_type": "ALL"},
             {"run_view_type": "enum"}),
        Base("POST", "runs/log-metric", {"run_id": "$run", **METRIC},
             {"run_id": "str", "key": "str:250", "value": "float", "timestamp": "int",
              "step": "int"}),
        Base("POST", "runs/log-metric",
             {"run_id": "$run", **METRIC, "model_id": "$lm", "dataset_name": "dn",
              "dataset_digest": "dd"},
             {"model_id": "str", "dataset_name": "str", "dataset_digest": "str"}),
        Base("POST", "runs/log-parameter", {"run_id": "$run", **PAIR},
             {"run_id": "str", "key": "str:250", "value": "str:6000"}),
        Base("POST", "runs/set-tag", {"run_id": "$run", **PAIR},
             {"run_id": "str", "key": "str:250", "value": "str:8000"}),
        Base("POST", "runs/delete-tag", {"run_id": "$run", "key": "t"},
             {"run_id": "str", "key": "str:250"}),
        Base("POST", "runs/log-batch",
             {"run_id": "$run", "metrics": [METRIC], "params": [PAIR], "tags": [PAIR]},
             {"run_id": "str", "metrics": "list", "params": "list", "tags": "list",
              "metrics.0.key": "str:250", "metrics.0.value": "float",
              "metrics.0.timestamp": "int", "metrics.0.step": "int", "params.0.key": "str:250",
              "params.0.value": "str:6000", "tags.0.key": "str:250",
              "tags.0.value": "str:8000"}),
        Base("POST", "runs/log-model",
             {"run_id": "$run", "model_json":
              '{"run_id": "r", "artifact_path": "p", "utc_time_created": "x", "flavors": {}}'},
             {"run_id": "str", "model_json": "json"}),
        Base("POST", "runs/log-inputs",
             {"run_id": "$run", "datasets": [{"dataset": DATASET, "tags": [PAIR]}],
              "models": [{"model_id": "$lm"}]},
             {"run_id": "str", "datasets": "list", "datasets.0.dataset": "object",
              "datasets.0.dataset.name": "str:500", "datasets.0.dataset.digest": "str:36",
              "datasets.0.dataset.source_type": "str", "datasets.0.dataset.source": "str",
              "datasets.0.dataset.schema": "str", "datasets.0.dataset.profile": "str",
              "datasets.0.tags": "list", "datasets.0.tags.0.key": "str:255",
              "datasets.0.tags.0.value": "str:500", "models": "list",
              "models.0.model_id": "str"}),
        Base("POST", "runs/outputs", {"run_id": "$run", "models": [{"model_id": "$lm",
                                                                    "step": 3}]},
             {"run_id": "str", "models": "list", "models.0.model_id": "str",
              "models.0.step": "int"}),
    ],
    "logged-models": [
        Base("POST", "logged-models",
             {"experiment_id": "$exp", "name": "n", "model_type": "ty", "source_run_id": "$run",
              "params": [PAIR], "tags": [PAIR]},
             {"experiment_id": "id", "name": "str:500", "model_type": "str:500",
              "source_run_id": "str", "params": "list", "tags": "list",
              "params.0.key": "str:255", "params.0.value": "str", "tags.0.key": "str:255",
              "tags.0.value": "str"}),
        Base("POST", "logged-models/search",
             {"experiment_ids": ["$exp"], "filter": "name = 'lm'", "max_results": 5,
              "order_by": [{"field_name": "name", "ascending": True}], "page_token": ""},
             {"experiment_ids": "strs", "experiment_ids.0": "id", "filter": "str",
              "max_results": "int", "order_by": "list", "order_by.0.field_name": "str",
              "order_by.0.ascending": "bool", "page_token": "str"}),
        Base("PATCH", MODEL, {"model_id": "$lm", "status": "LOGGED_MODEL_READY"},
             {"model_id": "str", "status": "enum"}),
        Base("POST", MODEL + "/params", {"model_id": "$lm", "params": [PAIR]},
             {"model_id": "str", "params": "list", "params.0.key": "str:255",
              "params.0.value": "str"}),
        Base("PATCH", MODEL + "/tags", {"tags": [PAIR]},
             {"tags": "list", "tags.0.key": "str:255", "tags.0.value": "str"}),
    ],
    "registry": [
        Base("POST", "registered-models/create",
             {"name": "N", "tags": [PAIR], "description": "d"},
             {"name": "str:256", "tags": "list", "tags.0.key": "str:250", "tags.0.value": "str",
              "description": "str:5000"}),
        Base("POST", "registered-models/rename", {"name": "M", "new_name": "N"},
             {"name": "str", "new_name": "str:256"}),
        Base("PATCH", "registered-models/update", {"name": "M", "description": "d"},
             {"name": "str", "description": "str:5000"}),
        Base("DELETE", "registered-models/delete", {"name": "M"}, {"name": "str"}),
        Base("POST", "registered-models/get-latest-versions", {"name": "M", "stages": ["None"]},
             {"name": "str", "stages": "strs", "stages.0": "str"}),
        Base("POST", "registered-models/set-tag", {"name": "M", **PAIR},
             {"name": "str", "key": "str:250", "value": "str"}),
        Base("DELETE", "registered-models/delete-tag", {"name": "M", "key": "k"},
             {"name": "str", "key": "str:250"}),
        Base("POST", "registered-models/alias", {"name": "M", "alias": "a", "version": "2"},
             {"name": "str", "alias": "str:255", "version": "id"}),
        Base("DELETE", "registered-models/alias", {"name": "M", "alias": "best"},
             {"name": "str", "alias": "str:255"}),
        Base("POST", "model-versions/create",
             {"name": "M", "source": "s3://b/x", "run_id": "$run", "tags": [PAIR],
              "run_link": "http://x", "description": "d"},
             {"name": "str", "source": "str", "run_id": "str", "tags": "list",
              "tags.0.key": "str:250", "tags.0.value": "str", "run_link": "str:500",
              "description": "str:5000", "model_id": "str"}),
        Base("PATCH", "model-versions/update", {"name": "M", "version": "1", "description": "d"},
             {"name": "str", "version": "id", "description": "str:5000"}),
        Base("DELETE", "model-versions/delete", {"name": "M", "version": "1"},
             {"name": "str", "version": "id"}),
        Base("POST", "model-versions/transition-stage",
             {"name": "M", "version": "1", "stage": "Production",
              "archive_existing_versions": True},
             {"name": "str", "version": "id", "stage": "str",
              "archive_existing_versions": "bool"}),
        Base("POST", "model-versions/set-tag", {"name": "M", "version": "1", **PAIR},
             {"name": "str", "version": "id", "key": "str:250", "value": "str"}),
        Base("DELETE", "model-versions/delete-tag", {"name": "M", "version": "1", "key": "k"},
             {"name": "str", "version": "id", "key": "str:250"}),
    ],
    "datasets": [
        Base("POST", "datasets/create",
             {"name": "new", "experiment_ids": ["$exp"], "tags": '{"k": "v"}'},
             {"name": "str:255", "experiment_ids": "strs", "experiment_ids.0": "id",
              "tags": "json"}, v=3),
        Base("POST", "datasets/search",
             {"experiment_ids": ["$exp"], "filter_string": "name = 'ds'", "max_results": 3,
              "order_by": ["name"], "page_token": ""},
             {"experiment_ids": "strs", "experiment_ids.0": "id", "filter_string": "str",
              "max_results": "int", "order_by": "strs", "order_by.0": "str",
              "page_token": "str"}, v=3),
        Base("PATCH", DATA + "/tags", {"tags": '{"k": "v"}'}, {"tags": "json"}, v=3),
        Base("POST", DATA + "/add-experiments", {"experiment_ids": ["0"]},
             {"experiment_ids": "strs", "experiment_ids.0": "id"}, v=3),
        Base("POST", DATA + "/remove-experiments", {"experiment_ids": ["$exp"]},
             {"experiment_ids": "strs", "experiment_ids.0": "id"}, v=3),
        Base("POST", DATA + "/records", {"records": '[{"inputs": {"q": 2}}]'},
             {"records": "json"}, v=3),
        Base("DELETE", DATA + "/records", {"dataset_record_ids": ["x"]},
             {"dataset_record_ids": "strs", "dataset_record_ids.0": "str"}, v=3),
    ],
    "scorers": [
        Base("POST", "scorers/register",
             {"experiment_id": "$exp", "name": "new", "serialized_scorer": "{}"},
             {"experiment_id": "id", "name": "str:256", "serialized_scorer": "str"}, v=3),
        Base("DELETE", "scorers/delete", {"experiment_id": "$exp", "name": "sc", "version": 1},
             {"experiment_id": "id", "name": "str", "version": "int"}, v=3),
        Base("PUT", "scorers/online-config",
             {"experiment_id": "$exp", "name": "sc", "sample_rate": 0, "filter_string": "x"},
             {"experiment_id": "id", "name": "str", "sample_rate": "float",
              "filter_string": "str"}, v=3),
    ],
}

# GET: {path: ({parameter: value}, parameters that are integers)}
QUERIES = {
    "experiments/get": ({"experiment_id": "$exp"}, ()),
    "experiments/get-by-name": ({"experiment_name": "one"}, ()),
    "experiments/search": ({"max_results": "5", "filter": "name = 'one'", "order_by": "name",
                            "view_type": "ALL", "page_token": ""}, ("max_results",)),
    "runs/get": ({"run_id": "$run"}, ()),
    "metrics/get-history": ({"run_id": "$run", "metric_key": "acc", "max_results": "2"},
                            ("max_results",)),
    "ajax-api/metrics/get-history-bulk": (
        {"run_id": "$run", "metric_key": "acc", "max_results": "2"}, ()),
    "metrics/get-history-bulk-interval": (
        {"run_ids": "$run", "metric_key": "acc", "start_step": "0", "end_step": "2",
         "max_results": "2"}, ("start_step", "end_step", "max_results")),
    "logged-models/$lm": ({"allow_deleted": "true"}, ()),
    "registered-models/get": ({"name": "M"}, ()),
    "registered-models/search": ({"filter": "name = 'M'", "max_results": "2", "order_by": "name",
                                  "page_token": ""}, ("max_results",)),
    "registered-models/get-latest-versions": ({"name": "M", "stages": "None"}, ()),
    "registered-models/alias": ({"name": "M", "alias": "best"}, ()),
    "model-versions/get": ({"name": "M", "version": "1"}, ("version",)),
    "model-versions/get-download-uri": ({"name": "M", "version": "1"}, ("version",)),
    "model-versions/search": ({"filter": "name = 'M'", "max_results": "2", "order_by": "name",
                               "page_token": ""}, ("max_results",)),
    "3/datasets/search": ({"experiment_ids": "$exp", "filter_string": "name = 'ds'",
                           "max_results": "2", "order_by": "name"}, ("max_results",)),
    "3/datasets/$ds": ({}, ()),
    "3/datasets/$ds/experiment-ids": ({}, ()),
    "3/datasets/$ds/records": ({"max_results": "1"}, ("max_results",)),
    "3/scorers/list": ({"experiment_id": "$exp"}, ()),
    "3/scorers/versions": ({"experiment_id": "$exp", "name": "sc"}, ()),
    "3/scorers/get": ({"experiment_id": "$exp", "name": "sc", "version": "1"}, ("version",)),
    "3/scorers/online-configs": ({"scorer_ids": "$scorer"}, ()),
}
QUERY_WRONG = {"empty": "", "blank": " ", "text": "nope", "negative": "-1", "zero": "0",
               "quote": "'", "percent": "%", "unicode": "né😀", "nul": "a\0b",
               "long": "x" * 600}
QUERY_NUMBERS = {"fraction": "1.5", "whole": "1.0", "exponent": "1e2", "plus": "+1",
                 "spaced": " 1 ", "max": str(LONG), "over": str(LONG + 1), "int32": str(2**31),
                 "true": "true", "nan": "NaN", "underscore": "1_0", "leading": "01"}


def query_cases():
    for path, (query, numbers) in QUERIES.items():
        where, rest = path.split("/", 1)
        v, prefix = (3, "api") if where == "3" else (2, where if where == "ajax-api" else "api")
        target = rest if where in ("3", "ajax-api") else path

        def case(changed, name):
            return Step("GET", target, query=changed, v=v, prefix=prefix,
                        name=f"GET {target}:{name}")

        yield case(query, "typical")
        yield case({**query, "unknown": "1"}, "unknown")
        yield case({}, "no query")
        for name, value in query.items():
            rest = {k: q for k, q in query.items() if k != name}
            yield case(rest, f"{name}=missing")
            yield case({**rest, name: [value, "other"]}, f"{name}=twice")
            wrong = {**QUERY_WRONG, **(QUERY_NUMBERS if name in numbers else {})}
            for how, bad in wrong.items():
                yield case({**rest, name: bad}, f"{name}={how}")


SCENARIOS = [
    Scenario(f"matrix {name}", *FIXTURE, cases=[c for base in bases for c in base.cases()])
    for name, bases in BASES.items()
] + [Scenario("matrix queries", *FIXTURE, cases=list(query_cases()))]
