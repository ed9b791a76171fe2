"""What each call of the registry leaves in the tables, row by row."""

import time

import pytest
from registry import IS_PROMPT, PROMPT, Registry, tags, unique

TABLES = ["registered_models", "registered_model_tags", "registered_model_aliases",
          "model_versions", "model_version_tags"]
TIMED = ["registered_models", "model_versions"]


@pytest.fixture(scope="module")
def reg(api):
    return Registry(api)


@pytest.fixture
def model(reg):
    return reg.model()


@pytest.fixture(scope="module")
def rows(sql):
    """rows(table, name) -> list of dictionaries, every column but the workspace."""

    def read(table, name):
        columns = [c[0] for c in sql(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND table_name = %s ORDER BY ordinal_position", (table,))]
        found = [dict(zip(columns, row)) for row in sql(f"SELECT * FROM {table} WHERE name = %s", (name,))]
        assert all(r.pop("workspace") == "default" and r.pop("name") == name for r in found)
        return sorted(found, key=repr)

    return read


def tick():
    started = int(time.time() * 1000)
    while int(time.time() * 1000) == started:
        pass


def test_model(reg, model, rows):
    [row] = rows("registered_models", model)
    assert abs(row["creation_time"] - time.time() * 1000) < 120000
    assert row == {"creation_time": row["creation_time"], "last_updated_time": row["creation_time"],
                   "description": ""}
    assert all(rows(t, model) == [] for t in TABLES[1:])


def test_model_with_all(reg, rows):
    name = reg.model(description="d é", tags=[{"key": "k", "value": "é"}, {"key": "e"}])
    assert rows("registered_models", name)[0]["description"] == "d é"
    assert rows("registered_model_tags", name) == [{"key": "e", "value": ""}, {"key": "k", "value": "é"}]


@pytest.mark.parametrize("body, stored", [({"description": "x"}, "x"), ({"description": ""}, ""), ({}, ""),
                                          ({"description": None}, "")])  # fmt: skip
def test_model_update(reg, rows, body, stored):
    """An absent description empties the column: it is never NULL again."""
    name = reg.model(description="first")
    [before] = rows("registered_models", name)
    tick()
    reg.ok(reg.rm("update", {"name": name, **body}, "PATCH"))
    [row] = rows("registered_models", name)
    assert row["description"] == stored and row["creation_time"] == before["creation_time"]
    assert row["last_updated_time"] > before["last_updated_time"]


@pytest.mark.parametrize("body, stored", [({"description": "x"}, "x"), ({"description": ""}, ""), ({}, None),
                                          ({"description": None}, None)])  # fmt: skip
def test_version_update(reg, model, rows, body, stored):
    """... while it makes that of a version NULL."""
    reg.version(model, description="first")
    [before], parent = rows("model_versions", model), rows("registered_models", model)
    tick()
    reg.ok(reg.mv("update", {"name": model, "version": "1", **body}, "PATCH"))
    [row] = rows("model_versions", model)
    assert row.pop("last_updated_time") > before.pop("last_updated_time")
    assert row == {**before, "description": stored}
    assert rows("registered_models", model) == parent


def test_version(reg, model, rows):
    tick()
    reg.version(model)
    [row] = rows("model_versions", model)
    now = row["creation_time"]
    assert row == {
        "version": 1, "creation_time": now, "last_updated_time": now, "description": "", "user_id": None,
        "current_stage": "None", "source": "s3://bucket/model", "run_id": "", "status": "READY",
        "status_message": None, "run_link": "", "storage_location": "s3://bucket/model",
    }
    assert rows("registered_models", model)[0]["last_updated_time"] == now


def test_version_with_all(reg, model, rows):
    reg.version(model, run_id="r", run_link="l", description="d", tags=[{"key": "k", "value": "é"}, {"key": "e"}])
    [row] = rows("model_versions", model)
    assert (row["run_id"], row["run_link"], row["description"]) == ("r", "l", "d")
    assert rows("model_version_tags", model) == [{"key": "e", "value": "", "version": 1},
                                                 {"key": "k", "value": "é", "version": 1}]


def test_version_of_a_version(reg, model, rows):
    other = reg.model()
    reg.version(other, run_id="r")
    reg.version(model, f"models:/{other}/01")
    [row] = rows("model_versions", model)
    assert row["source"] == f"models:/{other}/1" and row["run_id"] == "r"
    assert row["storage_location"] == "s3://bucket/model"


def test_tags(reg, model, rows):
    reg.version(model)
    before = rows("registered_models", model), rows("model_versions", model)
    tick()
    for key in ["a", "b"]:
        reg.ok(reg.rm("set-tag", {"name": model, "key": key, "value": "v"}))
        reg.ok(reg.mv("set-tag", {"name": model, "version": "1", "key": key, "value": "v"}))
    reg.ok(reg.rm("set-tag", {"name": model, "key": "a", "value": "w"}))
    reg.ok(reg.mv("set-tag", {"name": model, "version": "1", "key": "a"}))
    assert rows("registered_model_tags", model) == [{"key": "a", "value": "w"}, {"key": "b", "value": "v"}]
    assert rows("model_version_tags", model) == [{"key": "a", "value": "", "version": 1},
                                                 {"key": "b", "value": "v", "version": 1}]
    reg.ok(reg.rm("delete-tag", {"name": model, "key": "a"}, "DELETE"))
    reg.ok(reg.mv("delete-tag", {"name": model, "version": "1", "key": "a"}, "DELETE"))
    assert [r["key"] for r in rows("registered_model_tags", model)] == ["b"]
    assert [r["key"] for r in rows("model_version_tags", model)] == ["b"]
    assert (rows("registered_models", model), rows("model_versions", model)) == before


def test_aliases(reg, model, rows):
    reg.version(model)
    reg.version(model)
    before = rows("registered_models", model), rows("model_versions", model)
    tick()
    reg.alias(model, "champion", 1)
    reg.alias(model, "other", 1)
    reg.alias(model, "champion", 2)
    assert rows("registered_model_aliases", model) == [{"alias": "champion", "version": 2},
                                                       {"alias": "other", "version": 1}]
    reg.ok(reg.rm("alias", {"name": model, "alias": "other"}, "DELETE"))
    assert rows("registered_model_aliases", model) == [{"alias": "champion", "version": 2}]
    assert (rows("registered_models", model), rows("model_versions", model)) == before


def test_stages(reg, model, rows):
    for _ in range(3):
        reg.version(model)
    reg.stage(model, 1, "staging")
    reg.stage(model, 2, "Production")
    before = {r["version"]: r for r in rows("model_versions", model)}
    assert [before[v]["current_stage"] for v in [1, 2, 3]] == ["Staging", "Production", "None"]
    tick()
    reg.stage(model, 3, "STAGING", archive_existing_versions=True)
    after = {r["version"]: r for r in rows("model_versions", model)}
    now = after[3]["last_updated_time"]
    assert after == {1: {**before[1], "current_stage": "Archived", "last_updated_time": now}, 2: before[2],
                     3: {**before[3], "current_stage": "Staging", "last_updated_time": now}}  # fmt: skip
    assert now > before[3]["last_updated_time"]
    assert rows("registered_models", model)[0]["last_updated_time"] == now


def test_deleted_version(reg, model, rows):
    """The row stays, what it said is struck out; its aliases go, its tags stay."""
    reg.version(model, run_id="r", run_link="l", description="d", tags=tags(a="b"))
    reg.stage(model, 1, "Production")
    reg.alias(model, "x", 1)
    [before] = rows("model_versions", model)
    tick()
    reg.delete_version(model, 1)
    [row] = rows("model_versions", model)
    now = row["last_updated_time"]
    assert now > before["last_updated_time"] and row == {
        **before, "last_updated_time": now, "description": None, "user_id": None,
        "current_stage": "Deleted_Internal", "source": "REDACTED-SOURCE-PATH", "run_id": "REDACTED-RUN-ID",
        "run_link": "REDACTED-RUN-LINK", "status_message": None,
    }
    assert row["storage_location"] == "s3://bucket/model"
    assert rows("registered_models", model)[0]["last_updated_time"] == now
    assert rows("registered_model_aliases", model) == []
    assert rows("model_version_tags", model) == [{"key": "a", "value": "b", "version": 1}]


def test_rename(reg, rows):
    old, new = reg.model(description="d", tags=tags(a="b")), unique("new")
    for _ in range(2):
        reg.version(old, tags=tags(t="v"))
    reg.alias(old, "x", 1)
    reg.delete_version(old, 2)
    before = {t: rows(t, old) for t in TABLES}
    tick()
    reg.ok(reg.rm("rename", {"name": old, "new_name": new}))
    after = {t: rows(t, new) for t in TABLES}
    # deleted versions are touched too
    times = {r.pop("last_updated_time") for t in TIMED for r in after[t]}
    old_times = {r.pop("last_updated_time") for t in TIMED for r in before[t]}
    assert len(times) == 1 and min(times) > max(old_times)
    assert after == before and all(rows(t, old) == [] for t in TABLES)


def test_deleted_model(reg, rows):
    name = reg.model(tags=tags(a="b"))
    for _ in range(2):
        reg.version(name, tags=tags(t="v"))
    reg.alias(name, "x", 1)
    reg.delete_version(name, 2)
    reg.ok(reg.rm("delete", {"name": name}, "DELETE"))
    assert all(rows(t, name) == [] for t in TABLES)


def test_prompt(reg, rows):
    name = reg.model(tags=[IS_PROMPT])
    text = {"key": "mlflow.prompt.text", "value": "Hi {{x}}"}
    reg.version(name, "dummy-source", description="first", tags=[IS_PROMPT, text])
    assert rows("registered_model_tags", name) == [{"key": PROMPT, "value": "true"}]
    [row] = rows("model_versions", name)
    assert (row["source"], row["storage_location"]) == ("dummy-source", "dummy-source")
    assert rows("model_version_tags", name) == [{**IS_PROMPT, "version": 1}, {**text, "version": 1}]


@pytest.mark.parametrize("refused", [
    {"description": "x" * 5001}, {"run_id": "x" * 33}, {"tags": [{"key": "a"}, {"key": "a$b"}]},
    {"tags": [{"key": "a"}, {"key": "b", "value": "x" * 65536}]}, {"source": "/etc/passwd"},
    {"model_id": "m-nope"},
])
def test_refused_version(reg, model, rows, refused):
    """Nothing half-written, and no number lost."""
    before = {t: rows(t, model) for t in TABLES}
    body = {"name": model, "source": "s3://b/x", **refused}
    assert reg.mv("create", body).status_code in (400, 404)
    assert {t: rows(t, model) for t in TABLES} == before
    assert reg.version(model)["version"] == "1"


@pytest.mark.parametrize("refused", [
    {"description": "x" * 5001}, {"tags": [{"key": "a"}, {"key": "a$b"}]},
    {"tags": [{"key": "a"}, {"key": "b", "value": "x" * 5001}]},
])
def test_refused_model(reg, rows, refused):
    name = unique()
    assert reg.rm("create", {"name": name, **refused}).status_code == 400
    assert all(rows(t, name) == [] for t in TABLES)
