"""The real Python client at the registry: stages with the old one, aliases and prompts with the new."""

import pytest

from conftest import client_name, interpreters, run_client
from registry import PROMPT, Registry, pairs

SCRIPT = r'''
import json, os
import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

name = os.environ["TEST_NAME"]
new = int(mlflow.__version__.split(".")[0]) >= 3
out = {"version": mlflow.__version__, "new": new}
client = MlflowClient()

def refused(call, *args, **kw):
    try:
        call(*args, **kw)
    except MlflowException as e:
        return [e.error_code, e.message]
    return None

def shape(versions):
    return [[v.name, str(v.version), v.current_stage] for v in versions]

# a run with something to register, below a local root: no model format is needed
experiment = client.create_experiment(name, artifact_location=os.environ["TEST_ROOT"])
run = client.create_run(experiment)
with open("MLmodel", "w") as f:
    f.write("flavors: {}\n")
client.log_artifact(run.info.run_id, "MLmodel", "model")
source = run.info.artifact_uri + "/model"

# models
made = client.create_registered_model(name, tags={"a": "1"}, description="first")
out["made"] = [made.name, made.description, made.tags, made.creation_timestamp == made.last_updated_timestamp]
out["again"] = refused(client.create_registered_model, name)
client.update_registered_model(name, "second")
client.set_registered_model_tag(name, "b", "two words")
client.set_registered_model_tag(name, "gone", "x")
client.delete_registered_model_tag(name, "gone")
got = client.get_registered_model(name)
out["got"] = [got.description, got.tags, shape(got.latest_versions)]
out["none"] = refused(client.get_registered_model, name + "-none")
out["bad"] = refused(client.create_registered_model, "a/b")

# versions
first = client.create_model_version(name, source, run.info.run_id, tags={"t": "v"}, description="one")
out["first"] = [str(first.version), first.status, first.current_stage, first.run_id == run.info.run_id,
                first.source == source, first.tags, first.description]
# this client waits until the version is ready
second = client.create_model_version(name, "runs:/%s/model" % run.info.run_id, run.info.run_id)
out["second"] = str(second.version)
client.update_model_version(name, "2", "described")
client.set_model_version_tag(name, "2", "k", "v")
client.set_model_version_tag(name, "2", "gone", "x")
client.delete_model_version_tag(name, "2", "gone")
two = client.get_model_version(name, "2")
out["two"] = [two.description, two.tags]
out["uri"] = client.get_model_version_download_uri(name, "1") == source
out["file"] = refused(client.create_model_version, name, "/etc", run.info.run_id)
out["no_version"] = refused(client.get_model_version, name, "9")
third = client.create_model_version(name, "models:/%s/1" % name)
out["third"] = [str(third.version), third.source, third.run_id == run.info.run_id]

# stages
out["staged"] = client.transition_model_version_stage(name, "1", "staging").current_stage
client.transition_model_version_stage(name, "1", "Production")
moved = client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
out["moved"] = [moved.current_stage, client.get_model_version(name, "1").current_stage]
out["latest"] = sorted(shape(client.get_latest_versions(name)))
out["production"] = shape(client.get_latest_versions(name, ["Production"]))
out["bad_stage"] = refused(client.transition_model_version_stage, name, "1", "bad")

# searching
out["search"] = shape(client.search_model_versions("name='%s'" % name))
out["by_run"] = sorted(shape(client.search_model_versions("run_id='%s'" % run.info.run_id)))
out["models"] = [m.name for m in client.search_registered_models("name='%s'" % name)]
out["like"] = [m.name for m in client.search_registered_models("name LIKE '%s%%'" % name, max_results=1)]
out["by_tag"] = [m.name for m in client.search_registered_models(
    "tags.b = 'two words' AND name = '%s'" % name, order_by=["timestamp DESC"])]

# aliases and prompts are the new client's
if new:
    client.set_registered_model_alias(name, "challenger", "1")
    client.set_registered_model_alias(name, "champion", "2")
    client.set_registered_model_alias(name, "challenger", "3")
    out["alias"] = str(client.get_model_version_by_alias(name, "challenger").version)
    out["aliases"] = dict(client.get_registered_model(name).aliases)
    out["aliases"] = {k: str(v) for k, v in out["aliases"].items()}
    client.delete_registered_model_alias(name, "challenger")
    out["no_alias"] = refused(client.get_model_version_by_alias, name, "challenger")
    out["reserved"] = refused(client.set_registered_model_alias, name, "v1", "1")

    p = name + "-prompt"
    one = mlflow.genai.register_prompt(name=p, template="Hi {{who}}", commit_message="first", tags={"lang": "en"})
    two = mlflow.genai.register_prompt(name=p, template="Hello {{who}}")
    mlflow.genai.set_prompt_alias(p, alias="best", version=1)
    loaded = mlflow.genai.load_prompt("prompts:/%s@best" % p)
    out["prompt"] = [int(one.version), int(two.version), loaded.format(who="you"),
                     mlflow.genai.load_prompt("prompts:/%s/2" % p).template]
    out["prompts"] = [x.name for x in mlflow.genai.search_prompts("name = '%s'" % p)]
    out["prompt_is_no_model"] = [[m.name for m in client.search_registered_models("name = '%s'" % p)],
                                 shape(client.search_model_versions("name = '%s'" % p))]
    out["clash"] = refused(client.create_registered_model, p)
    out["other_clash"] = refused(mlflow.genai.register_prompt, name=name, template="x")

# going away
client.delete_model_version(name, "3")
out["after_delete"] = sorted(v for _, v, _ in shape(client.search_model_versions("name='%s'" % name)))
out["deleted"] = refused(client.get_model_version, name, "3")
client.rename_registered_model(name, name + "-new")
out["renamed"] = client.get_registered_model(name + "-new").name
out["old_name"] = refused(client.get_registered_model, name)
out["fourth"] = str(client.create_model_version(name + "-new", source, run.info.run_id).version)
client.delete_registered_model(name + "-new")
out["gone"] = refused(client.get_registered_model, name + "-new")
print("\nRESULT " + json.dumps(out))
'''


@pytest.fixture(scope="module", params=interpreters(), ids=client_name)
def client(request, server, tmp_path_factory):
    """What the script saw, run once by each interpreter."""
    return run_client(request.param, SCRIPT, server, tmp_path_factory.mktemp("client"))


def error(out, key):
    code, message = out[key]
    # the old client puts the code before the message, twice
    return code, message.split(": ", 1)[-1] if message.startswith(code + ": ") else message


def test_models(client):
    name = client["name"]
    assert client["made"] == [name, "first", {"a": "1"}, True]
    assert client["got"] == ["second", {"a": "1", "b": "two words"}, []]
    assert error(client, "again") == (
        "RESOURCE_ALREADY_EXISTS", f"Registered Model (name={name}) already exists.")
    assert error(client, "none") == (
        "RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={name}-none not found")
    assert client["bad"][0] == "INVALID_PARAMETER_VALUE"


def test_versions(client):
    name = client["name"]
    assert client["first"] == ["1", "READY", "None", True, True, {"t": "v"}, "one"]
    assert client["second"] == "2" and client["two"] == ["described", {"k": "v"}]
    assert client["third"] == ["3", f"models:/{name}/1", True]
    assert client["uri"] is True
    assert "local path" in error(client, "file")[1]
    assert error(client, "no_version") == (
        "RESOURCE_DOES_NOT_EXIST", f"Model Version (name={name}, version=9) not found")


def test_stages(client):
    name = client["name"]
    assert client["staged"] == "Staging" and client["moved"] == ["Production", "Archived"]
    assert client["latest"] == [[name, "1", "Archived"], [name, "2", "Production"], [name, "3", "None"]]
    assert client["production"] == [[name, "2", "Production"]]
    assert client["bad_stage"][0] == "INVALID_PARAMETER_VALUE"


def test_searching(client):
    name = client["name"]
    both = [[name, "1", "Archived"], [name, "2", "Production"], [name, "3", "None"]]
    assert sorted(client["search"]) == client["by_run"] == both
    assert client["models"] == client["like"] == client["by_tag"] == [name]


def test_deleting(client):
    name = client["name"]
    assert client["after_delete"] == ["1", "2"] and client["fourth"] == "4"
    assert error(client, "deleted") == (
        "RESOURCE_DOES_NOT_EXIST", f"Model Version (name={name}, version=3) not found")
    assert client["renamed"] == name + "-new"
    assert client["old_name"][0] == client["gone"][0] == "RESOURCE_DOES_NOT_EXIST"


def test_aliases_and_prompts(client, api):
    """The old client knows neither."""
    assert client["new"] == ("alias" in client)
    if not client["new"]:
        return
    assert client["alias"] == "3" and client["aliases"] == {"challenger": "3", "champion": "2"}
    assert "challenger" in client["no_alias"][1] and "reserved" in client["reserved"][1]
    prompt = client["name"] + "-prompt"
    assert client["prompt"] == [1, 2, "Hi you", "Hello {{who}}"]
    assert client["prompts"] == [prompt] and client["prompt_is_no_model"] == [[], []]
    assert "already taken by a prompt" in client["clash"][1] and client["other_clash"] is not None
    reg = Registry(api)
    assert pairs(reg.get(prompt))[PROMPT] == "true"
    version = reg.get_version(prompt, 1)
    assert version["source"] in ("dummy-source", "prompt-template") and version["aliases"] == ["best"]
    assert pairs(version)["mlflow.prompt.text"] == "Hi {{who}}" and version["description"] == "first"
