"""The real clients with artifacts: by a local root, which they write themselves, and by the proxy."""

import json

import pytest

from artifacts import Folder, destination, entries, local_root, unique
from conftest import client_name, interpreters, run_client

SCRIPT = r'''
import filecmp, json, os, pathlib
import numpy, pandas
import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

name, location = os.environ["TEST_NAME"], os.environ["TEST_LOCATION"]
new = int(mlflow.__version__.split(".")[0]) >= 3
out = {"version": mlflow.__version__, "new": new}
client = MlflowClient()

def refused(call, *args, **kw):
    try:
        call(*args, **kw)
    except MlflowException as e:
        return [e.error_code, e.message]
    return None

def tree(folder):
    folder = pathlib.Path(folder)
    return {str(p.relative_to(folder)): p.read_bytes().decode("latin-1")
            for p in sorted(folder.rglob("*")) if p.is_file()}

def listed(path=None):
    return [[f.path, f.is_dir, f.file_size] for f in client.list_artifacts(run_id, path)]

out["experiment"] = client.create_experiment(name, artifact_location=location)
mlflow.set_experiment(name)
with mlflow.start_run() as run:
    run_id = out["run"] = run.info.run_id
    out["uri"] = mlflow.get_artifact_uri()
    out["empty"] = listed()

    # files and folders
    pathlib.Path("one.txt").write_text("one")
    mlflow.log_artifact("one.txt")
    mlflow.log_artifact("one.txt", "a/b")
    os.makedirs("many/deep/er"); os.makedirs("many/empty")
    for path, data in (("x.bin", bytes(range(256))), ("deep/y", b"y"), ("deep/er/z", b""),
                       ("sp ace.txt", b"1"), ("uml\u00e9.txt", b"2"), ("plus+1.txt", b"3"),
                       ("a&b=c.txt", b"4"), ("100%.txt", b"5"), ("quote'.txt", b"6"), ("semi;x", b"7")):
        pathlib.Path("many", path).write_bytes(data)
    mlflow.log_artifacts("many", "many")
    mlflow.log_text("h\u00e9llo", "texts/t.txt")
    mlflow.log_text("x", "gone/deep/x.txt")
    mlflow.log_dict({"k": [1, 2.5, None]}, "dicts/d.json")
    mlflow.log_dict({"k": {"n": 1}}, "dicts/d.yaml")
    image = numpy.zeros((8, 8, 3), dtype=numpy.uint8)
    image[2, 3] = (255, 0, 1)
    mlflow.log_image(image, "images/i.png")
    if new:
        mlflow.log_image(image, key="pics", step=1, synchronous=True)
        mlflow.log_table({"q": ["a", "b"], "n": [1, 2]}, "tables/t.json")
        mlflow.log_table({"q": ["c"], "n": [3]}, "tables/t.json")
        out["table"] = mlflow.load_table("tables/t.json", run_ids=[run_id]).to_dict("list")
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    figure, axes = pyplot.subplots()
    axes.plot([1, 2], [3, 1])
    mlflow.log_figure(figure, "figures/f.png")
    # the same name again
    pathlib.Path("one.txt").write_text("one, changed")
    mlflow.log_artifact("one.txt")
    with open("large.bin", "wb") as f:
        for i in range(12):
            f.write(bytes([i]) * 1024 * 1024)
    mlflow.log_artifact("large.bin")

# what is there, and back again
out["top"], out["many"], out["none"] = listed(), listed("many"), listed("none")
out["deep"], out["file"] = listed("many/deep"), listed("one.txt")
os.makedirs("down")
got = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="many", dst_path="down")
out["down"] = tree(got)
out["up"] = tree("many")
got = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="large.bin", dst_path="down")
out["large"] = filecmp.cmp(got, "large.bin", shallow=False)
got = mlflow.artifacts.download_artifacts(artifact_uri="runs:/%s/a" % run_id, dst_path="down")
out["by_runs_uri"] = tree(got)
got = mlflow.artifacts.download_artifacts(artifact_uri=out["uri"] + "/one.txt", dst_path="down")
out["by_uri"] = pathlib.Path(got).read_text()
out["text"] = mlflow.artifacts.load_text(out["uri"] + "/texts/t.txt")
out["dict"] = mlflow.artifacts.load_dict(out["uri"] + "/dicts/d.json")
loaded = numpy.asarray(mlflow.artifacts.load_image(out["uri"] + "/images/i.png"))
out["image"] = bool((loaded == image).all())
try:
    mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="nope", dst_path="down")
    out["missing"] = None
except Exception as e:
    out["missing"] = str(e)

# a model, and back
from sklearn.linear_model import LinearRegression
x = pandas.DataFrame({"x": [1.0, 2.0, 3.0]})
model = LinearRegression().fit(x, [2.0, 4.0, 6.0])
with mlflow.start_run() as run:
    more = {"name": "model", "input_example": x} if new else {"artifact_path": "model"}
    info = mlflow.sklearn.log_model(model, **more, registered_model_name=name)
    out["model_run"] = run.info.run_id
    out["model_uri"] = info.model_uri
out["predicted"] = mlflow.pyfunc.load_model(info.model_uri).predict(x).tolist()
out["from_run"] = mlflow.sklearn.load_model("runs:/%s/model" % out["model_run"]).predict(x).tolist()
out["from_registry"] = mlflow.pyfunc.load_model("models:/%s/1" % name).predict(x).tolist()
if new:
    out["model_id"] = info.model_id
    out["model_files"] = sorted(f.path for f in mlflow.artifacts.list_artifacts(
        "models:/" + info.model_id))
else:
    out["model_files"] = sorted(f.path for f in client.list_artifacts(out["model_run"], "model"))

# removing, by the store that gc takes (files too, but the old client cannot below a local root)
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
store = get_artifact_repository(out["uri"])
store.delete_artifacts("gone")
store.delete_artifacts("many/deep")
out["left"] = [f[0] for f in listed()], [f[0] for f in listed("many")]
print("\nRESULT " + json.dumps(out))
'''

MANY = {
    "x.bin": bytes(range(256)), "deep/y": b"y", "deep/er/z": b"", "sp ace.txt": b"1",
    "umlé.txt": b"2", "plus+1.txt": b"3", "a&b=c.txt": b"4", "100%.txt": b"5", "quote'.txt": b"6",
    "semi;x": b"7",
}  # fmt: skip


@pytest.fixture(scope="module", params=["local", "proxied"])
def mode(request):
    return request.param


@pytest.fixture(scope="module", params=interpreters(), ids=client_name)
def client(request, mode, server, tmp_path_factory):
    """What the script saw, run once by each interpreter and for each kind of root."""
    top = unique()
    if mode == "local":
        location = str(local_root() / top)
        local_root().mkdir(exist_ok=True)
    else:
        location = f"mlflow-artifacts:/{top}"
    where = tmp_path_factory.mktemp("artifacts")
    out = run_client(request.param, SCRIPT, server, where, TEST_LOCATION=location)
    root = local_root() if mode == "local" else destination()
    out["folder"] = Folder(root, f"{top}/{out['run']}/artifacts")
    return out


def in_bytes(tree):
    return {name: data.encode("latin-1") for name, data in tree.items()}


def test_where_it_is(client, mode, api):
    assert client["uri"] == api.get_run(client["run"])["info"]["artifact_uri"]
    assert client["uri"].startswith("mlflow-artifacts:/" if mode == "proxied" else "/")
    assert client["empty"] == []
    # folders as asked for, and nothing but what was logged beside them
    assert (client["folder"] / "a/b/one.txt").read_text() == "one"
    assert (client["folder"] / "texts/t.txt").read_text() == "héllo"


def test_lists(client):
    top = {path: size for path, is_dir, size in client["top"] if not is_dir}
    assert top == {"one.txt": 12, "large.bin": 12 * 1024 * 1024}
    folders = {path for path, is_dir, _ in client["top"] if is_dir}
    assert {"a", "many", "texts", "dicts", "images", "figures"} <= folders
    assert client["none"] == client["file"] == []
    assert ["many/x.bin", False, 256] in client["many"]
    assert {p for p, _, _ in client["deep"]} == {"many/deep/er", "many/deep/y"}


def test_names_survive(client):
    """Every name of the folder is stored and comes back, with its bytes.

    ("?" and "%25" do not: the clients encode neither.)
    """
    assert in_bytes(client["up"]) == in_bytes(client["down"]) == MANY
    stored = client["folder"].files()
    # deep/ is removed at the end
    assert {k: v for k, v in MANY.items() if "/" not in k} == {
        k.removeprefix("many/"): v for k, v in stored.items() if k.startswith("many/")
    }


def test_downloads(client):
    assert client["large"] is True
    assert in_bytes(client["by_runs_uri"]) == {"b/one.txt": b"one"}
    assert client["by_uri"] == "one, changed"
    assert client["text"] == "héllo"
    assert client["dict"] == {"k": [1, 2.5, None]}
    assert client["image"] is True
    assert client["missing"]


def test_tables_and_images(client):
    if not client["new"]:
        return  # only clients from 3.0 log tables and image series here
    assert client["table"] == {"q": ["a", "b", "c"], "n": [1, 2, 3]}
    pictures = [n for n in client["folder"].files() if n.startswith("images/pics")]
    assert {n.rsplit(".", 1)[1] for n in pictures} == {"png", "webp"}
    assert all("+step+1+timestamp+" in n or "%step%1%timestamp%" in n for n in pictures), pictures


def test_figure(client):
    assert client["folder"].files()["figures/f.png"].startswith(b"\x89PNG")


def test_model_comes_back(client):
    assert [round(x, 6) for x in client["predicted"]] == [2, 4, 6]
    assert client["from_run"] == client["from_registry"] == client["predicted"]
    assert any(path.endswith("MLmodel") for path in client["model_files"])


def test_model_is_shown(client, raw):
    """What the UI asks for: the model's files by the server."""
    if client["new"]:
        target = f"/ajax-api/2.0/mlflow/logged-models/{client['model_id']}/artifacts/files"
        r = raw("GET", target, artifact_file_path="MLmodel")
    else:
        r = raw("GET", "/get-artifact", run_uuid=client["model_run"], path="model/MLmodel")
    assert r.status_code == 200
    assert b"flavors:" in r.content
    r = raw("GET", "/model-versions/get-artifact", name=client["name"], version=1, path="MLmodel")
    assert r.status_code == 200
    assert b"flavors:" in r.content


def test_server_shows_what_the_client_wrote(client, raw):
    """Below a local root too, which the client filled behind the server's back."""
    got = entries(raw.read("/api/2.0/mlflow/artifacts/list", run_id=client["run"], path="many"))
    got.pop("many/empty", None)  # an empty folder is copied, but not uploaded
    assert got == {"many/" + name: len(data) for name, data in MANY.items() if "/" not in name}
    r = raw("GET", "/get-artifact", run_id=client["run"], path="dicts/d.json")
    assert r.status_code == 200
    assert json.loads(r.content) == {"k": [1, 2.5, None]}
    assert r.headers["content-type"] == "text/plain"


def test_removing(client):
    top, many = client["left"]
    assert "gone" not in top and "one.txt" in top
    assert "many/deep" not in many and "many/x.bin" in many
    assert not (client["folder"] / "gone").exists()
    assert not (client["folder"] / "many/deep").exists()
