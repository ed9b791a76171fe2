"""tools/fetch-ui: what it takes, what it refuses, what it leaves behind."""

import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import zipfile

import pytest
import servers
from conftest import missing

TOOL = pathlib.Path(servers.TOP, "tools/fetch-ui")
PAGES = "mlflow/server/js/build/"
FILES = {
    "index.html": b"<html>" + b"static-files " * 100,
    "static/js/main.js": b"let a = 1;\n" * 1000,
    "static/tiny.txt": b"x",
    "static/image.png": b"\x89PNG" + b"0" * 1000,
}


def make_wheel(path, files):
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("mlflow/__init__.py", "secret = 1")
        for name, content in files.items():
            z.writestr(PAGES + name, content)
    return path


def fetch(tool, *arguments, **environment):
    return subprocess.run(
        [tool, *arguments],
        env=dict(os.environ, **environment),
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture
def accepting(tmp_path):
    """accepting(wheel): a copy of the tool whose pinned checksum is the wheel's."""

    def make(wheel):
        text = TOOL.read_text()
        sha = hashlib.sha256(wheel.read_bytes()).hexdigest()
        changed, n = re.subn(r"(?m)^sha256=\w+$", f"sha256={sha}", text)
        assert n == 1
        tool = tmp_path / f"fetch-ui-{sha[:8]}"
        tool.write_text(changed)
        tool.chmod(0o755)
        return tool

    return make


def contents(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_a_wheel_with_another_checksum_is_refused(tmp_path):
    wheel = make_wheel(tmp_path / "a.whl", FILES)
    r = fetch(TOOL, "--wheel", wheel, tmp_path / "ui")
    assert r.returncode == 1
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in r.stderr
    assert sorted(os.listdir(tmp_path)) == ["a.whl"]


def test_prices_of_models_lie_beside_the_pages(tmp_path, accepting):
    wheel = make_wheel(tmp_path / "a.whl", FILES)
    prices = {f"{name}.json": b'{"models": {}}' + b" " * 1000 for name in ("openai", "azure")}
    with zipfile.ZipFile(wheel, "a") as z:
        z.writestr("mlflow/utils/model_catalog/__init__.py", "")
        for name, content in prices.items():
            z.writestr("mlflow/utils/model_catalog/" + name, content)
    r = fetch(accepting(wheel), "--wheel", wheel, tmp_path / "ui")
    assert r.returncode == 0, r.stderr
    assert contents(tmp_path / "ui/model_catalog") == prices
    assert f" {len(FILES)} files," in r.stdout


def test_the_pages_and_their_gz(tmp_path, accepting):
    wheel = make_wheel(tmp_path / "a.whl", FILES)
    ui = tmp_path / "share/cairn/ui"
    r = fetch(accepting(wheel), f"--wheel={wheel}", ui)
    assert r.returncode == 0, r.stderr
    found = contents(ui)
    found.pop(".fetch-ui")
    smaller = {"index.html.gz", "static/js/main.js.gz"}
    assert set(found) == set(FILES) | smaller
    for name, content in FILES.items():
        assert found[name] == content
        if name + ".gz" in smaller:
            assert gzip.decompress(found[name + ".gz"]) == content
    assert os.listdir(ui.parent) == ["ui"]
    # the workers of a web server are somebody else
    assert ui.stat().st_mode & 0o777 == 0o755
    assert (ui / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_second_call_changes_nothing(tmp_path, accepting):
    wheel = make_wheel(tmp_path / "a.whl", FILES)
    ui = tmp_path / "ui"
    tool = accepting(wheel)
    assert fetch(tool, "--wheel", wheel, ui).returncode == 0
    wheel.unlink()
    before = ui.stat()
    r = fetch(tool, "--wheel", wheel, ui, PATH="/usr/bin:/bin")
    assert r.returncode == 0 and "up to date" in r.stdout
    assert (ui.stat().st_ino, ui.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_release_replaces_the_whole(tmp_path, accepting):
    ui = tmp_path / "ui"
    old = make_wheel(tmp_path / "old.whl", FILES)
    new = make_wheel(tmp_path / "new.whl", {"index.html": b"new"})
    assert fetch(accepting(old), "--wheel", old, ui).returncode == 0
    assert fetch(accepting(new), "--wheel", new, ui).returncode == 0
    found = contents(ui)
    found.pop(".fetch-ui")
    assert found == {"index.html": b"new"}
    assert [n for n in os.listdir(tmp_path) if n.startswith("ui.")] == []


def test_a_directory_of_somebody_else_is_refused(tmp_path, accepting):
    wheel = make_wheel(tmp_path / "a.whl", FILES)
    ui = tmp_path / "ui"
    ui.mkdir()
    (ui / "mine").write_text("kept")
    r = fetch(accepting(wheel), "--wheel", wheel, ui)
    assert r.returncode == 1 and str(ui) in r.stderr
    assert contents(ui) == {"mine": b"kept"}


def test_a_wheel_without_pages_is_refused(tmp_path, accepting):
    wheel = make_wheel(tmp_path / "a.whl", {})
    r = fetch(accepting(wheel), "--wheel", wheel, tmp_path / "ui")
    assert r.returncode == 1 and "index.html" in r.stderr
    assert not (tmp_path / "ui").exists()


@pytest.mark.parametrize("arguments", [[], ["--wheel"], ["--whell", "a", "b"], ["a", "b"]])
def test_usage(arguments, tmp_path):
    r = fetch(TOOL, *arguments)
    assert r.returncode == 2 and r.stderr.startswith("usage:")


def test_a_failed_download_says_what_to_do(tmp_path):
    r = fetch(
        TOOL, tmp_path / "ui",
        PIP_INDEX_URL="http://127.0.0.1:9/", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert r.returncode == 1
    assert "--wheel FILE" in r.stderr.splitlines()[-1]
    assert os.listdir(tmp_path) == []


def test_the_real_one(tmp_path):
    """From the index that this machine uses."""
    r = fetch(TOOL, tmp_path / "ui")
    if r.returncode != 0:
        missing(f"the wheel ({r.stderr.strip()})")
    assert re.search(r" \d{3} files, \d+ KB", r.stdout)
    page = (tmp_path / "ui/index.html").read_text()
    for link in re.findall(r'(?:src|href)="\.?/?static-files/([^"]+)"', page):
        assert (tmp_path / "ui" / link).stat().st_size > 0, link
    assert "static-files/static/js/main" in page
    shutil.rmtree(tmp_path / "ui")
