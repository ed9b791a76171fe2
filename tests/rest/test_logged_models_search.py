"""logged-models/search: filter, order, datasets, pages; bad input for each."""

import base64
import time

import pytest
from conftest import check_error, check_missing, check_type

LIST = ("Expected a list of comparisons separated by 'AND' "
        "(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').")
NUMBER_OPS = "('<', '<=', '>', '>=', '=', '!=')"
TEXT_OPS = "('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')"
ENTITIES = "Expected one of ['attributes', 'metrics', 'params', 'tags']."


class World:
    """Four models A, B, C, D in one experiment, and X in another."""

    def __init__(self, api):
        self.api = api
        self.exp, self.other = api.new_experiment(), api.new_experiment()
        self.run = api.new_run(self.exp)
        self.names, self.ids = {}, {}
        self.add("A", model_type="agent", source_run_id=self.run,
                 params=[{"key": "p", "value": "1"}], tags=[{"key": "t", "value": "x"}])
        self.add("B", params=[{"key": "p", "value": "2"}], tags=[{"key": "t", "value": "Y"}])
        self.add("C")
        self.add("d")
        self.add("X", exp=self.other)
        self.log("A", "m", 1, 1, 0)
        self.log("A", "m", 5, 2, 1)
        self.log("A", "m", 0.5, 9, 9, dataset_name="d", dataset_digest="h")
        self.log("B", "m", 2, 1, 0)
        self.log("C", "m", 3, 1, 0, dataset_name="d", dataset_digest="g")
        self.log("C", "k", 1, 1, 0, dataset_name="d", dataset_digest="g")
        self.log("d", "m", "NaN", 1, 0)
        self.ready("B")

    def add(self, name, exp=None, **kw):
        made = self.api.ok("logged-models", {"experiment_id": exp or self.exp, "name": name, **kw})
        model = made["model"]["info"]["model_id"]
        self.names[model], self.ids[name] = name, model
        time.sleep(0.003)  # a creation time of its own

    def log(self, name, key, value, timestamp, step, **kw):
        self.api.ok("runs/log-metric", {
            "run_id": self.run, "model_id": self.ids[name], "key": key, "value": value,
            "timestamp": timestamp, "step": step, **kw})

    def ready(self, name):
        model = self.ids[name]
        r = self.api.call("PATCH", f"logged-models/{model}",
                          json={"model_id": model, "status": "LOGGED_MODEL_READY"})
        assert r.status_code == 200

    def post(self, **body):
        return self.api.post("logged-models/search", {"experiment_ids": [self.exp], **body})

    def search(self, **body):
        r = self.post(**body)
        assert r.status_code == 200, (body, r.text)
        return r.json()

    def found(self, **body):
        return "".join(self.names[m["info"]["model_id"]] for m in self.search(**body).get("models", []))

    def filter(self, text, **body):
        return self.found(filter=text, **body)


@pytest.fixture(scope="module")
def world(api):
    return World(api)


def bad(r, message):
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


def internal(r, either):
    """Decision c: 500 in the reference, 400 in Cairn."""
    check_error(r, either(cairn=400, mlflow=500), "INTERNAL_ERROR")


# --- experiments ------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_whole_models(api, world, prefix):
    r = api.post("logged-models/search", {"experiment_ids": [world.exp]}, prefix=prefix)
    assert set(r.json()) == {"models"}
    for model in r.json()["models"]:
        assert model == api.read(f"logged-models/{model['info']['model_id']}")["model"]


def test_experiments(api, world):
    assert world.found() == "dCBA"
    assert world.found(experiment_ids=[world.exp, world.other]) == "XdCBA"
    assert world.found(experiment_ids=[world.other, world.exp]) == "XdCBA"
    assert world.search(experiment_ids=["99999999"]) == {}
    assert world.search(experiment_ids=[]) == {}


def test_experiments_refused(api, world):
    for body in ({}, {"experiment_ids": None}, {"filter": "name = 'A'"}):
        check_missing(api.post("logged-models/search", body), "experiment_ids")
    check_missing(api.raw("logged-models/search", b"nope"), "experiment_ids")
    check_type(world.post(experiment_ids="x"), "experiment_ids", '"x"', "str")
    check_type(world.post(experiment_ids=[5]), "experiment_ids", "[5]", "list")
    for wrong in ("abc", ""):
        bad(world.post(experiment_ids=[wrong]),
            f"Invalid experiment ID '{wrong}'. Experiment ID must be a valid integer.")


# --- filter -----------------------------------------------------------------


@pytest.mark.parametrize("text, names", [
    ("name = 'A'", "A"), ("name='A'", "A"), ("  name  =  'A'  ", "A"), ("name = A", "A"),
    ("name != 'A'", "dCB"), ("name LIKE 'A%'", "A"), ("name like 'A%'", "A"),
    ("name ILIKE 'a'", "A"), ("name LIKE 'a'", ""), ("name IN ('A', 'B')", "BA"),
    ("name in ('A')", "A"), ("name NOT IN ('A', 'B')", "dC"), ("name = ('A')", "A"),
    ("`name` = 'A'", "A"), ("attributes.name = 'A'", "A"), ("attributes.`name` = 'A'", "A"),
    ("name = \"A\"", ""), ("name = 5", ""), ("name = 'it''s'", ""), ("name = '😀'", ""),
    ("name = '\0'", ""), ("model_type = 'agent'", "A"), ("model_type = ''", "dCB"),
    ("status = 2", "B"), ("status = '2'", "B"), ("status = 'READY'", ""),
    ("creation_timestamp > 0", "dCBA"), ("creation_timestamp_ms > 0", "dCBA"),
    ("creation_time > 0", "dCBA"), ("creation_timestamp = 1.5", ""),
    ("creation_timestamp < 0", ""), ("last_updated_timestamp > 1e3", "dCBA"),
    ("last_updated_timestamp_ms >= 0", "dCBA"), ("lifecycle_stage = 'active'", "dCBA"),
    ("lifecycle_stage = 'deleted'", ""), ("artifact_location LIKE '%/artifacts'", "dCBA"),
    ("status_message = 'x'", ""),
    ("metrics.m > 1", "CBA"), ("metrics.m >= 1", "CBA"), ("metrics.m = 5", "A"),
    ("metrics.m != 5", "dCBA"), ("metrics.m < 3", "dBA"), ("metrics.m <= 3", "dCBA"),
    ("metrics.`m` > 1", "CBA"), ("metrics.m > -1", "dCBA"), ("metrics.m = 0", "d"),
    ("metrics.nosuch > 1", ""), ("metrics.m > 1 AND metrics.m < 1", "A"),
    ("metrics.m = 0.5", "A"), ("metrics.m > 1e0", "CBA"),
    ("params.p = '1'", "A"), ("params.p = 1", "A"), ("params.p != '1'", "B"),
    ("params.p LIKE '%'", "BA"), ("params.p ILIKE '1'", "A"), ("params.p IN ('1', '2')", "BA"),
    ("params.p NOT IN ('1')", "B"), ("params.`p` = '1'", "A"), ("params.nosuch != '1'", ""),
    ("params.a.b = 'x'", ""), ("params.p = \"1\"", ""),
    ("tags.t = 'x'", "A"), ("tags.t != 'x'", "B"), ("tags.t = 'X'", ""), ("tags.t LIKE 'y'", ""),
    ("tags.t ILIKE 'y'", "B"), ("tags.t IN ('x')", "A"), ("tags.nosuch != 'x'", ""),
    ("", "dCBA"), (None, "dCBA"), ("name = 'A' AND", "A"), ("AND name = 'A'", "A"),
    ("name = 'A' and params.p = '1'", "A"), ("name = 'A' name = 'B'", ""),
    ("name = 'A' AND tags.t = 'x' AND metrics.m > 0", "A"),
])
def test_filter(world, text, names):
    assert world.filter(text) == names


def test_filter_by_ids(world):
    a, b = world.ids["A"], world.ids["B"]
    assert world.filter(f"model_id = '{a}'") == "A"
    assert world.filter(f"model_id IN ('{a}', '{b}')") == "BA"
    assert world.filter(f"source_run_id = '{world.run}'") == "A"
    assert world.filter(f"experiment_id = '{world.exp}'") == "dCBA"
    assert world.filter(f"experiment_id = {world.exp}") == "dCBA"


@pytest.mark.parametrize("text, message", [
    (" ", "Invalid filter string: ' '. Expected a single SQL expression."),
    ("name = 'A'; name = 'B'",
     "Invalid filter string: \"name = 'A'; name = 'B'\". Expected a single SQL expression."),
    ("name = 'A';", f"Invalid filter string: \"name = 'A';\". {LIST}"),
    ("name = 'A' OR name = 'B'", f"Invalid filter string: \"name = 'A' OR name = 'B'\". {LIST}"),
    ("(name = 'A')", f"Invalid filter string: \"(name = 'A')\". {LIST}"),
    ("name", f"Invalid filter string: 'name'. {LIST}"),
    ("name =", f"Invalid filter string: 'name ='. {LIST}"),
    ("= 'A'", f"Invalid filter string: \"= 'A'\". {LIST}"),
    ("NOT name = 'A'", f"Invalid filter string: \"NOT name = 'A'\". {LIST}"),
    ("name = 'A\"", f"Invalid filter string: 'name = \\'A\"'. {LIST}"),
    ("name = 'A' , name = 'B'", f"Invalid filter string: \"name = 'A' , name = 'B'\". {LIST}"),
    ("name IN 'A'", f"Invalid filter string: \"name IN 'A'\". {LIST}"),
    ("name IS 'A'", f"Invalid filter string: \"name IS 'A'\". {LIST}"),
    ("name BETWEEN 'A' AND 'B'", f"Invalid filter string: \"name BETWEEN 'A' AND 'B'\". {LIST}"),
    ("\0", f"Invalid filter string: '\\x00'. {LIST}"),
    ("name IS NULL", "Invalid comparison: nameIS NULL. Expected a comparison with 3 tokens."),
    ("tags.t IS NOT NULL",
     "Invalid comparison: tags.tIS NOT NULL. Expected a comparison with 3 tokens."),
    ("tags.t is\nnot null",
     "Invalid comparison: tags.tIS NOT NULL. Expected a comparison with 3 tokens."),
    ("metric.m > 1", f"Invalid entity type: 'metric'. {ENTITIES}"),
    ("attribute.name = 'A'", f"Invalid entity type: 'attribute'. {ENTITIES}"),
    ("datasets.name = 'd'", f"Invalid entity type: 'datasets'. {ENTITIES}"),
    ("a.b.c = 'x'", f"Invalid entity type: 'a'. {ENTITIES}"),
    ("name > 'A'",
     f"Invalid comparison operator for attributes.name: '>'. Expected one of {TEXT_OPS}."),
    ("name == 'A'",
     f"Invalid comparison operator for attributes.name: '=='. Expected one of {TEXT_OPS}."),
    ("name <> 'A'",
     f"Invalid comparison operator for attributes.name: '<>'. Expected one of {TEXT_OPS}."),
    ("name NOT LIKE 'A'",
     f"Invalid comparison operator for attributes.name: 'NOT LIKE'. Expected one of {TEXT_OPS}."),
    ("m > 1", f"Invalid comparison operator for attributes.m: '>'. Expected one of {TEXT_OPS}."),
    ("params.p > '1'",
     f"Invalid comparison operator for params.p: '>'. Expected one of {TEXT_OPS}."),
    ("tags.t > 'x'", f"Invalid comparison operator for tags.t: '>'. Expected one of {TEXT_OPS}."),
    ("metrics.m LIKE '1'",
     f"Invalid comparison operator for metrics.m: 'LIKE'. Expected one of {NUMBER_OPS}."),
    ("metrics.m IN (1)",
     f"Invalid comparison operator for metrics.m: 'IN'. Expected one of {NUMBER_OPS}."),
    ("creation_timestamp LIKE '1%'", "Invalid comparison operator for "
     f"attributes.creation_timestamp_ms: 'LIKE'. Expected one of {NUMBER_OPS}."),
    # only lower-case letters are an entity, and no key has a line feed
    ("`metrics`.m > 1",
     f"Invalid comparison operator for attributes.metrics`.m: '>'. Expected one of {TEXT_OPS}."),
    ("metrics .m > 1",
     f"Invalid comparison operator for attributes.metrics .m: '>'. Expected one of {TEXT_OPS}."),
    ("1&&metrics.m > 1",
     f"Invalid comparison operator for attributes.1&&metrics.m: '>'. Expected one of {TEXT_OPS}."),
    ("metrics.m\n>\n1 && metrics.m\n>\n1", "Invalid comparison operator for "
     f"attributes.metrics.m\n>\n1 && metrics.m: '>'. Expected one of {TEXT_OPS}."),
    ("metrics.`m\nn` > 1",
     f"Invalid comparison operator for attributes.metrics.`m\nn: '>'. Expected one of {TEXT_OPS}."),
    # of two mistakes the first
    ("name > 'A' OR name = 'B'",
     f"Invalid comparison operator for attributes.name: '>'. Expected one of {TEXT_OPS}."),
    ("name = 'A' OR name > 'B'", f"Invalid filter string: \"name = 'A' OR name > 'B'\". {LIST}"),
    ("bogus.x = '1' &&", f"Invalid entity type: 'bogus'. {ENTITIES}"),
    ("name IS NULL AND", "Invalid comparison: nameIS NULL. Expected a comparison with 3 tokens."),
])
def test_filter_refused(world, text, message):
    bad(world.post(filter=text), message)


@pytest.mark.parametrize("text", [
    "bogus = 'x'", "artifact_uri = 'x'", "'A' = name", "1 = 1", "\"name\" = 'A'", "tags = 'x'",
    "metadata = 'x'", "__class__ = 'x'", "query = 'x'", "Params.p = '1'", "bogus1.x = '1'",
    "`params.p` = '1'", "(params.p) = '1'", "params.`a\nb` = 'x'",
    "params.p\n=\n1 && tags.t = 'x'", "name = 'A' && tags.t = 'x'",
])
def test_unknown_attribute(world, either, text):
    internal(world.post(filter=text), either)


@pytest.mark.parametrize("text, shown", [
    ("metrics.m > '1'", "\"'1'\""), ("metrics.m > abc", "'abc'"),
    ("creation_timestamp > '0'", "\"'0'\""),
])
def test_not_a_number(world, either, text, shown):
    check_error(world.post(filter=text), either(cairn=400, mlflow=500), "INTERNAL_ERROR",
                f"could not convert string to float: {shown}")


@pytest.mark.parametrize("text", ["metrics.m > 1e400", "metrics.m > NaN"])
def test_not_finite(world, text):
    check_error(world.post(filter=text), 400, "BAD_REQUEST")


@pytest.mark.parametrize("text", ["name IN (A)", "name IN ()", "name IN (1, 2)"])
def test_odd_lists(world, either, text):
    r = world.post(filter=text)
    assert r.status_code in either(cairn=(400,), mlflow=(200, 500)), r.text


def test_filter_types(world):
    check_type(world.post(filter=5), "filter", "5", "int")
    check_type(world.post(filter=["x"]), "filter", '["x"]', "list")


@pytest.mark.cairn_only("the reference takes minutes for it")
def test_huge_filters(world):
    for text in ("a" * 200000, " AND ".join(["name = 'A'"] * 600), "(" * 5000):
        assert world.post(filter=text).status_code == 400


# --- order ------------------------------------------------------------------


@pytest.mark.parametrize("order, names", [
    ([{"field_name": "creation_timestamp"}], "ABCd"),
    ([{"field_name": "creation_time", "ascending": True}], "ABCd"),
    ([{"field_name": "creation_timestamp_ms", "ascending": False}], "dCBA"),
    ([{"field_name": "last_updated_timestamp"}], "ACdB"),
    ([{"field_name": "status"}], "dCAB"),
    ([{"field_name": "status", "ascending": False}], "BdCA"),
    ([{"field_name": "model_type"}], "dCBA"),
    ([{"field_name": "model_type", "ascending": False}], "AdCB"),
    ([{"field_name": "experiment_id"}], "dCBA"),
    ([{"field_name": "status_message"}], "dCBA"),
    ([{"field_name": "metrics.m"}], "dABC"),
    ([{"field_name": "metrics.m", "ascending": False}], "CBAd"),
    ([{"field_name": "metrics.nosuch"}], "dCBA"),
    ([{"field_name": "metrics."}], "dCBA"),
    ([{"field_name": "metrics.k"}], "CdBA"),
    ([{"field_name": "metrics.k", "ascending": False}], "CdBA"),
    ([{"field_name": "metrics.m", "dataset_name": "d", "dataset_digest": "h"}], "AdCB"),
    ([{"field_name": "metrics.m", "dataset_name": "d"}], "ACdB"),
    ([{"field_name": "metrics.m", "dataset_digest": "g"}], "CdBA"),
    ([{"field_name": "metrics.m", "dataset_name": "", "dataset_digest": ""}], "dABC"),
    ([{"field_name": "metrics.m", "dataset_name": "no", "dataset_digest": "no"}], "dCBA"),
    ([{"field_name": "status"}, {"field_name": "creation_time"}], "ACdB"),
    ([{"field_name": "status"}, {"field_name": "status"}], "dCAB"),
    ([], "dCBA"), (None, "dCBA"),
])
def test_order(world, order, names):
    assert world.found(order_by=order) == names


def test_order_by_name(world):
    assert world.found(order_by=[{"field_name": "name"}], filter="name != 'd'") == "ABC"
    assert world.found(order_by=[{"field_name": "name", "ascending": False}],
                       filter="name != 'd'") == "CBA"
    ids = sorted(world.names[i] + i for i in world.ids.values() if world.names[i] != "X")
    assert sorted(world.found(order_by=[{"field_name": "model_id"}])) == \
        sorted(i[0] for i in ids)


@pytest.mark.parametrize("name", [
    "bogus", "name DESC", " name", "name;", "`name`", "artifact_uri", "last_updated_time", "",
])
def test_order_by_unknown(world, name):
    r = world.post(order_by=[{"field_name": name}])
    assert r.status_code == 400, r.text
    assert r.json() == {
        "error_code": "INVALID_PARAMETER_VALUE", "sqlstate": "KAM04",
        "error_class": "ATTRIBUTE_NOT_FOUND", "message": f"Invalid order by field name: {name}"}


def test_order_by_nothing(world):
    for order in ({}, {"ascending": True}):
        r = world.post(order_by=[order])
        assert r.json()["message"] == "Invalid order by field name: "


@pytest.mark.parametrize("name", ["params.p", "tags.t", "attributes.name", "attribute.name", "a.b.c"])
def test_order_by_other_entities(world, name):
    bad(world.post(order_by=[{"field_name": name}]),
        f"Invalid order by field name: {name}. Only metrics are supported.")


def test_order_types(world, either):
    check_type(world.post(order_by="name"), "order_by", '"name"', "str")
    check_type(world.post(order_by={"field_name": "name"}), "order_by",
               '{"field_name":"name"}', "dict")
    for order in ([5], ["name"], [{"field_name": 5}]):
        assert world.post(order_by=order).status_code == 400
    r = world.post(order_by=[{"field_name": "name", "ascending": "x"}])
    assert r.status_code == either(cairn=400, mlflow=200), r.text


# --- datasets ---------------------------------------------------------------

G = {"dataset_name": "d", "dataset_digest": "g"}
H = {"dataset_name": "d", "dataset_digest": "h"}


@pytest.mark.parametrize("datasets, text, names", [
    ([G], None, "C"), ([H], None, "A"), ([G, H], None, "CA"), ([], None, "dCBA"),
    ([{"dataset_name": "d"}], None, ""), ([{"dataset_name": "no", "dataset_digest": "g"}], None, ""),
    ([G], "metrics.m > 2", "C"), ([G], "metrics.m < 2", ""), ([G], "metrics.k > 0", "C"),
    ([H], "metrics.m < 1", "A"), ([H], "metrics.m > 1", ""), ([G, H], "metrics.m < 2", "A"),
    ([G], "name = 'C'", "C"), ([G], "name = 'A'", ""), ([G], "metrics.m = 3 AND metrics.k = 1", "C"),
    ([H], "params.p = '1'", "A"),
])
def test_datasets(world, datasets, text, names):
    assert world.filter(text, datasets=datasets) == names


def test_datasets_do_not_hide_metrics(world):
    [model] = world.search(datasets=[H])["models"]
    assert len(model["data"]["metrics"]) == 3


def test_datasets_refused(world):
    check_type(world.post(datasets="x"), "datasets", '"x"', "str")
    for wrong in ({}, {"dataset_digest": "g"}, {"dataset_name": ""}):
        bad(world.post(datasets=[wrong]),
            "`dataset_name` in the `datasets` clause must be specified.")
    for wrong in (5, {"dataset_name": 5}):
        assert world.post(datasets=[wrong]).status_code == 400


# --- pages ------------------------------------------------------------------


def walk(world, size, **body):
    """The names of every page, until there is no token."""
    pages, token = [], None
    while True:
        found = world.search(max_results=size, page_token=token, **body)
        pages.append("".join(world.names[m["info"]["model_id"]] for m in found.get("models", [])))
        token = found.get("next_page_token")
        if token is None:
            return pages


@pytest.mark.parametrize("size, pages", [
    (1, ["d", "C", "B", "A"]), (2, ["dC", "BA"]), (3, ["dCB", "A"]), (4, ["dCBA"]),
    (5, ["dCBA"]), ("2", ["dC", "BA"]), (2**31 - 1, ["dCBA"]),
])
def test_pages(world, size, pages):
    assert walk(world, size) == pages


@pytest.mark.parametrize("body", [
    {"order_by": [{"field_name": "metrics.m"}]},
    {"order_by": [{"field_name": "metrics.m", "ascending": False}]},
    {"order_by": [{"field_name": "metrics.k"}]},
    {"order_by": [{"field_name": "metrics.m", **G}]},
    {"order_by": [{"field_name": "model_type"}, {"field_name": "status"}]},
    {"order_by": [{"field_name": "status_message"}]},
    {"order_by": [{"field_name": "name"}]},
    {"filter": "metrics.m > -1"}, {"datasets": [G, H]},
])
@pytest.mark.parametrize("size", [1, 3])
def test_pages_in_every_order(world, body, size):
    assert "".join(walk(world, size, **body)) == world.found(**body)


def test_page_sizes(world, api):
    exp = api.new_experiment()
    for i in range(101):
        api.ok("logged-models", {"experiment_id": exp, "name": f"n{i}"})
    for body, n in (({}, 50), ({"max_results": 0}, 100), ({"max_results": 101}, 101),
                    ({"max_results": None}, 50), ({"max_results": 1000}, 101)):
        found = api.ok("logged-models/search", {"experiment_ids": [exp], **body})
        assert len(found["models"]) == n
        assert ("next_page_token" in found) == (n < 101)


def test_max_results_refused(world, either):
    check_type(world.post(max_results="x"), "max_results", '"x"', "str")
    for wrong in (-1, 1.5, True, [], 2**63):
        r = world.post(max_results=wrong)
        assert r.status_code in either(cairn=(400,), mlflow=(200, 500)), r.text


ORDER = {"field_name": "name", "ascending": True}
ORDER_TOLD = ("[{'field_name': 'name', 'ascending': True, 'dataset_name': None, "
              "'dataset_digest': None}]")


def test_token_of_another_search(world):
    """The first that differs is told: experiments, filter, order; before other mistakes."""
    token = world.search(max_results=1)["next_page_token"]
    experiments = ("Experiment IDs in the page token do not match the requested experiment IDs. "
                   f"Expected: ['{world.other}']. Found: ['{world.exp}']")
    filter = ("Filter string in the page token does not match the requested filter string. "
              "Expected: %s. Found: None")
    bad(world.post(page_token=token, experiment_ids=[world.other]), experiments)
    bad(world.post(page_token=token, experiment_ids=[world.other], filter="?"), experiments)
    bad(world.post(page_token=token, filter="name != 'q'", order_by=[ORDER]),
        filter % "name != 'q'")
    bad(world.post(page_token=token, filter="nonsense"), filter % "nonsense")
    bad(world.post(page_token=token, order_by=[ORDER]),
        "Order by in the page token does not match the requested order by. "
        f"Expected: {ORDER_TOLD}. Found: None")


def test_token_of_another_search_back(world):
    body = {"filter": "name != 'it\\'s'", "order_by": [ORDER], "max_results": 1}
    token = world.search(**body)["next_page_token"]
    assert len(world.found(page_token=token, **body)) == 1
    bad(world.post(page_token=token, filter=body["filter"]),
        "Order by in the page token does not match the requested order by. "
        f"Expected: None. Found: {ORDER_TOLD}")
    bad(world.post(page_token=token, order_by=[ORDER]),
        "Filter string in the page token does not match the requested filter string. "
        f"Expected: None. Found: {body['filter']}")
    bad(world.post(page_token=token, experiment_ids=["x", "it's"]),
        "Experiment IDs in the page token do not match the requested experiment IDs. "
        f"Expected: ['x', \"it's\"]. Found: ['{world.exp}']")


def test_token_of_a_long_search(world):
    """However long, the token works, and belongs to no search that differs at its end."""
    body = {"filter": " AND ".join(f"name != '{i:050}'" for i in range(40)), "max_results": 1}
    token = world.search(**body)["next_page_token"]
    assert len(world.found(page_token=token, **body)) == 1
    check_error(world.post(page_token=token, filter=body["filter"][:-2] + "x'"), 400,
                "INVALID_PARAMETER_VALUE",
                starts="Filter string in the page token does not match the requested filter")


@pytest.mark.cairn_only("there the datasets may change from page to page")
def test_token_of_other_datasets(world):
    token = world.search(max_results=1)["next_page_token"]
    check_error(world.post(page_token=token, datasets=[{"dataset_name": "d"}]), 400,
                "INVALID_PARAMETER_VALUE", starts="Invalid page token: ")


@pytest.mark.parametrize("token", [
    "x", "!!", "abcd", "é", " ", "e30=", base64.b64encode(b"[1]").decode(), "NQ==",
    base64.b64encode(b"1" + b"\0" * 40).decode(), "A" * 20000,
])
def test_bad_tokens(world, either, token):
    r = world.post(page_token=token)
    assert r.status_code in either(cairn=(400,), mlflow=(400, 500)), r.text
    if r.status_code == 400:
        check_error(r, 400, "INVALID_PARAMETER_VALUE")


def test_token_types(world):
    check_type(world.post(page_token=5), "page_token", "5", "int")
    assert world.found(page_token="") == "dCBA"
    assert world.found(page_token=None) == "dCBA"


FAULTS = {
    "id": ({"experiment_ids": ["x"]}, "Invalid experiment ID 'x'."),
    "datasets": ({"datasets": [{"dataset_name": ""}]}, "`dataset_name` in the `datasets` clause"),
    "filter": ({"filter": "bad !"}, "Invalid filter string: 'bad !'."),
    "order": ({"order_by": [{"field_name": "nope"}]}, "Invalid order by field name: nope"),
}


@pytest.mark.parametrize(
    "told, other",
    [("datasets", "id"), ("datasets", "filter"), ("datasets", "order"), ("filter", "id"),
     ("filter", "order"), ("id", "order")],
)  # fmt: skip
def test_which_of_two_mistakes_is_told(api, told, other):
    body = {"experiment_ids": ["0"], **FAULTS[told][0], **FAULTS[other][0]}
    r = api.post("logged-models/search", body)
    assert r.status_code == 400
    assert r.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert r.json()["message"].startswith(FAULTS[told][1])


def test_pages_of_a_crowd(api, sql):
    """Most models there are: the database goes through all of them, not by experiment."""
    exp, other = api.new_experiment(), api.new_experiment()
    digits = " UNION ALL ".join(f"SELECT {d} AS d" for d in range(10))
    for e, last in ((exp, 2000), (other, 3)):
        sql(
            "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,"
            " creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage)"
            " SELECT CONCAT('m-', %s, '-', n), %s, IF(n %% 3, 'odd', 'third'), '', n DIV 10, n,"
            " 2, 'active' FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n"
            f" FROM ({digits}) a, ({digits}) b, ({digits}) c, ({digits}) e) n WHERE n < %s",
            (e, e, last),
        )
    got, token = [], None
    while token is None or token:
        page = api.ok("logged-models/search", {
            "experiment_ids": [exp], "filter": "name = 'third'", "max_results": 300,
            **({"page_token": token} if token else {})})
        got += [m["info"]["model_id"] for m in page["models"]]
        token = page.get("next_page_token", "")
    sql("DELETE FROM logged_models WHERE experiment_id IN (%s, %s)", (exp, other))
    wanted = sorted(range(0, 2000, 3), key=lambda n: (-(n // 10), f"m-{exp}-{n}"))
    assert got == [f"m-{exp}-{n}" for n in wanted]
