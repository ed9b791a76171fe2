"""experiments/search by POST and GET (contract 4.1): its texts are not those of runs/search."""

import json
import time
import uuid

import pytest

from conftest import check_error, check_type
from test_search_runs import (
    IPV,
    NUMBER_OPS,
    STRING_OPS,
    canon,
    comparator,
    identifier,
    not_parsed,
    numeric,
    ordering_key,
    quoted,
    set_of,
    token,
    unquoted,
)

KEYS = ["name", "creation_time", "last_update_time", "experiment_id"]
ENTITIES = "Valid entity types are ('attribute', 'tag', 'tags')"


def clauses(*tokens):
    return "Invalid clause(s) in filter string: " + ", ".join(tokens)


def bad_key(key):
    return f"Invalid attribute key '{key}' specified. Valid keys are '{set_of(KEYS)}'"


def no_null(key):
    return f"IS NULL / IS NOT NULL is only supported for tags, not for attribute '{key}'"


def only_ids():
    return (
        "Only ['experiment_id'] attributes support comparison with a list of quoted "
        "string values."
    )


def later(api, name, **kw):
    """A new experiment whose creation time no earlier one has."""
    before = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == before:
        pass
    return api.new_experiment(name, **kw)


@pytest.fixture(scope="module")
def park(api):
    """Alpha, beta, gamma live, delta deleted; all names start with P."""
    p = "P" + uuid.uuid4().hex[:10]
    ids = {
        "Alpha": later(api, p + "Alpha", tags=[{"key": "t", "value": "x"}]),
        "beta": later(api, p + "beta", tags=[{"key": "t", "value": "X"},
                                             {"key": "u", "value": "it's"}]),
        "gamma": later(api, p + "gamma", tags=[{"key": "k-d", "value": "1%"}]),
        "delta": later(api, p + "delta", tags=[{"key": "t", "value": "x"}]),
    }  # fmt: skip
    api.ok("experiments/delete", {"experiment_id": ids["delta"]})
    times = {
        n: api.read("experiments/get", {"experiment_id": i})["experiment"]["creation_time"]
        for n, i in ids.items()
    }
    return {"p": p, "mine": f"name LIKE '{p}%'", "ids": ids, "times": times}


def fill(text, park):
    """P -> the park's prefix, {name} -> an id, [name] -> a creation time."""
    for name, i in park["ids"].items():
        text = text.replace("{%s}" % name, i).replace("[%s]" % name, str(park["times"][name]))
    return text.replace("MINE", park["mine"]).replace("P~", park["p"])


def find(api, filter=None, **kw):
    body = {"max_results": 100, **kw}
    if filter is not None:
        body["filter"] = filter
    return api.post("experiments/search", body)


def names(r, park):
    assert r.status_code == 200, r.text
    start = len(park["p"])
    return [e["name"][start:] for e in r.json().get("experiments", [])]


MATCHES = [
    ("MINE", "Alpha beta gamma"),
    ("name = 'P~Alpha'", "Alpha"),
    ("name = 'P~alpha'", ""),
    ('"name" = "P~Alpha"', "Alpha"),
    ("`name` = 'P~Alpha'", "Alpha"),
    ("attribute.name = 'P~Alpha'", "Alpha"),
    ("attribute.`name` = 'P~Alpha'", "Alpha"),
    ("name != 'P~Alpha' AND MINE", "beta gamma"),
    ("name LIKE 'P~%a'", "Alpha beta gamma"),
    ("name LIKE 'P~A%'", "Alpha"),
    ("name LIKE 'P~a%'", ""),
    ("name LIKE 'P~_eta'", "beta"),
    ("name LIKE 'P~\\%'", ""),
    ("name ILIKE 'P~ALPHA'", "Alpha"),
    ("name ILIKE 'P~B%'", "beta"),
    ("experiment_id = '{beta}'", "beta"),
    ("experiment_id = '0{beta}'", "beta"),
    ("experiment_id != '{beta}' AND MINE", "Alpha gamma"),
    ("experiment_id IN ('{beta}', \"{gamma}\")", "beta gamma"),
    ("experiment_id IN ('{beta}','{delta}')", "beta"),
    ("experiment_id IN ('{beta}',)", "beta"),
    ("experiment_id NOT IN ('{beta}') AND MINE", "Alpha gamma"),
    ("experiment_id not in ('{beta}') and MINE", "Alpha gamma"),
    ("attribute.experiment_id = '{beta}'", "beta"),
    ("creation_time = [beta] AND MINE", "beta"),
    ("creation_time != [beta] AND MINE", "Alpha gamma"),
    ("creation_time > [beta] AND MINE", "gamma"),
    ("creation_time >= [beta] AND MINE", "beta gamma"),
    ("creation_time < [beta] AND MINE", "Alpha"),
    ("creation_time <= [beta] AND MINE", "Alpha beta"),
    ("creation_time > -1 AND MINE", "Alpha beta gamma"),
    ("creation_time > 0 AND creation_time < [gamma] AND MINE", "Alpha beta"),
    ("last_update_time = [beta] AND MINE", "beta"),
    ("attribute.last_update_time > [beta] AND MINE", "gamma"),
    ("tags.t = 'x' AND MINE", "Alpha"),
    ("tag.t = 'X' AND MINE", "beta"),
    ("tags.`t` = 'x' AND MINE", "Alpha"),
    ('tags."t" = "x" AND MINE', "Alpha"),
    ("tags.t != 'x' AND MINE", "beta"),
    ("tags.t LIKE 'X%' AND MINE", "beta"),
    ("tags.t ILIKE 'X' AND MINE", "Alpha beta"),
    ("tags.t IS NULL AND MINE", "gamma"),
    ("tags.t IS NOT NULL AND MINE", "Alpha beta"),
    ("tags.t is null and MINE", "gamma"),
    ("tags.t Is Not Null AND MINE", "Alpha beta"),
    ("tags.u = \"it's\" AND MINE", "beta"),
    ("tags.`k-d` = '1%' AND MINE", "gamma"),
    ("tags.`k-d` LIKE '1\\%' AND MINE", "gamma"),
    ("tags.T = 'x' AND MINE", ""),
    ("tags.nope = 'x' AND MINE", ""),
    ("tags.t ILIKE 'x' AND tags.u IS NOT NULL AND MINE", "beta"),
    ("tags.t = 'x' AND tags.t = 'X' AND MINE", ""),
    ("tag.`mlflow.experiment.isGateway` IS NULL AND MINE", "Alpha beta gamma"),
    ("AND MINE AND", "Alpha beta gamma"),
    ("  MINE  ", "Alpha beta gamma"),
]


@pytest.mark.parametrize("filter, expected", MATCHES)
def test_filter(api, park, filter, expected):
    got = names(find(api, fill(filter, park)), park)
    assert sorted(got) == sorted(expected.split())


@pytest.mark.parametrize("filter", ["", "and", None])
def test_no_filter(api, park, filter):
    newest = names(find(api, filter, max_results=50), park)
    assert len(newest) > 2


# The reference takes LIKE, ILIKE and IN in upper case only here (-> m).
ANY_CASE = [
    ("name like 'P~A%'", "Alpha", comparator("like", STRING_OPS, "'")),
    ("name Like 'P~A%'", "Alpha", comparator("Like", STRING_OPS, "'")),
    ("name ilike 'P~alpha'", "Alpha", comparator("ilike", STRING_OPS, "'")),
    ("experiment_id in ('{beta}')", "beta", "Invalid comparator for experiment_id: in"),
    ("tags.t like 'X' AND MINE", "beta", "Invalid comparator for tag: like"),
    ("tags.t ilike 'X' AND MINE", "Alpha beta", "Invalid comparator for tag: ilike"),
]


@pytest.mark.parametrize("filter, expected, message", ANY_CASE)
def test_keywords_in_any_case(api, park, on_cairn, filter, expected, message):
    r = find(api, fill(filter, park))
    if on_cairn:
        assert sorted(names(r, park)) == expected.split()
    else:
        assert canon(check_error(r, 400, IPV)["message"]) == canon(message)


REFUSED = [
    ("name > 'a'", comparator(">", STRING_OPS, "'")),
    ("name == 'x'", comparator("==", STRING_OPS, "'")),
    ("name <> 'x'", comparator("<>", STRING_OPS, "'")),
    ("name RLIKE 'x'", comparator("RLIKE", STRING_OPS, "'")),
    ("name NOT LIKE 'x'", comparator("NOT LIKE", STRING_OPS, "'")),
    ("name not  Like 'x'", comparator("not  Like", STRING_OPS, "'")),
    ("name rlike 'x'", comparator("rlike", STRING_OPS, "'")),
    ("creation_time like 5", comparator("like", STRING_OPS)),
    ("experiment_id ilike '20'", "Invalid comparator for experiment_id: ilike"),
    ("tags.t Not Like 'x'", "Invalid comparator for tag: Not Like"),
    ("creation_time LIKE 5", comparator("LIKE", STRING_OPS)),
    ("creation_time == 5", comparator("==", STRING_OPS)),
    ("name = 5", quoted("5", "attributes")),
    ("name = NULL", quoted("NULL", "attributes")),
    ("name = x", unquoted("x")),
    ("name = `x`", unquoted("`x`")),
    ("name IN ('x')", only_ids()),
    ("name NOT IN ('x')", only_ids()),
    ("name IS NULL", no_null("name")),
    ("name IS NOT NULL", no_null("name")),
    ("creation_time IS NULL", no_null("creation_time")),
    ("experiment_id = 20", quoted("20", "attributes")),
    ("experiment_id > 20", quoted("20", "attributes")),
    ("experiment_id LIKE '20'", "Invalid comparator for experiment_id: LIKE"),
    ("experiment_id ILIKE '20'", "Invalid comparator for experiment_id: ILIKE"),
    ("experiment_id > '20'", "Invalid comparator for experiment_id: >"),
    ("experiment_id = 'abc'",
     "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."),
    ("experiment_id IN ('abc')",
     "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."),
    ("experiment_id IN ('')", "Invalid experiment ID ''. Experiment ID must be a valid integer."),
    ("experiment_id IN ()", "While parsing a list in the query, expected a non-empty list of "
     "string values, but got empty list"),
    ("experiment_id IN (19)", "While parsing a list in the query, expected string value, "
     "punctuation, or whitespace, but got different type in list: (19,)"),
    ("creation_time > '0'", numeric("'0'", "creation_time")),
    ("creation_time > abc", numeric("abc", "creation_time")),
    ("creation_time IN (5)", numeric("(5)", "creation_time")),
    ("last_update_time > '0'", numeric("'0'", "last_update_time")),
    ("creation_time > 1.5", "Invalid value for numeric attribute 'creation_time': '1.5'"),
    ("creation_time > 1e400", "Invalid value for numeric attribute 'creation_time': 'inf'"),
    ("tags.t IN ('x')", quoted("('x')", "tag (e.g. 'my-value')")),
    ("tags.t = 5", quoted("5", "tag (e.g. 'my-value')")),
    ("tags.t = x", unquoted("x")),
    ("tags.t > 'x'", "Invalid comparator for tag: >"),
    ("tags.t == 'x'", "Invalid comparator for tag: =="),
    ("lifecycle_stage = 'active'", bad_key("lifecycle_stage")),
    ("artifact_location = 'x'", bad_key("artifact_location")),
    ("bogus = 'x'", bad_key("bogus")),
    ("Name = 'x'", bad_key("Name")),
    *[(f"{e}.x = 'y'", f"Invalid entity type '{e}'. {ENTITIES}") for e in [
        "attributes", "attr", "experiment", "experiments", "run", "metrics", "params",
        "dataset", "foo", "TAGS",
    ]],
    ("'name' = 'x'", identifier("'name'")),
    ("1 = 1", identifier("1")),
    ("'a' = name", identifier("'a'")),
    ("   ", "Invalid filter '   '. Could not be parsed."),
    ("OR", clauses("OR")),
    ("name = 'a' OR name = 'b'", clauses("OR")),
    ("NOT name = 'a'", clauses("NOT")),
    ("(name = 'a')", clauses("(name = 'a')")),
    ("name", clauses("name")),
    ("name = 'a';", clauses(";")),
    ("name = 'a' -- x", clauses("-- x")),
    ("name = 'a", clauses("name", "=", "'", "a")),
    ("name BETWEEN 'a' AND 'b'", clauses("name", "BETWEEN", "'a'", "'b'")),
    ("name = 'a'; name = 'b'", "Search filter contained multiple expression "
     "\"name = 'a'; name = 'b'\". Provide AND-ed expression list."),
    ('name = "a"; name = "b"', "Search filter contained multiple expression "
     "'name = \"a\"; name = \"b\"'. Provide AND-ed expression list."),
]  # fmt: skip


@pytest.mark.parametrize("filter, message", REFUSED)
def test_refused_filter(api, filter, message):
    body = check_error(find(api, filter), 400, IPV)
    assert canon(body["message"]) == canon(message)


# ---- order and view ---------------------------------------------------------


@pytest.mark.parametrize(
    "order_by, expected",
    [
        (None, "gamma beta Alpha"),  # newest first
        (["creation_time"], "Alpha beta gamma"),
        (["creation_time ASC"], "Alpha beta gamma"),
        (["creation_time DESC"], "gamma beta Alpha"),
        (["last_update_time"], "Alpha beta gamma"),
        (["last_update_time desc"], "gamma beta Alpha"),
        (["experiment_id"], "Alpha beta gamma"),
        (["experiment_id DESC"], "gamma beta Alpha"),
        (["name"], "Alpha beta gamma"),
        (["name DESC"], "gamma beta Alpha"),
        (["name Asc"], "Alpha beta gamma"),
        (["name\tDESC"], "gamma beta Alpha"),
        (["`name`"], "Alpha beta gamma"),
        (['"name" DESC'], "gamma beta Alpha"),
        (["attribute.name"], "Alpha beta gamma"),
        (["attribute.`name` DESC"], "gamma beta Alpha"),
        (["name", "name DESC"], "Alpha beta gamma"),  # duplicates are allowed here
        (["name DESC", "name"], "gamma beta Alpha"),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_order_and_pages(api, park, order_by, expected, size):
    body = {"filter": park["mine"], "max_results": size}
    if order_by is not None:
        body["order_by"] = order_by
    got, lengths = [], []
    while True:
        page = api.ok("experiments/search", body)
        got += page.get("experiments", [])
        lengths.append(len(page.get("experiments", [])))
        body["page_token"] = page.get("next_page_token")
        if not body["page_token"]:
            break
    assert [e["name"][len(park["p"]):] for e in got] == expected.split()
    assert lengths == {1: [1, 1, 1], 2: [2, 1], 3: [3]}[size]


def test_order_of_equal_times(api, sql):
    """Ties: experiment_id ascending by default, descending under another order."""
    p = "tie" + uuid.uuid4().hex[:8]
    ids = [api.new_experiment(p + n) for n in "abc"]
    sql(
        "UPDATE experiments SET creation_time = 1000, last_update_time = 1000"
        " WHERE experiment_id IN (%s, %s, %s)",
        ids,
    )

    def found(**kw):
        r = find(api, f"name LIKE '{p}%'", **kw)
        return [e["experiment_id"] for e in r.json()["experiments"]]

    assert found() == ids
    assert found(order_by=["last_update_time"]) == ids[::-1]
    assert found(order_by=["creation_time"]) == ids[::-1]


@pytest.mark.parametrize(
    "clause, message",
    [
        *[(c, not_parsed(c)) for c in [
            "", " ", " name", "name;", "DESC", "name ASC DESC", "name, experiment_id", "'name'",
            "1", "name NULLS LAST",
        ]],
        ("name foo", ordering_key("name foo")),
        ("bogus", bad_key("bogus")),
        ("Name", bad_key("Name")),
        ("lifecycle_stage", bad_key("lifecycle_stage")),
        ("tags.t", "Invalid order_by entity: tag"),
        ("tag.t DESC", "Invalid order_by entity: tag"),
        ("attributes.name", f"Invalid entity type 'attributes'. {ENTITIES}"),
        ("metrics.m", f"Invalid entity type 'metrics'. {ENTITIES}"),
        ("foo.x", f"Invalid entity type 'foo'. {ENTITIES}"),
    ],
)  # fmt: skip
def test_bad_order(api, clause, message):
    body = check_error(find(api, order_by=[clause]), 400, IPV)
    assert canon(body["message"]) == canon(message)


VIEWS = [
    ("ACTIVE_ONLY", "Alpha beta gamma"),
    ("DELETED_ONLY", "delta"),
    ("ALL", "Alpha beta delta gamma"),
    (1, "Alpha beta gamma"),
    (2, "delta"),
    (3, "Alpha beta delta gamma"),
]


@pytest.mark.parametrize("view, expected", VIEWS)
def test_view_type(api, park, view, expected):
    got = names(find(api, park["mine"], view_type=view), park)
    assert sorted(got) == expected.split()


@pytest.mark.parametrize("view, expected", VIEWS)
def test_view_type_by_get(api, park, view, expected):
    r = api.get(
        "experiments/search",
        {"max_results": 9, "filter": park["mine"], "view_type": view},
    )
    assert sorted(names(r, park)) == expected.split()


@pytest.mark.parametrize("view", ["NOPE", "active_only", 9, True])
def test_view_type_unknown(api, park, on_cairn, view):
    r = find(api, park["mine"], view_type=view)
    if on_cairn:
        check_error(r, 400, IPV, contains="view_type")
    else:  # it even loses the members that follow the bad one
        assert r.status_code == 200


# ---- the request ------------------------------------------------------------


def too_small(value):
    return (
        f"Invalid value {value} for parameter 'max_results' supplied. "
        "It must be a positive integer"
    )


@pytest.mark.parametrize("body", [{}, {"max_results": None}, {"filter": "abc"}])
def test_max_results_is_required(api, body):
    check_error(api.post("experiments/search", body), 400, IPV, too_small(0))


def test_max_results_is_required_by_get(api):
    check_error(api.get("experiments/search"), 400, IPV, too_small(0))
    r = api.get("experiments/search", {"maxResults": 5})  # no camelCase in a query
    check_error(r, 400, IPV, too_small(0))


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("method", ["get", "post"])
def test_max_results_too_small(api, method, value):
    r = getattr(api, method)("experiments/search", {"max_results": value})
    check_error(r, 400, IPV, too_small(value))


@pytest.mark.parametrize("value", [50001, 2**31])
@pytest.mark.parametrize("method", ["get", "post"])
def test_max_results_too_large(api, method, value):
    r = getattr(api, method)("experiments/search", {"max_results": value})
    check_error(
        r, 400, IPV,
        f"Invalid value {value} for parameter 'max_results' supplied. "
        "It must be at most 50000",
    )  # fmt: skip


@pytest.mark.parametrize("value, text", [("x", '"x"'), ("1.5", '"1.5"'), ("", '""')])
@pytest.mark.parametrize("method", ["get", "post"])
def test_max_results_must_be_a_number(api, method, value, text):
    r = getattr(api, method)("experiments/search", {"max_results": value})
    check_type(r, "max_results", text, "str")


@pytest.mark.parametrize("value", [1.5, True, 2**63])
def test_max_results_that_is_lost(api, value, either):
    """The reference drops it and complains about 0; Cairn names what was sent (-> d)."""
    r = find(api, max_results=value)
    check_error(r, 400, IPV, contains="max_results")
    if either(cairn=False, mlflow=True):
        assert r.json()["message"] == too_small(0)


@pytest.mark.parametrize("value", [[], {}, [5]])
@pytest.mark.parametrize("name", ["max_results", "view_type"])
def test_lists_for_numbers(api, name, value, on_cairn):
    r = find(api, **{name: value})
    if on_cairn:
        check_error(r, 400, IPV, contains=name)
    else:
        assert r.status_code == 500


@pytest.mark.parametrize("value", [2, "2", 2.0])
def test_max_results_forms(api, park, value):
    assert names(find(api, park["mine"], max_results=value), park) == ["gamma", "beta"]


@pytest.mark.parametrize("value", ["2", "%2B2", "02"])
def test_max_results_forms_by_get(api, park, value):
    r = api.get(
        f"experiments/search?max_results={value}&order_by=name",
        {"filter": park["mine"]},
    )
    assert names(r, park) == ["Alpha", "beta"]


@pytest.mark.parametrize(
    "name, value, pytype",
    [
        ("filter", 5, "int"),
        ("filter", [], "list"),
        ("filter", {}, "dict"),
        ("filter", True, "bool"),
        ("order_by", "name", "str"),
        ("order_by", 5, "int"),
        ("order_by", {}, "dict"),
        ("page_token", 5, "int"),
        ("page_token", [], "list"),
        ("page_token", True, "bool"),
    ],
)
def test_wrong_types(api, name, value, pytype):
    text = json.dumps(value, separators=(",", ":"))
    check_type(find(api, **{name: value}), name, text, pytype)


@pytest.mark.parametrize("value", [[5], [None], [True], [["name"]]])
def test_order_by_must_hold_strings(api, on_cairn, value):
    r = find(api, order_by=value)
    if on_cairn:
        check_error(r, 400, IPV, contains="order_by")
    else:
        assert r.status_code == 200


@pytest.mark.parametrize("name", ["filter", "order_by", "page_token", "view_type"])
def test_null_means_absent(api, name):
    assert len(find(api, **{name: None}).json()["experiments"]) > 2


def test_camel_case(api, park):
    body = {"maxResults": 9, "filter": park["mine"], "viewType": "ALL", "orderBy": ["name"]}
    r = api.post("experiments/search", body)
    assert names(r, park) == ["Alpha", "beta", "delta", "gamma"]


def test_get_collects_order_by(api, park):
    r = api.get(
        "experiments/search",
        [("max_results", 9), ("filter", park["mine"]), ("order_by", "last_update_time DESC"),
         ("order_by", "name")],
    )  # fmt: skip
    assert names(r, park) == ["gamma", "beta", "Alpha"]


def test_get_pages(api, park):
    query = {"max_results": 2, "filter": park["mine"], "page_token": ""}
    first = api.get("experiments/search", query)
    assert names(first, park) == ["gamma", "beta"]
    query["page_token"] = first.json()["next_page_token"]
    second = api.get("experiments/search", query)
    assert names(second, park) == ["Alpha"]
    assert "next_page_token" not in second.json()


def test_get_bad_filter(api):
    r = api.get("experiments/search", {"max_results": 1, "filter": "name = 'a' OR 1"})
    check_error(r, 400, IPV, clauses("OR", "1"))


def test_nul_in_a_filter(api):
    """It ends nothing: what follows is told as well."""
    r = api.get("experiments/search", {"max_results": 1, "filter": "a\0b"})
    check_error(r, 400, IPV, clauses("a", "\0", "b"))


def test_order_of_checks(api):
    """max_results, then filter, then order_by, then the token."""
    bad = {"max_results": 50001, "filter": "abc", "order_by": ["1"], "page_token": "!!!!"}
    said = ["Invalid value 50001", "Invalid clause(s)", "Invalid order_by", "Invalid page token"]
    for name, start in zip(list(bad), said):
        r = api.post("experiments/search", {"max_results": 1, **bad})
        check_error(r, 400, IPV, starts=start)
        del bad[name]


@pytest.mark.parametrize(
    "bad, mlflow",
    [
        ("abc", "could not base64-decode"),
        ("!!!!", "decoded value=b''"),
        (token("x"), "decoded value=b'x'"),
        (token({}), "parsed value={}"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_bad_token(api, on_cairn, method, bad, mlflow):
    r = getattr(api, method)("experiments/search", {"max_results": 1, "page_token": bad})
    if on_cairn:
        check_error(r, 400, IPV, starts="Invalid page token")
    else:
        check_error(r, 400, IPV, f"Invalid page token, {mlflow}")


@pytest.mark.parametrize("bad", [token([]), token(1), "é", token({"offset": -1}), "A" * 60000])
def test_hostile_token(api, on_cairn, bad):
    r = find(api, page_token=bad)
    assert r.status_code != 404
    if on_cairn:
        assert r.status_code == 400 and "page token" in r.json()["message"]


def test_hit_is_get(api, park):
    for e in find(api, park["mine"]).json()["experiments"]:
        got = api.read("experiments/get", {"experiment_id": e["experiment_id"]})
        assert e == got["experiment"]


def test_members_of_a_hit(api, park):
    (e,) = find(api, f"name = '{park['p']}beta'").json()["experiments"]
    assert e["tags"] == [{"key": "t", "value": "X"}, {"key": "u", "value": "it's"}]
    assert set(e) == {
        "experiment_id", "name", "artifact_location", "lifecycle_stage", "creation_time",
        "last_update_time", "tags", "workspace",
    }  # fmt: skip
    assert e["workspace"] == "default" and e["lifecycle_stage"] == "active"


def test_no_hit(api):
    assert find(api, "name = 'no such name, not at all'").json() == {}


def test_strange_names(api):
    """Patterns are escaped by backslash; everything else is text."""
    p = uuid.uuid4().hex[:8]
    for tail in ["%_\\x", "Ünï", "it's", ' "q" ', "a;b", "a -- b", "a AND b"]:
        i = api.new_experiment(p + tail)
        quote = '"' if "'" in tail else "'"
        r = find(api, f"name = {quote}{p}{tail}{quote}")
        assert [e["experiment_id"] for e in r.json().get("experiments", [])] == [i], tail
    for pattern, n in [("\\%%", 1), ("%\\\\x", 1), ("_\\_%", 1), ("Ü%", 1), ("%'", 0)]:
        r = find(api, f'name LIKE "{p}{pattern}"')
        assert len(r.json().get("experiments", [])) == n, pattern


def test_number_operators(api, park):
    """All six of them, for both times."""
    now = park["times"]["beta"]
    for key in ["creation_time", "last_update_time"]:
        for op in NUMBER_OPS:
            assert find(api, f"{key} {op} {now}").status_code == 200, (key, op)
