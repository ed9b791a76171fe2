"""A small agent whose every step is traced: no LLM, no key.

    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python shop_agent.py

It answers questions about a shop with two tools, leaves feedback of a rule and what a
person expects, and finds the traces that went wrong again.  Needs mlflow 3.  Without the
variable it talks to http://127.0.0.1:5000.
"""

import os
import uuid

import mlflow
from mlflow.entities import AssessmentSource

TRACKING_URI = os.environ.get("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
EXPERIMENT = os.environ.get("EXPERIMENT", "shop agent")
PRICES = {"apple": 0.5, "pear": 0.75, "melon": 3.2}
RULE = AssessmentSource(source_type="CODE", source_id="is-sold")
PERSON = AssessmentSource(source_type="HUMAN", source_id="the-shopkeeper")
QUESTIONS = ["2 apple", "3 pear", "1 durian", "4 melon"]


@mlflow.trace(span_type="TOOL")
def price(fruit):
    return PRICES[fruit]


@mlflow.trace(span_type="TOOL")
def multiply(count, each):
    return count * each


@mlflow.trace(span_type="AGENT")
def answer(question, session):
    mlflow.update_current_trace(
        metadata={"mlflow.trace.session": session, "mlflow.trace.user": "ann"}, tags={"shop": "fruit"})
    with mlflow.start_span("understand", span_type="PARSER") as span:
        span.set_inputs({"question": question})
        count, fruit = question.split()
        span.set_outputs({"count": int(count), "fruit": fruit})
    return f"That is {multiply(int(count), price(fruit)):.2f}"


def ask(question, session):
    """The answer or None, and the trace of how it came about."""
    try:
        said = answer(question, session)
    except KeyError:
        said = None
    return said, mlflow.get_last_active_trace_id()


def main():
    mlflow.set_tracking_uri(TRACKING_URI)
    experiment = mlflow.set_experiment(EXPERIMENT)
    session = uuid.uuid4().hex
    asked = [ask(question, session) for question in QUESTIONS]
    mlflow.flush_trace_async_logging()

    for said, trace in asked:
        mlflow.log_feedback(trace_id=trace, name="is_sold", value=said is not None, source=RULE)
    mlflow.log_expectation(trace_id=asked[0][1], name="expected", value="That is 1.00", source=PERSON)

    wrong = mlflow.search_traces(
        experiment_ids=[experiment.experiment_id], return_type="list",
        filter_string=f"metadata.`mlflow.trace.session` = '{session}' AND trace.status = 'ERROR'")
    for trace in wrong:
        spans = [f"{s.name} ({s.span_type})" for s in trace.data.spans]
        print(f"{trace.info.trace_id} failed: {', '.join(spans)}")
    print(f"{len(asked)} traces, {len(wrong)} failed")
    print(f"{TRACKING_URI}/#/experiments/{experiment.experiment_id}/traces")


if __name__ == "__main__":
    main()
