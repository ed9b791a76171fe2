"""Pages that are only looked at."""

import pytest
from names import MODEL

pytestmark = pytest.mark.only_looks

PAGES = [
    # name, address, what must appear
    ("experiments", "#/experiments", ["browser", "Default", "What the tests look at."]),
    ("runs table", "#/experiments/{experiment}/runs", ["alpha", "houses-", "2.1min"]),
    (
        "runs chart",
        "#/experiments/{experiment}/runs?compareRunsMode=CHART",
        ["val/accuracy", "gamma (loss)", "7.50"],
    ),
    (
        "runs artifacts",
        "#/experiments/{experiment}/runs?compareRunsMode=ARTIFACT",
        ["scores.json", "question", "how"],
    ),
    (
        "run overview",
        "#/experiments/{experiment}/runs/{alpha}",
        ["The best of them.", "0.975", "adam", "alpha-2", "houses-", "doubler", "1.0min"],
    ),
    (
        "run model metrics",
        "#/experiments/{experiment}/runs/{alpha}/model-metrics",
        ["accuracy", "alpha (loss)", "2.50"],
    ),
    (
        "run system metrics",
        "#/experiments/{experiment}/runs/{alpha}/system-metrics",
        ["cpu_utilization_percentage", "alpha (system/system_memory_usage_megabytes)"],
    ),
    ("child run", "#/experiments/{experiment}/runs/{alpha-1}", ["Parent run", "alpha"]),
    (
        "compare runs",
        '#/compare-runs?runs=["{alpha}","{beta}"]&experiments=["{experiment}"]',
        ["Comparing 2 Runs", "Parallel Coordinates Plot", "2.1min", "optimizer"],
    ),
    (
        "metric",
        '#/metric?runs=["{alpha}","{beta}"]&metric="loss"&experiments=["{experiment}"]'
        '&plot_metric_keys=["loss"]&plot_layout={{"autosize":true}}&x_axis=step'
        "&y_axis_scale=linear&line_smoothness=1&show_point=false&deselected_curves=[]"
        "&last_linear_y_axis_range=[]",
        ["loss", "Completed Runs"],
    ),
    ("registered models", "#/models", [MODEL, "champion", "domain: toys"]),
    ("registered model", f"#/models/{MODEL}", ["Doubles numbers.", "Version 2", "checked"]),
    (
        "model version",
        f"#/models/{MODEL}/versions/1",
        ["The first.", "Staging", "champion", "Inputs (1)", "doubler"],
    ),
    ("logged models", "#/experiments/{experiment}/models", ["doubler", "other", "Ready"]),
    (
        "logged model",
        "#/experiments/{experiment}/models/{model}",
        ["val/accuracy", "score", "depth", "About this logged model", "alpha"],
    ),
    (
        "logged model artifacts",
        "#/experiments/{experiment}/models/{model}/artifacts",
        ["MLmodel", "python_model.pkl"],
    ),
    ("evaluation datasets", "#/experiments/{experiment}/datasets", ["Create"]),
    ("evaluation runs", "#/experiments/{experiment}/evaluation-runs", ["gamma", "0.925"]),
    ("prompts", "#/prompts", ["Create your first prompt"]),
    ("settings", "#/settings", ["Theme preference"]),
    ("unknown page", "#/nothing/here", ["Page Not Found"]),
    ("unknown run", "#/experiments/{experiment}/runs/" + "0" * 32, ["does not exist"]),
    ("unknown experiment", "#/experiments/987654/runs", ["No Experiment with id"]),
    ("unknown model", "#/models/no-such-model", ["no-such-model"]),
]


@pytest.mark.parametrize("name, address, texts", PAGES, ids=[p[0] for p in PAGES])
def test_page(screen, ids, name, address, texts):
    screen.open(address.format(**ids)).shows(*texts).record(name)


def test_home(screen):
    # the gateway is not announced
    screen.open("#/").shows("Welcome to MLflow", "Recent Experiments", "browser-edited", "purpose")
    screen.record("home", less=True)


# Cairn keeps no traces and has no models for judges: these pages say so, and stand.
WITHOUT_TRACES = [
    ("traces", "#/experiments/{experiment}/traces"),
    ("run traces", "#/experiments/{experiment}/runs/{alpha}/traces"),
    ("logged model traces", "#/experiments/{experiment}/models/{model}/traces"),
    ("judges", "#/experiments/{experiment}/judges"),
]


@pytest.mark.parametrize("name, address", WITHOUT_TRACES, ids=[p[0] for p in WITHOUT_TRACES])
def test_page_of_traces(screen, ids, name, address):
    screen.open(address.format(**ids)).shows("browser")
    screen.quiet().picture(name)
