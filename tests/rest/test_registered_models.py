"""Registered models: texts, presence rules, stages, aliases, prompts, search and paging."""

import time
import uuid

import pytest
from conftest import DOCS, check_constraint, check_error, check_missing
from registry import IS_PROMPT, PROMPT, STAGES, Registry, pairs, tags, unique

IPV, GONE, EXISTS = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"


@pytest.fixture(scope="module")
def reg(api):
    return Registry(api)


@pytest.fixture
def model(reg):
    return reg.model()


def no_model(r, name):
    check_error(r, 404, GONE, f"Registered Model with name={name} not found")


def no_version(r, name, version):
    check_error(r, 404, GONE, f"Model Version (name={name}, version={version}) not found")


# --- create, get ------------------------------------------------------------


def test_create(reg):
    name = unique()
    made = reg.ok(reg.rm("create", {"name": name}))["registered_model"]
    assert set(made) == {"name", "creation_timestamp", "last_updated_timestamp"}
    assert abs(made["creation_timestamp"] - time.time() * 1000) < 120000
    assert made["creation_timestamp"] == made["last_updated_timestamp"]
    assert reg.get(name) == made


def test_create_with_all(reg):
    name = unique()
    given = [{"key": "b", "value": "2"}, {"key": "a", "value": "é"}, {"key": "none"},
             {"key": "b", "value": "3"}]
    made = reg.ok(reg.rm("create", {"name": name, "description": "d", "tags": given}))
    made = made["registered_model"]
    # in the order of the request, the last of equal keys at the place of the first
    assert made["tags"] == [{"key": "b", "value": "3"}, {"key": "a", "value": "é"},
                            {"key": "none", "value": ""}]
    assert made["description"] == "d"
    got = reg.get(name)
    assert got["tags"] == sorted(made["tags"], key=lambda t: t["key"])
    assert {**got, "tags": 0} == {**made, "tags": 0}


@pytest.mark.parametrize("mark", ["%", "#", "?", "'", '"', "\\", "é", "\U0001F600", "\n", " x", "&=+;"])
def test_names(reg, mark):
    name = unique(mark + "n")
    reg.model(name)
    assert reg.get(name)["name"] == name
    assert reg.names(filter=f"name LIKE '%{name[-32:]}'") == [name]
    v = reg.version(name)
    assert v["name"] == name and reg.get_version(name, 1)["name"] == name
    assert reg.ok(reg.rm("delete", {"name": name}, "DELETE")) == {}


@pytest.mark.parametrize("name", ["a/b", "a:b", "/", "models:/x"])
def test_separators(reg, name):
    text = f"Invalid model name '{name}'. Names cannot contain '/' or ':'."
    for r in [reg.rm("create", {"name": name}), reg.read("registered-models/get", name=name),
              reg.rm("update", {"name": name}, "PATCH"), reg.rm("delete", {"name": name}, "DELETE"),
              reg.rm("rename", {"name": name, "new_name": "x"}),
              reg.rm("rename", {"name": "x", "new_name": name}),
              reg.rm("get-latest-versions", {"name": name}),
              reg.rm("set-tag", {"name": name, "key": "a$b"}),
              reg.rm("delete-tag", {"name": name, "key": "a$b"}, "DELETE"),
              reg.rm("alias", {"name": name, "alias": "a b", "version": "x"}),
              reg.read("registered-models/alias", name=name, alias="a b"),
              reg.read("model-versions/get", name=name, version="x"),
              reg.read("model-versions/get-download-uri", name=name, version="x"),
              reg.mv("set-tag", {"name": name, "version": "x", "key": "a$b"})]:  # fmt: skip
        check_error(r, 400, IPV, text)


@pytest.mark.parametrize("name", [" ", "\t", "\u00a0", "\u3000 "])
def test_blank_name(reg, name):
    text = "Missing value for required parameter '%s'."
    check_error(reg.rm("create", {"name": name}), 400, IPV, text % "name")
    check_error(reg.read("registered-models/get", name=name), 400, IPV, text % "name")
    check_error(reg.rm("rename", {"name": "x", "new_name": name}), 400, IPV, text % "new_name")


@pytest.mark.parametrize("name", [".", ".."])
def test_dot_name(reg, name):
    for r in [reg.rm("create", {"name": name}), reg.rm("rename", {"name": "x", "new_name": name})]:
        check_error(
            r, 400, IPV, f"Invalid value \"{name}\" for parameter 'name' supplied: Names may be "
            "treated as files in certain cases, and must not resolve to other names when treated "
            f"as such. This name would resolve to '{name}'")


def test_long_name(reg, on_cairn):
    reg.model(unique("x" * 223))  # 256 characters
    check_constraint(reg.rm("create", {"name": unique("é" * 224)}), on_cairn, names=["name", "257"])


def test_long_description(reg, model, on_cairn):
    reg.model(description="é" * 5000)
    for r in [reg.rm("create", {"name": unique(), "description": "x" * 5001}),
              reg.rm("update", {"name": model, "description": "x" * 5001}, "PATCH")]:
        check_constraint(r, on_cairn, names=["description", "5001"])


def test_nul_in_name(reg):
    name = unique("a\0b")
    reg.model(name)
    assert reg.get(name)["name"] == name
    no_model(reg.read("registered-models/get", name=name + "\0"), name + "\0")


def test_duplicate(reg, model):
    check_error(reg.rm("create", {"name": model}), 400, EXISTS,
                f"Registered Model (name={model}) already exists.")  # fmt: skip
    # nothing of the second was kept
    check_error(reg.rm("create", {"name": model, "tags": tags(a="b"), "description": "d"}), 400, EXISTS)
    assert "tags" not in reg.get(model) and "description" not in reg.get(model)


def test_case_variants(reg, model, sql):
    """Apart on a database of Cairn's, one name on a database that folds case."""
    other = model.upper()
    [[collation]] = sql("SELECT collation_name FROM information_schema.columns WHERE table_schema ="
                        " DATABASE() AND table_name = 'registered_models' AND column_name = 'name'")
    r = reg.rm("create", {"name": other})
    if collation == "utf8mb4_nopad_bin":
        assert r.status_code == 200 and reg.get(other)["name"] == other
        return
    check_error(r, 400, EXISTS, starts=f"Registered Model (name={other}) already exists.")
    assert reg.get(other)["name"] == model


def test_get_missing(reg):
    name = unique()
    no_model(reg.read("registered-models/get", name=name), name)
    check_missing(reg.read("registered-models/get"), "name")
    check_missing(reg.read("registered-models/get", name=""), "name")


# --- update, rename, delete ---------------------------------------------------


def test_update(reg):
    name = reg.model(description="first", tags=tags(a="b"))
    before = reg.get(name)
    time.sleep(0.01)
    after = reg.ok(reg.rm("update", {"name": name, "description": "new"}, "PATCH"))
    after = after["registered_model"]
    assert after["description"] == "new" and pairs(after) == {"a": "b"}
    assert after["last_updated_timestamp"] > before["last_updated_timestamp"]
    assert after["creation_timestamp"] == before["creation_timestamp"]
    assert reg.get(name) == after
    for body in [{}, {"description": None}, {"description": ""}]:
        got = reg.ok(reg.rm("update", {"name": name, **body}, "PATCH"))["registered_model"]
        assert "description" not in got and got == reg.get(name)
        reg.rm("update", {"name": name, "description": "again"}, "PATCH")


def test_update_missing(reg):
    name = unique()
    no_model(reg.rm("update", {"name": name, "description": "x"}, "PATCH"), name)


def test_rename(reg):
    old, new = reg.model(description="d", tags=tags(a="b")), unique("new")
    reg.version(old, tags=tags(t="v"))
    reg.stage(old, 1, "Staging")
    reg.alias(old, "champion", 1)
    time.sleep(0.01)
    got = reg.ok(reg.rm("rename", {"name": old, "new_name": new}))["registered_model"]
    assert got["name"] == new and got["description"] == "d" and pairs(got) == {"a": "b"}
    assert got["aliases"] == [{"alias": "champion", "version": "1"}]
    [v] = got["latest_versions"]
    assert v["name"] == new and v["current_stage"] == "Staging" and pairs(v) == {"t": "v"}
    assert v["last_updated_timestamp"] == got["last_updated_timestamp"] > v["creation_timestamp"]
    assert reg.get(new) == got
    no_model(reg.read("registered-models/get", name=old), old)
    no_version(reg.read("model-versions/get", name=old, version="1"), old, 1)
    assert reg.version(new)["version"] == "2"
    reg.model(old)  # the name is free


def test_rename_to_itself(reg, model):
    assert reg.ok(reg.rm("rename", {"name": model, "new_name": model}))["registered_model"]["name"] == model


def test_rename_clash(reg, model, either):
    other = reg.model()
    text = f"Registered Model (name={other}) already exists."
    r = reg.rm("rename", {"name": model, "new_name": other})
    message = check_error(r, 400, EXISTS, starts=text)["message"]
    assert message == either(cairn=text, mlflow=message)
    assert reg.get(model)["name"] == model


def test_rename_with_versions_clash(reg, either):
    """Versions go along with the name, and would meet those of the other model."""
    names = [reg.model(), reg.model()]
    for name in names:
        reg.version(name)
    r = reg.rm("rename", {"name": names[0], "new_name": names[1]})
    status, code = either(cairn=(400, "RESOURCE_ALREADY_EXISTS"),
                          mlflow=(503, "TEMPORARILY_UNAVAILABLE"))
    check_error(r, status, code)
    assert reg.get(names[0])["latest_versions"][0]["version"] == "1"


def test_rename_missing(reg, model, on_cairn):
    name = unique()
    no_model(reg.rm("rename", {"name": name, "new_name": unique()}), name)
    check_missing(reg.rm("rename", {"name": model}), "new_name")
    check_missing(reg.rm("rename", {"name": model, "new_name": ""}), "new_name")
    check_constraint(reg.rm("rename", {"name": model, "new_name": "x" * 257}), on_cairn, names=["new_name"])


def test_delete(reg, sql):
    name = reg.model(tags=tags(a="b"))
    for _ in range(2):
        reg.version(name, tags=tags(t="v"))
    reg.alias(name, "x", 1)
    reg.stage(name, 2, "Production")  # does not protect it
    assert reg.ok(reg.rm("delete", {"name": name}, "DELETE")) == {}
    no_model(reg.rm("delete", {"name": name}, "DELETE"), name)
    no_model(reg.read("registered-models/get", name=name), name)
    no_version(reg.read("model-versions/get", name=name, version="1"), name, 1)
    assert reg.versions(filter=f"name = '{name}'") == []
    for table in ["registered_models", "registered_model_tags", "registered_model_aliases",
                  "model_versions", "model_version_tags"]:
        assert sql(f"SELECT COUNT(*) FROM {table} WHERE name = %s", (name,))[0][0] == 0
    reg.model(name)
    assert reg.version(name)["version"] == "1"


def test_delete_takes_the_body_only(reg, model):
    r = reg.api.call("DELETE", "registered-models/delete", params={"name": model})
    check_missing(r, "name")
    assert reg.get(model)


# --- tags ---------------------------------------------------------------------


def test_tags(reg, model):
    before = reg.get(model)["last_updated_timestamp"]
    for key, value in [("k", "v"), ("k", "w"), ("empty", ""), ("a b/c.d", "é\0\n")]:
        assert reg.ok(reg.rm("set-tag", {"name": model, "key": key, "value": value})) == {}
    assert reg.ok(reg.rm("set-tag", {"name": model, "key": "none"})) == {}
    got = reg.get(model)
    assert pairs(got) == {"k": "w", "empty": "", "a b/c.d": "é\0\n", "none": ""}
    assert got["last_updated_timestamp"] == before
    assert reg.ok(reg.rm("delete-tag", {"name": model, "key": "k"}, "DELETE")) == {}
    assert reg.ok(reg.rm("delete-tag", {"name": model, "key": "k"}, "DELETE")) == {}
    assert "k" not in pairs(reg.get(model))


def test_tag_limits(reg, model, on_cairn):
    for body in [{"key": "x" * 250, "value": "é" * 5000}]:
        assert reg.ok(reg.rm("set-tag", {"name": model, **body})) == {}
        reg.model(tags=[body])
    for body, what, most in [({"key": "x" * 251, "value": "v"}, "key", 250),
                             ({"key": "k", "value": "x" * 100001}, "value", 100000)]:
        for r in [reg.rm("set-tag", {"name": model, **body}),
                  reg.rm("create", {"name": unique(), "tags": [body]})]:
            check_error(r, 400, IPV, f"'{what}' exceeds the maximum length of {most} characters")
    for r in [reg.rm("set-tag", {"name": model, "key": "k", "value": "x" * 5001}),
              reg.rm("create", {"name": unique(), "tags": [{"key": "k", "value": "x" * 100000}]})]:
        check_constraint(r, on_cairn, names=["value", "5000"])


@pytest.mark.parametrize("key, why", [
    ("a$b", "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), "
            "spaces ( ), colon(:) and slashes (/)."),
    ("a//b", "Names may be treated as files in certain cases, and must not resolve to other names "
             "when treated as such. This name would resolve to 'a/b'"),
])
def test_tag_names(reg, model, key, why):
    text = f"Invalid value \"{key}\" for parameter 'key' supplied: {why}"
    for r in [reg.rm("set-tag", {"name": model, "key": key, "value": "v"}),
              reg.rm("delete-tag", {"name": model, "key": key}, "DELETE"),
              reg.rm("create", {"name": unique(), "tags": [{"key": key}]}),
              reg.mv("create", {"name": model, "source": "s3://b/x", "tags": [{"key": key}]}),
              reg.mv("set-tag", {"name": model, "version": "1", "key": key}),
              reg.mv("delete-tag", {"name": model, "version": "1", "key": key}, "DELETE")]:
        check_error(r, 400, IPV, text)


def test_tag_without_key(reg):
    text = "Invalid value \"\" for parameter 'key' supplied: Names may be treated as files"
    check_error(reg.rm("create", {"name": unique(), "tags": [{"value": "x"}]}), 400, IPV, starts=text)


def test_tags_of_missing_model(reg):
    name = unique()
    no_model(reg.rm("set-tag", {"name": name, "key": "k", "value": "v"}), name)
    no_model(reg.rm("delete-tag", {"name": name, "key": "k"}, "DELETE"), name)


# --- aliases --------------------------------------------------------------------


@pytest.fixture
def two(reg, model):
    """A model with two versions."""
    reg.version(model)
    reg.version(model)
    return model


def by_alias(reg, name, alias):
    return reg.ok(reg.read("registered-models/alias", name=name, alias=alias))["model_version"]


def test_aliases(reg, two):
    before = reg.get(two)["last_updated_timestamp"]
    reg.alias(two, "champion", 1)
    reg.alias(two, "a2", 1)
    assert reg.get_version(two, 1)["aliases"] == ["a2", "champion"]
    assert "aliases" not in reg.get_version(two, 2)
    assert reg.get(two)["aliases"] == [{"alias": "a2", "version": "1"},
                                       {"alias": "champion", "version": "1"}]
    reg.alias(two, "champion", 2)  # moves
    assert by_alias(reg, two, "champion") == reg.get_version(two, 2)
    assert reg.get_version(two, 1)["aliases"] == ["a2"]
    # the versions of a model's answer do not repeat them, get-latest-versions does
    assert all("aliases" not in v for v in reg.get(two)["latest_versions"])
    assert reg.latest(two)[0]["aliases"] == ["champion"]
    assert reg.get(two)["last_updated_timestamp"] == before
    body = {"name": two, "alias": "champion"}
    for _ in range(2):
        assert reg.ok(reg.rm("alias", body, "DELETE")) == {}
    assert reg.get(two)["aliases"] == [{"alias": "a2", "version": "1"}]


@pytest.mark.parametrize("alias", ["-", "_", "1", "v", "v1a", "é", "latest-1", "x" * 255])
def test_good_aliases(reg, two, alias):
    reg.alias(two, alias, 1)
    assert by_alias(reg, two, alias)["version"] == "1"
    assert reg.ok(reg.rm("alias", {"name": two, "alias": alias}, "DELETE")) == {}


@pytest.mark.parametrize("alias, text", [
    ("v1", "Version alias name 'v1' is reserved."),
    ("V12", "Version alias name 'V12' is reserved."),
    ("latest", "'latest' alias name (case insensitive) is reserved."),
    ("LATEST", "'latest' alias name (case insensitive) is reserved."),
    ("a b", "Invalid alias name: 'a b'. Names may only contain alphanumerics, underscores (_), "
            "and dashes (-)."),
    ("a.b", "Invalid alias name: 'a.b'. Names may only contain alphanumerics, underscores (_), "
            "and dashes (-)."),
    ("x" * 256, "'Registered model alias name' exceeds the maximum length of 255 characters"),
])
def test_bad_aliases(reg, two, alias, text):
    body = {"name": two, "alias": alias, "version": "1"}
    check_error(reg.rm("alias", body), 400, IPV, text)
    if text.startswith("Invalid"):
        check_error(reg.rm("alias", body, "DELETE"), 400, IPV, text)
        check_error(reg.read("registered-models/alias", name=two, alias=alias), 400, IPV, text)
    assert "aliases" not in reg.get(two)


def test_reserved_aliases_are_read(reg, two):
    assert by_alias(reg, two, "latest") == by_alias(reg, two, "Latest") == reg.get_version(two, 2)
    reg.delete_version(two, 2)
    assert by_alias(reg, two, "latest")["version"] == "1"
    reg.delete_version(two, 1)
    check_error(reg.read("registered-models/alias", name=two, alias="latest"), 404, GONE,
                f"Latest version not found for model {two}.")
    for alias in ["v1", "nope"]:
        check_error(reg.read("registered-models/alias", name=two, alias=alias), 400, IPV,
                    f"Registered model alias {alias} not found.")
        assert reg.ok(reg.rm("alias", {"name": two, "alias": alias}, "DELETE")) == {}


def test_alias_of_what_is_missing(reg, two):
    name = unique()
    no_version(reg.rm("alias", {"name": two, "alias": "q", "version": "9"}), two, 9)
    no_version(reg.rm("alias", {"name": name, "alias": "q", "version": "1"}), name, 1)
    for alias in ["q", "latest"]:
        no_model(reg.read("registered-models/alias", name=name, alias=alias), name)
    no_model(reg.rm("alias", {"name": name, "alias": "q"}, "DELETE"), name)
    check_error(reg.rm("alias", {"name": two, "alias": "q", "version": "abc"}), 400, IPV,
                "Parameter 'version' must be an integer, got 'abc'.")


def test_alias_of_a_deleted_version(reg, two):
    reg.alias(two, "gone", 1)
    reg.delete_version(two, 1)
    check_error(reg.read("registered-models/alias", name=two, alias="gone"), 400, IPV,
                "Registered model alias gone not found.")
    assert "aliases" not in reg.get(two)
    no_version(reg.rm("alias", {"name": two, "alias": "gone", "version": "1"}), two, 1)


# --- latest versions --------------------------------------------------------------


@pytest.fixture(scope="module")
def staged(reg):
    """Versions 1..8; the stages were first used in the order Archived, Production, Staging, None."""
    name = reg.model()
    for _ in range(8):
        reg.version(name)
    for version, stage in [(1, "Archived"), (2, "Production"), (3, "Staging"), (5, "Production"),
                           (6, "Archived"), (7, "None")]:
        reg.stage(name, version, stage)
    reg.delete_version(name, 8)
    reg.alias(name, "prod", 5)
    return name


def shape(versions):
    return [(v["version"], v["current_stage"]) for v in versions]


LATEST = [("6", "Archived"), ("5", "Production"), ("3", "Staging"), ("7", "None")]


def test_latest_versions(reg, staged):
    """In the order in which the stages were first used; a search has them by name."""
    assert shape(reg.latest(staged)) == LATEST
    assert shape(reg.get(staged)["latest_versions"]) == LATEST
    [hit], _ = reg.search(filter=f"name = '{staged}'")
    assert shape(hit["latest_versions"]) == sorted(LATEST, key=lambda v: v[1])
    assert {v["version"]: v.get("aliases") for v in reg.latest(staged)} == {
        "6": None, "5": ["prod"], "3": None, "7": None}


def test_latest_versions_of_stages(reg, staged):
    assert shape(reg.latest(staged, "Production")) == LATEST[1:2]
    both = reg.latest(staged, "none", "PRODUCTION", "None")
    assert shape(both) == [LATEST[1], LATEST[3]]
    assert shape(reg.latest(reg.model(), "Production")) == []


def test_latest_versions_by_get(reg, staged):
    r = reg.read("registered-models/get-latest-versions", name=staged, stages=["Staging", "None"])
    assert shape(reg.ok(r)["model_versions"]) == LATEST[2:]
    r = reg.read("registered-models/get-latest-versions", name=staged)
    assert shape(reg.ok(r)["model_versions"]) == LATEST


def test_bad_stages(reg, staged):
    for stage in ["bad", "", "Deleted_Internal"]:
        check_error(reg.rm("get-latest-versions", {"name": staged, "stages": [stage]}), 400, IPV,
                    f"Invalid Model Version stage: {stage}. Value must be one of {STAGES}.")
    name = unique()
    no_model(reg.rm("get-latest-versions", {"name": name, "stages": ["bad"]}), name)


# --- prompts -----------------------------------------------------------------------

TAKEN = (", but the name is already taken by a {}. MLflow does not allow creating a model and a "
         "prompt with the same name.")


def test_prompt_clashes(reg):
    model, prompt = reg.model(), reg.model(tags=[IS_PROMPT])
    check_error(reg.rm("create", {"name": prompt, "tags": [IS_PROMPT]}), 400, EXISTS,
                f"Prompt (name={prompt}) already exists.")
    check_error(reg.rm("create", {"name": prompt}), 400, EXISTS,
                f"Tried to create a registered model with name '{prompt}'" + TAKEN.format("prompt"))
    check_error(reg.rm("create", {"name": model, "tags": [IS_PROMPT]}), 400, EXISTS,
                f"Tried to create a prompt with name '{model}'" + TAKEN.format("registered model"))


def test_prompt_tag_of_any_value(reg):
    """The key alone makes a name a prompt's, for clashes."""
    prompt = reg.model(tags=[{"key": PROMPT, "value": "false"}])
    check_error(reg.rm("create", {"name": prompt}), 400, EXISTS,
                f"Tried to create a registered model with name '{prompt}'" + TAKEN.format("prompt"))


# --- search --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(reg):
    """Four models, a prompt, and two that only look like prompts; a prefix of their names."""
    prefix = "q" + uuid.uuid4().hex
    for letter in "abcd":
        reg.model(prefix + letter, tags=tags(t=letter, all=prefix))
        time.sleep(0.003)
    reg.model(prefix + "p", tags=[IS_PROMPT])
    reg.model(prefix + "q", tags=[{"key": PROMPT, "value": "false"}])
    reg.model(prefix + "r", tags=[{"key": PROMPT, "value": "True"}])
    return prefix


@pytest.fixture
def find(reg, crowd):
    """find(filter, ...) -> last letters of the names found in the crowd."""

    def run(filter="", **params):
        both = f"name LIKE '{crowd}%'" + (f" AND {filter}" if filter else "")
        names = reg.names(filter=both.replace("P+", crowd), **params)
        assert all(n.startswith(crowd) for n in names)
        return "".join(n[len(crowd):] for n in names)

    return run


@pytest.mark.parametrize("filter, found", [
    ("", "abcdqr"),
    ("name = 'P+a'", "a"), ("name = 'P+A'", ""), ("name = 'P+p'", ""), ("name = 'P+a '", ""),
    ("name != 'P+a'", "bcdqr"), ("name IN ('P+a', 'P+d', 'x')", "ad"), ("name NOT IN ('P+a')", "bcdqr"),
    ("name LIKE '%a'", "a"), ("name LIKE '%A'", ""), ("name ILIKE '%A'", "a"), ("name like '%b'", "b"),
    ("attribute.name = 'P+b'", "b"),
    ("tags.t = 'a'", "a"), ("tag.t = 'a'", "a"), ("tags.`t` = 'a'", "a"), ('tags."t" = "a"', "a"),
    ("tags.t != 'a'", "bcd"), ("tags.t LIKE '%'", "abcd"), ("tags.t ILIKE 'A'", "a"), ("tags.t = 'A'", ""),
    ("tags.T = 'a'", ""), ("tags.none != 'x'", ""), ("tags.t = 'a' AND tags.all = 'P+'", "a"),
    ("tags.t = 'a' AND tags.t = 'b'", ""), ("tags.t != 'a' AND tags.t != 'b'", "cd"),
    ("tags.t = 'a' tags.all = 'P+'", "a"),
])
def test_filter(find, filter, found):
    assert find(filter) == found


@pytest.mark.parametrize("test, found", [
    ("= 'true'", "p"), ("!= 'false'", "pr"), ("= 'True'", "r"),
    ("!= 'true'", "abcdqr"), ("= 'false'", "abcdqr"), ("!= 'True'", "abcdqr"), ("LIKE 't%'", "abcdqr"),
    ("= 'x'", "abcdqr"), ("!= 'true' AND tags.t = 'a'", "a"), ("!= 'true' AND tags.t != 'a'", "bcd"),
    ("= 'true' AND tags.`mlflow.prompt.is_prompt` != 'true'", ""),
])
def test_prompt_filter(find, test, found):
    assert find(f"tags.`mlflow.prompt.is_prompt` {test}") == found
    assert find(f"tag.mlflow.prompt.is_prompt {test}") == found


@pytest.mark.parametrize("order, found", [
    (["name"], "abcdqr"), (["name DESC"], "rqdcba"), (["name asc"], "abcdqr"),
    (["timestamp DESC"], "rqdcba"), (["last_updated_timestamp"], "abcdqr"),
    (["timestamp", "name DESC"], "abcdqr"),
])
def test_order(find, order, found):
    assert find(order_by=order) == found


KEYS = "Valid keys are '{'name'}'"


@pytest.mark.parametrize("filter, text", [
    ("  ", "Invalid filter '  '. Could not be parsed."),
    ("name", "Invalid clause(s) in filter string: name"),
    ("name = ", "Invalid clause(s) in filter string: name, ="),
    ("name = 'a' OR name = 'b'", "Invalid clause(s) in filter string: OR"),
    ("(name = 'a')", "Invalid clause(s) in filter string: (name = 'a')"),
    ("name = 'a';", "Invalid clause(s) in filter string: ;"),
    ("name = 5", "Expected a quoted string value or a list of quoted string values for attributes. "
                 "Got value 5"),
    ("name = abc", "Parameter value is either not quoted or unidentified quote types used for "
                   "string value abc. Use either single or double quotes."),
    ("name > 'a'", "Invalid comparator for attribute: >"),
    ("name == 'a'", "Invalid comparator for attribute: =="),
    ("name RLIKE 'x'", "Invalid comparator for attribute: RLIKE"),
    ("name IN ()", "While parsing a list in the query, expected a non-empty list of string values, "
                   "but got empty list"),
    ("name IN (5)", "While parsing a list in the query, expected string value, punctuation, or "
                    "whitespace, but got different type in list: (5,)"),
    ("tags.t > 'a'", "Invalid comparator for tag: >"),
    ("tags.t = 5", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 5"),
    ("tags.t IN ('a')", "Expected a quoted string value for tag (e.g. 'my-value'). Got value ('a')"),
    ("foo = 'x'", f"Invalid attribute key 'foo' specified. {KEYS}"),
    ("`name` = 'x'", f"Invalid attribute key '`name`' specified. {KEYS}"),
    ("attribute.'name' = 'x'", f"Invalid attribute key ''name'' specified. {KEYS}"),
    ("description = 'x'", f"Invalid attribute key 'description' specified. {KEYS}"),
    ("last_updated_timestamp > 1", f"Invalid attribute key 'last_updated_timestamp' specified. {KEYS}"),
    ("attributes.name = 'x'", "Invalid entity type 'attributes'. Valid entity types are "
                              "('attribute', 'tag', 'tags')"),
    ("metrics.m > 1", "Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')"),
    ("1 = 1", "Invalid comparison clause. Expected 'Identifier' found '1'"),
])
def test_bad_filter(reg, filter, text):
    check_error(reg.read("registered-models/search", filter=filter), 400, IPV, text)


@pytest.mark.parametrize("what", ["registered-models", "model-versions"])
@pytest.mark.parametrize("filter", ["tags.x IS NULL", "tags.x IS NOT NULL", "name IS NULL"])
def test_null_filter(reg, on_cairn, what, filter):
    r = reg.read(what + "/search", filter=filter)
    if on_cairn:
        check_error(r, 400, IPV, contains="IS NULL")
    else:
        assert r.status_code == 500


@pytest.mark.parametrize("key", ["bogus", "creation_timestamp", "tags.t", "attribute.name", "`name`", "NAME"])
def test_bad_order_key(reg, key):
    message = check_error(reg.read("registered-models/search", order_by=key), 400, IPV)["message"]
    assert message in [f"Invalid order by key '{key}' specified. Valid keys are '{{{keys}}}'"
                       for keys in ["'timestamp', 'name'", "'name', 'timestamp'"]]


@pytest.mark.parametrize("clause, text", [
    ("name foo", "Invalid ordering key in order_by clause 'name foo'."),
    ("name DESC foo", "Invalid order_by clause 'name DESC foo'. Could not be parsed."),
    (";", "Invalid order_by clause ';'. Could not be parsed."),
    ("name, timestamp", "Invalid order_by clause 'name, timestamp'. Could not be parsed."),
])
@pytest.mark.parametrize("what", ["registered-models", "model-versions"])
def test_bad_order_clause(reg, what, clause, text):
    check_error(reg.read(what + "/search", order_by=clause), 400, IPV, text)


@pytest.mark.parametrize("order", [["name", "name DESC"], ["timestamp", "last_updated_timestamp"]])
def test_repeated_order(reg, either, order):
    check_error(reg.read("registered-models/search", order_by=order), either(cairn=400, mlflow=500),
                "INTERNAL_ERROR", f"`order_by` contains duplicate fields: {order}")


def pages(reg, what="registered-models", **params):
    """The pages of a walk to the end."""
    out, token = [], None
    while True:
        more = {"page_token": token} if token else {}
        hits, token = reg.search(what, **params, **more)
        out.append(hits)
        if not token:
            return out


@pytest.mark.parametrize("size, sizes", [(1, [1] * 6), (2, [2, 2, 2]), (4, [4, 2]), (6, [6]), (7, [6])])
@pytest.mark.parametrize("order", [[], ["name DESC"], ["timestamp"]])
def test_paging(reg, crowd, size, sizes, order):
    got = pages(reg, filter=f"name LIKE '{crowd}%'", max_results=size, order_by=order)
    assert [len(p) for p in got] == sizes
    letters = "".join(m["name"][-1] for p in got for m in p)
    assert letters == ("rqdcba" if order == ["name DESC"] else "abcdqr")


def test_empty_page(reg, crowd):
    for size in [0, -1]:
        hits, token = reg.search(filter=f"name LIKE '{crowd}%'", max_results=size)
        assert hits == [] and token
    assert reg.search(filter=f"name = '{crowd}none'", max_results=0) == ([], None)


def test_empty_page_does_not_move(reg, crowd):
    filter = f"name LIKE '{crowd}%'"
    first, token = reg.search(filter=filter, max_results=2)
    hits, same = reg.search(filter=filter, max_results=0, page_token=token)
    rest, _ = reg.search(filter=filter, page_token=same)
    assert hits == [] and "".join(m["name"][-1] for m in first + rest) == "abcdqr"


@pytest.mark.parametrize("value", ["1001", "x", "1.5", "99999999999999999999999"])
def test_bad_max_results(reg, value):
    check_error(reg.read("registered-models/search", max_results=value), 400, IPV,
                f"Invalid value \"{value}\" for parameter 'max_results' supplied:  Hint: Value was "
                "of type 'str'." + DOCS)


@pytest.mark.parametrize("what", ["registered-models", "model-versions"])
@pytest.mark.parametrize("token, text", [
    ("!!!", "Invalid page token, decoded value=b''"),
    ("e30=", "Invalid page token, parsed value={}"),
    ("abc", "Invalid page token, could not base64-decode"),
])
def test_bad_token(reg, what, token, text):
    check_error(reg.read(what + "/search", page_token=token), 400, IPV, text)


@pytest.mark.cairn_only("a token of the reference fits every query")
def test_token_of_another_query(reg, crowd):
    filter = f"name LIKE '{crowd}%'"
    _, token = reg.search(filter=filter, max_results=1)
    for params in [{"filter": filter, "order_by": "name DESC"}, {"filter": "tags.t = 'a'"}, {}]:
        r = reg.read("registered-models/search", page_token=token, **params)
        check_error(r, 400, IPV, starts="Invalid page token")
    r = reg.read("model-versions/search", filter=filter, page_token=token)
    check_error(r, 400, IPV, starts="Invalid page token")


def test_search_shows_all(reg):
    name = reg.model(description="d", tags=tags(b="2", a="1"))
    reg.version(name, tags=tags(x="y"))
    reg.alias(name, "al", 1)
    [hit], token = reg.search(filter=f"name = '{name}'")
    assert hit == reg.get(name) and token is None
    assert hit["aliases"] == [{"alias": "al", "version": "1"}]
    assert hit["latest_versions"][0]["tags"] == [{"key": "x", "value": "y"}]
