"""Lives of experiments, runs, metrics and inputs: what one call leaves for the next."""

import itertools

from play import Scenario, get, post, same_run_ids

BIG = 9223372036854775807
NAMES = ["a", "A", "a ", "é", "e", "ß", "😀", "a b", "x/y", "a.b", "a:b", "a-b", "a_b", "İ", "ı"]
ODD_NAMES = ["a$b", "a//b", "/a", "a/", ".", "..", "a/../b", "./a", "a'b", 'a"b', "a`b", "a\nb",
             "a\tb", " a", "a%b", "a#b", "a;b", "a?b", "a,b", "a=b", "(a)", "\u00a0", "\u200b",
             "٣", "漢字", "a\u0301", ""]
DOUBLES = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 1e16, 1e-5, 123456789.123456789, 5e-324,
           2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740993.0, 1e22, 1e21,
           0.30000000000000004, 1e15, 123456.0, 1e17, "NaN", "Infinity", "-Infinity", "1e3", True]


def experiment(name="one", bind="exp", **kw):
    return post("experiments/create", {"name": name, **kw}, bind={bind: "experiment_id"})


START = itertools.count(1000)  # no two runs start at once: ids, which break ties, are random


def run(bind="run", exp="$exp", **kw):
    return post("runs/create", {"experiment_id": exp, "start_time": next(START),
                                "run_name": bind, **kw},
                bind={bind: "run.info.run_id"})


def seen(bind="run"):
    return get("runs/get", {"run_id": "$" + bind})


def metric(key, value, timestamp=1, step=0, bind="run", **kw):
    return post("runs/log-metric", {"run_id": "$" + bind, "key": key, "value": value,
                                    "timestamp": timestamp, "step": step, **kw})


def param(key, value, bind="run"):
    return post("runs/log-parameter", {"run_id": "$" + bind, "key": key, "value": value})


def tag(key, value, bind="run"):
    return post("runs/set-tag", {"run_id": "$" + bind, "key": key, "value": value})


def history(key, bind="run", **kw):
    return get("metrics/get-history", {"run_id": "$" + bind, "metric_key": key, **kw})


def found(filter="", order=(), **kw):
    return post("runs/search", {"experiment_ids": ["$exp"], "filter": filter,
                                "order_by": list(order), **kw})


def named_experiment(id="$exp"):
    return get("experiments/get", {"experiment_id": id})


EXPERIMENTS = [
    Scenario(
        "experiment life", experiment(), named_experiment(),
        get("experiments/get-by-name", {"experiment_name": "one"}),
        experiment(), experiment("ONE", "two"), experiment("one ", "three"),
        post("experiments/update", {"experiment_id": "$exp", "new_name": "renamed"}),
        post("experiments/update", {"experiment_id": "$exp", "new_name": "renamed"}),
        post("experiments/update", {"experiment_id": "$exp", "new_name": "ONE"}),
        named_experiment(), get("experiments/get-by-name", {"experiment_name": "one"}),
        get("experiments/get-by-name", {"experiment_name": "RENAMED"}),
        experiment("one", "four"), named_experiment("$four")),
    Scenario(
        "experiment delete and restore", experiment(), run("a"), run("b"),
        post("runs/delete", {"run_id": "$b"}),
        post("experiments/restore", {"experiment_id": "$exp"}),
        post("experiments/delete", {"experiment_id": "$exp"}),
        post("experiments/delete", {"experiment_id": "$exp"}),
        named_experiment(), seen("a"), seen("b"),
        get("experiments/get-by-name", {"experiment_name": "one"}),
        experiment("one", "again"), run("c"), metric("m", 1, bind="a"), tag("k", "v", "b"),
        post("experiments/set-experiment-tag", {"experiment_id": "$exp", "key": "k",
                                                "value": "v"}),
        post("experiments/delete-experiment-tag", {"experiment_id": "$exp", "key": "k"}),
        post("experiments/update", {"experiment_id": "$exp", "new_name": "x"}),
        found(), found(run_view_type="DELETED_ONLY"), found(run_view_type="ALL"),
        post("experiments/search", {"max_results": 10}),
        post("experiments/search", {"max_results": 10, "view_type": "DELETED_ONLY"}),
        post("experiments/search", {"max_results": 10, "view_type": "ALL"}),
        post("runs/restore", {"run_id": "$a"}), seen("a"),
        post("experiments/restore", {"experiment_id": "$exp"}),
        post("experiments/restore", {"experiment_id": "$exp"}),
        named_experiment(), seen("a"), seen("b"), found(), run("d")),
    Scenario(
        "experiment 0", named_experiment("0"),
        post("experiments/update", {"experiment_id": "0", "new_name": "zero"}),
        run("a", "0"), post("experiments/delete", {"experiment_id": "0"}),
        named_experiment("0"), run("b", "0"), post("experiments/restore", {"experiment_id": "0"}),
        named_experiment("0"), experiment("Default")),
    Scenario(
        "experiment tags", experiment(tags=[{"key": "a", "value": "1"}, {"key": "b"}]),
        *[post("experiments/set-experiment-tag", {"experiment_id": "$exp", "key": k, "value": v})
          for k, v in (("a", "2"), ("A", "3"), ("a ", "4"), ("é", "5"), ("new", ""),
                       ("a", "2"), ("mlflow.note.content", "# t\n\"q\"\\"))],
        named_experiment(),
        *[post("experiments/delete-experiment-tag", {"experiment_id": "$exp", "key": k})
          for k in ("a", "a", "none", "A")],
        named_experiment(),
        experiment("twice", tags=[{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]),
        experiment("bad", tags=[{"key": "a$", "value": "1"}]), experiment("empty", tags=[]),
        experiment("novalue", tags=[{"key": "k"}]), experiment("nokey", tags=[{"value": "k"}])),
    Scenario("experiment names", *[experiment(n, tags=[{"key": "k", "value": n}])
                                   for n in NAMES + ODD_NAMES],
             post("experiments/search", {"max_results": 100, "order_by": ["name"]}),
             *[get("experiments/get-by-name", {"experiment_name": n}) for n in NAMES[:6]]),
    Scenario("experiment locations", *[
        experiment(f"e{i}", artifact_location=where) for i, where in enumerate((
            "s3://b/x", "s3://b/x/", "s3://b/x?y", "s3://b/x#f", "s3://b/x;p", "file:///a/../etc",
            "file:a", "file://host/a", "/abs/path", "/abs/path/", "relative", "./rel", "../rel", "file:./b", "file:", "file:../c", "file:c/./d", "x/./y", "x//y", "x/.", "./", ".", "file:x//y", "file:/a/./b", "/a/./b",
            "nosuch://x", "nosuch:/x", "mlflow-artifacts:/x", "mlflow-artifacts:x", "dbfs:/x",
            "C:\\x", "s3://b/é", "s3://b/a b", "s3://b/%20", "", " ", "a\nb", "~/x", "//x/y",
            "runs:/x", "models:/x", "s3://b/" + "x" * 240, "s3://b/" + "x" * 250,
            "s3://b/" + "x" * 3000))],
        post("experiments/search", {"max_results": 100, "order_by": ["experiment_id"]})),
    Scenario("experiment ids", *[step(id) for id in (
        "0", "00", "-1", "1.0", "abc", "", " ", "9" * 23, "7999999", " 0", "+0", "0x0", "1e0",
        "٣", "0\n") for step in (
            named_experiment, lambda i: post("experiments/delete", {"experiment_id": i}),
            lambda i: run("r", i))]),
]

RUNS = [
    Scenario(
        "run life", experiment(), run(user_id="me", tags=[{"key": "k", "value": "v"}]), seen(),
        get("runs/get", {"run_uuid": "$run"}), get("runs/get", {"run_id": "no", "run_uuid": "$run"}),
        post("runs/update", {"run_id": "$run", "status": "FINISHED", "end_time": 2000}), seen(),
        post("runs/update", {"run_id": "$run", "run_name": "new"}), seen(),
        post("runs/update", {"run_id": "$run", "run_name": ""}), seen(),
        post("runs/update", {"run_id": "$run", "end_time": 0}), seen(),
        post("runs/update", {"run_uuid": "$run", "status": "FAILED"}), seen(),
        post("runs/update", {"run_id": "$run", "status": 2}), seen(),
        post("runs/update", {"run_id": "$run"}), post("runs/update", {}),
        post("runs/update", {"run_id": "nope", "status": "FAILED"}),
        *[post("runs/update", {"run_id": "$run", "status": s})
          for s in ("RUNNING", "SCHEDULED", "KILLED")], seen(),
        tag("mlflow.runName", "by tag"), seen(), tag("mlflow.runName", ""), seen(),
        tag("mlflow.user", "other"), seen(),
        post("runs/delete-tag", {"run_id": "$run", "key": "mlflow.runName"}), seen(),
        post("runs/update", {"run_id": "$run", "run_name": "again"}), seen()),
    Scenario(
        "run create", experiment(),
        post("runs/create", {"experiment_id": "$exp"}), post("runs/create", {}),
        post("runs/create", {"experiment_id": "7999999"}),
        run(run_name="a", tags=[{"key": "mlflow.runName", "value": "a"}]),
        run(run_name="a", tags=[{"key": "mlflow.runName", "value": "b"}]),
        run(run_name="", tags=[{"key": "mlflow.runName", "value": "t"}]), seen(),
        run(run_name=" "), seen(), run(start_time=-5), seen(), run(start_time=BIG), seen(),
        run(tags=[{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]),
        run(tags=[{"key": "b"}, {"key": "a", "value": ""}]), seen(),
        run(tags=[{"key": "a$", "value": ""}]), run(tags=[{"value": "x"}]),
        run(tags=[{"key": "mlflow.user", "value": "tag"}], user_id="field"), seen(),
        run(tags=[{"key": "mlflow.source.name", "value": "s"},
                  {"key": "mlflow.source.type", "value": "NOTEBOOK"},
                  {"key": "mlflow.source.git.commit", "value": "c"},
                  {"key": "mlflow.parentRunId", "value": "$run"}]), seen(), found()),
    Scenario(
        "run delete and restore", experiment(), run(), metric("m", 1),
        post("runs/delete", {"run_id": "$run"}), post("runs/delete", {"run_id": "$run"}), seen(),
        metric("m", 2), param("p", "1"), tag("t", "1"),
        post("runs/delete-tag", {"run_id": "$run", "key": "t"}),
        post("runs/update", {"run_id": "$run", "status": "FINISHED"}),
        post("runs/log-batch", {"run_id": "$run"}),
        post("runs/log-batch", {"run_id": "$run", "metrics": [{"key": "$", "value": 1,
                                                               "timestamp": 1}]}),
        post("runs/log-inputs", {"run_id": "$run", "datasets": [
            {"dataset": {"name": "d", "digest": "g", "source_type": "t", "source": "s"}}]}),
        post("runs/outputs", {"run_id": "$run", "models": [{"model_id": "m-x", "step": 0}]}),
        post("runs/log-model", {"run_id": "$run", "model_json": "{}"}),
        history("m"), found(), found(run_view_type="DELETED_ONLY"),
        post("runs/restore", {"run_id": "$run"}), post("runs/restore", {"run_id": "$run"}), seen(),
        metric("m", 3), seen(), post("runs/delete", {"run_uuid": "$run"}),
        post("runs/restore", {"run_uuid": "$run"}), post("runs/delete", {"run_id": "nope"}),
        post("runs/restore", {"run_id": "nope"})),
    Scenario("metric values", experiment(), run(), *[
        metric(f"m{i}", v, timestamp=5) for i, v in enumerate(DOUBLES)], seen(), *[
            history(f"m{i}") for i in range(len(DOUBLES))], found()),
    Scenario(
        "latest metric", experiment(), run(), *[
            step for v, t, s in (
                (1.0, 10, 1), (2.0, 9, 1), (3.0, 10, 0), (0.5, 10, 1), (1.5, 10, 1), ("NaN", 10, 1),
                (-1.0, 11, 1), ("NaN", 12, 2), (5.0, 12, 2), (-5.0, 12, 2), ("Infinity", 12, 2),
                (7.0, 1, -3), (1.0, 10, 1), (1.0, BIG, 2), (2.0, 0, BIG), (3.0, 0, -BIG - 1))
            for step in (metric("m", v, t, s), seen(), metric("m", v, t, s))],
        seen(), history("m"), history("m", max_results=3),
        get("metrics/get-history-bulk", {"run_id": ["$run"], "metric_key": "m"},
            prefix="ajax-api"),
        get("metrics/get-history-bulk-interval", {"run_ids": "$run", "metric_key": "m",
                                                  "max_results": 4}), found("metrics.m > 0")),
    Scenario(
        "latest metric in a batch", experiment(), run(), post("runs/log-batch", {
            "run_id": "$run", "metrics": [
                {"key": k, "value": v, "timestamp": t, "step": s} for k, v, t, s in (
                    ("a", 1.0, 1, 1), ("a", 2.0, 1, 0), ("a", 3.0, 0, 1), ("b", "NaN", 1, 1),
                    ("b", -1.0, 1, 1), ("c", 1.0, 5, 5), ("c", 1.0, 5, 5), ("c", 0.0, 5, 5),
                    ("d", 0.0, 1, 1), ("d", "NaN", 1, 1))]}), seen(),
        post("runs/log-batch", {"run_id": "$run", "metrics": [
            {"key": k, "value": v, "timestamp": t, "step": s} for k, v, t, s in (
                ("a", 9.0, 1, 0), ("b", "NaN", 1, 1), ("c", 2.0, 5, 5), ("d", 0.0, 2, 1))]}),
        seen(), *[history(k) for k in "abcd"]),
    Scenario("metric names", experiment(), run(), *[metric(n, 1.0) for n in NAMES + ODD_NAMES],
             seen()),
    Scenario("param names", experiment(), run(), *[param(n, n) for n in NAMES + ODD_NAMES],
             seen()),
    Scenario("tag names", experiment(), run(), *[tag(n, n) for n in NAMES + ODD_NAMES], seen(),
             *[post("runs/delete-tag", {"run_id": "$run", "key": n}) for n in ("a", "A", "é")],
             seen()),
    Scenario("values of params and tags", experiment(), run(), *[step(f"k{i}", v) for i, v in
             enumerate(("", " ", "\0", "a\0b", "é" * 6000, "é" * 6001, "😀" * 8001, "x" * 8000,
                        "\r\n\t", "\\", "\u2028", "\x7f", "\ufffe", "null", "</script>"))
             for step in (param, tag)], seen()),
    Scenario(
        "param changes", experiment(), run(), param("p", "1"), param("p", "1"), param("p", "2"),
        param("P", "2"), param("p", ""), param("q", ""), param("q", ""), param("q", "x"),
        *[post("runs/log-batch", {"run_id": "$run", "params": p,
                                  "metrics": [{"key": "m", "value": 1, "timestamp": 1}],
                                  "tags": [{"key": "t", "value": "1"}]})
          for p in ([{"key": "p", "value": "1"}], [{"key": "p", "value": "3"}],
                    [{"key": "new", "value": "1"}, {"key": "p", "value": "2"},
                     {"key": "q", "value": "z"}],
                    [{"key": "d", "value": "1"}, {"key": "d", "value": "1"}],
                    [{"key": "n"}], [{"key": "p", "value": "1"}, {"key": "ok", "value": "2"}],
                    [{"key": "long", "value": "x" * 6001}])], seen()),
    Scenario(
        "batch limits", experiment(), run(), *[post("runs/log-batch", {
            "run_id": "$run",
            "metrics": [{"key": f"m{i}", "value": i, "timestamp": 1} for i in range(m)],
            "params": [{"key": f"p{i}", "value": str(i)} for i in range(p)],
            "tags": [{"key": f"t{i}", "value": str(i)} for i in range(t)]})
            for m, p, t in ((0, 100, 0), (0, 101, 0), (0, 0, 100), (0, 0, 101), (1000, 0, 0),
                            (1001, 0, 0), (800, 100, 100), (801, 100, 100), (900, 101, 0),
                            (0, 0, 0))]),
    Scenario(
        "batch tags", experiment(), run(), *[post("runs/log-batch", {"run_id": "$run", "tags": t})
                                             for t in (
            [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
            [{"key": "a", "value": "x" * 8001}], [{"key": "b"}],
            [{"key": "mlflow.runName", "value": "named"}], [{"key": "", "value": "x"}],
            [{"key": "a$", "value": "x"}, {"key": "ok", "value": "x"}])], seen()),
    Scenario(
        "metric with a model", experiment(), run(),
        post("logged-models", {"experiment_id": "$exp", "name": "lm"},
             bind={"lm": "model.info.model_id"}),
        metric("m", 1, model_id="$lm"), metric("m", 2, model_id="$lm", dataset_name="d",
                                               dataset_digest="g"),
        metric("m", 3, dataset_name="d", dataset_digest="g"),
        post("runs/log-batch", {"run_id": "$run", "metrics": [
            {"key": "b", "value": 1, "timestamp": 1, "model_id": "$lm"},
            {"key": "b", "value": "NaN", "timestamp": 2, "model_id": "$lm"}]}),
        get("logged-models/$lm"), seen(), history("m"),
        post("logged-models/search", {"experiment_ids": ["$exp"], "filter": "metrics.m > 0"})),
    Scenario(
        "metric repeated with a model", experiment(), run(),
        post("logged-models", {"experiment_id": "$exp", "name": "lm"},
             bind={"lm": "model.info.model_id"}),
        metric("m", 1, model_id="$lm"), metric("m", 1, model_id="$lm"),
        metric("m", "NaN", 2, model_id="$lm"), metric("m", "NaN", 2, model_id="$lm"),
        post("runs/log-batch", {"run_id": "$run", "metrics": [
            {"key": "b", "value": 1, "timestamp": 1, "model_id": "$lm"},
            {"key": "b", "value": 1, "timestamp": 1, "model_id": "$lm"}]}),
        metric("m", 1), metric("c", 1), metric("c", 1, model_id="$lm"), metric("c", 2),
        metric("d", 1, model_id="$lm"), metric("d", 2, model_id="$lm"), seen(),
        get("logged-models/$lm")),
    Scenario(
        "history", experiment(), run(), post("runs/log-batch", {"run_id": "$run", "metrics": [
            {"key": "h", "value": (i * 7) % 10, "timestamp": 100 - i % 3, "step": i % 5}
            for i in range(60)]}),
        history("h"), history("none"), history("H"), history("h", "gone"),
        *[history("h", max_results=n) for n in (1, 7, 60, 61, 0, -1, 25001)],
        get("metrics/get-history", {"run_id": "$run", "metric_key": "h", "max_results": 7},
            bind={"next": "next_page_token"}),
        get("metrics/get-history", {"run_id": "$run", "metric_key": "h", "max_results": 7,
                                    "page_token": "$next"}, bind={"next": "next_page_token"}),
        get("metrics/get-history", {"run_id": "$run", "metric_key": "h", "page_token": "$next"}),
        history("h", page_token="x"),
        *[get("metrics/get-history-bulk-interval", {
            "run_ids": ["$run"], "metric_key": "h", **more}) for more in (
                {}, {"max_results": 3}, {"start_step": 1, "end_step": 3},
                {"start_step": 1}, {"start_step": 3, "end_step": 1}, {"max_results": 2501},
                {"start_step": 2, "end_step": 2}, {"start_step": -1, "end_step": 9,
                                                  "max_results": 1})],
        get("metrics/get-history-bulk", {"run_id": ["$run", "none", "$run"], "metric_key": "h",
                                         "max_results": 5}, prefix="ajax-api")),
    Scenario(
        "inputs and outputs", experiment(), run(), run("other"),
        *[post("logged-models", {"experiment_id": "$exp", "name": n},
               bind={n: "model.info.model_id"}) for n in ("ma", "mb")],
        *[post("runs/log-inputs", {"run_id": "$run", "datasets": d}) for d in (
            [{"dataset": {"name": "d", "digest": "g", "source_type": "t", "source": "s"},
              "tags": [{"key": "mlflow.data.context", "value": "train"}]}],
            [{"dataset": {"name": "d", "digest": "g", "source_type": "t", "source": "s"},
              "tags": [{"key": "mlflow.data.context", "value": "eval"}]}],
            [{"dataset": {"name": "d", "digest": "h", "source_type": "t", "source": "s",
                          "schema": "sc", "profile": "pr"}}],
            [{"dataset": {"name": "d", "digest": "g", "source_type": "u", "source": "v"}}],
            [{"dataset": {"name": "z", "digest": "g", "source_type": "t", "source": "s"}},
             {"dataset": {"name": "z", "digest": "g", "source_type": "t", "source": "s"},
              "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}], [])],
        post("runs/log-inputs", {"run_id": "$other", "datasets": [
            {"dataset": {"name": "d", "digest": "g", "source_type": "t", "source": "s"},
             "tags": [{"key": "mlflow.data.context", "value": "train"}]}]}),
        post("runs/log-inputs", {"run_id": "$run", "models": [{"model_id": "$ma"}]}),
        post("runs/log-inputs", {"run_id": "$run", "models": [{"model_id": "$ma"},
                                                              {"model_id": "m-none"}]}),
        post("runs/outputs", {"run_id": "$run", "models": [{"model_id": "$mb", "step": 3}]}),
        post("runs/outputs", {"run_id": "$run", "models": [{"model_id": "$mb", "step": 3},
                                                           {"model_id": "$mb", "step": 4},
                                                           {"model_id": "$ma"}]}),
        post("runs/outputs", {"run_id": "$run", "models": []}), seen(), seen("other"), found(),
        post("experiments/search-datasets", {"experiment_ids": ["$exp"]}, prefix="ajax-api"),
        found("dataset.name = 'd'"), found("dataset.context = 'train'"),
        found("dataset.digest LIKE 'h'"), found("dataset.name != 'd'")),
    Scenario(
        "log-model", experiment(), run(), *[post("runs/log-model", {
            "run_id": "$run", "model_json": text}) for text in (
                '{"artifact_path": "p", "flavors": {}, "utc_time_created": "x", "run_id": "$run"}',
                '{"flavors": {"a": [1, 1.0, null]}, "utc_time_created": "x", "run_id": "r",'
                ' "artifact_path": "q", "more": "é"}',
                '{"artifact_path": "p", "flavors": {}}', "[]", "x", "null", "1", '"s"',
                '{"artifact_path": null, "flavors": 1, "utc_time_created": 2, "run_id": 3}')],
        seen()),
]

SEARCH_ROWS = [
    experiment(), *[step for i, (name, start, value) in enumerate((
        ("b", 300, 1.0), ("a", 100, "NaN"), ("B", 200, 2.5), ("c", 100, None),
        ("é", 400, "Infinity"), ("z", 0, -1.0))) for step in (
            run(f"r{i}", run_name=name, start_time=start, user_id=f"u{i % 2}"),
            *([metric("m", value, bind=f"r{i}")] if value is not None else []),
            param("p", name, f"r{i}"),
            *([tag("t", name.upper(), f"r{i}")] if i % 2 else []))],
    post("runs/update", {"run_id": "$r0", "status": "FINISHED", "end_time": 900}),
    post("runs/update", {"run_id": "$r2", "status": "FAILED", "end_time": 400}),
    *same_run_ids(),
]
ORDERS = ["start_time", "start_time DESC", "end_time", "end_time desc", "metrics.m", "metrics.m DESC",
          "params.p", "params.p DESC", "tags.t", "tags.t DESC", "name", "attributes.run_name DESC",
          "Created", "created DESC", "duration", "duration DESC", "status", "user_id DESC",
          "run_id", "artifact_uri", "lifecycle_stage", "dataset", "metric.m", "parameters.p",
          "attr.start_time", "`metrics`.m", "metrics.`m`", 'metrics."m"', "metrics.'m'",
          "start_time ASC", " start_time  ASC ", "bogus", "metrics", "metrics.", ".m", "",
          "start_time; DROP", "start_time foo", "start_time ASC DESC", "metrics.m.n", "Run Name",
          "run name", "`run name`", "tags.`mlflow.runName`", "experiment_id", "start_time,end_time"]
FILTERS = [
    "", " ", "and", "metrics.m > 1", "metrics.m >= 1 AND params.p = 'b'", "metric.m<0",
    "metrics.m != 1", "metrics.m = 1.0", "metrics.m = 1e0", "metrics.m > 1 and", "params.p = 'a'",
    "params.p != 'a'", "params.p LIKE '%'", "params.p ilike 'B'", "params.p like 'B'",
    "tags.t IS NULL", "tags.t is not null", "tags.t = 'A'", "tag.t != 'A'", "status = 'FINISHED'",
    "status != 'RUNNING'", "attributes.status LIKE 'F%'", "start_time > 100", "end_time <= 900",
    "end_time IS NULL", "run_id IN ('x')", "run_id = 'x'", "run_name = 'a'", "run_name LIKE '_'",
    "run_name ILIKE 'é'", "`run name` = 'a'", "\"Run Name\" = 'a'", "user_id = 'u1'",
    "created > 100", "Created > 100", "params.p = 5", "params.p = abc", "metrics.m > 'abc'",
    "metrics.m == 1", "metrics.m <> 1", "metrics.m > 1 OR metrics.m < 0", "NOT metrics.m > 1",
    "(metrics.m > 1)", "foo.m > 1", "m > 1", "1 = 1", "'a' = params.p", "metrics.m > 1e400",
    "metrics.m > +1", "metrics.m > -1", "metrics.m > .5", "metrics.m > 0x1", "metrics.m > 1;",
    "metrics.m > 1; metrics.m > 2", "metrics.m > 1 -- c", "params.p = 'it''s'", "params.p = \"a\"",
    "params.p LIKE '\\%'", "params.p IN ('a')", "metrics.m IS NULL", "status IN ('FINISHED')",
    "run_id IN ()", "run_id IN (5)", "run_id NOT IN ('x')", "start_time = '100'",
    "start_time LIKE '1'", "dataset.name = 'x'", "dataset.foo = 'x'", "datasets.name LIKE 'x'",
    "metrics.m BETWEEN 1 AND 2", "metrics.`m` > 1", "metrics.\"m\" > 1", "metrics.'m' > 1",
    "params.p > 'a'", "params.p RLIKE 'a'", "metrics.m >", "> 1", "metrics.m", "=", "'", "`", "\"",
    "params.p = 'a", "params.p = 'a' params.p = 'b'", "params.p = 'a' , params.p = 'b'",
    "lifecycle_stage = 'active'", "experiment_id = '1'", "artifact_uri LIKE '%'",
    "source_name = ''", "tags.mlflow.runName = 'a'", "tags.`mlflow.runName` = 'a'",
    "metrics.m > 9223372036854775807", "start_time > 9223372036854775808", "start_time > 1.5",
    "params.p = ''", "params.p = NULL", "params.p = TRUE", "metrics.m > NaN",
]
SEARCHES = [
    Scenario("runs search", *SEARCH_ROWS, cases=[
        *[post("runs/search", {"experiment_ids": ["$exp"], "order_by": [o]}, name=f"order {o}")
          for o in ORDERS],
        *[post("runs/search", {"experiment_ids": ["$exp"], "filter": f}, name=f"filter {f}")
          for f in FILTERS],
        *[post("runs/search", {"experiment_ids": ["$exp"], **more}, name=f"with {more}")
          for more in ({"max_results": 2}, {"max_results": 6}, {"max_results": 5},
                       {"order_by": ["start_time", "start_time"]},
                       {"order_by": ["params.p", "start_time DESC"]},
                       {"order_by": ["start_time"] * 3}, {"order_by": []},
                       {"run_view_type": "ACTIVE_ONLY"}, {"run_view_type": "NOPE"},
                       {"page_token": "!!!!"}, {"page_token": "e30="}, {"page_token": "x"},
                       {"experiment_ids": []}, {"experiment_ids": ["0", "$exp"]},
                       {"experiment_ids": ["$exp", "$exp"]}, {"experiment_ids": ["abc"]},
                       {"experiment_ids": ["7999999"]})]]),
]

SCENARIOS = EXPERIMENTS + RUNS + SEARCHES
