"""Rows without a value that MLflow always writes, as another program may have left them."""

import pytest
from conftest import check_error


@pytest.fixture
def run(api, sql):
    exp = api.new_experiment()
    run = api.new_run(exp)
    sql("UPDATE runs SET status = NULL WHERE run_uuid = %s", (run,))
    return exp, run


def test_run_without_a_status(api, run, either):
    """To a client, no status is RUNNING."""
    exp, run = run
    for r in (
        api.get("runs/get", {"run_id": run}),
        api.post("runs/search", {"experiment_ids": [exp]}),
        api.post("runs/update", {"run_id": run, "run_name": "n"}),
    ):
        code = either(
            cairn=(400, "INVALID_PARAMETER_VALUE", f"The run {run} has no status"),
            mlflow=(500, "INTERNAL_ERROR", "status cannot be None"),
        )
        check_error(r, *code[:2], starts=code[2])
    # the rest works, and the remedy too
    api.ok("runs/set-tag", {"run_id": run, "key": "k", "value": "v"})
    assert api.search(exp, "status = 'RUNNING'") == []
    api.ok("runs/update", {"run_id": run, "status": "FINISHED"})
    assert api.get_run(run)["info"]["status"] == "FINISHED"
    assert len(api.search(exp)) == 1


@pytest.mark.parametrize("path, name", [("runs/create", "r"), ("logged-models", "m")])
def test_experiment_without_a_location(api, sql, either, path, name):
    exp = api.new_experiment()
    sql("UPDATE experiments SET artifact_location = NULL WHERE experiment_id = %s", (exp,))
    r = api.post(path, {"experiment_id": exp, "name": name})
    code = either(
        cairn=(400, "INVALID_PARAMETER_VALUE", f"The experiment {exp} has no artifact location"),
        mlflow=(500, "INTERNAL_ERROR", "object of type 'NoneType' has no len()"),
    )
    check_error(r, *code[:2], starts=code[2])
