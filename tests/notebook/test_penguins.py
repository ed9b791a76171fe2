"""The Palmer penguins notebook: with each client, on Cairn and on the reference.

The two servers must end with the same rows in every table: ids, times and
folders aside, which conftest.py turns into words.
"""

import csv
import difflib
import json

import pytest
from conftest import EXAMPLE, KINDS

NOTEBOOK = EXAMPLE / "palmer_penguins.ipynb"
MODEL = "penguin-species"

TABLES = [
    "experiments",
    "experiment_tags",
    "runs",
    "params",
    "tags",
    "metrics",
    "latest_metrics",
    "registered_models",
    "registered_model_tags",
    "registered_model_aliases",
    "model_versions",
    "model_version_tags",
    "logged_models",
    "logged_model_params",
    "logged_model_tags",
    "logged_model_metrics",
    "datasets",
    "inputs",
    "input_tags",
]


def is_new(flow):
    """Whether the client is one of those with logged models, datasets and aliases."""
    return bool(flow["mlflow"].tables["logged_models"])


def lines(rows):
    """A line a column, so that a difference names what differs."""
    for row in rows:
        yield "row"
        for column, value in row.items():
            yield f"    {column} = {value!r}"


def differences(flow, table):
    both = [list(lines(flow[kind].tables.get(table, []))) for kind in ("mlflow", "cairn")]
    return "\n".join(difflib.unified_diff(*both, "mlflow", "cairn", lineterm="", n=30))


# what is shipped


def test_notebook_is_shipped_without_output():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    assert code
    assert [c["id"] for c in code if c["outputs"] or c["execution_count"] is not None] == []


def test_data_is_the_whole_table():
    with open(EXAMPLE / "penguins.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    species = [row["species"] for row in rows]
    assert len(rows) == 344
    assert [species.count(s) for s in ("Adelie", "Chinstrap", "Gentoo")] == [152, 68, 124]


# what each client does


@pytest.mark.parametrize("kind", KINDS)
def test_runs_to_the_end(flow, kind):
    assert flow[kind].status == 0, flow[kind].log[-6000:]
    cells = [c for c in flow[kind].executed["cells"] if c["cell_type"] == "code"]
    assert all(c["execution_count"] for c in cells)
    pictures = [o for c in cells for o in c["outputs"] if "image/png" in o.get("data", {})]
    assert len(pictures) == 2


@pytest.mark.parametrize("table", TABLES)
def test_same_rows(flow, table):
    found = differences(flow, table)
    assert not found, f"{table}\n{found}"


def test_same_rows_in_every_other_table(flow):
    names = set(flow["mlflow"].tables) | set(flow["cairn"].tables)
    found = {t: differences(flow, t) for t in sorted(names.difference(TABLES))}
    found = {t: text for t, text in found.items() if text}
    assert not found, "\n".join(f"{t}\n{text}" for t, text in found.items())


def test_same_files(flow):
    cairn, mlflow = flow["cairn"].files, flow["mlflow"].files
    assert cairn == mlflow
    assert sum(f.endswith("/confusion_matrix.png") for f in cairn) == 3
    assert sum(f.endswith("/MLmodel") for f in cairn) == 3


# that the rows compared are those of the story


@pytest.mark.parametrize("kind", KINDS)
def test_runs(flow, kind):
    tables = flow[kind].tables
    runs = {r["run_uuid"]: r for r in tables["runs"]}
    names = sorted(r["name"] for r in runs.values())
    assert names == ["comparison", "forest", "linear", "retrained"]
    assert {r["status"] for r in runs.values()} == {"FINISHED"}
    (comparison,) = [r["run_uuid"] for r in runs.values() if r["name"] == "comparison"]
    nested = [t for t in tables["tags"] if t["key"] == "mlflow.parentRunId"]
    assert sorted(runs[t["run_uuid"]]["name"] for t in nested) == ["forest", "linear"]
    assert {t["value"] for t in nested} == {comparison}
    steps = [m["step"] for m in tables["metrics"] if m["key"] == "train_loss"]
    assert len(steps) == 30 + 20 + 30
    latest = [m["step"] for m in tables["latest_metrics"] if m["key"] == "train_loss"]
    assert sorted(latest) == [20, 30, 30]


@pytest.mark.parametrize("kind", KINDS)
def test_registry(flow, kind):
    tables = flow[kind].tables
    assert [m["name"] for m in tables["registered_models"]] == [MODEL]
    stages = {v["version"]: v["current_stage"] for v in tables["model_versions"]}
    aliases = {a["alias"]: a["version"] for a in tables["registered_model_aliases"]}
    if is_new(flow):
        assert stages == {1: "None", 2: "None", 3: "Deleted_Internal"}
        assert aliases == {"champion": 2, "predecessor": 1}
    else:
        assert stages == {1: "Archived", 2: "Production", 3: "Deleted_Internal"}
        assert aliases == {}
    tags = {(t["version"], t["key"]) for t in tables["model_version_tags"]}
    assert {(1, "data"), (2, "data")} <= tags
    assert [t["key"] for t in tables["registered_model_tags"]] == ["task"]


@pytest.mark.parametrize("kind", KINDS)
def test_models_and_data(flow, kind):
    tables = flow[kind].tables
    counts = {t: len(tables[t]) for t in ("logged_models", "logged_model_metrics", "datasets")}
    if is_new(flow):
        assert counts["logged_models"] == 3
        assert counts["datasets"] == 2  # the training half, and all of it
        assert counts["logged_model_metrics"] > 0
    else:
        assert set(counts.values()) == {0}
