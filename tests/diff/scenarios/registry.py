"""Lives of registered models, versions, logged models, evaluation datasets, scorers."""

from play import Scenario, delete, get, patch, post, put

from scenarios.flows import NAMES, ODD_NAMES, experiment, run

PROMPT = {"key": "mlflow.prompt.is_prompt", "value": "true"}


def model(name="M", **kw):
    return post("registered-models/create", {"name": name, **kw})


def version(name="M", source="s3://b/1", **kw):
    return post("model-versions/create", {"name": name, "source": source, **kw})


def stage(number, where, archive=False, name="M"):
    return post("model-versions/transition-stage", {
        "name": name, "version": number, "stage": where, "archive_existing_versions": archive})


def shown(name="M"):
    return get("registered-models/get", {"name": name})


def shown_version(number, name="M"):
    return get("model-versions/get", {"name": name, "version": number})


def latest(name="M", *stages):
    return post("registered-models/get-latest-versions", {"name": name, "stages": list(stages)})


def alias(name, number, model="M"):
    return post("registered-models/alias", {"name": model, "alias": name, "version": number})


def found_models(filter="", **kw):
    return get("registered-models/search", {"filter": filter, **kw})


def found_versions(filter="", **kw):
    return get("model-versions/search", {"filter": filter, **kw})


def logged(name, bind="lm", **kw):
    return post("logged-models", {"experiment_id": "$exp", "name": name, **kw},
                bind={bind: "model.info.model_id"})


def ready(bind="lm", status="LOGGED_MODEL_READY"):
    return patch("logged-models/$" + bind, {"model_id": "$" + bind, "status": status})


def data(verb, path, **kw):
    return verb("datasets/" + path, kw or None, v=3)


def scorer(name="s", text="{}", exp="$exp"):
    return post("scorers/register", {"experiment_id": exp, "name": name,
                                     "serialized_scorer": text}, v=3, bind={"sid": "scorer_id"})


REGISTRY = [
    Scenario("model life", model(tags=[{"key": "k", "value": "v"}], description="d"), shown(),
             model(), model("m"), model("M "), shown("m"),
             patch("registered-models/update", {"name": "M", "description": "new"}), shown(),
             patch("registered-models/update", {"name": "M", "description": ""}), shown(),
             patch("registered-models/update", {"name": "M"}), shown(),
             post("registered-models/rename", {"name": "M", "new_name": "m"}),
             post("registered-models/rename", {"name": "M", "new_name": "N"}), shown(), shown("N"),
             post("registered-models/rename", {"name": "N", "new_name": "N"}),
             post("registered-models/rename", {"name": "nope", "new_name": "x"}),
             delete("registered-models/delete", {"name": "N"}),
             delete("registered-models/delete", {"name": "N"}), shown("N"), model("N")),
    Scenario("model names", *[model(n) for n in NAMES + ODD_NAMES],
             found_models(max_results=100)),
    Scenario("rename onto another", model("a"), model("b"), version("a"), version("b"),
             post("registered-models/rename", {"name": "a", "new_name": "b"}), version("a"),
             post("registered-models/rename", {"name": "a", "new_name": "b"}), shown("a"),
             shown("b")),
    Scenario("versions", model(), *[version(description=d, tags=[{"key": "n", "value": d}])
                                    for d in ("a", "", "c")],
             shown(), shown_version("1"), shown_version("01"), shown_version("9"),
             shown_version("abc"), shown_version("-1"), shown_version("1", "nope"),
             version("nope"), delete("model-versions/delete", {"name": "M", "version": "3"}),
             delete("model-versions/delete", {"name": "M", "version": "3"}), shown_version("3"),
             version(), shown(), found_versions(), found_versions("name = 'M'"),
             patch("model-versions/update", {"name": "M", "version": "1", "description": "x"}),
             patch("model-versions/update", {"name": "M", "version": "1"}), shown_version("1"),
             patch("model-versions/update", {"name": "M", "version": "1", "description": ""}),
             shown_version("1"), get("model-versions/get-download-uri", {"name": "M",
                                                                         "version": "1"}),
             get("model-versions/get-download-uri", {"name": "M", "version": "3"}),
             delete("registered-models/delete", {"name": "M"}), shown_version("1"),
             found_versions(), model(), version()),
    Scenario("stages", model(), *[version() for _ in range(4)], stage("1", "Production"),
             stage("2", "production"), latest(), latest("M", "Production"), latest("M", "Nope"),
             stage("3", "Production", True), shown(), stage("1", "Staging", True),
             stage("4", "STAGING", True), shown(), stage("4", "None", True),
             stage("4", "Archived", True), stage("4", "Archived"), stage("4", "None"),
             stage("4", "bad"), stage("9", "Staging"), stage("2", "Production"),
             stage("2", "Production"), shown_version("2"),
             delete("model-versions/delete", {"name": "M", "version": "2"}), latest(),
             stage("2", "Staging"), latest("nope"), latest("M", "None", "Archived")),
    Scenario("aliases", model(), version(), version(), alias("a", "1"), alias("a", "2"),
             alias("A", "1"), alias("b", "1"), shown(), shown_version("1"), alias("c", "9"),
             alias("v1", "1"), alias("V12", "1"), alias("latest", "1"), alias("Latest", "1"),
             alias("a b", "1"), alias("é", "1"), alias("v", "1"), alias("v1x", "1"),
             alias("x" * 255, "1"), alias("x" * 256, "1"), alias("a", "1", "nope"),
             *[get("registered-models/alias", {"name": "M", "alias": n})
               for n in ("a", "A", "none", "latest", "LATEST", "")],
             delete("registered-models/alias", {"name": "M", "alias": "a"}),
             delete("registered-models/alias", {"name": "M", "alias": "a"}),
             delete("registered-models/alias", {"name": "nope", "alias": "a"}),
             delete("model-versions/delete", {"name": "M", "version": "1"}), shown(),
             get("registered-models/alias", {"name": "M", "alias": "b"}),
             found_models(), post("registered-models/rename", {"name": "M", "new_name": "N"}),
             alias("z", "2", "N"), shown("N")),
    Scenario("registry tags", model(), version(), *[step for k in NAMES[:6] for step in (
        post("registered-models/set-tag", {"name": "M", "key": k, "value": k}),
        post("model-versions/set-tag", {"name": "M", "version": "1", "key": k, "value": k}))],
             *[post("registered-models/set-tag", {"name": "M", "key": "a", "value": v})
               for v in ("new", "", "é" * 5000, "x" * 5001, "x" * 100000, "x" * 100001)],
             *[post("model-versions/set-tag", {"name": "M", "version": "1", "key": "a",
                                               "value": v})
               for v in ("new", "", "é" * 32767, "é" * 32768, "x" * 100000, "x" * 100001)],
             shown(), shown_version("1"), *[step for k in ("a", "a", "none") for step in (
                 delete("registered-models/delete-tag", {"name": "M", "key": k}),
                 delete("model-versions/delete-tag", {"name": "M", "version": "1", "key": k}))],
             shown(), post("registered-models/set-tag", {"name": "no", "key": "a", "value": "b"}),
             post("model-versions/set-tag", {"name": "M", "version": "7", "key": "a",
                                             "value": "b"})),
    Scenario("sources", experiment(), run(), model(), logged("lm"), ready(), *[
        step for source in (
            "s3://b/x", "s3://b/../x", "s3://b/%2e%2e/x", "http://h/x", "https://h/x", "/etc",
            "file:///etc", "relative", "dummy-source", "models:/M/1", "models:/M/99",
            "models:/nope/1", "models:/$lm", "runs:/$run/model", "runs:/nope/x", "dbfs:/x",
            "mlflow-artifacts:/x", "mlflow-artifacts://h/x", "s3://b/x#f", "s3://b/x?y",
            "ftp://h/x", "", " ", "s3://b/" + "x" * 493, "s3://b/" + "x" * 494, "C:\\x")
        for step in (version(source=source), version(source=source, run_id="$run"))],
             version(source="models:/$lm", model_id="$lm"), version(model_id="m-none"),
             version(source="dummy-source", tags=[PROMPT]), get("logged-models/$lm"),
             found_versions(order_by="version_number"), *[
                 get("model-versions/get-download-uri", {"name": "M", "version": str(i)})
                 for i in range(1, 12)]),
    Scenario("prompts", model("P", tags=[PROMPT]), model("P"), model("M"), model("M", tags=[PROMPT]),
             version("P", "dummy-source", tags=[PROMPT, {"key": "mlflow.prompt.text",
                                                         "value": "hi"}]),
             version("M"), *[step(f) for f in (
                 "", "tags.`mlflow.prompt.is_prompt` = 'true'",
                 "tags.`mlflow.prompt.is_prompt` != 'true'",
                 "tags.`mlflow.prompt.is_prompt` = 'false'",
                 "tags.`mlflow.prompt.is_prompt` != 'false'", "name = 'P'", "name LIKE '%'",
                 "name = 'P' AND tags.`mlflow.prompt.is_prompt` = 'true'")
                 for step in (found_models, found_versions)], shown("P"),
             post("registered-models/rename", {"name": "P", "new_name": "M"}),
             stage("1", "Production", name="P"), alias("a", "1", "P"), shown("P"),
             delete("model-versions/delete", {"name": "P", "version": "1"}), shown("P")),
    Scenario("model searches", *[step for i, n in enumerate(("b", "a", "B", "é", "c'd")) for step in (
        model(n, tags=[{"key": "t", "value": n}] if i % 2 else []), version(n, f"s3://b/{i}"))],
             cases=[*[get(
                 "registered-models/search", {"filter": f}, name="models " + f) for f in (
                     "name = 'a'", "name LIKE '%'", "name ILIKE 'B'", "name IN ('a')", "name != 'a'",
                     "tags.t = 'a'", "tags.t IS NULL", "tags.t IS NOT NULL", "name > 'a'",
                     "bogus = 'a'", "name = \"c'd\"", "name = 'a' AND tags.t = 'a'", "name",
                     "name = 'a' OR name = 'b'", "name like 'A'", "attribute.name = 'a'")],
                    *[get("registered-models/search", q, name=f"models {q}") for q in (
                        {"order_by": "name DESC"}, {"order_by": "timestamp"},
                        {"order_by": "last_updated_timestamp DESC"}, {"order_by": "bogus"},
                        {"order_by": ["name", "name DESC"]}, {"max_results": 1000},
                        {"max_results": 1001}, {"max_results": 0}, {"page_token": "x"},
                        {"order_by": ["timestamp", "name DESC"]})],
                    *[get("model-versions/search", {"filter": f}, name="versions " + f) for f in (
                        "name = 'a'", "name LIKE 'b%'", "version_number = 1",
                        "version_number > '0'", "run_id = ''", "run_id IN ('x')", "run_id IN ()",
                        "source_path = 's3://b/1'", "source_path LIKE '%2'", "tags.t = 'a'",
                        "name IN ('a', 'b')", "version_number IN (1)", "bogus = 1")],
                    *[get("model-versions/search", q, name=f"versions {q}") for q in (
                        {"order_by": "name"}, {"order_by": "creation_timestamp DESC"},
                        {"order_by": "version_number DESC"}, {"order_by": "bogus"},
                        {"max_results": 0}, {"max_results": 200000}, {"max_results": 200001},
                        {"page_token": "x"})]]),
]

MODELS = [
    Scenario("logged model life", experiment(), run(), logged("n", source_run_id="$run", params=[
        {"key": "p", "value": "x" * 6001}], tags=[{"key": "t", "value": "v"}]),
             get("logged-models/$lm"), ready(), ready(status="LOGGED_MODEL_UPLOAD_FAILED"),
             ready(status="LOGGED_MODEL_PENDING"), get("logged-models/$lm"),
             *[patch("logged-models/$lm/tags", {"tags": [{"key": k, "value": v}]}) for k, v in (
                 ("t", "new"), ("a$", "x"), ("", "x"), ("é", ""), ("x" * 255, "y" * 70000))],
             *[post("logged-models/$lm/params", {"model_id": "$lm", "params": [
                 {"key": k, "value": v}]}) for k, v in (("p", "other"), ("q", "1"), ("q", "1"))],
             delete("logged-models/$lm/tags/t"), delete("logged-models/$lm/tags/t"),
             get("logged-models/$lm"), delete("logged-models/$lm"), delete("logged-models/$lm"),
             get("logged-models/$lm"), get("logged-models/$lm", {"allow_deleted": "true"}),
             patch("logged-models/$lm/tags", {"tags": [{"key": "z", "value": "1"}]}), ready(),
             post("logged-models/search", {"experiment_ids": ["$exp"]}),
             post("experiments/delete", {"experiment_id": "$exp"}), logged("late"),
             get("logged-models/m-none"), delete("logged-models/m-none")),
    Scenario("logged model names", experiment(), *[logged(n) for n in NAMES + ODD_NAMES if n],
             post("logged-models/search", {"experiment_ids": ["$exp"], "order_by": [
                 {"field_name": "name", "ascending": True}]})),
]

DATASETS = [
    Scenario("dataset life", experiment(), data(post, "create", name="d", experiment_ids=["$exp"],
                                                tags='{"k": "v", "n": 1, "b": null}'),
             post("datasets/create", {"name": "e"}, v=3, bind={"ds": "dataset.dataset_id"}),
             get("datasets/$ds", v=3), data(patch, "$ds/tags", tags='{"a": "b"}'),
             data(patch, "$ds/tags", tags='{"a": null}'), data(patch, "$ds/tags", tags="x"),
             data(patch, "$ds/tags", tags="[]"), get("datasets/$ds", v=3),
             data(delete, "$ds/tags/a"), data(delete, "$ds/tags/a"),
             data(post, "$ds/add-experiments", experiment_ids=["$exp", "0", "$exp"]),
             get("datasets/$ds/experiment-ids", v=3),
             data(post, "$ds/add-experiments", experiment_ids=["7999999"]),
             data(post, "$ds/remove-experiments", experiment_ids=["0", "7999999"]),
             get("datasets/$ds/experiment-ids", v=3), data(delete, "$ds"), data(delete, "$ds"),
             get("datasets/$ds", v=3), post("datasets/search", {}, v=3),
             get("datasets/search", {"experiment_ids": "$exp"}, v=3)),
    Scenario("dataset records", post("datasets/create", {"name": "d"}, v=3,
                                     bind={"ds": "dataset.dataset_id"}), *[
        step for records in (
            '[{"inputs": {"q": 1}}]', '[{"inputs": {"q": 1}}]',
            '[{"inputs": {"q": 1}, "expectations": {"a": 2}, "tags": {"t": "x"}}]',
            '[{"inputs": {"q": "é", "l": [1, 2.0, null, true]}, "outputs": {"o": 1}}]',
            '[{"inputs": {}}]', "[]", "{}", "x", "[1]", '[{"expectations": {}}]',
            '[{"inputs": {"q": 2}, "source": {"source_type": "HUMAN", "source_data": {}}}]',
            '[{"inputs": {"q": 3}}, {"inputs": {"q": 3}}, {"inputs": {"q": 4}}]',
            '[{"inputs": {"b": 1, "a": 2}}, {"inputs": {"a": 2, "b": 1}}]')
        for step in (data(post, "$ds/records", records=records),)],
             get("datasets/$ds", v=3), data(delete, "$ds/records", dataset_record_ids=["x"]),
             data(delete, "$ds/records", dataset_record_ids=[]), data(delete, "$ds")),
]

SCORERS = [
    Scenario("scorer life", experiment(), scorer(), scorer(), scorer("t", '{"a": 1}'), scorer("S"),
             scorer("s", "{}", "7999999"), scorer("s", ""), scorer(""), scorer("x", "not json"),
             *[get("scorers/" + path, {"experiment_id": "$exp", **q}, v=3) for path, q in (
                 ("list", {}), ("versions", {"name": "s"}), ("versions", {"name": "no"}),
                 ("get", {"name": "s"}), ("get", {"name": "s", "version": 1}),
                 ("get", {"name": "s", "version": 9}), ("get", {"name": "no"}))],
             get("scorers/online-configs", {"scorer_ids": "$sid"}, v=3),
             put("scorers/online-config", {"experiment_id": "$exp", "name": "s",
                                           "sample_rate": 0.5}, v=3),
             put("scorers/online-config", {"experiment_id": "$exp", "name": "no",
                                           "sample_rate": 0}, v=3),
             delete("scorers/delete", {"experiment_id": "$exp", "name": "s", "version": 1}, v=3),
             delete("scorers/delete", {"experiment_id": "$exp", "name": "s", "version": 1}, v=3),
             get("scorers/list", {"experiment_id": "$exp"}, v=3), scorer(),
             delete("scorers/delete", {"experiment_id": "$exp", "name": "s"}, v=3),
             get("scorers/list", {"experiment_id": "$exp"}, v=3), scorer(),
             post("experiments/delete", {"experiment_id": "$exp"}), scorer("late"),
             get("scorers/list", {"experiment_id": "$exp"}, v=3)),
]

SCENARIOS = REGISTRY + MODELS + DATASETS + SCORERS
