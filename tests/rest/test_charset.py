"""Tables that are not utf8mb4: searches and names, with text that fits them or does not.

CAIRN_TEST_CHARSET says what the tables are in (tests/servers.py --charset); without
it this is a test of utf8mb4, where all text fits, and only so for the reference: in
other tables it fails at most of what is asked here.
"""

import os
import uuid

import pytest
from conftest import check_error

CHARSET = os.environ.get("CAIRN_TEST_CHARSET", "utf8mb4")

if CHARSET != "utf8mb4":
    pytestmark = pytest.mark.cairn_only("the reference answers 500 in such tables")

PLAIN, ACCENT, KANJI, EMOJI = "Agent", "café", "日本", "ok😀"
FITS = {
    "latin1": [PLAIN, ACCENT],
    "utf8mb3": [PLAIN, ACCENT, KANJI],
    "mixed": [PLAIN, ACCENT],
    "collations": [PLAIN, ACCENT, KANJI, EMOJI],
    "utf8mb4": [PLAIN, ACCENT, KANJI, EMOJI],
}[CHARSET]
# no row has them; some could not
ABSENT = [text for text in (KANJI, EMOJI, "éé", "zz") if text not in FITS]


def word(text):
    """For keys, which are words."""
    return "ok" if text == EMOJI else text


class World:
    """Everything that has a text, each once for each text that fits."""

    def __init__(self, api):
        self.api, self.mark = api, uuid.uuid4().hex
        self.exp = api.new_experiment(self.mark + "exp")
        self.texts = {text: self.mark + text for text in FITS}
        for text, name in self.texts.items():
            tags = [{"key": "t" + word(text), "value": text}]
            api.new_experiment(name, tags=tags)
            run = api.new_run(self.exp, run_name=text, user_id=text, tags=tags)
            api.ok("runs/log-batch", {
                "run_id": run, "params": [{"key": "p" + word(text), "value": text}],
                "metrics": [{"key": "m" + word(text), "value": 1, "timestamp": 1, "step": 0}]})
            api.ok("runs/log-inputs", {"run_id": run, "datasets": [{
                "tags": [{"key": "mlflow.data.context", "value": text}],
                "dataset": {"name": text, "digest": text, "source_type": "s", "source": "{}"}}]})
            api.ok("registered-models/create", {"name": name, "tags": tags})
            api.ok("model-versions/create", {
                "name": name, "source": "s3://b/" + text, "run_id": text, "tags": tags})
            api.ok("registered-models/alias", {
                "name": name, "alias": "a" + word(text), "version": "1"})
            api.ok("logged-models", {
                "experiment_id": self.exp, "name": text, "tags": tags,
                "params": [{"key": "p" + word(text), "value": text}]})
            api.ok("datasets/create", {
                "name": name, "experiment_ids": [self.exp],
                "tags": '{"t": "%s"}' % text}, version="3.0")


@pytest.fixture(scope="module")
def world(api):
    return World(api)


def runs(world, filter, **kw):
    found = world.api.search(world.exp, filter, **kw)
    return sorted(r["info"]["run_name"] for r in found)


def others(text):
    return sorted(t for t in FITS if t != text)


RUN_FIELDS = [
    "run_name", "attributes.user_id", "params.`p{}`", "tags.`t{}`",
    "dataset.name", "dataset.digest", "dataset.context",
]  # fmt: skip


@pytest.mark.parametrize("text", FITS)
@pytest.mark.parametrize("field", RUN_FIELDS)
def test_runs(world, field, text):
    field = field.format(word(text))
    assert runs(world, f"{field} = '{text}'") == [text]
    assert runs(world, f"{field} LIKE '{text[:2]}%'") == [text]
    assert runs(world, f"{field} LIKE '%{text[-1]}'") == [text]
    assert runs(world, f"{field} ILIKE '{text.upper()}'") == [text]
    assert runs(world, f"{field} LIKE '{text.upper()}'") == ([text] if text in (KANJI,) else [])
    assert text not in runs(world, f"{field} != '{text}'")


@pytest.mark.parametrize("text", ABSENT)
@pytest.mark.parametrize("field", RUN_FIELDS)
def test_runs_find_nothing(world, field, text):
    """A text that no row has, whether or not one could."""
    key = field.format(PLAIN)
    assert runs(world, f"{key} = '{text}'") == []
    assert runs(world, f"{key} LIKE '%{text}'") == []
    assert runs(world, f"{key} ILIKE '{text}%'") == []
    assert PLAIN in runs(world, f"{key} != '{text}'")


@pytest.mark.parametrize("text", FITS)
def test_keys(world, text):
    assert runs(world, f"metrics.`m{word(text)}` = 1") == [text]
    assert runs(world, f"params.`p{word(text)}` LIKE '%'") == [text]
    assert runs(world, f"tags.`t{word(text)}` IS NOT NULL") == [text]
    assert runs(world, f"params.`p{word(text)}` IS NULL") == others(text)
    ordered = world.api.search(world.exp, order_by=[f"metrics.`m{word(text)}` DESC"])
    assert ordered[0]["info"]["run_name"] == text and len(ordered) == len(FITS)


@pytest.mark.parametrize("text", [KANJI, EMOJI])
def test_keys_that_nothing_has(world, text):
    key = KANJI + KANJI if text == KANJI else EMOJI
    assert runs(world, f"metrics.`{key}` = 1") == []
    assert runs(world, f"tags.`{key}` IS NOT NULL") == []
    assert runs(world, f"tags.`{key}` IS NULL") == sorted(FITS)
    assert runs(world, "", order_by=[f"params.`{key}`"]) == sorted(FITS)
    assert runs(world, "", order_by=[f"metrics.`{key}`"]) == sorted(FITS)


@pytest.mark.parametrize("key", ["run_name", "attributes.user_id", "tags.mlflow.runName"])
def test_pages(world, key):
    """Page by page is the whole."""
    names, token = [], ""
    while True:
        page = world.api.ok("runs/search", {
            "experiment_ids": [world.exp], "order_by": [key], "max_results": 1,
            "page_token": token})
        names += [r["info"]["run_name"] for r in page["runs"]]
        token = page.get("next_page_token", "")
        if not token:
            break
    assert sorted(names) == sorted(FITS)


# an endpoint, where it keeps what it found, and what its filters can look at
SEARCHES = [
    ("experiments/search", "experiments", ["name", "tags.`t{}`"]),
    ("registered-models/search", "registered_models", ["name", "tags.`t{}`"]),
    ("model-versions/search", "model_versions", ["name", "tags.`t{}`", "run_id"]),
]


def search(world, path, filter):
    if path.startswith("experiments"):
        return world.api.ok(path, {"filter": filter, "max_results": 1000})
    return world.api.read(path, {"filter": filter})


def found(world, path, member, filter):
    names = [x["name"] for x in search(world, path, filter).get(member, [])]
    return sorted(t for t, name in world.texts.items() if name in names)


@pytest.mark.parametrize("text", FITS)
@pytest.mark.parametrize("path, member, fields", SEARCHES)
def test_search(world, path, member, fields, text):
    for field in fields:
        value = world.texts[text] if field == "name" else text
        key = field.format(word(text))
        assert found(world, path, member, f"{key} = '{value}'") == [text]
        if field == "run_id":
            continue
        assert found(world, path, member, f"{key} LIKE '%{value[1:]}'") == [text]
        assert found(world, path, member, f"{key} ILIKE '{value.upper()}'") == [text]
        assert text not in found(world, path, member, f"{key} != '{value}'")


@pytest.mark.parametrize("text", ABSENT)
@pytest.mark.parametrize("path, member, fields", SEARCHES)
def test_search_finds_nothing(world, path, member, fields, text):
    for field in fields:
        key, value = field.format(PLAIN), f"{world.mark}{text}?"
        assert found(world, path, member, f"{key} = '{value}'") == []
        if field == "run_id":
            continue
        assert found(world, path, member, f"{key} LIKE '{value}'") == []
        assert found(world, path, member, f"{key} ILIKE '{value}%'") == []


@pytest.mark.parametrize("text", FITS)
def test_logged_models(world, text):
    def names(filter):
        answer = world.api.ok(
            "logged-models/search", {"experiment_ids": [world.exp], "filter": filter})
        return sorted(m["info"]["name"] for m in answer.get("models", []))

    for field in ["name", "tags.`t{}`", "params.`p{}`"]:
        key = field.format(word(text))
        assert names(f"{key} = '{text}'") == [text]
        assert names(f"{key} LIKE '%{text[1:]}'") == [text]
        assert names(f"{key} ILIKE '{text.upper()}'") == [text]
        assert names(f"{key} = '{KANJI}{EMOJI}'") == []
        assert names(f"{key} ILIKE '{KANJI}{EMOJI}'") == []


@pytest.mark.parametrize("text", FITS)
def test_eval_datasets(world, text):
    def names(filter):
        answer = world.api.ok("datasets/search", {
            "experiment_ids": [world.exp], "filter_string": filter}, version="3.0")
        return sorted(d["name"] for d in answer.get("datasets", []))

    name = world.texts[text]
    assert names(f"name = '{name}'") == [name]
    assert names(f"name LIKE '%{text[1:]}'") == [name]
    assert names(f"name ILIKE '%{text.upper()}'") == [name]
    assert names(f"tags.t = '{text}'") == [name]
    assert names(f"name = '{KANJI}{EMOJI}'") == []
    assert names(f"name ILIKE '{KANJI}{EMOJI}'") == []


@pytest.mark.parametrize("text", FITS)
def test_by_name(world, text):
    api, name = world.api, world.texts[text]
    assert api.read("experiments/get-by-name", {"experiment_name": name})
    assert api.read("registered-models/get", {"name": name})["registered_model"]["name"] == name
    assert api.read("registered-models/alias", {"name": name, "alias": "a" + word(text)})
    assert api.read("model-versions/get", {"name": name, "version": "1"})


# a name goes in by which call, with what, and the parameter that it is
MISSING = [
    ("GET", "experiments/get-by-name", {}, "experiment_name"),
    ("GET", "registered-models/get", {}, "name"),
    ("GET", "registered-models/alias", {"alias": "a"}, "name"),
    ("GET", "model-versions/get", {"version": "1"}, "name"),
    ("DELETE", "registered-models/delete", {}, "name"),
    ("PATCH", "registered-models/update", {"description": "d"}, "name"),
    ("POST", "registered-models/set-tag", {"key": "k", "value": "v"}, "name"),
    ("GET", "runs/get", {}, "run_id"),
    ("POST", "runs/set-tag", {"key": "k", "value": "v"}, "run_id"),
    ("POST", "runs/log-metric", {"key": "k", "value": 1, "timestamp": 1}, "run_id"),
    ("GET", "logged-models/{}", {}, None),
]


@pytest.mark.parametrize("text", [KANJI, EMOJI])
@pytest.mark.parametrize("method, path, more, parameter", MISSING)
def test_name_that_cannot_be_there(api, method, path, more, parameter, text):
    values = {**more, **({parameter: text + "?"} if parameter else {})}
    how = {"params": values} if method == "GET" else {"json": values}
    r = api.call(method, path.format(text), **how)
    assert r.status_code == 404, r.text


@pytest.mark.parametrize("text", [KANJI, EMOJI])
def test_history_of_a_key_that_cannot_be_there(world, text):
    run = world.api.search(world.exp, "run_name = 'Agent'")[0]["info"]["run_id"]
    answer = world.api.read("metrics/get-history", {"run_id": run, "metric_key": text})
    assert not answer.get("metrics")


def test_alias_that_cannot_be_there(world):
    name = world.texts[PLAIN]
    r = world.api.get("registered-models/alias", {"name": name, "alias": KANJI})
    assert r.status_code == 400 and "not found" in r.text, r.text


# each writes a text somewhere; the column that is named
WRITES = [
    ("experiments/create", {"name": "{mark}{}"}, "name"),
    ("runs/create", {"experiment_id": "0", "user_id": "{}"}, "user_id"),
    ("registered-models/create", {"name": "n{mark}", "description": "{}"}, "description"),
    ("registered-models/create", {"name": "{mark}{}"}, "name"),
    ("runs/set-tag", {"run_id": "{run}", "key": "k", "value": "{}"}, "value"),
    ("runs/log-parameter", {"run_id": "{run}", "key": "k{mark}", "value": "{}"}, "value"),
    ("experiments/set-experiment-tag", {"experiment_id": "0", "key": "k", "value": "{}"}, "value"),
    ("runs/log-batch", {"run_id": "{run}", "tags": [{"key": "k", "value": "{}"}]}, "value"),
]


def filled(value, **words):
    if isinstance(value, dict):
        return {k: filled(v, **words) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, **words) for v in value]
    if not isinstance(value, str):
        return value
    value = value.replace("{}", words["text"])
    return value.replace("{run}", words["run"]).replace("{mark}", words["mark"])


@pytest.mark.parametrize("text", [KANJI, EMOJI])
@pytest.mark.parametrize("path, body, column", WRITES)
def test_writing_what_may_not_fit(world, path, body, column, text):
    """Stored, or refused with the name of the column; in a mixed database by the table."""
    run = world.api.search(world.exp, "run_name = 'Agent'")[0]["info"]["run_id"]
    unique = uuid.uuid4().hex
    r = world.api.post(path, filled(body, text=text, run=run, mark=unique))
    assert r.status_code in ([200] if text in FITS else [400, 200] if CHARSET == "mixed" else [400])
    if r.status_code == 400:
        check_error(r, 400, "BAD_REQUEST",
                    starts=f"The value of '{column}' has characters that the database")
