"""Traces by MLflow's own client, as an application has them."""

import pathlib
import uuid

import pytest
from conftest import client_name, interpreters, run_client

AGENT = """
import json, os, time
import mlflow

e = mlflow.set_experiment(os.environ["TEST_NAME"])

@mlflow.trace(span_type="TOOL")
def tool(x):
    return x * 2

@mlflow.trace
def agent(q):
    mlflow.update_current_trace(tags={"k": "v"}, metadata={"mlflow.trace.session": "sess"})
    with mlflow.start_span("inner") as s:
        s.set_inputs({"a": q})
        s.set_outputs(tool(q))
    return {"answer": tool(q)}

@mlflow.trace
def bad():
    raise ValueError("no")

with mlflow.start_run() as run:
    agent(21)
good = mlflow.get_last_active_trace_id()
try:
    bad()
except ValueError:
    pass
failed = mlflow.get_last_active_trace_id()
mlflow.flush_trace_async_logging()

def whole(trace_id):
    for _ in range(100):
        t = mlflow.get_trace(trace_id)
        if t is not None:
            return t
        time.sleep(0.1)

t, b = whole(good), whole(failed)
f = mlflow.log_feedback(trace_id=good, name="good", value=True, rationale="r")
x = mlflow.log_expectation(trace_id=good, name="exp", value={"a": [1, 2]})
mlflow.override_feedback(trace_id=good, assessment_id=f.assessment_id, value=False)
mlflow.set_trace_tag(good, "late", "1")
after = mlflow.get_trace(good).info
client = mlflow.MlflowClient()
deleted = client.delete_traces(experiment_id=e.experiment_id, trace_ids=[good, failed])
print("RESULT " + json.dumps({
    "state": t.info.state, "tags": t.info.tags, "run": t.info.trace_metadata["mlflow.sourceRun"] == run.info.run_id,
    "session": t.info.trace_metadata["mlflow.trace.session"],
    "spans": sorted(s.name for s in t.data.spans), "outputs": t.data.spans[0].outputs,
    "types": sorted(s.span_type for s in t.data.spans),
    "failed": b.info.state, "events": [e.name for e in b.data.spans[0].events],
    "assessments": sorted([a.name, a.value, a.valid is not False] for a in after.assessments if a.feedback),
    "expectation": [a.value for a in after.assessments if a.expectation],
    "late": after.tags["late"], "deleted": deleted,
    "gone": mlflow.get_trace(good) is None,
}))
"""


@pytest.mark.parametrize("python", interpreters(oldest=3), ids=client_name)
@pytest.mark.parametrize("is_async", ["true", "false"])
def test_an_agent(server, tmp_path, python, is_async):
    got = run_client(python, AGENT, server, tmp_path, MLFLOW_ENABLE_ASYNC_TRACE_LOGGING=is_async)
    assert got["state"] == "OK" and got["failed"] == "ERROR" and got["run"]
    assert got["tags"]["k"] == "v" and got["tags"]["mlflow.traceName"] == "agent"
    assert got["session"] == "sess"
    assert got["spans"] == ["agent", "inner", "tool", "tool"] and got["outputs"] == {"answer": 42}
    assert got["types"] == ["TOOL", "TOOL", "UNKNOWN", "UNKNOWN"]
    assert got["events"] == ["exception"]
    assert got["assessments"] == [["good", False, True], ["good", True, False]]
    assert got["expectation"] == [{"a": [1, 2]}]
    assert got["late"] == "1" and got["deleted"] == 2 and got["gone"]


EXAMPLE = f"""
import contextlib, io, json, runpy

out = io.StringIO()
with contextlib.redirect_stdout(out):
    runpy.run_path({str(pathlib.Path(__file__).parents[2] / "examples/traces/shop_agent.py")!r},
                   run_name="__main__")
print("RESULT " + json.dumps({{"said": out.getvalue().splitlines()}}))
"""


@pytest.mark.parametrize("python", interpreters(oldest=3), ids=client_name)
def test_the_example(server, tmp_path, python):
    done = run_client(python, EXAMPLE, server, tmp_path, EXPERIMENT="agent-" + uuid.uuid4().hex)
    failed, count = done["said"][-3:-1]
    assert failed.endswith("failed: answer (AGENT), understand (PARSER), price (TOOL)"), failed
    assert count == "4 traces, 1 failed"
