"""Experiments: create, get, update, delete, restore, tags."""

import time
import uuid

import pytest
from conftest import (
    check_constraint, check_error, check_missing, check_refused, check_type,
)

CHARACTERS = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.),"
    " spaces ( ), colon(:) and slashes (/)."
)
RESOLVES = (
    "Names may be treated as files in certain cases, and must not resolve to other"
    " names when treated as such. This name would resolve to "
)
FRAGMENT = "'artifact_location' URL can't include fragments or params."
UNKNOWN = "99999999"


def fresh():
    return "e-" + uuid.uuid4().hex


def get(api, experiment_id):
    return api.read("experiments/get", {"experiment_id": experiment_id})["experiment"]


def no_experiment(r, experiment_id):
    check_error(
        r, 404, "RESOURCE_DOES_NOT_EXIST", f"No Experiment with id={experiment_id} exists"
    )


def not_integer(r, experiment_id):
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        f"Invalid experiment ID '{experiment_id}'. Experiment ID must be a valid integer.",
    )


def not_active(r, experiment_id):
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        f"The experiment {experiment_id} must be in the 'active' state."
        " Current state is deleted.",
    )


@pytest.fixture
def deleted(api):
    """A deleted experiment's id; it had the tag k."""
    experiment_id = api.new_experiment(tags=[{"key": "k", "value": "v"}])
    api.ok("experiments/delete", {"experiment_id": experiment_id})
    return experiment_id


# --- create and get ---------------------------------------------------------


def test_create_answer_and_form(api):
    r = api.post("experiments/create", {"name": fresh()})
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    assert list(r.json()) == ["experiment_id"]
    assert r.json()["experiment_id"].isdigit()


def test_create_and_get_whole(api):
    name = fresh()
    before = int(time.time() * 1000) - 60000
    made = api.ok("experiments/create", {
        "name": name,
        "artifact_location": "s3://bucket/x",
        "tags": [{"key": "b", "value": "1"}, {"key": "a", "value": "é"}, {"key": "c"}],
    })["experiment_id"]
    found = get(api, made)
    assert before < found["creation_time"] < before + 120000
    assert found == {
        "experiment_id": made,
        "name": name,
        "artifact_location": "s3://bucket/x",
        "lifecycle_stage": "active",
        "last_update_time": found["creation_time"],
        "creation_time": found["creation_time"],
        "tags": [
            {"key": "a", "value": "é"}, {"key": "b", "value": "1"}, {"key": "c", "value": ""},
        ],
        "workspace": "default",
    }


def test_no_tags_no_member(api, exp):
    assert "tags" not in get(api, exp)


def test_default_location_ends_with_id(api, exp):
    root = get(api, "0")["artifact_location"]
    assert root.endswith("/0")
    assert get(api, exp)["artifact_location"] == root[:-1] + exp


def test_get_by_name_equals_get(api):
    name = fresh() + " é/😀'\"%"
    made = api.new_experiment(name)
    r = api.get("experiments/get-by-name", {"experiment_name": name})
    assert r.status_code == 200
    assert r.json()["experiment"] == get(api, made)
    assert r.json()["experiment"]["name"] == name


def test_ids_grow(api):
    assert int(api.new_experiment()) < int(api.new_experiment())


def test_default_experiment(api):
    found = get(api, "0")
    assert (found["experiment_id"], found["name"]) == ("0", "Default")


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
@pytest.mark.parametrize("path, parameter", [
    ("create", "name"),
    ("update", "experiment_id"),
    ("delete", "experiment_id"),
    ("restore", "experiment_id"),
    ("set-experiment-tag", "experiment_id"),
    ("delete-experiment-tag", "experiment_id"),
])
def test_empty_body_on_both_prefixes(api, prefix, path, parameter):
    check_missing(api.post("experiments/" + path, {}, prefix=prefix), parameter)


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_gets_on_both_prefixes(api, exp, prefix):
    r = api.get("experiments/get", {"experiment_id": exp}, prefix=prefix)
    assert r.json()["experiment"] == get(api, exp)
    check_missing(api.get("experiments/get", prefix=prefix), "experiment_id")
    check_missing(api.get("experiments/get-by-name", prefix=prefix), "experiment_name")


@pytest.mark.parametrize("path, body, parameter", [
    ("create", {"name": ""}, "name"),
    ("create", {"name": None}, "name"),
    ("create", {"artifact_location": "x#f", "tags": [{"key": "$"}]}, "name"),
    ("update", {"experiment_id": "0"}, "new_name"),
    ("update", {"experiment_id": "0", "new_name": ""}, "new_name"),
    ("update", {"experiment_id": "", "new_name": "x"}, "experiment_id"),
    ("update", {"experiment_id": UNKNOWN, "new_name": None}, "new_name"),
    ("delete", {"experiment_id": ""}, "experiment_id"),
    ("restore", {"experiment_id": None}, "experiment_id"),
    ("set-experiment-tag", {"experiment_id": "0"}, "key"),
    ("set-experiment-tag", {"key": "k", "value": "v"}, "experiment_id"),
    ("set-experiment-tag", {"experiment_id": "0", "key": ""}, "key"),
    ("delete-experiment-tag", {"experiment_id": "0"}, "key"),
    ("delete-experiment-tag", {"key": "k"}, "experiment_id"),
])
def test_missing(api, path, body, parameter):
    check_missing(api.post("experiments/" + path, body), parameter)


WRONG = [("5", "int"), ("1.5", "float"), ("true", "bool"), ("[]", "list"),
         ('["a"]', "list"), ("{}", "dict"), ('{"a":1}', "dict")]


@pytest.mark.parametrize("value, pytype", WRONG)
@pytest.mark.parametrize("path, parameter, rest", [
    ("create", "name", ""),
    ("create", "artifact_location", ',"name":"NAME"'),
    ("update", "experiment_id", ',"new_name":"NAME"'),
    ("update", "new_name", ',"experiment_id":"0"'),
    ("delete", "experiment_id", ""),
    ("restore", "experiment_id", ""),
    ("set-experiment-tag", "experiment_id", ',"key":"k"'),
    ("set-experiment-tag", "key", ',"experiment_id":"0"'),
    ("set-experiment-tag", "value", ',"experiment_id":"0","key":"k"'),
    ("delete-experiment-tag", "key", ',"experiment_id":"0"'),
])
def test_text_fields_refuse_other_types(api, path, parameter, rest, value, pytype):
    body = f'{{"{parameter}":{value}{rest.replace("NAME", fresh())}}}'
    check_type(api.raw("experiments/" + path, body), parameter, value, pytype)


@pytest.mark.parametrize("sent, told, pytype", [
    ("9.0", "9.0", "float"), ("1e3", "1000.0", "float"), ("1.50", "1.5", "float"),
    ("0.00001", "1e-05", "float"), ("-0.0", "-0.0", "float"), ("-0", "0", "int"),
    ("1e400", "Infinity", "float"), ("-1e400", "-Infinity", "float"), ("NaN", "NaN", "float"),
    ("12345678901234567890123", "12345678901234567890123", "int"),
    ("[1.0, 2]", "[1.0,2]", "list"), ('["é"]', '["\\u00e9"]', "list"),
    ('{"b": 1, "a": [true, null]}', '{"a":[true,null],"b":1}', "dict"),
])
def test_how_a_wrong_value_is_told(api, sent, told, pytype):
    """Read and written again: compact, ASCII, keys sorted, numbers in shortest form."""
    r = api.raw("experiments/delete", f'{{"experiment_id":{sent}}}'.encode())
    check_type(r, "experiment_id", told, pytype)


@pytest.mark.parametrize("value, pytype", [
    ("5", "int"), ("1.5", "float"), ("true", "bool"), ('"s"', "str"), ('""', "str"),
    ("{}", "dict"), ('{"key":"a","value":"b"}', "dict"),
])
def test_create_tags_must_be_a_list(api, value, pytype):
    name = fresh()
    r = api.raw("experiments/create", f'{{"name":"{name}","tags":{value}}}')
    check_type(r, "tags", value, pytype)
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404


def test_create_null_optionals_are_absent(api):
    made = api.ok("experiments/create", {
        "name": fresh(), "artifact_location": None, "tags": None,
    })["experiment_id"]
    assert get(api, made)["artifact_location"].endswith("/" + made)


def test_create_tag_value_of_wrong_type(api, on_cairn):
    r = api.raw(
        "experiments/create", f'{{"name":"{fresh()}","tags":[{{"key":"a","value":5}}]}}'
    )
    if on_cairn:
        check_refused(r, "tags", "5")
    else:
        assert get(api, r.json()["experiment_id"])["tags"] == [{"key": "a", "value": ""}]


def test_create_list_of_non_objects(api, on_cairn):
    r = api.raw("experiments/create", f'{{"name":"{fresh()}","tags":["a"]}}')
    if on_cairn:
        check_refused(r, "tags", '"a"')
    else:
        check_error(
            r, 400, "INVALID_PARAMETER_VALUE",
            f"Invalid value \"\" for parameter 'key' supplied: {RESOLVES}'.'",
        )


# --- names ------------------------------------------------------------------


@pytest.mark.parametrize("tail", [" ", "é" * 100, "😀", "/:#?%", "\u0001\n\t", "名前"])
def test_create_takes_any_name(api, tail):
    name = fresh() + tail
    made = api.new_experiment(name)
    assert get(api, made)["name"] == name
    r = api.get("experiments/get-by-name", {"experiment_name": name})
    assert r.json()["experiment"]["experiment_id"] == made


def test_name_256_characters_fit(api):
    name = fresh().ljust(256, "é")
    assert get(api, api.new_experiment(name))["name"] == name


def test_name_over_500(api, exp):
    text = "'name' exceeds the maximum length of 500 characters"
    long = "é" * 501
    check_error(
        api.post("experiments/create", {"name": long}), 400, "INVALID_PARAMETER_VALUE", text
    )
    r = api.post("experiments/update", {"experiment_id": exp, "new_name": long})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", text)


@pytest.mark.parametrize("length", [257, 500])
def test_name_over_the_column(api, exp, on_cairn, length):
    name = "x" * length
    check_constraint(api.post("experiments/create", {"name": name}), on_cairn, names=["256"])
    r = api.post("experiments/update", {"experiment_id": exp, "new_name": name})
    check_constraint(r, on_cairn, names=["256"])


def test_duplicate_name(api, on_cairn):
    name = fresh()
    api.new_experiment(name)
    r = api.post("experiments/create", {"name": name})
    check_constraint(r, on_cairn, "RESOURCE_ALREADY_EXISTS")
    assert r.json()["message"].startswith(f"Experiment(name={name}) already exists.")


def test_deleted_name_still_blocks(api, on_cairn):
    name = fresh()
    api.ok("experiments/delete", {"experiment_id": api.new_experiment(name)})
    r = api.post("experiments/create", {"name": name})
    check_constraint(r, on_cairn, "RESOURCE_ALREADY_EXISTS")
    assert r.json()["message"].startswith(f"Experiment(name={name}) already exists.")


@pytest.mark.parametrize("variant", [str.upper, lambda s: s + " "], ids=["case", "blank"])
def test_names_that_differ_by_collation(api, either, variant):
    name = fresh()
    api.new_experiment(name)
    r = api.post("experiments/create", {"name": variant(name)})
    assert r.status_code == either(cairn=200, mlflow=400)
    r = api.get("experiments/get-by-name", {"experiment_name": variant(name)})
    assert r.json()["experiment"]["name"] == either(cairn=variant(name), mlflow=name)


def test_location_is_looked_at_before_the_name(api):
    r = api.post("experiments/create", {"name": "Default", "artifact_location": "x#f"})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", FRAGMENT)


def test_name_of_unknown_experiment(api):
    r = api.get("experiments/get-by-name", {"experiment_name": "no 'such' é"})
    check_error(
        r, 404, "RESOURCE_DOES_NOT_EXIST",
        "Could not find experiment with name 'no 'such' é'",
    )


# --- ids --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["abc", "1.0", "1.5", "1e3", "0x1", "--1", "1 1"])
def test_ids_must_be_integers(api, text):
    not_integer(api.get("experiments/get", {"experiment_id": text}), text)
    for path, rest in [
        ("update", {"new_name": "x"}), ("delete", {}), ("restore", {}),
        ("set-experiment-tag", {"key": "k"}), ("delete-experiment-tag", {"key": "k"}),
    ]:
        not_integer(api.post("experiments/" + path, {"experiment_id": text, **rest}), text)


@pytest.mark.parametrize("text", [
    UNKNOWN, "-1", "9223372036854775808", "-9223372036854775809", "9" * 23,
])
def test_unknown_ids(api, text):
    no_experiment(api.get("experiments/get", {"experiment_id": text}), text)
    for path, rest in [
        ("update", {"new_name": "x"}), ("delete", {}), ("restore", {}),
        ("set-experiment-tag", {"key": "k"}), ("delete-experiment-tag", {"key": "k"}),
    ]:
        no_experiment(api.post("experiments/" + path, {"experiment_id": text, **rest}), text)


@pytest.mark.parametrize("form", ["0{}", "+{}", " {}", "{} "])
def test_ids_are_read_as_integers(api, exp, form):
    assert get(api, form.format(exp))["experiment_id"] == exp


@pytest.mark.parametrize("form", ["0{}", "+{}", " {}", "{}\n"])
def test_messages_tell_ids_as_integers(api, exp, form):
    api.ok("experiments/delete", {"experiment_id": exp})
    r = api.post("experiments/delete", {"experiment_id": form.format(exp)})
    assert r.json()["message"] == f"No Experiment with id={exp} exists"


# --- artifact_location ------------------------------------------------------


@pytest.mark.parametrize("location, uri", [
    ("s3://b/x", "s3://b/x/RUN/artifacts"),
    ("s3://b/x/", "s3://b/x/RUN/artifacts"),
    ("s3://b/x?y", "s3://b/x/RUN/artifacts?y"),
    ("s3://b/../../x", "s3://b/../../x/RUN/artifacts"),
    ("s3://b/%23", "s3://b/%23/RUN/artifacts"),
    ("s3://b/x;p", "s3://b/x;p/RUN/artifacts"),
    ("gs://b/x", "gs://b/x/RUN/artifacts"),
    ("wasbs://c@a/b", "wasbs://c@a/b/RUN/artifacts"),
    ("dbfs:/x", "dbfs:/x/RUN/artifacts"),
    ("mlflow-artifacts:/x", "mlflow-artifacts:/x/RUN/artifacts"),
    ("file:///a/../etc", "file:///a/../etc/RUN/artifacts"),
    ("file:///x", "file:///x/RUN/artifacts"),
    ("/nowhere/x", "/nowhere/x/RUN/artifacts"),
    ("/nowhere/x/", "/nowhere/x/RUN/artifacts"),
    ("/nowhere/x?y", "/nowhere/x?y/RUN/artifacts"),
    ("/a b/%20/é", "/a b/%20/é/RUN/artifacts"),
])
def test_location_stored_and_used_for_runs(api, location, uri):
    made = api.new_experiment(artifact_location=location)
    assert get(api, made)["artifact_location"] == location
    info = api.ok("runs/create", {"experiment_id": made})["run"]["info"]
    assert info["artifact_uri"] == uri.replace("RUN", info["run_id"])


@pytest.mark.parametrize("location", ["../x", "x/y", "a b"])
def test_relative_location_becomes_absolute(api, location):
    """Against the server's directory, and without normalising."""
    found = get(api, api.new_experiment(artifact_location=location))["artifact_location"]
    assert found.startswith("/") and found.endswith("/" + location)


@pytest.mark.parametrize("location, end", [
    ("./x", "/x"), ("x/./y", "/x/y"), ("x//y/", "/x/y"), ("file:x", "/x"), ("file:./x/.", "/x"),
    ("file:../x", "/../x"), ("file:", ""), (".", ""),
])
def test_parts_of_a_relative_location(api, location, end):
    """Empty and "." parts go; file: becomes file:// with the server's directory."""
    base = get(api, api.new_experiment(artifact_location="here"))["artifact_location"]
    found = get(api, api.new_experiment(artifact_location=location))["artifact_location"]
    scheme = "file://" if location.startswith("file:") else ""
    assert found == scheme + base.removesuffix("/here") + end


def test_empty_location_is_absent(api):
    made = api.new_experiment(artifact_location="")
    assert get(api, made)["artifact_location"].endswith("/" + made)


@pytest.mark.parametrize("location", [
    "s3://b/x#f", "/nowhere/x#f", "x#f", "mlflow-artifacts:/x#f", "ftp://h/p#f",
    "x;p", "/nowhere/x;p", "sftp://h/x;p",
])
def test_location_with_fragment_or_params(api, location):
    name = fresh()
    r = api.post("experiments/create", {"name": name, "artifact_location": location})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", FRAGMENT)
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP", "ftp", "hdfs"])
def test_location_at_another_host(api, on_cairn, scheme):
    """Cairn may store it for the client, as it never opens it itself."""
    r = api.post("experiments/create", {
        "name": fresh(), "artifact_location": f"{scheme}://host/p",
    })
    if on_cairn and r.status_code == 200:
        found = get(api, r.json()["experiment_id"])
        assert found["artifact_location"] == f"{scheme}://host/p"
    else:
        check_error(
            r, 400, "INVALID_PARAMETER_VALUE",
            starts=f"'artifact_location' cannot use the '{scheme.lower()}' scheme:",
            contains="MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES",
        )


def test_location_runs_uri(api):
    r = api.post("experiments/create", {"name": fresh(), "artifact_location": "runs:/x/y"})
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        "Artifact location cannot be a runs:/ URI. Given: 'runs:/x/y'",
    )


def test_location_over_2048(api):
    r = api.post("experiments/create", {
        "name": fresh(), "artifact_location": "s3://" + "x" * 2044,
    })
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        "Invalid artifact path length. The length of the artifact path cannot be greater"
        " than 2048 characters. To configure this limit, please set the"
        " MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.",
    )


@pytest.mark.parametrize("length", [257, 2048])
def test_location_over_the_column(api, on_cairn, length):
    r = api.post("experiments/create", {
        "name": fresh(), "artifact_location": "s3://".ljust(length, "x"),
    })
    check_constraint(r, on_cairn, names=["256"])


def test_location_too_long_for_a_run(api, on_cairn):
    """The experiment's column holds 256, the run's 200."""
    made = api.new_experiment(artifact_location="s3://".ljust(240, "x"))
    check_constraint(api.post("runs/create", {"experiment_id": made}), on_cairn, names=["200"])


# --- update, delete, restore ------------------------------------------------


def test_rename(api, exp):
    before = get(api, exp)
    name = fresh() + "é"
    r = api.post("experiments/update", {"experiment_id": exp, "new_name": name})
    assert (r.status_code, r.json()) == (200, {})
    after = get(api, exp)
    assert after["last_update_time"] > before["last_update_time"]
    assert after == {
        **before, "name": name, "last_update_time": after["last_update_time"],
    }


def test_renames_move_the_time_each_time(api, exp):
    times = [get(api, exp)["last_update_time"]]
    for _ in range(5):
        api.ok("experiments/update", {"experiment_id": exp, "new_name": fresh()})
        times.append(get(api, exp)["last_update_time"])
    assert times == sorted(times) and len(set(times)) == len(times)


def test_rename_to_itself(api):
    name = fresh()
    made = api.new_experiment(name)
    assert api.ok("experiments/update", {"experiment_id": made, "new_name": name}) == {}
    assert get(api, made)["name"] == name


def test_rename_to_an_existing_name(api, exp, on_cairn):
    name = fresh()
    api.new_experiment(name)
    r = api.post("experiments/update", {"experiment_id": exp, "new_name": name})
    check_constraint(r, on_cairn, "BAD_REQUEST", names=[name])
    assert get(api, exp)["name"] != name


def test_rename_of_deleted(api, deleted, either):
    r = api.post("experiments/update", {"experiment_id": deleted, "new_name": fresh()})
    check_error(
        r, either(cairn=400, mlflow=500), "INVALID_STATE",
        "Cannot rename a non-active experiment.",
    )


def test_tags_and_runs_do_not_move_the_time(api, exp):
    before = get(api, exp)
    api.ok("experiments/set-experiment-tag", {"experiment_id": exp, "key": "k", "value": "v"})
    api.new_run(exp)
    after = get(api, exp)
    assert after.pop("tags") == [{"key": "k", "value": "v"}]
    assert after == before


def test_delete_and_restore(api, exp):
    before = get(api, exp)
    while int(time.time() * 1000) <= before["last_update_time"]:
        pass  # or the deletion could fall into the same millisecond
    r = api.post("experiments/delete", {"experiment_id": exp})
    assert (r.status_code, r.json()) == (200, {})
    gone = get(api, exp)
    assert gone["lifecycle_stage"] == "deleted"
    assert gone["last_update_time"] > before["last_update_time"]
    r = api.post("experiments/restore", {"experiment_id": exp})
    assert (r.status_code, r.json()) == (200, {})
    back = get(api, exp)
    assert back["last_update_time"] >= gone["last_update_time"]
    assert back == {**before, "last_update_time": back["last_update_time"]}


def test_delete_twice(api, deleted):
    no_experiment(api.post("experiments/delete", {"experiment_id": deleted}), deleted)


def test_restore_of_active(api, exp):
    no_experiment(api.post("experiments/restore", {"experiment_id": exp}), exp)


def test_deleted_is_found_by_name(api):
    name = fresh()
    made = api.new_experiment(name)
    api.ok("experiments/delete", {"experiment_id": made})
    found = api.read("experiments/get-by-name", {"experiment_name": name})["experiment"]
    assert found == get(api, made)
    assert found["lifecycle_stage"] == "deleted"


def test_deletion_takes_the_runs_along(api, exp):
    """All of them; restoring brings back even those deleted before."""
    kept, gone = api.new_run(exp), api.new_run(exp)
    api.ok("runs/delete", {"run_id": gone})
    api.ok("experiments/delete", {"experiment_id": exp})
    stages = [api.get_run(r)["info"]["lifecycle_stage"] for r in (kept, gone)]
    assert stages == ["deleted", "deleted"]
    api.ok("experiments/restore", {"experiment_id": exp})
    stages = [api.get_run(r)["info"]["lifecycle_stage"] for r in (kept, gone)]
    assert stages == ["active", "active"]


def test_no_run_in_a_deleted_experiment(api, deleted):
    not_active(api.post("runs/create", {"experiment_id": deleted}), deleted)


# --- tags -------------------------------------------------------------------


def tags(api, experiment_id):
    return {t["key"]: t["value"] for t in get(api, experiment_id).get("tags", [])}


@pytest.mark.parametrize("sent, stored", [
    ({"value": "v"}, "v"), ({"value": ""}, ""), ({"value": None}, ""), ({}, ""),
    ({"value": "é😀\n\u0001\"\\"}, "é😀\n\u0001\"\\"), ({"value": "x" * 20000}, "x" * 20000),
    ({"value": "é" * 20000}, "é" * 20000),
])
def test_set_tag(api, exp, sent, stored):
    r = api.post("experiments/set-experiment-tag", {"experiment_id": exp, "key": "k", **sent})
    assert (r.status_code, r.json()) == (200, {})
    assert tags(api, exp) == {"k": stored}


def test_set_tag_overwrites(api, exp):
    for value in ("1", "2"):
        api.ok("experiments/set-experiment-tag",
               {"experiment_id": exp, "key": "k", "value": value})
    assert tags(api, exp) == {"k": "2"}


def test_tags_that_differ_by_case(api, exp, either):
    for key, value in (("k", "1"), ("K", "2")):
        api.ok("experiments/set-experiment-tag",
               {"experiment_id": exp, "key": key, "value": value})
    assert tags(api, exp) == either(cairn={"k": "1", "K": "2"}, mlflow={"K": "2"})


def test_tags_come_sorted_by_key(api, exp):
    for key in ("c", "a", "d", "b"):
        api.ok("experiments/set-experiment-tag",
               {"experiment_id": exp, "key": key, "value": key})
    assert [t["key"] for t in get(api, exp)["tags"]] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("key, message", [
    ("a$", f"Invalid value \"a$\" for parameter 'key' supplied: {CHARACTERS}"),
    ("a//b", f"Invalid value \"a//b\" for parameter 'key' supplied: {RESOLVES}'a/b'"),
    ("k" * 251, "'key' exceeds the maximum length of 250 characters"),
    ("é" * 251, "'key' exceeds the maximum length of 250 characters"),
])
def test_bad_keys(api, exp, key, message):
    """In create and in set; the key is looked at before the experiment."""
    name = fresh()
    tag = {"key": key, "value": "v"}
    r = api.post("experiments/create", {"name": name, "tags": [tag]})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404
    for experiment_id in (exp, UNKNOWN):
        r = api.post("experiments/set-experiment-tag", {"experiment_id": experiment_id, **tag})
        check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


def test_create_tag_without_key(api):
    r = api.post("experiments/create", {"name": fresh(), "tags": [{"value": "v"}]})
    check_error(
        r, 400, "INVALID_PARAMETER_VALUE",
        f"Invalid value \"\" for parameter 'key' supplied: {RESOLVES}'.'",
    )


def test_value_over_20000(api, exp):
    text = "'value' exceeds the maximum length of 20000 characters"
    tag = {"key": "k", "value": "v" * 20001}
    r = api.post("experiments/set-experiment-tag", {"experiment_id": exp, **tag})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", text)
    r = api.post("experiments/create", {"name": fresh(), "tags": [tag]})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", text)
    assert tags(api, exp) == {}


def test_key_of_250(api, exp):
    key = "é" * 250
    api.ok("experiments/set-experiment-tag", {"experiment_id": exp, "key": key, "value": "v"})
    assert tags(api, exp) == {key: "v"}


def test_create_with_one_key_twice(api, on_cairn):
    name = fresh()
    twice = [{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}]
    r = api.post("experiments/create", {"name": name, "tags": twice})
    check_constraint(r, on_cairn, "RESOURCE_ALREADY_EXISTS", names=["twice"])
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status_code == 404


def test_delete_tag(api, exp):
    for key in ("k", "kept"):
        api.ok("experiments/set-experiment-tag", {"experiment_id": exp, "key": key})
    r = api.post("experiments/delete-experiment-tag", {"experiment_id": exp, "key": "k"})
    assert (r.status_code, r.json()) == (200, {})
    assert tags(api, exp) == {"kept": ""}


@pytest.mark.parametrize("key", ["absent", "a$", "a//b"])
def test_delete_absent_tag(api, exp, key):
    r = api.post("experiments/delete-experiment-tag", {"experiment_id": exp, "key": key})
    check_error(
        r, 404, "RESOURCE_DOES_NOT_EXIST",
        f"No tag with name: {key} in experiment with id {exp}",
    )


@pytest.mark.parametrize("path, key", [
    ("set-experiment-tag", "k"), ("delete-experiment-tag", "k"),
    ("delete-experiment-tag", "absent"),
])
def test_tags_of_deleted(api, deleted, path, key):
    r = api.post("experiments/" + path, {"experiment_id": deleted, "key": key, "value": "1"})
    not_active(r, deleted)
    assert tags(api, deleted) == {"k": "v"}
